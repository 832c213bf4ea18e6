"""Hoist: terms of a step's sums that do not depend on the steps before, as sums of their own, outside of the loop.

``Wx @ x[t] + Wh @ h[t-1] + b`` is one sum for each unit. ``Wx @ x[t] + b`` is computed for all steps at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from .plan.patterns import Index
from .recurrences import Recurrence, Slot
from .scalars import NONE, Atom, Term


def hoisted(atoms: list[Atom], recurrences: Sequence[Recurrence]) -> list[Recurrence]:
    """The recurrences without such terms, which are added to the atoms as sums."""
    known: dict[tuple[Term, ...], int] = {}
    found = []
    for recurrence in recurrences:
        inside = np.zeros(len(atoms) + 1, dtype=np.bool_)
        inside[recurrence.atoms.ravel()] = True
        slots = [
            _without(atoms, slot, inside, known) if atoms[number].terms else slot
            for slot, number in zip(recurrence.slots, recurrence.atoms[-1].tolist(), strict=True)
        ]
        found.append(replace(recurrence, slots=slots))
    return found


def _without(atoms: list[Atom], slot: Slot, inside: np.ndarray, known: dict[tuple[Term, ...], int]) -> Slot:
    """A sum of the terms that depend on the steps, and of one of the others."""
    firsts, seconds, factors = slot.columns[:, ::2], slot.columns[:, 1::2], slot.factors[:, ::2]
    outside = ~(inside[firsts[-1]] | inside[seconds[-1]])
    (own,) = np.nonzero(outside)
    alone = len(own) == 1 and seconds[0, own[0]] == NONE and (factors[:, own[0]] == 1.0).all()
    if not len(own) or alone:
        return slot
    sums: dict[bytes, int] = {}
    column = np.empty(len(firsts), dtype=np.intp)
    rows = zip(firsts[:, own], seconds[:, own], factors[:, own], strict=True)
    for step, (first, second, factor) in enumerate(rows):
        key = first.tobytes() + second.tobytes() + factor.tobytes()
        if key not in sums:
            terms = tuple(sorted(map(Term, factor.tolist(), first.tolist(), second.tolist())))
            sums[key] = known[terms] if terms in known else _added(atoms, terms)
            known[terms] = sums[key]
        column[step] = sums[key]
    kept = ~outside
    return Slot(
        _interleaved(np.column_stack([firsts[:, kept], column]), np.column_stack([seconds[:, kept], _nothing(column)])),
        np.repeat(np.column_stack([factors[:, kept], np.ones(len(column))]), 2, axis=1),
    )


def _nothing(column: Index) -> Index:
    return np.full(len(column), NONE, dtype=np.intp)


def _interleaved(firsts: Index, seconds: Index) -> Index:
    found: Index = np.stack([firsts, seconds], axis=2).reshape(len(firsts), -1)
    return found


def _added(atoms: list[Atom], terms: tuple[Term, ...]) -> int:
    level = max(atoms[factor].level for _, *factors in terms for factor in factors if factor != NONE)
    atoms.append(Atom("sum", level + 1, terms=terms))
    return len(atoms) - 1
