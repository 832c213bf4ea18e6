"""Layers whose values have no labels are told with the document's names, as those of `nn` are."""

import re

import numpy as np
import pytest

import nn
from autograd import Value, compile, logsumexp, relu, sigmoid, softplus, tanh

X, Y = np.ones((2, 3)), np.ones((2, 2))


def matrix(rows, columns):
    return [[Value(0.1 * (j + k)) for k in range(columns)] for j in range(rows)]


W1, B1, W2, B2 = matrix(4, 3), matrix(1, 4)[0], matrix(2, 4), matrix(1, 2)[0]


def told(function, *arrays):
    return str(compile(function, backend="reference").record(*arrays).plan)


def by_zip(x):
    z = [sum(w * v for w, v in zip(row, x, strict=True)) + b for row, b in zip(W1, B1, strict=True)]
    a = [sigmoid(v) for v in z]
    z = [sum(w * v for w, v in zip(row, a, strict=True)) + b for row, b in zip(W2, B2, strict=True)]
    return [sigmoid(v) for v in z]


def by_index(x):
    a = []
    for j in range(4):
        z = B1[j]
        for k in range(3):
            z = z + W1[j][k] * x[k]
        a.append(1.0 * sigmoid(z))
    return [sigmoid(sum(W2[j][k] * a[k] for k in range(4)) + B2[j]) for j in range(2)]


@pytest.mark.parametrize("network", [by_zip, by_index])
def test_a_network_without_labels_is_told_as_one_of_nn(network):
    labelled = nn.MLP([3, 4, 2], seed=0)
    assert told(lambda x, y: nn.squared_error(network(x), y), X, Y) == told(
        lambda x, y: nn.squared_error(labelled(x), y), X, Y
    )


def products(weights, x):
    return [sum(w * v for w, v in zip(row, x, strict=True)) for row in weights]


def squares(values):
    return sum(v * v for v in values)


TOLD = {
    "a layer without a bias": (lambda x: squares(tanh(z) for z in products(W1, x)), ["z1 = W1 @ x ", "a1 = tanh(z1)"]),
    "a layer without an activation": (
        lambda x: logsumexp([z + b for z, b in zip(products(W1, x), B1, strict=True)]),
        ["z1 = W1 @ x + b1", "dC/dW1 = delta1 @ x'"],
    ),
    "other activations": (
        lambda x: squares(softplus(z) for z in products(W2, [relu(z) for z in products(W1, x)])),
        ["a1 = relu(z1)", "a2 = softplus(z2)"],
    ),
    "one neuron": (lambda x: sigmoid(products(W1[:1], x)[0] + B1[0]), ["z1 = W1 @ x + b1", "C = sigma(z1)"]),
    "neither bias nor activation": (lambda x: squares(products(W1, x)), ["p[0:12] @ x"]),
    "a matrix that is read twice": (
        lambda x: squares(tanh(z) for z in products(W1, [*[tanh(z) for z in products(W1[:2], x)], x[0]])),
        ["p["],
    ),
}


@pytest.mark.parametrize("name", TOLD)
def test_what_has_the_shape_of_a_layer(name):
    function, lines = TOLD[name]
    text = told(function, X)
    for line in lines:
        assert line in text, text


def test_a_name_that_a_label_has_is_not_given_to_a_layer():
    w = Value(0.5, "z1")
    text = told(lambda x: squares(tanh(z) for z in products(W1, x)) * w, X)
    names = re.findall(r"^(\S+) = ", text, re.MULTILINE)
    assert len(names) == len(set(names)) and "z1 (1,)" in text and re.search("z1_[bc] = W1 @ x", text), text


def test_labels_go_before_what_a_layer_is_called():
    w, b = ([Value(0.5, base) for _ in range(3)] for base in "vc")
    text = told(lambda x: squares(tanh(z) for z in [p * q + r for p, q, r in zip(w, x, b, strict=True)]), X)
    assert "z1" not in text
    labelled = [[Value(0.5, "U") for _ in range(3)] for _ in range(2)]
    text = told(lambda x: squares(tanh(z) for z in products(labelled, x)), X)
    assert "U @ x" in text and "z1" not in text, text
