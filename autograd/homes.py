"""Where leaves live whose numbers are learned by compiled programs: in arrays, one for many."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from . import clock
from .value import Value

Vector = npt.NDArray[np.float64]

# Held while values move and while numbers are written, so that no thread writes where a value lived before.
moving = threading.RLock()


class Home:
    """The numbers of leaf Values in an array, and their gradients in another.

    Programs write in the array and say nothing, so it is compared with what was seen in it before
    whenever one of the Values is read.

    Parameters
    ----------
    values : sequence of Value
        Whose numbers and gradients to begin with.

    Attributes
    ----------
    data : ndarray, shape (n,)
        The numbers.
    numbers, seen : memoryview, shape (n,)
        The numbers as they are and as they were last seen; of one element they are read faster than an array's.
    times : ndarray of int, shape (n,)
        The clock when the numbers seen were written, or seen first.
    slopes : ndarray, shape (n,)
        The gradients, of no meaning while `is_zero`.
    is_zero : bool
        Whether every gradient is 0 whatever the array holds, so that a program may overwrite it.
    is_lent : bool
        Whether a program is writing to `slopes`; they are still 0 then.
    departures : int
        How many values have moved on from here; what was known of places in the arrays is outdated then.
    """

    __slots__ = ("data", "departures", "is_lent", "is_zero", "numbers", "seen", "slopes", "times")

    def __init__(self, values: Sequence[Value]) -> None:
        self.data: Vector = np.array([value._data for value in values], dtype=float)
        self.times = np.array([value._time for value in values], dtype=np.int64)
        self.numbers, self.seen = self.data.data, self.data.copy().data
        self.slopes: Vector = np.array([value.grad or 0.0 for value in values], dtype=float)
        self.is_zero = not self.slopes.any()
        self.is_lent = False
        self.departures = 0

    def look(self) -> None:
        """Let the clock go on for the numbers that are not those that were seen here."""
        with moving:
            seen = np.asarray(self.seen)
            changed = np.flatnonzero((seen != self.data) & ~(np.isnan(seen) & np.isnan(self.data)))
            self.times[changed] = clock.change_together(seen[changed].tolist(), self.times[changed].tolist())
            seen[changed] = self.data[changed]

    def cleared(self) -> Vector:
        """The gradients, true to `is_zero`."""
        if self.is_lent:
            # The borrower keeps the array, and adds what it has written when it is done.
            self.slopes = np.zeros_like(self.slopes)
        elif self.is_zero:
            self.slopes.fill(0.0)
        self.is_lent = self.is_zero = False
        return self.slopes


OUTSIDE = Home(())
"""Where all leaves are that have not moved into arrays; it holds nothing of them."""


class HousedValue(Value):
    """A leaf whose number, its time and its gradient are elements of the arrays of a `Home`."""

    __slots__ = ()

    # The slot of the time, which is read at home: another would make every Value larger.
    _home: tuple[Home, int] = Value.__dict__["_time"]

    @property
    def _data(self) -> float:
        home, index = self._home
        number, seen = home.numbers[index], home.seen[index]
        if number != seen and (number == number or seen == seen):
            home.look()
        return number

    @_data.setter
    def _data(self, number: float) -> None:
        with moving:
            home, index = self._home
            home.data[index] = number

    @property
    def _time(self) -> int:
        home, index = self._home
        number, seen = home.numbers[index], home.seen[index]
        if number != seen and (number == number or seen == seen):
            home.look()
        return home.times.item(index)

    @_time.setter
    def _time(self, time: int) -> None:
        with moving:
            home, index = self._home
            home.seen[index], home.times[index] = home.numbers[index], time

    @property
    def grad(self) -> float:
        home, index = self._home
        return 0.0 if home.is_zero else home.slopes.item(index)

    @grad.setter
    def grad(self, slope: float) -> None:
        with moving:
            home, index = self._home
            if slope or not home.is_zero:
                home.cleared()[index] = slope or 0.0


def home_of(value: Value) -> Home:
    """Where a value lives."""
    return value._home[0] if isinstance(value, HousedValue) else OUTSIDE


def move_in(value: Any, home: Home, index: int) -> None:
    """Make a value one of another home.

    A Value cannot hold both a number of its own and a place in an array at no cost, so a leaf that moves
    becomes one of another class, which looks its number up; its identity, label and users stay.
    """
    place = home, index
    value.__class__ = HousedValue  # and at once, before another thread runs,
    value._home = place
