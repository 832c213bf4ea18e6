"""Neurons, layers and networks: their names, their numbers, their refusals, their gradients."""

import copy
import math
import pickle

import numpy as np
import pytest

import nn
from autograd import Label, Value, gradient, relu, sigmoid, tanh
from autograd.errors import ArgumentError, AutogradError, OperandError, ShapeError

FUNCTIONS = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu, "linear": lambda z: z}


def numbers_of(net):
    return [value.data for value in net.parameters()]


def test_the_documents_neuron():
    """w = 0.8, a = 0.6, b = -0.2, y = 1: section by section, then dC/dw."""
    neuron = nn.Neuron([0.8], -0.2)
    a = neuron([0.6])
    (z,) = a.operands
    cost = nn.squared_error(a, 1.0)
    cost.backward()
    slope = a.data * (1 - a.data)
    assert z.data == pytest.approx(0.28)
    assert a.data == pytest.approx(1 / (1 + math.exp(-0.28)))
    assert neuron.weights[0].grad == pytest.approx(0.6 * slope * 2 * (a.data - 1))
    assert neuron.weights[0].grad == pytest.approx(-0.1266, abs=5e-5)
    assert neuron.bias.grad == pytest.approx(slope * 2 * (a.data - 1))


def test_weights_and_biases_bear_the_documents_names_in_order():
    net = nn.MLP([2, 3, 1], seed=0)
    assert [name for name, _ in net.named_parameters()] == [
        *("w^1_00", "w^1_01", "b^1_0", "w^1_10", "w^1_11", "b^1_1", "w^1_20", "w^1_21", "b^1_2"),
        *("w^2_00", "w^2_01", "w^2_02", "b^2_0"),
    ]
    assert all(a is b for a, (_, b) in zip(net.parameters(), net.named_parameters(), strict=True))
    assert net.layers[1].neurons[0].weights[2].label == Label("w", "2", "02")
    assert net.layers[1].neurons[0].bias.label == Label("b", "2", "0")


def test_wide_layers_put_a_comma_between_neuron_and_input():
    net = nn.MLP([12, 2, 1], seed=0)
    names = [name for name, _ in net.named_parameters()]
    assert names[0] == "w^1_0,0" and "w^1_1,11" in names and "w^2_01" in names
    assert len(set(names)) == len(names)


def test_weighted_sums_and_activations_bear_names():
    net = nn.MLP([2, 2, 2], output="linear", seed=0)
    outputs = net([0.5, -0.5])
    assert [str(z.label) for z in outputs] == ["z²₀", "z²₁"]
    hidden = outputs[0].operands[2:4]
    assert [a.label for a in hidden] == [Label("a", "1", "0"), Label("a", "1", "1")]
    assert [a.operands[0].label for a in hidden] == [Label("z", "1", "0"), Label("z", "1", "1")]


def test_inputs_are_layer_zeros_activations():
    net = nn.MLP([2, 2, 1], seed=0)
    [a] = net([0.5, -0.5])
    z = a.operands[0].operands[2].operands[0]
    assert [x.label for x in z.operands[2:4]] == [Label("a", "0", "0"), Label("a", "0", "1")]
    assert [x.data for x in z.operands[2:4]] == [0.5, -0.5]


def test_an_inputs_own_name_is_kept():
    x = Value(0.5, "x")
    [a] = nn.MLP([1, 1], seed=0)([x])
    assert x.label == Label("x")
    assert any(operand is x for operand in a.operands[0].operands)


@pytest.mark.parametrize("outputs", [1, 2, 5])
def test_the_outputs_are_always_a_list(outputs):
    result = nn.MLP([3, outputs], seed=0)([1, 2, 3])
    assert isinstance(result, list) and len(result) == outputs
    assert all(isinstance(a, Value) for a in result)


@pytest.mark.parametrize("kind", [list, tuple, np.array])
def test_any_sequence_of_numbers_is_an_input(kind):
    net = nn.MLP([3, 2], seed=0)
    assert [a.data for a in net(kind([1.0, 2.0, 3.0]))] == [a.data for a in net([1.0, 2.0, 3.0])]


@pytest.mark.parametrize("count", [0, 63, 65])
def test_another_number_of_inputs_is_refused(count):
    net = nn.MLP([64, 10], seed=0)
    with pytest.raises(ShapeError, match=rf"64 inputs.*got {count}"):
        net([0.0] * count)
    with pytest.raises(ShapeError, match="64"):
        net.predict(np.zeros((5, count)))


@pytest.mark.parametrize("activation", FUNCTIONS)
def test_a_network_is_its_layers_equations(activation):
    net = nn.MLP([3, 4, 2], activation=activation, output=activation, seed=3)
    x = [0.3, -0.2, 0.9]
    a = [Value(number) for number in x]
    for layer in net.layers:
        a = [
            FUNCTIONS[activation](sum(float(w) * ak for w, ak in zip(row, a, strict=True)) + float(b))
            for row, b in zip(layer.weights, layer.biases, strict=True)
        ]
    assert [v.data for v in net(x)] == pytest.approx([v.data for v in a], rel=1e-13)


def test_the_output_is_as_the_hidden_layers_unless_said():
    assert nn.MLP([2, 2, 2], activation="tanh").output == "tanh"
    assert [layer.activation for layer in nn.MLP([2, 2, 2], output="linear").layers] == ["sigmoid", "linear"]


def test_a_seed_makes_the_beginning_repeatable():
    assert numbers_of(nn.MLP([3, 4, 2], seed=7)) == numbers_of(nn.MLP([3, 4, 2], seed=7))
    assert numbers_of(nn.MLP([3, 4, 2], seed=7)) != numbers_of(nn.MLP([3, 4, 2], seed=8))
    assert numbers_of(nn.MLP([3, 4, 2])) != numbers_of(nn.MLP([3, 4, 2]))


@pytest.mark.parametrize(
    "initialiser, deviation, of_bias",
    [("normal", 1.0, 1.0), ("xavier", math.sqrt(2 / 400), 0.0), ("he", math.sqrt(2 / 100), 0.0)],
)
def test_initialisers_deviations(initialiser, deviation, of_bias):
    """30,000 weights: the sample's deviation is within 2 % (5 standard errors), its mean within 5 of 1/sqrt(n)."""
    [layer] = nn.MLP([100, 300], initialiser=initialiser, seed=0).layers
    assert layer.weights.std() == pytest.approx(deviation, rel=0.02)
    assert abs(layer.weights.mean()) < 5 * deviation / math.sqrt(layer.weights.size)
    assert layer.biases.std() == pytest.approx(of_bias, rel=0.2)


@pytest.mark.parametrize(
    "options, error, words",
    [
        ({"sizes": [3]}, ArgumentError, "sizes.*at least"),
        ({"sizes": []}, ArgumentError, "sizes"),
        ({"sizes": [3, 0]}, ArgumentError, "sizes.*0"),
        ({"sizes": [3, -1]}, ArgumentError, "sizes.*-1"),
        ({"sizes": [3, 2.5]}, AutogradError, "sizes.*2.5"),
        ({"sizes": [3, True]}, AutogradError, "sizes.*True"),
        ({"sizes": [3, "2"]}, AutogradError, "sizes.*'2'"),
        ({"sizes": 3}, AutogradError, "sizes.*3"),
        ({"sizes": [10**5, 10**5, 2]}, ArgumentError, "sizes.*at most 100,000,000 weights, got 10,000,200,000"),
        ({"sizes": [10**30, 1]}, ArgumentError, "sizes.*at most 100,000,000 weights"),
        ({"sizes": "33"}, AutogradError, "sizes.*33"),
        ({"sizes": [2, 2], "activation": "softmax"}, ArgumentError, "activation.*sigmoid.*'softmax'"),
        ({"sizes": [2, 2], "activation": ["tanh"]}, ArgumentError, "activation.*sigmoid.*tanh"),
        ({"sizes": [2, 2], "output": "Linear"}, ArgumentError, "output.*linear.*'Linear'"),
        ({"sizes": [2, 2], "initialiser": "zeros"}, ArgumentError, "initialiser.*xavier.*'zeros'"),
        ({"sizes": [2, 2], "seed": "x"}, AutogradError, "seed.*'x'"),
        ({"sizes": [2, 2], "seed": -1}, AutogradError, "seed.*-1"),
    ],
)
def test_refusals_name_the_argument_and_what_came(options, error, words):
    with pytest.raises(error, match=words):
        nn.MLP(**options)


def test_a_layer_refuses_shapes_that_do_not_fit():
    with pytest.raises(ShapeError, match=r"\(2, 3\) and \(3,\)"):
        nn.Layer(np.zeros((2, 3)), np.zeros(3))
    with pytest.raises(ShapeError, match="Layer"):
        nn.Layer(np.zeros((0, 3)), np.zeros(0))
    with pytest.raises(OperandError, match=r"Layer\(weights\): expected an array of real numbers"):
        nn.Layer([["x"]], [0.0])
    with pytest.raises(ShapeError, match=r"Layer\(weights\): expected rows of equal length"):
        nn.Layer([[1.0, 2.0], [1.0]], [0.0, 0.0])
    with pytest.raises(ArgumentError, match=r"Layer\(biases\): expected finite numbers"):
        nn.Layer([[1.0]], [math.nan])


def test_inputs_must_be_numbers():
    with pytest.raises(OperandError, match="'x'"):
        nn.MLP([2, 1], seed=0)([1.0, "x"])


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "linear", "relu"])
def test_gradients_are_central_differences(activation):
    net = nn.MLP([3, 4, 2], activation=activation, output="tanh", seed=1)
    x, y, h = [0.3, -0.7, 0.5], [0.2, -0.4], 1e-6
    parameters = net.parameters()
    nn.squared_error(net(x), y).backward()
    for parameter in parameters:
        number, sides = parameter.data, []
        for side in (number + h, number - h):
            parameter.data = side
            sides.append(nn.squared_error(net(x), y).data)
        parameter.data = number
        assert parameter.grad == pytest.approx((sides[0] - sides[1]) / (2 * h), rel=1e-6, abs=1e-9)


def test_gradients_reach_the_inputs():
    net, x = nn.MLP([2, 3, 1], seed=0), [Value(0.5), Value(-0.5)]
    partials, h = gradient(net(x)[0], x), 1e-6
    for k, partial in enumerate(partials):
        up, down = ([v.data + side * h * (j == k) for j, v in enumerate(x)] for side in (1, -1))
        assert partial == pytest.approx((net(up)[0].data - net(down)[0].data) / (2 * h), rel=1e-6)


def test_zero_grad_clears_every_gradient():
    net = nn.MLP([2, 2, 1], seed=0)
    nn.squared_error(net([1, 2]), [0]).backward()
    assert any(value.grad for value in net.parameters())
    net.zero_grad()
    assert [value.grad for value in net.parameters()] == [0.0] * 9


@pytest.mark.parametrize("compiled", [True, False])
def test_predict_gives_the_activations_of_every_row(compiled):
    net, X = nn.MLP([3, 4, 2], seed=0), np.random.default_rng(0).normal(size=(7, 3))
    predicted = net.predict(X, compiled=compiled)
    assert predicted.shape == (7, 2) and predicted.dtype == np.float64
    assert np.allclose(predicted, [[a.data for a in net(x.tolist())] for x in X], rtol=1e-13, atol=0)


@pytest.mark.parametrize("compiled", [True, False])
def test_one_row_in_is_one_row_out(compiled):
    net = nn.MLP([3, 4, 2], seed=0)
    alone = net.predict([0.1, 0.2, 0.3], compiled=compiled)
    assert alone.shape == (2,)
    assert alone.tolist() == net.predict([[0.1, 0.2, 0.3]], compiled=compiled)[0].tolist()


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda net: pickle.loads(pickle.dumps(net))])
@pytest.mark.parametrize("before", ["nothing", "predicted", "trained"])
def test_a_copy_has_parameters_of_its_own(copied, before):
    """Also where a program is there already, which reads the parameters of the network it was made for."""
    net, X = nn.MLP([3, 4, 2], seed=0), np.random.default_rng(0).normal(size=(6, 3))
    if before == "predicted":
        net.predict(X)
    if before == "trained":
        nn.fit(net, X, [0, 1] * 3, epochs=1, seed=0)
    first = net.predict(X, compiled=False)
    other = copied(net)
    assert np.array_equal(other.predict(X, compiled=False), first)
    nn.fit(other, X, [1, 0] * 3, epochs=2, seed=0)
    assert np.allclose(other.predict(X), other.predict(X, compiled=False), rtol=1e-12, atol=0)
    assert np.abs(other.predict(X) - first).max() > 1e-3
    assert np.array_equal(net.predict(X, compiled=False), first)
    assert np.allclose(net.predict(X), first, rtol=1e-12, atol=0)


@pytest.mark.parametrize("compiled", [True, False])
def test_predict_follows_the_weights(compiled):
    net = nn.MLP([1, 1], output="linear", seed=0)
    before = net.predict([[1.0]], compiled=compiled)[0, 0]
    net.layers[0].neurons[0].bias.data += 1.0
    assert net.predict([[1.0]], compiled=compiled)[0, 0] == pytest.approx(before + 1.0)


def exchange_weight(net, other):
    net.layers[0].neurons[1].weights[2] = Value(7.0)


def exchange_weight_for_an_equal(net, other):
    old = net.layers[0].neurons[1].weights[2]
    net.layers[0].neurons[1].weights[2] = Value(old.data)
    net.predict(np.ones((2, 3)))
    net.layers[0].neurons[1].weights[2].data = 7.0


def exchange_bias(net, other):
    net.layers[1].neurons[0].bias = Value(7.0)


def exchange_layer(net, other):
    net.layers[1] = other.layers[1]


def drop_neuron(net, other):
    net.layers[1].neurons.pop()


@pytest.mark.parametrize(
    "exchange", [exchange_weight, exchange_weight_for_an_equal, exchange_bias, exchange_layer, drop_neuron]
)
def test_what_is_exchanged_in_a_network_is_predicted(exchange):
    X = np.random.default_rng(0).normal(size=(6, 3))
    net, other = nn.MLP([3, 4, 2], seed=0), nn.MLP([3, 4, 2], seed=1)
    for either in (net, other):
        nn.fit(either, X, [0, 1] * 3, epochs=1, seed=0)
    before = net.predict(X)
    exchange(net, other)
    after = net.predict(X, compiled=False)
    assert after.shape != before.shape or np.abs(after - before).max() > 1e-3
    assert np.allclose(net.predict(X), after, rtol=1e-12, atol=0)


@pytest.mark.parametrize("exchange", [exchange_weight, exchange_bias, exchange_layer])
def test_what_is_exchanged_in_a_network_is_trained(exchange):
    X, trained = np.random.default_rng(0).normal(size=(6, 3)), []
    for compiled in (True, False):
        net, other = nn.MLP([3, 4, 2], seed=0), nn.MLP([3, 4, 2], seed=1)
        for either in (net, other):
            nn.fit(either, X, [0, 1] * 3, epochs=1, seed=0, compiled=compiled)
        exchange(net, other)
        history = nn.fit(
            net, X, [1, 0] * 3, epochs=2, seed=0, batch_size=2, compiled=compiled, validation=(X, [1, 0] * 3)
        )
        trained.append([history.cost, history.validation_cost, [v.data for v in net.parameters()]])
    for ours, theirs in zip(*trained, strict=True):
        assert ours == pytest.approx(theirs, rel=1e-11, abs=1e-12)


@pytest.mark.parametrize(
    "given, error",
    [
        ([[float("nan"), 0.0]], ArgumentError),
        ([["a", "b"]], OperandError),
        ([[1.0, 2.0], [1.0]], ShapeError),
        (np.zeros((1, 1, 2)), ShapeError),
        ([], ShapeError),
        (1.0, OperandError),
        (None, OperandError),
    ],
)
def test_predict_refuses_what_is_no_row_of_numbers(given, error):
    with pytest.raises(error, match="X"):
        nn.MLP([2, 1], seed=0).predict(given)


def test_representations_say_the_shape():
    net = nn.MLP([2, 3, 1], output="linear", seed=0)
    assert "2" in repr(net) and "3" in repr(net) and "linear" in repr(net)
    assert repr(net.layers[0]) == "Layer(2 -> 3, sigmoid)"
    assert repr(net.layers[0].neurons[0]) == "Neuron(2, activation='sigmoid')"


@pytest.mark.parametrize(
    "batch, came",
    [
        (np.zeros((4, 2)), r"\(4, 2\)"),
        (np.zeros((2, 2)), r"\(2, 2\)"),
        ([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], "3 rows"),
        ([(0.0, 1.0), (1.0, 0.0)], "2 rows"),
        ([[0.0, 1.0], [1.0]], "2 rows"),
        ([np.zeros(2)], "1 rows"),
    ],
)
def test_a_batch_is_for_predict(batch, came):
    with pytest.raises(
        ShapeError, match=rf"net\(x\): expected the 2 inputs of one sample, got {came}; use net\.predict"
    ):
        nn.MLP([2, 3, 1], seed=0)(batch)


def test_a_frame_is_a_batch():
    frame = pytest.importorskip("pandas").DataFrame({"a": [1.0, 2.0], "b": [0.0, 1.0]})
    with pytest.raises(ShapeError, match=r"net\.predict"):
        nn.MLP([2, 1], seed=0)(frame)
