"""The reverse pass: the chain rule, applied in reversed topological order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal, overload

from .errors import DomainError, OperandError
from .functions import VALUES
from .graph import topological_order
from .namespaces import FLOATS
from .primitives import ADD, CONSTANT, MULTIPLY, TOTAL, WEIGHTED_SUM
from .value import Value, as_value, out_of_domain


def local_partial(value: Value, index: int) -> float:
    """The derivative of `value` with respect to its operand `index`, the others held fixed.

    Raises
    ------
    DomainError
        Where the operation has a result but no finite derivative, such as sqrt at 0.
    """
    primitive, operands = value.primitive, value.operands
    try:
        partial = primitive.partial(FLOATS, index, value._data, [operand._data for operand in operands])
    except (ValueError, ZeroDivisionError):
        raise DomainError(out_of_domain(primitive, operands, of="the derivative of ")) from None
    return partial  # type: ignore[no-any-return]  # floats in, a float out


def backward(output: Value) -> None:
    """Add d output / d leaf to every leaf's ``grad``; set the others' ``grad`` to this pass's.

    The operations of `_FAST` have their rule written out, for speed; a test
    holds them equal to the table.
    """
    order = topological_order((output,), leaves=False)
    for value in order:
        value.grad = 0.0
    output.grad += 1.0
    for value in reversed(order):
        primitive = value.primitive
        if primitive is MULTIPLY:
            a, b = value.operands
            grad = value.grad
            a.grad += grad * b._data
            b.grad += grad * a._data
        elif primitive is ADD:
            a, b = value.operands
            grad = value.grad
            a.grad += grad
            b.grad += grad
        elif primitive is WEIGHTED_SUM:
            _weighted_sum_backward(value)
        elif primitive is TOTAL:
            grad = value.grad
            for operand in value.operands:
                operand.grad += grad
        else:
            for index, operand in enumerate(value.operands):
                if operand.primitive is not CONSTANT:
                    operand.grad += value.grad * local_partial(value, index)


def _weighted_sum_backward(value: Value) -> None:
    operands, grad = value.operands, value.grad
    n = len(operands) // 2
    for weight, activation in zip(operands[:n], operands[n:], strict=False):
        weight.grad += grad * activation._data
        activation.grad += grad * weight._data
    if len(operands) % 2:
        operands[-1].grad += grad


@overload
def gradient(output: Value, wrt: Sequence[Value], create_graph: Literal[False] = False) -> list[float]: ...
@overload
def gradient(output: Value, wrt: Sequence[Value], create_graph: Literal[True]) -> list[Value]: ...
@overload
def gradient(output: Value, wrt: Value, create_graph: Literal[False] = False) -> float: ...
@overload
def gradient(output: Value, wrt: Value, create_graph: Literal[True]) -> Value: ...


def gradient(output: Any, wrt: Any, create_graph: bool = False) -> Any:
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

    Examples
    --------
    >>> x = Value(2.0)
    >>> (dx,) = gradient(x**3, [x], create_graph=True)
    >>> dx.data, gradient(dx, [x])
    (12.0, [12.0])
    """
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
    adjoints = _adjoints(output, set(wanted), create_graph)
    if create_graph:
        return [as_value(adjoints.get(value, 0.0), "adjoint") for value in wanted]
    return [adjoints.get(value, 0.0) for value in wanted]


def _adjoints(output: Value, wanted: set[Value], create_graph: bool) -> dict[Value, Any]:
    """d output / d value for everything that `output` depends on, as floats or as Values."""
    adjoints: dict[Value, Any] = {output: 1.0}
    for value in reversed(topological_order((output,), leaves=False)):
        adjoint = adjoints[value]
        for index, operand in enumerate(value.operands):
            if operand.primitive is CONSTANT and operand not in wanted:
                continue
            partial = _partial_value(value, index) if create_graph else local_partial(value, index)
            term = _product(adjoint, partial) if create_graph else adjoint * partial
            adjoints[operand] = _sum(adjoints[operand], term) if operand in adjoints else term
    return adjoints


def _partial_value(value: Value, index: int) -> Any:
    """The local partial as a Value, or as a float where it is constant."""
    operands = [operand._data if operand.primitive is CONSTANT else operand for operand in value.operands]
    try:
        return value.primitive.partial(VALUES, index, value, operands)
    except (ValueError, ZeroDivisionError):
        raise DomainError(out_of_domain(value.primitive, value.operands, of="the derivative of ")) from None


def _product(a: Any, b: Any) -> Any:
    """a * b without the nodes that a textbook would not write: 1 * b, 0 * b."""
    for factor, other in ((a, b), (b, a)):
        if factor.__class__ is float and factor in (0.0, 1.0):
            return other if factor else 0.0
    return a * b


def _sum(a: Any, b: Any) -> Any:
    for term, other in ((a, b), (b, a)):
        if term.__class__ is float and term == 0.0:
            return other
    return a + b
