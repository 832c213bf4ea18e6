"""Lowering: log softmax and what belongs to it as simpler instructions, of which the machine has kernels."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ...plan.builder import Builder
from ...plan.instructions import Contraction, Instruction, LogSumExp, Operand, Ref, mapped
from ...plan.plan import Plan
from ...plan.shares import LogSoftmax, SoftmaxAdjoint


@dataclass(frozen=True, eq=False)
class OfRuns(Instruction):
    """An instruction on runs of `length` neighbours, of refs of one size."""

    given: tuple[Ref, ...]
    length: int

    @property
    def operands(self) -> tuple[Operand, ...]:
        """What is read."""
        return self.given


class Largest(OfRuns):
    """The largest of each run."""


class SumBesideLargest(OfRuns):
    """The sum of each run of the second, without its number where the first is largest."""


class SumsOfOthers(OfRuns):
    """For each position the sum of its run's other numbers, without a difference, which would cancel."""


def lowered(plan: Plan) -> Plan:
    """The plan with the machine's instructions."""
    builder = Builder(plan.arrays)
    for made in plan.instructions:
        if isinstance(made, LogSumExp | LogSoftmax):
            _logarithms(made, builder)
        elif isinstance(made, SoftmaxAdjoint):
            _adjoint(made, builder)
        else:
            builder.instructions.append(made)
    return replace(plan, instructions=builder.instructions, arrays=builder.arrays)


def _logarithms(made: LogSumExp | LogSoftmax, builder: Builder) -> None:
    read, length = made.read, made.length
    count, batched = read.size // length, read.array.batched

    def of_runs(kind: type[OfRuns], *given: Ref) -> Ref:
        return builder.add(lambda out: kind(out, given, length), count, batched)

    spread = np.repeat(np.arange(count), length)
    largest = of_runs(Largest, read)
    below = builder.map("subtract", read, largest.at(spread))
    beside = of_runs(SumBesideLargest, below, builder.map("exp", below))
    above = builder.map("log1p", beside)
    operands = ("add", largest, above) if isinstance(made, LogSumExp) else ("subtract", below, above.at(spread))
    builder.instructions.append(mapped(made.out, *operands))


def _adjoint(made: SoftmaxAdjoint, builder: Builder) -> None:
    given, logs, length = made.given, made.logs, made.length
    if length <= _NARROW:
        ones = 1.0 - np.eye(length)
        matrix = Ref(builder.array(length * length, False, kind="constant", source=ones.ravel()))
        b = "b" if given.array.batched else ""
        sizes = {"r": given.size // length, "c": length, "k": length}
        others = builder.product(given, matrix, Contraction(f"{b}rk", "kc", f"{b}rc", sizes))
    else:
        others = builder.add(lambda out: SumsOfOthers(out, (given,), length), given.size, given.array.batched)
    own = builder.map("multiply", given, builder.map("expm1", logs))
    theirs = builder.map("multiply", builder.map("exp", logs), others)
    builder.instructions.append(mapped(made.out, "negative", builder.map("add", own, theirs)))


_NARROW = 64
"""Up to here a matrix product is the quickest way to sums of others."""
