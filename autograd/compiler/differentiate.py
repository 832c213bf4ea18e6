"""Differentiate: the reverse pass over array instructions, the table's partials read so that they emit instructions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..primitives import LOGSUMEXP
from .emitting import EMITTING, Scaled, sum_of
from .loops_back import hand_back
from .plan.builder import Builder, Lengths
from .plan.choose import Choose
from .plan.instructions import (
    ONE,
    Array,
    Contraction,
    Instruction,
    LogSumExp,
    Map,
    Meaning,
    Operand,
    Product,
    Ref,
    Scale,
    Scatter,
    Sum,
    depending,
)
from .plan.loop import Loop
from .plan.patterns import Index
from .plan.plan import Plan
from .plan.ragged import OfRuns, Ragged
from .plan.shares import LogSoftmax
from .plan.walk import Mask, Walk, WalkBack, active_places


def differentiated(plan: Plan) -> Plan:
    """The plan with the reverse pass: the mean of its one output over the batch, and that mean's gradient."""
    builder = Builder(plan.arrays, plan.instructions)
    reverse = Reverse(builder, plan.instructions, depending(plan.instructions, {plan.parameters.number}))
    gradient = reverse.gradient(plan)
    cost = _mean(reverse.builder, plan.output)
    return replace(
        plan, instructions=reverse.builder.instructions, arrays=reverse.builder.arrays, cost=cost, gradient=gradient
    )


def _mean(builder: Builder, output: Ref) -> Ref:
    """The mean over the samples."""
    if not output.array.batched:
        return output
    return builder.map("multiply", Scale(1.0, 1), builder.batch_sum(output))


class Reverse:
    """The reverse pass: instructions from the last to the first, each handing its adjoint on to what it reads.

    Parameters
    ----------
    builder : Builder
        To which the instructions of the reverse pass are added.
    instructions : sequence of Instruction
        Those of the forward pass.
    needed : set of int
        The numbers of the arrays by which derivatives are wanted, and of all that depend on them.
    """

    def __init__(self, builder: Builder, instructions: Sequence[Instruction], needed: set[int]) -> None:
        self.builder, self.instructions, self.needed = builder, instructions, needed
        self._given = len(builder.arrays)
        self.contributions: dict[int, list[tuple[Index | None, Scaled]]] = defaultdict(list)
        # Of tables, by array and then by what is read of it: who reads it, and what is added to which rows.
        self.rows: dict[int, dict[Any, tuple[Choose, list[tuple[Ref, Ref]]]]] = defaultdict(dict)
        # What an adjoint is the adjoint of, by the key of what it reads.
        self.adjoint_of: dict[Any, Ref] = {}
        # Whether the result whose adjoint is being passed on has a number for each sample.
        self.batched = True

    def gradient(self, plan: Plan) -> Ref:
        """Add the reverse pass's instructions; returns the derivative by each parameter."""
        output, parameters = plan.output, plan.parameters
        self.batched = output.array.batched
        self.contribute(output, Scaled(self.builder, None, Scale(1.0, 1 if output.array.batched else 0)))
        self.hand_back()
        self._contribute_rows(parameters)
        return self.builder.scatter(self._pieces(parameters), parameters.size, False)

    def hand_back(self) -> None:
        """Hand what has been contributed back through all instructions."""
        rules: dict[type[Instruction], Callable[[Any, Scaled], None]] = {
            Map: self._map,
            Product: self._product,
            Sum: self._of_runs,
            LogSumExp: self._of_runs,
            LogSoftmax: self._of_runs,
            Ragged: self._ragged,
            Scatter: self._scatter,
            Choose: self._choose,
        }
        for instruction in reversed(self.instructions):
            self.batched = instruction.out.batched
            self._contribute_rows(instruction.out)
            if instruction.out.number not in self.contributions:
                continue
            if isinstance(instruction, Walk):
                self._walk(instruction)
            elif isinstance(instruction, Loop):
                hand_back(self, instruction)
            elif type(instruction) in rules:
                adjoint = self.adjoint(instruction.out)
                if adjoint.read is not None and instruction.out.labels:
                    self.adjoint_of[adjoint.read.key] = Ref(instruction.out)
                rules[type(instruction)](instruction, adjoint)

    def within(self, builder: Builder, instructions: Sequence[Instruction], needed: set[int]) -> Reverse:
        """The reverse pass of other instructions, such as those of a loop's steps."""
        return Reverse(builder, instructions, needed)

    # Adjoints

    def contribute(self, read: Ref, adjoint: Scaled, summed: bool = False) -> None:
        """Note that `adjoint`, already `summed` over the batch or not, is a part of the derivative by `read`."""
        if read.array.number not in self.needed:
            return
        if adjoint.read is not None and read.size == 1 < adjoint.read.size:
            adjoint = self._summed(adjoint, np.arange(adjoint.read.size), adjoint.read.size)
        if adjoint.read is not None and adjoint.read.size == 1 < read.size:
            spread = adjoint.read.at(np.zeros(read.size, dtype=np.intp))
            adjoint = Scaled(self.builder, spread, adjoint.scale)
        index = read.index
        if index is not None:
            index, adjoint = self._of_all(read.array, *self._without_repeats(index, adjoint))
        if self.batched and not read.array.batched and not summed:
            adjoint = self._over_the_batch(adjoint)
        self.contributions[read.array.number].append((index, adjoint))

    def _summed(self, adjoint: Scaled, order: Index, lengths: Lengths) -> Scaled:
        """The sums of runs of an adjoint's positions, taken in `order`."""
        assert adjoint.read is not None
        read = adjoint.read.at(order)
        return Scaled(self.builder, self.builder.sum(read, lengths), adjoint.scale)

    def _without_repeats(self, index: Index, adjoint: Scaled) -> tuple[Index, Scaled]:
        """Where positions are read several times, sum first and write each position once."""
        positions, counts = np.unique(index, return_counts=True)
        if len(positions) == len(index):
            return index, adjoint
        if adjoint.read is not None:
            return positions, self._summed(adjoint, np.argsort(index, kind="stable"), counts)
        repeats = int(counts[0])
        return (positions, adjoint * float(repeats)) if (counts == repeats).all() else (index, adjoint)

    def _of_all(self, array: Array, index: Index, adjoint: Scaled) -> tuple[Index | None, Scaled]:
        """No positions where each of the array's comes once."""
        places = np.argsort(index, kind="stable")
        if len(index) != array.size or (index[places] != np.arange(array.size)).any():
            return index, adjoint
        return None, adjoint if adjoint.read is None else Scaled(self.builder, adjoint.read.at(places), adjoint.scale)

    def _over_the_batch(self, adjoint: Scaled) -> Scaled:
        if adjoint.read is None or not adjoint.read.array.batched:
            # The same for every sample: n of them are summed.
            return Scaled(self.builder, adjoint.read, Scale(adjoint.scale.factor, adjoint.scale.power - 1))
        operand = self._named_operand(adjoint)
        assert isinstance(operand, Ref)
        return Scaled(self.builder, self.builder.batch_sum(operand))

    def _pieces(self, array: Array) -> list[tuple[Operand, Index]]:
        everything = np.arange(array.size)
        return [
            (adjoint.operand(), everything if index is None else index)
            for index, adjoint in self.contributions[array.number]
        ]

    def adjoint(self, array: Array) -> Scaled:
        """The derivative of the output with respect to a computed array, all parts added."""
        parts = self.contributions[array.number]
        if all(index is None or (len(index) == array.size == 1) for index, _ in parts):
            return sum_of([part for _, part in parts])
        return Scaled(self.builder, self.builder.scatter(self._pieces(array), array.size, array.batched))

    def as_ref(self, adjoint: Scaled, array: Array) -> Ref:
        """An adjoint as a ref of the array's size."""
        operand = self._named_operand(adjoint)
        if isinstance(operand, Ref) and operand.array.batched == array.batched:
            return operand
        return self.builder.scatter([(operand, np.arange(array.size))], array.size, array.batched)

    def _named_operand(self, adjoint: Scaled) -> Operand:
        """An adjoint as an operand; an array made for it means that, such as delta1."""
        operand = adjoint.operand()
        of = self.adjoint_of.get(adjoint.read.key) if adjoint.read is not None else None
        if isinstance(operand, Ref) and of is not None:
            self._means(operand, Meaning("adjoint", of))
        return operand

    def _means(self, read: Ref, meaning: Meaning) -> None:
        """Note what an array of the reverse pass is; those of the forward pass stay as they are."""
        array = read.array
        if read.index is None and array.number >= self._given and array.meaning is None:
            array.meaning = meaning

    # One rule for each kind of instruction

    def _map(self, instruction: Map, adjoint: Scaled) -> None:
        given = [Scaled(self.builder, arg) if isinstance(arg, Ref) else arg for arg in instruction.arguments]
        result = Scaled(self.builder, Ref(instruction.out))
        for i, operand in enumerate(instruction.arguments):
            if isinstance(operand, Ref) and operand.array.number in self.needed:
                partial = instruction.primitive.partial(EMITTING, i, result, given)
                if isinstance(partial, float) and partial == 0.0:
                    continue
                if instruction.primitive.primed and partial.scale == ONE:
                    self._means(partial.read, Meaning("primed", operand, instruction.primitive))
                part = adjoint * partial
                # A scale alone stands for every position: all are summed where the operand broadcasts.
                alone = part.read is None or part.read.size < instruction.out.size
                self.contribute(operand, part * float(instruction.out.size) if alone and operand.size == 1 else part)

    def _product(self, instruction: Product, adjoint: Scaled) -> None:
        product = instruction.contraction
        left, right = (instruction.left, product.left), (instruction.right, product.right)
        given = self.as_ref(adjoint, instruction.out)
        for (target, letters), (other, of_other) in ((left, right), (right, left)):
            if target.array.number in self.needed:
                contraction = Contraction(product.out, of_other, letters, product.sizes)
                found = Scaled(self.builder, self.builder.product(given, other, contraction))
                self.contribute(target, found, summed="b" not in letters)

    def _of_runs(self, instruction: Sum | LogSumExp | LogSoftmax, adjoint: Scaled) -> None:
        self._of_any_runs(type(instruction), instruction.read, instruction.length, instruction.out, adjoint)

    def _ragged(self, instruction: Ragged, adjoint: Scaled) -> None:
        (read,) = instruction.arguments
        self._of_any_runs(instruction.kind, read, instruction.lengths, instruction.out, adjoint)

    def _of_any_runs(self, kind: type[OfRuns], read: Ref, lengths: Lengths, out: Array, adjoint: Scaled) -> None:
        if kind is LogSoftmax:
            given = self.as_ref(Scaled(self.builder, adjoint.read), out)
            slopes = self.builder.softmax_adjoint(given, Ref(out), lengths)
            self.contribute(read, Scaled(self.builder, slopes, adjoint.scale))
            return
        run_of = np.repeat(np.arange(out.size), lengths)
        part = adjoint if adjoint.read is None else Scaled(self.builder, adjoint.read.at(run_of), adjoint.scale)
        if kind is LogSumExp:
            result = Scaled(self.builder, Ref(out).at(run_of))
            part = part * LOGSUMEXP.partial(EMITTING, 0, result, [Scaled(self.builder, read)])
        self.contribute(read, part)

    def _scatter(self, instruction: Scatter, adjoint: Scaled) -> None:
        for piece in instruction.pieces:
            if isinstance(piece.operand, Ref):
                part = None if adjoint.read is None else adjoint.read.at(piece.index)
                self.contribute(piece.operand, Scaled(self.builder, part, adjoint.scale))

    def _choose(self, instruction: Choose, adjoint: Scaled) -> None:
        table = instruction.table
        if table.array.number in self.needed:
            own = self.rows[table.array.number]
            _, parts = own.setdefault((table.key, instruction.rows, instruction.tables), (instruction, []))
            parts.append((instruction.index, self.as_ref(adjoint, instruction.out)))

    def _contribute_rows(self, array: Array) -> None:
        """What was added to rows of tables in an array, all rows of one table at once."""
        for made, parts in self.rows.pop(array.number, {}).values():
            added = self.builder.add_rows(parts, made.rows, made.width, array.batched, made.tables)
            self.contribute(made.table, Scaled(self.builder, added), summed=True)

    def _walk(self, instruction: Walk) -> None:
        """A way back; most of a tape is read by its own steps alone, so its derivative is no array of its size."""
        steps, out = instruction.steps, instruction.out
        parts = [(part, np.arange(out.size) if i is None else i) for i, part in self.contributions[out.number]]
        seeded = np.unique(np.concatenate([index for _, index in parts]))
        active = active_places(steps, self._wanted(instruction.read), seeded)
        pieces = [(part.operand(), np.searchsorted(seeded, index)) for part, index in parts]
        adjoint = self.builder.scatter(pieces, len(seeded), out.batched)
        found = self.builder.add(
            lambda made: WalkBack(made, Ref(out), adjoint, steps, seeded, active), steps.given, out.batched
        )
        self.contribute(instruction.read, Scaled(self.builder, found))

    def _wanted(self, read: Ref) -> Mask:
        """Which of the positions read have a derivative that leads to a parameter."""
        made = next((made for made in self.instructions if made.out is read.array), None)
        pieces = made.pieces if isinstance(made, Scatter) else ()
        wanted = np.full(read.array.size, not pieces)
        for piece in pieces:
            if isinstance(piece.operand, Ref) and piece.operand.array.number in self.needed:
                wanted[piece.index] = True
        return wanted if read.index is None else wanted[read.index]
