"""Reductions: sums of runs and over the batch, as loops over the results and loops over what is added up."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from ...plan.instructions import BatchSum, Sum
from ...plan.patterns import Pattern, common, everything
from . import sums
from .amounts import NONE, ONE
from .encoder import Encoder
from .loops import Loop, at_most, loops_over, merged
from .memory import View, view_of
from .words import Late, Word, located


def encode_sum(instruction: Sum, encoder: Encoder) -> None:
    """Add the instructions of sums of runs."""
    read, out, length = instruction.read, instruction.out, instruction.length
    place, pattern = encoder.regular(read)
    split = _with_runs(pattern, length)
    if split is None or len(merged(_runs(view_of(place, split), out.size))) > _RUNS:
        place, pattern = encoder.regular(read, gather=True)
        split = _with_runs(pattern, length)
    assert split is not None
    view = view_of(place, split)
    kept = _kept(view, out.size)
    target = encoder.out(out, view.counts[:kept] or (1,))
    own = View(view.area, view.start, view.row, view.strides[:kept] or (NONE,), view.counts[:kept] or (1,))
    _encode(encoder, [target, own], loops_over([target, own], encoder.samples(out.batched)), _runs(view, out.size), 0)


def encode_batch_sum(instruction: BatchSum, encoder: Encoder) -> None:
    """Add the instructions of sums over the batch."""
    out = instruction.out
    place = encoder.memory.places[out.number]
    views = encoder.aligned([instruction.read], place, place.pattern)
    encoder.begin_sum(views[0])
    _encode(encoder, views, loops_over(views, None), [Loop(encoder.memory.rows, (views[1].row,))], Late.ADDS)


_RUNS = 2
"""So many loops the kernels have over what is added up."""


def _with_runs(pattern: Pattern, length: int) -> Pattern | None:
    """The positions with a loop boundary between runs."""
    wanted = everything(pattern.size).split((length,))
    assert wanted is not None
    split = common([pattern, wanted])
    return None if split is None else split[0]


def _kept(view: View, size: int) -> int:
    """How many of the axes run over results."""
    return next(k for k in range(len(view.counts) + 1) if prod(view.counts[:k]) == size)


def _runs(view: View, size: int) -> list[Loop]:
    kept = _kept(view, size)
    runs = View(view.area, view.start, NONE, view.strides[kept:], view.counts[kept:])
    return loops_over([runs], None)


def _encode(encoder: Encoder, views: Sequence[View], results: Sequence[Loop], runs: Sequence[Loop], adds: Word) -> None:
    """Add the instructions: the views are of the results, and of where what makes each of them begins."""
    over_runs, rest = at_most(_RUNS, merged(runs))
    assert not rest
    inner = over_runs[-1]
    for loops, moved in encoder.in_loops(views, results, 3):
        near = loops[-1].count != ONE and loops[-1].strides == (ONE, ONE)
        across = near and (inner.count == ONE or inner.strides != (ONE,))
        words: list[Word] = [loop.count for loop in (*loops, *over_runs)] + [adds]
        words += [*located(moved[0], encoder.itemsize), *(loop.strides[0] for loop in loops)]
        words += [*located(moved[1], encoder.itemsize), *(loop.strides[1] for loop in loops)]
        words += [loop.strides[0] if loop.strides else NONE for loop in over_runs]
        encoder.emit(sums.across if across else sums.along, words)
