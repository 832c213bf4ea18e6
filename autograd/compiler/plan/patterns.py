"""Index patterns: when a list of positions is a strided view and needs no gather."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import prod

import numpy as np
import numpy.typing as npt

Index = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Pattern:
    """Positions ``base + sum(stride * i)`` over nested loops of `counts`, the last running fastest."""

    base: int
    counts: tuple[int, ...]
    strides: tuple[int, ...]

    @property
    def size(self) -> int:
        """How many positions there are."""
        return prod(self.counts)

    def split(self, breaks: tuple[int, ...]) -> Pattern | None:
        """The same positions with a loop boundary at each of `breaks` (sizes of the inner loops), if possible."""
        counts: list[int] = []
        strides: list[int] = []
        inner = self.size
        for count, stride in zip(self.counts, self.strides, strict=True):
            inner //= count
            outer = inner * count
            for wanted in sorted((b for b in breaks if inner < b < outer), reverse=True):
                if outer % wanted or wanted % inner:
                    return None
                counts.append(outer // wanted)
                strides.append(stride * (wanted // inner))
                outer = wanted
            counts.append(outer // inner)
            strides.append(stride)
        return Pattern(self.base, tuple(counts), tuple(strides))

    @property
    def breaks(self) -> tuple[int, ...]:
        """The sizes of the inner loops, largest first."""
        sizes, inner = [], self.size
        for count in self.counts[:-1]:
            inner //= count
            sizes.append(inner)
        return tuple(sizes)


def affine(index: Index) -> Pattern | None:
    """`index` as nested loops with constant strides, or None if it is irregular.

    Runs of a constant stride are found first; the starts of the runs are then
    read the same way. Time and memory are linear in the length.
    """
    index = np.asarray(index).ravel()
    counts: list[int] = []
    strides: list[int] = []
    rest = index
    while len(rest) > 1:
        steps = np.diff(rest)
        stride = int(steps[0])
        breaks = np.flatnonzero(steps != stride)
        run = int(breaks[0]) + 1 if len(breaks) else len(rest)
        if len(rest) % run:
            return None
        rows = rest.reshape(-1, run)
        if len(breaks) and not np.array_equal(rows - rows[:, :1], np.broadcast_to(rows[0] - rows[0, 0], rows.shape)):
            return None
        counts.append(run)
        strides.append(stride)
        rest = rows[:, 0]
        if run == 1:
            return None
    if not counts:
        counts, strides = [1], [0]
    return Pattern(int(index[0]), tuple(reversed(counts)), tuple(reversed(strides)))


def common(patterns: list[Pattern]) -> list[Pattern] | None:
    """The patterns with the same loops each, or None where their loops do not nest into one another."""
    if all(pattern.counts == patterns[0].counts for pattern in patterns):
        return patterns
    breaks = tuple(sorted({b for pattern in patterns for b in pattern.breaks}, reverse=True))
    split = [pattern.split(breaks) for pattern in patterns]
    if any(pattern is None for pattern in split):
        return None
    return [pattern for pattern in split if pattern is not None]


def everything(size: int, start: int = 0) -> Pattern:
    """`size` positions in order, from `start` on."""
    return Pattern(start, (size,), (1,))


def shaped(pattern: Pattern, shape: tuple[int, ...]) -> Pattern | None:
    """The same positions with an axis for each length of `shape`, or None where their loops do not allow it."""
    if pattern.counts == shape:
        return pattern
    split = pattern.split(Pattern(0, shape, (0,) * len(shape)).breaks)
    loops = [] if split is None else [(c, s) for c, s in zip(split.counts, split.strides, strict=True) if c > 1]
    if split is None or [count for count, _ in loops] != [length for length in shape if length > 1]:
        return None
    remaining = iter(loops)
    axes = [next(remaining) if length > 1 else (1, 0) for length in shape]
    return Pattern(pattern.base, tuple(count for count, _ in axes), tuple(stride for _, stride in axes))


def evenly_spaced(pattern: Pattern) -> tuple[int, int] | None:
    """Base and step of positions that are evenly spaced, whatever their loops; None for others."""
    loops = [(c, s) for c, s in zip(pattern.counts, pattern.strides, strict=True) if c > 1]
    for (_, outer), (length, inner) in pairwise(loops):
        if outer != length * inner:
            return None
    return pattern.base, loops[-1][1] if loops else 1


def is_contiguous(pattern: Pattern) -> bool:
    """Whether the positions are neighbours in order."""
    run = evenly_spaced(pattern)
    return run is not None and run[1] == 1
