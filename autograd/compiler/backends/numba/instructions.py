"""Instructions: what each kind of a plan's instructions is on the machine."""

from __future__ import annotations

from dataclasses import replace
from functools import singledispatch

from ...plan.choose import AddRows, Choose
from ...plan.instructions import BatchSum, Guard, Instruction, Map, Piece, Product, Ref, Scatter, Sum
from ...plan.loop import Loop
from ...plan.patterns import affine
from ...plan.walk import Walk, WalkBack
from . import elementwise, moves
from .amounts import NONE
from .encoder import Encoder
from .lowering import OfRuns
from .memory import View, view_of
from .products import encode_product
from .recurrences import encode_loop
from .reductions import encode_batch_sum, encode_sum
from .rows import encode_add_rows, encode_choose
from .runs import encode_runs
from .walks import encode_walk, encode_walk_back


@singledispatch
def encode(instruction: Instruction, encoder: Encoder) -> None:
    """Add what computes an instruction."""
    raise TypeError(f"numba: no kernel for {type(instruction).__name__}")


encode.register(Product, encode_product)
encode.register(Sum, encode_sum)
encode.register(BatchSum, encode_batch_sum)
encode.register(OfRuns, encode_runs)
encode.register(Choose, encode_choose)
encode.register(AddRows, encode_add_rows)
encode.register(Walk, encode_walk)
encode.register(WalkBack, encode_walk_back)


@encode.register
def _loop(instruction: Loop, encoder: Encoder) -> None:
    encode_loop(encode, instruction, encoder)


@encode.register
def _map(instruction: Map, encoder: Encoder) -> None:
    place = encoder.memory.places[instruction.out.number]
    views = encoder.aligned(instruction.arguments, place, place.pattern)
    address = elementwise.address(instruction.primitive, instruction.arguments, encoder.memory.dtype)
    encoder.elementwise(instruction.name, address, views, instruction.out.batched)


@encode.register
def _guard(instruction: Guard, encoder: Encoder) -> None:
    truth = encoder.number(instruction.truth)
    views = [encoder.seen_as(instruction.read, (1,)), View(truth.area, truth.start, NONE, (NONE,), (1,))]
    encoder.moved(moves.holds, views, instruction.read.array.batched)


@encode.register
def _scatter(instruction: Scatter, encoder: Encoder) -> None:
    out = instruction.out
    place = encoder.memory.places[out.number]
    if not instruction.covers:
        encoder.fill(view_of(place, place.pattern), out.batched)
    for piece in instruction.pieces:
        operand = piece.operand
        done = isinstance(operand, Ref) and operand.array.number in encoder.memory.inside
        if len(piece.index) and not done:
            _place(piece, instruction, encoder)


def _place(piece: Piece, scatter: Scatter, encoder: Encoder) -> None:
    """Write or add one piece."""
    place, batched = encoder.memory.places[scatter.out.number], scatter.out.batched
    pattern = None if piece.repeats else affine(piece.index + place.pattern.base)
    if pattern is not None:
        views = encoder.aligned([piece.operand], place, pattern)
        encoder.moved(moves.add if piece.adds else moves.copy, views, batched)
        return
    read = piece.operand
    source = encoder.seen_as(read, (read.size,)) if isinstance(read, Ref) else encoder.number(read)
    if isinstance(read, Ref) and read.size == 1:
        # One number goes to all of the positions.
        source = replace(source, strides=(NONE,))
    target = view_of(place, place.pattern)
    encoder.put(target, piece.index, source, piece.adds)
