"""A plan as one program of JAX, and its results and alarms brought back to NumPy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, PartitionSpec

from ...plan.instructions import Guard
from ...plan.plan import Plan
from ...squares import all_finite
from ..base import Batch, OffPath, Unfit, rows_that_fit
from .devices import BATCH, settings
from .trace import Rows, Traced, traced
from .watched import require_arrays

_EXACT_SIZES = 4
"""How many batch sizes a program is compiled for as they are; further ones are filled up to a few."""


class JaxProgram:
    """A plan, compiled by XLA once for each batch size.

    Parameters
    ----------
    plan : Plan
    dtype : dtype
    devices : list
        Over which the batch is spread.

    Raises
    ------
    OperandError
        If an operation of a user's is of floats alone.
    """

    def __init__(self, plan: Plan, dtype: np.dtype[Any], devices: Sequence[Any]) -> None:
        require_arrays(plan)
        self.plan, self.dtype = plan, dtype
        self._guards = [made for made in plan.instructions if isinstance(made, Guard)]
        self._mesh = Mesh(np.array(devices), (BATCH,)) if len(devices) > 1 else None
        self._devices = len(devices)
        self._sizes: set[int] = set()
        self._outputs = self._compiled(self._with_outputs, PartitionSpec(BATCH if plan.output.array.batched else None))
        self._gradient = self._compiled(self._with_gradient, (PartitionSpec(), PartitionSpec()))
        self.rows_at_once = rows_that_fit(plan) * self._devices

    @property
    def source(self) -> str:
        """What JAX traced, for a batch of one row on each device, as it writes programs."""
        counts = {array.source: array.size for array in self.plan.arrays if array.kind == "input"}
        widths = [counts.get(argument, 1) for argument in range(max(counts, default=0) + 1)]
        columns = [np.zeros((self._devices, width), self.dtype) for width in widths]
        run = self._outputs if self.plan.cost is None else self._gradient
        with settings(self.dtype):
            return str(jax.make_jaxpr(run)(columns, np.zeros(self.plan.parameters.size, self.dtype), None))

    def outputs(self, columns: Sequence[Batch], parameters: Batch) -> Batch:
        """As in `Program`."""
        outputs: Batch = self._run(self._outputs, columns, parameters)
        return _finite(outputs[: len(columns[0])] if outputs.ndim == 2 else outputs)

    def gradient(self, columns: Sequence[Batch], parameters: Batch, into: Batch) -> float:
        """As in `Program`."""
        cost, gradient = self._run(self._gradient, columns, parameters)
        into[:] = _finite(gradient)
        return float(_finite(cost))

    def _run(self, compiled: Any, columns: Sequence[Batch], parameters: Batch) -> Any:
        """The results of all rows as NumPy arrays; what is wrong with a row is raised."""
        rows = len(columns[0])
        size = self._size(rows)
        samples = None if size == rows and rows in self._sizes else np.asarray(rows, self.dtype)
        with settings(self.dtype):
            filled = [_filled_up(column, size) for column in columns]
            results, alarms = jax.device_get(compiled(filled, parameters, samples))
        fit, *first_rows = alarms.tolist()
        for guard, row in zip(self._guards, first_rows, strict=True):
            if row < size:
                raise OffPath(guard, row)
        if not fit:
            raise Unfit
        return results

    def _size(self, rows: int) -> int:
        """The number of rows to compute for that many, a multiple of the devices."""
        if rows not in self._sizes:
            if len(self._sizes) < _EXACT_SIZES:
                self._sizes.add(rows)
            else:
                # At most four binary digits that matter: eight sizes from each power of two to the next.
                step = 1 << max(0, rows.bit_length() - 4)
                rows = -(-rows // step) * step
        return -(-rows // self._devices) * self._devices

    # What is traced

    def traced(self, columns: Sequence[Any], parameters: Any, rows: Rows) -> Traced:
        """The plan inside another program of JAX: a pure function, see `trace.traced`."""
        return traced(self.plan, columns, parameters, rows)

    def _with_outputs(self, columns: Sequence[Any], parameters: Any, samples: Any) -> Any:
        found, alarms = self._followed(columns, parameters, samples)
        return found.outputs, alarms

    def _with_gradient(self, columns: Sequence[Any], parameters: Any, samples: Any) -> Any:
        found, alarms = self._followed(columns, parameters, samples)
        return (found.cost, found.gradient), alarms

    def _followed(self, columns: Sequence[Any], parameters: Any, samples: Any) -> tuple[Traced, Any]:
        """What is traced, and the alarms of all devices: whether all are fit, and each guard's first row off it."""
        here = columns[0].shape[0]
        axes = (BATCH,) if self._mesh is not None else ()
        first = jax.lax.axis_index(BATCH) * here if axes else 0
        if samples is None:
            rows = Rows(here, here * self._devices, axes=axes)
        else:
            rows = Rows(here, samples, first + jnp.arange(here) < samples, axes)
        found = self.traced(columns, parameters, rows)
        off_path = jnp.where(found.off_path < here, first + found.off_path, here * self._devices)
        alarms = jnp.concatenate([~found.unfit[None], off_path])
        return found, jax.lax.pmin(alarms, BATCH) if axes else alarms

    def _compiled(self, run: Any, results: Any) -> Any:
        """`run`, compiled, with its columns and `results` spread over the devices."""
        if self._mesh is not None:
            given = (PartitionSpec(BATCH), PartitionSpec(), PartitionSpec())
            out = (results, PartitionSpec())
            run = jax.shard_map(run, mesh=self._mesh, in_specs=given, out_specs=out, check_vma=False)
        return jax.jit(run)


def _filled_up(column: Batch, size: int) -> Batch:
    """A column with its last row repeated up to `size` rows."""
    missing = size - len(column)
    return np.concatenate([column, np.repeat(column[-1:], missing, axis=0)]) if missing else column


def _finite(numbers: Batch) -> Batch:
    if not all_finite(numbers):
        raise Unfit
    return numbers
