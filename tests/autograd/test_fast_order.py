"""The order of a reverse pass, found by marks in ``grad``, is the topological order, and no mark stays behind."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value, total
from autograd.errors import GraphError
from autograd.fast_order import cleared_order
from autograd.graph import topological_order

STEPS = st.lists(st.lists(st.integers(0, 30), min_size=1, max_size=4), max_size=12)


def graph(steps):
    """Each step is the sum of earlier values, named by their places."""
    values = [Value(1.0), Value(2.0)]
    for places in steps:
        values.append(total([values[place % len(values)] for place in places]))
    return values


@given(STEPS)
def test_it_is_the_topological_order_and_clears_it(steps):
    output = graph(steps)[-1]
    for _ in range(2):  # grads that a pass has left, too
        order, _held = cleared_order(output)
        assert [*map(id, order)] == [*map(id, topological_order((output,), leaves=False))]
        assert all(value.grad == 0.0 for value in order)
        output.backward()


def test_leaves_that_hold_a_gradient_are_told_and_left_alone():
    w, x, y, b = Value(2.0), Value(3.0), Value(5.0), Value(7.0)
    w.grad, x.grad, y.grad = 1.5, None, float("nan")
    _order, held = cleared_order(w * x + w * y + b)
    assert held.keys() == {w, x, y}
    assert (held[w], held[x], held[y] == held[y]) == (1.5, 0.0, False)
    assert (w.grad, x.grad, b.grad) == (1.5, None, 0.0)


@pytest.mark.parametrize("operands", [lambda a, b, c: (c,), lambda a, b, c: (b, a), lambda a, b, c: (b, b, c)])
def test_a_cycle_is_told_and_no_mark_is_left(operands):
    w = Value(2.0)
    w.grad = 3.0
    a = w * 2.0
    b = a * w
    c = b + a
    c.backward()
    a.operands = operands(a, b, c)
    w.grad = 3.0
    for find in (cleared_order, lambda output: topological_order((output,)), Value.backward):
        with pytest.raises(GraphError, match=r"no cycle, got .* computed by (add|multiply) that depends on itself"):
            find(c)
    assert (a.grad, b.grad, c.grad, w.grad) == (0.0, 0.0, 0.0, 3.0)


def test_a_leaf_has_no_order():
    assert cleared_order(Value(1.0)) == ([], {})


def test_what_is_shared_is_walked_once():
    """Sixty doublings have 2**60 paths, each value of a wide layer as many users as the next is wide."""
    c = Value(1.0)
    for _ in range(60):
        c = c + c
    assert len(cleared_order(c)[0]) == 60
    layer = [Value(1.0) for _ in range(40)]
    for _ in range(10):
        layer = [total(layer) for _ in layer]
    assert len(cleared_order(layer[0])[0]) == len(topological_order(layer[:1], leaves=False)) == 9 * 40 + 1
