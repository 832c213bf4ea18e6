"""Noise in trainings: of its own for each sample of each epoch, the same however it runs, gone afterwards."""

import numpy as np
import pytest

import nn
from nn.networks.randomness import uniform

DRAWS = np.random.default_rng(0)
X, DIGITS = DRAWS.normal(size=(23, 4)), DRAWS.integers(0, 3, 23)


class Thinned(nn.MLP):
    """A network that drops hidden activations."""

    def __init__(self, p=0.4, seed=1):
        super().__init__([4, 8, 3], activation="tanh", output="linear", seed=seed)
        self.dropout = nn.Dropout(p)

    def __call__(self, inputs):
        hidden, last = self.layers
        return last(self.dropout(hidden(inputs)))


def train(net, **options):
    given = {"cost": nn.cross_entropy, "epochs": 4, "batch_size": 5, "seed": 3, "progress": False}
    history = nn.fit(net, X, DIGITS, **(given | options))
    return [value.data for value in net.parameters()], history.cost, history.validation_cost


def test_a_training_is_the_one_written_out():
    """Gradient descent of one neuron with half of its inputs dropped, its noise drawn after each epoch's order."""

    class Neuron(nn.MLP):
        def __call__(self, inputs):
            return self.layers[0](nn.Dropout(0.5)(inputs))

    net, y = Neuron([4, 1], output="linear", seed=1), X @ [1.0, -1.0, 0.5, 2.0]
    w, b = net.layers[0].weights[0], net.layers[0].biases[0]
    random, costs = np.random.default_rng(3), []
    for _ in range(3):
        order, noise, summed = random.permutation(23), random.random((23, 4)), 0.0
        thinned = np.where(noise >= 0.5, 2 * X, 0.0)
        for start in range(0, 23, 5):
            rows = order[start : start + 5]
            off = thinned[rows] @ w + b - y[rows]
            summed += (off**2).sum()
            w, b = w - 0.1 * 2 * off @ thinned[rows] / len(rows), b - 0.1 * 2 * off.mean()
        costs.append(summed / 23)
    options = {"optimiser": nn.SGD(0.1), "epochs": 3, "batch_size": 5, "seed": 3, "progress": False}
    history = nn.fit(net, X, y, **options)
    np.testing.assert_allclose(net.layers[0].weights[0], w, rtol=1e-12)
    np.testing.assert_allclose(history.cost, costs, rtol=1e-12)


@pytest.mark.parametrize("options", [{"compiled": False}, {"backend": "reference"}])
def test_it_is_the_same_however_it_runs(options):
    compiled = train(Thinned(), validation=(X[:7], DIGITS[:7]), class_weight="balanced")
    other = train(Thinned(), validation=(X[:7], DIGITS[:7]), class_weight="balanced", **options)
    for found, expected in zip(other, compiled, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-11)


def test_a_seed_repeats_it_and_another_does_not():
    assert train(Thinned()) == train(Thinned())
    assert train(Thinned(), shuffle=False, seed=4)[0] != train(Thinned(), shuffle=False)[0]


def test_every_sample_of_every_epoch_has_its_own():
    drawn = []

    class Noted(nn.MLP):
        def __call__(self, inputs):
            drawn.append(uniform(2))
            return super().__call__(inputs)

    net = Noted([4, 3], output="linear", seed=1)
    train(net, epochs=2, compiled=False)
    assert drawn[:2] == [[0.5, 0.5], None]  # how many there are is asked before, and the cost tried without
    del drawn[:2]
    assert len(drawn) == len({tuple(numbers) for numbers in drawn}) == 2 * 23
    assert len({number for numbers in drawn for number in numbers}) == 4 * 23


def test_what_is_measured_and_predicted_is_without():
    net = Thinned()
    _, _, measured = train(net, validation=(X, DIGITS))
    a = np.tanh(X @ net.layers[0].weights.T + net.layers[0].biases)
    z = a @ net.layers[1].weights.T + net.layers[1].biases
    np.testing.assert_allclose(net.predict(X), z, rtol=1e-12)
    np.testing.assert_allclose(net.predict(X, compiled=False), z, rtol=1e-12)
    costs = np.log(np.exp(z).sum(axis=1)) - z[np.arange(23), DIGITS]
    assert measured[-1] == pytest.approx(costs.mean(), rel=1e-12)


@pytest.mark.parametrize("compiled", [True, False])
def test_a_resumed_training_draws_on_to_the_bit(tmp_path, compiled):
    options = {"compiled": compiled, "validation": (X[:7], DIGITS[:7])}
    train(Thinned(), epochs=2, checkpoint=tmp_path / "run.npz", **options)
    resumed = train(Thinned(seed=2), checkpoint=tmp_path / "run.npz", resume=True, **options)
    assert resumed == train(Thinned(), **options)


def test_trainings_one_after_another_compile_once():
    net, random = Thinned(), np.random.default_rng(0)
    train(net, seed=random)
    programs = dict(net._programs)
    train(net, seed=random)
    assert net._programs == programs and len(programs) == 2


def test_a_probability_that_was_changed_is_that_of_the_next_training():
    net = Thinned()
    train(net, epochs=1)
    net.dropout.p = 0.0
    net.load_state_dict(Thinned().state_dict())
    assert train(net)[0] == train(Thinned(0.0))[0] != train(Thinned())[0]


def test_a_network_that_draws_none_trains_as_ever():
    """Its generator draws nothing but the order of the samples."""
    net, random = nn.MLP([4, 3], output="linear", seed=1), np.random.default_rng(3)
    train(net, seed=random, epochs=2)
    other = np.random.default_rng(3)
    for _ in range(2):
        other.permutation(23)
    assert random.random() == other.random()
