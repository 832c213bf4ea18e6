"""Runs: kernels that look at runs of numbers.

The words: samples, runs and their length, or 0 where each has its own, and the constants (base, offset) that say where
each begins; then of the result and of each operand where it is (base, offset) and how far apart samples, runs of one
length, and neighbours are.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numba import njit

from .amounts import ONE
from .encoder import Encoder
from .lowering import Largest, OfRuns, SumBesideLargest, SumOfRun, SumsOfOthers
from .native import integers, kernel, pointer_to
from .words import Word, located


def encode_runs(instruction: OfRuns, encoder: Encoder) -> None:
    """Add the instruction of runs."""
    out, lengths = instruction.out, instruction.lengths
    count, one_each = len(lengths), not isinstance(instruction, SumsOfOthers)
    equal = len(set(lengths)) == 1
    shape = (count, lengths[0]) if equal else (1, sum(lengths))
    starts = encoder.memory.keep(np.cumsum([0, *lengths]).astype(np.int64))
    target = encoder.out(out, (count, 1) if one_each else shape)
    views = [target, *(encoder.seen_as(read, shape) for read in instruction.given)]
    words: list[Word] = [encoder.memory.rows if out.batched else ONE, count, lengths[0] if equal else 0]
    words += [encoder.memory.constants.base, starts]
    for view in views:
        words += [*located(view, encoder.itemsize), view.row, *view.strides]
    encoder.emit(_KERNELS[type(instruction)], words)


def _run_of(words: Any, bases: Any, j: int, of: int) -> tuple[int, int, int]:
    """Where run `j` begins in the operand whose words begin at `of`, how far apart its numbers are, and how many."""
    if words[4]:
        return j * words[of + 3], words[of + 4], words[4]
    starts = integers(bases[words[5]] + words[6])
    return starts[j] * words[of + 4], words[of + 4], starts[j + 1] - starts[j]


_run = njit(_run_of, error_model="numpy", inline="always")


@cache
def sum_of_run(dtype: np.dtype[Any]) -> Any:
    """The sum of each run."""
    numbers = pointer_to(dtype)

    def runs_sum(words: Any, bases: Any) -> int:
        outs, reads = numbers(bases[words[7]] + words[8]), numbers(bases[words[12]] + words[13])
        off = 0
        for i in range(words[2]):
            for j in range(words[3]):
                first, step, length = _run(words, bases, j, 12)
                at = i * words[14] + first
                total = reads[at] * 0
                for k in range(length):
                    total += reads[at + k * step]
                outs[i * words[9] + j * words[10]] = total
                off |= total - total != 0.0
        return off

    return kernel(runs_sum, reorders=True)


@cache
def largest(dtype: np.dtype[Any]) -> Any:
    """The largest of each run."""
    numbers = pointer_to(dtype)

    def runs_largest(words: Any, bases: Any) -> int:
        outs, reads = numbers(bases[words[7]] + words[8]), numbers(bases[words[12]] + words[13])
        for i in range(words[2]):
            for j in range(words[3]):
                first, step, length = _run(words, bases, j, 12)
                at = i * words[14] + first
                found = reads[at]
                for k in range(1, length):
                    found = max(found, reads[at + k * step])
                outs[i * words[9] + j * words[10]] = found
        return 0

    return kernel(runs_largest)


@cache
def sum_beside_largest(dtype: np.dtype[Any]) -> Any:
    """The sum of the second operand's run but for the place where the first, none of which is above 0, is 0."""
    numbers = pointer_to(dtype)

    def runs_sum_beside_largest(words: Any, bases: Any) -> int:
        outs, below = numbers(bases[words[7]] + words[8]), numbers(bases[words[12]] + words[13])
        added = numbers(bases[words[17]] + words[18])
        off = 0
        for i in range(words[2]):
            for j in range(words[3]):
                first, step, length = _run(words, bases, j, 12)
                from_first, from_step, _ = _run(words, bases, j, 17)
                at, from_at = i * words[14] + first, i * words[19] + from_first
                total, is_left_out = below[at] * 0, False
                for k in range(length):
                    if not is_left_out and below[at + k * step] == 0.0:
                        is_left_out = True
                    else:
                        total += added[from_at + k * from_step]
                outs[i * words[9] + j * words[10]] = total
                off |= total - total != 0.0
        return off

    return kernel(runs_sum_beside_largest)


@cache
def sums_of_others(dtype: np.dtype[Any]) -> Any:
    """For each position the sum of those before it and of those behind it."""
    numbers = pointer_to(dtype)

    def runs_sums_of_others(words: Any, bases: Any) -> int:
        outs, reads = numbers(bases[words[7]] + words[8]), numbers(bases[words[12]] + words[13])
        off = 0
        for i in range(words[2]):
            for j in range(words[3]):
                first, step, length = _run(words, bases, j, 12)
                to_first, to_step, _ = _run(words, bases, j, 7)
                out, at = i * words[9] + to_first, i * words[14] + first
                total = reads[at] * 0
                for k in range(length):
                    outs[out + k * to_step] = total
                    total += reads[at + k * step]
                off |= total - total != 0.0
                total = reads[at] * 0
                for k in range(length - 1, -1, -1):
                    outs[out + k * to_step] += total
                    total += reads[at + k * step]
        return off

    return kernel(runs_sums_of_others)


_KERNELS = {
    SumOfRun: sum_of_run,
    Largest: largest,
    SumBesideLargest: sum_beside_largest,
    SumsOfOthers: sums_of_others,
}
