"""Versions: what arguments of one shape were recorded as, and the programs that run it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..errors import GuardError, NonFiniteError
from ..namespaces import left_to_right
from ..parameters import together
from .arguments import Batch, all_finite, columns
from .backends.base import Backend, OffPath, Program, Unfit
from .blame import blame
from .pipeline import FORWARD, REVERSE, Stages, lifted, planned, stages
from .plan.plan import Plan
from .record import Recording
from .strict import strict


class Version:
    """One recording of a function, with its plans and programs, which are made when they are first needed.

    Parameters
    ----------
    function : callable
    names : sequence of str
        Of its arguments.
    recording : Recording
    backend : Backend
    dtype : dtype

    Attributes
    ----------
    parameters : Parameters
        In the order of the plans' parameters.
    is_list : bool
        Whether the function returned a list.
    learns : bool
        Whether there is one output, the cost, and something to differentiate it by.
    recording : Recording
        As given.
    slopes : ndarray, shape (parameters,)
        Room for a gradient: programs are fastest where they write to the same array.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        names: Sequence[str],
        recording: Recording,
        backend: Backend,
        dtype: np.dtype[Any],
    ) -> None:
        self._function, self._names, self.recording = function, names, recording
        self._backend, self._dtype, self._in_place = backend, dtype, dtype == np.float64
        self.is_list = recording.is_list
        self.learns = not recording.is_list and bool(recording.parameters)
        self._lifted = lifted(recording)
        self._plans: dict[bool, Plan] = {}
        self._programs: dict[bool, Program] = {}
        order = self.plan.parameters.source
        self.parameters = together([recording.parameters[i] for i in order])
        self._copy: Batch = np.empty(len(order), dtype)
        self.slopes: Batch = np.empty(len(order), dtype)

    @property
    def plan(self) -> Plan:
        """The plan of cost and gradient where it learns, else that of the outputs."""
        return self._plan(self.learns)

    def _plan(self, learns: bool) -> Plan:
        if learns not in self._plans:
            self._plans[learns] = planned(self._lifted, REVERSE if learns else FORWARD)
        return self._plans[learns]

    @property
    def program(self) -> Program:
        """The program of `plan`."""
        return self._program(self.learns)

    def _program(self, learns: bool) -> Program:
        if learns not in self._programs:
            self._programs[learns] = self._backend.build(self._plan(learns), self._dtype)
        return self._programs[learns]

    def stages(self) -> Stages:
        """The plan after each step of the pipeline."""
        return stages(self.recording, REVERSE if self.learns else FORWARD)

    # Running

    def outputs(self, batch: Sequence[Batch]) -> Batch:
        """The outputs of every row, shape (rows, outputs)."""
        program, rows = self._program(False), len(batch[0])
        out = np.empty((rows, len(self.recording.outputs)), self._dtype)
        for start in range(0, rows, program.rows_at_once):
            part = _rows(batch, start, program.rows_at_once)
            out[start : start + program.rows_at_once] = self._outputs_of_part(program, part, start)
        return out

    def gradient(self, batch: Sequence[Batch], into: Batch) -> float:
        """The mean cost; its gradient is written to `into`, shape (parameters,)."""
        program, rows = self._program(True), len(batch[0])
        if rows <= program.rows_at_once:
            return self._gradient_of_part(program, batch, into, 0)
        cost, gradient = 0.0, np.zeros_like(into)
        for start in range(0, rows, program.rows_at_once):
            part = _rows(batch, start, program.rows_at_once)
            weight = len(part[0]) / rows
            cost += weight * self._gradient_of_part(program, part, into, start)
            with strict():
                gradient += weight * into
        into[:] = gradient
        return cost

    def _numbers(self) -> Batch:
        """The parameters' numbers: in place where they lie in the plan's order, else a copy."""
        view = self.parameters.view if self._in_place else None
        if view is not None:
            return view
        with strict():
            self.parameters.copy_to(self._copy)
        return self._copy

    def _outputs_of_part(self, program: Program, batch: Sequence[Batch], first_row: int) -> Batch:
        try:
            return program.outputs(columns(batch), self._numbers())
        except OffPath as off:
            raise _off_path(off, first_row) from None
        except Unfit:
            rows, _ = self._row_by_row(batch, first_row, False)
        with strict():
            return self._finite(np.array(rows, self._dtype))

    def _gradient_of_part(self, program: Program, batch: Sequence[Batch], into: Batch, first_row: int) -> float:
        try:
            return program.gradient(columns(batch), self._numbers(), into)
        except OffPath as off:
            raise _off_path(off, first_row) from None
        except Unfit:
            rows, slopes = self._row_by_row(batch, first_row, True)
        with strict():
            into[:] = slopes
        # Divided one by one: their sum may overflow where their mean does not.
        cost = left_to_right(cost / len(rows) for (cost,) in rows)
        self._finite(into)
        self._finite(np.array([cost]))
        return cost

    def _row_by_row(
        self, batch: Sequence[Batch], first_row: int, wants_gradient: bool
    ) -> tuple[list[list[float]], list[float]]:
        return blame(self._function, self._names, self.parameters, batch, first_row, wants_gradient)

    def _finite(self, numbers: Batch) -> Batch:
        if all_finite(numbers):
            return numbers
        name = getattr(self._function, "__name__", "function")
        raise NonFiniteError(f"compiled {name}: the result overflows; scale the inputs or parameters")


def _rows(batch: Sequence[Batch], start: int, count: int) -> list[Batch]:
    return [array[start : start + count] for array in batch]


def _off_path(off: OffPath, first_row: int) -> GuardError:
    guard = off.guard
    return GuardError(
        f"row {first_row + off.row} takes another branch than the recorded sample: {guard.comparison} was "
        f"{bool(guard.truth)} when the function was recorded, at {guard.line}; use where(condition, a, b), "
        "maximum or relu"
    )
