"""Sums whose order of rounding is stated."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

import numpy as np

Array = np.ndarray[Any, np.dtype[np.floating[Any]]]
N = TypeVar("N", float, Array)


def left_to_right(terms: Iterable[N], start: N | float = 0.0) -> N:
    """`start` and the terms, added one by one in their order, rounding after each.

    The built-in ``sum`` is no such rule: since Python 3.12 it carries the rounding errors of floats along.
    """
    added: Any = start
    for term in terms:
        added = added + term
    return added  # type: ignore[no-any-return]  # a number of the terms' kind


def log_of_exponentials(shifted: Array, axis: int | tuple[int, ...], keepdims: bool = False) -> Array:
    """The logarithm of a sum of exponentials whose largest is exp(0), right to the last digit where it is tiny."""
    largest = shifted == 0.0
    others = np.exp(shifted) - largest
    ties = largest.sum(axis=axis, keepdims=keepdims, dtype=shifted.dtype) - 1.0
    return np.asarray(np.log1p(others.sum(axis=axis, keepdims=keepdims) + ties))
