"""The plan is told as equations that a student recognises, with the labels' names and shapes."""

import re

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
    sin,
    sqrt,
    tanh,
    total,
    weighted_sum,
    where,
)

from .zoo import ZOO, made

P = [Value(0.5, f"p{k}") for k in range(3)]
W = [[Value(0.1 * (i + k), Label("w", "1", f"{i}{k}")) for k in range(3)] for i in range(2)]
KERNEL = [Value(1.0, "k"), Value(0.5, "k")]


def products(x):
    return [sum(w * a for w, a in zip(row, x, strict=True)) for row in W]


TOLD = {
    "where": (lambda x: where(x > 0, P[0] * x, -x), 0, [
        "t3 = (x > 0)",
        "C = where(t3, p0 * x, -x)",
        "dC/dp0 = 1/n sum(where(t3, 1, 0) * x)",
    ]),
    "softmax": (lambda x: -log_softmax(products(x))[0], 3, [
        "t3 = W1 @ x",
        "t4 = t3 - logsumexp(t3)",
        "C = -t4[0]",
        "dC/dW1 = (t6 - sum(t6) * exp(t4)) @ x'",
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


def width_of(text):
    return max(map(len, text.splitlines()))


def names_told(plan):
    """What stands before the equals signs, and what is given, of all equations."""
    lines = [line for line in plan.equations(all=True).splitlines() if not line.startswith("guard")]
    given = " ".join(line[12:] for line in lines if " = " not in line and "+=" not in line and line[12:])
    made = [line.split(" = ")[0] for line in lines if " = " in line and not line.startswith(" ")]
    return re.findall(r"((?:[^\s\[]|\[[^\]]*\])+) \(\d+,", given) + made


@pytest.mark.parametrize("name", ZOO)
def test_no_line_is_wider_than_100_columns_and_no_name_is_given_twice(name):
    cost, arrays = made(name)
    f = compile(cost).record(*arrays)
    for plan in [f.plan, *(stage.plan for stage in f.passes())]:
        assert width_of(str(plan)) <= 100 and width_of(plan.equations(all=True)) <= 100
        names = names_told(plan)
        assert len(names) == len(set(names)), plan.equations(all=True)


def test_a_long_sum_goes_on_below_its_equals_sign():
    letters = [Value(0.1, f"letter_{k}") for k in range(10)]
    f = compile(lambda x: total([p * sin(x + p) for p in letters])).record(np.ones(2))
    (first, *others) = str(f.passes()[0].plan).splitlines()[3:]
    assert " = letter_0 * sin(x + letter_0)" in first and first.endswith("# (1,)")
    assert len(others) >= 2 and all(re.match(r" {6}\+ letter_", row) for row in others)


A, B, C = (Value(0.1, letter) for letter in "abc")


@pytest.mark.parametrize(
    ("told", "function"),
    [
        ("a - (b - x)", lambda x: A - (B - x)),
        ("a - b - x", lambda x: (A - B) - x),
        ("a - (b + x)", lambda x: A - (B + x)),
        ("(a + x) * b", lambda x: (A + x) * B),
        ("a / (b * x)", lambda x: A / (B * x)),
        ("a / (b * x)", lambda x: (A / B) / x),
        ("a / (b / x)", lambda x: A / (B / x)),
        ("-(a + x)^2", lambda x: -((A + x) ** 2)),
        ("(-x)^2", lambda x: (-x) ** 2),
        ("a - 2 x", lambda x: A + x * -2),
        ("x - a", lambda x: -A + x),
        ("(a^x)^c", lambda x: (A**x) ** C),
        ("a^(x + c)", lambda x: A ** (x + C)),
        ("1 / (a * x) + c", lambda x: 1 / (A * x) + C),
        ("a / x^2", lambda x: x**-2 * A),
        ("sqrt(a + x) * b", lambda x: (A + x) ** 0.5 * B),
        ("1 / sqrt(x)", lambda x: x**-0.5),
        ("(x > a) * (x = b)", lambda x: (x > A) * (x == B)),
        ("2 * 3 x", lambda x: 2 * (3 * x)),
    ],
)
def test_precedence(told, function):
    text = str(compile(function, backend="reference").record(np.ones(2)).passes()[0].plan)
    assert f"= {told} " in text, text


def many_layers(length):
    """Of four neurons each, which is enough for arrays; fewer would be steps of a walk."""
    parameters = [Value(0.1, f"w{k}") for k in range(length)]

    def function(x):
        for w in parameters:
            x = [sin(w * v) for v in x]
        return x

    return compile(function, backend="reference").record(np.ones((2, 4))).plan


def test_a_large_program_is_told_in_part_and_says_how_to_see_all():
    plan = many_layers(1000)
    text = str(plan)
    assert len(text.splitlines()) < 60 and width_of(text) <= 100
    (remark,) = re.findall(r"\.\.\. (.*) more instructions, in (.*) equations; (.*) tells all \.\.\.", text)
    assert remark[2] == "print(f.plan.equations(all=True))"
    everything = plan.equations(all=True)
    assert len(everything.splitlines()) - len(text.splitlines()) >= int(remark[1].replace(",", ""))
    assert int(remark[0].replace(",", "")) <= len(plan.instructions) and "more" not in everything


def test_a_sum_of_very_many_is_told_in_part():
    w = [Value(0.1, Label("w", "", str(k))) for k in range(100)]
    f = compile(lambda x: weighted_sum(w, x)).record(np.ones((2, 100)))
    assert "w_0 * x[0] + w_1 * x[1] + w_2 * x[2] + w_3 * x[3] + ... 92 more ... " in str(f.passes()[0].plan)
    assert "w_50 * x[50]" in f.passes()[0].plan.equations(all=True)


def test_a_cost_that_is_computed_nowhere_is_told_too():
    assert "C = a " in str(compile(lambda x: A).record(np.ones(2)).plan)
    assert "dC/da = 1" in str(compile(lambda x: A).record(np.ones(2)).plan)
    assert "output = x " in str(compile(lambda x: x).record(np.ones(2)).plan)
