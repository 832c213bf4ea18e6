"""The numbers of a module by name: PyTorch's names, shapes and order, and what sets them, all or none."""

import copy
import pickle

import numpy as np
import pytest

import nn
from autograd import Value, compile, tanh, weighted_sum
from autograd.errors import ArgumentError, OperandError, RecordingError, ShapeError


class Own(nn.Module):
    """A matrix, a scalar, a layer in a dict, and a parameter that stands in two places."""

    def __init__(self):
        self.matrix = [[Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]]
        self.scale = Value(0.5)
        self.heads = {"left": nn.Layer([[0.25, -0.5]], [0.125])}
        self.tied = [self.scale, Value(6.0)]

    def __call__(self, x):
        hidden = [tanh(weighted_sum(row, x)) * self.scale for row in self.matrix]
        return self.heads["left"](hidden)


def shapes(module):
    return {name: array.shape for name, array in module.state_dict().items()}


def numbers(module):
    return [value.data for value in module.parameters()]


def changed(state):
    return {name: array + 1.0 for name, array in state.items()}


# Names and shapes


def test_a_network_has_the_names_of_torch_s_sequential():
    net = nn.MLP([4, 3, 3, 2], "tanh", output="linear", seed=0)
    net.layers[1].activation = "linear"
    wanted = {
        "0.weight": (3, 4),
        "0.bias": (3,),
        "2.weight": (3, 3),
        "2.bias": (3,),
        "3.weight": (2, 3),
        "3.bias": (2,),
    }
    assert shapes(net) == wanted and list(net.state_dict()) == list(wanted)


def test_layers_and_modules_of_ones_own_have_their_attributes_names():
    assert shapes(nn.Layer([[1.0, 2.0]], [0.0])) == {"weight": (1, 2), "bias": (1,)}
    own = shapes(Own())
    assert own == {
        "matrix": (2, 2), "scale": (), "heads.left.weight": (1, 2), "heads.left.bias": (1,), "tied": (2,),
    }  # fmt: skip


def test_the_numbers_are_copies_as_they_are():
    net = nn.MLP([2, 3], seed=0)
    state = net.state_dict()
    assert (state["0.weight"] == net.layers[0].weights).all() and state["0.weight"].dtype == np.float64
    state["0.weight"][:] = 9.0
    assert (net.layers[0].weights != 9.0).all()


def test_a_layer_used_twice_comes_under_both_names():
    net = nn.MLP([2, 2, 2], seed=0)
    net.layers[1] = net.layers[0]
    state = net.state_dict()
    assert list(state) == ["0.weight", "0.bias", "2.weight", "2.bias"]
    assert (state["0.weight"] == state["2.weight"]).all()
    net.load_state_dict(changed(state))
    assert (net.layers[0].weights == state["0.weight"] + 1.0).all()


def test_a_layer_of_neurons_of_several_widths_is_taken_apart():
    net = nn.MLP([2, 2], seed=0)
    net.layers[0].neurons[1].weights.pop()
    assert shapes(net) == {"0.weight.0": (2,), "0.weight.1": (1,), "0.bias": (2,)}


def test_a_parameter_in_no_array_comes_under_its_own_name():
    class Hidden(nn.Module):
        def __init__(self):
            self.w = Value(2.0, "w")

        def members(self):
            return iter(())

        def named_parameters(self):
            yield "w", self.w

    module = Hidden()
    assert shapes(module) == {"w": ()}
    module.load_state_dict({"w": 3})
    assert numbers(module) == [3.0]


def test_two_arrays_of_one_name_are_refused():
    class Twice(nn.Module):
        def __init__(self):
            self.table = {1: Value(0.0), "1": Value(1.0)}

    with pytest.raises(ArgumentError, match=r"a name for each array, got two named 'table\.1'; rename one"):
        Twice().state_dict()


# What sets them


@pytest.mark.parametrize("make", [lambda: nn.MLP([2, 3, 1], seed=0), Own])
@pytest.mark.parametrize("form", [lambda array: array, lambda array: array.tolist(), lambda array: array.astype("f4")])
def test_what_is_given_is_what_is_there_afterwards(make, form):
    module = make()
    state = changed(module.state_dict())
    assert module.load_state_dict({name: form(array) for name, array in state.items()}) == ([], [])
    for name, array in module.state_dict().items():
        np.testing.assert_array_equal(array, np.asarray(form(state[name]), dtype=float))


def test_compiled_programs_compute_with_the_new_numbers():
    net, other = nn.MLP([2, 3, 1], seed=0), nn.MLP([2, 3, 1], seed=1)
    X = np.arange(6.0).reshape(3, 2)
    net.predict(X)
    net.load_state_dict(other.state_dict())
    np.testing.assert_allclose(net.predict(X), other.predict(X, compiled=False), rtol=1e-13)
    assert numbers(net) == numbers(other)


def test_numpy_s_archives_of_arrays_are_states(tmp_path):
    net, other = nn.MLP([2, 3, 1], seed=0), nn.MLP([2, 3, 1], seed=1)
    np.savez(tmp_path / "state.npz", **net.state_dict())
    with np.load(tmp_path / "state.npz") as archive:
        other.load_state_dict(archive)
    assert numbers(other) == numbers(net)


def test_part_of_a_state_may_be_set():
    net = nn.MLP([2, 3, 1], seed=0)
    before = net.state_dict()
    missing, unexpected = net.load_state_dict({"2.bias": [7.0], "fc.bias": [1.0]}, strict=False)
    assert missing == ["0.weight", "0.bias", "2.weight"] and unexpected == ["fc.bias"]
    after = net.state_dict()
    assert after["2.bias"] == [7.0] and all((after[name] == before[name]).all() for name in missing)


STATE = nn.MLP([2, 3, 1], seed=0).state_dict()
REFUSED = {
    "no dict": ([1.0], OperandError, "expected a dict of arrays.*got list"),
    "a network": (
        nn.MLP([2, 3, 1], seed=0),
        OperandError,
        r"expected a dict of arrays.*got MLP; give its state_dict\(\)",
    ),
    "nothing": ({}, ArgumentError, r"got nothing for 0\.weight, 0\.bias, 2\.weight, 2\.bias; .*strict=False"),
    "more": (STATE | {"x": [1.0], 3: [1.0]}, ArgumentError, "got x, 3 that it does not have; give"),
    "all": (
        {"0.weight": np.ones((2, 3)), "0.bias": [1.0], "y": 1.0},
        ArgumentError,
        r"nothing for 2\.weight, 2\.bias and y that.*and 0\.weight of shape \(2, 3\) where \(3, 2\) is, its transpose, "
        r"0\.bias of shape \(1,\) where \(3,\) is",
    ),
    "shape": (STATE | {"2.bias": 1.0}, ShapeError, r"2\.bias of shape \(\) where \(1,\) is; give the shapes"),
    "other names": (
        {f"fc.{name}": array for name, array in STATE.items()},
        ArgumentError,
        r"in order, so dict\(zip\(net\.state_dict\(\), d\.values\(\)\)\) may be meant",
    ),
    "NaN": (STATE | {"0.bias": [1.0, np.nan, 0.0]}, ArgumentError, r"0\.bias: expected finite numbers, got nan"),
    "text": (STATE | {"0.bias": "abc"}, OperandError, r"0\.bias: expected an array of real numbers, got str"),
    "ragged": (STATE | {"0.bias": [[1.0], []]}, OperandError, r"0\.bias: expected an array of numbers, got list \("),
    "Values": (STATE | {"2.bias": [Value(1.0)]}, OperandError, r"2\.bias: .*got list of object; .*its data"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_does_not_fit_is_told_and_changes_nothing(case):
    given, error, words = REFUSED[case]
    net = nn.MLP([2, 3, 1], seed=0)
    with pytest.raises(error, match=words) as caught:
        net.load_state_dict(given)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 600
    assert all((array == STATE[name]).all() for name, array in net.state_dict().items())


def test_wrong_shapes_are_refused_in_part_too_and_many_names_are_counted():
    net = nn.MLP([2] * 20, seed=0)
    with pytest.raises(ShapeError, match=r"0\.bias of shape \(3,\)"):
        net.load_state_dict({"0.bias": [1.0, 2.0, 3.0]}, strict=False)
    with pytest.raises(ArgumentError, match=r"nothing for 0\.weight, 0\.bias, 2\.weight, 2\.bias and 34 more; "):
        net.load_state_dict({})


def test_a_parameter_in_two_places_takes_one_number():
    own = Own()
    state = changed(own.state_dict())
    state["tied"][0] = 99.0
    before = numbers(own)
    with pytest.raises(ArgumentError, match=r"tied to have the numbers of scale.*got 99\.0 and 1\.5"):
        own.load_state_dict(state)
    assert numbers(own) == before


def test_it_is_refused_while_a_function_is_recorded():
    net = nn.MLP([2, 1], seed=0)
    with pytest.raises(RecordingError, match="load_state_dict"):
        compile(lambda x: (net.load_state_dict(net_state), net(x))[1])(np.ones((1, 2)))


net_state = nn.MLP([2, 1], seed=1).state_dict()


# Copies


@pytest.mark.parametrize("taken", [copy.deepcopy, lambda module: pickle.loads(pickle.dumps(module))])
@pytest.mark.parametrize("make", [lambda: nn.MLP([2, 3, 1], seed=0), Own])
def test_copies_have_the_same_numbers_and_none_in_common(make, taken):
    module = make()
    program = compile(module)
    before = program(np.ones((1, 2)))  # its parameters live in an array now
    twin = taken(module)
    state = module.state_dict()
    assert all((array == state[name]).all() for name, array in twin.state_dict().items())
    twin.load_state_dict(changed(state))
    assert all((array == state[name]).all() for name, array in module.state_dict().items())
    assert len(twin.parameters()) == len(module.parameters())
    assert (program(np.ones((1, 2))) == before).all()
    assert abs(twin([1.0, 1.0])[0].data - before[0, 0]) > 1e-3


class Compiled(nn.Module):
    """One that keeps programs of its own: one in an attribute, one in its class, and a network's."""

    def __init__(self):
        self.own, self.net = Own(), nn.MLP([2, 2], seed=0)
        self.kept = compile(self.cost)

    def cost(self, x):
        return self.own(x)[0] * self.net(x)[0]

    @compile
    def rows(self, x):
        return self.cost(x)


@pytest.mark.parametrize("taken", [copy.deepcopy, lambda module: pickle.loads(pickle.dumps(module))])
def test_programs_go_along_and_read_the_copy(taken):
    module, X = Compiled(), np.ones((1, 2))
    before = [program(X) for program in (module.kept, module.rows, module.net.predict)]
    twin = taken(module)
    twin.load_state_dict(changed(module.state_dict()))
    wanted = twin.cost(X[0].tolist()).data
    assert twin.kept(X) == pytest.approx(wanted) == twin.rows(X) and abs(wanted - before[0][0]) > 1e-3
    assert (twin.net.predict(X) != before[2]).all()
    again = [program(X) for program in (module.kept, module.rows, module.net.predict)]
    assert all((now == was).all() for now, was in zip(again, before, strict=True))


# PyTorch


ACTIVATIONS = {"sigmoid": "Sigmoid", "tanh": "Tanh", "relu": "ReLU"}


def in_torch(torch, net):
    """The Sequential that computes what a network does, with numbers of its own."""
    modules = []
    for layer in net.layers:
        outputs, inputs = layer.weights.shape
        modules.append(torch.nn.Linear(inputs, outputs, dtype=torch.float64))
        if layer.activation != "linear":
            modules.append(getattr(torch.nn, ACTIVATIONS[layer.activation])())
    return torch.nn.Sequential(*modules)


@pytest.mark.parametrize("hidden, output", [("sigmoid", "sigmoid"), ("tanh", "linear"), ("relu", "tanh")])
def test_pytorch_takes_our_states_and_gives_its_own(hidden, output):
    torch = pytest.importorskip("torch")
    net = nn.MLP([5, 4, 6, 3], hidden, output=output, seed=0)
    twin = in_torch(torch, net)
    X = np.random.default_rng(0).normal(size=(7, 5))

    def outputs():
        return twin(torch.tensor(X)).detach().numpy()

    assert list(twin.state_dict()) == list(net.state_dict())
    assert np.abs(outputs() - net.predict(X)).max() > 1e-3
    net.load_state_dict(twin.state_dict())
    np.testing.assert_allclose(net.predict(X), outputs(), rtol=0, atol=1e-12)
    other = nn.MLP([5, 4, 6, 3], hidden, output=output, seed=1)
    twin.load_state_dict({name: torch.tensor(array) for name, array in other.state_dict().items()})
    np.testing.assert_allclose(other.predict(X), outputs(), rtol=0, atol=1e-12)


def test_a_sequential_s_state_is_its_twin_s_in_pytorch():
    torch = pytest.importorskip("torch")
    draws = np.random.default_rng(0)
    layers = [nn.Layer(draws.normal(size=(6, 4)), draws.normal(size=6), "tanh")]
    layers.append(nn.Layer(draws.normal(size=(3, 6)), draws.normal(size=3), "linear"))
    net = nn.Sequential(layers[0], nn.LayerNorm(6), nn.Dropout(0.5), layers[1], "softmax")
    double = {"dtype": torch.float64}
    twin = torch.nn.Sequential(
        torch.nn.Linear(4, 6, **double), torch.nn.Tanh(), torch.nn.LayerNorm(6, **double), torch.nn.Dropout(0.5),
        torch.nn.Linear(6, 3, **double), torch.nn.Softmax(dim=1),
    ).eval()  # fmt: skip
    state = changed(twin.state_dict())
    net.load_state_dict(state)
    assert list(net.state_dict()) == list(state)
    twin.load_state_dict({name: torch.as_tensor(array) for name, array in net.state_dict().items()})
    X = draws.normal(size=(5, 4))
    found = [[a.data for a in net(row)] for row in X.tolist()]
    np.testing.assert_allclose(found, twin(torch.tensor(X)).detach().numpy(), rtol=0, atol=1e-12)


def test_a_tensor_that_numpy_cannot_read_is_told_in_torch_s_words():
    torch = pytest.importorskip("torch")
    net = nn.MLP([2, 1], seed=0)
    state = net.state_dict() | {"0.bias": torch.zeros(1, requires_grad=True)}
    with pytest.raises(OperandError, match=r"0\.bias: expected an array of numbers, got Tensor \(.*detach"):
        net.load_state_dict(state)
