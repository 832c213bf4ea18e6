"""Costs of one sample, written in scalars; the mean over samples is what `fit` minimises."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd import Value, log, log_softmax, logsumexp, softplus, total, weighted_sum
from autograd.errors import ArgumentError, ShapeError
from autograd.primitives import SIGMOID


def squared_error(a: Any, y: Any) -> Value:
    """``sum_j (a_j - y_j)^2``, the document's cost.

    Parameters
    ----------
    a : sequence of Value, or Value
        Output activations.
    y : sequence of Value or real number, or one of them
        As many desired outputs.
    """
    a, y = _pair("squared_error", a, y)
    squares = [(aj - yj) ** 2 for aj, yj in zip(a, y, strict=True)]
    return squares[0] if len(squares) == 1 else total(squares)


def cross_entropy(z: Sequence[Any], y: Any) -> Value:
    """``-sum_j y_j log softmax(z)_j``, without overflow.

    Parameters
    ----------
    z : sequence of Value
        The outputs' weighted sums: those of a network with ``output="linear"``.
    y : int, or sequence of Value or real number
        The right class, or the desired probability of each.

    Raises
    ------
    ArgumentError
        If a class is not among the outputs.
    """
    if isinstance(y, int) or (hasattr(y, "__index__") and not isinstance(y, Value)):
        digit = int(y)
        if not 0 <= digit < len(z):
            raise ArgumentError(f"cross_entropy(y): expected a class 0..{len(z) - 1}, got {digit}")
        right: Value = logsumexp(z) - z[digit]
        return right
    z, y = _pair("cross_entropy", z, y)
    return -weighted_sum(y, log_softmax(z))


def binary_cross_entropy(a: Any, y: Any) -> Value:
    """``-(y log a + (1 - y) log(1 - a))`` for one output between 0 and 1: the cat or the dog.

    Where `a` is a sigmoid's result the cost is computed from its z, as
    ``softplus(z) - y z``, which neither overflows nor rounds to log(0).

    Parameters
    ----------
    a : Value, or sequence of one
        The output activation.
    y : real number or Value, or sequence of one
        0 or 1, or a probability.
    """
    a, y = _pair("binary_cross_entropy", a, y)
    if len(a) != 1:
        raise ShapeError(f"binary_cross_entropy: expected one output, got {len(a)}; use cross_entropy for several")
    (a,), (y,) = a, y
    if isinstance(a, Value) and a.primitive is SIGMOID:
        z = a.operands[0]
        cost: Value = softplus(z) - y * z
    else:
        cost = -(y * log(a) + (1 - y) * log(1 - a))
    return cost


def _pair(name: str, outputs: Any, targets: Any) -> tuple[list[Any], list[Any]]:
    outputs = list(outputs) if isinstance(outputs, Sequence) else [outputs]
    targets = list(targets) if isinstance(targets, Sequence) or hasattr(targets, "__len__") else [targets]
    if len(outputs) != len(targets):
        raise ShapeError(f"{name}: expected {len(outputs)} targets, one for each output, got {len(targets)}")
    return outputs, targets
