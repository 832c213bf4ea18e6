"""Moves: kernels that copy numbers, from and to positions that are listed one by one, and that fill.

Words of those with positions: samples, positions, where the list is (base, offset), and of what is written and of what
is read where it is (base, offset) and how far apart samples and positions are.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from .native import integers, kernel, pointer_to


@cache
def take(dtype: np.dtype[Any]) -> Any:
    """Positions of one array, one after another."""
    numbers = pointer_to(dtype)

    def moves_take(words: Any, bases: Any) -> int:
        rows, count, index = words[2], words[3], integers(bases[words[4]] + words[5])
        out, read = numbers(bases[words[6]] + words[7]), numbers(bases[words[10]] + words[11])
        row, step, read_row, read_step = words[8], words[9], words[12], words[13]
        for i in range(rows):
            for j in range(count):
                out[i * row + j * step] = read[i * read_row + index[j] * read_step]
        return 0

    return kernel(moves_take)


@cache
def put(dtype: np.dtype[Any]) -> Any:
    """Numbers to positions."""
    numbers = pointer_to(dtype)

    def moves_put(words: Any, bases: Any) -> int:
        rows, count, index = words[2], words[3], integers(bases[words[4]] + words[5])
        out, read = numbers(bases[words[6]] + words[7]), numbers(bases[words[10]] + words[11])
        row, step, read_row, read_step = words[8], words[9], words[12], words[13]
        for i in range(rows):
            for j in range(count):
                out[i * row + index[j] * step] = read[i * read_row + j * read_step]
        return 0

    return kernel(moves_put)


@cache
def add_at(dtype: np.dtype[Any]) -> Any:
    """Numbers added to positions, one after another."""
    numbers = pointer_to(dtype)

    def moves_add_at(words: Any, bases: Any) -> int:
        rows, count, index = words[2], words[3], integers(bases[words[4]] + words[5])
        out, read = numbers(bases[words[6]] + words[7]), numbers(bases[words[10]] + words[11])
        row, step, read_row, read_step = words[8], words[9], words[12], words[13]
        off = 0
        for i in range(rows):
            for j in range(count):
                at = i * row + index[j] * step
                out[at] += read[i * read_row + j * read_step]
                off |= out[at] - out[at] != 0.0
        return off

    return kernel(moves_add_at)


@cache
def copy(dtype: np.dtype[Any]) -> Any:
    """An array, elementwise."""
    numbers = pointer_to(dtype)

    def moves_copy(words: Any, bases: Any) -> int:
        out, read = numbers(bases[words[5]] + words[6]), numbers(bases[words[10]] + words[11])
        count, step, read_step = words[4], words[9], words[14]
        for i in range(words[2]):
            for j in range(words[3]):
                at, read_at = i * words[7] + j * words[8], i * words[12] + j * words[13]
                if step == 1 and read_step == 1:
                    for k in range(count):
                        out[at + k] = read[read_at + k]
                elif step == 1 and read_step == 0:
                    value = read[read_at]
                    for k in range(count):
                        out[at + k] = value
                else:
                    for k in range(count):
                        out[at + k * step] = read[read_at + k * read_step]
        return 0

    return kernel(moves_copy)


@cache
def add(dtype: np.dtype[Any]) -> Any:
    """Numbers added to an array, elementwise."""
    numbers = pointer_to(dtype)

    def moves_add(words: Any, bases: Any) -> int:
        out, read = numbers(bases[words[5]] + words[6]), numbers(bases[words[10]] + words[11])
        count, step, read_step = words[4], words[9], words[14]
        off = 0
        for i in range(words[2]):
            for j in range(words[3]):
                at, read_at = i * words[7] + j * words[8], i * words[12] + j * words[13]
                if step == 1 and read_step == 1:
                    for k in range(count):
                        found = out[at + k] + read[read_at + k]
                        out[at + k] = found
                        off |= found - found != 0.0
                else:
                    for k in range(count):
                        found = out[at + k * step] + read[read_at + k * read_step]
                        out[at + k * step] = found
                        off |= found - found != 0.0
        return off

    return kernel(moves_add)


@cache
def finite(dtype: np.dtype[Any]) -> Any:
    """Whether all numbers are; words as of an elementwise kernel with no operand."""
    numbers = pointer_to(dtype)

    def moves_finite(words: Any, bases: Any) -> int:
        read, count, step = numbers(bases[words[5]] + words[6]), words[4], words[9]
        off = 0
        for i in range(words[2]):
            for j in range(words[3]):
                at = i * words[7] + j * words[8]
                for k in range(count):
                    off |= read[at + k * step] - read[at + k * step] != 0.0
        return off

    return kernel(moves_finite)


@cache
def holds(dtype: np.dtype[Any]) -> Any:
    """Whether all numbers of the first operand are that of the second; words as of an elementwise kernel."""
    numbers = pointer_to(dtype)

    def moves_holds(words: Any, bases: Any) -> int:
        read, truth = numbers(bases[words[5]] + words[6]), numbers(bases[words[10]] + words[11])[0]
        off, count, step = 0, words[4], words[9]
        for k in range(count):
            off |= read[k * step] != truth
        return off

    return kernel(moves_holds)
