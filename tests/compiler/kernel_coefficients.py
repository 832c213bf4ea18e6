"""Where the coefficients of the kernels' functions come from; as a script, print the module that holds them.

    python tests/compiler/kernel_coefficients.py > autograd/compiler/backends/numba/functions/coefficients.py

Polynomials are nearly the best of their degree on an interval: those of a power series by Lanczos' economisation with
exact numbers, others by interpolation in Chebyshev's points with 40 digits.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import factorial

import mpmath


def economised(series: Sequence[Fraction], least: Fraction, greatest: Fraction, degree: int) -> list[float]:
    """A polynomial for a power series, the lowest power first.

    Of a polynomial's highest power so much is taken away by a Chebyshev polynomial, which is nowhere larger than 1 on
    the interval, and so on downwards (C. Lanczos, Applied Analysis, 1956, chapter VII).
    """
    coefficients = list(series)
    chebyshev = _chebyshev(len(coefficients) - 1, (least + greatest) / 2, (greatest - least) / 2)
    while len(coefficients) > degree + 1:
        top = chebyshev[len(coefficients) - 1]
        factor = coefficients.pop() / top[-1]
        for power in range(len(coefficients)):
            coefficients[power] -= factor * top[power]
    return [float(number) for number in coefficients]


def _chebyshev(degree: int, middle: Fraction, half: Fraction) -> list[list[Fraction]]:
    """The polynomials T_0 to T_degree of ``(a - middle) / half``."""
    found = [[Fraction(1)], [-middle / half, 1 / half]]
    for _ in range(degree - 1):
        before, last = found[-2:]
        turned = [Fraction(0), *(2 * number / half for number in last)]
        for power, number in enumerate(last):
            turned[power] -= 2 * middle / half * number
        for power, number in enumerate(before):
            turned[power] -= number
        found.append(turned)
    return found


def interpolated(function: Callable[[mpmath.mpf], mpmath.mpf], degree: int) -> list[float]:
    """A polynomial for a function on -1..1."""
    count = degree + 1
    with mpmath.workdps(40):
        angles = [mpmath.pi * (2 * k + 1) / (2 * count) for k in range(count)]
        values = [function(mpmath.cos(angle)) for angle in angles]
        factors = [
            2 * mpmath.fsum(v * mpmath.cos(j * angle) for v, angle in zip(values, angles, strict=True)) / count
            for j in range(count)
        ]
        factors[0] /= 2
        powers = [mpmath.mpf(0)] * count
        for factor, own in zip(factors, _chebyshev(degree, Fraction(0), Fraction(1)), strict=True):
            for power, number in enumerate(own):
                powers[power] += factor * mpmath.mpf(number.numerator) / number.denominator
        return [float(number) for number in powers]


_TERMS = range(24)


def _series(term: Callable[[int], Fraction]) -> list[Fraction]:
    return [term(k) for k in _TERMS]


def _binomial(k: int) -> Fraction:
    """Of the series of 1 / root(1 - z)."""
    return Fraction(factorial(2 * k), 4**k * factorial(k) ** 2)


def _of_bell(t: mpmath.mpf) -> mpmath.mpf:
    """``(1 + 2x) e^(x²) erfc(x)`` with x of 0..infinity as ``t = (x - 3.75) / (x + 3.75)`` of -1..1."""
    x = mpmath.mpf("3.75") * (1 + t) / (1 - t)
    with mpmath.workdps(60):
        # Far out by the continued fraction's beginning: the factors are too large and too small.
        if x > 1000:
            far = 1 / (2 * x * x)
            return (1 + 2 * x) / (x * mpmath.sqrt(mpmath.pi)) * (1 - far + 3 * far**2 - 15 * far**3)
        return (1 + 2 * x) * mpmath.exp(x * x) * mpmath.erfc(x)


_SIGN = (1, -1)
_ANGLE = Fraction(617, 1000)  # the square of a quarter of pi, and a little more

# By name: what is computed, and its polynomial.
COEFFICIENTS: dict[str, tuple[str, Callable[[], list[float]]]] = {
    "EXP": (
        "(e^r - 1 - r) / r², of r up to half of log 2",
        lambda: economised(
            _series(lambda k: Fraction(1, factorial(k + 2))), Fraction(-3466, 10000), Fraction(3466, 10000), 9
        ),
    ),
    "EXP_SINGLE": (
        "the same for single precision",
        lambda: economised(
            _series(lambda k: Fraction(1, factorial(k + 2))), Fraction(-3466, 10000), Fraction(3466, 10000), 4
        ),
    ),
    "LOG": (
        "(2 artanh(s) / s - 2) / z, of z = s² up to 0.0296",
        lambda: economised(_series(lambda k: Fraction(2, 2 * k + 3)), Fraction(0), Fraction(296, 10000), 6),
    ),
    "SIN": (
        "(sin(r) / r - 1) / z, of z = r² up to (pi / 4)²",
        lambda: economised(
            _series(lambda k: Fraction(_SIGN[(k + 1) % 2], factorial(2 * k + 3))), Fraction(0), _ANGLE, 5
        ),
    ),
    "COS": (
        "(cos(r) - 1 + z / 2) / z², of z = r² up to (pi / 4)²",
        lambda: economised(_series(lambda k: Fraction(_SIGN[k % 2], factorial(2 * k + 4))), Fraction(0), _ANGLE, 5),
    ),
    "ATAN": (
        "(arctan(y) / y - 1) / z, of z = y² up to tan(pi / 8)²",
        lambda: economised(
            _series(lambda k: Fraction(_SIGN[(k + 1) % 2], 2 * k + 3)), Fraction(0), Fraction(1716, 10000), 10
        ),
    ),
    "ASIN": (
        "(arcsin(s) / s - 1) / z, of z = s² up to 1/4",
        lambda: economised(
            _series(lambda k: _binomial(k + 1) / (2 * k + 3)) + [_binomial(k + 1) / (2 * k + 3) for k in range(24, 40)],
            Fraction(0),
            Fraction(1, 4),
            12,
        ),
    ),
    "ERF": (
        "(root(pi) erf(x) / x - 2) / z, of z = x² up to 3/4²",
        lambda: economised(
            _series(lambda k: Fraction(2 * _SIGN[(k + 1) % 2], factorial(k + 1) * (2 * k + 3))),
            Fraction(0),
            Fraction(9, 16),
            9,
        ),
    ),
    "BELL": ("(1 + 2x) e^(x²) erfc(x), of t = (x - 3.75) / (x + 3.75)", lambda: interpolated(_of_bell, 24)),
    "CUBE_ROOT": ("the cube root, roughly, of m = 1 + t, t of -0.3..0.5", lambda: interpolated(_of_cube_root, 4)),
}


def _of_cube_root(t: mpmath.mpf) -> mpmath.mpf:
    return mpmath.cbrt(mpmath.mpf("1.1") + mpmath.mpf("0.4") * t)


def text() -> str:
    """The module."""
    lines = [
        '"""Coefficients of polynomials, the lowest power first.',
        "",
        "Printed by ``tests/compiler/kernel_coefficients.py``, which says how they are found; a test holds them to it.",
        '"""',
        "",
        "# fmt: off",
    ]
    for name, (told, found) in COEFFICIENTS.items():
        lines += [f"{name} = (", *(f"    {number!r}," for number in found()), ")", f'"""{told}."""', ""]
    return "\n".join([*lines[:-1], "# fmt: on", ""])


if __name__ == "__main__":
    print(text(), end="")
