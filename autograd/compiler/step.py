"""Step: one step of a recurrence as the atoms of a small function, of what it is given."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .places import Places
from .plan.patterns import Index
from .recurrences import Recurrence
from .scalars import NONE, Atom, Term

State = tuple[int, int]
"""A slot, and how many steps before."""


@dataclass(frozen=True, eq=False)
class Given:
    """What a step reads and no step computes: an atom in each step, or a number.

    Attributes
    ----------
    atoms : ndarray of int, shape (steps,)
    is_each : bool
        Whether it differs from step to step.
    numbers : ndarray of float, shape (steps,), or None
    """

    atoms: Index
    is_each: bool
    numbers: npt.NDArray[np.float64] | None = None


@dataclass(frozen=True)
class _Told:
    """A slot as a step tells it: keys of a map's operands, or the terms of a sum, each with its coefficient's key."""

    operands: tuple[Hashable, ...]
    terms: tuple[tuple[Any, Hashable, Hashable], ...]


class Step:
    """A step of a recurrence.

    Attributes
    ----------
    recurrence : Recurrence
    batched : bool
        Whether its numbers differ from sample to sample.
    groups : list of list of Given
        What it is given besides states, by the arrays that it lies in, in the order of its positions.
    """

    def __init__(self, places: Places, recurrence: Recurrence) -> None:
        self._places, self.recurrence = places, recurrence
        self.slots, self.steps = recurrence.slots, recurrence.steps
        self._outer = [places.atoms[number] for number in recurrence.atoms[-1].tolist()]
        self._core: dict[int, State] = {}
        for back in range(min(recurrence.steps, 1 + max((b for _, b in recurrence.before), default=0))):
            self._core |= {n: (k, back) for k, n in enumerate(recurrence.atoms[-1 - back].tolist())}
        self._given: dict[Hashable, Given] = {}
        self._told = [self._tell(k) for k in range(len(recurrence.slots))]
        self.groups, self._keys = self._grouped()
        given = [array for group in self.groups for array in self._arrays(group)]
        self.batched = any(places.array_of[atom].batched for atom in recurrence.before.values()) or any(
            array.batched for array in given
        )

    # What is read

    def _tell(self, k: int) -> _Told:
        slot = self.recurrence.slots[k]
        keys = [self._key(slot.columns[:, at]) for at in range(slot.columns.shape[1])]
        if not self._outer[k].terms:
            return _Told(tuple(keys), ())
        factors = slot.factors[:, ::2]
        terms: list[tuple[Any, Hashable, Hashable]] = []
        for at in range(factors.shape[1]):
            column = factors[:, at]
            if (column == column[0]).all():
                terms.append((float(column[0]), keys[2 * at], keys[2 * at + 1]))
            else:
                key = ("numbers", column.tobytes())
                self._given[key] = Given(np.zeros(0, dtype=np.intp), True, column)
                terms.append((key, keys[2 * at], keys[2 * at + 1]))
        return _Told((), tuple(terms))

    def _key(self, column: Index) -> Hashable:
        """What stands for a read in all steps: a slot's number, a state, a constant, or a key of what is given."""
        last = int(column[-1])
        if last == NONE:
            return None
        if last in self._core:
            slot, back = self._core[last]
            return (slot, back) if back else slot
        is_each = bool((column != last).any())
        if not is_each and self._places.atoms[last].kind == "constant":
            return ("constant", repr(self._places.atoms[last].number))
        key: Hashable = ("each", column.tobytes()) if is_each else ("same", last)
        self._given[key] = Given(column, is_each)
        return key

    def _arrays(self, group: Sequence[Given]) -> list[Any]:
        """The arrays that a group lies in."""
        atoms = np.unique(np.concatenate([given.atoms for given in group])).tolist()
        found = {self._places.array_of[atom].number: self._places.array_of[atom] for atom in atoms}
        return list(found.values())

    def _grouped(self) -> tuple[list[list[Given]], list[list[Hashable]]]:
        alike: dict[Any, list[tuple[int, int, Hashable]]] = defaultdict(list)
        for place, (key, given) in enumerate(self._given.items()):
            if given.numbers is not None:
                alike["numbers"].append((place, place, key))
                continue
            last = int(given.atoms[-1])
            position = int(self._places.position_of[last])
            alike[given.is_each, self._places.array_of[last].number].append((position, place, key))
        keys = [[key for *_, key in sorted(own, key=lambda one: one[:2])] for own in alike.values()]
        return [[self._given[key] for key in own] for own in keys], keys

    # States

    def guessed(self) -> list[list[State]]:
        """The states, those together that are made alike."""
        depth: list[int] = []
        for told in self._told:
            read = [*told.operands, *(key for term in told.terms for key in term[1:])]
            depth.append(1 + max((depth[key] for key in read if isinstance(key, int)), default=0))
        alike: dict[Any, list[State]] = defaultdict(list)
        for slot, back in sorted(self.recurrence.before):
            atom = self._outer[slot]
            shape = tuple(key is None for _, _, key in self._told[slot].terms)
            alike[atom.kind, atom.primitive, shape, depth[slot], back].append((slot, back))
        return list(alike.values())

    def batches(self, states: Sequence[Sequence[State]]) -> list[bool]:
        """Whether each array that the step is given differs from sample to sample: those of the states first."""
        given = [any(array.batched for array in self._arrays(group)) for group in self.groups]
        return [self.batched] * len(states) + given

    # Atoms

    def atoms(self, states: Sequence[Sequence[State]]) -> tuple[list[Atom], dict[Hashable, int]]:
        """The step's atoms, and the number of each by its slot, state or key; states lie as they are listed."""
        atoms: list[Atom] = []
        number: dict[Hashable, int] = {}

        def add(atom: Atom) -> int:
            atoms.append(atom)
            return len(atoms) - 1

        for group, keys in enumerate([*states, *self._keys]):
            for key in keys:
                label = self._outer[key[0]].label if group < len(states) else None  # type: ignore[index]
                number[key] = add(Atom("input", 0, place=(group, 0), label=label))
        for told in self._told:
            for key in (*told.operands, *(key for term in told.terms for key in term[1:])):
                if isinstance(key, tuple) and key[0] == "constant" and key not in number:
                    number[key] = add(Atom("constant", 0, number=float(key[1])))
        number[None] = NONE
        for slot, (outer, told) in enumerate(zip(self._outer, self._told, strict=True)):
            operands = tuple(number[key] for key in told.operands)
            terms = []
            for factor, f, g in told.terms:
                first, second = number[f], number[g]
                if isinstance(factor, float):
                    terms.append(Term(factor, first, second))
                    continue
                if second != NONE:
                    first = add(_leveled(atoms, Atom("sum", 0, terms=(Term(1.0, first, second),))))
                terms.append(Term(1.0, number[factor], first))
            made = Atom(outer.kind, 0, outer.primitive, operands, tuple(terms), label=outer.label)
            number[slot] = add(_leveled(atoms, made))
        return atoms, number


def _leveled(atoms: Sequence[Atom], atom: Atom) -> Atom:
    read = atom.operands or [factor for term in atom.terms for factor in term[1:] if factor != NONE]
    atom.level = 1 + max((atoms[operand].level for operand in read), default=0)
    return atom
