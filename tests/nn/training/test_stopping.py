"""Early stopping: when it ends a training, which parameters are left, and that a resumed one ends alike."""

import numpy as np
import pytest

import nn
from autograd import Value
from nn.training.stopping import Watch

RANDOM = np.random.default_rng(0)
X, Y = RANDOM.normal(size=(20, 3)), RANDOM.integers(0, 2, 20)
# Few samples, and others than those: what is learned soon fits them no better.
HELD_OUT = RANDOM.normal(size=(10, 3)), RANDOM.integers(0, 2, 10)


def network():
    return nn.MLP([3, 8, 1], seed=0)


def train(net=None, early_stopping=3, **options):
    given = {"epochs": 60, "optimiser": nn.Adam(0.05), "validation": HELD_OUT, "seed": 0, "progress": False}
    return nn.fit(net or network(), X, Y, early_stopping=early_stopping, **(given | options))


def numbers_of(net):
    return [value.data for value in net.parameters()]


def after(epochs, **options):
    """A network after so many epochs."""
    net = network()
    train(net, None, epochs=epochs, **options)
    return numbers_of(net)


def watched(costs, **rule):
    """A watch whose one parameter is the number of the epoch."""
    parameter = Value(0.0)
    watch = Watch(nn.EarlyStopping(**rule), [parameter])
    for number, cost in enumerate(costs, start=1):
        parameter.data = number
        watch.note(cost)
    return watch, parameter


@pytest.mark.parametrize(
    "costs, rule, is_over",
    [
        ([3.0, 2.0, 1.0], {"patience": 1}, False),
        ([1.0, 2.0], {"patience": 1}, True),
        ([1.0, 1.0], {"patience": 1}, True),
        ([1.0, 2.0], {"patience": 2}, False),
        ([1.0, 2.0, 0.5, 2.0], {"patience": 2}, False),
        ([1.0, 2.0, 0.5, 2.0, 0.6], {"patience": 2}, True),
        ([1.0, 0.95, 0.92], {"patience": 2, "minimum_change": 0.1}, True),
        ([1.0, 0.95, 0.89], {"patience": 2, "minimum_change": 0.1}, False),
        ([float("nan"), float("nan")], {"patience": 2}, True),
    ],
)
def test_patience_is_for_epochs_in_a_row_that_are_no_better(costs, rule, is_over):
    assert watched(costs, **rule)[0].is_over == is_over


def test_the_best_parameters_are_those_of_the_lowest_cost_however_little_it_was_lower():
    watch, parameter = watched([1.0, 0.99, 2.0], patience=9, minimum_change=0.1)
    watch.restore()
    assert parameter.data == 2.0
    watch, parameter = watched([1.0, 2.0], patience=9, restore_best=False)
    watch.restore()
    assert parameter.data == 2.0
    watch, parameter = watched([float("nan")] * 2, patience=9)
    watch.restore()
    assert parameter.data == 2.0


@pytest.mark.parametrize("compiled", [True, False])
def test_a_training_ends_and_has_the_parameters_of_its_best_epoch(compiled):
    net = network()
    history = train(net, compiled=compiled)
    assert history.stopped == "early stopping" and 3 < len(history.cost) < 60
    assert len(history.cost) == history.best_epoch + 3
    assert numbers_of(net) == after(history.best_epoch, compiled=compiled)
    X_held_out, Y_held_out = HELD_OUT
    costs = (net.predict(X_held_out)[:, 0] - Y_held_out) ** 2
    assert costs.mean() == pytest.approx(min(history.validation_cost), rel=1e-12)


def test_without_restoring_those_of_the_last_epoch_are_left():
    net = network()
    history = train(net, nn.EarlyStopping(3, restore_best=False))
    assert history.stopped == "early stopping" and numbers_of(net) == after(len(history.cost))


def test_the_best_are_left_however_a_training_ends():
    """By its last epoch, a callback, Ctrl-C."""

    def interrupt(epoch):
        if epoch.number == best + 2:
            raise KeyboardInterrupt

    best = train().best_epoch
    expected = after(best)
    for options in ({"epochs": best + 2}, {"callbacks": lambda epoch: epoch.number == best + 2}):
        net = network()
        assert len(train(net, **options).cost) == best + 2 and numbers_of(net) == expected
    net = network()
    assert train(net, callbacks=interrupt).interrupted and numbers_of(net) == expected


@pytest.mark.parametrize("rule", [3, nn.EarlyStopping(3, restore_best=False), nn.EarlyStopping(4, 0.001)])
@pytest.mark.parametrize("compiled", [True, False])
def test_a_resumed_training_ends_alike_to_the_bit(tmp_path, rule, compiled):
    """From before the best epoch, from after it, and once more when it has ended."""
    whole, options = network(), {"compiled": compiled, "early_stopping": rule}
    history = train(whole, **options)
    path, best = tmp_path / "run.npz", history.best_epoch
    for epochs in (best - 1, best + 1, best + 2, 60, 60):
        net = network()
        resumed = train(net, epochs=epochs, checkpoint=path, resume=True, **options)
    assert (resumed.cost, resumed.validation_cost) == (history.cost, history.validation_cost)
    assert resumed.stopped == "early stopping" and numbers_of(net) == numbers_of(whole)
    assert numbers_of(nn.load(path)) == numbers_of(whole)


def test_another_rule_is_another_training(tmp_path):
    path = tmp_path / "run.npz"
    train(checkpoint=path, epochs=2)
    for other in (None, 4):
        with pytest.raises(
            nn.training.fitting.ArgumentError, match=r"early_stopping: expected EarlyStopping\(patience=3, .*got"
        ):
            train(early_stopping=other, checkpoint=path, resume=True)
