"""A step of an embedding with a dense layer on top: what it takes with few and with many rows of the table.

    python tests/benchmarks/embedding.py [--rows 50 5000] [--width 16] [--batch 32] [--tokens 1]

A step is the cost and the gradient of one batch of integer indices. Its numbers are first held to NumPy written by
hand. The gradient is one number for each parameter, mostly zeros, and writing those takes time in proportion to
the table; what the step takes beyond that should not depend on how many rows the table has. Tables take
turns, and what is printed is the median of the rounds. Never a gate: machines are noisy.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import numpy as np
from timing import Step, in_turns

import nn
from autograd import Value, compile

OUTPUTS = 10


class Embedded:
    """A table of Values, a sigmoid layer on the rows that are chosen, and a batch for them."""

    def __init__(self, rows: int, width: int, batch: int, tokens: int) -> None:
        random = np.random.default_rng(0)
        self.numbers = random.standard_normal((rows, width))
        self.weights = random.standard_normal((OUTPUTS, width * tokens)) / (width * tokens) ** 0.5
        self.biases = random.standard_normal(OUTPUTS)
        table = [[Value(number) for number in row] for row in self.numbers.tolist()]
        layer = nn.Layer(self.weights.tolist(), self.biases.tolist(), "sigmoid")
        self.table = table
        self.cost = compile(lambda t, y: nn.squared_error(layer([v for i in t for v in table[i]]), y))
        self.tokens = random.integers(0, rows, (batch, tokens))
        self.targets = np.eye(OUTPUTS)[random.integers(0, OUTPUTS, batch)]
        started = time.perf_counter()
        self.parameters = self.cost.record(self.tokens, self.targets).parameters
        self.recording = time.perf_counter() - started
        self.check()

    def step(self) -> Any:
        """The cost and its gradient, as a training takes them."""
        self.parameters.zero_grad()
        return self.cost.backward(self.tokens, self.targets)

    def writing(self) -> Step:
        """What writes as many numbers as the gradient has."""
        gradient = np.zeros(len(self.parameters))
        return lambda: gradient.fill(0.0)

    def check(self) -> None:
        """Assert that the numbers are those of NumPy written by hand."""
        chosen = self.numbers[self.tokens].reshape(len(self.tokens), -1)
        a = 1 / (1 + np.exp(-(chosen @ self.weights.T + self.biases)))
        delta = 2 * (a - self.targets) * a * (1 - a) / len(a)
        slopes = np.zeros_like(self.numbers)
        np.add.at(slopes, self.tokens, (delta @ self.weights).reshape(*self.tokens.shape, -1))
        value = self.step()
        np.testing.assert_allclose(value, ((a - self.targets) ** 2).sum() / len(a), rtol=1e-12)
        found = [[v.grad for v in row] for row in self.table]
        np.testing.assert_allclose(found, slopes, rtol=1e-9, atol=1e-14)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[50, 5000], help="of the tables, the smallest first")
    parser.add_argument("--width", type=int, default=16)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--tokens", type=int, default=1, help="indices a sample")
    parser.add_argument("--rounds", type=int, default=25)
    options = parser.parse_args()
    tables = {rows: Embedded(rows, options.width, options.batch, options.tokens) for rows in options.rows}
    steps: dict[str, Step] = {}
    for rows, table in tables.items():
        steps[f"{rows}"] = table.step
        steps[f"{rows} written"] = table.writing()
    found = {name: float(np.median(times)) for name, times in in_turns(steps, options.rounds).items()}
    print(f"{'rows':>8}{'recorded':>11}{'step':>11}{'writing':>11}{'beyond that':>13}")
    first = 0.0
    for rows, table in tables.items():
        step, writing = found[f"{rows}"], found[f"{rows} written"]
        first = first or step - writing
        times = f"{table.recording:9.2f} s{step * 1e6:8.0f} us{writing * 1e6:8.0f} us"
        print(f"{rows:8,}{times}{(step - writing) / first:12.2f}x")


if __name__ == "__main__":
    main()
