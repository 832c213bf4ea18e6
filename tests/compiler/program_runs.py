"""Random programs, drawn and run by the scalar engine row by row.

A row is left out where the scalar engine raises, where a result is not finite
or beyond 1e6, and where a comparison is so close to a tie that rounding decides
it.
"""

from __future__ import annotations

import builtins
import copy
import linecache
import math
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import autograd
from autograd import Value, gradient
from autograd.errors import AutogradError, DomainError
from autograd.graph import topological_order

if __package__:
    from .program_data import drawn, flat, leaves_of, numbers_of, row_of, rows_of
    from .program_modules import KINDS, Pair, Text, program
else:
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
    refused: dict[str, Any] | None = None
    """Rows of which the last alone leaves a domain."""

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
        rows = min(64, int(1.5 * chance.paretovariate(1.2))) if text.arguments else 1
        batch = {name: drawn(of, rows, chance) for name, of in text.arguments}
        if chance.random() < 0.2:  # rows that are alike, and take one path
            batch = rows_of(batch, [0] * rows)
        found = Program(seed, text, space["f"], leaves, batch)
        if _fit(found, rows):
            return found
    raise AssertionError(f"seed {seed}: no program that the scalar engine can run")


def _fit(program: Program, rows: int) -> bool:
    """Whether most rows are fit; the others are taken out of the batch."""
    kept, refused = [], None
    with without_ties():
        for row in range(rows):
            try:
                eager(program, row)
                kept.append(row)
            except (TieError, AutogradError, ArithmeticError) as error:
                refused = row if isinstance(error, DomainError) else refused
                if row - len(kept) > 8:
                    return False
    program.refused = rows_of(program.batch, [*kept[:2], refused]) if refused is not None else None
    program.batch = rows_of(program.batch, kept)
    return bool(kept)


def again(program: Program) -> bool:
    """Have the scalar engine run all rows anew, after something has changed; whether enough of them are fit."""
    rows, program.rows, program.slopes = len(program.rows), [], []
    return _fit(program, rows)
