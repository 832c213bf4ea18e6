"""Dense: sums of products of two factors as one stack of matrix products, although some terms or some sums are missing.

Where a sum has fewer terms than others of its row, a factor is 0; where a row and a column have no sum, the product
has a number that nobody reads. So a triangle of scores is one product, and so is what a triangle of shares mixes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .places import Places
from .plan.instructions import Contraction, Ref, ref
from .plan.patterns import Index
from .terms import Terms

WASTE = 4
"""How many times as many products as are asked for may be computed."""


@dataclass(frozen=True)
class Dense:
    """Where the factors of sums stand in a stack of matrices, and the sums in the stack of their products.

    Attributes
    ----------
    left : ndarray of int, shape (stack, rows, inner)
        Atoms, or -1 for a 0.
    right : ndarray of int, shape (stack, columns, inner)
    sums : ndarray of int, shape (sums,)
        The place of each in the product, counted through.
    by_row : bool
        Whether the product has shape (stack, rows, columns); else it is (stack, columns, rows).
    """

    left: Index
    right: Index
    sums: Index
    by_row: bool

    def product(self, places: Places, terms: Terms) -> Ref:
        """The product, at the places of the sums in their order."""
        first, second = (places.builder.arrays[number] for number in terms.kind[1:])
        (s, r, k), c = self.left.shape, self.right.shape[1]
        stack, column = "s" if s > 1 else "", "c" if c > 1 else ""
        in_left, in_right = ("b" if array.batched else "" for array in (first, second))
        out = f"{in_left or in_right}{stack}" + (f"r{column}" if self.by_row else f"{column}r")
        sizes = {"s": s, "r": r, "c": c, "k": k}
        contraction = Contraction(f"{in_left}{stack}rk", f"{in_right}{stack}{column}k", out, sizes)
        made = places.builder.product(_filled(places, self.left), _filled(places, self.right), contraction)
        return ref(made.array, self.sums)


def _filled(places: Places, atoms: Index) -> Ref:
    """Atoms of one array, and zeros."""
    flat = atoms.ravel()
    there = np.flatnonzero(flat >= 0)
    read = places.ref(flat[there])
    if len(there) == len(flat):
        return read
    return places.builder.scatter([(read, there)], len(flat), read.array.batched)


def dense(places: Places, terms: Terms) -> Dense | None:
    """The sums of terms of two factors as parts of matrix products, if that is not much more than what is asked for."""
    assert terms.second is not None
    first, second = (places.builder.arrays[number] for number in terms.kind[1:])
    # Weights are views as they stand, and are not copied to stand among zeros.
    rigid = [not array.batched and first.batched != second.batched for array in (first, second)]
    ways = ((True, True), (False, False), (False, True), (True, False))
    for by_run in ways if terms.is_even else ways[1:]:
        found = _dense(places, terms, *by_run)
        sides = [] if found is None else [found.left, found.right]
        if sides and not any(is_rigid and (side < 0).any() for is_rigid, side in zip(rigid, sides, strict=True)):
            return found
    return None


def _dense(places: Places, terms: Terms, first_by_run: bool, second_by_run: bool) -> Dense | None:
    """Factors that stand in one sum are of one row, or of one column; or of one for each list of factors there is."""
    assert terms.second is not None
    sums = np.repeat(np.arange(len(terms.lengths)), terms.lengths)
    rows = _Side(places, terms.first, terms, sums, first_by_run)
    columns = _Side(places, terms.second, terms, sums, second_by_run)
    # Factors of one product stand at one place of the inner axis, of whatever row and column.
    of_row_nodes, of_column_nodes = _components(rows.nodes, columns.nodes)
    of_rows, of_columns = _components(rows.of_sums, columns.of_sums)
    stacks = np.unique(of_rows)
    stack_of_rows, stack_of_columns = np.searchsorted(stacks, of_rows), np.searchsorted(stacks, of_columns)
    stack = stack_of_rows[rows.of_sums]
    r, c = _ranks(stack_of_rows), _ranks(stack_of_columns)
    inner_stack = np.zeros(of_row_nodes.max() + 1, dtype=np.intp)
    inner_stack[of_row_nodes[rows.nodes]] = stack[sums]
    # In the order of the columns' factors.
    inner_order = np.full(len(inner_stack), len(places.atoms))
    np.minimum.at(inner_order, of_column_nodes[columns.nodes], places.position_of[terms.second])
    used = np.unique(of_row_nodes)
    by = used[np.lexsort((inner_order[used], inner_stack[used]))]
    k = np.zeros(len(inner_stack), dtype=np.intp)
    k[by] = _ranks(inner_stack[by])
    shape = len(stacks), r.max() + 1, c.max() + 1, k[used].max() + 1
    if not _pays(shape, terms):
        return None
    left = rows.matrix(terms.first, (shape[0], shape[1], shape[3]), (stack_of_rows, r), k[of_row_nodes])
    right = columns.matrix(terms.second, (shape[0], shape[2], shape[3]), (stack_of_columns, c), k[of_column_nodes])
    row, column = r[rows.of_sums], c[columns.of_sums]
    by_column, by_row = (stack * shape[2] + column) * shape[1] + row, (stack * shape[1] + row) * shape[2] + column
    if left is None or right is None or len(np.unique(by_row)) < len(by_row):
        return None
    meeting = np.einsum("srk,sck->src", (left >= 0).astype(int), (right >= 0).astype(int)).ravel()
    if (meeting[by_row] != terms.lengths).any():
        return None
    # What was written one after another shall lie side by side: it is mostly read together.
    turned = shape[2] > 1 and _neighbours(by_row) > _neighbours(by_column)
    return Dense(left, right, by_row if turned else by_column, bool(turned))


def _neighbours(places: Index) -> int:
    """How many places stand beside the one before."""
    return int((np.abs(np.diff(places)) == 1).sum())


def _pays(shape: tuple[int, ...], terms: Terms) -> bool:
    """Whether a product of this shape (stack, rows, columns, inner) is one, and not much more than the terms."""
    stack, rows, columns, inner = shape
    products = stack * rows * columns * inner
    if inner == 1:
        return min(rows, columns) > 1 and products == len(terms.first)
    return rows * columns > 1 and products <= WASTE * len(terms.first)


class _Side:
    """The rows, or the columns, that the factors on one side of products make.

    Attributes
    ----------
    of_sums : ndarray of int, shape (sums,)
        The row of each sum, numbered in the order of their first factors' positions.
    nodes : ndarray of int, shape (terms,)
        Equal where one factor stands in one row.
    """

    def __init__(self, places: Places, factors: Index, terms: Terms, sums: Index, by_run: bool) -> None:
        position = places.position_of[factors]
        if by_run:
            of_sums = _numbered([np.sort(own) for own in np.split(position, terms.starts[1:])])
        else:
            _, of_sums = _components(position, sums)
        first = np.full(of_sums.max() + 1, len(places.atoms))
        np.minimum.at(first, of_sums[sums], position)
        rank = np.empty(len(first), dtype=np.intp)
        rank[np.argsort(first, kind="stable")] = np.arange(len(first))
        self.of_sums = np.unique(rank[of_sums], return_inverse=True)[1]
        self._row = self.of_sums[sums]
        self.nodes = np.unique(self._row * (position.max() + 1) + position, return_inverse=True)[1]

    def matrix(
        self, factors: Index, shape: tuple[int, ...], of_rows: tuple[Index, Index], inner: Index
    ) -> Index | None:
        """The factors in their places, -1 in the others; None where two would have one."""
        made = np.full(shape, -1)
        stack, row = of_rows
        made[stack[self._row], row[self._row], inner[self.nodes]] = factors
        return made if int((made >= 0).sum()) == len(np.unique(self.nodes)) else None


def _numbered(lists: list[Index]) -> Index:
    """A number for each list, equal for equal ones."""
    numbers: dict[bytes, int] = {}
    return np.array([numbers.setdefault(own.tobytes(), len(numbers)) for own in lists])


def _ranks(groups: Index) -> Index:
    """For each how many of its group come before it."""
    order = np.argsort(groups, kind="stable")
    ranks = np.empty(len(groups), dtype=np.intp)
    ranks[order] = np.arange(len(groups)) - np.searchsorted(groups[order], groups[order])
    return ranks


def _components(first: Index, second: Index) -> tuple[Index, Index]:
    """Numbers of the parts that hang together, for the firsts and the seconds of pairs."""
    of_first, of_second = np.arange(first.max() + 1), np.zeros(second.max() + 1, dtype=np.intp)
    while True:
        of_second[:] = len(of_first)
        np.minimum.at(of_second, second, of_first[first])
        found = of_first.copy()
        np.minimum.at(found, first, of_second[second])
        found = found[found]
        if (found == of_first).all():
            return of_first, of_second
        of_first = found
