"""Own: operations that users declare, whose rules are read with care."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from ..errors import AutogradError, DomainError, OperandError
from ..namespaces import ARRAYS, FLOATS, Namespace
from ..reals import REAL, described
from ..text import shown
from .entry import Primitive

SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
DIGITS = {subscript: chr(digit) for digit, subscript in SUBSCRIPTS.items()}
"""What the number of an operand is behind a partial's sign, and back."""

UNDEFINED = ValueError, ZeroDivisionError, DomainError
"""What a rule raises for floats outside its domain."""


@dataclass(frozen=True, eq=False, repr=False)
class Own(Primitive):
    """An operation of a user's, told from all others by identity: two of one name have nothing to do with each other.

    `rule` and `partials` are given as the user wrote them; what is read is theirs and what they give is looked at.
    A namespace that has a function `named` reads neither, and calls that with the operation and the operands.

    Attributes
    ----------
    of_floats : bool
        Whether the rule is ``rule(*operands)`` and each partial ``partial(*operands)``, of floats alone.
    primes : tuple of Own
        The partials as operations, by operand; those of a prime are none.
    safe : tuple of float
        For each operand a number for which there is a result.
    """

    of_floats: bool = False
    primes: tuple[Own, ...] = ()
    safe: tuple[float, ...] = ()
    written: Callable[..., Any] = field(init=False)
    _slopes: tuple[Callable[..., Any], ...] = field(init=False)

    def __post_init__(self) -> None:
        assert isinstance(self.partials, tuple)
        for name, thing in (
            ("written", self.rule),
            ("_slopes", self.partials),
            ("rule", self._result),
            ("partials", tuple(partial(self._slope, index) for index in range(len(self.partials)))),
        ):
            object.__setattr__(self, name, thing)

    def _result(self, ns: Namespace, *operands: Any) -> Any:
        if (named := getattr(ns, "named", None)) is not None:
            return named(self, *operands)
        if ns is FLOATS:
            if self.defined is not None and not self._number("the domain", self.defined, (ns, *operands), operands):
                raise ValueError("outside the domain")
            return self._number(
                "the rule" if self.primes else "the partial",
                self.written,
                operands if self.of_floats else (ns, *operands),
                operands,
            )
        result = self._one_by_one(operands) if self.of_floats else self._read("the rule", self.written, ns, operands)
        if self.defined is None:
            return result
        # The root of -1 is NaN, and sets NumPy's flag; what is in the domain stays as it is when -0.0 is added.
        inside = self._read("the domain", self.defined, ns, operands)
        return result + ns.sqrt(ns.equal(inside, 0.0) * -1.0)

    def _slope(self, index: int, ns: Namespace, v: Any, *operands: Any) -> Any:
        if not self.primes:
            # What has no derivative is outside a domain in every namespace, as the root of -1 is.
            return ns.sqrt(ns.absolute(operands[index]) * 0.0 - 1.0)
        if self.of_floats:
            return self.primes[index].rule(ns, *operands)
        told, slope = f"the partial by operand {index}", self._slopes[index]
        if ns is FLOATS:
            return self._number(told, slope, (ns, v, *operands), operands)
        return self._read(told, slope, ns, (v, *operands))

    def _number(self, told: str, function: Callable[..., Any], given: tuple[Any, ...], operands: Any) -> float:
        """What a function of the user's gives for floats; raises one of `UNDEFINED` outside its domain."""
        try:
            with np.errstate(divide="raise", invalid="raise", over="ignore", under="ignore"):
                result = function(*given)
        except (OverflowError, FloatingPointError):
            raise ValueError("too large, or undefined") from None
        except (*UNDEFINED, AutogradError):
            raise
        except Exception as error:
            raise OperandError(
                f"{self.name}: expected {told} to return a number for {_listed(operands)}, got "
                f"{_told(error, None if self.of_floats else given[0])}; {_REMEDIES[self.of_floats]}"
            ) from error
        if isinstance(result, complex):
            raise ValueError("no real result")
        if not (isinstance(result, REAL) or hasattr(result, "primitive") or getattr(result, "shape", None) == ()):
            raise OperandError(
                f"{self.name}: expected {told} to return a real number for {_listed(operands)}, got "
                f"{described(result) if result is not None else 'None; is a return missing?'}"
            )
        number = float(result)
        if math.isnan(number) and not any(map(math.isnan, operands)):
            raise ValueError("not a number")
        return number

    def _read(self, told: str, function: Callable[..., Any], ns: Namespace, arguments: tuple[Any, ...]) -> Any:
        """What a function of the user's gives for arrays, Values or symbols."""
        try:
            result = function(ns, *arguments)
        except (FloatingPointError, ZeroDivisionError, DomainError):
            raise
        except Exception as error:
            if isinstance(error, ValueError) and "truth value" not in str(error):
                raise  # of a function that left its domain
            raise OperandError(
                f"{self.name}: expected {told} to compute with numbers of any kind, got {_told(error, ns)}; "
                f"{_REMEDIES[False]}"
            ) from error
        # What NumPy makes of all rows together is of no row.
        whole = ns is ARRAYS and isinstance(result, np.ndarray | np.generic)
        if whole and np.shape(result) != np.broadcast_shapes(*map(np.shape, arguments)):
            raise OperandError(
                f"{self.name}: expected {told} to compute number by number, got from arrays of shapes "
                f"{', '.join(str(np.shape(given)) for given in arguments)} one of {np.shape(result)}"
            )
        if isinstance(result, REAL):
            return float(result)
        if result is None or isinstance(result, str | bytes | list | tuple | dict):
            raise OperandError(f"{self.name}: expected {told} to return a number, got {type(result).__name__}")
        return result

    def _one_by_one(self, operands: tuple[Any, ...]) -> Any:
        """The rule of floats for each number of arrays; NaN, and NumPy's flag, outside its domain."""
        arrays = np.broadcast_arrays(*operands)
        numbers, outside = [], []
        for row in zip(*(array.ravel().tolist() for array in arrays), strict=True):
            try:
                numbers.append(self._result(FLOATS, *row))
            except UNDEFINED:
                numbers.append(math.nan)
            outside.append(math.isnan(numbers[-1]) and not any(map(math.isnan, row)))
        flags = np.sqrt(np.array(outside, dtype=float) * -1.0)
        return (np.array(numbers, dtype=float) + flags).reshape(arrays[0].shape)

    def __reduce__(self) -> str:
        raise OperandError(f"pickle of {self!r}: expected the operation, which is pickled by name, got its primitive")

    def __copy__(self, memo: Any = None) -> Own:
        return self

    __deepcopy__ = __copy__


_REMEDIES = {
    False: "rules compute with operators and functions of ns, such as ns.exp(a) and ns.where(c, a, b), and with the "
    "rule of another operation, f.rule(ns, a); those of floats alone are declared with floats=True",
    True: "a rule of floats takes as many of them as there are partials",
}


def _told(error: Exception, ns: Any) -> str:
    if isinstance(error, AttributeError) and error.obj is ns:
        return f"ns.{shown(str(error.name))}, which there is not"
    return shown(f"{type(error).__name__}: {error}", 160)


def _listed(operands: Any) -> str:
    return shown(", ".join(map(repr, operands)))
