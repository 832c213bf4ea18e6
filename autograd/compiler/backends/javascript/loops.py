"""Loops in JavaScript: steps that repeat are a loop around what their body does."""

from __future__ import annotations

from functools import partial

from ...plan.instructions import Ref
from ...plan.loop import Loop
from .instructions import written
from .scope import Element, Scope, added, loop, named, times


@written.register
def _loop(made: Loop, scope: Scope) -> list[str]:
    body, step = made.body, scope.fresh("s")
    states = [scope.buffer(array.size) for array in body.states]
    nexts = [scope.buffer(array.size) for array in body.states]
    inside = Scope(scope)
    for array, name in zip(body.states, states, strict=True):
        inside.put(array, named(name))
    for array, own in zip(body.each, made.each, strict=True):
        inside.put(array, _shifted(scope, own, times(array.size, step)))
    for array, own in zip(body.same, made.same, strict=True):
        inside.put(array, _shifted(scope, own, ""))
    begun = [line for name, first in zip(states, made.first, strict=True) for line in _copied(name, first, scope)]
    tape = scope.compute(made.out)
    computed = [line for own in body.instructions for line in written(own, inside)]
    moved = [line for name, own in zip(nexts, body.nexts, strict=True) for line in _copied(name, own, inside)]
    moved += [f"{name}.set({following});" for name, following in zip(states, nexts, strict=True)]
    head = f"let {step} = 0; {step} < {made.steps}; {step} += 1"
    if made.backwards:
        head = f"let {step} = {made.steps - 1}; {step} >= 0; {step} -= 1"
    before, after = (step, f"{step} + 1")[:: -1 if made.backwards else 1]
    return [
        *begun,
        f"for ({head}) {{",
        *_kept(made, inside, tape, True, before),
        *computed,
        *_kept(made, inside, tape, False, step),
        *moved,
        *_kept(made, inside, tape, True, after),
        "}",
    ]


def _copied(name: str, read: Ref, scope: Scope) -> list[str]:
    return loop("t", read.size, lambda t: [f"{name}[{t}] = {scope.element(read, t)};"])


def _shifted(scope: Scope, read: Ref, start: str) -> Element:
    """The elements of what stands outside of the loop, from a position on."""
    return lambda position: scope.element(read, added(start, position))


def _kept(made: Loop, inside: Scope, tape: str, is_state: bool, row: str) -> list[str]:
    """Lines that put the numbers of some parts on the tape, in a row of each; of the last alone, where there is one."""
    lines = []
    for part, start in zip(made.parts, made.starts(), strict=False):
        if part.is_state == is_state:
            size = part.array.size
            begin = added(str(start), "" if part.last else times(size, row))
            lines += loop("t", size, partial(_put, inside, tape, begin, Ref(part.array)))
    return lines


def _put(inside: Scope, tape: str, begin: str, read: Ref, t: str) -> list[str]:
    return [f"{tape}[{added(begin, t)}] = {inside.element(read, t)};"]
