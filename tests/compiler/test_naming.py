"""What the arrays of a plan are called: one bounded word each, of the labels, no two alike."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import Label, Value, compile, sigmoid, tanh
from autograd.compiler.plan.naming import common_name, names_of

HOSTILE = [
    *("", " ", "\n", "a\nb = c", "x" * 300, "θ", "ß", "37", "٣", "\u202e", "\ud800", "__", "'", "# (3,)"),
    *("p", "p[0:3]", "t3", "t7", "mean", "C", "n", "join", "sum", "sigma", "output", "delta1", "dC/da", "x_b"),
    *("z", "zoom", "w", "W"),
]
TEXTS = st.sampled_from(HOSTILE) | st.text(max_size=30)
SCRIPTS = st.sampled_from(["", "1", "2", "\n", "L+1", "'"])
LABELS = st.builds(Label, TEXTS, SCRIPTS, SCRIPTS) | st.none()


def network(labels, width=3):
    """A plan with a matrix, a vector and a lone parameter, hidden values and adjoints of all of them."""
    labels = iter(labels)
    matrix, vector, lone, hidden, output, cost = ([next(labels)] * count for count in (9, 3, 1, 3, 3, 1))
    w = [[Value(0.1, label) for label in matrix[:width]] for _ in range(width)]
    b = [Value(0.1, label) for label in vector]
    (c,) = (Value(0.1, label) for label in lone)

    def named(values, labels):
        for value, label in zip(values, labels, strict=True):
            value.label = label
        return values

    def function(x):
        z = named([sum(p * q for p, q in zip(row, x, strict=True)) + s for row, s in zip(w, b, strict=True)], hidden)
        a = named([tanh(v) for v in z], output)
        return named([sum(sigmoid(p * q + c) ** 2 for p, q in zip(a, b, strict=True)) + w[0][0] ** 2], cost)[0]

    return compile(function, backend="reference").record(np.ones((2, width)))


@given(st.lists(LABELS, min_size=6, max_size=6))
def test_names_are_bounded_words_and_no_two_are_alike(labels):
    f = network(labels)
    for plan in [stage.plan for stage in f.passes()]:
        names = names_of(plan)
        words = [*names.arrays.values(), *names.parameters.values()]
        unnamed = [f"t{array.number}" for array in plan.arrays if array.number not in names.arrays]
        assert len({*words, *unnamed}) == len(words) + len(unnamed)
        for word in words:
            assert re.fullmatch(r"(d\w{1,24}/d)?\w{1,28}|p\[[\d:, ]+(of them)?\](_\w+)?", word), word
            assert not re.fullmatch(r"t\d+|\d.*|n|sum|join|tanh", word)
        slices = any(word.startswith("p[") for word in words)
        assert not (slices and "p" in words)
        lines = str(plan).split("\n")
        assert max(map(len, lines)) <= 100 and all(line.isprintable() for line in lines)


def told(function, *shapes):
    f = compile(function, backend="reference").record(*(np.ones((2, *shape)) for shape in shapes))
    return names_of(f.plan)


def labelled(values, base, superscript=""):
    for at, value in enumerate(values):
        value.label = Label(base, superscript, str(at))
    return values


def squares(values):
    return sum(value**2 for value in values)


@pytest.mark.parametrize(
    ("base", "superscript", "adjoint"),
    [("z", "", "delta"), ("z", "1", "delta1"), ("zoom", "", "dC/dzoom"), ("z_1", "", "dC/dz_1"), ("a", "2", "dC/da2")],
)
def test_a_delta_is_the_adjoint_of_a_z_and_of_nothing_else(base, superscript, adjoint):
    w = [[Value(0.5) for _ in range(3)] for _ in range(2)]

    def function(x):
        z = labelled([sum(p * q for p, q in zip(row, x, strict=True)) for row in w], base, superscript)
        return squares(sigmoid(v) for v in z)

    assert adjoint in told(function, (3,)).arrays.values()


def test_the_second_adjoint_is_of_the_second_array():
    w, v = ([[Value(0.5) for _ in range(2)] for _ in range(2)] for _ in range(2))

    def layer(weights, x):
        return labelled([sum(p * q for p, q in zip(row, x, strict=True)) for row in weights], "z")

    def function(x):
        return squares(sigmoid(z) for z in layer(v, [sigmoid(z) for z in layer(w, x)]))

    text = str(compile(function, backend="reference").record(np.ones((2, 2))).plan)
    assert "z = p[0:4] @ x" in text and "z_b = p[4:8] @ t4" in text, text
    assert "dC/dp[0:4] = delta @ x'" in text and "dC/dp[4:8] = delta_b @ " in text, text


def test_an_output_s_own_label_is_what_is_differentiated():
    w = Value(0.5, "w")

    def function(x):
        loss = (w * x) ** 2
        loss.label = "loss"
        return loss

    assert "dloss/dw = " in str(compile(function, backend="reference").record(np.ones(2)).plan)


def test_single_values_are_told_apart_by_their_subscripts():
    net = nn.MLP([2, 2], seed=0)
    graph = compile(lambda x: net(x), backend="reference").record(np.ones((2, 2))).passes()[0].plan
    names = names_of(graph)
    assert list(names.parameters.values()) == ["w1_00", "w1_01", "b1_0", "w1_10", "w1_11", "b1_1"]
    assert [*names.arrays.values()][:5] == ["x", "z1_0", "a1_0", "z1_1", "a1_1"]


def test_parameters_that_are_read_as_a_matrix_have_one_name_with_a_capital():
    w = [[Value(0.5, Label("w", "1", f"{j}{k}")) for k in range(3)] for j in range(2)]

    def function(x):
        decay = squares(value for row in w for value in row)
        return squares(sum(p * q for p, q in zip(row, x, strict=True)) for row in w) + decay

    names = told(function, (3,))
    assert list(names.parameters.values()) == ["W1"] and names.shapes == {"W1": (2, 3)}


@pytest.mark.parametrize(
    ("labels", "name"),
    [
        ([Label("w", "1", "0"), Label("w", "1", "1")], "w1"),
        ([Label("w", "1"), Label("w", "2")], ""),
        ([Label("w"), None], ""),
        ([], ""),
        ([Label("learning rate\n")], "learning_rate"),
        ([Label("12")], "_12"),
        ([Label("\n\t")], ""),
        ([Label("x" * 300)], "x" * 20),
    ],
)
def test_the_name_that_labels_have_in_common(labels, name):
    assert common_name(labels) == name
