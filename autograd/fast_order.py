"""The order of `graph.topological_order`, found in half the time where a reverse pass may write into ``grad``."""

from __future__ import annotations

from typing import Any

from .errors import GraphError
from .sentences import depends_on_itself
from .value import Value


def cleared_order(output: Value) -> tuple[list[Value], dict[Value, float]]:
    """What `output` was computed from, each ``grad`` at 0 for a pass, and the leaves' gradients that are not 0.

    A mark in the value itself, where its gradient of the pass will stand, says how far the search is with it:
    a set of the values that were seen would be asked at every edge.

    Parameters
    ----------
    output : Value
        Where to start.

    Returns
    -------
    order : list of Value
        ``topological_order((output,), leaves=False)``.
    held : dict of Value to float
        Each leaf that holds a gradient, which is left as it is; one that was set to None is 0.

    Raises
    ------
    GraphError
        If a value depends on itself.
    """
    order: list[Value] = []
    held: dict[Value, float] = {}
    begun: Any = object()
    done: Any = object()
    stack = [output] if output.operands else []
    try:
        while stack:
            value = stack[-1]
            if value.grad is done:
                stack.pop()
            elif value.grad is begun:  # and what stood above it on the stack is done
                value.grad = done
                order.append(stack.pop())
            else:
                value.grad = begun
                for operand in value.operands[::-1]:
                    if not operand.operands:
                        if operand.grad != 0.0:
                            held[operand] = operand.grad or 0.0
                    elif operand.grad is begun:
                        raise GraphError(depends_on_itself(operand))
                    elif operand.grad is not done:
                        stack.append(operand)
    finally:
        for value in order:
            value.grad = 0.0
        for value in stack:  # empty, unless the search was broken off
            value.grad = 0.0
    return order, held
