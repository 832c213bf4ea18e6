"""Told loops: a loop as lines: what its states are at first, ``for t in 1..100:``, and the equations of a step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from ...formulas.expressions import Expression
from .attention import Attentions
from .expressions import Expressions
from .instructions import Array, Instruction, Operand, Ref
from .loop import Loop
from .loop_names import LoopNames
from .naming import Names, matrix_made
from .notation import PLAN

Untold = Callable[[], tuple[str, str, str]]
"""Tells a line: its left side, its right side, and the shape."""


def lines_of(loop: Loop, names: Names, outer: Expressions, in_full: bool) -> list[Untold]:
    """What tells the lines of a loop."""
    own = names.loops[loop.out.number]
    begin = own.last if loop.backwards else loop.start
    step = _Step(own, outer, names, in_full)
    lines = list[Untold]()
    for state, first in zip(loop.body.states, loop.first, strict=True):
        name = f"{own.arrays[state.number]}[{begin}] = "
        lines.append(partial(_first, name, first, outer))
    lines.append(lambda: (f"for t in {own.times}:", "", ""))
    return [*lines, *step.lines()]


def _first(name: str, first: Ref, outer: Expressions) -> tuple[str, str, str]:
    return name, outer.operand(first).told(PLAN), f"({first.size},)"


@dataclass(frozen=True)
class _Body:
    """A body as what is told of a plan."""

    instructions: Sequence[Instruction]
    arrays: Sequence[Array]
    parameters: Array
    output: Ref
    cost: Ref | None = None
    gradient: Ref | None = None


@dataclass(frozen=True)
class _StepNames(Names):
    """The names in a step."""

    own: LoopNames = field(kw_only=True)
    outer: Names = field(kw_only=True)

    def of(self, array: Array) -> str:
        """The name of an array of the body, with the time."""
        loop = self.own.loop
        name = self.own.arrays.get(array.number)
        if array.kind == "state":
            return f"{name}[t]" if loop.backwards else f"{name}[t-1]"
        if array.kind == "each":
            return self._each(loop.each[[own.number for own in loop.body.each].index(array.number)])
        if name is None:
            return f"u{array.number}[t]"
        is_next = any(following.array is array and following.index is None for following in loop.body.nexts)
        return f"{name}[t-1]" if loop.backwards and is_next else f"{name}[t]"

    def _each(self, read: Ref) -> str:
        """What each step has of its own."""
        tape = self.outer.loops.get(read.array.number)
        found = tape.in_step(read, self.own.first, self.own.loop.steps) if tape else None
        if found is not None:
            return found
        if read.array.kind == "parameters":
            return f"{self.outer.parameters[read.key]}[t]"
        return f"{'c' if read.array.kind == 'constant' else self.outer.of(read.array)}[t]"


class _OfStep(Expressions):
    """The expressions of a step; what is the same in all steps is told as outside of the loop."""

    def __init__(self, loop: Loop, outer: Expressions, body: _Body, names: Names, in_full: bool) -> None:
        super().__init__(body, names, in_full)
        self._outer = outer
        self._same = {array.number: read for array, read in zip(loop.body.same, loop.same, strict=True)}

    def operand(self, operand: Operand) -> Expression:
        """What an instruction of the body reads."""
        if isinstance(operand, Ref) and operand.array.number in self._same:
            read = self._same[operand.array.number]
            return self._outer.operand(read if operand.index is None else read.at(operand.index))
        return super().operand(operand)


class _Step:
    def __init__(self, own: LoopNames, outer: Expressions, names: Names, in_full: bool) -> None:
        self._loop, self._own = own.loop, own
        body = self._loop.body
        self._names = _StepNames(own.arrays, {}, {}, names.cost, Attentions(), {}, own=own, outer=names)
        plan = _Body(body.instructions, body.arrays, Array(-1, 0, False), Ref(body.states[0]))
        self._expressions = _OfStep(self._loop, outer, plan, self._names, in_full)

    def lines(self) -> Iterator[Untold]:
        """What tells the lines of a step."""
        body = self._loop.body
        for made in body.instructions:
            if self._expressions.has_a_line(made.out):
                yield partial(self._made, made)
        named_already = set[int]()
        for state, following in zip(body.states, body.nexts, strict=True):
            array = following.array
            whole = following.index is None and array.kind == "computed"
            if whole and array.number not in named_already:
                named_already.add(array.number)
                if self._own.arrays.get(array.number) == self._own.arrays[state.number]:
                    continue
            name = f"{self._own.arrays[state.number]}[{'t-1' if self._loop.backwards else 't'}]"
            yield partial(self._becomes, name, following)

    def _made(self, made: Instruction) -> tuple[str, str, str]:
        shape = matrix_made(made) or (made.out.size,)
        return f"    {self._names.of(made.out)} = ", self._expressions.of(made).told(PLAN), str(shape)

    def _becomes(self, name: str, following: Ref) -> tuple[str, str, str]:
        return f"    {name} = ", self._expressions.operand(following).told(PLAN), f"({following.size},)"
