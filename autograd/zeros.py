"""Derivatives of exactly 0: those that a choice or a factor of 0 makes, and those that may have been lost.

Where a function saturates its values do not change by a digit, and differences see a derivative of 0 whether it
is one or 1e-17. So a 0 is believed for what makes it, or because the function is seen to move elsewhere.
"""

from __future__ import annotations

import math

from .differences import Curve
from .errors import DomainError
from .graph import topological_order
from .namespaces import FLOATS
from .primitives import CHOOSE, MULTIPLY, WEIGHTED_SUM, WHERE
from .value import Value, number_of

# Where these have a partial of 0, an operand is 0 or another was chosen.
_EXACT = (MULTIPLY, WEIGHTED_SUM, WHERE, CHOOSE)
# How far, for numbers of size one, a function is looked at close by and far away.
_NEAR = (0.1, 0.03, 0.01)
_FAR = (1.0, 10.0, 100.0)


def is_exact_zero(value: Value, index: int) -> bool:
    """Whether the derivative of an operation by an operand is 0 by a kink's convention, a choice or a factor of 0."""
    primitive = value.primitive
    if primitive.is_flat(index):
        return True
    if primitive.kink is None and primitive not in _EXACT:
        return False
    try:
        numbers = [*map(number_of, value.operands)]
        return bool(primitive.partial(FLOATS, index, number_of(value), numbers) == 0.0)
    except (ValueError, ZeroDivisionError, DomainError):
        return False


def reached(output: Value) -> set[Value]:
    """The values that `output` depends on by derivatives of which none is an exact zero."""
    found = {output}
    for value in reversed(topological_order((output,), leaves=False)):
        if value in found:
            found.update(o for index, o in enumerate(value.operands) if not is_exact_zero(value, index))
    return found


def is_confirmed(curve: Curve, x: float, uncertainty: float, tolerance: float) -> bool:
    """Whether a difference of 0, known up to `uncertainty`, is small beside the slopes of the curve around `x`.

    One that does not move at all is believed where it is 0, whose neighbours floats
    tell apart down to 1e-308, or where it is the same far away.
    """
    middle, size = curve(x), max(1.0, abs(x))

    def moves(steps: tuple[float, ...]) -> list[float]:
        ends = [(curve(x + side * step * size), step * size) for step in steps for side in (1.0, -1.0)]
        return [abs(end - middle) / step for end, step in ends if end is not None and middle is not None]

    near = max(moves(_NEAR), default=math.nan)
    if near == 0.0:
        return middle == 0.0 or not any(moves(_FAR))
    return uncertainty <= tolerance * near
