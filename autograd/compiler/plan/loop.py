"""Loops: steps that repeat as one instruction, whose body is a list of instructions of its own.

A step reads the *states* that the step before left, numbers of its own (*each*: ``x[t]``) and numbers that are the
same in all steps (weights). Its body computes from them, and what of it is the next states. A `Loop` computes its
*tape*: parts one after another, each with the numbers of all steps, the first step's first. Of a state there are
those before the first step too. The reverse pass of a loop is a loop whose steps go backwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .instructions import Array, Instruction, Operand, Ref, ref
from .patterns import Index


@dataclass(frozen=True, eq=False)
class Body:
    """What every step does, on arrays of its own: an array's number is its place in `arrays`.

    Attributes
    ----------
    arrays : tuple of Array
    instructions : tuple of Instruction
    states, each, same : tuple of Array
        What a step is given: what the one before left, numbers of its own, and numbers that are the same in all.
    nexts : tuple of Ref
        What each of the states becomes.
    """

    arrays: tuple[Array, ...]
    instructions: tuple[Instruction, ...]
    states: tuple[Array, ...]
    nexts: tuple[Ref, ...]
    each: tuple[Array, ...]
    same: tuple[Array, ...]

    @property
    def given(self) -> tuple[Array, ...]:
        """All that a step is given, in the order of a loop's operands."""
        return (*self.states, *self.each, *self.same)


@dataclass(frozen=True, eq=False)
class Part:
    """What a tape holds of an array of the body: its numbers in all steps, or where `last` in the last one alone.

    Of a state there are in each step those that it begins with, and behind the last step what that leaves; only
    that is the last.
    """

    array: Array
    is_state: bool
    last: bool = False


@dataclass(frozen=True, eq=False)
class Loop(Instruction):
    """The tape of steps that are alike.

    Attributes
    ----------
    body : Body
    steps : int
    first : tuple of Ref
        The states before the first step.
    each : tuple of Ref
        Numbers of all steps, one step's behind the other's, in the order of time.
    same : tuple of Ref
    parts : tuple of Part
    backwards : bool
        Whether the last step in time is the first that is taken. The numbers of a step lie where its time says.
    start : int
        The time of the first step, counted as the function did.
    """

    body: Body
    steps: int
    first: tuple[Ref, ...]
    each: tuple[Ref, ...]
    same: tuple[Ref, ...]
    parts: tuple[Part, ...]
    backwards: bool = False
    start: int = 0

    @property
    def operands(self) -> tuple[Operand, ...]:
        """The first states, what each step has of its own, and what is the same."""
        return (*self.first, *self.each, *self.same)

    def with_operands(self, operands: Iterable[Operand]) -> Loop:
        """The same steps on other numbers."""
        given: list[Any] = list(operands)
        states, each = len(self.first), len(self.first) + len(self.each)
        return replace(self, first=tuple(given[:states]), each=tuple(given[states:each]), same=tuple(given[each:]))

    @property
    def _detail(self) -> Any:
        told = tuple((part.array.number, part.is_state, part.last) for part in self.parts)
        return (self.body, self.steps, self.backwards, told)

    @property
    def order(self) -> Iterator[int]:
        """The times of the steps, in the order in which they are taken."""
        return iter(range(self.steps - 1, -1, -1) if self.backwards else range(self.steps))

    def rows(self, part: Part) -> int:
        """How many times a part has the numbers of its array."""
        return 1 if part.last else self.steps + part.is_state

    def starts(self) -> list[int]:
        """Where on the tape each part begins, and the last ends."""
        sizes = [self.rows(part) * part.array.size for part in self.parts]
        return [0, *np.cumsum(sizes, dtype=int).tolist()]

    def part_at(self, position: int) -> int:
        """Which part a position of the tape lies in."""
        return int(np.searchsorted(self.starts(), position, side="right")) - 1

    def before(self, t: int) -> int:
        """Which of a state's rows the step at a time begins with."""
        return t + 1 if self.backwards else t

    def after(self, t: int) -> int:
        """Which of a state's rows it leaves."""
        return t if self.backwards else t + 1


def places_of(start: int, rows: Index, size: int, index: Index | None = None) -> Index:
    """Positions of some rows of a part that begins at `start`: of each row all, or those of `index`."""
    own = np.arange(size) if index is None else index
    found: Index = (start + rows[:, None] * size + own).ravel()
    return found


def of_steps(loop: Loop, tape: Array, read: Ref, before: bool = False) -> Ref:
    """What a ref of the body reads in every step, as a ref of the tape.

    Parameters
    ----------
    loop : Loop
    tape : Array
    read : Ref
        Of a state, or of an array that the body computes, all of which is on the tape.
    before : bool
        Of a state, what steps begin with and not what they leave.
    """
    number = next(k for k, part in enumerate(loop.parts) if part.array is read.array and not part.last)
    part, times = loop.parts[number], np.arange(loop.steps)
    if part.is_state:
        times = times + (before == loop.backwards)
    return ref(tape, places_of(loop.starts()[number], times, part.array.size, read.index))


def with_bodies(instructions: Iterable[Instruction]) -> Iterator[Instruction]:
    """Instructions, and those of the loops among them."""
    for made in instructions:
        yield made
        if isinstance(made, Loop):
            yield from made.body.instructions
