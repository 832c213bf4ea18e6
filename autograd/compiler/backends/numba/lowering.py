"""Lowering: log softmax and what belongs to it as simpler instructions, of which the machine has kernels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from ...plan.builder import Builder
from ...plan.instructions import Array, Contraction, Instruction, LogSumExp, Operand, Ref, Sum, mapped
from ...plan.loop import Loop
from ...plan.plan import Plan
from ...plan.ragged import Ragged
from ...plan.shares import LogSoftmax, SoftmaxAdjoint

Lengths = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class OfRuns(Instruction):
    """An instruction on runs of so many neighbours each, of refs of one size."""

    given: tuple[Ref, ...]
    lengths: Lengths

    @property
    def operands(self) -> tuple[Operand, ...]:
        """What is read."""
        return self.given


class SumOfRun(OfRuns):
    """The sum of each run."""


class Largest(OfRuns):
    """The largest of each run."""


class SumBesideLargest(OfRuns):
    """The sum of each run of the second, without its number where the first is largest."""


class SumsOfOthers(OfRuns):
    """For each position the sum of its run's other numbers, without a difference, which would cancel."""


def lowered(plan: Plan) -> Plan:
    """The plan with the machine's instructions."""
    arrays, instructions = _lowered(plan.arrays, plan.instructions)
    return replace(plan, instructions=instructions, arrays=arrays)


def _lowered(arrays: Iterable[Array], instructions: Iterable[Instruction]) -> tuple[list[Array], list[Instruction]]:
    builder = Builder(arrays)
    for made in instructions:
        if isinstance(made, LogSumExp | LogSoftmax | SoftmaxAdjoint):
            count = made.reads[0].size // made.length
            _lower(type(made), made.out, made.reads, (made.length,) * count, builder)
        elif isinstance(made, Ragged):
            _lower(made.kind, made.out, made.reads, made.lengths, builder)
        elif isinstance(made, Loop):
            own, inner = _lowered(made.body.arrays, made.body.instructions)
            builder.instructions.append(
                replace(made, body=replace(made.body, arrays=tuple(own), instructions=tuple(inner)))
            )
        else:
            builder.instructions.append(made)
    return builder.arrays, builder.instructions


def _lower(kind: type[Instruction], out: Array, reads: list[Ref], lengths: Lengths, builder: Builder) -> None:
    if kind is Sum:
        builder.instructions.append(SumOfRun(out, tuple(reads), lengths))
    elif kind is SoftmaxAdjoint:
        given, logs = reads
        _adjoint(out, given, logs, lengths, builder)
    else:
        _logarithms(kind, out, reads[0], lengths, builder)


def _logarithms(kind: type[Instruction], out: Array, read: Ref, lengths: Lengths, builder: Builder) -> None:
    def of_runs(kind: type[OfRuns], *given: Ref) -> Ref:
        return builder.add(lambda made: kind(made, given, lengths), len(lengths), read.array.batched)

    spread = np.repeat(np.arange(len(lengths)), lengths)
    largest = of_runs(Largest, read)
    below = builder.map("subtract", read, largest.at(spread))
    beside = of_runs(SumBesideLargest, below, builder.map("exp", below))
    above = builder.map("log1p", beside)
    operands = ("add", largest, above) if kind is LogSumExp else ("subtract", below, above.at(spread))
    builder.instructions.append(mapped(out, *operands))


def _adjoint(out: Array, given: Ref, logs: Ref, lengths: Lengths, builder: Builder) -> None:
    others = _others(given, lengths, builder)
    own = builder.map("multiply", given, builder.map("expm1", logs))
    theirs = builder.map("multiply", builder.map("exp", logs), others)
    builder.instructions.append(mapped(out, "negative", builder.map("add", own, theirs)))


def _others(given: Ref, lengths: Lengths, builder: Builder) -> Ref:
    length, batched = lengths[0], given.array.batched
    if len(set(lengths)) > 1 or length > _NARROW:
        return builder.add(lambda made: SumsOfOthers(made, (given,), lengths), given.size, batched)
    matrix = Ref(builder.array(length * length, False, kind="constant", source=1.0 - np.eye(length).ravel()))
    b, sizes = "b" if batched else "", {"r": len(lengths), "c": length, "k": length}
    return builder.product(given, matrix, Contraction(f"{b}rk", "kc", f"{b}rc", sizes))


_NARROW = 64
"""Up to here a matrix product is the quickest way to sums of others."""
