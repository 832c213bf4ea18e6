"""A network sees at once whether it is what it was; whatever is exchanged in it is noticed."""

import copy
import pickle

import numpy as np
import pytest

import nn
from autograd import Value, compile, tanh
from autograd.errors import ArgumentError, OperandError, ShapeError
from nn.networks import parts
from nn.networks.parts import Parts

X = np.random.default_rng(0).normal(size=(5, 3))
Y = np.eye(2)[[0, 1, 1, 0, 1]]


def mlp():
    return nn.MLP([3, 3, 3, 2], seed=0)


def steps():
    return nn.Sequential(nn.Layer(3, 3, "tanh", seed=0), nn.Dropout(0.1), nn.LayerNorm(3), nn.Layer(3, 2, seed=1))


def fit(net, **options):
    return nn.fit(net, X, Y, **{"epochs": 2, "seed": 0, "progress": False, "optimiser": nn.SGD(0.5), **options})


@pytest.fixture
def walks(monkeypatch):
    """Counts the walks over all parts of a network."""
    found = []
    for kind in (nn.MLP, nn.Sequential):
        walk = kind._exchangeable
        monkeypatch.setattr(kind, "_exchangeable", lambda self, walk=walk: found.append(self) or walk(self))
    return found


@pytest.mark.parametrize("made", [mlp, steps])
def test_what_is_as_it_was_is_not_walked_again(made, walks):
    net = made()
    for _ in range(3):
        fit(net)
        net.predict(X)
        nn.accuracy(net, X, Y)
        net.predict(X[0])
    assert len(walks) == 1


def layer(size=3):
    return nn.Layer(np.arange(3.0 * size).reshape(size, 3) / 9, np.ones(size), "tanh")


def first_of(net):
    return net.layers if isinstance(net, nn.MLP) else net.steps


EXCHANGES = {
    "a layer": lambda net: first_of(net).__setitem__(0, layer()),
    "all layers": lambda net: setattr(net, "layers" if isinstance(net, nn.MLP) else "steps", [layer(), layer(2)]),
    "a layer appended": lambda net: first_of(net).append(nn.Layer(2, 2, "tanh", seed=3)),
    "a layer inserted": lambda net: first_of(net).insert(0, layer()),
    "a layer twice": lambda net: first_of(net).insert(0, first_of(net)[0]),
    "a layer taken out": lambda net: first_of(net).pop(),
    "a neuron": lambda net: first_of(net)[0].neurons.__setitem__(1, nn.Neuron([1.0, 2.0, 3.0], 0.5)),
    "the order of neurons": lambda net: first_of(net)[0].neurons.reverse(),
    "all neurons": lambda net: setattr(first_of(net)[0], "neurons", [*first_of(net)[0].neurons[::-1]]),
    "a weight": lambda net: first_of(net)[0].neurons[1].weights.__setitem__(2, Value(3.0)),
    "the order of weights": lambda net: first_of(net)[0].neurons[1].weights.reverse(),
    "all weights": lambda net: setattr(first_of(net)[0].neurons[0], "weights", [Value(1.0), Value(2.0), Value(3.0)]),
    "a bias": lambda net: setattr(first_of(net)[0].neurons[0], "bias", Value(7.0)),
    "an activation": lambda net: setattr(first_of(net)[0].neurons[0], "activation", "softplus"),
    "a layer's activation": lambda net: setattr(first_of(net)[0], "activation", "relu"),
    "a function": lambda net: setattr(first_of(net)[0], "activation", lambda z: tanh(z) * 2.0),
    "softmax": lambda net: setattr(first_of(net)[-1], "activation", "softmax"),
    "a weight of the same number": lambda net: (
        first_of(net)[0].neurons[1].weights.__setitem__(2, Value(first_of(net)[0].neurons[1].weights[2].data))
    ),
}


@pytest.mark.parametrize("again", [1, 2])
@pytest.mark.parametrize("exchange", EXCHANGES.values(), ids=EXCHANGES)
@pytest.mark.parametrize("made", [mlp, steps])
def test_what_is_exchanged_is_noticed(made, exchange, again):
    net = made()
    fit(net, epochs=1)
    for _ in range(again):
        net.predict(X), net.predict(X[0])
    exchange(net)
    for _ in range(2):
        np.testing.assert_allclose(net.predict(X), net.predict(X, compiled=False), rtol=1e-12)
        np.testing.assert_allclose(net.predict(X[0]), net.predict(X[:1], compiled=False)[0], rtol=1e-12)
        for value in net.parameters():
            value.data += 0.25
    exchange(net)  # again, where lists of somebody else's may stand now
    np.testing.assert_allclose(net.predict(X), net.predict(X, compiled=False), rtol=1e-12)


def test_settings_of_steps_are_parts():
    net = steps()
    net.predict(X)
    net.steps[2].epsilon = 10.0
    np.testing.assert_allclose(net.predict(X), net.predict(X, compiled=False), rtol=1e-12)
    net.steps[2].weight[0] = Value(5.0)
    np.testing.assert_allclose(net.predict(X), net.predict(X, compiled=False), rtol=1e-12)


def test_lists_of_somebody_elses_are_walked_every_time(walks):
    net = mlp()
    weights = [Value(1.0), Value(2.0), Value(3.0)]
    net.layers[0].neurons[0].weights = weights
    for number in range(4):
        weights[1] = Value(float(number))
        np.testing.assert_allclose(net.predict(X[0]), net.predict(X[:1], compiled=False)[0], rtol=1e-12)
    assert len(walks) == 4


class Doubling(nn.Layer):
    factor = 2.0

    def __call__(self, activations):
        return [self.factor * a for a in super().__call__(activations)]


def test_code_of_somebody_elses_is_looked_into_every_time():
    net = mlp()
    net.layers[0] = Doubling(net.layers[0].weights, net.layers[0].biases)
    for factor in (1.0, 3.0, 5.0):
        net.layers[0].factor = factor
        for _ in range(2):
            np.testing.assert_allclose(net.predict(X[0]), net.predict(X[:1], compiled=False)[0], rtol=1e-12)


@pytest.mark.parametrize("made", [mlp, steps])
@pytest.mark.parametrize("twin", [copy.copy, copy.deepcopy, lambda net: pickle.loads(pickle.dumps(net))])
def test_copies_and_pickles_go_their_own_way(made, twin):
    net = made()
    fit(net)
    net.predict(X[0])
    other = twin(net)
    np.testing.assert_allclose(other.predict(X[0]), net.predict(X[0]), rtol=0, atol=0)
    assert isinstance(first_of(other)[0].neurons, Parts) and first_of(other) == first_of(other)[:]
    setattr(other, "layers" if made is mlp else "steps", [layer(2)])
    before = net.predict(X[0])
    np.testing.assert_allclose(other.predict(X[0]), other.predict(X[:1], compiled=False)[0], rtol=1e-12)
    assert (net.predict(X[0]) == before).all()


def test_every_change_of_a_list_leaves_a_mark():
    ways = {
        "__setitem__": (0, 1),
        "__delitem__": (0,),
        "__iadd__": ([1],),
        "__imul__": (2,),
        "append": (1,),
        "clear": (),
        "extend": ([1],),
        "insert": (0, 1),
        "pop": (),
        "remove": (3,),
        "reverse": (),
        "sort": (),
    }
    for name, given in ways.items():
        plain, watched, before = [3, 1, 2], Parts([3, 1, 2]), parts.mark
        assert getattr(plain, name)(*given) == getattr(watched, name)(*given) and plain == watched
        assert parts.mark is not before
    reading = {"count", "copy", "index"} | {name for name in dir(list) if name.startswith("__")} - ways.keys()
    assert set(dir(list)) == reading | ways.keys()  # what Python adds to lists is looked at here


def test_reading_leaves_none_and_attributes_do():
    net, before = mlp(), None
    before = parts.mark
    net(X[0]), net.predict(X, compiled=False), net.parameters(), net.layers[0].weights, repr(net)
    assert parts.mark is before
    net.parameters()[0].data = 7.0
    assert parts.mark is before
    net.note = "mine"
    noted = parts.mark
    del net.note
    assert before is not noted is not parts.mark


def test_a_live_index_finds_in_parts_what_it_finds_in_a_list():
    neuron = nn.Neuron([1.0, 5.0, 7.0])
    f = compile(lambda i: neuron.weights[i] * 2.0)
    tokens = np.array([2, 0, 1, 2])
    assert f(tokens).tolist() == [14.0, 2.0, 10.0, 14.0]
    assert f.gradient(tokens)[1].tolist() == [0.5, 0.5, 1.0] and type(neuron.weights) is Parts


class Named(nn.Module):
    def __init__(self):
        self.head, self.shift, self.unused = nn.Layer(2, 2, seed=0), [Value(1.0), {"a": Value(2.0)}], Value(3.0)

    def named_parameters(self):
        yield "shift", self.shift[0]
        yield from self.head.named_parameters()


class Nested(nn.Module):
    def __init__(self):
        self.inner, self.twice, self.own = Named(), Named(), [Value(5.0), mlp()]
        self.twice.head, self.back = self.inner.head, self


@pytest.mark.parametrize("made", [mlp, steps, Named, Nested, lambda: nn.Neuron([1.0, 2.0]), lambda: nn.LayerNorm(3)])
def test_parameters_are_those_that_have_names_in_their_order(made):
    module = made()
    named = [value for _, value in module.named_parameters()]
    assert list(map(id, module.parameters())) == list(map(id, dict.fromkeys(named))) and named


# Predictions of one row


@pytest.mark.parametrize("made", [mlp, steps])
def test_one_row_is_predicted_the_short_way(made, monkeypatch):
    net = made()
    expected = net.predict(X, compiled=False)
    rows = [X[0], X[0].tolist(), X[0][::1], np.asfortranarray(X)[0], X[:1], X[:1].tolist(), X]
    results = [net.predict(row) for row in rows]
    monkeypatch.setattr(nn.Module, "program", None)  # the whole way
    for row, before in zip(rows, results, strict=True):
        found = net.predict(row)
        assert (found == before).all() and found.shape == before.shape
        wanted = expected if len(before) == 5 else expected[:1].reshape(found.shape)
        np.testing.assert_allclose(found, wanted, rtol=1e-12)
    with pytest.raises(TypeError):
        net.predict(X[:3])


def test_predictions_are_the_callers_own_and_follow_the_numbers():
    net = mlp()
    net.predict(X[0])
    first = net.predict(X[0])
    kept = first.copy()
    for value in net.parameters():
        value.data = 0.0
    assert net.predict(X[0]).tolist() == [0.5, 0.5] and (first == kept).all()
    net.layers[-1].biases = [1000.0, -1000.0]
    assert net.predict(X[0]).tolist() == [1.0, 0.0]


WRONG = {
    "NaN": ([1.0, np.nan, 1.0], ArgumentError, r"X: expected finite numbers, got nan at \(1,\)"),
    "too few": ([1.0, 2.0], ShapeError, r"X: expected shape \(samples, 3\).*\(1, 2\)"),
    "text": (["a", "b", "c"], OperandError, "X: expected an array of real numbers"),
    "ragged": ([[1.0], [1.0, 2.0]], ShapeError, "X: expected rows of equal length"),
    "empty": ([], ShapeError, r"X: expected shape \(samples, 3\)"),
    "complex": (np.ones(3, complex), OperandError, "X: expected an array of real numbers"),
    "Values": ([Value(1.0)] * 3, OperandError, "X: "),
    "a number": (1.0, OperandError, "X: expected an array"),
    "None": (None, OperandError, "X: expected an array"),
}


@pytest.mark.parametrize(("given", "error", "words"), WRONG.values(), ids=WRONG)
def test_wrong_rows_are_refused_after_right_ones(given, error, words):
    net = mlp()
    for _ in range(2):
        with pytest.raises(error, match=words):
            net.predict(given)
        net.predict(X[0].tolist())
        net.predict(np.ones((2, 3), int))


def test_one_input_stays_a_column():
    net = nn.MLP([1, 2], seed=0)
    for _ in range(2):
        assert net.predict([0.5]).shape == (2,) and net.predict([[0.5], [1.0]]).shape == (2, 2)
        with pytest.raises(ShapeError):
            net.predict([0.5, 1.0])


def test_predict_runs_on_other_back_ends():
    net = mlp()
    for _ in range(2):
        np.testing.assert_allclose(net.predict(X, backend="reference"), net.predict(X), rtol=1e-12)
        np.testing.assert_allclose(net.predict(X[0], backend="reference"), net.predict(X[0]), rtol=1e-12)
    assert len(net._programs) == 2
