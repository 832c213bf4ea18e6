"""Recurrences: steps that depend on the step before, found among atoms, and checked in every step.

Of the operations that repeat, those that depend on themselves a step before are the steps of a loop. What they read
besides is computed before it, for all steps at once; what reads them, behind it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from .components import components
from .periods import MIN_STEPS, Mask, Operations, Run, operations_of, periods_of, runs_of
from .plan.patterns import Index
from .scalars import NONE, Atom

MOST_BEHIND = 4
"""How many steps before its own a step may read the states of."""


@dataclass(frozen=True, eq=False)
class Slot:
    """An operation of every step.

    Attributes
    ----------
    columns : ndarray of int, shape (steps, operands)
        The atoms that it reads in each step, as in `Operations`.
    factors : ndarray of float, shape (steps, operands)
        The coefficients of a sum's terms, at their first factors.
    """

    columns: Index
    factors: np.ndarray[tuple[int, int], np.dtype[np.float64]]


@dataclass(frozen=True, eq=False)
class Recurrence:
    """Steps that are alike and depend on the step before.

    Attributes
    ----------
    atoms : ndarray of int, shape (steps, slots)
        Those of each step, in an order in which they can be computed.
    slots : list of Slot
    before : dict of (int, int) to int
        By slot and how many steps before the first one: the atoms that stand for it there.
    start : int
        How many steps like these come before the first.
    """

    atoms: Index
    slots: list[Slot]
    before: dict[tuple[int, int], int]
    start: int

    @property
    def steps(self) -> int:
        """How many there are."""
        return len(self.atoms)


def recurrences_of(atoms: Sequence[Atom]) -> list[Recurrence]:
    """Those among atoms, no two of which share one."""
    if max((atom.level for atom in atoms), default=0) < MIN_STEPS:
        return []
    operations = operations_of(atoms)
    free = np.ones(operations.count, dtype=np.bool_)
    found: list[Recurrence] = []
    for period in periods_of(operations, free):
        waiting = list(runs_of(operations, period, free))
        while waiting:
            made = list(_in_run(atoms, operations, waiting.pop()))
            for recurrence in made:
                free[operations.place[recurrence.atoms.ravel()]] = False
            found += made
            if made:
                waiting = list(runs_of(operations, period, free))
    return found


@dataclass(frozen=True, eq=False)
class _Edges:
    """Reads of operations that repeat, by operations that repeat, as many steps behind in each step.

    Attributes
    ----------
    reader, read : ndarray of int
        Slots of the run.
    column : ndarray of int
        Which of the reader's operands it is.
    behind : ndarray of int
        How many steps.
    since : ndarray of int
        From which step on it is so.
    """

    reader: Index
    read: Index
    column: Index
    behind: Index
    since: Index

    def where(self, chosen: Mask) -> _Edges:
        """Some of them."""
        columns = (self.reader, self.read, self.column, self.behind, self.since)
        return _Edges(*(column[chosen] for column in columns))


def _edges(operations: Operations, run: Run) -> _Edges:
    starts = operations.starts
    first, last = starts[run.start], starts[run.start + run.period]
    places = operations.place[operations.reads[first : first + (last - first) * run.steps]].reshape(run.steps, -1)
    moved = (np.diff(places, axis=0) == run.period) & (places[:-1] >= 0)
    # The last step whose read does not follow from the step before.
    since = np.where(moved.all(axis=0), 0, run.steps - 1 - np.argmin(moved[::-1], axis=0))
    at = places[-1] - run.start
    behind = run.steps - 1 - at // run.period
    counts = np.diff(starts[run.start : run.start + run.period + 1])
    reader = np.repeat(np.arange(run.period), counts)
    column = np.arange(len(reader)) - np.repeat(np.cumsum(counts) - counts, counts)
    own = (since <= run.steps - MIN_STEPS) & (at >= 0) & (behind <= MOST_BEHIND)
    return _Edges(reader, at % run.period, column, behind, since).where(own)


def _in_run(atoms: Sequence[Atom], operations: Operations, run: Run) -> Iterator[Recurrence]:
    edges = _edges(operations, run)
    for slots in components(run.period, edges.read, edges.reader):
        recurrence = _of_slots(atoms, operations, run, edges, np.array(slots, dtype=np.intp))
        if recurrence is not None and _is_closed(operations, recurrence):
            yield recurrence


def _is_closed(operations: Operations, recurrence: Recurrence) -> bool:
    """Whether what steps read besides one another can be computed before the first of them."""
    own = operations.place[recurrence.atoms.ravel()]
    first, last = int(own.min()), int(own.max())
    starts = operations.starts[first : last + 2].tolist()
    reads = (operations.place[operations.reads[starts[0] : starts[-1]]] - first).tolist()
    inside, later = bytearray(last + 1 - first), bytearray(last + 1 - first)
    for place in (own - first).tolist():
        inside[place] = 1
    begin = starts[0]
    for place in range(last + 1 - first):
        some = [read for read in reads[starts[place] - begin : starts[place + 1] - begin] if read >= 0 and later[read]]
        if inside[place]:
            if not all(map(inside.__getitem__, some)):
                return False
            later[place] = 1
        elif some:
            later[place] = 1
    return True


def _of_slots(
    atoms: Sequence[Atom], operations: Operations, run: Run, edges: _Edges, slots: Index
) -> Recurrence | None:
    """The recurrence of operations that depend on one another."""
    inside = np.zeros(run.period, dtype=np.bool_)
    inside[slots] = True
    edges = edges.where(inside[edges.read] & inside[edges.reader])
    if not len(edges.read) or any(atoms[n].kind in ("choose", "log_softmax") for n in _atoms(operations, run, slots)):
        return None
    moved, depth = _retimed(atoms, operations, run, edges, slots)
    since = np.zeros(run.period, dtype=np.intp)
    np.maximum.at(since, edges.reader, edges.since)
    often = (run.stop - run.start - slots + run.period - 1) // run.period
    start, stop = int((since + moved)[slots].max()), int((often + moved[slots]).min())
    slots = slots[np.lexsort((slots, depth[slots]))]
    table = _Table(operations, run, slots, moved, edges)
    while stop - start >= MIN_STEPS:
        recurrence = table.recurrence(start, stop)
        holds = np.zeros(0, dtype=np.bool_) if recurrence is None else table.holding(recurrence, len(atoms))
        if recurrence is None:
            start += 1
        elif holds.all():
            return None if _are_layers(atoms, recurrence) else recurrence
        else:
            first, last = _longest(holds)
            start, stop = start + first, start + last
    return None


class _Table:
    """The operations of a recurrence by step and slot, and what each is to read."""

    def __init__(self, operations: Operations, run: Run, slots: Index, moved: Index, edges: _Edges) -> None:
        self._operations, self._run, self._slots, self._moved = operations, run, slots, moved
        behind = edges.behind + moved[edges.reader] - moved[edges.read]
        order = np.full(run.period, NONE)
        order[slots] = np.arange(len(slots))
        self._most = {int(order[slot]): most for slot, most in _most(edges.read, behind).items()}
        # By reader and column: which slot, and how many steps behind.
        keys = zip(order[edges.reader].tolist(), edges.column.tolist(), strict=True)
        self._reads = dict(zip(keys, zip(order[edges.read].tolist(), behind.tolist(), strict=True), strict=True))

    def _places(self, times: Index) -> Index:
        """The places of the operations of some steps, shape (steps, slots)."""
        places: Index = self._run.start + (times[:, None] - self._moved[self._slots]) * self._run.period + self._slots
        return places

    def recurrence(self, start: int, stop: int) -> Recurrence | None:
        """The steps from one to before another; None where there is nothing that could stand for states before."""
        places = self._places(np.arange(start, stop))
        before = {}
        for slot, most in self._most.items():
            for back in range(1, most + 1):
                place = int(self._places(np.array([start - back]))[0, slot])
                if place < 0:
                    return None
                before[slot, back] = int(self._operations.numbers[place])
        slots = [_slot(self._operations, places[:, k]) for k in range(len(self._slots))]
        return Recurrence(self._operations.numbers[places], slots, before, start)

    def holding(self, recurrence: Recurrence, count: int) -> Mask:
        """In which steps all slots read what they are to read of the steps before, and nothing else of any step."""
        inside = np.zeros(count + 1, dtype=np.bool_)
        inside[recurrence.atoms.ravel()] = True
        holds = np.ones(recurrence.steps, dtype=np.bool_)
        for k, slot in enumerate(recurrence.slots):
            for column, found in enumerate(slot.columns.T):
                if (k, column) not in self._reads:
                    holds &= ~inside[found]
                    continue
                read, behind = self._reads[k, column]
                first = [recurrence.before[read, back] for back in range(behind, 0, -1)]
                holds &= found == np.concatenate([first, recurrence.atoms[: recurrence.steps - behind, read]])
        return holds


def _longest(holds: Mask) -> tuple[int, int]:
    """Where the longest run begins and ends."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], holds, [False]]).astype(np.int8))).reshape(-1, 2)
    if not len(edges):
        return 0, 0
    first, last = edges[np.argmax(edges[:, 1] - edges[:, 0])].tolist()
    return first, last


def _atoms(operations: Operations, run: Run, slots: Index) -> list[int]:
    numbers: list[int] = operations.numbers[run.start + (run.steps - 1) * run.period + slots].tolist()
    return numbers


def _most(read: Index, behind: Index) -> dict[int, int]:
    """The most steps that each slot is read behind."""
    most: dict[int, int] = defaultdict(int)
    for slot, back in zip(read.tolist(), behind.tolist(), strict=True):
        most[slot] = max(most[slot], back)
    return most


def _slot(operations: Operations, at: Index) -> Slot:
    starts = operations.starts
    count = int(starts[at[0] + 1] - starts[at[0]])
    rows = starts[at][:, None] + np.arange(count)
    return Slot(operations.reads[rows], operations.factors[rows])


def _retimed(
    atoms: Sequence[Atom], operations: Operations, run: Run, edges: _Edges, slots: Index
) -> tuple[Index, Index]:
    """How many steps each slot is moved so that a step is what lies between two cuts through all cycles, and its depth.

    The order of recording follows operands down to the first of them: a step then has some of the next one's
    operations. By how deep operations lie they are sorted into steps such that few numbers are carried from one to
    the next.
    """
    moved, depth = np.zeros(run.period, dtype=np.intp), np.zeros(run.period, dtype=np.intp)
    own = _levels(atoms, operations, run, slots, run.steps - 1)
    grown = own - _levels(atoms, operations, run, slots, run.steps - 2)
    level = np.zeros(run.period, dtype=np.intp)
    level[slots] = own - own.min()
    step = int(grown[0])
    rises = level[edges.reader] > level[edges.read] - step * edges.behind
    if (grown != step).any() or step < 1 or not rises.all():
        depth[slots] = slots
        return moved, depth
    best = None
    for cut in range(step):
        steps = (level - cut) // step
        carried = sum(_most(edges.read, edges.behind + steps[edges.reader] - steps[edges.read]).values())
        if best is None or carried < best:
            best, moved, depth = carried, steps, (level - cut) % step
    return moved, depth


def _levels(atoms: Sequence[Atom], operations: Operations, run: Run, slots: Index, step: int) -> Index:
    numbers = operations.numbers[run.start + step * run.period + slots]
    return np.array([atoms[number].level for number in numbers.tolist()], dtype=np.intp)


def _are_layers(atoms: Sequence[Atom], recurrence: Recurrence) -> bool:
    """Whether states are multiplied by weights of each step's own, as in the layers of a network."""
    inside = np.zeros(len(atoms) + 1, dtype=np.bool_)
    inside[recurrence.atoms.ravel()] = True
    for slot, number in zip(recurrence.slots, recurrence.atoms[-1].tolist(), strict=True):
        if atoms[number].terms:
            first, last = slot.columns[0].tolist(), slot.columns[-1].tolist()
            for k in range(0, len(last), 2):
                for own, other in ((k, k + 1), (k + 1, k)):
                    is_each = last[own] != NONE and last[own] != first[own] and atoms[last[own]].kind == "parameter"
                    if is_each and last[other] != NONE and inside[last[other]]:
                        return True
    return False
