"""The cost and the optimiser of a training: words and classes that people give for them are answered."""

import numpy as np
import pytest

import nn
from autograd.errors import OperandError

X, Y = np.zeros((3, 2)), np.array([0, 1, 0])


def refusal(**options):
    net = nn.MLP([2, 2], seed=0)
    with pytest.raises(OperandError) as caught:
        nn.fit(net, X, Y, progress=False, **options)
    return str(caught.value)


@pytest.mark.parametrize(
    "given, wanted, came",
    [
        ("adam", "nn.Adam(learning_rate)", "'adam'"),
        ("sgd", "nn.SGD(learning_rate)", "'sgd'"),
        ("rms_prop", "nn.RMSprop(learning_rate)", "'rms_prop'"),
        ("adagrad", "an nn.SGD or nn.Adam", "'adagrad'"),
        ("LBFGS", "nn.SGD, nn.Adam, or a rule of your own in a subclass of nn.Optimiser", "'LBFGS'"),
        (nn.Nesterov, "nn.Nesterov(learning_rate)", "the class Nesterov"),
        (0.1, "an nn.SGD or nn.Adam", "float"),
    ],
)
def test_an_optimiser_is_named_as_it_is_written(given, wanted, came):
    assert refusal(optimiser=given) == f"optimiser: expected {wanted}, got {came}"


@pytest.mark.parametrize(
    "given, wanted",
    [
        ("mse", "nn.squared_error"),
        ("squared_error", "nn.squared_error"),
        ("mean_absolute_error", "nn.absolute_error"),
        ("crossentropy", "nn.cross_entropy"),
        ("categorical_crossentropy", 'nn.cross_entropy, of the outputs of nn.MLP(sizes, output="linear") or "softmax"'),
        ("huber_loss", "nn.huber"),
        ("hinge", "a function of your own, cost(outputs, targets) of one sample, written in Values"),
        ("zzz", "a function such as nn.squared_error"),
    ],
)
def test_a_cost_is_named_as_it_is_written(given, wanted):
    assert refusal(cost=given) == f"cost: expected {wanted}, got {given!r}"


def test_no_optimiser_is_adam():
    assert nn.training.chosen.optimiser_of(None).settings == nn.Adam(0.01).settings
