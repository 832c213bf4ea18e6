"""Ways: what the way back over a walk calls on which rows, decided once in integers.

The partials that take more than a product are not computed step by step: those of one kind are computed at once, for
a block of steps. So is what is handed on to places that were given, which no later step needs. What remains for each
step is to add products to the adjoints of the places that it read.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ...plan.patterns import Index
from ...plan.walk import Operation, Steps, WalkBack

BLOCK = 256
"""From how many partials, or numbers handed on, a block ends."""

ONE, MINUS_ONE, OTHER, OVER, RULE = "one", "minus one", "the other operand", "over the other operand", "by its rule"

FACTORS: dict[str, tuple[str, ...]] = {
    "add": (ONE, ONE),
    "subtract": (ONE, MINUS_ONE),
    "multiply": (OTHER, OTHER),
    "divide": (OVER, RULE),
    "negative": (MINUS_ONE,),
    "positive_of": (ONE,),
}
"""The partials that need no computing, by the operation's name and the operand."""

MULTIPLY, DIVIDE, ADD, SUBTRACT, NEGATIVE = range(5)
"""The calls that there are; the last has one operand."""

_NOBODY = -1


class Partials(NamedTuple):
    """The partials of one operation by one operand for several steps.

    Attributes
    ----------
    operation : Operation
    by : int
        Which operand.
    results : ndarray of int, shape (steps,)
        The steps' places on the tape.
    operands : list of ndarray of int, shape (steps,)
        Those of their operands.
    slots : ndarray of int, shape (steps,)
        Where the partials go: rows of the block's partials.
    """

    operation: Operation
    by: int
    results: Index
    operands: list[Index]
    slots: Index

    def parts(self, count: int) -> Iterator[Partials]:
        """So many of them at once."""
        for own in _slices(len(self.slots), count):
            operands = [places[own] for places in self.operands]
            yield self._replace(results=self.results[own], operands=operands, slots=self.slots[own])


class Handed(NamedTuple):
    """What steps hand on to places that were given: the adjoint times a factor, summed for each target.

    Attributes
    ----------
    kind : str
        What the factor is.
    factors : ndarray of int, shape (edges,)
        Its row of the tape (of its inverse where it is `OVER`), or of the partials where it is `RULE`; of no meaning
        where it is a number.
    adjoints : ndarray of int, shape (edges,)
        The rows of the steps' adjoints.
    targets : ndarray of int, shape (edges,)
        In order.
    starts : ndarray of int, shape (different targets,)
        Where the edges of each begin.
    """

    kind: str
    factors: Index
    adjoints: Index
    targets: Index
    starts: Index


def _slices(length: int, count: int) -> Iterator[slice]:
    return (slice(start, start + count) for start in range(0, length, count))


class Block(NamedTuple):
    """Some steps: their partials are computed, the calls from `start` to `stop` made, then the rest handed on."""

    partials: list[Partials]
    start: int
    stop: int
    handed: list[Handed]


@dataclass
class _Collected:
    """A block in the making: steps by operation and operand, with their slots; edges to what was given, by kind.

    `sources` are the adjoints' rows that these edges begin at.
    """

    start: int
    slots: int = 0
    edges: int = 0

    def __post_init__(self) -> None:
        self.steps: dict[tuple[int, int], tuple[list[int], list[int]]] = {}
        self.handed: dict[str, tuple[list[int], list[int], list[int]]] = {}
        self.sources: set[int] = set()

    def partial(self, code: int, index: int, step: int) -> int:
        """Note a partial to be computed; returns its slot."""
        steps, slots = self.steps.setdefault((code, index), ([], []))
        steps.append(step)
        slots.append(self.slots)
        self.slots += 1
        return slots[-1]

    def hand_on(self, kind: str, factor: int, adjoint: int, target: int) -> None:
        """Note what goes to a place that was given."""
        for column, number in zip(self.handed.setdefault(kind, ([], [], [])), (factor, adjoint, target), strict=True):
            column.append(number)
        self.edges += 1
        self.sources.add(adjoint)


class WayBack:
    """The way back as calls on numbered rows: those of the tape, of partials, and of adjoints.

    A place that is only added to something has the very adjoint of that, and no row of its own. A row whose places
    have all handed on what they have is used again.

    Attributes
    ----------
    size : int
        The length of the tape.
    partials, adjoints : int
        How many rows there are for them; the first of the adjoints' is for products on their way into a sum.
    seeds, seed_rows : ndarray of int
        Which of the derivatives that the way begins with take part, and the adjoints' rows that they go to.
    calls : tuple of four array of int
        Which call, its two operands and its result, by their rows.
    blocks : list of Block
    """

    def __init__(self, back: WalkBack) -> None:
        self._steps, self._active, self.size = back.steps, back.active.tolist(), back.steps.size
        slots = [self._edges(code).count(RULE) for code in range(len(back.steps.operations))]
        needed = int(np.array(slots, dtype=np.intp)[back.steps.codes].sum())
        self.partials = min(needed, BLOCK + max(slots, default=0))
        self.adjoints = 1
        # The row of each place's adjoint, as far as it has been added up; of each row, how many places have it.
        self._row = array("i", [_NOBODY]) * back.steps.size
        self._users: dict[int, int] = {}
        self._free: list[int] = []
        # Rows that nobody has any more, but that what is handed on at the end of the block is read from.
        self._left: list[int] = []
        self.seeds = np.flatnonzero(back.active[back.seeded])
        seeded = back.seeded[self.seeds].tolist()
        for place in seeded:
            self._row[place] = self._new_row()
        self.seed_rows = np.array([self._local(self._row[place]) for place in seeded], dtype=np.intp)
        self._own = bytearray(back.steps.size)
        for place in seeded:
            self._own[place] = 1
        self.calls = (array("i"), array("i"), array("i"), array("i"))
        self.blocks: list[Block] = []
        self._decide()

    def _edges(self, code: int) -> list[str]:
        """What the partial by each operand is; empty where it is 0 everywhere."""
        operation = self._steps.operations[code]
        kinds = FACTORS.get(operation.primitive.name, (RULE,) * operation.arity)
        return ["" if operation.is_flat(i) else kind for i, kind in enumerate(kinds)]

    def _new_row(self) -> int:
        """A row for the adjoint of one place."""
        if self._free:
            row = self._free.pop()
        else:
            row = self._steps.size + self.partials + self.adjoints
            self.adjoints += 1
        self._users[row] = 1
        return row

    def _leave(self, row: int, block: _Collected) -> None:
        """One place less has this row."""
        self._users[row] -= 1
        if not self._users[row]:
            (self._left if row in block.sources else self._free).append(row)

    def _local(self, row: int) -> int:
        """A row of the adjoints, counted from their first."""
        return row - self._steps.size - self.partials

    def _decide(self) -> None:
        steps, active = self._steps, self._active
        edges = [
            [(i, kind) for i, kind in enumerate(self._edges(code)) if kind] for code in range(len(steps.operations))
        ]
        block = _Collected(0)
        for place, code, operands in steps.back():
            if not active[place]:
                continue
            adjoint = self._row[place]
            for i, kind in edges[code]:
                target = operands[i]
                if not active[target]:
                    continue
                factor = _NOBODY
                if kind is OTHER or kind is OVER:
                    factor = operands[1 - i]
                elif kind is RULE:
                    factor = block.partial(code, i, place)
                if target < steps.given:
                    block.hand_on(kind, factor, adjoint, target)
                else:
                    self._pass_on(kind, factor + steps.size if kind is RULE else factor, adjoint, target, block)
            self._leave(adjoint, block)
            if block.slots >= BLOCK or block.edges >= BLOCK:
                block = self._closed(block)
        self._closed(block)

    def _pass_on(self, kind: str, factor: int, adjoint: int, target: int, block: _Collected) -> None:
        """The calls that add a step's adjoint, times the partial, to that of a place that it read."""
        so_far = self._row[target]
        if so_far == _NOBODY and kind is ONE:
            self._row[target] = adjoint
            self._users[adjoint] += 1
            return
        own = so_far
        if not self._own[target]:
            self._own[target] = 1
            own = self._row[target] = self._new_row()
            if so_far != _NOBODY:
                self._leave(so_far, block)
        scaled = (DIVIDE, adjoint, factor) if kind is OVER else (MULTIPLY, factor, adjoint)
        if so_far == _NOBODY:
            self._call(*(NEGATIVE, adjoint, _NOBODY) if kind is MINUS_ONE else scaled, own)
        elif kind is ONE or kind is MINUS_ONE:
            self._call(ADD if kind is ONE else SUBTRACT, so_far, adjoint, own)
        else:
            product = own if so_far != own else self._steps.size + self.partials
            self._call(*scaled, product)
            self._call(ADD, so_far, product, own)

    def _call(self, function: int, first: int, second: int, result: int) -> None:
        functions, firsts, seconds, results = self.calls
        functions.append(function)
        firsts.append(first)
        seconds.append(second)
        results.append(result)

    def _closed(self, block: _Collected) -> _Collected:
        """Add what was collected as a block; returns the next."""
        partials = [self._partials(*key, *own) for key, own in block.steps.items()]
        handed = [self._handed(kind, *own) for kind, own in block.handed.items()]
        stop = len(self.calls[0])
        self.blocks.append(Block(partials, block.start, stop, handed))
        self._free += self._left
        self._left.clear()
        return _Collected(stop)

    def _partials(self, code: int, index: int, places: Sequence[int], slots: Sequence[int]) -> Partials:
        results, operation = np.array(places, dtype=np.intp), self._steps.operations[code]
        operands = self._steps.operands[results - self._steps.given].astype(np.intp)
        columns = [operands[:, i] for i in range(operation.arity)]
        return Partials(operation, index, results, columns, np.array(slots, dtype=np.intp))

    def _handed(self, kind: str, factors: Sequence[int], adjoints: Sequence[int], targets: Sequence[int]) -> Handed:
        order = np.argsort(targets, kind="stable")
        factor, target = np.array(factors, dtype=np.intp)[order], np.array(targets, dtype=np.intp)[order]
        adjoint = np.array(adjoints, dtype=np.intp)[order] - self._steps.size - self.partials
        return Handed(kind, factor, adjoint, target, np.flatnonzero(np.diff(target, prepend=_NOBODY)))


def rows_beside(steps: Steps, kept: Index) -> array[int]:
    """For each place of a tape a row beside it, used again when nobody reads it any more, or -1 for what is kept."""
    last = np.zeros(steps.size, dtype=np.int32)
    for column in steps.operands.T:
        np.maximum.at(last, column, steps.given + np.arange(steps.count, dtype=np.int32))
    last[: steps.given] = last[kept] = steps.size
    reads, rows = last.tolist(), array("q", [_NOBODY]) * steps.size
    free, count = list[int](), 0
    for place, _, operands in steps.forth():
        if reads[place] < steps.size:
            if free:
                rows[place] = free.pop()
            else:
                rows[place], count = count, count + 1
        for own in {place, *operands} if reads[place] == 0 else set(operands):
            if reads[own] <= place:
                free.append(rows[own])
    return rows
