"""The gradient vector: every component, told layer by layer, the largest by name."""

import math
from xml.etree import ElementTree

import pytest

import nn
from autograd import Value, tanh, weighted_sum
from autograd.drawing import rendering
from autograd.errors import ArgumentError, OperandError


def differentiated(sizes=(3, 12, 2)):
    net = nn.MLP(list(sizes), seed=0)
    nn.squared_error(net([0.5, -0.25, 1.0][: sizes[0]]), [1.0, 0.0][: sizes[-1]]).backward()
    return net, nn.gradient_vector(net)


def test_it_holds_every_component_in_the_parameters_layers():
    net, vector = differentiated()
    assert sorted(vector) == sorted(p.grad for p in net.parameters()) and len(vector) == 3 * 12 + 12 + 12 * 2 + 2
    assert vector.length == pytest.approx(math.sqrt(sum(p.grad**2 for p in net.parameters())), rel=1e-14)
    assert [(str(part.by), part.shape) for part in vector.parts] == [
        ("w¹", (12, 3)), ("b¹", (12,)), ("w²", (2, 12)), ("b²", (2,)),
    ]  # fmt: skip


def test_the_largest_components_are_named():
    net, vector = differentiated()
    slopes = sorted((abs(w.grad) for neuron in net.layers[1].neurons for w in neuron.weights), reverse=True)
    assert [abs(slope) for _, slope in vector.parts[2].largest()] == slopes[:3]
    name, slope = vector.parts[2].largest()[0]
    assert f"∂C/∂{name} = {slope:.4g}".replace("-", "−") in str(vector)


def test_it_is_the_gradient_as_it_was():
    net, vector = differentiated()
    before = list(vector)
    net.zero_grad()
    assert list(vector) == before and any(before)


def test_what_is_not_finite_is_named_first():
    net, _ = differentiated()
    net.layers[0].neurons[1].weights[2].grad = math.nan
    (first, *_) = nn.gradient_vector(net).parts[0].largest()
    assert str(first[0]) == "w¹₁,₂" and math.isnan(first[1])


def test_the_text_is_readable_in_80_columns():
    _, vector = differentiated()
    lines = str(vector).splitlines()
    assert lines[0].startswith("∇C: 74 components, length 0.")
    assert lines[1].startswith("  ∂C/∂w¹  12 × 3, length 0.") and lines[-1].startswith("Where a component is positive")
    assert all(len(line) <= 80 for line in lines)
    assert repr(vector) == str(vector)


def test_latex_is_the_document_s_row():
    _, vector = differentiated((2, 1))
    ratios = [rf"\frac{{\partial C}}{{\partial {letter}^{{1}}}}" for letter in "wb"]
    assert vector.latex == rf"\nabla C = \left({ratios[0]}, {ratios[1]}\right)"
    assert vector._repr_latex_() == rf"$\displaystyle {vector.latex}$"


def test_the_picture_shows_the_same():
    _, vector = differentiated()
    drawing = vector.draw()
    root = ElementTree.fromstring(rendering.render(drawing.source, "svg"))
    told = {element.text for element in root.iter() if element.tag.endswith("}text")}
    assert "74 components, length" in " ".join(filter(None, told)) and str(drawing) == str(vector)


class Own(nn.Module):
    """y = tanh(V x) · u s of a matrix and a vector without labels; a scalar with one; two layers of the same labels."""

    def __init__(self):
        self.V = [[Value(0.5), Value(-1.0)], [Value(0.25), Value(2.0)]]
        self.u, self.s = [Value(1.5), Value(-0.5)], Value(2.0, "s")
        self.left, self.right = nn.Layer([[1.0, 0.5]], [0.25], "linear"), nn.Layer([[0.5, 1.0]], [0.0], "linear")
        self.tied = [self.s, Value(0.0, "t")]
        self.unused = [Value(0.0)] * 3

    def __call__(self, x):
        hidden = [tanh(weighted_sum(row, x)) for row in self.V]
        return [self.s * weighted_sum(self.u, hidden) + self.left(x)[0] * self.right(x)[0] + self.tied[1]]


def test_a_module_of_ones_own_is_told_by_the_names_of_its_arrays():
    own, x = Own(), [0.3, -0.7]
    own(x)[0].backward()
    vector = nn.gradient_vector(own)
    assert list(vector) == [p.grad for p in own.parameters()]
    assert [(str(part.by), part.shape) for part in vector.parts] == [
        ("V", (2, 2)), ("u", (2,)), ("s", ()), ("left.weight", (1, 2)), ("left.bias", (1,)), ("right.weight", (1, 2)),
        ("right.bias", (1,)), ("tied", (2,)), ("unused", (3,)),
    ]  # fmt: skip
    z = [0.5 * 0.3 + 0.7, 0.25 * 0.3 - 1.4]
    by_hand = {
        "V₀₁": 2.0 * 1.5 * -0.7 / math.cosh(z[0]) ** 2,
        "u₁": 2.0 * math.tanh(z[1]),
        "s": 1.5 * math.tanh(z[0]) - 0.5 * math.tanh(z[1]),
        "right.weight₀₀": (0.3 - 0.35 + 0.25) * 0.3,
        "t": 1.0,
    }
    found = {str(name): slope for part in vector.parts for name, slope in part.components}
    assert {name: found[name] for name in by_hand} == pytest.approx(by_hand, rel=1e-13)
    assert "  ∂C/∂unused  3, all 0\n" in str(vector) and "∂C/∂s  scalar, length" in str(vector)


def test_a_layer_used_twice_is_in_its_first_place():
    net = nn.MLP([2, 2, 2], seed=0)
    net.layers[1] = net.layers[0]
    nn.squared_error(net([0.5, -0.25]), [1.0, 0.0]).backward()
    assert [str(part.by) for part in nn.gradient_vector(net).parts] == ["w¹", "b¹"]


def test_a_tied_weight_leaves_the_others_their_name():
    net = nn.MLP([2, 2, 2], seed=0)
    net.layers[1].neurons[0].weights[0] = net.layers[0].neurons[1].bias
    nn.squared_error(net([0.5, -0.25]), [1.0, 0.0]).backward()
    parts = nn.gradient_vector(net).parts
    assert [(str(part.by), len(part.components)) for part in parts] == [("w¹", 4), ("b¹", 2), ("w²", 3), ("b²", 2)]
    assert [str(name) for name, _ in parts[2].components] == ["w²₀₁", "w²₁₀", "w²₁₁"]


def test_layers_of_the_same_number_are_told_apart_by_name():
    net = nn.MLP([2, 2, 2], seed=0)
    net.layers[1] = nn.Layer([[1.0, 2.0], [0.5, -1.0]], [0.0, 0.0])
    nn.squared_error(net([0.5, -0.25]), [1.0, 0.0]).backward()
    vector = nn.gradient_vector(net)
    assert [str(part.by) for part in vector.parts] == ["0.weight", "0.bias", "2.weight", "2.bias"]
    assert len({str(name) for part in vector.parts for name, _ in part.components}) == 12


def test_long_names_leave_the_text_in_its_columns():
    class Deep(nn.Module):
        def __init__(self):
            self.an_attribute_of_a_very_long_name = {"and a key that is not short either": [Value(1e-20), Value(2.0)]}

    module = Deep()
    ((_, values),) = module.an_attribute_of_a_very_long_name.items()
    (values[0] * values[1] * 1e-7 + values[1]).backward()
    told = str(nn.gradient_vector(module)).splitlines()
    assert len(told) == 5 and all(len(line) <= 80 for line in told)


def test_what_has_no_gradient_is_refused():
    with pytest.raises(OperandError, match=r"gradient_vector\(net\): expected an nn\.Module, got str"):
        nn.gradient_vector("net")
    with pytest.raises(ArgumentError, match=r"gradient_vector\(net\): expected gradients.*got 0 in all.*backward"):
        nn.gradient_vector(nn.MLP([2, 1], seed=0))
