"""Loops in JAX: `lax.scan`, so that XLA compiles a step once, however many there are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
from jax import lax

from ...plan.instructions import Operand
from ...plan.loop import Loop, Part

Step = Callable[[dict[int, Any]], tuple[Callable[[Operand], Any], Any]]
"""Computes a body of what it is given, by the arrays' numbers: what then is read, and whether anything is at fault."""


def tape_of(loop: Loop, read: Callable[[Operand], Any], lead: tuple[int, ...], step: Step) -> tuple[Any, Any]:
    """All that a loop computes, and whether anything in it is at fault.

    Parameters
    ----------
    loop : Loop
    read : callable
        Gives the numbers of an operand of the loop.
    lead : tuple of int
        The lengths of the axes before that of the positions: the samples', or none.
    step : callable
    """
    body, steps = loop.body, loop.steps
    dtype = read(loop.first[0]).dtype
    first = [jnp.broadcast_to(read(own), (*lead, own.size)).astype(dtype) for own in loop.first]
    each = [_by_step(read(own), steps) for own in loop.each]
    same = [read(own) for own in loop.same]
    made = [part for part in loop.parts if not part.is_state]

    def taken(state: list[Any], own: list[Any]) -> tuple[list[Any], Any]:
        numbers = {array.number: given for array, given in zip(body.given, [*state, *own, *same], strict=True)}
        found, fault = step(numbers)
        nexts = [jnp.broadcast_to(found(following), (*lead, following.size)) for following in body.nexts]
        return nexts, (nexts, [numbers[part.array.number] for part in made], fault)

    last, (states, kept, faults) = lax.scan(taken, first, each, length=steps, reverse=loop.backwards)
    rows = dict(zip(map(id, made), kept, strict=True))
    parts = [
        _state(loop, part, first, states, last) if part.is_state else _made(loop, part, rows[id(part)])
        for part in loop.parts
    ]
    return jnp.concatenate(parts, axis=-1), jnp.any(faults)


def _state(loop: Loop, part: Part, first: list[Any], states: list[Any], last: list[Any]) -> Any:
    place = loop.body.states.index(part.array)
    if part.last:
        return last[place]
    begin = first[place][None]
    rows = [states[place], begin] if loop.backwards else [begin, states[place]]
    return _in_a_row(jnp.concatenate(rows))


def _made(loop: Loop, part: Part, rows: Any) -> Any:
    if part.last:
        return rows[0 if loop.backwards else -1]
    return _in_a_row(rows)


def _by_step(numbers: Any, steps: int) -> Any:
    """Numbers of all steps, one step's behind the other's, with the steps as their first axis."""
    return jnp.moveaxis(numbers.reshape(*numbers.shape[:-1], steps, -1), -2, 0)


def _in_a_row(rows: Any) -> Any:
    """The reverse of that."""
    found = jnp.moveaxis(rows, 0, -2)
    return found.reshape(*found.shape[:-2], -1)
