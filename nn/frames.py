"""Arrays of what holds numbers elsewhere: nested lists, frames of pandas and Polars, tensors of PyTorch."""

from __future__ import annotations

import numbers
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from autograd.errors import OperandError, ShapeError
from autograd.text import shown

_REALS = "fiub"
_LONGEST = 60


def array_of(name: str, given: Any) -> npt.NDArray[Any]:
    """`given` as an array of real numbers, of whatever type and shape they have.

    Parameters
    ----------
    name : str
        What a complaint calls it.
    given : array-like
        Anything that NumPy reads, by ``__array__`` as well. A column of a frame may be of any type that holds real
        numbers, and so may be each object of an object array.

    Raises
    ------
    OperandError
        If it holds anything else; of a frame the column is named.
    ShapeError
        If rows differ in length.
    """
    array = _read(name, given)
    if array.dtype == object and array.ndim and hasattr(given, "columns"):
        return np.column_stack([_column(name, label, column) for label, column in _columns(given)])
    array = _as_reals(array)
    if array.dtype.kind not in _REALS or not array.ndim:
        raise OperandError(
            f"{name}: expected an array of real numbers, got {_kind(given, array)}{_remedy(given, array)}"
        )
    return array


def _read(name: str, given: Any) -> npt.NDArray[Any]:
    try:
        return np.asarray(given)
    except ValueError:
        raise ShapeError(f"{name}: expected rows of equal length, got rows of differing lengths") from None
    except (TypeError, RuntimeError) as error:  # a tensor on another device, or one that wants a gradient
        why = shown(str(error), 2 * _LONGEST)
        raise OperandError(
            f"{name}: expected an array of real numbers, got {type(given).__name__} that NumPy cannot read: {why}"
        ) from None


def _as_reals(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """An object array that holds nothing but real numbers as floats; any other as it is."""
    if array.dtype == object and array.size and all(isinstance(one, numbers.Real | np.bool_) for one in array.flat):
        return array.astype(float)
    return array


def _columns(frame: Any) -> Iterator[tuple[Any, Any]]:
    yield from frame.items() if hasattr(frame, "items") else ((label, frame[label]) for label in frame.columns)


def _column(name: str, label: Any, column: Any) -> npt.NDArray[Any]:
    array = _as_reals(np.asarray(column))
    if array.dtype.kind in _REALS:
        return array
    found: Any = next((one for one in array.tolist() if not isinstance(one, numbers.Real)), array.dtype)
    raise OperandError(
        f"{name}: expected real numbers in every column, got {type(found).__name__} {found!r:.40} in the column "
        f"{label!r:.40}; leave it out, or turn it into numbers"
    )


def _kind(given: Any, array: npt.NDArray[Any]) -> str:
    return f"{type(given).__name__} {given!r:.40}" if array.ndim == 0 else f"an array of {array.dtype}"


def _remedy(given: Any, array: npt.NDArray[Any]) -> str:
    """What to do about the commonest of them."""
    if hasattr(given, "toarray"):
        return "; give its toarray()"
    if array.ndim and (array.dtype.kind in "US" or any(isinstance(one, str) for one in array.flat)):
        return "; number text by names, numbers = np.unique(text, return_inverse=True)"
    return ""
