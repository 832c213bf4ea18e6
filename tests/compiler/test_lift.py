"""Structure is found, never declared: the same network, however written, gives the same matrix products."""

import random
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import Value, compile, sigmoid, tanh, weighted_sum
from autograd.compiler.plan.instructions import Product
from autograd.compiler.plan.patterns import affine


def tree(terms):
    """The sum of the terms, added in pairs of pairs."""
    if len(terms) == 1:
        return terms[0]
    half = len(terms) // 2
    return tree(terms[:half]) + tree(terms[half:])


def loop(terms):
    z = terms[0]
    for term in terms[1:]:
        z = z + term
    return z


def shuffled(w, a, b):
    """Every neuron's products in an order of its own, added in an association of its own."""
    chance = random.Random(id(w[0]))
    terms = [b, *(p * q if chance.random() < 0.5 else q * p for p, q in zip(w, a, strict=True))]
    chance.shuffle(terms)
    while len(terms) > 1:
        first, second = chance.sample(range(len(terms)), 2)
        together = terms[first] + terms[second]
        terms = [term for at, term in enumerate(terms) if at not in (first, second)] + [together]
    return terms[0]


WRITTEN = {
    "sum": lambda w, a, b: sum(p * q for p, q in zip(w, a, strict=True)) + b,
    "reflected": lambda w, a, b: sum(q * p for p, q in zip(w, a, strict=True)) + b,
    "loop": lambda w, a, b: loop([p * q for p, q in zip(w, a, strict=True)]) + b,
    "bias first": lambda w, a, b: b + sum(p * q for p, q in zip(w, a, strict=True)),
    "reversed": lambda w, a, b: loop([p * q for p, q in zip(w, a, strict=True)][::-1]) + b,
    "tree": lambda w, a, b: tree([b, *(p * q for p, q in zip(w, a, strict=True))]),
    "weighted_sum": weighted_sum,
    "shuffled": shuffled,
}


@pytest.mark.parametrize("layers", [1, 2, 3, 4])
@pytest.mark.parametrize("written", WRITTEN)
def test_an_mlp_has_3n_minus_1_products_and_no_gather(layers, written):
    sizes = [7, 6, 5, 4, 3][: layers + 1]
    rng = np.random.default_rng(0)
    weights = [
        ([[Value(n) for n in row] for row in rng.normal(size=(m, k))], [Value(n) for n in rng.normal(size=m)])
        for k, m in pairwise(sizes)
    ]

    def cost(x, y):
        a = x
        for w, b in weights:
            a = [sigmoid(WRITTEN[written](row, a, bias)) for row, bias in zip(w, b, strict=True)]
        return sum((p - q) ** 2 for p, q in zip(a, y, strict=True))

    plan = compile(cost).record(np.zeros((2, 7)), np.zeros((2, sizes[-1]))).plan
    assert (plan.count(Product), plan.gathers) == (3 * layers - 1, 0)


@pytest.mark.parametrize("layers", [1, 2, 3, 4])
@pytest.mark.parametrize("cost", [nn.squared_error, nn.cross_entropy])
def test_a_network_of_nn_has_3n_minus_1_products_and_no_gather(layers, cost):
    sizes = [7, 6, 5, 4, 3][: layers + 1]
    net = nn.MLP(sizes, output="linear" if cost is nn.cross_entropy else "sigmoid", seed=0)
    plan = compile(lambda x, y: cost(net(x), y)).record(np.zeros((2, 7)), np.zeros((2, sizes[-1]))).plan
    assert (plan.count(Product), plan.gathers) == (3 * layers - 1, 0)


@pytest.mark.parametrize("size", [2, 3, 4, 9])
def test_numbers_multiplied_one_by_one_are_no_matrix_products(size):
    gains = [Value(0.5 + k) for k in range(size)]
    plan = compile(lambda x: sum(tanh(g * a) for g, a in zip(gains, x, strict=True))).record(np.zeros((2, size))).plan
    assert plan.count(Product) == 0 and len(plan.instructions) <= 11


@given(st.integers(0, 50), st.lists(st.tuples(st.integers(1, 4), st.integers(-9, 9)), max_size=4))
def test_a_pattern_reproduces_its_index(base, loops):
    index = np.array([base])
    for count, stride in loops:
        index = (index[:, None] + stride * np.arange(count)).ravel()
    assert_reproduces(index)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=12))
def test_any_index_is_reproduced_or_irregular(index):
    assert_reproduces(np.array(index))


def assert_reproduces(index):
    pattern = affine(index)
    if pattern is None:
        assert len(index) > 2
        return
    made = np.array([pattern.base])
    for count, stride in zip(pattern.counts, pattern.strides, strict=True):
        made = (made[:, None] + stride * np.arange(count)).ravel()
    assert made.tolist() == index.tolist()


def test_rows_that_are_written_one_after_another_lie_one_after_another():
    q, k = ([[Value(0.1 * (i + j)) for j in range(3)] for i in range(2)] for _ in "qk")

    def f(x):
        of_q, of_k = ([sum(w * a for w, a in zip(row, x, strict=True)) for row in rows] for rows in (q, k))
        return sum(a * b for a, b in zip(of_q, of_k, strict=True))

    made = compile(f).record(np.ones((2, 3)))
    # Not a row of q, then one of k, as a walk from the result meets them.
    assert all(a is b for a, b in zip(made.parameters, [v for row in (*q, *k) for v in row], strict=True))
    assert made.plan.gathers == 0
