"""Watched: rules of users' own read with JAX's arrays, and faults looked for at each operation that they are made of.

Within such a rule an infinity may vanish, or NaN be hidden, as between two operations of the table; see `faults`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import jax.numpy as jnp

from ....errors import OperandError
from ....primitives import Primitive
from ....primitives.own import Own
from ...one_by_one import of_floats
from ...plan.plan import Plan
from ..operators import namespace_of, with_operators
from .faults import fault
from .namespace import JAX_ARRAYS


def _watched(primitive: Primitive) -> Callable[..., Any]:
    def function(*operands: Any) -> Any:
        faults = next((operand.faults for operand in operands if isinstance(operand, _Watched)), [])
        numbers = [operand.numbers if isinstance(operand, _Watched) else float(operand) for operand in operands]
        result = primitive.rule(JAX_ARRAYS, *numbers)
        found = fault(primitive, result, numbers)
        faults += [] if found is None else [found]
        return _Watched(result, faults)

    return function


@with_operators(_watched)
class _Watched:
    """An array, and the list that faults are noted in."""

    def __init__(self, numbers: Any, faults: list[Any]) -> None:
        self.numbers, self.faults = numbers, faults


_WATCHED = namespace_of(_watched)


def require_arrays(plan: Plan) -> None:
    """Raise an `OperandError` for an operation of floats alone, which JAX cannot read."""
    for primitive in of_floats(plan):
        raise OperandError(
            f'backend="jax": expected operations that compute whole arrays, got {primitive.name}, whose rule is of '
            'floats alone; write rule and partials with ns, or take backend="numpy"'
        )


def result_and_fault(primitive: Primitive, operands: Sequence[Any], numbers: Sequence[float] = ()) -> tuple[Any, Any]:
    """What an operation makes of arrays and of numbers behind them, and where it is at fault; None for never."""
    given = [*operands, *numbers]
    if not isinstance(primitive, Own):
        result = primitive.rule(JAX_ARRAYS, *given)
        return result, fault(primitive, result, given)
    faults: list[Any] = []
    result = primitive.rule(_WATCHED, *(_Watched(operand, faults) for operand in given))
    found = reduce(jnp.logical_or, faults) if faults else None
    return result.numbers if isinstance(result, _Watched) else result, found
