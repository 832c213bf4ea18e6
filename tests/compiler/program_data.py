"""What random programs are called with and what they return: nested batches, their rows, and numbers in structures."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd import Value

if __package__:
    from .program_modules import Draw
else:
    from program_modules import Draw


def drawn(made: Any, rows: int, chance: random.Random) -> Any:
    """A batch of an argument."""
    if isinstance(made, Draw):
        size = (rows, *made.shape)
        count = math.prod(size)
        if made.below:
            return np.array([chance.randrange(made.below) for _ in range(count)]).reshape(size)
        grid = chance.random() < 0.3
        numbers = [chance.choice(range(-8, 9)) / 4 if grid else chance.uniform(-2, 2) for _ in range(count)]
        return np.array(numbers, float).reshape(size)
    return nested(lambda member: drawn(member, rows, chance), made, Draw)


def nested(function: Callable[[Any], Any], made: Any, end: type) -> Any:
    """A function of every end in dicts, tuples and lists."""
    if isinstance(made, end):
        return function(made)
    if isinstance(made, dict):
        return {key: nested(function, member, end) for key, member in made.items()}
    members = [nested(function, member, end) for member in made]
    return type(made)(*members) if hasattr(made, "_fields") else type(made)(members)


def rows_of(batch: dict[str, Any], rows: Sequence[int]) -> dict[str, Any]:
    """Some rows of a batch of arguments."""
    return {name: nested(lambda array: array[rows], member, np.ndarray) for name, member in batch.items()}


def row_of(batch: Any, row: int, leaf: Callable[[float], Any] = Value) -> Any:
    """One sample of a batch: whole numbers as they are, others as leaves."""

    def sample(array: Any) -> Any:
        if array.dtype.kind == "i":
            return array[row].tolist()
        return lifted(array[row].tolist(), leaf)

    return nested(sample, batch, np.ndarray)


def lifted(numbers: Any, leaf: Callable[[float], Any]) -> Any:
    return leaf(numbers) if isinstance(numbers, float) else [lifted(member, leaf) for member in numbers]


# Numbers


def data_of(result: Any) -> float:
    """The number of a Value or number."""
    return float(result.data if isinstance(result, Value) else result)


def numbers_of(result: Any, of_one: Callable[[Any], Any] = data_of) -> Any:
    """What a function returned, as numbers: lists that nest regularly as arrays, other structures as they are."""
    if isinstance(result, dict):
        return {key: numbers_of(member, of_one) for key, member in result.items()}
    if isinstance(result, np.ndarray):
        result = result.tolist()
    if not isinstance(result, list | tuple):
        return of_one(result)
    members = [numbers_of(member, of_one) for member in result]
    is_regular = not any(isinstance(member, dict | list | tuple) for member in members)
    if hasattr(result, "_fields"):
        return type(result)(*members)
    if is_regular and len(set(map(np.shape, members))) == 1:
        return np.array(members)
    return type(result)(members)


def flat(numbers: Any) -> list[float]:
    """All numbers of a nesting."""
    if isinstance(numbers, dict):
        return [n for member in numbers.values() for n in flat(member)]
    if isinstance(numbers, list | tuple):
        return [n for member in numbers for n in flat(member)]
    return np.ravel(numbers).tolist()


def leaves_of(thing: Any, kind: type = Value) -> list[Any]:
    """The Values, or others of a kind, in lists of lists."""
    return [thing] if isinstance(thing, kind) else [leaf for member in thing for leaf in leaves_of(member, kind)]
