"""Views: which numbers of which memory an operation reads or writes, as data.

A view is made from a memory in three steps, each of which NumPy has: positions
are taken (an axis for each loop of a pattern, behind the batch's), the axes are
put in another order, and neighbouring axes run together as one.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise, product
from typing import ClassVar, Literal

from ...plan.patterns import Pattern, evenly_spaced, everything


@dataclass(frozen=True)
class Storage:
    """Memory of shape ``(n, size)`` for a batch of n if `batched`, else ``(size,)``.

    Where it is `by_place` the samples of each position lie side by side, otherwise the positions of each sample.
    Where it has `rows`, as the numbers of steps, each of them has its samples side by side: the name is that of an
    array of shape ``(n, rows, width)`` or ``(rows, width)``.

    Attributes
    ----------
    name : str
        What the program calls it.
    kind : {"input", "parameters", "constant", "gradient", "buffer"}
        An input's comes with every call; a buffer is the program's own; parameters and
        gradient belong to the caller and stay where they are.
    """

    name: str
    size: int
    batched: bool
    kind: Literal["input", "parameters", "constant", "gradient", "buffer"] = "buffer"
    by_place: bool = False
    rows: int = 0
    width: int = 0


@dataclass(frozen=True)
class _Step:
    """So many numbers, times n to a power."""

    count: int
    power: int = 0

    def times(self, length: int | None) -> _Step:
        """The step of an axis around one of this step and of a length."""
        return _Step(self.count, self.power + 1) if length is None else _Step(self.count * length, self.power)


@dataclass(frozen=True)
class View:
    """Positions of a storage, seen with certain axes.

    Attributes
    ----------
    storage : Storage
    pattern : Pattern
        The positions in each row, an axis for each loop.
    order : tuple of int
        The order in which the axes, the batch's first among them, are then put; empty: as they are.
    groups : tuple of int
        How many of these axes run together as one, which is of length 1 for none of them; empty: none do.
    """

    stem: ClassVar[str] = "v"
    storage: Storage
    pattern: Pattern
    order: tuple[int, ...] = ()
    groups: tuple[int, ...] = ()

    @property
    def copies(self) -> bool:
        """Whether running axes together copies, so that the view does not follow its storage."""
        axes = self._axes()
        for group in self.groups:
            merged, axes = [axis for axis in axes[:group] if axis[0] != 1], axes[group:]
            for (_, outer), (length, inner) in pairwise(merged):
                if outer is None or inner is None or outer != inner.times(length):
                    return True
        return False

    @property
    def made_once(self) -> bool:
        """Whether it is the same for all batches of one size, so that it need not be made for each."""
        return self.storage.kind != "input" and not self.copies

    @property
    def is_whole(self) -> bool:
        """Whether it is all of a storage as it lies there."""
        size, pattern = self.storage.size, self.pattern
        if self.storage.rows:
            return False
        in_order = pattern.counts == (size,) and (pattern.strides == (1,) or size == 1)
        return in_order and not self.order and not self.groups

    def arranged(self, order: tuple[int, ...], groups: tuple[int, ...]) -> View:
        """The view with its axes reordered and run together."""
        return View(
            self.storage,
            self.pattern,
            () if order == tuple(range(len(order))) else order,
            () if groups == (1,) * len(order) else groups,
        )

    def _axes(self) -> list[tuple[int | None, _Step | None]]:
        """Length (None: the batch's) and step of each axis, in `order`; no step where it runs together with none."""
        storage, pattern = self.storage, self.pattern
        batch: _Step | None = None if storage.by_place else _Step(storage.width or storage.size)
        steps = _steps_in_rows(pattern, storage) if storage.rows else [*map(_Step, pattern.strides)]
        axes: list[tuple[int | None, _Step | None]] = [(None, batch)] if storage.batched else []
        axes += zip(pattern.counts, steps, strict=True)
        return [axes[i] for i in self.order] if self.order else axes

    def __str__(self) -> str:
        """The expression that makes it."""
        text = _positions(self.storage, self.pattern)
        if self.order:
            backwards = self.order == tuple(reversed(range(len(self.order))))
            text += ".T" if backwards else f".transpose{self.order}"
        if self.groups:
            lengths, axes = [], self._axes()
            for group in self.groups:
                lengths.append(_times(axes[:group]))
                axes = axes[group:]
            text += f".reshape({', '.join(lengths)})"
        return text


def in_steps(pattern: Pattern, width: int) -> list[tuple[int, int]] | None:
    """How many rows and how many places each loop goes on, where rows have `width` places; None where that varies."""
    options = [
        [(0, 0)] if count == 1 else _ways_on(stride, width)
        for count, stride in zip(pattern.counts, pattern.strides, strict=True)
    ]
    for found in product(*options):
        ends = [(count - 1) * places for count, (_, places) in zip(pattern.counts, found, strict=True)]
        first = pattern.base % width
        if first + sum(min(end, 0) for end in ends) >= 0 and first + sum(max(end, 0) for end in ends) < width:
            return list(found)
    return None


def _ways_on(stride: int, width: int) -> list[tuple[int, int]]:
    rows, places = divmod(stride, width)
    return [(rows, places), (rows + 1, places - width)] if places else [(rows, 0)]


def _steps_in_rows(pattern: Pattern, storage: Storage) -> list[_Step | None]:
    found: list[_Step | None] = []
    for rows, places in in_steps(pattern, storage.width) or ():
        # With samples, a row is so many places for each of them.
        step = _Step(rows * storage.width, 1 if storage.batched else 0)
        found.append(_Step(places) if not rows else None if places else step)
    return found


def whole(storage: Storage) -> View:
    """All of a storage."""
    return View(storage, everything(storage.size))


def _times(axes: list[tuple[int | None, _Step | None]]) -> str:
    """The product of lengths as text."""
    product = 1
    for length, _ in axes:
        product *= 1 if length is None else length
    if all(length is not None for length, _ in axes):
        return str(product)
    return "n" if product == 1 else f"n * {product}"


def _positions(storage: Storage, pattern: Pattern) -> str:
    """The expression for positions of a storage: a slice, or for what is not evenly spaced a view by strides."""
    if storage.rows:
        steps = in_steps(pattern, storage.width)
        assert steps is not None
        rows, places = zip(*steps, strict=True) if steps else ((), ())
        start = divmod(pattern.base, storage.width)
        return f"stepped({storage.name}, {start}, {pattern.counts}, {rows}, {places})"
    run = evenly_spaced(pattern)
    if run is None or run[1] < 1:
        return f"strided({storage.name}, {pattern.base}, {pattern.counts}, {pattern.strides}, {storage.batched})"
    base, step = run
    stop = base + step * (pattern.size - 1) + 1
    text = storage.name
    if (base, step, stop) != (0, 1, storage.size):
        every = f":{step}" if step > 1 else ""
        text += f"[{':, ' if storage.batched else ''}{base}:{stop}{every}]"
    if len(pattern.counts) == 1:
        return text
    lengths = [*(["n"] if storage.batched else []), *map(str, pattern.counts)]
    return f"{text}.reshape({', '.join(lengths) or '()'})"
