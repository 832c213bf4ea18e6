"""Compiled scalars against JAX, PyTorch, NumPy written by hand and CasADi, in one run.

    python tests/benchmarks/speed.py [--backends numba numpy] [--rounds 25] [--mnist DIR]
        [--only zoo networks scalars training growth] [--rows "gpt 8" ...] [--write FILE]

Every comparison asserts first that all sides compute the same numbers. Then they take turns, a short while each, and
what is printed is the median over these rounds of a side's median time, and of its ratio to ours in the same round: a
disturbance of the machine reaches both. Below 1x the other is faster. A peer that is not installed is said to be
skipped. Never a gate: machines are noisy.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import shlex
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import growth
import networks
import numpy as np
import scalars
import training
from tables import Row, head, markdown, printed
from timing import in_turns, peer, timed
from zoo import ZOO, Case

from autograd.compiler.backends import available

PEERS = {"JAX": ("jax", "in_jax"), "PyTorch": ("torch", "in_torch"), "NumPy by hand": ("numpy", "by_hand")}
"""By name, what must be installed for a peer and where it has the zoo."""
TITLES = {
    "zoo": "cost and gradient",
    "networks": "SGD step, batch",
    "scalars": "in scalars",
    "training": "through nn",
}
EQUAL = 1e-9


def zoo(backends: Sequence[str], rounds: int, chosen: Iterable[str]) -> Iterator[Row]:
    """Every program of the zoo, or those that are chosen."""
    for name, make in ZOO.items():
        if name in chosen:
            yield of_the_zoo(name, make(), backends, rounds)


def of_the_zoo(name: str, case: Case, backends: Sequence[str], rounds: int) -> Row:
    """A program by all sides, held to the same cost and gradient."""
    sides: dict[str, Callable[[], Any]] = {}
    firsts, found = {}, {}
    for backend in backends:
        cost, ordered = case.scalars(backend)
        sides[backend] = lambda cost=cost: cost.gradient(*case.arrays)
        firsts[backend] = timed(sides[backend])
        value, slopes = sides[backend]()
        found[backend] = value, ordered(slopes)
    for told, (library, module) in PEERS.items():
        programs = import_module(f"peers.{module}") if peer(library) is not None else None
        if programs is None or case.kind not in programs.PROGRAMS:
            continue
        sides[told], read = programs.made(case.kind, case.numbers, case.arrays, case.settings)
        firsts[told] = timed(sides[told])
        value, slopes = read(sides[told]())
        found[told] = value, case.flat(slopes)
    value, slopes = found[backends[0]]
    for theirs, their_slopes in found.values():
        np.testing.assert_allclose(theirs, value, rtol=EQUAL)
        np.testing.assert_allclose(their_slopes, slopes, rtol=EQUAL, atol=EQUAL * np.abs(slopes).max())
    return Row(name, in_turns(sides, rounds), first=firsts)


def told_as_it_comes(title: str, rows: Iterable[Row], backends: Sequence[str]) -> list[Row]:
    """The rows, each printed when it is there."""
    print(head(title, backends), flush=True)
    seen: list[Row] = []
    for row in rows:
        print(printed(row, backends), flush=True)
        seen.append(row)
    return seen


def surroundings() -> str:
    """What the figures depend on."""
    found = [f"Python {platform.python_version()}"]
    for name in ("numpy", "numba", "scipy", "jax", "torch", "casadi"):
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    threads = os.environ.get("OPENBLAS_NUM_THREADS")
    by_threads = f", {threads} thread for BLAS" if threads else ""
    return f"{os.cpu_count()} cores{by_threads}, {_processor()}; " + ", ".join(found)


def _processor() -> str:
    """Its name, where the system tells it."""
    information = Path("/proc/cpuinfo")
    lines = information.read_text().splitlines() if information.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def document(tables: dict[str, list[Row]], notes: Sequence[str], backends: Sequence[str]) -> str:
    """All tables as Markdown."""
    command = shlex.join(["python", "tests/benchmarks/speed.py", *sys.argv[1:]])
    opening = [
        "# Speed, measured",
        f"Written on {datetime.date.today()} by `{command}`: {surroundings()}.",
        "Medians of rounds in which all sides take turns; they compute the same numbers, which is asserted. Beside "
        f"a time stands the other's divided by ours, by {' and '.join(backends)}: below 1x the other is faster. The "
        "first run records, compiles and runs; peers are traced and compiled, where they do that.",
    ]
    parts = [markdown(TITLES[name], rows, backends) for name, rows in tables.items() if rows]
    return "\n\n".join([*opening, *parts, *notes]) + "\n"


def main() -> None:
    """Run the chosen comparisons."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ready = [name for name in ("numba", "numpy") if available().get(name) == "ready"]
    parser.add_argument("--backends", nargs="+", default=ready, help="ours; ratios are to the first")
    parser.add_argument("--rounds", type=int, default=25, help="how often the sides take turns")
    parser.add_argument("--mnist", type=Path, help="folder with the t10k files of MNIST")
    parser.add_argument("--only", nargs="+", choices=[*TITLES, "growth"], default=[*TITLES, "growth"])
    every = [*ZOO, *networks.STEPS]
    parser.add_argument(
        "--rows", nargs="+", choices=every, default=every, metavar="ROW", help="of the first two tables"
    )
    parser.add_argument("--write", type=Path, help="a file for the whole tables, as Markdown")
    given = parser.parse_args()
    print(surroundings())
    backends, rounds, began = given.backends, given.rounds, time.perf_counter()
    parts: dict[str, Callable[[], Iterable[Row]]] = {
        "zoo": lambda: zoo(backends, rounds, given.rows),
        "networks": lambda: networks.rows(backends, rounds, given.rows),
        "scalars": lambda: scalars.rows(backends, rounds),
        "training": lambda: training.rows(backends, rounds, given.mnist),
    }
    tables: dict[str, list[Row]] = {}
    notes: list[str] = []
    for name in [name for name in parts if name in given.only]:
        tables[name] = told_as_it_comes(TITLES[name], parts[name](), backends)
        if name == "training":
            notes = [training.memory(backends)]
            print("\n".join(notes))
        if given.write is not None:
            # What is there is kept, should a later part fail.
            given.write.write_text(document(tables, notes, backends), encoding="utf-8")
    if "growth" in given.only:
        growth.report()
    print(f"\ntook {time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
