"""Terms: what sums are made of, by kind, in the order in which several sums have them alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from .places import Places
from .plan.patterns import Index
from .scalars import NONE, Atom, Term


class Kind(NamedTuple):
    """What terms are alike by: the coefficient, and the numbers of the arrays that the factors lie in."""

    coefficient: float
    first: int
    second: int


@dataclass(frozen=True)
class Terms:
    """The terms of one kind in several sums: the factors' atoms, those of one sum after those of another.

    Attributes
    ----------
    first : ndarray of int, shape (terms of all sums,)
    second : ndarray of int, shape (terms of all sums,), or None
        None where terms have one factor.
    lengths : ndarray of int, shape (sums,)
        How many terms each sum has.
    """

    kind: Kind
    first: Index
    second: Index | None
    lengths: Index

    @property
    def starts(self) -> Index:
        """Where those of each sum begin."""
        return np.cumsum(self.lengths) - self.lengths

    @property
    def is_even(self) -> bool:
        """Whether all sums have as many."""
        return bool((self.lengths == self.lengths[0]).all())

    @property
    def length(self) -> int:
        """How many all sums have, or the longest."""
        return int(self.lengths.max())

    def of(self, sums: Index) -> Terms:
        """Those of some of the sums, in their order."""
        if self.is_even:
            places = (sums[:, None] * self.length + np.arange(self.length)).ravel()
        else:
            runs = np.split(np.arange(len(self.first)), self.starts[1:])
            places = np.concatenate([runs[number] for number in sums.tolist()])
        second = None if self.second is None else self.second[places]
        return Terms(self.kind, self.first[places], second, self.lengths[sums])

    def by_sum(self, factors: Index) -> Index:
        """Factors with a row for each sum, where all have as many."""
        return factors.reshape(len(self.lengths), -1)


def kinds_of(places: Places, atom: Atom) -> list[Kind]:
    """The kinds of a sum's terms; sums for which these are equal may be made alike."""
    return sorted({_sorted_by_array(places, term)[0] for term in atom.terms})


def _sorted_by_array(places: Places, term: Term) -> tuple[Kind, int, int]:
    """A term's kind and its factors in the kind's order."""
    c, f, g = term
    first = places.array_of[f]
    if g == NONE:
        return Kind(c, first.number, NONE), f, NONE
    second = places.array_of[g]
    # Weights before activations; two factors from one array stay in the order in which they were written.
    if (second.batched, second.number) < (first.batched, first.number):
        return Kind(c, second.number, first.number), g, f
    return Kind(c, first.number, second.number), f, g


def terms_of(places: Places, members: Sequence[int]) -> list[Terms]:
    """The members' terms by kind, those of each in an order that members share."""
    collected: dict[Kind, tuple[list[int], list[int], list[int]]] = defaultdict(lambda: ([], [], []))
    for number, member in enumerate(members):
        for term in places.atoms[member].terms:
            kind, f, g = _sorted_by_array(places, term)
            first, second, sums = collected[kind]
            first.append(f)
            second.append(g)
            sums.append(number)
    terms = [_in_order(places, kind, *columns) for kind, columns in collected.items()]
    # The longest first, and what is added before what is subtracted.
    return sorted(terms, key=lambda own: (-own.length, -own.kind.coefficient))


def _in_order(places: Places, kind: Kind, firsts: list[int], seconds: list[int], sums: list[int]) -> Terms:
    first, second, own = (np.array(column, dtype=np.intp) for column in (firsts, seconds, sums))
    by_first = places.position_of[first]
    order = np.lexsort((by_first, by_first if kind.second == NONE else places.position_of[second], own))
    return Terms(kind, first[order], None if kind.second == NONE else second[order], np.bincount(own))
