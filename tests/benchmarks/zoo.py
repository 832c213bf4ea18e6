"""Scalar programs to measure by, from a transformer to an orbit: numbers, a batch, and the cost of one sample.

The peers in `peers/` compute the same of the same numbers, in tensors. A case's `settings` go to all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from autograd import Value, compile, exp, gradient, log, maximum, relu, sigmoid, sqrt, tanh


@dataclass(frozen=True)
class Case:
    """A program with its numbers.

    Attributes
    ----------
    kind : str
        Of this name is the program here, and with each peer.
    numbers : dict of ndarray
        The parameters by name.
    arrays : tuple of ndarray
        The batch.
    settings : dict
        What is no number, by the name of the programs' argument.
    """

    kind: str
    numbers: dict[str, Any]
    arrays: tuple[Any, ...]
    settings: dict[str, Any] = field(default_factory=dict)

    def scalars(self, backend: str = "numpy") -> tuple[Any, Callable[[Any], Any]]:
        """The compiled cost, and what brings its gradient into the order of `numbers`."""
        values = {name: as_values(array) for name, array in self.numbers.items()}
        of_one = partial(PROGRAMS[self.kind], **self.settings)
        cost = compile(lambda *sample: of_one(values, *sample), backend=backend)
        places = {id(value): place for place, value in enumerate(leaves(list(values.values())))}

        def ordered(slopes: Any) -> Any:
            found = np.zeros(len(places))
            found[[places[id(value)] for value in cost.parameters]] = slopes
            return found

        return cost, ordered

    def flat(self, gradient: dict[str, Any]) -> Any:
        """A peer's gradient in the order of `numbers`."""
        return np.concatenate([np.ravel(gradient[name]) for name in self.numbers])


def as_values(array: Any) -> Any:
    """Nested lists of Values, as deep as the array has axes."""
    return Value(float(array)) if np.ndim(array) == 0 else [as_values(part) for part in array]


def leaves(nested: Any) -> list[Value]:
    """All of them, in order."""
    return [leaf for part in nested for leaf in leaves(part)] if isinstance(nested, list) else [nested]


def dot(a: Any, b: Any) -> Any:
    return sum(p * q for p, q in zip(a, b, strict=True))


def times(matrix: Any, x: Any) -> list[Any]:
    return [dot(row, x) for row in matrix]


def added(a: Any, b: Any) -> list[Any]:
    return [p + q for p, q in zip(a, b, strict=True)]


def softmax(z: Any) -> list[Any]:
    powers = [exp(v) for v in z]
    whole = sum(powers)
    return [power / whole for power in powers]


def normed(x: Any) -> list[Any]:
    scale = (dot(x, x) / len(x) + 1e-5) ** -0.5
    return [v * scale for v in x]


def cross_entropy(z: Any, target: Any) -> Any:
    return -sum(y * log(p) for y, p in zip(target, softmax(z), strict=True))


def transformer(p: Any, tokens: Any, targets: Any, heads: int, causal: bool) -> Any:
    """A character transformer of one block, as in a minimal GPT; tokens are one-hot, normalised without learning."""
    width, length = len(p["token"][0]), len(tokens)
    token_by_width = list(zip(*p["token"], strict=True))
    xs = [normed(added(times(token_by_width, hot), place)) for hot, place in zip(tokens, p["place"], strict=True)]
    inner = [normed(x) for x in xs]
    queries, keys, contents = ([times(p[name], x) for x in inner] for name in ("q", "k", "v"))
    size, after = width // heads, []
    for t in range(length):
        seen, mixed = range(t + 1 if causal else length), []
        for own in (slice(head * size, (head + 1) * size) for head in range(heads)):
            weights = softmax([dot(queries[t][own], keys[u][own]) / size**0.5 for u in seen])
            mixed += [dot(weights, column) for column in zip(*(contents[u][own] for u in seen), strict=True)]
        after.append(added(times(p["o"], mixed), xs[t]))
    xs = [added(times(p["down"], [relu(z) for z in times(p["up"], normed(x))]), x) for x in after]
    costs = [cross_entropy(times(p["read"], x), target) for x, target in zip(xs, targets, strict=True)]
    return sum(costs) / length


def convolution(p: Any, image: Any, target: Any) -> Any:
    """3x3 kernels, relu, 2x2 pooling, a dense layer, cross entropy."""
    size, pooled = len(image) - 2, []
    for kernel, bias in zip(p["kernels"], p["biases"], strict=True):
        seen = [
            [
                relu(sum(kernel[a][b] * image[i + a][j + b] for a in range(3) for b in range(3)) + bias)
                for j in range(size)
            ]
            for i in range(size)
        ]
        for i in range(0, size, 2):
            for j in range(0, size, 2):
                above, below = (maximum(row[j], row[j + 1]) for row in seen[i : i + 2])
                pooled.append(maximum(above, below))
    return cross_entropy(added(times(p["dense"], pooled), p["last"]), target)


def recurrent(p: Any, sequence: Any, target: Any) -> Any:
    """tanh units over a sequence, squared error at its end."""
    h = [0.0] * len(p["b"])
    for x in sequence:
        h = [tanh(z) for z in added(added(times(p["wx"], x), times(p["wh"], h)), p["b"])]
    return (dot(p["out"], h) - target) ** 2


def orbit(p: Any, start: Any, steps: int) -> Any:
    """A planet around its sun by leapfrog: a chain of scalars in which no matrix hides."""
    x, y, vx, vy = start, 0.0 * start, 0.0 * start, p["speed"] * 1.0
    for _ in range(steps):
        pull = 0.01 * p["mu"] / (x * x + y * y) ** 1.5
        vx, vy = vx - pull * x, vy - pull * y
        x, y = x + 0.01 * vx, y + 0.01 * vy
    return (x - 1) ** 2 + y**2


def options(p: Any, strike: Any, years: Any) -> Any:
    """The price of a call by Black and Scholes, the normal distribution by a logistic curve."""
    spot, volatility, rate = p["spot"], p["volatility"], p["rate"]
    spread = volatility * sqrt(years)
    d = (log(spot / strike) + (rate + volatility * volatility / 2) * years) / spread
    return spot * sigmoid(1.702 * d) - strike * exp(-rate * years) * sigmoid(1.702 * (d - spread))


def physics(p: Any, x: Any) -> Any:
    """How far a small network is from u'' = -u, its second derivative by the reverse pass of a reverse pass."""
    u = dot(p["v"], [tanh(w * x + b) for w, b in zip(p["w"], p["b"], strict=True)])
    slope = gradient(u, x, create_graph=True)
    return (gradient(slope, x, create_graph=True) + u) ** 2


PROGRAMS: dict[str, Callable[..., Any]] = {
    made.__name__: made for made in (transformer, convolution, recurrent, orbit, options, physics)
}


# Cases of them


def gpt(length: int = 8, causal: bool = True, vocabulary: int = 27, width: int = 16, batch: int = 16) -> Case:
    random = np.random.default_rng(0)
    shapes = {"token": (vocabulary, width), "place": (length, width), "read": (vocabulary, width)}
    shapes |= dict.fromkeys("qkvo", (width, width)) | {"up": (4 * width, width), "down": (width, 4 * width)}
    numbers = {name: random.normal(0, 0.08, shape) for name, shape in shapes.items()}
    told = np.eye(vocabulary)[random.integers(0, vocabulary, (batch, length + 1))]
    return Case("transformer", numbers, (told[:, :-1], told[:, 1:]), {"heads": 4, "causal": causal})


def pixels(size: int = 8, channels: int = 4, batch: int = 32) -> Case:
    random = np.random.default_rng(0)
    pooled = channels * ((size - 2) // 2) ** 2
    numbers = {
        "kernels": random.normal(0, 0.3, (channels, 3, 3)),
        "biases": np.zeros(channels),
        "dense": random.normal(0, pooled**-0.5, (10, pooled)),
        "last": np.zeros(10),
    }
    return Case("convolution", numbers, (random.random((batch, size, size)), np.eye(10)[random.integers(0, 10, batch)]))


def sequence(steps: int = 20, hidden: int = 8, inputs: int = 4, batch: int = 32) -> Case:
    random = np.random.default_rng(0)
    numbers = {
        "wx": random.normal(0, inputs**-0.5, (hidden, inputs)),
        "wh": random.normal(0, hidden**-0.5, (hidden, hidden)),
        "b": np.zeros(hidden),
        "out": random.normal(0, hidden**-0.5, hidden),
    }
    return Case("recurrent", numbers, (random.random((batch, steps, inputs)), random.random(batch)))


def planet(steps: int = 100, batch: int = 32) -> Case:
    numbers = {"mu": np.array(1.0), "speed": np.array(1.1)}
    return Case("orbit", numbers, (np.linspace(0.9, 1.1, batch),), {"steps": steps})


def calls(batch: int = 10_000) -> Case:
    random = np.random.default_rng(0)
    numbers = {"spot": np.array(100.0), "volatility": np.array(0.2), "rate": np.array(0.05)}
    return Case("options", numbers, (random.uniform(80, 120, batch), random.uniform(0.1, 2, batch)))


def wave(hidden: int = 16, batch: int = 64) -> Case:
    random = np.random.default_rng(0)
    numbers = {name: random.normal(0, 1, hidden) for name in ("w", "b")}
    numbers["v"] = random.normal(0, hidden**-0.5, hidden)
    return Case("physics", numbers, (random.random(batch),))


ZOO: dict[str, Callable[[], Case]] = {
    "gpt 8": gpt,
    "gpt 16": partial(gpt, 16),
    "gpt 8, all seen": partial(gpt, causal=False),
    "convolution": pixels,
    "recurrent 20": sequence,
    "recurrent 100": partial(sequence, 100, 16),
    "orbit 100": planet,
    "orbit 1000": partial(planet, 1000),
    "options": calls,
    "physics": wave,
}
"""What is measured, by the name of its row."""

SMALL: dict[str, Callable[[], Case]] = {
    "transformer": partial(gpt, 3, vocabulary=5, width=8, batch=2),
    "transformer, all seen": partial(gpt, 3, False, vocabulary=5, width=8, batch=2),
    "convolution": partial(pixels, 4, 2, 2),
    "recurrent": partial(sequence, 4, 3, 2, 2),
    "orbit": partial(planet, 4, 2),
    "options": partial(calls, 2),
    "physics": partial(wave, 3, 2),
}
"""The same programs small enough to be walked one Value at a time."""
