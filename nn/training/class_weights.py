"""Weights of classes: how much the cost of a sample counts, by the class that is right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from autograd.errors import ArgumentError, OperandError, ShapeError

from ..data import within

Vector = npt.NDArray[np.float64]
BALANCED = "balanced"


def weights_of(given: Any, counts: Vector) -> Vector:
    """The weight of each class.

    Parameters
    ----------
    given : dict, sequence or "balanced"
        A weight of at least 0 for each class, or of some classes by their numbers, where others weigh 1; or weights
        that make all classes count alike: samples / (classes met * samples of the class).
    counts : ndarray, shape (classes,)
        How many samples there are of each class.

    Returns
    -------
    ndarray, shape (classes,)

    Raises
    ------
    ArgumentError, ShapeError, OperandError
        If it is something else, or all weights are 0.
    """
    if isinstance(given, str) and given == BALANCED:
        met = counts > 0
        return np.where(met, counts.sum() / (met.sum() * np.where(met, counts, 1.0)), 1.0)
    weights = np.ones(len(counts))
    for number, weight in _pairs(given, len(counts)):
        weights[number] = within(f"class_weight[{number}]", weight, 0.0, low_included=True)
    if not weights.any():
        raise ArgumentError("class_weight: expected a weight above 0, got 0 for all classes")
    return weights


def _pairs(given: Any, classes: int) -> list[tuple[int, Any]]:
    if isinstance(given, Mapping):
        for number in given:
            whole = isinstance(number, int | np.integer) and not isinstance(number, bool)
            if not whole or not 0 <= number < classes:
                raise ArgumentError(f"class_weight: expected classes 0..{classes - 1}, got {number!r:.40}")
        return list(given.items())
    if isinstance(given, str) or not hasattr(given, "__iter__"):
        raise OperandError(
            f'class_weight: expected "{BALANCED}", a dict such as {{0: 1.0, 1: 5.0}} or a list, got {given!r:.40}'
        )
    weights = list(given)
    if len(weights) != classes:
        raise ShapeError(f"class_weight: expected {classes} weights, one for each class, got {len(weights)}")
    return list(enumerate(weights))
