"""Layers that are used twice, exchanged, or share a parameter; programs that are kept and made anew."""

import copy
import pickle

import numpy as np
import pytest

import nn
from autograd.compiler import compiled
from autograd.errors import ArgumentError, FileFormatError


def samples():
    rng = np.random.default_rng(0)
    return rng.random((23, 3)), rng.random((23, 3))


def with_a_layer_twice():
    net = nn.MLP([3, 3, 3, 3], activation="tanh", seed=0)
    net.layers[2] = net.layers[0]
    return net


def with_a_tied_weight():
    net = nn.MLP([3, 3, 3], activation="tanh", seed=0)
    net.layers[1].neurons[0].weights[2] = net.layers[0].neurons[1].weights[0]
    return net


def with_other_layers():
    net = nn.MLP([3, 4, 2], seed=0)
    rng = np.random.default_rng(1)
    net.layers[0] = nn.Layer(rng.normal(size=(5, 3)), rng.normal(size=5), "relu")
    net.layers[1:] = [
        nn.Layer(rng.normal(size=(2, 5)), rng.normal(size=2), "tanh", 2),
        nn.Layer(np.eye(3, 2), np.ones(3)),
    ]
    return net


SHARED = {"a layer twice": with_a_layer_twice, "a tied weight": with_a_tied_weight}


def numbers(net):
    return np.array([value.data for value in net.parameters()])


def fit(net, epochs=3, **options):
    X, Y = samples()
    options = {"optimiser": nn.Adam(0.05), "batch_size": 5, "seed": 1, "progress": False} | options
    return nn.fit(net, X, Y, epochs=epochs, **options)


@pytest.mark.parametrize("made", SHARED)
def test_a_shared_parameter_is_one_parameter(made):
    net = SHARED[made]()
    names = [name for name, _ in net.named_parameters()]
    assert len(set(map(id, net.parameters()))) == len(net.parameters()) == len(names) == len(set(names))


@pytest.mark.parametrize("made", SHARED)
def test_eager_and_compiled_learn_the_same(made):
    eager, fast = SHARED[made](), SHARED[made]()
    costs = [fit(net, compiled=how).cost for net, how in ((eager, False), (fast, True))]
    np.testing.assert_allclose(costs[0], costs[1], rtol=1e-12)
    np.testing.assert_allclose(numbers(eager), numbers(fast), rtol=0, atol=1e-12)


def test_a_training_of_a_layer_used_twice_goes_on_from_its_checkpoint_to_the_bit(tmp_path):
    whole, first, second = with_a_layer_twice(), with_a_layer_twice(), with_a_layer_twice()
    history = fit(whole, 5)
    fit(first, 2, checkpoint=tmp_path / "run.npz")
    assert fit(second, 5, checkpoint=tmp_path / "run.npz", resume=True).cost == history.cost
    assert (numbers(second) == numbers(whole)).all()
    assert second.layers[2] is second.layers[0]


@pytest.mark.parametrize("made", [with_a_layer_twice, with_other_layers], ids=["a layer twice", "other layers"])
def test_a_file_keeps_what_a_network_has_become(made, tmp_path):
    net = made()
    net.save(tmp_path / "net.npz")
    loaded = nn.load(tmp_path / "net.npz")
    X, _ = samples()
    assert (loaded.predict(X) == net.predict(X)).all()
    assert repr(loaded) == repr(net) and len(loaded.parameters()) == len(net.parameters())
    assert [net.layers.index(layer) for layer in net.layers] == [loaded.layers.index(layer) for layer in loaded.layers]


def test_sizes_and_activations_are_those_of_the_layers():
    net = with_other_layers()
    assert (net.sizes, net.activation, net.output) == ([3, 5, 2, 3], "relu,tanh", "sigmoid")
    assert repr(net) == "MLP([3, 5, 2, 3], activation='relu,tanh', output='sigmoid')"
    net.layers.pop()
    assert (net.sizes, net.activation, net.output) == ([3, 5, 2], "relu", "tanh")


def narrower(net):
    net.layers[1].neurons[0].weights.pop()


def of_another_activation(net):
    net.layers[1].neurons[0] = nn.Neuron([0.0, 0.0, 0.0], 0.0, "relu")


def tied(net):
    net.layers[1].neurons[0].weights[2] = net.layers[0].neurons[1].weights[0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (narrower, "layer 2: expected 3 weights in each neuron, got 2 in one"),
        (of_another_activation, "layer 2: expected the activation 'sigmoid' in each neuron, got 'relu' in one"),
        (tied, "layer 2: expected parameters of its own, got one that is also another layer's"),
    ],
)
def test_what_a_file_would_lose_is_refused_and_the_file_stays(change, message, tmp_path):
    net = nn.MLP([3, 3, 3], seed=0)
    net.save(tmp_path / "net.npz")
    before = (tmp_path / "net.npz").read_bytes()
    change(net)
    with pytest.raises(ArgumentError, match=message):
        net.save(tmp_path / "net.npz")
    assert (tmp_path / "net.npz").read_bytes() == before


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"same": np.array([0, 1, 2])}, "without 'W3'|the members of"),
        ({"same": np.array([0, 1, 9])}, "same: expected layer 3 to be itself or an equal one before it, got 9"),
        ({"same": np.array([1, 1, 0])}, "same: expected layer 1 to be itself"),
        ({"same": np.array([0.0, 1.0, 0.0])}, "same: expected int64"),
        ({"activations": np.array("tanh,tanh")}, "activations: expected 3, one for each layer, got 2"),
        ({"activations": np.array("tanh,tanh,sinh")}, "activations: expected one of"),
        ({"activations": np.array("tanh,tanh,relu")}, "same: expected layer 3 to be itself or an equal one"),
        ({"format": np.array("scalar-autograd network 1")}, "without 'activation'"),
    ],
)
def test_other_contents_are_refused(changes, message, tmp_path):
    with_a_layer_twice().save(tmp_path / "net.npz")
    with np.load(tmp_path / "net.npz") as file:
        np.savez(tmp_path / "other.npz", **(dict(file) | changes))
    with pytest.raises(FileFormatError, match=message):
        nn.load(tmp_path / "other.npz")


@pytest.fixture
def recordings(monkeypatch):
    """How many functions were recorded."""
    counted, record = [], compiled.record

    def noted(*arguments):
        counted.append(arguments)
        return record(*arguments)

    monkeypatch.setattr(compiled, "record", noted)
    return counted


def test_a_second_training_and_prediction_record_nothing(recordings):
    net = nn.MLP([3, 4, 3], seed=0)
    X, _ = samples()
    fit(net)
    net.predict(X)
    assert len(recordings) == 2
    fit(net)
    net.predict(X)
    assert len(recordings) == 2
    fit(net, cost=lambda a, y: nn.squared_error(a, y))
    assert len(recordings) == 3


def test_an_exchanged_layer_is_recorded_anew(recordings):
    net = nn.MLP([3, 3, 3], seed=0)
    fit(net)
    net.layers[0] = nn.Layer(net.layers[0].weights, net.layers[0].biases, "tanh")
    before = net.layers[0].weights
    fit(net)
    assert len(recordings) == 2 and (net.layers[0].weights != before).any()


def test_few_programs_are_kept_and_none_is_copied():
    net = nn.MLP([3, 3, 3], seed=0)
    for _ in range(9):
        fit(net, 1, cost=lambda a, y: nn.squared_error(a, y))
    assert len(net._programs) == 4
    for other in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        assert not other._programs and (numbers(other) == numbers(net)).all()
