"""Machine: what follows the instructions of a program, itself compiled; and the instruction that repeats others.

A program's *state* is an array of integers: where its instructions begin and end, where the cost is found, how many
bases there are, and the kernel `running`; then the bases as they are at the beginning, and room for them while it runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from numba import njit

from .native import Native, address_of, call, integers, kernel

Integers = np.ndarray[Any, np.dtype[np.int64]]

BEGINNING, END, COST, COUNT, RUN, HEAD = range(6)
"""What the integers of a state are, and how many stand before the bases."""


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

    The words: how many times; how many bases move, and for each which, that from which it begins, how far from there
    the first time and how far from each time to the next, in bytes; then the instructions. A base that begins from
    itself is in the end where it was.
    """

    def machine_repeat(words: Any, bases: Any) -> int:
        times, moved = words[2], words[3]
        here = address_of(words)
        at, stop = here + 8 * (4 + 4 * moved), here + 8 * words[1]
        off = 0
        for k in range(moved):
            bases[words[4 + 4 * k]] = bases[words[5 + 4 * k]] + words[6 + 4 * k]
        for _ in range(times):
            if off == 0:
                off = follow(at, stop, bases)
            for k in range(moved):
                bases[words[4 + 4 * k]] += words[7 + 4 * k]
        for k in range(moved):
            if words[4 + 4 * k] == words[5 + 4 * k]:
                bases[words[4 + 4 * k]] -= words[6 + 4 * k] + times * words[7 + 4 * k]
        return off

    return kernel(machine_repeat)


def repeated(times: int, moves: Sequence[tuple[int, int, int, int]], body: Integers) -> Integers:
    """The words of an instruction that repeats others; `moves` are as there."""
    head = [repeat().address, 4 + 4 * len(moves) + len(body), times, len(moves)]
    return np.concatenate([np.array([*head, *(number for move in moves for number in move)], dtype=np.int64), body])


@cache
def running() -> Native:
    """The kernel that runs a state, which it is given with its bases."""

    def machine_run(state: Any, bases: Any) -> int:
        count = state[COUNT]
        room = integers(address_of(bases) + 8 * count)
        for k in range(count):
            room[k] = bases[k]
        off: int = follow(state[BEGINNING], state[END], room)
        return off

    return kernel(machine_run)
