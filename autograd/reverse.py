"""The reverse pass: the chain rule, applied in reversed topological order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import isfinite
from typing import Any, Literal, overload

from . import modes
from .errors import DomainError, NonFiniteError, OperandError, RecordingError
from .functions import VALUES
from .graph import topological_order
from .modes import Watch
from .namespaces import FLOATS
from .pairs import pairs_of, partner_of
from .primitives import ADD, CONSTANT, MULTIPLY, TOTAL, WEIGHTED_SUM
from .sentences import named, non_finite, out_of_domain
from .value import Value, as_value, line_of


def local_partial(value: Value, index: int) -> float:
    """The derivative of `value` with respect to its operand `index`, the others held fixed.

    Raises
    ------
    DomainError
        Where the operation has a result but no finite derivative, such as sqrt at 0.
    """
    return _partial(value, index, _read(value.operands, False), False)  # type: ignore[no-any-return]  # floats in, a float out


def backward(output: Value) -> None:
    """Add d output / d leaf to every leaf's ``grad``; set the others' ``grad`` to this pass's.

    Constants receive nothing. A leaf's parts are added up before they are added to
    what it holds, so that a second pass exactly doubles it; a pass that fails
    leaves it as it was.
    """
    _refuse_while_recording("backward()", "gradient(output, wrt, create_graph=True)")
    order = topological_order((output,), leaves=False)
    for value in order:
        value.grad = 0.0
    held = {leaf: leaf.grad for value in order for leaf in value.operands if leaf.grad}
    for leaf in held:
        leaf.grad = 0.0
    try:
        output.grad += 1.0
        _pass_back(order)
    except BaseException:
        for leaf in {operand for value in order for operand in value.operands if not operand.operands}:
            leaf.grad = held.get(leaf, 0.0)
        raise
    for leaf, grad in held.items():
        leaf.grad += grad


def _pass_back(order: list[Value]) -> None:
    """Hand every value's gradient on to its operands, the last value first.

    The commonest operations have the table's rule written out, for speed;
    tests/autograd/test_reverse.py holds both equal.
    """
    watching = bool(modes.active) and modes.watch() is Watch.ANOMALIES
    for value in reversed(order):
        grad = value.grad
        if grad == 0.0:
            continue  # nothing to pass on, even where a partial is infinite: a branch `where` did not choose
        if not watching and (rule := _WRITTEN_OUT.get(value.primitive)) is not None:
            rule(value, grad)
            continue
        for index, operand in enumerate(value.operands):
            if operand.primitive is not CONSTANT:
                before = operand.grad
                operand.grad += grad * local_partial(value, index)
                if watching:
                    _check(value, index, (grad, before), operand.grad)


def _multiply_backward(value: Value, grad: float) -> None:
    a, b = value.operands
    if a.primitive is not CONSTANT:
        a.grad += grad * b._data
    if b.primitive is not CONSTANT:
        b.grad += grad * a._data


def _sum_backward(value: Value, grad: float) -> None:
    for operand in value.operands:
        if operand.primitive is not CONSTANT:
            operand.grad += grad


def _weighted_sum_backward(value: Value, grad: float) -> None:
    weights, activations, bias = pairs_of(value.operands)
    for weight, activation in zip(weights, activations, strict=True):
        if weight.primitive is not CONSTANT:
            weight.grad += grad * activation._data
        if activation.primitive is not CONSTANT:
            activation.grad += grad * weight._data
    if bias is not None and bias.primitive is not CONSTANT:
        bias.grad += grad


_WRITTEN_OUT = {
    ADD: _sum_backward,
    MULTIPLY: _multiply_backward,
    TOTAL: _sum_backward,
    WEIGHTED_SUM: _weighted_sum_backward,
}


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
        _refuse_while_recording("gradient()", "create_graph=True")
    adjoints = _adjoints(output, set(wanted), create_graph)
    if create_graph:
        return [as_value(adjoints.get(value, 0.0), "adjoint") for value in wanted]
    return [adjoints.get(value, 0.0) for value in wanted]


def _refuse_while_recording(call: str, remedy: str) -> None:
    if modes.active and modes.recorder() is not None:
        raise RecordingError(
            f"{call} inside a compiled function: expected Values to go on with, got one sample's numbers, which "
            f"would be frozen into the program; write {remedy}"
        )


def _adjoints(output: Value, wanted: set[Value], create_graph: bool) -> dict[Value, Any]:
    """d output / d value for each value between `output` and `wanted`, as floats or as Values."""
    order = topological_order((output,), leaves=False)
    between = set(wanted)
    for value in order:
        if not between.isdisjoint(value.operands):
            between.add(value)
    watching = bool(modes.active) and not create_graph and modes.watch() is Watch.ANOMALIES
    adjoints: dict[Value, Any] = {output: 1.0}
    for value in reversed(order):
        adjoint = adjoints.get(value, 0.0)
        if adjoint.__class__ is float and adjoint == 0.0:
            continue  # as in `backward`
        operands = _read(value.operands, create_graph)
        for index, operand in enumerate(value.operands):
            if operand in between:
                partial = _partial(value, index, operands, create_graph)
                term = _product(adjoint, partial) if create_graph else adjoint * partial
                before = adjoints.get(operand, 0.0)
                adjoints[operand] = _sum(before, term) if operand in adjoints else term
                if watching:
                    _check(value, index, (adjoint, before), adjoints[operand])
    return adjoints


def _check(value: Value, index: int, given: tuple[float, float], made: float) -> None:
    """Raise for a gradient that is not finite though all it was computed from is."""
    operands = value.operands
    if isfinite(made) or not all(map(isfinite, (*given, *(operand._data for operand in operands)))):
        return
    raise NonFiniteError(
        non_finite(value.primitive, operands, made, "the derivative of ")
        + f" and the gradient {given[0]!r} of its result, for its operand {named(operands[index])}{line_of(value)}"
    )


def _read(operands: tuple[Value, ...], as_values: bool) -> list[Any]:
    """What the partials are computed from: numbers, or Values with floats for the constants."""
    if as_values:
        return [operand._data if operand.primitive is CONSTANT else operand for operand in operands]
    return [operand._data for operand in operands]


def _partial(value: Value, index: int, operands: list[Any], as_values: bool) -> Any:
    """The local partial as a float, or as a Value where it is not constant."""
    primitive = value.primitive
    if primitive is WEIGHTED_SUM:  # read through the table, each partial would copy all operands
        partner = partner_of(index, len(operands))
        return 1.0 if partner is None else operands[partner]
    try:
        if as_values:
            return primitive.partial(VALUES, index, value, operands)
        return primitive.partial(FLOATS, index, value._data, operands)
    except (ValueError, ZeroDivisionError, DomainError):
        sentence = out_of_domain(primitive, value.operands, of="the derivative of ")
        raise DomainError(sentence + line_of(value)) from None


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
