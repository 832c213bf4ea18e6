"""Rows: what a live index chooses among, taken apart into columns of numbers where the rows are made alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..modes import with_grad
from ..primitives import CHOOSE
from ..reals import REAL
from ..value import Value, apply, constant
from .whole import Whole, as_whole, is_whole

Shape = Any
"""How a row is made: None for a number, else a container's type, its keys or shape, and its members' shapes."""


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows that are made alike.

    Attributes
    ----------
    shape : Shape
    columns : list of tuple of Value
        The numbers that the rows have at each place.
    kinds : list of {"bool", "whole", "number"}
        What they all are at each place.
    """

    shape: Shape
    columns: list[tuple[Value, ...]]
    kinds: list[str]

    def chosen(self, index: Whole) -> Any:
        """A row of what each sample chooses: whole numbers, or conditions, where all are that."""
        return _put_together(self.shape, self._numbers(index))

    def _numbers(self, index: Whole) -> Iterator[Any]:
        for column, kind in zip(self.columns, self.kinds, strict=True):
            with with_grad():  # reading a list computes nothing that no_grad could stop
                number = apply(CHOOSE, (index, *column))
            yield number != 0 if kind == "bool" else as_whole(number) if kind == "whole" else number


def rows_of(things: Sequence[Any]) -> Rows | None:
    """Rows that are made alike of numbers and Values; None for others."""
    apart: list[list[Any]] = [[] for _ in things]
    try:
        shapes = [_shape(thing, numbers) for thing, numbers in zip(things, apart, strict=True)]
    except _NoNumberError:
        return None
    if any(shape != shapes[0] for shape in shapes):
        return None
    columns = [*zip(*apart, strict=True)]
    values = [tuple(x if isinstance(x, Value) else constant(float(x)) for x in column) for column in columns]
    return Rows(shapes[0], values, [*map(_kind, columns)])


def _kind(numbers: Sequence[Any]) -> str:
    if all(isinstance(number, bool | np.bool_) for number in numbers):
        return "bool"
    return "whole" if all(map(is_whole, numbers)) else "number"


class _NoNumberError(Exception):
    """A signal, never shown to a user."""


def _shape(thing: Any, numbers: list[Any]) -> Shape:
    """How a thing is made; the numbers in it are put to `numbers`."""
    if isinstance(thing, (Value, *REAL)):
        numbers.append(thing)
        return None
    if isinstance(thing, np.ndarray):
        for member in thing.ravel().tolist():
            _shape(member, numbers)
        return np.ndarray, thing.shape, ()
    if isinstance(thing, dict):
        return dict, tuple(thing), tuple(_shape(member, numbers) for member in dict.values(thing))
    if isinstance(thing, list):
        return list, None, tuple(_shape(member, numbers) for member in list.__iter__(thing))
    if isinstance(thing, tuple):
        kind = type(thing) if hasattr(thing, "_make") else tuple
        return kind, None, tuple(_shape(member, numbers) for member in tuple.__iter__(thing))
    raise _NoNumberError


def _put_together(shape: Shape, numbers: Iterator[Any]) -> Any:
    """A thing of a shape, of other numbers."""
    if shape is None:
        return next(numbers)
    kind, more, shapes = shape
    if kind is np.ndarray:
        made = np.empty(more, dtype=object)
        made.ravel()[:] = [next(numbers) for _ in range(made.size)]
        return made
    members = [_put_together(member, numbers) for member in shapes]
    if kind is dict:
        return dict(zip(more, members, strict=True))
    return kind._make(members) if hasattr(kind, "_make") else kind(members)
