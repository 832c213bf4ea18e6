"""Loops: a recurrence as one instruction; its step is lifted as the atoms of a small function are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .levels import Levels, levels_of
from .places import Places
from .plan.instructions import Array, Instruction, Operand, Ref, ref, rewritten
from .plan.loop import Body, Loop, Part, places_of
from .plan.patterns import Index
from .recurrences import Recurrence
from .scalars import Scalars
from .step import Given, State, Step

PutArrays = Callable[[Places, Levels], None]

_TRIES = 3
"""How often a step is lifted, so that states come to lie as the step leaves them."""


def put_loop(places: Places, recurrence: Recurrence, put_arrays: PutArrays) -> None:
    """The atoms of all steps as one instruction."""
    step = Step(places, recurrence)
    lifted = _lifted(step, put_arrays)
    writer = _Writer(places, step, lifted)
    first = tuple(places.joined([recurrence.before[state] for state in own]) for own in lifted.states)
    body = writer.body()
    replaced = {following.array.number for following in body.nexts if following.index is None}
    parts = [Part(array, True) for array in body.states]
    parts += [Part(made.out, False) for made in body.instructions if made.out.number not in replaced]
    each, same = tuple(writer.each), tuple(writer.same)

    def made(out: Array) -> Loop:
        return Loop(out, body, recurrence.steps, first, each, same, tuple(parts), start=recurrence.start)

    loop = made(Array(-1, 0, step.batched))
    tape = places.builder.add(made, loop.starts()[-1], step.batched).array
    _put_on_tape(places, step, lifted, writer, loop, tape)


@dataclass(frozen=True, eq=False)
class _Lifted:
    """A step on arrays.

    Attributes
    ----------
    places : Places
        Of the step's own atoms.
    numbers : list of int
        The atom of each slot.
    states : list of list of (int, int)
        The states in each of the arrays that they are carried in.
    nexts : list of list of int
        The atoms that each becomes.
    """

    places: Places
    numbers: list[int]
    states: list[list[State]]
    nexts: list[list[int]]


def _lifted(step: Step, put_arrays: PutArrays) -> _Lifted:
    """The step on arrays, its states in arrays as the step leaves them, as far as that comes to rest."""
    groups = step.guessed()
    for _ in range(_TRIES):
        atoms, number = step.atoms(groups)
        once = [group for group, batched in enumerate(step.batches(groups)) if not batched]
        places = Places(Scalars(atoms), once)
        put_arrays(places, levels_of(atoms))
        nexts = [[number[slot if back == 1 else (slot, back - 1)] for slot, back in own] for own in groups]
        lifted = _Lifted(places, [number[slot] for slot in range(len(step.slots))], groups, nexts)
        left: dict[Any, list[tuple[int, State]]] = defaultdict(list)
        for own, following in zip(groups, nexts, strict=True):
            for state, atom in zip(own, following, strict=True):
                left[places.array_of[atom].number, state[1]].append((int(places.position_of[atom]), state))
        groups = [[state for _, state in sorted(own)] for own in left.values()]
        if sorted(groups) == sorted(lifted.states):
            break
    return lifted


class _Writer:
    """Makes the body of a loop of a lifted step.

    Attributes
    ----------
    each, same : list of Ref
        What the loop is given, in the order of the body's arrays.
    array_of : dict of int to Array
        The body's arrays, by the number of those that were lifted; states and what is computed.
    """

    def __init__(self, places: Places, step: Step, lifted: _Lifted) -> None:
        self._places, self._step, self._lifted = places, step, lifted
        self.each, self.same = list[Ref](), list[Ref]()
        self.array_of: dict[int, Array] = {}
        self._arrays = list[Array]()
        self._given: dict[Any, Array] = {}
        self._each, self._same = list[Array](), list[Array]()

    def body(self) -> Body:
        """The body."""
        own = self._lifted.places
        count = len(self._lifted.states)
        for array in own.builder.arrays[:count]:
            self._own(array, "state")
        nexts = [own.joined(following) for following in self._lifted.nexts]
        instructions = list[Instruction]()
        for made in own.builder.instructions:
            told = rewritten(made, self._moved)
            instructions.append(replace(told, out=self._own(made.out, "computed")))
        return Body(
            tuple(self._arrays), tuple(instructions), tuple(self._arrays[:count]),
            tuple(ref(self.array_of[n.array.number], n.index) if n.index is not None
                  else Ref(self.array_of[n.array.number]) for n in nexts),
            tuple(self._each), tuple(self._same),
        )  # fmt: skip

    def _own(self, array: Array, kind: str) -> Array:
        made = self._array(array.size, self._step.batched, kind, array.labels)
        # By which it is known as long as it lives, whatever its number.
        made.source = object() if kind == "state" else None
        self.array_of[array.number] = made
        return made

    def _array(self, size: int, batched: bool, kind: str, labels: list[Any]) -> Array:
        self._arrays.append(Array(len(self._arrays), size, batched, kind, labels=labels))
        return self._arrays[-1]

    def _moved(self, operand: Operand) -> Operand:
        if not isinstance(operand, Ref):
            return operand
        if operand.array.number in self.array_of:
            return replace(operand, array=self.array_of[operand.array.number])
        if operand.key not in self._given:
            self._given[operand.key] = self._read(operand)
        return Ref(self._given[operand.key])

    def _read(self, read: Ref) -> Array:
        """An array of its own for what is read together of what is given."""
        own, index = self._lifted.places, np.arange(read.array.size) if read.index is None else read.index
        if read.array.kind == "constant":
            source = read.array.source[index]
            return self._taken(
                Ref(self._places.builder.array(len(index), False, kind="constant", source=source)), False
            )
        group = self._step.groups[read.array.number - len(self._lifted.states)]
        members: list[Given] = [group[place] for place in index.tolist()]
        assert own.builder.arrays[read.array.number] is read.array
        if members[0].numbers is not None:
            source = np.array([member.numbers for member in members]).T.ravel()
            return self._taken(
                Ref(self._places.builder.array(len(source), False, kind="constant", source=source)), True
            )
        atoms = np.array([member.atoms for member in members], dtype=np.intp).T
        is_each = members[0].is_each
        return self._taken(self._places.joined((atoms if is_each else atoms[0]).ravel().tolist()), is_each)

    def _taken(self, outer: Ref, is_each: bool) -> Array:
        size = outer.size // self._step.steps if is_each else outer.size
        (self.each if is_each else self.same).append(outer)
        made = self._array(size, outer.array.batched, "each" if is_each else "same", [])
        (self._each if is_each else self._same).append(made)
        return made


def _put_on_tape(places: Places, step: Step, lifted: _Lifted, writer: _Writer, loop: Loop, tape: Array) -> None:
    """Give the atoms of all steps their positions of the tape."""
    starts, times = loop.starts(), np.arange(loop.steps)
    part_of = {part.array.number: k for k, part in enumerate(loop.parts)}
    for state, following in zip(loop.body.states, loop.body.nexts, strict=True):
        if following.index is None:
            part_of.setdefault(following.array.number, part_of[state.number])
    members, positions = list[Index](), list[Index]()
    for slot, number in enumerate(lifted.numbers):
        array = writer.array_of[lifted.places.array_of[number].number]
        part = loop.parts[part_of[array.number]]
        rows = times + part.is_state
        own = np.array([lifted.places.position_of[number]])
        members.append(step.recurrence.atoms[:, slot])
        positions.append(places_of(starts[part_of[array.number]], rows, part.array.size, own))
    places.put_at(np.concatenate(members), tape, np.concatenate(positions))
