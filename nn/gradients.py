"""The gradient of a network's cost as the document writes it: a vector of ∂C/∂w and ∂C/∂b, layer by layer."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import starmap
from math import inf, isfinite

import graphviz

from autograd import Drawing, Label, Value
from autograd.drawing.markup import font, fraction, label, table
from autograd.errors import ArgumentError
from autograd.reals import number
from autograd.text import in_graphviz_html

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
    components : tuple of (Label, float)
        The parameters' names and the derivatives by them, neuron by neuron. A parameter that stands in several
        places is in the first of them alone.
    """

    by: Label
    shape: tuple[int, ...]
    components: tuple[tuple[Label, float], ...]

    @property
    def length(self) -> float:
        """The square root of the sum of the squared derivatives."""
        return math.hypot(*(slope for _, slope in self.components))

    def largest(self, count: int = _NAMED) -> list[tuple[Label, float]]:
        """The components that change the cost most, those first; before them any that are not finite."""
        return sorted(self.components, key=lambda component: -abs(component[1]) if isfinite(component[1]) else -inf)[
            :count
        ]


class GradientVector:
    """The derivatives of a cost by all parameters of a network, as they were; see `gradient_vector`.

    Attributes
    ----------
    parts : tuple of Part
        ∂C/∂w^1, ∂C/∂b^1, ..., ∂C/∂w^L, ∂C/∂b^L, without those whose parameters are all in earlier ones.
    """

    def __init__(self, parts: tuple[Part, ...]) -> None:
        self.parts = parts

    def __len__(self) -> int:
        return sum(len(part.components) for part in self.parts)

    def __iter__(self) -> Iterator[float]:
        """The components, in order."""
        return (slope for part in self.parts for _, slope in part.components)

    @property
    def length(self) -> float:
        """How steep the cost is: the square root of the sum of the squared components."""
        return math.hypot(*(part.length for part in self.parts))

    def __str__(self) -> str:
        lines = [f"∇C: {len(self):,} components, length {number(self.length)}"]
        for part in self.parts:
            shape = " × ".join(f"{n:,}" for n in part.shape)
            lines.append(f"  ∂C/∂{part.by}  {shape}, length {number(part.length)}; the largest:")
            lines.append("    " + ", ".join(starmap(_component, part.largest())))
        return "\n".join([*lines, "Where a component is positive, more of the parameter means more cost."])

    def __repr__(self) -> str:
        return f"<gradient vector of {len(self):,} components>"

    @property
    def latex(self) -> str:
        """The vector of the layers' derivatives, in LaTeX."""
        rows = r", ".join(rf"\frac{{\partial C}}{{\partial {part.by.latex}}}" for part in self.parts)
        return rf"\nabla C = \left({rows}\right)"

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
    met: set[Value] = set()
    for level, layer in enumerate(checked_network(net).layers, start=1):
        weights = [weight for neuron in layer.neurons for weight in neuron.weights]
        biases = [neuron.bias for neuron in layer.neurons]
        shape = len(biases), len(weights) // len(biases)
        for letter, size, values in (("w", shape, weights), ("b", shape[:1], biases)):
            fresh = [value for value in dict.fromkeys(values) if value not in met]
            met.update(fresh)
            if fresh:
                parts.append(Part(Label(letter, str(level)), size, _components(fresh)))
    if not any(slope for part in parts for _, slope in part.components):
        raise ArgumentError(
            "gradient_vector(net): expected gradients in the parameters, got 0 in all; call backward() on a cost "
            "first; if that was done, the cost changes with none of them here"
        )
    return GradientVector(tuple(parts))


def _components(parameters: Sequence[Value]) -> tuple[tuple[Label, float], ...]:
    return tuple((parameter.label or Label("?"), parameter.grad) for parameter in parameters)


def _component(name: Label, slope: float) -> str:
    return f"∂C/∂{name} = {number(slope)}"


def _ratio(by: Label, size: float) -> str:
    return fraction(label(Label("C"), size, before="∂"), label(by, size, before="∂"))


def _beside(part: Part) -> str:
    shape = " × ".join(f"{n:,}" for n in part.shape)
    lines = [font(f"{shape}, length {number(part.length)}", 10, "#666666")]
    lines += [font(in_graphviz_html(told), 11) for told in starmap(_component, part.largest())]
    return table([[line] for line in lines], align="LEFT")
