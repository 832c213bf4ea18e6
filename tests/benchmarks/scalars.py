"""Networks written one scalar operation at a time: against CasADi and JAX on the same scalars; a tiny graph.

What is slow to build is built once and told as it goes.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
from networks import samples, start
from tables import Row
from timing import Step, in_turns, peer

from autograd import Value, compile, gradient, sigmoid

# How often what takes long is measured.
_FEWER = 5


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


def rows(backends: Sequence[str], rounds: int) -> Iterator[Row]:
    """784-30-10 scalar by scalar against CasADi, and the tiny graph."""
    sizes = [784, 30, 10]
    X, Y = samples(sizes, 32)
    sides: dict[str, Step] = {}
    firsts: dict[str, float] = {}
    for backend in backends:
        made, times = compiled(sizes, backend), []
        for _ in range(_FEWER):
            gc.collect()
            made = compiled(sizes, backend)
            began = time.perf_counter()
            found = made.gradient(X, Y)
            times.append(time.perf_counter() - began)
        firsts[backend] = float(np.median(times))
        sides[backend] = partial(made.gradient, X, Y)
    casadi, jax = peer("casadi"), peer("jax")
    if casadi is not None:
        began = time.perf_counter()
        sides["CasADi"] = in_casadi(casadi, sizes, X, Y)
        firsts["CasADi"] = time.perf_counter() - began
        cost, slopes = sides["CasADi"]()
        np.testing.assert_allclose(found[0], cost, rtol=1e-12)
        np.testing.assert_allclose(np.sort(found[1]), np.sort(slopes), rtol=1e-9, atol=1e-14)
    yield Row("784-30-10 in scalars, 32", in_turns(sides, rounds), first=firsts)
    if jax is not None:
        against_jax(jax)
    yield tiny(backends, rounds)


def compiled(sizes: Sequence[int], backend: str = "numpy") -> Any:
    """The network on Values of its own."""
    parameters = [[Value(v) for v in layer.tolist()] for layer in flat_start(sizes)]
    return compile(lambda x, y: chained(sizes, parameters, x, y, sigmoid), backend=backend)


def in_casadi(casadi: Any, sizes: Sequence[int], X: Any, Y: Any) -> Step:
    """The same scalars in CasADi's SX, called sample by sample through its buffers, its fastest way."""
    counts = [(n + 1) * m for n, m in pairwise(sizes)]
    p, x, y = casadi.SX.sym("p", sum(counts)), casadi.SX.sym("x", sizes[0]), casadi.SX.sym("y", sizes[-1])
    symbols = casadi.vertsplit(p)
    layers = [symbols[: counts[0]], symbols[counts[0] :]]
    logistic = lambda z: 1 / (1 + casadi.exp(-z))  # noqa: E731  # as short as the formula
    expression = chained(sizes, layers, casadi.vertsplit(x), casadi.vertsplit(y), logistic)
    function = casadi.Function("f", [p, x, y], [expression, casadi.gradient(expression, p)])
    numbers = np.concatenate(flat_start(sizes))
    arguments = [np.ascontiguousarray(numbers), np.empty(sizes[0]), np.empty(sizes[-1])]
    results = [np.empty(1), np.empty(len(numbers))]
    buffer, trigger = function.buffer()
    for i, array in enumerate(arguments):
        buffer.set_arg(i, memoryview(array))
    for i, array in enumerate(results):
        buffer.set_res(i, memoryview(array))

    def theirs(kept: Any = (function, buffer)) -> tuple[float, Any]:
        value, slopes = 0.0, np.zeros(len(numbers))
        for row, target in zip(X, Y, strict=True):
            arguments[1][:], arguments[2][:] = row, target
            trigger()
            value += results[0][0]
            slopes += results[1]
        return value / len(X), slopes / len(X)

    return theirs


def against_jax(jax: Any) -> None:
    """Time to the first gradient of a network written in scalars; of 64-16-10 XLA takes a minute or more."""
    sizes = [16, 8, 4]
    X, Y = samples(sizes, 32)
    layers = [np.asarray(layer) for layer in flat_start(sizes)]

    def of_one(parameters: Any, x: Any, y: Any) -> Any:
        return chained(sizes, parameters, x, y, jax.nn.sigmoid)

    def of_batch(parameters: Any, X: Any, Y: Any) -> Any:
        return jax.vmap(of_one, (None, 0, 0))(parameters, X, Y).mean()

    began = time.perf_counter()
    value, _ = jax.jit(jax.value_and_grad(of_batch))(layers, X, Y)
    theirs = float(value), time.perf_counter() - began
    cost = compiled(sizes)
    began = time.perf_counter()
    mine = cost.gradient(X, Y)[0], time.perf_counter() - began
    np.testing.assert_allclose(mine[0], theirs[0], rtol=1e-10)
    print(
        f"16-8-4 in scalars, to the first gradient: ours {mine[1]:.3f} s, JAX jit {theirs[1]:.1f} s: "
        f"{theirs[1] / mine[1]:.0f}x sooner"
    )


def tiny(backends: Sequence[str], rounds: int) -> Row:
    """``g = ((a + b) - (a b + b^3))^2 / 2`` and both derivatives, a batch of 1,000."""

    def of_one(a: Value, b: Value) -> list[Value]:
        g = ((a + b) - (a * b + b**3)) ** 2 / 2
        return [g, *gradient(g, [a, b], create_graph=True)]

    def by_hand() -> Any:
        inner = (A + B) - (A * B + B**3)
        return np.column_stack([inner**2 / 2, inner * (1 - B), inner * (1 - A - 3 * B**2)])

    random = np.random.default_rng(0)
    A, B = random.normal(size=1000), random.normal(size=1000)
    sides: dict[str, Step] = {name: partial(compile(of_one, backend=name), A, B) for name in backends}
    for side in sides.values():
        np.testing.assert_allclose(side(), by_hand(), rtol=1e-10, atol=1e-12)
    sides["NumPy by hand"] = by_hand
    return Row("tiny graph, each of 1,000", in_turns(sides, rounds), per=1000)
