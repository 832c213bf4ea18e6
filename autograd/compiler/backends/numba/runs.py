"""Runs: kernels that look at runs of numbers.

The words: samples, runs and their length; then of the result and of each operand where it is (base, offset) and how
far apart samples, runs and neighbours are.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from .amounts import ONE, ROWS
from .encoder import Encoder
from .lowering import Largest, OfRuns, SumBesideLargest, SumsOfOthers
from .native import kernel, pointer_to
from .words import Word, located


def encode_runs(instruction: OfRuns, encoder: Encoder) -> None:
    """Add the instructions of runs."""
    out, length = instruction.out, instruction.length
    count = instruction.given[0].size // length
    one_each = not isinstance(instruction, SumsOfOthers)
    target = encoder.out(out, (count, 1) if one_each else (count, length))
    views = [target, *(encoder.seen_as(read, (count, length)) for read in instruction.given)]
    words: list[Word] = [ROWS if out.batched else ONE, count, length]
    for view in views:
        words += [*located(view, encoder.itemsize), view.row, *view.strides]
    encoder.emit(_KERNELS[type(instruction)], words)


@cache
def largest(dtype: np.dtype[Any]) -> Any:
    """The largest of each run."""
    numbers = pointer_to(dtype)

    def runs_largest(words: Any, bases: Any) -> int:
        outs, reads = numbers(bases[words[5]] + words[6]), numbers(bases[words[10]] + words[11])
        step = words[14]
        for i in range(words[2]):
            for j in range(words[3]):
                at = i * words[12] + j * words[13]
                found = reads[at]
                for k in range(1, words[4]):
                    found = max(found, reads[at + k * step])
                outs[i * words[7] + j * words[8]] = found
        return 0

    return kernel(runs_largest)


@cache
def sum_beside_largest(dtype: np.dtype[Any]) -> Any:
    """The sum of the second operand's run but for the place where the first, none of which is above 0, is 0."""
    numbers = pointer_to(dtype)

    def runs_sum_beside_largest(words: Any, bases: Any) -> int:
        outs, below = numbers(bases[words[5]] + words[6]), numbers(bases[words[10]] + words[11])
        added = numbers(bases[words[15]] + words[16])
        off = 0
        for i in range(words[2]):
            for j in range(words[3]):
                at, from_at = i * words[12] + j * words[13], i * words[17] + j * words[18]
                total, is_left_out = below[at] * 0, False
                for k in range(words[4]):
                    if not is_left_out and below[at + k * words[14]] == 0.0:
                        is_left_out = True
                    else:
                        total += added[from_at + k * words[19]]
                outs[i * words[7] + j * words[8]] = total
                off |= total - total != 0.0
        return off

    return kernel(runs_sum_beside_largest)


@cache
def sums_of_others(dtype: np.dtype[Any]) -> Any:
    """For each position the sum of those before it and of those behind it."""
    numbers = pointer_to(dtype)

    def runs_sums_of_others(words: Any, bases: Any) -> int:
        outs, reads = numbers(bases[words[5]] + words[6]), numbers(bases[words[10]] + words[11])
        off, length = 0, words[4]
        for i in range(words[2]):
            for j in range(words[3]):
                out, at = i * words[7] + j * words[8], i * words[12] + j * words[13]
                total = reads[at] * 0
                for k in range(length):
                    outs[out + k * words[9]] = total
                    total += reads[at + k * words[14]]
                off |= total - total != 0.0
                total = reads[at] * 0
                for k in range(length - 1, -1, -1):
                    outs[out + k * words[9]] += total
                    total += reads[at + k * words[14]]
        return off

    return kernel(runs_sums_of_others)


_KERNELS = {Largest: largest, SumBesideLargest: sum_beside_largest, SumsOfOthers: sums_of_others}
