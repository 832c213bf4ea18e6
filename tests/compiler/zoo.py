"""Scalar programs as people write them, small enough for tests: each gives a cost of one sample and a batch."""

import numpy as np

from autograd import Value, exp, gradient, log, logsumexp, maximum, relu, sigmoid, softmax, sqrt, tanh, where

ROWS = 5


def values(rng, *shape):
    numbers = rng.normal(0.0, 0.5, shape)
    return [Value(n) for n in numbers] if len(shape) == 1 else [[Value(n) for n in row] for row in numbers]


def dot(a, b):
    return sum(p * q for p, q in zip(a, b, strict=True))


def times(matrix, x):
    return [dot(row, x) for row in matrix]


def normed(x):
    scale = (dot(x, x) / len(x) + 1e-5) ** -0.5
    return [n * scale for n in x]


def transformer(rng):
    """Embeddings, causal attention by heads, a hidden layer, the cross entropy of the next token."""
    length, width, heads, tokens = 3, 4, 2, 5
    of_token, of_place, out = values(rng, tokens, width), values(rng, length, width), values(rng, tokens, width)
    q, k, v, o = (values(rng, width, width) for _ in range(4))
    up, down = values(rng, 6, width), values(rng, width, 6)

    def attended(xs, t):
        size, mixed = width // heads, []
        for h in range(heads):
            own = slice(h * size, (h + 1) * size)
            query = times(q, xs[t])[own]
            weights = softmax([dot(query, times(k, x)[own]) / size**0.5 for x in xs[: t + 1]])
            contents = [times(v, x)[own] for x in xs[: t + 1]]
            mixed += [dot(weights, [c[j] for c in contents]) for j in range(size)]
        return [a + b for a, b in zip(times(o, mixed), xs[t], strict=True)]

    def cost(x, y):
        xs = []
        for t in range(length):
            hot = x[t * tokens : (t + 1) * tokens]
            xs.append(normed([dot(hot, [row[d] for row in of_token]) + of_place[t][d] for d in range(width)]))
        xs = [attended(xs, t) for t in range(length)]
        xs = [[a + b for a, b in zip(times(down, [relu(z) for z in times(up, normed(x))]), x, strict=True)] for x in xs]
        z = times(out, xs[-1])
        return logsumexp(z) - dot(y, z)

    one = np.eye(tokens)
    return cost, (one[rng.integers(0, tokens, (ROWS, length))].reshape(ROWS, -1), one[rng.integers(0, tokens, ROWS)])


def convolution(rng):
    """Two 2x2 kernels over 4x4 pixels, relu, pooling, a dense layer."""
    kernels, biases, dense = [values(rng, 2, 2) for _ in range(2)], values(rng, 2), values(rng, 3, 2)

    def cost(x, y):
        pooled = []
        for kernel, bias in zip(kernels, biases, strict=True):
            seen = [
                relu(sum(kernel[a][b] * x[4 * (i + a) + j + b] for a in range(2) for b in range(2)) + bias)
                for i in range(3)
                for j in range(3)
            ]
            pooled.append(maximum(maximum(seen[0], seen[4]), maximum(seen[8], seen[2])))
        return -dot(y, [log(p) for p in softmax(times(dense, pooled))])

    return cost, (rng.random((ROWS, 16)), np.eye(3)[rng.integers(0, 3, ROWS)])


def recurrent(rng):
    """tanh units over a sequence."""
    w, h, b = values(rng, 3, 2), values(rng, 3, 3), values(rng, 3)

    def cost(x, y):
        state = [0.0] * 3
        for t in range(4):
            seen, before = times(w, x[2 * t : 2 * t + 2]), times(h, state)
            state = [tanh(p + q + c) for p, q, c in zip(seen, before, b, strict=True)]
        return (sum(state) - y) ** 2

    return cost, (rng.random((ROWS, 8)), rng.random(ROWS))


def orbit(rng):
    """A chain of scalars in which no matrix hides."""
    mass, speed = Value(1.0, "m"), Value(1.1, "speed")

    def cost(start):
        x, y, vx, vy = start, 0.0 * start, 0.0 * start, speed * 1.0
        for _ in range(6):
            cubed = (x * x + y * y) ** 1.5
            vx, vy = vx - 0.1 * mass * x / cubed, vy - 0.1 * mass * y / cubed
            x, y = x + 0.1 * vx, y + 0.1 * vy
        return (x - 1) ** 2 + y**2

    return cost, (rng.uniform(0.9, 1.1, ROWS),)


def options(rng):
    """The price of a call, the distribution by a logistic curve."""
    s, v, r = Value(100.0), Value(0.2), Value(0.05)

    def cost(k, t):
        d = (log(s / k) + (r + v * v / 2) * t) / (v * sqrt(t))
        return s * sigmoid(1.702 * d) - k * exp(-r * t) * sigmoid(1.702 * (d - v * sqrt(t)))

    return cost, (rng.uniform(80, 120, ROWS), rng.uniform(0.1, 2, ROWS))


def physics(rng):
    """A network whose second derivative obeys u'' = -u."""
    w, b, v = values(rng, 4), values(rng, 4), values(rng, 4)

    def cost(x):
        u = dot(v, [tanh(p * x + q) for p, q in zip(w, b, strict=True)])
        slope = gradient(u, x, create_graph=True)
        return (gradient(slope, x, create_graph=True) + u) ** 2

    return cost, (rng.random(ROWS),)


def decayed(rng):
    """Two layers with weight decay, a branch that all rows take, and one that each chooses."""
    w, v = values(rng, 4, 3), values(rng, 4)

    def cost(x, y):
        a = [sigmoid(z) if x[0] < 2 else z for z in times(w, x)]
        z = where(x[1] > 0.5, dot(v, a), -dot(v, a))
        return (z - y) ** 2 + 0.01 * sum(n * n for row in w for n in row)

    return cost, (rng.random((ROWS, 3)), rng.random(ROWS))


def embedded(rng):
    """Rows of two tables for a sequence of integers, a dense layer, and a table of numbers for the last."""
    of_token, of_place, w = values(rng, 6, 2), values(rng, 3, 2), values(rng, 4, 2)
    scales = rng.random(6).tolist()

    def cost(tokens, y):
        xs = [[a + b for a, b in zip(of_token[t], of_place[k], strict=True)] for k, t in enumerate(tokens)]
        seen = [sum(x[d] for x in xs) for d in range(2)]
        return (sum(tanh(z) for z in times(w, seen)) * scales[tokens[-1]] - y) ** 2

    return cost, (rng.integers(-6, 6, (ROWS, 3)), rng.random(ROWS))


ZOO = {
    made.__name__: made for made in (transformer, convolution, recurrent, orbit, options, physics, decayed, embedded)
}
"""By name, what makes a program and its batch of a random generator."""


def made(name):
    """The cost and the arrays of one of the zoo, the same each time."""
    return ZOO[name](np.random.default_rng(0))
