"""Programs without labels, as people write them: drawn and told as the document writes what they compute."""

import re

import pytest
from unlabelled import PROGRAMS, network, network_in_loops, network_of_values

from autograd import chain_rule, draw, gradient
from autograd.drawing.walk import tree_of

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


def test_the_picture_and_the_chain_rule_have_the_names_of_the_tree():
    cost, leaves = network()
    source, text = draw(cost, path_to=leaves[0]).source, str(draw(cost))
    assert ">C<" in source and "w<SUB" not in text
    for name in re.findall(r"(?<=∂)\w+", str(chain_rule(cost, leaves[0])).splitlines()[0]):
        assert f"{name} = " in text
