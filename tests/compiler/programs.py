"""Random Python functions, compiled, against the scalar engine row by row, and against numbers of 40 digits.

    python tests/compiler/programs.py --count 2000 [--first 0] [--backend numpy] [--seconds 3600] [--kinds while,order]

prints how far it is and every program that disagrees, with its seed and text. A
program is made from its seed alone: `program_modules` writes its text, here its
arguments are drawn, and it is run. A row is left out where the scalar engine
raises, where a result is not finite or beyond 1e6, and where a comparison is so
close to a tie that rounding decides it.
"""

from __future__ import annotations

import argparse
import builtins
import copy
import linecache
import math
import random
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import mpmath
import numpy as np
from mpmath import mpf

import autograd
from autograd import Value, compile, gradient
from autograd.errors import AutogradError, DomainError
from autograd.graph import topological_order

if __package__:
    from .exact import DIGITS, Exact, number
    from .exact import MODULE as EXACT
    from .program_data import drawn, flat, leaves_of, numbers_of, row_of, rows_of
    from .program_modules import KINDS, Pair, Text, program
else:
    from exact import DIGITS, Exact, number
    from exact import MODULE as EXACT
    from program_data import drawn, flat, leaves_of, numbers_of, row_of, rows_of
    from program_modules import KINDS, Pair, Text, program

LARGEST = 1e6
TIE = 1e-9
FUNCTIONS = [
    "exp", "log", "sqrt", "sin", "cos", "tanh", "sigmoid", "relu", "softplus", "maximum", "minimum", "where", "detach",
    "weighted_sum", "total", "mean", "softmax", "log_softmax", "logsumexp", "gradient", "no_grad", "Value",
]  # fmt: skip
MODULE: dict[str, Any] = {
    **{name: getattr(autograd, name) for name in FUNCTIONS},
    "DomainError": DomainError,
    "Pair": Pair,
    "copy": copy,
    "math": math,
    "np": np,
}


class DisagreementError(AssertionError):
    """Two ways to run a program that do not give the same."""


@dataclass
class Program:
    """A program, the batch it is called with, and what the scalar engine says of each row."""

    seed: int
    text: Text
    function: Callable[..., Any]
    leaves: list[Value]
    batch: dict[str, Any]
    rows: list[Any] = field(default_factory=list)
    slopes: list[list[float]] = field(default_factory=list)

    @property
    def learns(self) -> bool:
        return bool(self.slopes)

    def called(self, function: Callable[..., Any], batch: dict[str, Any]) -> Any:
        """A function of this program's arguments, called."""
        by_place = [batch[name] for name in batch if name not in self.text.by_name and name != "*rest"]
        return function(
            *by_place, *batch.get("*rest", ()), **{name: batch[name] for name in batch if name in self.text.by_name}
        )

    def __str__(self) -> str:
        head = "\n".join(f"{name} = {batch!r}" for name, batch in self.batch.items())
        return f"# seed {self.seed}: {', '.join(sorted(self.text.kinds))}\n{self.text.source}\n{head}"


def loaded(source: str, name: str, module: dict[str, Any] = MODULE) -> dict[str, Any]:
    """A module's names; its lines are found by those who tell where something happened."""
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    space = dict(module)
    exec(builtins.compile(source, name, "exec"), space)
    return space


def parameters_of(space: dict[str, Any]) -> list[Any]:
    """The parameters of a program's module."""
    return [space["p"], space["u"], space["W"], space.get("table", [])]


# The scalar engine


class TieError(Exception):
    """A comparison that rounding decides."""


COMPARISONS = ["__lt__", "__le__", "__gt__", "__ge__", "__eq__", "__ne__"]


@contextmanager
def without_ties() -> Iterator[None]:
    """Comparisons of Values raise `TieError` where the two are close and not both as they were given."""
    own = {name: getattr(Value, name) for name in COMPARISONS}

    def watched(compared: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        def comparison(self: Value, other: Any) -> Any:
            number = other.data if isinstance(other, Value) else other
            exact = not self.operands and not (isinstance(other, Value) and other.operands)
            if not exact and abs(self.data - number) < TIE * max(1.0, abs(number)):
                raise TieError
            return compared(self, other)

        return comparison

    try:
        for name, compared in own.items():
            setattr(Value, name, watched(compared))
        yield
    finally:
        for name, compared in own.items():
            setattr(Value, name, compared)


def eager(program: Program, row: int) -> None:
    """Add what the scalar engine says of a row; raises where the row is unfit."""
    sample = {name: row_of(array, row) for name, array in program.batch.items()}
    result = program.called(program.function, sample)
    numbers, slopes = numbers_of(result), []
    if program.text.form == "one":
        for made in topological_order((result,)):
            kink = made.primitive.kink
            if kink and any(o.operands for o in made.operands) and abs(kink(*(o.data for o in made.operands))) < TIE:
                raise TieError
        slopes = gradient(result, program.leaves)
    if not all(abs(n) < LARGEST for n in [*flat(numbers), *slopes]):
        raise TieError
    program.rows.append(numbers)
    program.slopes += [slopes] if slopes else []


def made(seed: int, allowed: dict[str, float] = KINDS) -> Program:
    """The program of a seed: the first of some attempts that the scalar engine can run on enough rows."""
    for attempt in range(50):
        text = program(f"{seed} {attempt}", allowed)
        chance = random.Random(f"{seed} {attempt} rows")
        space = loaded(text.source, f"<program {seed}>")
        leaves = leaves_of(parameters_of(space))
        rows = min(64, int(1.5 * chance.paretovariate(0.9))) if text.arguments else 1
        batch = {name: drawn(of, rows, chance) for name, of in text.arguments}
        if chance.random() < 0.2:  # rows that are alike, and take one path
            batch = rows_of(batch, [0] * rows)
        found = Program(seed, text, space["f"], leaves, batch)
        if _fit(found, rows):
            return found
    raise AssertionError(f"seed {seed}: no program that the scalar engine can run")


def _fit(program: Program, rows: int) -> bool:
    """Whether most rows are fit; the others are taken out of the batch."""
    kept = []
    with without_ties():
        for row in range(rows):
            try:
                eager(program, row)
                kept.append(row)
            except (TieError, AutogradError, ArithmeticError):
                if row - len(kept) > 8:
                    return False
    program.batch = rows_of(program.batch, kept)
    return bool(kept)


# Compiled


def check(program: Program, backend: str = "numpy", tolerance: float = 1e-10) -> None:
    """Raise a `DisagreementError` where the compiled program gives other numbers than the scalar engine."""
    f = compiled(program, backend)
    chance = random.Random(program.seed)
    if chance.random() < 0.3:  # the path of one row is known before the others come
        compare("first row", program.called(f, rows_of(program.batch, [0])), program.rows[:1], program, tolerance)
    compare("values", program.called(f, program.batch), program.rows, program, tolerance)
    if not program.learns:
        return
    if not set(f.parameters) <= set(program.leaves):
        raise DisagreementError("parameters that are none of the program's leaves")
    cost, slopes = program.called(f.gradient, program.batch)
    agree_on_gradient(program, range(len(program.rows)), cost, dict(zip(f.parameters, slopes, strict=True)), tolerance)
    if chance.random() < 0.4:  # rows in another order, some of them twice; and the gradient added to `grad`
        rows = chance.choices(range(len(program.rows)), k=min(len(program.rows), 5) if program.text.arguments else 1)
        batch = rows_of(program.batch, rows)
        compare("some rows", program.called(f, batch), [program.rows[row] for row in rows], program, tolerance)
        for leaf in program.leaves:
            leaf.grad = 0.0
        cost = program.called(f.backward, batch)
        agree_on_gradient(program, rows, cost, {leaf: leaf.grad for leaf in program.leaves}, tolerance)


def agree_on_gradient(
    program: Program, rows: Sequence[int], cost: float, slopes: dict[Value, float], tolerance: float
) -> None:
    """Hold a mean cost and its gradient to those of rows."""
    agree("mean", cost, np.mean([program.rows[row] for row in rows]), tolerance)
    wanted = np.mean([program.slopes[row] for row in rows], axis=0)
    agree("gradient", [slopes.get(leaf, 0.0) for leaf in program.leaves], wanted, tolerance)


def compiled(program: Program, backend: str) -> Any:
    if "method" not in program.text.kinds:
        return compile(program.function, backend=backend)
    owner = program.function.__self__
    kind = type("Compiled", (type(owner),), {"f": compile(type(owner).f, backend=backend)})
    return kind().f


def compare(what: str, found: Any, rows: list[Any], program: Program, tolerance: float) -> None:
    """Hold a batch of results to those of its rows."""
    first = rows[0]
    if isinstance(first, np.ndarray | float):
        agree(what, found, np.array(rows if program.text.arguments else first), tolerance)
        return
    keys = list(first) if isinstance(first, dict) else range(len(first))
    if type(found) is not type(first) or len(found) != len(first):
        raise DisagreementError(f"{what}: {type(found).__name__}, expected {type(first).__name__} of {len(first)}")
    for key in keys:
        compare(f"{what}[{key!r}]", found[key], [row[key] for row in rows], program, tolerance)


def agree(what: str, found: Any, wanted: Any, tolerance: float) -> None:
    found, wanted = np.asarray(found), np.asarray(wanted)
    if found.shape != wanted.shape:
        raise DisagreementError(f"{what}: shape {found.shape}, expected {wanted.shape}")
    far = ~(np.abs(found - wanted) <= tolerance * np.maximum(1.0, np.abs(wanted)))
    if far.any():
        place = tuple(map(int, np.argwhere(far)[0]))
        raise DisagreementError(f"{what}{list(place)}: {found[place]!r}, expected {wanted[place]!r}")


# Numbers of 40 digits

UNLIKE = {"slope"}
"""Kinds that such numbers do not have."""
STOPPED = {"detach", "no_grad", "copy"}
"""Kinds whose gradient is not that of the numbers."""
STEP = mpf("1e-15")


def check_exactly(program: Program, tolerance: float = 1e-9) -> bool:
    """Hold the scalar engine to numbers of 40 digits in the first rows, its gradient to their central differences.

    Returns whether the program is one that can be compared.
    """
    if program.text.kinds & UNLIKE:
        return False
    with mpmath.workdps(DIGITS):
        space = loaded(program.text.source, f"<program {program.seed}>", {**MODULE, **EXACT})
        leaves = leaves_of(parameters_of(space), Exact)

        def of_row(row: int) -> Any:
            sample = {name: row_of(array, row, Exact) for name, array in program.batch.items()}
            return numbers_of(program.called(space["f"], sample), lambda a: a if isinstance(a, float) else number(a))

        for row, expected in enumerate(program.rows[:2]):
            agree(f"row {row}", flat(expected), np.array(flat(of_row(row)), float), tolerance)
            if not program.learns or program.text.kinds & STOPPED:
                continue
            for leaf, slope in zip(leaves[:3], program.slopes[row], strict=False):
                at = leaf.number
                ends = []
                for leaf.number in (at + STEP, at - STEP):
                    ends.append(of_row(row))
                leaf.number = at
                agree(f"slope of row {row}", slope, float((ends[0] - ends[1]) / (2 * STEP)), tolerance)
    return True


def main() -> int:
    """Run; 0 if all programs agree."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--backend", default="numpy")
    parser.add_argument("--seconds", type=float, default=math.inf, help="to stop after, however many were run")
    parser.add_argument("--kinds", default="", help="kinds that every program uses besides its own, with commas")
    parser.add_argument("--show", type=int, default=1, help="how many programs that disagree are printed whole")
    options = parser.parse_args()
    allowed = {**KINDS, **{kind: 1.0 for kind in options.kinds.split(",") if kind}}
    begun, bad, run, exact = time.perf_counter(), 0, 0, 0
    for seed in range(options.first, options.first + options.count):
        if time.perf_counter() - begun > options.seconds:
            break
        program = made(seed, allowed)
        run += 1
        try:
            check(program, options.backend)
            exact += seed % 5 == 0 and check_exactly(program)
        except Exception as error:
            bad += 1
            told = "" if isinstance(error, DisagreementError) else traceback.format_exc(limit=-2).splitlines()[-1]
            print(f"seed {seed}: {type(error).__name__}: {str(error).splitlines()[0][:240]}")
            if bad <= options.show:
                print(program, told, sep="\n")
        if run % 100 == 0:
            print(f"{run} programs, {bad} disagree, {time.perf_counter() - begun:.0f} s", flush=True)
    print(f"{run} programs from seed {options.first} on {options.backend}, {exact} of them exactly: {bad} disagree")
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
