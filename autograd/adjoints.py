"""Gradients as results: `gradient` gives derivatives as floats, or as Values with a graph of their own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import add, mul
from typing import Any, Literal, Never, overload

from . import modes
from .changes import refuse_changed
from .errors import OperandError
from .functions import VALUES
from .graph import topological_order
from .namespaces import FLOATS
from .primitives import CONSTANT
from .reverse import UNDEFINED, no_derivative
from .value import Value, as_value, number_of
from .words import refuse_keywords


@overload
def gradient(output: Value, wrt: Sequence[Value], create_graph: Literal[False] = False) -> list[float]: ...
@overload
def gradient(output: Value, wrt: Sequence[Value], create_graph: Literal[True]) -> list[Value]: ...
@overload
def gradient(output: Value, wrt: Value, create_graph: Literal[False] = False) -> float: ...
@overload
def gradient(output: Value, wrt: Value, create_graph: Literal[True]) -> Value: ...


def gradient(output: Any = None, wrt: Any = None, create_graph: bool = False, **unknown: Never) -> Any:
    """The derivatives of `output` with respect to values it depends on.

    No ``grad`` is touched.

    Parameters
    ----------
    output : Value
        What to differentiate.
    wrt : Value or sequence of Value
        By what: leaves, or values in the middle of the graph.
    create_graph : bool
        Whether the derivatives are Values with a graph of their own, which can be
        differentiated, drawn or compiled again.

    Returns
    -------
    list of float, or of Value with `create_graph`
        One for each of `wrt`, 0 where `output` does not depend on it; not a list
        when `wrt` is one Value.

    Raises
    ------
    OperandError
        If `output` or a member of `wrt` is not a Value.
    DomainError
        Where an operation has no finite derivative.
    GraphError
        Where a leaf's number was changed since `output` was computed.
    RecordingError
        Inside a function that is being compiled, without `create_graph`: the floats
        of one sample would stand in the program for every sample.

    Examples
    --------
    >>> x = Value(2.0)
    >>> (dx,) = gradient(x**3, [x], create_graph=True)
    >>> dx.data, gradient(dx, [x])
    (12.0, [12.0])
    """
    if unknown:
        refuse_keywords("gradient", gradient, unknown)
    if not isinstance(output, Value):
        raise OperandError(f"gradient(output): expected a Value, got {type(output).__name__}")
    if isinstance(wrt, Value):
        return gradient(output, [wrt], create_graph)[0]  # type: ignore[call-overload]  # a bool, not a literal
    if not isinstance(wrt, Iterable):
        raise OperandError(f"gradient(wrt): expected a Value or a list of Values, got {type(wrt).__name__}")
    wanted = list(wrt)
    for index, value in enumerate(wanted):
        if not isinstance(value, Value):
            raise OperandError(f"gradient(wrt[{index}]): expected a Value, got {type(value).__name__}")
    if not create_graph:
        modes.refuse_while_recording("gradient()", "create_graph=True")
    adjoints = _adjoints(output, set(wanted), create_graph)
    if create_graph:
        return [as_value(adjoints.get(value, 0.0), "adjoint") for value in wanted]
    return [adjoints.get(value, 0.0) for value in wanted]


def _adjoints(output: Value, wanted: set[Value], create_graph: bool) -> dict[Value, Any]:
    """d output / d value for each value between `output` and `wanted`, as floats or as Values."""
    order = topological_order((output,), leaves=False)
    if modes.recorder() is None:  # a compiled function reads the numbers that the leaves have when it runs
        refuse_changed(order, "gradient()")
    between = set(wanted)
    for value in order:
        if not between.isdisjoint(value.operands):
            between.add(value)
    if modes.active and not create_graph and (watcher := modes.watcher()) is not None:
        watcher.rehearse(output, order, between)
    ns, read, times, plus = _WITH_VALUES if create_graph else _WITH_FLOATS
    adjoints: dict[Value, Any] = {output: 1.0}
    for value in reversed(order):
        adjoint = adjoints.get(value, 0.0)
        if adjoint.__class__ is float and adjoint == 0.0:
            continue  # as in `backward`
        partial = value.primitive.partial
        operands, result = read(value)
        try:
            for index, operand in enumerate(value.operands):
                if operand in between:
                    term = times(adjoint, partial(ns, index, result, operands))
                    adjoints[operand] = plus(adjoints[operand], term) if operand in adjoints else term
        except UNDEFINED:
            raise no_derivative(value) from None
    return adjoints


def _numbers(value: Value) -> tuple[list[Any], Any]:
    """The operands and the result of an operation, for its partials."""
    return [*map(number_of, value.operands)], number_of(value)


def _values(value: Value) -> tuple[list[Any], Any]:
    """The same as Values, with floats for the constants."""
    return [number_of(operand) if operand.primitive is CONSTANT else operand for operand in value.operands], value


def _product(a: Any, b: Any) -> Any:
    """a * b without the nodes that a textbook would not write: 1 * b, 0 * b."""
    for factor, other in ((a, b), (b, a)):
        if factor.__class__ is float and factor in (0.0, 1.0):
            return other if factor else 0.0
    return a * b


def _sum(a: Any, b: Any) -> Any:
    """a + b without a node for 0 + b."""
    for term, other in ((a, b), (b, a)):
        if term.__class__ is float and term == 0.0:
            return other
    return a + b


_WITH_FLOATS = FLOATS, _numbers, mul, add
_WITH_VALUES = VALUES, _values, _product, _sum
