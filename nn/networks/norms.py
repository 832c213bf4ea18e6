"""Layer normalisation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd import Label, Value, sqrt, total
from autograd.errors import ShapeError
from autograd.words import keywords_told

from ..data import activations_of, count_of, within
from ..files.structure import computes_otherwise
from ..module import Module
from .parts import Parts, Watched


class LayerNorm(Watched, Module):
    """The activations of a layer brought to mean 0 and variance 1, then scaled and shifted (Ba, Kiros and Hinton 2016).

    ``weight_j * (a_j - mean) / sqrt(variance + epsilon) + bias_j``, the variance divided by how many there are, as in
    PyTorch, whose names its parameters have in `state_dict`.

    Parameters
    ----------
    size : int
        How many activations, at least 1.
    epsilon : float
        Above 0, keeps the division finite.

    Raises
    ------
    ArgumentError, OperandError
        If one is something else.
    """

    @keywords_told("nn.LayerNorm")
    def __init__(self, size: int, epsilon: float = 1e-5) -> None:
        size = count_of("size", size)
        self.epsilon = within("epsilon", epsilon, 0.0)
        self.weight = Parts(Value(1.0, Label("g", "", str(j))) for j in range(size))
        self.bias = Parts(Value(0.0, Label("b", "", str(j))) for j in range(size))

    def __call__(self, activations: Sequence[Any]) -> list[Value]:
        """The activations of one sample, normed among themselves.

        Raises
        ------
        ShapeError
            If there are more or fewer than it was made for.
        """
        values = activations_of("LayerNorm", activations)
        count = len(values)
        if count != len(self.weight):
            raise ShapeError(f"LayerNorm: expected {len(self.weight)} activations, got {count}; make it of that size")
        mean = total(values) / count
        off = [a - mean for a in values]
        deviation = sqrt(total([d * d for d in off]) / count + self.epsilon)
        return [w * (d / deviation) + b for w, d, b in zip(self.weight, off, self.bias, strict=True)]

    def _width(self) -> int | None:
        """How many activations it norms."""
        return len(self.weight)

    def _exchangeable(self) -> list[Any]:
        """Its parameters and what keeps the division finite."""
        return [self.epsilon, *self.parameters()]

    def _stays_the_same(self) -> bool:
        """Whether its code is this package's."""
        return not computes_otherwise(self)

    def _is_watched(self) -> bool:
        """Whether its code is this package's, and its parameters are."""
        return type(self) is LayerNorm and type(self.weight) is type(self.bias) is Parts

    def __repr__(self) -> str:
        return f"LayerNorm({len(self.weight)})"
