"""Updates: an optimiser's rule, read with symbols, as passes of the machine over the parameters.

Each vector of the rule's state, and then the parameters, are computed in one pass, by a kernel of as many operations as
the rule has for it. Numbers that are other ones at every step come from a table with a row for each step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ....primitives import Primitive
from ..rules import Rules
from .fusion import OPERATORS, Structure, as_one

Vectors = dict[str, Any]

DATA, GRAD = "data", "grad"

_FUNCTIONS = ("sqrt", "absolute", "maximum", "minimum")


class Unreadable(Exception):  # noqa: N818  # a signal to who has another way
    """A rule that is not elementwise, or asks for a number that is not known beforehand."""


class Vector:
    """A vector of a rule in the making: `operation` of `operands`, or where that is empty the one of a name."""

    __array_ufunc__ = None  # so that an array beside it asks it first

    def __init__(self, operation: str, operands: tuple[Any, ...] = (), name: str = "") -> None:
        self.operation, self.operands, self.name = operation, operands, name

    def __bool__(self) -> bool:
        raise Unreadable

    def __getitem__(self, place: Any) -> Any:
        raise Unreadable

    __float__ = __int__ = __iter__ = __len__ = __bool__


def _made(name: str) -> Callable[..., Vector]:
    def made(*operands: Any, out: Any = None) -> Vector:
        return Vector(name, operands)

    return made


def _negative(vector: Vector) -> Vector:
    return Vector("negative", (vector,))


def _reflected(name: str) -> Callable[[Any, Any], Vector]:
    return lambda self, other: Vector(name, (other, self))


for _name, _method in {"add": "add", "subtract": "sub", "multiply": "mul", "divide": "truediv"}.items():
    setattr(Vector, f"__{_method}__", _made(_name))
    setattr(Vector, f"__r{_method}__", _reflected(_name))
setattr(Vector, "__neg__", _negative)  # noqa: B010  # as those above


class _Symbols:
    """What a rule calls, of vectors in the making."""

    def __getattr__(self, name: str) -> Any:
        if name not in OPERATORS and name not in _FUNCTIONS:
            raise Unreadable
        return _made(name)


@dataclass(frozen=True, eq=False)
class Update:
    """A pass: the vector of a name becomes what a primitive makes of others, by name, and of numbers by their place."""

    out: str
    primitive: Primitive
    operands: tuple[str | int, ...]


def read(rules: Rules, vectors: Sequence[str], steps: npt.NDArray[np.int64]) -> tuple[list[Update], list[Any]]:
    """The passes of a step, and the numbers in them: one for all steps, or an array with one for each.

    Raises
    ------
    Unreadable
        If the rule is no such.
    """
    data, grad = Vector("", name=DATA), Vector("", name=GRAD)
    begun: Vectors = {name: Vector("", name=name) for name in vectors}
    state, ns = dict(begun), _Symbols()
    try:
        grad = rules.decayed(ns, data, rules.clipped(ns, grad))
        after = rules.rule(ns, data, grad, state, steps)
    except (TypeError, ValueError) as error:  # it asks for the truth of an array, or for what vectors have not
        raise Unreadable from error
    if state.keys() != begun.keys():
        raise Unreadable
    reader = _Reader()
    for name in vectors:
        if state[name] is not begun[name]:
            reader.add(name, state[name])
    reader.add(DATA, after)
    return reader.made, reader.numbers


class _Reader:
    """Passes in the making.

    Attributes
    ----------
    made : list of Update
    numbers : list
        Those that operands stand for.
    """

    def __init__(self) -> None:
        self.made: list[Update] = []
        self.numbers: list[Any] = []
        self._computed: dict[int, str] = {}

    def add(self, name: str, vector: Any) -> None:
        """Compute a vector in its place."""
        if not isinstance(vector, Vector):
            raise Unreadable
        operands: list[str | int] = []
        structure = self._structure(vector, operands)
        self.made.append(Update(name, as_one(structure), tuple(operands)))
        self._computed[id(vector)] = name

    def _structure(self, given: Any, operands: list[str | int]) -> Structure:
        """The operations that make something, down to what is there."""
        if isinstance(given, Vector) and given.operation and id(given) not in self._computed:
            return (given.operation, *(self._structure(operand, operands) for operand in given.operands))
        key = self._key(given)
        if key not in operands:
            operands.append(key)
        return operands.index(key)

    def _key(self, given: Any) -> str | int:
        if isinstance(given, Vector):
            computed = self._computed.get(id(given))
            if computed is None and given.name in self._computed.values():
                raise Unreadable  # what it was is no longer there
            return given.name if computed is None else computed
        if not isinstance(given, float | int | np.number | np.ndarray):
            raise Unreadable
        self.numbers.append(given)
        return len(self.numbers) - 1
