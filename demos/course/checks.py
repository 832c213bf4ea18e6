"""What the exercises of the course say to an answer: right, or why not.

A notebook calls ``check("4.2", answer)``. What is right and which mistakes are usual stands in
``answers/``, a module for each chapter, as data: a right answer, computed by the engine, and for
each mistake what it would come to. An answer is compared with all of them.
"""

from __future__ import annotations

import html
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from forms import Choice, Function, Number, UnansweredError, UnusableError, arguments, named, told

__all__ = ["Verdict", "check"]

CHAPTERS = 6


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
    praise: str | Callable[[Any], str] = ""

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
