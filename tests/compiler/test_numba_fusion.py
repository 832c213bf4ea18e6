"""Neighbouring elementwise instructions are one kernel of the machine's, where nothing is hidden by that."""

from typing import Any

import numpy as np
import pytest

from autograd.compiler.backends.base import Unfit
from autograd.compiler.plan.builder import Builder
from autograd.compiler.plan.instructions import Map, Ref, Scale
from autograd.compiler.plan.plan import Plan

from .small_plans import FLOAT64

pytest.importorskip("numba", reason='numba is not installed: pip install "scalar-autograd[fast]"')
pytest.importorskip("scipy", reason='SciPy is not installed: pip install "scalar-autograd[fast]"')

from autograd.compiler.backends.numba import NumbaProgram  # where there is numba
from autograd.compiler.backends.numba.fusion import fused

X, P = np.random.default_rng(0).uniform(0.5, 2.0, (5, 3)), np.array([0.5, -2.0, 3.0])


def plan_of(write: Any) -> Plan:
    """The plan of what `write` makes of a batch of three numbers a row, and of three parameters."""
    builder = Builder()
    parameters = builder.array(3, False, kind="parameters", source=np.arange(3))
    x = Ref(builder.array(3, True, kind="input", source=0))
    output = write(builder, x, Ref(parameters))
    return Plan(builder.instructions, builder.arrays, parameters, output)


def twice(m: Any, x: Ref, p: Ref) -> Ref:
    shared = m.map("multiply", x, p)
    return m.map("add", shared, m.map("exp", shared))  # type: ignore[no-any-return]


# What is written, what it is, and the operations that are left.
WRITTEN: dict[str, tuple[Any, Any, list[str]]] = {
    "one in another": (
        lambda m, x, p: m.map("subtract", m.map("multiply", x, p), x),
        lambda: X * P - X,
        ["subtract_multiply"],
    ),
    "on either side": (
        lambda m, x, p: m.map("multiply", m.map("divide", x, p), m.map("add", x, 1.5)),
        lambda: X / P * (X + 1.5),
        ["multiply_divide_add"],
    ),
    "one in another in a third, and no more": (
        lambda m, x, p: m.map("add", m.map("add", m.map("add", m.map("multiply", x, p), p), x), p),
        lambda: X * P + P + X + P,
        ["add_add_multiply", "add"],
    ),
    "a number that depends on the batch": (
        lambda m, x, p: m.map("add", m.map("multiply", Scale(1.0, 1), x), p),
        lambda: X / 5 + P,
        ["add_multiply"],
    ),
    "what another reads too": (twice, lambda: X * P + np.exp(X * P), ["multiply", "exp", "add"]),
    "what is read in another order": (
        lambda m, x, p: m.map("add", m.map("multiply", x, p).at(np.array([2, 0, 1])), x),
        lambda: (X * P)[:, [2, 0, 1]] + X,
        ["multiply", "add"],
    ),
    "one number for several": (
        lambda m, x, p: m.map("multiply", m.map("add", x.at(np.array([1])), 1.0), x),
        lambda: (X[:, 1:2] + 1.0) * X,
        ["add", "multiply"],
    ),
    "the same for all samples": (
        lambda m, x, p: m.map("multiply", m.map("add", p, 1.0), x),
        lambda: (P + 1.0) * X,
        ["add", "multiply"],
    ),
    "a divisor, whose infinity would vanish": (
        lambda m, x, p: m.map("divide", x, m.map("multiply", x, p)),
        lambda: X / (X * P),
        ["multiply", "divide"],
    ),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_the_same_is_computed_in_fewer_passes(name: str) -> None:
    write, expected, left = WRITTEN[name]
    plan = plan_of(write)
    assert [made.name for made in fused(plan).instructions if isinstance(made, Map)] == left
    program = NumbaProgram(plan, FLOAT64)
    np.testing.assert_allclose(program.outputs([X], P), expected(), rtol=1e-15)


def test_what_is_not_finite_inside_is_unfit() -> None:
    plan = plan_of(lambda m, x, p: m.map("subtract", m.map("multiply", x, x), m.map("multiply", x, p)))
    assert len(fused(plan).instructions) == 1
    with pytest.raises(Unfit):
        NumbaProgram(plan, FLOAT64).outputs([np.full((5, 3), 1e200)], P)
