"""Squares: the sum of an array's squares, which is finite only if every number is."""

from __future__ import annotations

from math import isfinite
from typing import Any

import numpy as np
import numpy.typing as npt

# OpenBLAS spreads longer products over threads, which on a busy machine wait for one another a thousand times as long
# as they compute.
_PIECE = 10_000

_vdot = np.vdot


def squares(array: npt.NDArray[Any]) -> Any:
    """The sum of the squares of all numbers: NaN or infinite if one of them is, or if it overflows."""
    if array.size <= _PIECE:
        return _vdot(array, array)
    flat = array.ravel(order="K")
    pieces = (flat[start : start + _PIECE] for start in range(0, len(flat), _PIECE))
    return sum([_vdot(piece, piece) for piece in pieces])


def all_finite(array: npt.NDArray[Any]) -> bool:
    """Whether no number is NaN or infinite; only where squares overflow every number is looked at."""
    return isfinite(squares(array)) or bool(np.isfinite(array).all())
