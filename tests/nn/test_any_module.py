"""Modules of one's own, and what `fit`, `predict` and the measures make of them."""

import copy
import pickle

import numpy as np
import pytest

import nn
from autograd import Value, no_grad, tanh, total
from autograd.errors import ArgumentError, OperandError, ShapeError

DRAWS = np.random.default_rng(0)
X, DIGITS = DRAWS.normal(size=(23, 4)), DRAWS.integers(0, 3, 23)
TOKENS = DRAWS.integers(0, 5, (23, 3))


def layer(outputs, inputs, activation="linear", number=1, seed=0):
    random = np.random.default_rng(seed)
    return nn.Layer(random.normal(size=(outputs, inputs)), random.normal(size=outputs), activation, number)


def stack(p=0.0):
    return nn.Sequential(layer(6, 4, "tanh"), nn.LayerNorm(6), nn.Dropout(p), layer(3, 6, number=2), "softmax")


class Two(nn.Module):
    """Two networks in one."""

    def __init__(self):
        self.left, self.right = nn.MLP([4, 3], seed=1), nn.MLP([4, 3], seed=2)

    def __call__(self, x):
        return [a * b for a, b in zip(self.left(x), self.right(x), strict=True)]


class Embedded(nn.Module):
    """A row of a table for each token, and scores of the next one for each."""

    def __init__(self):
        random = np.random.default_rng(3)
        self.table = [[Value(w) for w in row] for row in random.normal(size=(5, 2))]
        self.out = layer(5, 2, seed=4)

    def __call__(self, tokens):
        return [self.out([tanh(v) for v in self.table[token]]) for token in tokens]


class Slope(nn.Module):
    """One Value of one number."""

    def __init__(self):
        self.w = Value(0.5, "w")

    def __call__(self, x):
        return self.w * x


def next_token(scores, targets):
    return total([nn.cross_entropy(z, target) for z, target in zip(scores, targets, strict=True)])


CASES = {
    "stack": (stack, X, DIGITS, {"cost": nn.cross_entropy, "validation": (X[:7], DIGITS[:7])}),
    "stack with noise": (lambda: stack(0.3), X, DIGITS, {"cost": nn.cross_entropy, "validation": (X[:7], DIGITS[:7])}),
    "two": (Two, X, DIGITS, {"class_weight": "balanced", "validation": 0.2}),
    "tokens": (Embedded, TOKENS, TOKENS[:, ::-1], {"cost": next_token, "validation": 0.2}),
    "one value": (Slope, X[:, 0], 3 * X[:, 0], {"optimiser": nn.SGD(0.1)}),
    "a layer": (lambda: layer(3, 4, "softmax"), X, DIGITS, {"cost": nn.cross_entropy}),
}


def train(name, net=None, **options):
    make, rows, targets, own = CASES[name]
    net = make() if net is None else net
    given = {"epochs": 4, "batch_size": 5, "seed": 3, "progress": False}
    history = nn.fit(net, rows, targets, **(given | copy.deepcopy(own) | options))
    return [value.data for value in net.parameters()], history.cost, history.validation_cost


@pytest.mark.parametrize("name", CASES)
def test_eager_and_compiled_trainings_are_one(name):
    before = [value.data for value in CASES[name][0]().parameters()]
    for found, expected in zip(train(name, compiled=False), train(name), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-10)
    numbers, costs, _ = train(name)
    assert numbers != before and costs[-1] < costs[0]


@pytest.mark.parametrize("name", CASES)
def test_a_resumed_training_goes_on_to_the_bit(name, tmp_path):
    path = tmp_path / "run.npz"
    train(name, epochs=2, checkpoint=path)
    assert train(name, checkpoint=path, resume=True) == train(name)
    into = nn.load(path, into=CASES[name][0]())
    assert [value.data for value in into.parameters()] == train(name)[0]


@pytest.mark.parametrize("name", CASES)
def test_what_is_predicted_is_what_it_returns_for_each_row(name):
    make, rows, _, _ = CASES[name]
    net = make()
    found = net.predict(rows)
    with no_grad():
        by_hand = [net(row) for row in rows.tolist()]
    expected = [[[a.data for a in z] for z in row] if name == "tokens" else row for row in by_hand]
    if name == "one value":
        expected = [one.data for one in by_hand]
    elif name != "tokens":
        expected = [[a.data for a in row] for row in by_hand]
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    np.testing.assert_allclose(net.predict(rows, compiled=False), expected, rtol=1e-12)


def test_on_jax_it_is_the_same():
    pytest.importorskip("jax", reason='JAX is not installed: pip install "scalar-autograd[jax]"')
    options = {"epochs": 2, "batch_size": 6}  # one program, whose batches are all as large
    for found, expected in zip(train("tokens", backend="jax", **options), train("tokens", **options), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-10)


def test_its_accuracy_is_measured():
    net = stack()
    assert net.predict(X[0]).shape == (3,)
    read = net.predict(X).argmax(axis=1)
    assert nn.accuracy(net, X, DIGITS) == (read == DIGITS).mean()
    assert nn.confusion_matrix(net, X, DIGITS).sum() == 23
    slope = Slope()
    assert nn.r_squared(slope, X[:, 0], 0.5 * X[:, 0]) == pytest.approx(1.0)
    assert nn.accuracy(slope, X[:, 0], X[:, 0] > 1.0) == np.mean((0.5 * X[:, 0] > 0.5) == (X[:, 0] > 1.0))


def test_accuracy_on_samples_held_out_is_in_the_history():
    history = nn.fit(stack(), X, DIGITS, cost=nn.cross_entropy, validation=0.3, epochs=2, seed=0, progress=False)
    assert len(history.validation_accuracy) == 2
    assert not nn.fit(Embedded(), TOKENS, TOKENS, cost=next_token, validation=0.3, epochs=1).validation_accuracy


def test_what_it_closes_over_is_looked_at_again():
    class Scaled(Slope):
        def __init__(self):
            super().__init__()
            self.scale = [2.0]

        def __call__(self, x):
            return self.scale[0] * super().__call__(x)

    net = Scaled()
    assert net.predict([1.0, 2.0]).tolist() == [1.0, 2.0]
    net.scale[0] = 4.0
    assert net.predict([1.0, 2.0]).tolist() == [2.0, 4.0]
    net.w = Value(1.0)
    assert net.predict([1.0, 2.0]).tolist() == [4.0, 8.0]


def test_parts_of_a_stack_may_be_exchanged():
    net = stack()
    before = net.predict(X)
    net.steps[-1] = "linear"
    np.testing.assert_allclose(np.exp(net.predict(X)), before * np.exp(net.predict(X)).sum(axis=1, keepdims=True))
    net.steps[1].epsilon = 10.0
    assert np.abs(net.predict(X) - net.predict(X, compiled=False)).max() < 1e-12


def test_it_may_return_a_dict():
    class Named(Slope):
        def __call__(self, x):
            return {"once": self.w * x, "twice": [self.w * x, 2 * self.w * x]}

    for compiled in (True, False):
        found = Named().predict([1.0, 2.0], compiled=compiled)
        assert found["once"].tolist() == [0.5, 1.0] and found["twice"].tolist() == [[0.5, 1.0], [1.0, 2.0]]


def test_copies_and_pickles_have_programs_of_their_own():
    net = stack()
    before = net.predict(X)
    for other in (copy.deepcopy(net), pickle.loads(pickle.dumps(net)), copy.copy(net)):
        other.steps = [copy.deepcopy(step) for step in net.steps]
        other.steps[0].neurons[0].bias.data += 1.0
        assert np.abs(other.predict(X) - before).max() > 1e-3
    assert (net.predict(X) == before).all()


def test_what_it_keeps_is_no_member():
    net = Two()
    names = [name for name, _ in net.named_parameters()]
    net.predict(X)
    assert [name for name, _ in net.named_parameters()] == names and list(dict(net.members())) == ["left", "right"]


class Silent(nn.Module):
    pass


class Texts(nn.Module):
    def __call__(self, x):
        return "text"


@pytest.mark.parametrize(
    ("ask", "error", "words"),
    [
        (lambda: nn.fit(Silent(), X, DIGITS), OperandError, "net: expected a module that can be called, got Silent"),
        (lambda: Silent().predict(X), OperandError, "can be called, got Silent; write its __call__"),
        (lambda: nn.accuracy(Silent(), X, DIGITS), OperandError, "can be called, got Silent"),
        (lambda: Texts().predict(X, compiled=False), OperandError, "expected it to return Values, .* got str"),
        (lambda: Slope().predict([]), ShapeError, "X: expected at least one sample"),
        (lambda: Slope().predict(["a"]), OperandError, "X: expected an array of real numbers"),
        (lambda: Slope().predict([np.nan]), ArgumentError, "X: expected finite numbers, got nan"),
        (lambda: stack().predict([[1.0]]), ShapeError, r"X: expected shape \(samples, 4\) .* got \(1, 1\)"),
        (lambda: train("stack", cost=nn.squared_error, net=nn.Sequential(layer(2, 4))), ArgumentError, r"0\.\.1"),
        (lambda: nn.fit(stack(), X, X), ShapeError, r"Y: expected shape \(samples, 3\).*got \(23, 4\)"),
        (lambda: nn.fit(Slope(), X[:, 0], X[:5, 0]), ShapeError, "Y: expected 23 targets, .* got 5"),
        (lambda: nn.accuracy(Embedded(), TOKENS, DIGITS), ShapeError, r"net: .*got arrays of shape \(3, 5\)"),
        (
            lambda: nn.fit(nn.Sequential(layer(3, 4), "tanh"), X, DIGITS, cost=nn.cross_entropy),
            ArgumentError,
            "cost=cross_entropy: expected .*got 'tanh'",
        ),
    ],
)
def test_refusals_say_what_was_expected(ask, error, words):
    with pytest.raises(error, match=words):
        ask()
