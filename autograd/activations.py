"""Activation functions beyond those of the document."""

from __future__ import annotations

from typing import Any

from .primitives import ELU, GELU, HARD_SIGMOID, LEAKY_RELU, SILU, SOFTSIGN
from .value import Value, apply, as_value
from .words import keywords_told


@keywords_told("leaky_relu")
def leaky_relu(a: Any, slope: Any = 0.01) -> Value:
    """`a` where it is positive, else `slope` times `a`.

    Parameters
    ----------
    a : Value or real number
        At 0 the derivative is `slope`.
    slope : Value or real number
        A Value is learned: that is called PReLU.
    """
    return apply(LEAKY_RELU, (as_value(a, "leaky_relu(a)"), as_value(slope, "leaky_relu(slope)")))


@keywords_told("elu")
def elu(a: Any, alpha: Any = 1.0) -> Value:
    """`a` where it is positive, else ``alpha (exp(a) - 1)``.

    Parameters
    ----------
    a : Value or real number
        At 0 the derivative is `alpha`.
    alpha : Value or real number
        How far below 0 the function is for an `a` far below 0.
    """
    return apply(ELU, (as_value(a, "elu(a)"), as_value(alpha, "elu(alpha)")))


def gelu(a: Any) -> Value:
    """``a Φ(a)``, with the normal distribution Φ and not an approximation of it."""
    return apply(GELU, (as_value(a, "gelu(a)"),))


def silu(a: Any) -> Value:
    """``a sigmoid(a)``, which is also called swish."""
    return apply(SILU, (as_value(a, "silu(a)"),))


def hard_sigmoid(a: Any) -> Value:
    """``a/6 + 1/2`` between 0 and 1, as PyTorch and Keras 3 have it; the derivative at ±3 is 0."""
    return apply(HARD_SIGMOID, (as_value(a, "hard_sigmoid(a)"),))


def softsign(a: Any) -> Value:
    """``a / (1 + |a|)``, in -1..1."""
    return apply(SOFTSIGN, (as_value(a, "softsign(a)"),))
