"""Sums and softmaxes of several lengths, as causal attention has them: few arrays, and the scalar engine's numbers."""

from dataclasses import replace
from functools import reduce

import numpy as np
import pytest

from autograd import Value, compile, exp, gradient, log_softmax, logsumexp, maximum, softmax, tanh
from autograd.compiler.plan.builder import Builder
from autograd.compiler.plan.instructions import LogSumExp, Map, Product, Ref, Sum
from autograd.compiler.plan.interpret import interpret
from autograd.compiler.plan.plan import Plan
from autograd.compiler.plan.ragged import Ragged, filled_up
from autograd.compiler.plan.shares import LogSoftmax
from autograd.compiler.plan.validate import validate

ROWS, WIDTH = 3, 4


def by_hand(z):
    e = [exp(v) for v in z]
    whole = sum(e)
    return [v / whole for v in e]


SOFTMAXES = {
    "by hand": by_hand,
    "softmax": softmax,
    "log_softmax": lambda z: [exp(v) for v in log_softmax(z)],
    "logsumexp": lambda z: [exp(v - logsumexp(z)) for v in z],
}


def less_the_largest(z):
    e = [exp(v - reduce(maximum, z)) for v in z]
    return [v / sum(e) for v in e]


def less_what_is_largest_here(z):
    largest = max(z)
    e = [exp(v - largest) for v in z]
    return [v / sum(e) for v in e]


STABLE = {own.__name__: own for own in (less_the_largest, less_what_is_largest_here)}
SEEN = {
    "causal": lambda t, n: range(t + 1),
    "from here on": lambda t, n: range(t, n),
    "a window": lambda t, n: range(max(0, t - 2), min(n, t + 3)),
    "two documents": lambda t, n: range(3) if t < 3 else range(3, n),
    "every second": lambda t, n: [u for u in range(n) if (t + u) % 2 == 0],
    "last first": lambda t, n: range(n - 1, n - 2 - t, -1),
}


def matrix(rng, rows, columns):
    return [[Value(v) for v in row] for row in rng.normal(0, 0.5, (rows, columns))]


def dot(a, b):
    return sum(p * q for p, q in zip(a, b, strict=True))


def attention(seen, shares, length, heads=2, layers=1):
    """A cost of some layers of attention over the positions of a sequence."""
    rng, size = np.random.default_rng(0), WIDTH // heads
    blocks = [[matrix(rng, WIDTH, WIDTH) for _ in range(4)] for _ in range(layers)]

    def cost(x):
        xs = [x[t * WIDTH : (t + 1) * WIDTH] for t in range(length)]
        for block in blocks:
            q, k, v = ([[dot(row, x) for row in own] for x in xs] for own in block[:3])
            after = []
            for t in range(length):
                mixed = []
                for h in range(heads):
                    own = slice(h * size, (h + 1) * size)
                    places = seen(t, length)
                    a = shares([dot(q[t][own], k[u][own]) / size**0.5 for u in places])
                    mixed += [dot(a, [v[u][j] for u in places]) for j in range(WIDTH)[own]]
                after.append([tanh(dot(row, mixed) + p) for row, p in zip(block[3], xs[t], strict=True)])
            xs = after
        return sum(p * p for x in xs for p in x)

    parameters = [w for block in blocks for own in block for row in own for w in row]
    return cost, np.random.default_rng(1).normal(0, 1, (ROWS, length * WIDTH)), parameters


def agree_with_the_scalar_engine(f, cost, x, parameters):
    mean, slopes = f.gradient(x)
    costs = [cost([Value(v) for v in row]) for row in x]
    by_leaf = dict(zip(f.parameters, slopes, strict=True))
    expected = np.mean([gradient(one, parameters) for one in costs], axis=0)
    assert mean == pytest.approx(np.mean([one.data for one in costs]), rel=1e-12)
    np.testing.assert_allclose([by_leaf[p] for p in parameters], expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("shares", [*SOFTMAXES, *STABLE])
@pytest.mark.parametrize("seen", SEEN)
def test_attention_of_any_lengths_is_the_scalar_engine_s(seen, shares):
    cost, x, parameters = attention(SEEN[seen], {**SOFTMAXES, **STABLE}[shares], 5)
    agree_with_the_scalar_engine(compile(cost), cost, x, parameters)


def instructions(seen, shares, **sizes):
    cost, x, _ = attention(SEEN[seen], SOFTMAXES[shares], **sizes)
    f = compile(cost)
    return len(f.record(x).plan.instructions)


@pytest.mark.parametrize("shares", SOFTMAXES)
@pytest.mark.parametrize("seen", ["causal", "from here on", "last first"])
def test_instructions_grow_neither_with_positions_nor_with_heads(seen, shares):
    few = instructions(seen, shares, length=4)
    assert instructions(seen, shares, length=7) <= few
    assert instructions(seen, shares, length=4, heads=4) <= few + 4
    assert instructions(seen, shares, length=4, layers=2) <= 2 * few


def test_ends_of_chains_of_many_lengths_come_to_one_array():
    """A chain of maxima for each length has an instruction for each step, and what is made of its end none."""

    def count(length):
        cost, x, _ = attention(SEEN["causal"], less_the_largest, length)
        return len(compile(cost).record(x).plan.instructions)

    assert count(8) - count(6) <= 2 * 8


def test_running_sums_are_read_from_one_array():
    def cost(x):
        run, seen = x[0], []
        for v in x[1:]:
            run = run + v
            seen.append(tanh(run))
        return sum(seen)

    f = compile(cost)
    x = np.random.default_rng(0).normal(size=(ROWS, 9))
    assert f(x)[0] == pytest.approx(np.tanh(np.cumsum(x[0])[1:]).sum(), rel=1e-12)
    names = [made.name for made in f.plan.instructions if isinstance(made, Map)]
    assert names.count("tanh") == 1


def means(lengths):
    """A layer of the means of sets of so many members."""
    w = matrix(np.random.default_rng(0), 3, 2)

    def cost(x):
        layers, start = [], 0
        for length in lengths:
            rows = [x[2 * (start + k) : 2 * (start + k) + 2] for k in range(length)]
            mean = [sum(row[d] for row in rows) / length for d in range(2)]
            layers += [tanh(dot(row, mean)) for row in w]
            start += length
        return sum(layers)

    return cost, np.random.default_rng(1).normal(size=(ROWS, 2 * sum(lengths))), [v for row in w for v in row]


def test_means_of_many_lengths_are_scaled_by_one_array():
    cost, x, parameters = means((3, 1, 4, 2))
    f = compile(cost)
    agree_with_the_scalar_engine(f, cost, x, parameters)
    plan = f.plan
    assert plan.count(Product) == 2 and plan.count(Ragged) == 1
    cost, x, _ = means((1, 2, 3, 4, 5, 6, 7))
    assert len(compile(cost).record(x).plan.instructions) == len(plan.instructions)


def test_sums_that_run_past_an_end_are_of_the_same_product():
    """A convolution that leaves out what lies beyond the ends reads zeros there."""
    kernels = matrix(np.random.default_rng(0), 2, 3)

    def cost(x):
        places = [
            [(i + a - 1, w) for a, w in enumerate(kernel) if 0 <= i + a - 1 < 7] for kernel in kernels for i in range(7)
        ]
        return sum(tanh(sum(w * x[k] for k, w in own)) ** 2 for own in places)

    f = compile(cost)
    x = np.random.default_rng(1).normal(size=(ROWS, 7))
    agree_with_the_scalar_engine(f, cost, x, [w for kernel in kernels for w in kernel])
    assert f.plan.count(Product) == 2


def test_one_weight_by_runs_of_many_lengths_is_one_array():
    def plan(length):
        weight = Value(0.5)

        def cost(x):
            return sum(tanh(sum(weight * x[u] for u in range(t + 1))) for t in range(length))

        f = compile(cost)
        agree_with_the_scalar_engine(f, cost, np.random.default_rng(0).normal(size=(ROWS, length)), [weight])
        return f.plan

    assert len(plan(7).instructions) == len(plan(5).instructions)


def test_scores_and_mixing_are_one_product_each():
    cost, x, _ = attention(SEEN["causal"], by_hand, 6)
    plan = compile(cost).record(x).plan
    forward = [made for made in plan.instructions if isinstance(made, Product) and "k" not in made.contraction.out]
    assert sum("s" in made.contraction.out for made in forward) >= 2
    assert plan.count(Product) <= 14


def test_what_nobody_reads_may_overflow():
    """Of the dense product of scores the part above the triangle is infinite, and not asked for."""

    def cost(x, y):
        shown = [softmax([x[t] * y[u] + y[u] * x[t] * y[t] for u in range(t + 1)]) for t in range(4)]
        return sum(a[0] * b for a, b in zip(shown, x, strict=True))

    w = Value(1.0)
    x, y = np.array([[1e200, 1e-200, 1e-250, 1e-250]]), np.array([[1e-200, 1e-10, 1e150, 1e200]])
    f = compile(lambda x, y: w * cost(x, y))
    assert f(x, y)[0] == pytest.approx(cost([Value(v) for v in x[0]], [Value(v) for v in y[0]]).data, rel=1e-12)


def test_sums_that_only_differ_in_length_and_are_few_stay_apart():
    w = [Value(0.1 * k) for k in range(9)]
    f = compile(lambda x: dot(w, x) * dot(w[4:], x[4:]))
    plan = f.record(np.ones((2, 9))).plan
    assert plan.count(Ragged) == 0


# The instruction


def ragged_plan(kind, lengths):
    builder = Builder()
    x = builder.array(sum(lengths), True, kind="input", source=0)
    p = builder.array(1, False, kind="parameters")
    return Plan(builder.instructions, builder.arrays, p, builder.of_runs(kind, [Ref(x)], lengths))


@pytest.mark.parametrize("kind", [Sum, LogSumExp, LogSoftmax])
def test_a_ragged_instruction_is_that_of_each_run(kind):
    lengths = (1, 3, 2)
    x = np.random.default_rng(0).normal(size=(ROWS, 6))
    found = interpret(ragged_plan(kind, lengths), [x], [0.0]).outputs
    runs = np.split(x, [1, 4], axis=1)
    of_run = {
        Sum: lambda a: a.sum(axis=1, keepdims=True),
        LogSumExp: lambda a: np.log(np.exp(a).sum(axis=1, keepdims=True)),
        LogSoftmax: lambda a: a - np.log(np.exp(a).sum(axis=1, keepdims=True)),
    }[kind]
    np.testing.assert_allclose(found, np.concatenate([of_run(run) for run in runs], axis=1), rtol=1e-12, atol=1e-12)


def test_equal_lengths_are_no_ragged_instruction():
    assert [type(made) for made in ragged_plan(Sum, (2, 2)).instructions] == [Sum]


@pytest.mark.parametrize(
    ("lengths", "told"),
    [
        ((1, 4), "5 numbers in runs"),
        ((3, 3), "equal lengths"),
        ((6, 0), "no length"),
    ],
)
def test_runs_that_do_not_fit_are_no_plan(lengths, told):
    plan = ragged_plan(Sum, (4, 2))
    with pytest.raises(AssertionError, match=told):
        validate(replace(plan, instructions=[replace(plan.instructions[0], lengths=lengths)]))


@pytest.mark.parametrize(
    "lengths", [(1, 2, 3, 4), (1, 1, 1, 1, 1, 1, 1, 40), (7, 1), (1, 2, 4, 8, 16, 32, 64, 128, 1, 1)]
)
def test_runs_are_filled_up_to_few_lengths_with_little_filling(lengths):
    groups = filled_up(lengths)
    assert sorted(np.concatenate([group.runs for group in groups])) == list(range(len(lengths)))
    assert sum(group.real.size for group in groups) <= 4 * sum(lengths)
    assert sorted(np.concatenate([group.places[group.real] for group in groups])) == list(range(sum(lengths)))
    assert len(groups) <= 1 + np.log2(max(lengths))


def test_jax_computes_what_is_ragged():
    pytest.importorskip("jax", reason='JAX is not installed: pip install "scalar-autograd[jax]"')
    cost, x, parameters = attention(SEEN["causal"], softmax, 4)
    agree_with_the_scalar_engine(compile(cost, backend="jax"), cost, x, parameters)


def test_the_plan_of_causal_attention_maps_each_operation_once():
    cost, x, _ = attention(SEEN["causal"], by_hand, 6)
    plan = compile(cost).record(x).plan
    names = [made.name for made in plan.instructions if isinstance(made, Map)]
    assert names.count("exp") == 1 and names.count("tanh") == 1
