"""How well a network reads."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from .data import digits_of, rows_of
from .mlp import MLP, checked_network


def readings(outputs: npt.NDArray[np.float64]) -> npt.NDArray[np.intp]:
    """The class of each row of output activations: the largest, or with one output whether it exceeds 0.5."""
    if outputs.shape[1] == 1:
        return (outputs[:, 0] > 0.5).astype(np.intp)
    return np.asarray(outputs.argmax(axis=1))


def accuracy(net: MLP, X: Any, digits: Any, compiled: bool = True) -> float:
    """The share of rows read rightly, 0..1.

    Parameters
    ----------
    net : MLP
    X : array-like, shape (samples, inputs)
    digits : array-like of int, shape (samples,)
        0..outputs-1; 0 or 1 for a network of one output.
    compiled : bool
        As in ``net.predict``.

    Raises
    ------
    ShapeError, ArgumentError, OperandError
        If there are no rows, or they or the digits do not fit the network.
    """
    actual, read = _actual_and_read(net, X, digits, compiled)
    return float((actual == read).mean())


def confusion_matrix(net: MLP, X: Any, digits: Any, compiled: bool = True) -> npt.NDArray[np.intp]:
    """How often each class (row) was read as each (column), shape (classes, classes)."""
    actual, read = _actual_and_read(net, X, digits, compiled)
    classes = _classes(net)
    return np.bincount(actual * classes + read, minlength=classes**2).reshape(classes, classes)


def _classes(net: MLP) -> int:
    return max(2, net.sizes[-1])


def _actual_and_read(net: MLP, X: Any, digits: Any, compiled: bool) -> tuple[npt.NDArray[np.intp], ...]:
    rows = rows_of("X", X, checked_network(net).sizes[0])
    actual = digits_of("digits", digits, _classes(net), len(rows))
    return actual, readings(net.predict(rows, compiled))
