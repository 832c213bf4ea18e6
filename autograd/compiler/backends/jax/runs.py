"""Runs: sums, log softmaxes and their like along the last axis, of runs of one length or of several."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from ...plan.instructions import LogSumExp, Sum
from ...plan.ragged import Filled, OfRuns, Ragged, filled_up
from ...plan.shares import LogSoftmax, SoftmaxAdjoint
from .moves import read
from .namespace import log_of_exponentials


def of_runs(made: OfRuns | Ragged, reads: Sequence[Any]) -> Any:
    """What an instruction makes of runs, of the numbers that it reads, each with the positions as its last axis."""
    if isinstance(made, Ragged):
        return _ragged(made, reads)
    runs = [numbers.reshape(*numbers.shape[:-1], -1, made.length) for numbers in reads]
    found = _KINDS[type(made)](*runs)
    return found.reshape(*found.shape[: runs[0].ndim - 2], -1) if found.ndim == runs[0].ndim else found


def _ragged(made: Ragged, reads: Sequence[Any]) -> Any:
    """Each run filled up with what changes nothing; then what is no filling is read again."""
    parts, places, sources, start = [], [], [], 0
    for group in filled_up(made.lengths):
        filled = [_filled(numbers, group, n) for numbers, n in zip(reads, _NOTHING[made.kind], strict=True)]
        found = _KINDS[made.kind](*filled)
        parts.append(found if made.reduces else found.reshape(*found.shape[:-2], -1))
        places.append(group.runs if made.reduces else group.places[group.real])
        sources.append(start + (np.arange(len(group.runs)) if made.reduces else np.flatnonzero(group.real)))
        start += parts[-1].shape[-1]
    order = np.argsort(np.concatenate(places))
    return read(jnp.concatenate(parts, axis=-1), np.concatenate(sources)[order])


def _filled(numbers: Any, group: Filled, nothing: float) -> Any:
    there = read(numbers, group.places.ravel()).reshape(*numbers.shape[:-1], *group.real.shape)
    return jnp.where(group.real, there, nothing)


def _logsumexp(runs: Any) -> Any:
    largest = runs.max(axis=-1)
    return largest + log_of_exponentials(runs - largest[..., None], axis=-1)


def _log_softmax(runs: Any) -> Any:
    below = runs - runs.max(axis=-1, keepdims=True)
    return below - log_of_exponentials(below, axis=-1)[..., None]


def _softmax_adjoint(given: Any, logs: Any) -> Any:
    nothing = jnp.zeros_like(given[..., :1])
    before = jnp.cumsum(jnp.concatenate([nothing, given[..., :-1]], axis=-1), axis=-1)
    after = jnp.cumsum(jnp.concatenate([nothing, given[..., :0:-1]], axis=-1), axis=-1)[..., ::-1]
    return -jnp.expm1(logs) * given - jnp.exp(logs) * (before + after)


_KINDS: dict[type[OfRuns], Callable[..., Any]] = {
    Sum: lambda runs: runs.sum(axis=-1),
    LogSumExp: _logsumexp,
    LogSoftmax: _log_softmax,
    SoftmaxAdjoint: _softmax_adjoint,
}
_NOTHING: dict[type[OfRuns], tuple[float, ...]] = {
    Sum: (0.0,),
    LogSumExp: (-np.inf,),
    LogSoftmax: (-np.inf,),
    SoftmaxAdjoint: (0.0, -np.inf),
}
"""What runs are filled up with, for each operand."""
