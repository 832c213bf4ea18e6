"""Order: what is computed before and after which loop, and in which levels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from .hoist import hoisted
from .levels import Levels, in_levels, levels_of
from .plan.patterns import Index
from .recurrences import Recurrence, recurrences_of
from .scalars import NONE, Atom

Stage = tuple[Levels, Recurrence | None]
"""Atoms to be computed first, and then a loop."""


def ordered(atoms: list[Atom]) -> list[Stage]:
    """The stages in which atoms are computed; terms that are hoisted out of loops are added to the atoms."""
    found = recurrences_of(atoms)
    needs: list[int] = []
    while found:
        needs, wrong = _needs(atoms, found)
        if wrong is None:
            break
        del found[wrong]
    if not found:
        return [(levels_of(atoms), None)]
    loops = _sorted(needs)
    found = hoisted(atoms, [found[loop] for loop in loops])
    return list(_stages(atoms, found))


def operands_of(atom: Atom) -> Sequence[int]:
    """The atoms that an atom is made of."""
    return atom.operands or [factor for term in atom.terms for factor in term[1:] if factor != NONE]


def _loop_of(atoms: Sequence[Atom], found: Sequence[Recurrence]) -> list[int]:
    """The loop that each atom is a step's of, or -1."""
    loops = np.full(len(atoms), -1)
    for number, recurrence in enumerate(found):
        loops[recurrence.atoms.ravel()] = number
    of: list[int] = loops.tolist()
    return of


def _needs(atoms: Sequence[Atom], found: Sequence[Recurrence]) -> tuple[list[int], int | None]:
    """The loops that come before each, as bits, and the number of one that would come before itself."""
    loop_of = _loop_of(atoms, found)
    needs = [0] * len(found)
    before: list[int] = []
    for number, atom in enumerate(atoms):
        bits, own = 0, loop_of[number]
        for operand in operands_of(atom):
            if own >= 0:
                needs[own] |= 0 if loop_of[operand] == own else before[operand]
            bits |= before[operand]
        before.append(bits if own < 0 else bits | 1 << own)
    # What a loop needs, the loops need that need it.
    for middle in range(len(found)):
        for loop in range(len(found)):
            if needs[loop] >> middle & 1:
                needs[loop] |= needs[middle]
    return needs, next((loop for loop in reversed(range(len(found))) if needs[loop] >> loop & 1), None)


def _sorted(needs: Sequence[int]) -> list[int]:
    """The loops, each behind those that it needs."""
    return sorted(range(len(needs)), key=lambda loop: (needs[loop].bit_count(), loop))


def _stages(atoms: Sequence[Atom], found: Sequence[Recurrence]) -> Iterator[Stage]:
    stage, level = _staged(atoms, found)
    for number, recurrence in enumerate([*found, None]):
        own = np.flatnonzero((stage == number) & (level > 0))
        yield in_levels(own, level[own]), recurrence


def _staged(atoms: Sequence[Atom], found: Sequence[Recurrence]) -> tuple[Index, Index]:
    """Of each atom how many loops come before it, and how many operations since the last of them; 0 in a loop."""
    loop_of = _loop_of(atoms, found)
    stages, levels = list[int](), list[int]()
    for number, atom in enumerate(atoms):
        stage = level = 0
        for operand in operands_of(atom):
            if stages[operand] > stage:
                stage, level = stages[operand], levels[operand]
            elif stages[operand] == stage:
                level = max(level, levels[operand])
        if loop_of[number] >= 0:
            stages.append(loop_of[number] + 1)
            levels.append(0)
        else:
            stages.append(stage)
            levels.append(level + 1 if atom.level else 0)
    return np.array(stages, dtype=np.intp), np.array(levels, dtype=np.intp)
