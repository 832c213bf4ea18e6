"""Which things are real numbers, what to say of those that are not, and how what holds one becomes one."""

from __future__ import annotations

import numbers
from typing import Any, cast, overload

import numpy as np

from . import modes
from .errors import ArgumentError, OperandError

# NumPy registers its other scalars as Real, not its bool; the slow question to Real is put last.
REAL = (float, int, np.bool_, numbers.Real)


def as_float(number: Any, name: str = "Value()") -> float:
    """A real number as a float.

    Raises
    ------
    OperandError
        If `number` is neither a `numbers.Real` nor a NumPy bool; the message names it as `name` and says what to do.
    ArgumentError
        If it is an integer or fraction too large for a float.
    """
    if number.__class__ is float:
        return number
    if isinstance(number, REAL):
        try:
            return float(number)
        except OverflowError:
            raise ArgumentError(f"{name}: expected a number within ±1.8e308, got a larger one; scale it") from None
    raise OperandError(f"{name}: expected a real number, got {described(number)}")


def described(thing: Any) -> str:
    """What came where a real number was expected, and how it becomes one."""
    if hasattr(thing, "primitive"):
        return f"{thing!r}; a Value holds a number, use the Value itself or v.data"
    if isinstance(thing, numbers.Complex):
        return f"the complex number {thing!r}; use its .real or abs()"
    if isinstance(thing, str | bytes):
        return f"the {type(thing).__name__} {thing[:40]!r}; convert it with float()"
    if hasattr(thing, "shape") or isinstance(thing, list | tuple):
        shape = f" of shape {thing.shape}" if hasattr(thing, "shape") else f" of {len(thing)}"
        return f"{type(thing).__name__}{shape}; make one Value for each element, or use autograd.compile for batches"
    return f"{type(thing).__name__}; convert it with float()"


def number(value: float, digits: int = 4) -> str:
    """A number of a few digits with a true minus sign."""
    return f"{value:.{digits}g}".replace("-", "−")


class Convertible:
    """What has a number as its ``data`` becomes one where Python or NumPy asks for it, but no index and no truth.

    While a function is recorded for `compile`, reading ``data`` is refused, and so are these. While one is called for
    its derivative, so is what `math` calls unasked.
    """

    __slots__ = ()

    data: Any

    def __float__(self) -> float:
        if (reader := modes.reader()) is not None:
            reader(self)
        return float(self.data)

    def __int__(self) -> int:
        return int(self.data)

    def __complex__(self) -> complex:
        return complex(float(self))

    @overload
    def __round__(self, digits: None = None) -> int: ...
    @overload
    def __round__(self, digits: int) -> float: ...
    def __round__(self, digits: int | None = None) -> float:
        return cast(float, round(self.data, digits))

    def __format__(self, spec: str) -> str:
        return format(self.data, spec) if spec else repr(self)

    def __bool__(self) -> bool:
        raise OperandError(
            f"bool(v): expected a comparison, got {self!r}; write v != 0, or v.data where no function is recorded, "
            "or use autograd.where"
        )

    def __index__(self) -> int:
        raise OperandError(f"an index: expected an int, got {self!r}; use int(v.data)")

    def item(self) -> float:
        """The number, as ``data``."""
        return float(self.data)
