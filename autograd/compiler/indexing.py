"""Indexing: a function is recorded with tables where it finds containers, so that its indices may be live.

Python's list asks an index for its integer, which is one sample's. So while a function with integer inputs is
recorded, the lists, tuples, dicts and arrays that it reaches by name are replaced by tables of the same,
and put back when the recording ends, however it ends.
"""

from __future__ import annotations

import operator
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import CodeType
from typing import Any

from .. import modes
from ..errors import PositionError
from ..sources import told as shown_place
from ..sources import user_place
from ..structure import Leaf
from ..value import Value, number_of
from .reach import Reach, Spot, has_fields
from .rows import Rows, rows_of
from .subscripts import asking
from .tables import KINDS, keeping, without_tables
from .whole import Whole

_recordings = threading.RLock()
_PLAIN = (Value, float, int, str, type(None))


@contextmanager
def indexable(function: Callable[..., Any], leaves: Sequence[Leaf]) -> Iterator[Callable[..., Any]]:
    """A context in which a function finds tables if it is given integers; gives the function to be called there.

    One recording at a time; another thread that looks meanwhile finds lists that do what they did.
    """
    if not any(leaf.integer for leaf in leaves):
        yield function
        return
    with _recordings:
        tables = _Tables()
        token = keeping.set(tables)
        try:
            tables.reach(function)
            yield lambda *arguments: without_tables(function(*map(tables.of, arguments)))
        finally:
            keeping.reset(token)
            tables.close()


class _Tables:
    """A `tables.Keeper`: the tables of a recording, and where they stand."""

    def __init__(self) -> None:
        self._is_open = True
        # By the identity of what it stands for, which is kept so that no other comes to have it.
        self._made: dict[int, tuple[Any, Any]] = {}
        self._rows: dict[tuple[int, int], tuple[Any, Rows | None]] = {}
        self._reach = Reach(tuple(KINDS))
        self._swapped: list[tuple[Spot, Any, Any]] = []

    def reach(self, thing: Any) -> None:
        """Put tables where a function or object finds containers."""
        for spot in self._reach.spots(thing):
            before = spot.read()
            spot.write(asking(before) if isinstance(before, CodeType) else self.of(before))
            self._swapped.append((spot, before, spot.read()))

    def of(self, thing: Any) -> Any:
        """The table of a container; anything else as it is, a function or object after it was looked into."""
        if not self._is_open or isinstance(thing, _PLAIN):
            return thing
        kind = KINDS.get(type(thing))
        if kind is not None:
            if id(thing) not in self._made:
                self._made[id(thing)] = thing, kind(thing, self)
            return self._made[id(thing)][1]
        if has_fields(thing):
            return thing._make(map(self.of, thing))
        self.reach(thing)
        return thing

    def close(self) -> None:
        """Put everything back, and do to it what was done to tables."""
        self._is_open = False
        for spot, before, table in reversed(self._swapped):
            if spot.read() is table and table is not before:
                spot.write(before)
        originals = {id(table): thing for thing, table in self._made.values()}
        for thing, table in self._made.values():
            if table.changed:
                table.give_back(thing, lambda member: originals.get(id(member), member))

    def forget(self) -> None:
        """What rows were is no longer known."""
        self._rows.clear()

    def chosen(self, table: Any, index: Whole, rows: Any, axis: int = 0) -> Any:
        """What every sample chooses, or outside a recording what one does."""
        count, place = len(rows), int(number_of(index))
        is_there, recorder = -count <= place < count, modes.recorder()
        if recorder is not None:
            recorder.has_result(is_there, lambda: (index >= -count) & (index < count), "there is such an index")
        if not is_there:
            watcher = modes.watcher()
            raise PositionError(_out_of_range(index, place, count) + (watcher.where() if watcher else ""))
        if recorder is None:
            return self.of(rows[place])
        key = id(table), axis
        if key not in self._rows:
            self._rows[key] = table, rows_of(rows)
        _, found = self._rows[key]
        # Rows that are no numbers, or not made alike, are a path each.
        return self.of(rows[operator.index(index)] if found is None else found.chosen(index))


def _out_of_range(index: Whole, place: int, count: int) -> str:
    told = f"{index.label} = {place}" if index.label is not None else str(place)
    line = f", at {shown_place(user_place())}"
    if not count:
        return f"table[index]: expected a table with rows, got an empty one and the index {told}{line}"
    return f"table[index]: expected an index from {-count} to {count - 1}, got {told}{line}"
