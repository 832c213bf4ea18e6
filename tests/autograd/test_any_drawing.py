"""Whatever graph is drawn, with whatever arguments: it ends, is whole and within bounds, or one error says why not."""

import signal
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nn
from autograd import Label, Value, draw, exp, gradient, sigmoid, total, weighted_sum
from autograd.drawing.walk import tree_of
from autograd.errors import ArgumentError

SECONDS = 20


@contextmanager
def ending():
    """What does not end within `SECONDS` fails, where the system has alarms."""
    if not hasattr(signal, "SIGALRM"):
        yield
        return

    def ring(*_):
        raise AssertionError(f"no end within {SECONDS} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


LABELS = st.one_of(
    st.none(), st.builds(Label, st.sampled_from("wazxy"), st.sampled_from(("", "1", "1", "2")), st.sampled_from("01"))
)
# Few numbers, so that many are equal.
LEAVES = st.builds(Value, st.sampled_from((0.0, 1.0, 0.5)), LABELS)


@st.composite
def operations(draw_one, values):
    """An operation on some of the values there are, the newest most of all, and its label."""

    def operands(least, most):
        places = st.one_of(st.integers(max(0, len(values) - 4), len(values) - 1), st.integers(0, len(values) - 1))
        return [values[place] for place in draw_one(st.lists(places, min_size=least, max_size=most))]

    kind = draw_one(st.sampled_from(("layer", "layer", "total", "product", "sum", "square", "sigmoid", "chain")))
    if kind == "layer":
        return draw_one(layers(operands(1, 4), operands(1, 2)))
    if kind == "total":
        value = total(operands(1, 12))
    elif kind == "square":
        value = operands(1, 1)[0] ** 2
    elif kind == "sigmoid":
        value = sigmoid(operands(1, 1)[0])
    elif kind == "chain":
        (value,), side = operands(1, 1), draw_one(st.sampled_from((None, values[0], Value(1.0), 1.0)))
        for _ in range(draw_one(st.sampled_from((1, 3, 12, 40)))):
            value = sigmoid(value * (value if side is None else side))
    else:
        left, right = operands(2, 2)
        value = left * right if kind == "product" else left + right
    value.label = draw_one(LABELS)
    return [value]


@st.composite
def layers(draw_one, activations, biases):
    """A layer of neurons, whose weights may be shared and whose activations may have no name."""
    name, size = draw_one(st.sampled_from("112")), draw_one(st.integers(1, 3))
    shared = draw_one(st.booleans())
    weights = [Value(1.0, Label("w", name)) for _ in activations]
    made = []
    for j in range(size):
        row = weights if shared else [Value(1.0, Label("w", name, f"{j}{k}")) for k, _ in enumerate(activations)]
        z = weighted_sum(row, activations, biases[0])
        z.label = Label("z", name, str(j))
        a = sigmoid(z)
        if draw_one(st.booleans()):
            a.label = Label("a", name, str(j))
        made += draw_one(st.sampled_from(([z], [a], [z, a], [a * 1.0])))
    return made


@st.composite
def graphs(draw_one):
    """Values, each computed from some before it; labels and layers are shared, weights and activations used again."""
    values = draw_one(st.lists(LEAVES, min_size=1, max_size=8))
    for _ in range(draw_one(st.integers(1, 8))):
        values += draw_one(operations(values))
    return values


ARGUMENTS = st.fixed_dictionaries(
    {
        "collapse": st.sampled_from((False, True, True, "1", ["1", "2"], 2)),
        "depth": st.one_of(st.none(), st.integers(1, 5)),
        "max_nodes": st.sampled_from((1, 5, 12, 40, 200)),
    }
)


@settings(max_examples=60)
@given(graphs(), st.data(), ARGUMENTS, st.sampled_from((None, "all", "path", "numbers", "none")), st.booleans())
def test_any_graph_is_drawn_or_refused(values, data, given_, partials, legend):
    output = values[-1]
    path_to = data.draw(st.one_of(st.none(), st.sampled_from(values)))
    path_to = path_to if path_to is None or depends(output, path_to) else None
    with ending():
        try:
            drawing = draw(output, path_to, partials=partials, legend=legend, **given_)
        except ArgumentError as error:
            assert "draw" in str(error) and "expected" in str(error)
            return
        assert drawing.source.startswith("digraph") and str(drawing)
        check(tree_of(output, path_to, **given_), given_["max_nodes"])


def depends(output, value):
    todo, seen = [output], set()
    while todo:
        at = todo.pop()
        if at is value:
            return True
        if at not in seen:
            seen.add(at)
            todo += at.operands
    return False


def check(tree, most):
    """Every edge ends at nodes that are shown, every node hangs on the output, no value stands in two places."""
    nodes = {id(node) for node in tree.nodes}
    assert len(nodes) == len(tree.nodes) <= most
    assert all(id(edge.operand) in nodes and id(edge.value) in nodes for edge in tree.edges)
    reached = {id(tree.output)} | {id(edge.operand) for edge in tree.edges}
    assert reached == nodes
    # What is left out of a wide sum may be drawn where something else uses it.
    members = [
        id(value)
        for node in tree.nodes
        if isinstance(node, Value) or node.kind != "rest"
        for value in ([node] if isinstance(node, Value) else node.members)
    ]
    assert len(members) == len(set(members))
    assert all((edge.count is None) or edge.count >= 0 for edge in tree.edges)


@pytest.mark.parametrize("collapse", [True, "1", "2", False])
@pytest.mark.parametrize("size", [1, 3])
def test_a_layer_that_is_used_twice_is_drawn(size, collapse):
    one, two = nn.MLP([size] * 3, seed=0).layers
    x = Value(0.5, "x")
    cost = one(two(one([x] * size)))[0] ** 2
    with ending():
        text = str(draw(cost, x, collapse=collapse))
    assert ("layer 1" in text) == (collapse in (True, "1"))


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_a_path_longer_than_the_depth_is_lit_as_far_as_it_is_shown(depth):
    w = Value(0.5, "w")
    z = sigmoid(w)
    z.label = "z"
    c = sigmoid(z)
    c.label = "C"
    drawing = draw(c, w, depth=depth)
    assert str(drawing).count(" *") == min(depth, 2) + 1
    assert f"{gradient(c, w):.4g}" in drawing.source


def test_ways_that_double_are_counted_and_not_walked():
    net = nn.MLP([2, 2], seed=0)
    (value, other) = net([1.0, Value(0.5, "x")])
    for _ in range(200):
        value = (value + value) * 0.5
    with ending():
        text = str(draw(value + other, collapse=True))
    assert f"{2**200 + 1:,} edges" in text


def test_a_labelled_chain_is_shortened():
    value = Value(1.0, "x")
    for _ in range(300):
        value = exp(value * 0.0)
    value.label = "y"
    assert "more operations" in str(draw(value))


def test_ways_that_share_most_of_their_steps_are_walked_once():
    net = nn.MLP([2, 2], seed=0)
    value, other = net([1.0, Value(0.5, "x")])
    leaves = [Value(0.1, f"l{k}") for k in range(5_000)]
    for leaf in leaves:
        value = value - leaf * 3.0
    output = value + other
    edges = tree_of(output, None, None, 9_000, True).edges
    partials = {edge.operand: edge.partial for edge in edges if isinstance(edge.operand, Value)}
    assert [partials[leaf] for leaf in leaves] == [-3.0] * 5_000
    with pytest.raises(ArgumentError, match="at most 200 nodes"):
        draw(output, collapse=True)
