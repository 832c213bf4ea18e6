"""Compiled programs keep the digits of saturated functions too, in values, gradients and derivatives inside."""

import mpmath
import numpy as np
import pytest
from mpmath import mpf

from autograd import Value, compile, gradient, sigmoid, softplus, tanh
from autograd.compiler import backends

from ..autograd.test_tails import EVERYWHERE, EXACT, close

Z = np.array(EVERYWHERE)


@pytest.fixture(params=["numpy", "reference", "jax"])
def backend(request):
    for module in backends.BACKENDS[request.param].needs:
        pytest.importorskip(module, reason=f"{module} is not installed")
    return request.param


def derivatives(function):
    """The function that returns the value and two derivatives at a point."""

    def all_three(x):
        value = function(x)
        slope = gradient(value, x, create_graph=True)
        return [value, slope, gradient(slope, x, create_graph=True)]

    return all_three


@pytest.mark.parametrize("function", EXACT, ids=lambda function: function.__name__)
def test_functions_of_one_number(function, backend):
    found = compile(derivatives(function), backend=backend)(Z)
    with mpmath.workdps(60):
        for row, z in zip(found, EVERYWHERE, strict=True):
            for number, exact in zip(row, EXACT[function], strict=True):
                close(number, exact(mpf(z)))


@pytest.mark.parametrize("function", EXACT, ids=lambda function: function.__name__)
def test_the_reverse_pass_of_a_program(function, backend):
    w, slopes = Value(0.0), EXACT[function][1]
    f = compile(lambda x: function(w + x), backend=backend)
    with mpmath.workdps(60):
        for z in EVERYWHERE:
            close(f.gradient([z])[1][0], slopes(mpf(z)))


def test_a_sigmoid_and_its_slope_share_the_exponential():
    w = Value(1.0)
    f = compile(lambda x: (sigmoid(w * x) - tanh(x)) ** 2 + softplus(x))
    f.gradient([1.0, 2.0])
    assert "sigma'(" in str(f.plan)
    assert f.source.count("exp(") == 1 and "sigmoid" not in f.source


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_shared_exponentials_do_not_overflow(dtype):
    w = Value(0.0)
    f = compile(lambda x: sigmoid(w + x), dtype=dtype)
    for z, a, slope in ((1e4, 1.0, 0.0), (-1e4, 0.0, 0.0), (0.0, 0.5, 0.25)):
        cost, slopes = f.gradient(np.array([z], dtype))
        assert (cost, slopes[0]) == (a, pytest.approx(slope, abs=1e-30))
