"""Runs: sums, logarithms of sums of exponentials and their like of neighbours, in JavaScript."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ...plan.instructions import Array, LogSumExp, Ref, Sum
from ...plan.ragged import OfRuns, Ragged
from ...plan.shares import LogSoftmax, SoftmaxAdjoint
from .instructions import written
from .scope import Scope, loop, times

Bounds = Callable[[str], tuple[str, str]]
"""Where a run starts and ends."""


@written.register
def _equal(made: OfRuns, scope: Scope) -> list[str]:
    reads = [read for read in made.operands if isinstance(read, Ref)]

    def bounds(r: str) -> tuple[str, str]:
        return times(made.length, r), f"start + {made.length}"

    return _runs(type(made), reads, made.out, reads[0].size // made.length, bounds, scope)


@written.register
def _ragged(made: Ragged, scope: Scope) -> list[str]:
    ends = scope.places([*made.starts, sum(made.lengths)])

    def bounds(r: str) -> tuple[str, str]:
        return f"{ends}[{r}]", f"{ends}[{r} + 1]"

    return _runs(made.kind, made.arguments, made.out, len(made.lengths), bounds, scope)


def _runs(
    kind: type[OfRuns], reads: Sequence[Ref], array: Array, count: int, bounds: Bounds, scope: Scope
) -> list[str]:
    """Lines that do the same with each run, from a start to an end."""
    element, more = (scope.element(read, "k") for read in (reads[0], reads[-1]))
    out = scope.compute(array)
    copied = "" if kind in (Sum, SoftmaxAdjoint) else scope.buffer(reads[0].size)
    written_for = {Sum: _sum, LogSumExp: _logsumexp, LogSoftmax: _log_softmax, SoftmaxAdjoint: _softmax_adjoint}[kind]

    def lines(r: str) -> list[str]:
        start, end = bounds(r)
        return [f"const start = {start};", f"const end = {end};", *written_for(out, r, element, more, copied)]

    return loop("r", count, lines)


_EACH = "for (let k = start; k < end; k += 1)"


def _sum(out: str, r: str, element: str, more: str, copied: str) -> list[str]:
    return ["let sum = 0;", f"{_EACH} sum += {element};", f"{out}[{r}] = sum;"]


def _logsumexp(out: str, r: str, element: str, more: str, copied: str) -> list[str]:
    return [f"{_EACH} {copied}[k] = {element};", f"{out}[{r}] = logsumexp({copied}.subarray(start, end));"]


def _log_softmax(out: str, r: str, element: str, more: str, copied: str) -> list[str]:
    return [
        f"{_EACH} {copied}[k] = {element};",
        f"const [largest, above] = largest_of({copied}.subarray(start, end));",
        f"{_EACH} {out}[k] = {copied}[k] - largest - above;",
    ]


def _softmax_adjoint(out: str, r: str, element: str, more: str, copied: str) -> list[str]:
    # What the others of a run add up to: those before, and those behind.
    return [
        "let sum = 0;",
        f"{_EACH} {{ {out}[k] = sum; sum += {element}; }}",
        "sum = 0;",
        f"for (let k = end - 1; k >= start; k -= 1) {{ {out}[k] += sum; sum += {element}; }}",
        f"{_EACH} {out}[k] = -Math.expm1({more}) * {element} - Math.exp({more}) * {out}[k];",
    ]
