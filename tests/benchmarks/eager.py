"""How fast the eager engine is: the gradient of one sample through 784-16-16-10, ours against others'.

Run it as ``python tests/benchmarks/eager.py [--rounds N]``. It prints medians and ratios and never
judges them. All contestants run interleaved in one process on the same network, and must arrive at
the same cost and gradient. The activation is z / sqrt(1 + z^2), a sigmoid made of what all of them
have, and nowhere flat: no engine gains by skipping neurons that are off.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import math
import random
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import nn
from autograd import Value, weighted_sum
from autograd.graph import topological_order

SIZES = (784, 16, 16, 10)

try:
    from micrograd.engine import Value as MicrogradValue
except ImportError:
    MicrogradValue = None


class StoredValue:
    """The leanest usual design: each node stores its operands' local gradients when it is made."""

    __slots__ = ("children", "data", "grad", "local_grads")

    def __init__(self, data, children=(), local_grads=()):
        self.data = data
        self.grad = 0.0
        self.children = children
        self.local_grads = local_grads

    def __add__(self, other):
        other = other if isinstance(other, StoredValue) else StoredValue(other)
        return StoredValue(self.data + other.data, (self, other), (1.0, 1.0))

    __radd__ = __add__

    def __mul__(self, other):
        other = other if isinstance(other, StoredValue) else StoredValue(other)
        return StoredValue(self.data * other.data, (self, other), (other.data, self.data))

    def __sub__(self, other):
        return self + other * -1.0 if isinstance(other, StoredValue) else self + -other

    def __pow__(self, exponent):
        return StoredValue(self.data**exponent, (self,), (exponent * self.data ** (exponent - 1),))

    def backward(self):
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            value, expanded = stack.pop()
            if expanded:
                order.append(value)
            elif value not in seen:
                seen.add(value)
                stack.append((value, True))
                stack.extend((child, False) for child in value.children if child not in seen)
        self.grad = 1.0
        for value in reversed(order):
            grad = value.grad
            for child, local in zip(value.children, value.local_grads, strict=True):
                child.grad += local * grad


def network(make: Callable[[float], Any], seed: int = 0) -> list[list[tuple[list[Any], Any]]]:
    """Layers of neurons, each a list of weights and a bias."""
    rng = random.Random(seed)
    return [
        [([make(rng.gauss(0, 1) / n**0.5) for _ in range(n)], make(0.1)) for _ in range(m)]
        for n, m in itertools.pairwise(SIZES)
    ]


def network_of_neurons(seed: int = 0) -> list[list[tuple[list[Any], Any]]]:
    """The same numbers as neurons of `nn`, each in the place of its bias."""
    neurons = [
        [nn.Neuron([w.data for w in weights], bias.data, "linear", layer, j) for j, (weights, bias) in enumerate(row)]
        for layer, row in enumerate(network(Value, seed), start=1)
    ]
    return [[(neuron.weights, neuron) for neuron in row] for row in neurons]


def one_by_one(weights: list[Any], activations: list[Any], bias: Any) -> Any:
    """The weighted sum of a neuron, a node for each operation."""
    z = bias
    for w, a in zip(weights, activations, strict=True):
        z = z + w * a
    return z


def cost(layers: Any, sample: list[Any], target: list[float], z_of: Callable[..., Any]) -> Any:
    """Squared error of one sample."""
    activations = sample
    for layer in layers:
        zs = [z_of(weights, activations, bias) for weights, bias in layer]
        activations = [z * (1.0 + z * z) ** -0.5 for z in zs]
    c = 0.0
    for a, y in zip(activations, target, strict=True):
        c = c + (a - y) ** 2
    return c


def contestants() -> dict[str, tuple[Callable[[float], Any], Callable[..., Any]]]:
    """Each engine's name, its constructor and how it sums."""
    field: dict[str, Any] = {
        "autograd, one operation at a time": (Value, one_by_one),
        "autograd, weighted_sum": (Value, weighted_sum),
        "autograd, through nn": (Value, lambda weights, activations, neuron: neuron(activations)),
        "stored local gradients": (StoredValue, one_by_one),
    }
    if MicrogradValue is None:
        print("micrograd is not installed: its row and the ratios to it are left out (pip install micrograd)")
    else:
        field["micrograd"] = (MicrogradValue, one_by_one)
    return field


def bytes_per_node(sample: list[float], target: list[float]) -> float:
    """Memory of the interior nodes of a graph after ``backward()``, one operation at a time."""
    layers, inputs = network(Value), [Value(x) for x in sample]
    gc.collect()
    tracemalloc.start()
    c = cost(layers, inputs, target, one_by_one)
    c.backward()
    for leaf in (*inputs, *(p for layer in layers for ws, b in layer for p in (*ws, b))):
        leaf.grad = 0.0  # of leaves, nothing is counted
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return size / len(topological_order((c,), leaves=False))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9, help="runs of each engine, of which the median is taken")
    rounds = parser.parse_args().rounds
    sys.setrecursionlimit(20_000)  # micrograd recurses over the graph
    rng = random.Random(1)
    sample, target = [rng.random() for _ in range(SIZES[0])], [float(j == 3) for j in range(SIZES[-1])]
    field = contestants()
    times: dict[str, list[float]] = {name: [] for name in field}
    results: dict[str, list[float]] = {}
    for _ in range(rounds):
        for name, (make, z_of) in field.items():
            layers = network_of_neurons() if name.endswith("nn") else network(make)
            gc.collect()
            start = time.perf_counter()
            c = cost(layers, [make(x) for x in sample], target, z_of)
            c.backward()
            times[name].append(time.perf_counter() - start)
            leaves = [p for layer in layers for ws, b in layer for p in (*ws, getattr(b, "bias", b))]
            results[name] = [c.data, *(p.grad for p in leaves)]
            del c
    first = next(iter(results.values()))
    for name, result in results.items():
        close = (math.isclose(p, q, rel_tol=1e-9, abs_tol=1e-12) for p, q in zip(result, first, strict=True))
        assert all(close), f"{name} computes other numbers"
    report({name: statistics.median(seconds) for name, seconds in times.items()})
    print(f"\n{bytes_per_node(sample, target):.0f} bytes a node (tracemalloc, one operation at a time, after backward)")


def report(medians: dict[str, float]) -> None:
    """The table: milliseconds, and how many times faster than the two references."""
    references = [name for name in ("micrograd", "stored local gradients") if name in medians]
    print(f"{'784-16-16-10, forward and backward':<36}{'median':>10}" + "".join(f"{'x ' + r:>26}" for r in references))
    for name, seconds in medians.items():
        ratios = "".join(f"{medians[reference] / seconds:>26.2f}" for reference in references)
        print(f"{name:<36}{seconds * 1e3:>7.2f} ms{ratios}")
    print("same cost and gradient from all: yes")


if __name__ == "__main__":
    main()
