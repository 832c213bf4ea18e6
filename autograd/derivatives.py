"""Matrices of derivatives: the Jacobian of several outputs, the Hessian of one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal, overload

from .adjoints import gradient
from .errors import OperandError
from .transforms import JacobianOf, grad
from .value import Value
from .words import keywords_told


@overload
def jacobian(
    outputs: Iterable[Value], wrt: Iterable[Value], create_graph: Literal[False] = False
) -> list[list[float]]: ...
@overload
def jacobian(outputs: Iterable[Value], wrt: Iterable[Value], create_graph: Literal[True]) -> list[list[Value]]: ...
@overload
def jacobian(outputs: Callable[..., Any], wrt: int | Sequence[int] = 0) -> Callable[..., Any]: ...


@keywords_told("jacobian")
def jacobian(outputs: Any, wrt: Any = None, create_graph: bool = False) -> Any:
    """The derivatives of several outputs: row i is the gradient of output i.

    Of a function, as in HIPS autograd and JAX, it is a function of the same arguments; see `grad` for what it takes.

    One reverse pass a row. No ``grad`` is touched.

    Parameters
    ----------
    outputs : iterable of Value, or callable
        What to differentiate; for one Value write `gradient`.
    wrt : iterable of Value; of a function int or sequence of int
        By what: leaves, or values in the middle of the graph; of a function the position of the argument, at first 0.
    create_graph : bool
        Whether the derivatives are Values, to be differentiated, drawn or compiled
        again; inside a compiled function they must be.

    Returns
    -------
    list of lists of float, or of Value with `create_graph`
        Shape (outputs, wrt).
    callable, of a function
        What it returns has for each number of the result all derivatives, in the argument's containers; where both
        are arrays an array of the shape of the result followed by that of the argument.

    Raises
    ------
    OperandError
        If a member of `outputs` or `wrt` is not a Value, or one is not iterable.
    DomainError
        Where an operation has no finite derivative.

    Examples
    --------
    >>> from autograd import Value, cos, sin
    >>> r, angle = Value(2.0), Value(0.0)
    >>> jacobian([r * cos(angle), r * sin(angle)], [r, angle])
    [[1.0, -0.0], [0.0, 2.0]]
    >>> jacobian(lambda x: [x[0] * x[1], x[0] ** 2])([3.0, 2.0])
    [[2.0, 3.0], [6.0, 0.0]]
    """
    if callable(outputs):
        return JacobianOf(outputs, 0 if wrt is None else wrt)
    rows = _values(outputs, "jacobian(outputs)", "for one output, write gradient(output, wrt)")
    columns = _values(wrt, "jacobian(wrt)", "write [v]")
    return [gradient(output, columns, create_graph) for output in rows]  # type: ignore[call-overload]  # a bool, not a literal


@overload
def hessian(output: Value, wrt: Iterable[Value], create_graph: Literal[False] = False) -> list[list[float]]: ...
@overload
def hessian(output: Value, wrt: Iterable[Value], create_graph: Literal[True]) -> list[list[Value]]: ...
@overload
def hessian(output: Callable[..., Any], wrt: int | Sequence[int] = 0) -> Callable[..., Any]: ...


@keywords_told("hessian")
def hessian(output: Any, wrt: Any = None, create_graph: bool = False) -> Any:
    """The second derivatives of one output: row i is the gradient of its derivative by ``wrt[i]``.

    Of a function it is a function of the same arguments, `jacobian` of `grad`.

    One reverse pass that builds the gradient's graph, then one a row. No ``grad``
    is touched. By leaves the matrix is symmetric up to rounding.

    Parameters
    ----------
    output : Value, or callable
        What to differentiate twice.
    wrt : iterable of Value; of a function int or sequence of int
        By what.
    create_graph : bool
        Whether the derivatives are Values, to be differentiated, drawn or compiled
        again; inside a compiled function they must be.

    Returns
    -------
    list of lists of float, or of Value with `create_graph`
        Shape (wrt, wrt).

    Raises
    ------
    OperandError
        If `output` or a member of `wrt` is not a Value, or `wrt` is not iterable.
    DomainError
        Where an operation has no finite first or second derivative.

    Examples
    --------
    >>> from autograd import Value
    >>> x, y = Value(2.0), Value(3.0)
    >>> hessian(x * x * y, [x, y])
    [[6.0, 4.0], [4.0, 0.0]]
    """
    if callable(output):
        argnums = 0 if wrt is None else wrt
        return JacobianOf(grad(output, argnums), argnums)
    if not isinstance(output, Value):
        raise OperandError(f"hessian(output): expected a Value, got {type(output).__name__}")
    columns = _values(wrt, "hessian(wrt)", "write [v]")
    return jacobian(gradient(output, columns, create_graph=True), columns, create_graph)  # type: ignore[call-overload]  # a bool, not a literal


def _values(things: Any, name: str, remedy: str) -> list[Value]:
    if isinstance(things, Value) or not isinstance(things, Iterable):
        raise OperandError(f"{name}: expected a list of Values, got {type(things).__name__}; {remedy}")
    values = list(things)
    for index, value in enumerate(values):
        if not isinstance(value, Value):
            raise OperandError(f"{name}[{index}]: expected a Value, got {type(value).__name__}")
    return values
