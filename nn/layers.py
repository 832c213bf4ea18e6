"""Neurons and the layers that they make."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from autograd import Label, Value, relu, sigmoid, tanh, weighted_sum
from autograd.errors import ArgumentError, ShapeError
from autograd.words import keywords_told

from .data import numbers_of
from .module import Module, arrays_in, once

Matrix = npt.NDArray[np.float64]

ACTIVATIONS: dict[str, Callable[[Value], Value] | None] = {
    "sigmoid": sigmoid,
    "tanh": tanh,
    "relu": relu,
    "linear": None,
}
"""Activation functions by name; linear leaves z as it is."""


class Neuron(Module):
    """``z = sum(w_k a_k) + b``, ``a = activation(z)``.

    Parameters
    ----------
    weights : sequence of float
        One for each input.
    bias : float
    activation : {"sigmoid", "tanh", "relu", "linear"}
    layer, index : int
        Where the neuron stands, for its labels: w^layer_index,k.
    wide : bool
        Whether subscripts take a comma, as in a layer of more than ten inputs or neurons.
    """

    def __init__(
        self,
        weights: Sequence[float],
        bias: float,
        activation: str = "sigmoid",
        layer: int = 1,
        index: int = 0,
        wide: bool = False,
    ) -> None:
        level, j, comma = str(layer), str(index), "," if wide else ""
        self.weights = [Value(w, Label("w", level, f"{j}{comma}{k}")) for k, w in enumerate(weights)]
        self.bias = Value(bias, Label("b", level, j))
        self.activation = activation
        self._z, self._a = Label("z", level, j), Label("a", level, j)

    @property
    def activation(self) -> str:
        """The name of the activation function; may be set to another."""
        return self._activation

    @activation.setter
    def activation(self, name: str) -> None:
        self._activation = one_of("activation", name, ACTIVATIONS)
        self._function = ACTIVATIONS[name]

    def __call__(self, activations: Sequence[Any]) -> Value:
        """The neuron's activation for those of the layer before."""
        value = weighted_sum(self.weights, activations, self.bias)
        value.label = self._z
        if self._function is not None:
            value = self._function(value)
            value.label = self._a
        return value

    def named_parameters(self) -> Iterator[tuple[str, Value]]:
        """The weights, then the bias."""
        values = (*self.weights, self.bias)
        return once((value.label.ascii if value.label is not None else "", value) for value in values)

    def __repr__(self) -> str:
        return f"Neuron({len(self.weights)}, activation={self.activation!r})"


class Layer(Module):
    """Neurons that share their inputs.

    Parameters
    ----------
    weights : array-like, shape (neurons, inputs)
    biases : array-like, shape (neurons,)
    activation : {"sigmoid", "tanh", "relu", "linear"}
    number : int
        The layer's number, 1 for the first after the inputs.
    """

    @keywords_told("nn.Layer")
    def __init__(self, weights: Any, biases: Any, activation: str = "sigmoid", number: int = 1) -> None:
        weights, biases = numbers_of("Layer(weights)", weights), numbers_of("Layer(biases)", biases)
        if weights.ndim != 2 or biases.shape != weights.shape[:1] or not weights.size:
            raise ShapeError(
                "Layer: expected weights (neurons, inputs) and biases (neurons,), "
                f"got {weights.shape} and {biases.shape}"
            )
        wide = max(weights.shape) > 10
        self.neurons = [
            Neuron(row.tolist(), float(bias), activation, number, j, wide)
            for j, (row, bias) in enumerate(zip(weights, biases, strict=True))
        ]

    @property
    def activation(self) -> str:
        """The neurons' activation, or all of theirs; what is set becomes that of each."""
        return " and ".join(dict.fromkeys(neuron.activation for neuron in self.neurons))

    @activation.setter
    def activation(self, name: str) -> None:
        for neuron in self.neurons:
            neuron.activation = name

    def __call__(self, activations: Sequence[Any]) -> list[Value]:
        """The activations of the neurons."""
        return [neuron(activations) for neuron in self.neurons]

    def named_parameters(self) -> Iterator[tuple[str, Value]]:
        """Neuron by neuron; those of a neuron used twice come once."""
        return once(named for neuron in self.neurons for named in neuron.named_parameters())

    def named_arrays(self) -> Iterator[tuple[str, Any]]:
        """``weight``, shape (neurons, inputs), and ``bias``, shape (neurons,), as PyTorch names them."""
        yield from arrays_in("weight", [neuron.weights for neuron in self.neurons])
        yield from arrays_in("bias", [neuron.bias for neuron in self.neurons])

    @property
    def weights(self) -> Matrix:
        """The numbers of the weights, shape (neurons, inputs): a copy."""
        return np.array([[w.data for w in neuron.weights] for neuron in self.neurons])

    @property
    def biases(self) -> Matrix:
        """The numbers of the biases, shape (neurons,): a copy."""
        return np.array([neuron.bias.data for neuron in self.neurons])

    def __repr__(self) -> str:
        inputs = len(self.neurons[0].weights) if self.neurons else 0
        return f"Layer({inputs} -> {len(self.neurons)}, {self.activation})"


def one_of(name: str, given: str, table: dict[str, Any]) -> str:
    """`given`, which is to be a name in the table; an `ArgumentError` that lists them for anything else."""
    if not isinstance(given, str) or given not in table:
        raise ArgumentError(f"{name}: expected one of {', '.join(table)}, got {given!r}")
    return given
