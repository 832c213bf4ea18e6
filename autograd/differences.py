"""Slopes from differences alone: what a rule is checked against, knowing nothing of rules.

Central differences over steps h, h/2, h/4, ... have errors in h², h⁴, ...;
Richardson's extrapolation removes one power after another (Ridders 1982,
"Accurate computation of F'(x) and F'(x)F''(x)"), until what is left is the
round-off of the function. Two such ladders of different steps give two
estimates that share no point: where they agree the slope is known, where they
do not, round-off or a break in the function is in the way.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from dataclasses import dataclass

Curve = Callable[[float], float | None]
"""A function of one number; None outside its domain."""

EPSILON = sys.float_info.epsilon

# Steps for operands of size one. No simple fraction, so that no period falls in step with both.
_STARTS = 0.1137, 0.0731
_RUNGS = 64
_ORDERS = 10
# When the two ladders disagree, both start again lower down.
_DESCENTS = 1.0, 2.0**-6, 2.0**-12


@dataclass(frozen=True)
class Slope:
    """What differences say about a derivative.

    Attributes
    ----------
    value, second : float
        Two estimates that share no point; NaN where no step stayed in the domain.
    uncertainty : float
        By how much `value` may be wrong: the estimates' own errors and their distance.
    kink : bool
        Whether the slopes from the left and from the right differ, or the function jumps.
    one_sided : bool
        Whether only one side was in the domain.
    """

    value: float
    second: float
    uncertainty: float
    kink: bool = False
    one_sided: bool = False


@dataclass(frozen=True)
class _Estimate:
    value: float
    error: float
    step: float


_NOTHING = _Estimate(math.nan, math.inf, math.nan)


def slope(curve: Curve, x: float) -> Slope:
    """The derivative of `curve` at a point of its domain, by differences.

    Parameters
    ----------
    curve : callable
        Takes a float and returns one, or None outside its domain.
    x : float
        Where; ``curve(x)`` must be a number.

    Returns
    -------
    Slope
        At the edge of the domain from one side.
    """
    for sides in ((1.0, -1.0), (1.0,), (-1.0,)):
        best: tuple[_Estimate, _Estimate] = _NOTHING, _NOTHING
        for descent in _DESCENTS:
            first, second = (_climbed(curve, x, start * descent, sides) for start in _STARTS)
            if math.isnan(first.value + second.value):
                break
            if _distance(first, second) < _distance(*best) or math.isnan(best[0].value):
                best = first, second
            if _distance(*best) <= 8 * (best[0].error + best[1].error):
                break
        if not math.isnan(best[0].value):
            first, second = sorted(best, key=lambda estimate: estimate.error)
            uncertainty = max(first.error, second.error, _distance(first, second))
            two = len(sides) == 2
            broken = two and (_jumps(curve, x) or _bends(curve, x, first.step, uncertainty))
            return Slope(first.value, second.value, uncertainty, broken, not two)
    return Slope(math.nan, math.nan, math.inf)


def _distance(first: _Estimate, second: _Estimate) -> float:
    return abs(first.value - second.value)


def _climbed(curve: Curve, x: float, start: float, sides: tuple[float, ...]) -> _Estimate:
    """The best estimate from a ladder of halved steps, extrapolated at each rung."""
    step = start * max(1.0, abs(x))
    base = 4.0 if len(sides) == 2 else 2.0  # errors come in h², h⁴, ... or, from one side, in h, h², ...
    best, above = _NOTHING, list[float]()
    for _ in range(_RUNGS):
        if x + step == x:
            break
        quotient, noise = _quotient(curve, x, step, sides)
        if quotient is None:
            above = []
            # Near 0 the domain may end at 0: the next step is then measured by x itself.
            step = min(step / 2, start * abs(x)) if x and step > abs(x) else step / 2
            continue
        rung = [quotient]
        for order, coarser in enumerate(above[: _ORDERS - 1], 1):
            rung.append(rung[-1] + (rung[-1] - coarser) / (base**order - 1.0))
            error = max(abs(rung[-1] - rung[-2]), abs(rung[-1] - coarser), noise)
            if error < best.error:
                best = _Estimate(rung[-1], error, step)
        if noise >= best.error:  # smaller steps have more noise
            break
        above = rung
        step /= 2
    return best


def _quotient(curve: Curve, x: float, step: float, sides: tuple[float, ...]) -> tuple[float | None, float]:
    """The difference quotient and the round-off in it."""
    ends = [x + side * step for side in sides] if len(sides) == 2 else [x + sides[0] * step, x]
    numbers = [curve(end) for end in ends]
    above, below = numbers
    if above is None or below is None:
        return None, math.inf
    width = ends[0] - ends[1]
    return (above - below) / width, EPSILON * max(abs(above), abs(below)) / abs(width)


def _bends(curve: Curve, x: float, step: float, uncertainty: float) -> bool:
    """Whether the slopes from the right and from the left stay apart however small the step."""
    middle = curve(x)
    gaps: list[float] = []
    for fall in range(1, 12):
        h = step * 2.0 ** (-4 * fall)
        above, below = curve(x + h), curve(x - h)
        if middle is None or above is None or below is None or x in (x + h, x - h):
            break
        gap = abs((above - middle) / (x + h - x) - (middle - below) / (x - (x - h)))
        noise = 4.0 * max(EPSILON * max(abs(above), abs(middle), abs(below)), uncertainty * step) / h
        if gap <= 8.0 * noise:
            break
        # Where the function is smooth, the gap falls as fast as the step, sixteenfold.
        if gaps and gap < 0.5 * gaps[-1]:
            return False
        gaps.append(gap)
    return len(gaps) > 2


def _jumps(curve: Curve, x: float) -> bool:
    """Whether the function changes as much over a tiny step as over a large one."""
    changes, size = [], 0.0
    for step in (1e-12, 1e-3):
        h = step * max(1.0, abs(x))
        above, below = curve(x + h), curve(x - h)
        if above is None or below is None:
            return False
        changes.append(abs(above - below))
        size = max(size, abs(above), abs(below))
    return changes[0] > 1e-2 * changes[1] and changes[0] > 1e4 * EPSILON * size
