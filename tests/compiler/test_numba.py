"""The numba back end computes what the interpreter says that a plan means, whatever the batch's size."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nn
from autograd import Value, compile, exp, log, operation, tanh, total
from autograd.compiler import order
from autograd.compiler.backends.base import OffPath, Unfit
from autograd.compiler.backends.numpy import NumPyProgram
from autograd.compiler.plan.builder import Builder
from autograd.compiler.plan.instructions import Contraction, Operand, Ref, ref
from autograd.compiler.plan.interpret import interpret
from autograd.compiler.plan.plan import Plan
from autograd.compiler.plan.walk import Walk, WalkBack
from autograd.errors import RowByRowWarning

from .random_plans import RandomPlan, contractions, random_plans
from .small_plans import FLOAT32, FLOAT64, agree, cost_of, squares, start
from .test_equivalence import ROWS, STEPS, data, random_function, values
from .test_loops import PROGRAMS
from .test_walks import CHAINS
from .zoo import ZOO, made

pytest.importorskip("numba", reason='numba is not installed: pip install "scalar-autograd[fast]"')
pytest.importorskip("scipy", reason='SciPy is not installed: pip install "scalar-autograd[fast]"')

from autograd.compiler.backends.numba import NumbaProgram, program  # where there is numba
from autograd.compiler.backends.numba.amounts import ROWS as N
from autograd.compiler.backends.numba.amounts import Amount

some = settings(max_examples=60)


class AloneProgram(NumbaProgram):
    """A program that may not ask NumPy's."""

    @property
    def _numpy(self) -> Any:
        raise AssertionError("the machine objects")


def runs(made: RandomPlan) -> list[list[Any]]:
    """The inputs; again, with what the first run left in the memory; and another number of rows."""
    return [made.inputs, made.inputs, [array[:1] for array in made.inputs]]


def check(made: RandomPlan, dtype: Any = FLOAT64) -> None:
    alone = AloneProgram(made.plan, dtype)
    parameters, into = made.parameters.astype(dtype), np.full(made.parameters.shape, np.nan, dtype)
    for inputs in runs(made):
        expected, columns = interpret(made.plan, inputs, made.parameters), [array.astype(dtype) for array in inputs]
        agree(alone.gradient(columns, parameters, into), expected.cost, dtype)
        agree(into, expected.gradient, dtype)
        found = alone.outputs(columns, parameters)
        assert found.dtype == dtype
        agree(np.broadcast_to(found, expected.outputs.shape), expected.outputs, dtype)


@some
@given(random_plans(), st.sampled_from([FLOAT64, FLOAT32]))
def test_random_plans(made: RandomPlan, dtype: Any) -> None:
    check(made, dtype)


@some
@given(random_plans(), st.sampled_from([1, 2]))
def test_a_batch_in_parts(made: RandomPlan, rows: int) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(program, "PART_BYTES", 0)
        patched.setattr(program, "LEAST_ROWS", rows)
        check(made)


def test_many_rows_come_in_parts_with_what_is_left_of_them() -> None:
    w = values(3, 4)

    def cost(x: Any, y: Any) -> Any:
        return (tanh(total(p * q for p, q in zip(w, x, strict=True))) - y) ** 2 + w[0] ** 2

    f, g = compile(cost, backend="numba"), compile(cost)
    for rows in (1, 16, 20_000, 70_001):
        arrays = data(rows, (rows, 4), rows)
        found, expected = f.gradient(*arrays), g.gradient(*arrays)
        np.testing.assert_allclose(found[0], expected[0], rtol=1e-12)
        np.testing.assert_allclose(found[1], expected[1], rtol=1e-11, atol=1e-13)
        np.testing.assert_allclose(f(*arrays), g(*arrays), rtol=1e-12)
    kept = f._programs.latest.program._gradient._kept
    assert max(run.bytes for run in kept.values()) < 2 * program.PART_BYTES


@pytest.mark.parametrize("name", ZOO)
def test_the_zoo(name: str) -> None:
    function, arrays = made(name)
    f, plain = compile(function, backend="numba"), compile(function, backend="reference")
    np.testing.assert_allclose(f(*arrays), plain(*arrays), rtol=1e-12, atol=1e-14)
    (cost, slopes), (expected, wanted) = f.gradient(*arrays), plain.gradient(*arrays)
    np.testing.assert_allclose(cost, expected, rtol=1e-12)
    np.testing.assert_allclose(slopes, wanted, rtol=1e-12, atol=1e-13)
    assert "_numpy" not in vars(f._programs.latest.program)


@settings(max_examples=20)
@given(STEPS, st.integers(0, 1000))
def test_random_programs(steps: Any, seed: int) -> None:
    function, arrays = random_function(steps, values(seed, 3)), data(seed + 1, (ROWS, 3), ROWS)
    found, expected = (compile(function, backend=name).gradient(*arrays) for name in ("numba", "reference"))
    np.testing.assert_allclose(found[0], expected[0], rtol=1e-12)
    np.testing.assert_allclose(found[1], expected[1], rtol=1e-12, atol=1e-13)


# Steps


@pytest.mark.parametrize("name", PROGRAMS)
def test_loops(name: str) -> None:
    function, arrays = PROGRAMS[name]()
    f, plain = compile(function, backend="numba"), compile(function, backend="reference")
    for rows in (len(arrays[0]), 1):
        some = [array[:rows] for array in arrays]
        (cost, slopes), (expected, wanted) = f.gradient(*some), plain.gradient(*some)
        np.testing.assert_allclose(f(*some), plain(*some), rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(cost, expected, rtol=1e-12)
        np.testing.assert_allclose(slopes, wanted, rtol=1e-12, atol=1e-13)
    assert "_numpy" not in vars(f._programs.latest.program)


@pytest.mark.parametrize("dtype", [FLOAT64, FLOAT32], ids=str)
@pytest.mark.parametrize("name", CHAINS)
def test_walks(name: str, dtype: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    # So that what repeats is no loop.
    monkeypatch.setattr(order, "recurrences_of", lambda atoms: [])
    x = np.linspace(0.4, 0.9, 5)
    f, plain = compile(CHAINS[name](100), backend="numba", dtype=dtype), compile(CHAINS[name](100))
    (cost, slopes), (expected, wanted) = f.gradient(x), plain.gradient(x)
    assert f.plan.count(Walk) == f.plan.count(WalkBack) == 1
    agree(cost, expected, dtype)
    agree(slopes, wanted, dtype)
    assert "_numpy" not in vars(f._programs.latest.program)


def test_steps_of_a_batch_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "PART_BYTES", 0)
    monkeypatch.setattr(program, "LEAST_ROWS", 2)
    for repeats in (True, False):
        if not repeats:
            monkeypatch.setattr(order, "recurrences_of", lambda atoms: [])
        function, arrays = PROGRAMS["gated"]() if repeats else (CHAINS["lorenz"](100), [np.linspace(0.4, 0.9, 5)])
        found, expected = (compile(function, backend=name).gradient(*arrays) for name in ("numba", "numpy"))
        np.testing.assert_allclose(found[0], expected[0], rtol=1e-12)
        np.testing.assert_allclose(found[1], expected[1], rtol=1e-11, atol=1e-13)


# Products


SIZES = [(1, 1, 1), (2, 3, 4), (5, 1, 9), (1, 9, 17), (13, 11, 8), (4, 40, 3), (70, 66, 30)]


@pytest.mark.parametrize("dtype", [FLOAT64, FLOAT32], ids=str)
@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("letters", contractions(), ids="{0[0]},{0[1]}->{0[2]}".format)
def test_products_of_every_kind_and_size(letters: Any, sizes: Any, dtype: Any) -> None:
    contraction = Contraction(*letters, dict(zip("rck", sizes, strict=True)))
    lengths = [int(np.prod(contraction.shape(own), dtype=int)) for own in letters]
    rng, builder = np.random.default_rng(0), Builder()
    parameters, batched = rng.random(sum(lengths[:2])), [own[0] == "b" for own in letters[:2]]
    x = builder.array(sum(lengths[:2]), True, kind="input", source=0)
    p = builder.array(sum(lengths[:2]), False, kind="parameters")
    first, second = (
        ref(x if own else p, np.arange(lengths[0]) if k == 0 else np.arange(*np.cumsum(lengths[:2])))
        for k, own in enumerate(batched)
    )
    plan = Plan(builder.instructions, builder.arrays, p, builder.product(first, second, contraction))
    inputs = [rng.random((3, sum(lengths[:2])))]
    found = AloneProgram(plan, dtype).outputs([inputs[0].astype(dtype)], parameters.astype(dtype))
    expected = interpret(plan, inputs, parameters).outputs
    agree(np.broadcast_to(found, expected.shape), expected, dtype)


# Moves


def test_one_number_goes_to_many_positions_anywhere() -> None:
    builder, x, p = start()
    made = builder.scatter([(ref(p, [1]), np.array([0, 0, 2, 0])), (ref(x, [1]), np.array([2, 0, 2]))], 3, True)
    plan = Plan(builder.instructions, builder.arrays, p, made)
    inputs, parameters = [np.array([[1.0, 2.0, 4.0], [8.0, 16.0, 32.0]])], np.array([100.0, 1000.0, 10000.0])
    agree(AloneProgram(plan, FLOAT64).outputs(inputs, parameters), interpret(plan, inputs, parameters).outputs)


def test_rows_that_are_added_once_are_so_where_the_batch_comes_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "PART_BYTES", 0)
    monkeypatch.setattr(program, "LEAST_ROWS", 1)
    builder, x, p = start()
    added = builder.add_rows([(ref(p, [0]), ref(p, [1])), (ref(x, [0]), ref(x, [1]))], 3, 1, False)
    plan = Plan(builder.instructions, builder.arrays, p, ref(x, [0]), cost_of(builder, x), added)
    x_rows, parameters, into = np.array([[0.0, 2.0, 0.0], [1.0, 3.0, 0.0]]), np.array([2.0, 7.0, 0.0]), np.empty(3)
    AloneProgram(plan, FLOAT64).gradient([x_rows], parameters, into)
    assert into.tolist() == [2.0, 3.0, 7.0]


# What the machine objects to


@pytest.mark.parametrize(
    ("name", "number"), [("log", -1.0), ("log", 0.0), ("exp", 1000.0), ("divide", 0.0), ("sqrt", -1.0)]
)
def test_what_is_not_finite_is_unfit(name: str, number: float) -> None:
    builder, x, p = start()
    operands: list[Operand] = [1.0, Ref(x)] if name == "divide" else [Ref(x)]
    made = NumbaProgram(Plan(builder.instructions, builder.arrays, p, builder.map(name, *operands)), FLOAT64)
    with pytest.raises(Unfit):
        made.outputs([np.array([[1.0, number, 1.0]])], np.ones(3))
    assert "_numpy" in vars(made)
    # Nothing of it is left.
    assert np.isfinite(made.outputs([np.ones((1, 3))], np.ones(3))).all()


def test_sums_and_products_that_overflow_are_unfit() -> None:
    builder, x, p = start()
    plan = Plan(builder.instructions, builder.arrays, p, ref(x, [0]), cost_of(builder, x), builder.batch_sum(Ref(x)))
    large, into = np.full((2, 3), 1.7e308), np.empty(3)
    with pytest.raises(Unfit):
        NumbaProgram(plan, FLOAT64).gradient([large], np.ones(3), into)
    dot = builder.product(Ref(x), Ref(p), Contraction("bk", "k", "b", {"k": 3}))
    made = NumbaProgram(Plan(builder.instructions, builder.arrays, p, dot), FLOAT64)
    with pytest.raises(Unfit):
        made.outputs([large], np.full(3, 10.0))


def test_what_vanishes_again_is_numpy_s() -> None:
    w = Value(1.0)
    f = compile(lambda x: 1 / (1 + exp(-w * x)), backend="numba")
    assert f([-1000.0, 1000.0]).tolist() == [0.0, 1.0]


@settings(max_examples=30)
@given(random_plans(guards=True))
def test_the_first_row_off_the_path_is_told(made: RandomPlan) -> None:
    alone, into = NumbaProgram(made.plan, FLOAT64), np.empty(made.parameters.shape)
    off_path = interpret(made.plan, made.inputs, made.parameters).off_path
    for run in (
        lambda: alone.gradient(made.inputs, made.parameters, into),
        lambda: alone.outputs(made.inputs, made.parameters),
    ):
        if not off_path:
            run()
            continue
        with pytest.raises(OffPath) as told:
            run()
        assert [(told.value.guard, told.value.row)] == off_path


# Memory


@settings(max_examples=30)
@given(random_plans(), st.sampled_from(["columns first", "every second", "backwards", "a part", "read only"]))
def test_inputs_may_lie_in_memory_in_any_way(made: RandomPlan, how: str) -> None:
    def read_only(array: Any) -> Any:
        array = array.copy()
        array.flags.writeable = False
        return array

    lie = {
        "columns first": np.asfortranarray,
        "every second": lambda a: np.repeat(np.repeat(a, 2, axis=0), 2, axis=1)[::2, ::2],
        "backwards": lambda a: a[::-1, ::-1].copy()[::-1, ::-1],
        "a part": lambda a: np.pad(a, 1, constant_values=np.nan)[1:-1, 1:-1],
        "read only": read_only,
    }[how]
    into, expected = np.empty(made.parameters.shape), interpret(made.plan, made.inputs, made.parameters)
    agree(AloneProgram(made.plan, FLOAT64).gradient(list(map(lie, made.inputs)), made.parameters, into), expected.cost)
    agree(into, expected.gradient)


def test_functions_of_many_arguments() -> None:
    w = Value(2.0)

    def cost(a: Any, b: Any, c: Any, d: Any, e: Any) -> Any:
        return (w * a * b + c * d - e) ** 2

    arrays = np.linspace(-1, 1, 30).reshape(5, 6)
    found, expected = (compile(cost, backend=name).gradient(*arrays) for name in ("numba", "numpy"))
    np.testing.assert_allclose(found[0], expected[0], rtol=1e-14)
    np.testing.assert_allclose(found[1], expected[1], rtol=1e-14)


def test_runs_are_made_once_for_each_size_and_place() -> None:
    way = NumbaProgram(squares(), FLOAT64)._gradient
    x, parameters, into = np.ones((5, 3)), np.ones(3), np.empty(3)
    for rows in (5, 2, 5, 2):
        way.run([x[:rows]], parameters, into)
    assert [rows for rows, *_ in way._kept] == [5, 2]
    other, moved = np.empty(3), np.full(3, 3.0)
    way.run([x], moved, other)
    assert [rows for rows, *_ in way._kept] == [5, 2, 5] and other.tolist() == [4.0] * 3


def test_runs_that_take_too_much_memory_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    way = NumbaProgram(squares(), FLOAT64)._gradient
    monkeypatch.setattr(program, "_KEPT_BYTES", 9000)
    for rows in range(1, 30):
        way.run([np.ones((rows, 3))], np.ones(3), np.empty(3))
    assert list(way._kept)[-1][0] == 29
    assert sum(run.bytes for run in way._kept.values()) <= 9000


def test_threads_compute_at_once_and_each_what_it_asked_for() -> None:
    network = nn.MLP([8, 16, 4], seed=0)
    functions = [compile(lambda x: network(x), backend="numba") for _ in range(4)]
    rng = np.random.default_rng(0)
    batches = [rng.random((64, 8)) for _ in functions]
    expected, found = [f(x) for f, x in zip(functions, batches, strict=True)], {}

    def work(k: int) -> None:
        found[k] = [functions[k](batches[k]) for _ in range(50)]

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all((one == expected[k]).all() for k in range(4) for one in found[k])


# Around


def test_amounts_depend_on_the_batch_s_size() -> None:
    amount = N.times(3) + Amount(4)
    assert amount.of(5) == 19 and str(amount) == "3n+4" and str(N) == "n" and str(Amount(2)) == "2"


def test_the_source_tells_the_instructions() -> None:
    w = Value(3.0)
    f = compile(lambda x: log(w * x), backend="numba").record([1.0])
    assert "multiply" in f.source and "log" in f.source and "across" not in f.source


def test_operations_of_floats_alone_are_numpy_s() -> None:
    squared = operation("squared", lambda a: a**2, [lambda a: 2 * a], floats=True)
    w = Value(3.0)
    with pytest.warns(RowByRowWarning, match="squared"):
        f = compile(lambda x: squared(w * x), backend="numba").record([1.0])
    assert isinstance(f._programs.latest.program, NumPyProgram)
    assert f([2.0]).tolist() == [36.0]


def test_columns_that_lie_apart_are_read_as_those_in_order():
    f = compile(lambda x, y, z, a: x[0] * y + x[1] * z[0] + a, backend="numba")
    numbers = np.random.default_rng(0)
    x, y, z, a = (numbers.normal(size=shape) for shape in ((2, 7), 14, (7, 6), 7))
    lying = x.T, y[::2], z[:, ::6], a[::-1]
    for columns in (lying, tuple(column.copy() for column in lying), tuple(column[::-1] for column in lying)):
        left, right, last, rest = columns
        np.testing.assert_allclose(f(*columns), left[:, 0] * right + left[:, 1] * last[:, 0] + rest, rtol=1e-15)
