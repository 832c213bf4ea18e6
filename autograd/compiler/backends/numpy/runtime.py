"""What programs call: NumPy, the table read with arrays, and a few functions of their own.

The table's functions take their operands and then the array that the result goes to.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np

from ....namespaces import ARRAYS
from ....primitives import TABLE, Primitive
from ...plan.instructions import Guard
from ...plan.patterns import Index
from ..base import OffPath


def _strided(array: Any, base: int, counts: tuple[int, ...], strides: tuple[int, ...], batched: bool) -> Any:
    """Positions of the last axis as nested loops."""
    step = array.strides[-1]
    lead = array.shape[:1] if batched else ()
    lead_strides = array.strides[:1] if batched else ()
    return np.lib.stride_tricks.as_strided(
        array[..., base:], lead + counts, lead_strides + tuple(step * stride for stride in strides)
    )


def _log_sum_exp(view: Any, axes: tuple[int, ...], out: Any) -> None:
    largest = view.max(axis=axes, keepdims=True)
    shifted = view - largest
    np.exp(shifted, out=shifted)
    np.add.reduce(shifted, axis=axes, out=out)
    np.log(out, out=out)
    out += largest.reshape(out.shape)


def _put(target: Any, index: Index, source: Any) -> None:
    target[..., index] = source


def _add_to(target: Any, index: Index, source: Any) -> None:
    target[..., index] += source


def _add_at(target: Any, index: Index, source: Any) -> None:
    """Add to positions that may repeat."""
    cast(Any, np.add.at)(target, (..., index), source)


def _hold(condition: Any, guard: Guard) -> None:
    """Raise for the first row that takes another branch than the recorded one."""
    differing = np.flatnonzero(condition != guard.truth)
    if len(differing):
        raise OffPath(guard, int(differing[0]))


def _operation(primitive: Primitive) -> Callable[..., Any]:
    """An operation of the table that writes to its last argument."""
    name = primitive.name
    if name in ("maximum", "minimum"):
        # NumPy deprecates a positional third argument of these two.
        ufunc = getattr(np, name)
        return lambda a, b, out: ufunc(a, b, out=out)
    if name in ("positive_of", "detach"):
        return np.positive
    function: Callable[..., Any] | None = getattr(ARRAYS, name, None) or getattr(np, name, None)
    if function is None or primitive.arity is None:
        return lambda *operands: np.copyto(operands[-1], primitive.rule(ARRAYS, *operands[:-1]))
    return function


RUNTIME: dict[str, Any] = {
    "np": np,
    "empty": np.empty,
    "matmul": np.matmul,
    "add_reduce": np.add.reduce,
    "vdot": np.vdot,
    "copyto": np.copyto,
    "take": np.take,
    "strided": _strided,
    "log_sum_exp": _log_sum_exp,
    "put": _put,
    "add_to": _add_to,
    "add_at": _add_at,
    "hold": _hold,
    **{name: _operation(primitive) for name, primitive in TABLE.items()},
}
"""The names that a program finds."""
