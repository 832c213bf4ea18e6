"""The gradient of a cost as the document writes it: a vector of ∂C/∂w and ∂C/∂b, layer by layer, array by array."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from math import inf, isfinite
from textwrap import wrap
from typing import Any

import graphviz
import numpy as np

from autograd import Drawing, Label, Value
from autograd.drawing.markup import font, fraction, label, table
from autograd.errors import ArgumentError, OperandError
from autograd.reals import number
from autograd.text import html_table, in_graphviz_html
from autograd.words import keywords_told

from .files.state import arrays_of, flat, labels_of, shape_of, told_shape
from .module import Module
from .summary import shortened

_NAMED = 3
_WIDTH, _INDENT = 80, "    "
_LONGEST_NAME = 32


@dataclass(frozen=True, eq=False, repr=False)
class Part:
    """The derivatives by one array of parameters: a layer's weights, or its biases.

    Attributes
    ----------
    by : Label
        What the derivatives are by, such as w^1 for the weights of layer 1; the array's name where it has no other.
    shape : tuple of int
        (neurons, inputs) for weights, (neurons,) for biases, () for a parameter by itself.
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

    @property
    def size(self) -> str:
        """Shape and length in words, such as ``"16 × 784, length 0.125"``."""
        return f"{told_shape(self.shape)}, {f'length {number(self.length)}' if self.length else 'all 0'}"

    def __repr__(self) -> str:
        return f"<∂C/∂{self.by}: {self.size}>"

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
        One for each array, of an `MLP` ∂C/∂w^1, ∂C/∂b^1, ..., ∂C/∂w^L, ∂C/∂b^L; without those whose parameters are
        all in earlier ones.
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
            told = _told(part)
            lines.append(f"  ∂C/∂{part.by}  {part.size}{'; the largest:' if told else ''}")
            lines += _wrapped(told)
        return "\n".join([*lines, "Where a component is positive, more of the parameter means more cost."])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        parts = self.parts
        rows = [(f"∂C/∂{p.by}", told_shape(p.shape), number(p.length), ", ".join(_told(p))) for p in parts]
        title = f"∇C: {len(self):,} components, length {number(self.length)}"
        return html_table(("part", "shape", "length", "the largest components"), rows, above=title)

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


@keywords_told("nn.gradient_vector")
def gradient_vector(net: Module) -> GradientVector:
    """The gradient that the last ``backward()`` left in a module's parameters.

    Parameters
    ----------
    net : Module

    Returns
    -------
    GradientVector
        ``str()`` tells the part of each array, such as a layer's weights, and names its largest components.

    Raises
    ------
    OperandError
        If `net` is no module.
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
    if not isinstance(net, Module):
        raise OperandError(f"gradient_vector(net): expected an nn.Module, got {type(net).__name__}")
    arrays = arrays_of(net)
    called = labels_of(arrays)
    of_how_many = Counter(value.label for value in net.parameters() if value.label is not None)
    parts: list[Part] = []
    met: set[Value] = set()
    for name, array in arrays.items():
        by = Label(shortened(name, _LONGEST_NAME)) if called[name] == Label(name) else called[name]
        named = _named(array, by, of_how_many)
        components = tuple((label, value.grad or 0.0) for value, label in named.items() if value not in met)
        met.update(named)
        if components:
            parts.append(Part(by, shape_of(array) or (), components))
    if not any(slope for part in parts for _, slope in part.components):
        raise ArgumentError(
            "gradient_vector(net): expected gradients in the parameters, got 0 in all; call backward() on a cost "
            "first; if that was done, the cost changes with none of them here"
        )
    return GradientVector(tuple(parts))


def _named(array: Any, by: Label, of_how_many: Counter[Label]) -> dict[Value, Label]:
    """What the parameters of an array are called: by labels if each has one that no other has, else by their places."""
    shape = shape_of(array) or ()
    comma = "," if max(shape, default=0) > 10 else ""
    named: dict[Value, Label] = {}
    for place, value in zip(np.ndindex(*shape), flat(array), strict=True):
        named.setdefault(value, Label(by.base, by.superscript, comma.join(map(str, place))))
    if all(value.label is not None and of_how_many[value.label] == 1 for value in named):
        return {value: value.label or label for value, label in named.items()}
    return named


def _wrapped(told: list[str]) -> list[str]:
    """Components in indented lines, none of them parted."""
    kept = ", ".join(component.replace(" ", "\N{NO-BREAK SPACE}") for component in told)
    lines = wrap(kept, _WIDTH, initial_indent=_INDENT, subsequent_indent=_INDENT, break_long_words=False)
    return [line.replace("\N{NO-BREAK SPACE}", " ") for line in lines]


def _told(part: Part) -> list[str]:
    """The largest components in words; none where all are 0."""
    return [f"∂C/∂{name} = {number(slope)}" for name, slope in part.largest()] if part.length else []


def _ratio(by: Label, size: float) -> str:
    return fraction(label(Label("C"), size, before="∂"), label(by, size, before="∂"))


def _beside(part: Part) -> str:
    lines = [font(part.size, 10, "#666666")]
    lines += [font(in_graphviz_html(told), 11) for told in _told(part)]
    return table([[line] for line in lines], align="LEFT")
