"""Layers that are used twice, exchanged, or share a parameter; programs that are kept and made anew."""

import copy
import pickle
import tracemalloc

import numpy as np
import pytest

import nn
from autograd.compiler import programs, versions
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


def with_tied_weights():
    """Transposed, as in an autoencoder, a bias that is a weight, and a neuron that stands in two layers."""
    net = nn.MLP([3, 2, 3, 2], seed=0)
    encoder, decoder, last = net.layers
    for j, neuron in enumerate(encoder.neurons):
        for k, weight in enumerate(neuron.weights):
            decoder.neurons[k].weights[j] = weight
    decoder.neurons[1].bias = encoder.neurons[0].bias
    last.neurons[1].weights[2] = last.neurons[0].bias
    return net


def with_a_neuron_twice():
    net = nn.MLP([3, 3, 3], activation="tanh", seed=0)
    net.layers[1].neurons[2] = net.layers[0].neurons[0]
    net.layers[1].neurons[0] = net.layers[1].neurons[1]
    return net


def with_many_layers():
    net = nn.MLP([3] * 80, activation="sigmoid", seed=0)
    net.layers[7] = nn.Layer(np.eye(3), np.ones(3), "relu", 8)
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


SHARED = {
    "a layer twice": with_a_layer_twice,
    "a tied weight": with_a_tied_weight,
    "tied weights": with_tied_weights,
    "a neuron twice": with_a_neuron_twice,
}
CHANGED = SHARED | {"other layers": with_other_layers, "many layers": with_many_layers}


def numbers(net):
    return np.array([value.data for value in net.parameters()])


def fit(net, epochs=3, **options):
    X, Y = samples()
    Y = Y[:, : net.sizes[-1]]
    options = {"optimiser": nn.Adam(0.05), "batch_size": 5, "seed": 1, "progress": False} | options
    return nn.fit(net, X, Y, epochs=epochs, **options)


@pytest.mark.parametrize("made", SHARED)
def test_a_shared_parameter_is_one_parameter(made):
    net = SHARED[made]()
    names = [name for name, _ in net.named_parameters()]
    assert len(set(map(id, net.parameters()))) == len(net.parameters()) == len(names) == len(set(names))


def test_each_module_lists_a_shared_parameter_once():
    """A neuron whose bias is a weight of its, and a layer of that neuron twice."""
    neuron = nn.Neuron([1.0, 2.0], 0.0)
    neuron.bias = neuron.weights[1]
    layer = nn.Layer(np.eye(2), np.zeros(2))
    layer.neurons = [neuron, neuron]
    for module in (neuron, layer):
        assert [value.data for _, value in module.named_parameters()] == [1.0, 2.0]


@pytest.mark.parametrize("made", SHARED)
def test_the_gradient_vector_has_a_component_for_each_parameter(made):
    net = SHARED[made]()
    nn.squared_error(net([0.5, -1.0, 2.0]), [1.0, 0.0, 0.5][: net.sizes[-1]]).backward()
    vector, slopes = nn.gradient_vector(net), [value.grad for value in net.parameters()]
    assert sorted(vector) == sorted(slopes)
    assert vector.length == pytest.approx(np.linalg.norm(slopes), rel=1e-14)
    assert str(vector).startswith(f"∇C: {len(slopes)} components") and all(part.components for part in vector.parts)


def test_a_layer_used_again_is_no_part_of_its_own_in_the_gradient_vector():
    net = with_a_layer_twice()
    nn.squared_error(net([0.5, -1.0, 2.0]), [1.0, 0.0, 0.5]).backward()
    again = next(k for k, layer in enumerate(net.layers) if layer in net.layers[:k]) + 1
    parts = [part.by.ascii for part in nn.gradient_vector(net).parts]
    assert parts == [f"{letter}^{k + 1}" for k in range(len(net.layers)) if k + 1 != again for letter in "wb"]


@pytest.mark.parametrize("made", SHARED)
def test_eager_and_compiled_learn_the_same(made):
    eager, fast = SHARED[made](), SHARED[made]()
    costs = [fit(net, compiled=how).cost for net, how in ((eager, False), (fast, True))]
    np.testing.assert_allclose(costs[0], costs[1], rtol=1e-12)
    np.testing.assert_allclose(numbers(eager), numbers(fast), rtol=0, atol=1e-12)


@pytest.mark.parametrize("made", CHANGED)
def test_a_training_goes_on_from_its_checkpoint_to_the_bit(made, tmp_path):
    whole, first, second = CHANGED[made](), CHANGED[made](), CHANGED[made]()
    history = fit(whole, 3)
    fit(first, 2, checkpoint=tmp_path / "run.npz")
    assert fit(second, 3, checkpoint=tmp_path / "run.npz", resume=True).cost == history.cost
    assert (numbers(second) == numbers(whole)).all() and len(numbers(second)) == len(numbers(CHANGED[made]()))
    assert nn.load(tmp_path / "run.npz").predict(samples()[0]).shape == (23, whole.sizes[-1])


def test_a_checkpoint_of_tied_weights_is_not_one_of_weights_that_are_not(tmp_path):
    fit(with_a_tied_weight(), 1, checkpoint=tmp_path / "run.npz")
    net = nn.MLP([3, 3, 3], activation="tanh", seed=0)
    with pytest.raises(ArgumentError, match=r"net: expected MLP.*parameter 14 is parameter 4\) as in the checkpoint"):
        fit(net, 2, checkpoint=tmp_path / "run.npz", resume=True)


@pytest.mark.parametrize("made", CHANGED)
def test_a_file_keeps_what_a_network_has_become(made, tmp_path):
    net = CHANGED[made]()
    net.save(tmp_path / "net.npz")
    loaded = nn.load(tmp_path / "net.npz")
    X, _ = samples()
    assert (loaded.predict(X) == net.predict(X)).all()
    assert repr(loaded) == repr(net) and len(loaded.parameters()) == len(net.parameters())
    assert [net.layers.index(layer) for layer in net.layers] == [loaded.layers.index(layer) for layer in loaded.layers]
    for either in (net, loaded):  # what is one parameter stays one
        fit(either, 1)
    np.testing.assert_allclose(loaded.predict(X), net.predict(X), rtol=1e-12)


def test_a_layer_used_many_times_is_read_once(tmp_path):
    """A small file must not ask for the memory of all the layers that it could be taken for."""
    net = nn.MLP([30, 30], activation="tanh", seed=0)
    net.layers *= 100
    net.save(tmp_path / "net.npz")
    tracemalloc.start()
    loaded = nn.load(tmp_path / "net.npz")
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(loaded.layers) == 100 and len(set(map(id, loaded.layers))) == 1
    assert loaded.sizes == net.sizes and (numbers(loaded) == numbers(net)).all()
    assert most < 5e6  # 930 Values; those of 100 layers take over 20 MB


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


class Doubled(nn.Layer):
    def __call__(self, activations):
        return [2 * a for a in super().__call__(activations)]


class Bent(nn.Neuron):
    def __call__(self, activations):
        return super().__call__(activations) ** 2


def of_a_layer_of_ones_own(net):
    net.layers[1] = Doubled(np.eye(3), np.ones(3))


def of_a_neuron_of_ones_own(net):
    net.layers[1].neurons[2] = Bent([0.0, 0.0, 0.0], 0.0)


@pytest.mark.parametrize("change", [narrower, of_another_activation, of_a_layer_of_ones_own, of_a_neuron_of_ones_own])
def test_what_is_more_than_layers_is_kept_by_name_and_read_into_its_like(change, tmp_path):
    def made(seed):
        net = nn.MLP([3, 3, 3], seed=seed)
        change(net)
        return net

    net, other = made(0), made(1)
    net.save(tmp_path / "net.npz")
    with pytest.raises(ArgumentError, match=r"net\.npz: expected a module to read it into, for the code of 'MLP'"):
        nn.load(tmp_path / "net.npz")
    assert nn.load(tmp_path / "net.npz", into=other) is other
    assert (numbers(other) == numbers(net)).all()
    with pytest.raises(ArgumentError, match=r"net\.npz: expected (the arrays|2\.weight)"):
        nn.load(tmp_path / "net.npz", into=nn.MLP([3, 3, 2], seed=0))


def test_a_network_that_computes_otherwise_is_kept_by_name(tmp_path):
    class Residual(nn.MLP):
        def __call__(self, inputs):
            return [a + x for a, x in zip(super().__call__(inputs), inputs, strict=True)]

    class Small(nn.MLP):
        def __init__(self):
            super().__init__([3, 3], seed=0)

    X, _ = samples()
    net, other = Residual([3, 3], seed=0), Residual([3, 3], seed=1)
    net.save(tmp_path / "net.npz")
    with pytest.raises(ArgumentError, match=r"the code of 'Residual' is in no file"):
        nn.load(tmp_path / "net.npz")
    nn.load(tmp_path / "net.npz", into=other)
    assert (other.predict(X) == net.predict(X)).all()
    Small().save(tmp_path / "net.npz")
    assert (nn.load(tmp_path / "net.npz").predict(X) == Small().predict(X)).all()


def test_an_activation_that_is_set_is_computed_told_and_kept(tmp_path):
    net, X = nn.MLP([3, 4, 3], seed=0), samples()[0]
    before = net.predict(X)
    net.layers[0].activation = "relu"
    net.layers[1].neurons[1].activation = "linear"
    assert repr(net) == "MLP([3, 4, 3], activation='relu', output='sigmoid and linear')"
    assert np.abs(net.predict(X) - before).max() > 1e-3
    np.testing.assert_allclose(net.predict(X), net.predict(X, compiled=False), rtol=1e-13)
    net.layers[1].activation = "tanh"
    net.save(tmp_path / "net.npz")
    assert (nn.load(tmp_path / "net.npz").predict(X) == net.predict(X)).all()
    for thing in (net.layers[0], net.layers[0].neurons[0]):
        with pytest.raises(ArgumentError, match=r"activation: expected one of sigmoid, .*, got 'swish'"):
            thing.activation = "swish"
    assert net.layers[0].activation == "relu"


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda net: net.layers.clear(), "net.layers: expected at least one layer, got none"),
        (lambda net: net.layers[0].neurons.clear(), "net.layers: expected layers of at least one neuron, got Layer"),
        (lambda net: net.layers.insert(0, len), "net.layers: expected layers of at least one neuron, got <built-in"),
    ],
)
@pytest.mark.parametrize(
    "ask",
    [
        lambda net, path: net.sizes,
        lambda net, path: net([1.0, 2.0, 3.0]),
        lambda net, path: net.predict(np.ones((2, 3))),
        lambda net, path: net.save(path),
        lambda net, path: fit(net),
    ],
)
def test_layers_of_no_network_are_named(spoil, message, ask, tmp_path):
    net = nn.MLP([3, 4, 3], seed=0)
    spoil(net)
    with pytest.raises(ArgumentError, match=message):
        ask(net, tmp_path / "net.npz")
    assert repr(net).startswith("<MLP of the layers [")


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
        ({"tied": np.array([[5, 2], [4, 1]])}, r"tied: expected pairs of places 0\.\.23, ascending"),
        ({"tied": np.array([[4, 1], [5, 4]])}, "tied: expected pairs"),
        ({"tied": np.array([[4, 4]])}, "tied: expected pairs"),
        ({"tied": np.array([[4, -1]])}, "tied: expected pairs"),
        ({"tied": np.array([[24, 1]])}, "tied: expected pairs"),
        ({"tied": np.zeros((0, 2), np.int64)}, "tied: expected pairs"),
        ({"tied": np.array([4, 1])}, "tied: expected int64 of shape"),
        ({"tied": np.array([[4.0, 1.0]])}, "tied: expected int64"),
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
    counted, record = [], programs.record

    def noted(*arguments):
        counted.append(arguments)
        return record(*arguments)

    monkeypatch.setattr(programs, "record", noted)
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


@pytest.fixture
def compilations(monkeypatch):
    """How many recordings were made programs."""
    counted, lifted = [], versions.lifted

    def noted(*arguments):
        counted.append(arguments)
        return lifted(*arguments)

    monkeypatch.setattr(versions, "lifted", noted)
    return counted


class Weighed:
    """A cost of somebody's own, equal to every other, and without a hash."""

    factor = 1.0

    def __call__(self, a, y):
        return self.factor * nn.squared_error(a, y)

    def __eq__(self, other):
        return True

    __hash__ = None


FACTOR = 1.0


def weighed_by_a_global(a, y):
    return FACTOR * nn.squared_error(a, y)


def weighed_by_an_attribute():
    cost = Weighed()
    return cost, lambda factor: setattr(cost, "factor", factor)


def weighed_by_a_variable():
    factor = 1.0

    def change(to):
        nonlocal factor
        factor = to

    return lambda a, y: factor * nn.squared_error(a, y), change


def weighed_in_a_list():
    factors = [1.0]
    return lambda a, y: nn.squared_error(a, y) * factors[0], lambda factor: factors.__setitem__(0, factor)


def weighed_globally():
    return weighed_by_a_global, lambda factor: globals().__setitem__("FACTOR", factor)


@pytest.mark.parametrize("made", [weighed_by_an_attribute, weighed_by_a_variable, weighed_in_a_list, weighed_globally])
def test_a_number_that_a_cost_closes_over_may_change_between_trainings(made, compilations):
    cost, change = made()
    net = nn.MLP([3, 4, 3], seed=0)
    first = fit(net, 1, cost=cost, optimiser=nn.SGD(1e-300)).cost
    assert fit(net, 1, cost=cost, optimiser=nn.SGD(1e-300)).cost == first and len(compilations) == 1
    change(3.0)
    assert fit(net, 1, cost=cost, optimiser=nn.SGD(1e-300)).cost == pytest.approx([3 * first[0]], rel=1e-12)
    change(1.0)
    assert fit(net, 1, cost=cost, optimiser=nn.SGD(1e-300)).cost == first and len(compilations) == 3


def test_costs_are_told_apart_as_objects_and_not_by_equality(compilations):
    net, costs = nn.MLP([3, 4, 3], seed=0), [Weighed(), Weighed()]
    costs[1].factor = 5.0
    found = [fit(net, 1, cost=cost, optimiser=nn.SGD(1e-300)).cost[0] for cost in costs * 2]
    assert found[1] == pytest.approx(5 * found[0], rel=1e-12) and found[2:] == found[:2] and len(compilations) == 2


def test_numbers_in_a_layer_of_ones_own_may_change_too():
    class Scaled(nn.Layer):
        scale = 1.0

        def __call__(self, activations):
            return [self.scale * a for a in super().__call__(activations)]

    trained = []
    for way in (True, False):
        net, (X, _) = nn.MLP([3, 4, 3], seed=0), samples()
        net.layers[0] = Scaled(net.layers[0].weights, net.layers[0].biases, "tanh")
        for scale in (1.0, 0.25, 2.0):
            net.layers[0].scale = scale
            np.testing.assert_allclose(net.predict(X), net.predict(X, compiled=False), rtol=1e-12)
            fit(net, 1, compiled=way)
        trained.append(numbers(net))
    np.testing.assert_allclose(*trained, rtol=0, atol=1e-12)


def test_a_layer_exchanged_for_one_of_the_same_neurons_is_another():
    net, (X, _) = nn.MLP([3, 3, 3], seed=0), samples()
    before, doubled = net.predict(X), Doubled(np.eye(3), np.ones(3))
    doubled.neurons = net.layers[1].neurons
    net.layers[1] = doubled
    np.testing.assert_allclose(net.predict(X), 2 * before, rtol=1e-12)


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
