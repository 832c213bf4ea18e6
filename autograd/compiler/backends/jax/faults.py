"""Faults: what NumPy tells by its floating-point flags, found in the numbers instead.

NaN shows itself: whatever is computed from it is NaN, up to the results, but
for a few operations that hide it. So it is looked for in front of those and in
the results. An infinity may vanish without a trace, as in ``tanh(1 / 0)``, and
is right where a number was too large; so poles are looked for where they are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import jax.numpy as jnp

from ....primitives import Primitive
from ..base import HIDING
from .namespace import positions

# Where a pole is; elsewhere their results may be infinite by being large, which is no fault.
POLES: dict[str, Callable[..., Any]] = {
    "divide": lambda a, b: b == 0,
    "power": lambda a, b: jnp.logical_and(a == 0, b < 0),
    "reciprocal": lambda a: a == 0,
    "mod": lambda a, b: b == 0,
    "floor_divide": lambda a, b: b == 0,
    **dict.fromkeys(("lgamma", "digamma", "trigamma"), lambda a: jnp.logical_and(a <= 0, a == jnp.floor(a))),
    "choose": lambda index, *options: positions(index, len(options))[1],
}


_DIVIDING = "divide", "mod", "floor_divide"


def fault(primitive: Primitive, result: Any, operands: Sequence[Any]) -> Any:
    """Where an elementwise operation met a pole or hides a NaN: an array of bool, or None for never."""
    found = []
    if primitive.needs and not _without_pole(primitive, operands):
        at_pole = POLES.get(primitive.name)
        found.append(_infinite_of_finite(result, operands) if at_pole is None else at_pole(*operands))
    if primitive.name in HIDING:
        found += [jnp.isnan(operand) for operand in operands if not isinstance(operand, float)]
    return reduce(jnp.logical_or, found) if found else None


def _infinite_of_finite(result: Any, operands: Sequence[Any]) -> Any:
    found = jnp.isinf(result)
    for operand in operands:
        found &= jnp.isfinite(operand)
    return found


def _without_pole(primitive: Primitive, operands: Sequence[Any]) -> bool:
    """Whether a number among the operands rules a pole out: a divisor other than 0, an exponent of at least 0."""
    last = operands[-1]
    return (
        isinstance(last, float)
        and primitive.name != "choose"
        and (last != 0 if primitive.name in _DIVIDING else last >= 0)
    )
