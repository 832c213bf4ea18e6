"""Surroundings: what a function finds by name outside itself, looked at before every call.

Numbers and Values that a function closes over stand in its programs. When a name is bound to another one, the
function is recorded anew. What containers hold, beside a name's own binding, is not looked at.
"""

from __future__ import annotations

import random
import weakref
from collections.abc import Callable, Iterator, MutableMapping
from operator import is_
from types import CellType, FunctionType, ModuleType
from typing import Any

import numpy as np

from .methods import WeakMethod, reference
from .reach import Attribute, Item, Reach, Spot
from .tables import KINDS

_NUMBERS = (int, float, bool, np.generic)
_UNBOUND = object()


class Surroundings:
    """What the names of a function are bound to.

    Parameters
    ----------
    function : callable
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        reach = Reach(tuple(KINDS))
        for _ in reach.spots(function):
            pass
        self._cells: list[Any] = [spot.owner for spot, _ in reach.named if _is_cell(spot)]
        instance = function.__self__ if isinstance(function, WeakMethod) else None
        # Modules stay what they are.
        items = [spot for spot, thing in reach.named if isinstance(spot, Item) and not isinstance(thing, ModuleType)]
        self._items = [(_get_of(spot.owner, instance), spot.name) for spot in items]
        self._slots = [*_slots([spot for spot, _ in reach.named])]
        self._generators = [*_generators([thing for _, thing in reach.named], reach.names)]
        self._bound: list[Any] = []
        self._in_cells: list[tuple[CellType, Any]] = []
        self._by_name: list[tuple[Callable[[str, Any], Any], str, Any]] = []
        self.look()

    def look(self) -> None:
        """What the names are bound to now is as it should be."""
        self._bound = self._things()
        self._in_cells = list(zip(self._cells, self._bound, strict=False))
        in_items = self._bound[len(self._cells) :]
        self._by_name = [(*item, thing) for item, thing in zip(self._items, in_items, strict=False)]

    def changed(self) -> bool:
        """Whether a name is bound to something else than when it was looked at."""
        if not self._slots and self._is_as_it_was():
            return False
        now = self._things()
        if all(map(is_, now, self._bound)):
            return False
        return not all(a is b or _is_same_number(a, b) for a, b in zip(now, self._bound, strict=True))

    def _is_as_it_was(self) -> bool:
        # In plain loops: of a name or two they take a third of what lists take.
        try:
            for cell, thing in self._in_cells:
                if cell.cell_contents is not thing:
                    return False
        except ValueError:  # one is empty
            return False
        for get, name, thing in self._by_name:  # noqa: SIM110
            if get(name, _UNBOUND) is not thing:
                return False
        return True

    def _things(self) -> list[Any]:
        try:
            things = [cell.cell_contents for cell in self._cells]
        except ValueError:
            things = [*map(_content, self._cells)]
        things += [get(name, _UNBOUND) for get, name in self._items]
        return things + [_attribute(owner(), name) for owner, name in self._slots] if self._slots else things

    def drawn(self) -> list[str]:
        """The states of the random generators that the function can name; others after it has drawn from one."""
        return [str(state()) for state in self._generators]


def _get_of(names: MutableMapping[str, Any], instance: Any) -> Callable[[str, Any], Any]:
    """What reads a dict of names; it keeps a method's instance alive no more than the method, nor what refers to it."""
    if names is not getattr(instance, "__dict__", None):
        return names.get
    owner = reference(instance)
    return lambda name, default: _weakly(owner().__dict__.get(name, default))


def _weakly(thing: Any) -> Any:
    try:
        return weakref.ref(thing)  # the same object for the same thing, as long as one is kept
    except TypeError:
        return thing


def _is_same_number(now: Any, before: Any) -> bool:
    return type(now) is type(before) and isinstance(now, _NUMBERS) and repr(now) == repr(before)


def _is_cell(spot: Spot) -> bool:
    return isinstance(spot, Attribute) and isinstance(spot.owner, CellType)


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # it is empty
        return _UNBOUND


def _slots(spots: list[Spot]) -> Iterator[tuple[Callable[[], Any], str]]:
    """Attributes that lie in no dict, with what gives their owner, which it keeps alive only where it must."""
    for spot in spots:
        if isinstance(spot, Attribute) and not isinstance(spot.owner, CellType | FunctionType):
            yield reference(spot.owner), spot.name


def _attribute(owner: Any, name: str) -> Any:
    try:
        return Attribute(owner, name).read()
    except AttributeError:
        return _UNBOUND


def _generators(things: list[Any], names: set[str]) -> Iterator[Callable[[], Any]]:
    """What tells the states of random generators among things, those of modules and methods included."""
    for thing in things:
        of = getattr(thing, "__self__", thing)
        if isinstance(of, ModuleType):
            if of is random:
                yield random.getstate
            elif of.__name__.partition(".")[0] == "numpy" and "random" in names:
                yield np.random.get_state
        elif isinstance(of, random.Random):
            yield of.getstate
        elif isinstance(of, np.random.Generator):
            yield lambda of=of: of.bit_generator.state  # type: ignore[misc]
        elif isinstance(of, np.random.RandomState):
            yield of.get_state
