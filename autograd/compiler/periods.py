"""Periods: where a list of operations repeats, found in integers.

A step of a loop records the same operations as the step before, and reads what lies as far behind. So operations are
compared with those one period before, all at once; which periods are tried is told by how far an operation lies
behind the last one that is like it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .plan.patterns import Index
from .scalars import NONE, Atom

MIN_STEPS = 8
"""Fewer steps are as quick without a loop."""
_CANDIDATES = 12

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Operations:
    """The computed atoms, in order, with all that they read in one list.

    Attributes
    ----------
    numbers : ndarray of int, shape (operations,)
        The atoms'.
    place : ndarray of int, shape (atoms + 1,)
        The place of each atom among the operations, -1 for others and for `NONE`.
    codes : ndarray of int, shape (operations,)
        Equal for operations of the same kind, on as many operands.
    starts : ndarray of int, shape (operations + 1,)
        Where the operands of each begin in `reads`.
    reads : ndarray of int
        Atoms: a map's operands; two for each term of a sum, the second `NONE` where there is none.
    factors : list of float
        The coefficient of the term, at the place of its first factor.
    """

    numbers: Index
    place: Index
    codes: Index
    starts: Index
    reads: Index
    factors: npt.NDArray[np.float64]

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.numbers)


_ORDER = {"parameter": -4, "input": -3, "constant": -2}


def operations_of(atoms: Sequence[Atom]) -> Operations:
    """The computed atoms as operations; the terms of a sum in an order that does not depend on its coefficients."""
    numbers, codes, counts, reads, factors = [], [], [], list[int](), list[float]()
    known: dict[Any, int] = {}
    key = [number if atom.level else _ORDER[atom.kind] for number, atom in enumerate(atoms)]
    key.append(-9)  # that of NONE, the last
    for number, atom in enumerate(atoms):
        if not atom.level:
            continue
        numbers.append(number)
        terms = atom.terms
        if terms:
            if len(terms) > 1:
                terms = tuple(sorted(terms, key=lambda term: (key[term[1]], key[term[2]])))
            kind: Any = tuple([g == NONE for _, _, g in terms])
            for c, f, g in terms:
                reads += (f, g)
                factors += (c, 0.0)
            counts.append(2 * len(terms))
        else:
            kind = (atom.primitive, len(atom.operands))
            reads += atom.operands
            factors += [0.0] * len(atom.operands)
            counts.append(len(atom.operands))
        codes.append(known.setdefault(kind, len(known)))
    place = np.full(len(atoms) + 1, NONE)
    place[numbers] = np.arange(len(numbers))
    starts = np.concatenate([[0], np.cumsum(counts, dtype=np.intp)])
    return Operations(
        np.array(numbers, dtype=np.intp), place, np.array(codes, dtype=np.intp), starts,
        np.array(reads, dtype=np.intp), np.array(factors),
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Run:
    """Operations that repeat: `steps` times `period` of them, from `start` on, and the first of another, to `stop`."""

    start: int
    period: int
    steps: int
    stop: int


def periods_of(operations: Operations, free: Mask) -> list[int]:
    """Periods that the operations may have, the shortest first: how far those lie apart that are most alike."""
    places = operations.place[operations.reads]
    starts = operations.starts[:-1]
    nearest = np.full(operations.count, -1)
    some = np.diff(operations.starts) > 0
    nearest[some] = np.maximum.reduceat(places, starts[some]) if some.any() else 0
    behind = np.where(nearest < 0, 0, np.arange(operations.count) - nearest)
    alike = operations.codes * (operations.count + 1) + behind
    own = np.flatnonzero(free)
    order = own[np.argsort(alike[own], kind="stable")]
    gaps = np.diff(order)[alike[order[1:]] == alike[order[:-1]]]
    gaps = gaps[(gaps > 0) & (gaps <= operations.count // MIN_STEPS)]
    votes = np.bincount(gaps)
    common = np.argsort(-votes, kind="stable")[:_CANDIDATES]
    return sorted(int(gap) for gap in common if votes[gap] >= MIN_STEPS - 1)


def runs_of(operations: Operations, period: int, free: Mask) -> Iterator[Run]:
    """Where operations are those one period before, for enough steps."""
    codes = operations.codes
    same = (codes[period:] == codes[:-period]) & free[period:] & free[:-period]
    edges = np.flatnonzero(np.diff(np.concatenate([[False], same, [False]]).astype(np.int8)))
    for first, stop in edges.reshape(-1, 2).tolist():
        steps = 1 + (stop - first) // period
        if steps >= MIN_STEPS:
            yield Run(first, period, steps, stop + period)
