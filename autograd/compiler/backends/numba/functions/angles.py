"""Functions of angles, and their inverses."""

from __future__ import annotations

import math

from ..lanes import (
    Lanes,
    bits,
    copysign,
    differs,
    equal,
    fma,
    from_bits,
    has_bits,
    muladd,
    nearest_and_bits,
    polynomial,
    root,
    select,
)
from .coefficients import ASIN, ATAN, COS, SIN

# A half and a quarter of pi, and pi: each a number and what is left of it, and of the half a third.
_HALF_PI = math.pi / 2, float.fromhex("0x1.1a62633145c07p-54"), float.fromhex("-0x1.f1976b7ed8fbcp-110")
_LARGE = 2.0**30
"""From here on a quarter turn is no longer taken away often enough with all digits."""


def _turned(a: Lanes) -> tuple[Lanes, Lanes, Lanes]:
    """What is left of an angle when quarter turns are taken away, its last digits, and in bits how many were.

    The first difference is exact; of the second the error is taken along (W. J. Cody and W. Waite, Software Manual for
    the Elementary Functions, 1980, with products that are rounded once).
    """
    a.block.require_double()
    k, turns = nearest_and_bits(a * (2 / math.pi))
    near = fma(k, -_HALF_PI[0], a)
    taken = k * _HALF_PI[1]
    missed = fma(k, _HALF_PI[1], -taken)
    left = near - taken
    lost = fma(k, -_HALF_PI[2], ((near - left) - taken) - missed)
    angle = left + lost
    return angle, (left - angle) + lost, turns


def _sine(r: Lanes, low: Lanes) -> Lanes:
    z = r * r
    return r + muladd(r * z, polynomial(SIN, z), low)


def _cosine(r: Lanes, low: Lanes) -> Lanes:
    z = r * r
    half = z * 0.5
    first = 1.0 - half
    return first + (((1.0 - first) - half) + muladd(z * z, polynomial(COS, z), -(r * low)))


def _signed(a: Lanes, turns: Lanes) -> Lanes:
    """The opposite where the second bit is set."""
    return from_bits(bits(a) ^ ((turns & 2) << 62))


def _where_small(a: Lanes, found: Lanes, name: str) -> Lanes:
    return a.block.unless(~(abs(a) < _LARGE), found, name, a)


def sin(a: Lanes) -> Lanes:
    """The sine."""
    r, low, turns = _turned(a)
    found = _signed(select(has_bits(turns & 1), _cosine(r, low), _sine(r, low)), turns)
    return _where_small(a, select(abs(a) < 2.0**-27, a, found), "sin")


def cos(a: Lanes) -> Lanes:
    """The cosine."""
    r, low, turns = _turned(a)
    found = _signed(select(has_bits(turns & 1), _sine(r, low), _cosine(r, low)), turns + 1)
    return _where_small(a, found, "cos")


def tan(a: Lanes) -> Lanes:
    """The tangent."""
    r, low, turns = _turned(a)
    sine, cosine, odd = _sine(r, low), _cosine(r, low), has_bits(turns & 1)
    found = select(odd, -cosine, sine) / select(odd, sine, cosine)
    return _where_small(a, select(abs(a) < 2.0**-27, a, found), "tan")


def _arctangent(size: Lanes) -> tuple[Lanes, Lanes, Lanes]:
    """The arcus tangent of positive numbers as y plus more of its digits, and what that is added to."""
    size.block.require_double()
    is_large, is_middle = size > 1 + math.sqrt(2), size > math.sqrt(2) - 1
    above = select(is_large, -1.0, select(is_middle, size - 1.0, size))
    below = select(is_large, size, select(is_middle, size + 1.0, 1.0))
    y = above / below
    start = select(is_large, _HALF_PI[0], select(is_middle, _HALF_PI[0] / 2, 0.0))
    more = select(is_large, _HALF_PI[1], select(is_middle, _HALF_PI[1] / 2, 0.0))
    z = y * y
    return y, muladd(y * z, polynomial(ATAN, z), more), start


def atan(a: Lanes) -> Lanes:
    """The arcus tangent."""
    y, more, start = _arctangent(abs(a))
    return copysign(start + (y + more), a)


def atan2(a: Lanes, b: Lanes) -> Lanes:
    """The angle of the point (b, a)."""
    up, along = abs(a), abs(b)
    is_steep = up > along
    less, most = select(is_steep, along, up), select(is_steep, up, along)
    both = equal(less, math.inf)
    ratio = select(both, 1.0, less / select(equal(most, 0.0), 1.0, most))
    y, more, start = _arctangent(ratio)
    # Taken from a half or from the whole of pi.
    is_back = has_bits(bits(b) >> 63)
    flipped = is_steep ^ is_back
    base = select(is_steep, _HALF_PI[0], select(is_back, math.pi, 0.0))
    rest = select(is_steep, _HALF_PI[1], select(is_back, 2 * _HALF_PI[1], 0.0))
    sign = select(flipped, -1.0, 1.0)
    first = base + sign * start
    found = first + (((base - first) + sign * start) + (rest + sign * (y + more)))
    return copysign(select(differs(a, a) | differs(b, b), math.nan, found), a)


def _inverse_sine(a: Lanes) -> tuple[Lanes, Lanes, Lanes]:
    """Whether an operand is small; s, the operand or the root of half of its distance from 1; and what is added to s.

    ``arcsin a = pi / 2 - 2 arcsin root((1 - a) / 2)``.
    """
    a.block.require_double()
    size = abs(a)
    is_small = size < 0.5
    z = select(is_small, size * size, muladd(size, -0.5, 0.5))
    s = select(is_small, size, root(z))
    missed = fma(-s, s, z) / select(s > 0.0, s + s, 1.0)
    more = muladd(s * z, polynomial(ASIN, z), select(is_small, 0.0, missed))
    return is_small, s, more


def asin(a: Lanes) -> Lanes:
    """The arcus sine."""
    is_small, s, more = _inverse_sine(a)
    first = _HALF_PI[0] - 2.0 * s
    rest = ((_HALF_PI[0] - first) - 2.0 * s) + (_HALF_PI[1] - 2.0 * more)
    return copysign(select(is_small, s + more, first + rest), a)


def acos(a: Lanes) -> Lanes:
    """The arcus cosine."""
    is_small, s, more = _inverse_sine(a)
    is_negative = a < 0.0
    # Of small ones from a half of pi, of large ones from 0, or from pi.
    base = select(is_small, _HALF_PI[0], select(is_negative, math.pi, 0.0))
    rest = select(is_small, _HALF_PI[1], select(is_negative, 2 * _HALF_PI[1], 0.0))
    factor = select(is_small, select(is_negative, 1.0, -1.0), select(is_negative, -2.0, 2.0))
    step = factor * s
    first = base + step
    return first + (((base - first) + step) + muladd(factor, more, rest))
