"""The reverse pass: what `backward` and `gradient` promise about every graph."""

import math
import threading
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import (
    Value,
    exp,
    gradient,
    logsumexp,
    maximum,
    no_grad,
    sigmoid,
    softplus,
    sqrt,
    tanh,
    total,
    weighted_sum,
    where,
)
from autograd.errors import DomainError, GraphError, OperandError
from autograd.graph import topological_order
from autograd.reverse import local_partial
from autograd.value import constant

MILLION = 1_000_000
small = st.floats(-2.0, 2.0)


def neuron():
    """The document's a = sigma(w a + b), C = (a - y)^2."""
    w, a, b = Value(0.8, label="w"), Value(0.6, label="a"), Value(-0.2, label="b")
    return w, a, b, (sigmoid(w * a + b) - 1.0) ** 2


def test_the_documents_neuron():
    w, a, b, c = neuron()
    c.backward()
    out = 1 / (1 + math.exp(-0.28))
    dz = 2 * (out - 1) * out * (1 - out)
    assert [w.grad, a.grad, b.grad] == pytest.approx([0.6 * dz, 0.8 * dz, dz], rel=1e-15)


def test_operands_keep_their_order_and_their_multiplicity():
    a, b = Value(2.0), Value(3.0)
    assert [id(o) for o in (a - b).operands] == [id(a), id(b)]
    assert [id(o) for o in (b - a).operands] == [id(b), id(a)]
    assert [id(o) for o in (a * a).operands] == [id(a), id(a)]
    assert gradient(a * a, a) == 4.0
    assert gradient(a + a, a) == 2.0
    assert gradient(a - a, a) == 0.0
    assert gradient(a / a, a) == 0.0
    assert gradient(weighted_sum([a, b], [a, a]), a) == 2 * 2.0 + 3.0


def test_a_second_backward_exactly_doubles_the_leaves():
    *leaves, c = neuron()
    c.backward()
    once = [leaf.grad for leaf in leaves]
    c.backward()
    assert [leaf.grad for leaf in leaves] == [2 * grad for grad in once]


def test_leaves_accumulate_over_outputs_and_the_others_do_not():
    x = Value(3.0)
    square = x * x
    (square * 2.0).backward()
    assert (square.grad, x.grad) == (2.0, 12.0)
    (square * 5.0).backward()
    assert (square.grad, x.grad) == (5.0, 12.0 + 30.0)
    square.backward()
    assert (square.grad, x.grad) == (1.0, 42.0 + 6.0)


def test_a_leaf_is_its_own_derivative():
    x = Value(3.0)
    x.backward()
    assert x.grad == 1.0
    assert gradient(x, x) == 1.0
    assert gradient(x, [x], create_graph=True)[0].data == 1.0


@pytest.mark.parametrize(
    "compute",
    [
        lambda x, k: x + k,
        lambda x, k: x * k,
        lambda x, k: x - k,
        lambda x, k: x / k,
        lambda x, k: total([x, k]),
        lambda x, k: weighted_sum([x], [k], k),
        lambda x, k: weighted_sum([k], [x], k),
    ],
)
def test_constants_receive_no_gradient(compute):
    x, k = Value(2.0), constant(4.0)
    c = compute(x, k)
    c.backward()
    c.backward()
    assert k.grad == 0.0
    assert x.grad == 2 * gradient(c, x) != 0.0


def test_gradient_leaves_every_grad_alone():
    *leaves, c = neuron()
    gradient(c, leaves)
    gradient(c, leaves, create_graph=True)
    assert all(value.grad == 0.0 for value in topological_order((c,)))


def test_gradient_by_values_in_the_middle_and_by_strangers():
    x, stranger = Value(2.0), Value(1.0)
    square = x * x
    c = square * 3.0 + square
    assert gradient(c, [square, x, stranger]) == [4.0, 16.0, 0.0]
    assert [g.data for g in gradient(c, [square, x, stranger], create_graph=True)] == [4.0, 16.0, 0.0]
    assert gradient(c, c) == 1.0


def test_gradient_takes_one_value_or_any_iterable():
    x = Value(2.0)
    assert gradient(x * 3.0, x) == 3.0
    assert gradient(x * 3.0, (v for v in (x, x))) == [3.0, 3.0]
    assert gradient(x * 3.0, []) == []


def test_gradient_asks_nothing_of_operands_that_were_not_asked_for():
    """The derivative of (-2) ** n by n does not exist, that by the base does."""
    x, n = Value(-2.0), Value(2.0)
    assert gradient(x**n, x) == gradient(x**n, x, create_graph=True).data == -4.0
    with pytest.raises(DomainError, match="the derivative of power"):
        gradient(x**n, n)


def test_a_wide_sum_takes_time_in_proportion_to_its_width():
    """Each partial of a weighted sum is read without a copy of all operands: 40,000 would not end."""
    weights, activations = [Value(1.0) for _ in range(20_000)], [Value(2.0) for _ in range(20_000)]
    z = weighted_sum(weights, activations)
    assert gradient(z, weights) == [2.0] * 20_000
    assert gradient(z, activations, create_graph=True) == [1.0] * 20_000
    logsumexp(weights).backward()
    assert [w.grad for w in weights] == pytest.approx([1 / 20_000] * 20_000, rel=1e-9)


@pytest.mark.parametrize(
    "output, wrt, words",
    [
        (2.0, [], r"gradient\(output\): expected a Value, got float"),
        (Value(1.0), 3.0, r"gradient\(wrt\): expected a Value or a list"),
        (Value(1.0), [Value(1.0), 2.0], r"gradient\(wrt\[1\]\): expected a Value, got float"),
    ],
)
def test_gradient_refuses_other_things(output, wrt, words):
    with pytest.raises(OperandError, match=words):
        gradient(output, wrt)


def test_derivatives_of_derivatives():
    x = Value(0.7)
    f = sigmoid(x)
    s = f.data
    first = gradient(f, x, create_graph=True)
    second = gradient(first, x, create_graph=True)
    third = gradient(second, x)
    assert first.data == pytest.approx(s * (1 - s), rel=1e-14)
    assert second.data == pytest.approx(s * (1 - s) * (1 - 2 * s), rel=1e-14)
    assert third == pytest.approx(s * (1 - s) * (1 - 6 * s + 6 * s * s), rel=1e-13)


def test_derivatives_take_part_in_further_computation():
    x, y = Value(2.0), Value(3.0)
    dx = gradient(x * x * y, x, create_graph=True)  # 2 x y
    penalty = dx * dx
    penalty.backward()
    assert (x.grad, y.grad) == (8 * 2.0 * 9.0, 8 * 4.0 * 3.0)


@pytest.mark.parametrize(
    "compute, at",
    [
        (lambda x: where(x < 700.0, exp(x), x), 1000.0),  # exp's partial is infinite here
        (lambda x: where(x > 0.0, sqrt(x), x), 0.0),  # sqrt has none
        (lambda x: where(x > 0.0, x**0.5, x), 0.0),
    ],
)
def test_a_branch_that_was_not_chosen_passes_nothing_on(compute, at):
    x = Value(at)
    c = compute(x)
    c.backward()
    assert x.grad == gradient(c, x) == gradient(c, x, create_graph=True).data == 1.0


def test_what_is_not_finite_is_not_hidden():
    x, y = Value(1000.0), Value(2.0)
    c = exp(x) * y
    assert gradient(c, [x, y]) == [math.inf, math.inf]
    assert all(map(math.isnan, gradient(c / c, [x, y])))
    nan = Value(math.nan)
    assert math.isnan(gradient(nan * nan, nan))


def test_a_derivative_is_written_without_idle_factors():
    x = Value(2.0)
    assert gradient(x + 3.0, x, create_graph=True).operands == ()
    assert [v.primitive.name for v in topological_order((gradient(x * x, x, create_graph=True),), leaves=False)] == [
        "add"
    ]


def test_a_chain_of_a_million_is_built_differentiated_and_freed():
    x = Value(1.0)
    c = x
    for _ in range(MILLION):
        c = c + x
    c.backward()
    assert c.data == MILLION + 1.0
    assert x.grad == MILLION + 1.0
    del c  # nothing recurses here either, or the interpreter would die
    assert x.operands == ()


def test_a_node_takes_at_most_200_bytes():
    x, count = Value(1.5), 5_000
    tracemalloc.start()
    c = x
    for _ in range(count):
        c = c * x
    c.backward()
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size / count <= 200


def test_a_deep_chain_has_a_gradient_of_its_own_graph():
    x = Value(1.0)
    c = x
    for _ in range(20_000):
        c = c * x
    first = gradient(c, x, create_graph=True)
    assert (first.data, gradient(first, x)) == (20_001.0, 20_001.0 * 20_000.0)


def test_shared_values_are_walked_once():
    """Sixty doublings have 2**60 paths and sixty nodes."""
    x = Value(1.0)
    c = x
    for _ in range(60):
        c = c + c
    c.backward()
    assert x.grad == 2.0**60
    assert len(topological_order((c,))) == 61


def test_the_order_puts_operands_first_and_each_value_once():
    *leaves, c = neuron()
    d = c * leaves[0]
    order = topological_order((d, c))
    place = {id(value): i for i, value in enumerate(order)}
    assert len(place) == len(order)
    assert all(place[id(operand)] < place[id(value)] for value in order for operand in value.operands)
    interior = topological_order((d, c), leaves=False)
    assert [id(v) for v in interior] == [id(v) for v in order if v.operands]
    assert topological_order((leaves[0],), leaves=False) == []
    assert [id(v) for v in topological_order((d, c))] == [id(v) for v in order]


def test_no_grad_keeps_no_operands_in_this_thread_alone():
    x = Value(2.0)
    seen = []
    with no_grad():
        c = x * x + sigmoid(x) - total([x, x])
        thread = threading.Thread(target=lambda: seen.append(len((x * x).operands)))
        thread.start()
        thread.join()
        with no_grad():
            pass
        assert (x + 1.0).operands == ()
    assert c.operands == () and c.data == 4.0 + sigmoid(2.0).data - 4.0
    assert seen == [2]
    assert len((x * x).operands) == 2


def test_no_grad_ends_with_an_error():
    x = Value(2.0)
    with pytest.raises(ZeroDivisionError), no_grad():
        1 / 0  # noqa: B018  # for its error
    assert len((x + x).operands) == 2


def test_detach_is_the_number_alone():
    x = Value(3.0)
    c = x * x.detach()
    c.backward()
    c.backward()
    assert x.grad == 6.0
    assert x.detach().operands == () and x.detach().data == 3.0


def test_threads_share_leaves_for_gradient():
    x = Value(0.5)
    results: list[float] = []

    def work():
        results.extend(gradient(tanh(x * x) + exp(x), x) for _ in range(50))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 200 and len(set(results)) == 1


def test_setting_data_changes_what_is_computed_next():
    x = Value(2.0)
    c = x * x
    x.data = 5.0
    assert c.data == 4.0
    assert (x * x).data == 25.0


# A graph as data: each step is an operation and which earlier values it takes.
BINARY = [
    lambda a, b: a + b,
    lambda a, b: a - b,
    lambda a, b: a * b,
    lambda a, b: a / (b * b + 1.0),
    lambda a, b: (a * a + 1.0) ** b,
    lambda a, b: weighted_sum([a, b], [b, a], a),
]
UNARY = [sigmoid, tanh, softplus, lambda a: (a * a + 0.5).sqrt(), lambda a: (a * a + 0.5).log(), lambda a: a.sin()]
steps = st.lists(
    st.tuples(st.integers(0, len(BINARY) - 1), st.integers(0, len(UNARY) - 1), st.integers(0), st.integers(0)),
    min_size=1,
    max_size=8,
)


def build(leaves, program):
    values = list(leaves)
    for binary, unary, i, j in program:
        values.append(tanh(UNARY[unary](BINARY[binary](values[i % len(values)], values[j % len(values)]))))
    return total(values)


@given(st.lists(small, min_size=3, max_size=3), steps)
def test_random_graphs_agree_with_central_differences(numbers, program):
    leaves = [Value(x) for x in numbers]
    c = build(leaves, program)
    c.backward()
    assert gradient(c, leaves) == pytest.approx([leaf.grad for leaf in leaves], rel=1e-12, abs=1e-12)
    with_graph = [g.data for g in gradient(c, leaves, create_graph=True)]
    assert with_graph == pytest.approx([leaf.grad for leaf in leaves], rel=1e-12, abs=1e-12)
    h = 1e-5
    for i, leaf in enumerate(leaves):
        above, below = (
            build([Value(x + sign * h * (i == k)) for k, x in enumerate(numbers)], program).data for sign in (1, -1)
        )
        slope = (above - below) / (2 * h)
        assert leaf.grad == pytest.approx(slope, rel=1e-4, abs=1e-4)


@given(st.lists(small, min_size=3, max_size=3), steps, steps, small, small)
def test_differentiation_is_linear(numbers, f_steps, g_steps, p, q):
    leaves = [Value(x) for x in numbers]
    f, g = build(leaves, f_steps), build(leaves, g_steps)
    df, dg = gradient(f, leaves), gradient(g, leaves)
    both = gradient(p * f + q * g, leaves)
    expected = [p * a + q * b for a, b in zip(df, dg, strict=True)]
    assert both == pytest.approx(expected, rel=1e-9, abs=1e-9)


@given(small, small)
def test_mixed_second_derivatives_commute(a, b):
    x, y = Value(a), Value(b)
    f = tanh(x * y) * softplus(x - y) + exp(x * y * y)
    dx, dy = gradient(f, [x, y], create_graph=True)
    assert gradient(dx, y) == pytest.approx(gradient(dy, x), rel=1e-9, abs=1e-9)


@given(st.lists(small, min_size=1, max_size=6), st.lists(small, min_size=6, max_size=6), small)
def test_a_weighted_sum_is_its_scalar_expression(ws, xs, bias):
    weights, activations, b = [Value(w) for w in ws], [Value(x) for x in xs[: len(ws)]], Value(bias)
    z = b
    for w, a in zip(weights, activations, strict=True):
        z = z + w * a
    one = weighted_sum(weights, activations, b)
    assert one.data == pytest.approx(z.data, rel=1e-12, abs=1e-12)
    leaves = [*weights, *activations, b]
    assert gradient(maximum(one, -99.0), leaves) == gradient(maximum(z, -99.0), leaves)


def test_the_local_partial_is_what_stands_on_an_edge():
    a, b = Value(2.0), Value(5.0)
    assert [local_partial(a * b, i) for i in (0, 1)] == [5.0, 2.0]
    assert [local_partial(a - b, i) for i in (0, 1)] == [1.0, -1.0]


def test_a_grad_that_was_set_to_none_counts_as_0():
    w = Value(2.0)
    w.grad = None
    (w * 3).backward()
    (w * 3).backward()
    assert w.grad == 6.0


def test_backward_of_a_leaf_gives_it_1_and_of_a_constant_is_an_error_that_changes_nothing():
    w = Value(2.0)
    w.backward()
    w.backward()
    assert w.grad == 2.0
    c = constant(3.0) * 2
    with pytest.raises(GraphError, match="no_grad"):
        c.backward()
    assert c.grad == 0.0
    (c * w).backward()  # one leaf is enough
    assert w.grad == 8.0
