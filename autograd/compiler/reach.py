"""Reach: where a function finds containers by name, and its code, so that others can stand there for a while.

Names are closed-over cells, defaults, globals, and attributes of objects and modules that are found so themselves.
Functions and methods of the user's that are found are looked into in turn; those of libraries are not.
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass
from types import CodeType, FunctionType, MemberDescriptorType, MethodType, ModuleType
from typing import Any

from ..operations import Operation
from .methods import WeakMethod

_ENGINES = {"autograd", "nn", "numpy", "jax"}
_IN_PYTHON = 1 << 9  # the flag of types that a class statement made
_LIBRARIES = {*sys.stdlib_module_names, *_ENGINES}


@dataclass(frozen=True, eq=False)
class Attribute:
    """An attribute of an object, or the content of a cell, as Python itself keeps it."""

    owner: Any
    name: str

    def read(self) -> Any:
        """What stands there."""
        return (type if isinstance(self.owner, type) else object).__getattribute__(self.owner, self.name)

    def write(self, thing: Any) -> None:
        """Put something else there."""
        # A call reads a function's defaults past the tuple's own methods, and needs a plain one.
        thing = tuple(iter(thing)) if self.name == "__defaults__" and type(thing) is not tuple else thing
        (type if isinstance(self.owner, type) else object).__setattr__(self.owner, self.name, thing)


@dataclass(frozen=True, eq=False)
class Item:
    """What a dict of names has under one: globals, or an object's attributes."""

    owner: MutableMapping[str, Any]
    name: str

    def read(self) -> Any:
        """What stands there."""
        return self.owner[self.name]

    def write(self, thing: Any) -> None:
        """Put something else there."""
        self.owner[self.name] = thing


Spot = Attribute | Item


class Reach:
    """What has been found so far.

    Parameters
    ----------
    kinds : tuple of type
        Those of the containers that are looked for; named tuples are too.

    Attributes
    ----------
    named : list of (Spot, object)
        All that names have led to, containers or not.
    """

    def __init__(self, kinds: tuple[type, ...]) -> None:
        self._kinds = kinds
        self.named: list[tuple[Spot, Any]] = []
        self._found: list[Spot] = []
        # By identity; kept, so that no other comes to have the same.
        self._seen: dict[int, Any] = {}
        self._objects: list[Any] = []
        self._names: dict[str, None] = {}
        self._looked_at: set[tuple[int, str]] = set()

    @property
    def names(self) -> set[str]:
        """All names that functions which were looked into speak of."""
        return {*self._names}

    def spots(self, thing: Any) -> Iterator[Spot]:
        """The places, not found before, of code that runs and of containers that it finds by name."""
        self._follow(thing)
        while True:
            found, self._found = self._found, []
            yield from found
            both = {(id(owner), name): owner for owner in self._objects for name in self._names}
            fresh = [(owner, *key) for key, owner in both.items() if key not in self._looked_at]
            if not fresh:
                return
            for owner, identity, name in fresh:
                self._looked_at.add((identity, name))
                self._attribute(owner, name)

    def _follow(self, thing: Any) -> None:
        """Look into a function; note an object, whose attributes functions may name."""
        if id(thing) in self._seen:
            return
        self._seen[id(thing)] = thing
        if isinstance(thing, MethodType | WeakMethod):
            self._follow(thing.__func__)
            self._follow(thing.__self__)
        elif isinstance(thing, functools.partial):
            self._follow(thing.func)
            self._mapping(thing.keywords)
        elif isinstance(thing, FunctionType):
            self._function(thing)
        elif isinstance(thing, property):
            self._follow(thing.fget)
        elif isinstance(thing, Operation):
            for function in (thing.rule, *thing.partials):
                self._follow(function)
        else:
            self._object(thing)
        self._follow(inspect.getattr_static(thing, "__wrapped__", None))

    def _object(self, thing: Any) -> None:
        kind = thing if isinstance(thing, type | ModuleType) else type(thing)
        # What stands in an object of the standard library, a namespace say, the user put there.
        is_namespace = kind is not thing and hasattr(thing, "__dict__")
        if _is_library(kind, _ENGINES if is_namespace else _LIBRARIES):
            return
        self._objects.append(thing)
        # What Python calls unnamed.
        for name in ("__call__", "__init__", "__getitem__"):
            called = inspect.getattr_static(kind, name, None)
            if isinstance(called, FunctionType):
                self._follow(called)

    def _function(self, function: FunctionType) -> None:
        if _is_library(function):
            return
        self._found.append(Attribute(function, "__code__"))
        names = dict.fromkeys(_names_of(function.__code__))
        self._names |= names
        for cell in function.__closure__ or ():
            self._spot(Attribute(cell, "cell_contents"))
        self._mapping(function.__globals__, names)
        self._mapping(function.__kwdefaults__ or {})
        for default in function.__defaults__ or ():
            if type(default) not in self._kinds:
                self._follow(default)
        if function.__defaults__:
            self._spot(Attribute(function, "__defaults__"))

    def _mapping(self, things: dict[str, Any], names: dict[str, None] | None = None) -> None:
        for name in things if names is None else names:
            if name in things:
                self._spot(Item(things, name))

    def _attribute(self, owner: Any, name: str) -> None:
        """What an object has by a name: of its own, in a slot, or by its class."""
        own = getattr(owner, "__dict__", None)
        if isinstance(own, dict) and name in own:
            self._spot(Item(own, name))
            return
        for kind in owner.__mro__ if isinstance(owner, type) else type(owner).__mro__:
            if name in kind.__dict__:
                if isinstance(kind.__dict__[name], MemberDescriptorType):
                    self._spot(Attribute(owner, name))
                elif not _is_library(kind):
                    self._spot(Attribute(kind, name))
                return

    def _spot(self, spot: Spot) -> None:
        try:
            thing = spot.read()
        except (ValueError, AttributeError):  # a cell or a slot that is empty as yet
            return
        self.named.append((spot, thing))
        if type(thing) in self._kinds or has_fields(thing):
            self._found.append(spot)
        else:
            self._follow(thing)


def has_fields(thing: Any) -> bool:
    """Whether a thing is a named tuple."""
    return isinstance(thing, tuple) and hasattr(thing, "_fields")


def _names_of(code: CodeType) -> Iterator[str]:
    # Rewritten asserts name modules of pytest's by what no program can write.
    yield from filter(str.isidentifier, code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names_of(constant)


def _is_library(thing: Any, libraries: set[str] = _LIBRARIES) -> bool:
    """Whether a function, class or module is of a library."""
    module = thing.__name__ if isinstance(thing, ModuleType) else thing.__module__ or "builtins"
    # What is made in Python is nobody's but the user's, who ran it in a namespace that has no name.
    made = isinstance(thing, FunctionType) or (isinstance(thing, type) and thing.__flags__ & _IN_PYTHON)
    return module.partition(".")[0] in libraries and not (module == "builtins" and made)
