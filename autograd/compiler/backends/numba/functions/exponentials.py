"""The exponential function, and what is made of it.

``e^a = 2^k e^r``, where k is the whole number nearest to ``a / log 2``; and e^r, with r at most half of log 2, is a
polynomial.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..lanes import Lanes, copysign, muladd, nearest, polynomial, scaled, select
from .coefficients import EXP, EXP_SINGLE
from .logarithms import LN2, log1p_up_to_one

_LOG2_E = 1 / math.log(2)


@dataclass(frozen=True)
class _Numbers:
    """What depends on how many digits there are.

    Attributes
    ----------
    least, infinite, greatest : float
        Beyond these the exponential is 0 or infinite, and half of it infinite.
    log2 : tuple of float
        The logarithm of 2 in two parts, of which the first times any k is exact.
    series : tuple of float
        The polynomial.
    tiny : float
        Up to here ``e^a - 1`` is `a`.
    """

    least: float
    infinite: float
    greatest: float
    log2: tuple[float, float]
    series: tuple[float, ...]
    tiny: float


_NUMBERS = {
    "double": _Numbers(-746.0, 710.0, 712.0, LN2, EXP, 2.0**-54),
    "float": _Numbers(-105.0, 89.0, 90.0, (float.fromhex("0x1.62e4p-1"), 1.428606820309417e-06), EXP_SINGLE, 2.0**-25),
}


def _numbers(a: Lanes) -> _Numbers:
    return _NUMBERS[a.block.real]


def _reduced(a: Lanes, greatest: float) -> tuple[Lanes, Lanes]:
    """k and r; NaN stays."""
    own = _numbers(a)
    a = select(a > greatest, greatest, select(a < own.least, own.least, a))
    k = nearest(a * _LOG2_E)
    return k, muladd(k, -own.log2[1], muladd(k, -own.log2[0], a))


def _power(r: Lanes) -> Lanes:
    """``e^r``, the last two steps one by one, where they round."""
    return muladd(muladd(polynomial(_numbers(r).series, r), r, 1.0), r, 1.0)


def _above_one(r: Lanes) -> Lanes:
    """``e^r - 1``."""
    return muladd(r * r, polynomial(_numbers(r).series, r), r)


def exp(a: Lanes, halvings: float = 0.0) -> Lanes:
    """The exponential; or it divided so often by 2, which may be a number where the exponential is not."""
    k, r = _reduced(a, _numbers(a).greatest)
    return scaled(_power(r), k - halvings if halvings else k)


def exp2(a: Lanes) -> Lanes:
    """2 to a power."""
    a.block.require_double()
    a = select(a > 1025.0, 1025.0, select(a < -1080.0, -1080.0, a))
    k = nearest(a)
    return scaled(_power((a - k) * math.log(2)), k)


def exp_of_sum(a: Lanes, low: Lanes) -> Lanes:
    """The exponential of a number and its last digits."""
    own = _numbers(a)
    is_far = (a > own.greatest) | (a < own.least)
    k, r = _reduced(a, own.greatest)
    return scaled(_power(r + select(is_far, 0.0, low)), k)


def expm1(a: Lanes) -> Lanes:
    """``e^a - 1``, right to the last digits near 0."""
    k, r = _reduced(a, _numbers(a).infinite)
    # Half of it, for twice that may be no number.
    power = scaled(a.block.lanes(0.5), k)
    return select(abs(a) < _numbers(a).tiny, a, muladd(_above_one(r), power, power - 0.5) * 2.0)


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
