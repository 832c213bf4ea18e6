"""Simplified plans compute the same with fewer steps; what is not modest, shared or named stays as it is."""

import numpy as np
import pytest

from autograd.compiler.finish import finished
from autograd.compiler.plan.builder import Builder
from autograd.compiler.plan.instructions import Contraction, Meaning, Ref, Scale
from autograd.compiler.plan.interpret import interpret
from autograd.compiler.plan.plan import Plan
from autograd.compiler.plan.validate import validate
from autograd.compiler.simplify import simplified

BATCH = np.random.default_rng(0).uniform(0.5, 2.0, (4, 6))
NUMBERS = np.array([0.5, -2.0, 3.0, 0.25, 1.5, -1.0])
MEAN = Scale(0.5, 1)


def plan_of(write):
    """The plan of what `write` makes of a batch of six numbers a row, and of six parameters."""
    builder = Builder()
    parameters = builder.array(6, False, kind="parameters", source=np.arange(6))
    x = Ref(builder.array(6, True, kind="input", source=0))
    output = write(builder, x, Ref(parameters))
    return validate(Plan(builder.instructions, builder.arrays, parameters, output))


def told(plan):
    """Every instruction in a word, with the numbers among its arguments."""
    words = []
    for made in plan.instructions:
        numbers = [
            str(one.factor if isinstance(one, Scale) else one) for one in made.operands if not isinstance(one, Ref)
        ]
        words.append(" ".join([getattr(made, "name", type(made).__name__), *numbers]))
    return words


WRITTEN = {
    "a reciprocal": (lambda m, x, p: m.map("multiply", x, m.map("divide", 1.0, p)), ["divide 1.0", "multiply"]),
    "a quotient": (lambda m, x, p: m.map("multiply", p, m.map("divide", 1.0, x)), ["divide"]),
    "a quotient that is there": (
        lambda m, x, p: m.map("add", m.map("divide", x, p), m.map("multiply", x, m.map("divide", m.map("exp", x), p))),
        ["exp", "divide", "multiply", "add"],
    ),
    "a quotient that is not there": (
        lambda m, x, p: m.map("add", m.map("divide", x, p), m.map("multiply", p, m.map("divide", m.map("exp", x), p))),
        ["exp", "divide", "divide", "multiply", "add"],
    ),
    "quotients of each other's factors": (
        lambda m, x, p: m.map(
            "add",
            m.map("multiply", m.map("exp", x), m.map("divide", p, x)),
            m.map("multiply", p, m.map("divide", m.map("exp", x), x)),
        ),
        ["exp", "divide", "multiply", "multiply", "add"],
    ),
    "a number by its own quotient": (
        lambda m, x, p: m.map("multiply", x, m.map("divide", x, p)),
        ["divide", "multiply"],
    ),
    "a difference": (lambda m, x, p: m.map("add", m.map("multiply", -1.0, x), p), ["subtract"]),
    "a sum": (lambda m, x, p: m.map("subtract", x, m.map("multiply", -1.0, p)), ["add"]),
    "no sum": (lambda m, x, p: m.map("subtract", m.map("multiply", -1.0, p), x), ["multiply -1.0", "subtract"]),
    "factors": (lambda m, x, p: m.map("multiply", 2.0, m.map("multiply", MEAN, x)), ["multiply 1.0"]),
    "a factor of fewer": (
        lambda m, x, p: m.map("multiply", 3.0, m.map("multiply", x, p)),
        ["multiply 3.0", "multiply"],
    ),
    "a factor of a sum": (lambda m, x, p: m.sum(m.map("multiply", 3.0, x), 2), ["Sum", "multiply 3.0"]),
    "a factor over the batch": (lambda m, x, p: m.batch_sum(m.map("multiply", MEAN, x)), ["BatchSum", "multiply 0.5"]),
    "a factor of a part": (
        lambda m, x, p: m.batch_sum(m.map("multiply", MEAN, x).at(np.array([4, 1]))),
        ["BatchSum", "multiply 0.5"],
    ),
    "factors of sums of sums": (
        lambda m, x, p: m.map("multiply", 2.0, m.batch_sum(m.sum(m.map("multiply", MEAN, x), 3))),
        ["BatchSum", "Sum", "multiply 1.0"],
    ),
    "the batch first": (
        lambda m, x, p: m.batch_sum(m.sum(x.at(np.array([0, 2, 4, 1, 3, 5])), 3)),
        ["BatchSum", "Sum"],
    ),
    "a factor of a product": (
        lambda m, x, p: m.product(p, m.map("multiply", 3.0, x), Contraction("rk", "bk", "br", {"r": 1, "k": 6})),
        ["Product", "multiply 3.0"],
    ),
    "a factor of a larger product": (
        lambda m, x, p: m.product(p, m.map("multiply", 3.0, x), Contraction("r", "bk", "brk", {"r": 6, "k": 6})),
        ["multiply 3.0", "Product"],
    ),
    "a factor that is not modest": (
        lambda m, x, p: m.batch_sum(m.map("multiply", 1e300, x)),
        ["multiply 1e+300", "BatchSum"],
    ),
    "factors that are not modest together": (
        lambda m, x, p: m.map("multiply", 1e-4, m.map("multiply", 1e-4, x)),
        ["multiply 0.0001", "multiply 0.0001"],
    ),
}


def made_simple(plan):
    return finished(validate(simplified(plan)))


def results(plan):
    return interpret(plan, [BATCH], NUMBERS[plan.parameters.source]).outputs


@pytest.mark.parametrize("name", WRITTEN)
def test_fewer_steps_compute_the_same(name):
    write, expected = WRITTEN[name]
    plan = plan_of(write)
    made = made_simple(plan)
    assert sorted(told(made)) == sorted(expected) and told(made)[-1] == expected[-1]
    np.testing.assert_allclose(results(made), results(plan), rtol=1e-14)
    assert made.output.array is plan.output.array


def test_what_others_read_is_not_taken_apart():
    def shared(made, x, p):
        scaled = made.map("multiply", 2.0, x)
        return made.map("multiply", made.sum(scaled, 6), scaled)

    plan = plan_of(shared)
    assert told(made_simple(plan)) == told(plan) == ["multiply 2.0", "Sum", "multiply"]


def test_what_has_a_name_keeps_it():
    def named(made, x, p):
        delta = made.map("multiply", 2.0, x)
        delta.array.meaning = Meaning("adjoint", x)
        return made.batch_sum(delta)

    plan = plan_of(named)
    assert told(made_simple(plan)) == told(plan) == ["multiply 2.0", "BatchSum"]


def test_it_is_done_when_it_is_done_once():
    for write, _ in WRITTEN.values():
        once = made_simple(plan_of(write))
        assert told(made_simple(once)) == told(once)
