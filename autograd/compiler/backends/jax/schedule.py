"""Schedule: which device takes which rows of which batch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.integer]

# In how many steps the rows of a device may grow with how unevenly a shuffled batch lies among the processes:
# each length is a compilation.
_STEPS = 4


@dataclass(frozen=True)
class Run:
    """Batches of equal shape on this process's devices.

    Attributes
    ----------
    rows : ndarray of int, shape (batches, 1, devices, rows)
        Positions in this process's samples; filled up with its first where `real` is False.
    real : ndarray of bool, of the same shape, or None
        None where all are.
    sizes : ndarray of float, shape (batches,)
        How many real rows each batch has, on all devices of all processes.
    """

    rows: Integers
    real: npt.NDArray[np.bool_] | None
    sizes: npt.NDArray[np.float64]


def scheduled(order: Integers, batch_size: int, counts: Integers, process: int, devices: int) -> list[Run]:
    """The batches of an epoch.

    Parameters
    ----------
    order : ndarray of int, shape (samples,)
        Positions in the samples of all processes, one process's after the other's.
    batch_size : int
    counts : ndarray of int, shape (processes,)
        How many samples each process has.
    process : int
        Whose rows are wanted.
    devices : int
        How many each process has.
    """
    if len(counts) > 1:
        return [_of_one_process(order, batch_size, counts, process, devices)]
    whole = len(order) // batch_size * batch_size
    parts = (order[:whole].reshape(-1, batch_size), order[whole:].reshape(1, -1))
    return [_among_devices(part, devices) for part in parts if part.size]


def _among_devices(batches: Integers, devices: int) -> Run:
    """Batches, shape (batches, rows), in equal parts; the last are filled up where that does not go."""
    count, size = batches.shape
    each = -(-size // devices)
    rows = np.zeros((count, each * devices), np.int64)
    rows[:, :size] = batches
    shape = (count, 1, devices, each)
    real = None if size == rows.shape[1] else np.broadcast_to(np.arange(rows.shape[1]) < size, rows.shape)
    return Run(rows.reshape(shape), None if real is None else real.reshape(shape), np.full(count, float(size)))


def _of_one_process(order: Integers, batch_size: int, counts: Integers, process: int, devices: int) -> Run:
    """What of each batch is a process's; all processes come to the same length."""
    first = np.cumsum(counts) - counts
    owner = np.searchsorted(np.cumsum(counts), order, side="right")
    batch = np.arange(len(order)) // batch_size
    each = np.zeros((batch[-1] + 1, len(counts)), np.int64)
    np.add.at(each, (batch, owner), 1)
    step = max(1, batch_size // (_STEPS * len(counts) * devices))
    length = -(-int(each.max()) // (devices * step)) * step
    rows = np.zeros((len(each), devices * length), np.int64)
    real = np.arange(devices * length) < each[:, process : process + 1]
    # Both in the order of batches, and of rows in each.
    rows[real] = order[owner == process] - first[process]
    shape = (len(each), 1, devices, length)
    return Run(rows.reshape(shape), real.reshape(shape), each.sum(axis=1).astype(float))
