"""Alike: atoms that differ in the number of terms of their sums alone come to be made of the same arrays.

A sum of one term is recorded as the term: the first of many causal attentions divides an exponential by itself, the
others by a sum of exponentials. So each atom gets a shape, in which a sum of some atoms is told like one of them; and
where of atoms of one shape some are made of sums and few of single atoms, these are made sums of one term.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from ..primitives import CHOOSE, POWER
from .scalars import NONE, Atom, Scalars, Term

Slot = tuple[int, Any]
"""A shape, and which of the operands of atoms of that shape, or which factor of which of their terms."""


def alike(scalars: Scalars) -> Scalars:
    """Scalars with sums of one term where others like it have more; themselves, where there are none."""
    if not any(map(_is_plain, scalars.atoms)):
        return scalars
    alone = _Shapes(scalars.atoms).alone()
    return _with_sums(scalars, alone) if alone else scalars


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
            pairs = [(c, of[f], NONE if g == NONE else of[g]) for c, f, g in atom.terms]
            return self._number(frozenset([(c, f, g) if f < g or g == NONE else (c, g, f) for c, f, g in pairs]))
        if primitive is None:
            return self._number((atom.kind, atom.place[0] if atom.kind == "input" else 0))
        own: Any = [of[operand] for operand in atom.operands]
        if primitive is POWER:
            own.append(self.atoms[atom.operands[1]].number)
        elif atom.kind != "map":
            own = [len(own) if primitive is CHOOSE else 0, own[0], *sorted(set(own))]
        return self._number((primitive, *own))

    def slots(self, number: int) -> list[tuple[Slot, int, int]]:
        """Which atoms an atom is made of that others have as sums, or single: where in its shape, and in itself.

        Factors are counted through, two for each term.
        """
        atom, of, summed = self.atoms[number], self.of, self._summed
        if self.sums[number]:  # a plain sum may as well have sums among its terms
            return []
        found: list[tuple[Slot, int, int]] = []
        for at, (c, f, g) in enumerate(atom.terms):
            if g == NONE:
                if of[f] in summed:
                    found.append(((of[number], (c, of[f], NONE, 0)), 2 * at, f))
            elif of[f] in summed or of[g] in summed:
                turned = (of[g], self.sums[g]) < (of[f], self.sums[f])
                kind = (c, of[g], of[f]) if turned else (c, of[f], of[g])
                found += [
                    ((of[number], (*kind, turned)), 2 * at, f),
                    ((of[number], (*kind, not turned)), 2 * at + 1, g),
                ]
        if atom.kind == "map":
            found += [((of[number], at), at, read) for at, read in enumerate(atom.operands)]
        return [own for own in found if of[own[2]] in summed]

    def alone(self) -> dict[int, set[int]]:
        """Where in atoms, by their numbers, single atoms stand where most others have a sum."""
        found: dict[Slot, tuple[set[int], set[int]]] = defaultdict(lambda: (set(), set()))
        singles: list[tuple[Slot, int, int]] = []
        deep: set[Slot] = set()
        for number in range(len(self.atoms)):
            for slot, place, read in self.slots(number):
                sums = self.sums[read]
                if sums > 1:
                    deep.add(slot)
                    continue
                found[slot][sums].add(read)
                if not sums:
                    singles.append((slot, number, place))
        chosen = {slot for slot, (single, sums) in found.items() if slot not in deep and len(single) <= len(sums)}
        alone: dict[int, set[int]] = defaultdict(set)
        for slot, number, place in singles:
            if slot in chosen:
                alone[number].add(place)
        return alone


def _with_sums(scalars: Scalars, alone: dict[int, set[int]]) -> Scalars:
    """Scalars in which what stands alone is a sum of one term."""
    atoms: list[Atom] = []
    moved: list[int] = []
    sum_of: dict[int, int] = {}
    nowhere: set[int] = set()

    def add(like: Atom, operands: tuple[int, ...], terms: tuple[Term, ...]) -> int:
        reads = operands or [factor for _, f, g in terms for factor in (f, g) if factor != NONE]
        level = 1 + max([atoms[read].level for read in reads], default=-1)
        atoms.append(Atom(like.kind, level, like.primitive, operands, terms, like.number, like.place, like.label))
        return len(atoms) - 1

    def read(number: int, is_alone: bool) -> int:
        if not is_alone or number == NONE:
            return NONE if number == NONE else moved[number]
        if number not in sum_of:
            sum_of[number] = add(Atom("sum", 0), (), (Term(1.0, moved[number], NONE),))
        return sum_of[number]

    for number, atom in enumerate(scalars.atoms):
        own = alone.get(number, nowhere)
        operands = tuple([read(operand, at in own) for at, operand in enumerate(atom.operands)])
        terms = tuple([
            Term(c, read(f, 2 * at in own), read(g, 2 * at + 1 in own)) for at, (c, f, g) in enumerate(atom.terms)
        ])  # fmt: skip
        moved.append(add(atom, operands, terms))
    decisions = [(moved[condition], made) for condition, made in scalars.decisions]
    return Scalars(atoms, [moved[output] for output in scalars.outputs], decisions)
