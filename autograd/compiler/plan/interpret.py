"""Interpret: what a plan means, in plain NumPy with nothing in place.

This is the specification. Every pass must leave it as it was, and every back
end is tested against it. It is not fast.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import singledispatch
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from ...namespaces import ARRAYS, log_of_exponentials, positions
from .choose import AddRows, Choose, starts
from .instructions import (
    Array,
    BatchSum,
    Guard,
    Instruction,
    LogSumExp,
    Map,
    Operand,
    Product,
    Ref,
    Scale,
    Scatter,
    Sum,
)
from .loop import Loop
from .plan import Plan
from .ragged import Ragged
from .shares import LogSoftmax, SoftmaxAdjoint
from .walk import Walk, WalkBack

Numbers = npt.NDArray[Any]
Read = Callable[[Operand], Any]


@dataclass(frozen=True)
class Results:
    """What a plan computes.

    Attributes
    ----------
    outputs : ndarray, shape (rows, outputs)
    cost : float or None
        The mean of the one output over the rows.
    gradient : ndarray, shape (parameters,), or None
        The derivative of `cost`.
    off_path : list of (Guard, int)
        Each guard that does not hold in some row, with the first such row.
    """

    outputs: Numbers
    cost: float | None
    gradient: Numbers | None
    off_path: list[tuple[Guard, int]]


def interpret(plan: Plan, arrays: Sequence[npt.ArrayLike], parameters: npt.ArrayLike) -> Results:
    """Run a plan.

    Parameters
    ----------
    plan : Plan
    arrays : sequence of array-like, shape (rows,) or (rows, n)
        One for each argument.
    parameters : array-like, shape (parameters,)
        In the plan's order.
    """
    inputs = [np.asarray(array, dtype=float) for array in arrays]
    rows = len(inputs[0])
    given: dict[str, Callable[[Array], Numbers]] = {
        "input": lambda array: inputs[array.source].reshape(rows, -1),
        "parameters": lambda array: np.asarray(parameters, dtype=float),
        "constant": lambda array: array.source,
    }
    numbers: dict[int, Numbers] = {a.number: given[a.kind](a) for a in plan.arrays if a.kind in given}

    def read(operand: Operand) -> Any:
        if isinstance(operand, Scale):
            return operand.for_rows(rows)
        if not isinstance(operand, Ref):
            return operand
        whole = numbers[operand.array.number]
        return whole if operand.index is None else whole[..., operand.index]

    off_path = []
    for instruction in plan.instructions:
        if isinstance(instruction, Guard):
            off = np.flatnonzero(np.broadcast_to(read(instruction.read), (rows, 1)) != instruction.truth)
            off_path += [(instruction, int(off[0]))] if len(off) else []
        else:
            shape = _shape(instruction.out, rows)
            numbers[instruction.out.number] = np.broadcast_to(computed(instruction, read, shape), shape)
    outputs = np.broadcast_to(read(plan.output), (rows, plan.output.size))
    cost = None if plan.cost is None else float(read(plan.cost)[..., 0])
    return Results(outputs, cost, None if plan.gradient is None else read(plan.gradient), off_path)


def _shape(array: Array, rows: int) -> tuple[int, ...]:
    return (rows, array.size) if array.batched else (array.size,)


@singledispatch
def computed(instruction: Instruction, read: Read, shape: tuple[int, ...]) -> Any:
    """The numbers of an instruction's `out`, or what broadcasts to its `shape`."""
    raise TypeError(f"interpret: no meaning for {type(instruction).__name__}")


@computed.register
def _map(instruction: Map, read: Read, shape: tuple[int, ...]) -> Any:
    return instruction.primitive.rule(ARRAYS, *map(read, instruction.arguments))


@computed.register
def _product(instruction: Product, read: Read, shape: tuple[int, ...]) -> Any:
    letters = instruction.contraction
    left, right = (
        read(factor).reshape((-1, *letters.shape(own)) if own[:1] == "b" else letters.shape(own))
        for factor, own in ((instruction.left, letters.left), (instruction.right, letters.right))
    )
    return np.einsum(str(letters), left, right).reshape(shape)


@computed.register
def _sum(instruction: Sum, read: Read, shape: tuple[int, ...]) -> Any:
    return read(instruction.read).reshape(*shape, instruction.length).sum(axis=-1)


@computed.register
def _logsumexp(instruction: LogSumExp, read: Read, shape: tuple[int, ...]) -> Any:
    runs = read(instruction.read).reshape(*shape, instruction.length)
    largest = runs.max(axis=-1, keepdims=True)
    return largest[..., 0] + log_of_exponentials(runs - largest, axis=-1)


@computed.register
def _log_softmax(instruction: LogSoftmax, read: Read, shape: tuple[int, ...]) -> Any:
    runs = read(instruction.read).reshape(*shape[:-1], -1, instruction.length)
    below = runs - runs.max(axis=-1, keepdims=True)
    return (below - log_of_exponentials(below, axis=-1)[..., None]).reshape(shape)


@computed.register
def _softmax_adjoint(instruction: SoftmaxAdjoint, read: Read, shape: tuple[int, ...]) -> Any:
    given, logs = (
        read(one).reshape(*shape[: one.array.batched], -1, instruction.length)
        for one in (instruction.given, instruction.logs)
    )
    sums_of_others = given @ (1.0 - np.eye(instruction.length))
    return (-np.expm1(logs) * given - np.exp(logs) * sums_of_others).reshape(shape)


@computed.register
def _ragged(instruction: Ragged, read: Read, shape: tuple[int, ...]) -> Any:
    made = np.zeros(shape)
    for run, places in instruction.runs():
        made[..., places] = computed(run, read, (*shape[:-1], len(places)))
    return made


@computed.register
def _batch_sum(instruction: BatchSum, read: Read, shape: tuple[int, ...]) -> Any:
    return read(instruction.read).sum(axis=0)


@computed.register
def _scatter(instruction: Scatter, read: Read, shape: tuple[int, ...]) -> Any:
    made = np.zeros(shape)
    for piece in instruction.pieces:
        if piece.adds:
            cast(Any, np.add.at)(made, (..., piece.index), read(piece.operand))
        else:
            made[..., piece.index] = read(piece.operand)
    return made


@computed.register
def _choose(instruction: Choose, read: Read, shape: tuple[int, ...]) -> Any:
    table = read(instruction.table)
    rows = table.reshape(*table.shape[:-1], -1, instruction.width)
    places = positions(read(instruction.index), instruction.rows) + starts(instruction, instruction.index)
    return (rows[places] if rows.ndim == 2 else rows[np.arange(len(rows))[:, None], places]).reshape(shape)


@computed.register
def _add_rows(instruction: AddRows, read: Read, shape: tuple[int, ...]) -> Any:
    made = np.zeros((*shape[:-1], instruction.rows * instruction.tables, instruction.width))
    for index, added in instruction.parts:
        places, numbers = positions(read(index), instruction.rows) + starts(instruction, index), read(added)
        numbers = numbers.reshape(*numbers.shape[:-1], index.size, instruction.width)
        where = (np.arange(len(made))[:, None], places) if made.ndim == 3 else places
        cast(Any, np.add.at)(made, where, numbers)
    return made.reshape(shape)


@computed.register
def _walk(instruction: Walk, read: Read, shape: tuple[int, ...]) -> Any:
    tape = np.zeros(shape)
    tape[..., : instruction.steps.given] = read(instruction.read)
    for place, code, operands in instruction.steps.forth():
        operation = instruction.steps.operations[code]
        tape[..., place] = operation.rule(ARRAYS, [tape[..., operand] for operand in operands[: operation.arity]])
    return tape


@computed.register
def _walk_back(instruction: WalkBack, read: Read, shape: tuple[int, ...]) -> Any:
    steps, tape, active = instruction.steps, read(instruction.tape), instruction.active
    adjoints = np.zeros(tape.shape)
    adjoints[..., instruction.seeded] = read(instruction.adjoint)
    for place, code, places in steps.back():
        operation = steps.operations[code]
        operands = [tape[..., operand] for operand in places[: operation.arity]]
        for index, target in enumerate(places[: operation.arity]):
            if active[place] and active[target] and not operation.is_flat(index):
                partial = operation.partial(ARRAYS, index, tape[..., place], operands)
                adjoints[..., target] += adjoints[..., place] * partial
    return np.where(active[: steps.given], adjoints[..., : steps.given], 0.0)


@computed.register
def _loop(instruction: Loop, read: Read, shape: tuple[int, ...]) -> Any:
    body, lead, steps = instruction.body, shape[:-1], instruction.steps
    state = [np.broadcast_to(read(first), (*lead, first.size)) for first in instruction.first]
    each = [read(own) for own in instruction.each]
    same = [read(own) for own in instruction.same]
    rows: list[dict[int, Any]] = [{} for _ in instruction.parts]
    numbers: dict[int, Any] = {}

    def of_step(operand: Operand) -> Any:
        if not isinstance(operand, Ref):
            return read(operand)
        whole = numbers[operand.array.number]
        return whole if operand.index is None else whole[..., operand.index]

    def note(is_state: bool, row: int) -> None:
        for part, own in zip(instruction.parts, rows, strict=True):
            if part.is_state == is_state:
                own[row] = np.broadcast_to(numbers[part.array.number], (*lead, part.array.size))

    for t in instruction.order:
        own = [numbers_.reshape(*numbers_.shape[:-1], steps, -1)[..., t, :] for numbers_ in each]
        numbers |= {array.number: given for array, given in zip(body.given, [*state, *own, *same], strict=True)}
        note(True, instruction.before(t))
        for made in body.instructions:
            whole = (*lead, made.out.size) if made.out.batched else (made.out.size,)
            numbers[made.out.number] = np.broadcast_to(computed(made, of_step, whole), whole)
        note(False, t)
        state = [of_step(following) for following in body.nexts]
        numbers |= {array.number: given for array, given in zip(body.states, state, strict=True)}
        note(True, instruction.after(t))
        last = t
    parts = []
    for part, found in zip(instruction.parts, rows, strict=True):
        kept = [instruction.after(last) if part.is_state else last] if part.last else sorted(found)
        parts += [found[row] for row in kept]
    return np.concatenate(parts, axis=-1)
