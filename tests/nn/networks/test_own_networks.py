"""Networks of one's own, trained, used and kept as an MLP is: a transformer, a convolution, a recurrent cell."""

import copy
import pickle

import numpy as np
import pytest

import nn
from autograd import Value, sigmoid, tanh
from autograd.errors import ArgumentError, AutogradError, CallError, OperandError, ShapeError
from tests.nn.networks.own_networks import (
    NETWORKS,
    Convolution,
    Recurrent,
    Transformer,
    images,
    next_token,
    sentences,
    sequences,
)

OWN = pytest.mark.parametrize(("make", "cost", "data"), NETWORKS.values(), ids=NETWORKS)


def learn(net, cost, samples, optimiser=None, **options):
    optimiser = nn.SGD(0.1) if optimiser is None else optimiser
    given = {"epochs": 2, "batch_size": 5, "seed": 0, "progress": False}
    return nn.fit(net, *samples, cost=cost, optimiser=optimiser, **given | options)


def numbers(net):
    return [value.data for value in net.parameters()]


def hexes(net):
    return [value.data.hex() for value in net.parameters()]


def walked(net, X):
    """What a network returns for each sample, as arrays, computed by calling it."""

    def data(returned):
        return returned.data if isinstance(returned, Value) else [data(one) for one in returned]

    return np.array([data(net(sample)) for sample in np.asarray(X).tolist()])


@OWN
def test_it_learns(make, cost, data):
    history = learn(make(), cost, data(), nn.Adam(0.03), epochs=25)
    assert history.cost[-1] < 0.4 * history.cost[0]


@OWN
def test_compiled_and_walked_it_learns_the_same(make, cost, data):
    one, other = make(), make()
    compiled = learn(one, cost, data(), validation=data(5))
    eager = learn(other, cost, data(), validation=data(5), compiled=False)
    np.testing.assert_allclose(numbers(one), numbers(other), rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(compiled.cost, eager.cost, rtol=1e-12)
    np.testing.assert_allclose(compiled.validation_cost, eager.validation_cost, rtol=1e-12)


@OWN
def test_predict_gives_what_calling_it_gives(make, cost, data):
    net, (X, _) = make(), data(7)
    expected = walked(net, X)
    np.testing.assert_allclose(net.predict(X), expected, rtol=1e-12)
    np.testing.assert_allclose(net.predict(X, compiled=False), expected, rtol=1e-14)
    np.testing.assert_allclose(net.predict(X[:1]), expected[:1], rtol=1e-12)


def test_on_jax_it_learns_the_same():
    """Of two steps: the samples have three axes, and two programs are compiled, of a whole batch and of the last."""
    pytest.importorskip("jax")
    X, Y = sequences()
    one, other = Recurrent(), Recurrent()
    learn(one, nn.squared_error, (X[:, :2], Y), nn.Adam(0.02))
    learn(other, nn.squared_error, (X[:, :2], Y), nn.Adam(0.02), backend="jax")
    np.testing.assert_allclose(numbers(one), numbers(other), rtol=1e-12, atol=1e-13)


@OWN
def test_it_is_kept_in_a_file(make, cost, data, tmp_path):
    net, other = make(), make(seed=5)
    learn(net, cost, data(), epochs=1)
    net.save(tmp_path / "net.npz")
    assert nn.load(tmp_path / "net.npz", into=other) is other and hexes(other) == hexes(net)


@OWN
def test_it_is_resumed_to_the_bit(make, cost, data, tmp_path):
    whole = make()
    expected = learn(whole, cost, data(), nn.Adam(0.02), epochs=3)
    for epochs in (1, 3):
        net = make(seed=0 if epochs == 1 else 3)  # the file's numbers replace others
        history = learn(net, cost, data(), nn.Adam(0.02), epochs=epochs, checkpoint=tmp_path / "run.npz", resume=True)
    assert hexes(net) == hexes(whole) and history.cost == expected.cost


def test_classes_are_read():
    net, (X, kinds) = Convolution(), images(30)
    history = learn(net, nn.cross_entropy, (X, kinds), nn.Adam(0.05), epochs=30, validation=images(9))
    read = walked(net, X).argmax(axis=1)
    assert nn.accuracy(net, X, kinds) == np.mean(read == kinds) > 0.8
    matrix = nn.confusion_matrix(net, X, kinds)
    assert matrix.shape == (3, 3) and np.trace(matrix) == (read == kinds).sum() and matrix.sum() == 30
    assert history.validation_accuracy[-1] == nn.accuracy(net, *images(9))


def test_of_one_output_the_variation_is_explained():
    net, (X, Y) = Recurrent(), sequences(20)
    learn(net, nn.squared_error, (X, Y), nn.Adam(0.03), epochs=30)
    expected = 1 - ((walked(net, X) - Y) ** 2).sum() / ((Y - Y.mean()) ** 2).sum()
    assert nn.r_squared(net, X, Y) == pytest.approx(expected, rel=1e-9)


def test_tokens_stay_whole():
    """Indices: a row of the table is read by each, and one that is beyond it is refused."""
    net, (X, Y) = Transformer(), sentences()
    assert net.predict(X).shape == (12, 4, 5)
    learn(net, next_token, (X, Y), nn.Adam(0.05), epochs=40)
    assert (net.predict(X).argmax(axis=-1) == Y).mean() > 0.9
    with pytest.raises((AutogradError, IndexError)):
        net.predict(X + 2)


class Two(nn.Module):
    """Two networks, of which the second reads what the first says, twice, and a scale that is a function's."""

    def __init__(self):
        self.first, self.second = nn.MLP([3, 4, 2], seed=0), nn.MLP([2, 2], output="linear", seed=1)
        self.scale, self.bend = Value(0.5, "s"), tanh

    def __call__(self, x):
        once = self.second(self.first(x))
        return [self.scale * self.bend(a) for a in self.second(once)]


ROWS = np.random.default_rng(1).normal(size=(11, 3))
WANTED = np.stack([np.sin(ROWS[:, 0]), np.cos(ROWS[:, 1])], axis=1) / 2


def test_two_networks_in_one_a_layer_used_twice_and_a_function():
    one, other = Two(), Two()
    learn(one, nn.squared_error, (ROWS, WANTED), epochs=3)
    learn(other, nn.squared_error, (ROWS, WANTED), epochs=3, compiled=False)
    assert len(one.parameters()) == 26 + 6 + 1
    np.testing.assert_allclose(numbers(one), numbers(other), rtol=1e-12)
    np.testing.assert_allclose(one.predict(ROWS), walked(one, ROWS), rtol=1e-12)


def test_a_network_inside_that_is_not_to_learn():
    net = Two()
    before, twin = hexes(net.first), Two()
    learn(net, nn.squared_error, (ROWS, WANTED), parameters=[*net.second.parameters(), net.scale])
    assert hexes(net.first) == before and hexes(net.second) != hexes(twin.second) and net.scale.data != 0.5


def test_what_is_exchanged_or_added_later_is_noticed():
    net = Two()
    learn(net, nn.squared_error, (ROWS, WANTED))
    net.predict(ROWS)
    for change in (
        lambda: setattr(net, "bend", sigmoid),
        lambda: setattr(net, "scale", Value(2.0)),
        lambda: setattr(net, "second", nn.MLP([2, 2], seed=7)),
        lambda: setattr(net.first.layers[0], "activation", "relu"),
        lambda: setattr(net, "extra", nn.Layer(2, 2, seed=3)),
    ):
        change()
        np.testing.assert_allclose(net.predict(ROWS), walked(net, ROWS), rtol=1e-12)
    before = hexes(net.extra)
    net.second = nn.Sequential(net.extra, net.extra)
    learn(net, nn.squared_error, (ROWS, WANTED))
    assert hexes(net.extra) != before
    np.testing.assert_allclose(net.predict(ROWS), walked(net, ROWS), rtol=1e-12)


def test_numbers_that_the_code_reads_are_noticed():
    class Scaled(nn.Module):
        def __init__(self):
            self.inside, self.by = nn.Layer(3, 2, seed=0), 1.0

        def __call__(self, x):
            return [self.by * a for a in self.inside(x)]

    net = Scaled()
    once = net.predict(ROWS)
    net.by = 3.0
    np.testing.assert_allclose(net.predict(ROWS), 3 * once, rtol=1e-14)


def test_copies_and_pickles_are_networks_of_their_own():
    net = Two()
    net.predict(ROWS)
    for made in (copy.deepcopy(net), pickle.loads(pickle.dumps(net)), copy.copy(net)):
        np.testing.assert_allclose(made.predict(ROWS), net.predict(ROWS), rtol=1e-15)
    other = copy.deepcopy(net)
    learn(other, nn.squared_error, (ROWS, WANTED))
    assert hexes(other) != hexes(net) and not np.array_equal(other.predict(ROWS), net.predict(ROWS))
    shallow = copy.copy(net)
    shallow.scale = Value(5.0)
    np.testing.assert_allclose(shallow.predict(ROWS), 10 * net.predict(ROWS), rtol=1e-12)


class Wrong(nn.Module):
    def __init__(self):
        self.w = Value(1.0)

    def __call__(self, x):
        return [self.w * x[7]]


class Nothing(Wrong):
    def __call__(self, x):
        self.w * x[0]


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize(
    ("net", "error", "words"),
    [
        (Wrong(), CallError, r"Wrong\(x\): .* a list of 3 numbers, got IndexError \(.*index out of range\) in Wrong"),
        (Nothing(), OperandError, r"Nothing\(x\): expected it to return Values, .* got None; is a return missing"),
        (lambda x: x, OperandError, "net: expected an nn.MLP, got function"),
        (Two, OperandError, "net: expected an nn.MLP, got type"),
    ],
)
def test_what_is_wrong_with_it_is_said_before_anything_changes(net, error, words, compiled):
    optimiser = nn.SGD(0.1)
    with pytest.raises(error, match=words):
        learn(net, nn.squared_error, (ROWS, WANTED), optimiser, compiled=compiled)
    assert optimiser.steps == 0 and getattr(getattr(net, "w", None), "data", 1.0) == 1.0


def test_targets_have_to_fit():
    net = Two()
    before = hexes(net)
    for Y, error in ((WANTED[:, :1] * 0.5, ArgumentError), (WANTED[:5], ShapeError), (np.ones((11, 3)), ShapeError)):
        with pytest.raises(error):
            learn(net, nn.squared_error, (ROWS, Y))
    assert hexes(net) == before
