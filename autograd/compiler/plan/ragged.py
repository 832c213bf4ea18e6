"""Ragged: sums, log softmaxes and their like of runs whose lengths differ, filled up to equal ones where that pays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any

import numpy as np

from .instructions import Array, Instruction, LogSumExp, Operand, Ref, Sum
from .patterns import Index
from .shares import LogSoftmax, SoftmaxAdjoint

OfRuns = Sum | LogSumExp | LogSoftmax | SoftmaxAdjoint
REDUCING = (Sum, LogSumExp)
"""Those that make one number of each run; the others make one of each position."""


@dataclass(frozen=True, eq=False)
class Ragged(Instruction):
    """What `kind` computes of runs, each of a length of its own; they lie one after another.

    Attributes
    ----------
    kind : type
        One of `Sum`, `LogSumExp`, `LogSoftmax` and `SoftmaxAdjoint`.
    arguments : tuple of Ref
        What it reads, all with the same runs.
    lengths : tuple of int
        At least 1 each.
    """

    kind: type[OfRuns]
    arguments: tuple[Ref, ...]
    lengths: tuple[int, ...]

    @property
    def operands(self) -> tuple[Operand, ...]:
        """What it reads."""
        return self.arguments

    def with_operands(self, operands: Iterable[Operand]) -> Ragged:
        """The same of others."""
        return replace(self, arguments=tuple(operands))  # type: ignore[arg-type]  # operands of these are refs

    @property
    def reduces(self) -> bool:
        """Whether a run becomes one number."""
        return self.kind in REDUCING

    @property
    def starts(self) -> tuple[int, ...]:
        """Where the runs begin."""
        return tuple(accumulate(self.lengths[:-1], initial=0))

    def runs(self) -> Iterator[tuple[OfRuns, Index]]:
        """What is computed of each run, as an instruction for it alone, and the positions of the result."""
        for number, (start, length) in enumerate(zip(self.starts, self.lengths, strict=True)):
            places = np.arange(start, start + length)
            own = np.array([number]) if self.reduces else places
            out = Array(-1, len(own), self.out.batched)
            yield of_equal_runs(self.kind, out, [read.at(places) for read in self.arguments], length), own

    @property
    def _detail(self) -> Any:
        return (self.kind, self.lengths)


def of_equal_runs(kind: type[OfRuns], out: Array, reads: Sequence[Ref], length: int) -> OfRuns:
    """What a kind computes of runs of one length."""
    make: Any = kind
    made: OfRuns = make(out, *reads, length)
    return made


@dataclass(frozen=True)
class Filled:
    """Some of the runs, filled up to one length.

    Attributes
    ----------
    runs : ndarray of int, shape (runs,)
        Which.
    places : ndarray of int, shape (runs, width)
        The positions that each reads; the first of all where it is filled up.
    real : ndarray of bool, shape (runs, width)
        Which are no filling.
    """

    runs: Index
    places: Index
    real: Any


def filled_up(lengths: Sequence[int]) -> list[Filled]:
    """Runs in groups in which they are filled up to the longest of them: few groups, and little filling."""
    own = np.array(lengths)
    starts = np.cumsum(own) - own
    by_size = np.zeros(len(own)) if own.max() * len(own) <= _WASTE * own.sum() else np.ceil(np.log2(own))
    groups = []
    for size in np.unique(by_size):
        runs = np.flatnonzero(by_size == size)
        within = np.arange(own[runs].max())
        real = within < own[runs, None]
        groups.append(Filled(runs, np.where(real, starts[runs, None] + within, 0), real))
    return groups


_WASTE = 4
"""How many times the numbers that there are may be computed with, so that the runs need not be told apart by length."""
