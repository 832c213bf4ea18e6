"""The written-out rules of the reverse pass do what the table's partials do."""

import ast
import inspect
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Value, gradient, log_softmax, logsumexp, total, weighted_sum
from autograd.fast_rules import FAST_RULES
from autograd.functions import choose
from autograd.primitives import TABLE
from autograd.value import apply, constant

PAIRS = {"add": (2,), "multiply": (2,), "total": (1, 2, 5), "weighted_sum": (2, 3, 4, 7)}
STEPS = st.lists(st.tuples(st.sampled_from(sorted(PAIRS)), st.lists(st.integers(0, 9), min_size=7, max_size=7)),
                 min_size=1, max_size=4)  # fmt: skip
WHOLE = st.lists(st.integers(-3, 3), min_size=3, max_size=3)


def gradients_of(numbers, steps):
    """The grad of three leaves, a constant among the operands, of the last of some operations."""
    leaves = [Value(number) for number in numbers]
    values = [*leaves, constant(2.0)]
    for name, places in steps:
        count = PAIRS[name][places[0] % len(PAIRS[name])]
        values.append(apply(TABLE[name], tuple(values[place % len(values)] for place in places[-count:])))
    values[-1].backward()
    assert values[3].grad == 0.0
    return [leaf.grad for leaf in leaves]


def by_the_table(monkeypatch, function, *arguments):
    with monkeypatch.context() as patch:
        patch.setattr(autograd.reverse, "FAST_RULES", {})
        return function(*arguments)


@given(WHOLE, STEPS)
def test_on_whole_numbers_both_give_the_same(numbers, steps):
    """Whole numbers add up exactly in any order: a weighted sum's rule goes pair by pair."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        assert gradients_of(numbers, steps) == by_the_table(monkeypatch, gradients_of, numbers, steps)


@pytest.mark.parametrize("primitive", FAST_RULES, ids=lambda primitive: primitive.name)
def test_on_fractions_too_to_the_last_bit(primitive, monkeypatch):
    def slopes():
        operands = tuple(Value(0.1 * n + 0.7) for n in range(2 if primitive.arity else 7))
        c = apply(primitive, operands) ** 2
        c.backward()
        return [operand.grad for operand in operands], gradient(c, operands)

    assert slopes() == by_the_table(monkeypatch, slopes)


def test_each_rule_is_used(monkeypatch):
    used = []
    monkeypatch.setattr(
        autograd.reverse, "FAST_RULES", {p: lambda value, grad, p=p: used.append(p) for p in FAST_RULES}
    )
    x = Value(2.0)
    sums = x + x, x * x, total([x, x]), weighted_sum([x], [x])
    for made in (*sums, logsumexp([x, x]), log_softmax([x, x])[0], choose(0, [x, x])):
        made.backward()
    assert used == list(FAST_RULES)


def test_the_loop_of_the_reverse_pass_is_under_a_dozen_lines():
    """What a student opens first: the chain rule and nothing else."""
    source = inspect.getsource(autograd.reverse.pass_back)
    assert "operand.grad += grad * local_partial(value, index)" in source
    assert len(source.splitlines()) <= 14
    assert len(ast.parse(source).body[0].body) == 3  # its docstring, where the fast rules are, and the loop
    assert len(Path(autograd.reverse.__file__).read_text(encoding="utf-8").splitlines()) <= 120
