"""Machine: what follows the instructions of a program, itself compiled; and the instruction that repeats others.

A program's *state* is an array of integers: where its instructions begin and end, where the cost is found, how many
bases there are, then the bases as they are at the beginning, and room for them while it runs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
from numba import njit, types

from .memory import INPUTS
from .native import call, integers, jitted, kernel, numbers_like

Integers = np.ndarray[Any, np.dtype[np.int64]]

HEAD = 4
"""How many integers of a state stand before the bases."""


def _followed(at: int, stop: int, bases: Any) -> int:
    """Call the kernel of each instruction between two addresses; returns what one of them objects to."""
    while at < stop:
        words = integers(at)
        off = call(words[0], words, bases)
        if off != 0:
            return 1
        at += 8 * words[1]
    return 0


follow = njit(_followed, error_model="numpy", inline="always")
"""For compiled functions: the loop over instructions."""


@cache
def repeat() -> Any:
    """Instructions run again and again, some bases moved on from one time to the next.

    The words: how many times; how many bases move, and for each which, how far before the first time and how far
    from each time to the next, in bytes; then the instructions. In the end the bases are where they were.
    """

    def machine_repeat(words: Any, bases: Any) -> int:
        times, moved = words[2], words[3]
        here = integers_at(words)
        at, stop = here + 8 * (4 + 3 * moved), here + 8 * words[1]
        off = 0
        for k in range(moved):
            bases[words[4 + 3 * k]] += words[5 + 3 * k]
        for _ in range(times):
            if off == 0:
                off = follow(at, stop, bases)
            for k in range(moved):
                bases[words[4 + 3 * k]] += words[6 + 3 * k]
        for k in range(moved):
            bases[words[4 + 3 * k]] -= words[5 + 3 * k] + times * words[6 + 3 * k]
        return off

    from .native import address_of as integers_at

    return kernel(machine_repeat)


def repeated(times: int, moves: Sequence[tuple[int, int, int]], body: Integers) -> Integers:
    """The words of an instruction that repeats others; `moves` are as there."""
    head = [repeat().address, 4 + 3 * len(moves) + len(body), times, len(moves)]
    return np.concatenate([np.array([*head, *(number for move in moves for number in move)], dtype=np.int64), body])


_NOT_IN_ORDER = -1
"""What a run returns, beside a cost, where a column does not lie row by row: a number that is no cost is NaN."""


def _started(state: Any, place: int, column: Any) -> bool:
    """Note where a column begins; whether it lies row by row."""
    state[HEAD + INPUTS + place] = column.ctypes.data
    size, (rows, width) = column.itemsize, column.shape
    in_order: bool = (width <= 1 or column.strides[1] == size) and (rows <= 1 or column.strides[0] == width * size)
    return in_order


_start = njit(_started, error_model="numpy", inline="always")


def _finished(state: Any, number: Any) -> Any:
    """Follow the instructions; what they object to, and the cost, a number of the kind of another."""
    count = state[3]
    first = state.ctypes.data + 8 * HEAD
    given, bases = integers(first), integers(first + 8 * count)
    for k in range(count):
        bases[k] = given[k]
    off = follow(state[0], state[1], bases)
    return off, numbers_like(state[2], number)[0]


_finish = njit(_finished, error_model="numpy")


@cache
def runner(dtype: np.dtype[Any], columns: int) -> Callable[..., tuple[int, float]]:
    """``run(state, *columns)`` for so many columns, or with 0 for a state that knows where they are.

    It returns 0 and the cost; or 1 where a number is not finite or out of its domain, or a guard does not hold; or 2
    where a column does not lie row by row.
    """
    # What these close over is the same in every process, or numba would not find what it has kept.
    zero = dtype.type(0)

    def run0(state: Any) -> Any:
        return _finish(state, zero)

    def run1(state: Any, a: Any) -> Any:
        return _finish(state, zero) if _start(state, 0, a) else (2, 0.0)

    def run2(state: Any, a: Any, b: Any) -> Any:
        return _finish(state, zero) if _start(state, 0, a) and _start(state, 1, b) else (2, 0.0)

    def run3(state: Any, a: Any, b: Any, c: Any) -> Any:
        in_order = _start(state, 0, a) and _start(state, 1, b) and _start(state, 2, c)
        return _finish(state, zero) if in_order else (2, 0.0)

    number = types.float64 if dtype == np.float64 else types.float32
    column = types.Array(number, 2, "A", readonly=False)
    signature = types.Tuple([types.int64, types.float64])(types.int64[::1], *[column] * columns)
    made = jitted((run0, run1, run2, run3)[columns], signature)
    entry: Callable[..., tuple[int, float]] = made.overloads[signature.args].entry_point
    return entry


MOST = 3
"""So many columns a run can be called with."""
