"""Loops: views of several arrays as nested loops over all of them at once, as few and as long as possible."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product as combinations
from math import prod

from .amounts import ONE, Amount, product
from .memory import View


@dataclass(frozen=True)
class Loop:
    """So many steps, and how far apart they are in each view."""

    count: Amount
    strides: tuple[Amount, ...]


def loops_over(views: Sequence[View], samples: Amount | None) -> list[Loop]:
    """The loops of views with the same axes, of more than one step: over the samples first, where these differ."""
    lengths = views[0].counts
    axes = [Loop(Amount(length), tuple(view.strides[k] for view in views)) for k, length in enumerate(lengths)]
    batch = [] if samples is None else [Loop(samples, tuple(view.row for view in views))]
    return [loop for loop in batch + axes if loop.count != ONE]


def merged(loops: Sequence[Loop]) -> list[Loop]:
    """The loops ordered by the first view's strides, neighbours run together where all views allow it."""
    found: list[Loop] = []
    for loop in sorted(loops, key=lambda loop: loop.strides[0].magnitude, reverse=True):
        if found and (together := _together(found[-1], loop)) is not None:
            found[-1] = together
        else:
            found.append(loop)
    return found


def _together(outer: Loop, inner: Loop) -> Loop | None:
    count = product(outer.count, inner.count)
    if count is None:
        return None
    for far, near in zip(outer.strides, inner.strides, strict=True):
        if product(near, inner.count) != far:
            return None
    return Loop(count, inner.strides)


def at_most(count: int, loops: Sequence[Loop]) -> tuple[list[Loop], list[Loop]]:
    """So many of the loops, filled up with loops of one step; and the shortest, which are left over."""
    shortest = sorted((loop for loop in loops if not loop.count.each), key=lambda loop: loop.count.fixed)
    over = shortest[: max(0, len(loops) - count)]
    kept = [loop for loop in loops if not any(loop is other for other in over)]
    views = len(loops[0].strides) if loops else 0
    empty = Loop(ONE, (Amount(),) * views)
    return [empty] * (count - len(kept)) + kept, over


def steps_of(loops: Sequence[Loop], views: Sequence[View]) -> Iterator[list[View]]:
    """The views at every step of some loops."""
    for steps in combinations(*(range(loop.count.fixed) for loop in loops)):
        moved = []
        for k, view in enumerate(views):
            start = view.start
            for step, loop in zip(steps, loops, strict=True):
                start = start + loop.strides[k].times(step)
            moved.append(replace(view, start=start))
        yield moved


def size_of(loops: Sequence[Loop]) -> Amount:
    """How many steps there are in all; of a batch's loop with others, so many for each sample."""
    fixed = prod(loop.count.fixed for loop in loops if not loop.count.each)
    rows = [loop.count for loop in loops if loop.count.each]
    return rows[0].times(fixed) if rows else Amount(fixed)
