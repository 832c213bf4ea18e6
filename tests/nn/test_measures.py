"""How well a network reads: shares, confusions, and what cannot be measured."""

import numpy as np
import pytest

import nn
from autograd.errors import ArgumentError, OperandError, ShapeError


def reader(outputs):
    """A network that reads class k where input k is the largest."""
    net = nn.MLP([outputs, outputs], activation="linear", seed=0)
    for j, neuron in enumerate(net.layers[0].neurons):
        for k, weight in enumerate(neuron.weights):
            weight.data = float(j == k)
    return net


SEEN = np.eye(3)[[0, 1, 2, 2, 1, 0, 0]]
RIGHT = [0, 1, 2, 1, 1, 0, 2]


@pytest.mark.parametrize("compiled", [True, False])
def test_accuracy_is_the_share_read_rightly(compiled):
    assert nn.accuracy(reader(3), SEEN, RIGHT, compiled=compiled) == 5 / 7
    assert nn.accuracy(reader(3), SEEN, [1, 2, 0, 0, 0, 1, 1], compiled=compiled) == 0.0


@pytest.mark.parametrize("compiled", [True, False])
def test_the_confusion_matrix_has_a_row_for_each_true_class(compiled):
    matrix = nn.confusion_matrix(reader(3), SEEN, RIGHT, compiled=compiled)
    assert matrix.tolist() == [[2, 0, 0], [0, 2, 1], [1, 0, 1]]
    assert matrix.dtype.kind == "i" and matrix.trace() / matrix.sum() == 5 / 7


@pytest.mark.parametrize(
    "given",
    [
        np.array(RIGHT, np.uint8),
        np.array(RIGHT, float),
        np.array(RIGHT)[:, None],
        [[float(k)] for k in RIGHT],
        np.eye(3)[RIGHT],
        np.eye(3, dtype=int)[RIGHT].tolist(),
    ],
    ids=["uint8", "float", "column", "column of floats", "rows", "rows of int"],
)
def test_classes_may_be_given_in_every_usual_way(given):
    assert nn.accuracy(reader(3), SEEN, given) == 5 / 7
    assert nn.confusion_matrix(reader(3), SEEN, given).tolist() == [[2, 0, 0], [0, 2, 1], [1, 0, 1]]


@pytest.mark.parametrize("given", [[0, 0, 1, 1], [[0], [0], [1.0], [1.0]], [[1, 0], [1, 0], [0, 1], [0, 1]]])
def test_so_may_the_two_classes_of_one_output(given):
    assert nn.accuracy(reader(1), [[0.2], [0.5], [0.51], [0.9]], given) == 1.0


@pytest.mark.parametrize("compiled", [True, False])
def test_r_squared_is_the_share_of_variation_explained(compiled):
    """A network that passes its inputs on; the formula by hand."""
    X = np.array([[1.0, 2.0], [2.0, 0.0], [4.0, -2.0]])
    assert nn.r_squared(reader(2), X, X, compiled=compiled) == 1.0
    assert nn.r_squared(reader(1), [[2.0]] * 3, [1.0, 2.0, 3.0], compiled=compiled) == 0.0
    missed = 1 - (1 + 4) / (9 / 4 + 1 / 4 + 1 / 4 + 9 / 4)
    assert nn.r_squared(reader(1), [1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 4.0, 2.0]) == pytest.approx(1 - 5 / 4.75)
    assert nn.r_squared(reader(1), [1.0, 2.0, 4.0, 2.0], [1.0, 2.0, 3.0, 4.0]) == pytest.approx(missed)


def test_r_squared_of_several_outputs_is_their_mean():
    X, Y = np.array([[0.0, 1.0], [2.0, 3.0]]), np.array([[0.0, 1.0], [2.0, 5.0]])
    assert nn.r_squared(reader(2), X, Y) == pytest.approx((1 + (1 - 4 / 8)) / 2)


@pytest.mark.parametrize(
    "X, Y, error, words",
    [
        ([[1.0]], [[1.0]], ArgumentError, "Y: expected targets that vary, got 1 in all rows of output 0"),
        ([[1.0], [2.0]], [1.0], ShapeError, "Y: expected 2 targets.*got 1"),
        ([[1.0], [2.0]], [[1.0, 2.0]] * 2, ShapeError, r"Y: expected shape \(samples, 1\)"),
        ([[1.0, 2.0]], [1.0], ShapeError, r"X: expected shape \(samples, 1\)"),
        ([[1.0], [2.0]], ["a", "b"], OperandError, "Y: expected an array of real numbers"),
    ],
)
def test_r_squared_refuses_what_it_cannot_measure(X, Y, error, words):
    with pytest.raises(error, match=words):
        nn.r_squared(reader(1), X, Y)


def test_classes_never_seen_keep_their_row_and_column():
    assert nn.confusion_matrix(reader(4), [[1.0, 0, 0, 0]], [0]).tolist() == [[1, 0, 0, 0]] + [[0] * 4] * 3


def test_one_output_is_read_at_a_half():
    net = nn.MLP([1, 1], activation="linear", seed=0)
    net.layers[0].neurons[0].weights[0].data = 1.0
    X = [[0.2], [0.5], [0.51], [0.9]]
    assert nn.accuracy(net, X, [0, 0, 1, 1]) == 1.0
    assert nn.confusion_matrix(net, X, [0, 1, 1, 0]).tolist() == [[1, 1], [1, 1]]


def test_a_tie_is_read_as_the_first():
    assert nn.confusion_matrix(reader(2), [[0.5, 0.5]], [1]).tolist() == [[0, 0], [1, 0]]


@pytest.mark.parametrize("measure", [nn.accuracy, nn.confusion_matrix])
@pytest.mark.parametrize(
    "X, digits, error, words",
    [
        (np.zeros((2, 4)), [0, 1], ShapeError, r"X: expected shape \(samples, 3\).*got \(2, 4\)"),
        ([], [], ShapeError, "X: .*at least one sample"),
        (np.full((2, 3), np.nan), [0, 1], ArgumentError, "X: expected finite numbers"),
        (SEEN, RIGHT[:-1], ShapeError, "digits: expected 7 labels, one for each sample, got shape"),
        (SEEN, np.eye(4)[RIGHT], ShapeError, r"digits: expected 7 labels.*got shape \(7, 4\)"),
        (SEEN, np.full((7, 3), 0.5), ArgumentError, "digits: expected rows of zeros with a single one, got others"),
        (SEEN, np.ones((7, 3)), ArgumentError, "digits: expected rows of zeros with a single one, got others"),
        (SEEN, [*RIGHT[:-1], 3], ArgumentError, r"digits: expected whole numbers 0\.\.2.*got 3 at 6"),
        (SEEN, [*RIGHT[:-1], -1], ArgumentError, "digits: .*got -1 at 6"),
        (SEEN, [*RIGHT[:-1], 0.5], ArgumentError, r"digits: .*got 0\.5 at 6"),
        (SEEN, [*RIGHT[:-1], 1e300], ArgumentError, r"digits: .*got 1e\+300 at 6"),
        (SEEN, ["0"] * 7, OperandError, "digits: expected an array of real numbers, got .*number text by names, "),
    ],
)
def test_refusals_name_the_argument_and_what_came(measure, X, digits, error, words):
    with pytest.raises(error, match=words):
        measure(reader(3), X, digits)


@pytest.mark.parametrize("measure", [nn.accuracy, nn.confusion_matrix, nn.r_squared])
def test_only_networks_are_measured(measure):
    with pytest.raises(OperandError, match=r"net: expected an nn\.MLP, got NoneType"):
        measure(None, SEEN, RIGHT)
