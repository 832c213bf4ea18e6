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
# Where the ladders disagree with one another, or with what a smaller step shows, both start again lower down.
_DESCENTS = [2.0 ** (-6 * descent) for descent in range(7)]
_SMALLER = 2.0**-4
# Disagreement over less than this part of what the function changes by is round-off, and not another slope.
_ROUND_OFF = 0.1


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


def slope(curve: Curve, x: float, round_off: float = 0.0) -> Slope:
    """The derivative of `curve` at a point of its domain, by differences.

    Parameters
    ----------
    curve : callable
        Takes a float and returns one, or None outside its domain.
    x : float
        Where; ``curve(x)`` must be a number.
    round_off : float
        What the curve's values may be wrong by, where that is more than their last digit.

    Returns
    -------
    Slope
        At the edge of the domain from one side.
    """
    for sides in ((1.0, -1.0), (1.0,), (-1.0,)):
        best, uncertainty = (_NOTHING, _NOTHING), math.inf
        for descent in _DESCENTS:
            pair = _pair(curve, x, round_off, descent, sides)
            if math.isnan(_distance(*pair)):
                break
            trusted, doubt = _trusted(curve, x, round_off, pair, sides)
            if trusted or not uncertainty <= doubt:
                best, uncertainty = pair, doubt
            if trusted:
                break
        first, second = best
        if not math.isnan(first.value):
            two = len(sides) == 2
            broken = two and (_jumps(curve, x, round_off) or _bends(curve, x, round_off, first.step, uncertainty))
            return Slope(first.value, second.value, uncertainty, broken, not two)
    return Slope(math.nan, math.nan, math.inf)


def _pair(
    curve: Curve, x: float, round_off: float, descent: float, sides: tuple[float, ...]
) -> tuple[_Estimate, _Estimate]:
    """The estimates of two ladders, the better one first."""
    first, second = (_climbed(curve, x, round_off, start * descent, sides) for start in _STARTS)
    return (first, second) if first.error <= second.error else (second, first)


def _trusted(
    curve: Curve, x: float, round_off: float, pair: tuple[_Estimate, _Estimate], sides: tuple[float, ...]
) -> tuple[bool, float]:
    """Whether two estimates are one, and that of the function close to `x` too; and how wrong they may be.

    With a pole near, both may settle on a number that has nothing to do with the slope.
    """
    first, second = pair
    uncertainty = max(first.error, second.error, _distance(first, second))
    whole, _ = _quotient(curve, x, round_off, first.step, sides)
    nearer, noise = _quotient(curve, x, round_off, first.step * _SMALLER, sides)
    if whole is None or nearer is None:
        return False, uncertainty
    slack = _ROUND_OFF * abs(whole)
    if 0.0 < abs(x) < first.step:  # 0 is where a function of small operands has its pole
        own, own_noise = _quotient(curve, x, round_off, abs(x) * _SMALLER, sides)
        if own is None or (abs(own - first.value) - 8.0 * own_noise) * abs(x) * _SMALLER > slack * first.step:
            return False, uncertainty
    # What is extrapolated away falls at least as fast as the step.
    left = 4.0 * _SMALLER * abs(whole - first.value)
    gap = abs(nearer - first.value)
    if _distance(first, second) <= 8.0 * (first.error + second.error) and gap <= 8.0 * (uncertainty + noise) + left:
        return True, uncertainty
    return gap * _SMALLER <= slack and _distance(first, second) <= slack, max(uncertainty, gap)


def _distance(first: _Estimate, second: _Estimate) -> float:
    return abs(first.value - second.value)


def _climbed(curve: Curve, x: float, round_off: float, start: float, sides: tuple[float, ...]) -> _Estimate:
    """The best estimate from a ladder of halved steps, extrapolated at each rung."""
    step = start * max(1.0, abs(x))
    base = 4.0 if len(sides) == 2 else 2.0  # errors come in h², h⁴, ... or, from one side, in h, h², ...
    best, above = _NOTHING, list[float]()
    for _ in range(_RUNGS):
        if x + step == x:
            break
        quotient, noise = _quotient(curve, x, round_off, step, sides)
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


def _quotient(
    curve: Curve, x: float, round_off: float, step: float, sides: tuple[float, ...]
) -> tuple[float | None, float]:
    """The difference quotient and the round-off in it."""
    ends = [x + side * step for side in sides] if len(sides) == 2 else [x + sides[0] * step, x]
    numbers = [curve(end) for end in ends]
    above, below = numbers
    if above is None or below is None:
        return None, math.inf
    width = ends[0] - ends[1]
    return (above - below) / width, max(round_off, EPSILON * max(abs(above), abs(below))) / abs(width)


def _bends(curve: Curve, x: float, round_off: float, step: float, uncertainty: float) -> bool:
    """Whether the slopes from the right and from the left stay apart however small the step."""
    middle = curve(x)
    gaps: list[float] = []
    for fall in range(1, 12):
        h = step * 2.0 ** (-4 * fall)
        above, below = curve(x + h), curve(x - h)
        if middle is None or above is None or below is None or x in (x + h, x - h):
            break
        gap = abs((above - middle) / (x + h - x) - (middle - below) / (x - (x - h)))
        noise = 4.0 * max(round_off, EPSILON * max(abs(above), abs(middle), abs(below)), uncertainty * step) / h
        if gap <= 8.0 * noise:
            break
        # Where the function is smooth, the gap falls as fast as the step, sixteenfold.
        if gaps and gap < 0.5 * gaps[-1]:
            return False
        gaps.append(gap)
    return len(gaps) > 2


def _jumps(curve: Curve, x: float, round_off: float) -> bool:
    """Whether the function changes as much over a tiny step as over one ten times larger."""
    changes, size = [], 0.0
    for step in (1e-13, 1e-12):
        h = step * max(1.0, abs(x))
        above, below = curve(x + h), curve(x - h)
        if above is None or below is None:
            return False
        changes.append(abs(above - below))
        size = max(size, abs(above), abs(below))
    return changes[0] > 0.5 * changes[1] and changes[0] > 1e4 * max(round_off, EPSILON * size)
