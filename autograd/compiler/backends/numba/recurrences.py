"""Recurrences: a loop of the plan as an instruction that repeats others, with bases that move from step to step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ...plan.instructions import Array, Instruction, Ref
from ...plan.loop import Loop, Part
from ...plan.patterns import Pattern, common, everything
from . import machine, moves
from .encoder import Encoder
from .memory import ARENA, Place, positions_of, view_of
from .words import Encoded, Offset, Word


def encode_loop(encode: Callable[[Instruction, Encoder], None], instruction: Loop, encoder: Encoder) -> None:
    """Add the instructions of a loop, those of its body by `encode`."""
    steps = _Steps(instruction, encoder)
    for made in instruction.body.instructions:
        encode(made, steps.inner)
    steps.close()


class _Steps:
    """The steps of a loop in the making.

    Attributes
    ----------
    inner : Encoder
        Of the body.
    """

    def __init__(self, loop: Loop, encoder: Encoder) -> None:
        self._loop, self._encoder, self._memory = loop, encoder, encoder.memory
        self._tape = encoder.memory.places[loop.out.number]
        self._moves: list[Word] = []
        self._after: dict[int, Place] = {}
        self._kept = {
            (p.array.number, p.is_state, p.last): start for p, start in zip(loop.parts, loop.starts(), strict=False)
        }
        places: dict[int, Place] = {}
        self.inner = encoder.inside(replace(encoder.memory, places=places, inside=frozenset()))
        for array, read in zip(loop.body.each, loop.each, strict=True):
            places[array.number] = self._of_each_step(read, array.size)
        for array, read in zip(loop.body.same, loop.same, strict=True):
            place, pattern = encoder.regular(read)
            places[array.number] = replace(place, pattern=pattern)
        for array, read in zip(loop.body.states, loop.first, strict=True):
            places[array.number] = self._state(array, read)
        for array in loop.body.arrays:
            if array.number not in places:
                places[array.number] = self._computed(array)
        self._write_over(places)

    def _moving(self, place: Place, first: int, apart: int, pattern: Pattern) -> Place:
        """Positions that lie so far apart from a step to the next in time, those of time 0 from `first` on."""
        register, unit, steps = self._memory.register(), self._encoder.itemsize, self._loop.steps
        begin, step = (first + (steps - 1) * apart, -apart) if self._loop.backwards else (first, apart)
        buffer = place.area.buffer if place.area.base == ARENA else -1
        start = Offset(buffer, place.step.times(begin * unit))
        self._moves += [register.base, place.area.base, start, place.step.times(step * unit)]
        return Place(register, place.row, place.step, pattern)

    def _of_each_step(self, read: Ref, size: int) -> Place:
        """Numbers of which each step has its own."""
        place, pattern = self._encoder.regular(read)
        found = _by_steps(pattern, size)
        if found is None:
            place, pattern = self._encoder.regular(read, gather=True)
            found = _by_steps(pattern, size)
        assert found is not None
        apart, own = found
        return self._moving(place, 0, apart, own)

    def _state(self, array: Array, first: Ref) -> Place:
        """Where a state is read, filled with what it is before the first step."""
        start, size = self._kept.get((array.number, True, False)), array.size
        if start is None:
            place = begin = self._memory.by_place(size, array.batched)
        else:
            before, after = (start + size * row(0) for row in (self._loop.before, self._loop.after))
            place = self._moving(self._tape, before, size, everything(size))
            self._after[array.number] = self._moving(self._tape, after, size, everything(size))
            row = self._loop.before(self._loop.steps - 1 if self._loop.backwards else 0)
            begin = replace(self._tape, pattern=everything(size, start + size * row))
        self._copy(self._encoder, first, begin, array.batched)
        return place

    def _computed(self, array: Array) -> Place:
        start, size = self._kept.get((array.number, False, False)), array.size
        if start is None:
            return self._memory.by_place(size, array.batched)
        return self._moving(self._tape, start, size, everything(size))

    def _write_over(self, places: dict[int, Place]) -> None:
        """Compute the next state right on the tape, where it is an array that lies nowhere else."""
        body, given = self._loop.body, {array.number for array in self._loop.body.given}
        for array, following in zip(body.states, body.nexts, strict=True):
            number = following.array.number
            is_kept = (number, False, False) in self._kept or (number, False, True) in self._kept
            is_free = number not in given and not is_kept and following.index is None
            if array.number in self._after and is_free and places[number].area.base == ARENA:
                places[number] = self._after.pop(array.number)

    def close(self) -> None:
        """Add what makes a step's result the next one's state, the loop, and what is kept of the last step."""
        body, inner, memory = self._loop.body, self.inner, self._memory
        late: list[tuple[Ref | Place, Array]] = []
        for array, following in zip(body.states, body.nexts, strict=True):
            if array.number in self._after:
                self._copy(inner, following, self._after[array.number], array.batched)
            elif (array.number, True, False) not in self._kept:
                if any(following.array is state for state in body.states):
                    # It may have changed before it is read.
                    between = memory.by_place(array.size, array.batched)
                    self._copy(inner, following, between, array.batched)
                    late.append((between, array))
                else:
                    late.append((following, array))
        for source, array in late:
            self._copy(inner, source, inner.memory.places[array.number], array.batched)
        words = [self._loop.steps, len(self._moves) // 4, *self._moves, *inner.made]
        self._encoder.made.append(Encoded("repeat", lambda: int(machine.repeat().address), tuple(words)))
        for part, start in zip(self._loop.parts, self._loop.starts(), strict=False):
            if part.last:
                self._keep_last(part, start)

    def _keep_last(self, part: Part, start: int) -> None:
        """Copy what is kept of the last step alone, from the tape if that has all steps'."""
        loop, size, number = self._loop, part.array.size, part.array.number
        everywhere = self._kept.get((number, part.is_state, False))
        if everywhere is None:
            own = self.inner.memory.places[number]
        else:
            last = 0 if loop.backwards else loop.steps - 1
            row = loop.after(last) if part.is_state else last
            own = replace(self._tape, pattern=everything(size, everywhere + size * row))
        self._copy(self._encoder, own, replace(self._tape, pattern=everything(size, start)), part.array.batched)

    def _copy(self, encoder: Encoder, source: Ref | Place, target: Place, batched: bool) -> None:
        if isinstance(source, Ref):
            views = encoder.aligned([source], target, target.pattern)
        else:
            views = [view_of(target, target.pattern), view_of(source, source.pattern)]
        encoder.moved(moves.copy, views, batched)


def _by_steps(pattern: Pattern, size: int) -> tuple[int, Pattern] | None:
    """How far apart steps are in positions, and the positions of the first; None where steps are not evenly spaced."""
    wanted = everything(pattern.size).split((size,)) if size < pattern.size else everything(pattern.size)
    split = None if wanted is None else common([pattern, wanted])
    if split is None:
        return None
    own = split[0]
    inner, axes = 1, len(own.counts)
    while inner < size:
        axes -= 1
        inner *= own.counts[axes]
    starts = Pattern(own.base, own.counts[:axes], own.strides[:axes])
    spaced = np.diff(positions_of(starts))
    if len(set(spaced.tolist())) > 1:
        return None
    return int(spaced[0]) if len(spaced) else 0, Pattern(
        own.base, own.counts[axes:] or (1,), own.strides[axes:] or (0,)
    )
