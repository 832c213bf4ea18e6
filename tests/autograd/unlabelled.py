"""Programs as people write them, without a label: each gives an output and the leaves that it is computed from."""

import math
from functools import reduce
from operator import mul

from autograd import Value, exp, log, sigmoid, tanh, weighted_sum


def _leaves(*numbers):
    return [Value(number) for number in numbers]


def network(inputs=(0.5, -1.0, 0.25)):
    """A 3-2-1 network written with `sum` and `zip`, its inputs floats or Values."""
    first = [_leaves(0.3, -0.2, 0.7), _leaves(-0.5, 0.4, 0.1)]
    b1, second, b2 = _leaves(0.1, -0.3), _leaves(0.8, -0.6), Value(0.2)
    hidden = [tanh(sum(w * x for w, x in zip(row, inputs, strict=True)) + b) for row, b in zip(first, b1, strict=True)]
    out = sigmoid(sum(w * h for w, h in zip(second, hidden, strict=True)) + b2)
    values = [x for x in inputs if isinstance(x, Value)]
    return (out - 1.0) ** 2, [*first[0], *first[1], *b1, *second, b2, *values]


def network_of_values():
    """The same, with Values as inputs."""
    return network(tuple(_leaves(0.5, -1.0, 0.25)))


def network_in_loops():
    """The same with nested loops that add to an accumulator, starting from the bias or from 0."""
    first, b1 = [_leaves(0.3, -0.2, 0.7), _leaves(-0.5, 0.4, 0.1)], _leaves(0.1, -0.3)
    second, b2 = _leaves(0.8, -0.6), Value(0.2)
    inputs, hidden = [0.5, -1.0, 0.25], []
    for row, b in zip(first, b1, strict=True):
        acc = 0.0
        for w, x in zip(row, inputs, strict=True):
            acc = acc + w * x
        hidden.append(tanh(acc + b))
    z = b2
    for w, h in zip(second, hidden, strict=True):
        z += w * h
    return (sigmoid(z) - 1.0) ** 2, [*first[0], *first[1], *b1, *second, b2]


def network_partly_named():
    """The same with a label on a weight, on a z and on the cost."""
    cost, leaves = network()
    leaves[0].label = "w"
    cost.label = "C"
    return cost, leaves


def with_a_start():
    """`sum` with the bias as its start."""
    weights, inputs, b = _leaves(0.3, -0.2, 0.7), [0.5, -1.0, 0.25], Value(0.1)
    return tanh(sum((w * x for w, x in zip(weights, inputs, strict=True)), b)), [*weights, b]


def dot_helper():
    """A helper function for products of vectors, used twice."""

    def dot(a, b):
        total = 0
        for x, y in zip(a, b, strict=True):
            total = total + x * y
        return total

    a, b = _leaves(0.5, -0.25), _leaves(2.0, 3.0)
    return tanh(dot(a, b) - dot(b, b)), [*a, *b]


def squares_summed():
    """A list of squares, summed."""
    outputs, targets = _leaves(0.2, 0.9, -0.4), [0.0, 1.0, 0.5]
    return sum([(a - y) ** 2 for a, y in zip(outputs, targets, strict=True)]), outputs


def mean_of_squares():
    """Regression: the mean of squared errors over samples."""
    w, b, samples = Value(0.7), Value(-0.1), [(0.5, 1.0), (1.5, 2.0), (-1.0, -0.5)]
    errors = [(w * x + b - y) ** 2 for x, y in samples]
    return sum(errors) / len(errors), [w, b]


def with_decay():
    """A cost and a penalty on the weights."""
    w, b = _leaves(0.7, -0.2), Value(-0.1)
    out = sigmoid(sum(wi * x for wi, x in zip(w, [0.5, 2.0], strict=True)) + b)
    return 0.5 * (out - 1) ** 2 + 0.01 * sum(wi * wi for wi in w), [*w, b]


def signs():
    """Negation, differences of differences, units."""
    a, b, c = _leaves(0.5, -0.7, 1.5)
    return tanh(-a * 1.0 - (b - c) - 0 + 1 * (0 + a * c)), [a, b, c]


def products():
    """Chains of factors."""
    a, b, c, d = _leaves(0.5, -0.7, 1.5, 2.0)
    return a * b * c * d + reduce(mul, [a, d, d], 1.0), [a, b, c, d]


def horner():
    """A polynomial by Horner's rule."""
    coefficients, x, value = _leaves(1.5, -2.0, 0.5, 3.0), Value(0.7), 0.0
    for coefficient in coefficients:
        value = value * x + coefficient
    return value, [*coefficients, x]


def softmax_by_hand():
    """Cross-entropy over a softmax that is written out."""
    logits = _leaves(0.5, -0.7, 1.5)
    shares = [exp(z) for z in logits]
    total = sum(shares)
    return -log([share / total for share in shares][1]), logits


def entropy():
    """The cost of a yes or no."""
    w, b = Value(0.4), Value(0.1)
    p = sigmoid(w * 2.0 + b)
    return -(0.3 * log(p) + 0.7 * log(1 - p)), [w, b]


def normalised():
    """A mean and a variance taken out."""
    xs = _leaves(0.5, -0.7, 1.5)
    mean = sum(xs) / len(xs)
    variance = sum((x - mean) ** 2 for x in xs) / len(xs)
    return (xs[0] - mean) / (variance + 1e-5) ** 0.5, xs


def recurrence(steps=4):
    """A recurrent neuron."""
    w, u, h = Value(0.9), Value(0.5), 0.0
    for k in range(steps):
        h = tanh(w * h + u * math.sin(k))
    return (h - 1.0) ** 2, [w, u]


def moving_average():
    """A sum that is scaled at every step."""
    xs, m = _leaves(0.5, -0.7, 1.5, 0.3), 0.0
    for x in xs:
        m = 0.9 * m + 0.1 * x
    return m, xs


def engine_and_hand():
    """The engine's weighted sum among sums that are written out."""
    weights, inputs, b = _leaves(0.3, -0.2), _leaves(0.5, -1.0), Value(0.1)
    return sigmoid(weighted_sum(weights, inputs) + b + inputs[0] * weights[1]), [*weights, *inputs, b]


PROGRAMS = [
    network, network_of_values, network_in_loops, network_partly_named, with_a_start, dot_helper, squares_summed,
    mean_of_squares, with_decay, signs, products, horner, softmax_by_hand, entropy, normalised, recurrence,
    moving_average, engine_and_hand,
]  # fmt: skip
