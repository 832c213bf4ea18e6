"""Random Python functions, compiled, against the scalar engine row by row, and against numbers of 40 digits.

    python tests/compiler/programs.py --count 2000 [--first 0] [--backend numpy] [--seconds 3600] [--kinds while,order]

prints how far it is and every program that disagrees, with its seed and text. A
program is made from its seed alone: `program_modules` writes its text,
`program_runs` draws its arguments and has the scalar engine run it.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
import time
import traceback
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import mpmath
import numpy as np
from mpmath import mpf

from autograd import Value, compile
from autograd.errors import DomainError

if __package__:
    from .exact import DIGITS, Exact, number
    from .exact import MODULE as EXACT
    from .program_data import flat, leaves_of, numbers_of, row_of, rows_of
    from .program_modules import KINDS
    from .program_runs import MODULE, Program, again, loaded, made, parameters_of
else:
    from exact import DIGITS, Exact, number
    from exact import MODULE as EXACT
    from program_data import flat, leaves_of, numbers_of, row_of, rows_of
    from program_modules import KINDS
    from program_runs import MODULE, Program, again, loaded, made, parameters_of


class DisagreementError(AssertionError):
    """Two ways to run a program that do not give the same."""


def check(program: Program, backend: str = "numpy", tolerance: float = 1e-10) -> None:
    """Raise a `DisagreementError` where the compiled program gives other numbers than the scalar engine."""
    f = compiled(program, backend)
    chance = random.Random(program.seed)
    if chance.random() < 0.3:  # the path of one row is known before the others come
        compare("first row", program.called(f, rows_of(program.batch, [0])), program.rows[:1], program, tolerance)
    _check_whole(f, program, "", tolerance)
    often = 0.2 if backend == "numpy" else 0.05  # what compiles for seconds is asked less
    for way in (_check_some_rows, _check_over, _check_refused, _check_wider, _check_moved, _check_rebound):
        if chance.random() < often:
            way(f, program, chance, tolerance)


def _check_whole(f: Any, program: Program, when: str, tolerance: float) -> None:
    """All rows, their mean and its gradient."""
    compare(f"values{when}", program.called(f, program.batch), program.rows, program, tolerance)
    if program.learns:
        cost, slopes = program.called(f.gradient, program.batch)
        by_leaf = dict(zip(f.parameters, slopes, strict=True))
        agree_on_gradient(program, range(len(program.rows)), cost, by_leaf, tolerance, when)


def _check_some_rows(f: Any, program: Program, chance: random.Random, tolerance: float) -> None:
    """Rows in another order, some of them twice; and the gradient added to `grad`."""
    rows = chance.choices(range(len(program.rows)), k=min(len(program.rows), 5) if program.text.arguments else 1)
    batch = rows_of(program.batch, rows)
    compare("some rows", program.called(f, batch), [program.rows[row] for row in rows], program, tolerance)
    if program.learns:
        for leaf in program.leaves:
            leaf.grad = 0.0
        cost = program.called(f.backward, batch)
        agree_on_gradient(program, rows, cost, {leaf: leaf.grad for leaf in program.leaves}, tolerance, " of some rows")


def _check_over(f: Any, program: Program, chance: random.Random, tolerance: float) -> None:
    """The arrays checked once, and some of their rows taken."""
    if not program.learns or not program.batch:
        return
    rows = [chance.randrange(len(program.rows)) for _ in range(3)]
    for leaf in program.leaves:
        leaf.grad = 0.0
    cost = program.called(f.over, program.batch).backward(np.array(rows))
    agree_on_gradient(program, rows, cost, {leaf: leaf.grad for leaf in program.leaves}, tolerance, " over some rows")


def _check_wider(f: Any, program: Program, chance: random.Random, tolerance: float) -> None:
    """A sequence that is longer, which is recorded anew; parameters keep their places."""
    if "xs" not in program.batch:
        return
    before, narrow = list(f.parameters), program.batch
    more = np.array([[chance.uniform(-2, 2)] for _ in program.rows])
    wide = {**narrow, "xs": np.concatenate([narrow["xs"], more], axis=1)}
    wider = replace(program, batch=wide, rows=[None] * len(program.rows))
    if again(wider):
        _check_whole(f, wider, " of longer rows", tolerance)
        if any(a is not b for a, b in zip(before, f.parameters, strict=False)):
            raise DisagreementError("parameters that changed their places")
    _check_whole(f, program, " of the first rows' length", tolerance)


def _check_refused(f: Any, program: Program, chance: random.Random, tolerance: float) -> None:
    """A row that leaves a domain is named, and the rows before it run on afterwards."""
    if program.refused is None:
        return
    bad = min(len(program.rows), 2)
    try:
        program.called(f.gradient if program.learns else f, program.refused)
    except DomainError as error:
        if f"row {bad}:" not in str(error):
            raise DisagreementError(f"expected an error in row {bad}, got {error}") from None
    else:
        raise DisagreementError(f"expected an error in row {bad}, got none")
    _check_whole(f, program, " after an error", tolerance)


def _check_moved(f: Any, program: Program, chance: random.Random, tolerance: float) -> None:
    """The parameters' numbers change, and with them what is compared."""
    for leaf in program.leaves:
        leaf.data = leaf.data + chance.choice([0.0, 0.25, -0.125, chance.uniform(-0.5, 0.5)])
    if again(program):
        _check_whole(f, program, " of moved parameters", tolerance)


def _check_rebound(f: Any, program: Program, chance: random.Random, tolerance: float) -> None:
    """A name that the function closes over is another Value's."""
    if "method" in program.text.kinds:
        return
    space = program.function.__globals__
    place = program.leaves.index(space["u"])
    space["u"] = program.leaves[place] = Value(chance.uniform(0.2, 1.5))
    if again(program):
        _check_whole(f, program, " after a name was bound anew", tolerance)


def agree_on_gradient(
    program: Program, rows: Sequence[int], cost: float, slopes: dict[Value, float], tolerance: float, when: str
) -> None:
    """Hold a mean cost and its gradient to those of rows; parameters that the program does not have have none."""
    agree(f"mean{when}", cost, np.mean([program.rows[row] for row in rows]), tolerance)
    wanted = np.mean([program.slopes[row] for row in rows], axis=0)
    others = [leaf for leaf in slopes if leaf not in set(program.leaves)]
    agree(f"gradient by others{when}", [slopes[leaf] for leaf in others], [0.0] * len(others), tolerance)
    agree(f"gradient{when}", [slopes.get(leaf, 0.0) for leaf in program.leaves], wanted, tolerance)


def compiled(program: Program, backend: str) -> Any:
    """The program's function, compiled; or its method, in a class where it is."""
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
    """Hold numbers to others, relatively where those are large."""
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
            exact += seed % 5 == 0 and check_exactly(program)
            check(program, options.backend)
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
