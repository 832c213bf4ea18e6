"""Elementary and special functions of one or two numbers, under the names of Python's `math`."""

from __future__ import annotations

from typing import Any

from .primitives import (
    ACOS,
    ACOSH,
    ASIN,
    ASINH,
    ATAN,
    ATAN2,
    ATANH,
    CBRT,
    CEIL,
    CLIP,
    COPYSIGN,
    COSH,
    DIGAMMA,
    ERF,
    ERFC,
    EXP2,
    EXPM1,
    FLOOR,
    HYPOT,
    LGAMMA,
    LOG1P,
    LOG2,
    LOG10,
    LOGSUMEXP,
    MOD,
    RECIPROCAL,
    ROUND_,
    SINC,
    SINH,
    SQUARE,
    TAN,
)
from .value import Value, apply, as_value
from .words import keywords_told


def log1p(a: Any) -> Value:
    """``log(1 + a)`` for `a` > -1, with all its digits where `a` is small."""
    return apply(LOG1P, (as_value(a, "log1p(a)"),))


def expm1(a: Any) -> Value:
    """``exp(a) - 1``, with all its digits where `a` is small."""
    return apply(EXPM1, (as_value(a, "expm1(a)"),))


def exp2(a: Any) -> Value:
    """2 to the power of `a`."""
    return apply(EXP2, (as_value(a, "exp2(a)"),))


def log2(a: Any) -> Value:
    """The logarithm of `a` > 0 to base 2."""
    return apply(LOG2, (as_value(a, "log2(a)"),))


def log10(a: Any) -> Value:
    """The logarithm of `a` > 0 to base 10."""
    return apply(LOG10, (as_value(a, "log10(a)"),))


def square(a: Any) -> Value:
    """``a * a`` as one node."""
    return apply(SQUARE, (as_value(a, "square(a)"),))


def cbrt(a: Any) -> Value:
    """The cube root of `a`, of either sign; its derivative needs an `a` other than 0."""
    return apply(CBRT, (as_value(a, "cbrt(a)"),))


def reciprocal(a: Any) -> Value:
    """``1 / a`` as one node, for an `a` other than 0."""
    return apply(RECIPROCAL, (as_value(a, "reciprocal(a)"),))


def tan(a: Any) -> Value:
    """The tangent of `a` in radians; close to a pole it is large, and at none of the floats infinite."""
    return apply(TAN, (as_value(a, "tan(a)"),))


def asin(a: Any) -> Value:
    """The angle in -π/2..π/2 whose sine is `a`, in -1..1; its derivative needs an `a` between."""
    return apply(ASIN, (as_value(a, "asin(a)"),))


def acos(a: Any) -> Value:
    """The angle in 0..π whose cosine is `a`, in -1..1; its derivative needs an `a` between."""
    return apply(ACOS, (as_value(a, "acos(a)"),))


def atan(a: Any) -> Value:
    """The angle in -π/2..π/2 whose tangent is `a`."""
    return apply(ATAN, (as_value(a, "atan(a)"),))


def sinh(a: Any) -> Value:
    """The hyperbolic sine of `a`."""
    return apply(SINH, (as_value(a, "sinh(a)"),))


def cosh(a: Any) -> Value:
    """The hyperbolic cosine of `a`."""
    return apply(COSH, (as_value(a, "cosh(a)"),))


def asinh(a: Any) -> Value:
    """The number whose hyperbolic sine is `a`."""
    return apply(ASINH, (as_value(a, "asinh(a)"),))


def acosh(a: Any) -> Value:
    """The number of at least 0 whose hyperbolic cosine is `a` >= 1; its derivative needs an `a` > 1."""
    return apply(ACOSH, (as_value(a, "acosh(a)"),))


def atanh(a: Any) -> Value:
    """The number whose hyperbolic tangent is `a`, between -1 and 1."""
    return apply(ATANH, (as_value(a, "atanh(a)"),))


def erf(a: Any) -> Value:
    """The error function of `a`, the integral of ``2/√π exp(-t²)`` from 0 to `a`."""
    return apply(ERF, (as_value(a, "erf(a)"),))


def erfc(a: Any) -> Value:
    """``1 - erf(a)``, with all its digits where it is small."""
    return apply(ERFC, (as_value(a, "erfc(a)"),))


def lgamma(a: Any) -> Value:
    """The logarithm of ``|Γ(a)|``, for an `a` that is neither 0 nor a negative whole number."""
    return apply(LGAMMA, (as_value(a, "lgamma(a)"),))


def digamma(a: Any) -> Value:
    """ψ, the derivative of `lgamma`, for the same `a`; errors are a few 1e-16 of its terms."""
    return apply(DIGAMMA, (as_value(a, "digamma(a)"),))


def sinc(a: Any) -> Value:
    """``sin(π a) / (π a)`` and 1 at 0, as NumPy has it, for a finite `a`."""
    return apply(SINC, (as_value(a, "sinc(a)"),))


def floor(a: Any) -> Value:
    """The largest whole number that is not above `a`; its derivative is 0, at the jumps by convention."""
    return apply(FLOOR, (as_value(a, "floor(a)"),))


def ceil(a: Any) -> Value:
    """The smallest whole number that is not below `a`; its derivative is 0, at the jumps by convention."""
    return apply(CEIL, (as_value(a, "ceil(a)"),))


def round_(a: Any) -> Value:
    """The whole number next to `a`, of two the even one; its derivative is 0, at the jumps by convention."""
    return apply(ROUND_, (as_value(a, "round_(a)"),))


def atan2(y: Any, x: Any) -> Value:
    """The angle in -π..π of the point (x, y), seen from the origin.

    Parameters
    ----------
    y, x : Value or real number
        For the derivative not both 0. From above and from below, the angle of points left of the origin tends to
        π and to -π: along that cut the derivative is that of either side.
    """
    return apply(ATAN2, (as_value(y, "atan2(y)"), as_value(x, "atan2(x)")))


def hypot(a: Any, b: Any) -> Value:
    """``sqrt(a² + b²)``, without overflow; at the origin both derivatives are 0, by convention."""
    return apply(HYPOT, (as_value(a, "hypot(a)"), as_value(b, "hypot(b)")))


def logaddexp(a: Any, b: Any) -> Value:
    """``log(exp(a) + exp(b))``, without overflow: the `logsumexp` of two, and drawn as that."""
    return apply(LOGSUMEXP, (as_value(a, "logaddexp(a)"), as_value(b, "logaddexp(b)")))


def mod(a: Any, b: Any) -> Value:
    """``a % b``, with the sign of `b`, as Python and NumPy have it.

    Parameters
    ----------
    a, b : Value or real number
        `b` other than 0. The derivative by `a` is 1, that by `b` is ``-(a // b)``: at the jumps those of the right.
    """
    return apply(MOD, (as_value(a, "mod(a)"), as_value(b, "mod(b)")))


def copysign(a: Any, b: Any) -> Value:
    """The size of `a` with the sign of `b`, which 0 has too; no gradient flows to `b`, and at `a` = 0 none to `a`."""
    return apply(COPYSIGN, (as_value(a, "copysign(a)"), as_value(b, "copysign(b)")))


@keywords_told("clip")
def clip(a: Any, low: Any, high: Any) -> Value:
    """`a`, but `low` where it is below and `high` where it is above.

    Parameters
    ----------
    a, low, high : Value or real number
        What is chosen receives the gradient: at a bound `a`. With `low` above `high` it is `high`, as in NumPy.
    """
    return apply(CLIP, (as_value(a, "clip(a)"), as_value(low, "clip(low)"), as_value(high, "clip(high)")))
