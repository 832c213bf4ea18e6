"""Walks in JAX: a loop that takes a step each time around, so that XLA compiles each operation once, however many
steps there are."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from ...plan.walk import Operation, Steps, WalkBack
from .namespace import JAX_ARRAYS
from .watched import result_and_fault


def tape_of(steps: Steps, given: Any) -> tuple[Any, Any]:
    """All that a walk computes, of what it is given, shape (given, samples).

    Returns
    -------
    tape : array, shape (size, samples)
    faulty : array of bool, shape (samples,)
        Where a step met a pole or hides a NaN.
    """
    samples = given.shape[1:]
    branches = [_forth(operation, samples, given.dtype) for operation in steps.operations]
    codes, places = jnp.asarray(steps.codes, np.int32), jnp.asarray(steps.operands, np.int32)

    def step(k: Any, state: Any) -> Any:
        tape, faulty = state
        made, found = lax.switch(codes[k], branches, _rows(tape, places[k]))
        return lax.dynamic_update_index_in_dim(tape, made, steps.given + k, 0), faulty | found

    start = jnp.concatenate([given, jnp.zeros((steps.count, *samples), given.dtype)])
    tape, faulty = lax.fori_loop(0, steps.count, step, (start, jnp.zeros(samples, bool)))
    return tape, faulty


def _row(numbers: Any, place: Any) -> Any:
    """One place's numbers: XLA slices in no time, and is slow to gather and to scatter."""
    return lax.dynamic_index_in_dim(numbers, place, 0, keepdims=False)


def _rows(numbers: Any, places: Any) -> list[Any]:
    return [_row(numbers, places[i]) for i in range(len(places))]


def _forth(operation: Operation, samples: tuple[int, ...], dtype: Any) -> Callable[[list[Any]], Any]:
    """A step's result, and where it is at fault."""

    def made(rows: list[Any]) -> Any:
        operands = rows[: operation.arity]
        made, found = result_and_fault(operation.primitive, operands, operation.numbers)
        result = jnp.broadcast_to(made, samples).astype(dtype)
        return result, jnp.zeros(samples, bool) if found is None else jnp.broadcast_to(found, samples)

    return made


def derivative(back: WalkBack, tape: Any, seeds: Any) -> tuple[Any, Any]:
    """The derivative by what was given, shape (given, samples), and where a partial is not finite, shape (samples,)."""
    steps, samples = back.steps, tape.shape[1:]
    branches: list[Callable[..., Any]] = []
    kinds, taken = [], []
    for code, operation in enumerate(steps.operations):
        for index in range(operation.arity):
            active = back.active[steps.given :] & back.active[steps.operands[:, index]]
            (own,) = np.nonzero((steps.codes == code) & active)
            if not operation.is_flat(index):
                kinds.append(np.full(len(own), len(branches)))
                taken.append(np.stack([steps.given + own, steps.operands[own, index]], axis=1))
                branches.append(_back(operation, index, samples, tape.dtype))
    adjoints = jnp.zeros_like(tape).at[back.seeded].set(jnp.where(back.active[back.seeded][:, None], seeds, 0))
    edges, faulty = (np.concatenate(taken) if taken else np.zeros((0, 2), int)), jnp.zeros(samples, bool)
    if len(edges):
        order = np.argsort(-edges[:, 0], kind="stable")
        operands = jnp.asarray(steps.operands[edges[order, 0] - steps.given], np.int32)
        kind, ends = jnp.asarray(np.concatenate(kinds)[order], np.int32), jnp.asarray(edges[order], np.int32)

        def step(k: Any, state: Any) -> Any:
            adjoints, faulty = state
            source, target = ends[k, 0], ends[k, 1]
            partial, found = lax.switch(kind[k], branches, _row(tape, source), _rows(tape, operands[k]))
            handed = _row(adjoints, target) + partial * _row(adjoints, source)
            return lax.dynamic_update_index_in_dim(adjoints, handed, target, 0), faulty | found

        adjoints, faulty = lax.fori_loop(0, len(edges), step, (adjoints, faulty))
    return jnp.where(back.active[: steps.given, None], adjoints[: steps.given], 0), faulty


def _back(operation: Operation, index: int, samples: tuple[int, ...], dtype: Any) -> Callable[..., Any]:
    """A step's partial by one operand, and where it is not finite though all that it is made of is."""

    def made(result: Any, rows: list[Any]) -> Any:
        operands = rows[: operation.arity]
        partial = operation.partial(JAX_ARRAYS, index, result, operands)
        partial = jnp.broadcast_to(partial, samples).astype(dtype)
        finite = reduce(jnp.logical_and, map(jnp.isfinite, operands), jnp.isfinite(result))
        return partial, finite & ~jnp.isfinite(partial)

    return made
