"""Parameters in one flat array: where compiled programs and Values meet.

A compiled program wants its parameters in one contiguous array, a user wants
``w.data``. Once a function is compiled, its parameters are *bound*: their
numbers live in the arrays of a `FlatParameters`, and ``data`` and ``grad`` of
the Values read and write there. So neither side can be stale.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from .value import Value

Vector = npt.NDArray[np.float64]

_binding = threading.Lock()
_own_number = Value.__dict__["_data"]
_own_grad = Value.__dict__["grad"]


class FlatParameters(Sequence[Value]):
    """Leaf Values whose numbers and gradients are the elements of two arrays.

    Attributes
    ----------
    data : ndarray, shape (n,)
        The numbers; written in place by optimisers.
    grad_is_zero : bool
        Whether every gradient is 0 whatever the array holds, so that a program may overwrite it.
    """

    def __init__(self, values: Iterable[Value]) -> None:
        self._values = tuple(values)
        self.data: Vector = np.array([value._data for value in self._values], dtype=float)
        self._grad: Vector = np.array([value.grad for value in self._values], dtype=float)
        self.grad_is_zero = not self._grad.any()
        for index, value in enumerate(self._values):
            _bind(value, self, index)

    @property
    def grad(self) -> Vector:
        """The accumulated gradients, shape (n,)."""
        if self.grad_is_zero:
            self._grad.fill(0.0)
            self.grad_is_zero = False
        return self._grad

    @property
    def buffer(self) -> Vector:
        """The array of the gradients, for a program that overwrites all of it."""
        return self._grad

    @property
    def values(self) -> tuple[Value, ...]:
        """The Values, in order."""
        return self._values

    def zero_grad(self) -> None:
        """Set every gradient to 0; the array is cleared when it is next read."""
        self.grad_is_zero = True

    @overload
    def __getitem__(self, index: int) -> Value: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Value]: ...
    def __getitem__(self, index: int | slice) -> Value | Sequence[Value]:
        return self._values[index]

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"<{len(self)} parameters>"


class BoundValue(Value):
    """A leaf whose number is an element of a `FlatParameters`.

    The two slots that held its number and gradient now hold where they are.
    """

    __slots__ = ()

    @property
    def _data(self) -> float:
        return float(_own_number.__get__(self)[0].data[_own_number.__get__(self)[1]])

    @_data.setter
    def _data(self, number: float) -> None:
        flat, index = _own_number.__get__(self)
        flat.data[index] = number

    @property
    def grad(self) -> float:
        flat, index = _own_number.__get__(self)
        return 0.0 if flat.grad_is_zero else float(flat._grad[index])

    @grad.setter
    def grad(self, number: float) -> None:
        flat, index = _own_number.__get__(self)
        if number or not flat.grad_is_zero:
            flat.grad[index] = number


def _bind(value: Value, flat: FlatParameters, index: int) -> None:
    value.__class__ = BoundValue
    _own_number.__set__(value, (flat, index))


def place_of(value: Value) -> tuple[FlatParameters, int] | None:
    """The arrays that a value is bound to and its position in them, or None."""
    return _own_number.__get__(value) if isinstance(value, BoundValue) else None


def flat(values: Sequence[Value]) -> FlatParameters | None:
    """The `FlatParameters` that `values` are, all of them in order, or None.

    Takes no time for a `FlatParameters`, linear time for another sequence.
    """
    if isinstance(values, FlatParameters):
        return values
    place = place_of(values[0]) if len(values) else None
    if place is None or len(place[0]) != len(values):
        return None
    return place[0] if all(a is b for a, b in zip(values, place[0].values, strict=True)) else None


def bound(values: Sequence[Value]) -> FlatParameters | None:
    """`values` bound to one `FlatParameters`, or None where some are bound elsewhere already."""
    with _binding:  # or two threads would bind the same values, and one of them read what nobody writes
        if all(place_of(value) is None for value in values):
            return FlatParameters(values)
        return flat(values)


def numbers(values: Sequence[Value]) -> Vector:
    """The numbers of values that may be bound anywhere, as a new array."""
    return np.array([value._data for value in values], dtype=float)


def add_to_grad(values: Sequence[Value], gradient: Any) -> None:
    """Add to each value's ``grad``."""
    for value, part in zip(values, gradient, strict=True):
        value.grad += float(part)
