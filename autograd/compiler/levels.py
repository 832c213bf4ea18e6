"""Levels: atoms by how many operations lie before them, and which long runs of levels are chains.

Arrays pay where many atoms of a level are made alike. In a chain (an orbit, a map iterated, a recurrence of few
scalars) each array would have one position or two, and a thousand levels would be thousands of instructions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from .plan.patterns import Index
from .scalars import NONE, Atom

LONG = 64
"""From how many levels on a chain is walked, and from how many steps on what of it is the same for all samples."""
WORTH_ARRAYS = 4
"""Arrays are made where a level has at least so many times as many operations as they are instructions."""
_MOST_TERMS, _MOST_OPERANDS = 16, 4


@dataclass(frozen=True, eq=False)
class Levels:
    """Atoms level by level, so that operands come before what is made of them.

    Attributes
    ----------
    atoms : ndarray of int, shape (atoms,)
        Their numbers, those of one level together and in order.
    ends : ndarray of int, shape (levels + 1,)
        Where the levels begin, and the last ends.
    """

    atoms: Index
    ends: Index

    def __len__(self) -> int:
        return len(self.ends) - 1

    def __iter__(self) -> Iterator[list[int]]:
        """The atoms of each level."""
        return (self.atoms[start:stop].tolist() for start, stop in pairwise(self.ends.tolist()))

    def part(self, first: int, last: int) -> Levels:
        """The levels from one to before another."""
        ends = self.ends[first : last + 1]
        return Levels(self.atoms[ends[0] : ends[-1]], ends - ends[0])

    def where(self, chosen: npt.NDArray[np.bool_]) -> Levels:
        """The atoms that are chosen, by their numbers, without the levels that have none."""
        own = chosen[self.atoms]
        return Levels(self.atoms[own], np.unique(np.concatenate([[0], np.cumsum(own)])[self.ends]))


def levels_of(atoms: Sequence[Atom]) -> Levels:
    """The computed atoms by their level."""
    level = np.fromiter((atom.level for atom in atoms), np.intp, len(atoms))
    computed = np.flatnonzero(level)
    return in_levels(computed, level[computed])


def in_levels(atoms: Index, level: Index) -> Levels:
    """Atoms by a level of each, from 1 on."""
    order = np.argsort(level, kind="stable")
    return Levels(atoms[order], np.searchsorted(level[order], np.arange(1, level.max(initial=0) + 2)))


class Part(NamedTuple):
    """Levels that follow one another, and whether they are to be walked."""

    levels: Levels
    is_chain: bool


def parts(atoms: Sequence[Atom], levels: Levels) -> Iterator[Part]:
    """The levels, in parts that are lifted to arrays and parts that are walked.

    What in a chain is the same for all samples comes before the rest, as a part of its own.
    """
    chains = _chains(atoms, levels) if len(levels) >= LONG else []
    batched = _batched(atoms) if chains else np.zeros(0, dtype=np.bool_)
    start = 0
    for first, last in chains:
        yield Part(levels.part(start, first), False)
        chain = levels.part(first, last)
        once = chain.where(~batched)
        yield Part(once, len(once.atoms) >= LONG)
        yield Part(chain.where(batched), True)
        start = last
    yield Part(levels.part(start, len(levels)), False)


def _batched(atoms: Sequence[Atom]) -> npt.NDArray[np.bool_]:
    """Which atoms differ from sample to sample."""
    batched: list[bool] = []
    for atom in atoms:
        read = atom.operands or [factor for term in atom.terms for factor in term[1:] if factor != NONE]
        batched.append(atom.kind == "input" or True in [batched[operand] for operand in read])
    return np.array(batched, dtype=np.bool_)


def _chains(atoms: Sequence[Atom], levels: Levels) -> list[tuple[int, int]]:
    """Where the long runs of levels that arrays are not worth begin and end."""
    ends = np.flatnonzero(_wide(atoms, levels))
    runs = zip([0, *(ends + 1).tolist()], [*ends.tolist(), len(levels)], strict=True)
    return [(first, last) for first, last in runs if last - first >= LONG]


class _Work(NamedTuple):
    """How many operations an atom is, and about how many instructions arrays of such atoms are."""

    operations: int
    instructions: int


_TOO_MUCH = _Work(10**9, 1)


def _wide(atoms: Sequence[Atom], levels: Levels) -> npt.NDArray[np.bool_]:
    """Whether arrays are worth it for the atoms of each level."""
    kinds: dict[Any, int] = {}
    works: list[_Work] = []
    kind_of = np.empty(len(atoms), dtype=np.int32)
    for number, atom in enumerate(atoms):
        key: Any = atom.primitive or tuple([(c, g < 0) for c, _, g in atom.terms[: _MOST_TERMS + 1]])
        if len(atom.operands) > 2:
            key = (key, len(atom.operands))
        kind = kinds.get(key)
        if kind is None:
            kind = kinds[key] = len(works)
            works.append(_work(atom))
        kind_of[number] = kind
    operations, instructions = np.array(works).T
    level = np.repeat(np.arange(len(levels)), np.diff(levels.ends))
    own = kind_of[levels.atoms]
    # Those made alike are made together.
    alike = np.unique(level * len(works) + own)
    all_operations = np.bincount(level, operations[own], len(levels))
    all_instructions = np.bincount(alike // len(works), instructions[alike % len(works)], len(levels))
    return all_operations >= WORTH_ARRAYS * all_instructions


def _work(atom: Atom) -> _Work:
    if len(atom.terms) > _MOST_TERMS or len(atom.operands) > _MOST_OPERANDS or atom.kind == "choose":
        return _TOO_MUCH
    if not atom.terms:
        return _Work(1, 1)
    products = sum(g != NONE for _, _, g in atom.terms)
    scalings = sum(abs(c) != 1.0 for c, _, _ in atom.terms)
    kinds = {(c, g == NONE): sum((d, h == NONE) == (c, g == NONE) for d, _, h in atom.terms) for c, _, g in atom.terms}
    # For each kind of term: a product, a sum over those alike, a scaling; then the kinds are added.
    each = [(not single) + (count > 1) + (abs(c) != 1.0) for (c, single), count in kinds.items()]
    return _Work(max(1, products + scalings + len(atom.terms) - 1), max(1, sum(each) + len(kinds) - 1))
