"""Structures: lists, tuples and dicts, nested to any depth, taken apart into their leaves and put together again.

What a compiled function takes and returns is a tree: its branches are containers, its leaves arrays. Back ends
see the leaves alone; the tree, which is compared and hashed by what it holds, says what they belong to.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from .labels import Label
from .value import Value


class Leaf(NamedTuple):
    """An array among the arguments.

    Attributes
    ----------
    name : str
        As the user would write it, such as ``x['a'][1]``.
    integer : bool
        Whether integers or bools were given; programs read them as floats all the same.
    """

    name: str
    integer: bool = False

    @property
    def label(self) -> str:
        """The name without quotes, for the labels of the leaf's inputs."""
        return self.name.replace("'", "")


@dataclass(frozen=True, slots=True)
class Block:
    """An array among the results: its shape without the batch."""

    shape: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Fixed:
    """Something among the arguments that is the same for every row; what is equal may still differ: 0.0 and -0.0."""

    thing: Any = field(compare=False)
    kind: type
    told: str


@dataclass(frozen=True, slots=True)
class Branch:
    """A container.

    Attributes
    ----------
    kind : type
        Of the list, tuple or dict, those with names included.
    members : tuple of Tree
    keys : tuple
        Of a dict, in its order.
    factory : callable, optional
        That of a `defaultdict`.
    """

    kind: type
    members: tuple[Tree, ...]
    keys: tuple[Hashable, ...] = ()
    factory: Hashable = None

    def holding(self, members: list[Any]) -> Any:
        """Such a container of other members."""
        kind: Callable[..., Any] = self.kind
        if issubclass(self.kind, dict):
            made = kind(self.factory) if issubclass(self.kind, defaultdict) else kind()
            for key, member in zip(self.keys, members, strict=True):
                made[key] = member
            return made
        return kind(*members) if is_named(self.kind) else kind(members)


Tree: TypeAlias = Leaf | Block | Fixed | Branch

_NUMBERS = {float, int, bool}


def is_named(kind: type) -> bool:
    """Whether a type is one of named tuples."""
    return issubclass(kind, tuple) and hasattr(kind, "_fields")


def parts(container: Any, name: str) -> list[tuple[str, Any]]:
    """The members of a list, tuple or mapping, each with what the user would write for it."""
    if isinstance(container, Mapping):
        return [(f"{name}[{key!r:.40}]", member) for key, member in container.items()]
    if is_named(type(container)):
        return [(f"{name}.{field}", member) for field, member in zip(container._fields, container, strict=True)]
    return [(f"{name}[{k}]", member) for k, member in enumerate(container)]


def branch(container: Any, members: tuple[Tree, ...]) -> Branch:
    """The branch that stands for a container; a mapping that is no dict becomes one."""
    if isinstance(container, Mapping):
        kind = type(container) if isinstance(container, dict) else dict
        return Branch(kind, members, tuple(container), getattr(container, "default_factory", None))
    return Branch(type(container), members)


def is_structure(thing: Any) -> bool:
    """Whether an argument is a structure of arrays, where it is not an array or what can be made one.

    A dict is. A list or tuple is where there is an array or a dict in it at any depth, a named tuple also where
    there is a list in it; other lists, of numbers and of lists of numbers, are arrays.
    """
    if not isinstance(thing, list | tuple):
        return isinstance(thing, Mapping)
    others = set(map(type, thing)) - _NUMBERS
    if not others:
        return False
    suspects = [member for member in thing if type(member) in others]
    if is_named(type(thing)) and any(isinstance(member, list | tuple) for member in suspects):
        return True
    return any(getattr(member, "ndim", 0) or is_structure(member) for member in suspects)


def holds_values(thing: Any) -> bool:
    """Whether there is a Value in containers, at any depth."""
    waiting, seen = [thing], set()
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, Value):
            return True
        if isinstance(thing, Mapping):
            members = list(thing.values())
        elif isinstance(thing, np.ndarray):
            members = thing.ravel().tolist() if thing.dtype == object else []
        else:
            members = list(thing) if isinstance(thing, list | tuple) else []
        if id(thing) not in seen:
            seen.add(id(thing))
            others = set(map(type, members)) - _NUMBERS
            waiting += [member for member in members if type(member) in others] if others else []
    return False


def leaves_of(tree: Tree) -> Iterator[Leaf | Block]:
    """The leaves, in order."""
    if isinstance(tree, Branch):
        for member in tree.members:
            yield from leaves_of(member)
    elif not isinstance(tree, Fixed):
        yield tree


def rebuilt(tree: Tree, leaves: Iterator[Any]) -> Any:
    """The containers of a tree with other things for its leaves, which are taken in order."""
    if isinstance(tree, Branch):
        return tree.holding([rebuilt(member, leaves) for member in tree.members])
    return tree.thing if isinstance(tree, Fixed) else next(leaves)


def in_values(
    given: Any,
    leaf: Leaf,
    made: Callable[[float, Label], Value],
    into: list[Value],
    at: tuple[int, ...] = (),
) -> Any:
    """A number or nested lists of numbers as Values that bear their indices; they are put to `into`, in order."""
    if isinstance(given, list):
        return [in_values(member, leaf, made, into, (*at, k)) for k, member in enumerate(given)]
    into.append(made(given, Label(leaf.label, "", ",".join(map(str, at)))))
    return into[-1]
