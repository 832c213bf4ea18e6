"""Functions that neither Python nor NumPy has, written once for any kind of number.

Each is read in a namespace `ns`, which it is part of. The digamma function and its derivatives: Abramowitz and
Stegun, Handbook of Mathematical Functions, 6.4.6 (recurrence), 6.4.7 (reflection) and 6.4.11 (far out). Errors
are a few 1e-16 of the function or, near a zero, of the terms that cancel there.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from .protocol import Namespace

# B2, B4, ..., B18.
_BERNOULLI = 1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798
# How far an operand is moved, to where the series far out has all its digits.
_SHIFT = 10


def polygamma(ns: Namespace, order: int, a: Any) -> Any:
    """The derivative of an order of the digamma function, which is that of log |Γ|."""
    is_negative = ns.less(a, 0.0)
    here = _polygamma_above_zero(ns, order, ns.where(is_negative, 1.0 - a, a))
    # Elsewhere a quarter stands for the distance from a whole number, at which there is a pole.
    apart = ns.where(is_negative, a - ns.round_(a), 0.25)
    cotangent = ns.cos(math.pi * apart) / ns.sin(math.pi * apart)
    slopes = math.pi ** (order + 1) * polynomial(_slopes_of_cotangent(order), cotangent)
    return ns.where(is_negative, (-here if order % 2 else here) - slopes, here)


def _slopes_of_cotangent(order: int) -> list[float]:
    """The coefficients of the derivative of an order of the cotangent, a polynomial in it: c' = -(1 + c²)."""
    coefficients = [0.0, 1.0]
    for _ in range(order):
        slopes = [power * number for power, number in enumerate(coefficients)][1:]
        coefficients = [-low - high for low, high in zip([*slopes, 0.0, 0.0], [0.0, 0.0, *slopes], strict=True)]
    return coefficients


def _polygamma_above_zero(ns: Namespace, order: int, a: Any) -> Any:
    far = 1.0 / (a + _SHIFT)
    factors = [b * math.factorial(2 * k + order - 1) / math.factorial(2 * k) for k, b in enumerate(_BERNOULLI, 1)]
    tail = math.factorial(order) / 2 * far + polynomial([0.0, *factors], far * far)
    tail = tail - ns.log(a + _SHIFT) if order == 0 else (tail + math.factorial(order - 1)) * _power(far, order)
    for k in reversed(range(_SHIFT)):
        tail = tail + math.factorial(order) * _power(1.0 / (a + k), order + 1)
    return tail if order % 2 else -tail


def _power(a: Any, exponent: int) -> Any:
    return a if exponent == 1 else a * _power(a, exponent - 1)


def polynomial(coefficients: Sequence[float], a: Any) -> Any:
    """Their sum, each times a power of `a`, the lowest first."""
    added: Any = coefficients[-1]
    for coefficient in coefficients[-2::-1]:
        added = added * a + coefficient
    return added


# sin(π a) / (π a) near 0, and its first two derivatives, as series in a²: no difference cancels.
_NEAR = 0.5
_TERMS = range(1, 14)
_SINC_PRIME = [(-1.0) ** j * math.pi ** (2 * j) * 2 * j / math.factorial(2 * j + 1) for j in _TERMS]
_SINC_SECOND = [slope * (2 * j - 1) for j, slope in zip(_TERMS, _SINC_PRIME, strict=True)]


def sinc(ns: Namespace, a: Any) -> Any:
    """``sin(π a) / (π a)``, and 1 at 0."""
    is_zero = ns.equal(a, 0.0)
    sine = _alternating(ns, a) * ns.sin(math.pi * (a - ns.round_(a)))
    return ns.where(is_zero, 1.0, sine / (math.pi * ns.where(is_zero, 1.0, a)))


def sinc_prime(ns: Namespace, a: Any) -> Any:
    """The derivative of `sinc`."""
    is_near = ns.less(ns.absolute(a), _NEAR)
    cosine = _alternating(ns, a) * ns.cos(math.pi * (a - ns.round_(a)))
    far = (cosine - ns.sinc(a)) / ns.where(is_near, 1.0, a)
    return ns.where(is_near, a * polynomial(_SINC_PRIME, a * a), far)


def sinc_second(ns: Namespace, slope: Any, a: Any) -> Any:
    """The derivative of `sinc_prime`, of its result."""
    is_near = ns.less(ns.absolute(a), _NEAR)
    far = -(math.pi**2) * ns.sinc(a) - 2.0 * slope / ns.where(is_near, 1.0, a)
    return ns.where(is_near, polynomial(_SINC_SECOND, a * a), far)


def _alternating(ns: Namespace, a: Any) -> Any:
    """1 where the whole number next to `a` is even, -1 where it is odd."""
    return 1.0 - 2.0 * ns.mod(ns.round_(a), 2.0)


def hypot_prime(ns: Namespace, a: Any, b: Any) -> Any:
    """``a / hypot(a, b)``, and 0 at the origin; of two tiny operands the root itself would have few digits."""
    size = ns.maximum(ns.absolute(a), ns.absolute(b))
    size = ns.where(ns.equal(size, 0.0), 1.0, size)
    length = ns.hypot(a / size, b / size)
    return a / size / ns.where(ns.equal(length, 0.0), 1.0, length)
