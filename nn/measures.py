"""How well a network reads, or comes near."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from autograd.errors import ArgumentError
from autograd.words import keywords_told

from .data import digits_of, rows_of, targets_of
from .mlp import MLP, checked_network
from .tasks import readings


@keywords_told("nn.accuracy")
def accuracy(net: MLP, X: Any, digits: Any, compiled: bool = True) -> float:
    """The share of rows read rightly, 0..1.

    Parameters
    ----------
    net : MLP
    X : array-like, shape (samples, inputs)
    digits : array-like, shape (samples,), (samples, 1) or (samples, classes)
        The right classes: whole numbers 0..outputs-1, 0 or 1 for a network of one output; or rows of zeros with a one.
    compiled : bool
        As in ``net.predict``.

    Raises
    ------
    ShapeError, ArgumentError, OperandError
        If there are no rows, or they or the digits do not fit the network; of targets that are no classes
        `r_squared` tells how near the network comes.
    """
    actual, read = _actual_and_read(net, X, digits, compiled)
    return float((actual == read).mean())


@keywords_told("nn.confusion_matrix")
def confusion_matrix(net: MLP, X: Any, digits: Any, compiled: bool = True) -> npt.NDArray[np.intp]:
    """How often each class (row) was read as each (column), shape (classes, classes)."""
    actual, read = _actual_and_read(net, X, digits, compiled)
    classes = _classes(net)
    return np.bincount(actual * classes + read, minlength=classes**2).reshape(classes, classes)


@keywords_told("nn.r_squared")
def r_squared(net: MLP, X: Any, Y: Any, compiled: bool = True) -> float:
    """How much of the targets' variation a network explains: 1 is all of it, 0 as much as their mean, less is worse.

    ``1 - sum (a - y)^2 / sum (y - mean y)^2`` of each output, the coefficient of determination; their mean where
    there are several.

    Parameters
    ----------
    net : MLP
    X : array-like, shape (samples, inputs)
    Y : array-like, shape (samples, outputs), or (samples,) for one output
    compiled : bool
        As in ``net.predict``.

    Raises
    ------
    ShapeError, ArgumentError, OperandError
        If there are no rows, they or the targets do not fit the network, or the targets of an output are all the same.
    """
    rows = rows_of("X", X, checked_network(net).sizes[0])
    targets = targets_of("Y", Y, net.sizes[-1], len(rows))
    variation = ((targets - targets.mean(axis=0)) ** 2).sum(axis=0)
    if not variation.all():
        raise ArgumentError(
            f"Y: expected targets that vary, got {targets[0, variation.argmin()]:g} in all rows of output "
            f"{variation.argmin()}"
        )
    missed = ((net.predict(rows, compiled) - targets) ** 2).sum(axis=0)
    return float((1 - missed / variation).mean())


def _classes(net: MLP) -> int:
    return max(2, net.sizes[-1])


def _actual_and_read(net: MLP, X: Any, digits: Any, compiled: bool) -> tuple[npt.NDArray[np.intp], ...]:
    rows = rows_of("X", X, checked_network(net).sizes[0])
    actual = digits_of("digits", digits, _classes(net), len(rows))
    return actual, readings(net.predict(rows, compiled))
