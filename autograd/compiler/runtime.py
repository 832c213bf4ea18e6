"""What generated programs call: NumPy, the table read with arrays, and a few functions of their own."""

from __future__ import annotations

from typing import Any, cast

import numpy as np

from ..errors import GuardError
from ..namespaces import ARRAYS
from ..primitives import TABLE
from .patterns import Index


def _strided(array: Any, base: int, counts: tuple[int, ...], strides: tuple[int, ...], batched: bool) -> Any:
    """Positions of the last axis as nested loops."""
    step = array.strides[-1]
    flat = array[..., base:]
    lead = array.shape[:1] if batched else ()
    lead_strides = array.strides[:1] if batched else ()
    return np.lib.stride_tricks.as_strided(flat, lead + counts, lead_strides + tuple(step * s for s in strides))


def _logsumexp(view: Any, axes: tuple[int, ...], out: Any) -> None:
    largest = view.max(axis=axes, keepdims=True)
    shifted = view - largest
    np.exp(shifted, out=shifted)
    np.add.reduce(shifted, axis=axes, out=out)
    np.log(out, out=out)
    out += largest.reshape(out.shape)


def _add_at(target: Any, index: Index, source: Any) -> None:
    """Add to positions of the last axis that may repeat."""
    cast(Any, np.add.at)(target, (Ellipsis, index), source)


def _guard(condition: Any, truth: float, comparison: str, line: str, first_row: int) -> None:
    """Raise for the first row that takes another branch than the recorded one."""
    differing = np.flatnonzero(np.asarray(condition) != truth)
    if len(differing):
        raise GuardError(
            f"row {first_row + int(differing[0])} takes another branch than the recorded sample: {comparison} was "
            f"{bool(truth)} when the function was recorded, at {line}; use where(condition, a, b), maximum or relu"
        )


def _product(spec: str, left: Any, right: Any, out: Any, a: Any, b: Any, shape: tuple[int, int]) -> None:
    """A contraction as one matrix product where its axes merge without a copy of the result."""
    target = out.reshape(shape)
    if np.may_share_memory(target, out):
        np.matmul(a(left), b(right), out=target)
    else:
        np.einsum(spec, left, right, out=out)


RUNTIME: dict[str, Any] = {
    "np": np,
    "matmul": np.matmul,
    "add_reduce": np.add.reduce,
    "vdot": np.vdot,
    "copyto": np.copyto,
    "take": np.take,
    "strided": _strided,
    "logsumexp": _logsumexp,
    "add_at": _add_at,
    "guard": _guard,
    "product": _product,
    **{
        name: getattr(ARRAYS, name) if hasattr(ARRAYS, name) else getattr(np, name, None)
        for name in TABLE
        if name not in ("weighted_sum", "total", "logsumexp", "detach")
    },
    "positive_of": np.positive,
    "detach": np.positive,
}
"""The names that a program finds."""
