"""Samples to measure on: given, or a share held out; and trainings that do not shuffle."""

import numpy as np
import pytest

import nn
from autograd.errors import ArgumentError
from nn.training.held_out import parted

X, Y = np.arange(20.0).reshape(10, 2), np.arange(10.0)[:, None]


def rows(pair):
    return pair[0][:, 0].tolist()


def test_a_share_is_drawn_by_the_seed_and_both_sides_keep_their_order():
    learned, held_out = parted(0.3, X, Y, np.random.default_rng(5))
    again, _ = parted(0.3, X, Y, np.random.default_rng(5))
    other, _ = parted(0.3, X, Y, np.random.default_rng(6))
    assert (len(learned[0]), len(held_out[0])) == (7, 3)
    assert rows(learned) == sorted(rows(learned)) == rows(again) != rows(other)
    assert sorted(rows(learned) + rows(held_out)) == X[:, 0].tolist()
    assert (learned[1][:, 0] * 2).tolist() == rows(learned)


def test_without_shuffling_the_last_samples_are_held_out():
    learned, held_out = parted(np.float32(0.25), X, Y, None)
    assert rows(held_out) == X[8:, 0].tolist() and rows(learned) == X[:8, 0].tolist()


def test_the_shuffling_goes_on_as_if_nothing_had_been_drawn():
    random = np.random.default_rng(5)
    parted(0.3, X, Y, random)
    assert random.random() == np.random.default_rng(5).random()


def train(net=None, **options):
    net = nn.MLP([2, 1], output="linear", seed=0) if net is None else net
    rows = X / 20 - 0.5
    history = nn.fit(net, rows, Y / 10, **({"epochs": 3, "batch_size": 3, "seed": 1, "progress": False} | options))
    return [value.data for value in net.parameters()], history


@pytest.mark.parametrize("compiled", [True, False])
def test_what_is_held_out_is_measured_and_never_learned_from(compiled):
    (learned, held_out) = parted(0.3, X / 20 - 0.5, Y / 10, np.random.default_rng(1))
    by_hand = nn.MLP([2, 1], output="linear", seed=0)
    expected = nn.fit(by_hand, *learned, validation=held_out, epochs=3, batch_size=3, seed=1, compiled=compiled)
    numbers, history = train(validation=0.3, compiled=compiled)
    assert numbers == [value.data for value in by_hand.parameters()]
    assert (history.cost, history.validation_cost) == (expected.cost, expected.validation_cost)


def test_a_resumed_training_holds_out_the_same(tmp_path):
    options = {"validation": 0.3, "checkpoint": tmp_path / "run.npz", "resume": True}
    train(epochs=1, **options)
    numbers, history = train(**options)
    whole, expected = train(validation=0.3)
    assert numbers == whole and history.validation_cost == expected.validation_cost
    with pytest.raises(ArgumentError, match=r"data: expected .* as in the checkpoint"):
        train(**(options | {"validation": 0.2}))


def test_a_share_without_a_seed_cannot_be_kept(tmp_path):
    path = tmp_path / "run.npz"
    with pytest.raises(ArgumentError, match="seed: expected a whole number where a share is held out"):
        train(validation=0.3, seed=None, checkpoint=path)
    train(validation=0.3, seed=None, checkpoint=path, shuffle=False)
    assert path.exists()


@pytest.mark.parametrize("compiled", [True, False])
def test_samples_may_come_in_their_own_order(compiled):
    """Batches of three, stepped by hand."""
    by_hand, optimiser = nn.MLP([2, 1], output="linear", seed=0), nn.SGD(0.1)
    for start in range(0, 10, 3):
        by_hand.zero_grad()
        batch = list(zip((X / 20 - 0.5)[start : start + 3], (Y / 10)[start : start + 3], strict=True))
        for x, y in batch:
            (nn.squared_error(by_hand(x), y) * (1 / len(batch))).backward()
        optimiser.step(by_hand.parameters())
    numbers, _ = train(shuffle=False, epochs=1, optimiser=nn.SGD(0.1), compiled=compiled)
    assert numbers == pytest.approx([value.data for value in by_hand.parameters()], rel=1e-12)


def test_a_checkpoint_knows_whether_samples_are_shuffled(tmp_path):
    options = {"checkpoint": tmp_path / "run.npz", "resume": True, "shuffle": False}
    train(epochs=1, **options)
    assert train(**options)[0] == train(shuffle=False)[0]
    with pytest.raises(ArgumentError, match="shuffle: expected False as in the checkpoint"):
        train(**(options | {"shuffle": True}))
