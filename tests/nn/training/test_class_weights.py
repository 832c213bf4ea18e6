"""Weights of classes: the cost that they make, the formula of balance, and what bad input gets (see test_bad_input)."""

import numpy as np
import pytest

import nn
from autograd.errors import ArgumentError
from nn.costs import Weighted, is_own, key_of
from nn.training.class_weights import weights_of

RANDOM = np.random.default_rng(0)
CLASSES = np.array([0] * 9 + [1] * 3 + [2] * 2)
X = RANDOM.normal(size=(14, 2)) + CLASSES[:, None]


def train(targets=CLASSES, outputs=3, **options):
    net = nn.MLP([2, outputs], output="linear", seed=0)
    given = {"epochs": 3, "batch_size": 4, "optimiser": nn.SGD(0.1), "seed": 0, "progress": False}
    history = nn.fit(net, X, targets, **(given | options))
    return [value.data for value in net.parameters()], history


def test_balanced_weights_make_all_classes_count_alike():
    weights = weights_of("balanced", np.array([9.0, 3.0, 2.0]))
    assert weights.tolist() == pytest.approx([14 / 27, 14 / 9, 14 / 6])
    assert (weights * [9, 3, 2]).sum() == pytest.approx(14)
    assert weights_of("balanced", np.array([6.0, 0.0, 2.0])).tolist() == pytest.approx([8 / 12, 1.0, 8 / 4])


def test_classes_that_are_not_named_weigh_1():
    assert weights_of({1: 2.5, np.int64(2): 0}, np.ones(4)).tolist() == [1.0, 2.5, 0.0, 1.0]
    assert weights_of(np.array([1, 2]), np.ones(2)).tolist() == [1.0, 2.0]


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("cost", [nn.squared_error, nn.cross_entropy])
def test_whole_weights_are_as_if_samples_came_so_often(cost, compiled):
    """A batch of all: the gradient of the weighted mean is that of the repeated samples, but for their number."""
    weights = np.array([1, 2, 3])
    often = np.repeat(np.arange(14), weights[CLASSES])
    found, history = train(cost=cost, class_weight=weights, batch_size=14, compiled=compiled)
    repeated = nn.MLP([2, 3], output="linear", seed=0)
    rate = 0.1 * len(often) / 14
    expected = nn.fit(
        repeated, X[often], CLASSES[often], cost=cost, optimiser=nn.SGD(rate), epochs=3, batch_size=99, seed=0
    )
    assert found == pytest.approx([value.data for value in repeated.parameters()], rel=1e-11)
    assert history.cost == pytest.approx([one * len(often) / 14 for one in expected.cost], rel=1e-12)


def test_weights_of_1_change_nothing():
    plain, weighted = train(validation=(X, CLASSES)), train(validation=(X, CLASSES), class_weight=[1, 1, 1])
    assert weighted[0] == pytest.approx(plain[0], rel=1e-13)
    assert weighted[1].validation_cost == pytest.approx(plain[1].validation_cost, rel=1e-13)


def test_the_validation_cost_is_not_weighted():
    net = nn.MLP([2, 3], output="linear", seed=0)
    history = nn.fit(net, X, CLASSES, class_weight=[5, 1, 7], epochs=1, validation=(X, CLASSES), seed=0)
    expected = ((net.predict(X) - np.eye(3)[CLASSES]) ** 2).sum(axis=1).mean()
    assert history.validation_cost == [pytest.approx(expected, rel=1e-12)]


@pytest.mark.parametrize("targets", [CLASSES, CLASSES[:, None], np.eye(3)[CLASSES], CLASSES.astype(float)])
def test_classes_may_be_given_in_every_way(targets):
    assert train(targets, class_weight="balanced")[0] == train(class_weight={0: 14 / 27, 1: 14 / 9, 2: 14 / 6})[0]


@pytest.mark.parametrize("compiled", [True, False])
def test_one_output_has_two_classes(compiled):
    targets = (CLASSES > 0).astype(int)
    balanced = train(targets, 1, class_weight="balanced", compiled=compiled)[0]
    assert balanced == train(targets[:, None], 1, class_weight=[14 / 18, 14 / 10], compiled=compiled)[0]


def test_a_second_training_compiles_nothing():
    net = nn.MLP([2, 3], output="linear", seed=0)
    for _ in range(2):
        nn.fit(net, X, CLASSES, class_weight="balanced", epochs=1, seed=0)
        assert len(net._programs) == 2  # that without weights says what is wrong with a back end, and is not compiled
    one, other = Weighted(nn.squared_error), Weighted(nn.squared_error)
    assert key_of(one) == key_of(other) != key_of(nn.squared_error) and is_own(one)
    assert not is_own(Weighted(lambda a, y: a[0]))


def test_a_checkpoint_knows_them(tmp_path):
    whole, path = train(class_weight="balanced"), tmp_path / "run.npz"
    train(class_weight="balanced", checkpoint=path, epochs=1)
    resumed = train(class_weight=[14 / 27, 14 / 9, 14 / 6], checkpoint=path, resume=True)
    assert resumed[0] == whole[0] and resumed[1].cost == whole[1].cost
    with pytest.raises(ArgumentError, match=r"(data|class_weight): expected .* as in the checkpoint"):
        train(checkpoint=path, resume=True)
