"""Program: a plan run by the machine; what it objects to is run by NumPy, which knows what that means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from ...finish import finished
from ...plan.plan import Plan
from ..base import CHUNK_BYTES, Batch
from ..numpy.program import NumPyProgram
from .amounts import ONE, ROWS
from .encode import Template, encoded
from .entry import NOT_IN_ORDER, entry
from .machine import repeated, running
from .memory import INPUTS
from .products import ENOUGH_AT_ONCE

_KEPT_BYTES = 2 * CHUNK_BYTES
"""What the runs that are kept may take together."""
PART_BYTES = 2**20
"""What the numbers of a batch may take at once: more come in parts, which stay in the processor's cache."""
LEAST_ROWS = 64
_MOST_TOLD_APART = 256
"""For batches of more rows there are no further instructions."""


class _Encoded(NamedTuple):
    """Instructions, and the numbers and integers that stand in them."""

    template: Template
    constants: np.ndarray[Any, np.dtype[np.uint8]]


@dataclass(frozen=True)
class _Run:
    """A template for one batch size, and what it is bound to.

    Attributes
    ----------
    state : ndarray of int
        See `machine`.
    held : tuple
        The arrays that the state has addresses of.
    outputs : ndarray
        Where these are written.
    """

    state: np.ndarray[Any, np.dtype[np.int64]]
    held: tuple[Any, ...]
    outputs: Batch
    bytes: int


class Way:
    """The outputs of a plan or its gradient, with runs for the batch sizes, parameters and gradients asked for last."""

    def __init__(self, plan: Plan, dtype: np.dtype[Any]) -> None:
        self._dtype, self._plan = dtype, plan
        self._templates: dict[int, _Encoded] = {}
        self._kept: dict[tuple[int, int, int], _Run] = {}
        self._widths = {array.source: array.size for array in plan.arrays if array.kind == "input"}
        self._run = entry(dtype)
        self._outputs = plan.output.size if plan.cost is None else 0
        self._batched = plan.output.array.batched and plan.cost is None

    @cached_property
    def rows_at_once(self) -> int:
        """See `backends.base.Program`."""
        template = self.template(ENOUGH_AT_ONCE).template
        row_bytes = self._dtype.itemsize * self._outputs + (0 if template.in_parts else template.row_bytes)
        return max(1, CHUNK_BYTES // max(row_bytes, 1))

    def template(self, rows: int) -> _Encoded:
        """The instructions for so many rows."""
        least = self._least(rows)
        if least not in self._templates:
            template = encoded(self._plan, self._dtype, ONE if rows == 1 else ROWS, least)
            constants = np.frombuffer(bytes(template.memory.held) or bytes(8), dtype=np.uint8)
            self._templates[least] = _Encoded(template, constants)
        return self._templates[least]

    def _least(self, rows: int) -> int:
        """What the instructions for so many rows may count on: one, some, or so many at once, a power of two."""
        if rows <= ENOUGH_AT_ONCE:
            return rows if rows in (1, ENOUGH_AT_ONCE) else 2
        at_once = self._rows_of_part(self.template(ENOUGH_AT_ONCE).template, rows)
        return int(2 ** (min(at_once, _MOST_TOLD_APART).bit_length() - 1))

    def run(self, columns: Sequence[Batch], parameters: Batch, into: Batch | None) -> tuple[_Run, float] | None:
        """What was run and the cost; None where the machine objects."""
        rows = len(columns[0])
        made = self.prepared(rows, parameters, into)
        cost: Any = self._run(made.state, *columns)
        if cost.__class__ is int and cost == NOT_IN_ORDER:
            cost = self._run(made.state, *(np.ascontiguousarray(column.reshape(rows, -1)) for column in columns))
        return None if cost.__class__ is int else (made, cost)

    def prepared(self, rows: int, parameters: Batch, into: Batch | None) -> _Run:
        """The run for so many rows, which reads and writes these arrays where they are."""
        run = self._kept.get((rows, id(parameters), id(into)))
        return self._made(rows, parameters, into) if run is None else run

    def _made(self, rows: int, parameters: Batch, into: Batch | None) -> _Run:
        template, constants = self.template(rows)
        rows_of_part = self._rows_of_part(template, rows)
        offsets, size = template.offsets(rows_of_part)
        arena = np.zeros(size + _LINE, dtype=np.uint8)
        start = -arena.ctypes.data % _LINE
        numbers = np.array(template.numbers(rows), dtype=self._dtype)
        arena[start : start + numbers.nbytes] = numbers.view(np.uint8)
        outputs = np.empty((rows if self._batched else 1, self._outputs), self._dtype)
        code = self._code(template, rows, rows_of_part, offsets)
        needed = arena.nbytes + outputs.nbytes + code.nbytes
        while self._kept and needed + sum(other.bytes for other in self._kept.values()) > _KEPT_BYTES:
            self._kept.pop(next(iter(self._kept)))
        first = arena.ctypes.data + start
        bases = [first, parameters.ctypes.data, 0 if into is None else into.ctypes.data]
        bases += [0] * (max(self._widths, default=-1) + 1) + [constants.ctypes.data, outputs.ctypes.data]
        bases += [0] * len(template.memory.registers)
        cost = first + int(offsets[template.cost])
        head = [code.ctypes.data, code.ctypes.data + code.nbytes, cost, len(bases), running().address]
        state = np.array([*head, *bases, *bases], dtype=np.int64)
        # What it is bound to is kept with it, so that no other array can come to have the same identity.
        run = _Run(state, (code, arena, constants, parameters, into), outputs, needed)
        self._kept[rows, id(parameters), id(into)] = run
        return run

    def _rows_of_part(self, template: Template, rows: int) -> int:
        """How many rows are computed at once."""
        if not template.in_parts:
            return rows
        row_bytes = template.row_bytes + self._dtype.itemsize * (sum(self._widths.values()) + self._outputs)
        # Parameters that do not stay in the cache are read anew for each part, and their gradient written.
        parameters = self._dtype.itemsize * self._plan.parameters.size
        part_bytes = max(PART_BYTES, 4 * parameters)
        most = max(LEAST_ROWS, part_bytes // max(row_bytes, 1) // LEAST_ROWS * LEAST_ROWS)
        return rows if rows <= most else most

    def _code(self, template: Template, rows: int, rows_of_part: int, offsets: Any) -> Any:
        """The instructions for so many rows in parts."""
        before, after = (part.words(rows_of_part, offsets, False) for part in (template.before, template.after))
        if rows == rows_of_part:
            return np.concatenate([before, template.during.words(rows, offsets, False), after])
        times, rest = divmod(rows, rows_of_part)
        unit, last = self._dtype.itemsize, INPUTS + max(self._widths, default=-1) + 1
        steps = {INPUTS + source: unit * width for source, width in self._widths.items()}
        steps[last + 1] = unit * self._outputs if self._batched else 0
        moves = [(base, base, 0, step * rows_of_part) for base, step in steps.items()]
        code = [template.zeroed.words(rows_of_part, offsets, False), before]
        code.append(repeated(times, moves, template.during.words(rows_of_part, offsets, True)))
        if rest:
            moves = [(base, base, step * rows_of_part * times, 0) for base, step in steps.items()]
            code.append(repeated(1, moves, template.during.words(rest, offsets, True)))
        return np.concatenate([*code, after])


_LINE = 64
"""The arena begins where a line of the processor's cache does."""


class NumbaProgram:
    """A `backends.base.Program`.

    Parameters
    ----------
    plan : Plan
    dtype : dtype
    """

    def __init__(self, plan: Plan, dtype: np.dtype[Any]) -> None:
        self._plan, self._dtype = plan, dtype

    @cached_property
    def _outputs(self) -> Way:
        return Way(finished(replace(self._plan, cost=None, gradient=None)), self._dtype)

    @cached_property
    def _gradient(self) -> Way:
        assert self._plan.cost is not None
        # Nobody asks a gradient's run for the outputs.
        return Way(replace(self._plan, output=self._plan.cost), self._dtype)

    @cached_property
    def _numpy(self) -> NumPyProgram:
        return NumPyProgram(self._plan, self._dtype)

    @property
    def _main(self) -> Way:
        return self._outputs if self._plan.gradient is None else self._gradient

    @property
    def source(self) -> str:
        """The instructions, one a line."""
        return str(self._main.template(ENOUGH_AT_ONCE).template)

    @cached_property
    def rows_at_once(self) -> int:
        """See `backends.base.Program`."""
        return self._main.rows_at_once

    def outputs(self, columns: Sequence[Batch], parameters: Batch) -> Batch:
        """See `backends.base.Program`."""
        found = self._outputs.run(columns, parameters, None)
        return self._numpy.outputs(columns, parameters) if found is None else found[0].outputs

    def gradient(self, columns: Sequence[Batch], parameters: Batch, into: Batch) -> float:
        """See `backends.base.Program`."""
        found = self._gradient.run(columns, parameters, into)
        return self._numpy.gradient(columns, parameters, into) if found is None else found[1]
