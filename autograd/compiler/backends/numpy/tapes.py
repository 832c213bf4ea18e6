"""Tapes: where the parts of a loop's tape lie: each in a memory of its own, one step's numbers behind the other's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...plan.instructions import Ref
from ...plan.loop import Loop
from ...plan.patterns import Index, Pattern, affine, everything
from .views import Storage, in_steps


@dataclass(frozen=True)
class Gathered:
    """Positions of a part that are gathered: which part, its rows and columns, and where they go."""

    part: int
    rows: Index
    columns: Index
    to: Index


@dataclass(frozen=True)
class Tape:
    """The memories of a tape's parts.

    Attributes
    ----------
    starts : tuple of int
        Where each part begins on the tape, and the last ends.
    storages : tuple of Storage
    """

    starts: tuple[int, ...]
    storages: tuple[Storage, ...]

    def located(self, read: Ref) -> tuple[Storage, Pattern | None]:
        """The memory of what is read, and the positions in it where they are regular and of one part."""
        part, index = self._part(read)
        storage = self.storages[part]
        if index is None:
            return storage, None
        pattern = everything(storage.size) if len(index) == storage.size and _in_order(index) else affine(index)
        if pattern is None or not storage.rows:
            return storage, pattern
        for own in (pattern, pattern.split((storage.width,))):
            if own is not None and in_steps(own, storage.width) is not None:
                return storage, own
        return storage, None

    def _part(self, read: Ref) -> tuple[int, Index | None]:
        """The part of the first position, and the positions counted from its start if all lie in it."""
        index = np.arange(read.array.size) if read.index is None else read.index
        part = int(np.searchsorted(self.starts, index[0], side="right")) - 1
        inside = self.starts[part] <= index.min() and index.max() < self.starts[part + 1]
        return part, index - self.starts[part] if inside else None

    def gathered(self, read: Ref) -> list[Gathered]:
        """What is read, part by part."""
        index = np.arange(read.array.size) if read.index is None else read.index
        part_of, found = np.searchsorted(self.starts, index, side="right") - 1, list[Gathered]()
        for part in np.unique(part_of).tolist():
            (to,) = np.nonzero(part_of == part)
            storage = self.storages[part]
            rows, columns = np.divmod(index[to] - self.starts[part], storage.width)
            found.append(Gathered(part, rows, columns, to))
        return found


def _in_order(index: Index) -> bool:
    return bool((index == np.arange(len(index))).all())


def tape_of(loop: Loop) -> Tape:
    """The memories for a loop's tape."""
    storages = []
    for number, part in enumerate(loop.parts):
        rows, name = loop.rows(part), f"t{loop.out.number}_{number}"
        storages.append(memory(name, rows, part.array.size, loop.out.batched))
    return Tape(tuple(loop.starts()), tuple(storages))


def memory(name: str, rows: int, width: int, batched: bool) -> Storage:
    """The memory of some numbers in several steps."""
    return Storage(name, rows * width, batched, rows=rows, width=width)


def gather_steps(out: np.ndarray, gathered: Sequence[Gathered], *memories: np.ndarray) -> None:
    """Positions of tapes to one array; the memories' last axes are steps and numbers."""
    for own, memory_ in zip(gathered, memories, strict=True):
        out[..., own.to] = memory_[..., own.rows, own.columns]
