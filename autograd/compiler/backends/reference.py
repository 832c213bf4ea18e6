"""The reference back end: plans are interpreted. It is slow, right, and the shortest example of a back end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..plan.interpret import Results, interpret
from ..plan.plan import Plan
from ..strict import strict
from . import on_one_device
from .base import Batch, OffPath, Unfit, rows_that_fit


class ReferenceProgram:
    """A plan, interpreted in float64 at every call."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.rows_at_once = rows_that_fit(plan)

    @property
    def source(self) -> str:
        """The plan, an instruction a line: it is what is interpreted."""
        return "\n".join(map(str, self._plan.instructions))

    def outputs(self, columns: Sequence[Batch], parameters: Batch) -> Batch:
        """As in `Program`."""
        return self._results(columns, parameters).outputs

    def gradient(self, columns: Sequence[Batch], parameters: Batch, into: Batch) -> float:
        """As in `Program`."""
        results = self._results(columns, parameters)
        assert results.cost is not None and results.gradient is not None
        into[:] = results.gradient
        return results.cost

    def _results(self, columns: Sequence[Batch], parameters: Batch) -> Results:
        try:
            with strict():
                results = interpret(self._plan, columns, parameters)
        except FloatingPointError:
            raise Unfit from None
        for guard, row in results.off_path:
            raise OffPath(guard, row)
        numbers = (results.outputs, results.cost or 0.0, 0.0 if results.gradient is None else results.gradient)
        if not all(np.isfinite(part).all() for part in numbers):
            raise Unfit
        return results


class Reference:
    """Makes `ReferenceProgram`s."""

    name = "reference"
    least_rows = 1

    def build(self, plan: Plan, dtype: np.dtype[Any]) -> ReferenceProgram:
        """The program of a plan."""
        return ReferenceProgram(plan)


def backend(devices: Any) -> Reference:
    """The back end; it has one device."""
    on_one_device("reference", devices)
    return Reference()
