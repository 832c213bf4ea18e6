"""Compiled programs keep the digits of saturated functions too, in values, gradients and derivatives inside."""

from dataclasses import replace

import mpmath
import numpy as np
import pytest
from mpmath import mpf

import nn
from autograd import Value, compile, gradient, log_softmax, logsumexp, sigmoid, softmax, softplus, tanh
from autograd.compiler import backends
from autograd.compiler.plan.shares import LogSoftmax, SoftmaxAdjoint
from autograd.compiler.plan.validate import validate

from ..autograd.test_tails import (
    EVERYWHERE,
    EXACT,
    SPREAD,
    Shares,
    all_close,
    close,
    of_logsumexp,
    of_share,
    of_surprise,
)

Z = np.array(EVERYWHERE)


@pytest.fixture(params=["numpy", "reference", "numba", "jax"])
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


def of_values(function):
    """The function that returns the value and two orders of derivatives by several numbers."""

    def all_of_them(z):
        value = function(z)
        slopes = gradient(value, z, create_graph=True)
        return [value, *slopes, *(d for s in slopes for d in gradient(s, z, create_graph=True))]

    return all_of_them


FUNCTIONS = {
    "logsumexp": (logsumexp, of_logsumexp),
    "softmax": (lambda z: softmax(z)[1], lambda s: of_share(s, 1)),
    "log_softmax": (lambda z: -log_softmax(z)[1], lambda s: of_surprise(s, 1)),
    "cross_entropy": (lambda z: nn.cross_entropy(z, 0), lambda s: of_surprise(s, 0)),
    "cross_entropy of a vector": (
        lambda z: nn.cross_entropy(z, [0.0] * (len(z) - 1) + [1.0]),
        lambda s: of_surprise(s, len(s.indices) - 1),
    ),
}
BY_WIDTH = [[numbers for numbers in SPREAD if len(numbers) == n] for n in (2, 3, 4)]


@pytest.mark.parametrize(
    ("name", "backend"),
    [(name, "numpy") for name in FUNCTIONS]
    + [(n, b) for n in ("softmax", "cross_entropy") for b in ("reference", "numba", "jax")],
    indirect=["backend"],
)
def test_functions_of_several_numbers(name, backend):
    """Inside a compiled function, and in its reverse pass: rows of the batch share the program."""
    function, exact = FUNCTIONS[name]
    for rows in BY_WIDTH if backend == "numpy" else BY_WIDTH[1:2]:
        n = len(rows[0])
        found = compile(of_values(function), backend=backend)(np.array(rows))
        weights = [Value(0.0) for _ in range(n)]
        f = compile(lambda z, w=weights: function([a + b for a, b in zip(z, w, strict=True)]), backend=backend)
        with mpmath.workdps(60):
            for row, numbers in zip(found, rows, strict=True):
                shares = exact(Shares(numbers))
                all_close(row, shares)
                cost, slopes = f.gradient(np.array([numbers]))
                all_close([cost, *slopes], shares[: n + 1])


def test_targets_of_each_sample(backend):
    """As `fit` has them: one-hot rows that come with the inputs."""
    w = [Value(0.0) for _ in range(3)]
    f = compile(lambda z, y: nn.cross_entropy([a + b for a, b in zip(z, w, strict=True)], y), backend=backend)
    g = compile(lambda z, y: nn.binary_cross_entropy(sigmoid(w[0] + z), y), backend=backend)
    with mpmath.workdps(60):
        for numbers in BY_WIDTH[1]:
            for i in range(3):
                cost, slopes = f.gradient(np.array([numbers]), np.eye(3)[[i]])
                all_close([cost, *slopes], of_surprise(Shares(numbers), i)[:4])
                cost, slopes = f.gradient(np.array([numbers]), np.array([i]))
                all_close([cost, *slopes], of_surprise(Shares(numbers), i)[:4])
        for z in (-700.0, -40.0, 40.0, 700.0):
            for y in (0.0, 1.0):
                cost, slopes = g.gradient([z], [y])
                toward = -mpf(z) if y else mpf(z)
                exact = [mpmath.log1p(mpmath.exp(toward)), (-1 if y else 1) / (1 + mpmath.exp(-toward)), 0, 0]
                all_close([cost, *slopes], exact[: 1 + len(slopes)])


@pytest.mark.parametrize("length", [1, 2, 3, 64, 65, 200])
def test_wide_softmaxes(length):
    z = np.linspace(-3.0, 3.0, length)
    w = [Value(0.0) for _ in range(length)]
    f = compile(lambda z, y: nn.cross_entropy([a + b for a, b in zip(z, w, strict=True)], y))
    y = np.linspace(0.0, 1.0, length)
    p = np.exp(z) / np.exp(z).sum()
    cost, slopes = f.gradient(z[None], y[None])
    assert cost == pytest.approx(-(y * np.log(p)).sum(), rel=1e-12)
    np.testing.assert_allclose(slopes, p * y.sum() - y, rtol=1e-12, atol=1e-13)


def test_several_softmaxes_are_one_instruction():
    w = [Value(0.1 * k) for k in range(6)]

    def function(x):
        first, second = softmax([a * x for a in w[:3]]), softmax([a * x for a in w[3:]])
        return sum(p * q for p, q in zip(first, second, strict=True))

    f = compile(function)
    f.gradient([1.0, 2.0])
    assert str(f.plan).count("logsumexp(") == 1 and f.source.count("log_softmax_of_runs(") == 1
    x = Value(2.0)
    assert f([2.0])[0] == pytest.approx(function(x).data, rel=1e-14)
    np.testing.assert_allclose(f.gradient([2.0])[1], gradient(function(x), w), rtol=1e-12)


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


@pytest.mark.parametrize("kind", [LogSoftmax, SoftmaxAdjoint])
def test_runs_that_do_not_fit_are_no_plan(kind):
    w = [Value(0.1 * k) for k in range(3)]
    f = compile(lambda x: softmax([a * x for a in w])[0])
    f.gradient([1.0])
    plan = f.passes()[-1].plan
    made = next(made for made in plan.instructions if isinstance(made, kind))
    broken = [replace(one, length=2) if one is made else one for one in plan.instructions]
    with pytest.raises(AssertionError, match=f"{kind.__name__} of runs of 2: 3 numbers"):
        validate(replace(plan, instructions=broken))
