"""What the NumPy back end decides before it writes a program: where arrays lie, and which costs are one sum."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograd.compiler.backends.numpy import NumPyProgram
from autograd.compiler.backends.numpy.storage import layout
from autograd.compiler.backends.numpy.views import Storage, View
from autograd.compiler.plan.builder import Builder
from autograd.compiler.plan.instructions import Array, Contraction, Piece, Ref, Scale, Scatter, mapped, ref
from autograd.compiler.plan.patterns import Pattern
from autograd.compiler.plan.plan import Plan

from .small_plans import FLOAT64, agree_with_interpreter, cost_of, hold, outputs_agree_with_interpreter, squares, start

# Where things lie


@pytest.mark.parametrize(
    ("order", "groups", "copies"),
    [((), (2, 1), False), ((1, 0, 2), (1, 2), True), ((0, 2, 1), (1, 2), True), ((2, 1, 0), (1, 1, 0, 1), False)],
)
def test_axes_run_together_without_a_copy_where_they_follow_one_another(order: Any, groups: Any, copies: bool) -> None:
    view = View(Storage("t", 6, True), Pattern(0, (2, 3), (3, 1)), order, groups)
    made = eval(str(view), {"t": (t := np.empty((5, 6))), "n": 5})
    assert view.copies == copies == (not np.may_share_memory(made, t))


def test_a_result_takes_the_buffer_of_an_operand_that_nobody_reads_any_more() -> None:
    builder, x, p = start()
    first = builder.map("exp", Ref(x))
    second = builder.map("sin", first)
    third = builder.map("multiply", second, ref(second.array, [2, 1, 0]))
    fourth = builder.map("add", first, third)
    places = layout(Plan(builder.instructions, builder.arrays, p, fourth)).places
    storage = [places[read.array.number].storage.name for read in (first, second, third, fourth)]
    # `first` is read later; `second` is read at other positions than those that are written.
    assert storage[3] == storage[0] and len(set(storage)) == 3


def test_pieces_of_the_gradient_are_computed_in_their_places() -> None:
    builder, x, p = start(6)
    summed = builder.batch_sum(ref(x, [0, 1]))
    product = builder.product(ref(x, [0, 1]), ref(x, [2, 3]), Contraction("br", "bk", "rk", {"r": 2, "k": 2}))
    gradient = builder.scatter([(product, np.array([0, 1, 3, 4])), (summed, np.array([2, 5]))], 6, False)
    plan = Plan(builder.instructions, builder.arrays, p, ref(x, [0]), cost_of(builder, x), gradient)
    assert layout(plan).inside == {summed.array.number, product.array.number}
    assert "copyto" not in NumPyProgram(plan, FLOAT64).source
    agree_with_interpreter(plan, 6)


@pytest.mark.parametrize(
    "places",
    [([0, 1, 2], [0, 1, 2]), ([0, 0, 0],), ([0, 1, 2], [2, 1, 0], [0, 1, 2])],
    ids=["added to", "repeated", "added twice"],
)
def test_no_piece_is_computed_where_others_come_later_or_zeros(places: tuple[list[int], ...]) -> None:
    builder, x, p = start()
    pieces = [(builder.batch_sum(builder.map("add", float(k), Ref(x))), np.array(at)) for k, at in enumerate(places)]
    added = builder.scatter(pieces, 3, False)
    plan = Plan(builder.instructions, builder.arrays, p, ref(x, [0]), cost_of(builder, x), added)
    assert not layout(plan).inside
    agree_with_interpreter(plan)


def test_a_piece_that_is_set_again_is_not_computed_in_its_place() -> None:
    builder, x, p = start()
    first, second = builder.batch_sum(Ref(x)), builder.batch_sum(builder.map("exp", Ref(x)))
    pieces = tuple(Piece(read, np.arange(3), False) for read in (second, first))
    gradient = builder.add(lambda out: Scatter(out, pieces, True), 3, False)
    agree_with_interpreter(Plan(builder.instructions, builder.arrays, p, ref(x, [0]), cost_of(builder, x), gradient))


def samples_product(builder: Builder, read: Ref, p: Array) -> Ref:
    """A product in which samples and columns run together: 2 columns, and 3 of each sample."""
    return builder.product(ref(p, [0, 1, 2]), read, Contraction("rk", "bck", "bcr", {"r": 1, "c": 2, "k": 3}))


def test_a_product_is_not_computed_where_samples_do_not_lie_together() -> None:
    builder, x, p = start(6)
    product = samples_product(builder, Ref(x), p)
    joined = builder.scatter([(product, np.array([0, 1])), (ref(x, [3]), np.array([2]))], 3, True)
    plan = Plan(builder.instructions, builder.arrays, p, joined)
    assert not layout(plan).inside
    outputs_agree_with_interpreter(plan, 6)


def test_what_must_be_copied_is_copied_for_every_batch() -> None:
    builder, x, p = start(8)
    product = samples_product(builder, ref(builder.map("exp", Ref(x)).array, np.arange(6)), p)
    outputs_agree_with_interpreter(Plan(builder.instructions, builder.arrays, p, product), 8)


def test_a_result_keeps_its_buffer_whoever_reads_it_last() -> None:
    builder, x, p = start(1)
    output = builder.map("exp", Ref(x))
    condition = builder.map("less", builder.map("sin", output), 2.0)
    hold(builder, condition)
    outputs_agree_with_interpreter(Plan(builder.instructions, builder.arrays, p, output), 1)


def test_a_result_that_is_a_piece_of_another_array_keeps_its_buffer() -> None:
    builder, x, p = start(6)
    inner = builder.sum(Ref(x), 2)
    joined = builder.scatter([(inner, np.array([1, 2, 3])), (0.5, np.array([0]))], 4, True)
    hold(builder, builder.map("less", ref(joined.array, [1]), 100.0))
    outputs_agree_with_interpreter(Plan(builder.instructions, builder.arrays, p, ref(inner.array, [1, 0, 2])), 6)


def test_the_gradient_is_computed_where_the_caller_wants_it() -> None:
    builder, x, p = start()
    gradient = builder.map("negative", builder.batch_sum(Ref(x)))
    plan = Plan(builder.instructions, builder.arrays, p, ref(x, [0]), cost_of(builder, x), gradient)
    assert layout(plan).places[gradient.array.number].storage.name == "g"
    agree_with_interpreter(plan)


def test_positions_that_no_view_has_are_gathered_once() -> None:
    builder, x, p = start(4)
    irregular = ref(x, [0, 3, 1])
    out = builder.map("multiply", builder.map("exp", irregular), builder.map("sin", irregular))
    plan = Plan(builder.instructions, builder.arrays, p, out)
    assert NumPyProgram(plan, FLOAT64).source.count("take(") == 1


# Costs that are one sum


def test_a_sum_of_squares_is_one_call() -> None:
    source = NumPyProgram(squares(), FLOAT64).source
    assert "cost = squares(" in source and "power" not in source and "add_reduce" not in source
    agree_with_interpreter(squares())


def test_squares_that_are_read_elsewhere_are_computed() -> None:
    source = NumPyProgram(squares(read_elsewhere=True), FLOAT64).source
    assert "cost = add_reduce(" in source
    agree_with_interpreter(squares(read_elsewhere=True))


@pytest.mark.parametrize("case", ["cubes", "some of them", "one for all"])
def test_what_only_looks_like_a_sum_of_squares(case: str) -> None:
    builder, x, p = start()
    difference = builder.map("subtract", Ref(p), Ref(x))
    powers = builder.map("power", difference, 3.0 if case == "cubes" else 2.0)
    if case == "one for all":
        base = builder.map("sin", ref(x, [1]))
        powers = builder.add(lambda out: mapped(out, "power", base, 2.0), 3, True)
    terms = powers.at(np.array([0, 2, 2])) if case == "some of them" else powers
    cost = builder.map("multiply", Scale(1.0, 1), builder.batch_sum(builder.sum(terms, 3)))
    plan = Plan(builder.instructions, builder.arrays, p, ref(x, [0]), cost, builder.batch_sum(Ref(x)))
    agree_with_interpreter(plan)
