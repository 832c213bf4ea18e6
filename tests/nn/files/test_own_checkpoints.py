"""Checkpoints of modules of one's own: resumed to the bit, and those of another module refused."""

import os

import numpy as np
import pytest

import nn
from autograd import Value, tanh, weighted_sum
from autograd.errors import ArgumentError, FileFormatError

DRAWS = np.random.default_rng(0)
X, Y = DRAWS.normal(size=(13, 6)), DRAWS.normal(size=(13, 1))


class Recurrent(nn.Module):
    """A cell that reads three pairs, a layer on its last state, and a parameter that stands in two places."""

    def __init__(self, seed=0, width=3, activation="linear"):
        draws = np.random.default_rng(seed)

        def values(*shape):
            return [[Value(n) for n in row] for row in draws.normal(0.0, 0.5, shape)]

        self.seen, self.before = values(width, 2), values(width, width)
        self.shift = [Value(0.0) for _ in range(width)]
        self.before[0][0] = self.seen[0][0]
        self.read = nn.Layer(draws.normal(size=(1, width)), [0.0], activation)

    def __call__(self, x):
        state = [0.0] * len(self.shift)
        for t in range(3):
            pair, last = x[2 * t : 2 * t + 2], state
            state = [
                tanh(weighted_sum(w, pair, b) + weighted_sum(u, last))
                for w, u, b in zip(self.seen, self.before, self.shift, strict=True)
            ]
        return self.read(state)


def train(net, optimiser, path=None, epochs=6, **options):
    given = {"batch_size": 5, "seed": 3, "progress": False}
    return nn.fit(net, X, Y, optimiser=optimiser, epochs=epochs, checkpoint=path, **(given | options))


def everything(net, optimiser, history):
    state = {name: vector.tobytes() for name, vector in optimiser.state_of(net.parameters()).items()}
    return [value.data.hex() for value in net.parameters()], state, optimiser.steps, history.cost


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("rule", [lambda: nn.SGD(0.1), lambda: nn.Adam(0.02)])
def test_a_resumed_training_ends_as_an_uninterrupted_one_to_the_bit(tmp_path, rule, compiled):
    whole, optimiser = Recurrent(), rule()
    expected = everything(whole, optimiser, train(whole, optimiser, compiled=compiled))
    for epochs in (1, 3, 6):
        net, optimiser = Recurrent(seed=0 if epochs == 1 else 9), rule()  # the file's numbers replace others
        history = train(net, optimiser, tmp_path / "run.npz", epochs, resume=True, compiled=compiled)
    assert everything(net, optimiser, history) == expected


def test_the_module_in_a_checkpoint_can_be_loaded(tmp_path):
    net, other, path = Recurrent(), Recurrent(1), tmp_path / "run.npz"
    train(net, nn.Adam(0.02), path, epochs=2)
    nn.load(path, into=other)
    assert [value.data for value in other.parameters()] == [value.data for value in net.parameters()]
    with pytest.raises(ArgumentError, match=r"run\.npz: expected a module to read it into, .* 'Recurrent'"):
        nn.load(path)


def test_a_sequential_in_a_checkpoint_comes_back_without_code(tmp_path):
    net = nn.Sequential(nn.Layer(np.ones((3, 6)), np.zeros(3), "tanh"), nn.Layer(np.ones((1, 3)), [0.0], "linear"))
    train(net, nn.SGD(0.1), tmp_path / "run.npz", epochs=2)
    loaded = nn.load(tmp_path / "run.npz")
    assert repr(loaded) == repr(net)
    assert [value.data for value in loaded.parameters()] == [value.data for value in net.parameters()]


class Renamed(Recurrent):
    pass


def without_the_tie():
    net = Recurrent()
    net.before[0][0] = Value(net.seen[0][0].data)
    return net


@pytest.mark.parametrize(
    "make, words",
    [
        (Renamed, r"net: expected Recurrent as in the checkpoint .*run\.npz, got Renamed"),
        (lambda: nn.MLP([6, 1], seed=0), r"net: expected Recurrent as in the checkpoint .*, got MLP\(\[6, 1\]"),
        (lambda: Recurrent(width=4), r"seen of shape \(3, 2\) where \(4, 2\) is, .*; make the module as it was, or"),
        (lambda: Recurrent(activation="tanh"), r"expected read\.weight tanh as in this module, got .* linear"),
        (without_the_tie, "expected the same parameters in several places, got others; make the module"),
    ],
)
def test_the_checkpoint_of_another_module_is_refused(tmp_path, make, words):
    path = tmp_path / "run.npz"
    train(Recurrent(), nn.SGD(0.1), path, epochs=1)
    net, contents = make(), path.read_bytes()
    before = [value.data for value in net.parameters()]
    with pytest.raises(ArgumentError, match=words) as caught:
        train(net, nn.SGD(0.1), path, resume=True)
    assert "\n" not in str(caught.value)
    assert [value.data for value in net.parameters()] == before and path.read_bytes() == contents


def test_the_checkpoint_of_a_network_is_refused_by_a_module(tmp_path):
    train(nn.MLP([6, 1], seed=0), nn.SGD(0.1), tmp_path / "run.npz", epochs=1)
    with pytest.raises(ArgumentError, match=r"net: expected MLP\(\[6, 1\].* as in the checkpoint .*, got Recurrent;"):
        train(Recurrent(), nn.SGD(0.1), tmp_path / "run.npz", resume=True)


def test_damage_is_refused_or_means_nothing(tmp_path):
    path = tmp_path / "run.npz"
    net, optimiser = Recurrent(), nn.Adam(0.02)
    expected = everything(net, optimiser, train(net, optimiser, path, epochs=1, compiled=False))
    contents, refusals = path.read_bytes(), 0
    places = range(0, len(contents), 97)
    for place in places:
        damaged = bytearray(contents)
        damaged[place] ^= 1 << place % 8
        path.write_bytes(bytes(damaged))
        net, optimiser = Recurrent(1), nn.Adam(0.02)
        before = [value.data for value in net.parameters()]
        try:
            assert everything(net, optimiser, train(net, optimiser, path, 1, resume=True, compiled=False)) == expected
        except (FileFormatError, ArgumentError):
            assert [value.data for value in net.parameters()] == before and optimiser.steps == 0
            refusals += 1
    assert refusals > len(places) * 0.6 and os.listdir(tmp_path) == ["run.npz"]
