"""What the exercises of the course say to an answer: right, or why not.

A notebook calls ``check("4.2", answer)``. What is right and which mistakes are usual stands in
``answers/``, a module for each chapter, as data: a right answer, computed by the engine, and for
each mistake what it would come to. An answer is compared with all of them.
"""

from __future__ import annotations

import copy
import html
import importlib
import math
import numbers
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np

from autograd import Value

__all__ = ["Verdict", "check"]

CHAPTERS = 6
_LONGEST = 60


class UnansweredError(Exception):
    """There is no answer yet; the message, if any, says what is still missing."""


class UnusableError(Exception):
    """Something that cannot be an answer; the message says what was expected, what came and what to do."""


@dataclass(frozen=True)
class Verdict:
    """What is said to an answer; notebooks show it by themselves.

    Attributes
    ----------
    right : bool or None
        None where there is no answer yet.
    said : str
    mistake : str
        The name of a usual mistake that was recognised, else empty.
    """

    right: bool | None
    said: str
    mistake: str = ""

    def __str__(self) -> str:
        return f"{self._heading} {self.said}".rstrip()

    __repr__ = __str__

    @property
    def _heading(self) -> str:
        return {True: "Right.", False: "Not yet.", None: "Not answered yet."}[self.right]

    def _repr_html_(self) -> str:
        colour = {True: "#00805C", False: "#C24F00", None: "#7B8794"}[self.right]
        return (
            f'<div style="border-left: 4px solid {colour}; padding: 0.35em 0.9em; margin: 0.3em 0; max-width: 52em; '
            f'line-height: 1.5"><b style="color: {colour}">{self._heading}</b> {html.escape(self.said)}</div>'
        )


# How answers are read: each form makes a list of numbers of one, or says what is wrong with it.


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
            raise UnusableError(f"{where} was called. {error}") from None

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


# What is asked


@dataclass(frozen=True)
class Mistake:
    """A usual mistake.

    Attributes
    ----------
    name : str
        Such as "forgot the bias".
    comes_to : object
        The answer of somebody who makes it: a number, a list, a function, as the exercise asks.
    why : str
        What to say; ``{given}`` and ``{right}`` stand for the numbers.
    """

    name: str
    comes_to: Any
    why: str


@dataclass(frozen=True)
class Compared:
    """An exercise with one right answer."""

    form: Number
    right: Any
    praise: str
    hint: str
    mistakes: tuple[Mistake, ...] = ()

    def verdict(self, answer: Any) -> Verdict:
        """What is said to an answer that can be read."""
        given, right = self.form.read(answer), self.form.read(self.right)
        words = self.form.shown(given, right)
        if self.form.near(given, right):
            return Verdict(True, self.praise.format(**words))
        for mistake in self.mistakes:
            if self.form.near(given, self.form.read(mistake.comes_to)):
                return Verdict(False, mistake.why.format(**words), mistake.name)
        return Verdict(False, f"{self._difference(answer, given, right)} {self.hint.format(**words)}")

    def _difference(self, answer: Any, given: list[float], right: list[float]) -> str:
        """Where an answer that is no usual mistake goes astray."""
        form = self.form
        if isinstance(form, Choice):
            return ""
        if not isinstance(form, Function):
            close = all(abs(a - b) <= 0.03 * abs(b) for a, b in zip(given, right, strict=False))
            if close and len(given) == len(right) and form.tolerance:
                return "Close: work with at least four digits."
            return f"{form.shown(given, right)['given']} is not it."
        for probe, ours, theirs in zip(form.probes, form.results(self.right), form.results(answer), strict=True):
            if not form.near(theirs, ours):
                got, wanted = (told(read[0] if len(read) == 1 else read) for read in (theirs, ours))
                return f"{named(answer)}({arguments(probe)}) gives {got}, but {wanted} is right."
        return ""


@dataclass(frozen=True)
class Requirement:
    """Something that an answer must do.

    Attributes
    ----------
    missing : str
        The name of the mistake that is made where it does not.
    holds : callable
        Of what the form read.
    why : str or callable
        What to say where it does not hold; a callable is given what was read.
    """

    missing: str
    holds: Callable[[Any], bool]
    why: str | Callable[[Any], str]


@dataclass(frozen=True)
class Judged:
    """An exercise with many right answers: what must hold of them, the most telling first."""

    form: Any
    requirements: tuple[Requirement, ...]
    praise: str | Callable[[Any], str] = field(default="")

    def verdict(self, answer: Any) -> Verdict:
        """What is said to an answer that can be read."""
        read = self.form.read(answer)
        for requirement in self.requirements:
            if not requirement.holds(read):
                why = requirement.why
                return Verdict(False, why(read) if callable(why) else why, requirement.missing)
        return Verdict(True, self.praise(read) if callable(self.praise) else self.praise)


Exercise = Compared | Judged


def exercises(chapter: int) -> dict[str, Exercise]:
    """The exercises of a chapter by their number, such as "4.2"."""
    module = importlib.import_module(f"answers.chapter_{chapter}")
    return dict(module.EXERCISES)


def check(number: str, answer: Any) -> Verdict:
    """Say whether an answer is right, or why not.

    Parameters
    ----------
    number : str
        Of the exercise, such as "4.2".
    answer : object
        Anything; ``...`` where there is no answer yet.

    Raises
    ------
    KeyError
        If there is no such exercise: a slip in the notebook, not in an answer.
    """
    chapter = number.partition(".")[0] if isinstance(number, str) else ""
    found = exercises(int(chapter)) if chapter in map(str, range(1, CHAPTERS + 1)) else {}
    if number not in found:
        raise KeyError(f"check({number!r:.20}, ...): expected the number of an exercise, such as '4.2'")
    try:
        return found[number].verdict(answer)
    except UnansweredError as missing:
        return Verdict(None, str(missing))
    except UnusableError as error:
        return Verdict(False, str(error))
