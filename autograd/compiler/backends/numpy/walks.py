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
from ...plan.patterns import Index
from ...plan.walk import Operation, Steps
from ..base import Batch
from .runtime import function_of
from .ways import (
    ADD,
    DIVIDE,
    MINUS_ONE,
    MULTIPLY,
    NEGATIVE,
    ONE,
    OTHER,
    OVER,
    RULE,
    SUBTRACT,
    Handed,
    Partials,
    WayBack,
    rows_beside,
)

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
    """The steps of a walk, to be bound to a tape.

    Parameters
    ----------
    steps : Steps
    kept : ndarray of int, optional
        The places that are read when all steps are done, if not all of them are. Steps to others go over a few rows
        beside the tape, which stay in the processor's cache.

    Attributes
    ----------
    beside : int
        How many such rows there are.
    """

    def __init__(self, steps: Steps, kept: Index | None = None) -> None:
        self._steps = steps
        # For each place its row beside the tape, or -1 for its own on it.
        self._beside = None if kept is None else rows_beside(steps, kept)
        self.beside = 0 if self._beside is None else max(self._beside, default=-1) + 1

    def bound(self, tape: Batch, beside: Batch) -> Forth:
        """The walk along a tape, shape (samples, places) or (places,)."""
        steps = self._steps
        rows = self._rows(by_row(tape), by_row(beside))
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

    def _rows(self, tape: Batch, beside: Batch) -> Rows:
        if self._beside is None:
            return list(tape)
        spare = list(beside)
        return [tape[place] if row < 0 else spare[row] for place, row in enumerate(self._beside)]


def _function(operation: Operation) -> Function:
    """An operation as a function that writes to its last argument."""
    function: Function = function_of(operation.primitive)
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
        way, samples = self._way, by_row(tape).shape[1]
        # Behind all rows stands what calls of one operand have for a second.
        rows = [*forth.rows, *by_row(partials), *by_row(adjoints), None]
        at_once = max(1, _CACHED // samples)
        blocks = []
        for block in way.blocks:
            made = [part for whole in block.partials for part in whole.parts(at_once)]
            functions, *numbers = (column[block.start : block.stop] for column in way.calls)
            calls = [[_CALLED[code] for code in functions], *([rows[number] for number in own] for own in numbers)]
            if samples >= _MANY:
                for handed in block.handed:
                    _add_calls(calls, handed, way, rows, by_row(out))
            blocks.append((made, calls, block.handed if samples < _MANY else []))
        return Back(way, by_row(tape), by_row(partials), by_row(adjoints), by_row(out), blocks)


def _add_calls(calls: list[Rows], handed: Handed, way: WayBack, rows: Rows, out: Batch) -> None:
    """What is handed on, edge by edge."""
    factor_from, adjoint_from = (way.size if handed.kind == RULE else 0), way.size + way.partials
    product = rows[adjoint_from]
    edges = zip(handed.factors.tolist(), handed.adjoints.tolist(), handed.targets.tolist(), strict=True)
    for factor, adjoint, target in edges:
        part, own = rows[adjoint_from + adjoint], out[target]
        if handed.kind == OVER:
            _append(calls, np.divide, part, rows[factor], product)
        elif handed.kind in (OTHER, RULE):
            _append(calls, np.multiply, rows[factor_from + factor], part, product)
        part = part if handed.kind in (ONE, MINUS_ONE) else product
        _append(calls, np.subtract if handed.kind == MINUS_ONE else np.add, own, part, own)


def _append(calls: list[Rows], *call: Any) -> None:
    for column, thing in zip(calls, call, strict=True):
        column.append(thing)


_MANY = 128
"""From so many samples on calls for each row are quicker than gathering the rows of many."""
_CACHED = 2**13
"""Of so many numbers partials are computed at once, which stay in the processor's cache."""
_CALLED = {
    MULTIPLY: np.multiply,
    DIVIDE: np.divide,
    ADD: np.add,
    SUBTRACT: np.subtract,
    NEGATIVE: np.negative,
}


@dataclass(frozen=True)
class Back:
    """A way back bound to its buffers, all of shape (places, samples); a block's calls are such as `called` takes."""

    way: WayBack
    tape: Batch
    partials: Batch
    adjoints: Batch
    out: Batch
    blocks: list[tuple[list[Partials], list[Rows], list[Handed]]]

    def run(self, seeds: Batch) -> None:
        """Compute the derivative by what was given."""
        self.adjoints[self.way.seed_rows] = by_row(seeds)[self.way.seeds]
        self.out[:] = 0.0
        for partials, calls, handed in self.blocks:
            for made in partials:
                self._compute(made)
            called(*calls)
            for given in handed:
                self._hand_on(given)

    def _compute(self, made: Partials) -> None:
        operands = [self.tape[places] for places in made.operands]
        self.partials[made.slots] = made.operation.partial(ARRAYS, made.by, self.tape[made.results], operands)

    def _hand_on(self, handed: Handed) -> None:
        numbers = self.adjoints[handed.adjoints]
        if handed.kind == OVER:
            numbers /= self.tape[handed.factors]
        elif handed.kind in (OTHER, RULE):
            numbers *= (self.tape if handed.kind == OTHER else self.partials)[handed.factors]
        starts = handed.starts
        sums, targets = np.add.reduceat(numbers, starts, axis=0), handed.targets[starts]
        if handed.kind == MINUS_ONE:
            self.out[targets] -= sums
        else:
            self.out[targets] += sums
