"""What a back end is: it makes plans run. `autograd.compiler.backends` lists those that there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from ..plan.instructions import Guard
from ..plan.plan import Plan

Batch = npt.NDArray[Any]

HIDING = frozenset(
    ["where", "less", "less_equal", "greater", "greater_equal", "equal", "not_equal", "power", "choose", "copysign"]
)
"""Operations whose result may be a number though an operand is NaN, so that no later result shows it."""


class Unfit(Exception):  # noqa: N818  # a signal between a program and its caller, never shown to a user
    """Some number is not finite, or an operation was outside its domain; which, its caller finds row by row."""


class OffPath(Exception):  # noqa: N818  # as above
    """A guard does not hold in some row.

    Parameters
    ----------
    guard : Guard
    row : int
        The first such row, counted from the first of those given.
    """

    def __init__(self, guard: Guard, row: int) -> None:
        super().__init__(guard, row)
        self.guard, self.row = guard, row


class Program(Protocol):
    """A plan made ready to run.

    Both ways take one array for each argument, shape (rows, n) and of the program's
    dtype, and the parameters' numbers in the plan's order. They raise `Unfit` or
    `OffPath` and nothing else for what the numbers are to blame for.
    """

    @property
    def rows_at_once(self) -> int:
        """How many rows fit into the memory that it may take; more must come in several calls."""

    @property
    def source(self) -> str:
        """What runs, as text for those who want to read it."""

    def outputs(self, columns: Sequence[Batch], parameters: Batch) -> Batch:
        """The outputs, shape (rows, outputs), or (outputs,) where they depend on no input; until the next call."""

    def gradient(self, columns: Sequence[Batch], parameters: Batch, into: Batch) -> float:
        """The mean cost of the rows; its gradient is written to `into`, shape (parameters,)."""


class Backend(Protocol):
    """Makes programs.

    Attributes
    ----------
    name : str
    least_rows : int
        The smallest batch that a caller may give, at least 1. Parts of a batch may be smaller.
    """

    name: str
    least_rows: int

    def build(self, plan: Plan, dtype: np.dtype[Any]) -> Program:
        """The program of a plan, its numbers of `dtype`: float64 or float32."""


CHUNK_BYTES = 256 * 2**20
"""What the numbers of a batch may take; larger batches are run in parts."""


def rows_that_fit(plan: Plan) -> int:
    """How many rows a plan can run at once, by the bytes of what it computes for each."""
    per_row = 8 * sum(made.out.size for made in plan.instructions if made.out.batched)
    return max(1, CHUNK_BYTES // max(per_row, 1))
