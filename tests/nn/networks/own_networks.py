"""Networks as people write them: a transformer, a convolution and a recurrent cell, each an `nn.Module` of scalars."""

from itertools import product

import numpy as np

import nn
from autograd import Value, maximum, relu, softmax, tanh, weighted_sum


def table(draws, *shape):
    """Parameters in lists of lists."""
    return [[Value(number) for number in row] for row in draws.normal(0.0, 0.5, shape)]


def plus(a, b):
    return [p + q for p, q in zip(a, b, strict=True)]


class Transformer(nn.Module):
    """Tokens, whole numbers, to the logits of the one that follows each: one block, each place sees those before it."""

    def __init__(self, vocabulary=5, length=4, width=4, heads=2, seed=0):
        draws = np.random.default_rng(seed)
        self.heads, self.tokens, self.places = heads, table(draws, vocabulary, width), table(draws, length, width)
        self.query, self.key, self.value, self.mix = (nn.Layer(width, width, "linear", seed=n) for n in range(4))
        self.norms = nn.LayerNorm(width), nn.LayerNorm(width)
        self.hidden = nn.Sequential(nn.Layer(width, 2 * width, "relu", seed=4), nn.Layer(2 * width, width, "linear"))
        self.hidden[1].weights = draws.normal(0.0, 0.5, (width, 2 * width))
        self.read = nn.Layer(width, vocabulary, "linear", seed=5)

    def __call__(self, tokens):
        seen = [plus(self.tokens[token], place) for token, place in zip(tokens, self.places, strict=True)]
        seen = [plus(x, y) for x, y in zip(seen, self.attention([self.norms[0](x) for x in seen]), strict=True)]
        return [self.read(plus(x, self.hidden(self.norms[1](x)))) for x in seen]

    def attention(self, seen):
        size = len(seen[0]) // self.heads
        parts = [slice(head * size, (head + 1) * size) for head in range(self.heads)]
        queries, keys, values = ([layer(x) for x in seen] for layer in (self.query, self.key, self.value))
        return [
            self.mix([a for part in parts for a in self.looked_up(query, keys[: t + 1], values[: t + 1], part)])
            for t, query in enumerate(queries)
        ]

    def looked_up(self, query, keys, values, part):
        shares = softmax([weighted_sum(query[part], key[part]) / len(query[part]) ** 0.5 for key in keys])
        return [weighted_sum(shares, column) for column in zip(*(value[part] for value in values), strict=True)]


def next_token(logits, tokens):
    """The cross entropy of the tokens that follow, the mean over the places."""
    return sum(nn.cross_entropy(z, token) for z, token in zip(logits, tokens, strict=True)) / len(logits)


class Convolution(nn.Module):
    """Images of 6x6 to classes: kernels of 3x3, relu, the largest of each 2x2, a layer."""

    def __init__(self, kernels=2, classes=3, seed=0):
        draws = np.random.default_rng(seed)
        self.kernels, self.biases = [table(draws, 3, 3) for _ in range(kernels)], [Value(0.0) for _ in range(kernels)]
        self.read = nn.Layer(4 * kernels, classes, "softmax", seed=seed)

    def __call__(self, image):
        maps = [self.convolved(image, *each) for each in zip(self.kernels, self.biases, strict=True)]
        return self.read([largest for seen in maps for largest in self.pooled(seen)])

    def convolved(self, image, kernel, bias):
        inner = range(len(image) - 2)
        flat = [w for row in kernel for w in row]
        return [
            [
                relu(weighted_sum(flat, [image[i + a][j + b] for a, b in product(range(3), repeat=2)], bias))
                for j in inner
            ]
            for i in inner
        ]

    def pooled(self, seen):
        for i, j in product(range(0, len(seen), 2), repeat=2):
            yield maximum(maximum(seen[i][j], seen[i][j + 1]), maximum(seen[i + 1][j], seen[i + 1][j + 1]))


class Recurrent(nn.Module):
    """A sequence of vectors to one number: tanh units, whose last state a layer reads."""

    def __init__(self, inputs=2, hidden=3, seed=0):
        draws = np.random.default_rng(seed)
        self.seen, self.before = table(draws, hidden, inputs), table(draws, hidden, hidden)
        self.shift = [Value(0.0) for _ in range(hidden)]
        self.read = nn.Layer(hidden, 1, "linear", seed=seed)

    def __call__(self, sequence):
        state = [0.0] * len(self.shift)
        for x in sequence:
            units = zip(self.seen, self.before, self.shift, strict=True)
            state = [tanh(weighted_sum(w, x, b) + weighted_sum(u, state)) for w, u, b in units]
        return self.read(state)[0]


def sentences(samples=12, vocabulary=5, length=4):
    """Tokens that count on by one or two: (X, Y) of whole numbers."""
    draws = np.random.default_rng(0)
    first, stride = draws.integers(0, vocabulary, (samples, 1)), draws.integers(1, 3, (samples, 1))
    tokens = (first + stride * np.arange(length + 1)) % vocabulary
    return tokens[:, :-1], tokens[:, 1:]


def images(samples=12):
    """A line across, a line down, or noise alone, and which it is."""
    draws = np.random.default_rng(0)
    kinds = np.arange(samples) % 3
    X = draws.normal(0.0, 0.1, (samples, 6, 6))
    for image, kind, at in zip(X, kinds, draws.integers(1, 5, samples), strict=True):
        if kind < 2:
            image[(at, slice(None)) if kind else (slice(None), at)] += 1.0
    return X, kinds


def sequences(samples=12, steps=5):
    """Pairs of numbers, and the sum of the products of each."""
    X = np.random.default_rng(0).normal(size=(samples, steps, 2))
    return X, np.tanh((X[..., 0] * X[..., 1]).sum(axis=1))


NETWORKS = {
    "transformer": (Transformer, next_token, sentences),
    "convolution": (Convolution, nn.cross_entropy, images),
    "recurrent": (Recurrent, nn.squared_error, sequences),
}
"""By name: how it is made, its cost, and samples to learn from."""
