"""Walks in JAX: a loop that takes a step each time around, so that XLA compiles each operation once, however many
steps there are."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from ...plan.patterns import Index
from ...plan.walk import Operation, Steps, WalkBack
from .faults import fault
from .namespace import JAX_ARRAYS


def tape_of(steps: Steps, given: Any) -> Any:
    """All that a walk computes, shape (size, samples), of what it is given, shape (given, samples)."""
    samples, dtype = given.shape[1:], given.dtype
    branches = [_branch(operation, samples, dtype) for operation in steps.operations]
    codes, places = jnp.asarray(steps.codes, np.int32), jnp.asarray(steps.operands, np.int32)

    def step(k: Any, tape: Any) -> Any:
        made = lax.switch(codes[k], branches, tape[places[k]])
        return lax.dynamic_update_index_in_dim(tape, made, steps.given + k, 0)

    start = jnp.concatenate([given, jnp.zeros((steps.count, *samples), dtype)])
    return lax.fori_loop(0, steps.count, step, start)


def _branch(operation: Operation, samples: tuple[int, ...], dtype: Any) -> Any:
    def made(operands: Any) -> Any:
        result = operation.rule(JAX_ARRAYS, [operands[i] for i in range(operation.arity)])
        return jnp.broadcast_to(result, samples).astype(dtype)

    return made


def faults_of_tape(steps: Steps, tape: Any) -> Iterator[Any]:
    """Where steps met a pole or hide a NaN: arrays of bool, shape (samples,)."""
    for code, operation in enumerate(steps.operations):
        (own,) = np.nonzero(steps.codes == code)
        operands = [tape[places] for places in _operands(steps, own, operation)]
        found = fault(operation.primitive, tape[steps.given + own], [*operands, *operation.numbers])
        if found is not None:
            yield found.any(axis=0)


def _operands(steps: Steps, own: Index, operation: Operation) -> list[Any]:
    return [steps.operands[own, i] for i in range(operation.arity)]


def derivative(back: WalkBack, tape: Any, seeds: Any) -> tuple[Any, Any]:
    """The derivative by what was given, shape (given, samples), and where a partial is not finite, shape (samples,)."""
    steps = back.steps
    partials, sources, targets, unfit = [], [], [], []
    for code, operation in enumerate(steps.operations):
        for index in range(operation.arity):
            taken = (steps.codes == code) & back.active[steps.given :] & back.active[steps.operands[:, index]]
            (own,) = np.nonzero(taken)
            if operation.is_flat(index) or not len(own):
                continue
            operands = [tape[places] for places in _operands(steps, own, operation)]
            result = tape[steps.given + own]
            partial = operation.partial(JAX_ARRAYS, index, result, operands)
            partial = jnp.broadcast_to(partial, result.shape).astype(tape.dtype)
            finite = reduce(jnp.logical_and, map(jnp.isfinite, operands), jnp.isfinite(result))
            unfit.append((finite & ~jnp.isfinite(partial)).any(axis=0))
            partials.append(partial)
            sources.append(steps.given + own)
            targets.append(steps.operands[own, index])
    if not partials:
        return jnp.zeros((steps.given, *tape.shape[1:]), tape.dtype), jnp.zeros(tape.shape[1:], bool)
    source, target = np.concatenate(sources), np.concatenate(targets)
    factor = jnp.concatenate(partials)
    start = jnp.zeros_like(tape).at[back.seeded].set(seeds)
    adjoints = _passed_on(source, target, factor, steps.given, start)
    (last,) = np.nonzero(target < steps.given)
    handed = factor[last] * adjoints[source[last]]
    out = jnp.zeros((steps.given, *tape.shape[1:]), tape.dtype).at[target[last]].add(handed)
    return out, reduce(jnp.logical_or, unfit)


def _passed_on(source: Index, target: Index, factor: Any, given: int, adjoints: Any) -> Any:
    """The adjoints of all steps, from those of the places that are read elsewhere."""
    (between,) = np.nonzero(target >= given)
    order = between[np.argsort(-source[between], kind="stable")]
    if not len(order):
        return adjoints
    sources, targets, at = (jnp.asarray(numbers, np.int32) for numbers in (source[order], target[order], order))

    def step(k: Any, adjoints: Any) -> Any:
        return adjoints.at[targets[k]].add(factor[at[k]] * adjoints[sources[k]])

    return lax.fori_loop(0, len(order), step, adjoints)
