"""The NumPy back end computes what the interpreter says that a plan means."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd.compiler.backends.numpy import NumPyProgram
from autograd.compiler.plan.interpret import interpret

from .random_plans import RandomPlan, random_plans

FLOAT64, FLOAT32 = np.dtype(np.float64), np.dtype(np.float32)
TOLERANCE = {FLOAT64: 1e-12, FLOAT32: 1e-3}
many = settings(max_examples=400)


def agree(found: Any, expected: Any, dtype: Any = FLOAT64) -> None:
    scale = max(1.0, float(np.abs(expected).max(initial=0.0)))
    np.testing.assert_allclose(found, expected, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype] * scale)


@many
@given(random_plans(learns=False), st.sampled_from([FLOAT64, FLOAT32]))
def test_outputs_are_those_of_the_interpreter(made: RandomPlan, dtype: Any) -> None:
    program = NumPyProgram(made.plan, dtype)
    parameters = made.parameters.astype(dtype)
    # A second time, with what the first has left in the buffers; and after it another number of rows.
    for inputs in (made.inputs, made.inputs, [array[:1] for array in made.inputs]):
        expected = interpret(made.plan, inputs, made.parameters).outputs
        found = program.outputs([array.astype(dtype) for array in inputs], parameters)
        assert found.dtype == dtype
        agree(np.broadcast_to(found, expected.shape), expected, dtype)


@many
@given(random_plans(), st.sampled_from([FLOAT64, FLOAT32]))
def test_cost_and_gradient_are_those_of_the_interpreter(made: RandomPlan, dtype: Any) -> None:
    program = NumPyProgram(made.plan, dtype)
    parameters, into = made.parameters.astype(dtype), np.full(made.parameters.shape, np.nan, dtype)
    for inputs in (made.inputs, made.inputs, [array[:1] for array in made.inputs]):
        expected = interpret(made.plan, inputs, made.parameters)
        agree(program.gradient([array.astype(dtype) for array in inputs], parameters, into), expected.cost, dtype)
        agree(into, expected.gradient, dtype)
    agree(np.broadcast_to(program.outputs(inputs, parameters), expected.outputs.shape), expected.outputs, dtype)
