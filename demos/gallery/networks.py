"""Small networks with the document's names."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import nn
from autograd import Label, Value, sigmoid, weighted_sum


def neuron(weights: Sequence[Value], activations: Sequence[Value], bias: Value, level: str, index: str = "") -> Value:
    """z and a of one neuron, labelled."""
    z = weighted_sum(weights, activations, bias)
    z.label = Label("z", level, index)
    a = sigmoid(z)
    a.label = Label("a", level, index)
    return a


def cost_of(activations: Sequence[Value], targets: Sequence[Value]) -> Value:
    """C_0, the squared error of one sample."""
    cost = nn.squared_error(activations, targets)
    cost.label = Label("C", subscript="0")
    return cost


def levels(count: int) -> list[str]:
    """The document's superscripts of the last layers: L−2, L−1, L."""
    return [f"L−{back}" if back else "L" for back in reversed(range(count))]


def one_neuron_a_layer(count: int) -> tuple[Value, list[Value]]:
    """The cost of a chain of neurons, and their weights, the first layer's first."""
    names = levels(count + 1)
    activation = Value(0.6, Label("a", names[0]))
    weights = []
    for at, name in enumerate(names[1:]):
        weights.append(Value(0.8 + 0.3 * at, Label("w", name)))
        activation = neuron(weights[-1:], [activation], Value(-0.2 + 0.1 * at, Label("b", name)), name)
    return cost_of([activation], [Value(1.0, "y")]), weights


def two_neurons_a_layer() -> tuple[Value, list[list[Value]], list[Value]]:
    """The cost of a last layer of two neurons, w_jk, and the two activations before."""
    before = [Value(number, Label("a", "L−1", str(k))) for k, number in enumerate((0.6, 0.3))]
    weights = [
        [Value(number, Label("w", "L", f"{j}{k}")) for k, number in enumerate(row)]
        for j, row in enumerate(((0.8, -0.5), (-0.4, 0.9)))
    ]
    biases = [Value(number, Label("b", "L", str(j))) for j, number in enumerate((-0.2, 0.4))]
    outputs = [
        neuron(row, before, bias, "L", str(j)) for j, (row, bias) in enumerate(zip(weights, biases, strict=True))
    ]
    return cost_of(outputs, [Value(float(1 - j), Label("y", "", str(j))) for j in range(2)]), weights, before


def walked(
    cost: Callable[..., Value], start: Sequence[float], optimiser: nn.Optimiser, steps: int
) -> list[tuple[float, ...]]:
    """The places that steps down the gradient go through, the start first, and the cost there at last."""
    parameters = [Value(number) for number in start]
    places = []
    for _ in range(steps + 1):
        for parameter in parameters:
            parameter.grad = 0.0
        here = cost(*parameters)
        places.append((*(parameter.data for parameter in parameters), here.data))
        here.backward()
        optimiser.step(parameters)
    return places
