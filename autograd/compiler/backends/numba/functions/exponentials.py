"""The exponential function, and what is made of it.

``e^a = 2^k e^r``, where k is the whole number nearest to ``a / log 2``; and e^r, with r at most half of log 2, is a
polynomial.
"""

from __future__ import annotations

import math

from ..lanes import Lanes, copysign, muladd, nearest, polynomial, scaled, select
from .coefficients import EXP
from .logarithms import LN2, log1p_up_to_one

_LOG2_E = 1 / math.log(2)

_LEAST, _GREATEST = -746.0, 712.0
"""Beyond these the exponential is 0, or half of it infinite."""


def _reduced(a: Lanes) -> tuple[Lanes, Lanes]:
    """k and r; NaN stays."""
    a.block.require_double()
    a = select(a > _GREATEST, _GREATEST, select(a < _LEAST, _LEAST, a))
    k = nearest(a * _LOG2_E)
    return k, muladd(k, -LN2[1], muladd(k, -LN2[0], a))


def _power(r: Lanes) -> Lanes:
    """``e^r``, the last two steps one by one, where they round."""
    return muladd(muladd(polynomial(EXP, r), r, 1.0), r, 1.0)


def _above_one(r: Lanes) -> Lanes:
    """``e^r - 1``."""
    return muladd(r * r, polynomial(EXP, r), r)


def exp(a: Lanes, halvings: float = 0.0) -> Lanes:
    """The exponential; or it divided so often by 2, which may be a number where the exponential is not."""
    k, r = _reduced(a)
    return scaled(_power(r), k - halvings if halvings else k)


def exp2(a: Lanes) -> Lanes:
    """2 to a power."""
    a.block.require_double()
    a = select(a > 1025.0, 1025.0, select(a < -1080.0, -1080.0, a))
    k = nearest(a)
    return scaled(_power((a - k) * math.log(2)), k)


def exp_of_sum(a: Lanes, low: Lanes) -> Lanes:
    """The exponential of a number and its last digits."""
    is_far = (a > _GREATEST) | (a < _LEAST)
    k, r = _reduced(a)
    return scaled(_power(r + select(is_far, 0.0, low)), k)


def expm1(a: Lanes) -> Lanes:
    """``e^a - 1``, right to the last digits near 0."""
    k, r = _reduced(a)
    # Half of it, for 2 to the power of 1024 is no number.
    power = scaled(a.block.lanes(0.5), k)
    return select(abs(a) < 2.0**-54, a, muladd(_above_one(r), power, power - 0.5) * 2.0)


def sigmoid(a: Lanes) -> Lanes:
    """``1 / (1 + e^-a)``."""
    e = exp(-abs(a))
    return select(a < 0.0, e, 1.0) / (1.0 + e)


def sigmoid_prime(a: Lanes) -> Lanes:
    """Its derivative."""
    e = exp(-abs(a))
    return e / ((1.0 + e) * (1.0 + e))


def tanh(a: Lanes) -> Lanes:
    """The hyperbolic tangent."""
    t = expm1(abs(a) * -2.0)
    return copysign(t / (t + 2.0), a)


def tanh_prime(a: Lanes) -> Lanes:
    """Its derivative."""
    e = exp(abs(a) * -2.0)
    return 4.0 * e / ((1.0 + e) * (1.0 + e))


def softplus(a: Lanes) -> Lanes:
    """``log(1 + e^a)``."""
    return select(a < 0.0, 0.0, a) + log1p_up_to_one(exp(-abs(a)))


def cosh(a: Lanes) -> Lanes:
    """The hyperbolic cosine."""
    half = exp(abs(a), 1.0)
    return half + 0.25 / half


def sinh(a: Lanes) -> Lanes:
    """The hyperbolic sine."""
    size = abs(a)
    t = expm1(size)
    return copysign(select(size < 30.0, (t + t / (t + 1.0)) * 0.5, exp(size, 1.0)), a)
