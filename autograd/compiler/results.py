"""Results: what a function of one sample returned, read as Values; what came of all rows, arranged as that."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import RecordingError
from ..reals import REAL
from ..structure import Block, Branch, Tree, branch, is_named, leaves_of, parts, rebuilt
from ..value import Value, as_value

SCALAR = Block()
_RESULT = "the compiled function's result"


def outputs_of(result: Any, may_be_constant: bool = False) -> tuple[list[Value], Tree]:
    """What a function returned as Values, numbers among them as constants, and the structure that they came in.

    Lists, tuples and arrays that nest regularly are one array; other lists and tuples, named tuples and dicts are
    structures of such arrays.

    Parameters
    ----------
    result : object
    may_be_constant : bool
        Whether numbers alone will do, as from one branch of several.

    Raises
    ------
    RecordingError
        If there is no Value in it, or a container is empty.
    OperandError
        If there is anything in it but numbers and Values.
    """
    if isinstance(result, Value):
        return [result], SCALAR
    found: list[tuple[Any, str]] = []
    try:
        tree = _read(result, _RESULT, found)
    except RecursionError:
        raise RecordingError(f"{_RESULT}: expected nested lists, got one that holds itself") from None
    wanted = REAL if may_be_constant else ()
    if not any(isinstance(thing, (Value, *wanted)) for thing, _ in found):
        came = f"{type(result).__name__} {result!r:.40}" if result is not None else "None; is a return missing?"
        raise RecordingError(
            f"the compiled function: expected it to return a Value, or lists, tuples or dicts of Values, got {came}"
        )
    return [as_value(thing, place) for thing, place in found], tree


def _read(thing: Any, place: str, found: list[tuple[Any, str]]) -> Tree:
    """The structure of a thing; what is no container is put to `found`, with its place."""
    if not isinstance(thing, list | tuple | Mapping | np.ndarray):
        found.append((thing, place))
        return SCALAR
    if not (thing.size if isinstance(thing, np.ndarray) else len(thing)):
        raise RecordingError(f"{place}: expected at least one Value in it, got an empty {type(thing).__name__}")
    if isinstance(thing, np.ndarray):
        found += [(member, f"{place}{list(index) or ''}") for index, member in np.ndenumerate(thing)]
        return Block(thing.shape)
    members = [_read(member, where, found) for where, member in parts(thing, place)]
    first = members[0]
    if isinstance(first, Block) and _is_plain(thing) and members.count(first) == len(members):
        return Block((len(members), *first.shape))
    return branch(thing, tuple(members))


def _is_plain(container: Any) -> bool:
    """Whether a container stands for an axis of an array, if its members are alike."""
    return isinstance(container, list | tuple) and not is_named(type(container))


def arranged(outputs: npt.NDArray[Any], tree: Tree) -> Any:
    """Numbers, the last axis of which holds all outputs, as arrays in the structure that the function returned.

    Parameters
    ----------
    outputs : ndarray, shape (..., n)
    tree : Tree

    Returns
    -------
    ndarray, or a structure of them
        Each of shape (..., *shape of the block).
    """
    if isinstance(tree, Block):
        return outputs.reshape(*outputs.shape[:-1], *tree.shape) if tree.shape else outputs[..., 0]
    blocks = [block for block in leaves_of(tree) if isinstance(block, Block)]
    ends = np.cumsum([math.prod(block.shape) for block in blocks])
    pieces = np.split(outputs, ends[:-1], axis=-1)
    return rebuilt(tree, map(arranged, pieces, blocks))


def told(tree: Tree) -> str:
    """What was returned, for an error."""
    if isinstance(tree, Branch):
        return f"a {tree.kind.__name__} of {len(tree.members)}"
    assert isinstance(tree, Block)
    if not tree.shape:
        return "a Value"
    return f"a list of {tree.shape[0]}" if len(tree.shape) == 1 else f"an array of shape {tree.shape}"
