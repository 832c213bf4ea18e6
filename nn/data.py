"""Checks of what users hand to networks: rows of numbers, targets, seeds, settings."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from autograd import Value
from autograd.errors import ArgumentError, OperandError, ShapeError
from autograd.reals import as_float
from autograd.value import as_value

from .frames import array_of
from .training.tasks import classes_in

Matrix = npt.NDArray[np.float64]


def rows_of(name: str, given: Any, width: int) -> Matrix:
    """`given` as finite floats of shape (samples, width).

    Raises
    ------
    OperandError
        If it holds anything but real numbers.
    ShapeError
        If it is empty, or its rows are of another length.
    ArgumentError
        If it holds NaN or infinity.
    """
    array = numbers_of(name, given)
    if array.ndim == 1 and width == 1:
        array = array[:, None]
    if array.ndim != 2 or array.shape[1] != width or not len(array):
        raise ShapeError(f"{name}: expected shape (samples, {width}) with at least one sample, got {array.shape}")
    return array


def targets_of(name: str, given: Any, width: int, samples: int) -> Matrix:
    """Targets as rows of shape (samples, width); classes, in a column or not, become rows of zeros with a one.

    Raises
    ------
    ShapeError, OperandError, ArgumentError
        As `rows_of`; also if a class is not among the outputs, or the number of samples differs.
    """
    array = numbers_of(name, given)
    if len(array) != samples:
        raise ShapeError(f"{name}: expected {samples} targets, one for each sample, got {len(array)}")
    if width > 1 and (array.ndim == 1 or array.shape[1:] == (1,)):
        return np.eye(width)[digits_of(name, array, width, samples)]
    return rows_of(name, array, width)


def digits_of(name: str, given: Any, classes: int, samples: int) -> npt.NDArray[np.intp]:
    """Classes 0..classes-1 as integers of shape (samples,).

    They may be given as whole numbers of any type, also in a column, or as rows of zeros with a one.
    """
    array = numbers_of(name, given)
    if array.shape == (samples, classes) and classes > 1:
        found = classes_in(array)
        if found is None:
            raise ArgumentError(f"{name}: expected rows of zeros with a single one, got others; give the classes")
        return found
    if len(array) != samples or array.shape[1:] not in ((), (1,)):
        raise ShapeError(f"{name}: expected {samples} labels, one for each sample, got shape {array.shape}")
    array = array.ravel()
    wrong = np.flatnonzero((array != np.floor(array)) | (array < 0) | (array >= classes))
    if len(wrong):
        raise ArgumentError(
            f"{name}: expected whole numbers 0..{classes - 1}, one for each output, "
            f"got {array[wrong[0]]:g} at {wrong[0]}"
        )
    return array.astype(np.intp)


def generator_of(seed: Any) -> np.random.Generator:
    """The random numbers that a seed, a whole number from 0, repeats; None is another beginning each time.

    Raises
    ------
    ArgumentError
        If `seed` is anything else.
    """
    try:
        return np.random.default_rng(seed)
    except (TypeError, ValueError):
        raise ArgumentError(f"seed: expected a whole number of at least 0 or None, got {seed!r:.60}") from None


def numbers_of(name: str, given: Any) -> Matrix:
    """`given` as finite floats of whatever shape it has, at least one axis.

    Raises
    ------
    OperandError, ShapeError, ArgumentError
        If it holds no real numbers, rows of differing lengths, or NaN or infinity.
    """
    array = np.ascontiguousarray(array_of(name, given), dtype=float)
    finite = np.isfinite(array)
    if not finite.all():
        place = tuple(int(i) for i in np.argwhere(~finite)[0])
        raise ArgumentError(f"{name}: expected finite numbers, got {array[place]} at {place}; clean the data first")
    return array


def refuse_batch(inputs: Any, width: int) -> None:
    """Raise a `ShapeError` that names `predict` where the inputs of one sample are rows, or columns, of a batch."""
    if hasattr(inputs, "columns") or any(getattr(x, "ndim", isinstance(x, list | tuple)) for x in inputs):
        shape = getattr(inputs, "shape", None) or f"{len(inputs)} rows"
        raise ShapeError(
            f"net(x): expected the {width} inputs of one sample, got {shape}; use net.predict(X) for a batch"
        )


def activations_of(name: str, given: Any) -> list[Value]:
    """The activations of one sample as a list of Values.

    Raises
    ------
    OperandError
        If they are no sequence, or there is something in it that is no number.
    """
    if isinstance(given, Value | str) or not isinstance(given, Sequence | np.ndarray):
        raise OperandError(f"{name}: expected a list of activations, got {type(given).__name__}")
    return [as_value(one, f"{name}[{place}]") for place, one in enumerate(given)]


def within(name: str, given: Any, low: float, high: float = math.inf, low_included: bool = False) -> float:
    """`given` as a float above `low`, or at least that, and below `high`.

    Raises
    ------
    OperandError
        If it is no real number.
    ArgumentError
        If it is another, or NaN.
    """
    number = as_float(given, name)
    if not ((low <= number if low_included else low < number) and number < high):
        bounds = f"{'at least' if low_included else 'above'} {low:g}" + (
            f" and below {high:g}" if high < math.inf else ""
        )
        raise ArgumentError(f"{name}: expected a finite number {bounds}, got {given!r}")
    return number


def count_of(name: str, given: Any, least: int = 1) -> int:
    """`given` as a whole number of at least `least`; an `ArgumentError` for anything else."""
    if isinstance(given, bool) or not isinstance(given, int | np.integer) or given < least:
        raise ArgumentError(f"{name}: expected a whole number of at least {least}, got {given!r}")
    return int(given)
