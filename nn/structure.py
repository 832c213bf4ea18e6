"""Structure: what a network is made of, besides its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from autograd.errors import ArgumentError


@dataclass(frozen=True)
class Structure:
    """The layers of a network.

    Attributes
    ----------
    sizes : tuple of int
        Inputs, then the neurons of each layer.
    activations : tuple of str
        Of each layer.
    same : tuple of int
        For each layer the first one, from 0, that is the same object: its own place where it is used once.
    """

    sizes: tuple[int, ...]
    activations: tuple[str, ...]
    same: tuple[int, ...]

    @property
    def activation(self) -> str:
        """The hidden layers': one name, or all of them with commas between."""
        hidden = self.activations[:-1] or self.activations
        return hidden[0] if len(set(hidden)) == 1 else ",".join(hidden)

    @property
    def output(self) -> str:
        """The last layer's activation."""
        return self.activations[-1]

    @property
    def is_plain(self) -> bool:
        """Whether sizes, one activation for the hidden layers and one for the last say all."""
        return "," not in self.activation and self.same == tuple(range(len(self.same)))

    @property
    def shapes(self) -> dict[int, tuple[int, int]]:
        """The shape of the weights of each layer that is not another one again, by its number from 1."""
        pairs = enumerate(pairwise(self.sizes))
        return {k + 1: (outputs, inputs) for k, (inputs, outputs) in pairs if self.same[k] == k}

    def __str__(self) -> str:
        again = [f"layer {k + 1} is layer {first + 1}" for k, first in enumerate(self.same) if first != k]
        told = [f"{list(self.sizes)}", f"activation={self.activation!r}", f"output={self.output!r}", *again]
        return f"MLP({', '.join(told)})"


def structure_of(layers: Sequence[Any]) -> Structure:
    """The structure of layers as they are now."""
    first: dict[int, int] = {}
    same = tuple(first.setdefault(id(layer), k) for k, layer in enumerate(layers))
    sizes = (len(layers[0].neurons[0].weights), *(len(layer.neurons) for layer in layers))
    return Structure(sizes, tuple(layer.activation for layer in layers), same)


def checked_for_a_file(layers: Sequence[Any]) -> Structure:
    """The structure of layers that a file can keep.

    Raises
    ------
    ArgumentError
        If there is more to them than weights, biases and an activation each: the file would lose it.
    """
    structure = structure_of(layers)
    met: dict[int, int] = {}
    for k, (layer, inputs) in enumerate(zip(layers, structure.sizes, strict=False)):
        for neuron in layer.neurons:
            if len(neuron.weights) != inputs:
                raise _lost(k, f"{inputs} weights in each neuron, got {len(neuron.weights)} in one")
            if neuron.activation != layer.activation:
                raise _lost(k, f"the activation {layer.activation!r} in each neuron, got {neuron.activation!r} in one")
            for value in (*neuron.weights, neuron.bias):
                if met.setdefault(id(value), structure.same[k]) != structure.same[k]:
                    raise _lost(k, "parameters of its own, got one that is also another layer's")
    return structure


def _lost(place: int, expected: str) -> ArgumentError:
    return ArgumentError(
        f"save: layer {place + 1}: expected {expected}, which the file would lose; keep such a network by its code "
        "and the numbers of net.parameters()"
    )
