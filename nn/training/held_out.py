"""Samples that a training measures on and never learns from: given, or a fraction held out."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from autograd.errors import ArgumentError
from autograd.reals import as_float

from ..networks.samples import counted, taken

Matrix = npt.NDArray[np.float64]
Pair = tuple[Matrix, Matrix]


def parted(given: Any, X: Matrix, Y: Matrix, random: np.random.Generator | None) -> tuple[Pair, Pair | None]:
    """The samples to learn from, and those to measure on.

    Parameters
    ----------
    given : float or None
        What share of them to hold out, between 0 and 1.
    X, Y : ndarray, the samples first
    random : numpy.random.Generator, optional
        What draws those that are held out; they are the last ones if it is None. Its numbers go on as if nothing had
        been drawn: processes that hold out of differently many samples shuffle alike.

    Raises
    ------
    ArgumentError, ShapeError, OperandError
        If it is something else, or one side would have no sample.
    """
    if given is None:
        return (X, Y), None
    count = _share(given, counted(X))
    order = np.arange(counted(X)) if random is None else random.spawn(1)[0].permutation(counted(X))
    learned, measured = np.sort(order[:-count]), np.sort(order[-count:])
    return (taken(X, learned), taken(Y, learned)), (taken(X, measured), taken(Y, measured))


def _share(given: Any, samples: int) -> int:
    """How many samples are held out."""
    if isinstance(given, bool) or hasattr(given, "__len__") or not hasattr(given, "__float__"):
        raise ArgumentError(f"validation: expected a pair (X, Y), or a share such as 0.2, got {type(given).__name__}")
    share = as_float(given, "validation")
    if not 0 < share < 1:
        raise ArgumentError(f"validation: expected a pair (X, Y), or a share between 0 and 1, got {given!r}")
    count = round(share * samples)
    if not 0 < count < samples:
        raise ArgumentError(
            f"validation: expected at least one sample to hold out and one to learn from, got {count} and "
            f"{samples - count} of {samples}"
        )
    return count
