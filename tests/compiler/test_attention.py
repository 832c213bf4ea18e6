"""Attention and norms are told as in the papers: softmax(Q K' / sqrt(d)) V, (x - mean) / sqrt(var + eps)."""

import re

import numpy as np
import pytest

from autograd import compile, sqrt, tanh
from autograd.compiler.plan.attention import attentions, spreads
from autograd.compiler.plan.instructions import Array, Ref

from .test_equations import names_told, width_of
from .test_ragged import SEEN, SOFTMAXES, attention, dot, matrix


def told(seen="causal", shares="by hand", length=5, **sizes):
    """The equations of an attention, each by what it is of."""
    cost, x, _ = attention(SEEN[seen], SOFTMAXES[shares], length, **sizes)
    plan = compile(cost).record(x).plan
    text = plan.equations(all=True)
    assert width_of(text) <= 100 and len(names_told(plan)) == len(set(names_told(plan)))
    lines = [line.split("  # ")[0].split(" = ", 1) for line in text.splitlines() if " = " in line]
    return {name: " ".join(right.split()) for name, right in lines}


def test_attention_has_its_names():
    lines = told()
    assert lines["QKV1"] == "Wqkv1 @ x"
    assert lines["S1"] == "Q1 @ K1'"
    assert lines["Y1"] == "tril(A1) @ V1"
    assert any("Wo1 @ concat(Y1)" in right for right in lines.values())
    assert lines["dC/dWo1"].endswith("@ concat(Y1)'") and lines["dC/dWqkv1"] == "dC/dQKV1 @ x'"
    assert re.fullmatch(r"join\(t\d+\[by heads\]' @ tril\(A1\), t\d+ @ K1, t\d+' @ Q1\)", lines["dC/dQKV1"])


@pytest.mark.parametrize("shares", SOFTMAXES)
def test_shares_are_the_softmax_of_scores(shares):
    lines = told(shares=shares)
    of = lines["A1"].rpartition("softmax(")[2].removesuffix(")")
    assert (lines.get(of) or of) == "0.707107 S1[j <= i]"


@pytest.mark.parametrize(
    ("seen", "mask", "mixed"),
    [
        ("causal", "S1[j <= i]", "tril(A1) @ V1"),
        ("from here on", "S1[j >= i]", "triu(A1) @ V1"),
        ("a window", "S1[i - 2 <= j <= i + 2]", None),
        ("two documents", "S1", None),
    ],
)
def test_what_positions_see_is_said(seen, mask, mixed):
    lines = told(seen, length=6)
    assert lines["A1"].endswith(f"softmax(0.707107 {mask})")
    assert mixed is None or lines["Y1"] == mixed


def test_each_layer_and_one_head_have_names_too():
    lines = told(heads=1, layers=2)
    assert [lines[f"S{k}"] for k in (1, 2)] == ["Q1 @ K1'", "Q2 @ K2'"]
    assert [lines[f"Y{k}"] for k in (1, 2)] == ["tril(A1) @ V1", "tril(A2) @ V2"]


def test_products_that_are_no_attention_have_no_such_names():
    def cost(x):
        outer = [[a * b for b in x[:3]] for a in x[3:]]
        return sum(tanh(dot(row, x[:3])) for row in outer)

    assert not attentions(compile(cost).record(np.ones((2, 6))).plan).arrays


def test_norms_are_told_as_quotients():
    w = matrix(np.random.default_rng(0), 3, 4)

    def layer_norm(x):
        mean = sum(x) / len(x)
        centred = [a - mean for a in x]
        scale = sqrt(sum(a * a for a in centred) / len(x) + 1e-5)
        return [a / scale for a in centred]

    def root_mean_square_norm(x):
        scale = (sum(a * a for a in x) / len(x) + 1e-5) ** -0.5
        return [a * scale for a in x]

    def equations(norm):
        f = compile(lambda x: sum(tanh(dot(row, norm(x[k : k + 4]))) for k in (0, 4) for row in w))
        return str(f.record(np.ones((2, 8))).plan)

    assert re.search(r"(t\d+) = x - mean\(x\) .*\n(t\d+) = .*mean\(\1\^2\) \+ 1e-05", equations(layer_norm))
    assert "x / sqrt(mean(x^2) + 1e-05)" in equations(root_mean_square_norm)
    assert re.search(r"\(x\) +# \(2, 4\)\n", equations(layer_norm))


def test_a_read_that_repeats_each_position_is_told_as_the_array():
    array = Array(0, 3, True)
    assert spreads(Ref(array, np.array([0, 0, 1, 2, 2, 2])))
    for index in ([0, 1, 2], [0, 0, 2], [0, 1, 1], [0, 1, 0, 1, 2], [2, 2, 1, 0]):
        assert not spreads(Ref(array, np.array(index)))
