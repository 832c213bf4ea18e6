"""Neurons and the layers that they make."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from autograd import Label, Value, weighted_sum
from autograd.errors import ArgumentError, OperandError, ShapeError
from autograd.modes import refuse_while_recording
from autograd.reals import REAL
from autograd.words import attributes_told, keywords_told

from ..data import count_of, generator_of, numbers_of
from ..files.state import put, shape_of
from ..files.structure import computes_otherwise
from ..module import Module, arrays_in, once
from .activations import OF_ALL, OF_LAYERS, Activation, activation_of, function_of, told
from .initialisers import drawn
from .parts import Parts, Watched

Matrix = npt.NDArray[np.float64]


@attributes_told("neuron")
class Neuron(Watched, Module):
    """``z = sum(w_k a_k) + b``, ``a = activation(z)``.

    Parameters
    ----------
    weights : sequence of float
        One for each input.
    bias : float
        0 if not given.
    activation : str or callable
        A name in `ACTIVATIONS`, such as "sigmoid" or "linear", or any function from a Value to a Value.
    layer, index : int
        Where the neuron stands, for its labels: w^layer_index,k.
    wide : bool
        Whether subscripts take a comma, as in a layer of more than ten inputs or neurons.
    """

    @keywords_told("nn.Neuron")
    def __init__(
        self,
        weights: Sequence[float],
        bias: float = 0.0,
        activation: Activation = "sigmoid",
        layer: int = 1,
        index: int = 0,
        wide: bool = False,
    ) -> None:
        if not hasattr(weights, "__iter__"):
            raise OperandError(
                f"Neuron(weights): expected a list of numbers, one for each input, got {weights!r:.40}; "
                "nn.Layer(inputs, neurons) draws them"
            )
        level, j, comma = str(layer), str(index), "," if wide else ""
        self.weights = Parts(Value(w, Label("w", level, f"{j}{comma}{k}")) for k, w in enumerate(weights))
        self.bias = Value(bias, Label("b", level, j))
        self.activation = activation
        self._z, self._a = Label("z", level, j), Label("a", level, j)

    @property
    def activation(self) -> Activation:
        """The name of the activation function, or a function that has none; may be set to another."""
        return self._activation

    @activation.setter
    def activation(self, given: Activation) -> None:
        self._activation = activation_of("activation", given)
        self._function = function_of(self._activation)

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

    def _values(self) -> Iterable[Value]:
        """See `Module._values`."""
        is_own = type(self).named_parameters is Neuron.named_parameters
        return (*self.weights, self.bias) if is_own else super()._values()

    def _is_watched(self) -> bool:
        """Whether its weights are, and its code is this package's."""
        return type(self) is Neuron and type(self.weights) is Parts

    def __repr__(self) -> str:
        return f"Neuron({len(self.weights)}, activation={told(self.activation)!r})"


@attributes_told("layer")
class Layer(Watched, Module):
    """Neurons that share their inputs: of given weights and biases, or of given sizes, ``Layer(2, 3, "tanh")``.

    Parameters
    ----------
    weights : array-like, shape (neurons, inputs), or int
        Or how many inputs there are: weights and biases are drawn then.
    biases : array-like, shape (neurons,), or int
        Or how many neurons.
    activation : str or callable
        As for `Neuron`, or "softmax".
        Softmax is of all neurons together; a function is of each.
    number : int
        The layer's number, 1 for the first after the inputs.
    initialiser : {"normal", "xavier", "he"}, optional
        How weights begin that are drawn; ``"xavier"`` if not given.
    seed : int, optional
        Makes what is drawn repeatable.

    Raises
    ------
    ShapeError, OperandError, ArgumentError
        If weights and biases do not fit together, or there are none, or an argument is something else.

    Attributes
    ----------
    of_all : "softmax" or None
        What makes the activations of all neurons' values together, where something does.
    """

    of_all: str | None = None

    @keywords_told("nn.Layer")
    def __init__(
        self,
        weights: Any,
        biases: Any,
        activation: Activation = "sigmoid",
        number: int = 1,
        *,
        initialiser: str | None = None,
        seed: int | None = None,
    ) -> None:
        if isinstance(weights, REAL) and isinstance(biases, REAL):
            weights, biases = drawn(
                count_of("Layer(inputs)", weights),
                count_of("Layer(neurons)", biases),
                "xavier" if initialiser is None else initialiser,
                generator_of(seed),
            )
        elif initialiser is not None or seed is not None:
            name, given = ("seed", seed) if initialiser is None else ("initialiser", initialiser)
            raise ArgumentError(
                f"Layer({name}): expected it with sizes, as in Layer(2, 3, {name}={given!r:.20}), got weights and "
                "biases that are not drawn"
            )
        weights, biases = numbers_of("Layer(weights)", weights), numbers_of("Layer(biases)", biases)
        if weights.ndim != 2 or biases.shape != weights.shape[:1] or not weights.size:
            raise ShapeError(
                "Layer: expected weights (neurons, inputs) and biases (neurons,), "
                f"got {weights.shape} and {biases.shape}"
            )
        activation = activation_of("activation", activation, OF_LAYERS)
        wide = max(weights.shape) > 10
        self.neurons = Parts(
            Neuron(row.tolist(), float(bias), "linear", number, j, wide)
            for j, (row, bias) in enumerate(zip(weights, biases, strict=True))
        )
        self.activation = activation

    @property
    def activation(self) -> Activation:
        """Softmax, or the neurons' activation, or the names of all of theirs; what is set becomes that of each."""
        own: list[Activation] = []
        for neuron in self.neurons:
            if neuron.activation not in own and (self.of_all is None or neuron.activation != "linear"):
                own.append(neuron.activation)
        own += [] if self.of_all is None else [self.of_all]
        return own[0] if len(own) == 1 else " and ".join(map(told, own))

    @activation.setter
    def activation(self, given: Activation) -> None:
        activation = activation_of("activation", given, OF_LAYERS)
        of_all = activation if isinstance(activation, str) and activation in OF_ALL else None
        for neuron in self.neurons:
            neuron.activation = activation if of_all is None else "linear"
        self.of_all = of_all

    def __call__(self, activations: Sequence[Any]) -> list[Value]:
        """The activations of the neurons."""
        values = [neuron(activations) for neuron in self.neurons]
        if self.of_all is None:
            return values
        together = OF_ALL[self.of_all](values)
        for neuron, value in zip(self.neurons, together, strict=True):
            value.label = neuron._a
        return together

    def _width(self) -> int | None:
        """How many inputs its neurons have."""
        return len(self.neurons[0].weights) if self.neurons else None

    def _last_activation(self) -> Activation:
        """Its activation."""
        return self.activation

    def _exchangeable(self) -> list[Any]:
        """Its neurons, and what those compute with."""
        parts: list[Any] = [self.of_all]
        for neuron in self.neurons:
            parts += (neuron, neuron.activation, neuron.bias, *neuron.weights)
        return parts

    def _stays_the_same(self) -> bool:
        """Whether layer, neurons and their activations are this package's."""
        if any(map(computes_otherwise, (self, *self.neurons))):
            return False
        return all(isinstance(neuron.activation, str) for neuron in self.neurons)

    def _is_watched(self) -> bool:
        """Whether its neurons are, and its code is this package's."""
        own = type(self) is Layer and type(self.neurons) is Parts
        return own and all(isinstance(neuron, Neuron) and neuron._is_watched() for neuron in self.neurons)

    def _values(self) -> Iterable[Value]:
        """See `Module._values`."""
        if type(self).named_parameters is not Layer.named_parameters:
            return super()._values()
        return (value for neuron in self.neurons for value in neuron._values())

    def named_parameters(self) -> Iterator[tuple[str, Value]]:
        """Neuron by neuron; those of a neuron used twice come once."""
        return once(named for neuron in self.neurons for named in neuron.named_parameters())

    def named_arrays(self) -> Iterator[tuple[str, Any]]:
        """``weight``, shape (neurons, inputs), and ``bias``, shape (neurons,), as PyTorch names them."""
        yield from arrays_in("weight", [neuron.weights for neuron in self.neurons])
        yield from arrays_in("bias", [neuron.bias for neuron in self.neurons])

    @property
    def weights(self) -> Matrix:
        """The numbers of the weights, shape (neurons, inputs): a copy. What is assigned becomes their numbers."""
        return np.array([[w.data for w in neuron.weights] for neuron in self.neurons])

    @weights.setter
    def weights(self, given: Any) -> None:
        self._set("weights", given, [neuron.weights for neuron in self.neurons])

    @property
    def biases(self) -> Matrix:
        """The numbers of the biases, shape (neurons,): a copy. What is assigned becomes their numbers."""
        return np.array([neuron.bias.data for neuron in self.neurons])

    @biases.setter
    def biases(self, given: Any) -> None:
        self._set("biases", given, [neuron.bias for neuron in self.neurons])

    def _set(self, name: str, given: Any, values: Any) -> None:
        """Give Values their numbers, all or none."""
        refuse_while_recording(f"layer.{name} = ...", "the layer's Values, which are live")
        array, shape = numbers_of(f"layer.{name}", given), shape_of(values)
        if array.shape != shape:
            raise ShapeError(
                f"layer.{name}: expected an array of shape {shape}, got {array.shape}; make another nn.Layer "
                "for another size"
            )
        put({name: values}, {name: array}, f"layer.{name}")

    def __repr__(self) -> str:
        inputs = len(self.neurons[0].weights) if self.neurons else 0
        return f"Layer({inputs} -> {len(self.neurons)}, {told(self.activation)})"
