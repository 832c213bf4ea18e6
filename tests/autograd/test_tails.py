"""Where functions saturate their values and slopes keep their digits: relative 1e-12, first and second order."""

from random import Random

import mpmath
import numpy as np
import pytest
from mpmath import mpf

import nn
from autograd import Value, chain_rule, gradient, log_softmax, logsumexp, sigmoid, softmax, softplus, tanh
from autograd.graph import topological_order
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


# Operations of several numbers: far apart, all alike, two alike above the others, one alone.
SPREAD = [
    [0.0, -40.0], [40.0, 0.0], [-300.0, 300.0], [0.0, -699.0], [3.0, 2.5, -1.0], [0.0, 0.0, 0.0], [30.0, 29.0, -10.0],
    [0.0, 40.0, 10.0], [0.0, 40.0, 30.0], [200.0, -40.0, 180.0, 199.0], [-17.0, 1e-9, -37.0, -36.0], [5.0],
]  # fmt: skip
spread = pytest.mark.parametrize("numbers", SPREAD, ids=str)


class Shares:
    """Softmax and what is made of it, in sums that do not cancel."""

    def __init__(self, numbers):
        z = [mpf(number) for number in numbers]
        whole = mpmath.fsum(map(mpmath.exp, z))
        self.p = [mpmath.exp(a) / whole for a in z]
        self.rest = [1 - p if p < 0.5 else mpmath.fsum(self.p[:i] + self.p[i + 1 :]) for i, p in enumerate(self.p)]
        self.below = [
            mpmath.log1p(-rest) if rest < 0.5 else mpmath.log(p) for p, rest in zip(self.p, self.rest, strict=True)
        ]
        self.normaliser = max(z) + mpmath.log1p(self.rest[z.index(max(z))] / self.p[z.index(max(z))])
        self.indices = range(len(z))

    def slope(self, i, j):
        """d p_i / d z_j."""
        return self.p[i] * (self.rest[i] if i == j else -self.p[j])

    def curvature(self, i, j, k):
        """d2 p_i / d z_j d z_k."""
        p, rest = self.p, self.rest
        if i == j == k:
            return p[i] * rest[i] * (rest[i] - p[i])
        if j == k:
            return p[i] * p[j] * (p[j] - rest[j])
        if i in (j, k):
            other = k if i == j else j
            return p[i] * p[other] * (p[i] - rest[i])
        return 2 * p[i] * p[j] * p[k]


def derivatives(value, wrt):
    """The number of a value, and its first and second derivatives through Values, one after another."""
    slopes = gradient(value, wrt, create_graph=True)
    return [value.data, *(s.data for s in slopes), *(d for s in slopes for d in gradient(s, wrt))]


def of_logsumexp(s):
    return [s.normaliser, *s.p, *(s.slope(i, j) for i in s.indices for j in s.indices)]


def of_share(s, i):
    return [
        s.p[i],
        *(s.slope(i, j) for j in s.indices),
        *(s.curvature(i, j, k) for j in s.indices for k in s.indices),
    ]


def of_surprise(s, i):
    """-log p_i, the cross entropy."""
    slopes = [-s.rest[j] if i == j else s.p[j] for j in s.indices]
    return [-s.below[i], *slopes, *(s.slope(j, k) for j in s.indices for k in s.indices)]


def all_close(found, exact):
    for number, true in zip(found, exact, strict=True):
        close(number, true)


@spread
def test_logsumexp_softmax_and_log_softmax(numbers):
    with mpmath.workdps(60):
        s, z = Shares(numbers), [Value(number) for number in numbers]
        all_close(derivatives(logsumexp(z), z), of_logsumexp(s))
        for i in s.indices:
            all_close(derivatives(softmax(z)[i], z), of_share(s, i))
            all_close(derivatives(-log_softmax(z)[i], z), of_surprise(s, i))


@spread
def test_cross_entropy_of_right_and_wrong_answers(numbers):
    with mpmath.workdps(60):
        s, z = Shares(numbers), [Value(number) for number in numbers]
        for i in s.indices:
            for target in (i, [float(i == j) for j in s.indices]):
                cost = nn.cross_entropy(z, target)
                all_close(derivatives(cost, z), of_surprise(s, i))
                assert gradient(cost, z) == pytest.approx(derivatives(cost, z)[1 : 1 + len(z)], rel=1e-14, abs=NORMAL)


@pytest.mark.parametrize("n", [32, 33, 65, 1100])
def test_wide_softmaxes_have_few_edges_and_all_their_digits(n):
    """Values and gradients: second derivatives are exact among as many as stand in one block."""
    random, order = Random(n), [0, n // 2, n - 1]
    numbers = [random.uniform(-60.0, 0.0) for _ in range(n)]
    numbers[n // 2] = 40.0
    with mpmath.workdps(60):
        s, z = Shares(numbers), [Value(number) for number in numbers]
        logs, shares = log_softmax(z), softmax(z)
        assert sum(len(value.operands) for value in topological_order(logs)) <= max(n * n, 40 * n)
        for i in order:
            close(-logs[i].data, -s.below[i])
            all_close(gradient(-logs[i], z), [-s.rest[j] if i == j else s.p[j] for j in s.indices])
            all_close(gradient(shares[i], z), [s.slope(i, j) for j in s.indices])


@pytest.mark.parametrize("z", EVERYWHERE)
@pytest.mark.parametrize("y", [0.0, 1.0])
def test_binary_cross_entropy_of_right_and_wrong_answers(z, y):
    with mpmath.workdps(60):
        x = Value(z)
        toward = -mpf(z) if y else mpf(z)  # the side of the wrong answer
        exact = [mpmath.log1p(mpmath.exp(toward)), logistic(toward) * (-1 if y else 1), bell(toward)]
        all_close(derivatives(nn.binary_cross_entropy(sigmoid(x), y), [x]), exact)


@pytest.mark.parametrize("name", ["logsumexp", "log_softmax"])
def test_arrays_of_several_numbers_are_as_exact_as_floats(name):
    primitive = TABLE[name]
    for numbers in SPREAD:
        found = primitive.rule(ARRAYS, *(np.full(2, number) for number in numbers))
        assert found.tolist() == pytest.approx([primitive.rule(FLOATS, *numbers)] * 2, rel=1e-14, abs=NORMAL)


def test_slopes_are_told_by_name_and_drawn_as_one_node():
    z = Value(40.0, "z")
    slope = gradient(sigmoid(z), z, create_graph=True)
    assert slope.primitive.name == "sigmoid_prime" and slope.operands == (z,)
    assert str(chain_rule(slope, z)).startswith("∂v1/∂z = σ′′(z) = ")
