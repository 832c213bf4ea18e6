"""Trace: a plan as a function of JAX's arrays, which `jax.jit` makes a program of.

What an instruction means is said by `plan.interpret`; here is the same in
JAX's words, for a batch that may be filled up and spread over devices.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import singledispatch
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ...plan.choose import AddRows, Choose, starts
from ...plan.instructions import (
    Array,
    BatchSum,
    Guard,
    Instruction,
    Map,
    Operand,
    Product,
    Ref,
    Scale,
    Scatter,
)
from ...plan.loop import Loop
from ...plan.plan import Plan
from ...plan.ragged import OfRuns, Ragged
from ...plan.walk import Walk, WalkBack
from . import loops
from .moves import read, scattered
from .namespace import positions
from .pieces import Piece, pieces
from .runs import of_runs
from .walks import derivative, tape_of
from .watched import result_and_fault


@dataclass(frozen=True)
class Rows:
    """The rows of the batch that a device has.

    Attributes
    ----------
    here : int
        How many it has, those that only fill up included.
    samples : int, or array without axes
        How many there are on all devices, without those.
    real : array of bool, shape (here,), optional
        Which are no filling; all of them if None. The others are copies of such, and count for nothing.
    axes : tuple of str
        The axes of the mesh over which the batch is spread.
    """

    here: int
    samples: Any
    real: Any = None
    axes: tuple[str, ...] = ()

    def only_real(self, numbers: Any, otherwise: Any = 0) -> Any:
        """Numbers of every row, with `otherwise` in the rows that only fill up."""
        if self.real is None:
            return numbers
        return jnp.where(self.real.reshape(-1, *[1] * (numbers.ndim - 1)), numbers, otherwise)


@dataclass(frozen=True)
class Traced:
    """What a plan computes, as `plan.interpret.Results`, and what went wrong in these rows, as arrays.

    Attributes
    ----------
    outputs : array, shape (here, outputs), or (outputs,) where they depend on no input
    cost, gradient
        Those of the rows on all devices.
    off_path : array of int, shape (guards,)
        The first of these rows where each guard does not hold, or `here` where it holds.
    unfit : array of bool, without axes
        Whether an operation met a pole, or NaN that no result may show.
    """

    outputs: Any
    cost: Any
    gradient: Any
    off_path: Any
    unfit: Any


def traced(plan: Plan, columns: Sequence[Any], parameters: Any, rows: Rows) -> Traced:
    """Run a plan, every operation recorded by JAX.

    Parameters
    ----------
    plan : Plan
    columns : sequence of array, shape (rows.here, n)
        One for each argument, all of the parameters' dtype.
    parameters : array, shape (parameters,)
    rows : Rows
    """
    dtype = parameters.dtype
    given: dict[str, Callable[[Array], Any]] = {
        "input": lambda array: columns[array.source],
        "parameters": lambda array: parameters,
        "constant": lambda array: jnp.asarray(array.source, dtype),
    }
    run = _Run(rows, dtype, {a.number: given[a.kind](a) for a in plan.arrays if a.kind in given})
    # True, but XLA does not know it: it leaves apart what depends on it.
    always = columns[0].ravel()[0] <= jnp.inf
    for piece in pieces(plan):
        if piece.apart:
            run.follow_apart(piece, always)
        else:
            run.follow(piece.instructions)
    return Traced(
        run.read(plan.output),
        None if plan.cost is None else run.read(plan.cost)[0],
        None if plan.gradient is None else run.read(plan.gradient),
        run.off_path(),
        run.unfit(),
    )


@dataclass
class _Run:
    """What a run knows so far."""

    rows: Rows
    dtype: Any
    numbers: dict[int, Any]
    faults: list[Any] = field(default_factory=list)
    first_rows: list[Any] = field(default_factory=list)

    def read(self, operand: Operand) -> Any:
        """An operand's numbers."""
        if isinstance(operand, Scale):
            return operand.for_rows(self.rows.samples)
        if not isinstance(operand, Ref):
            return operand
        whole = self.numbers[operand.array.number]
        return whole if operand.index is None else read(whole, operand.index)

    def shape(self, array: Array) -> tuple[int, ...]:
        """The shape of an array's numbers."""
        return (self.rows.here, array.size) if array.batched else (array.size,)

    def follow(self, instructions: Sequence[Instruction]) -> None:
        """Compute what instructions make.

        What a sum over the batch makes is that of all devices, and talking to them takes long however little is
        said. So the readers of such sums wait until no other instruction is left, and all sums are told at once.
        """
        while instructions:
            parts: list[Array] = []
            waiting: list[Instruction] = []
            awaited: set[int] = set()
            for instruction in instructions:
                if not awaited.isdisjoint(read.array.number for read in instruction.reads):
                    waiting.append(instruction)
                    awaited.add(instruction.out.number)
                    continue
                self.take(instruction)
                if self.rows.axes and _sums_the_batch(instruction):
                    parts.append(instruction.out)
                    awaited.add(instruction.out.number)
            self.add_up(parts)
            instructions = waiting

    def take(self, instruction: Instruction) -> None:
        """Compute what one makes, of the rows that are here."""
        if isinstance(instruction, Guard):
            self.check(instruction)
            return
        shape = self.shape(instruction.out)
        made = jnp.broadcast_to(computed(instruction, self, shape), shape).astype(self.dtype)
        self.numbers[instruction.out.number] = made

    def add_up(self, parts: Sequence[Array]) -> None:
        """Make of each device's sums those of all devices."""
        if not parts:
            return
        together = jax.lax.psum(jnp.concatenate([self.numbers[array.number] for array in parts]), self.rows.axes)
        ends = np.cumsum([array.size for array in parts])
        for array, end in zip(parts, ends.tolist(), strict=True):
            self.numbers[array.number] = together[end - array.size : end]

    def follow_apart(self, piece: Piece, always: Any) -> None:
        """Compute a piece as a program of its own, behind a condition that always holds."""

        def followed() -> Any:
            run = _Run(self.rows, self.dtype, dict(self.numbers))
            run.follow(piece.instructions)
            return [run.numbers[array.number] for array in piece.results], run.off_path(), run.unfit()

        def never(shapes: Any) -> Any:
            results, off_path, unfit = jax.tree.map(lambda like: jnp.zeros(like.shape, like.dtype), shapes)
            return results, off_path, ~unfit

        shapes = jax.eval_shape(followed)
        results, off_path, unfit = jax.lax.cond(always, followed, lambda: never(shapes))
        self.numbers.update(zip((array.number for array in piece.results), results, strict=True))
        self.first_rows += list(off_path)
        self.faults.append(unfit)

    def places(self, made: Choose | AddRows, index: Ref) -> Any:
        """Indices as rows, noted where one is out of range."""
        found, outside = positions(self.read(index), made.rows)
        self.faults.append(jnp.any(self.rows.only_real(outside, False) if index.array.batched else outside))
        return found + starts(made, index)

    def check(self, guard: Guard) -> None:
        """Note the first row where a guard does not hold."""
        off = jnp.broadcast_to(self.read(guard.read) != guard.truth, (self.rows.here, 1))[:, 0]
        off = self.rows.only_real(off, False)
        self.first_rows.append(jnp.where(off.any(), jnp.argmax(off), self.rows.here))

    def note(self, found: Any, batched: bool) -> None:
        """Note in which rows something is at fault, or in the one that stands for all."""
        self.faults.append(jnp.any(self.rows.only_real(found, False) if batched else found))

    def off_path(self) -> Any:
        """For each guard met, the first row where it does not hold."""
        return jnp.stack(self.first_rows) if self.first_rows else jnp.zeros(0, int)

    def unfit(self) -> Any:
        """Whether there was any fault."""
        return jnp.any(jnp.stack(self.faults)) if self.faults else jnp.asarray(False)


def _sums_the_batch(instruction: Instruction) -> bool:
    """Whether its numbers are sums over all samples."""
    over = isinstance(instruction, BatchSum | Product | AddRows) and not instruction.out.batched
    return over and any(read.array.batched for read in instruction.reads)


@singledispatch
def computed(instruction: Instruction, run: _Run, shape: tuple[int, ...]) -> Any:
    """The numbers of an instruction's `out`, or what broadcasts to its `shape`."""
    raise TypeError(f"jax: no meaning for {type(instruction).__name__}")


@computed.register
def _map(instruction: Map, run: _Run, shape: tuple[int, ...]) -> Any:
    operands = [run.read(argument) for argument in instruction.arguments]
    result, found = result_and_fault(instruction.primitive, operands)
    if found is not None:
        run.note(found, batched=jnp.ndim(found) == 2)
    return result


@computed.register
def _product(instruction: Product, run: _Run, shape: tuple[int, ...]) -> Any:
    letters = instruction.contraction
    over_the_batch = _sums_the_batch(instruction)
    sides = []
    for factor, own in ((instruction.left, letters.left), (instruction.right, letters.right)):
        numbers = run.read(factor)
        if own[:1] == "b":
            numbers = numbers.reshape(run.rows.here, *letters.shape(own))
            sides.append(run.rows.only_real(numbers) if over_the_batch else numbers)
        else:
            sides.append(numbers.reshape(letters.shape(own)))
    # Where the default is less than the numbers' own precision, as on many GPUs, gradients would be rough.
    return jnp.einsum(str(letters), *sides, precision=jax.lax.Precision.HIGHEST).reshape(shape)


@computed.register
def _runs(instruction: OfRuns | Ragged, run: _Run, shape: tuple[int, ...]) -> Any:
    return of_runs(instruction, [run.read(read) for read in instruction.reads])


@computed.register
def _batch_sum(instruction: BatchSum, run: _Run, shape: tuple[int, ...]) -> Any:
    return run.rows.only_real(run.read(instruction.read)).sum(axis=0)


@computed.register
def _scatter(instruction: Scatter, run: _Run, shape: tuple[int, ...]) -> Any:
    operands = [run.read(operand) for operand in instruction.operands]
    return scattered(instruction.pieces, operands, shape, run.dtype)


@computed.register
def _choose(instruction: Choose, run: _Run, shape: tuple[int, ...]) -> Any:
    table, places = run.read(instruction.table), run.places(instruction, instruction.index)
    if instruction.table.array.kind == "computed":
        # A NaN in a row that nobody chooses would not be seen.
        run.faults.append(jnp.any(jnp.isnan(table)))
    rows = table.reshape(*table.shape[:-1], -1, instruction.width)
    if rows.ndim == 2:
        return jnp.take(rows, places, axis=0, mode="clip").reshape(shape)
    return rows[jnp.arange(len(rows))[:, None], places].reshape(shape)


@computed.register
def _add_rows(instruction: AddRows, run: _Run, shape: tuple[int, ...]) -> Any:
    made = jnp.zeros((*shape[:-1], instruction.rows * instruction.tables, instruction.width), run.dtype)
    for index, added in instruction.parts:
        places, numbers = run.places(instruction, index), run.read(added)
        numbers = numbers.reshape(*numbers.shape[:-1], index.size, instruction.width)
        if made.ndim == 3:
            made = made.at[jnp.arange(len(made))[:, None], places].add(numbers)
        else:
            made = made.at[places].add(run.rows.only_real(numbers) if numbers.ndim == 3 else numbers)
    return made.reshape(shape)


@computed.register
def _walk(instruction: Walk, run: _Run, shape: tuple[int, ...]) -> Any:
    tape, faulty = tape_of(instruction.steps, _by_place(run.read(instruction.read)))
    run.note(faulty, instruction.out.batched)
    return tape.T.reshape(shape)


@computed.register
def _walk_back(instruction: WalkBack, run: _Run, shape: tuple[int, ...]) -> Any:
    tape, seeds = (_by_place(run.read(operand)) for operand in instruction.operands)
    slopes, unfit = derivative(instruction, tape, seeds)
    run.note(unfit, instruction.out.batched)
    return slopes.T.reshape(shape)


def _by_place(numbers: Any) -> Any:
    """Shape (places, samples), one sample where there is no batch."""
    return numbers.T if numbers.ndim == 2 else numbers[:, None]


@computed.register
def _loop(instruction: Loop, run: _Run, shape: tuple[int, ...]) -> Any:
    def step(numbers: dict[int, Any]) -> tuple[Callable[[Operand], Any], Any]:
        own = _Run(run.rows, run.dtype, numbers)
        for made in instruction.body.instructions:
            own.take(made)
        return own.read, own.unfit()

    tape, faulty = loops.tape_of(instruction, run.read, shape[:-1], step)
    run.faults.append(faulty)
    return tape
