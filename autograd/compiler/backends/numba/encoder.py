"""Encoder: what is read and written, as views that loops of kernels can follow; what is irregular is gathered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...plan.instructions import Array, Operand, Ref
from ...plan.patterns import Index, Pattern, common, everything, shaped
from . import moves
from .amounts import NONE, ONE, Amount, product
from .loops import Loop, at_most, loops_over, merged, steps_of
from .memory import PARAMETERS, Memory, Place, View, view_of
from .words import Encoded, Word, located, operands


class Encoder:
    """Instructions of the machine in the making.

    Attributes
    ----------
    memory : Memory
    least : int
        See `encode.encoded`.
    made : list of Encoded
        What is encoded so far.
    first, zeroed : list of Encoded
        What must run before, always and where the batch comes in parts: sums over it begin at 0.
    """

    def __init__(self, memory: Memory, least: int) -> None:
        self.memory, self.least = memory, least
        self.made: list[Encoded] = []
        self.first: list[Encoded] = []
        self.zeroed: list[Encoded] = []
        self._copies: dict[Any, Place] = {}
        self._packs: dict[Any, View] = {}

    @property
    def itemsize(self) -> int:
        """Of a number, in bytes."""
        return int(self.memory.dtype.itemsize)

    def inside(self, memory: Memory) -> Encoder:
        """An encoder of instructions inside one, which have arrays of their own."""
        inner = Encoder(memory, self.least)
        inner.first, inner.zeroed, inner._packs = self.first, self.zeroed, self._packs
        return inner

    def samples(self, batched: bool) -> Amount | None:
        """How many samples there are; None for what is one for all."""
        return self.memory.rows if batched else None

    def emit(self, kernel: Callable[..., Any], words: Sequence[Word | Encoded]) -> None:
        """Add an instruction of a kernel for the program's numbers; ``kernel(dtype)`` compiles it."""
        self.made.append(Encoded(kernel.__name__, lambda: int(kernel(self.memory.dtype).address), tuple(words)))

    def elementwise(self, name: str, address: Callable[[], int], views: Sequence[View], batched: bool) -> None:
        """Add instructions of an elementwise kernel over views with the same axes: first the result's."""
        self._in_loops(name, address, views, loops_over(views, self.samples(batched)))

    def _in_loops(self, name: str, address: Callable[[], int], views: Sequence[View], all: Sequence[Loop]) -> None:
        for loops, moved in self.in_loops(views, all, 3):
            words: list[Word] = [loop.count for loop in loops]
            strides = [[loop.strides[k] for loop in loops] for k in range(len(moved))]
            self.made.append(Encoded(name, address, (*words, *operands(moved, strides, self.itemsize))))

    def moved(self, kernel: Callable[..., Any], views: Sequence[View], batched: bool) -> None:
        """The same for a kernel for the program's numbers."""
        self.elementwise(kernel.__name__, lambda: int(kernel(self.memory.dtype).address), views, batched)

    def packed(self, view: View, loops: Sequence[Loop]) -> tuple[View, list[Loop]]:
        """A copy of a view's numbers in loops over it, the innermost side by side, and these loops over the copy."""
        key = id(self.made), view.area, view.start, tuple(loops)
        given = view.area.base in (PARAMETERS, self.memory.constants.base)
        key = (0, *key[1:]) if given else key
        copy, near, moved = self._packs.get(key), ONE, list[Loop]()
        for loop in reversed(loops):
            stride = NONE if loop.strides == (NONE,) else near
            moved.insert(0, Loop(loop.count, (stride,)))
            if stride != NONE:
                size = product(near, loop.count)
                assert size is not None
                near = size
        if copy is None:
            copy = self._packs[key] = View(self.memory.room(near), NONE, NONE, (), ())
            both = [
                Loop(one.count, (new.strides[0], one.strides[0]))
                for one, new in zip(loops, moved, strict=True)
                if new.strides[0] != NONE
            ]
            made, self.made = self.made, self.first if given else self.made
            self._in_loops(moves.copy.__name__, lambda: int(moves.copy(self.memory.dtype).address), [copy, view], both)
            self.made = made
        return copy, moved

    def fill(self, view: View, batched: bool) -> None:
        """Add the instructions that set numbers to 0."""
        zero = self.number(0.0)
        still = (NONE,) * len(view.counts)
        self.moved(moves.copy, [view, View(zero.area, zero.start, NONE, still, view.counts)], batched)

    def begin_sum(self, view: View, in_parts_alone: bool = True) -> None:
        """Set numbers to 0 before anything else; or only where the batch comes in parts, each of which adds to them."""
        made, self.made = self.made, self.zeroed if in_parts_alone else self.first
        self.fill(view, False)
        self.made = made

    def in_loops(self, views: Sequence[View], loops: Sequence[Loop], count: int) -> list[tuple[list[Loop], list[View]]]:
        """Loops over the views, so many at a time, and for each time the views where they begin."""
        kept, over = at_most(count, merged(loops))
        if not kept[0].strides:
            kept = [Loop(ONE, (NONE,) * len(views))] * count
        return [(kept, moved) for moved in steps_of(over, views)]

    # What is read and written

    def out(self, array: Array, shape: tuple[int, ...]) -> View:
        """The place of an array with axes of these lengths."""
        place = self.memory.places[array.number]
        axes = shaped(place.pattern, shape)
        assert axes is not None, f"array {array.number} cannot be written with axes {shape}"
        return view_of(place, axes)

    def seen_as(self, read: Ref, shape: tuple[int, ...]) -> View:
        """A view of what is read with axes of these lengths."""
        place, pattern = self.regular(read)
        axes = shaped(pattern, shape)
        if axes is None:
            place, pattern = self.regular(read, gather=True)
            axes = shaped(pattern, shape)
        assert axes is not None
        return view_of(place, axes)

    def number(self, value: Any) -> View:
        """A number of the plan."""
        return self.memory.number(value)

    def aligned(
        self, given: Sequence[Operand], target: Place, pattern: Pattern, breaks: tuple[int, ...] = ()
    ) -> list[View]:
        """The views of positions of a target and of operands with the same axes; single numbers stay where they are.

        `breaks` are sizes of inner loops between which there must be a boundary of axes.
        """
        size = pattern.size
        wanted = everything(size).split(breaks)
        assert wanted is not None
        reads = [operand for operand in given if isinstance(operand, Ref) and operand.size == size]
        found = [self.regular(read) for read in reads]
        split = common([pattern, *(own for _, own in found), wanted])
        if split is None:
            # Each is regular, but not in the same loops.
            found = [self.regular(read, gather=read.index is not None) for read in reads]
            split = common([pattern, *(own for _, own in found), wanted])
        assert split is not None
        views = [view_of(place, own) for (place, _), own in zip(found, split[1:-1], strict=True)]
        lengths, full = split[0].counts, iter(views)
        return [
            view_of(target, split[0]),
            *(
                next(full) if any(operand is read for read in reads) else self._alone(operand, lengths)
                for operand in given
            ),
        ]

    def _alone(self, operand: Operand, lengths: tuple[int, ...]) -> View:
        if isinstance(operand, Ref):
            place, pattern = self.regular(operand)
            view = view_of(place, Pattern(pattern.base, (), ()))
        else:
            view = self.number(operand)
        return View(view.area, view.start, view.row, (NONE,) * len(lengths), lengths)

    def regular(self, read: Ref, gather: bool = False) -> tuple[Place, Pattern]:
        """Where what is read lies: its copy, if it is irregular or a `gather` is asked for."""
        place, pattern = self.memory.located(read)
        if pattern is not None and not (gather and read.index is not None):
            return place, pattern
        key = id(self.made), read.key  # for each time of running its own
        copy = self._copies.get(key)
        if copy is None:
            assert read.index is not None
            copy = self._copies[key] = self.memory.lying(read.size, read.array.batched)
            self.take(place, read.index, copy)
        return copy, copy.pattern

    def take(self, place: Place, index: Index, copy: Place) -> None:
        """Gather positions."""
        self._indexed(moves.take, view_of(copy, copy.pattern), view_of(place, place.pattern), index)

    def put(self, target: View, index: Index, source: View, adds: bool) -> None:
        """Write or add to positions, which may repeat."""
        self._indexed(moves.add_at if adds else moves.put, target, source, index)

    def _indexed(self, kernel: Callable[..., Any], out: View, read: View, index: Index) -> None:
        positions = self.memory.keep(np.ascontiguousarray(index, dtype=np.int64))
        words: list[Word] = [
            self.memory.rows if out.row != NONE else ONE,
            len(index),
            self.memory.constants.base,
            positions,
        ]
        for view in (out, read):
            words += [*located(view, self.itemsize), view.row, view.strides[0] if view.strides else NONE]
        self.emit(kernel, words)
