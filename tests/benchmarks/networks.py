"""One SGD step of a sigmoid network with the document's squared error, in every library."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from tables import Row
from timing import Step, in_turns, peer

import nn
from autograd import compile

RATE = 0.5
NETWORKS = ([784, 30, 10], [64, 16, 10], [784, 16, 16, 10], [784, 100, 10])
BATCHES = (1, 10, 32, 128)


def start(sizes: Sequence[int]) -> tuple[list[Any], list[Any]]:
    """The numbers that all sides begin with."""
    random = np.random.default_rng(0)
    weights = [random.normal(0, n**-0.5, (m, n)) for n, m in pairwise(sizes)]
    return weights, [random.normal(0, 1, m) for m in sizes[1:]]


def samples(sizes: Sequence[int], batch: int) -> tuple[Any, Any]:
    """Pixels and one-hot targets."""
    random = np.random.default_rng(1)
    return random.random((batch, sizes[0])), np.eye(sizes[-1])[random.integers(0, sizes[-1], batch)]


def scalar_network(sizes: Sequence[int]) -> nn.MLP:
    """The network of Values."""
    net = nn.MLP(list(sizes), seed=0)
    for layer, weights, biases in zip(net.layers, *start(sizes), strict=True):
        for neuron, row, bias in zip(layer.neurons, weights.tolist(), biases.tolist(), strict=True):
            neuron.bias.data = bias
            for value, number in zip(neuron.weights, row, strict=True):
                value.data = number
    return net


def our_step(sizes: Sequence[int], X: Any, Y: Any, backend: str) -> tuple[Step, Callable[[], Any]]:
    """The step, and what gives the first layer's weights."""
    net = scalar_network(sizes)
    cost = compile(lambda x, y: nn.squared_error(net(x), y), backend=backend)
    optimiser = nn.SGD(RATE)
    parameters = cost.record(X, Y).parameters

    def step() -> float:
        parameters.zero_grad()
        value = cost.backward(X, Y)
        optimiser.step(parameters)
        return value

    return step, lambda: net.layers[0].weights


def numpy_step(sizes: Sequence[int], X: Any, Y: Any) -> tuple[Step, Callable[[], Any]]:
    """What one writes by hand: in place, one product a layer forward and two back."""
    weights, biases = start(sizes)

    def step() -> float:
        activations = [X]
        for w, b in zip(weights, biases, strict=True):
            z = activations[-1] @ w.T
            z += b
            np.negative(z, out=z)
            np.exp(z, out=z)
            z += 1.0
            np.reciprocal(z, out=z)
            activations.append(z)
        delta = activations[-1] - Y
        cost = float((delta * delta).sum()) / len(X)
        delta *= 2.0 / len(X)
        for layer in range(len(weights) - 1, -1, -1):
            a = activations[layer + 1]
            delta *= a
            delta *= 1.0 - a
            dw, db = delta.T @ activations[layer], delta.sum(axis=0)
            if layer:
                delta = delta @ weights[layer]
            dw *= RATE
            db *= RATE
            weights[layer] -= dw
            biases[layer] -= db
        return cost

    return step, lambda: weights[0]


def torch_step(torch: Any, sizes: Sequence[int], X: Any, Y: Any) -> tuple[Step, Callable[[], Any]]:
    """PyTorch, eager, float64."""
    weights, biases = start(sizes)
    ws = [torch.tensor(w, requires_grad=True) for w in weights]
    bs = [torch.tensor(b, requires_grad=True) for b in biases]
    x, y = torch.tensor(X), torch.tensor(Y)
    optimiser = torch.optim.SGD([*ws, *bs], lr=RATE)

    def step() -> float:
        optimiser.zero_grad()
        a = x
        for w, b in zip(ws, bs, strict=True):
            a = torch.sigmoid(torch.nn.functional.linear(a, w, b))
        cost = ((a - y) ** 2).sum() / len(x)
        cost.backward()
        optimiser.step()
        return cost.item()

    return step, lambda: ws[0].detach().numpy()


def jax_step(jax: Any, sizes: Sequence[int], X: Any, Y: Any) -> tuple[Step, Callable[[], Any]]:
    """JAX, jit, float64, buffers donated."""
    weights, biases = start(sizes)
    x, y = jax.numpy.asarray(X), jax.numpy.asarray(Y)

    def cost(parameters: Any) -> Any:
        a = x
        for w, b in parameters:
            a = jax.nn.sigmoid(a @ w.T + b)
        return ((a - y) ** 2).sum() / len(x)

    def update(parameters: Any) -> Any:
        value, slopes = jax.value_and_grad(cost)(parameters)
        return value, jax.tree.map(lambda p, g: p - RATE * g, parameters, slopes)

    jitted = jax.jit(update, donate_argnums=0)
    state = [[(jax.numpy.asarray(w), jax.numpy.asarray(b)) for w, b in zip(weights, biases, strict=True)]]

    def step() -> float:
        value, state[0] = jitted(state[0])
        return float(value)

    return step, lambda: np.asarray(state[0][0][0])


STEPS = {f"{'-'.join(map(str, sizes))}, {batch}": (sizes, batch) for sizes in NETWORKS for batch in BATCHES}
"""What is measured, by the name of its row."""


def rows(backends: Sequence[str], rounds: int, chosen: Iterable[str]) -> Iterator[Row]:
    """Every network at every batch size, or those that are chosen."""
    torch, jax = peer("torch"), peer("jax")
    for name, (sizes, batch) in STEPS.items():
        if name in chosen:
            X, Y = samples(sizes, batch)
            sides = {backend: our_step(sizes, X, Y, backend) for backend in backends}
            sides["NumPy by hand"] = numpy_step(sizes, X, Y)
            if torch is not None:
                sides["PyTorch"] = torch_step(torch, sizes, X, Y)
            if jax is not None:
                sides["JAX"] = jax_step(jax, sizes, X, Y)
            costs = [step() for step, _ in sides.values()]
            np.testing.assert_allclose(costs, costs[-1], rtol=1e-12)
            for _, weights in sides.values():
                np.testing.assert_allclose(weights(), sides["NumPy by hand"][1](), rtol=1e-9, atol=1e-12)
            taken = in_turns({name: step for name, (step, _) in sides.items()}, rounds)
            yield Row(name, taken)
