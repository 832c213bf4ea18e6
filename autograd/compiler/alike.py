"""Alike: atoms that differ in the number of terms of their sums alone come to be made of the same arrays.

A sum of one term is recorded as the term: the first of many causal attentions divides an exponential by itself, the
others by a sum of exponentials. So each atom gets a shape, in which a sum of some atoms is told like one of them; and
where of atoms of one shape some are made of sums and few of single atoms, these are made sums of one term.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from ..primitives import CHOOSE, POWER
from .scalars import NONE, Atom, Scalars, Term

Slot = tuple[int, Any]
"""A shape, and which of the operands of atoms of that shape, or which factor of which of their terms."""


def alike(scalars: Scalars) -> Scalars:
    """Scalars with sums of one term where others like it have more; themselves, where there are none."""
    if not any(map(_is_plain, scalars.atoms)):
        return scalars
    shapes = _Shapes(scalars.atoms)
    alone = shapes.alone()
    return _with_sums(scalars, alone, shapes) if alone else scalars


def _is_plain(atom: Atom) -> bool:
    """Whether an atom is a sum of single atoms as they are."""
    return len(atom.terms) > 1 and all(c == 1.0 and g == NONE for c, _, g in atom.terms)


class _Shapes:
    """Shapes of atoms, by their numbers.

    Attributes
    ----------
    of : list of int
        Equal for atoms that differ in the numbers of terms alone; a plain sum has the shape of its terms.
    sums : list of int
        How many plain sums lie between an atom and those of its shape that are none.
    """

    def __init__(self, atoms: list[Atom]) -> None:
        self.atoms = atoms
        self.of: list[int] = []
        self.sums: list[int] = []
        self._numbers: dict[Any, int] = {}
        self._summed: set[int] = set()
        for atom in atoms:
            shape, sums = self._plain(atom) if _is_plain(atom) else (self._shape(atom), 0)
            self.of.append(shape)
            self.sums.append(sums)

    def _number(self, key: Any) -> int:
        return self._numbers.setdefault(key, len(self._numbers))

    def _plain(self, atom: Atom) -> tuple[int, int]:
        of = {self.of[f] for _, f, _ in atom.terms}
        if len(of) > 1:
            return self._number(frozenset(of)), 0
        (shape,) = of
        self._summed.add(shape)
        return shape, 1 + max(self.sums[f] for _, f, _ in atom.terms)

    def _shape(self, atom: Atom) -> int:
        of, primitive = self.of, atom.primitive
        if atom.terms:
            return self._number(frozenset([self._term(term)[0] for term in atom.terms]))
        if primitive is None:
            return self._number((atom.kind, atom.place[0] if atom.kind == "input" else 0))
        own: Any = [of[operand] for operand in atom.operands]
        if primitive is POWER:
            own.append(self.atoms[atom.operands[1]].number)
        elif atom.kind != "map":
            own = [len(own) if primitive is CHOOSE else 0, own[0], *sorted(set(own))]
        return self._number((primitive, *own))

    def _term(self, term: Term) -> tuple[tuple[float, int, int], int, int]:
        """The shape of a term, and its factors in the shape's order."""
        c, f, g = term
        if g == NONE:
            return (c, self.of[f], NONE), f, NONE
        if (self.of[g], self.sums[g]) < (self.of[f], self.sums[f]):
            f, g = g, f
        return (c, self.of[f], self.of[g]), f, g

    def slots(self, number: int) -> Iterator[tuple[Slot, int]]:
        """What an atom is made of, each with where it stands; nothing where sums are as good as single atoms."""
        atom, shape = self.atoms[number], self.of[number]
        if self.sums[number]:
            return
        for term in atom.terms:
            key, f, g = self._term(term)
            yield (shape, (key, 0)), f
            if g != NONE:
                yield (shape, (key, 1)), g
        if atom.kind == "map":
            for place, operand in enumerate(atom.operands):
                yield (shape, place), operand

    def alone(self) -> set[tuple[Slot, int]]:
        """Which atoms stand alone where most others stand as a sum."""
        found: dict[Slot, tuple[set[int], set[int]]] = defaultdict(lambda: (set(), set()))
        deep: set[Slot] = set()
        for number in range(len(self.atoms)):
            for slot, operand in self.slots(number):
                if self.of[operand] in self._summed:
                    if self.sums[operand] > 1:
                        deep.add(slot)
                    else:
                        found[slot][self.sums[operand]].add(operand)
        return {
            (slot, operand)
            for slot, (single, sums) in found.items()
            if slot not in deep and len(single) <= len(sums)
            for operand in single
        }


def _with_sums(scalars: Scalars, alone: set[tuple[Slot, int]], shapes: _Shapes) -> Scalars:
    """Scalars in which what stands alone is a sum of one term."""
    atoms: list[Atom] = []
    moved: list[int] = []
    sum_of: dict[int, int] = {}

    def add(atom: Atom) -> int:
        read: Iterable[int] = atom.operands or [f for term in atom.terms for f in term[1:] if f != NONE]
        level = 1 + max([atoms[operand].level for operand in read], default=-1)
        atoms.append(replace(atom, level=level))
        return len(atoms) - 1

    def place(operand: int, slot: Slot) -> int:
        if (slot, operand) not in alone:
            return moved[operand]
        if operand not in sum_of:
            sum_of[operand] = add(Atom("sum", 0, terms=(Term(1.0, moved[operand], NONE),)))
        return sum_of[operand]

    for number, atom in enumerate(scalars.atoms):
        places = [place(operand, slot) for slot, operand in shapes.slots(number)]
        if not places:
            terms = tuple([Term(c, moved[f], NONE if g == NONE else moved[g]) for c, f, g in atom.terms])
            moved.append(add(replace(atom, operands=tuple([moved[o] for o in atom.operands]), terms=terms)))
        elif atom.terms:
            own = iter(places)
            terms = tuple([Term(c, next(own), NONE if g == NONE else next(own)) for c, _, g in atom.terms])
            moved.append(add(replace(atom, terms=terms)))
        else:
            moved.append(add(replace(atom, operands=tuple(places))))
    return Scalars(
        atoms, [moved[output] for output in scalars.outputs], [(moved[n], made) for n, made in scalars.decisions]
    )
