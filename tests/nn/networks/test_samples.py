"""Samples that are dicts and tuples of arrays, and targets that are."""

import numpy as np
import pytest

import nn
from autograd import Value, sigmoid
from autograd.errors import ArgumentError, CallError, OperandError, ShapeError
from nn.networks.samples import form_of, listed, samples_of, taken

DRAWS = np.random.default_rng(0)
LEFT, RIGHT, WORDS = DRAWS.normal(size=(17, 3)), DRAWS.normal(size=(17, 2)), DRAWS.integers(0, 4, 17)
X = {"left": LEFT, "right": (RIGHT, WORDS)}
Y = DRAWS.normal(size=17)


class Pair(nn.Module):
    """Two halves of a sample and a word, each with a part of its own; one number."""

    def __init__(self):
        self.left, self.right = nn.Layer(3, 2, "tanh", seed=0), nn.Layer(2, 2, "tanh", seed=1)
        self.words = [[Value(0.1 * k), Value(-0.2)] for k in range(4)]
        self.last = nn.Layer(6, 1, "linear", seed=2)

    def __call__(self, x):
        numbers, word = x["right"]
        return self.last([*self.left(x["left"]), *self.right(numbers), *self.words[word]])[0]


def learn(X=X, Y=Y, **options):
    net = Pair()
    given = {"epochs": 3, "batch_size": 5, "seed": 0, "progress": False, "optimiser": nn.SGD(0.05)}
    history = nn.fit(net, X, Y, **given | options)
    return np.array([value.data for value in net.parameters()]), history, net


def apart(a, y):
    return y["weight"] * (a - y["wanted"]) ** 2


@pytest.mark.parametrize("validation", [None, 0.3, (X, Y)], ids=["none", "share", "pair"])
def test_a_dict_of_arrays_is_a_dict_for_each_sample(validation):
    found, history, net = learn(validation=validation)
    walked, eager, _ = learn(validation=validation, compiled=False)
    np.testing.assert_allclose(found, walked, rtol=1e-12)
    np.testing.assert_allclose(history.validation_cost, eager.validation_cost, rtol=1e-12)
    by_hand = [
        net({"left": a, "right": (b, c)}).data
        for a, b, c in zip(LEFT.tolist(), RIGHT.tolist(), WORDS.tolist(), strict=True)
    ]
    for compiled in (True, False):
        np.testing.assert_allclose(net.predict(X, compiled=compiled), by_hand, rtol=1e-12)
    assert nn.r_squared(net, X, Y) == pytest.approx(1 - ((by_hand - Y) ** 2).sum() / ((Y - Y.mean()) ** 2).sum())


def test_targets_may_be_a_dict_for_a_cost_that_takes_it():
    weighted = {"wanted": Y, "weight": np.ones(17)}
    np.testing.assert_allclose(learn(Y=weighted, cost=apart)[0], learn()[0], rtol=1e-12)
    np.testing.assert_allclose(learn(Y=weighted, cost=apart, compiled=False)[0], learn()[0], rtol=1e-12)


def test_on_jax_it_is_the_same():
    pytest.importorskip("jax")
    options = {"epochs": 1, "batch_size": 17}
    np.testing.assert_allclose(learn(backend="jax", **options)[0], learn(**options)[0], rtol=1e-12)


def test_it_is_resumed_to_the_bit(tmp_path):
    for epochs in (1, 3):
        found, _, _ = learn(epochs=epochs, checkpoint=tmp_path / "run.npz", resume=True)
    assert found.tobytes() == learn()[0].tobytes()
    other = {"left": LEFT, "right": (RIGHT, WORDS[::-1])}
    with pytest.raises(ArgumentError, match="data: expected"):
        learn(X=other, checkpoint=tmp_path / "run.npz", resume=True)


def test_classes_have_weights_whatever_the_network_returns():
    """A weight of 2 for one class is what two samples of it are."""

    class Alone(nn.Module):
        def __init__(self):
            self.w, self.b = Value(0.3), Value(0.1)

        def __call__(self, x):
            return sigmoid(self.w * x + self.b)

    x, kinds = np.array([0.5, -1.0, 2.0]), np.array([1, 0, 1])
    options = {"cost": lambda a, y: (a - y) ** 2, "optimiser": nn.SGD(0.3), "epochs": 1, "progress": False}
    one, other = Alone(), Alone()
    nn.fit(one, x, kinds, class_weight={0: 2.0}, **options)
    options["optimiser"] = nn.SGD(0.4)  # a mean over four samples and not three
    nn.fit(other, np.append(x, -1.0), np.append(kinds, 0), **options)
    assert one.w.data == pytest.approx(other.w.data, rel=1e-12) and one.w.data != 0.3


def test_no_accuracy_is_told_where_outputs_are_no_classes():
    class Named(nn.Module):
        def __init__(self):
            self.w = Value(0.3)

        def __call__(self, x):
            return {"yes": sigmoid(self.w * x)}

    history = nn.fit(
        Named(),
        Y,
        Y > 0,
        cost=lambda a, y: (a["yes"] - y) ** 2,
        validation=0.3,
        epochs=2,
        seed=0,
        progress=False,
    )
    assert len(history.validation_cost) == 2 and not history.validation_accuracy


def test_samples_are_taken_and_told():
    some = taken(X, np.array([3, 1]))
    assert some["left"].tolist() == LEFT[[3, 1]].tolist() and some["right"][1].tolist() == WORDS[[3, 1]].tolist()
    assert listed(some)[1] == {"left": LEFT[1].tolist(), "right": (RIGHT[1].tolist(), int(WORDS[1]))}
    assert form_of(X) == "{left: 3 numbers, right: (2 numbers, a number)}"
    assert form_of(np.zeros((2, 3, 4))) == "an array of shape (3, 4)"


def test_a_list_is_an_array_and_integers_stay_whole():
    assert samples_of("X", [LEFT[0], LEFT[1]]).shape == (2, 3)
    assert samples_of("X", ((1, 2), (3, 4))).dtype.kind == "i"


@pytest.mark.parametrize(
    ("ask", "error", "words"),
    [
        (lambda: learn(X={}), ShapeError, "X: expected at least one array, got an empty dict"),
        (lambda: learn(X={**X, "left": LEFT[:3]}), ShapeError, r"X\['right'\]\[0\]: expected 3 rows, .* got 17"),
        (lambda: learn(X={**X, "left": "words"}), OperandError, r"X\['left'\]: expected an array of real numbers"),
        (lambda: learn(Y={"a": Y[:3]}), ShapeError, r"Y\['a'\]: expected 17 targets, .* got 3"),
        (lambda: learn(validation=({"left": LEFT}, Y)), ShapeError, "validation X: expected {left: .* got {left: 3 nu"),
        (lambda: learn(validation=(X, LEFT)), ShapeError, "validation Y: expected a number .* got 3 numbers"),
        (lambda: nn.fit(nn.MLP([3, 1]), X, Y), OperandError, "X: expected an array of real numbers, got dict"),
        (lambda: Pair().predict({"left": LEFT}), CallError, r"KeyError \('right'\) in Pair.__call__"),
    ],
)
def test_refusals_say_what_was_expected(ask, error, words):
    with pytest.raises(error, match=words):
        ask()
