"""Memory: the areas that a program reads and writes, and where every array of a plan lies in them.

An area begins at an address that is known when the program is called, its *base*. All that is computed lies in the
arena, in buffers; those whose numbers nobody needs any more are used again.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ...plan.choose import AddRows
from ...plan.instructions import Array, BatchSum, Map, Product, Ref, Scale, Sum
from ...plan.loop import Loop
from ...plan.patterns import Index, Pattern, affine, everything
from ...plan.plan import Plan
from ...plan.walk import Walk
from ..inside import written_inside
from .amounts import NONE, ONE, Amount

ARENA, PARAMETERS, GRADIENT, INPUTS = range(4)
"""The numbers of the bases; an input has that of the first and its argument's number. Behind the last input come the
constants and the outputs."""


@dataclass(frozen=True)
class Area:
    """What begins at a base or, in the arena, at a buffer of that number."""

    base: int
    buffer: int = -1


@dataclass(frozen=True)
class Place:
    """Where an array lies: positions of an area, for every sample a row.

    Attributes
    ----------
    area : Area
    row : Amount
        From a sample to the next, in numbers; none where there is one for all.
    step : Amount
        From a position to the next.
    pattern : Pattern
        The array's positions.
    """

    area: Area
    row: Amount
    step: Amount
    pattern: Pattern


@dataclass(frozen=True)
class View:
    """Numbers of an area with some axes: where the first lies, and for each axis the way to the next, in numbers.

    The first axis is the batch's, along which there is no way for what is one for all samples.
    """

    area: Area
    start: Amount
    row: Amount
    strides: tuple[Amount, ...]
    counts: tuple[int, ...]


def view_of(place: Place, pattern: Pattern) -> View:
    """Positions of what lies at a place."""
    strides = tuple(place.step.times(stride) for stride in pattern.strides)
    return View(place.area, place.step.times(pattern.base), place.row, strides, pattern.counts)


@dataclass
class Memory:
    """Where the arrays of a plan lie.

    Attributes
    ----------
    rows : Amount
        How many samples there are.
    constants, outputs : Area
        The numbers that stand in the plan, and what it returns.
    places : dict
        By the arrays' numbers.
    inside : set
        The numbers of arrays that are computed right where a scatter would copy them.
    sizes : list of Amount
        How many numbers each buffer has.
    numbers : dict
        The scalars of the plan, and their places among the numbers of the first buffer.
    registers : list of Area
        What begins where an instruction says that repeats others.
    held : bytearray
        The constants, as bytes.
    """

    plan: Plan
    dtype: np.dtype[Any]
    rows: Amount
    constants: Area
    outputs: Area
    places: dict[int, Place] = field(default_factory=dict)
    inside: frozenset[int] = frozenset()
    sizes: list[Amount] = field(default_factory=lambda: [NONE])
    numbers: dict[float | Scale, int] = field(default_factory=dict)
    registers: list[Area] = field(default_factory=list)
    held: bytearray = field(default_factory=bytearray)
    _kept: dict[bytes, int] = field(default_factory=dict)

    def buffer(self, size: int, batched: bool) -> Area:
        """A new buffer of the arena."""
        return self.room(Amount(0, size) if batched else Amount(size))

    def room(self, size: Amount) -> Area:
        """A new buffer of so many numbers."""
        self.sizes.append(size)
        return Area(ARENA, len(self.sizes) - 1)

    def lying(self, size: int, batched: bool) -> Place:
        """The place of a new array, sample by sample in a buffer of its own."""
        return Place(self.buffer(size, batched), Amount(size) if batched else NONE, ONE, everything(size))

    def register(self) -> Area:
        """A new base that moves."""
        self.registers.append(Area(self.outputs.base + 1 + len(self.registers)))
        return self.registers[-1]

    def by_place(self, size: int, batched: bool) -> Place:
        """The place of a new array whose samples lie side by side, position by position."""
        row, step = (ONE, self.rows) if batched else (NONE, ONE)
        return Place(self.buffer(size, batched), row, step, everything(size))

    def number(self, value: float | Scale) -> View:
        """Where a number of the plan stands; the first buffer holds them all."""
        at = self.numbers.setdefault(value, len(self.numbers))
        self.sizes[0] = Amount(len(self.numbers))
        return View(Area(ARENA, 0), Amount(at), NONE, (), ())

    def keep(self, array: np.ndarray[Any, Any]) -> int:
        """Hold numbers or integers among the constants; returns their offset in bytes."""
        content = array.tobytes()
        if content not in self._kept:
            self.held += bytes(-len(self.held) % 64)
            self._kept[content] = len(self.held)
            self.held += content
        return self._kept[content]

    def located(self, read: Ref) -> tuple[Place, Pattern | None]:
        """The place of what is read, and the positions of its area, where these are regular.

        Arrays inside others have one reader, the scatter that has nothing left to do, and are never asked for here.
        """
        place = self.places[read.array.number]
        if read.index is None:
            return place, place.pattern
        return place, affine(positions_of(place.pattern)[read.index])


def positions_of(pattern: Pattern) -> Index:
    """The positions, one after another."""
    loops = zip(pattern.counts, pattern.strides, strict=True)
    found = np.array([pattern.base])
    for count, stride in loops:
        found = (found[:, None] + stride * np.arange(count)).ravel()
    return found


def laid_out(plan: Plan, dtype: np.dtype[Any], rows: Amount) -> Memory:
    """Decide where the arrays of a plan lie, and hold its constants."""
    last = max((array.source for array in plan.arrays if array.kind == "input"), default=-1)
    memory = Memory(plan, dtype, rows, Area(INPUTS + last + 1), Area(INPUTS + last + 2))
    walked = _walked(plan)
    inside = dict(written_inside(plan, lambda made, pattern, out: isinstance(made, _WRITERS)))
    for array in plan.arrays:
        if array.number not in inside:
            memory.places[array.number] = _own(memory, array, walked)
    for number, (outer, pattern) in inside.items():
        memory.places[number] = replace(memory.places[outer.number], pattern=pattern)
    memory.inside = frozenset(inside)
    return memory


def _walked(plan: Plan) -> set[int]:
    """The arrays whose samples lie side by side: tapes of steps, what is computed from them, and what steps read."""
    found = {read.array.number for made in plan.instructions if isinstance(made, Loop) for read in made.each}
    for made in plan.instructions:
        reads = [read.array for read in made.reads if read.array.batched and read.size > 1]
        follows = isinstance(made, Map) and bool(reads) and all(array.number in found for array in reads)
        if follows or isinstance(made, Walk | Loop):
            found.add(made.out.number)
    given = {array.number for array in plan.arrays if array.kind != "computed"}
    return found - given


def _own(memory: Memory, array: Array, walked: Collection[int]) -> Place:
    """The place of an array that shares none."""
    row, positions = Amount(array.size) if array.batched else NONE, everything(array.size)
    if array.kind == "input":
        return Place(Area(INPUTS + array.source), row, ONE, positions)
    if array.kind == "parameters":
        return Place(Area(PARAMETERS), NONE, ONE, positions)
    if array.number in walked:
        # Steps are taken along rows of samples.
        return memory.by_place(array.size, array.batched)
    if array.kind == "constant":
        first = memory.keep(array.source.astype(memory.dtype)) // memory.dtype.itemsize
        return Place(memory.constants, NONE, ONE, everything(array.size, first))
    plan = memory.plan
    result, area = (plan.output, memory.outputs) if plan.gradient is None else (plan.gradient, Area(GRADIENT))
    if result.array is array and result.index is None:
        return Place(area, row, ONE, positions)
    return memory.lying(array.size, array.batched)


_WRITERS = (Map, Product, Sum, BatchSum, AddRows)
"""These write with any strides."""
