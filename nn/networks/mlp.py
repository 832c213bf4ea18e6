"""The multilayer perceptron of the document: neurons, layers, network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from autograd import Label, Value
from autograd.errors import ArgumentError, OperandError, ShapeError
from autograd.words import attributes_told, keywords_told

from ..data import generator_of, refuse_batch
from ..files.state import numbered
from ..files.structure import Structure, computes_otherwise, structure_of, structure_to_keep
from ..module import Module, once
from .activations import OF_LAYERS, Activation, activation_of, told
from .initialisers import MOST_WEIGHTS, drawn
from .layers import Layer
from .parts import Parts, Watched


@attributes_told("mlp")
class MLP(Watched, Module):
    """A multilayer perceptron of Values.

    Parameters
    ----------
    sizes : sequence of int
        Inputs, neurons of each hidden layer, outputs: ``[784, 16, 16, 10]`` in the document.
    activation : str or callable
        Of the hidden layers: "sigmoid", "tanh", "relu", "leaky_relu", "elu", "gelu", "silu", "softplus", "softsign",
        "hard_sigmoid" or "linear", or any function from a Value to a Value.
    output : the same or "softmax", optional
        Of the last layer; as `activation` if not given.
    initialiser : {"normal", "xavier", "he"}
        How weights begin.
    seed : int, optional
        Makes the beginning repeatable.

    Raises
    ------
    ArgumentError
        If there are fewer than two sizes, a size is below 1, there are over `MOST_WEIGHTS` weights,
        a name is not known, or the seed is no whole number.

    Examples
    --------
    >>> net = MLP([2, 2, 1], seed=0)
    >>> [name for name, _ in net.named_parameters()][:3]
    ['w^1_00', 'w^1_01', 'b^1_0']
    """

    @keywords_told("nn.MLP")
    def __init__(
        self,
        sizes: Sequence[int],
        activation: Activation = "sigmoid",
        output: Activation | None = None,
        initialiser: str = "xavier",
        seed: int | None = None,
    ) -> None:
        checked = _checked_sizes(sizes, activation, output, initialiser, seed)
        self._hidden = activation_of("activation", activation)
        last_activation = self._hidden if output is None else activation_of("output", output, OF_LAYERS)
        random = generator_of(seed)
        self.layers: list[Layer] = Parts()
        for number, (inputs, outputs) in enumerate(pairwise(checked), start=1):
            begun = drawn(inputs, outputs, initialiser, random)
            last = number == len(checked) - 1
            self.layers.append(Layer(*begun, last_activation if last else self._hidden, number))
        self._input_labels = [Label("a", "0", str(k)) for k in range(checked[0])]

    @property
    def sizes(self) -> list[int]:
        """Inputs, then the neurons of each layer, of the layers as they are now."""
        return list(structure_of(self.layers).sizes)

    @property
    def activation(self) -> Activation:
        """The hidden layers' activation; the names of all of them with commas between where they differ."""
        return structure_of(self.layers).activation if len(self.layers) > 1 else self._hidden

    @property
    def output(self) -> Activation:
        """The last layer's activation."""
        return structure_of(self.layers).output

    def __call__(self, inputs: Sequence[Any]) -> list[Value]:
        """The output activations for one sample.

        Parameters
        ----------
        inputs : sequence of Value or real number, length sizes[0]
            Numbers become Values labelled a^0_k.

        Returns
        -------
        list of Value, length sizes[-1]

        Raises
        ------
        ShapeError
            If there are more or fewer inputs than the network takes, or rows of them: those are for `predict`.
        """
        try:
            wanted = len(self.layers[0].neurons[0].weights)
        except (IndexError, AttributeError):
            wanted = self.sizes[0]  # says what is wrong with the layers
        try:
            count = len(inputs)
        except TypeError:
            raise OperandError(f"net(x): expected a list of {wanted} numbers, got {inputs!r:.60}") from None
        if count != wanted:
            refuse_batch(inputs, wanted)
            raise ShapeError(f"net(x): expected {wanted} inputs, got {count}; give one number for each input")
        if count != len(self._input_labels):
            self._input_labels = [Label("a", "0", str(k)) for k in range(count)]
        try:
            activations: list[Value] = [
                x if isinstance(x, Value) else Value(x, label)
                for x, label in zip(inputs, self._input_labels, strict=True)
            ]
        except OperandError:
            refuse_batch(inputs, wanted)
            raise
        for layer in self.layers:
            activations = layer(activations)
        return activations

    if TYPE_CHECKING:  # of a module of somebody's own it may be anything; of a network it is a matrix, or a row

        def predict(self, X: Any, compiled: bool = True, *, backend: str = "numpy") -> npt.NDArray[np.float64]: ...

    def members(self) -> Iterator[tuple[str, Any]]:
        """Its layers, with the places that they have in the `torch.nn.Sequential` that computes the same."""
        return numbered(self.layers)

    def named_parameters(self) -> Iterator[tuple[str, Value]]:
        """Layer by layer, neuron by neuron: its weights, then its bias. Those of a layer used twice come once."""
        return once(named for layer in self.layers for named in layer.named_parameters())

    def _width(self) -> int | None:
        """How many inputs it takes."""
        return self.sizes[0]

    def _last_activation(self) -> Any:
        """The last layer's."""
        return self.output

    def _exchangeable(self) -> list[Any]:
        """Its layers, and what those are made of."""
        parts: list[Any] = []
        for layer in self.layers:
            parts.append(layer)
            parts += layer._exchangeable()
        return parts

    def _stays_the_same(self) -> bool:
        """Whether only exchanged parts can change what is computed: all code is this package's."""
        return not computes_otherwise(self) and all(layer._stays_the_same() for layer in self.layers)

    def _is_watched(self) -> bool:
        """Whether its layers are, and its code is this package's."""
        own = type(self) is MLP and type(self.layers) is Parts
        return own and all(isinstance(layer, Module) and layer._is_watched() for layer in self.layers)

    def _values(self) -> Iterable[Value]:
        """See `Module._values`."""
        if type(self).named_parameters is not MLP.named_parameters:
            return super()._values()
        return (value for layer in self.layers for value in layer._values())

    def structure_to_keep(self) -> Structure | None:
        """What a file keeps of it besides its numbers; None if it, a layer or a neuron computes in a way of its own."""
        return structure_to_keep(self)

    def __repr__(self) -> str:
        try:
            return f"MLP({self.sizes}, activation={told(self.activation)!r}, output={told(self.output)!r})"
        except ArgumentError:  # layers that fit no network: they are what one wants to see
            return f"<MLP of the layers {self.layers!r}>"


def _checked_sizes(sizes: Sequence[int], *others: Any) -> list[int]:
    """The sizes; a refusal joins those that stand in other arguments, as in ``MLP(2, 3, 1)``."""
    if not isinstance(sizes, list | tuple | np.ndarray) or len(sizes) < 2:
        meant: list[Any] = []
        for given in (sizes, *others):
            if isinstance(given, bool) or not isinstance(given, int | list | tuple):
                break
            meant += [given] if isinstance(given, int) else given
        remedy = f"; write MLP({meant!r:.60})" if len(meant) > 1 else ""
        raise ArgumentError(
            f"MLP(sizes): expected at least two sizes such as [784, 16, 16, 10], got {sizes!r:.60}{remedy}"
        )
    for size in sizes:
        if isinstance(size, bool) or not isinstance(size, int | np.integer) or size < 1:
            raise ArgumentError(f"MLP(sizes): expected whole numbers from 1, got {size!r} in {list(sizes)!r:.60}")
    checked = [int(size) for size in sizes]
    weights = sum(inputs * outputs for inputs, outputs in pairwise(checked))
    if weights > MOST_WEIGHTS:
        raise ArgumentError(
            f"MLP(sizes): expected at most {MOST_WEIGHTS:,} weights, got {weights:,}; use smaller layers"
        )
    return checked
