"""Paths: what lies between a value and an output, how many ways there are, and the partials on the way."""

from __future__ import annotations

import math
from collections.abc import Iterable

from .errors import DomainError, GraphError
from .reverse import local_partial
from .value import Value

Steps = tuple[tuple[Value, int], ...]
"""The local partials along a path, from the output's side back: a value and its operand's position."""

_INSIDE = 2


def use_counts(order: Iterable[Value]) -> dict[Value, int]:
    """How often each value is an operand."""
    uses: dict[Value, int] = {}
    for value in order:
        for operand in value.operands:
            uses[operand] = uses.get(operand, 0) + 1
    return uses


def end_of(steps: Steps) -> Value:
    """The operand that steps lead back to."""
    value, index = steps[-1]
    return value.operands[index]


def passed_through(steps: Steps, uses: dict[Value, int]) -> bool:
    """Whether the formula of a labelled value holds what steps lead back to, as C = (a - y)^2 holds the difference.

    That has no name, and nothing else uses it.
    """
    inner = end_of(steps)
    written = inner.label is None and 1 <= len(inner.operands) <= 2 and uses[inner] == 1
    return written and steps[0][0].label is not None and len(steps) <= _INSIDE


def paths_from(start: Value, order: list[Value], uses: dict[Value, int], argument: str) -> tuple[set[Value], int]:
    """The values on paths from `start` to the last of a topological order, and how many paths there are.

    Counts grow to thousands of digits, so one is forgotten when the last that uses its value has read it.
    """
    output = order[-1]
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
        if count:
            counts[value], waiting[value] = count, uses.get(value, 0)
            on_path.add(value)
    if output not in on_path:
        raise GraphError(
            f"{argument}: expected a value that the output depends on, got {start!r}; take one that it was computed "
            "from (str(draw(output)) lists them), and look for detach() and no_grad() on the way"
        )
    return on_path, counts[output]


def partial_of(value: Value, index: int) -> float | None:
    """A local partial, or None where it does not exist."""
    try:
        return local_partial(value, index)
    except DomainError:
        return None


def partial_by(value: Value, operand: Value) -> float | None:
    """The partial by an operand in all its positions."""
    partials = [partial_of(value, i) for i, o in enumerate(value.operands) if o is operand]
    return None if None in partials else math.fsum(p for p in partials if p is not None)


def product_of(partials: list[float | None]) -> float | None:
    """Their product, or None where one does not exist."""
    return None if None in partials else math.prod(p for p in partials if p is not None)
