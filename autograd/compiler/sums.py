"""Sums: terms that many sums have alike become matrix products, row sums, or elementwise arrays."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from .places import Places
from .plan.instructions import Contraction, Operand, Ref
from .plan.patterns import Index
from .scalars import NONE, Atom, Term

# Fewer blocks than this, or blocks larger than this, become matrix products of their own.
_FEW_BLOCKS = 4
_LARGE_BLOCK = 64


class Kind(NamedTuple):
    """What terms are alike by: the coefficient, and the numbers of the arrays that the factors lie in."""

    coefficient: float
    first: int
    second: int


@dataclass(frozen=True)
class Terms:
    """The terms of one kind in several sums: the factors' atoms, a row for each sum.

    Attributes
    ----------
    first : ndarray of int, shape (sums, terms)
    second : ndarray of int, shape (sums, terms), or None
        None where terms have one factor.
    """

    kind: Kind
    first: Index
    second: Index | None

    @property
    def length(self) -> int:
        """How many there are in each sum."""
        return int(self.first.shape[1])

    def of(self, sums: Index) -> Terms:
        """Those of some of the sums, in their order."""
        return Terms(self.kind, self.first[sums], None if self.second is None else self.second[sums])


@dataclass(frozen=True)
class Block:
    """Sums that are the product of a matrix's rows and columns: `sums`, column by column."""

    sums: Index
    rows: int
    columns: int


def kinds_of(places: Places, atom: Atom) -> list[tuple[Kind, int]]:
    """How many terms of each kind a sum has; sums for which this is equal are made alike."""
    return sorted(Counter(_sorted_by_array(places, term)[0] for term in atom.terms).items())


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


def put_sums(places: Places, members: list[int]) -> None:
    """Sums made alike: for every kind of term one matrix product, row sum or array; then their sum."""
    terms = _terms_of(places, members)
    blocks: list[Block | None] = [*_blocks_of_products(places, terms)] or [None]
    for block in blocks:
        order = _by_position(places, terms) if block is None else block.sums
        _put_group(places, [members[i] for i in order], [own.of(order) for own in terms], block)


def _terms_of(places: Places, members: list[int]) -> list[Terms]:
    """The members' terms by kind, each row in an order that members share."""
    collected: dict[Kind, list[tuple[list[int], list[int]]]] = defaultdict(list)
    for member in members:
        own: dict[Kind, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
        for term in places.atoms[member].terms:
            kind, f, g = _sorted_by_array(places, term)
            own[kind][0].append(f)
            own[kind][1].append(g)
        for kind, factors in own.items():
            collected[kind].append(factors)
    terms = [_in_order(places, kind, rows) for kind, rows in collected.items()]
    # The longest first, and what is added before what is subtracted.
    return sorted(terms, key=lambda own: (-own.length, -own.kind.coefficient))


def _in_order(places: Places, kind: Kind, rows: list[tuple[list[int], list[int]]]) -> Terms:
    first = np.array([row[0] for row in rows], dtype=np.intp)
    second = np.array([row[1] for row in rows], dtype=np.intp)
    by_first = places.position_of[first]
    order = np.lexsort((by_first, by_first if kind.second == NONE else places.position_of[second]), axis=1)
    first = np.take_along_axis(first, order, axis=1)
    return Terms(kind, first, None if kind.second == NONE else np.take_along_axis(second, order, axis=1))


def _by_position(places: Places, terms: list[Terms]) -> Index:
    """The sums in the order of their first terms' factors in their arrays."""
    factors = [by for own in terms for by in (own.second, own.first) if by is not None]
    return np.lexsort([places.position_of[by[:, 0]] for by in reversed(factors)])


# Matrix products


def _blocks_of_products(places: Places, terms: list[Terms]) -> list[Block]:
    """The sums in blocks that the longest terms for which that can be make matrix products of; else none."""
    for own in terms:
        if own.second is not None and _worth_a_product(places, own):
            rows, columns = _ids(places.position_of[own.first]), _ids(places.position_of[own.second])
            blocks = _blocks(rows, columns)
            if blocks:
                return blocks
    return []


def _worth_a_product(places: Places, terms: Terms) -> bool:
    first, second = (places.builder.arrays[number] for number in terms.kind[1:])
    sums, length = terms.first.shape
    if length == 1 and places.constants in (first, second):
        return False
    if first.batched == second.batched:
        return bool(sums > 1 and length > 1)
    return bool(sums > 1 or length > 1)


def _ids(rows: Index) -> Index:
    """A number for each row, equal for equal rows, in the rows' lexicographic order."""
    return np.unique(rows, axis=0, return_inverse=True)[1].ravel()


def _blocks(rows: Index, columns: Index) -> list[Block]:
    """Blocks in which every row meets every column once; none where that is not so or not worth it."""
    row_sets: dict[int, set[int]] = defaultdict(set)
    for r, c in zip(rows.tolist(), columns.tolist(), strict=True):
        if r in row_sets[c]:
            return []
        row_sets[c].add(r)
    alike: dict[frozenset[int], list[int]] = defaultdict(list)
    for c, own in row_sets.items():
        alike[frozenset(own)].append(c)
    # A row in two blocks is fine: each block is a product of its own.
    if len(alike) > _FEW_BLOCKS and len(rows) < _LARGE_BLOCK * len(alike):
        return []
    blocks = []
    for own_rows, own_columns in alike.items():
        sums = np.flatnonzero(np.isin(columns, own_columns))
        by_column = sums[np.lexsort((rows[sums], columns[sums]))]
        blocks.append(Block(by_column, len(own_rows), len(own_columns)))
    return blocks


def _product(places: Places, terms: Terms, block: Block) -> Ref | None:
    """A block's sums as a product of distinct rows and distinct columns; None where terms do not lie so."""
    assert terms.second is not None
    c, r, k = block.columns, block.rows, terms.length
    rows, columns = terms.first.reshape(c, r, k), terms.second.reshape(c, r, k)
    if (rows != rows[:1]).any() or (columns != columns[:, :1]).any():
        return None
    left, right = places.ref(rows[0].ravel()), places.ref(columns[:, 0].ravel())
    of_right, of_out = ("ck", "cr") if c > 1 else ("k", "r")
    in_left, in_right = ("b" if side.array.batched else "" for side in (left, right))
    contraction = Contraction(
        f"{in_left}rk", in_right + of_right, (in_left or in_right) + of_out, {"r": r, "c": c, "k": k}
    )
    return places.builder.product(left, right, contraction)


# Groups


def _put_group(places: Places, members: list[int], terms: list[Terms], block: Block | None) -> None:
    """The sum of what each kind of term comes to, for members in the order of the terms' rows."""
    result: Operand = 0.0
    for at, own in enumerate(terms):
        product = None if block is None or own.second is None else _product(places, own, block)
        part = _row_sums(places, own) if product is None else product
        result = _scaled(places, own.kind.coefficient, part) if at == 0 else _added(places, result, own, part)
    # A sum of constants alone may be a number so far.
    places.put(members, result if isinstance(result, Ref) else places.builder.map("positive_of", result))


def _row_sums(places: Places, terms: Terms) -> Operand:
    """Products of factors, elementwise, summed for each sum."""
    sums, length = terms.first.shape
    made: Operand = places.operand(terms.first.ravel())
    if terms.second is not None:
        made = places.builder.map("multiply", made, places.operand(terms.second.ravel()))
    if length == 1:
        return made
    if isinstance(made, float):
        alike: float = made * length
        return alike
    assert isinstance(made, Ref)
    if made.size == 1:
        made = made.at(np.zeros(sums * length, dtype=np.intp))
    return places.builder.sum(made, length)


def _scaled(places: Places, coefficient: float, part: Operand) -> Operand:
    if isinstance(part, float):
        return coefficient * part
    return part if coefficient == 1.0 else places.builder.map("multiply", coefficient, part)


def _added(places: Places, result: Operand, terms: Terms, part: Operand) -> Operand:
    if terms.kind.coefficient == -1.0:
        return places.builder.map("subtract", result, part)
    return places.builder.map("add", result, _scaled(places, terms.kind.coefficient, part))
