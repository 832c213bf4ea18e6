"""Devices: over which the batch is spread, and the settings under which JAX runs for us and not for the caller."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import jax
import numpy as np

from ....errors import ArgumentError

BATCH = "batch"
"""The axis of the mesh."""


@contextmanager
def settings(dtype: np.dtype[Any]) -> Iterator[None]:
    """JAX with numbers of `dtype` and its usual rules, whatever the caller has set; in this thread, until the end."""
    with ExitStack() as kept:
        for setting in (
            jax.enable_x64(dtype == np.float64),
            jax.numpy_dtype_promotion("standard"),
            jax.numpy_rank_promotion("allow"),
            jax.debug_nans(False),
            jax.debug_infs(False),
            jax.disable_jit(False),
        ):
            kept.enter_context(setting)
        yield


def chosen(devices: Any) -> list[Any]:
    """So many of this process's devices, or all of them.

    Raises
    ------
    ArgumentError
        If it is no whole number of at least 1, or there are fewer.
    """
    there: list[Any] = jax.local_devices()
    if devices is None:
        return there
    if isinstance(devices, bool) or not isinstance(devices, int | np.integer) or devices < 1:
        raise ArgumentError(f"devices: expected a whole number of at least 1, or None for all, got {devices!r:.60}")
    if devices > len(there):
        hint = "XLA_FLAGS=--xla_force_host_platform_device_count=N makes N of a CPU"
        raise ArgumentError(
            f"devices: expected at most the {len(there)} that JAX has here ({there[0].platform}), got {devices}; {hint}"
        )
    return there[: int(devices)]
