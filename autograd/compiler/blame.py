"""Blame: the operation, operands and row that first made a non-finite number."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from ..adjoints import gradient
from ..errors import DomainError, NonFiniteError, PositionError
from ..graph import topological_order
from ..modes import by_sample, with_grad
from ..sentences import named, non_finite
from ..sources import Place, line_of
from ..structure import Leaf, in_values
from ..value import Value, number_of
from ..watching import noting_lines
from .indexing import indexable
from .results import outputs_of
from .whole import Whole


class Caught(Exception):  # noqa: N818  # a signal between versions and their caller, never shown to a user
    """The function catches domain errors at lines where that was not known."""


def blame(
    function: Callable[..., Any],
    leaves: Sequence[Leaf],
    parameters: Sequence[Value],
    batch: Sequence[Any],
    row_numbers: Any,
    wants_gradient: bool,
    caught: set[Place],
) -> tuple[list[list[float]], list[float]]:
    """Run `function` row by row with Values and raise for the first that goes wrong.

    Lines at which the function turns out to catch domain errors are added to `caught`.

    Returns
    -------
    outputs, slopes
        What the rows give, and the mean of their gradients, where all are finite after all:
        a branch that `where` did not choose may have an infinite slope.

    Raises
    ------
    Caught
        If there are new ones: the function has paths that are not known.
    DomainError
        As the eager engine does, with the row.
    NonFiniteError
        For the operation that made NaN or infinity from finite operands.
    """
    rows: list[list[float]] = []
    mean = [0.0] * len(parameters)
    with indexable(function, leaves) as ready:
        for row, number in enumerate(row_numbers):
            try:
                values = _values(ready, leaves, [array[row] for array in batch], caught)
                if not all(math.isfinite(number_of(value)) for value in values):
                    _raise_for_first_non_finite(values, number)
                rows.append([*map(number_of, values)])
                if wants_gradient:
                    slopes = _slopes(values[0], parameters, number)
                    # Divided one by one: their sum may overflow where their mean does not.
                    mean = [a + b / len(row_numbers) for a, b in zip(mean, slopes, strict=True)]
            except (DomainError, PositionError) as error:
                raise type(error)(f"row {number}: {error}") from None
    return rows, mean


def _values(
    function: Callable[..., Any], leaves: Sequence[Leaf], sample: Sequence[Any], caught: set[Place]
) -> list[Value]:
    """What the function returns for one sample."""
    arguments = [
        in_values(given.tolist(), leaf, Whole if leaf.integer else Value, [])
        for leaf, given in zip(leaves, sample, strict=True)
    ]
    with noting_lines() as raised, with_grad(), by_sample():
        values, _ = outputs_of(function(*arguments), may_be_constant=True)
    if not caught.issuperset(raised):
        caught.update(raised)
        raise Caught
    return values


def _slopes(cost: Value, parameters: Sequence[Value], row: int) -> list[float]:
    """The gradient of one row's cost."""
    slopes = gradient(cost, parameters)
    for parameter, slope in zip(parameters, slopes, strict=True):
        if not math.isfinite(slope):
            raise NonFiniteError(f"row {row}: the derivative with respect to {named(parameter)} is not finite")
    return slopes


def _raise_for_first_non_finite(outputs: Sequence[Value], row: int) -> None:
    for value in topological_order(outputs):
        if not math.isfinite(number_of(value)) and all(math.isfinite(number_of(o)) for o in value.operands):
            sentence = non_finite(value.primitive, value.operands, number_of(value))
            raise NonFiniteError(f"row {row}: {sentence}{line_of(value)}; scale the inputs or parameters")
