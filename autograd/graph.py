"""The order in which a graph is walked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from .errors import GraphError
from .sentences import depends_on_itself
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
    begun: set[Value] = set()
    done: set[Value] = set()
    for output in outputs:
        # None on the stack says: all operands of the value below it are in the order.
        stack: list[Value | None] = [output] if leaves or output.operands else []
        while stack:
            value = stack.pop()
            if value is None:
                value = cast(Value, stack.pop())
                done.add(value)
                order.append(value)
            elif value not in done:
                waits = False
                for operand in value.operands[::-1]:
                    if (operand.operands or leaves) and operand not in done:
                        if not waits:
                            waits = True
                            if value in begun:
                                raise GraphError(depends_on_itself(value))
                            begun.add(value)
                            stack += (value, None)
                        stack.append(operand)
                if not waits:
                    done.add(value)
                    order.append(value)
    return order


def use_counts(order: Iterable[Value]) -> dict[Value, int]:
    """How often each value is an operand."""
    uses: dict[Value, int] = {}
    for value in order:
        for operand in value.operands:
            uses[operand] = uses.get(operand, 0) + 1
    return uses
