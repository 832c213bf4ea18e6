"""The logarithm, and what is made of it.

``log a = k log 2 + log m``, with m between the root of a half and that of 2; and with ``s = (m - 1) / (m + 1)``,
``log m = 2 artanh s``, which is the series ``2 (s + s³ / 3 + s⁵ / 5 + ...)``.
"""

from __future__ import annotations

import math

from ..lanes import Lanes, bits, copysign, fma, from_bits, muladd, polynomial, root, select
from .coefficients import LOG

# The logarithm of 2, its first digits so few that their product with a whole number below 2^11 is exact.
LN2 = float.fromhex("0x1.62e42feep-1"), float.fromhex("0x1.a39ef35793c76p-33")
_LEAST_NORMAL, _UP, _UP_BY = 2.0**-1022, 2.0**54, 54.0
# The bits of the root of a half, and the exponent's of 1, and where the exponent stands.
_ROOT_OF_HALF, _ONE, _EXPONENT = 0x3FE6A09E667F3BCD, 0x3FF0000000000000, 52
_BIAS, _MAGIC_BITS, _MAGIC = 1024, 0x4330000000000000, 4503599627370496.0


def split(a: Lanes) -> tuple[Lanes, Lanes]:
    """k and m of positive numbers."""
    a.block.require_double()
    is_tiny = a < _LEAST_NORMAL
    whole = bits(select(is_tiny, a * _UP, a))
    biased = (whole - (_ROOT_OF_HALF - (_BIAS << _EXPONENT))) >> _EXPONENT
    m = from_bits(whole - (biased << _EXPONENT) + (_BIAS << _EXPONENT))
    k = from_bits(biased + _MAGIC_BITS) - (_MAGIC + _BIAS)
    return select(is_tiny, k - _UP_BY, k), m


def _near_one(f: Lanes) -> tuple[Lanes, Lanes]:
    """Two numbers whose difference is ``f - log(1 + f)``, the first of them half of the square of f."""
    s = f / (f + 2.0)
    z = s * s
    half_square = f * f * 0.5
    return half_square, s * muladd(z, polynomial(LOG, z), half_square)


def _log(k: Lanes, f: Lanes) -> Lanes:
    """``k log 2 + log(1 + f)``."""
    half_square, rest = _near_one(f)
    return k * LN2[0] - ((half_square - muladd(k, LN2[1], rest)) - f)


def _with_poles(result: Lanes, a: Lanes) -> Lanes:
    """The logarithm of what is no positive number."""
    finite = select(a < math.inf, result, a)
    return select(a > 0.0, finite, select(a < 0.0, math.nan, a * 0.0 - math.inf))


def log(a: Lanes) -> Lanes:
    """The natural logarithm."""
    k, m = split(a)
    return _with_poles(_log(k, m - 1.0), a)


def log1p(a: Lanes) -> Lanes:
    """``log(1 + a)``, right to the last digits near 0."""
    a.block.require_double()
    whole = a + 1.0
    lost = select(a < 1.0, a - (whole - 1.0), 1.0 - (whole - a))
    k, m = split(whole)
    # 2 to the power of -k.
    down = from_bits(-bits(k + (1.5 * _MAGIC - 1023.0)) << _EXPONENT)
    more = select(whole < 2.0**60, lost * down, 0.0)
    found = _with_poles(_log(k, (m - 1.0) + more), whole)
    return select(abs(a) < 2.0**-54, a, found)


def log1p_up_to_one(a: Lanes) -> Lanes:
    """``log(1 + a)`` of numbers of 0..1, of which half of 1 + a is taken where that is nearer to 1."""
    a.block.require_double()
    is_large = a > math.sqrt(2) - 1
    f = select(is_large, (a - 1.0) * 0.5, a)
    half_square, rest = _near_one(f)
    high, low = (select(is_large, part, 0.0) for part in LN2)
    return high - ((half_square - (rest + low)) - f)


_LOG2_E = 1 / math.log(2), float.fromhex("0x1.777d0ffda0d24p-56")
_LOG10_E = 0.4342944819032518, float.fromhex("0x1.95355baaafad3p-57")
_LOG10_2 = float.fromhex("0x1.34413508p-2"), float.fromhex("0x1.f79fef311f12bp-34")


def _log_times(m: Lanes, factor: tuple[float, float]) -> tuple[Lanes, Lanes]:
    """The logarithm of m times a factor, and what rounding has lost of the product."""
    f = m - 1.0
    half_square, rest = _near_one(f)
    found = f - (half_square - rest)
    product = found * factor[0]
    return product, muladd(found, factor[1], fma(found, factor[0], -product))


def log2(a: Lanes) -> Lanes:
    """The logarithm to the base of 2."""
    k, m = split(a)
    high, low = _log_times(m, _LOG2_E)
    added = k + high
    return _with_poles(added + (((k - added) + high) + low), a)


def log10(a: Lanes) -> Lanes:
    """The logarithm to the base of 10."""
    k, m = split(a)
    high, low = _log_times(m, _LOG10_E)
    start = k * _LOG10_2[0]
    added = start + high
    return _with_poles(added + (((start - added) + high) + muladd(k, _LOG10_2[1], low)), a)


def asinh(a: Lanes) -> Lanes:
    """The inverse of the hyperbolic sine."""
    size = abs(a)
    is_near = size < 1e150
    square = size * size
    found = log1p(select(is_near, size + square / (1.0 + root(square + 1.0)), size))
    return copysign(select(is_near, found, found + math.log(2)), a)


def acosh(a: Lanes) -> Lanes:
    """The inverse of the hyperbolic cosine."""
    above = a - 1.0
    is_near = a < 1e150
    found = log1p(select(is_near, above + root(above) * root(above + 2.0), above))
    return select(is_near, found, found + math.log(2))


def atanh(a: Lanes) -> Lanes:
    """The inverse of the hyperbolic tangent."""
    size = abs(a)
    return copysign(log1p(2.0 * size / (1.0 - size)) * 0.5, a)
