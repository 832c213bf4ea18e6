"""What `fit` should take where no optimiser is given, measured on small problems as a newcomer meets them.

    python tests/benchmarks/defaults.py                # ten rounds of every optimiser on every problem, a table
    python tests/benchmarks/defaults.py --rounds 3

Inputs and targets are as they come, unscaled; the batch size is `fit`'s own. A number is the median over the rounds,
each with other weights and another order, of the share of held-out samples read rightly or, of a regression, of
its variance explained, in per cent; the worst round is in brackets. One that ends in an error, or explains less
than nothing, counts as 0.
"""

import argparse
import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2] / "demos"))

import nn
from autograd.errors import AutogradError
from loading import read_csv, split

OPTIMISERS = {
    "SGD(0.5)": lambda: nn.SGD(0.5),
    "SGD(0.1)": lambda: nn.SGD(0.1),
    "SGD(0.01)": lambda: nn.SGD(0.01),
    "SGD(0.1, 0.9)": lambda: nn.SGD(0.1, momentum=0.9),
    "SGD(0.01, 0.9)": lambda: nn.SGD(0.01, momentum=0.9),
    "RMSprop(0.01)": lambda: nn.RMSprop(0.01),
    "Adam(0.001)": lambda: nn.Adam(0.001),
    "Adam(0.01)": lambda: nn.Adam(0.01),
    "Adam(0.03)": lambda: nn.Adam(0.03),
}


@dataclass(frozen=True)
class Problem:
    """Samples to learn from, samples to be judged by, and how a newcomer would set it up."""

    samples: tuple[Any, Any]
    held_out: tuple[Any, Any]
    net: Callable[[int], nn.MLP]
    fit: dict[str, Any] = field(default_factory=dict)

    def score(self, optimiser: nn.Optimiser, seed: int) -> float:
        """0 to 100."""
        net, (X, Y) = self.net(seed), self.held_out
        with np.errstate(all="ignore"):
            try:
                nn.fit(net, *self.samples, optimiser=optimiser, seed=seed, progress=False, **self.fit)
                outputs = net.predict(X)
            except AutogradError:
                return 0.0
        Y = np.asarray(Y)
        if Y.dtype.kind == "f":
            return max(0.0, 100 * (1 - float(((outputs[:, 0] - Y) ** 2).mean() / Y.var())))
        read = outputs[:, 0] > 0.5 if outputs.shape[1] == 1 else outputs.argmax(axis=1)
        return 100 * float((read == Y).mean())


def digits(output: str, **options: Any) -> Problem:
    train, test = split(read_csv())
    samples, held_out = ((images.pixels, images.digits) for images in (train, test))
    return Problem(samples, held_out, lambda seed: nn.MLP([64, 30, 10], output=output, seed=seed), options)


def xor() -> Problem:
    table = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 0]
    return Problem(table, table, lambda seed: nn.MLP([2, 4, 1], seed=seed), {"epochs": 1000})


def prices() -> Problem:
    """What flats cost, in thousands, by their area in square metres, rooms and age: nothing is anywhere near 1."""
    rng = np.random.default_rng(0)
    area, rooms, age = rng.uniform(30, 150, 300), rng.integers(1, 6, 300), rng.uniform(0, 80, 300)
    price = 3 * area + 20 * rooms - 1.5 * age + 60 + rng.normal(0, 15, 300)
    X = np.stack([area, rooms, age], axis=1)
    net = lambda seed: nn.MLP([3, 10, 1], activation="relu", output="linear", seed=seed)  # noqa: E731
    return Problem((X[:200], price[:200]), (X[200:], price[200:]), net, {"epochs": 50})


def sine() -> Problem:
    """The sine of most tutorials: inputs in -3..3, targets ten times too large."""
    rng = np.random.default_rng(1)
    x = rng.uniform(-3, 3, (300, 1))
    y = 10 * np.sin(x[:, 0]) + rng.normal(0, 0.5, 300)
    net = lambda seed: nn.MLP([1, 20, 1], activation="tanh", output="linear", seed=seed)  # noqa: E731
    return Problem((x[:200], y[:200]), (x[200:], y[200:]), net, {"epochs": 100})


def moons() -> Problem:
    rng = np.random.default_rng(2)
    angle, which = rng.uniform(0, np.pi, 400), rng.integers(0, 2, 400)
    x = np.where(which, 1 - np.cos(angle), np.cos(angle)) + rng.normal(0, 0.15, 400)
    y = np.where(which, 0.5 - np.sin(angle), np.sin(angle)) + rng.normal(0, 0.15, 400)
    X = np.stack([x, y], axis=1)
    net = lambda seed: nn.MLP([2, 8, 8, 1], activation="tanh", output="sigmoid", seed=seed)  # noqa: E731
    return Problem(
        (X[:300], which[:300]), (X[300:], which[300:]), net, {"cost": nn.binary_cross_entropy, "epochs": 100}
    )


def flowers() -> Problem:
    """Four lengths in centimetres of three kinds, about as far apart and as spread as Fisher's irises."""
    rng, kinds = np.random.default_rng(3), np.random.default_rng(4).integers(0, 3, 150)
    centres = np.array([[5.0, 3.4, 1.5, 0.2], [5.9, 2.8, 4.3, 1.3], [6.6, 3.0, 5.6, 2.0]])
    X = centres[kinds] + rng.normal(size=(150, 4)) * [0.5, 0.33, 0.45, 0.2]
    net = lambda seed: nn.MLP([4, 10, 3], output="linear", seed=seed)  # noqa: E731
    return Problem((X[:100], kinds[:100]), (X[100:], kinds[100:]), net, {"cost": nn.cross_entropy, "epochs": 50})


PROBLEMS: dict[str, Callable[[], Problem]] = {
    "digits, squared error": lambda: digits("sigmoid"),
    "digits, cross entropy": lambda: digits("linear", cost=nn.cross_entropy),
    "xor": xor,
    "sine": sine,
    "prices": prices,
    "moons": moons,
    "flowers": flowers,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--only", nargs="+", choices=PROBLEMS, default=list(PROBLEMS))
    options = parser.parse_args()
    print(f"{'':>22}" + "".join(f"{name:>16}" for name in OPTIMISERS))
    for name in options.only:
        problem = PROBLEMS[name]()
        cells = []
        for make in OPTIMISERS.values():
            scores = [problem.score(make(), seed) for seed in range(options.rounds)]
            cells.append(f"{statistics.median(scores):.1f} ({min(scores):.0f})")
        print(f"{name:>22}" + "".join(f"{cell:>16}" for cell in cells), flush=True)


if __name__ == "__main__":
    main()
