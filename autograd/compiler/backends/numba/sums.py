"""Sums: kernels that add up numbers along some loops.

The words: the lengths of three loops over the result and of two over what is added up for each number of it; whether
the result is added to; then of the result and of what is read where they are (base, offset) and the strides of three
and of five loops.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from .native import kernel, pointer_to


@cache
def along(dtype: np.dtype[Any]) -> Any:
    """Each number of the result after the other."""
    numbers = pointer_to(dtype)

    def sums_along(words: Any, bases: Any) -> int:
        outs, reads = numbers(bases[words[8]] + words[9]), numbers(bases[words[13]] + words[14])
        outer, inner, adds, far, step = words[5], words[6], words[7], words[18], words[19]
        off = 0
        for i in range(words[2]):
            for j in range(words[3]):
                for k in range(words[4]):
                    out = i * words[10] + j * words[11] + k * words[12]
                    read = i * words[15] + j * words[16] + k * words[17]
                    total = reads[0] * 0
                    for p in range(outer):
                        at = read + p * far
                        part = reads[0] * 0
                        if step == 1:
                            for q in range(inner):
                                part += reads[at + q]
                        else:
                            for q in range(inner):
                                part += reads[at + q * step]
                        total += part
                    if adds:
                        total += outs[out]
                    outs[out] = total
                    off |= total - total != 0.0
        return off

    return kernel(sums_along, reorders=True)


@cache
def across(dtype: np.dtype[Any]) -> Any:
    """Neighbours of the result at once."""
    numbers = pointer_to(dtype)

    def sums_across(words: Any, bases: Any) -> int:
        outs, reads = numbers(bases[words[8]] + words[9]), numbers(bases[words[13]] + words[14])
        count, adds = words[4], words[7]
        off = 0
        for i in range(words[2]):
            for j in range(words[3]):
                out, read = i * words[10] + j * words[11], i * words[15] + j * words[16]
                if not adds:
                    for k in range(count):
                        outs[out + k] = 0.0
                for p in range(words[5]):
                    for q in range(words[6]):
                        at = read + p * words[18] + q * words[19]
                        for k in range(count):
                            outs[out + k] += reads[at + k]
                for k in range(count):
                    off |= outs[out + k] - outs[out + k] != 0.0
        return off

    return kernel(sums_across)
