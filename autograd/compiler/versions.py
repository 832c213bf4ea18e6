"""Versions: one recording of a function, for arguments of one shape that take one path, and what runs it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import NonFiniteError
from ..namespaces import left_to_right
from ..parameters import together
from ..sources import Place
from ..structure import Leaf
from . import one_by_one
from .arguments import Batch, columns
from .backends.base import Backend, OffPath, Program, Unfit
from .backends.numpy.program import NumPyProgram
from .blame import blame
from .collector import paused
from .pipeline import FORWARD, REVERSE, Stages, lifted, planned, stages
from .plan.instructions import Guard
from .plan.plan import Plan
from .plan.telling import telling
from .record import Recording
from .squares import all_finite
from .strict import strict

Rows = Sequence[int] | npt.NDArray[np.intp]


class Strays(Exception):  # noqa: N818  # a signal between a version and its caller, never shown to a user
    """Some row takes another path than the recorded one."""


class Version:
    """One recording of a function, with its plans and programs, which are made when they are first needed.

    Parameters
    ----------
    function : callable
    leaves : sequence of Leaf
        Its arguments.
    recording : Recording
    backend : Backend
    dtype : dtype
    caught : set of Place
        Lines at which the function is known to catch domain errors; others that are found are added.

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
    truths : tuple of bool
        How the decisions turned out, in order: the path.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        leaves: Sequence[Leaf],
        recording: Recording,
        backend: Backend,
        dtype: np.dtype[Any],
        caught: set[Place],
    ) -> None:
        self._function, self._leaves, self.recording, self._caught = function, leaves, recording, caught
        self._backend, self._dtype, self._in_place = backend, dtype, dtype == np.float64
        self.is_list = recording.is_list
        self.learns = not recording.is_list and bool(recording.parameters)
        self.truths = tuple(made.truth for made in recording.decisions)
        self._lifted = lifted(recording)
        one_by_one.warn(self._lifted)
        self._plans: dict[tuple[bool, bool], Plan] = {}
        self._programs: dict[tuple[bool, bool], Program] = {}
        order = self.plan.parameters.source
        self.parameters = together([recording.parameters[i] for i in order])
        self._copy: Batch = np.empty(len(order), dtype)
        self.slopes: Batch = np.empty(len(order), dtype)

    @property
    def plan(self) -> Plan:
        """The plan of cost and gradient where it learns, else that of the outputs."""
        return self._plan(self.learns)

    def _plan(self, learns: bool, guarded: bool = True) -> Plan:
        if (learns, guarded) not in self._plans:
            begun = self._lifted if guarded else _unguarded(self._lifted)
            self._plans[learns, guarded] = planned(begun, REVERSE if learns else FORWARD)
        return self._plans[learns, guarded]

    @property
    def program(self) -> Program:
        """The program of `plan`."""
        return self._program(self.learns)

    def _program(self, learns: bool, guarded: bool = True) -> Program:
        if not self.truths:
            guarded = True  # there is nothing to guard
        if (learns, guarded) not in self._programs:
            with paused():
                program = self._backend.build(self._plan(learns, guarded), self._dtype)
                _ = program.rows_at_once  # for which it is made ready
            self._programs[learns, guarded] = program
        return self._programs[learns, guarded]

    def program_for(self, learns: bool) -> Program:
        """The program of cost and gradient, or that of the outputs."""
        return self._program(learns)

    @cached_property
    def telling(self) -> frozenset[int]:
        """The arguments of which the cost and the gradient tell whether every number is finite."""
        return telling(self.plan)

    @property
    def arguments(self) -> list[tuple[str, int]]:
        """The arguments' names, and how many numbers of a sample each has."""
        each = zip(self._leaves, self.recording.inputs, strict=True)
        return [(leaf.name, len(numbers)) for leaf, numbers in each]

    def stages(self) -> Stages:
        """The plan after each step of the pipeline."""
        return stages(self.recording, REVERSE if self.learns else FORWARD)

    # Running

    def outputs(self, batch: Sequence[Batch], rows: Rows, guarded: bool = True) -> Batch:
        """The outputs of every row, shape (rows, outputs).

        Parameters
        ----------
        batch : sequence of ndarray
        rows : sequence or ndarray of int
            What errors call the batch's rows.
        guarded : bool
            Whether it is to be checked that every row takes this path.

        Raises
        ------
        Strays
            If one does not.
        """
        program = self._program(False, guarded)
        out = np.empty((len(rows), len(self.recording.outputs)), self._dtype)
        for start in range(0, len(rows), program.rows_at_once):
            part = slice(start, start + program.rows_at_once)
            out[part] = self._outputs_of_part(program, [array[part] for array in batch], rows[part], guarded)
        return out

    def gradient(self, batch: Sequence[Batch], into: Batch, rows: Rows, guarded: bool = True) -> float:
        """The mean cost; its gradient is written to `into`, shape (parameters,). See `outputs`."""
        program = self._program(True, guarded)
        if len(rows) <= program.rows_at_once:
            return self._gradient_of_part(program, batch, into, rows, guarded)
        cost, gradient = 0.0, np.zeros_like(into)
        for start in range(0, len(rows), program.rows_at_once):
            part = slice(start, start + program.rows_at_once)
            weight = len(rows[part]) / len(rows)
            some = [array[part] for array in batch]
            cost += weight * self._gradient_of_part(program, some, into, rows[part], guarded)
            with strict():
                gradient += weight * into
        into[:] = gradient
        return cost

    def holding(self, batch: Sequence[Batch]) -> npt.NDArray[np.bool_]:
        """Which decisions of every row turn out as they were recorded, shape (rows, decisions), of bool.

        What comes behind one that turns out otherwise is of no meaning.
        """
        if not self.truths:
            return np.ones((len(batch[0]), 0), dtype=bool)
        program = self._deciding
        truths = np.empty((len(batch[0]), len(self.truths)))
        for start in range(0, len(truths), program.rows_at_once):
            part = slice(start, start + program.rows_at_once)
            truths[part] = program.outputs(columns([array[part] for array in batch]), self.numbers())
        holding: npt.NDArray[np.bool_] = truths == np.array(self.truths)
        return holding

    @cached_property
    def _deciding(self) -> Program:
        """What tells the decisions' truths, whatever the rows: of the wrong ones numbers need not be finite."""
        decisions = self.recording.decisions
        asked = replace(self.recording, outputs=[made.condition for made in decisions], decisions=[])
        return NumPyProgram(planned(lifted(asked), FORWARD), self._dtype, lenient=True)

    def numbers(self) -> Batch:
        """The parameters' numbers: in place where they lie in the plan's order, else a copy."""
        view = self.parameters.view if self._in_place else None
        if view is not None:
            return view
        with strict():
            self.parameters.copy_to(self._copy)
        return self._copy

    def _outputs_of_part(self, program: Program, batch: Sequence[Batch], rows: Rows, guarded: bool) -> Batch:
        try:
            return program.outputs(columns(batch), self.numbers())
        except OffPath:
            raise Strays from None
        except Unfit:
            made, _ = self._row_by_row(batch, rows, False, guarded)
        with strict():
            return self._finite(np.array(made, self._dtype))

    def _gradient_of_part(
        self, program: Program, batch: Sequence[Batch], into: Batch, rows: Rows, guarded: bool
    ) -> float:
        try:
            return program.gradient(columns(batch), self.numbers(), into)
        except OffPath:
            raise Strays from None
        except Unfit:
            made, slopes = self._row_by_row(batch, rows, True, guarded)
        with strict():
            into[:] = slopes
        # Divided one by one: their sum may overflow where their mean does not.
        cost = left_to_right(cost / len(made) for (cost,) in made)
        self._finite(into)
        self._finite(np.array([cost]))
        return cost

    def _row_by_row(
        self, batch: Sequence[Batch], rows: Rows, wants_gradient: bool, guarded: bool
    ) -> tuple[list[list[float]], list[float]]:
        # What left a domain may have been a row of another path, before the comparison that tells.
        if guarded and self.truths and not self.holding(batch).all():
            raise Strays
        return blame(self._function, self._leaves, self.parameters, batch, rows, wants_gradient, self._caught)

    def _finite(self, numbers: Batch) -> Batch:
        if all_finite(numbers):
            return numbers
        name = getattr(self._function, "__name__", "function")
        raise NonFiniteError(f"compiled {name}: the result overflows; scale the inputs or parameters")


def _unguarded(plan: Plan) -> Plan:
    """The plan for rows that are known to take its path."""
    return replace(plan, instructions=[made for made in plan.instructions if not isinstance(made, Guard)])
