"""The NumPy back end computes what the interpreter says that a plan means."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd.compiler.backends.base import OffPath, Unfit
from autograd.compiler.backends.numpy import NumPyProgram, program, source
from autograd.compiler.backends.numpy.calls import number
from autograd.compiler.backends.numpy.products import as_matmul
from autograd.compiler.plan.builder import Builder
from autograd.compiler.plan.instructions import (
    Contraction,
    Operand,
    Ref,
    Scale,
    ref,
)
from autograd.compiler.plan.interpret import interpret
from autograd.compiler.plan.plan import Plan
from autograd.primitives import TABLE

from .random_plans import RandomPlan, contractions, random_plans
from .small_plans import FLOAT32, FLOAT64, agree, cost_of, squares, start

many = settings(max_examples=50)


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


# Every operation, in every layout of memory


@pytest.mark.parametrize("name", sorted(TABLE))
@pytest.mark.parametrize("dtype", [FLOAT64, FLOAT32], ids=str)
def test_every_operation_of_the_table(name: str, dtype: Any) -> None:
    builder, x, p = start()
    operands: list[Operand] = [Ref(x), ref(x, [2, 1, 0]), ref(p, [1])][: TABLE[name].arity or 3]
    if name == "choose":
        operands[0] = ref(p, [2])  # an index of one of the two others
    out = builder.map(name, *operands)
    plan = Plan(builder.instructions, builder.arrays, p, out)
    inputs, parameters = [np.array([[0.5, 2.0, 1.25], [1.0, 1.0, 3.0]])], np.array([0.5, 0.75, 1.5])
    low, high = TABLE[name].domain[0]
    inputs = [x / 4 if high == 1.0 else x + 1 if low == 1.0 else x for x in inputs]
    found = NumPyProgram(plan, dtype).outputs([inputs[0].astype(dtype)], parameters.astype(dtype))
    agree(found, interpret(plan, inputs, parameters).outputs, dtype)


@given(random_plans(), st.sampled_from(["columns first", "every second", "backwards", "a part"]))
def test_inputs_may_lie_in_memory_in_any_way(made: RandomPlan, how: str) -> None:
    lie = {
        "columns first": np.asfortranarray,
        "every second": lambda a: np.repeat(np.repeat(a, 2, axis=0), 2, axis=1)[::2, ::2],
        "backwards": lambda a: a[::-1, ::-1].copy()[::-1, ::-1],
        "a part": lambda a: np.pad(a, 1, constant_values=np.nan)[1:-1, 1:-1],
    }[how]
    into, expected = np.empty(made.parameters.shape), interpret(made.plan, made.inputs, made.parameters)
    agree(NumPyProgram(made.plan, FLOAT64).gradient(list(map(lie, made.inputs)), made.parameters, into), expected.cost)
    agree(into, expected.gradient)


# Products


LETTERS = st.sampled_from(["left", "right", "shared", "stacked"])


@given(st.lists(st.tuples(LETTERS, st.integers(1, 3)), min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_any_contraction_is_one_matmul(kinds: list[tuple[str, int]], random: Any) -> None:
    letters = dict(zip("pqrst", kinds, strict=False))

    def side(*wanted: str) -> str:
        own = [letter for letter, (kind, _) in letters.items() if kind in wanted]
        random.shuffle(own)
        return "".join(own)

    left, right = side("left", "shared", "stacked"), side("right", "shared", "stacked")
    out = side("left", "right", "stacked")
    sizes = {letter: size for letter, (_, size) in letters.items()}
    contraction = Contraction(left, right, out, sizes)
    numbers = [np.arange(1.0, 1.0 + np.prod(contraction.shape(own))) for own in (left, right)]
    first, second = (a.reshape(contraction.shape(own)) for a, own in zip(numbers, (left, right), strict=True))
    form = as_matmul(contraction)

    def arranged(array: Any, arrangement: Any) -> Any:
        lengths = iter(array.transpose(arrangement.order).shape)
        merged = [int(np.prod([next(lengths) for _ in range(group)])) for group in arrangement.groups]
        return array.transpose(arrangement.order).reshape(merged)

    result = np.empty(contraction.shape(out))
    target = arranged(result, form.out)
    factors = (second, first) if form.swapped else (first, second)
    np.matmul(arranged(factors[0], form.first), arranged(factors[1], form.second), out=target)
    agree(target.ravel(), np.einsum(str(contraction), first, second).ravel())


@pytest.mark.parametrize("letters", contractions(), ids="{0[0]},{0[1]}->{0[2]}".format)
def test_only_products_of_each_sample_by_itself_are_stacked(letters: tuple[str, str, str]) -> None:
    form = as_matmul(Contraction(*letters, {"r": 2, "c": 3, "k": 4}))
    by_sample = all("b" in own for own in letters)
    # The samples' rows of this one do not lie together in the result.
    apart = letters == ("brk", "ck", "bcr")
    assert len(form.out.groups) == (3 if by_sample or apart else 2)


# What is not finite


def outer() -> Plan:
    """A gradient of 70 x 70 numbers, the products of the positions of two inputs, summed over the samples."""
    builder = Builder()
    x, y = (builder.array(70, True, kind="input", source=k) for k in range(2))
    p = builder.array(4900, False, kind="parameters")
    slopes = builder.product(Ref(x), Ref(y), Contraction("br", "bk", "rk", {"r": 70, "k": 70}))
    gradient = builder.scatter([(slopes, np.arange(4900))], 4900, False)
    return Plan(builder.instructions, builder.arrays, p, ref(x, [0]), cost_of(builder, x), gradient)


def test_a_large_product_is_known_to_be_finite_by_its_factors() -> None:
    program, into = NumPyProgram(outer(), FLOAT64), np.empty(4900)
    assert "squares(x0)" in program.source and "squares(g" not in program.source and "squares(v" not in program.source
    x, y, parameters = np.ones((2, 70)), np.ones((2, 70)), np.zeros(4900)
    program.gradient([x, y], parameters, into)
    # A factor whose squares overflow proves nothing: the numbers themselves are finite.
    x[1, 3] = 1e200
    program.gradient([x, y], parameters, into)
    assert into.max() == 1e200
    y[1, 5] = 1e200
    with pytest.raises(Unfit):
        program.gradient([x, y], parameters, into)


def test_what_lies_between_the_numbers_of_a_large_product_is_looked_at() -> None:
    builder = Builder()
    x, y, z = (builder.array(size, True, kind="input", source=k) for k, size in enumerate((70, 70, 4900)))
    p = builder.array(9800, False, kind="parameters")
    slopes = builder.product(Ref(x), Ref(y), Contraction("br", "bk", "rk", {"r": 70, "k": 70}))
    others = builder.batch_sum(builder.map("exp", Ref(z)))
    gradient = builder.scatter([(slopes, np.arange(0, 9800, 2)), (others, np.arange(1, 9800, 2))], 9800, False)
    plan = Plan(builder.instructions, builder.arrays, p, ref(x, [0]), cost_of(builder, x), gradient)
    large = np.zeros((1, 4900))
    large[0, 0] = 1000.0
    with pytest.raises(Unfit):
        NumPyProgram(plan, FLOAT64).gradient([np.ones((1, 70))] * 2 + [large], np.zeros(9800), np.empty(9800))


@pytest.mark.parametrize(
    ("name", "number"), [("log", -1.0), ("log", 0.0), ("exp", 1000.0), ("divide", 0.0), ("sqrt", -1.0)]
)
def test_what_is_not_finite_is_unfit(name: str, number: float) -> None:
    builder, x, p = start()
    operands: list[Operand] = [1.0, Ref(x)] if name == "divide" else [Ref(x)]
    plan = Plan(builder.instructions, builder.arrays, p, builder.map(name, *operands))
    program = NumPyProgram(plan, FLOAT64)
    with pytest.raises(Unfit):
        program.outputs([np.array([[1.0, number, 1.0]])], np.ones(3))
    # Nothing of it is left.
    assert np.isfinite(program.outputs([np.ones((1, 3))], np.ones(3))).all()


@given(random_plans(guards=True))
def test_the_first_row_off_the_path_is_told(made: RandomPlan) -> None:
    program, into = NumPyProgram(made.plan, FLOAT64), np.empty(made.parameters.shape)
    off_path = interpret(made.plan, made.inputs, made.parameters).off_path
    for run in (
        lambda: program.gradient(made.inputs, made.parameters, into),
        lambda: program.outputs(made.inputs, made.parameters),
    ):
        if not off_path:
            run()
            continue
        with pytest.raises(OffPath) as told:
            run()
        assert [(told.value.guard, told.value.row)] == off_path


# Runs


def test_runs_are_prepared_once_for_each_size_and_place() -> None:
    way = NumPyProgram(squares(), FLOAT64)._gradient
    prepared = []
    prepare, way._prepare = way._prepare, lambda *bound: prepared.append(bound[0]) or prepare(*bound)
    x, parameters, into = np.ones((5, 3)), np.ones(3), np.empty(3)
    for rows in (5, 2, 5, 2):
        way.run([x[:rows]], parameters, into)
    assert prepared == [5, 2]
    other, moved = np.empty(3), np.full(3, 3.0)
    way.run([x], moved, other)
    assert prepared == [5, 2, 5] and other.tolist() == [4.0] * 3


def test_runs_that_take_too_much_memory_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    way = NumPyProgram(squares(), FLOAT64)._gradient
    monkeypatch.setattr(program, "_KEPT_BYTES", 3 * (way._bytes + 10 * way._row_bytes))
    for rows in range(1, 30):
        way.run([np.ones((rows, 3))], np.ones(3), np.empty(3))
    assert list(dict.fromkeys(rows for rows, *_ in way._kept))[-1] == 29
    assert sum(kept.bytes for kept in way._kept.values()) <= program._KEPT_BYTES


@given(random_plans())
def test_a_long_program_runs_in_pieces(made: RandomPlan) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(source, "_LONG", 2)
        pieces, into = NumPyProgram(made.plan, FLOAT64), np.empty(made.parameters.shape)
        expected = interpret(made.plan, made.inputs, made.parameters)
        agree(pieces.gradient(made.inputs, made.parameters, into), expected.cost)
    agree(into, expected.gradient)


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan, -0.0, 5e-324, Scale(3.0, 2), Scale(-0.5, -1)])
def test_numbers_are_written_as_they_are(value: Any) -> None:
    written = eval(str(number(value)), {"np": np, "n": 5, "dtype": FLOAT64})
    expected = value.for_rows(5) if isinstance(value, Scale) else value
    assert written.tobytes() == np.array(expected).tobytes() or (written != written and expected != expected)


@pytest.mark.parametrize("strides", [(3, 1), (1, 4)], ids=["neighbours", "apart"])
def test_sums_of_neighbours_are_a_product_with_ones(strides):
    builder = Builder()
    parameters = builder.array(1, False, kind="parameters", source=np.arange(1))
    x = Ref(builder.array(12, True, kind="input", source=0))
    places = np.add.outer(strides[0] * np.arange(4), strides[1] * np.arange(3)).ravel()
    output = builder.sum(builder.map("exp", x).at(places), 3)
    made = NumPyProgram(Plan(builder.instructions, builder.arrays, parameters, output), FLOAT64)
    batch = np.random.default_rng(0).random((5, 12))
    expected = np.exp(batch)[:, places].reshape(5, 4, 3).sum(axis=2)
    np.testing.assert_allclose(made.outputs([batch], np.ones(1)), expected, rtol=1e-15)
    assert ("add_reduce" in made.source) == (strides != (3, 1))
