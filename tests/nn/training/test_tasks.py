"""What a training is asked to do, as its targets say, and what is measured of it."""

import numpy as np
import pytest

import nn
from nn.training.tasks import classes_in, readings

random = np.random.default_rng(0)
X, NUMBERS = random.normal(size=(12, 2)), random.normal(size=12)
CLASSES = np.arange(12) % 3


@pytest.mark.parametrize(
    "targets, classes",
    [
        ([[0.0], [1.0], [1.0]], [0, 1, 1]),
        ([[1.0], [1.0]], [1, 1]),
        ([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]], [1, 0]),
        ([[0.0], [2.0]], None),
        ([[0.0], [0.5]], None),
        ([[-1.0], [1.0]], None),
        ([[0.0, 1.0, 1.0], [1.0, 0.0, 0.0]], None),
        ([[0.0, 0.0], [1.0, 0.0]], None),
        ([[0.1, 0.9], [1.0, 0.0]], None),
    ],
)
def test_classes_are_zeros_with_a_one_or_for_one_output_0_and_1(targets, classes):
    found = classes_in(np.array(targets))
    assert classes is None if found is None else found.tolist() == classes


def test_the_largest_output_is_read_or_whether_the_only_one_exceeds_a_half():
    assert readings(np.array([[0.1, 0.3, 0.2], [5.0, 5.0, 1.0]])).tolist() == [1, 0]
    assert readings(np.array([[0.5], [0.6], [-3.0]])).tolist() == [0, 1, 0]


def trained(Y, outputs, held_out=None, **options):
    net = nn.MLP([2, outputs], output="linear", seed=0)
    held_out = (X, Y) if held_out is None else held_out
    return nn.fit(net, X, Y, epochs=2, validation=held_out, seed=0, progress=False, **options)


@pytest.mark.parametrize("compiled", [True, False])
def test_a_regression_has_a_cost_and_no_accuracy(compiled):
    history = trained(NUMBERS, 1, compiled=compiled)
    assert len(history.validation_cost) == 2 and history.validation_accuracy == []
    assert f"validation cost {history.validation_cost[-1]:.4f}" in repr(history)


@pytest.mark.parametrize(
    "Y, outputs, measured",
    [
        (CLASSES, 3, True),
        (CLASSES[:, None], 3, True),
        (CLASSES.astype(float), 3, True),
        (np.eye(3)[CLASSES], 3, True),
        (CLASSES % 2, 1, True),
        (CLASSES[:, None] % 2, 1, True),
        (CLASSES, 1, False),
        (np.eye(3)[CLASSES] * 0.9, 3, False),
        (np.eye(3)[CLASSES] + np.eye(3)[(CLASSES + 1) % 3], 3, False),
    ],
    ids=["ints", "column", "floats", "rows", "0 and 1", "a column of them", "counts", "soft", "labels together"],
)
def test_accuracy_is_measured_where_there_are_classes(Y, outputs, measured):
    history = trained(Y, outputs)
    assert len(history.validation_accuracy) == (2 if measured else 0) and len(history.validation_cost) == 2


def test_the_samples_learned_from_are_asked_as_well():
    """Two samples held out of a regression may happen to have the numbers 0 and 1."""
    assert trained(NUMBERS, 1, held_out=(X[:2], [0.0, 1.0])).validation_accuracy == []
    assert trained(CLASSES % 2, 1, held_out=(X[:2], [0.2, 1.0])).validation_accuracy == []


def test_a_checkpoint_keeps_a_regression_without_accuracies(tmp_path):
    options = {"optimiser": nn.SGD(0.1), "checkpoint": tmp_path / "run.npz", "resume": True}
    first, again = trained(NUMBERS, 1, **options), trained(NUMBERS, 1, **options)
    assert (again.validation_cost, again.validation_accuracy) == (first.validation_cost, [])
