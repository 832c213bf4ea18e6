"""Builder: adds instructions to a plan in the making; equal instructions are added once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from ...primitives import Primitive
from .choose import AddRows, Choose
from .instructions import (
    Array,
    BatchSum,
    Contraction,
    Guard,
    Instruction,
    LogSumExp,
    Operand,
    Piece,
    Product,
    Ref,
    Scatter,
    Sum,
    mapped,
)
from .patterns import Index
from .ragged import REDUCING, OfRuns, Ragged, of_equal_runs
from .shares import LogSoftmax, SoftmaxAdjoint

Lengths = int | Sequence[int] | Index
"""The length of all runs, or one for each."""


class Builder:
    """Instructions in the making.

    Parameters
    ----------
    arrays, instructions : iterable, optional
        Those to go on from, such as the forward plan's; not changed.
    """

    def __init__(self, arrays: Iterable[Array] = (), instructions: Iterable[Instruction] = ()) -> None:
        self.arrays = list(arrays)
        self.instructions = list(instructions)
        self._known: dict[Any, Array] = {instruction.key: instruction.out for instruction in self.instructions}

    def array(self, size: int, batched: bool, **more: Any) -> Array:
        """A new array, not yet computed."""
        array = Array(len(self.arrays), size, batched, **more)
        self.arrays.append(array)
        return array

    def add(self, make: Callable[[Array], Instruction], size: int, batched: bool) -> Ref:
        """The result of an instruction, new or known; `make` gives it for an array of this size."""
        key = make(Array(-1, size, batched)).key
        if key not in self._known:
            array = self._known[key] = self.array(size, batched)
            self.instructions.append(make(array))
        return Ref(self._known[key])

    def map(self, name: str | Primitive, *operands: Operand) -> Ref:
        """An operation, or that of a name in the table, applied elementwise; refs of one position broadcast."""
        refs = [operand for operand in operands if isinstance(operand, Ref)]
        size = max((read.size for read in refs), default=1)
        return self.add(lambda out: mapped(out, name, *operands), size, any(read.array.batched for read in refs))

    def sum(self, read: Ref, lengths: Lengths) -> Ref:
        """Sums of runs."""
        return self.of_runs(Sum, [read], lengths)

    def logsumexp(self, read: Ref, lengths: Lengths) -> Ref:
        """`LogSumExp` of runs."""
        return self.of_runs(LogSumExp, [read], lengths)

    def log_softmax(self, read: Ref, lengths: Lengths) -> Ref:
        """`LogSoftmax` of runs."""
        return self.of_runs(LogSoftmax, [read], lengths)

    def softmax_adjoint(self, given: Ref, logs: Ref, lengths: Lengths) -> Ref:
        """`SoftmaxAdjoint` of runs."""
        return self.of_runs(SoftmaxAdjoint, [given, logs], lengths)

    def of_runs(self, kind: type[OfRuns], reads: Sequence[Ref], lengths: Lengths) -> Ref:
        """What a kind computes of runs, all of one length or each of its own; reads of one run have the same runs."""
        total, batched = reads[-1].size, any(read.array.batched for read in reads)
        own = (lengths,) * (total // lengths) if isinstance(lengths, int) else tuple(map(int, lengths))
        size = len(own) if kind in REDUCING else total
        if min(own, default=1) == max(own, default=1):
            length = lengths if isinstance(lengths, int) else own[0]
            return self.add(lambda out: of_equal_runs(kind, out, reads, length), size, batched)
        return self.add(lambda out: Ragged(out, kind, tuple(reads), own), size, batched)

    def batch_sum(self, read: Ref) -> Ref:
        """The sum over the samples."""
        return self.add(lambda out: BatchSum(out, read), read.size, False)

    def product(self, left: Ref, right: Ref, contraction: Contraction) -> Ref:
        """A matrix product."""
        size = int(np.prod(contraction.shape(contraction.out), dtype=int))
        return self.add(lambda out: Product(out, left, right, contraction), size, "b" in contraction.out)

    def choose(self, index: Ref, table: Ref, rows: int, tables: int = 1) -> Ref:
        """The rows of tables that indices choose."""
        size, batched = index.size * (table.size // (rows * tables)), index.array.batched or table.array.batched
        return self.add(lambda out: Choose(out, index, table, rows, tables), size, batched)

    def add_rows(self, parts: Sequence[tuple[Ref, Ref]], rows: int, width: int, batched: bool, tables: int = 1) -> Ref:
        """Numbers added to the rows that indices choose."""
        return self.add(lambda out: AddRows(out, tuple(parts), rows, tables), rows * tables * width, batched)

    def guard(self, read: Ref, truth: bool, comparison: str, line: str) -> None:
        """A comparison that must turn out as it did."""
        self.add(lambda out: Guard(out, read, float(truth), comparison, line), 0, read.array.batched)

    def scatter(self, pieces: Sequence[tuple[Operand, Index]], size: int, batched: bool) -> Ref:
        """An array of `size` with each operand written, or added where positions meet, to its positions."""
        covered, written = np.zeros(size, dtype=bool), np.zeros(size, dtype=bool)
        placed = []
        for operand, index in pieces:
            adds = bool(len(np.unique(index)) < len(index) or covered[index].any())
            placed.append(Piece(operand, index, adds))
            covered[index] = True
            # What is only added to must start from zero.
            written[index] |= not adds
        covers = bool(written.all())
        return self.add(lambda out: Scatter(out, tuple(placed), covers), size, batched)
