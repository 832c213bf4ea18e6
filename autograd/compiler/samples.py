"""Samples: arrays that were checked once, of which a training takes some rows after others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from .arguments import Batch


class Samples:
    """A compiled function over rows of these arrays; made by ``f.over(*arrays)``.

    Parameters
    ----------
    backward : callable
        Takes a batch that is known to be right.
    arrays : sequence of ndarray
    """

    def __init__(self, backward: Callable[[Sequence[Batch]], float], arrays: Sequence[Batch]) -> None:
        self._backward, self._arrays = backward, arrays
        self._room: list[Batch] = []

    def __len__(self) -> int:
        return len(self._arrays[0])

    def __repr__(self) -> str:
        return f"<{len(self):,} samples>"

    def backward(self, rows: npt.NDArray[np.intp]) -> float:
        """Add the mean gradient over some rows to the parameters' ``grad``; return their mean cost.

        Parameters
        ----------
        rows : ndarray of int, shape (batch,)
            Positions, 0..len - 1.
        """
        count = len(rows)
        if not self._room or len(self._room[0]) < count:
            self._room = [np.empty((count, *array.shape[1:]), array.dtype) for array in self._arrays]
        batch: list[Any] = []
        for array, room in zip(self._arrays, self._room, strict=True):
            batch.append(array.take(rows, axis=0, out=room[:count], mode="clip"))
        return self._backward(batch)
