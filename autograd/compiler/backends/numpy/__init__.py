"""The NumPy back end: a plan as Python source that calls NumPy, as fast as if written by hand.

How a plan becomes a program, in the order in which to read it:

- `views`: which numbers of which memory are read or written;
- `storage`: where every array lies, what is computed in another's place;
- `products`: how a contraction becomes one matrix product;
- `calls`, `kernels`: the calls that compute each kind of instruction;
- `ways`, `walks`: chains of scalars, which have a call for each step and no line;
- `fusion`, `finite`: a cost that is one sum; how the gradient is known to be finite;
- `source`, `runtime`: the calls as Python text, and the functions that it finds;
- `program`: runs for batch sizes, kept, with NumPy's flags set.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...plan.plan import Plan
from .. import on_one_device
from .program import NumPyProgram


class NumPyBackend:
    """A `backends.base.Backend`."""

    name = "numpy"
    least_rows = 1

    def build(self, plan: Plan, dtype: np.dtype[Any]) -> NumPyProgram:
        """The program of a plan; its ``source`` is the Python text that runs."""
        return NumPyProgram(plan, dtype)


def backend(devices: Any) -> NumPyBackend:
    """The back end; it has one device."""
    on_one_device("numpy", devices)
    return NumPyBackend()
