"""Paths: what lies between a value and an output, how many ways there are, and the partials on the way."""

from __future__ import annotations

import math
from collections.abc import Collection

from .errors import DomainError, GraphError
from .merged import Merged
from .reverse import local_partial
from .value import Value


def paths_from(start: Value, order: list[Value], merged: Merged, argument: str) -> tuple[set[Value], int]:
    """The values on paths from `start` to the last of a topological order, and how many paths there are.

    Paths through products with the number 0, which add nothing, are left out where there are others.
    """
    on_path, paths = _walked(start, order, merged.uses, merged.nothing)
    if not paths:
        on_path, paths = _walked(start, order, merged.uses, ())
    if not paths:
        raise GraphError(
            f"{argument}: expected a value that the output depends on, got {start!r}; take one that it was computed "
            "from (str(draw(output)) lists them), and look for detach() and no_grad() on the way"
        )
    return on_path, paths


def _walked(
    start: Value, order: list[Value], uses: dict[Value, int], closed: Collection[Value]
) -> tuple[set[Value], int]:
    """The values on paths, and how many there are to the last, none through those that are closed.

    Counts grow to thousands of digits, so one is forgotten when the last that uses its value has read it.
    """
    counts, waiting, on_path = {start: 1}, {start: uses.get(start, 0)}, {start}
    for value in order:
        if value is start:
            continue
        count = 0
        for operand in value.operands:
            if operand in on_path:
                count += counts[operand]
                waiting[operand] -= 1
                if not waiting[operand]:
                    del counts[operand]
        if count and value not in closed:
            counts[value], waiting[value] = count, uses.get(value, 0)
            on_path.add(value)
    return _leading_on(order, on_path) if closed else on_path, counts.get(order[-1], 0)


def _leading_on(order: list[Value], values: set[Value]) -> set[Value]:
    """Those from which the last of an order is reached by way of others of them."""
    reached = {order[-1]} & values
    for value in reversed(order):
        if value in reached:
            reached.update(values.intersection(value.operands))
    return reached


def partial_of(value: Value, index: int) -> float | None:
    """A local partial, or None where it does not exist."""
    try:
        return local_partial(value, index)
    except DomainError:
        return None


def product_of(partials: list[float | None]) -> float | None:
    """Their product, or None where one does not exist."""
    return None if None in partials else math.prod(p for p in partials if p is not None)
