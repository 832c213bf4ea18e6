"""What is one node: formulas, and what their nodes are drawn to depend on."""

import pytest

from autograd import Value, exp, tanh, total, weighted_sum
from autograd.drawing.walk import tree_of
from autograd.formulas.naming import Names
from autograd.graph import topological_order
from autograd.merged import Merged, shown_terms
from autograd.primitives import CONSTANT


def named():
    return [Value(number, name) for number, name in ((0.5, "p"), (-0.75, "q"), (2.0, "r"))]


ONE_NODE = [
    (lambda p, q, r: p * q + r, "p · q + r", "p q r"),
    (lambda p, q, r: 0 + p * 1.0 + (q - 0) / 1, "p + q", "p q"),
    (lambda p, q, r: sum([p * q, q * r, r * p]), "p · q + q · r + r · p", "p q q r r p"),
    (lambda p, q, r: (p - q) ** 2, "(p − q)²", "p q"),
    (lambda p, q, r: 0.5 * (p - 1.0) ** 2, "0.5(p − 1)²", "p 1.0"),
    (lambda p, q, r: (p - 0.0) ** 2, "p²", "p 0.0"),
    (lambda p, q, r: (p + q + r) / 3, "(p + q + r)/3", "p q r"),
    (lambda p, q, r: ((p - q) ** 2 + (q - r) ** 2) / 2, "0.5((p − q)² + (q − r)²)", "p q q r"),
    (lambda p, q, r: p * q * r * p, "p² · q · r", "p q r p"),
    (lambda p, q, r: -(p * q) - (r - p), "−p · q − (r − p)", "p q r p"),
    (lambda p, q, r: p / (q + r), "p/(q + r)", "p q r"),
    (lambda p, q, r: 1 / p + 2.0 * q * r, "1/p + 2q · r", "p q r"),
    (lambda p, q, r: p * (1 - p), "p · (1 − p)", "p 1.0 p"),
    (lambda p, q, r: weighted_sum([p, q], [q, r]) + p, "p · q + q · r + p", "p q q r p"),
    (lambda p, q, r: total([p, q * r, 0.0]), "p + q · r", "p q r"),
    (lambda p, q, r: exp(1.0 * p), "exp(p)", "p"),
]


def operands_told(output):
    names = tree_of(output, None, None, 200, False).names
    edges = tree_of(output, None, None, 200, False).edges
    return [
        str(edge.operand.data) if edge.operand.primitive is CONSTANT else str(names.label(edge.operand))
        for edge in edges
        if edge.value is output
    ]


@pytest.mark.parametrize(("written", "formula", "operands"), ONE_NODE)
def test_a_formula_is_one_node(written, formula, operands):
    output = written(*named())
    output.label = "out"
    assert str(Names(topological_order((output,))).definition(output)) == formula
    assert operands_told(output) == operands.split()
    assert len(tree_of(output, None, None, 200, False).nodes) == 1 + len(set(operands.split()))


SEVERAL_NODES = [
    (lambda p, q, r: tanh(p) * q, 4),
    (lambda p, q, r: tanh(p * q + r), 5),
    (lambda p, q, r: (p * q + r) * p + q, 5),
    (lambda p, q, r: (p * q + r - 1.0) ** 2, 6),
    (lambda p, q, r: 0.1 * (p * q + r) + p, 5),
]


@pytest.mark.parametrize(("written", "nodes"), SEVERAL_NODES)
def test_what_would_be_hard_to_read_in_one_is_several(written, nodes):
    output = written(*named())
    output.label = "out"
    assert len(tree_of(output, None, None, 200, False).nodes) == nodes


def test_what_is_asked_for_stays_by_itself():
    p, q, r = named()
    product = p * q
    output = product + r
    order = topological_order((output,))
    assert Merged(order).holds(product) and not Merged(order, apart=(product,)).holds(product)
    assert tree_of(output, product, None, 200, False).nodes == [p, q, product, r, output]


def test_products_take_in_eight_factors():
    product = Value(1.5)
    for _ in range(20):
        product = product * Value(1.5)
    order = topological_order((product,))
    merged = Merged(order)
    nodes = [value for value in order if value.operands and not merged.holds(value)]
    assert [sum(len(term.ends) for term in merged.terms(node)) for node in nodes] == [8, 8, 7]


@pytest.mark.parametrize(("count", "hidden"), [(8, 0), (9, 6), (12, 9), (784, 781)])
def test_of_more_than_eight_products_the_first_and_last_are_shown(count, hidden):
    bias = Value(0.25)
    output = sum((Value(0.5) * Value(2.0) for _ in range(count)), bias)
    terms = Merged(topological_order((output,))).terms(output)
    first, left_out, last = shown_terms(terms)
    assert (len(left_out), len(first) + len(last)) == (hidden, count + 1 - hidden)
    assert any(bias in term.values for term in (*first, *last))
    assert sum(term.amount for term in terms) == output.data


def test_an_amount_has_its_sign_and_scale():
    p, q, r = named()
    output = -(p * q - r / 2) / 4
    amounts = [term.amount for term in Merged(topological_order((output,))).terms(output)]
    assert amounts == [0.09375, 0.25] and sum(amounts) == output.data
