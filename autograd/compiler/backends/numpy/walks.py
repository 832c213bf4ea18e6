"""Walks in NumPy: a call of a ufunc for each step, forth and back, on rows of the tape, a row for each place.

What is called on which rows is decided once, in integers (`Walking`, `WalkingBack`); for each batch size the rows
become views of its buffers (`Forth`, `Back`), and a run is a loop over calls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ....namespaces import ARRAYS
from ...plan.walk import Operation, Steps
from ..base import Batch
from .runtime import RUNTIME
from .ways import ADD, MINUS_ONE, MULTIPLY, NEGATIVE, OTHER, RULE, SUBTRACT, Handed, Partials, WayBack

Rows = list[Any]
Function = Callable[..., Any]


def by_row(numbers: Batch) -> Batch:
    """Numbers with their places first: shape (places, samples), one sample where there is no batch."""
    return numbers.T if numbers.ndim == 2 else numbers.reshape(-1, 1)


def called(functions: Iterable[Function], first: Rows, second: Rows, results: Rows) -> None:
    """Call each function on its operands, of which the second may be None, and its result."""
    for function, a, b, out in zip(functions, first, second, results, strict=True):
        if b is None:
            function(a, out)
        else:
            function(a, b, out)


class Walking:
    """The steps of a walk, to be bound to a tape."""

    def __init__(self, steps: Steps) -> None:
        self._steps = steps

    def bound(self, tape: Batch) -> Forth:
        """The walk along a tape, shape (samples, places) or (places,)."""
        steps = self._steps
        rows: Rows = list(by_row(tape))
        known = [_function(operation) for operation in steps.operations]
        functions = [known[code] for code in steps.codes.tolist()]
        first: Rows = [rows[place] for place in steps.operands[:, 0].tolist()]
        second: Rows = [rows[place] for place in steps.operands[:, 1].tolist()]
        arities = steps.arities
        for k in np.flatnonzero(arities == 1).tolist():
            second[k] = None
        for k in np.flatnonzero(arities > 2).tolist():
            functions[k] = _of_many(functions[k], [rows[place] for place in steps.operands[k, : arities[k]].tolist()])
        return Forth(by_row(tape)[: steps.given], rows, functions, first, second, rows[steps.given :])


def _function(operation: Operation) -> Function:
    """An operation as a function that writes to its last argument."""
    function: Function = RUNTIME[operation.primitive.name]
    if not operation.numbers:
        return function
    if operation.numbers == (2.0,):
        return np.square
    return lambda a, out: function(a, *operation.numbers, out)


def _of_many(function: Function, operands: Rows) -> Function:
    return lambda a, b, out: function(*operands, out)


@dataclass(frozen=True)
class Forth:
    """A walk bound to its tape.

    Attributes
    ----------
    given : ndarray, shape (given, samples)
        The first places of the tape.
    rows : list of ndarray, shape (samples,)
        A view of each place of the tape.
    functions, first, second, results : list
        See `called`.
    """

    given: Batch
    rows: Rows
    functions: list[Function]
    first: Rows
    second: Rows
    results: Rows

    def run(self, given: Batch) -> None:
        """Compute the tape."""
        self.given[:] = by_row(given)
        called(self.functions, self.first, self.second, self.results)


class WalkingBack:
    """A way back, to be bound to the walk and to buffers."""

    def __init__(self, way: WayBack) -> None:
        self._way = way

    def bound(self, forth: Forth, tape: Batch, partials: Batch, adjoints: Batch, out: Batch) -> Back:
        """The way back over the tape of a walk; the sizes of `partials` and `adjoints` are said by `WayBack`."""
        way = self._way
        # Behind all rows stands what calls of one operand have for a second.
        rows = [*forth.rows, *by_row(partials), *by_row(adjoints), None]
        functions = [_CALLED[code] for code in way.calls[0]]
        columns = [functions, *([rows[number] for number in column] for column in way.calls[1:])]
        calls = [[column[block.start : block.stop] for column in columns] for block in way.blocks]
        return Back(way, by_row(tape), by_row(partials), by_row(adjoints), by_row(out), calls)


_CALLED = {MULTIPLY: np.multiply, ADD: np.add, SUBTRACT: np.subtract, NEGATIVE: np.negative}


@dataclass(frozen=True)
class Back:
    """A way back bound to its buffers, all of shape (places, samples); `calls` are each block's, see `called`."""

    way: WayBack
    tape: Batch
    partials: Batch
    adjoints: Batch
    out: Batch
    calls: list[list[Rows]]

    def run(self, seeds: Batch) -> None:
        """Compute the derivative by what was given."""
        self.adjoints[self.way.seed_rows] = by_row(seeds)[self.way.seeds]
        self.out[:] = 0.0
        for block, calls in zip(self.way.blocks, self.calls, strict=True):
            for partials in block.partials:
                self._compute(partials)
            called(*calls)
            for handed in block.handed:
                self._hand_on(handed)

    def _compute(self, made: Partials) -> None:
        operands = [self.tape[places] for places in made.operands]
        self.partials[made.slots] = made.operation.partial(ARRAYS, made.by, self.tape[made.results], operands)

    def _hand_on(self, handed: Handed) -> None:
        numbers = self.adjoints[handed.adjoints]
        if handed.kind in (OTHER, RULE):
            numbers *= (self.tape if handed.kind == OTHER else self.partials)[handed.factors]
        sums = np.add.reduceat(numbers, handed.starts, axis=0)
        if handed.kind == MINUS_ONE:
            self.out[handed.targets] -= sums
        else:
            self.out[handed.targets] += sums
