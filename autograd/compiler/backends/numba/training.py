"""Training: many steps down the gradient as one call of the machine: the rows of a batch, the plan, the update."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from ...one_by_one import of_floats
from ...plan.plan import Plan
from ..base import Batch
from ..rules import Rules
from .elementwise import address
from .machine import COUNT, HEAD, follow
from .memory import GRADIENT, INPUTS, PARAMETERS
from .native import Native, address_of, call, integers, kernel, pointer_to
from .program import Way
from .updates import DATA, GRAD, Unreadable, read

Order = npt.NDArray[np.int64]
_FLOATS = np.dtype(np.float64)
_BYTES = 8
_COLUMN = 5
"""So many words tell of a column: its base, where it is, how many numbers a row has, where rows go, if they do."""


class Stretch:
    """Batches to learn from.

    Parameters
    ----------
    words : ndarray of int
        What the machine reads: see `train`.
    held : tuple
        What there are addresses of in it.
    """

    def __init__(self, words: npt.NDArray[np.int64], held: tuple[Any, ...]) -> None:
        self._words, self._held = words, held
        self._told = np.zeros(2)

    def run(self) -> None:
        """Learn, without the interpreter's lock."""
        _runner()(self._words.ctypes.data, self._told.ctypes.data)

    @property
    def cost(self) -> float:
        """The sum of the costs of the samples learned from."""
        return float(self._told[0])

    @property
    def learned(self) -> int:
        """From how many batches; the next one's numbers are at fault where there is one, and it changed nothing."""
        return int(self._told[1])


class Training:
    """Samples, and what learns from them.

    Parameters
    ----------
    plan : Plan
        With a gradient.
    data : sequence of ndarray, shape (samples, n)
        One for each argument but for those that each epoch gives.
    rules : Rules
    vectors : sequence of str
        Those of the rules' state.
    learned : slice
        The parameters that are changed; the others stay as they are.

    Raises
    ------
    Unreadable
        If the rules' update is not elementwise, or an operation of the plan is of floats alone.
    """

    def __init__(self, plan: Plan, data: Sequence[Batch], rules: Rules, vectors: Sequence[str], learned: slice) -> None:
        assert plan.cost is not None
        read(rules, vectors, np.arange(1, 3))
        if of_floats(plan):
            raise Unreadable
        self._rules, self._vectors, self._learned = rules, vectors, learned
        self._way = Way(replace(plan, output=plan.cost), _FLOATS)
        self._data = [np.ascontiguousarray(column, dtype=_FLOATS) for column in data]
        self._gradient = np.empty(plan.parameters.size)
        self._rooms: dict[tuple[int, int], Batch] = {}

    def stretch(
        self,
        order: Order,
        rate: float,
        parameters: Batch,
        state: Mapping[str, Batch],
        steps: int,
        fresh: Sequence[Batch] = (),
    ) -> Stretch:
        """Make ready to learn from batch after batch, up to one that the machine objects to.

        Parameters
        ----------
        order : ndarray of int, shape (batches, rows)
            The samples of each.
        rate : float
            The learning rate.
        parameters : ndarray, shape (parameters,)
            Changed in place, and so are the vectors of the state, shape (learned,).
        state : mapping of str to ndarray
        steps : int
            How many there were before.
        fresh : sequence of ndarray, shape (samples, n)
            The arguments that are others in each epoch.
        """
        order = np.ascontiguousarray(order, dtype=np.int64)
        count, rows = order.shape
        run = self._way.prepared(rows, parameters, self._gradient)
        updates, numbers = read(self._rules.at(rate), self._vectors, np.arange(steps + 1, steps + count + 1))
        table = np.empty((count, max(len(numbers), 1)))
        for place, number in enumerate(numbers):
            table[:, place] = number
        own = run.state[HEAD : HEAD + int(run.state[COUNT])].tolist()
        bases = [*own, table.ctypes.data, *(state[name].ctypes.data for name in self._vectors)]
        given, working = np.array([bases, bases], dtype=np.int64)
        columns = [*self._data, *(np.ascontiguousarray(column, dtype=_FLOATS) for column in fresh)]
        code = self._update(updates, len(own))
        words = [count, rows, len(columns), order.ctypes.data, *run.state[:3], len(bases)]
        words += [given.ctypes.data, working.ctypes.data, code.ctypes.data, code.ctypes.data + code.nbytes]
        words += [len(own), _BYTES * table.shape[1]]
        for place, column in enumerate(columns):
            words += self._told(place, column, rows)
        held = (self, run, order, table, given, working, columns, code, parameters, state)
        return Stretch(np.array(words, dtype=np.int64), held)

    def _told(self, place: int, column: Batch, rows: int) -> list[int]:
        """The words that tell of a column; of batches of one the rows are read where they are."""
        width = column.shape[1]
        room = self._rooms.setdefault((place, rows), np.empty((rows, width)))
        return [INPUTS + place, column.ctypes.data, width, room.ctypes.data, int(rows > 1)]

    def _update(self, updates: Sequence[Any], table: int) -> npt.NDArray[np.int64]:
        """The instructions of the update, for a table of numbers at this base and vectors at those behind it."""
        count = self._learned.stop - self._learned.start
        here, start = {name: (table + 1 + k, 0, 0, 0, 1) for k, name in enumerate(self._vectors)}, self._learned.start
        here |= {DATA: (PARAMETERS, _BYTES * start, 0, 0, 1), GRAD: (GRADIENT, _BYTES * start, 0, 0, 1)}
        code: list[int] = []
        for update in updates:
            told = [here[one] if isinstance(one, str) else (table, _BYTES * one, 0, 0, 0) for one in update.operands]
            words = [1, 1, count, *here[update.out], *(word for operand in told for word in operand)]
            code += [address(update.primitive, [None] * len(told), _FLOATS)(), len(words) + 2, *words]
        return np.array(code, dtype=np.int64)


@cache
def _runner() -> Callable[[int, int], int]:
    """``run(words, told)`` of addresses, without the interpreter's lock."""
    function: Callable[[int, int], int] = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p, ctypes.c_void_p)(
        train().address
    )
    return function


@cache
def train() -> Native:
    """The kernel that learns by the words that `Training.stretch` writes; it tells the cost and the batches learned."""
    numbers = pointer_to(_FLOATS)

    def training_train(words: Any, told_at: Any) -> int:
        count, rows, columns, at_order, start, stop = words[0], words[1], words[2], words[3], words[4], words[5]
        cost, bases, given, working, begin, end = words[6], words[7], words[8], words[9], words[10], words[11]
        table, table_row, told = words[12], words[13], numbers(address_of(told_at))
        first, then, order, mean = integers(given), integers(working), integers(at_order), numbers(cost)
        for step in range(count):
            for k in range(columns):
                here = 14 + _COLUMN * k
                base, data, width, room, moves = (
                    words[here], words[here + 1], words[here + 2], words[here + 3], words[here + 4]
                )  # fmt: skip
                if moves == 0:
                    first[base] = data + _BYTES * width * order[step]
                    continue
                first[base] = room
                into = numbers(room)
                for row in range(rows):
                    taken = numbers(data + _BYTES * width * order[step * rows + row])
                    for j in range(width):
                        into[row * width + j] = taken[j]
            for k in range(bases):
                then[k] = first[k]
            if follow(start, stop, then) != 0:
                return 0
            told[0] += mean[0] * rows
            at = begin
            while at < end:  # what is not finite is told by the next batch
                instruction = integers(at)
                call(instruction[0], instruction, then)
                at += _BYTES * instruction[1]
            first[table] += table_row
            told[1] += 1.0
        return 0

    return kernel(training_train)
