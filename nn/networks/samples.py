"""Samples: an array with the samples first, or a dict or tuple of such arrays, which are taken by rows together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from autograd.errors import ShapeError
from autograd.structure import Leaf, Tree, branch, is_structure, parts, rebuilt
from autograd.text import shown

from ..data import numbers_of
from ..frames import array_of

Array = npt.NDArray[Any]
Samples = Any
"""An array, or a dict or tuple of samples, all as many."""

_LEAF = Leaf("")


def samples_of(name: str, given: Any, count: int | None = None, what: str = "rows") -> Samples:
    """`given` as arrays of finite numbers, the samples first, `count` of them if that is given.

    Integers stay what they are. A dict, and a tuple that holds arrays, remain what they are. An error calls what there
    is for each sample what `what` says.

    Raises
    ------
    ShapeError, OperandError, ArgumentError
        As `numbers_of`; also if there is no sample, or there are others than `count`, or than in the first array.
    """
    if isinstance(given, Mapping) or (isinstance(given, tuple) and is_structure(given)):
        if not given:
            raise ShapeError(f"{name}: expected at least one array, got an empty {type(given).__name__}")
        members = []
        for place, part in parts(given, name):
            members.append(samples_of(place, part, count, what))
            count = counted(members[0])
        return rebuilt(branch(given, (_LEAF,) * len(members)), iter(members))
    array = array_of(name, given)
    array = np.ascontiguousarray(array) if array.dtype.kind in "iub" else numbers_of(name, array)
    if count is not None and len(array) != count:
        raise ShapeError(f"{name}: expected {count} {what}, one for each sample, got {len(array)}")
    if not array.size:
        raise ShapeError(f"{name}: expected at least one sample, got shape {array.shape}")
    return array


def arrays_in(samples: Samples) -> Iterator[Array]:
    """The arrays, in order."""
    if isinstance(samples, np.ndarray):
        yield samples
    else:
        for _, part in parts(samples, ""):
            yield from arrays_in(part)


def _tree(samples: Samples) -> Tree:
    if isinstance(samples, np.ndarray):
        return _LEAF
    return branch(samples, tuple(_tree(part) for _, part in parts(samples, "")))


def each(function: Callable[[Array], Any], samples: Samples) -> Any:
    """What a function makes of each array, in its place."""
    return rebuilt(_tree(samples), map(function, arrays_in(samples)))


def counted(samples: Samples) -> int:
    """How many samples there are."""
    return len(next(arrays_in(samples)))


def taken(samples: Samples, rows: Any) -> Samples:
    """Some of the samples: those rows of each array."""
    return samples[rows] if isinstance(samples, np.ndarray) else each(lambda array: array[rows], samples)


def listed(samples: Samples) -> list[Any]:
    """Sample after sample: numbers and nested lists of them, in dicts and tuples as they came."""
    tree, columns = _tree(samples), [array.tolist() for array in arrays_in(samples)]
    return columns[0] if tree is _LEAF else [rebuilt(tree, iter(sample)) for sample in zip(*columns, strict=True)]


def form_of(samples: Samples) -> str:
    """The shape of a sample in words: ``"4 numbers"``, ``"{left: 4 numbers, right: an array of shape (4, 2)}"``."""
    if isinstance(samples, np.ndarray):
        shape = samples.shape[1:]
        return f"{shape[0]} numbers" if len(shape) == 1 else f"an array of shape {shape}" if shape else "a number"
    if isinstance(samples, Mapping):
        return shown(f"{{{', '.join(f'{name}: {form_of(part)}' for name, part in samples.items())}}}")
    return f"({', '.join(map(form_of, samples))})"
