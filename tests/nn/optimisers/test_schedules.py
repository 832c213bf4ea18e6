"""Schedules: the learning rate of an epoch, in and out of a training."""

import math
import pickle

import numpy as np
import pytest

import nn
from autograd.errors import ArgumentError, OperandError

DRAWS = np.random.default_rng(0)
X, DIGITS = DRAWS.normal(size=(12, 3)), DRAWS.integers(0, 2, 12)


def test_a_cosine_falls_to_its_end_and_stays_there():
    rate = nn.cosine(0.5, epochs=4, end=0.1)
    expected = [0.5, 0.3 + 0.2 * math.sqrt(0.5), 0.3, 0.3 - 0.2 * math.sqrt(0.5), 0.1, 0.1]
    assert [rate(epoch) for epoch in range(6)] == pytest.approx(expected, rel=1e-15)


def test_steps_decay():
    rate = nn.step_decay(0.8, every=3, factor=0.5)
    assert [rate(epoch) for epoch in range(7)] == [0.8, 0.8, 0.8, 0.4, 0.4, 0.4, 0.2]


def test_they_are_told_as_they_are_typed_and_go_into_pickles():
    told = {
        nn.cosine(0.5, epochs=4): "cosine(0.5, epochs=4, end=0.0)",
        nn.step_decay(0.8, every=3): "step_decay(0.8, every=3, factor=0.1)",
    }
    for rate, text in told.items():
        assert repr(rate) == text and pickle.loads(pickle.dumps(rate)) == rate


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: nn.cosine(0.0, epochs=4), ArgumentError, r"cosine\(start\): .*above 0, got 0\.0"),
        (lambda: nn.cosine("0.5", epochs=4), OperandError, r"cosine\(start\): expected a real number"),
        (lambda: nn.cosine(0.5, epochs=0), ArgumentError, r"cosine\(epochs\): .*at least 1, got 0"),
        (lambda: nn.cosine(0.5, epochs=2.0), ArgumentError, r"cosine\(epochs\): .*got 2\.0"),
        (lambda: nn.cosine(0.5, epochs=4, end=-0.1), ArgumentError, r"cosine\(end\): .*at least 0, got -0\.1"),
        (lambda: nn.cosine(0.5, epochs=4, end=math.nan), ArgumentError, r"cosine\(end\): .*got nan"),
        (lambda: nn.step_decay(math.inf, every=2), ArgumentError, r"step_decay\(start\): .*got inf"),
        (lambda: nn.step_decay(0.5, every=-2), ArgumentError, r"step_decay\(every\): .*got -2"),
        (lambda: nn.step_decay(0.5, every=2, factor=1.0), ArgumentError, r"step_decay\(factor\): .*below 1, got 1\.0"),
        (lambda: nn.step_decay(0.5, every=2, factor=0.0), ArgumentError, r"step_decay\(factor\): .*above 0"),
    ],
)
def test_refusals_name_the_argument(make, error, words):
    with pytest.raises(error, match=words):
        make()


def train(optimiser, net=None, **options):
    net = nn.MLP([3, 4, 2], seed=0) if net is None else net
    given = {"epochs": 4, "batch_size": 5, "seed": 3, "progress": False}
    history = nn.fit(net, X, DIGITS, optimiser=optimiser, **(given | options))
    return [value.data for value in net.parameters()], history.cost


@pytest.mark.parametrize("compiled", [True, False])
def test_an_epoch_of_a_training_has_its_rate(compiled):
    """As of trainings of one epoch each with a rate of their own, which shuffle by one generator."""
    net, random, by_hand = nn.MLP([3, 4, 2], seed=0), np.random.default_rng(3), nn.SGD(1.0, momentum=0.5)
    for rate in (0.8, 0.8, 0.4, 0.4):
        by_hand.learning_rate = rate
        expected, _ = train(by_hand, net, epochs=1, seed=random, compiled=compiled)
    optimiser = nn.SGD(nn.step_decay(0.8, every=2, factor=0.5), momentum=0.5)
    assert train(optimiser, compiled=compiled)[0] == expected
    assert optimiser.epoch == by_hand.epoch == 4


def test_the_next_training_goes_on_where_the_schedule_was():
    net, optimiser, random = nn.MLP([3, 4, 2], seed=0), nn.SGD(nn.cosine(0.5, epochs=5)), np.random.default_rng(3)
    train(optimiser, net, epochs=2, seed=random)
    assert optimiser.learning_rate == nn.cosine(0.5, epochs=5)(2)
    numbers, _ = train(optimiser, net, epochs=3, seed=random)
    assert numbers == train(nn.SGD(nn.cosine(0.5, epochs=5)), epochs=5)[0]


@pytest.mark.parametrize("rate", [lambda epoch: 0.5 / (1 + epoch), nn.cosine(0.5, epochs=6)])
@pytest.mark.parametrize("stop", [1, 3])
def test_a_resumed_training_goes_on_in_its_schedule_to_the_bit(tmp_path, rate, stop):
    path = tmp_path / "run.npz"
    train(nn.SGD(rate, momentum=0.9), epochs=stop, checkpoint=path)
    resumed = nn.SGD(rate, momentum=0.9)
    assert train(resumed, epochs=6, checkpoint=path, resume=True) == train(nn.SGD(rate, momentum=0.9), epochs=6)
    assert resumed.epoch == 6


def test_a_training_with_another_schedule_is_not_resumed(tmp_path):
    train(nn.SGD(lambda epoch: 0.5), epochs=1, checkpoint=tmp_path / "run.npz")
    with pytest.raises(ArgumentError, match=r"optimiser: expected .*<lambda> with 0\.5, .*got .*<lambda> with 0\.25"):
        train(nn.SGD(lambda epoch: 0.25), checkpoint=tmp_path / "run.npz", resume=True)


def test_a_checkpoint_keeps_the_epoch_of_an_optimiser_that_had_learned_before(tmp_path):
    used = nn.SGD(nn.cosine(0.5, epochs=9))
    used.epoch = 4
    train(used, epochs=2, checkpoint=tmp_path / "run.npz")
    fresh = nn.SGD(nn.cosine(0.5, epochs=9))
    train(fresh, epochs=3, checkpoint=tmp_path / "run.npz", resume=True)
    assert fresh.epoch == 7


def test_a_schedule_without_a_rate_for_an_epoch_is_refused_before_the_first_step():
    net, optimiser = nn.MLP([3, 4, 2], seed=0), nn.SGD(lambda epoch: math.nan if epoch == 7 else 0.1)
    before = [value.data for value in net.parameters()]
    with pytest.raises(ArgumentError, match=r"learning_rate\(7\): expected a finite number at least 0, got nan"):
        train(optimiser, net, epochs=8)
    assert [value.data for value in net.parameters()] == before and optimiser.steps == 0
    assert len(train(optimiser, net, epochs=7)[1]) == 7


def test_very_many_epochs_are_not_all_foreseen():
    asked = []
    assert len(nn.SGD(lambda epoch: asked.append(epoch) or 0.1).rates(10**12)) == 10_000 == len(asked) - 1
