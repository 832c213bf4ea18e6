"""Tables: lists, tuples, dicts and arrays that hold what others hold, and answer to a live index too.

Whatever else is done with them is done as ever. A container in one that is asked for comes as a table, and what is
changed in one is noted, so that it can be done to what it stands for: see `indexing`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any, Protocol

import numpy as np

from ..errors import OperandError
from ..sources import told, user_place
from .whole import Whole


class Keeper(Protocol):
    """What knows all tables of a recording."""

    def of(self, thing: Any) -> Any:
        """The table that stands for a container; anything else as it is."""

    def chosen(self, table: Any, index: Whole, rows: Any, axis: int = 0) -> Any:
        """What a live index chooses along an axis of a table, among rows."""

    def forget(self) -> None:
        """Called when a table is changed."""


keeping: ContextVar[Keeper | None] = ContextVar("keeping", default=None)
"""The keeper of the recording in this thread."""


class _Nobody:
    """Keeps a table that was made outside a recording, by a copy say."""

    def of(self, thing: Any) -> Any:
        return thing

    def chosen(self, table: Any, index: Whole, rows: Any, axis: int = 0) -> Any:
        return rows[operator.index(index)]

    def forget(self) -> None:
        pass


_NOBODY = _Nobody()


def _one(key: Any) -> Any:
    if isinstance(key, list | tuple):
        raise OperandError(
            f"table[index]: expected one integer, got {len(key)} of them, at {told(user_place())}; "
            "write [table[i] for i in indices]"
        )
    return key


class ListTable(list[Any]):
    """A list."""

    __slots__ = ("changed", "keeper")

    def __init__(self, members: Any = (), keeper: Keeper = _NOBODY) -> None:
        super().__init__(list.__iter__(members) if isinstance(members, list) else members)
        self.keeper, self.changed = keeper, False

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, Whole):
            return self.keeper.chosen(self, key, [*super().__iter__()])
        return self.keeper.of(super().__getitem__(_one(key)))

    def __iter__(self) -> Iterator[Any]:
        return map(self.keeper.of, super().__iter__())

    def __reversed__(self) -> Iterator[Any]:
        return map(self.keeper.of, super().__reversed__())

    def __reduce_ex__(self, protocol: Any) -> Any:
        return list, ([*super().__iter__()],)

    def give_back(self, to: list[Any], original: Callable[[Any], Any]) -> None:
        """Do to the list that this stands for what was done to this."""
        to[:] = map(original, super().__iter__())


class TupleTable(tuple[Any, ...]):
    """A tuple."""

    keeper: Keeper
    changed = False

    def __new__(cls, members: Any = (), keeper: Keeper = _NOBODY) -> TupleTable:
        """The table of a tuple."""
        made = super().__new__(cls, tuple.__iter__(members) if isinstance(members, tuple) else members)
        made.keeper = keeper
        return made

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, Whole):
            return self.keeper.chosen(self, key, [*super().__iter__()])
        return self.keeper.of(super().__getitem__(_one(key)))

    def __iter__(self) -> Iterator[Any]:
        return map(self.keeper.of, super().__iter__())

    def __reduce_ex__(self, protocol: Any) -> Any:
        return tuple, ([*super().__iter__()],)


class DictTable(dict[Any, Any]):
    """A dict; its keys are looked up by their own hash, which a live index has too."""

    __slots__ = ("changed", "keeper")

    def __init__(self, members: Any = (), keeper: Keeper = _NOBODY) -> None:
        super().__init__(members)
        self.keeper, self.changed = keeper, False

    def __getitem__(self, key: Any) -> Any:
        return self.keeper.of(super().__getitem__(key))

    def get(self, key: Any, default: Any = None) -> Any:
        """As of a dict."""
        return self.keeper.of(super().get(key, default))

    def values(self) -> Any:
        """As of a dict, a list of them."""
        return [*map(self.keeper.of, super().values())]

    def items(self) -> Any:
        """As of a dict, a list of them."""
        return [(key, self.keeper.of(member)) for key, member in super().items()]

    def __reduce_ex__(self, protocol: Any) -> Any:
        return dict, ([*super().items()],)

    def give_back(self, to: dict[Any, Any], original: Callable[[Any], Any]) -> None:
        """Do to the dict that this stands for what was done to this."""
        members = {key: original(member) for key, member in super().items()}
        to.clear()
        to.update(members)


class ArrayTable(np.ndarray[Any, Any]):
    """An array, in whose memory it looks."""

    keeper: Keeper
    changed = False

    def __array_finalize__(self, of: Any) -> None:
        self.keeper = getattr(of, "keeper", _NOBODY)

    def __getitem__(self, key: Any) -> Any:
        keys = key if isinstance(key, tuple) else (key,)
        at = next((at for at, one in enumerate(keys) if isinstance(one, Whole)), None)
        if at is None:
            return super().__getitem__(key)
        if any(not isinstance(one, Whole | slice | int | np.integer) for one in keys):
            return super().__getitem__(tuple(operator.index(one) if isinstance(one, Whole) else one for one in keys))
        # The axis that the index is of comes first; then the others are read as they were.
        chosen = self.keeper.chosen(self, keys[at], np.moveaxis(self.view(np.ndarray), at, 0), at)
        rest = (*keys[:at], *keys[at + 1 :])
        return chosen[rest] if rest else chosen

    def __setitem__(self, key: Any, thing: Any) -> None:
        self.keeper.forget()
        super().__setitem__(key, thing)


KINDS: dict[type, Callable[[Any, Keeper], Any]] = {
    list: ListTable,
    tuple: TupleTable,
    dict: DictTable,
    np.ndarray: lambda array, keeper: _of_array(array, keeper),
}
"""What makes a table of a container of each type."""


def _of_array(array: Any, keeper: Keeper) -> ArrayTable:
    table: ArrayTable = array.view(ArrayTable)
    table.keeper = keeper
    return table


def _changing(kind: Any, name: str) -> Callable[..., Any]:
    method = getattr(kind, name)

    def changing(self: Any, *arguments: Any, **named: Any) -> Any:
        self.changed = True
        self.keeper.forget()
        return self.keeper.of(method(self, *arguments, **named))

    return changing


_BOTH = ("__setitem__", "__delitem__", "pop", "clear")
for _name in (*_BOTH, "__iadd__", "__imul__", "append", "extend", "insert", "remove", "sort", "reverse"):
    setattr(ListTable, _name, _changing(list, _name))
for _name in (*_BOTH, "__ior__", "popitem", "setdefault", "update"):
    setattr(DictTable, _name, _changing(dict, _name))


def _giving(kind: Any, name: str) -> Callable[..., Any]:
    method = getattr(kind, name)

    def giving(self: Any, *arguments: Any) -> Any:
        result = method(self, *arguments)
        return result if result is NotImplemented else self.keeper.of(result)

    return giving


for _name in ("__add__", "__mul__", "__rmul__", "copy"):
    setattr(ListTable, _name, _giving(list, _name))
for _name in ("__add__", "__mul__", "__rmul__"):
    setattr(TupleTable, _name, _giving(tuple, _name))
for _name in ("__or__", "__ror__", "copy"):
    setattr(DictTable, _name, _giving(dict, _name))


def without_tables(thing: Any) -> Any:
    """A thing with containers as they are where tables of them stand in it."""
    if isinstance(thing, ListTable | TupleTable):
        return (list if isinstance(thing, ListTable) else tuple)(map(without_tables, thing))
    if isinstance(thing, DictTable):
        return {key: without_tables(member) for key, member in thing.items()}
    if isinstance(thing, ArrayTable):
        return thing.view(np.ndarray)
    if type(thing) in (list, tuple):
        return type(thing)(map(without_tables, thing))
    return {key: without_tables(member) for key, member in thing.items()} if type(thing) is dict else thing
