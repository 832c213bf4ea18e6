"""What programs call: NumPy, the table read with arrays, and a few functions of their own.

The table's functions take their operands and then the array that the result goes to.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, cast

import numpy as np

from ....namespaces import ARRAYS, positions
from ....primitives import TABLE, Primitive
from ....primitives.own import Own
from ...plan.instructions import Guard
from ...plan.patterns import Index
from ...plan.ragged import Filled
from ...squares import squares
from ..base import OffPath
from .tapes import gather_steps


def _strided(array: Any, base: int, counts: tuple[int, ...], strides: tuple[int, ...], batched: bool) -> Any:
    """Positions of the last axis as nested loops."""
    step = array.strides[-1]
    lead = array.shape[:1] if batched else ()
    lead_strides = array.strides[:1] if batched else ()
    return np.lib.stride_tricks.as_strided(
        array[..., base:], lead + counts, lead_strides + tuple(step * stride for stride in strides)
    )


def _stepped(
    array: Any, start: tuple[int, int], counts: tuple[int, ...], rows: tuple[int, ...], places: tuple[int, ...]
) -> Any:
    """Positions of the last two axes as nested loops, each of which goes on so many rows and places."""
    *lead, by_row, by_place = array.strides
    strides = [row * by_row + place * by_place for row, place in zip(rows, places, strict=True)]
    return np.lib.stride_tricks.as_strided(
        array[..., start[0] :, start[1] :], (*array.shape[: len(lead)], *counts), (*lead, *strides)
    )


def _log_sum_exp(view: Any, out: Any) -> None:
    largest = np.maximum.reduce(view, axis=-1, keepdims=True)
    np.add(largest[..., 0], _above(view - largest)[..., 0], out=out)


def _log_softmax_of_runs(view: Any, out: Any) -> None:
    np.subtract(view, np.maximum.reduce(view, axis=-1, keepdims=True), out=out)
    out -= _above(out)


def _sums_from(view: Any, starts: Index, out: Any) -> None:
    """Sums of the last axis from each start to before the next."""
    np.add.reduceat(view, starts, axis=-1, out=out)


def _ragged_log_sum_exp(groups: Sequence[Filled], view: Any, out: Any) -> None:
    for group in groups:
        made = np.empty((*view.shape[:-1], len(group.runs)), out.dtype)
        _log_sum_exp(_filled(view, group, -np.inf), made)
        out[..., group.runs] = made


def _ragged_log_softmax(groups: Sequence[Filled], view: Any, out: Any) -> None:
    for group in groups:
        filled = _filled(view, group, -np.inf)
        _log_softmax_of_runs(filled, filled)
        out[..., group.places[group.real]] = filled[..., group.real]


def _ragged_softmax_adjoint(groups: Sequence[Filled], given: Any, logs: Any, out: Any) -> None:
    for group in groups:
        filled = _filled(given, group, 0.0), _filled(logs, group, -np.inf)
        made = np.empty(np.broadcast_shapes(*(part.shape for part in filled)), out.dtype)
        _softmax_adjoint(*filled, made)
        out[..., group.places[group.real]] = made[..., group.real]


def _filled(view: Any, group: Filled, nothing: float) -> Any:
    return np.where(group.real, view[..., group.places], np.array(nothing, view.dtype))


def _above(below: Any) -> Any:
    """`namespaces.log_of_exponentials` along the last axis, in less time: the largest is left out by its place."""
    exponentials, length = np.exp(below, order="C"), below.shape[-1]
    largest = below.argmax(axis=-1).ravel()
    largest += np.arange(0, below.size, length)
    exponentials.ravel()[largest] = 0.0
    # A product with ones sums short runs in a third of the time.
    others = exponentials @ _ones(length, exponentials.dtype)
    return np.log1p(others, out=others)


def _softmax_adjoint(given: Any, logs: Any, out: Any) -> None:
    np.multiply(given, np.expm1(logs), out=out)
    shares = np.exp(logs)
    shares *= _sums_of_others(given)
    out += shares
    np.negative(out, out=out)


def _sums_of_others(numbers: Any) -> Any:
    """Along the last axis, without the difference of the whole sum and a number itself, which would cancel."""
    length = numbers.shape[-1]
    if length <= _NARROW:
        return (numbers.reshape(-1, length) @ _all_but_one(length, numbers.dtype)).reshape(numbers.shape)
    sums = np.zeros_like(numbers)
    np.add.accumulate(numbers[..., :-1], axis=-1, out=sums[..., 1:])
    sums[..., :-1] += np.add.accumulate(numbers[..., :0:-1], axis=-1)[..., ::-1]
    return sums


# Up to here a matrix product is the quickest way.
_NARROW = 64


@cache
def _ones(length: int, dtype: Any) -> Any:
    return np.ones((length, 1), dtype)


@cache
def _all_but_one(length: int, dtype: Any) -> Any:
    return (1.0 - np.eye(length)).astype(dtype)


def _put(target: Any, index: Index, source: Any) -> None:
    target[..., index] = source


def _add_to(target: Any, index: Index, source: Any) -> None:
    target[..., index] += source


def _add_at(target: Any, index: Index, source: Any) -> None:
    """Add to positions that may repeat."""
    cast(Any, np.add.at)(target, (..., index), source)


def _rows_at(table: Any, index: Any, out: Any) -> None:
    """Rows of a table."""
    table.take(positions(index, len(table)), axis=0, out=out, mode="clip")


def _places_at(source: Any, places: Any, index: Any, rows: int, starts: Any, out: Any) -> None:
    """Rows of tables whose numbers lie anywhere."""
    chosen = places.take(positions(index, rows) + starts, axis=0, mode="clip")
    if source.ndim == 1:
        source.take(chosen, out=out, mode="clip")
    else:
        out[...] = source[np.arange(len(source))[:, None, None], chosen]


def _add_rows(out: Any, rows: int, *parts: Any) -> None:
    """Zeros, with numbers added to rows: those for one row are summed first, for rows may repeat."""
    out[...] = 0.0
    for index, added, starts in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        places = positions(index, rows) + starts
        if out.ndim == 3:
            samples = np.arange(len(out))[:, None]
            if len(starts) * rows == out.shape[1]:
                out[samples, places] += added  # one for each table: none repeats
            else:
                cast(Any, np.add.at)(out, (samples, places), added)
            continue
        places = places.ravel()
        order = places.argsort(kind="stable")
        places = places.take(order)
        firsts = np.flatnonzero(np.concatenate(([True], places[1:] != places[:-1])))
        numbers = added.reshape(-1, out.shape[1]).take(order, axis=0)
        out[places.take(firsts)] += np.add.reduceat(numbers, firsts, axis=0)


def _hold(condition: Any, guard: Guard) -> None:
    """Raise for the first row that takes another branch than the recorded one."""
    differing = np.flatnonzero(condition != guard.truth)
    if len(differing):
        raise OffPath(guard, int(differing[0]))


def _walk(bound: Any, given: Any) -> None:
    bound.run(given)


def _operation(primitive: Primitive) -> Callable[..., Any]:
    """An operation of the table that writes to its last argument."""
    name = primitive.name
    if name in ("maximum", "minimum"):
        # NumPy deprecates a positional third argument of these two.
        ufunc = getattr(np, name)
        return lambda a, b, out: ufunc(a, b, out=out)
    if name == "softplus":
        # One call, which the namespace does not make: with NaN it sets the flag of an invalid operation.
        return lambda a, out: np.logaddexp(a, 0.0, out)
    if name in ("positive_of", "detach"):
        return np.positive
    function: Callable[..., Any] | None = getattr(ARRAYS, name, None) or getattr(np, name, None)
    if function is None or primitive.arity is None:
        return _by_its_rule(primitive)
    return function


def function_of(primitive: Primitive) -> Callable[..., Any]:
    """An operation, of the table or a user's, that writes to its last argument."""
    return _by_its_rule(primitive) if isinstance(primitive, Own) else RUNTIME[primitive.name]


def _by_its_rule(primitive: Primitive) -> Callable[..., Any]:
    return lambda *operands: np.copyto(operands[-1], primitive.rule(ARRAYS, *operands[:-1]))


def _own(function: Callable[..., Any], *operands: Any) -> None:
    function(*operands)


RUNTIME: dict[str, Any] = {
    "np": np,
    "empty": np.empty,
    "matmul": np.matmul,
    "add_reduce": np.add.reduce,
    "squares": squares,
    "copyto": np.copyto,
    "take": np.take,
    "strided": _strided,
    "stepped": _stepped,
    "gather_steps": gather_steps,
    "loop": lambda bound: bound.run(),
    "log_sum_exp": _log_sum_exp,
    "log_softmax_of_runs": _log_softmax_of_runs,
    "softmax_adjoint": _softmax_adjoint,
    "sums_from": _sums_from,
    "ragged_log_sum_exp": _ragged_log_sum_exp,
    "ragged_log_softmax_of_runs": _ragged_log_softmax,
    "ragged_softmax_adjoint": _ragged_softmax_adjoint,
    "put": _put,
    "add_to": _add_to,
    "add_at": _add_at,
    "rows_at": _rows_at,
    "places_at": _places_at,
    "add_rows": _add_rows,
    "hold": _hold,
    "walk": _walk,
    "own": _own,
    **{name: _operation(primitive) for name, primitive in TABLE.items()},
}
"""The names that a program finds."""
