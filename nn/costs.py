"""Costs of one sample, written in scalars; the mean over samples is what `fit` minimises."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd import Value, log, log_softmax, softplus, total, weighted_sum
from autograd.compiler.whole import Whole
from autograd.errors import ArgumentError, ShapeError
from autograd.functions import choose, log_softmax_of
from autograd.primitives import DETACH, SIGMOID
from autograd.reals import as_float


def squared_error(a: Any, y: Any) -> Value:
    """``sum_j (a_j - y_j)^2``, the document's cost.

    Parameters
    ----------
    a : sequence of Value, or Value
        Output activations.
    y : sequence of Value or real number, or one of them
        As many desired outputs.

    Raises
    ------
    ShapeError
        If there is no output, or another number of targets.
    OperandError
        If a member is neither a Value nor a real number.
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
        The right class, in a compiled function an integer input, or the desired probability of each.

    Raises
    ------
    ArgumentError
        If a class is not among the outputs.
    ShapeError, OperandError
        As `squared_error`.
    """
    if not isinstance(y, int | np.integer | Whole):
        z, y = _pair("cross_entropy", z, y)
        return -weighted_sum(y, log_softmax(z))
    z = _members("cross_entropy(z)", z)
    if isinstance(y, bool) or not 0 <= y < len(z):
        raise ArgumentError(
            f"cross_entropy(y): expected a class 0..{len(z) - 1}, got {int(y) if isinstance(y, Whole) else y}"
        )
    return -(choose(y, log_softmax(z)) if isinstance(y, Whole) else log_softmax_of(int(y), z))


def binary_cross_entropy(a: Any, y: Any) -> Value:
    """``-(y log a + (1 - y) log(1 - a))`` for one output between 0 and 1: the cat or the dog.

    Where `a` is a sigmoid's result the cost is computed from its z, as
    ``y softplus(-z) + (1 - y) softplus(z)``, which neither overflows nor rounds to log(0).

    Parameters
    ----------
    a : Value, or sequence of one
        The output activation.
    y : real number or Value, or sequence of one
        0 or 1, or a probability.

    Raises
    ------
    ShapeError
        If there is not one output and one target.
    OperandError
        If one is neither a Value nor a real number.
    DomainError
        If `a` is no sigmoid's result and not between 0 and 1.
    """
    a, y = _pair("binary_cross_entropy", a, y)
    if len(a) != 1:
        raise ShapeError(f"binary_cross_entropy: expected one output, got {len(a)}; use cross_entropy for several")
    (a,), (y,) = a, y
    z = _logit(a)
    if z is not None:
        cost: Value = y * softplus(-z) + (1 - y) * softplus(z)
    else:
        cost = -(y * log(a) + (1 - y) * log(1 - a))
    return cost


def _logit(a: Any) -> Value | None:
    """The z of which `a` is the sigmoid, where that is known."""
    if not isinstance(a, Value):
        return None
    if a.primitive is DETACH:
        z = _logit(a.operands[0])
        return None if z is None else z.detach()
    return a.operands[0] if a.primitive is SIGMOID else None


COSTS = (squared_error, cross_entropy, binary_cross_entropy)
"""Those above, which nothing but their arguments can change."""


def _pair(name: str, outputs: Any, targets: Any) -> tuple[list[Any], list[Any]]:
    outputs, targets = _members(f"{name}(outputs)", outputs), _members(f"{name}(targets)", targets)
    if len(outputs) != len(targets):
        raise ShapeError(f"{name}: expected {len(outputs)} targets, one for each output, got {len(targets)}")
    return outputs, targets


def _members(name: str, given: Any) -> list[Any]:
    """Values or numbers as a list; one alone is a list of one."""
    alone = isinstance(given, Value | str) or not hasattr(given, "__iter__")
    members = [given] if alone else list(given)
    if not members:
        raise ShapeError(f"{name}: expected at least one Value or number, got none")
    for member in members:
        if not isinstance(member, Value):
            as_float(member, name)
    return members
