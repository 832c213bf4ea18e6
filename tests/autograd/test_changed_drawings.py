"""What is drawn and told of a graph whose leaves were changed since: the numbers of then, with a note."""

import math
import re

import numpy as np
import pytest

import nn
from autograd import Value, chain_rule, draw, maximum, relu, sigmoid, weighted_sum
from autograd.clock import KEPT
from autograd.parameters import together


def neuron():
    w, a, b = Value(0.8, "w"), Value(0.6, "a"), Value(-0.2, "b")
    z = weighted_sum([w], [a], b)
    z.label = "z"
    s = sigmoid(z)
    s.label = "s"
    c = (s - 1.0) ** 2
    c.label = "C"
    return w, a, b, c


def forget(leaf):
    """Change a leaf until it is not known any more what it was."""
    for step in range(KEPT + 1):
        leaf.data = 100.0 + step


TOLD = {
    "tree": lambda c, w: str(draw(c, path_to=w)),
    "tree without a path": lambda c, w: str(draw(c)),
    "chain rule": lambda c, w: str(chain_rule(c, w)),
    "chain rule in ASCII": lambda c, w: chain_rule(c, w).ascii,
    "chain rule, recursive": lambda c, w: chain_rule(c, w).recursive,
}
NOTE = "\nchanged since this was computed; the numbers are those of then:\n  w was 0.8, is 0.5 now"


@pytest.mark.parametrize("tell", TOLD.values(), ids=TOLD)
def test_a_changed_graph_is_told_as_it_was_with_a_note(tell):
    w, _, _, c = neuron()
    before = tell(c, w)
    w.data = 0.5
    assert tell(c, w) == before + NOTE
    w.data = 0.8
    assert tell(c, w) == before


@pytest.mark.parametrize("partials", ["all", "path", "numbers", "none"])
def test_a_changed_graph_is_drawn_as_it_was_with_a_note(partials):
    w, _, _, c = neuron()

    def drawn():
        source = draw(c, path_to=w, partials=partials, legend=True).source
        # The legend makes room for the note.
        return re.sub(r't[0-9a-f]{8}-|(?<=-legend") pos="[^"]*"', "", source)

    before = drawn()
    w.data = 0.5
    after = drawn()
    assert "w was 0.8, is 0.5 now" in after
    without = [line for line in after.splitlines() if "label=<" not in line or "was" not in line]
    assert without == before.splitlines()


def test_the_equation_in_latex_has_both_numbers():
    w, _, _, c = neuron()
    before = chain_rule(c, w).latex
    w.data = 0.5
    assert chain_rule(c, w).latex == before + r"\qquad \left(w = 0.8\text{ then, }0.5\text{ now}\right)"


def test_the_chain_rule_tells_what_was_changed_after_it_was_made():
    w, a, _, c = neuron()
    rule, other = chain_rule(c, w), chain_rule(c, a)
    before, factors = other.value, list(next(chain_rule(c, a).terms).factors)
    w.data = 0.5
    assert str(rule).endswith(NOTE) and rule.ascii.endswith(NOTE) and rule.recursive.endswith(NOTE)
    assert rule.latex.endswith(r"0.5\text{ now}\right)")
    (term,) = other.terms
    assert other.value == before == term.value == pytest.approx(math.prod(factor.number for factor in factors))
    assert factors[0].number == 0.8


def test_values_without_a_label_are_called_by_their_place():
    u = Value(3.0)
    y = u * u
    u.data = 4.0
    for told in (str(draw(y)), str(chain_rule(y, u))):
        assert "v0 was 3.0, is 4.0 now" in told and "4.0" not in told.split("changed")[0]


def test_of_many_changes_a_few_are_told():
    net = nn.MLP([2, 3, 1], seed=0)
    c = nn.squared_error(net([0.0, 1.0]), [1.0])
    c.backward()
    w = net.layers[0].neurons[0].weights[1]
    before = [str(chain_rule(c, w)), *(str(draw(c, path_to=w, collapse=layers)) for layers in (False, True, 1))]
    nn.SGD(0.5).step(net.parameters())
    after = [str(chain_rule(c, w)), *(str(draw(c, path_to=w, collapse=layers)) for layers in (False, True, 1))]
    for old, new in zip(before, after, strict=True):
        assert new.startswith(f"{old}\nchanged since this was computed") and new.endswith("\n  and 7 more")


def test_leaves_in_an_array_are_told_as_they_were():
    w, _, b, c = neuron()
    parameters = together([w, b])
    before = str(draw(c, path_to=w))
    parameters.data = np.array([0.5, -0.2])
    assert str(draw(c, path_to=w)) == before + NOTE


# Where it is not known what a number was


def test_what_needs_a_number_that_is_not_known_is_not_shown():
    w, a, _, c = neuron()
    slope = chain_rule(c, w).value
    forget(w)
    tree = str(draw(c, path_to=w))
    assert "w = nan   ∂ = 0.6 *" in tree and "a = 0.6   ∂ = nan" in tree and "∂ = 0.2452" in tree
    assert "  w was another number, is 356.0 now\nnan where one is not known any more; compute it again" in tree
    assert chain_rule(c, w).value == slope and math.isnan(chain_rule(c, a).value)
    assert "= nan · 0.2452 · (−0.8609) = nan" in str(chain_rule(c, a))
    assert "w was another number" in draw(c, path_to=w).source


@pytest.mark.parametrize(
    "use",
    [
        lambda u, v: relu(u) * v,
        lambda u, v: maximum(u, v),
        lambda u, v: abs(u) + v,
        lambda u, v: maximum(v, u),
    ],
)
def test_a_choice_by_a_number_that_is_not_known_is_not_shown(use):
    """A comparison with NaN would say no, and its derivative 0."""
    u, v = Value(2.0, "u"), Value(1.0, "v")
    y = use(u, v) * 1.0
    forget(u)
    assert math.isnan(chain_rule(y, u).value) and "u = nan   ∂ = nan" in str(draw(y, path_to=u))


def test_of_a_graph_made_partly_before_and_partly_after_no_number_is_of_two_points():
    w, a = Value(2.0, "w"), Value(3.0, "a")
    z = w * a
    z.label = "z"
    w.data = 5.0
    c = z * w
    c.label = "C"
    tree = str(draw(c))
    assert "z = 6.0   ∂ = nan" in tree and "w = nan   ∂ = 3" in tree and "w was another number, is 5.0 now" in tree
    assert math.isnan(chain_rule(c, a).value)


def test_a_picture_of_a_changed_graph_can_be_saved(tmp_path):
    w, _, _, c = neuron()
    w.data = 0.5
    draw(c, path_to=w).save(tmp_path / "tree.dot")
    assert "w was 0.8, is 0.5 now" in (tmp_path / "tree.dot").read_text(encoding="utf-8")
