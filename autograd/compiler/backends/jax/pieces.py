"""Pieces: where a plan is cut, so that XLA compiles it in time that grows as its length.

XLA fuses neighbouring elementwise operations and computes anew, in each
fusion, what several need. In long chains of scalars this grows without bound:
compiling 2,000 operations of an orbit takes half a minute, 5,000 more memory
and patience than there is. Products and the like end a fusion, so plans in
which they stand often are left whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...plan.instructions import Array, Instruction, Product
from ...plan.plan import Plan

LONG = 300
"""How many instructions may follow one another without a product in between before they are cut."""
PIECE = 100


@dataclass(frozen=True)
class Piece:
    """Instructions that follow one another, and those of their arrays that are read after them.

    Attributes
    ----------
    instructions : sequence of Instruction
    apart : bool
        Whether XLA should compile them as a program of their own.
    results : list of Array
    """

    instructions: Sequence[Instruction]
    apart: bool
    results: list[Array]


def pieces(plan: Plan) -> list[Piece]:
    """A plan's instructions in their order, cut where they are long."""
    instructions = plan.instructions
    last_read = {read.array.number: at for at, made in enumerate(instructions) for read in made.reads}
    last_read |= {result.array.number: len(instructions) for result in plan.results}
    products = [at for at, made in enumerate(instructions) if isinstance(made, Product)]
    cut: list[Piece] = []
    for start, stop in zip([0, *products], [*products, len(instructions)], strict=True):
        apart = stop - start > LONG
        if not apart and cut and not cut[-1].apart:
            start -= len(cut.pop().instructions)
        for first in range(start, stop, PIECE if apart else max(1, stop - start)):
            last = min(first + PIECE, stop) if apart else stop
            part = instructions[first:last]
            results = [made.out for made in part if last_read.get(made.out.number, -1) >= last]
            cut.append(Piece(part, apart, results))
    return cut
