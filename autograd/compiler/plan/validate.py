"""Validate: what must hold of every plan, asked after every pass."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import singledispatch
from math import prod

import numpy as np

from .choose import AddRows, Choose
from .instructions import Array, BatchSum, Guard, Instruction, LogSumExp, Map, Product, Ref, Scatter, Sum
from .loop import Loop
from .plan import Plan
from .ragged import Ragged
from .shares import LogSoftmax, SoftmaxAdjoint
from .walk import Steps, Walk, WalkBack


def validate(plan: Plan) -> Plan:
    """The plan itself, if every array is assigned once, before it is read, and sizes and positions fit.

    Raises
    ------
    AssertionError
        If the plan is malformed: a defect of the compiler, never of its input.
    """
    faults = list(_faults(plan))
    if faults:
        raise AssertionError(f"a malformed plan: {'; '.join(faults)}")
    return plan


def _faults(plan: Plan) -> Iterator[str]:
    for place, array in enumerate(plan.arrays):
        if array.number != place:
            yield f"array {array.number} stands at place {place}"
    assigned = {array.number for array in plan.arrays if array.kind != "computed"}
    yield from _faults_of_list(plan.instructions, plan.arrays, assigned)
    for result in plan.results:
        yield from _faults_of_read(result, "a result", assigned)
    yield from _faults_of_results(plan)


def _faults_of_list(instructions: Sequence[Instruction], arrays: Sequence[Array], assigned: set[int]) -> Iterator[str]:
    for instruction in instructions:
        name, out = type(instruction).__name__, instruction.out
        for read in instruction.reads:
            yield from _faults_of_read(read, name, assigned)
            if read.array.batched and not out.batched and not instruction.over_the_batch:
                yield f"{name} loses the batch of array {read.array.number}"
        if out.number in assigned:
            yield f"array {out.number} is assigned twice"
        if not 0 <= out.number < len(arrays) or arrays[out.number] is not out:
            yield f"array {out.number} is not among the plan's"
        assigned.add(out.number)
        yield from faults_of(instruction)


def _faults_of_read(read: Ref, reader: str, assigned: set[int]) -> Iterator[str]:
    if read.array.number not in assigned:
        yield f"{reader} reads array {read.array.number} before it is assigned"
    if read.index is not None and len(read.index) and not 0 <= read.index.min() <= read.index.max() < read.array.size:
        yield f"{reader} reads past the end of array {read.array.number}"


def _faults_of_results(plan: Plan) -> Iterator[str]:
    if (plan.cost is None) != (plan.gradient is None):
        yield "cost and gradient: one without the other"
    if plan.cost is not None and (plan.cost.size != 1 or plan.cost.array.batched):
        yield "the cost is not one number for the batch"
    if plan.gradient is not None and (plan.gradient.size != plan.parameters.size or plan.gradient.array.batched):
        yield "the gradient is not one number for each parameter"
    if plan.parameters.batched:
        yield "the parameters differ from sample to sample"


@singledispatch
def faults_of(instruction: Instruction) -> Iterator[str]:
    """What is wrong with one instruction's sizes."""
    yield f"{type(instruction).__name__} is no kind of instruction"


@faults_of.register
def _map(instruction: Map) -> Iterator[str]:
    if instruction.primitive.arity not in (None, len(instruction.arguments)):
        yield f"{instruction.name} of {len(instruction.arguments)} operands"
    for read in instruction.reads:
        if read.size not in (1, instruction.out.size):
            yield f"{instruction.name}: {read.size} numbers for {instruction.out.size}"


@faults_of.register
def _runs(instruction: Sum | LogSumExp) -> Iterator[str]:
    if instruction.read.size != instruction.out.size * instruction.length:
        yield f"{type(instruction).__name__} of runs of {instruction.length}: {instruction.read.size} numbers"


@faults_of.register
def _shares(instruction: LogSoftmax | SoftmaxAdjoint) -> Iterator[str]:
    for read in instruction.reads:
        if read.size != instruction.out.size or read.size % instruction.length:
            yield f"{type(instruction).__name__} of runs of {instruction.length}: {read.size} numbers"


@faults_of.register
def _ragged(instruction: Ragged) -> Iterator[str]:
    lengths, out = instruction.lengths, instruction.out
    sizes = {read.size for read in instruction.arguments}
    if sizes != {sum(lengths)} or out.size != (len(lengths) if instruction.reduces else sum(lengths)):
        yield f"Ragged {instruction.kind.__name__} of {sum(lengths)} numbers in runs: {sorted(sizes)} give {out.size}"
    if len(set(lengths)) < 2 or min(lengths) < 1:
        yield f"Ragged {instruction.kind.__name__} of runs of equal lengths, or of no length"


@faults_of.register
def _product(instruction: Product) -> Iterator[str]:
    letters = instruction.contraction
    sides = (
        (letters.left, instruction.left.array, instruction.left.size),
        (
            letters.right,
            instruction.right.array,
            instruction.right.size,
        ),
    )
    for own, array, size in (*sides, (letters.out, instruction.out, instruction.out.size)):
        if prod(letters.shape(own)) != size:
            yield f"Product {letters}: {size} numbers do not fit {own} of {letters.sizes}"
        if (own[:1] == "b") != array.batched:
            yield f"Product {letters}: the batch of array {array.number} does not fit {own!r}"


@faults_of.register
def _batch_sum(instruction: BatchSum) -> Iterator[str]:
    if instruction.out.batched or not instruction.read.array.batched:
        yield f"BatchSum of array {instruction.read.array.number}: not from all samples to one"
    if instruction.read.size != instruction.out.size:
        yield f"BatchSum: {instruction.read.size} numbers for {instruction.out.size}"


@faults_of.register
def _guard(instruction: Guard) -> Iterator[str]:
    if instruction.read.size != 1 or instruction.out.size != 0:
        yield f"Guard of {instruction.read.size} numbers"


@faults_of.register
def _scatter(instruction: Scatter) -> Iterator[str]:
    size, written = instruction.out.size, set[int]()
    for piece in instruction.pieces:
        index = piece.index
        if len(index) and not 0 <= index.min() <= index.max() < size:
            yield "Scatter writes past its end"
        if isinstance(piece.operand, Ref) and piece.operand.size not in (1, len(index)):
            yield f"Scatter: {piece.operand.size} numbers for {len(index)} positions"
        if not piece.adds and piece.repeats:
            yield "Scatter sets a position twice"
        if not piece.adds:
            written.update(index.tolist())
    if instruction.covers != (len(written) == size):
        yield "Scatter: whether the pieces cover all is not as it says"


@faults_of.register
def _choose(instruction: Choose) -> Iterator[str]:
    index, table, out = instruction.index, instruction.table, instruction.out
    rows, width = instruction.rows * instruction.tables, instruction.width
    if table.size != rows * width or out.size != index.size * width or index.size % instruction.tables:
        yield f"Choose of {rows} rows: {table.size} numbers for {index.size} indices give {out.size}"


@faults_of.register
def _add_rows(instruction: AddRows) -> Iterator[str]:
    rows, width, out = instruction.rows * instruction.tables, instruction.width, instruction.out
    for index, added in instruction.parts:
        if added.size != index.size * width or out.size != rows * width or index.size % instruction.tables:
            yield f"AddRows to {rows} rows of {width}: {added.size} numbers for {index.size} indices"
        if not out.batched and index.array.batched != added.array.batched:
            yield "AddRows: an index for each sample, or what is added, alone"


@faults_of.register
def _walk(instruction: Walk) -> Iterator[str]:
    yield from _faults_of_steps(instruction.steps)
    if (instruction.read.size, instruction.out.size) != (instruction.steps.given, instruction.steps.size):
        yield f"Walk: {instruction.read.size} numbers for {instruction.steps.given}, or a tape of another length"
    if instruction.out.batched != instruction.read.array.batched:
        yield "Walk: its tape has another batch than what it is given"


@faults_of.register
def _walk_back(instruction: WalkBack) -> Iterator[str]:
    sizes = (instruction.tape.size, len(instruction.active), instruction.out.size, instruction.adjoint.size)
    size, given = instruction.steps.size, instruction.steps.given
    if sizes != (size, size, given, len(instruction.seeded)):
        yield f"WalkBack: sizes {sizes} for a tape of {size}, {given} of them given"
    if len({array.batched for array in (instruction.out, instruction.tape.array, instruction.adjoint.array)}) > 1:
        yield "WalkBack: a batch is lost or made up"


def _faults_of_steps(steps: Steps) -> Iterator[str]:
    if len(steps.codes) != len(steps.operands) or (steps.codes >= len(steps.operations)).any():
        yield "Walk: a step without an operation"
        return
    before = steps.given + np.arange(steps.count)[:, None]
    own = np.arange(steps.operands.shape[1]) < steps.arities[:, None]
    if (own & ((steps.operands < 0) | (steps.operands >= before))).any():
        yield "Walk: a step reads what no step before it computes"


@faults_of.register
def _loop(instruction: Loop) -> Iterator[str]:
    body, steps, out = instruction.body, instruction.steps, instruction.out
    sizes = [array.size for array in body.states]
    sizes += [array.size * steps for array in body.each] + [array.size for array in body.same]
    counts = [len(own) for own in (instruction.first, instruction.each, instruction.same)]
    if counts != [len(own) for own in (body.states, body.each, body.same)]:
        yield f"Loop: it is given {counts} things, and its body others"
        return
    if [read.size for read in instruction.reads] != sizes:
        yield f"Loop: it is given {[read.size for read in instruction.reads]} numbers, and its body {sizes}"
    if [following.size for following in body.nexts] != [array.size for array in body.states]:
        yield "Loop: a state becomes one of another size"
    if instruction.starts()[-1] != out.size:
        yield f"Loop: a tape of {out.size} numbers with parts of {instruction.starts()[-1]}"
    for array, read in zip((*body.each, *body.same), (*instruction.each, *instruction.same), strict=True):
        if array.batched != read.array.batched:
            yield "Loop: a batch is lost or made up"
    for array in (*body.states, *(following.array for following in body.nexts), *(p.array for p in instruction.parts)):
        if array.batched != out.batched:
            yield "Loop: a state or a part has another batch than the tape"
    if any(array.number != place for place, array in enumerate(body.arrays)):
        yield "Loop: an array of its body is not in its place"
    assigned = {array.number for array in body.given}
    yield from (f"in a Loop: {fault}" for fault in _faults_of_list(body.instructions, body.arrays, assigned))
    for following in body.nexts:
        yield from _faults_of_read(following, "the next step", assigned)
