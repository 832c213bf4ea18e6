"""The instructions of the numba machine, each timed by the processor's own counter while a program runs."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic
from zoo import Case

from autograd.compiler.backends.numba.machine import HEAD, repeat
from autograd.compiler.backends.numba.native import call, integers


def _counted(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    counter = builder.module.declare_intrinsic("llvm.readcyclecounter", (), ir.FunctionType(ir.IntType(64), []))
    return builder.call(counter, [])


cycles = intrinsic(lambda context: (types.int64(), _counted))


@njit
def _now() -> int:
    return cycles()


@njit
def _clocked(words: Any, bases: Any, spent: Any, place: int) -> None:
    started = cycles()
    call(words[0], words, bases)
    spent[place] += cycles() - started


@njit
def _run(state: Any, repeats: int, spent: Any) -> int:
    """Run a program; returns how many instructions there are. Of what repeats others for the parts of a batch, whose
    kernel is at `repeats`, each is timed by itself."""
    count, first = state[3], state.ctypes.data + 8 * HEAD
    given, bases = integers(first), integers(first + 8 * count)
    for k in range(count):
        bases[k] = given[k]
    at, place = state[0], 0
    while at < state[1]:
        words = integers(at)
        if words[0] != repeats:
            _clocked(words, bases, spent, place)
            place += 1
        else:
            times, moved = words[2], words[3]
            begin, end, inner_place = at + 8 * (4 + 4 * moved), at + 8 * words[1], place
            for m in range(moved):
                bases[words[4 + 4 * m]] = bases[words[5 + 4 * m]] + words[6 + 4 * m]
            for _ in range(times):
                inner, inner_place = begin, place
                while inner < end:
                    own = integers(inner)
                    _clocked(own, bases, spent, inner_place)
                    inner_place += 1
                    inner += 8 * own[1]
                for m in range(moved):
                    bases[words[4 + 4 * m]] += words[7 + 4 * m]
            for m in range(moved):
                if words[4 + 4 * m] == words[5 + 4 * m]:
                    bases[words[4 + 4 * m]] -= words[6 + 4 * m] + times * words[7 + 4 * m]
            place = inner_place
        at += 8 * words[1]
    return place


def timed_instructions(case: Case, rounds: int) -> list[tuple[float, str]]:
    """Each instruction of the program that computes cost and gradient, with its seconds: what reading the counter takes
    included, some 10 ns."""
    cost, _ = case.scalars("numba")
    cost.gradient(*case.arrays)
    way = cost._recorded("where").program._gradient
    (run,) = way._kept.values()
    rows = len(case.arrays[0])
    names = _names(way, rows)
    in_parts = way._rows_of_part(way.template(rows).template, rows) < rows
    spent = np.zeros((rounds, len(names) + 1), dtype=np.int64)
    for row in spent:
        cost.gradient(*case.arrays)
        assert _run(run.state, repeat().address if in_parts else 0, row) == len(names)
    seconds = np.median(spent, axis=0)[:-1] / _frequency()
    return list(zip(seconds.tolist(), names, strict=True))


def _names(way: Any, rows: int) -> list[str]:
    """The instructions as text, as they stand in the code for so many rows."""
    template = way.template(rows).template
    # What a loop repeats is told behind it, and timed with it.
    parts, lines = [], (line for line in template.told.splitlines() if not line.startswith(" "))
    for part in (template.zeroed, template.before, template.during, template.after):
        at, own = 0, []
        while at < len(part.fixed):
            own.append(next(lines))
            at += int(part.fixed[at + 1])
        parts.append(own)
    zeroed, before, during, after = parts
    at_once = way._rows_of_part(template, rows)
    if at_once == rows:
        return [*before, *during, *after]
    return [*zeroed, *before, *during, *(during if rows % at_once else []), *after]


def _frequency() -> float:
    """How often the counter counts in a second."""
    started, counted = time.perf_counter(), _now()
    while time.perf_counter() - started < 0.1:
        pass
    return (_now() - counted) / (time.perf_counter() - started)
