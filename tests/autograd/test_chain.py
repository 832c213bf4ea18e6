"""`chain_rule`: the sum over paths, in the document's words and in numbers that are the gradient's."""

import doctest
import itertools
import math
import operator

import pytest
from document import neuron
from hypothesis import example, given
from hypothesis import strategies as st

import autograd.chain
import nn
from autograd import Label, Value, chain_rule, gradient, sigmoid, sqrt, tanh, total, where
from autograd.drawing.walk import tree_of
from autograd.errors import DomainError, GraphError, OperandError


def network(sizes):
    net = nn.MLP(sizes, seed=3)
    c = nn.squared_error(net([Value(0.5, Label("a", "0", str(k))) for k in range(sizes[0])]), [0.0] * sizes[-1])
    c.label = Label("C", subscript="0")
    return net, c


def test_the_document_s_own_line():
    w, *_, c = neuron()
    assert str(chain_rule(c, w)).splitlines() == [
        "∂C₀/∂wᴸ = ∂zᴸ/∂wᴸ · ∂aᴸ/∂zᴸ · ∂C₀/∂aᴸ",
        "∂C₀/∂wᴸ = aᴸ⁻¹ · σ′(zᴸ) · 2(aᴸ − y) = 0.6 · 0.2452 · (−0.8609) = −0.1266",
    ]


def test_the_same_in_latex():
    w, *_, c = neuron()
    rule = chain_rule(c, w)
    d = r"\frac{\partial %s}{\partial %s}"
    assert rule.latex == " = ".join([
        d % ("C_{0}", "w^{L}"),
        r" \cdot ".join([d % ("z^{L}", "w^{L}"), d % ("a^{L}", "z^{L}"), d % ("C_{0}", "a^{L}")]),
        r"a^{L-1} \cdot \sigma'\left(z^{L}\right) \cdot 2 \left(a^{L} - y\right)",
        r"0.6 \cdot 0.2452 \cdot \left(-0.8609\right)",
        "-0.1266",
    ])  # fmt: skip
    assert rule._repr_latex_() == rf"$\displaystyle {rule.latex}$"


def test_the_same_in_ascii():
    w, *_, c = neuron()
    assert chain_rule(c, w).ascii.splitlines() == [
        "dC_0/dw^L = dz^L/dw^L * da^L/dz^L * dC_0/da^L",
        "dC_0/dw^L = a^L-1 * sigmoid'(z^L) * 2(a^L - y) = 0.6 * 0.2452 * (-0.8609)",
        "          = -0.1266",
    ]


def test_1_is_no_factor():
    _, _, b, *_, c = neuron()
    assert str(chain_rule(c, b)).splitlines() == [
        "∂C₀/∂bᴸ = ∂zᴸ/∂bᴸ · ∂aᴸ/∂zᴸ · ∂C₀/∂aᴸ",
        "∂C₀/∂bᴸ = σ′(zᴸ) · 2(aᴸ − y) = 0.2452 · (−0.8609) = −0.2111",
    ]
    x, y = Value(3.0, "x"), Value(2.0, "y")
    assert str(chain_rule(x + 1 + y, x)).splitlines()[0] == "∂v4/∂x = 1"


def test_the_document_s_tree_one_layer_deeper():
    net, c = network([2, 2, 1])
    assert str(chain_rule(c, net.layers[0].neurons[0].weights[0])).splitlines()[:2] == [
        "∂C₀/∂w¹₀₀ = ∂z¹₀/∂w¹₀₀ · ∂a¹₀/∂z¹₀ · ∂z²₀/∂a¹₀ · ∂a²₀/∂z²₀ · ∂C₀/∂a²₀",
        "∂C₀/∂w¹₀₀ = a⁰₀ · σ′(z¹₀) · w²₀₀ · σ′(z²₀) · 2(a²₀ − y₀)",
    ]


def test_values_without_a_name_are_explained():
    w, a, b, y = Value(0.8, "w"), Value(0.6, "a"), Value(-0.2, "b"), Value(1.0, "y")
    assert str(chain_rule((sigmoid(w * a + b) - y) ** 2, w)).splitlines() == [
        "∂C/∂w = ∂z/∂w · ∂a₁/∂z · ∂C/∂a₁",
        "∂C/∂w = a · σ′(w · a + b) · 2(a₁ − y) = 0.6 · 0.2452 · (−0.8609) = −0.1266",
        "with z = w · a + b, a₁ = σ(z), C = (a₁ − y)²",
    ]
    nameless, x = Value(3.0), Value(2.0, "x")
    assert chain_rule(nameless * x, x).ascii == "dv2/dx = v0 = 3\nwith v0 = 3, v2 = v0 * x"
    assert str(chain_rule(nameless * x, x)) == "∂v2/∂x = v0 = 3\nwith v0 = 3, v2 = v0 · x"
    wide = total([*(Value(float(k)) for k in range(20)), x])
    assert str(chain_rule(wide, x)) == "∂v21/∂x = 1\nwith v0 = 0, v1 = 1, v21 = v0 + v1 + … + x"


def test_only_values_that_are_spoken_of_are_explained():
    x = Value(0.5, "x")
    value = x
    for _ in range(50):
        value = tanh(value)
    lines = str(chain_rule(value, x)).splitlines()
    assert len(lines) == 6 and lines[3].startswith("with v1 = tanh(x), ") and lines[5].endswith(", …")
    assert all(len(line) <= 80 for line in lines)


def test_terms_hold_factors_with_symbol_and_number():
    w, *_, z, a, c = neuron()
    (term,) = chain_rule(c, w).terms
    assert [(f.value, f.operand) for f in term.factors] == [(z, w), (a, z), (c, a)]
    assert [str(f.symbol) for f in term.factors] == ["aᴸ⁻¹", "σ′(zᴸ)", "2(aᴸ − y)"]
    assert math.prod(f.number for f in term.factors) == term.value == pytest.approx(gradient(c, w), rel=1e-15)
    assert str(term.factors[1]) == "∂aᴸ/∂zᴸ = σ′(zᴸ) = 0.2452"
    assert str(term) == "aᴸ⁻¹ · σ′(zᴸ) · 2(aᴸ − y) = 0.6 · 0.2452 · (−0.8609) = −0.1266"
    assert term.latex.endswith(r" = 0.6 \cdot 0.2452 \cdot \left(-0.8609\right) = -0.1266")


def test_one_factor_needs_no_second_line():
    *_, y, _, _, c = neuron()
    assert str(chain_rule(c, y)) == "∂C₀/∂y = −2(aᴸ − y) = 0.8609"


def test_a_value_by_itself():
    *_, c = neuron()
    rule = chain_rule(c, c)
    assert (str(rule), rule.value, rule.paths) == ("∂C₀/∂C₀ = 1", 1.0, 1)
    assert [(term.value, str(term)) for term in rule.terms] == [(1.0, "1")]
    assert rule.latex.endswith("= 1") and rule.recursive == str(rule)


def test_x_times_x_has_two_paths():
    x = Value(3.0, "x")
    square = x * x
    square.label = "s"
    assert str(chain_rule(square, x)).splitlines() == [
        "∂s/∂x = the sum over 2 paths",
        "    x = 3",
        "  + x = 3",
        "  = 6",
    ]


def test_many_paths_show_the_first_few():
    net, c = network([2, 3, 4, 5, 2])
    rule = chain_rule(c, net.layers[0].neurons[0].weights[0])
    lines = str(rule).splitlines()
    assert rule.paths == 40 and lines[0].endswith("the sum over 40 paths")
    assert any(line.startswith("  + ... 37 more, which add up to ") for line in lines)
    assert all(len(line) <= 80 for line in lines)
    assert rule.latex.count(r"\cdots") == 1


def test_the_recursive_form_sums_over_the_next_layer():
    net, c = network([2, 3, 4, 5, 2])
    text = chain_rule(c, net.layers[0].neurons[0].weights[0]).recursive
    assert text.splitlines()[0].startswith("∂C₀/∂w¹₀₀ = ∂z¹₀/∂w¹₀₀ · ∂a¹₀/∂z¹₀ · ∂C₀/∂a¹₀ = a⁰₀ · σ′(z¹₀) · ∂C₀/∂a¹₀")
    assert "∂C₀/∂a¹₀ = the sum over 4 that use it" in text
    assert "    ∂z²₀/∂a¹₀ · ∂C₀/∂z²₀ = w²₀₀ · ∂C₀/∂z²₀ = " in text
    assert all(len(line) <= 80 for line in text.splitlines())


def test_edges_side_by_side_are_one_derivative_in_the_recursive_form():
    x = Value(3.0, "x")
    s = x * x
    s.label = "s"
    q = s * s
    q.label = "q"
    assert chain_rule(s, x).recursive == "∂s/∂x = 2x = 6"
    assert chain_rule(q, x).recursive.splitlines() == [
        "∂q/∂x = ∂s/∂x · ∂q/∂s",
        "∂q/∂x = 2x · 2s = 6 · 18 = 108",
    ]


def test_the_recursive_form_of_values_without_a_name():
    x = Value(0.5, "x")
    t = tanh(tanh(x))
    assert chain_rule(sigmoid(t) * t, x).recursive.splitlines() == [
        "∂v4/∂x = ∂v1/∂x · ∂v2/∂v1 · ∂v4/∂v2 = tanh′(x) · tanh′(tanh(x)) · ∂v4/∂v2",
        "       = 0.7864 · 0.8135 · 0.7094 = 0.4539",
        "∂v4/∂v2 = the sum over 2 that use it",
        "    ∂v3/∂v2 · ∂v4/∂v3 = σ′(tanh(tanh(x))) · ∂v4/∂v3 = 0.2387 · 0.4318 = 0.1031",
        "  + σ(tanh(tanh(x))) = 0.6063",
        "  = 0.7094",
        "with v1 = tanh(x), v2 = tanh(tanh(x)), v3 = σ(tanh(tanh(x))), v4 = v3 · v2",
    ]


def test_what_is_between_two_names_is_passed_through():
    a, y = Value(0.6, "a"), Value(1.0, "y")
    for cost, told in (((a - y) ** 2, "2(a − y)"), (0.5 * (a - y) ** 2, "a − y")):
        cost.label = "C"
        assert str(chain_rule(cost, a)).startswith(f"∂C/∂a = {told} = ")
    deeper = (0.5 * (a - y) ** 2) * 3
    deeper.label = "C"
    assert str(chain_rule(deeper, a)) == "∂C/∂a = 3(a − y) = −1.2"


def test_0_has_no_sign():
    x = Value(3.0, "x")
    rule = chain_rule(x * -0.0 + x * -0.0, x)
    assert math.copysign(1, rule.value) == -1
    assert "  = 0\n" in str(rule) and "  = 0\n" in rule.ascii and rule.latex.endswith("= 0")


def test_a_branch_that_is_not_chosen_adds_nothing():
    x = Value(0.0, "x")
    rule = chain_rule(where(False, sqrt(x), 2 * x), x)
    assert [term.value for term in rule.terms] == [0.0, 2.0] and rule.value == 2.0


def test_signs_of_a_sum_in_latex():
    x, y = Value(4.0, "x"), Value(2.0, "y")
    f = (x - y) / (x + y)
    f.label = "f"
    assert chain_rule(f, x).latex == (r"\frac{\partial f}{\partial x} = \frac{1}{x + y} - \frac{f}{x + y} = 0.1111")


def test_paths_are_counted_and_not_walked():
    x = Value(0.999, "x")
    value = x
    for _ in range(500):
        value = value * value
    rule = chain_rule(value, x)
    assert rule.paths == 2**500 and "about 10^150 paths" in str(rule)
    assert len(list(itertools.islice(rule.terms, 5))) == 5


def test_a_chain_of_a_hundred_thousand():
    x = Value(0.5, "x")
    value = x
    for _ in range(100_000):
        value = tanh(value)
    rule = chain_rule(value, x)
    text = str(rule)
    assert rule.paths == 1 and "…" in text and len(text) < 500


OPERATIONS = {
    "+": operator.add,
    "*": operator.mul,
    "-": operator.sub,
    "s": lambda a, b: sigmoid(a),
    "t": lambda a, b: tanh(b),
}
STEPS = st.lists(
    st.tuples(st.sampled_from(list(OPERATIONS)), st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=7
)


def graph(steps, labelled):
    nodes = [Value(0.3, "x"), Value(-0.7, "y"), Value(1.1, "z")]
    for at, (operation, i, j) in enumerate(steps):
        a, b = nodes[-1 - i % len(nodes)], nodes[-1 - j % len(nodes)]
        nodes.append(OPERATIONS[operation](a, b))
        if at in labelled:
            nodes[-1].label = f"v{at}"
    return nodes


def brute_force(value, start):
    """How many paths there are, one by one."""
    return 1 if value is start else sum(brute_force(operand, start) for operand in value.operands)


@given(STEPS, st.sets(st.integers(0, 6)))
def test_the_drawn_path_has_the_same_derivatives(steps, labelled):
    nodes = graph(steps, labelled)
    output = nodes[-1]
    for wrt in nodes[:-1]:
        if brute_force(output, wrt) == 1:
            (term,) = chain_rule(output, wrt).terms
            drawn = tree_of(output, wrt, None, 200, False).path()
            assert [(f.value, f.operand, f.ways) for f in term.factors] == [
                (edge.value, edge.operand, (edge.steps,)) for edge in drawn
            ]


@given(STEPS, st.sets(st.integers(0, 6)))
def test_random_graphs(steps, labelled):
    nodes = graph(steps, labelled)
    output = nodes[-1]
    for wrt in nodes[:-1]:
        count = brute_force(output, wrt)
        if not count:
            with pytest.raises(GraphError):
                chain_rule(output, wrt)
            continue
        rule = chain_rule(output, wrt)
        terms = list(rule.terms)
        assert rule.paths == len(terms) == count
        assert rule.value == gradient(output, wrt)
        assert math.fsum(term.value for term in terms) == pytest.approx(rule.value, rel=1e-12, abs=1e-12)
        for term in terms:
            assert math.prod(f.symbol.number for f in term.factors) == pytest.approx(term.value, rel=1e-9, abs=1e-12)
        assert "sum over 0" not in rule.recursive and str(rule) and rule.latex and rule.ascii.isascii() and repr(rule)


HOSTILE = st.text(st.characters(codec=None, exclude_categories=()), max_size=120)


@given(HOSTILE, HOSTILE)
@example("\ud800", "\n\n")
@example("\x00\u202e", "\r")
@example("x" * 10_000, r"\mathrm{")
@example(r"\m", "}")
def test_any_label_is_text(base, script):
    x = Value(0.5, Label(base or "x", script, script))
    square = x * x
    square.label = base or "y"
    rule = chain_rule(square, x)
    assert len(str(rule).splitlines()) <= 6 and len(rule.recursive.splitlines()) <= 6
    assert all(line.isprintable() for told in (str(rule), rule.latex, rule.ascii) for line in told.split("\n"))
    assert rule.ascii.isascii() and str(rule).encode() and rule.latex.encode()
    bare = rule.latex.replace(r"\{", "").replace(r"\}", "")
    assert bare.count("{") == bare.count("}")


def test_what_is_no_value_or_not_depended_on_is_refused():
    w, *_, c = neuron()
    with pytest.raises(OperandError, match=r"chain_rule\(output\): expected a Value, got float"):
        chain_rule(1.0, w)
    with pytest.raises(OperandError, match=r"chain_rule\(wrt\): expected a Value, got str"):
        chain_rule(c, "w")
    with pytest.raises(GraphError, match=r"chain_rule\(wrt\).*depends on, got Value\(1.0, label='v'\); take one"):
        chain_rule(c, Value(1.0, "v"))
    with pytest.raises(DomainError, match="derivative of sqrt"):
        zero = Value(0.0, "x")
        chain_rule(zero.sqrt(), zero)


def test_the_docstring_s_example():
    assert doctest.testmod(autograd.chain).failed == 0 and doctest.testmod(autograd.chain).attempted
