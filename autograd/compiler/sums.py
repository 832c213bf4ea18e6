"""Sums: terms that many sums have alike become matrix products, row sums, or elementwise arrays."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace

import numpy as np

from .dense import dense
from .places import Places
from .plan.instructions import Contraction, Operand, Ref
from .plan.patterns import Index
from .terms import Terms, terms_of

# Fewer blocks than this, or blocks larger than this, become matrix products of their own.
_FEW_BLOCKS = 4
_LARGE_BLOCK = 64
# Sums of differing lengths that are fewer, or have more terms, stay apart: each reads what it sums where that lies.
_FEW_SUMS = 3
_LARGE_RUNS = 4096
_LARGE_OF_WEIGHTS = 1024


@dataclass(frozen=True)
class Block:
    """Sums that are the product of a matrix's rows and columns: `sums`, column by column."""

    sums: Index
    rows: int
    columns: int


def put_sums(places: Places, members: list[int]) -> None:
    """Sums made alike: for every kind of term one matrix product, row sum or array; then their sum."""
    terms = terms_of(places, members)
    if all(own.is_even for own in terms):
        _put_even(places, members, terms)
    elif not _put_dense(places, members, terms):
        alike: dict[tuple[int, ...], list[int]] = defaultdict(list)
        for number, counts in enumerate(zip(*(own.lengths.tolist() for own in terms), strict=True)):
            alike[counts].append(number)
        for numbers in alike.values():
            own = np.array(numbers)
            _put_even(places, [members[i] for i in numbers], [some.of(own) for some in terms])


def _put_even(places: Places, members: list[int], terms: list[Terms]) -> None:
    """Sums that have as many terms of each kind."""
    blocks = _blocks_of_products(places, terms)
    if len(blocks) != 1 and not _is_of_weights(places, terms[0]) and _put_dense(places, members, terms):
        return
    alone: list[Block | None] = [None]
    for block in blocks or alone:
        order = _by_position(places, terms) if block is None else block.sums
        own = [some.of(order) for some in terms]
        parts = [_part(places, some, block) for some in own]
        _put(places, [members[i] for i in order], own, parts)


def _put_dense(places: Places, members: list[int], terms: list[Terms]) -> bool:
    """Sums as parts of stacks of products, or of runs as long as each is; False where that is not worth it."""
    products = [own.second is not None and _worth_a_product(places, own) for own in terms]
    found = [dense(places, own) if product else None for own, product in zip(terms, products, strict=True)]
    few = len(members) < _FEW_SUMS or max(len(own.first) for own in terms) > _LARGE_RUNS
    for some, product, one in zip(terms, products, found, strict=True):
        if product and one is None and (some.is_even or _are_better_apart(places, some)):
            return False
    made = next((made for made in found if made is not None), None)
    if made is None and (few or all(own.is_even for own in terms)):
        return False
    order = _by_position(places, terms) if made is None else np.argsort(made.sums)
    ordered = [some.of(order) for some in terms]
    parts = [
        _row_sums(places, some) if one is None else replace(one, sums=one.sums[order]).product(places, some)
        for some, one in zip(ordered, found, strict=True)
    ]
    _put(places, [members[i] for i in order], ordered, parts)
    return True


def _are_better_apart(places: Places, terms: Terms) -> bool:
    """Whether sums of products of weights are worth a matrix product for each length."""
    few = len(np.unique(terms.lengths)) < _FEW_SUMS
    return _is_of_weights(places, terms) and (few or len(terms.first) > _LARGE_OF_WEIGHTS)


def _is_of_weights(places: Places, terms: Terms) -> bool:
    """Whether one factor of the terms is the same for all samples, and the other is not."""
    if terms.second is None:
        return False
    first, second = (places.builder.arrays[number] for number in terms.kind[1:])
    return first.batched != second.batched


def _by_position(places: Places, terms: list[Terms]) -> Index:
    """The sums in the order of their first terms' factors in their arrays."""
    factors = [by for own in terms for by in (own.second, own.first) if by is not None]
    starts = [own.starts for own in terms for by in (own.second, own.first) if by is not None]
    return np.lexsort([places.position_of[by[at]] for by, at in zip(reversed(factors), reversed(starts), strict=True)])


# Matrix products


def _blocks_of_products(places: Places, terms: list[Terms]) -> list[Block]:
    """The sums in blocks that the longest terms for which that can be make matrix products of; else none."""
    for own in terms:
        if own.second is not None and _worth_a_product(places, own):
            rows, columns = (_ids(places.position_of[own.by_sum(by)]) for by in (own.first, own.second))
            blocks = _blocks(rows, columns)
            if blocks and not _is_elementwise(places, own, blocks):
                return blocks
    return []


def _is_elementwise(places: Places, terms: Terms, blocks: list[Block]) -> bool:
    """Whether several blocks are one number by some others each, or of a row and a column that samples have each."""
    if len(blocks) == 1:
        return False
    if terms.length == 1:
        return all(min(block.rows, block.columns) == 1 for block in blocks)
    return not _is_of_weights(places, terms) and all(block.rows == block.columns == 1 for block in blocks)


def _worth_a_product(places: Places, terms: Terms) -> bool:
    first, second = (places.builder.arrays[number] for number in terms.kind[1:])
    sums, length = len(terms.lengths), terms.length
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


def _part(places: Places, terms: Terms, block: Block | None) -> Operand:
    """What terms of one kind come to: a product where they are a block of one."""
    product = None if block is None or terms.second is None else _product(places, terms, block)
    return _row_sums(places, terms) if product is None else product


def _put(places: Places, members: list[int], terms: list[Terms], parts: list[Operand]) -> None:
    """The sum of what each kind of term comes to, for members in the order of the parts."""
    result = _scaled(places, terms[0].kind.coefficient, parts[0])
    for own, part in zip(terms[1:], parts[1:], strict=True):
        result = _added(places, result, own, part)
    # A sum of constants alone may be a number so far.
    places.put(members, result if isinstance(result, Ref) else places.builder.map("positive_of", result))


def _row_sums(places: Places, terms: Terms) -> Operand:
    """Products of factors, elementwise, summed for each sum."""
    made: Operand = places.operand(terms.first)
    if terms.second is not None:
        made = places.builder.map("multiply", made, places.operand(terms.second))
    if terms.length == 1:
        return made
    if isinstance(made, float) and terms.is_even:
        alike: float = made * terms.length
        return alike
    if not isinstance(made, Ref):
        made = places.ref(terms.first)
    if made.size == 1:
        made = made.at(np.zeros(len(terms.first), dtype=np.intp))
    return places.builder.sum(made, terms.lengths)


def _scaled(places: Places, coefficient: float, part: Operand) -> Operand:
    if isinstance(part, float):
        return coefficient * part
    return part if coefficient == 1.0 else places.builder.map("multiply", coefficient, part)


def _added(places: Places, result: Operand, terms: Terms, part: Operand) -> Operand:
    if terms.kind.coefficient == -1.0:
        return places.builder.map("subtract", result, part)
    return places.builder.map("add", result, _scaled(places, terms.kind.coefficient, part))
