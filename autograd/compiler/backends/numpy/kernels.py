"""Kernels: the calls that compute each kind of instruction."""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch
from math import prod

import numpy as np

from ....primitives.own import Own
from ...plan.choose import AddRows, Choose, starts
from ...plan.instructions import (
    Array,
    BatchSum,
    Guard,
    Instruction,
    LogSumExp,
    Map,
    Operand,
    Piece,
    Product,
    Ref,
    Scatter,
    Sum,
)
from ...plan.patterns import Pattern, affine, common, everything, is_contiguous, shaped
from ...plan.ragged import Ragged, filled_up
from ...plan.shares import LogSoftmax, SoftmaxAdjoint
from ...plan.walk import Steps, Walk, WalkBack
from .calls import Argument, Call, Held, Memory, Ones, Plain, Prepared, call, guard, number, positions
from .products import Matmul, ways_as_matmul
from .runtime import function_of
from .storage import Layout
from .tapes import Tape
from .views import Storage, View, whole
from .walks import Walking, WalkingBack
from .ways import WayBack


@singledispatch
def calls(instruction: Instruction, layout: Layout) -> list[Call]:
    """The calls that compute an instruction."""
    raise TypeError(f"NumPy: no kernel for {type(instruction).__name__}")


@calls.register
def _map(instruction: Map, layout: Layout) -> list[Call]:
    storage = layout.places[instruction.out.number].storage
    breaks = (storage.width,) if storage.rows else ()
    made, views, counts = aligned(instruction.reads, instruction.out.size, layout, breaks)
    remaining = iter(views)
    arguments: list[Argument] = [
        next(remaining) if isinstance(operand, Ref) else number(operand) for operand in instruction.arguments
    ]
    function, out = instruction.name, _target(instruction.out, counts, layout)
    if function == "power" and isinstance(exponent := instruction.arguments[1], float):
        # NumPy's general power takes fifty times as long as a product, and a float tells the table which it is.
        function, arguments[1] = ("multiply", arguments[0]) if exponent == 2.0 else ("power", Plain(exponent))
    if isinstance(own := instruction.primitive, Own):
        # By itself and not by its name, which another may bear.
        function, arguments = "own", [Held(function_of(own), own, "operation"), *arguments]
    return [*made, call(function, *arguments, out)]


@calls.register
def _product(instruction: Product, layout: Layout) -> list[Call]:
    contraction = instruction.contraction
    factors = [(instruction.left, contraction.left), (instruction.right, contraction.right)]
    seen = [seen_as(read, contraction.shape(letters), layout) for read, letters in factors]
    made = [one for gathers, _ in seen for one in gathers]

    def arranged(form: Matmul) -> list[View]:
        views = [view for _, view in (reversed(seen) if form.swapped else seen)]
        both = (form.first, form.second)
        return [view.arranged(own.order, own.groups) for view, own in zip(views, both, strict=True)]

    def copied(form: Matmul) -> int:
        return sum(view.pattern.size for view in arranged(form) if view.copies)

    # In whichever order steps and samples run together without a copy.
    form = min(ways_as_matmul(contraction), key=copied)
    views = arranged(form)
    out = _target(instruction.out, contraction.shape(contraction.out), layout)
    return [*made, call("matmul", *views, out.arranged(form.out.order, form.out.groups))]


@calls.register
def _sum(instruction: Sum, layout: Layout) -> list[Call]:
    (read,) = instruction.reads
    storage, pattern = layout.located(read)
    if instruction.out.size == 1 and pattern == everything(storage.size) and not storage.rows:
        # A product with ones sums a small batch in a third of the time.
        return [call("matmul", whole(storage), Ones(instruction.length), _target(instruction.out, (1,), layout))]
    made, view, axes, out = _reduced(instruction, layout)
    return [*made, _by_ones(view, axes, out) or call("add_reduce", view, Plain(axes), Plain(None), out)]


def _by_ones(view: View, axes: tuple[int, ...], out: View) -> Call | None:
    """The sums as a product with ones, in a third of the time, where runs lie so that matmul takes them."""
    if not axes:
        return None
    lead, length = axes[0], prod(view.pattern.counts[axes[0] - view.storage.batched :])
    rows, result = (lead, len(axes)), (lead, 0)
    order = tuple(range(lead + len(axes)))
    first, second = view.arranged(order, rows), out.arranged(order[:lead], result)
    if first.copies or second.copies:
        if len(axes) > 1 or lead < 2 or length * view.pattern.counts[-2] < _MATRIX:
            return None
        # A stack of matrices.
        first, second = view, out.arranged(order[:lead], (*(1,) * lead, 0))
    return call("matmul", first, Ones(length), second)


# Smaller matrices are not worth it one by one.
_MATRIX = 48


@calls.register
def _runs(instruction: LogSumExp | LogSoftmax | SoftmaxAdjoint, layout: Layout) -> list[Call]:
    length = instruction.length
    shape = (instruction.reads[0].size // length, length)
    seen = [seen_as(read, shape, layout) for read in instruction.reads]
    out = _target(instruction.out, shape[:1] if isinstance(instruction, LogSumExp) else shape, layout)
    return [
        *(made for gathers, _ in seen for made in gathers),
        call(_OF_RUNS[type(instruction)], *(view for _, view in seen), out),
    ]


_OF_RUNS: dict[type, str] = {
    LogSumExp: "log_sum_exp",
    LogSoftmax: "log_softmax_of_runs",
    SoftmaxAdjoint: "softmax_adjoint",
}


@calls.register
def _ragged(instruction: Ragged, layout: Layout) -> list[Call]:
    seen = [seen_as(read, (read.size,), layout) for read in instruction.arguments]
    views, out = [view for _, view in seen], _target(instruction.out, (instruction.out.size,), layout)
    made = [one for gathers, _ in seen for one in gathers]
    if instruction.kind is Sum:
        return [*made, call("sums_from", *views, positions(np.array(instruction.starts)), out)]
    groups = Held(filled_up(instruction.lengths), instruction.lengths, "runs")
    return [*made, call(f"ragged_{_OF_RUNS[instruction.kind]}", groups, *views, out)]


def _reduced(instruction: Sum, layout: Layout) -> tuple[list[Call], View, tuple[int, ...], View]:
    """What is read with an axis for each of its loops, the axes that run along the runs, and the result's view."""
    (read,) = instruction.reads
    size = instruction.out.size
    made, (view,), counts = aligned([read], read.size, layout, breaks=(instruction.length,))
    kept = next(k for k in range(len(counts) + 1) if prod(counts[:k]) == size)
    # A result of one position keeps an axis for it.
    lead = counts[:kept] or (1,)
    if not kept:
        pattern = view.pattern
        view = View(view.storage, Pattern(pattern.base, (1, *pattern.counts), (0, *pattern.strides)))
    first = len(lead) + read.array.batched
    axes = tuple(range(first, first + len(counts) - kept))
    return made, view, axes, _target(instruction.out, lead, layout)


@calls.register
def _batch_sum(instruction: BatchSum, layout: Layout) -> list[Call]:
    (read,) = instruction.reads
    made, (view,), counts = aligned([read], read.size, layout)
    out = _target(instruction.out, counts, layout)
    if view.is_whole:
        # As above.
        return [*made, call("matmul", Ones(), view, out)]
    return [*made, call("add_reduce", view, Plain(0), Plain(None), out)]


@calls.register
def _guard(instruction: Guard, layout: Layout) -> list[Call]:
    made, (view,), _ = aligned([instruction.read], 1, layout)
    return [*made, call("hold", view, guard(instruction))]


@calls.register
def _scatter(instruction: Scatter, layout: Layout) -> list[Call]:
    out = instruction.out
    made = [] if instruction.covers else [call("copyto", _target(out, (out.size,), layout), number(0.0))]
    for piece in instruction.pieces:
        operand = piece.operand
        done = isinstance(operand, Ref) and operand.array.number in layout.inside
        if len(piece.index) and not done:
            made += _placed(piece, out, layout)
    return made


@calls.register
def _walk(instruction: Walk, layout: Layout) -> list[Call]:
    made, view = seen_as(instruction.read, (instruction.steps.given,), layout)
    return [*made, call("walk", _forth(instruction.steps, instruction.out, layout), view)]


@calls.register
def _walk_back(instruction: WalkBack, layout: Layout) -> list[Call]:
    way, out = WayBack(instruction), instruction.out
    tape = instruction.tape.array
    own = [
        whole(Storage(f"{name}{out.number}", size, out.batched, by_place=True))
        for name, size in (("d", way.partials), ("a", way.adjoints))
    ]
    places = [whole(layout.places[array.number].storage) for array in (tape, out)]
    forth = _forth(instruction.steps, tape, layout)
    back = Prepared(Held(WalkingBack(way), instruction, "back"), (forth, places[0], *own, places[1]))
    made, seeds = seen_as(instruction.adjoint, (instruction.adjoint.size,), layout)
    return [*made, call("walk", back, seeds)]


def _forth(steps: Steps, tape: Array, layout: Layout) -> Prepared:
    """A walk along its tape, which the way back shares."""
    walking = Walking(steps, layout.kept.get(tape.number))
    beside = Storage(f"b{tape.number}", walking.beside, tape.batched, by_place=True)
    return Prepared(Held(walking, steps, "walk"), (whole(layout.places[tape.number].storage), whole(beside)))


def _placed(piece: Piece, out: Array, layout: Layout) -> list[Call]:
    """The calls that write or add one piece of a scatter."""
    target = None if piece.repeats else affine(piece.index)
    if target is None:
        made, source = _in_one_axis(piece.operand, layout)
        function = "add_at" if piece.repeats else "add_to" if piece.adds else "put"
        return [*made, call(function, whole(layout.places[out.number].storage), positions(piece.index), source)]
    reads = [piece.operand] if isinstance(piece.operand, Ref) else []
    made, views, counts = aligned(reads, len(piece.index), layout, breaks=target.breaks)
    axes = shaped(target, counts)
    assert axes is not None
    view = View(layout.places[out.number].storage, axes)
    source = views[0] if views else number(piece.operand)  # type: ignore[arg-type]  # what is no ref is a number
    return [*made, call("add", view, source, view) if piece.adds else call("copyto", view, source)]


def _in_one_axis(operand: Operand, layout: Layout) -> tuple[list[Call], Argument]:
    """An operand as it is indexed: with one axis for its positions."""
    if not isinstance(operand, Ref):
        return [], number(operand)
    made, view = seen_as(operand, (operand.size,), layout)
    return made, view


@calls.register
def _choose(instruction: Choose, layout: Layout) -> list[Call]:
    index, table, rows = instruction.index, instruction.table, instruction.rows
    shape = (rows * instruction.tables, instruction.width)
    made, indices = seen_as(index, (index.size,), layout)
    out = _target(instruction.out, (index.size, instruction.width), layout)
    storage, pattern = layout.located(table)
    if pattern is not None and is_contiguous(pattern) and not storage.batched and instruction.tables == 1:
        axes = shaped(pattern, shape)
        assert axes is not None
        return [*made, call("rows_at", View(storage, axes), indices, out)]
    # Only the positions of the rows that are chosen are gathered, however the table lies.
    places = np.arange(table.size) if table.index is None else table.index
    held = positions(places.reshape(shape)), positions(starts(instruction, index))
    return [*made, call("places_at", whole(storage), held[0], indices, Plain(rows), held[1], out)]


@calls.register
def _add_rows(instruction: AddRows, layout: Layout) -> list[Call]:
    made: list[Call] = []
    parts: list[Argument] = []
    for index, added in instruction.parts:
        for read, shape in ((index, (index.size,)), (added, (index.size, instruction.width))):
            gathers, view = seen_as(read, shape, layout)
            made += gathers
            parts.append(view)
        parts.append(positions(starts(instruction, index)))
    out = _target(instruction.out, (instruction.rows * instruction.tables, instruction.width), layout)
    return [*made, call("add_rows", out, Plain(instruction.rows), *parts)]


def seen_as(read: Ref, shape: tuple[int, ...], layout: Layout) -> tuple[list[Call], View]:
    """A view of what is read with axes of these lengths, and the call that gathers it, if no view has them."""
    made, storage, pattern = _regular(read, layout)
    axes = shaped(pattern, shape)
    if axes is None:
        made, storage, pattern = _regular(read, layout, gather=True)
        axes = shaped(pattern, shape)
    assert axes is not None
    return made, View(storage, axes)


def aligned(
    reads: Sequence[Ref], size: int, layout: Layout, breaks: tuple[int, ...] = ()
) -> tuple[list[Call], list[View], tuple[int, ...]]:
    """The calls that gather what no view has, views of refs with the same axes, and these axes' lengths.

    Refs of one position have axes of length 1. `breaks` are sizes of inner loops
    between which there must be a boundary of axes.
    """
    wanted = everything(size).split(breaks)
    assert wanted is not None
    found = [_regular(read, layout) for read in reads]
    split = _common_loops(found, wanted)
    if split is None:
        # Each is regular, but not in the same loops.
        found = [_regular(read, layout, gather=read.index is not None and read.size == size) for read in reads]
        split = _common_loops(found, wanted)
    assert split is not None
    counts = split[-1].counts
    full = iter(split)
    views = [
        View(storage, next(full) if p.size == size else Pattern(p.base, (1,) * len(counts), (0,) * len(counts)))
        for _, storage, p in found
    ]
    return [made for gathers, _, _ in found for made in gathers], views, counts


_Found = tuple[list[Call], Storage, Pattern]


def _common_loops(found: list[_Found], wanted: Pattern) -> list[Pattern] | None:
    """The patterns as long as `wanted`, and last that one, in the same loops."""
    return common([*(pattern for _, _, pattern in found if pattern.size == wanted.size), wanted])


def _regular(read: Ref, layout: Layout, gather: bool = False) -> _Found:
    """The positions of a storage that are read; of a copy, and the call that makes it, if they are irregular."""
    storage, pattern = layout.located(read)
    if pattern is not None and not gather:
        return [], storage, pattern
    copy = layout.copies[read.key]
    if read.array.number in layout.tapes:
        return [_gathered(read, layout.tapes[read.array.number], copy)], copy, everything(copy.size)
    assert read.index is not None
    axis = Plain(1 if read.array.batched else 0)
    take = call("take", whole(storage), positions(read.index), axis, whole(copy), Plain("clip"))
    return [take], copy, everything(copy.size)


def _gathered(read: Ref, tape: Tape, copy: Storage) -> Call:
    """The call that gathers positions of a loop's tape."""
    found = tape.gathered(read)
    memories = [Memory(tape.storages[own.part]) for own in found]
    return call("gather_steps", whole(copy), Held(found, (read.key, "steps"), "steps"), *memories)


def _target(array: Array, counts: tuple[int, ...], layout: Layout) -> View:
    """The place of an array with axes of these lengths."""
    place = layout.places[array.number]
    axes = shaped(place.pattern, counts)
    assert axes is not None, f"array {array.number} cannot be written with axes {counts}"
    return View(place.storage, axes)
