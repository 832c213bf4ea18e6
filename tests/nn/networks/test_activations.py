"""Activations by name and as functions; softmax, which is of a whole layer."""

import math

import numpy as np
import pytest

import autograd
import nn
from autograd import Value, check_gradient, compile, exp, no_grad, softmax
from autograd.errors import ArgumentError
from nn.networks.activations import ACTIVATIONS

DRAWS = np.random.default_rng(0)
X, DIGITS = DRAWS.normal(size=(20, 4)), DRAWS.integers(0, 3, 20)
TARGETS = np.eye(3)[DIGITS]


def numbers(net):
    return [value.data for value in net.parameters()]


def bent(z):
    """A function of one's own: z² / (1 + |z|)."""
    return z * z / (1 + abs(z))


def shares(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu", "softplus"])
def test_a_function_that_has_a_name_is_the_name(name, tmp_path):
    net = nn.MLP([4, 5, 3], activation=getattr(autograd, name), output=getattr(autograd, name), seed=1)
    named = nn.MLP([4, 5, 3], activation=name, output=name, seed=1)
    assert net.activation == net.output == name and repr(net) == repr(named)
    assert (net.predict(X) == named.predict(X)).all()
    net.save(tmp_path / "net.npz")
    assert nn.load(tmp_path / "net.npz").activation == name


FORMULAS = {
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "relu": lambda z: np.where(z > 0, z, 0.0),
    "leaky_relu": lambda z: np.where(z > 0, z, 0.01 * z),
    "elu": lambda z: np.where(z > 0, z, np.exp(z) - 1),
    "gelu": lambda z: z * np.vectorize(lambda one: (1 + math.erf(one / math.sqrt(2))) / 2)(z),
    "silu": lambda z: z / (1 + np.exp(-z)),
    "softplus": lambda z: np.log(1 + np.exp(z)),
    "softsign": lambda z: z / (1 + np.abs(z)),
    "hard_sigmoid": lambda z: np.clip(z / 6 + 0.5, 0.0, 1.0),
    "linear": lambda z: z,
}


def test_every_name_is_tried_here():
    assert FORMULAS.keys() == ACTIVATIONS.keys()


@pytest.mark.parametrize("name", FORMULAS)
def test_a_layer_computes_the_formula_of_its_name(name):
    layer = nn.Layer(DRAWS.normal(size=(3, 4)), DRAWS.normal(size=3), name)
    expected = FORMULAS[name](3 * X @ layer.weights.T + layer.biases)
    np.testing.assert_allclose(layer.predict(3 * X), expected, rtol=0, atol=1e-14)
    np.testing.assert_allclose(layer.predict(3 * X, compiled=False), expected, rtol=0, atol=1e-14)


def test_a_function_of_ones_own_is_computed_eagerly_and_compiled():
    net = nn.MLP([4, 5, 3], activation=bent, output="linear", seed=1)
    first, last = net.layers
    z = X @ first.weights.T + first.biases
    expected = z * z / (1 + np.abs(z)) @ last.weights.T + last.biases
    np.testing.assert_allclose(net.predict(X), expected, rtol=1e-13)
    np.testing.assert_allclose(net.predict(X, compiled=False), expected, rtol=1e-13)
    assert net.activation is bent and repr(net) == "MLP([4, 5, 3], activation='bent', output='linear')"
    assert str(net([0.1] * 4)[0].label) == "z²₀" and "bent" in str(net.summary())


def test_networks_of_ones_own_function_are_trained_alike():
    learned = []
    for compiled in (True, False):
        net = nn.MLP([4, 5, 3], activation=bent, seed=1)
        nn.fit(net, X, DIGITS, epochs=3, seed=0, compiled=compiled, progress=False)
        learned.append(numbers(net))
    np.testing.assert_allclose(*learned, rtol=1e-11)


def test_what_a_function_of_ones_own_closes_over_may_change():
    scale = [1.0]
    net = nn.MLP([4, 3], activation=lambda z: scale[0] * z, seed=1)
    before = net.predict(X)
    scale[0] = 2.0
    np.testing.assert_allclose(net.predict(X), 2 * before, rtol=1e-15)


def test_a_file_keeps_the_numbers_and_asks_for_the_function(tmp_path):
    net, path = nn.MLP([4, 5, 3], activation=bent, seed=1), tmp_path / "net.npz"
    net.save(path)
    with pytest.raises(ArgumentError, match=r"write nn\.load\(path, into=module\)"):
        nn.load(path)
    into = nn.MLP([4, 5, 3], activation=bent, seed=2)
    assert (nn.load(path, into=into).predict(X) == net.predict(X)).all()
    with pytest.raises(ArgumentError, match=r"expected \S+ tanh as in this module, got \S+ bent"):
        nn.load(path, into=nn.MLP([4, 5, 3], activation="tanh", output=bent, seed=2))


def test_a_training_of_ones_own_function_goes_on_to_the_bit(tmp_path):
    learned = []
    for stops in ([4], [1, 4]):
        for epochs in stops:
            net = nn.MLP([4, 5, 3], activation=bent, seed=1)
            nn.fit(
                net,
                X,
                DIGITS,
                epochs=epochs,
                seed=0,
                checkpoint=tmp_path / f"{len(stops)}.npz",
                resume=True,
                progress=False,
            )
        learned.append(numbers(net))
    assert learned[0] == learned[1]


# Softmax


def test_softmax_is_of_all_outputs():
    net = nn.MLP([4, 5, 3], activation="tanh", output="softmax", seed=1)
    first, last = net.layers
    expected = shares(np.tanh(X @ first.weights.T + first.biases) @ last.weights.T + last.biases)
    np.testing.assert_allclose(net.predict(X), expected, rtol=1e-13)
    np.testing.assert_allclose(net.predict(X, compiled=False), expected, rtol=1e-13)
    assert (net.output, last.activation, repr(last)) == ("softmax", "softmax", "Layer(5 -> 3, softmax)")
    assert [str(a.label) for a in net([0.1] * 4)] == ["a²₀", "a²₁", "a²₂"]
    assert check_gradient(lambda *x: nn.squared_error(net(list(x)), [1.0, 0.0, 0.0]), at=X[0].tolist()).ok


def test_softmax_is_told_as_such():
    net = nn.MLP([4, 3], output="softmax", seed=1)
    net.predict(X)
    assert "a1 = exp(z1 - logsumexp(z1))" in str(net.program().plan)


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("targets", [DIGITS, TARGETS])
def test_cross_entropy_of_a_softmax_is_that_of_its_z(compiled, targets):
    learned = []
    for output in ("softmax", "linear"):
        net = nn.MLP([4, 5, 3], activation="tanh", output=output, seed=1)
        options = {"cost": nn.cross_entropy, "validation": (X, DIGITS), "epochs": 3, "seed": 0, "progress": False}
        history = nn.fit(net, X, targets, compiled=compiled, **options)
        learned.append((numbers(net), history.cost, history.validation_cost, history.validation_accuracy))
    assert learned[0] == learned[1]


@pytest.mark.parametrize("count", [2, 3, 32, 33, 1100])
def test_it_is_stable_however_many_there_are(count):
    """The shares beside the largest underflow; blocks of many, see `log_softmax`, are one softmax all the same."""
    z = [Value(800.0 * (k == 1)) for k in range(count)]
    a = softmax(z)
    cost = nn.cross_entropy(a, 0)
    cost.backward()
    assert a[0].data == 0.0 and cost.data == 800.0
    assert (z[0].grad, z[1].grad) == (-1.0, 1.0)
    assert nn.cross_entropy(a, [1.0] + [0.0] * (count - 1)).data == 800.0


def test_it_is_the_same_where_nothing_is_recorded():
    net = nn.MLP([4, 3], output="softmax", seed=1)
    net.layers[0].load_state_dict({"weight": 800 * net.layers[0].weights, "bias": np.zeros(3)})
    recorded = [nn.cross_entropy(net(x), int(d)).data for x, d in zip(X.tolist(), DIGITS, strict=True)]
    assert max(recorded) > 750.0
    with no_grad():
        assert [nn.cross_entropy(net(x), int(d)).data for x, d in zip(X.tolist(), DIGITS, strict=True)] == recorded

    @compile
    def cost(x, y):
        with no_grad():
            a = net(x)
        return nn.cross_entropy(a, y) + 0 * x[0]

    np.testing.assert_allclose(cost(X, TARGETS), recorded, rtol=1e-12)
    assert not cost.gradient(X, TARGETS)[1].any()


def test_what_is_not_the_whole_of_one_softmax_is_taken_as_z():
    z = [Value(0.3), Value(-0.2), Value(0.5)]
    a, other = softmax(z), softmax([*z[:2], Value(0.5)])
    for given in (a[:2], [*a[:2], other[2]], [*a[:2], a[1]], [a[0], a[1], a[2] * 1], [exp(one) for one in z]):
        expected = -np.log(shares(np.array([one.data for one in given]))[0])
        assert nn.cross_entropy(given, 0).data == pytest.approx(expected, rel=1e-13)
    shuffled = [a[2], a[0], a[1]]
    assert nn.cross_entropy(shuffled, 1).data == pytest.approx(-math.log(a[0].data), rel=1e-13)


def test_classes_that_are_inputs_are_taken_too():
    net = nn.MLP([4, 3], output="softmax", seed=1)
    cost = compile(lambda x, y: nn.cross_entropy(net(x), y))
    expected = -np.log(net.predict(X)[np.arange(20), DIGITS])
    np.testing.assert_allclose(cost(X, DIGITS), expected, rtol=1e-12)


@pytest.mark.parametrize("sizes", [[4, 3], [4, 5, 3]])
def test_a_softmax_is_saved(sizes, tmp_path):
    net = nn.MLP(sizes, output=softmax, seed=1)
    net.save(tmp_path / "net.npz")
    loaded = nn.load(tmp_path / "net.npz")
    assert (loaded.predict(X) == net.predict(X)).all() and repr(loaded) == repr(net)


def test_a_layer_within_may_have_it_too(tmp_path):
    net = nn.MLP([4, 5, 3], seed=1)
    before = net.predict(X)
    net.layers[0].activation = "softmax"
    first, last = net.layers
    expected = 1 / (1 + np.exp(-shares(X @ first.weights.T + first.biases) @ last.weights.T - last.biases))
    np.testing.assert_allclose(net.predict(X), expected, rtol=1e-13)
    net.save(tmp_path / "net.npz")
    assert (nn.load(tmp_path / "net.npz").predict(X) == net.predict(X)).all()
    first.activation = "sigmoid"
    assert (net.predict(X) == before).all() and first.of_all is None


def test_a_neuron_of_another_kind_under_a_softmax_is_told_and_kept_by_name(tmp_path):
    net, into = (nn.MLP([4, 3], output="softmax", seed=seed) for seed in (1, 2))
    net.layers[0].neurons[1].activation = "tanh"
    net.save(tmp_path / "net.npz")
    assert net.output == "tanh and softmax"
    with pytest.raises(ArgumentError, match=r"expected \S+ softmax as in this module, got \S+ tanh and softmax"):
        nn.load(tmp_path / "net.npz", into=into)
    into.layers[0].neurons[1].activation = "tanh"
    assert (nn.load(tmp_path / "net.npz", into=into).predict(X) == net.predict(X)).all()
