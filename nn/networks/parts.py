"""Parts: attributes and lists of which every change leaves a mark: a network sees at once that it is as it was.

A network's programs are of its layers, neurons and Values as they are. To look at each of them before every use would
take longer than a small network computes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from autograd.compiler.tables import KINDS

T = TypeVar("T")

mark = object()
"""Another object after every change, of whatever network: what was looked at since is as it was."""


def _changed() -> None:
    global mark
    mark = object()


class Watched:
    """What leaves a mark whenever an attribute of its is set or deleted."""

    def __setattr__(self, name: str, thing: Any) -> None:
        super().__setattr__(name, thing)
        _changed()

    def __delattr__(self, name: str) -> None:
        super().__delattr__(name)
        _changed()


class Parts(list[T]):
    """A list that leaves a mark whenever it is changed."""


def _marking(name: str) -> Callable[..., Any]:
    method = getattr(list, name)

    def marking(self: Any, *given: Any, **named: Any) -> Any:
        try:
            return method(self, *given, **named)
        finally:
            _changed()

    marking.__name__ = name
    return marking


for _name in (
    *("__setitem__", "__delitem__", "__iadd__", "__imul__"),
    *("append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"),
):
    setattr(Parts, _name, _marking(_name))

# A live index finds in it what it finds in a list.
KINDS[Parts] = KINDS[list]
