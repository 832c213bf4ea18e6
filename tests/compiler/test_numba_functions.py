"""The functions that kernels compute in plain arithmetic, against 60 digits of mpmath.

As a script, with a number of points: print how many units in the last place each is off at worst.

    python -m tests.compiler.test_numba_functions 1000
"""

import math
import sys

import mpmath
import numpy as np
import pytest
from mpmath import mpf

from autograd.primitives import TABLE

pytest.importorskip("llvmlite")

from autograd.compiler.backends.numba.functions import coefficients

from . import kernel_coefficients
from .kernel_runs import computed, own_folder  # noqa: F401


def around(low, high):
    """Numbers of an interval."""
    return lambda rng, count: rng.uniform(low, high, count)


def sized(low, high, sign=True, about=0.0):
    """Numbers of powers of ten, of both signs, away from another number."""
    return lambda rng, count: (
        about + 10 ** rng.uniform(low, high, count) * (rng.choice([-1.0, 1.0], count) if sign else 1.0)
    )


def whole(low, high, factor=1.0):
    """Whole numbers, times a factor."""
    return lambda rng, count: np.round(rng.uniform(low, high, count)) * factor


def _bell(times):
    def slope(a):
        e = mpmath.exp(-times * abs(a))
        return times**2 * e / (1 + e) ** 2

    return slope


def _power(a, b):
    return mpmath.power(a, b if a > 0 else int(b))


def _turned(name):
    def function(a):
        with mpmath.workdps(400):
            return getattr(mpmath, name)(a)

    return function


CIRCLE = [[around(-5, 5)], [sized(-15, 8.9)], [sized(9, 300)], [whole(1, 1e5, math.pi / 2)]]
PLANE = [[around(-3, 3)] * 2, [sized(-300, 300)] * 2, [sized(-3, 3)] * 2]

# The exact function, how many units in the last place a kernel may be off, and where.
FUNCTIONS = {
    "exp": (mpmath.exp, 1.0, [[around(-745, 709.7)], [around(-1, 1)], [sized(-18, 0)]]),
    "exp2": (lambda a: mpf(2) ** a, 1.0, [[around(-1073, 1023.9)], [around(-1, 1)]]),
    "expm1": (mpmath.expm1, 2.0, [[around(-40, 709.7)], [around(-1, 1)], [sized(-18, 0)]]),
    "log": (mpmath.log, 1.0, [[sized(-322, 308, False)], [around(0.5, 2)], [sized(-15, -1, about=1.0)]]),
    "log1p": (mpmath.log1p, 1.0, [[sized(-20, 308, False)], [around(-0.99, 1)], [sized(-15, -1, False, -1.0)]]),
    "log2": (lambda a: mpmath.log(a) / mpmath.log(2), 1.5, [[sized(-308, 308, False)], [sized(-15, -1, about=1.0)]]),
    "log10": (mpmath.log10, 1.5, [[sized(-308, 308, False)], [sized(-15, -1, about=1.0)]]),
    "cbrt": (lambda a: mpmath.sign(a) * mpmath.cbrt(abs(a)), 1.0, [[around(-3, 3)], [sized(-308, 308)]]),
    "sin": (_turned("sin"), 1.0, CIRCLE),
    "cos": (_turned("cos"), 1.0, CIRCLE),
    "tan": (_turned("tan"), 2.0, CIRCLE),
    "asin": (mpmath.asin, 1.0, [[around(-1, 1)], [sized(-15, 0)]]),
    "acos": (mpmath.acos, 1.0, [[around(-1, 1)], [sized(-15, -1, False, -1.0)]]),
    "atan": (mpmath.atan, 2.0, [[around(-3, 3)], [sized(-15, 20)], [around(0.40, 0.45)]]),
    "atan2": (mpmath.atan2, 2.0, PLANE),
    "sinh": (mpmath.sinh, 2.0, [[around(-5, 5)], [sized(-15, 2.85)]]),
    "cosh": (mpmath.cosh, 2.0, [[around(-5, 5)], [sized(-15, 2.85)]]),
    "tanh": (mpmath.tanh, 2.5, [[around(-3, 3)], [sized(-18, 1.5)]]),
    "tanh_prime": (_bell(2), 3.0, [[around(-3, 3)], [sized(-18, 2.3)]]),
    "sigmoid": (lambda a: 1 / (1 + mpmath.exp(-a)), 2.0, [[around(-5, 5)], [sized(-5, 2.8)]]),
    "sigmoid_prime": (_bell(1), 3.0, [[around(-5, 5)], [sized(-5, 2.8)]]),
    "softplus": (lambda a: mpmath.log1p(mpmath.exp(a)), 2.0, [[around(-5, 5)], [sized(-5, 2.8)]]),
    "asinh": (mpmath.asinh, 2.0, [[around(-5, 5)], [sized(-15, 307)]]),
    "acosh": (mpmath.acosh, 2.5, [[around(1, 5)], [sized(-15, 2, False, 1.0)], [sized(1, 307, False)]]),
    "atanh": (mpmath.atanh, 2.0, [[around(-1, 1)], [sized(-15, -0.001)]]),
    "hypot": (lambda a, b: mpmath.sqrt(a * a + b * b), 1.0, [*PLANE, [sized(-320, -300)] * 2, [sized(299, 307)] * 2]),
    "erf": (mpmath.erf, 2.5, [[around(-3, 3)], [sized(-15, 0.9)], [around(0.7, 0.8)]]),
    "erfc": (mpmath.erfc, 3.5, [[around(-3, 3)], [sized(-15, 0.9)], [around(0, 26.5)]]),
    "power": (
        _power,
        1.5,
        [
            [around(0.01, 3), around(-3, 3)],
            [sized(-300, 300, False), around(-1, 1)],
            [sized(-12, -4, about=1.0), sized(3, 6)],
            [around(-3, -0.1), whole(-20, 20)],
        ],
    ),
    "mod": (
        lambda a, b: a - b * mpmath.floor(a / b),
        0.5,
        [[around(-3, 3)] * 2, [sized(-5, 30), sized(-5, 5)], [whole(-30, 30), whole(1, 5)]],
    ),
    "floor_divide": (
        lambda a, b: mpmath.floor(a / b),
        0.0,
        [[around(-3, 3)] * 2, [sized(-5, 12), sized(-2, 3)], [whole(-30, 30), whole(1, 5)]],
    ),
}


def worst(name, count, seed=0):
    """How many units in the last place a kernel is off at worst, and there its operands."""
    exact, _, sets = FUNCTIONS[name]
    found = (0.0, ())
    for rng, samples in enumerate(sets):
        operands = [sample(np.random.default_rng([seed, rng, k]), count) for k, sample in enumerate(samples)]
        results = computed(TABLE[name], *operands)
        with mpmath.workdps(60):
            for result, *point in zip(results.tolist(), *(x.tolist() for x in operands), strict=True):
                expected = exact(*map(mpf, point))
                unit = math.ulp(float(expected)) if abs(expected) < sys.float_info.max else math.inf
                off = abs(mpf(result) - expected) / unit if math.isfinite(result) else mpf(unit < math.inf) * 1e9
                found = max(found, (float(off), tuple(point)))
    return found


@pytest.mark.parametrize("name", FUNCTIONS)
def test_it_is_right_to_the_last_digits(name):
    off, point = worst(name, 40)
    assert off <= FUNCTIONS[name][1], point


def test_the_coefficients_are_those_that_are_derived():
    for name, (_, derived) in kernel_coefficients.COEFFICIENTS.items():
        assert list(getattr(coefficients, name)) == derived()


# At the ends of what there is: where C's library says what is right.
ENDS = [0.0, -0.0, 5e-324, -5e-324, 2.2e-308, 1e-300, 0.5, 1.0, -1.0, 2.0, -3.0, 1e22, 1e300, -1e300, 1.7e308]
EXACT_BY_NUMPY = {
    "exp": np.exp, "exp2": np.exp2, "expm1": np.expm1, "log": np.log, "log1p": np.log1p, "log2": np.log2,
    "log10": np.log10, "cbrt": np.cbrt, "sin": np.sin, "cos": np.cos, "tan": np.tan, "asin": np.arcsin,
    "acos": np.arccos, "atan": np.arctan, "sinh": np.sinh, "cosh": np.cosh, "tanh": np.tanh, "asinh": np.arcsinh,
    "acosh": np.arccosh, "atanh": np.arctanh, "floor": np.floor, "ceil": np.ceil, "round_": np.rint,
    "power": np.power, "atan2": np.arctan2, "hypot": np.hypot, "mod": np.mod, "floor_divide": np.floor_divide,
    "copysign": np.copysign, "maximum": np.maximum, "minimum": np.minimum, "sign": np.sign,
}  # fmt: skip
INFINITE = ("power", "atan2", "hypot")
UNSIGNED = ("maximum", "minimum", "sign")  # the sign of a zero is as the operand comes


@pytest.mark.parametrize("name", EXACT_BY_NUMPY)
def test_ends_are_as_in_numpy(name):
    function = EXACT_BY_NUMPY[name]
    infinite = [math.inf, -math.inf] if function.nin == 1 or name in INFINITE else []
    numbers = [*ENDS, *infinite, *([math.nan] if function.nin == 1 else [])]
    grid = np.array(np.meshgrid(*[numbers] * function.nin)).reshape(function.nin, -1)
    with np.errstate(all="ignore"):
        expected = function(*grid)
    found = computed(TABLE[name], *grid)
    np.testing.assert_allclose(found, expected, rtol=1e-15, atol=0)
    if name not in UNSIGNED:
        finite = np.isfinite(expected)
        np.testing.assert_array_equal(np.signbit(found[finite]), np.signbit(expected[finite]))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_what_is_too_large_is_infinite_and_never_nan(dtype):
    limit = math.log(np.finfo(dtype).max)
    above = np.concatenate([limit + np.linspace(0.001, 3.0, 200), [1e4, 1e30]]).astype(dtype)
    for name in ("exp", "expm1"):
        assert (computed(TABLE[name], above) == math.inf).all()
    for name in ("sinh", "cosh"):
        assert (computed(TABLE[name], above + dtype(0.7)) == math.inf).all()
    for name, exact in (("exp", math.exp), ("expm1", math.expm1), ("sinh", math.sinh)):
        below = (limit - np.linspace(0.001, 3.0, 200)).astype(dtype)
        assert computed(TABLE[name], below) == pytest.approx([exact(x) for x in below.tolist()], rel=3e-7)
    for name in ("sigmoid", "tanh"):
        assert (computed(TABLE[name], above) == 1.0).all()
    for name in ("sigmoid_prime", "tanh_prime"):
        assert (computed(TABLE[name], above[-2:]) == 0.0).all()


@pytest.mark.parametrize("z", [-1e308, -1e4, -750.0, -40.0, 0.0, 40.0, 750.0, 1e4, 1e308])
def test_stable_forms_far_out(z):
    with mpmath.workdps(700):
        s = 1 / (1 + mpmath.exp(-mpf(max(-800.0, min(z, 800.0)))))
        expected = {"sigmoid": s, "sigmoid_prime": s * (1 - s), "softplus": z if z > 750 else -mpmath.log(1 - s)}
    for name, exact in expected.items():
        if name == "softplus" and z < -750:
            exact = 0.0
        np.testing.assert_allclose(computed(TABLE[name], np.array([z])), [float(exact)], rtol=1e-15, atol=1e-320)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_single_precision_is_as_near(name):
    exact, off, sets = FUNCTIONS[name]
    with np.errstate(over="ignore"):
        operands = [sample(np.random.default_rng(5), 20).astype(np.float32) for sample in sets[0]]
        operands = [np.clip(operand, -3e38, 3e38) for operand in operands]
        if name in ("log", "log2", "log10"):
            operands = [np.maximum(operand, np.float32(1e-44)) for operand in operands]
        found = computed(TABLE[name], *operands)
        expected = np.array([float(exact(*map(mpf, map(float, point)))) for point in zip(*operands, strict=True)])
        np.testing.assert_allclose(found, expected.astype(np.float32), rtol=off * 2.0**-23 + 1e-8)


if __name__ == "__main__":
    for each in FUNCTIONS:
        print(f"{each:14s} {worst(each, int(sys.argv[1]))}", flush=True)
