"""Modules of one's own in files: kept by the names of their arrays, read into their like, and nothing is executed."""

import io
import os
import re

import numpy as np
import pytest

import nn
from autograd import Value, tanh, weighted_sum
from autograd.errors import ArgumentError, FileFormatError, OperandError, ShapeError


class Own(nn.Module):
    """A matrix, a scalar, layers in a dict, a parameter and a layer that stand in two places, strange names."""

    def __init__(self, seed=0, activation="tanh", inputs=2):
        draws = np.random.default_rng(seed)
        self.matrix = [[Value(n) for n in row] for row in draws.normal(size=(3, inputs))]
        self.scale = Value(draws.normal())
        layers = [nn.Layer(draws.normal(size=(2, 3)), draws.normal(size=2), activation) for _ in range(2)]
        self.heads = {"left": layers[0], "right/../é %\n": layers[1]}
        self.tied = [self.scale, Value(draws.normal())]
        self.again = layers[0]

    def __call__(self, x):
        hidden = [tanh(weighted_sum(row, x)) * self.scale for row in self.matrix]
        return [a * b + self.tied[1] for a, b in zip(*(head(hidden) for head in self.heads.values()), strict=True)]


def numbers(module):
    return [value.data for value in module.parameters()]


def saved(path, module=None):
    (module or Own()).save(path)
    return path


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    with np.load(saved(tmp_path_factory.mktemp("real") / "own.npz"), allow_pickle=False) as archive:
        return dict(archive)


def written(path, arrays):
    contents = io.BytesIO()
    np.savez(contents, **{name: array for name, array in arrays.items() if array is not None})
    path.write_bytes(contents.getvalue())
    return path


def unchanged(path, error, words, into=None):
    """Loading raises, on one line with the file's name, and changes nothing."""
    into = into or Own(1)
    before = numbers(into)
    with pytest.raises(error, match=words) as caught:
        nn.load(path, into=into)
    assert path.name in str(caught.value) and "\n" not in str(caught.value) and len(str(caught.value)) < 900
    assert numbers(into) == before


def test_what_is_loaded_is_what_was_saved_to_the_bit(tmp_path):
    own, other = Own(0), Own(1)
    for value, number in zip(own.parameters(), (-0.0, 5e-324, 1.7976931348623157e308, 0.1 + 0.2), strict=False):
        value.data = number
    saved(tmp_path / "own.npz", own)
    assert nn.load(tmp_path / "own.npz", into=other) is other
    assert [number.hex() for number in numbers(other)] == [number.hex() for number in numbers(own)]
    assert other.tied[0] is other.scale and other.again is other.heads["left"]


def test_the_file_is_an_archive_of_named_arrays(real):
    assert str(real["format"]) == "scalar-autograd network 3" and str(real["module"]) == "Own"
    names = {name for name in real if name.startswith("net/")}
    strange = "net/heads.right%2F..%2F%C3%A9 %25%0A"
    assert names == {
        "net/matrix", "net/scale", "net/heads.left.weight", "net/heads.left.bias", f"{strange}.weight",
        f"{strange}.bias", "net/tied", "net/again.weight", "net/again.bias",
    }  # fmt: skip
    assert set(real) - names == {"format", "module", "settings", "tied"}
    assert real["net/matrix"].shape == (3, 2) and real["net/scale"].shape == ()


def test_a_module_without_parameters_is_kept_too(tmp_path):
    class Nothing(nn.Module):
        pass

    nn.load(saved(tmp_path / "nothing.npz", Nothing()), into=Nothing())
    unchanged(tmp_path / "nothing.npz", ArgumentError, "got nothing for matrix, scale,")


@pytest.mark.parametrize("make", [lambda: nn.Layer([[1.0, 2.0]], [3.0]), lambda: nn.Neuron([1.0, 2.0], 3.0)])
def test_layers_and_neurons_are_kept_by_name(tmp_path, make):
    there = make()
    before = numbers(there)
    saved(tmp_path / "one.npz", there)
    for value in there.parameters():
        value.data = 0.0
    nn.load(tmp_path / "one.npz", into=there)
    assert numbers(there) == before


def with_a_layer_twice(seed):
    net = nn.MLP([3, 3, 3, 2], "tanh", output="linear", seed=seed)
    net.layers[1] = net.layers[0]
    net.layers[2].neurons[1].weights[0] = net.layers[0].neurons[2].bias
    return net


@pytest.mark.parametrize("make", [lambda seed: nn.MLP([3, 4, 2], seed=seed), with_a_layer_twice])
def test_a_network_s_file_may_be_read_into_its_like(tmp_path, make):
    net, other = make(0), make(1)
    assert nn.load(saved(tmp_path / "net.npz", net), into=other) is other
    assert numbers(other) == numbers(net)
    unchanged(tmp_path / "net.npz", ArgumentError, "got nothing for matrix, .* that it does not have; make the module")
    unchanged(tmp_path / "net.npz", (ShapeError, ArgumentError), "expected", nn.MLP([3, 5, 2], seed=0))


def test_other_activations_are_named(tmp_path):
    nn.MLP([3, 4, 2], seed=0).save(tmp_path / "net.npz")
    words = r"expected 0\.weight relu as in this module, got 0\.weight sigmoid; make"
    unchanged(tmp_path / "net.npz", ArgumentError, words, nn.MLP([3, 4, 2], "relu", seed=0))
    words = r"expected heads\.left\.weight relu as in this module, got heads\.left\.weight tanh; make"
    unchanged(saved(tmp_path / "own.npz"), ArgumentError, words, Own(0, "relu"))


def test_without_the_module_it_says_what_to_do(tmp_path):
    words = r"own\.npz: expected a module to read it into, for the code of 'Own' is in no file; .*nn\.load\(path, into="
    with pytest.raises(ArgumentError, match=words):
        nn.load(saved(tmp_path / "own.npz"))
    with pytest.raises(OperandError, match=r"load\(path, into\): expected an nn\.Module, got type"):
        nn.load(tmp_path / "own.npz", into=Own)


def test_the_arrays_of_another_module_are_listed(tmp_path):
    path = saved(tmp_path / "own.npz")
    words = r"own\.npz: expected the arrays of this module, got matrix of shape \(3, 2\) where \(3, 4\) is; make the"
    unchanged(path, ShapeError, words, Own(1, inputs=4))
    more = Own(1)
    more.extra, more.again = Value(0.0), None
    unchanged(path, ArgumentError, r"got nothing for extra and again\.bias, again\.weight that it does not have", more)


def test_other_ties_are_no_harm_unless_they_want_two_numbers(tmp_path):
    apart = Own(1)
    apart.tied[0] = Value(0.0)
    nn.load(saved(tmp_path / "own.npz"), into=apart)
    assert apart.tied[0].data == apart.scale.data == Own().scale.data
    apart.tied[0].data = 7.0
    unchanged(saved(tmp_path / "apart.npz", apart), ArgumentError, "tied to have the numbers of scale .* got 7.0")


@pytest.mark.parametrize(
    "name, array, words",
    [
        ("net/scale", None, "got nothing for scale; make"),
        ("net/other", np.zeros(2), "got other that it does not have; make"),
        ("net/%0", np.zeros(2), "got %0 that it does not have; make"),
        ("net/\u202e%FF\x1b[2J", np.zeros(2), "that it does not have; make"),
        ("other", np.zeros(2), "expected the members of a network saved by net.save"),
        ("net/matri%78", np.zeros((3, 2)), "expected the members of"),
        ("net/matrix", np.zeros((3, 2), np.float32), r"net/matrix: expected float64 of shape \(3, 2\), got float32"),
        ("net/matrix", np.zeros((2, 3)), r"matrix of shape \(2, 3\) where \(3, 2\) is, its transpose"),
        ("net/matrix", np.full((3, 2), np.inf), "net/matrix: expected finite numbers"),
        ("net/scale", np.array(["a"]), r"scale of shape \(1,\) where \(\) is"),
        ("net/scale", np.array("a"), r"net/scale: expected float64"),
        ("module", None, "expected the members of|without 'module'"),
        ("settings", None, "without 'settings'"),
        ("settings", np.array("heads.left.weight relu"), "expected heads.* tanh as in this module, got heads.* relu"),
        ("settings", np.array("a" * 5000), "settings: expected a short text"),
        ("settings", np.array("a\nb"), "settings: expected a short text, got characters that are none"),
        ("tied", np.zeros(3, np.int64), "tied: expected int64 of shape"),
        ("tied", np.zeros((1, 2)), "tied: expected int64"),
        ("format", np.array("scalar-autograd network 4"), "expected the format"),
        ("format", np.array("scalar-autograd network 1"), "without 'sizes'"),
    ],
)
def test_other_contents_are_refused_by_name(tmp_path, real, name, array, words):
    unchanged(written(tmp_path / "own.npz", real | {name: array}), (FileFormatError, ArgumentError), words)


def test_a_name_that_comes_twice_is_refused(tmp_path):
    path = saved(tmp_path / "own.npz")
    contents = path.read_bytes()
    assert contents.count(b"net/again.bias.npy") == 2
    path.write_bytes(contents.replace(b"net/again.bias.npy", b"net/heads.left.npy"))
    unchanged(path, (FileFormatError, ArgumentError), "expected")


def test_nothing_in_a_file_is_executed(tmp_path, real):
    class Trap:
        def __reduce__(self):
            return (os.mkdir, (str(tmp_path / "executed"),))

    for name in real:
        trapped = written(tmp_path / "own.npz", real | {name: np.array([Trap()], dtype=object)})
        unchanged(trapped, FileFormatError, f"{re.escape(name)}: expected a plain array")
    assert not (tmp_path / "executed").exists()


def test_what_has_no_file_leaves_the_old_one_whole(tmp_path):
    class Twice(nn.Module):
        def __init__(self):
            self.table = {1: Value(0.0), "1": Value(1.0)}

    class Long(nn.Module):
        def __init__(self):
            self.table = {"n" * 1001: Value(0.0)}

    path = saved(tmp_path / "own.npz")
    before = path.read_bytes()
    for module, words in ((Twice(), "two named"), (Long(), "names of arrays of at most 1000 letters, got 'table.nnn")):
        with pytest.raises(ArgumentError, match=words):
            module.save(path)
    assert path.read_bytes() == before and os.listdir(tmp_path) == ["own.npz"]
