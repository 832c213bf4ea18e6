"""The gradient of a network's cost as the document writes it: a vector of ∂C/∂w and ∂C/∂b, layer by layer."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import graphviz

from autograd import Drawing, Label, Value
from autograd.drawing.markup import escaped, font, fraction, label, table
from autograd.errors import ArgumentError
from autograd.reals import number

from .mlp import MLP, checked_network

_NAMED = 3


@dataclass(frozen=True, eq=False)
class Part:
    """The derivatives by one layer's weights, or by its biases.

    Attributes
    ----------
    by : Label
        What the derivatives are by, such as w^1 for the weights of layer 1.
    shape : tuple of int
        (neurons, inputs) for weights, (neurons,) for biases.
    parameters : tuple of Value
        The weights or biases, neuron by neuron.
    """

    by: Label
    shape: tuple[int, ...]
    parameters: tuple[Value, ...]

    @property
    def length(self) -> float:
        """The square root of the sum of the squared derivatives."""
        return math.hypot(*(parameter.grad for parameter in self.parameters))

    def largest(self, count: int = _NAMED) -> list[Value]:
        """The parameters by which the cost changes most, those first."""
        return sorted(self.parameters, key=lambda parameter: -abs(parameter.grad))[:count]


class GradientVector:
    """The derivatives of a cost by all parameters of a network; see `gradient_vector`.

    Attributes
    ----------
    parts : tuple of Part
        ∂C/∂w^1, ∂C/∂b^1, ..., ∂C/∂w^L, ∂C/∂b^L.
    """

    def __init__(self, parts: tuple[Part, ...]) -> None:
        self.parts = parts

    def __len__(self) -> int:
        return sum(len(part.parameters) for part in self.parts)

    def __iter__(self) -> Iterator[float]:
        """The components, in order."""
        return (parameter.grad for part in self.parts for parameter in part.parameters)

    @property
    def length(self) -> float:
        """How steep the cost is: the square root of the sum of the squared components."""
        return math.hypot(*(part.length for part in self.parts))

    def __str__(self) -> str:
        lines = [f"∇C: {len(self):,} components, length {number(self.length)}"]
        for part in self.parts:
            shape = " × ".join(f"{n:,}" for n in part.shape)
            lines.append(f"  ∂C/∂{part.by}  {shape}, length {number(part.length)}")
            lines.append("    largest: " + ", ".join(map(_component, part.largest())))
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"<gradient vector of {len(self):,} components>"

    @property
    def latex(self) -> str:
        """The vector of the layers' derivatives, in LaTeX."""
        rows = r" \\ ".join(rf"\frac{{\partial C}}{{\partial {part.by.latex}}}" for part in self.parts)
        return rf"\nabla C = \begin{{bmatrix}} {rows} \end{{bmatrix}}"

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle {self.latex}$"

    def draw(self) -> Drawing:
        """The vector as a picture: a column of ∂C/∂w and ∂C/∂b with the largest components beside each."""
        height = len(self.parts)
        left, right = (f'<TD ROWSPAN="{height}" SIDES="T{side}B" BORDER="2" WIDTH="7"></TD>' for side in "LR")
        rows = "".join(
            f"<TR>{'' if at else left}<TD>{_ratio(part.by, 15)}</TD>{'' if at else right}"
            f'<TD ALIGN="LEFT">{_beside(part)}</TD></TR>'
            for at, part in enumerate(self.parts)
        )
        grid = f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="6">{rows}</TABLE>'
        told = font(f"{len(self):,} components, length {number(self.length)}", 11, "#444444")
        whole = table([[font("∇C&#160;=&#160;", 20), grid], ["", told]])
        graph = graphviz.Digraph(node_attr={"shape": "plain", "fontname": "DejaVu Serif"})
        graph.node("gradient", f"<{whole}>", tooltip="gradient vector")
        return Drawing(graph.source, str(self), "The gradient vector of a network")


def gradient_vector(net: MLP) -> GradientVector:
    """The gradient that the last ``backward()`` left in a network's parameters.

    Parameters
    ----------
    net : MLP

    Returns
    -------
    GradientVector
        ``str()`` tells each layer's part and names its largest components.

    Raises
    ------
    OperandError
        If `net` is not a network.
    ArgumentError
        If every ``grad`` is 0: nothing was differentiated.

    Examples
    --------
    >>> import nn
    >>> net = nn.MLP([2, 1], seed=0)
    >>> nn.squared_error(net([1.0, 0.0]), [1.0]).backward()
    >>> len(nn.gradient_vector(net))
    3
    """
    parts: list[Part] = []
    for level, layer in enumerate(checked_network(net).layers, start=1):
        weights = tuple(weight for neuron in layer.neurons for weight in neuron.weights)
        biases = tuple(neuron.bias for neuron in layer.neurons)
        parts.append(Part(Label("w", str(level)), (len(biases), len(weights) // len(biases)), weights))
        parts.append(Part(Label("b", str(level)), (len(biases),), biases))
    if not any(parameter.grad for part in parts for parameter in part.parameters):
        raise ArgumentError(
            "gradient_vector(net): expected gradients in the parameters, got 0 in all; call backward() on a cost first"
        )
    return GradientVector(tuple(parts))


def _component(parameter: Value) -> str:
    return f"∂C/∂{parameter.label} = {number(parameter.grad)}"


def _ratio(by: Label, size: float) -> str:
    return fraction(font("∂C", size), label(by, size, before="∂"))


def _beside(part: Part) -> str:
    shape = " × ".join(f"{n:,}" for n in part.shape)
    lines = [font(f"{shape}, length {number(part.length)}", 10, "#666666")]
    lines += [font(escaped(_component(parameter)), 11) for parameter in part.largest()]
    return table([[line] for line in lines], align="LEFT")
