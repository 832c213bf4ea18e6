"""How time and memory of recording and compiling grow with the program, from 10^3 to 10^6 scalar operations."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
from networks import samples
from scalars import chained, flat_start

from autograd import Value, compile, sigmoid, sin


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


def report() -> None:
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
