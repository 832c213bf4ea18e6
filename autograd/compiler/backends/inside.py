"""Inside: arrays that are computed right where a scatter would write them, as a gradient's pieces are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from ..plan.instructions import Array, Instruction, Ref, Scatter
from ..plan.patterns import Pattern, affine
from ..plan.plan import Plan

CanWrite = Callable[[Instruction, Pattern, Array], bool]
"""Whether an instruction can write its result to positions of another array."""


def written_inside(plan: Plan, can_write: CanWrite) -> Iterator[tuple[int, tuple[Array, Pattern]]]:
    """Arrays that a scatter alone reads, once, to write them somewhere, and the array and the positions there."""
    made = {instruction.out.number: instruction for instruction in plan.instructions}
    uses = Counter(read.array.number for instruction in plan.instructions for read in instruction.reads)
    uses.update(result.array.number for result in plan.results)
    for scatter in plan.instructions:
        if not isinstance(scatter, Scatter) or not only_places(scatter):
            continue
        for piece in scatter.pieces:
            operand = piece.operand
            if not isinstance(operand, Ref) or operand.index is not None or uses[operand.array.number] > 1:
                continue
            pattern = affine(piece.index) if len(piece.index) == operand.size else None
            instruction = made.get(operand.array.number)
            if pattern is None or instruction is None or operand.array.batched != scatter.out.batched:
                continue
            if can_write(instruction, pattern, scatter.out):
                yield operand.array.number, (scatter.out, pattern)


def only_places(scatter: Scatter) -> bool:
    """Whether every position is written by one piece: zeros and sums would need an order in time."""
    return scatter.covers and sum(len(piece.index) for piece in scatter.pieces) == scatter.out.size
