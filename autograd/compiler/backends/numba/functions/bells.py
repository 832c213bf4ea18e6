"""The error function and what is left of it, which is ``1 - erf``.

For x of at least 0, ``(1 + 2x) e^(x²) erfc(x)`` changes so little that one polynomial of ``(x - c) / (x + c)`` is it
everywhere (M. M. Shepherd and J. G. Laframboise, Mathematics of Computation 36, 1981).
"""

from __future__ import annotations

from ..lanes import Lanes, copysign, fma, muladd, polynomial, select
from .coefficients import BELL, ERF
from .exponentials import exp_of_sum

_ONE_OVER_ROOT_OF_PI = 0.5641895835477563, 7.66772980658295e-18
_CENTRE, _LESS_NEAR, _NEAR, _FAR = 3.75, 0.5, 0.75, 28.0


def _left(size: Lanes) -> Lanes:
    """erfc of numbers of at least 0; of those beyond 28 it is 0."""
    x = select(size > _FAR, _FAR, size)
    square = x * x
    bell = exp_of_sum(-square, fma(-x, x, square))
    return bell * polynomial(BELL, (x - _CENTRE) / (x + _CENTRE)) / muladd(x, 2.0, 1.0)


def _near_zero(a: Lanes) -> Lanes:
    """erf of numbers up to 3/4."""
    z = a * a
    high, low = _ONE_OVER_ROOT_OF_PI
    return muladd(a, 2.0 * high, a * muladd(z * high, polynomial(ERF, z), 2.0 * low))


def erfc(a: Lanes) -> Lanes:
    """``1 - erf(a)``."""
    a.block.require_double()
    left = _left(abs(a))
    return select(abs(a) < _LESS_NEAR, 1.0 - _near_zero(a), select(a < 0.0, 2.0 - left, left))


def erf(a: Lanes) -> Lanes:
    """The error function."""
    a.block.require_double()
    size = abs(a)
    return copysign(select(size < _NEAR, _near_zero(size), 1.0 - _left(size)), a)
