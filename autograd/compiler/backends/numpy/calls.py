"""Calls: what a program does, as data: one call after another, of a function with arguments."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from ...plan.instructions import Guard, Scale
from ...plan.patterns import Index
from .views import Storage, View


@dataclass(frozen=True)
class Number:
    """A number, which may depend on the batch's size n: as an array without axes, which ufuncs like, or plain."""

    stem: ClassVar[str] = "s"
    text: str
    plain: bool = False

    def __str__(self) -> str:
        return self.text if self.plain else f"np.array({self.text}, dtype)"


@dataclass(frozen=True)
class Ones:
    """A column of ones or, with no `length`, a one for each sample."""

    stem: ClassVar[str] = "ones"
    length: int | None = None

    def __str__(self) -> str:
        return "np.ones(n, dtype)" if self.length is None else f"np.ones(({self.length}, 1), dtype)"


@dataclass(frozen=True)
class Held:
    """An object that has no expression: positions, a guard. Those of one `key` are the same; `stem` begins its name."""

    thing: Any = field(compare=False)
    key: Hashable
    stem: str


@dataclass(frozen=True)
class Prepared:
    """What a held thing makes, once for a batch size, of arrays that stay where they are."""

    stem: ClassVar[str] = "bound"
    held: Held
    arguments: tuple[View | Prepared | Memory | Number, ...]


@dataclass(frozen=True)
class Memory:
    """A memory as it was allocated."""

    storage: Storage


@dataclass(frozen=True)
class Plain:
    """What Python writes as it is: an axis, a mode."""

    value: Any

    def __str__(self) -> str:
        return repr(self.value)


Argument = View | Number | Ones | Held | Prepared | Plain | Memory


@dataclass(frozen=True)
class Call:
    """A call of one of the functions that `runtime` lists; `result` names what it returns, if anybody asks."""

    function: str
    arguments: tuple[Argument, ...]
    result: str = ""


def call(function: str, *arguments: Argument, result: str = "") -> Call:
    """A call, written shortly."""
    return Call(function, arguments, result)


def number(value: float | Scale, plain: bool = False) -> Number:
    """A number of a plan."""
    scale = value if isinstance(value, Scale) else Scale(float(value))
    factor = repr(scale.factor) if np.isfinite(scale.factor) else f"float({str(scale.factor)!r})"
    by_n = {0: "", 1: " / n", -1: " * n"}.get(scale.power, f" / n**{scale.power}")
    return Number(factor + by_n, plain)


def positions(index: Index) -> Held:
    """Positions to gather or scatter."""
    return Held(index, (index.tobytes(), index.shape), "index")


def guard(instruction: Guard) -> Held:
    """What a guard compares and where, for the error."""
    return Held(instruction, instruction, "guard")
