"""Equations: a plan as the text that a student recognises from the document.

Vectors are columns, as in the document: ``z1 = W1 @ x + b1``. A capital is a
matrix of weights, ``'`` a transpose, ``n`` the number of samples in the batch,
``delta1`` is dC/dz1. Behind each line stands the shape of its result.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate, pairwise

from ...text import shown
from .expressions import Expressions
from .instructions import Guard, Instruction, Piece, Scatter, ref
from .loop import Loop
from .naming import Told, matrix_made, names_of
from .notation import PLAN
from .rows import row_shapes
from .told_loops import lines_of

_MOST = 50
_MOST_NAMES = 12
# A line may be broken before a sign and behind a comma.
_BREAK = re.compile(r" (?=[-+*/@] )|(?<=[,;]) ")
_BINDS = {"+ ": 1, "- ": 1, "* ": 2, "/ ": 2, "@ ": 2}


@dataclass(frozen=True)
class Line:
    """An equation and the shape of its result; where it is too long, it goes on below the end of `left`."""

    left: str
    right: str
    shape: str = ""


Untold = tuple[int, Callable[[], Line]]
"""The number of an instruction, and what tells a line of it."""


def equations(plan: Told, most: int | None = _MOST, see_all: str = "print(f.plan.equations(all=True))") -> str:
    """The plan's inputs, parameters and instructions, one equation a line.

    Parameters
    ----------
    plan : Plan
    most : int or None
        Of more equations than these the first and the last are told, and how many there are between them.
    see_all : str
        What a reader types to see all of them.
    """
    equations = _Equations(plan, in_full=most is None)
    untold = equations.untold()
    if most is None or len(untold) <= most + 1:
        lines = [tell() for _, tell in untold]
    else:
        first, last = untold[: most - most // 2], untold[-(most // 2) :]
        hidden = last[0][0] - first[-1][0] - 1
        instructions = f"{hidden:,} more instructions, in " if hidden > 0 else ""
        remark = f"... {instructions}{len(untold) - most:,} equations; {see_all} tells all ..."
        lines = [*(tell() for _, tell in first), Line("", remark), *(tell() for _, tell in last)]
    return "\n".join([*equations.header(), *aligned(lines)])


class _Equations:
    def __init__(self, plan: Told, in_full: bool) -> None:
        self._plan, self._in_full = plan, in_full
        self._names, self._shapes = names_of(plan), row_shapes(plan)
        self._expressions = Expressions(plan, self._names, in_full)

    def header(self) -> list[str]:
        """What is given, with shapes."""
        inputs = [f"{self._names.of(array)} ({array.size},)" for array in self._plan.arrays if array.kind == "input"]
        parameters = [f"{name} {shape}" for name, shape in self._names.shapes.items()]
        rows = self._listed("inputs      ", inputs)
        return rows + self._listed("parameters  ", parameters) if parameters else rows

    def _listed(self, word: str, things: list[str]) -> list[str]:
        if len(things) > _MOST_NAMES and not self._in_full:
            half = _MOST_NAMES // 2
            things = [*things[:half], f"... {len(things) - 2 * half:,} more ...", *things[-half:]]
        return filled(word, [f"{thing}," for thing in things[:-1]] + things[-1:])

    def untold(self) -> list[Untold]:
        """What tells each line, in order."""
        plan, lines = self._plan, list[Untold]()
        for number, made in enumerate(plan.instructions):
            if isinstance(made, Guard):
                lines.append((number, partial(_guard, made)))
            elif isinstance(made, Scatter) and plan.gradient is not None and made.out is plan.gradient.array:
                lines += [(number, partial(self._slope, piece)) for piece in made.pieces]
            elif isinstance(made, Loop):
                told = lines_of(made, self._names, self._expressions, self._in_full)
                lines += [(number, partial(_line, tell)) for tell in told]
            elif self._expressions.has_a_line(made.out):
                lines.append((number, partial(self._equation, made)))
        if plan.output.array.kind != "computed" or (plan.output.index is not None and plan.output.array.size > 1):
            lines.append((len(plan.instructions), self._output))
        return lines

    def _equation(self, made: Instruction) -> Line:
        shape = matrix_made(made) or self._shapes.get(made.out.number) or (made.out.size,)
        told = self._expressions.of(made).told(PLAN)
        return Line(f"{self._names.of(made.out)} = ", told, str(shape))

    def _slope(self, piece: Piece) -> Line:
        """The derivative by some of the parameters, or a part of it."""
        name = self._names.read(ref(self._plan.parameters, piece.index))
        shape = matrix_made(self._expressions.made(piece.operand)) or (len(piece.index),)
        told = self._expressions.operand(piece.operand).told(PLAN)
        return Line(f"d{self._names.cost}/d{name} {'+= ' if piece.adds else '= '}", told, str(shape))

    def _output(self) -> Line:
        told = self._expressions.operand(self._plan.output).told(PLAN)
        return Line(f"{self._names.cost or 'output'} = ", told, f"({self._plan.output.size},)")


def _line(tell: Callable[[], tuple[str, str, str]]) -> Line:
    return Line(*tell())


def _guard(made: Guard) -> Line:
    return Line("guard: ", f"{shown(made.comparison)} as recorded at {' '.join(made.line.split())}")


# Lines of a readable width


def aligned(lines: Iterable[Line]) -> list[str]:
    """Equations, the shapes below one another; long ones on several lines."""
    lines = list(lines)
    shapes = max((len(line.shape) for line in lines), default=0)

    def broken(line: Line) -> list[str]:
        columns = PLAN.columns - (shapes + len("  # ") if line.shape else 0)
        return filled(line.left, _words(line.right, columns - len(line.left)), columns)

    rows_of = [broken(line) for line in lines]
    width = max((len(rows[0]) for line, rows in zip(lines, rows_of, strict=True) if line.shape), default=0)
    told = []
    for line, (first, *others) in zip(lines, rows_of, strict=True):
        told += [f"{first:<{width}}  # {line.shape}" if line.shape else first, *others]
    return told


def _words(text: str, room: int) -> list[str]:
    """The parts between which a line may be broken: within parentheses, and at products, only where that must be."""
    breaks = [found.start() for found in _BREAK.finditer(text)]
    if len(text) <= room or not breaks:
        return [text]
    depths = list(accumulate((letter in "([") - (letter in ")]") for letter in text))
    binding = [(depths[place], _BINDS.get(text[place + 1 : place + 3], 0)) for place in breaks]
    loosest = min(binding)
    places = [0, *(place for place, binds in zip(breaks, binding, strict=True) if binds == loosest), len(text)]
    return [word for start, stop in pairwise(places) for word in _words(text[start:stop].strip(), room)]


def filled(start: str, words: Sequence[str], columns: int = PLAN.columns) -> list[str]:
    """Words on lines of at most so many columns, all but the first indented as far as `start` reaches."""
    rows, room = [""], columns - len(start)
    for word in words:
        if rows[-1] and len(rows[-1]) + 1 + len(word) > room:
            rows.append("")
        rows[-1] += f" {word}" if rows[-1] else word
        while len(rows[-1]) > room:  # one word alone: behind a space or a parenthesis, or wherever the line is full
            at = max(rows[-1].rfind(mark, 0, room) for mark in " (") + 1 or room
            rows[-1:] = [rows[-1][:at].rstrip(), rows[-1][at:]]
    return [start + rows[0], *(" " * len(start) + row for row in rows[1:])]
