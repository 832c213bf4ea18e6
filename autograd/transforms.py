"""Functions of functions: derivatives by what a function takes, as HIPS autograd and JAX have them.

A function is called with Values in the place of its arguments' numbers, and its result is differentiated. Of
numbers, derivatives are floats. They are Values, with a graph of their own, where something else may still be
differentiated by: where a Value is among the arguments or the function closes over one, within another of these
functions, and while a function is recorded for `compile`. So they nest to any order, and nothing freezes.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from . import modes
from .containers import crossed, ends, matched, together
from .errors import ArgumentError, OperandError
from .stand_ins import (
    as_number,
    called,
    differentiated,
    dot,
    is_live,
    require_function,
    stand_in,
    told,
    with_gradients,
)
from .value import Value
from .words import keywords_told


@keywords_told("grad")
def grad(function: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """The gradient of a function, as a function of the same arguments.

    Parameters
    ----------
    function : callable
        Returns one Value, or a number that does not depend on its arguments. It is called with Values: a float
        arrives as a `Value`; a list, tuple or dict, nested to any depth, as such of Values; an array as an object
        array of them, for which ``x @ w``, ``np.exp(x)``, ``x.sum()`` and slices do what they do for numbers.
        Integers count as floats.
    argnums : int or sequence of int
        By which of the arguments that are given by position, counted from 0, from the end below 0.
        The others, and those given by name, are passed on as they are.

    Returns
    -------
    callable
        What it returns is shaped like the argument: a float, a list, tuple or dict, a float array; a tuple of them
        if `argnums` is a sequence. Values, and object arrays of them, where a Value is among the arguments or the
        function closes over one, within the function of another ``grad``, and inside a compiled function; under
        ``no_grad()`` what it closes over counts as numbers.

    Raises
    ------
    OperandError
        If `function` cannot be called or does not return one number, or an argument holds anything but numbers.
    ArgumentError
        If `argnums` is no position of the arguments.
    DomainError
        Where an operation has no result or no finite derivative.

    Notes
    -----
    ``grad(f, argnums)`` is written as in JAX; HIPS autograd calls the second argument ``argnum``.

    Examples
    --------
    >>> import numpy as np
    >>> from autograd import grad, tanh
    >>> grad(lambda x: x**3)(2.0), grad(grad(lambda x: x**3))(2.0)
    (12.0, 12.0)
    >>> grad(lambda w, x: (x @ w) ** 2)(np.array([1.0, -1.0]), np.array([3.0, 2.0]))
    array([6., 4.])
    >>> grad(lambda p: p["w"] * 3.0 + p["b"])({"w": 2.0, "b": 1.0})
    {'w': 3.0, 'b': 1.0}
    """
    return _Derivative("grad", function, argnums)


@keywords_told("value_and_grad")
def value_and_grad(function: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """The result of a function together with its gradient: ``(f(x), grad(f)(x))`` of one call.

    Parameters, errors and what becomes a Value are those of `grad`.

    Examples
    --------
    >>> from autograd import value_and_grad
    >>> value_and_grad(lambda x, y: x * y**2, argnums=(0, 1))(3.0, 2.0)
    (12.0, (4.0, 12.0))
    """
    return _Derivative("value_and_grad", function, argnums)


@keywords_told("jvp")
def jvp(function: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """The result of a function and its derivative along a direction: the Jacobian times a vector.

    Two reverse passes, however many results there are.

    Parameters
    ----------
    function : callable
        Returns a Value, or lists, tuples, dicts or arrays of them.
    primals : tuple or list
        The arguments: where. Of each the kinds that `grad` takes.
    tangents : tuple or list
        The direction: for each of `primals` numbers in the same containers and shape.

    Returns
    -------
    result, derivative
        Both as the function returns its result; floats or Values as with `grad`.

    Raises
    ------
    ShapeError
        If `tangents` are not shaped as `primals`.
    OperandError, DomainError
        As `grad`.

    Notes
    -----
    Written as ``jax.jvp``.

    Examples
    --------
    >>> from autograd import jvp
    >>> jvp(lambda x, y: [x * y, x + y], (3.0, 2.0), (1.0, 0.5))
    ([6.0, 5.0], [3.5, 1.5])
    """
    given, along = _listed(primals, "jvp(primals)"), _listed(tangents, "jvp(tangents)")
    with called("jvp", function, given, {}, range(len(given)), along) as point:
        directions = point.matched(along, "jvp(tangents)")
        outputs, tree = point.outputs()
        # The product with a covector is linear in it, and what is linear has its own matrix as derivative.
        covector = [stand_in(1.0) for _ in outputs]
        pulled = point.pulled(outputs, covector, create_graph=True)
        pushed = differentiated(dot(pulled, directions), covector, point.live)
        found = iter(point.handed_out([*outputs, *pushed]))
        return together(tree, found, point.live), together(tree, found, point.live)


@keywords_told("vjp")
def vjp(function: Callable[..., Any], *primals: Any, **named: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """The result of a function, and the function that takes a vector to its product with the Jacobian.

    Parameters
    ----------
    function : callable
        Returns a Value, or lists, tuples, dicts or arrays of them.
    *primals
        The arguments: where. Of each the kinds that `grad` takes.
    **named
        Passed on as they are.

    Returns
    -------
    result
        As the function returns it.
    pullback : callable
        ``pullback(cotangent)``, of numbers in the containers and shapes of the result, is a tuple of gradients, one
        for each of `primals`. One reverse pass a call.

    Raises
    ------
    ShapeError
        If a cotangent is not shaped as the result.
    OperandError, DomainError
        As `grad`.

    Notes
    -----
    Written as ``jax.vjp``; it is HIPS autograd's ``make_vjp`` with the arguments at once.

    Examples
    --------
    >>> from autograd import vjp
    >>> result, pullback = vjp(lambda x, y: [x * y, x + y], 3.0, 2.0)
    >>> result, pullback([1.0, 10.0])
    ([6.0, 5.0], (12.0, 13.0))
    """
    with called("vjp", function, primals, named, range(len(primals))) as point:
        outputs, tree = point.outputs()
        result = outputs if point.live else [*map(as_number, outputs)]

    def pullback(cotangent: Any) -> tuple[Any, ...]:
        covector = matched([cotangent], [tree], ["the cotangent"], "as the result")
        live = point.live or is_live(cotangent)
        with with_gradients():
            slopes = point.pulled(outputs, covector, live)
        return point.shaped(_kept(slopes), live)

    return together(tree, _kept(result), point.live), pullback


@keywords_told("hvp")
def hvp(function: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> Any:
    """The Hessian of a function times a vector, without the matrix.

    Two reverse passes, whatever the number of arguments.

    Parameters
    ----------
    function : callable
        Returns one Value.
    primals : tuple or list
        The arguments: where. Of each the kinds that `grad` takes.
    tangents : tuple or list
        The vector: for each of `primals` numbers in the same containers and shape.

    Returns
    -------
    Shaped like the argument; a tuple, one for each, if there are several. Floats or Values as with `grad`.

    Raises
    ------
    ShapeError
        If `tangents` are not shaped as `primals`.
    OperandError, DomainError
        As `grad`.

    Notes
    -----
    Written as in JAX's cookbook, ``jvp(grad(f), primals, tangents)[1]``, but of several arguments the product by
    all. HIPS autograd has ``hessian_vector_product(f)(x, v)``, which is ``hvp(f, (x,), (v,))``.

    Examples
    --------
    >>> import numpy as np
    >>> from autograd import hvp
    >>> hvp(lambda x: (x**3).sum(), (np.array([1.0, 2.0]),), (np.array([1.0, -1.0]),))
    array([  6., -12.])
    """
    given, along = _listed(primals, "hvp(primals)"), _listed(tangents, "hvp(tangents)")
    with called("hvp", function, given, {}, range(len(given)), along) as point:
        directions = point.matched(along, "hvp(tangents)")
        slopes = point.pulled([point.output()], [1.0], create_graph=True)
        products = differentiated(dot(slopes, directions), [*point.given], point.live)
        shaped = point.shaped(iter(point.handed_out(products)), point.live)
    return shaped if len(shaped) > 1 else shaped[0]


class _Derivative:
    """What `grad` and `value_and_grad` make of a function."""

    __name__: str

    def __init__(self, name: str, function: Callable[..., Any], argnums: int | Sequence[int]) -> None:
        require_function(function, name)
        self._name, self._function = name, function
        wanted: list[Any] = [*argnums] if isinstance(argnums, Iterable) else [argnums]
        self._is_one = not isinstance(argnums, Iterable)
        if not wanted or not all(isinstance(n, int | np.integer) and not isinstance(n, bool) for n in wanted):
            raise ArgumentError(
                f"{name}(argnums): expected the position of an argument, such as 0, or several, such as (0, 1), "
                f"got {argnums!r:.60}"
            )
        self._argnums = [int(n) for n in wanted]
        functools.update_wrapper(self, function, updated=())

    def __repr__(self) -> str:
        return f"<{self._name} of {told(self._function)}>"

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else functools.partial(self, instance)

    def __call__(self, /, *given: Any, **named: Any) -> Any:
        """The derivative at these arguments."""
        with called(self._name, self._function, given, named, self._places(len(given))) as point:
            output = point.output()
            found = iter(point.handed_out([output, *point.pulled([output], [1.0], point.live)]))
            value, shaped = next(found), point.shaped(found, point.live)
        slope = shaped[0] if self._is_one else shaped
        return slope if self._name == "grad" else (value, slope)

    def _places(self, count: int) -> list[int]:
        places = [n + count if n < 0 else n for n in self._argnums]
        if not all(0 <= place < count for place in places) or len(set(places)) < len(places):
            wanted = self._argnums[0] if self._is_one else tuple(self._argnums)
            raise ArgumentError(
                f"{self._name}(argnums): expected different positions among the arguments given by position, got "
                f"argnums={wanted} and {count} of them"
            )
        return places


class JacobianOf(_Derivative):
    """What `jacobian` makes of a function: all derivatives of all results, one reverse pass for each result."""

    def __init__(self, function: Callable[..., Any], argnums: int | Sequence[int] = 0) -> None:
        super().__init__("jacobian", function, argnums)

    def __call__(self, /, *given: Any, **named: Any) -> Any:
        """The derivatives at these arguments."""
        with called(self._name, self._function, given, named, self._places(len(given))) as point:
            outputs, tree = point.outputs()
            rows = [point.pulled([output], [1.0], point.live) for output in outputs]
            numbers = point.handed_out([number for row in rows for number in row])
        matrix = np.empty(len(numbers), dtype=object if point.live else float)
        matrix[:] = numbers
        columns = np.split(matrix.reshape(len(rows), len(point.given)), ends(point.trees), axis=1)
        blocks = tuple([crossed(tree, inner, part) for inner, part in zip(point.trees, columns, strict=False)])
        return blocks[0] if self._is_one else blocks


def _kept(numbers: Iterable[Any]) -> Iterator[Any]:
    """Numbers, their graphs only where they are recorded."""
    keep = modes.recording_gradients()
    return iter([each.detach() if isinstance(each, Value) and not keep else each for each in numbers])


def _listed(arguments: Any, name: str) -> Sequence[Any]:
    if not isinstance(arguments, list | tuple):
        raise OperandError(
            f"{name}: expected a tuple with one for each argument, such as (x,), got {type(arguments).__name__}"
        )
    return arguments
