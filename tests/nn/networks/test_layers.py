"""Layers by sizes, and matrices that are set."""

import math

import numpy as np
import pytest

import nn
from autograd import compile
from autograd.errors import ArgumentError, RecordingError


def test_a_layer_by_sizes_takes_so_many_inputs():
    layer = nn.Layer(2, 3, "tanh", seed=0)
    assert repr(layer) == "Layer(2 -> 3, tanh)" and len(layer([1.0, 2.0])) == 3
    assert layer.weights.shape == (3, 2) and layer.biases.tolist() == [0.0, 0.0, 0.0]


def test_it_begins_as_that_of_a_network():
    for initialiser in ("normal", "xavier", "he"):
        layer, [other] = (
            nn.Layer(4, 5, initialiser=initialiser, seed=7),
            nn.MLP([4, 5], initialiser=initialiser, seed=7).layers,
        )
        assert np.array_equal(layer.weights, other.weights) and np.array_equal(layer.biases, other.biases)
    assert not np.array_equal(nn.Layer(4, 5).weights, nn.Layer(4, 5).weights)


def test_xavier_and_he_have_their_spread():
    spreads = [nn.Layer(300, 100, initialiser=name, seed=0).weights.std() for name in ("xavier", "he", "normal")]
    assert spreads == pytest.approx([math.sqrt(2 / 400), math.sqrt(2 / 300), 1.0], rel=0.02)


def test_a_matrix_that_is_set_keeps_the_values():
    layer = nn.Layer(2, 3, "linear", seed=0)
    values, program = layer.parameters(), compile(lambda x: layer(x))
    program([[1.0, 1.0]])
    layer.weights, layer.biases = [[1, 2], [3, 4], [5, 6]], np.array([10.0, 20.0, 30.0])
    assert layer.parameters() == values and layer.weights.tolist() == [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]
    assert program([[1.0, -1.0]]).tolist() == [[9.0, 19.0, 29.0]]
    layer.weights *= 2
    layer.biases -= 1.0
    assert layer.weights.tolist() == [[2.0, 4.0], [6.0, 8.0], [10.0, 12.0]] and layer.biases.tolist() == [
        9.0,
        19.0,
        29.0,
    ]


def test_what_is_set_wrongly_changes_nothing():
    layer = nn.Layer(2, 2, seed=0)
    layer.neurons[1].weights[0] = layer.neurons[0].weights[0]
    before = layer.weights
    for given in ([[1.0, 2.0], [3.0, math.inf]], [[1.0, 2.0], [3.0, 4.0]], np.ones(4), np.ones((2, 3))):
        with pytest.raises(ArgumentError, match=r"^layer\.weights"):
            layer.weights = given
    assert np.array_equal(layer.weights, before)


def test_nothing_is_set_while_a_function_is_recorded():
    layer = nn.Layer(1, 1)

    def shifted(x):
        layer.biases = [0.0]
        return layer([x])

    with pytest.raises(RecordingError, match=r"layer\.biases"):
        compile(shifted)([1.0])


def test_a_neuron_without_a_bias_begins_at_none():
    assert nn.Neuron([2.0], activation="linear")([3.0]).data == 6.0
