"""How well a network reads, or comes near."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from autograd.errors import ArgumentError, ShapeError
from autograd.words import keywords_told

from .data import digits_of, targets_of
from .module import Module, callable_module
from .training.tasks import readings


@keywords_told("nn.accuracy")
def accuracy(net: Module, X: Any, digits: Any, compiled: bool = True) -> float:
    """The share of rows read rightly, 0..1.

    Parameters
    ----------
    net : Module
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
    actual, read, _ = _actual_and_read(net, X, digits, compiled)
    return float((actual == read).mean())


@keywords_told("nn.confusion_matrix")
def confusion_matrix(net: Module, X: Any, digits: Any, compiled: bool = True) -> npt.NDArray[np.intp]:
    """How often each class (row) was read as each (column), shape (classes, classes)."""
    actual, read, classes = _actual_and_read(net, X, digits, compiled)
    return np.bincount(actual * classes + read, minlength=classes**2).reshape(classes, classes)


@keywords_told("nn.r_squared")
def r_squared(net: Module, X: Any, Y: Any, compiled: bool = True) -> float:
    """How much of the targets' variation a network explains: 1 is all of it, 0 as much as their mean, less is worse.

    ``1 - sum (a - y)^2 / sum (y - mean y)^2`` of each output, the coefficient of determination; their mean where
    there are several.

    Parameters
    ----------
    net : Module
    X : array-like, shape (samples, inputs)
    Y : array-like, shape (samples, outputs), or (samples,) for one output
    compiled : bool
        As in ``net.predict``.

    Raises
    ------
    ShapeError, ArgumentError, OperandError
        If there are no rows, they or the targets do not fit the network, or the targets of an output are all the same.
    """
    outputs = _outputs(net, X, compiled)
    targets = targets_of("Y", Y, outputs.shape[1], len(outputs))
    variation = ((targets - targets.mean(axis=0)) ** 2).sum(axis=0)
    if not variation.all():
        raise ArgumentError(
            f"Y: expected targets that vary, got {targets[0, variation.argmin()]:g} in all rows of output "
            f"{variation.argmin()}"
        )
    missed = ((outputs - targets) ** 2).sum(axis=0)
    return float((1 - missed / variation).mean())


def _outputs(net: Module, X: Any, compiled: bool) -> npt.NDArray[np.float64]:
    """What a network returns for each row, in rows."""
    callable_module(net)
    outputs = net.predict(net._samples(X), compiled)
    if not isinstance(outputs, np.ndarray) or outputs.ndim > 2:
        came = f"arrays of shape {outputs.shape[1:]}" if isinstance(outputs, np.ndarray) else type(outputs).__name__
        raise ShapeError(f"net: expected one output or a list of them for each row, got {came}; measure net.predict(X)")
    return outputs.reshape(len(outputs), -1)


def _actual_and_read(
    net: Module, X: Any, digits: Any, compiled: bool
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], int]:
    """The class that each row is, the one that it is read as, and how many there are."""
    outputs = _outputs(net, X, compiled)
    classes = max(2, outputs.shape[1])
    return digits_of("digits", digits, classes, len(outputs)), readings(outputs), classes
