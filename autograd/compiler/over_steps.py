"""Over steps: what a loop's body would do in every step, done for all steps at once.

Numbers of all steps lie one step's behind the other's. An instruction on some becomes the same instruction on more
positions; a matrix product gets a letter t.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import singledispatchmethod

import numpy as np

from .plan.builder import Builder
from .plan.instructions import (
    BatchSum,
    Contraction,
    Instruction,
    LogSumExp,
    Map,
    Operand,
    Product,
    Ref,
    Scatter,
    Sum,
)
from .plan.patterns import Index
from .plan.ragged import Ragged
from .plan.shares import LogSoftmax, SoftmaxAdjoint

VECTORISED = (Map, Sum, LogSumExp, LogSoftmax, SoftmaxAdjoint, Ragged, BatchSum, Product, Scatter)
"""The kinds of instructions that can be done for all steps at once."""


@dataclass(frozen=True, eq=False)
class Known:
    """What stands for an array of a body outside of the loop: its numbers in all steps, or the same in each."""

    read: Ref
    is_each: bool


class OverSteps:
    """Adds instructions to a plan that do for all steps what a body's do for one.

    Parameters
    ----------
    builder : Builder
        Of the plan that the loop stands in.
    steps : int
    known : callable
        Says of the number of an array of the body what stands for it.
    """

    def __init__(self, builder: Builder, steps: int, known: Callable[[int], Known]) -> None:
        self.builder, self.steps, self._known = builder, steps, known

    def operand(self, operand: Operand, size: int | None = None) -> Operand:
        """An operand of all steps; a ref of one position, of which `size` are wanted in each, is repeated."""
        return self.read(operand, size) if isinstance(operand, Ref) else operand

    def read(self, read: Ref, size: int | None = None) -> Ref:
        """A ref of all steps, or as it is where that is the same in each and of one position."""
        known = self._known(read.array.number)
        if not known.is_each:
            own = known.read if read.index is None else known.read.at(read.index)
            return own if own.size == 1 and size is not None else own.at(np.tile(np.arange(own.size), self.steps))
        return self.each(known.read, read.array.size, read.index, size)

    def each(self, outer: Ref, width: int, index: Index | None, size: int | None = None) -> Ref:
        """Positions of each step of what has `width` numbers in each."""
        own = np.arange(width) if index is None else index
        if size is not None and len(own) == 1 < size:
            own = np.repeat(own, size)
        if index is None and len(own) == width:
            return outer
        return outer.at((np.arange(self.steps)[:, None] * width + own).ravel())

    def is_same(self, made: Instruction) -> bool:
        """Whether an instruction reads nothing that differs from step to step."""
        return not any(self._known(read.array.number).is_each for read in made.reads)

    def _as_it_is(self, operand: Operand) -> Operand:
        if not isinstance(operand, Ref):
            return operand
        outer = self._known(operand.array.number).read
        return outer if operand.index is None else outer.at(operand.index)

    def add(self, made: Instruction) -> Known:
        """What an instruction comes to."""
        if self.is_same(made):
            same = made.with_operands(map(self._as_it_is, made.operands))
            return Known(self.builder.add(lambda out: replace(same, out=out), made.out.size, made.out.batched), False)
        return Known(self._added(made), True)

    @singledispatchmethod
    def _added(self, made: Instruction) -> Ref:
        raise TypeError(f"over steps: nothing for {type(made).__name__}")

    @_added.register
    def _map(self, made: Map) -> Ref:
        return self.builder.map(made.primitive, *(self.operand(operand, made.out.size) for operand in made.arguments))

    @_added.register
    def _runs(self, made: Sum | LogSumExp | LogSoftmax | SoftmaxAdjoint) -> Ref:
        return self.builder.of_runs(type(made), [self.read(read) for read in made.reads], made.length)

    @_added.register
    def _ragged(self, made: Ragged) -> Ref:
        reads = [self.read(read) for read in made.arguments]
        return self.builder.of_runs(made.kind, reads, made.lengths * self.steps)

    @_added.register
    def _batch_sum(self, made: BatchSum) -> Ref:
        return self.builder.batch_sum(self.read(made.read))

    @_added.register
    def _product(self, made: Product) -> Ref:
        return self.product(made, summed=False)

    @_added.register
    def _scatter(self, made: Scatter) -> Ref:
        start = np.arange(self.steps)[:, None] * made.out.size
        pieces = [
            (self.operand(piece.operand, len(piece.index)), (start + piece.index).ravel()) for piece in made.pieces
        ]
        return self.builder.scatter(pieces, self.steps * made.out.size, made.out.batched)

    def product(self, made: Product, summed: bool) -> Ref:
        """A product in every step, or if `summed` the sum of all steps' as one product."""
        letters = made.contraction
        known = [self._known(read.array.number) for read in made.operands if isinstance(read, Ref)]
        sides = []
        for read, own, side in zip(made.reads, (letters.left, letters.right), known, strict=True):
            if side.is_each and not (summed and not all(k.is_each for k in known)):
                sides.append((self.each(side.read, read.array.size, read.index), _with_t(own)))
            elif side.is_each:
                # What is the same for all steps is multiplied by the sum of what is not.
                sides.append((self.summed(self.each(side.read, read.array.size, read.index)), own))
            else:
                outer = self._as_it_is(read)
                assert isinstance(outer, Ref)
                sides.append((outer, own))
        (left, of_left), (right, of_right) = sides
        out = letters.out if summed else _with_t(letters.out)
        return self.builder.product(
            left, right, Contraction(of_left, of_right, out, {**letters.sizes, "t": self.steps})
        )

    def summed(self, outer: Ref) -> Ref:
        """The sum over the steps of what each has."""
        by_place = np.arange(outer.size).reshape(self.steps, -1).T.ravel()
        return self.builder.sum(outer.at(by_place), self.steps)


def _with_t(letters: str) -> str:
    return letters[:1] + "t" + letters[1:] if letters[:1] == "b" else "t" + letters
