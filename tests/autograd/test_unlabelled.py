"""Programs without labels, as people write them: drawn and told as the document writes what they compute."""

import math
import re
from functools import reduce
from itertools import islice
from operator import mul

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unlabelled import PROGRAMS, network, network_in_loops, network_of_values, recurrence

from autograd import Value, chain_rule, draw, exp, gradient, sigmoid, tanh, total, weighted_sum
from autograd.drawing.walk import tree_of
from autograd.graph import topological_order

NETWORKS = [network, network_of_values, network_in_loops]


@pytest.mark.parametrize("program", NETWORKS)
def test_the_3_2_1_network_is_drawn_as_its_z_and_a(program):
    cost, _ = program()
    lines = str(draw(cost)).splitlines()
    assert len(lines) <= 30
    assert [re.search(r"\w+ = \S+", line)[0] for line in lines[:2]] == ["C = (a₃", "a₃ = σ(z₃)"]
    assert sum(" = tanh(z" in line for line in lines) == 2


@pytest.mark.parametrize("program", NETWORKS)
def test_its_chain_rule_has_the_five_factors_of_the_document(program):
    cost, leaves = program()
    told = str(chain_rule(cost, leaves[0])).splitlines()
    assert told[0] == "∂C/∂w₁₁ = ∂z₁/∂w₁₁ · ∂a₁/∂z₁ · ∂z₃/∂a₁ · ∂a₃/∂z₃ · ∂C/∂a₃"
    assert " · tanh′(z₁) · w₃₁ · σ′(z₃) · 2(a₃ − 1)" in told[1]
    assert told[2].split(" = ")[1:] == ["0.5 · 0.6924 · 0.8 · 0.1892 · (−0.5068)", "−0.02655"]


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_partials_along_the_drawn_ways_add_up_to_the_gradient(program):
    output, leaves = program()
    slopes = drawn_gradient(tree_of(output, None, None, 200, False))
    for leaf in leaves:
        assert slopes.get(leaf, 0.0) == pytest.approx(gradient(output, leaf), rel=1e-9, abs=1e-12)


def drawn_gradient(tree):
    """What each node's gradient is by the edges of a tree alone."""
    slopes = {tree.output: 1.0}
    for node in reversed(tree.nodes):
        for edge in tree.edges:
            if edge.value is node:
                slopes[edge.operand] = slopes.get(edge.operand, 0.0) + slopes[node] * edge.partial
    return slopes


@pytest.mark.parametrize("program", PROGRAMS)
def test_no_factor_of_1_is_told(program):
    output, leaves = program()
    for leaf in leaves:
        for line in str(chain_rule(output, leaf)).splitlines():
            assert not re.search(r"(= |· )1( ·|$)", line) or line.endswith("= 1")


@st.composite
def programs(draw_one):
    """A program as people write them: vectors, and sums over them in any manner, from outputs of the sums before."""
    values = [Value(x) for x in draw_one(st.lists(NUMBERS, min_size=2, max_size=4))]
    leaves = list(values)
    for _ in range(draw_one(st.integers(1, 4))):
        vectors = st.lists(st.sampled_from(values[-6:]), min_size=2, max_size=4)
        a, b = draw_one(vectors), draw_one(st.one_of(vectors, st.lists(NUMBERS, min_size=2, max_size=4)))
        values.append(draw_one(st.sampled_from(WRITTEN))(a, b))
        if draw_one(st.integers(0, 4)) == 0:
            values[-1].label = f"q_{len(values)}"
    return values[-1], leaves


NUMBERS = st.sampled_from((0.0, 1.0, -1.0, 0.5, -0.75, 2.0))


def in_a_loop(a, b):
    total = 0.0
    for x, y in zip(a, b, strict=False):
        total += x * y
    return total


def by_horner(a, b):
    value = 0.0
    for x in a:
        value = value * b[0] + x
    return value


WRITTEN = [
    in_a_loop,
    by_horner,
    lambda a, b: sum(x * y for x, y in zip(a, b, strict=False)),
    lambda a, b: tanh(sum((x * y for x, y in zip(a, b, strict=False)), a[-1])),
    lambda a, b: sigmoid(-in_a_loop(a, b) + 1.0 * a[0] - (a[-1] - b[0])),
    lambda a, b: sum((x - y) ** 2 for x, y in zip(a, b, strict=False)) / len(a),
    lambda a, b: 0.5 * (a[0] - b[0]) ** 2 + 0.1 * sum(x * x for x in a),
    lambda a, b: reduce(mul, a, 1.0) - reduce(mul, b, a[0]),
    lambda a, b: exp(a[0] * 0.1) / sum(exp(x * 0.1) for x in a),
    lambda a, b: total([*a, a[0] * b[0]]) - weighted_sum(a[:2], b[:2]),
    lambda a, b: (1 - tanh(a[0])) * tanh(a[0]) * (a[1] + b[1]) ** 3,
]


@settings(max_examples=40)
@given(programs())
def test_drawn_told_and_walked_are_one(program):
    output, leaves = program
    if not isinstance(output, Value) or not output.operands:
        return
    order = set(topological_order((output,)))
    used = [leaf for leaf in leaves if leaf in order]
    tree = tree_of(output, None, None, 1_000, False)
    elided = any(edge.count is not None for edge in tree.edges)
    slopes = {} if elided else drawn_gradient(tree)
    for leaf in used:
        rule = chain_rule(output, leaf)
        slope = gradient(output, leaf)
        assert rule.value == slope
        terms = [*islice(rule.terms, 1_000)]
        if rule.paths <= len(terms):
            assert len(terms) == rule.paths
            assert math.fsum(term.value for term in terms) == pytest.approx(slope, rel=1e-9, abs=1e-9)
            for term in terms:
                symbols = math.prod(factor.symbol.number for factor in term.factors)
                assert symbols == pytest.approx(term.value, rel=1e-9, abs=1e-9)
        assert elided or slopes.get(leaf, 0.0) == pytest.approx(slope, rel=1e-9, abs=1e-9)
        assert str(rule) and rule.recursive and rule.latex and rule.ascii.isascii()
        assert str(draw(output, path_to=leaf))
    numbers_are_those_of_their_formulas(tree)


def numbers_are_those_of_their_formulas(tree):
    """What a node is said to compute comes to its number."""
    for node in tree.nodes:
        formula = tree.names.definition(node) if isinstance(node, Value) else None
        if formula is not None and "…" not in str(formula):
            assert formula.number == pytest.approx(node.data, rel=1e-9, abs=1e-9)


def test_the_picture_and_the_chain_rule_have_the_names_of_the_tree():
    cost, leaves = network()
    source, text = draw(cost, path_to=leaves[0]).source, str(draw(cost))
    assert ">C<" in source and "w<SUB" not in text
    for name in re.findall(r"(?<=∂)\w+", str(chain_rule(cost, leaves[0])).splitlines()[0]):
        assert f"{name} = " in text


def test_a_layer_of_784_inputs_is_elided_in_its_sums():
    x = [k / 784 for k in range(784)]
    rows, biases = [[Value(0.01 * (k % 7 - j)) for k in range(784)] for j in range(3)], [Value(0.1) for _ in range(3)]
    z = [sum(w * a for w, a in zip(row, x, strict=True)) + b for row, b in zip(rows, biases, strict=True)]
    cost = sum((sigmoid(each) - 1.0) ** 2 for each in z)
    lines = str(draw(cost)).splitlines()
    assert sum("… 781 more pairs: w·a sums to " in line for line in lines) == 3
    assert len(lines) <= 40
    lit = str(draw(cost, path_to=rows[1][400]))
    assert "w₂,₄₀₁ = " in lit and lit.count(" *") == 4
    assert "w₂,₄₀₁" in str(chain_rule(cost, rows[1][400])).splitlines()[0]


def test_a_recurrence_of_200_steps_is_shortened_and_told():
    cost, (w, _) = recurrence(200)
    lines = str(draw(cost, path_to=w)).splitlines()
    assert len(lines) <= 12 and any("more operations" in line for line in lines)
    told = str(chain_rule(cost, w))
    assert "the sum over 199 paths" in told and " · tanh′(z₁₉₉) · w₁ · tanh′(z₂₀₀) · 2(a₂₀₀ − 1)" in told
    assert "more operations" in str(draw(cost))


def test_a_sum_of_10_000_terms_is_one_z():
    ws, acc = [Value(0.1) for _ in range(10)], 0.0
    for k in range(10_000):
        acc = acc + ws[k % 10] * 0.5
    lines = str(draw(acc)).splitlines()
    assert len(lines) == 8 and "… 9,997 more pairs: w·a sums to 499.9" in lines[5]
    assert str(chain_rule(acc, ws[3])).splitlines()[-2] == "  = 500"


def test_what_is_used_twice_and_what_has_a_label_is_a_node():
    w, x = Value(0.5), Value(2.0)
    twice, labelled = w * x, w * x
    labelled.label = "p"
    for output, used in ((twice + twice * x, [twice, twice, x]), (labelled + w * x, [labelled, w, x])):
        edges = tree_of(output, None, None, 200, False).edges
        assert [edge.operand for edge in edges if edge.value is output] == used


def test_weights_are_weights_whatever_the_inputs_are():
    weights, outer, b = [[Value(0.1), Value(0.2)], [Value(0.3), Value(-0.4)]], [Value(0.5), Value(0.6)], Value(0.0)

    def net(sample):
        hidden = [tanh(sum(w * x for w, x in zip(row, sample, strict=True))) for row in weights]
        return sigmoid(sum(w * h for w, h in zip(outer, hidden, strict=True)) + b)

    xor = [((0, 0), 0), ((0, 1), 1), ((1, 0), 1), ((1, 1), 0)]
    text = str(draw(sum((net(sample) - y) ** 2 for sample, y in xor)))
    assert "z₃ = w₅ · a₁ + w₆ · a₂ + b = " in text and "C = a₃² + (a₆ − 1)² + (a₉ − 1)² + a₁₂² = " in text
    assert "z₇ = w₁ = 0.1" in text and "z₁₀ = w₁ + w₂ = 0.3" in text
