"""Choices become rows of a table: one instruction reads those that samples choose, another adds to them."""

from typing import Any

import numpy as np
import pytest

from autograd import Value, compile, exp, sigmoid, weighted_sum
from autograd.compiler.backends.numpy import NumPyProgram
from autograd.compiler.plan.builder import Builder
from autograd.compiler.plan.choose import AddRows, Choose
from autograd.compiler.plan.instructions import Scale, Scatter, ref
from autograd.compiler.plan.interpret import interpret
from autograd.compiler.plan.plan import Plan
from autograd.compiler.plan.validate import validate
from autograd.errors import DomainError
from autograd.functions import choose

INDICES = np.array([2.0, 0.0, 2.0, -1.0, 1.0, -4.0])
X = np.linspace(-1.0, 1.0, 6)


def table(rows: int = 4, width: int = 2) -> list[list[Value]]:
    return [[Value((width * i + j) % 7 * 0.1 - 0.25, f"E{i}{j}") for j in range(width)] for i in range(rows)]


def row(index: Any, rows: list[list[Any]]) -> list[Value]:
    return [choose(index, column) for column in zip(*rows, strict=True)]


def slopes_by_differences(cost: Any, parameters: list[Value], *arrays: Any, step: float = 1e-6) -> np.ndarray[Any, Any]:
    """The mean's derivatives by central differences, eager, one row and one parameter after another."""

    def mean() -> float:
        rows = zip(*arrays, strict=True)
        return float(np.mean([cost(*(Value(number) for number in given)).data for given in rows]))

    found = []
    for parameter in parameters:
        before, around = parameter.data, []
        for sign in (1, -1):
            parameter.data = before + sign * step
            around.append(mean())
        parameter.data = before
        found.append((around[0] - around[1]) / (2 * step))
    return np.array(found)


def hold(cost: Any, *arrays: Any, backend: str = "numpy") -> Any:
    """A compiled cost is the eager one row by row, and its gradient that of differences; the compiled function."""
    compiled = compile(cost, backend=backend)
    expected = [cost(*(Value(number) for number in given)).data for given in zip(*arrays, strict=True)]
    np.testing.assert_allclose(compiled(*arrays), expected, rtol=1e-12, atol=1e-15)
    mean, slopes = compiled.gradient(*arrays)
    assert mean == pytest.approx(np.mean(expected), rel=1e-12)
    differences = slopes_by_differences(cost, list(compiled.parameters), *arrays)
    np.testing.assert_allclose(slopes, differences, rtol=1e-6, atol=1e-9)
    return compiled


def test_indices_choose_rows_and_their_gradient_goes_to_these_alone():
    rows, w = table(), [Value(0.7), Value(-0.4)]
    compiled = hold(lambda i, x: sigmoid(weighted_sum(w, row(i, rows)) * x) ** 2, np.array([2.0, 0.0, 2.0]), X[:3])
    assert compiled.plan.count(Choose) == compiled.plan.count(AddRows) == 1
    assert "t4 = E[i]" not in str(compiled.plan) and "[i]" in str(compiled.plan) and "add_at(i, " in str(compiled.plan)
    slopes = dict(zip(map(id, compiled.parameters), compiled.gradient([2.0, 0.0, 2.0], X[:3])[1], strict=True))
    assert [slopes[id(v)] == 0.0 for line in rows for v in line] == [False, False, True, True] * 2


CASES = {
    "one table, one index": lambda E, V, u: lambda i, x: exp(sum(row(i, E)) * x),
    "one column alone": lambda E, V, u: lambda i, x: exp(choose(i, [r[1] for r in E]) * x),
    "a table of numbers": lambda E, V, u: lambda i, x: exp(sum(row(i, [[1.0, 2.0], [3.0, 4.0]] * 2)) * x * u),
    "numbers and Values": lambda E, V, u: lambda i, x: exp(sum(row(i, [[0.0, 0.5], *E[1:]])) * x),
    "computed rows": lambda E, V, u: lambda i, x: sum(row(i, [[exp(v * u) for v in r] for r in E])) * x,
    "rows of the sample": lambda E, V, u: lambda i, x: sum(row(i, [[v * x for v in r] for r in E])) ** 2,
    "a table that shares rows": lambda E, V, u: lambda i, x: exp(sum(row(i, [E[0], E[1], E[0], E[3]])) * x),
    "rows in another order": lambda E, V, u: lambda i, x: exp(sum(row(i, E[::-1])) * x + E[1][1]),
    "two tables": lambda E, V, u: lambda i, x: exp(sum(a * b for a, b in zip(row(i, E), row(i, V), strict=True)) * x),
    "two indices": lambda E, V, u: lambda i, x: exp((sum(row(i, E)) - sum(row(-i - 1, E))) * x),
    "decayed too": lambda E, V, u: lambda i, x: exp(sum(row(i, E)) * x) + sum(v * v for r in E for v in r),
    "index and number": lambda E, V, u: lambda i, x: exp(sum(row(i, E)) * x) * i * u,
}


WITH_JAX = {"rows of the sample"}


@pytest.mark.parametrize(
    ("case", "backend"),
    [(case, b) for case in CASES for b in ("numpy", "reference", "jax") if b != "jax" or case in WITH_JAX],
)
def test_compiled_and_eager_agree(case, backend):
    if backend == "jax":
        pytest.importorskip("jax")
    hold(CASES[case](table(), table(4, 2), Value(0.6)), INDICES[:4], X[:4], backend=backend)


def test_indices_that_share_columns_share_one_instruction():
    rows = table()
    f = compile(lambda t: sum((sum(row(i, rows)) * (k + 1)) ** 2 for k, i in enumerate(t)))
    f.gradient(np.array([[0.0, 1.0, 3.0], [2.0, 2.0, 2.0]]))
    assert f.plan.count(Choose) == f.plan.count(AddRows) == 1
    assert "E[t]" not in str(f.plan)  # the rows have labels of their own


@pytest.mark.parametrize("backend", ["numpy", "reference"])
def test_tables_of_the_sample_that_are_made_alike_share_one_instruction(backend):
    """As the next token's probability at every place of a sequence."""
    w = [Value(0.3), Value(-0.2), Value(0.5)]

    def cost(x, t):
        z = [[exp(v * a) for v in w] for a in x]
        return sum(choose(i, row) * (k + 1.0) for k, (i, row) in enumerate(zip(t, z, strict=True)))

    x, t = np.linspace(-1.0, 1.0, 12).reshape(3, 4), np.array([[0.0, 2.0, -1.0, 1.0], [2.0] * 4, [-3.0, 0.0, 0.0, 1.0]])
    f = compile(cost, backend=backend)
    expected = [cost(*(list(map(Value, part)) for part in given)).data for given in zip(x, t, strict=True)]
    np.testing.assert_allclose(f(x, t), expected, rtol=1e-13)
    _, slopes = f.gradient(x, t)
    for parameter, slope in zip(f.parameters, slopes, strict=True):
        k = next(k for k, v in enumerate(w) if v is parameter)
        wanted = (np.arange(1, 5) * x * np.exp(parameter.data * x))[t.astype(int) % 3 == k].sum() / 3
        assert slope == pytest.approx(wanted, rel=1e-12)
    assert f.plan.count(Choose) == f.plan.count(AddRows) == 1


def test_a_large_table_s_slopes_are_written_where_they_belong():
    """And whether they are finite is seen of the rows that were added, not of all."""
    rows, w = table(1100, 4), [Value(0.1 * j + 0.1) for j in range(4)]
    f = compile(lambda i, x: (weighted_sum(w, row(i, rows)) - x) ** 2)
    _, slopes = f.gradient(np.array([7.0, 1099.0, 7.0]), X[:3])
    assert np.count_nonzero(slopes) == 12
    assert "reshape(1100, 4)" in f.source and "squares(g)" not in f.source
    assert len(f.source.splitlines()) < 40


@pytest.mark.parametrize(
    ("bad", "backend"),
    [(bad, b) for bad in (4.0, -5.0, 1e300, -1e300) for b in ("numpy", "reference")],
)
def test_an_index_out_of_range_is_an_error_of_its_row(bad, backend):
    if backend == "jax":
        pytest.importorskip("jax")
    rows = table()
    f = compile(lambda i: sum(row(i, rows)), backend=backend)
    for run in (f, f.gradient):
        with pytest.raises(DomainError, match="row 1: choose: expected an index that one of the options has"):
            run(np.array([0.0, bad, 1.0]))


def plan_of(batched: bool, places: Any, index_of_input: bool) -> Plan:
    """A table of three rows at these places of an array, and what is added to its rows."""
    builder = Builder()
    x = builder.array(12, True, kind="input", source=0)
    p = builder.array(12, False, kind="parameters")
    index = ref(x, [1, 0]) if index_of_input else ref(p, [1, 0])
    chosen = builder.choose(index, ref(x if batched else p, places), 3)
    adjoint = builder.map("multiply", Scale(1.0, 1), builder.map("multiply", chosen, chosen))
    added = builder.add_rows([(index, adjoint), (index, chosen)], 3, 4, batched)
    total = builder.sum(added, 12)
    cost = builder.batch_sum(total) if total.array.batched else total
    gradient = builder.batch_sum(added) if added.array.batched else added
    return validate(Plan(builder.instructions, builder.arrays, p, chosen, cost, gradient))


@pytest.mark.parametrize("places", [range(12), range(11, -1, -1), np.arange(12).reshape(4, 3).T, [0, 5, 3, 1] * 3])
@pytest.mark.parametrize("batched", [True, False])
@pytest.mark.parametrize("index_of_input", [True, False])
def test_tables_may_lie_anywhere(places, batched, index_of_input):
    plan = plan_of(batched, np.ravel(places), index_of_input)
    x, p, into = np.linspace(0.0, 2.4, 36).reshape(3, 12) % 3, np.linspace(2.5, -2.5, 12), np.empty(12)
    expected = interpret(plan, [x], p)
    program = NumPyProgram(plan, np.dtype(float))
    np.testing.assert_allclose(program.gradient([x], p, into), expected.cost, rtol=1e-12)
    np.testing.assert_allclose(into, expected.gradient, rtol=1e-12)
    outputs = np.broadcast_to(program.outputs([x], p), expected.outputs.shape)
    np.testing.assert_allclose(outputs, expected.outputs, rtol=1e-12)


def test_what_the_interpreter_means_by_rows():
    """Held to a loop over samples and indices."""
    plan = plan_of(False, np.arange(12), True)
    x, p = np.array([[2.0, 0.0], [2.0, 2.0]]).repeat(6, axis=1)[:, [0, 6, *range(10)]], np.arange(12.0)
    found = interpret(plan, [x], p)
    rows, added = p.reshape(3, 4), np.zeros((3, 4))
    for line, of_sample in enumerate(x[:, [1, 0]].astype(int)):
        np.testing.assert_array_equal(found.outputs[line], np.concatenate([rows[i] for i in of_sample]))
        for i in of_sample:
            added[i] += rows[i] ** 2 / 2 + rows[i]
    np.testing.assert_allclose(found.gradient, added.ravel(), rtol=1e-14)


def test_no_number_is_gathered_for_a_table_that_is_read_elsewhere_first():
    rows = table(50, 3)
    f = compile(lambda i: exp(sum(row(i, rows)) * rows[7][1] * rows[31][0]))
    f.gradient(INDICES)
    assert sum(isinstance(made, Scatter) for made in f.plan.instructions) == 1
    assert f.source.count("take(p") == 0
