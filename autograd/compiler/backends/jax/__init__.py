"""The JAX back end: a plan traced into one program of XLA, for CPUs, GPUs and many devices.

XLA takes 3 to 15 ms to compile each instruction of a plan, half a second for a
network and a quarter of a minute for 5,000 scalars, once for each batch size. So
a program compiles for the first four sizes as they are, and fills further ones up
by at most an eighth to few. NumPy's back end is faster on small batches on a CPU.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...plan.plan import Plan
from .devices import chosen
from .program import JaxProgram

__all__ = ["Jax", "JaxProgram", "backend"]


class Jax:
    """Makes `JaxProgram`s.

    Parameters
    ----------
    devices : int, optional
        Over how many of this process's devices to spread the batch; all of them if None.
    """

    name = "jax"

    def __init__(self, devices: Any = None) -> None:
        self.devices = chosen(devices)
        # Where the caller chose, idle devices are a mistake; where all are taken, a small batch is none.
        self.least_rows = 1 if devices is None else len(self.devices)

    def build(self, plan: Plan, dtype: np.dtype[Any]) -> JaxProgram:
        """The program of a plan."""
        return JaxProgram(plan, dtype, self.devices)


def backend(devices: Any) -> Jax:
    """The back end on so many devices."""
    return Jax(devices)
