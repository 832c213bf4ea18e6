"""Arguments: what a compiled function is called with, checked and brought to arrays."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import ArgumentError, AutogradError, OperandError, ShapeError
from ..reals import REAL
from ..structure import Branch, Fixed, Leaf, Tree, branch, is_structure, leaves_of, parts, rebuilt
from ..value import Value
from .squares import all_finite, squares
from .strict import strict

Batch = npt.NDArray[Any]

_ndarray = np.ndarray
_NOTHING: Mapping[str, Any] = {}
_EMPTY = inspect.Parameter.empty
_SAME_FOR_ALL = (str, type(None), *REAL)
_MANY = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
_ORDERED = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


class Form:
    """How a function is called with arrays: which of its arguments they are, and in which structures.

    Forms of one `Arguments` are the same object where they are alike.

    Parameters
    ----------
    ordered, named : Branch
        The positional arguments, and those by keyword.

    Attributes
    ----------
    leaves : tuple of Leaf
        The arrays, in order: at least one, which is hidden where the function is called without any.
    has_batch : bool
        Whether there is an array, the first axis of which is the batch.
    has_structure : bool
        Whether there is a list, tuple or dict among the arguments.
    is_plain : bool
        Whether all arguments are arrays of floats, one after another.
    """

    def __init__(self, ordered: Branch, named: Branch) -> None:
        self._ordered, self._named = ordered, named
        leaves = [leaf for tree in (ordered, named) for leaf in leaves_of(tree) if isinstance(leaf, Leaf)]
        self.has_batch = bool(leaves)
        self.has_structure = any(isinstance(tree, Branch) for tree in (*ordered.members, *named.members))
        self.leaves: tuple[Leaf, ...] = tuple(leaves) or (Leaf("none"),)
        self._is_flat = self.has_batch and not named.members and self.leaves == ordered.members
        self.is_plain = self._is_flat and not any(leaf.integer for leaf in self.leaves)

    def of_leaves(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, taking its leaves one after another."""
        if self._is_flat:
            return function

        @functools.partial(functools.update_wrapper, wrapped=function, updated=())
        def of_leaves(*leaves: Any) -> Any:
            each = iter(leaves)
            return function(*rebuilt(self._ordered, each), **rebuilt(self._named, each))

        return of_leaves


class Arguments:
    """The arguments of a function of one sample, as arrays with the batch first.

    Parameters
    ----------
    function : callable
    dtype : dtype
        What the arrays are to hold.

    Attributes
    ----------
    told : str
        The parameters, for an error.

    Raises
    ------
    ArgumentError
        If the function does not say which it has.
    """

    def __init__(self, function: Callable[..., Any], dtype: np.dtype[Any]) -> None:
        self._signature = _signature_of(function)
        self._dtype = dtype
        parameters = list(self._signature.parameters.values())
        self.told = ", ".join(map(_told, parameters))
        self._names = [p.name for p in parameters if p.kind in _ORDERED and p.default is _EMPTY]
        # Whether so many arrays and nothing else are a whole call.
        self._is_simple = all(p.kind in (*_ORDERED, *_MANY) or p.default is not _EMPTY for p in parameters)
        self._forms: dict[Any, Form] = {}
        self._floats = self._form(tuple(map(Leaf, self._names)))
        self._nothing: Batch = np.zeros(1, dtype)

    def checked(self, given: Sequence[Any], named: Mapping[str, Any], whose: object) -> tuple[Form, list[Batch]]:
        """The form of a call, and its arrays: of the right type, and as many rows each.

        Raises
        ------
        ArgumentError
            If there is an argument too many or too few (`whose` tells the function), or one holds NaN or infinity.
        ShapeError
            If their rows do not fit together.
        OperandError
            If one holds anything but real numbers.
        """
        batch: list[Batch] = []
        try:
            if self._is_simple and not named and len(given) == len(self._names):
                if self.are_ready(given):
                    form, batch = self._floats, list(given)
                else:
                    each = zip(self._names, given, strict=True)
                    form = self._form(tuple([self._apart(name, thing, batch) for name, thing in each]))
            else:
                form = self._form(*self._bound(given, named, whose, batch))
        except RecursionError:
            raise ShapeError(f"{whose!r}: expected nested lists that end, got one that holds itself") from None
        if not batch:
            if form.has_structure:
                raise ArgumentError(f"{whose!r}: expected at least one array in the arguments, got none")
            return form, [self._nothing]
        rows = len(batch[0])
        counts = list(map(len, batch))
        if counts.count(rows) != len(counts):
            leaf, count = next(other for other in zip(form.leaves, counts, strict=True) if other[1] != rows)
            raise ShapeError(
                f"{leaf.name}: expected {rows} rows as in {form.leaves[0].name}, got {count}; "
                "the first axis is the batch"
            )
        return form, batch

    def are_ready(self, given: Sequence[Any]) -> bool:
        """Whether all that is given are arrays of the right type, not empty and surely finite; each may still be."""
        dtype = self._dtype
        for array in given:
            if type(array) is not _ndarray or array.dtype is not dtype or not array.size or not array.ndim:
                return False
            if not isfinite(squares(array)):
                return False
        return True

    def _form(self, ordered: tuple[Tree, ...], named: Mapping[str, Tree] = _NOTHING) -> Form:
        key = ordered, tuple(named.items())
        form = self._forms.get(key)
        if form is None:
            made = Form(Branch(tuple, ordered), Branch(dict, tuple(named.values()), tuple(named)))
            form = self._forms.setdefault(key, made)
        return form

    def _bound(
        self, given: Sequence[Any], named: Mapping[str, Any], whose: object, batch: list[Batch]
    ) -> tuple[tuple[Tree, ...], dict[str, Tree]]:
        """The trees of the arguments as the function is to be called with them; their arrays are put to `batch`."""
        try:
            bound = self._signature.bind(*given, **named)
        except TypeError:
            raise ArgumentError(f"{whose!r}: expected {self._expected()}, got {self._came(given, named)}") from None
        for name, argument in bound.arguments.items():
            parameter = self._signature.parameters[name]
            if parameter.kind is inspect.Parameter.VAR_KEYWORD:
                bound.arguments[name] = {key: self._apart(key, thing, batch) for key, thing in argument.items()}
            elif parameter.kind is inspect.Parameter.VAR_POSITIONAL:
                bound.arguments[name] = tuple(self._apart(*each, batch) for each in parts(argument, name))
            elif parameter.default is not _EMPTY and isinstance(argument, _SAME_FOR_ALL):
                bound.arguments[name] = Fixed(argument, type(argument), repr(argument))
            else:
                bound.arguments[name] = self._apart(name, argument, batch)
        return bound.args, bound.kwargs

    def _expected(self) -> str:
        parameters = self._signature.parameters.values()
        if not parameters:
            return "no argument"
        most = "" if any(p.kind in _MANY for p in parameters) else str(len(parameters))
        least = sum(p.default is _EMPTY and p.kind not in _MANY for p in parameters)
        count = most if most == str(least) else f"{least} to {most}" if most else f"at least {least}"
        return f"{count} array{'s' * (count != '1')} ({self.told})"

    def _came(self, given: Sequence[Any], named: Mapping[str, Any]) -> str:
        """What is wrong with the arguments of a call, by name where names were given."""
        parameters = self._signature.parameters.values()
        ordered = [p.name for p in parameters if p.kind in _ORDERED]
        known = {p.name for p in parameters if p.kind not in (inspect.Parameter.POSITIONAL_ONLY, *_MANY)}
        twice = [name for name in ordered[: len(given)] if name in named]
        unknown = [name for name in named if name not in known]
        there = {*ordered[: len(given)], *named}
        missing = [p.name for p in parameters if p.default is _EMPTY and p.kind not in _MANY and p.name not in there]
        if twice:
            return f"{twice[0]} twice"
        if unknown and not any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters):
            return f"{unknown[0]}=, which it does not take"
        by_position = len(given) > len(ordered) or set(missing) <= set(ordered)
        return f"{len(given)}" if by_position and not named else f"no {missing[0]}" if missing else f"{len(given)}"

    def _apart(self, name: str, given: Any, batch: list[Batch]) -> Tree:
        """The tree of an argument; the arrays that are its leaves are put to `batch`."""
        if type(given) is _ndarray:
            array = given
        elif is_structure(given):
            return branch(given, tuple(self._apart(*part, batch) for part in parts(given, name)))
        else:
            array = _as_array(name, given)
        batch.append(self._array(name, array))
        return Leaf(name, array.dtype.kind in "iub")

    def _array(self, name: str, given: Batch) -> Batch:
        array = given
        if not array.size or not array.ndim:
            raise ShapeError(
                f"{name}: expected an array with the batch first, (batch,) or (batch, n, ...), of at least one row "
                f"and column, got {_shown(array)}"
            )
        if array.dtype is not self._dtype and array.dtype != self._dtype:
            if array.dtype.kind not in "fiub":
                raise OperandError(f"{name}: expected real numbers, got an array of {array.dtype}; convert it to float")
            with strict():
                array = array.astype(self._dtype)
        if not all_finite(array):
            row = int(np.flatnonzero(~np.isfinite(array.reshape(len(array), -1)).all(axis=1))[0])
            came = "NaN or infinity" if not np.isfinite(given[row]).all() else f"one beyond {self._dtype}"
            raise ArgumentError(f"{name}: expected finite numbers, got {came} in row {row}; clean the data")
        return array


def _signature_of(function: Callable[..., Any]) -> inspect.Signature:
    try:
        return inspect.signature(function)
    except (TypeError, ValueError):
        raise ArgumentError(
            f"compile(function): expected a function with named arguments, got {function!r}; wrap it in a lambda"
        ) from None


def _shown(array: Batch) -> str:
    """An array that is none, or empty, for an error: its shape, and what it was made of."""
    if array.ndim:
        return f"{array.shape}"
    kind = type(array.item()).__name__
    is_number = array.dtype.kind in "fiub"
    return f"a {kind} of shape ()" + ("; repeat it for every row, or bind it with functools.partial" * is_number)


def _told(parameter: inspect.Parameter) -> str:
    if parameter.kind in _MANY:
        return str(parameter.replace(annotation=_EMPTY))
    return parameter.name if parameter.default is _EMPTY else f"{parameter.name}=..."


def columns(batch: Sequence[Batch]) -> list[Batch]:
    """A batch with one axis for positions in every array: further ones are laid out row after row."""
    return [
        array if array.ndim == 2 else array[:, None] if array.ndim == 1 else array.reshape(len(array), -1)
        for array in batch
    ]


def _as_array(name: str, given: Any) -> Batch:
    if isinstance(given, Value):
        raise OperandError(
            f"{name}: expected an array with the batch first, got {given!r}; gradients by Values are taken eagerly, "
            "with autograd.gradient"
        )
    if isinstance(given, np.ma.MaskedArray) and np.ma.is_masked(given):
        raise ArgumentError(f"{name}: expected numbers, got a masked array; fill it, or leave those rows out")
    try:
        return np.asarray(given)
    except (ValueError, AutogradError):
        raise ShapeError(f"{name}: expected rows of equal length, got a ragged {type(given).__name__}") from None
