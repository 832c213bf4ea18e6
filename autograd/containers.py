"""Containers: numbers in lists, tuples, dicts and arrays, taken out and put back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, islice
from math import prod
from typing import Any, NamedTuple

import numpy as np

from .errors import OperandError, ShapeError
from .labels import Label
from .reals import REAL, as_float
from .structure import Block, Branch, Leaf, Tree, branch, leaves_of, parts, rebuilt
from .text import shown
from .value import Value


class Part(NamedTuple):
    """A number in containers: itself, what the user would write for it, and its index in an array."""

    thing: Any
    place: str
    axes: tuple[int, ...] = ()

    @property
    def label(self) -> Label:
        """What it is called in errors."""
        return Label(self.place.replace("'", ""), "", ",".join(map(str, self.axes)))


_NUMBER = Leaf("")


def read(thing: Any, place: str, whose: str) -> tuple[Tree, list[Part]]:
    """The containers of something, and the numbers in it: Values or floats."""
    found: list[Part] = []
    try:
        return _taken_apart(thing, place, whose, found), found
    except RecursionError:
        raise OperandError(f"{whose}: expected nested containers as {place}, got one that holds itself") from None


def _taken_apart(thing: Any, place: str, whose: str, found: list[Part]) -> Tree:
    if isinstance(thing, Value):
        found.append(Part(thing, place))
        return _NUMBER
    if isinstance(thing, REAL) and not isinstance(thing, bool | np.bool_):
        found.append(Part(as_float(thing, place), place))
        return _NUMBER
    if isinstance(thing, list | tuple | Mapping):
        return branch(thing, tuple([_taken_apart(part, at, whose, found) for at, part in parts(thing, place)]))
    if hasattr(thing, "__array__") and not isinstance(thing, np.ma.MaskedArray):
        array = np.asarray(thing)
        if array.dtype.kind in "fiu":
            array = array.astype(float)
        if array.dtype.kind in "fO":
            members = zip(np.ndindex(array.shape), array.ravel().tolist(), strict=True)
            for index, member in members:
                if _taken_apart(member, f"{place}{[*index] or ''}", whose, found) is not _NUMBER:
                    raise OperandError(f"{whose}: expected numbers in {place}, got {type(member).__name__} at {index}")
                found[-1] = Part(found[-1].thing, place, index)
            return Block(array.shape)
    raise OperandError(
        f"{whose}: expected numbers, or arrays, lists, tuples and dicts of them, as {place}, got "
        f"{type(thing).__name__} {thing!r:.40}; what is not to be differentiated by goes by name, or beside argnums"
    )


def together(tree: Tree, numbers: Iterator[Any], live: bool, as_arguments: bool = False) -> Any:
    """Numbers in the containers of a tree: arrays of floats, or of Values."""

    def array(shape: tuple[int, ...]) -> Any:
        made = np.empty(shape, dtype=object if live else float)
        for place, number in enumerate(islice(numbers, made.size)):
            made.flat[place] = number
        return made[()] if as_arguments and not shape else made

    leaves = (array(leaf.shape) if isinstance(leaf, Block) else next(numbers) for leaf in leaves_of(tree))
    return rebuilt(tree, leaves)


def crossed(outer: Tree, inner: Tree, matrix: np.ndarray[Any, Any]) -> Any:
    """A matrix, a row for each number of `outer` and a column for each of `inner`, in containers within containers.

    Where either is an array, so is their block of the matrix, of the shape of the one followed by that of the other.
    """

    def blocks(leaf: Leaf | Block, rows: np.ndarray[Any, Any]) -> Any:
        parts = zip(leaves_of(inner), np.split(rows, ends(leaves_of(inner)), axis=1), strict=False)
        shaped = [(part.reshape(_shape(leaf) + _shape(other)), leaf is other is _NUMBER) for other, part in parts]
        return rebuilt(inner, (block.item() if is_number else block for block, is_number in shaped))

    return rebuilt(outer, map(blocks, leaves_of(outer), np.split(matrix, ends(leaves_of(outer)))))


def ends(trees: Iterable[Tree]) -> list[int]:
    """Where the numbers of each of several trees end, if those of one stand behind those of the other."""
    return [*accumulate(sum(prod(_shape(leaf)) for leaf in leaves_of(tree)) for tree in trees)]


def _shape(leaf: Leaf | Block) -> tuple[int, ...]:
    return leaf.shape if isinstance(leaf, Block) else ()


def matched(things: Sequence[Any], trees: Sequence[Tree], names: Sequence[str], like: str) -> list[Any]:
    """The numbers of things that must be in certain containers."""
    found = []
    for thing, tree, name in zip(things, trees, names, strict=True):
        came, numbers = read(thing, name, "a product with the Jacobian")
        if came != tree:
            raise ShapeError(f"{name}: expected {_shape_of(tree)} {like}, got {_shape_of(came)}")
        found += [part.thing for part in numbers]
    return found


def _shape_of(tree: Tree) -> str:
    """Containers, for an error."""
    if isinstance(tree, Branch):
        what = f"keys {', '.join(map(repr, tree.keys))}" if tree.keys else f"{len(tree.members)} members"
        return shown(f"a {tree.kind.__name__} of {what}")
    return f"an array of shape {tree.shape}" if isinstance(tree, Block) else "a number"
