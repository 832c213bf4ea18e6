"""Small plans written by hand, and how a NumPy program is held to what they mean."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.compiler.backends.numpy import NumPyProgram
from autograd.compiler.plan.builder import Builder
from autograd.compiler.plan.instructions import Array, Guard, Ref, Scale, ref
from autograd.compiler.plan.interpret import interpret
from autograd.compiler.plan.plan import Plan

FLOAT64, FLOAT32 = np.dtype(np.float64), np.dtype(np.float32)
TOLERANCE = {FLOAT64: 1e-12, FLOAT32: 1e-3}


def agree(found: Any, expected: Any, dtype: Any = FLOAT64) -> None:
    scale = max(1.0, float(np.abs(expected).max(initial=0.0)))
    np.testing.assert_allclose(found, expected, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype] * scale)


def start(size: int = 3) -> tuple[Builder, Array, Array]:
    """A builder with an input and parameters of one size."""
    builder = Builder()
    x = builder.array(size, True, kind="input", source=0)
    return builder, x, builder.array(size, False, kind="parameters")


def hold(builder: Builder, condition: Ref) -> None:
    """A guard that holds."""
    builder.instructions.append(Guard(builder.array(0, True), condition, 1.0, "a < b", "here"))


def cost_of(builder: Builder, x: Array) -> Ref:
    return builder.map("multiply", Scale(1.0, 1), builder.batch_sum(ref(x, [0])))


def agree_with_interpreter(plan: Plan, size: int = 3, rows: int = 4) -> None:
    x, parameters, into = np.linspace(-1, 2, rows * size).reshape(rows, size), np.linspace(1, 2, size), np.empty(size)
    expected = interpret(plan, [x], parameters)
    agree(NumPyProgram(plan, FLOAT64).gradient([x], parameters, into), expected.cost)
    agree(into, expected.gradient)


def outputs_agree_with_interpreter(plan: Plan, size: int) -> None:
    made, parameters = NumPyProgram(plan, FLOAT64), np.linspace(1, 2, size)
    for start in (-1.0, 0.5):
        x = np.linspace(start, 2, 4 * size).reshape(4, size)
        agree(made.outputs([x], parameters), interpret(plan, [x], parameters).outputs)


def squares(read_elsewhere: bool = False) -> Plan:
    builder, x, p = start()
    difference = builder.map("subtract", Ref(p), Ref(x))
    squared = builder.map("power", difference, 2.0)
    cost = builder.map("multiply", Scale(1.0, 1), builder.batch_sum(builder.sum(squared, 3)))
    slopes = squared if read_elsewhere else builder.map("multiply", Scale(2.0, 1), difference)
    return Plan(builder.instructions, builder.arrays, p, ref(x, [0]), cost, builder.batch_sum(slopes))
