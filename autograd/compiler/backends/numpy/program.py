"""Program: plans run by NumPy, with buffers that are kept from batch to batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import isfinite
from typing import Any

import numpy as np

from ...plan.instructions import Guard, Instruction
from ...plan.plan import Plan
from ...squares import all_finite
from ...strict import lenient, runner, strict
from ..base import CHUNK_BYTES, Batch, Unfit
from .lowering import with_shared_exponentials
from .source import Run, Source, function, gradient_source, outputs_source

# What the runs that are kept may take together.
_KEPT_BYTES = 2 * CHUNK_BYTES
# About what a line of the setup takes besides: names and views.
_LINE_BYTES = 300


@dataclass(frozen=True)
class _Prepared:
    """A run for one batch size, and what it is bound to."""

    run: Run
    bytes: int
    parameters: Batch
    into: Batch | None


class _Way:
    """One source with its runs for the batch sizes, parameters and gradients that were asked for last."""

    def __init__(self, plan: Plan, source: Source, dtype: np.dtype[Any], is_lenient: bool) -> None:
        self.source = source
        self._prepare = function(source, plan, dtype)
        self._kept: dict[tuple[int, int, int], _Prepared] = {}
        columns = [(buffer.size, buffer.batched) for buffer in source.buffers]
        self._row_bytes = dtype.itemsize * sum(size for size, batched in columns if batched)
        self._bytes = dtype.itemsize * sum(size for size, batched in columns if not batched)
        self._bytes += _LINE_BYTES * len(source.setup)
        self.rows_at_once = max(1, CHUNK_BYTES // max(self._row_bytes, 1))
        self._with_settings = runner(lenient if is_lenient else strict)

    def run(self, columns: Sequence[Batch], parameters: Batch, into: Batch | None) -> Any:
        """What the source returns.

        Raises
        ------
        Unfit
            If an operation was outside its domain.
        """
        rows = len(columns[0])
        prepared = self._kept.get((rows, id(parameters), id(into)))
        if prepared is None:
            prepared = self._prepared(rows, parameters, into)
        try:
            return self._with_settings(prepared.run, *columns)
        except FloatingPointError:
            raise Unfit from None

    def _prepared(self, rows: int, parameters: Batch, into: Batch | None) -> _Prepared:
        needed = rows * self._row_bytes + self._bytes
        while self._kept and needed + sum(other.bytes for other in self._kept.values()) > _KEPT_BYTES:
            self._kept.pop(next(iter(self._kept)))
        run = self._with_settings(self._prepare, rows, parameters, into)
        # What it is bound to is kept with it, so that no other array can come to have the same identity.
        prepared = self._kept[rows, id(parameters), id(into)] = _Prepared(run, needed, parameters, into)
        return prepared


class NumPyProgram:
    """A `backends.base.Program`.

    Parameters
    ----------
    plan : Plan
    dtype : dtype
    lenient : bool
        Whether outputs may be NaN or infinite, and operations outside their domain.

    Notes
    -----
    Parameters and gradients that come again as the same objects are read and
    written where they are; for others the run is prepared anew.
    """

    def __init__(self, plan: Plan, dtype: np.dtype[Any], lenient: bool = False) -> None:
        self._plan, self._dtype, self._lenient = plan, dtype, lenient

    @cached_property
    def _outputs(self) -> _Way:
        plan = with_shared_exponentials(_forward(self._plan), self._dtype)
        return _Way(plan, outputs_source(plan), self._dtype, self._lenient)

    @cached_property
    def _gradient(self) -> _Way:
        plan = with_shared_exponentials(self._plan, self._dtype)
        return _Way(plan, gradient_source(plan), self._dtype, self._lenient)

    @property
    def _main(self) -> _Way:
        return self._outputs if self._plan.gradient is None else self._gradient

    @property
    def source(self) -> str:
        """The Python source that runs: of the gradient, where the plan has one."""
        return str(self._main.source)

    @cached_property
    def rows_at_once(self) -> int:
        """See `backends.base.Program`."""
        return self._main.rows_at_once

    def outputs(self, columns: Sequence[Batch], parameters: Batch) -> Batch:
        """See `backends.base.Program`."""
        found: Batch = self._outputs.run(columns, parameters, None)
        if not (self._lenient or all_finite(found)):
            raise Unfit
        return found

    def gradient(self, columns: Sequence[Batch], parameters: Batch, into: Batch) -> float:
        """See `backends.base.Program`."""
        cost, bound = self._gradient.run(columns, parameters, into)
        if not (isfinite(cost) and (isfinite(bound) or all_finite(into))):
            raise Unfit
        return float(cost)


def _forward(plan: Plan) -> Plan:
    """What of a plan its outputs and guards need."""
    needed, kept = {plan.output.array.number}, list[Instruction]()
    for instruction in reversed(plan.instructions):
        if isinstance(instruction, Guard) or instruction.out.number in needed:
            kept.append(instruction)
            needed.update(read.array.number for read in instruction.reads)
    return replace(plan, instructions=kept[::-1], cost=None, gradient=None)
