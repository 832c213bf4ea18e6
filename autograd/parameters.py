"""Parameters in flat arrays: where compiled programs and Values meet.

A compiled program wants its parameters in one array, a user wants ``w.data``. So the leaves that a
program learns *move*: their numbers and gradients become the elements of two arrays, their `Home`, and
``data`` and ``grad`` of the Values read and write there. Neither side can be stale.

A Value has one home. Where the parameters of two programs overlap, the larger list of them is moved
into one array, which its program reads in place; the smaller one is gathered before each run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from . import clock
from .errors import ArgumentError, OperandError
from .homes import OUTSIDE, Home, HousedValue, Vector, home_of, move_in, moving
from .sentences import named
from .value import Value

_OPERANDS = attrgetter("operands")

Index = slice | npt.NDArray[np.intp]

_moves = 0


def _move(values: Sequence[Value]) -> None:
    """Give values a new home together."""
    global _moves
    _moves += 1  # before numbers are read, so that who wrote without the lock and looks here then knows
    home = Home(values)
    for value in values:
        home_of(value).departures += 1
    for index, value in enumerate(values):
        move_in(value, home, index)


@dataclass(frozen=True)
class _Part:
    """Those of a list of parameters that live in one home."""

    home: Home
    index: Index  # in the home
    places: Index  # in the list
    is_all: bool  # whether nobody else lives there

    def copy_to(self, numbers: npt.NDArray[Any]) -> None:
        index, data = self.index, self.home.data
        numbers[self.places] = data[index] if isinstance(index, slice) else data.take(index)


_SHOWN = 20
"""So many are listed where a notebook shows them."""


class Parameters(Sequence[Value]):
    """Leaf Values in an order, whose numbers and gradients are read and written at once wherever they live.

    Parameters
    ----------
    values : sequence of Value
        Leaves, each once. They are left where they are; `together` is what moves them.
    name : str
        What to call them in errors.

    Raises
    ------
    OperandError
        If there is anything else among them.
    ArgumentError
        If one comes twice.
    """

    def __init__(self, values: Sequence[Value], name: str = "parameters") -> None:
        self._values = leaves(values, name)
        met: set[Value] = set()
        for value in self._values:
            if value in met:
                raise ArgumentError(f"{name}: expected each Value once, got {named(value)} twice")
            met.add(value)
        self._find()

    def _find(self) -> None:
        """Find out in which homes the values live, and which live in none."""
        found: dict[Home, tuple[list[int], list[int]]] = {}
        self._loose: list[Value] = []
        loose: list[int] = []
        with moving:
            for place, value in enumerate(self._values):
                if isinstance(value, HousedValue):
                    home, index = value._home
                    indices, places = found.setdefault(home, ([], []))
                    indices.append(index)
                    places.append(place)
                else:
                    self._loose.append(value)
                    loose.append(place)
            self._known = [(home, home.departures) for home in (*found, *([OUTSIDE] if self._loose else []))]
            self._moves = _moves
        self._loose_places = _index(loose) if loose else slice(0)
        self._parts = [
            _Part(home, _index(indices), _index(places), len(indices) == len(home.data))
            for home, (indices, places) in found.items()
        ]
        part = self._parts[0] if len(self._known) == len(self._parts) == 1 else None
        self._view = part.home.data[part.index] if part is not None and isinstance(part.index, slice) else None
        self._whole = part.home if part is not None and self._view is not None and part.is_all else None

    def _look_again(self) -> None:
        """Find the values anew if one of them has moved."""
        with moving:
            self._moves = _moves
            if any(home.departures != departures for home, departures in self._known):
                self._find()

    @property
    def view(self) -> Vector | None:
        """The numbers where they stand in this order in one array: a part of that array. Else None."""
        if self._moves != _moves:
            self._look_again()
        return self._view

    def copy_to(self, numbers: npt.NDArray[Any]) -> None:
        """Write the numbers into an array of shape (n,)."""
        if self._moves != _moves:
            self._look_again()
        for part in self._parts:
            part.copy_to(numbers)
        numbers[self._loose_places] = [value._data for value in self._loose]

    @property
    def data(self) -> Vector:
        """The numbers, shape (n,): the `view`, or a copy. What is assigned becomes the Values' numbers."""
        if self._moves != _moves:
            self._look_again()
        if self._view is not None:
            clock.unwatched = True
            return self._view
        numbers = np.empty(len(self))
        self.copy_to(numbers)
        return numbers

    @data.setter
    def data(self, numbers: Vector) -> None:
        clock.tick()
        if numbers is self._view and self._moves == _moves:
            return
        with moving:
            if self._moves != _moves:
                self._look_again()
            for part in self._parts:
                part.home.data[part.index] = numbers[part.places]
            self._set_loose(numbers)

    def _set_loose(self, numbers: Vector) -> None:
        """Set the numbers of those that live in no array, as `Value.data` does one by one."""
        given = numbers[self._loose_places].tolist()
        before, since = [value._data for value in self._loose], [value._time for value in self._loose]
        for value, number in zip(self._loose, given, strict=True):
            value._data = number
        times = clock.change_together(before, since)
        for value, number, old, time in zip(self._loose, given, before, times, strict=True):
            if number != old:
                value._time = time

    @property
    def grad(self) -> Vector:
        """The gradients, shape (n,): the array that holds them, or a copy. What is assigned becomes the Values'."""
        if self._whole is not None and self._moves == _moves:
            return self._whole.cleared()
        slopes = np.empty(len(self))
        with moving:
            if self._moves != _moves:
                self._look_again()
            if self._whole is not None:
                return self._whole.cleared()
            for part in self._parts:
                slopes[part.places] = part.home.cleared()[part.index]
        slopes[self._loose_places] = [value.grad or 0.0 for value in self._loose]
        return slopes

    @grad.setter
    def grad(self, slopes: Vector) -> None:
        whole = self._whole
        if whole is not None and slopes is whole.slopes:
            whole.is_zero = False
            if self._moves == _moves:
                return
        with moving:
            if self._moves != _moves:
                self._look_again()
            for part in self._parts:
                part.home.cleared()[part.index] = slopes[part.places]
            for value, slope in zip(self._loose, slopes[self._loose_places].tolist(), strict=True):
                value.grad = slope

    def lend_grad(self) -> Vector | None:
        """The array of the gradients, to be overwritten and given to `take_back`; None unless all are 0 and at home."""
        with moving:
            if self._moves != _moves:
                self._look_again()
            home = self._whole
            if home is None or not home.is_zero or home.is_lent:
                return None
            home.is_lent = True
            return home.slopes

    def take_back(self, slopes: Vector) -> None:
        """Add to every value's ``grad`` what was written to the array that was lent."""
        with moving:
            if self._moves != _moves:
                self._look_again()
            home = self._whole
            if home is not None and slopes is home.slopes:
                home.is_lent = home.is_zero = False
            else:
                self.add_to_grad(slopes)

    def give_back(self, slopes: Vector | None) -> None:
        """Return the array that was lent, if one was, with nothing to add."""
        with moving:
            if self._whole is not None and slopes is self._whole.slopes:
                self._whole.is_lent = False

    def add_to_grad(self, slopes: npt.NDArray[Any]) -> None:
        """Add to every value's ``grad``."""
        with moving:
            if self._moves != _moves:
                self._look_again()
            for part in self._parts:
                part.home.cleared()[part.index] += slopes[part.places]
            for value, slope in zip(self._loose, slopes[self._loose_places].tolist(), strict=True):
                value.grad = (value.grad or 0.0) + slope

    def zero_grad(self) -> None:
        """Set every value's ``grad`` to 0."""
        if self._moves != _moves:
            self._look_again()
        for part in self._parts:
            if part.is_all:
                part.home.is_zero = True  # the array is cleared when it is next read
            elif not part.home.is_zero:
                part.home.slopes[part.index] = 0.0
        for value in self._loose:
            value.grad = 0.0

    @overload
    def __getitem__(self, index: int) -> Value: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Value]: ...
    def __getitem__(self, index: int | slice) -> Value | Sequence[Value]:
        return self._values[index]

    def __iter__(self) -> Iterator[Value]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __reduce__(self) -> tuple[Any, ...]:
        return Parameters, (self._values,)

    def __repr__(self) -> str:
        return f"<{len(self)} parameters>"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """For IPython: with the first of them."""
        printer.text("\n".join([repr(self), *map(repr, self[:_SHOWN]), *["..."][: len(self) > _SHOWN]]))


def together(values: Sequence[Value]) -> Parameters:
    """Values as `Parameters` that live in one array if that makes no larger list live in several.

    Those that have no home yet get one. All move into a new one where they are at least as many as
    the values of any home that they leave.

    Parameters
    ----------
    values : sequence of Value
        Leaves, each once.
    """
    with moving:  # or two threads would move the same values, and one of them read what nobody writes
        parameters = Parameters(values)
        if parameters.view is None:
            # Values of a class of one's own stay outside: they cannot become of another.
            movable = [value for value in parameters if type(value) in (Value, HousedValue)]
            largest = max((len(part.home.data) for part in parameters._parts), default=0)
            _move(movable if len(movable) >= largest else [value for value in movable if type(value) is Value])
            parameters._find()
        return parameters


def leaves(given: Any, name: str = "parameters") -> tuple[Value, ...]:
    """A list of leaf Values as a tuple; an `OperandError` that begins with `name` for anything else."""
    if not isinstance(given, Sequence) or isinstance(given, str):
        raise OperandError(f"{name}: expected a list of leaf Values, got {type(given).__name__}")
    if isinstance(given, Parameters):
        return given._values
    if {*map(type, given)} <= {Value, HousedValue} and not any(map(_OPERANDS, given)):
        return tuple(given)
    for value in given:
        if not isinstance(value, Value):
            raise OperandError(
                f"{name}: expected a list of leaf Values, got {type(value).__name__} {value!r:.60} in it"
            )
        if value.operands:
            computed = f"{named(value)} computed by {value.primitive.name}"
            raise OperandError(f"{name}: expected a list of leaf Values, got {computed}")
    return tuple(given)


def _index(numbers: list[int]) -> Index:
    """Positions as a slice where they follow one another."""
    first, count = numbers[0], len(numbers)
    if numbers == list(range(first, first + count)):
        return slice(first, first + count)
    return np.array(numbers, dtype=np.intp)
