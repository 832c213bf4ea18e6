"""What a module returns for one sample: its shape, its numbers, and which targets go with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from autograd import Value
from autograd.errors import OperandError
from autograd.reals import REAL

from ..data import targets_of
from .samples import Samples, samples_of

Shape = tuple[int, ...]


def shape_of_outputs(returned: Any) -> Shape | None:
    """() of one Value, (n,) of a list of n, longer of lists of lists; None of what is no regular nesting of them."""
    if isinstance(returned, (Value, *REAL)):
        return ()
    if not isinstance(returned, list | tuple | np.ndarray) or not len(returned):
        return None
    shapes = [shape_of_outputs(member) for member in returned]
    return None if None in shapes or len(set(shapes)) > 1 else (len(shapes), *(shapes[0] or ()))


def numbers_in(returned: Any) -> Any:
    """The numbers of what a module returned, in the structure that they came in."""
    if isinstance(returned, Value):
        return returned.data
    if isinstance(returned, Mapping):
        return {name: numbers_in(member) for name, member in returned.items()}
    if isinstance(returned, list | tuple | np.ndarray):
        return [numbers_in(member) for member in returned]
    if isinstance(returned, REAL):
        return float(returned)
    raise _refusal(returned)


def checked_outputs(returned: Any) -> Any:
    """What a module returned for a sample, unless that is nothing; a cost of somebody's own may take what it likes."""
    if returned is None:
        raise _refusal(returned)
    return returned


def _refusal(returned: Any) -> OperandError:
    came = "None; is a return missing?" if returned is None else type(returned).__name__
    return OperandError(f"net(x): expected it to return Values, or lists or dicts of them, got {came}")


def stacked(rows: list[Any]) -> Any:
    """The numbers of all rows as an array, or a dict of arrays, with the rows first."""
    if isinstance(rows[0], Mapping):
        return {name: stacked([row[name] for row in rows]) for name in rows[0]}
    return np.array(rows)


def targets_for(name: str, given: Any, outputs: Shape | None, samples: int, strict: bool) -> Samples:
    """Targets of samples, one for each.

    Parameters
    ----------
    name : str
    given : array-like
        Those of a list of n outputs are rows of n numbers, or classes, which become rows of zeros with a one; of one
        output numbers; of everything else, and of targets of another shape, arrays as they are, in which whole numbers
        stay whole, and dicts and tuples of arrays: they are for a cost that takes them.
    outputs : tuple of int or None
        See `shape_of_outputs`.
    samples : int
    strict : bool
        Whether those of a list have to be rows of as many.

    Raises
    ------
    ShapeError, OperandError, ArgumentError
        If they are no numbers, or not as many as the samples.
    """
    array = samples_of(name, given, samples, "targets")
    if not isinstance(array, np.ndarray):
        return array
    fits = array.ndim == 1 or array.shape[1:] in ((1,), outputs)
    if outputs is not None and len(outputs) == 1 and (strict or fits):
        return targets_of(name, array, outputs[0], samples)
    return array.reshape(samples) if outputs == () and array.shape[1:] == (1,) else array
