"""Finite: how a program knows, nearly for nothing, that its gradient has neither NaN nor infinity.

A sum of squares is NaN or infinite if one of its numbers is, so one sum
tells of all. Where numbers are so large that the squares overflow it tells
too much, and only then is every number looked at.

A large piece of the gradient is a product of two small factors: 30 x 784 slopes
of weights come of 30 deltas and 784 pixels for each sample. Its numbers are
sums over the samples of products of one factor's by the other's, and by the
inequality of Cauchy and Schwarz no such sum exceeds the product of the
factors' lengths. So the product of the factors' sums of squares, finite, says
the same of the whole piece, which need not be read again. Sums of some rows,
each in a table of many, are bounded by the length of those rows.
"""

from __future__ import annotations

from dataclasses import dataclass

from ...plan.choose import AddRows
from ...plan.instructions import Instruction, Product, Ref
from ...plan.patterns import everything, is_contiguous
from .calls import Call, call
from .kernels import seen_as
from .storage import Layout
from .views import Storage, View

# From how many numbers on a piece is bounded by its factors.
_LARGE = 4096


@dataclass(frozen=True)
class Bound:
    """Numbers `start` to `stop` of the gradient are finite if the product of two named sums of squares is."""

    start: int
    stop: int
    factors: tuple[Call, ...]


def _factors(instruction: Instruction) -> list[Ref]:
    """What bounds the numbers of an instruction by its lengths."""
    if isinstance(instruction, Product):
        return [instruction.left, instruction.right]
    return [added for _, added in instruction.parts] if isinstance(instruction, AddRows) else []


def bound(instruction: Instruction, layout: Layout) -> Bound | None:
    """The bound of a large product, or of rows, computed right in its place in the gradient."""
    place, reads = layout.places[instruction.out.number], _factors(instruction)
    if (
        not reads
        or place.storage.kind != "gradient"
        or instruction.out.size < _LARGE
        or not is_contiguous(place.pattern)
    ):
        return None
    factors = []
    for side, read in enumerate(reads):
        made, view = seen_as(read, (read.size,), layout)
        if made or not view.is_whole:
            return None
        factors.append(call("squares", view, result=f"size{side}_{instruction.out.number}"))
    start = place.pattern.base
    return Bound(start, start + instruction.out.size, tuple(factors))


def unbounded(gradient: Storage, bounds: list[Bound]) -> list[View]:
    """The ranges of the gradient that no bound covers."""
    ranges, start = [], 0
    for first, stop in [*sorted((found.start, found.stop) for found in bounds), (gradient.size, gradient.size)]:
        if start < first:
            ranges.append(View(gradient, everything(first - start, start)))
        start = stop
    return ranges
