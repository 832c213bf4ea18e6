"""Compiled functions give the numbers of the scalar engine: values, and the mean of the gradients."""

import random
from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import (
    Value,
    compile,
    gradient,
    log_softmax,
    logsumexp,
    maximum,
    minimum,
    sigmoid,
    softmax,
    tanh,
    total,
    weighted_sum,
    where,
)
from autograd.compiler import order
from autograd.compiler.backends.base import Unfit
from autograd.compiler.backends.numpy.program import NumPyProgram

ROWS = 4
UNARY = ["exp", "sin", "cos", "tanh", "sigmoid", "relu", "softplus"]
OPERATIONS = [
    *UNARY, "log", "sqrt", "negative", "absolute", "add", "subtract", "multiply", "divide", "square", "power",
    "maximum", "minimum", "where", "logsumexp", "softmax", "weighted_sum", "total", "detach",
]  # fmt: skip
STEPS = st.lists(st.tuples(st.sampled_from(OPERATIONS), *[st.integers(0, 99)] * 3), min_size=1, max_size=25)


def step(name, a, b, c):
    """One operation of the table, its operands kept in its domain and its result in -3..3."""
    if name in UNARY:
        return getattr(autograd, name)(tanh(a) if name == "exp" else a)
    positive = sigmoid(a) + 0.5
    made = {
        "log": lambda: autograd.log(positive),
        "sqrt": lambda: autograd.sqrt(positive),
        "negative": lambda: -a,
        "absolute": lambda: abs(a),
        "add": lambda: a + b,
        "subtract": lambda: a - b,
        "multiply": lambda: a * b,
        "divide": lambda: b / positive,
        "square": lambda: a**2,
        "power": lambda: positive ** tanh(b),
        "maximum": lambda: maximum(a, b),
        "minimum": lambda: minimum(a, b),
        "where": lambda: where(a < b, b, c),
        "logsumexp": lambda: logsumexp([a, b, c]),
        "softmax": lambda: softmax([a, b, c])[0],
        "weighted_sum": lambda: weighted_sum([a, b], [b, c], a),
        "total": lambda: total([a, b, c]),
        "detach": lambda: a.detach() * b,
    }[name]()
    return 3 * tanh(made / 3)


def random_function(steps, parameters, as_list=False):
    def function(x, u):
        nodes = [*x, u, *parameters, Value(0.75)]
        for name, i, j, k in steps:
            nodes.append(step(name, *(nodes[index % len(nodes)] for index in (i, j, k))))
        made = nodes[len(parameters) + 5 :]
        return [*made, parameters[0] * nodes[0]] if as_list else total([*made, parameters[0] * parameters[1] ** 2])

    return function


def eager(function, parameters, arrays):
    """Row by row with Values: the outputs and the mean gradient."""
    outputs, slopes = [], np.zeros(len(parameters))
    for row in range(len(arrays[0])):
        sample = [Value(a[row]) if a.ndim == 1 else [Value(n) for n in a[row]] for a in arrays]
        output = function(*sample)
        outputs.append(output.data)
        slopes += gradient(output, list(parameters))
    return np.array(outputs), slopes / len(arrays[0])


def assert_same(function, arrays, rtol=1e-11, atol=1e-11, **options):
    """Values and gradients within `atol` plus `rtol` of the scalar engine's."""
    f = compile(function, **options)
    outputs = f(*arrays)
    expected, slopes = eager(function, f.parameters, arrays)
    np.testing.assert_allclose(outputs, expected, rtol, atol)
    cost, found = f.gradient(*arrays)
    np.testing.assert_allclose(cost, expected.mean(), rtol, atol)
    np.testing.assert_allclose(found, slopes, rtol, atol)
    return f


def data(seed, *shapes):
    rng = np.random.default_rng(seed)
    return [rng.uniform(-1.5, 1.5, shape) for shape in shapes]


def values(seed, *shape):
    numbers = data(seed, shape)[0]
    return [Value(n) for n in numbers] if len(shape) == 1 else [[Value(n) for n in row] for row in numbers]


@given(STEPS, st.integers(0, 1000))
def test_random_graphs(steps, seed):
    assert_same(random_function(steps, values(seed, 3)), data(seed + 1, (ROWS, 3), ROWS))


@given(STEPS, st.integers(0, 1000))
def test_random_graphs_in_single_precision(steps, seed):
    # Inputs that float32 holds, so that no comparison turns out otherwise by rounding them.
    smooth = [s for s in steps if s[0] not in ("where", "relu", "maximum", "minimum", "absolute")]
    arrays = [np.float32(a) for a in data(seed + 1, (ROWS, 3), ROWS)]
    assert_same(random_function(smooth, values(seed, 3)), arrays, 2e-3, 2e-3, dtype=np.float32)


@given(STEPS, st.integers(0, 1000))
def test_random_graphs_of_several_outputs(steps, seed):
    function, arrays = random_function(steps, values(seed, 3), as_list=True), data(seed + 1, (ROWS, 3), ROWS)
    found = compile(function)(*arrays)
    for row in range(ROWS):
        expected = [v.data for v in function([Value(n) for n in arrays[0][row]], Value(arrays[1][row]))]
        np.testing.assert_allclose(found[row], expected, 1e-11, 1e-11)


@contextmanager
def run_differently(rows, by_row):
    """Batches in parts of so many rows; and `by_row` with the scalar engine, as after a program that failed."""

    def failing(*_):
        raise Unfit

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(NumPyProgram, "rows_at_once", rows)
        for name in ("outputs", "gradient") if by_row else ():
            patch.setattr(NumPyProgram, name, failing)
        yield


DIFFERENTLY = st.sampled_from([(1, False), (2, False), (3, False), (1, True), (3, True), (99, True)])


@given(STEPS, st.integers(0, 1000), DIFFERENTLY)
def test_random_graphs_in_chunks_and_row_by_row(steps, seed, differently):
    with run_differently(*differently):
        assert_same(random_function(steps, values(seed, 3)), data(seed + 1, (ROWS, 3), ROWS))


@given(STEPS, st.integers(0, 1000), DIFFERENTLY, st.lists(st.integers(0, 99), min_size=1, max_size=6))
def test_random_outputs_in_chunks_and_row_by_row(steps, seed, differently, chosen):
    """Among them inputs, parameters, constants and duplicates."""
    parameters = values(seed, 3)
    graph, arrays = random_function(steps, parameters, as_list=True), data(seed + 1, (ROWS, 3), ROWS)

    def function(x, u):
        offered = [*graph(x, u), *x, u, *parameters, 0.5, 2, Value(0.25), *[parameters[0] * parameters[1]] * 2]
        return [parameters[0] * u, *(offered[k % len(offered)] for k in chosen)]

    with run_differently(*differently):
        found = compile(function)(*arrays)
    for row in range(ROWS):
        made = function([Value(n) for n in arrays[0][row]], Value(arrays[1][row]))
        np.testing.assert_allclose(found[row], [v.data if isinstance(v, Value) else v for v in made], 1e-11, 1e-11)


def dot(a, b):
    return sum(p * q for p, q in zip(a, b, strict=True))


def test_attention_over_a_short_sequence():
    q, k, v = (values(seed, 2, 2) for seed in (1, 2, 3))

    def cost(x, y):
        tokens = [x[i : i + 2] for i in (0, 2, 4)]
        queries, keys, contents = ([[dot(row, t) for row in m] for t in tokens] for m in (q, k, v))
        result = 0.0
        for query in queries:
            weights = softmax([dot(query, key) / 2**0.5 for key in keys])
            result += sum((dot(weights, [c[i] for c in contents]) - y) ** 2 for i in range(2))
        return result

    assert_same(cost, data(0, (5, 6), 5))


def test_recurrent_cell_unrolled_20_steps():
    w, r, b = values(1, 3), values(2, 3, 3), values(3, 3)

    def cost(x, y):
        h = [0.0] * 3
        for t in range(20):
            h = [tanh(w[i] * x[t] + dot(r[i], h) + b[i]) for i in range(3)]
        return (sum(h) - y) ** 2

    assert_same(cost, data(0, (6, 20), 6), 1e-9, 1e-10)


def test_gates_residuals_weight_sharing_and_decay():
    w, g, b = values(1, 3, 3), values(2, 3, 3), values(3, 3)

    def cost(x, y):
        h = list(x)
        for _ in range(4):
            gate = [sigmoid(dot(row, h)) for row in g]
            h = [h[i] + gate[i] * tanh(dot(w[i], h) + b[i]) for i in range(3)]
        return (sum(h) - y) ** 2 + 0.1 * sum(n**2 for row in w for n in row)

    assert_same(cost, data(0, (5, 3), 5))


def test_convolution():
    kernel, out = values(1, 3), values(2, 6)
    assert_same(
        lambda x, y: (dot(out, [tanh(dot(kernel, x[i : i + 3])) for i in range(6)]) - y) ** 2, data(0, (5, 8), 5)
    )


def test_cross_entropy():
    w = values(1, 4, 3)
    assert_same(lambda x, y: -dot(y, log_softmax([dot(row, x) for row in w])), data(0, (5, 3), (5, 4)))


def positions(chance, rows, columns, size):
    """Which of `size` numbers are read for each row and column: in strides, in order, reversed, one, or any."""
    base, down, along = (chance.randint(low, 3) for low in (0, -2, -2))
    pattern = {
        "strided": lambda i, j: base + i * down + j * along,
        "ordered": lambda i, j: i * columns + j,
        "reversed": lambda i, j: -1 - (i * columns + j),
        "one": lambda i, j: base,
        "any": lambda i, j: chance.randrange(size),
    }[chance.choice(["strided", "ordered", "reversed", "one", "any"])]
    return [[pattern(i, j) % size for j in range(columns)] for i in range(rows)]


@given(st.integers(0, 10**6))
def test_whatever_positions_are_read(seed):
    chance = random.Random(seed)
    rows, columns, size = chance.randint(1, 4), chance.randint(1, 4), chance.randint(6, 14)
    p, two = values(seed, size), chance.random() < 0.5
    a, b, c = (positions(chance, rows, columns, n) for n in (size, size, rows))

    def cost(x, y):
        h = [sigmoid(dot([p[k] for k in a[i]], [x[k] for k in b[i]])) for i in range(rows)]
        if two:
            h = [tanh(dot([p[k] for k in b[i]], [h[k] for k in c[i]]) + x[a[i][0]]) for i in range(rows)]
        ends = [h[c[i][0]] * x[b[i][-1]] - p[a[i][-1]] for i in range(rows)]
        return sum((end - y) ** 2 for end in ends) + sum(h[c[i][-1]] * h[i] for i in range(rows))

    assert_same(cost, data(seed + 1, (3, size), 3), 1e-9, 1e-10)


def test_second_derivatives_compile():
    w = values(1, 3)

    def cost(x):
        z = tanh(dot(w, x)) ** 3
        return sum(d**2 for d in gradient(z, w, create_graph=True))

    assert_same(cost, data(0, (5, 3)))


@pytest.mark.parametrize("rows", [1, 2, 33])
def test_any_batch_size_also_in_chunks(rows, monkeypatch):
    w = values(1, 4, 3)

    def cost(x):
        return sum(sigmoid(dot(row, x)) ** 2 for row in w)

    arrays = data(0, (rows, 3))
    whole = assert_same(cost, arrays).gradient(*arrays)
    monkeypatch.setattr(NumPyProgram, "rows_at_once", 7)
    f = assert_same(cost, arrays)
    chunked = f.gradient(*arrays)
    np.testing.assert_allclose(chunked[1], whole[1], 1e-12, 1e-15)
    f.backward(*arrays)
    assert [p.grad for p in f.parameters] == chunked[1].tolist()


def test_a_parameter_used_twice_beside_one_used_once_is_not_left_over_from_before():
    """Found by the random graphs: an array of the gradient that was added to, and never cleared."""
    p, q, r = values(0, 3)

    def cost(x):
        return autograd.exp(tanh(p)) + autograd.exp(tanh(r)) + p * q**2 + p * x

    f = assert_same(cost, data(1, ROWS))
    first = f.gradient(*data(1, ROWS))[1]
    for _ in range(3):
        np.testing.assert_array_equal(f.gradient(*data(1, ROWS))[1], first)


@pytest.mark.parametrize("scale", [1.0, 1e100, 1e160, 1e-200])
def test_a_large_gradient_is_finite_where_the_scalar_engine_s_is(scale):
    """Its finiteness is bounded by its factors; where their squares overflow, every number is looked at."""
    w = values(1, 60, 80)

    def cost(x):
        return sum(tanh(dot(row, [n / scale for n in x])) for row in w)

    assert_same(cost, [scale * a for a in data(0, (3, 80))], atol=1e-14)


def test_a_program_of_many_lines_runs_in_pieces(monkeypatch):
    # Steps that repeat would be one line.
    monkeypatch.setattr(order, "recurrences_of", lambda atoms: [])
    w = Value(0.9)

    def cost(x):
        for _ in range(300):
            x = [autograd.sin(w * v) for v in x]
        return total(x) ** 2

    f = assert_same(cost, data(0, (3, 4)))
    assert f.source.count("\n") > 4000
