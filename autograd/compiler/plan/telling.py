"""Telling: which inputs make the cost or the gradient NaN or infinite where a number of theirs is.

Programs look at the cost and the gradient anyway, so such inputs need no look of their own. Through most operations
whatever is not finite passes: a sum with it, or a product even by zero, is not finite either. What saturates,
compares or chooses may hide it, and tells nothing here.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from .instructions import BatchSum, Instruction, Map, Product, Ref, Scatter, Sum
from .plan import Plan

Mask = npt.NDArray[np.bool_]

_PASSING = {"add": (0, 1), "subtract": (0, 1), "multiply": (0, 1), "divide": (0,), "negative": (0,), "square": (0,)}
"""Through which operands of an operation a number that is not finite always passes."""


def telling(plan: Plan) -> frozenset[int]:
    """The numbers of the arguments of which every number tells, if it is not finite, in the cost or the gradient."""
    told: dict[int, Mask] = {}
    for result in (plan.cost, plan.gradient):
        if result is not None:
            _note(told, result, np.ones(result.size, dtype=bool))
    for instruction in reversed(plan.instructions):
        of_out = told.get(instruction.out.number)
        if of_out is not None and of_out.any():
            for read, mask in _passed(instruction, of_out):
                _note(told, read, mask)
    inputs = [array for array in plan.arrays if array.kind == "input" and array.number in told]
    return frozenset(array.source for array in inputs if told[array.number].all())


def _note(told: dict[int, Mask], read: Ref, mask: Mask) -> None:
    """The positions of what is read that are in the mask tell."""
    known = told.setdefault(read.array.number, np.zeros(read.array.size, dtype=bool))
    if read.index is None:
        known |= mask
    else:
        known[read.index[mask]] = True


def _passed(instruction: Instruction, of_out: Mask) -> Iterator[tuple[Ref, Mask]]:
    """What an instruction reads that tells, where these positions of its result do."""
    if isinstance(instruction, Map):
        for place in _PASSING.get(instruction.name, ()):
            read = instruction.arguments[place]
            if isinstance(read, Ref):
                yield read, of_out if read.size == len(of_out) else np.full(read.size, of_out.any())
    elif isinstance(instruction, BatchSum):
        yield instruction.read, of_out
    elif isinstance(instruction, Sum):
        yield instruction.read, np.repeat(of_out, instruction.length)
    elif isinstance(instruction, Product):
        yield from _of_product(instruction, of_out)
    elif isinstance(instruction, Scatter):
        yield from _of_scatter(instruction, of_out)


def _of_product(product: Product, of_out: Mask) -> Iterator[tuple[Ref, Mask]]:
    """A factor's number tells where one of the results that it has a part in does."""
    named = product.contraction
    out = named.out.replace("b", "")
    mask = of_out.reshape(named.shape(out))
    for read, own in ((product.left, named.left.replace("b", "")), (product.right, named.right.replace("b", ""))):
        kept = "".join(letter for letter in out if letter in own)
        met = np.asarray(mask.any(axis=tuple(axis for axis, letter in enumerate(out) if letter not in own)))
        met = np.einsum(f"{kept}->{''.join(letter for letter in own if letter in kept)}", met)
        met = met.reshape([named.sizes[letter] if letter in kept else 1 for letter in own])
        yield read, np.broadcast_to(met, named.shape(own)).ravel()


def _of_scatter(scatter: Scatter, of_out: Mask) -> Iterator[tuple[Ref, Mask]]:
    """What is written tells where nothing else is written over it."""
    written, all_of_them = np.zeros((2, len(of_out)), dtype=np.int32)
    for piece in scatter.pieces:
        np.add.at(all_of_them, piece.index, 1)
        if not piece.adds:
            np.add.at(written, piece.index, 1)
    safe = of_out & ((all_of_them == 1) | (written == 0))
    for piece in scatter.pieces:
        if isinstance(piece.operand, Ref) and piece.operand.size == len(piece.index):
            yield piece.operand, safe[piece.index]
