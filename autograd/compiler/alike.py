"""Alike: atoms that differ in the number of terms of their sums alone come to be made of the same arrays.

Each atom gets a shape, in which a sum of some atoms is told like one of them, and so is the largest or smallest of
some. Where atoms of one shape are made of sums and few of single atoms, these become sums of one term: a sum of one
term is recorded as the term, and so the first of many causal attentions divides an exponential by itself, the others
by a sum. Where they are made of atoms at the ends of chains of many lengths, those are copied to one array. And
where sums differ in the number that all their terms are scaled by, as means of many lengths do, it is a factor.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from ..primitives import CHOOSE, MAXIMUM, MINIMUM, POSITIVE_OF, POWER
from .scalars import NONE, Atom, Scalars, Term

Slot = tuple[int, Any]
"""A shape, and which of the operands of atoms of that shape, or which factor of which of their terms."""

_MANY = 3
"""Ends of chains of so many lengths are copied to one array, and so many scales are factors."""
_EXTREMES = (MAXIMUM, MINIMUM)
_NOWHERE: set[int] = set()


def alike(scalars: Scalars) -> Scalars:
    """Scalars with sums of one term, or copies, where that makes many alike; themselves, where there are none."""
    if _is_in_vain(scalars.atoms):
        return scalars
    shapes = _Shapes(scalars.atoms)
    alone, ends = shapes.odd()
    scaled = shapes.scaled()
    return _Rebuilt(scalars, shapes, alone, ends, scaled).result if alone or ends or scaled else scalars


def _is_in_vain(atoms: list[Atom]) -> bool:
    """Whether it is seen at once that there are none: nothing is made of sums or extremes, and few sums are scaled."""
    joined = {number for number, atom in enumerate(atoms) if _is_plain(atom) or atom.primitive in _EXTREMES}
    scales = {_scale(atom) for atom in atoms}
    return all(joined.isdisjoint(_read(atom)) for atom in atoms) and len(scales) < _MANY


def _is_plain(atom: Atom) -> bool:
    """Whether an atom is a sum of single atoms as they are."""
    return len(atom.terms) > 1 and all(c == 1.0 and g == NONE for c, _, g in atom.terms)


def _scale(atom: Atom) -> float:
    """The positive number that scales all terms of a sum; 1 where there is none."""
    first = atom.terms[0].coefficient if atom.terms else 1.0
    return first if first > 0.0 and all(c == first for c, _, _ in atom.terms) else 1.0


def _read(atom: Atom) -> Sequence[int]:
    """What an atom is made of."""
    return atom.operands or [f for term in atom.terms for f in term[1:] if f != NONE]


class _Shapes:
    """Shapes of atoms, by their numbers.

    Attributes
    ----------
    of : list of int
        Equal for atoms that differ in the numbers of terms alone; a plain sum has the shape of its terms.
    sums : list of int
        How many plain sums, or extremes, lie between an atom and those of its shape that are none.
    scales : list of float
        The number that scales all terms of a sum.
    """

    def __init__(self, atoms: list[Atom]) -> None:
        self.atoms = atoms
        self.of: list[int] = []
        self.sums: list[int] = []
        self._depth_of: dict[int, int] = {}
        self._numbers: dict[Any, int] = {}
        # Of each shape, the shapes that it is made of; and those of which there are plain sums or extremes.
        self._made_of: dict[int, set[int]] = defaultdict(set)
        self._summed: set[int] = set()
        self.scales: list[float] = []
        for atom in atoms:
            reads = _read(atom)
            made_of = {self.of[read] for read in reads}
            self.scales.append(_scale(atom))
            if len(made_of) == 1 and (_is_plain(atom) or atom.primitive in _EXTREMES):
                (shape,) = made_of
                sums = 1 + max([self.sums[read] for read in reads])
                self._summed.add(shape)
            else:
                shape, sums = self._shape(atom, self.scales[-1]), 0
                self._made_of[shape] |= made_of
            self.of.append(shape)
            self.sums.append(sums)
            self._depth_of.setdefault(shape, 1 + max([self._depth_of[own] for own in made_of], default=-1))

    def _number(self, key: Any) -> int:
        return self._numbers.setdefault(key, len(self._numbers))

    def depth(self, number: int) -> int:
        """How many operations lie before an atom, without plain sums and extremes: equal for equal shapes."""
        return self._depth_of[self.of[number]]

    def _shape(self, atom: Atom, scale: float) -> int:
        of, primitive = self.of, atom.primitive
        if atom.terms:
            pairs = [(c / scale, of[f], NONE if g == NONE else of[g]) for c, f, g in atom.terms]
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
        # A plain sum may as well have sums among its terms.
        if self.sums[number] or self._made_of[of[number]].isdisjoint(summed):
            return []
        found: list[tuple[Slot, int, int]] = []
        scale = self.scales[number]
        for at, (coefficient, f, g) in enumerate(atom.terms):
            c = coefficient / scale
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

    def odd(self) -> tuple[dict[int, set[int]], dict[int, set[int]]]:
        """Where in atoms, by their numbers, single atoms stand where most have sums, and ends of chains of any length.

        Both by the number of the atom that reads them, as places counted through.
        """
        found: dict[Slot, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
        places: dict[Slot, list[tuple[int, int, int]]] = defaultdict(list)
        for number in range(len(self.atoms)):
            for slot, place, read in self.slots(number):
                found[slot][self.sums[read]].add(read)
                places[slot].append((number, place, read))
        alone: dict[int, set[int]] = defaultdict(set)
        ends: dict[int, set[int]] = defaultdict(set)
        for slot, by_sums in found.items():
            if len(by_sums) >= _MANY:
                for number, place, _ in places[slot]:
                    ends[number].add(place)
            elif by_sums.keys() == {0, 1} and len(by_sums[0]) <= len(by_sums[1]) and self._are_sums(by_sums[1]):
                for number, place, read in places[slot]:
                    if not self.sums[read]:
                        alone[number].add(place)
        return alone, ends

    def scaled(self) -> set[int]:
        """The sums of shapes that come with many scales."""
        sums: dict[int, list[int]] = defaultdict(list)
        scales: dict[int, set[float]] = defaultdict(set)
        for number, atom in enumerate(self.atoms):
            if atom.terms and not self.sums[number]:
                sums[self.of[number]].append(number)
                scales[self.of[number]].add(self.scales[number])
        return {number for shape, own in sums.items() if len(scales[shape]) >= _MANY for number in own}

    def _are_sums(self, numbers: set[int]) -> bool:
        return all(self.atoms[number].terms for number in numbers)


class _Rebuilt:
    """Scalars in which what stands alone is a sum of one term, and ends of chains are copied."""

    def __init__(
        self,
        scalars: Scalars,
        shapes: _Shapes,
        alone: dict[int, set[int]],
        ends: dict[int, set[int]],
        scaled: set[int],
    ) -> None:
        self._shapes = shapes
        self._atoms: list[Atom] = []
        self._levels: list[tuple[int, float]] = []
        self._constants: dict[float, int] = {}
        # By number; the last, at -1, for a factor that is not there.
        self._moved = [NONE] * (len(scalars.atoms) + 1)
        self._sum_of: dict[int, int] = {}
        self._copy_of: dict[int, int] = {}
        # Copies come behind all that are copied.
        self._last = 1 + max(shapes.sums)
        for number, atom in enumerate(scalars.atoms):
            made = self._like(atom, alone.get(number, _NOWHERE), ends.get(number, _NOWHERE))
            level: tuple[int, float] = (shapes.depth(number), shapes.sums[number])
            self._moved[number] = self._factored(made, level) if number in scaled else self._add(made, level)
        ranks = {level: rank for rank, level in enumerate(sorted(set(self._levels)))}
        for atom, level in zip(self._atoms, self._levels, strict=True):
            atom.level = ranks[level]
        decisions = [(self._moved[condition], made) for condition, made in scalars.decisions]
        self.result = Scalars(self._atoms, [self._moved[output] for output in scalars.outputs], decisions)

    def _like(self, atom: Atom, alone: set[int], ends: set[int]) -> Atom:
        """An atom of what stands instead of what it reads, at some places a sum of one term or a copy."""
        moved, read = self._moved, self._read
        if not alone and not ends:
            operands = tuple([moved[operand] for operand in atom.operands])
            terms = tuple([Term(c, moved[f], moved[g]) for c, f, g in atom.terms])
        else:
            operands = tuple([read(operand, at in alone, at in ends) for at, operand in enumerate(atom.operands)])
            terms = tuple([
                Term(c, *[read(factor, k in alone, k in ends) for k, factor in ((2 * at, f), (2 * at + 1, g))])
                for at, (c, f, g) in enumerate(atom.terms)
            ])  # fmt: skip
        return Atom(atom.kind, 0, atom.primitive, operands, terms, atom.number, atom.place, atom.label)

    def _factored(self, atom: Atom, level: tuple[int, float]) -> int:
        """A sum without its scale, times that."""
        scale = _scale(atom)
        if scale not in self._constants:
            self._constants[scale] = self._add(Atom("constant", 0, number=scale), (0, 0))
        number = atom.terms[0].first
        if len(atom.terms) > 1 or atom.terms[0].second != NONE:
            terms = tuple([Term(c / scale, f, g) for c, f, g in atom.terms])
            number = self._add(Atom("sum", 0, terms=terms), level)
        times = (Term(1.0, self._constants[scale], number),)
        # Behind the sum, and before what is a sum of such.
        return self._add(Atom("sum", 0, terms=times, label=atom.label), (level[0], 0.5))

    def _add(self, atom: Atom, level: tuple[int, float]) -> int:
        self._atoms.append(atom)
        self._levels.append(level)
        return len(self._atoms) - 1

    def _read(self, number: int, is_alone: bool, is_end: bool) -> int:
        """What an atom reads instead of another."""
        moved = self._moved[number]
        if not is_alone and not is_end:
            return moved
        depth = self._shapes.depth(number)
        if is_alone:
            if number not in self._sum_of:
                self._sum_of[number] = self._add(Atom("sum", 0, terms=(Term(1.0, moved, NONE),)), (depth, 1))
            return self._sum_of[number]
        if number not in self._copy_of:
            made = Atom("copy", 0, POSITIVE_OF, operands=(moved,))
            self._copy_of[number] = self._add(made, (depth, self._last))
        return self._copy_of[number]
