"""Powers and roots, and what is left over by a division."""

from __future__ import annotations

import math
from collections.abc import Callable

from ..lanes import (
    Lanes,
    bits,
    copysign,
    differs,
    equal,
    fma,
    has_bits,
    is_nan,
    muladd,
    nearest,
    polynomial,
    power_of_two,
    root,
    select,
)
from .coefficients import CUBE_ROOT, LOG
from .exponentials import exp_of_sum
from .logarithms import LN2, split

POWERS: dict[float, Callable[[Lanes], Lanes]] = {
    -2.0: lambda a: 1.0 / (a * a),
    -1.0: lambda a: 1.0 / a,
    -0.5: lambda a: 1.0 / root(a + 0.0),
    0.0: lambda a: a.block.lanes(1.0),
    0.5: lambda a: root(a + 0.0),
    1.0: lambda a: a,
    1.5: lambda a: a * root(a + 0.0),
    2.0: lambda a: a * a,
    3.0: lambda a: a * a * a,
    4.0: lambda a: (a * a) * (a * a),
}
"""What a power by a number is, where that is as exact as the power in general."""

_TWO_THIRDS = 2 / 3, float.fromhex("0x1.5555555555555p-55")


def _long_log(a: Lanes) -> tuple[Lanes, Lanes]:
    """The logarithm of positive numbers, and some 12 more digits of it; as in `logarithms`, in pairs of numbers."""
    k, m = split(a)
    f = m - 1.0
    below = f + 2.0
    s = f / below
    s_low = (fma(-s, below, f) - s * (f - (below - 2.0))) / below
    z = s * s
    z_low = muladd(2.0 * s, s_low, fma(s, s, -z))
    # 2/3 + z (2/5 + ...), times z, times s.
    tail = z * polynomial(LOG[1:], z)
    factor = tail + _TWO_THIRDS[0]
    factor_low = ((_TWO_THIRDS[0] - factor) + tail) + (_TWO_THIRDS[1] + (LOG[0] - _TWO_THIRDS[0]))
    square = z * factor
    square_low = fma(z, factor, -square) + muladd(z, factor_low, z_low * factor)
    cube = s * square
    cube_low = fma(s, square, -cube) + muladd(s, square_low, s_low * square)
    # All in all k log 2 + 2 s + that, the largest first.
    whole, low = _sum(2.0 * s, cube)
    high, rest = _sum(k * LN2[0], whole)
    return high, rest + (low + (muladd(2.0, s_low, cube_low) + k * LN2[1]))


def _sum(a: Lanes, b: Lanes) -> tuple[Lanes, Lanes]:
    """The sum of two numbers, and what rounding has lost (D. E. Knuth)."""
    added = a + b
    other = added - a
    return added, (a - (added - other)) + (b - other)


def power(a: Lanes, b: Lanes) -> Lanes:
    """``a`` to the power of ``b``."""
    a.block.require_double()
    size = abs(a)
    high, low = _long_log(size)
    # Beyond this every power is 0, 1 or infinite, and the product would be no number.
    far = copysign(select(abs(b) < 1e300, abs(b), 1e300), b)
    product = high * far
    found = exp_of_sum(product, muladd(low, far, fma(high, far, -product)))
    special = equal(size, 0.0) | equal(size, math.inf)
    found = select(special, select(equal(size, 0.0) ^ (b > 0.0), math.inf, 0.0), found)
    found = select(equal(abs(b), math.inf), _far_out(size, b), found)
    is_whole, half = equal(nearest(b), b), b * 0.5
    is_odd = is_whole & differs(nearest(half), half)
    is_negative = has_bits(bits(a) >> 63)
    found = select(is_negative & is_odd, -found, found)
    found = select((a < 0.0) & ~is_whole & (size < math.inf), math.nan, found)
    found = select(is_nan(a), a, select(is_nan(b), b, found))
    return select(equal(b, 0.0) | equal(a, 1.0), 1.0, found)


def _far_out(size: Lanes, b: Lanes) -> Lanes:
    """The power of an infinite exponent."""
    grows = (size > 1.0) ^ (b < 0.0)
    return select(equal(size, 1.0), 1.0, select(grows, math.inf, 0.0))


def cbrt(a: Lanes) -> Lanes:
    """The cube root: of an exponent a third, of a polynomial the first digits, by Halley's and Newton's steps all."""
    size = abs(a)
    k, m = split(size)
    third = nearest(k * (1 / 3))
    left = muladd(third, -3.0, k)
    m = m * select(left > 0.5, 2.0, select(left < -0.5, 0.5, 1.0))
    t = select(left > 0.5, m * 0.5, select(left < -0.5, m * 2.0, m))
    y = polynomial(CUBE_ROOT, muladd(t, 2.5, -2.75))
    y = y * select(left > 0.5, 2 ** (1 / 3), select(left < -0.5, 0.5 ** (1 / 3), 1.0))
    cube = y * y * y
    y = y * (muladd(m, 2.0, cube) / muladd(cube, 2.0, m))
    square = y * y
    missed = muladd(fma(y, y, -square), y, fma(square, y, -m))
    y = y - missed / (3.0 * square)
    found = y * power_of_two(third)
    return copysign(select((size > 0.0) & (size < math.inf), found, size), a)


def hypot(a: Lanes, b: Lanes) -> Lanes:
    """The root of the sum of squares, which may be too large or too small for numbers."""
    a.block.require_double()
    left, right = abs(a), abs(b)
    most, least = select(left < right, right, left), select(left < right, left, right)
    is_large, is_tiny = most > 1e150, most < 1e-150
    down = select(is_large, 2.0**-600, select(is_tiny, 2.0**600, 1.0))
    up = select(is_large, 2.0**600, select(is_tiny, 2.0**-600, 1.0))
    x, y = most * down, least * down
    found = select(most < math.inf, root(muladd(x, x, y * y)) * up, most)
    return select(is_nan(a), a, select(is_nan(b), b, found))


def _divided(a: Lanes, b: Lanes) -> tuple[Lanes, Lanes]:
    """What is left over by a division, with the divisor's sign, and the quotient rounded down.

    A product that is rounded once leaves all of it; of quotients too large for that, C's library.
    """
    a.block.require_double()
    ratio = a / b
    times = a.block.intrinsic("floor", ratio)
    usual = select(equal(times, 0.0), a, fma(-times, b, a))
    left = a.block.unless(~(abs(ratio) < 2.0**51), usual, "fmod", a, b)
    over = differs(left, 0.0) & (has_bits(bits(left) >> 63) ^ has_bits(bits(b) >> 63))
    left = select(over, left + b, left)
    # Of a quotient that was rounded up to a whole number, one less.
    quotient = nearest(select(over & equal(times, ratio), times - 1.0, times))
    return select(equal(left, 0.0), copysign(0.0, b), left), select(
        equal(quotient, 0.0), copysign(0.0, ratio), quotient
    )


def mod(a: Lanes, b: Lanes) -> Lanes:
    """What is left over by a division, with the divisor's sign."""
    return _divided(a, b)[0]


def floor_divide(a: Lanes, b: Lanes) -> Lanes:
    """How often a divisor goes into a number."""
    return _divided(a, b)[1]
