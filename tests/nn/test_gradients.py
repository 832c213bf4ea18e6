"""The gradient vector: every component, told layer by layer, the largest by name."""

import math
from xml.etree import ElementTree

import pytest

import nn
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
    assert repr(vector) == "<gradient vector of 74 components>"


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


def test_what_has_no_gradient_is_refused():
    with pytest.raises(OperandError, match=r"net.*str"):
        nn.gradient_vector("net")
    with pytest.raises(ArgumentError, match=r"gradient_vector\(net\): expected gradients.*got 0 in all.*backward"):
        nn.gradient_vector(nn.MLP([2, 1], seed=0))
