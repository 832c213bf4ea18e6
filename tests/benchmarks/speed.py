"""Compiled scalars against hand-written NumPy, PyTorch, JAX and CasADi, in one run.

    python tests/benchmarks/speed.py [--rounds 25] [--mnist DIR] [--only networks tiny ...]

Every comparison asserts first that both sides compute the same numbers. Then
they take turns, a short while each, and what is printed is the median over
these rounds of a side's median time, and of its ratio to ours in the same
round: a disturbance of the machine reaches both. A peer that is not installed
is said to be skipped. Never a gate: machines are noisy.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import platform
import time
import tracemalloc
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

import nn
from autograd import Value, compile, gradient, sigmoid, sin

RATE = 0.5
NETWORKS = ([784, 30, 10], [64, 16, 10], [784, 16, 16, 10], [784, 100, 10])
BATCHES = (1, 10, 32, 128)
# How often what takes seconds is measured.
_FEWER = 5

Step = Callable[[], Any]


def peer(name: str) -> Any:
    """A peer library, or None with a line that says it is skipped."""
    try:
        return importlib.import_module(name)
    except ImportError:
        print(f"{name} is not installed: skipped (pip install '.[bench]')")
        return None


def measured(steps: dict[str, Step], rounds: int, seconds: float = 0.04) -> dict[str, tuple[float, float]]:
    """For each side its median time in seconds, and the median of its ratio to the first side's."""
    counts = {}
    for name, step in steps.items():
        times = [_timed(step) for _ in range(7)]
        counts[name] = max(2, int(seconds / max(float(np.median(times[2:])), 1e-7)))
    found: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(rounds):
        for name, step in steps.items():
            step()
            found[name].append(float(np.median([_timed(step) for _ in range(counts[name])])))
    ours = np.array(next(iter(found.values())))
    return {name: (float(np.median(times)), float(np.median(np.array(times) / ours))) for name, times in found.items()}


def _timed(step: Step) -> float:
    started = time.perf_counter()
    step()
    return time.perf_counter() - started


# One SGD step of a sigmoid network with the document's squared error


def start(sizes: Sequence[int]) -> tuple[list[Any], list[Any]]:
    """The numbers that all sides begin with."""
    random = np.random.default_rng(0)
    weights = [random.normal(0, n**-0.5, (m, n)) for n, m in pairwise(sizes)]
    return weights, [random.normal(0, 1, m) for m in sizes[1:]]


def samples(sizes: Sequence[int], batch: int) -> tuple[Any, Any]:
    """Pixels and one-hot targets."""
    random = np.random.default_rng(1)
    return random.random((batch, sizes[0])), np.eye(sizes[-1])[random.integers(0, sizes[-1], batch)]


def scalar_network(sizes: Sequence[int]) -> tuple[nn.MLP, Any]:
    """The network of Values, and its compiled cost."""
    net = nn.MLP(list(sizes), seed=0)
    for layer, weights, biases in zip(net.layers, *start(sizes), strict=True):
        for neuron, row, bias in zip(layer.neurons, weights.tolist(), biases.tolist(), strict=True):
            neuron.bias.data = bias
            for value, number in zip(neuron.weights, row, strict=True):
                value.data = number
    return net, compile(lambda x, y: nn.squared_error(net(x), y))


def our_step(sizes: Sequence[int], X: Any, Y: Any) -> tuple[Step, Callable[[], Any]]:
    """The step, and what gives the first layer's weights."""
    net, cost = scalar_network(sizes)
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
    jax.config.update("jax_enable_x64", True)
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


def networks(rounds: int) -> None:
    """One SGD step, all sides."""
    torch, jax = peer("torch"), peer("jax")
    print(f"\n{'network':<14}{'batch':>6}{'ours':>10}{'NumPy':>16}{'PyTorch':>18}{'JAX jit':>18}")
    for sizes in NETWORKS:
        for batch in BATCHES:
            X, Y = samples(sizes, batch)
            sides = {"ours": our_step(sizes, X, Y), "NumPy": numpy_step(sizes, X, Y)}
            if torch is not None:
                sides["PyTorch"] = torch_step(torch, sizes, X, Y)
            if jax is not None:
                sides["JAX"] = jax_step(jax, sizes, X, Y)
            first = [step() for step, _ in sides.values()]
            np.testing.assert_allclose(first, first[0], rtol=1e-12)
            for _, weights in sides.values():
                np.testing.assert_allclose(weights(), sides["NumPy"][1](), rtol=1e-9, atol=1e-12)
            taken = measured({name: step for name, (step, _) in sides.items()}, rounds)
            row = f"{'-'.join(map(str, sizes)):<14}{batch:>6}{taken['ours'][0] * 1e6:>7.0f} us"
            for name in ("NumPy", "PyTorch", "JAX"):
                shown = f"{taken[name][0] * 1e6:.0f} us {taken[name][1]:.2f}x" if name in taken else "-"
                row += f"{shown:>{16 if name == 'NumPy' else 18}}"
            print(row, flush=True)


# The same program, one scalar operation at a time


def chained(sizes: Sequence[int], parameters: Any, x: Any, y: Any, activation: Callable[[Any], Any]) -> Any:
    """``z = z + w * a``, one multiplication and one addition at a time, for any scalars."""
    a = x
    for layer, n, m in zip(parameters, sizes, sizes[1:], strict=False):
        after = []
        for j in range(m):
            z = layer[j * (n + 1) + n]
            for k in range(n):
                z = z + layer[j * (n + 1) + k] * a[k]
            after.append(activation(z))
        a = after
    cost = 0.0
    for k in range(sizes[-1]):
        cost = cost + (a[k] - y[k]) ** 2
    return cost


def flat_start(sizes: Sequence[int]) -> list[Any]:
    """Each layer's numbers, neuron by neuron: its weights, then its bias."""
    return [np.column_stack([w, b]).ravel() for w, b in zip(*start(sizes), strict=True)]


def scalars(rounds: int) -> None:
    """Recording and compiling scalar by scalar; CasADi and JAX on the same scalars."""
    sizes = [784, 30, 10]
    X, Y = samples(sizes, 32)

    def compiled() -> tuple[Any, float]:
        gc.collect()
        parameters = [[Value(v) for v in layer.tolist()] for layer in flat_start(sizes)]
        cost = compile(lambda x, y: chained(sizes, parameters, x, y, sigmoid))
        began = time.perf_counter()
        cost.gradient(X, Y)
        return cost, time.perf_counter() - began

    times = []
    for _ in range(_FEWER):
        cost, seconds = compiled()
        times.append(seconds)
    print(f"\n784-30-10 scalar by scalar: recorded, compiled and first run in {np.median(times):.2f} s (median)")
    casadi = peer("casadi")
    if casadi is not None:
        against_casadi(casadi, sizes, cost, X, Y, rounds)
    jax = peer("jax")
    if jax is not None:
        against_jax_scalars(jax)


def against_casadi(casadi: Any, sizes: Sequence[int], cost: Any, X: Any, Y: Any, rounds: int) -> None:
    """Throughput of the same scalar program at batch 32."""
    counts = [(n + 1) * m for n, m in pairwise(sizes)]
    p, x, y = casadi.SX.sym("p", sum(counts)), casadi.SX.sym("x", sizes[0]), casadi.SX.sym("y", sizes[-1])
    began = time.perf_counter()
    symbols = casadi.vertsplit(p)
    layers = [symbols[: counts[0]], symbols[counts[0] :]]
    logistic = lambda z: 1 / (1 + casadi.exp(-z))  # noqa: E731  # as short as the formula
    expression = chained(sizes, layers, casadi.vertsplit(x), casadi.vertsplit(y), logistic)
    function = casadi.Function("f", [p, x, y], [expression, casadi.gradient(expression, p)])
    built = time.perf_counter() - began
    numbers = np.concatenate(flat_start(sizes))
    arguments = [np.ascontiguousarray(numbers), np.empty(sizes[0]), np.empty(sizes[-1])]
    results = [np.empty(1), np.empty(len(numbers))]
    buffer, trigger = function.buffer()
    for i, array in enumerate(arguments):
        buffer.set_arg(i, memoryview(array))
    for i, array in enumerate(results):
        buffer.set_res(i, memoryview(array))

    def theirs() -> tuple[float, Any]:
        value, slopes = 0.0, np.zeros(len(numbers))
        for row, target in zip(X, Y, strict=True):
            arguments[1][:], arguments[2][:] = row, target
            trigger()
            value += results[0][0]
            slopes += results[1]
        return value / len(X), slopes / len(X)

    value, slopes = theirs()
    mine, my_slopes = cost.gradient(X, Y)
    np.testing.assert_allclose(mine, value, rtol=1e-12)
    np.testing.assert_allclose(np.sort(my_slopes), np.sort(slopes), rtol=1e-9, atol=1e-14)
    taken = measured({"ours": lambda: cost.gradient(X, Y), "CasADi": theirs}, rounds)
    print(
        f"the same scalars at batch 32: ours {taken['ours'][0] * 1e6:.0f} us, CasADi SX (built in {built:.1f} s) "
        f"{taken['CasADi'][0] * 1e6:.0f} us: {taken['CasADi'][1]:.0f}x"
    )


def against_jax_scalars(jax: Any) -> None:
    """Time to the first gradient of 64-16-10 written in scalars."""
    jax.config.update("jax_enable_x64", True)
    sizes = [64, 16, 10]
    X, Y = samples(sizes, 32)
    layers = [np.asarray(layer) for layer in flat_start(sizes)]

    def of_one(parameters: Any, x: Any, y: Any) -> Any:
        return chained(sizes, parameters, x, y, jax.nn.sigmoid)

    def of_batch(parameters: Any, X: Any, Y: Any) -> Any:
        return jax.vmap(of_one, (None, 0, 0))(parameters, X, Y).mean()

    began = time.perf_counter()
    value, _ = jax.jit(jax.value_and_grad(of_batch))(layers, X, Y)
    theirs = float(value), time.perf_counter() - began
    parameters = [[Value(v) for v in layer.tolist()] for layer in flat_start(sizes)]
    cost = compile(lambda x, y: chained(sizes, parameters, x, y, sigmoid))
    began = time.perf_counter()
    mine = cost.gradient(X, Y)[0], time.perf_counter() - began
    np.testing.assert_allclose(mine[0], theirs[0], rtol=1e-10)
    print(
        f"64-16-10 in scalars, to the first gradient: ours {mine[1]:.3f} s, JAX jit {theirs[1]:.1f} s: "
        f"{theirs[1] / mine[1]:.0f}x sooner"
    )


def tiny(rounds: int) -> None:
    """``g = ((a + b) - (a b + b^3))^2 / 2`` and both derivatives, a batch of 1,000."""

    def of_one(a: Value, b: Value) -> list[Value]:
        g = ((a + b) - (a * b + b**3)) ** 2 / 2
        return [g, *gradient(g, [a, b], create_graph=True)]

    f = compile(of_one)
    random = np.random.default_rng(0)
    A, B = random.normal(size=1000), random.normal(size=1000)
    inner = (A + B) - (A * B + B**3)
    expected = np.column_stack([inner**2 / 2, inner * (1 - B), inner * (1 - A - 3 * B**2)])
    np.testing.assert_allclose(f(A, B), expected, rtol=1e-10, atol=1e-12)
    taken, _ = measured({"ours": lambda: f(A, B)}, rounds)["ours"]
    print(f"\ntiny graph, forward and backward, batch of 1,000: {taken * 1e6:.1f} ns a sample")


def wide(operations: int) -> tuple[Callable[..., Any], tuple[Any, ...], int]:
    """A network of 88 hidden neurons, one multiplication and one addition at a time; and its true operations."""
    sizes = [operations // 176 or 1, 88, 2]
    parameters = [[Value(v) for v in layer.tolist()] for layer in flat_start(sizes)]
    cost = lambda x, y: chained(sizes, parameters, x, y, sigmoid)  # noqa: E731  # as short as it is
    return cost, samples(sizes, 2), 2 * sum(n * m for n, m in pairwise(sizes))


def chain(operations: int) -> tuple[Callable[..., Any], tuple[Any, ...], int]:
    """A chain in which there is nothing to do at once, four operations a time around."""
    w = Value(0.9)

    def cost(x: Value) -> Value:
        for _ in range(operations // 4):
            x = sin(x) * w + 0.1 * x
        return x

    return cost, (np.array([0.3, 0.7]),), operations


def logistic_map(operations: int) -> tuple[Callable[..., Any], tuple[Any, ...], int]:
    """The logistic map again and again, three operations a time around."""
    r = Value(2.9)

    def cost(x: Value) -> Value:
        for _ in range(operations // 3):
            x = r * x * (1 - x)
        return x

    return cost, (np.array([0.3, 0.7]),), operations


def linear(rounds: int) -> None:
    """Time and memory of record, compile and first gradient, from 10^3 to 10^6 scalar operations."""
    for made in (wide, chain, logistic_map):
        print(f"\n{made.__name__:>12}{'seconds':>10}{'us each':>10}{'peak MB':>10}{'bytes each':>12}")
        # What is done once in a process, such as importing, is no part of it.
        warm, arrays, _ = made(1000)
        compile(warm).gradient(*arrays)
        for exponent in (3, 4, 5, 6):
            cost, arrays, operations = made(10**exponent)
            f = compile(cost)
            began = time.perf_counter()
            f.gradient(*arrays)
            seconds = time.perf_counter() - began
            cost, arrays, operations = made(10**exponent)
            again = compile(cost)
            tracemalloc.start()
            again.gradient(*arrays)
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            each = f"{seconds / operations * 1e6:.2f}"
            memory = f"{peak / 1e6:>10.0f}{peak / operations:>12.0f}"
            print(f"{operations:>12,}{seconds:>10.2f}{each:>10}{memory}", flush=True)


def mnist(folder: Path) -> None:
    """784-30-10, 8,000 images, 20 epochs at batch 10, against the hand-written loop."""
    import gzip

    with (
        gzip.open(folder / "t10k-images-idx3-ubyte.gz") as images,
        gzip.open(folder / "t10k-labels-idx1-ubyte.gz") as own,
    ):
        X = np.frombuffer(images.read(), np.uint8, offset=16).reshape(-1, 784) / 255.0
        digits = np.frombuffer(own.read(), np.uint8, offset=8).astype(int)
    order = np.random.default_rng(0).permutation(len(X))
    X, digits = X[order], digits[order]
    Y = np.eye(10)[digits]
    sizes, epochs, batch = [784, 30, 10], 20, 10

    def by_hand() -> float:
        x, y = np.empty((batch, 784)), np.empty((batch, 10))
        step, _ = numpy_step(sizes, x, y)
        random = np.random.default_rng(0)
        began = time.perf_counter()
        for _ in range(epochs):
            shuffled = random.permutation(8000)
            for at in range(0, 8000, batch):
                chosen = shuffled[at : at + batch]
                X.take(chosen, axis=0, out=x, mode="clip")
                Y.take(chosen, axis=0, out=y, mode="clip")
                step()
        return time.perf_counter() - began

    ratios, seconds = [], []
    for _ in range(_FEWER):
        net, _ = scalar_network(sizes)
        began = time.perf_counter()
        nn.fit(
            net,
            X[:8000],
            digits[:8000],
            optimiser=nn.SGD(RATE),
            epochs=epochs,
            batch_size=batch,
            seed=0,
            progress=False,
        )
        seconds.append(time.perf_counter() - began)
        ratios.append(seconds[-1] / by_hand())
    read = nn.accuracy(net, X[8000:], digits[8000:])
    print(
        f"\nMNIST 784-30-10, {epochs} epochs of 8,000 at batch {batch}: {np.median(seconds):.2f} s, "
        f"{np.median(ratios):.2f}x the hand-written loop, {read:.1%} of 2,000 held out read rightly"
    )


def main() -> None:
    """Run the chosen comparisons."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=25, help="how often the sides take turns")
    parser.add_argument("--mnist", type=Path, help="folder with the t10k files of MNIST")
    parts = {"networks": networks, "scalars": scalars, "tiny": tiny, "linear": linear}
    parser.add_argument("--only", nargs="+", choices=[*parts, "mnist"], default=[*parts, "mnist"])
    arguments = parser.parse_args()
    print(f"Python {platform.python_version()}, NumPy {np.__version__}, {platform.machine()}")
    for name, part in parts.items():
        if name in arguments.only:
            part(arguments.rounds)
    if "mnist" in arguments.only and arguments.mnist is not None:
        mnist(arguments.mnist)


if __name__ == "__main__":
    main()
