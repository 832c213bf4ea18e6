"""Arguments: what a compiled function is called with, checked and brought to arrays."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from math import isfinite
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import ArgumentError, AutogradError, OperandError, ShapeError
from .strict import strict

Batch = npt.NDArray[Any]

_ndarray, _vdot = np.ndarray, np.vdot


class Arguments:
    """The arguments of a function of one sample, as arrays with the batch first.

    Parameters
    ----------
    function : callable
    dtype : dtype
        What the arrays are to hold.

    Attributes
    ----------
    names : list of str
        Those without a default.

    Raises
    ------
    ArgumentError
        If the function has none, or does not say which.
    """

    def __init__(self, function: Callable[..., Any], dtype: np.dtype[Any]) -> None:
        self.names = _names_of(function)
        self._dtype = dtype

    def checked(self, arrays: Sequence[Any], whose: object) -> list[Batch]:
        """The arrays, of the right type and as many rows each.

        Raises
        ------
        ArgumentError
            If their number is wrong (`whose` tells the function), or one holds NaN or infinity.
        ShapeError
            If their rows do not fit together.
        OperandError
            If one holds anything but real numbers.
        """
        if len(arrays) != len(self.names):
            raise ArgumentError(
                f"{whose!r}: expected {len(self.names)} arrays ({', '.join(self.names)}), got {len(arrays)}"
            )
        batch = list(map(self._array, self.names, arrays))
        rows = len(batch[0])
        counts = list(map(len, batch))
        if counts.count(rows) != len(counts):
            name, count = next(other for other in zip(self.names, counts, strict=True) if other[1] != rows)
            raise ShapeError(
                f"{name}: expected {rows} rows as in {self.names[0]}, got {count}; the first axis is the batch"
            )
        return batch

    def _array(self, name: str, given: Any) -> Batch:
        array = given if type(given) is _ndarray else _as_array(name, given)
        if not array.size or array.ndim not in (1, 2):
            raise ShapeError(
                f"{name}: expected shape (batch,) or (batch, n) with at least one row and column, got {array.shape}"
            )
        if array.dtype is not self._dtype and array.dtype != self._dtype:
            if array.dtype.kind not in "fiub":
                raise OperandError(f"{name}: expected real numbers, got an array of {array.dtype}; convert it to float")
            with strict():
                array = array.astype(self._dtype)
        if not all_finite(array):
            row = int(np.flatnonzero(~np.isfinite(array.reshape(len(array), -1)).all(axis=1))[0])
            came = "NaN or infinity" if not np.isfinite(given[row]).all() else f"one beyond {self._dtype}"
            raise ArgumentError(f"{name}: expected finite numbers, got {came} in row {row}; clean the data")
        return array


def _names_of(function: Callable[..., Any]) -> list[str]:
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        raise ArgumentError(
            f"compile(function): expected a function with named arguments, got {function!r}; wrap it in a lambda"
        ) from None
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    names = [p.name for p in parameters if p.kind in kinds and p.default is inspect.Parameter.empty]
    if not names:
        raise ArgumentError("compile(function): expected a function of at least one argument, got one of none")
    return names


def all_finite(array: Batch) -> bool:
    """Whether no number is NaN or infinite."""
    # A sum of squares of finite numbers is finite or overflows; only then is every number looked at.
    return isfinite(_vdot(array, array)) or bool(np.isfinite(array).all())


def columns(batch: Sequence[Batch]) -> list[Batch]:
    """A batch with an axis for positions in every array."""
    return [array if array.ndim == 2 else array[:, None] for array in batch]


def _as_array(name: str, given: Any) -> Batch:
    try:
        return np.asarray(given)
    except (ValueError, AutogradError):
        raise ShapeError(f"{name}: expected rows of equal length, got a ragged {type(given).__name__}") from None
