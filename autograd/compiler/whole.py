"""Whole: a number that stays an integer, and so may be an index; and conditions, which are 0 or 1.

An input given as integers arrives as one. What a table gives for it, `tables` says; wherever Python itself asks
for the integer, a row of a batch takes the path of its own number.
"""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from .. import modes
from ..primitives import EQUAL, MAXIMUM, MINIMUM, NOT_EQUAL
from ..value import Value, as_operand, number_of
from .recorded import Recorded

_ENGINE = {__name__.partition(".")[0], "nn"}


class Whole(Value):
    """A Value whose number is an integer that depends on an integer input.

    Sums, differences and products of whole numbers are whole; whatever else is computed of one is a Value as any.
    Where Python needs an int (``range(i)``, ``i % 2``, a list that nobody knows, a dict), the number is
    found by comparisons, which rows of another number answer otherwise.
    """

    __slots__ = ()
    # So that `where` takes what was given as bools.
    is_condition = True

    def __index__(self) -> int:
        self.usable()
        return _decided(self) if modes.active and modes.recorder() is not None else int(number_of(self))

    __int__ = __trunc__ = __index__

    def __float__(self) -> float:
        return float(self.__index__())

    def __complex__(self) -> complex:
        return complex(self.__index__())

    def __str__(self) -> str:
        return str(self.__index__())

    def __format__(self, spec: str) -> str:
        return format(self.__index__(), spec) if spec else str(self)

    def __bool__(self) -> bool:
        return bool(self != 0)

    def __eq__(self, other: object) -> Any:
        return super().__eq__(other)

    def __hash__(self) -> int:
        # The engine tells Values apart by identity; a user's dict or set finds a number as it finds an int.
        caller = sys._getframe(1).f_globals.get("__name__", "")
        return object.__hash__(self) if caller.partition(".")[0] in _ENGINE else hash(self.__index__())

    def __pow__(self, other: Any, modulo: None = None) -> Any:
        power = super().__pow__(other, modulo)
        return as_whole(power) if isinstance(other, int | np.integer) and other >= 0 else power

    def __round__(self, digits: int | None = None) -> Any:
        return self

    def __floor__(self) -> Whole:
        return self

    def __ceil__(self) -> Whole:
        return self

    def __invert__(self) -> Any:
        return -1 - self


def is_whole(thing: Any) -> bool:
    """Whether a thing is an integer, known or live."""
    return isinstance(thing, int | np.integer | Whole)


class _RecordedWhole(Whole, Recorded):
    """A whole number of a recording."""

    __slots__ = ()


def as_whole(value: Value) -> Whole:
    """A Value, fresh from an operation, of which it is known that its number is an integer."""
    if isinstance(value, Recorded):
        value.__class__ = _RecordedWhole
        assert isinstance(value, Whole)
        return value
    whole = Whole(number_of(value), value.label)
    whole.operands, whole.primitive = value.operands, value.primitive
    return whole


def _staying_whole(name: str) -> Callable[..., Any]:
    def whole(self: Whole, *others: Any) -> Any:
        result = getattr(super(Whole, self), name)(*others)
        return as_whole(result) if isinstance(result, Value) and all(map(is_whole, others)) else result

    return whole


def _of_the_number(name: str) -> Callable[..., Any]:
    operation, of_values = getattr(int, name), getattr(Value, name, None)

    def of_the_number(self: Whole, other: Any) -> Any:
        if is_whole(other):
            return operation(self.__index__(), operator.index(other))
        return NotImplemented if of_values is None else of_values(self.usable(), other)

    return of_the_number


for _name in ("add", "radd", "sub", "rsub", "mul", "rmul", "neg", "pos", "abs"):
    setattr(Whole, f"__{_name}__", _staying_whole(f"__{_name}__"))
for _name in ("mod", "floordiv", "divmod", "lshift", "rshift", "and", "or", "xor"):
    setattr(Whole, f"__{_name}__", _of_the_number(f"__{_name}__"))
    setattr(Whole, f"__r{_name}__", _of_the_number(f"__r{_name}__"))


class Condition(_RecordedWhole):
    """A comparison met while recording: `where` uses it live, its truth is a decision; in sums it is 0 or 1."""

    __slots__ = ()

    def __bool__(self) -> bool:
        self.usable()
        recorder = modes.recorder()
        assert recorder is not None
        return recorder.decide(self)

    def __index__(self) -> int:
        return int(bool(self))

    def __str__(self) -> str:
        return str(bool(self))

    __int__ = __trunc__ = __index__

    def __and__(self, other: Any) -> Any:
        return _combined(MINIMUM, self, other)

    def __or__(self, other: Any) -> Any:
        return _combined(MAXIMUM, self, other)

    def __xor__(self, other: Any) -> Any:
        return _combined(NOT_EQUAL, self, other)

    __rand__, __ror__, __rxor__ = __and__, __or__, __xor__

    def __invert__(self) -> Any:
        return _combined(EQUAL, self, False)


def _combined(primitive: Any, condition: Condition, other: Any) -> Any:
    condition.usable()
    operand = as_operand(other)
    if operand is None or not (isinstance(operand, Condition) or isinstance(other, bool) or other in (0, 1)):
        return NotImplemented
    recorder = modes.recorder()
    assert recorder is not None
    return recorder.condition(primitive, condition, operand)


def _decided(whole: Whole) -> int:
    """The integer, found by halving: which comparison comes next depends on the answers to those before alone."""
    is_negative = bool(whole < 0)
    size = -1 - whole if is_negative else whole
    low, above = 0, 1
    while not size < above:
        low, above = above, 2 * above
    while above - low > 1:
        middle = (low + above) // 2
        low, above = (low, middle) if size < middle else (middle, above)
    return -1 - low if is_negative else low
