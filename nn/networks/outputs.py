"""What a module returns for one sample: its shape, its numbers, and which targets go with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd import Value
from autograd.compiler.results import arranged, outputs_of, told
from autograd.errors import ShapeError
from autograd.reals import REAL
from autograd.structure import Tree
from autograd.value import number_of

from ..calls import predicted_by
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


def predicted(module: Any, rows: Sequence[Any]) -> Any:
    """What a module returns for each sample, one after the other, in the structure of a compiled program's results.

    Raises
    ------
    ShapeError
        If it returns another structure for one sample than for another.
    """
    numbers: list[list[float]] = []
    trees: list[Tree] = []
    for row in rows:
        values, tree = outputs_of(predicted_by(module, row))
        if trees and tree != trees[0]:
            raise ShapeError(
                f"{type(module).__name__}(x): expected the same kind of result for every sample, got {told(tree)} in "
                f"row {len(trees)} and {told(trees[0])} before; return the same nesting for all"
            )
        trees.append(tree)
        numbers.append([*map(number_of, values)])
    return arranged(np.array(numbers), trees[0])


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
