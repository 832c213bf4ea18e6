"""Rows: kernels that read rows of tables, and add to them, by an index for each sample.

The words: samples, indices of a sample, the rows of a table and their length, indices to each of several tables; then
of the index, of the tables and of what is read from them or added where they are (base, offset) and how far apart
samples, rows and neighbours in a row are (of the index, neighbours stand for rows).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numba import njit

from ...plan.choose import AddRows, Choose
from ...plan.instructions import Ref
from .amounts import NONE, ONE
from .encoder import Encoder
from .memory import View, view_of
from .native import kernel, pointer_to
from .words import Word, located


def encode_choose(instruction: Choose, encoder: Encoder) -> None:
    """Add the instruction of rows of a table."""
    index, out, width = instruction.index, instruction.out, instruction.width
    table = encoder.seen_as(instruction.table, (instruction.rows * instruction.tables, width))
    target = encoder.out(out, (index.size, width))
    _emit(choose, instruction, index, (table, target), out.batched, encoder)


def encode_add_rows(instruction: AddRows, encoder: Encoder) -> None:
    """Add the instructions that add to rows."""
    out, width = instruction.out, instruction.width
    place = encoder.memory.places[out.number]
    over_the_batch = not out.batched and any(read.array.batched for read in instruction.reads)
    if over_the_batch:
        encoder.begin_sum(view_of(place, place.pattern), in_parts_alone=False)
    else:
        encoder.fill(view_of(place, place.pattern), out.batched)
    tables = encoder.out(out, (instruction.rows * instruction.tables, width))
    for index, added in instruction.parts:
        batched = out.batched or index.array.batched or added.array.batched
        _emit(add_rows, instruction, index, (tables, encoder.seen_as(added, (index.size, width))), batched, encoder)


def _emit(
    made: Callable[..., Any],
    instruction: Choose | AddRows,
    index: Ref,
    views: tuple[View, View],
    batched: bool,
    encoder: Encoder,
) -> None:
    at = encoder.seen_as(index, (index.size, 1))
    words: list[Word] = [encoder.memory.rows if batched else ONE, index.size, instruction.rows, instruction.width]
    words.append(index.size // instruction.tables)
    for view in (at, *views):
        words += [*located(view, encoder.itemsize), view.row if batched else NONE, *view.strides]
    encoder.emit(made, words)


def _place_of(words: Any, index: float, j: int) -> int:
    """The row that index `j` of a sample means, counted through all tables; -1 where its table has none."""
    rows, at = words[4], math.floor(index)
    at = at + rows if at < 0 else at
    return np.int64(at) + j // words[6] * rows if 0 <= at < rows else -1


_place = njit(_place_of, error_model="numpy", inline="always")


@cache
def choose(dtype: np.dtype[Any]) -> Any:
    """Rows of tables, one after another."""
    numbers = pointer_to(dtype)

    def rows_choose(words: Any, bases: Any) -> int:
        index, tables = numbers(bases[words[7]] + words[8]), numbers(bases[words[12]] + words[13])
        outs, width = numbers(bases[words[17]] + words[18]), words[5]
        for i in range(words[2]):
            for j in range(words[3]):
                place = _place(words, index[i * words[9] + j * words[10]], j)
                if place < 0:
                    return 1
                row = i * words[14] + place * words[15]
                out = i * words[19] + j * words[20]
                for k in range(width):
                    outs[out + k * words[21]] = tables[row + k * words[16]]
        return 0

    return kernel(rows_choose)


@cache
def add_rows(dtype: np.dtype[Any]) -> Any:
    """Numbers added to rows, one after another."""
    numbers = pointer_to(dtype)

    def rows_add(words: Any, bases: Any) -> int:
        index, tables = numbers(bases[words[7]] + words[8]), numbers(bases[words[12]] + words[13])
        added, width = numbers(bases[words[17]] + words[18]), words[5]
        off = 0
        for i in range(words[2]):
            for j in range(words[3]):
                place = _place(words, index[i * words[9] + j * words[10]], j)
                if place < 0:
                    return 1
                row = i * words[14] + place * words[15]
                read = i * words[19] + j * words[20]
                for k in range(width):
                    found = tables[row + k * words[16]] + added[read + k * words[21]]
                    tables[row + k * words[16]] = found
                    off |= found - found != 0.0
        return off

    return kernel(rows_add)
