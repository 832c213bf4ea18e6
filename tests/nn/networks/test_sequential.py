"""Sequential: steps one after another, eagerly, compiled, and under the names that PyTorch gives."""

import math

import numpy as np
import pytest

import autograd
import nn
from autograd import Value, compile, total
from autograd.errors import ArgumentError, OperandError

DRAWS = np.random.default_rng(0)
X = DRAWS.normal(size=(6, 4))


def layer(outputs, inputs, activation="linear", number=1):
    return nn.Layer(DRAWS.normal(size=(outputs, inputs)), DRAWS.normal(size=outputs), activation, number)


def test_each_step_computes_with_what_the_one_before_returns():
    first, last = layer(5, 4, "tanh"), layer(3, 5, number=2)
    net = nn.Sequential(first, nn.LayerNorm(5), last, autograd.softmax)
    a = np.tanh(X @ first.weights.T + first.biases)
    a = (a - a.mean(axis=1, keepdims=True)) / np.sqrt(a.var(axis=1, keepdims=True) + 1e-5)
    e = np.exp(a @ last.weights.T + last.biases)
    expected = e / e.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(compile(lambda x: net(x))(X), expected, rtol=1e-12)
    np.testing.assert_allclose([[p.data for p in net(row.tolist())] for row in X], expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("tanh", [math.tanh(0.5), math.tanh(-2.0)]),
        ("linear", [0.5, -2.0]),
        (autograd.relu, [0.5, 0.0]),
        (autograd.exp, [math.exp(0.5), math.exp(-2.0)]),
        (abs, None),
        ("softmax", [1 / (1 + math.exp(-2.5)), 1 / (1 + math.exp(2.5))]),
        (autograd.softmax, [1 / (1 + math.exp(-2.5)), 1 / (1 + math.exp(2.5))]),
        (lambda values: [values[1], 3 * values[0]], [-2.0, 1.5]),
        (lambda values: [total(values)], [-1.5]),
        (nn.Dropout(0.3), [0.5, -2.0]),
    ],
)
def test_functions_of_a_value_are_taken_of_each_and_others_of_the_list(step, expected):
    net = nn.Sequential(step)
    if expected is None:  # Python's own take what they always took
        with pytest.raises(TypeError):
            net([0.5, -2.0])
        return
    given = [Value(0.5), Value(-2.0)]
    assert [a.data for a in net(given)] == pytest.approx(expected, rel=1e-14)


def test_one_list_of_steps_will_do():
    steps = [layer(2, 4), autograd.tanh]
    assert list(nn.Sequential(steps)) == list(nn.Sequential(*steps)) and nn.Sequential(steps)[0] is steps[0]
    assert len(nn.Sequential(steps)) == 2


def test_it_is_told_as_it_is_made():
    net = nn.Sequential(layer(3, 4, "tanh"), nn.Dropout(0.2), layer(2, 3), autograd.softmax)
    assert repr(net) == "Sequential(Layer(4 -> 3, tanh), Dropout(0.2), Layer(3 -> 2, linear), softmax)"
    assert "Dropout" in str(net.summary())
    assert repr(nn.Sequential(net, net)) == f"Sequential(\n  {net!r}\n  {net!r}\n)"


def test_its_arrays_have_pytorchs_names():
    """As torch.nn.Sequential(Linear, Tanh, LayerNorm, Dropout, Linear, Sigmoid, Linear)."""
    net = nn.Sequential(layer(3, 4, "tanh"), nn.LayerNorm(3), nn.Dropout(), layer(2, 3), "sigmoid", layer(1, 2))
    names = ["0.weight", "0.bias", "2.weight", "2.bias", "4.weight", "4.bias", "6.weight", "6.bias"]
    assert list(net.state_dict()) == names
    assert len(net.parameters()) == sum(array.size for array in net.state_dict().values())


def test_in_another_and_twice():
    shared = layer(4, 4, "tanh")
    net = nn.Sequential(shared, nn.Sequential(shared, layer(1, 4)))
    assert len(net.parameters()) == 20 + 5
    a = X
    for _ in range(2):
        a = np.tanh(a @ shared.weights.T + shared.biases)
    last = net[1][1]
    np.testing.assert_allclose(compile(lambda x: net(x))(X), a @ last.weights.T + last.biases, rtol=1e-13)


def test_its_numbers_are_kept_in_a_file(tmp_path):
    net, into = nn.Sequential(layer(2, 4), "tanh"), nn.Sequential(layer(2, 4), "tanh")
    net.save(tmp_path / "net.npz")
    nn.load(tmp_path / "net.npz", into=into)
    assert [value.data for value in into.parameters()] == [value.data for value in net.parameters()]


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: nn.Sequential(), ArgumentError, "Sequential: expected at least one module or function, got none"),
        (lambda: nn.Sequential([]), ArgumentError, "Sequential: expected at least one"),
        (
            lambda: nn.Sequential(layer(2, 4), nn.LayerNorm),
            ArgumentError,
            "step 2: .*got the class LayerNorm; make one",
        ),
        (lambda: nn.Sequential("swish"), ArgumentError, "Sequential: step 1: expected one of sigmoid, .*'swish'"),
        (lambda: nn.Sequential(3), ArgumentError, "Sequential: step 1: .*got 3"),
        (lambda: nn.Sequential("tanh")(1.0), OperandError, "tanh: expected a list of activations, got float"),
    ],
)
def test_refusals_name_the_step(make, error, words):
    with pytest.raises(error, match=words):
        make()
