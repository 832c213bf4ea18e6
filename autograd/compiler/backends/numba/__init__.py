"""The numba back end: a machine for plans.

Not a program is compiled but what runs programs: a loop over instructions, and a kernel for each kind of them, all
kept on disk. A plan becomes an array of integers, once for all batch sizes. In the order in which to read it:

- `native`: how functions become machine code, found by an address;
- `amounts`, `memory`: integers that depend on the batch's size; where every array lies;
- `words`, `loops`, `encoder`: an instruction as integers; views of arrays as few long loops;
- `moves`, `sums`, `blocks`, `multiply`: the kernels that copy, add up and multiply matrices;
- `elementwise`, with `namespace`, `functions`, `lanes`, `assembly`, `objects`: the kernels of the table's operations;
- `lowering`, `fusion`: a plan in instructions of the machine, neighbouring elementwise ones as one;
- `instructions`, `products`, `reductions`, `runs`, `rows`: what those are on it;
- `recipes`, `walks`, `recurrences`: the steps of chains of scalars, and of loops;
- `encode`: a plan as instructions, before, for and after the samples of a batch;
- `machine`, `program`: what follows the instructions; runs for batch sizes, kept;
- `updates`, `training`: an optimiser's rule as instructions; many steps of a training as one call.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...one_by_one import of_floats
from ...plan.plan import Plan
from .. import on_one_device
from ..base import Program
from ..numpy.program import NumPyProgram
from .program import NumbaProgram


class Numba:
    """A `backends.base.Backend`."""

    name = "numba"
    least_rows = 1

    def build(self, plan: Plan, dtype: np.dtype[Any]) -> Program:
        """The program of a plan; NumPy's, where an operation of a user's is of floats alone."""
        return NumPyProgram(plan, dtype) if of_floats(plan) else NumbaProgram(plan, dtype)


def backend(devices: Any) -> Numba:
    """The back end; it has one device."""
    on_one_device("numba", devices)
    return Numba()
