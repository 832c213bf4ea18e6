"""Recipes: what a step of a walk computes, forth or back, as one elementwise kernel.

The way back over a step adds its adjoint times a partial to the adjoint of an operand: as an operation of its own,
whose rule is made of the table's, that is one kernel.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from ....primitives import Primitive
from ...plan.walk import Operation
from . import elementwise
from .memory import Memory

RESULT, OPERAND, ADJOINT, ADJOINT_OF_OPERAND, NUMBER = range(5)
"""Where a kernel's operand is found: the step's result, an operand of it, the adjoint of either, or a number."""

Recipe = list[int]
"""The address of a kernel, how many operands it has, and for its result and each operand where and which it is."""


def forth(operation: Operation, memory: Memory) -> Recipe:
    """A step's result."""
    operands = [(OPERAND, k) for k in range(operation.arity)]
    numbers = [(NUMBER, memory.number(number).start.fixed) for number in operation.numbers]
    given = [None] * operation.arity + list(operation.numbers)
    return _recipe(operation.primitive, given, [(RESULT, 0), *operands, *numbers], memory)


def back(operation: Operation, index: int, memory: Memory) -> Recipe:
    """What is added to the adjoint of an operand."""
    target = (ADJOINT_OF_OPERAND, index)
    slots = [target, target, (ADJOINT, 0), (RESULT, 0), *((OPERAND, k) for k in range(operation.arity))]
    return _recipe(_added(operation, index), [None] * (operation.arity + 3), slots, memory)


def _recipe(primitive: Primitive, given: list[Any], slots: list[tuple[int, int]], memory: Memory) -> Recipe:
    address = elementwise.address(primitive, given, memory.dtype)()
    return [address, len(given), *(number for slot in slots for number in slot)]


@cache
def _added(operation: Operation, index: int) -> Primitive:
    """The operation ``sum + adjoint * partial``, of the sum so far, an adjoint, a step's result and its operands."""

    def rule(ns: Any, so_far: Any, adjoint: Any, result: Any, *operands: Any) -> Any:
        return so_far + adjoint * operation.partial(ns, index, result, operands)

    partials: tuple[Callable[..., Any], ...] = ()
    return Primitive(f"{operation.primitive.name}_back{index}", rule, partials, "")
