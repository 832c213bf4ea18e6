"""Numbers moved between positions: reads of an array, and scatters into a new one.

XLA is quick with slices, reshapes and transposes, and slow to gather. So a
regular list of positions (`patterns.affine`) becomes the former, whichever
axes it needs, and a scatter becomes a read of its pieces side by side.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from ...plan.instructions import Piece
from ...plan.patterns import Index, Pattern, affine

# How many times the numbers that there are may be read, so that none need be added in place.
_WASTE = 4


def read(whole: Any, index: Index) -> Any:
    """The positions `index` of the last axis."""
    if len(index) == whole.shape[-1] and (index == np.arange(len(index))).all():
        return whole
    pattern = affine(index)
    found = None if pattern is None else _strided(whole, pattern)
    return jnp.take(whole, index, axis=-1, mode="clip") if found is None else found


def _strided(whole: Any, pattern: Pattern) -> Any:
    """Nested loops as slices, the loop of the longest stride outermost; None where loops overlap."""
    loops = list(zip(pattern.counts, pattern.strides, strict=True))
    # A loop that runs backwards is one that runs forwards, turned round.
    base = pattern.base + sum(stride * (count - 1) for count, stride in loops if stride < 0)
    order = sorted((k for k, (_, stride) in enumerate(loops) if stride), key=lambda k: -abs(loops[k][1]))
    counts, strides = [loops[k][0] for k in order], [abs(loops[k][1]) for k in order]
    # What each loop needs of the axis that it walks along.
    extents = [1]
    for count, stride in zip(reversed(counts), reversed(strides), strict=True):
        if extents[0] > stride:
            return None
        extents.insert(0, stride * (count - 1) + extents[0])
    lead = whole.shape[:-1]
    found = lax.slice_in_dim(whole, base, base + extents[0], axis=-1)
    for depth, (count, stride) in enumerate(zip(counts, strides, strict=True)):
        short = count * stride - found.shape[-1]
        if short > 0:
            found = jnp.pad(found, [(0, 0)] * (found.ndim - 1) + [(0, short)])
        found = found.reshape(*lead, *counts[:depth], count, stride)
        found = lax.slice_in_dim(found, 0, extents[depth + 1], axis=-1)
    found = found.reshape(*lead, *counts)
    backwards = [len(lead) + depth for depth, k in enumerate(order) if loops[k][1] < 0]
    if backwards:
        found = lax.rev(found, backwards)
    found = found.transpose(*range(len(lead)), *(len(lead) + depth for depth in np.argsort(order)))
    found = found.reshape(*lead, *(count if stride else 1 for count, stride in loops))
    return jnp.broadcast_to(found, (*lead, *pattern.counts)).reshape(*lead, pattern.size)


def scattered(pieces: Sequence[Piece], operands: Sequence[Any], shape: tuple[int, ...], dtype: Any) -> Any:
    """Zeros of `shape`, with each piece's operand written or added to its positions of the last axis.

    Every position reads what goes there, once for each number that is added: a sum of reads.
    """
    *lead, size = shape
    if not pieces:
        return jnp.zeros(shape, dtype)
    sides, sources, places, start = [], [], [], 0
    # In the order of their positions: neighbours then stand side by side, and need not be moved again.
    for piece, operand in sorted(zip(pieces, operands, strict=True), key=lambda pair: int(pair[0].index[0])):
        side = jnp.asarray(operand, dtype)
        side = side.reshape(1) if side.ndim == 0 else side
        sides.append(jnp.broadcast_to(side, (*lead, side.shape[-1])))
        here = np.arange(side.shape[-1]) if side.shape[-1] == len(piece.index) else np.zeros(len(piece.index), int)
        sources.append(start + here)
        places.append(piece.index)
        start += side.shape[-1]
    source, place = np.concatenate(sources), np.concatenate(places)
    order = np.argsort(place, kind="stable")
    source, place = source[order], place[order]
    # Which of the numbers for its position each is.
    turn = np.arange(len(place)) - np.searchsorted(place, place)
    most = int(turn.max()) + 1
    if most > 1 and most * size > _WASTE * len(place):
        side = jnp.concatenate([read(side, here) for side, here in zip(sides, _local(sources, sides), strict=True)], -1)
        return jnp.zeros(shape, dtype).at[..., np.concatenate(places)].add(side)
    nothing = start
    reads = np.full((most, size), nothing)
    reads[turn, place] = source
    if (reads == nothing).any():
        sides.append(jnp.zeros((*lead, 1), dtype))
    together = jnp.concatenate(sides, axis=-1) if len(sides) > 1 else sides[0]
    parts = [read(together, row) for row in reads]
    return sum(parts[1:], parts[0])


def _local(sources: Sequence[Index], sides: Sequence[Any]) -> list[Index]:
    starts = np.cumsum([0, *(side.shape[-1] for side in sides)])
    return [source - start for source, start in zip(sources, starts, strict=False)]
