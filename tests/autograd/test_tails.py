"""Where functions saturate their values and slopes keep their digits: relative 1e-12, first and second order."""

import mpmath
import numpy as np
import pytest
from mpmath import mpf

from autograd import Value, chain_rule, gradient, sigmoid, softplus, tanh
from autograd.namespaces import ARRAYS, FLOATS
from autograd.primitives import TABLE

RELATIVE, NORMAL = 1e-12, 1e-300
EDGES = [0.0, 1e-9, 1e-3, 0.5, 1.0, 5.0, 10.0, 14.0, 20.0, 36.8, 40.0, 100.0, 350.0, 699.0, 745.0, 1e4]
EVERYWHERE = [sign * z for z in EDGES for sign in (1.0, -1.0)]


def close(found, exact):
    """Relatively, or below the normal floats."""
    assert abs(mpf(found) - exact) <= max(RELATIVE * abs(exact), NORMAL), (found, exact)


def bell(z):
    return 1 / (2 + mpmath.exp(z) + mpmath.exp(-z))


def logistic(z):
    return 1 / (1 + mpmath.exp(-z))


def sech2(z):
    return 1 / mpmath.cosh(z) ** 2


# For each function its value and its first two derivatives, in forms that lose nothing.
EXACT = {
    sigmoid: (logistic, bell, lambda z: -bell(z) * mpmath.tanh(z / 2)),
    tanh: (mpmath.tanh, sech2, lambda z: -2 * sech2(z) * mpmath.tanh(z)),
    softplus: (lambda z: mpmath.log1p(mpmath.exp(z)), logistic, bell),
}
functions = pytest.mark.parametrize("function", EXACT, ids=lambda function: function.__name__)


@functions
@pytest.mark.parametrize("z", EVERYWHERE)
def test_functions_of_one_number(function, z):
    with mpmath.workdps(60):
        x = Value(z)
        value = function(x)
        (slope,) = gradient(value, [x], create_graph=True)
        for found, exact in zip([value.data, slope.data, gradient(slope, x)], EXACT[function], strict=True):
            close(found, exact(mpf(z)))
        close(gradient(value, x), EXACT[function][1](mpf(z)))
        value.backward()
        assert x.grad == gradient(value, x) == slope.data


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "softplus", "sigmoid_prime", "tanh_prime"])
def test_arrays_are_as_exact_as_floats(name):
    primitive, z = TABLE[name], np.array(EVERYWHERE)
    with np.errstate(over="ignore", under="ignore"):
        found = primitive.rule(ARRAYS, z)
        slopes = primitive.partial(ARRAYS, 0, found, [z])
    for number, value, slope in zip(EVERYWHERE, found, slopes, strict=True):
        expected = primitive.rule(FLOATS, number)
        assert value == pytest.approx(expected, rel=1e-14, abs=NORMAL)
        assert slope == pytest.approx(primitive.partial(FLOATS, 0, expected, [number]), rel=1e-13, abs=NORMAL)


def test_slopes_are_told_by_name_and_drawn_as_one_node():
    z = Value(40.0, "z")
    slope = gradient(sigmoid(z), z, create_graph=True)
    assert slope.primitive.name == "sigmoid_prime" and slope.operands == (z,)
    assert str(chain_rule(slope, z)).startswith("∂v1/∂z = σ′′(z) = ")
