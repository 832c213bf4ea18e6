"""The order in which a graph is walked."""

from __future__ import annotations

from collections.abc import Iterable

from .errors import GraphError
from .value import Value


def topological_order(outputs: Iterable[Value], leaves: bool = True) -> list[Value]:
    """Every value that `outputs` depend on, operands before what was computed from them.

    The chain rule needs this order, reversed: a gradient may be passed on only
    when all that use the value have added their part to it.

    Parameters
    ----------
    outputs : iterable of Value
        Where to start; they are in the result.
    leaves : bool
        Whether values without operands are listed too.

    Returns
    -------
    list of Value
        Each value once, the same order for the same graph. Nothing recurses:
        depth is bounded by memory alone.

    Raises
    ------
    GraphError
        If a value depends on itself, which takes private attributes to bring about.
    """
    order: list[Value] = []
    seen: set[Value] = set()
    met_again: list[tuple[Value, int]] = []
    for output in outputs:
        # None on the stack says: all operands of the value below it are in the order.
        stack: list[Value | None] = [output] if leaves or output.operands else []
        while stack:
            value = stack.pop()
            if value is None:
                order.append(stack.pop())  # type: ignore[arg-type]  # below a None stands a Value
            elif value not in seen:
                seen.add(value)
                waits = False
                for operand in value.operands[::-1]:
                    if not (operand.operands or leaves):
                        continue
                    if operand in seen:
                        if operand.operands:  # others end every way
                            met_again.append((operand, len(order)))
                    else:
                        if not waits:
                            waits = True
                            stack += (value, None)
                        stack.append(operand)
                if not waits:
                    order.append(value)
    _check_acyclic(order, met_again)
    return order


def _check_acyclic(order: list[Value], met_again: list[tuple[Value, int]]) -> None:
    """Raise where a value was met again before it stood in the order, whose length then is given."""
    shared = {value for value, _ in met_again}
    if not shared:
        return
    place = {value: at for at, value in enumerate(order) if value in shared}
    for value, length in met_again:
        if place[value] >= length:
            raise GraphError(f"a graph: expected no cycle, got {value!r} that depends on itself")
