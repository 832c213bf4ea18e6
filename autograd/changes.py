"""What was changed since a graph was recorded, and the graph as it was then."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from . import clock
from .errors import GraphError
from .primitives import WHERE, Primitive
from .sentences import named
from .value import Value, made, number_of


@dataclass(frozen=True, eq=False)
class Change:
    """A leaf whose number is another one than when it was used.

    Attributes
    ----------
    leaf : Value
    before : float
        The number from which the graph was computed. NaN where it was more than one, or is not known any
        more: only the last few thousand changes are remembered.
    user : Value
        What was computed from it.
    """

    leaf: Value
    before: float
    user: Value


def changes_since(order: Sequence[Value]) -> list[Change]:
    """The leaves of a graph that were changed since it was recorded.

    Parameters
    ----------
    order : sequence of Value
        The graph's computed values; leaves among them are passed over.
    """
    # Where nothing at all was changed since, which is nearly always so, this is one look at each value.
    latest = math.inf if clock.unwatched else clock.now
    late = [v for v in order if v._time < latest for operand in v.operands if operand._time > v._time]
    users: dict[Value, Value] = {}
    for value in late:
        for operand in value.operands:
            if operand not in users and not _same(_number_then(operand, value), number_of(operand)):
                users[operand] = value
    if not users:
        return []
    before: dict[Value, set[float]] = {leaf: set() for leaf in users}
    for value in order:
        for operand in value.operands:
            if operand in before:
                number = _number_then(operand, value)
                before[operand].add(math.nan if number is None else number)
    return [
        Change(leaf, numbers.pop() if len(numbers) == 1 else math.nan, users[leaf]) for leaf, numbers in before.items()
    ]


def _number_then(operand: Value, user: Value) -> float | None:
    """The number of an operand when another value was computed from it; None where that is not known any more."""
    if operand.operands:
        return number_of(operand)
    return clock.number_at(user._time, number_of(operand), operand._time)


def _same(a: float | None, b: float) -> bool:
    return a == b or (a is not None and math.isnan(a) and math.isnan(b))


def refuse_changed(order: Sequence[Value], call: str) -> None:
    """Raise a `GraphError` where a graph was recorded at other numbers than its leaves have now."""
    changes = changes_since(order)
    if changes:
        first = changes[0]
        was = "another number" if math.isnan(first.before) else repr(first.before)
        by = f"{first.user.label} was" if first.user.label is not None else "the graph was"
        also = f" (and {len(changes) - 1:,} more were changed)" if len(changes) > 1 else ""
        raise GraphError(
            f"{call}: expected the numbers that the graph was computed from, got {_called(first.leaf)}, which was "
            f"{was} when {by} computed from it by {first.user.primitive.name}{also}; "
            "compute the output again, and then differentiate"
        )


def _called(leaf: Value) -> str:
    return named(leaf) if leaf.label is not None else f"a leaf without a label that is {named(leaf)}"


def recorded(order: Sequence[Value]) -> tuple[list[Change], dict[Value, Value]]:
    """What was changed, and what to look at instead to see a graph as it was recorded.

    Parameters
    ----------
    order : sequence of Value
        The whole graph in topological order.

    Returns
    -------
    changes : list of Change
    then : dict
        For each changed leaf, and what was computed from it, a Value in its stead of the number of then.
        It is NaN where that is not known, and so are the partials that need it.
    """
    changes = changes_since(order)
    then = {change.leaf: _like(change.leaf, change.before, ()) for change in changes}
    unknown = {change.leaf for change in changes if math.isnan(change.before)}
    for value in order if changes else ():
        if not then.keys().isdisjoint(value.operands):
            operands = tuple(then.get(operand, operand) for operand in value.operands)
            then[value] = _like(value, number_of(value), operands)
            if not unknown.isdisjoint(value.operands):
                then[value].primitive = _undecided(value.primitive)
    return changes, then


def _like(value: Value, number: float, operands: tuple[Value, ...]) -> Value:
    twin = made(Value, number, operands, value.primitive)
    twin.label, twin.grad = value.label, value.grad
    return twin


def _undecided(primitive: Primitive) -> Primitive:
    """An operation that chooses by its operands, where one is not known; others' partials are NaN by themselves."""
    chooses = primitive.kink is not None or primitive is WHERE
    return replace(primitive, partials=lambda ns, index, v, operands: math.nan) if chooses else primitive
