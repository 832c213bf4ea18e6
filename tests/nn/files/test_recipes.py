"""A `Sequential` of this package's steps comes back from its file without code; all others into their like."""

import io

import numpy as np
import pytest

import autograd
import nn
from autograd.errors import ArgumentError, FileFormatError

X = np.random.default_rng(1).normal(size=(4, 3))


def layer(outputs, inputs, activation="linear", seed=0):
    random = np.random.default_rng(seed)
    return nn.Layer(random.normal(size=(outputs, inputs)), random.normal(size=outputs), activation)


def made():
    norm = nn.LayerNorm(5, epsilon=1e-3)
    norm.load_state_dict({"weight": np.arange(5.0), "bias": np.ones(5)})
    return nn.Sequential(layer(5, 3, "tanh"), norm, nn.Dropout(0.25), "relu", layer(2, 5, seed=1), autograd.softmax)


def outputs(net):
    return [[a.data for a in net(row)] for row in X.tolist()]


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    path = tmp_path_factory.mktemp("real") / "net.npz"
    made().save(path)
    with np.load(path, allow_pickle=False) as archive:
        return dict(archive)


def test_it_comes_back_as_it_was(tmp_path):
    net = made()
    net.save(tmp_path / "net.npz")
    loaded = nn.load(tmp_path / "net.npz")
    assert type(loaded) is nn.Sequential and repr(loaded) == repr(net) and loaded[1].epsilon == 1e-3
    assert [value.data for value in loaded.parameters()] == [value.data for value in net.parameters()]
    assert outputs(loaded) == outputs(net)
    with nn.noise(0):
        noisy = outputs(net)
    with nn.noise(0):
        assert outputs(loaded) == noisy != outputs(net)
    assert [row.label for row in loaded.summary().rows if row.label] == ["w¹", "b¹", "g", "b", "w²", "b²"]


def test_it_is_read_into_its_like_and_no_other(tmp_path):
    made().save(tmp_path / "net.npz")
    like = made()
    for value in like.parameters():
        value.data = 0.0
    assert outputs(nn.load(tmp_path / "net.npz", into=like)) == outputs(made())
    for place, other, words in (
        (2, nn.Dropout(0.5), r"expected 3 p=0\.5 as in this module, got 3 p=0\.25; make"),
        (3, "tanh", "expected 4 tanh as in this module, got 4 relu; make"),
        (1, nn.LayerNorm(5), r"expected 2\.weight epsilon=1e-05 as in this module, got 2\.weight epsilon=0\.001; make"),
        (4, layer(2, 5, "relu"), r"expected 5\.weight relu as in this module, got 5\.weight linear; make"),
    ):
        into = made()
        into.steps[place] = other
        with pytest.raises(ArgumentError, match=words):
            nn.load(tmp_path / "net.npz", into=into)


def test_an_mlp_s_file_may_be_read_into_a_sequential_of_its_layers(tmp_path):
    net = nn.MLP([3, 4, 2], output="linear", seed=0)
    net.save(tmp_path / "net.npz")
    into = nn.Sequential(layer(4, 3, "sigmoid"), layer(2, 4))
    assert outputs(nn.load(tmp_path / "net.npz", into=into)) == outputs(net)


class Doubled(nn.Layer):
    def __call__(self, activations):
        return [2 * a for a in super().__call__(activations)]


class Named(nn.Sequential):
    pass


def with_a_neuron_of_its_own():
    net = made()
    net[0].neurons[1].activation = "relu"
    return net


def with_a_tie():
    net = made()
    net[4].neurons[0].bias = net[4].neurons[1].bias
    return net


@pytest.mark.parametrize(
    "make",
    [
        lambda: nn.Sequential(layer(3, 3), lambda values: values),
        lambda: nn.Sequential(layer(3, 3, lambda z: z * z)),
        lambda: nn.Sequential(Doubled(np.eye(3), np.zeros(3))),
        lambda: nn.Sequential(*[layer(3, 3)] * 2),
        lambda: nn.Sequential(nn.Sequential(layer(3, 3))),
        lambda: Named(layer(3, 3)),
        with_a_neuron_of_its_own,
        with_a_tie,
    ],
)
def test_what_takes_code_is_read_into_its_like(tmp_path, make):
    net, into = make(), make()
    net.save(tmp_path / "net.npz")
    with pytest.raises(ArgumentError, match=r"expected a module to read it into, for the code of '\w+' is in no file"):
        nn.load(tmp_path / "net.npz")
    for value in into.parameters():
        value.data = 0.0
    nn.load(tmp_path / "net.npz", into=into)
    assert [value.data for value in into.parameters()] == [value.data for value in net.parameters()]


RECIPE = "Layer tanh; LayerNorm 0.001; Dropout 0.25; relu; Layer linear; softmax"


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"recipe": RECIPE.replace("relu", "print")}, "recipe: expected steps of this package, got 'print'"),
        ({"recipe": RECIPE.replace("relu", "relu 3")}, "recipe: expected steps of this package, got 'relu'"),
        ({"recipe": RECIPE.replace("0.25", "1.5")}, r"expected step 3 to be possible, got p: .* below 1, got 1\.5"),
        ({"recipe": RECIPE.replace("0.25", "a")}, "expected step 3 to be possible"),
        ({"recipe": RECIPE.replace("0.25", "nan")}, "expected step 3 to be possible"),
        ({"recipe": RECIPE.replace("0.001", "")}, "expected step 2 to be possible"),
        ({"recipe": RECIPE.replace("Layer tanh", "Layer sinh")}, "expected step 0 to be possible, got activation: "),
        (
            {"recipe": RECIPE.replace("Layer tanh", "Layer relu")},
            r"0\.weight relu as in this module, got 0\.weight tanh",
        ),
        ({"recipe": ""}, "recipe: expected steps of this package, got ''"),
        ({"recipe": "relu; " * 3000}, "recipe: expected a plain array"),
        ({"recipe": RECIPE.replace("relu; ", "")}, r"file without 'net/4\.weight'"),
        ({"recipe": RECIPE.replace("; softmax", "")}, "expected nothing as in this module, got 6 softmax"),
        ({"net/5.weight": np.ones((2, 4))}, "recipe: expected a step of 5 inputs, got one of 4"),
        ({"net/2.weight": np.ones(6)}, "recipe: expected a step of 5 inputs, got one of 6"),
        ({"net/0.weight": np.ones((5, 0))}, "expected step 0 to be possible"),
        ({"net/0.weight": np.full((5, 3), np.nan)}, r"net/0\.weight: expected finite numbers"),
        ({"net/0.bias": np.ones(4)}, r"net/0\.bias: expected float64 of shape \(5,\)"),
        ({"net/2.bias": np.ones(4)}, r"2\.bias of shape \(4,\) where \(5,\) is; save the network anew"),
        ({"net/7.bias": np.ones(4)}, r"7\.bias that it does not have"),
        ({"tied": np.array([[1, 0]])}, "expected the same parameters in several places"),
        ({"extra": np.ones(4)}, "expected the members of"),
        ({"settings": np.array("0.weight relu")}, r"expected 0\.weight tanh as in this module"),
    ],
)
def test_other_contents_are_refused(tmp_path, real, changes, words):
    contents = io.BytesIO()
    np.savez(contents, **(real | {name: np.array(array) for name, array in changes.items()}))
    (tmp_path / "net.npz").write_bytes(contents.getvalue())
    with pytest.raises((FileFormatError, ArgumentError), match=words) as caught:
        nn.load(tmp_path / "net.npz")
    assert "net.npz" in str(caught.value) and "\n" not in str(caught.value)
