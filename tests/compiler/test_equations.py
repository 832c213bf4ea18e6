"""The plan is told as equations that a student recognises, with the labels' names and shapes."""

import numpy as np
import pytest

import nn
from autograd import (
    Label,
    Value,
    compile,
    detach,
    exp,
    log_softmax,
    maximum,
    minimum,
    relu,
    sigmoid,
    sqrt,
    tanh,
    weighted_sum,
    where,
)

P = [Value(0.5, f"p{k}") for k in range(3)]
W = [[Value(0.1 * (i + k), Label("w", "1", f"{i}{k}")) for k in range(3)] for i in range(2)]
KERNEL = [Value(1.0, "k"), Value(0.5, "k")]


def products(x):
    return [sum(w * a for w, a in zip(row, x, strict=True)) for row in W]


TOLD = {
    "where": (lambda x: where(x > 0, P[0] * x, -x), 0, [
        "t3 = (x > 0)",
        "C = where(t3, p0 * x, (-1) x)",
        "dC/dp0 = sum(1/n where(t3, 1, 0) * x)",
    ]),
    "softmax": (lambda x: -log_softmax(products(x))[0], 3, [
        "t3 = W1 @ x",
        "t4 = logsumexp(t3)",
        "C = t4 - t3[0]",
        "t9 = (-1/n at [0]) + 1/n exp(t3 - t4)",
        "dC/dW1 = t9 @ x'",
    ]),
    "activations": (lambda x: sum(tanh(z) * relu(z) for z in products(x)), 3, [
        "t3 = W1 @ x",
        "t4 = tanh(t3)",
        "t5 = relu(t3)",
    ]),
    "operators": (lambda x: maximum(P[0] * x, minimum(x, 1.0)) ** 3 / (1 + exp(x)), 0, [
        "t3 = p0 * x",
        "t4 = min(x, 1)",
        "t6 = max(t3, t4)",
        "t7 = exp(x) + 1",
        "C = t6^3 / t7",
    ]),
    "roots and powers": (lambda x: sqrt(P[0] * x) - abs(P[1] - x) + P[2] ** x, 0, [
        "p2^x", "abs(p1 - x)", "sqrt(p0 * x)",
    ]),
    "decay, once a batch": (lambda x: detach(P[0] * x) * P[1] + 0.1 * sum(p**2 for p in P), 0, [
        "detach(p0 * x)",
        "C = p1 * t5 + 0.1 sum(p[0:3]^2)",
        "dC/dp[0:3] += 0.2 p[0:3]",
    ]),
    "outputs": (lambda x: [x * 2, P[0] * x, tanh(x)], 0, ["t6 = join(2 x, p0 * x, tanh(x))"]),
    "a convolution": (lambda x: sum(tanh(weighted_sum(KERNEL, x[i : i + 2])) ** 2 for i in range(4)), 5, [
        "K", "tanh'(", "C = sum(",
    ]),
}  # fmt: skip


@pytest.mark.parametrize("name", TOLD)
def test_a_plan_is_told(name):
    function, width, lines = TOLD[name]
    text = str(compile(function).record(np.ones((2, width) if width else 2)).plan)
    for line in lines:
        assert line in text, text


def test_a_guard_says_where_it_was_recorded():
    text = str(compile(lambda x: P[0] * x if x < 2 else x).record(np.ones(2)).plan)
    assert "guard: x < 2 as recorded at test_equations.py:" in text


def test_a_network_is_told_in_the_document_s_letters():
    net = nn.MLP([3, 2, 2], activation="tanh", output="sigmoid", seed=0)
    text = str(compile(lambda x, y: nn.squared_error(net(x), y)).record(np.ones((2, 3)), np.ones((2, 2))).plan)
    for line in (
        "z1 = W1 @ x + b1",
        "a1 = tanh(z1)",
        "a2 = sigma(z2)",
        "delta1 = W2' @ delta2 * tanh'(z1)",
        "dC/dW1 = delta1 @ x'",
    ):
        assert line in text, text


def test_forward_alone_has_no_derivatives():
    f = compile(lambda x: [sigmoid(z) for z in products(x)])
    assert "dC" not in str(f.record(np.ones((2, 3))).plan)
