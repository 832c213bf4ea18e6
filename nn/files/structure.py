"""Structure: what a network is made of, besides its numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from autograd import Value
from autograd.errors import ArgumentError

from ..networks.activations import ACTIVATIONS, OF_LAYERS, Activation, told


@dataclass(frozen=True)
class Structure:
    """The layers of a network.

    Attributes
    ----------
    sizes : tuple of int
        Inputs, then the neurons of each layer.
    activations : tuple of str or callable
        Of each layer.
    same : tuple of int
        For each layer the first one, from 0, that is the same object: its own place where it is used once.
    tied : tuple of (int, int)
        Parameters that are one Value with an earlier one, and that one: their places among the parameters of
        all layers, each layer once, in the order of `places`. Ascending.
    """

    sizes: tuple[int, ...]
    activations: tuple[Activation, ...]
    same: tuple[int, ...]
    tied: tuple[tuple[int, int], ...] = ()

    @property
    def activation(self) -> Activation:
        """The hidden layers': that of all, or the names of all with commas between."""
        hidden = self.activations[:-1] or self.activations
        return hidden[0] if hidden.count(hidden[0]) == len(hidden) else ",".join(map(told, hidden))

    @property
    def output(self) -> Activation:
        """The last layer's activation."""
        return self.activations[-1]

    @property
    def is_plain(self) -> bool:
        """Whether sizes, one activation for the hidden layers and one for the last say all."""
        is_alike = len(self.activations) == 1 or self.activation in ACTIVATIONS
        return is_alike and self.same == tuple(range(len(self.same))) and not self.tied

    @property
    def shapes(self) -> dict[int, tuple[int, int]]:
        """The shape of the weights of each layer that is not another one again, by its number from 1."""
        pairs = enumerate(pairwise(self.sizes))
        return {k + 1: (outputs, inputs) for k, (inputs, outputs) in pairs if self.same[k] == k}

    def __str__(self) -> str:
        again = [f"layer {k + 1} is layer {first + 1}" for k, first in enumerate(self.same) if first != k]
        ties = [f"parameter {place} is parameter {first}" for place, first in self.tied]
        kinds = [f"activation={told(self.activation)!r}", f"output={told(self.output)!r}"]
        return f"MLP({', '.join([f'{list(self.sizes)}', *kinds, *again, *ties])})"


def structure_of(layers: Sequence[Any]) -> Structure:
    """The structure of layers as they are now, without what is `tied`, for which all parameters are looked at.

    Raises
    ------
    ArgumentError
        If they are no layers of a network.
    """
    if not layers:
        raise ArgumentError("net.layers: expected at least one layer, got none")
    for k, layer in enumerate(layers, start=1):
        if not getattr(layer, "neurons", None):
            raise ArgumentError(f"net.layers: expected layers of at least one neuron, got {layer!r:.60} as layer {k}")
    first: dict[int, int] = {}
    same = tuple(first.setdefault(id(layer), k) for k, layer in enumerate(layers))
    sizes = (len(layers[0].neurons[0].weights), *(len(layer.neurons) for layer in layers))
    return Structure(sizes, tuple(layer.activation for layer in layers), same)


def places(layers: Sequence[Any]) -> Iterator[tuple[Any, int]]:
    """Where the parameters of layers stand, each layer once: a neuron, and which of its weights; -1 is the bias."""
    for layer in dict.fromkeys(layers):
        for neuron in layer.neurons:
            yield from ((neuron, k) for k in range(len(neuron.weights)))
            yield neuron, -1


def parameter_at(place: tuple[Any, int]) -> Value:
    """The parameter in one of the `places`."""
    neuron, k = place
    parameter: Value = neuron.bias if k < 0 else neuron.weights[k]
    return parameter


def tie(place: tuple[Any, int], parameter: Value) -> None:
    """Let a parameter be the one in one of the `places`."""
    neuron, k = place
    if k < 0:
        neuron.bias = parameter
    else:
        neuron.weights[k] = parameter


def computes_otherwise(thing: Any) -> bool:
    """Whether what it computes is written in a class of somebody's own."""
    writer = next(kind for kind in type(thing).__mro__ if "__call__" in vars(kind))
    return writer.__module__.partition(".")[0] != __name__.partition(".")[0]


def structure_to_keep(net: Any) -> Structure | None:
    """The structure of a network with what is tied; None if there is more to it than that, weights and biases.

    Raises
    ------
    ArgumentError
        If its layers are none of a network.
    """
    structure = structure_of(net.layers)
    parts = (net, *net.layers, *(neuron for layer in net.layers for neuron in layer.neurons))
    if any(map(computes_otherwise, parts)):
        return None
    for layer, inputs in zip(net.layers, structure.sizes, strict=False):
        if layer.activation not in OF_LAYERS:
            return None
        activation = layer.neurons[0].activation
        if any(len(neuron.weights) != inputs or neuron.activation != activation for neuron in layer.neurons):
            return None
    met: dict[int, int] = {}
    ids = (id(parameter_at(place)) for place in places(net.layers))
    firsts = [met.setdefault(number, k) for k, number in enumerate(ids)]
    return replace(structure, tied=tuple((k, first) for k, first in enumerate(firsts) if first != k))
