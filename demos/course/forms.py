"""How answers are read: each form makes a list of numbers of an answer, or says what is wrong with it."""

from __future__ import annotations

import copy
import math
import numbers
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any

import numpy as np

from autograd import Value

_LONGEST = 60


class UnansweredError(Exception):
    """There is no answer yet; the message, if any, says what is still missing."""


class UnusableError(Exception):
    """Something that cannot be an answer; the message says what was expected, what came and what to do."""


def told(thing: Any) -> str:
    """Something in a sentence: a number in four digits, anything else by its kind."""
    if isinstance(thing, numbers.Real):
        return f"{float(thing):.4g}".replace("-", "−")
    if isinstance(thing, list | tuple):
        return f"[{', '.join(map(told, thing))}]"
    return f"{thing!r:.{_LONGEST}}" if isinstance(thing, str) else f"{type(thing).__name__}"


class Number:
    """One number, right to three digits unless it is a count."""

    def __init__(self, tolerance: float = 5e-3) -> None:
        self.tolerance = tolerance

    def read(self, answer: Any) -> list[float]:
        """The number, in a list of one."""
        if answer is ...:
            raise UnansweredError
        if isinstance(answer, Value):
            answer = answer.data
        if isinstance(answer, np.ndarray) and answer.size == 1:
            answer = answer.item()
        if isinstance(answer, bool) or not isinstance(answer, numbers.Real):
            raise UnusableError(f"A number was expected, such as 0.5; this is {kind(answer)}.")
        if not math.isfinite(answer):
            raise UnusableError(f"A number was expected, such as 0.5; this is {float(answer)}, look where it arose.")
        return [float(answer)]

    def near(self, given: Sequence[float], right: Sequence[float]) -> bool:
        """Whether numbers agree: relative to the larger ones, absolutely below 0.1."""
        return len(given) == len(right) and all(
            abs(a - b) <= self.tolerance * max(abs(b), 0.1) for a, b in zip(given, right, strict=True)
        )

    def shown(self, given: Sequence[float], right: Sequence[float]) -> dict[str, str]:
        """What a sentence may name."""
        return {"given": told(given[0]), "right": told(right[0])}


class Numbers(Number):
    """Several numbers, of a length or of any: a list, a tuple, an array, nested or not."""

    def __init__(self, length: int | None = None, tolerance: float = 5e-3) -> None:
        super().__init__(tolerance)
        self.length = length

    def read(self, answer: Any) -> list[float]:
        """The numbers in their order, without their nesting."""
        if answer is ...:
            raise UnansweredError
        expected = "Numbers in a list were" if self.length is None else f"A list of {self.length} numbers was"
        if isinstance(answer, np.ndarray):
            answer = answer.tolist()
        if not isinstance(answer, list | tuple):
            raise UnusableError(f"{expected} expected, such as [0.5, 1.0]; this is {kind(answer)}.")
        read = [number for part in _flat(answer) for number in super(Numbers, self).read(part)]
        if self.length not in (None, len(read)):
            raise UnusableError(f"{expected} expected; this list has {len(read)}.")
        return read

    def shown(self, given: Sequence[float], right: Sequence[float]) -> dict[str, str]:
        """What a sentence may name: the lists, and the first place where they differ, counted from 1."""
        pairs = enumerate(zip(given, right, strict=False), start=1)
        place = next((at for at, (a, b) in pairs if not self.near([a], [b])), 1)
        return {"given": told(list(given)), "right": told(list(right)), "place": str(place)}


def _flat(answer: Any) -> Iterator[Any]:
    for part in answer:
        if isinstance(part, list | tuple | np.ndarray):
            yield from _flat(part)
        else:
            yield part


class Choice(Number):
    """One of a few words."""

    def __init__(self, *options: str) -> None:
        super().__init__(0.0)
        self.options = options

    def read(self, answer: Any) -> list[float]:
        """The option's place, in a list of one."""
        if answer is ...:
            raise UnansweredError
        known = " or ".join(f'"{option}"' for option in self.options)
        if not isinstance(answer, str):
            raise UnusableError(f"{known} was expected; this is {kind(answer)}.")
        if answer.strip().lower() not in self.options:
            raise UnusableError(f"{known} was expected; this is {told(answer)}.")
        return [float(self.options.index(answer.strip().lower()))]

    def shown(self, given: Sequence[float], right: Sequence[float]) -> dict[str, str]:
        """What a sentence may name."""
        return {"given": self.options[int(given[0])], "right": self.options[int(right[0])]}


class Function(Number):
    """A function, known by what it gives at some points.

    Parameters
    ----------
    probes : sequence of tuple
        The arguments of each call; functions get copies of them.
    result : Number
        How what it returns is read.
    call : callable, optional
        How it is called with a probe; ``f(*probe)`` if not given.
    """

    def __init__(
        self,
        probes: Sequence[tuple[Any, ...]],
        result: Number | None = None,
        call: Callable[[Callable[..., Any], tuple[Any, ...]], Any] | None = None,
    ) -> None:
        super().__init__(1e-9)
        self.probes, self.result = probes, result or Number()
        self.call = call or (lambda function, probe: function(*probe))

    def read(self, answer: Any) -> list[float]:
        """What it returns at the probes, one after another."""
        return list(chain.from_iterable(self.results(answer)))

    def results(self, answer: Any) -> list[list[float]]:
        """What it returns at each probe."""
        if answer is ...:
            raise UnansweredError
        if not callable(answer) or isinstance(answer, type):
            raise UnusableError(f"A function was expected, without its parentheses; this is {kind(answer)}.")
        return [self._result(answer, probe) for probe in self.probes]

    def _result(self, answer: Any, probe: tuple[Any, ...]) -> list[float]:
        where = f"{named(answer)}({arguments(probe)})"
        try:
            returned = self.call(answer, copy.deepcopy(probe))
        except (UnansweredError, UnusableError):
            raise
        except Exception as error:
            raise UnusableError(f"{where} ends in {type(error).__name__}: {_line(error)}; mend that first.") from None
        if returned is ...:
            raise UnansweredError
        if returned is None:
            raise UnansweredError(f"{named(answer)} returns nothing: write its body, and end it with return.")
        try:
            return self.result.read(returned)
        except UnusableError as error:
            said = str(error)
            raise UnusableError(f"{where} was called, and {said[0].lower()}{said[1:]}") from None

    def shown(self, given: Sequence[float], right: Sequence[float]) -> dict[str, str]:
        """What a sentence may name."""
        return {"given": told(list(given)), "right": told(list(right))}


def kind(thing: Any) -> str:
    """What something is, in words."""
    if thing is None:
        return "None, which is what a function without return leaves"
    if isinstance(thing, str):
        return f"the text {told(thing)}"
    if isinstance(thing, list | tuple | np.ndarray):
        return "a list of numbers"
    if callable(thing):
        return "a function or a class itself, which was not called"
    return f"of type {type(thing).__name__}"


def named(function: Any) -> str:
    """What a function is called."""
    name = getattr(function, "__name__", "f")
    return name if name.isidentifier() else "f"


def arguments(probe: tuple[Any, ...]) -> str:
    """The arguments of a call, shortened."""
    shown = ", ".join(_argument(argument) for argument in probe)
    return shown if len(shown) <= _LONGEST else "…"


def _argument(argument: Any) -> str:
    if isinstance(argument, np.ndarray):
        argument = argument.tolist()
    if isinstance(argument, list | tuple):
        return f"[{', '.join(_argument(part) for part in argument)}]"
    return f"{argument:.4g}" if isinstance(argument, numbers.Real) else type(argument).__name__


def _line(error: Exception) -> str:
    lines = str(error).splitlines() or [""]
    return lines[0][: 2 * _LONGEST].rstrip(".")
