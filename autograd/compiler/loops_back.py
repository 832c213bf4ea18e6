"""Loops back: the reverse pass of a loop is a loop backwards over the steps, and what all steps do at once.

The body's own reverse pass is made first. What of it does not depend on the adjoints of the states, such as partials,
is computed for all steps at once before the loop; what these do not depend on, such as the derivative by weights,
behind it: one matrix product over steps and samples.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from .emitting import Scaled
from .over_steps import Known, OverSteps
from .plan.builder import Builder
from .plan.instructions import Array, BatchSum, Instruction, Operand, Product, Ref, Scale, depending, ref, rewritten
from .plan.loop import Body, Loop, Part, of_steps, places_of
from .plan.patterns import Index


class Reverse(Protocol):
    """A reverse pass, of a plan or of a loop's body: see `differentiate`."""

    builder: Builder
    needed: set[int]
    batched: bool
    contributions: dict[int, list[tuple[Index | None, Scaled]]]

    def within(self, builder: Builder, instructions: Sequence[Instruction], needed: set[int]) -> Reverse:
        """The reverse pass of other instructions."""

    def contribute(self, read: Ref, adjoint: Scaled, summed: bool = False) -> None:
        """Note a part of the derivative by what is read."""

    def hand_back(self) -> None:
        """Hand what has been contributed back through all instructions."""

    def adjoint(self, array: Array) -> Scaled:
        """The derivative by an array."""

    def as_ref(self, adjoint: Scaled, array: Array) -> Ref:
        """An adjoint as a ref of the array's size."""


def hand_back(reverse: Reverse, loop: Loop) -> None:
    """Hand what was contributed to a loop's tape on to what the loop was given."""
    _Back(reverse, loop).run()


class _Back:
    """The way back through one loop.

    The arrays of the body's reverse pass are called local: those of the body, what the steps behind hand back of each
    state, what is handed back from outside, and what is computed of these.
    """

    def __init__(self, reverse: Reverse, loop: Loop) -> None:
        self._reverse, self._loop, self._body = reverse, loop, loop.body
        self._local = Builder(loop.body.arrays)
        self._known: dict[int, Known] = self._given()
        self._over = OverSteps(reverse.builder, loop.steps, lambda number: self._known[number])

    def run(self) -> None:
        """Add all instructions."""
        loop, body, batched = self._loop, self._body, self._loop.out.batched
        wanted = self._wanted()
        own = self._reverse.within(self._local, body.instructions, wanted)
        own.batched = batched
        states = [k for k, array in enumerate(body.states) if array.number in wanted]
        carried = [
            self._local.array(body.states[k].size, batched, kind="state", source=body.states[k].source) for k in states
        ]
        for k, adjoint in zip(states, carried, strict=True):
            own.contribute(body.nexts[k], Scaled(self._local, Ref(adjoint)))
        last = self._seed(own)
        own.hand_back()
        nexts = [self._adjoint(own, body.states[k]) for k in states]
        each = [self._adjoint(own, array) if array.number in own.contributions else None for array in body.each]
        same = [own.contributions.get(array.number, []) for array in body.same]
        inside = self._inside(carried, nexts)
        # A product that only the derivative by weights is made of is one over all steps.
        apart = self._apart(same, [*nexts, *(read for read in each if read is not None)])
        later = depending(self._local.instructions, [array.number for array in carried])
        self._compute([made for made in self._local.instructions if made.out.number not in later | apart])
        if carried:
            first = [last.get(k) or self._nothing(array) for k, array in zip(states, carried, strict=True)]
            tape, back = self._looped(inside, carried, nexts, first)
            for k, part in zip(states, back.parts, strict=False):
                left = ref(tape, places_of(back.starts()[back.parts.index(part)], np.array([0]), part.array.size))
                self._reverse.contribute(loop.first[k], Scaled(self._reverse.builder, left))
        known = self._known.keys() | apart
        self._compute([made for made in self._local.instructions if made.out.number not in known])
        self._contribute(each, same)

    # What the body's reverse pass begins with

    def _wanted(self) -> set[int]:
        """The local numbers of the arrays that have a derivative."""
        body, loop, needed = self._body, self._loop, self._reverse.needed
        given = zip(body.given, loop.reads, strict=True)
        wanted = {array.number for array, read in given if read.array.number in needed}
        while True:
            found = depending(body.instructions, wanted)
            states = zip(body.states, body.nexts, strict=True)
            more = {array.number for array, following in states if following.array.number in found} | found
            if more == wanted:
                return wanted
            wanted = more

    def _given(self) -> dict[int, Known]:
        """What stands for the arrays of the body."""
        loop, body, tape = self._loop, self._body, self._loop.out
        known = {a.number: Known(read, True) for a, read in zip(body.each, loop.each, strict=True)}
        known |= {a.number: Known(read, False) for a, read in zip(body.same, loop.same, strict=True)}
        for state, following in zip(body.states, body.nexts, strict=True):
            known[state.number] = Known(of_steps(loop, tape, Ref(state), before=True), True)
            if following.index is None and following.array.kind == "computed":
                known[following.array.number] = Known(of_steps(loop, tape, Ref(state)), True)
        for part in loop.parts:
            if not part.is_state:
                known[part.array.number] = Known(of_steps(loop, tape, Ref(part.array)), True)
        return known

    def _seed(self, own: Reverse) -> dict[int, Ref]:
        """Hand what is known of the derivative by the tape to the body; of states, that by the last comes by itself."""
        loop, body, found = self._loop, self._body, dict[int, Ref]()
        starts = loop.starts()
        for number, part in enumerate(loop.parts):
            pieces = self._pieces(starts[number], starts[number + 1])
            size = part.array.size
            if not pieces:
                continue
            if part.is_state:
                state = body.states.index(part.array)
                if all((index >= loop.steps * size).all() for _, index in pieces):
                    found[state] = self._placed([(operand, i - loop.steps * size) for operand, i in pieces], size)
                    continue
                pieces = [(operand, index - size) for operand, index in pieces]
            seed = self._local.array(size, loop.out.batched, kind="each")
            self._known[seed.number] = Known(self._placed(pieces, size * loop.steps), True)
            target = body.nexts[state] if part.is_state else Ref(part.array)
            own.contribute(target, Scaled(self._local, Ref(seed)))
        return found

    def _pieces(self, start: int, stop: int) -> list[tuple[Operand, Index]]:
        """What has been contributed to a part of the tape."""
        pieces = list[tuple[Operand, Index]]()
        for index, adjoint in self._reverse.contributions[self._loop.out.number]:
            whole = np.arange(self._loop.out.size) if index is None else index
            (own,) = np.nonzero((whole >= start) & (whole < stop))
            if len(own):
                read = None if adjoint.read is None else adjoint.read.at(own)
                pieces.append((Scaled(adjoint.builder, read, adjoint.scale).operand(), whole[own] - start))
        return pieces

    def _placed(self, pieces: list[tuple[Operand, Index]], size: int) -> Ref:
        operand, index = pieces[0]
        batched = self._loop.out.batched
        in_order = len(index) == size and bool((index == np.arange(size)).all())
        if len(pieces) == 1 and in_order and isinstance(operand, Ref) and operand.array.batched == batched:
            return operand
        return self._reverse.builder.scatter(pieces, size, batched)

    def _nothing(self, array: Array) -> Ref:
        return Ref(self._reverse.builder.array(array.size, False, kind="constant", source=np.zeros(array.size)))

    # What the body's reverse pass comes to

    def _adjoint(self, own: Reverse, array: Array) -> Ref:
        """The local derivative by an array."""
        if array.number not in own.contributions:
            return self._local.scatter([], array.size, array.batched)
        return own.as_ref(own.adjoint(array), array)

    def _inside(self, carried: list[Array], nexts: list[Ref]) -> list[Instruction]:
        """The instructions that must be done step by step: those between what is carried to a step, and from it."""
        later = depending(self._local.instructions, [array.number for array in carried])
        needed = {following.array.number for following in nexts}
        found = []
        for made in reversed(self._local.instructions):
            if made.out.number in needed and made.out.number in later:
                found.append(made)
                needed.update(read.array.number for read in made.reads)
        return found[::-1]

    def _apart(self, same: list[list[tuple[Index | None, Scaled]]], others: list[Ref]) -> set[int]:
        """Local products that are read as a derivative by what is the same in all steps, and nowhere else."""
        found = {scaled.read.array.number for own in same for _, scaled in own if scaled.read is not None}
        products = {made.out.number for made in self._local.instructions if isinstance(made, Product)}
        read = {read.array.number for made in self._local.instructions for read in made.reads}
        return (found & products) - read - {one.array.number for one in others}

    def _compute(self, instructions: list[Instruction]) -> None:
        for made in instructions:
            self._known[made.out.number] = self._over.add(made)

    def _looped(
        self, inside: list[Instruction], carried: list[Array], nexts: list[Ref], first: list[Ref]
    ) -> tuple[Array, Loop]:
        """The loop backwards, and its tape; all that it computes is known from then on."""
        writer = _Writer(self._over, self._known)
        body = writer.body(inside, carried, nexts)
        parts = [Part(array, True) for array in body.states] + [Part(made.out, False) for made in body.instructions]
        steps, start, batched = self._loop.steps, self._loop.start, self._loop.out.batched

        def made(out: Array) -> Loop:
            given = tuple(writer.each), tuple(writer.same)
            return Loop(out, body, steps, tuple(first), *given, tuple(parts), True, start)

        loop = made(Array(-1, 0, batched))
        tape = self._reverse.builder.add(made, loop.starts()[-1], batched).array
        for array, state in zip(carried, body.states, strict=True):
            self._known[array.number] = Known(of_steps(loop, tape, Ref(state), before=True), True)
        for local, own in zip(inside, body.instructions, strict=True):
            self._known[local.out.number] = Known(of_steps(loop, tape, Ref(own.out)), True)
        return tape, loop

    def _contribute(self, each: list[Ref | None], same: list[list[tuple[Index | None, Scaled]]]) -> None:
        """Hand the derivatives by what the steps were given on."""
        loop, builder = self._loop, self._reverse.builder
        for outer, local in zip(loop.each, each, strict=True):
            if local is not None:
                self._reverse.contribute(outer, Scaled(builder, self._over.read(local)), summed=True)
        for outer, own in zip(loop.same, same, strict=True):
            for index, adjoint in own:
                target = outer if index is None else outer.at(index)
                self._reverse.contribute(target, self._summed(adjoint), summed=True)

    def _summed(self, adjoint: Scaled) -> Scaled:
        """The sum of all steps' local adjoints."""
        builder, steps, read = self._reverse.builder, self._loop.steps, adjoint.read
        if read is None:
            return Scaled(builder, None, adjoint.scale * Scale(float(steps)))
        made = next((made for made in self._local.instructions if made.out is read.array), None)
        if isinstance(made, Product) and read.array.number not in self._known:
            total = self._over.product(made, summed=True)
            return Scaled(builder, total if read.index is None else total.at(read.index), adjoint.scale)
        if isinstance(made, BatchSum) and read.index is None and not self._over.is_same(made):
            # Over the steps first: there are fewer samples' numbers then.
            total = builder.batch_sum(self._over.summed(self._over.read(made.read)))
            return Scaled(builder, total, adjoint.scale)
        if self._known[read.array.number].is_each:
            return Scaled(builder, self._over.summed(self._over.read(read)), adjoint.scale)
        outer = self._known[read.array.number].read
        return Scaled(
            builder, outer if read.index is None else outer.at(read.index), adjoint.scale * Scale(float(steps))
        )


class _Writer:
    """Makes a body of local instructions; what is known outside of the loop is given to it."""

    def __init__(self, over: OverSteps, known: dict[int, Known]) -> None:
        self._over, self._known = over, known
        self.each, self.same = list[Ref](), list[Ref]()
        self._arrays = list[Array]()
        self._array_of: dict[int, Array] = {}
        self._given: dict[Any, Array] = {}

    def body(self, inside: list[Instruction], carried: list[Array], nexts: list[Ref]) -> Body:
        """The body."""
        states = tuple(self._own(array, "state") for array in carried)
        instructions = []
        for made in inside:
            told = rewritten(made, self._moved)
            instructions.append(replace(told, out=self._own(made.out, "computed")))
        following = tuple(self._moved(read) for read in nexts)
        each, same = (tuple(a for a in self._arrays if a.kind == kind) for kind in ("each", "same"))
        return Body(tuple(self._arrays), tuple(instructions), states, following, each, same)  # type: ignore[arg-type]  # refs stay refs

    def _own(self, array: Array, kind: str) -> Array:
        made = self._array(array.size, array.batched, kind)
        made.source = array.source
        self._array_of[array.number] = made
        return made

    def _array(self, size: int, batched: bool, kind: str) -> Array:
        self._arrays.append(Array(len(self._arrays), size, batched, kind))
        return self._arrays[-1]

    def _moved(self, operand: Operand) -> Operand:
        if not isinstance(operand, Ref):
            return operand
        if operand.array.number in self._array_of:
            return replace(operand, array=self._array_of[operand.array.number])
        if operand.key not in self._given:
            known = self._known[operand.array.number]
            if known.is_each:
                outer = self._over.each(known.read, operand.array.size, operand.index)
                self.each.append(outer)
            else:
                outer = known.read if operand.index is None else known.read.at(operand.index)
                self.same.append(outer)
            kind = "each" if known.is_each else "same"
            self._given[operand.key] = self._array(operand.size, outer.array.batched, kind)
        return Ref(self._given[operand.key])
