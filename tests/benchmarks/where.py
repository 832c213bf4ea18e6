"""Where the time of a program of the zoo goes: by the kind of call, and its slowest lines.

    python tests/benchmarks/where.py ["gpt 8" ...] [--backend numba] [--lines 8] [--rounds 200]

The NumPy program is run line by line, each line timed by itself, median of the rounds; a line takes a tenth of a
microsecond more than it does inside the program. Of the machine's program each instruction is timed (`clocked`).
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from typing import Any

import numpy as np
from zoo import ZOO, Case

from autograd.compiler.backends.numpy.runtime import RUNTIME


def timed_lines(case: Case, rounds: int) -> list[tuple[float, str]]:
    """Each line of the program that computes cost and gradient, with its seconds."""
    cost, _ = case.scalars()
    cost.gradient(*case.arrays)
    source, plan = cost._recorded("where").program._gradient.source, cost.plan
    constants = {f"c{array.number}": array.source for array in plan.arrays if array.kind == "constant"}
    space: dict[str, Any] = {**RUNTIME, **constants, "held": source.held, "dtype": np.dtype(float)}
    numbers = np.array([value.data for value in cost.parameters])
    space |= {"n": len(case.arrays[0]), "p": numbers, "g": np.zeros_like(numbers)}
    for name, array in zip(source.inputs, case.arrays, strict=True):
        space[name] = np.ascontiguousarray(array.reshape(len(array), -1))
    exec("\n".join(source.setup), space)
    compiled = [compile(line, "<line>", "exec") for line in source.body]
    seconds = np.empty((rounds, len(compiled)))
    with np.errstate(all="ignore"):
        for times in seconds:
            for place, line in enumerate(compiled):
                started = time.perf_counter()
                exec(line, space)
                times[place] = time.perf_counter() - started
    return list(zip(np.median(seconds, axis=0).tolist(), source.body, strict=True))


def report(name: str, lines: list[tuple[float, str]], shown: int) -> None:
    """Kinds of calls by what they take together; then the slowest lines."""
    whole = sum(seconds for seconds, _ in lines)
    print(f"\n{name}: {len(lines)} lines, {whole * 1e6:.1f} us")
    kinds = defaultdict(list)
    for seconds, line in lines:
        kinds[line.partition("(")[0].rpartition("= ")[2].split()[0]].append(seconds)
    for kind, times in sorted(kinds.items(), key=lambda item: -sum(item[1]))[:shown]:
        each = f"{sum(times) / len(times) * 1e6:8.3f} us each"
        print(f"  {kind:<22}{len(times):>5}{sum(times) * 1e6:>9.1f} us{sum(times) / whole:>7.1%}{each}")
    for seconds, line in sorted(lines, reverse=True)[:shown]:
        print(f"  {seconds * 1e6:>9.2f} us  {line:.120}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", default=list(ZOO), help=f"of {', '.join(ZOO)}")
    parser.add_argument("--backend", choices=["numpy", "numba"], default="numpy")
    parser.add_argument("--lines", type=int, default=8, help="how many kinds and lines are shown")
    parser.add_argument("--rounds", type=int, default=200, help="how often every line is run")
    given = parser.parse_args()
    if given.backend == "numba":
        from clocked import timed_instructions as timed
    else:
        timed = timed_lines
    for name in given.names:
        report(name, timed(ZOO[name](), given.rounds), given.lines)


if __name__ == "__main__":
    main()
