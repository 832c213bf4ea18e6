"""Pruned: loops without the parts of their tapes that nobody reads, and without what only those are computed from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..labels import Label
from .plan.instructions import Array, Instruction, Operand, Ref, ref, rewritten
from .plan.loop import Body, Loop, Part
from .plan.patterns import Index
from .plan.plan import Plan


def pruned(loop: Loop, reads: Sequence[Ref]) -> tuple[Loop, Index]:
    """A loop for those who read its tape, and where the positions that they read are now.

    Parameters
    ----------
    loop : Loop
    reads : sequence of Ref
        All that is read of its tape.
    """
    is_read = np.zeros(loop.out.size, dtype=np.bool_)
    for read in reads:
        is_read[slice(None) if read.index is None else read.index] = True
    moved, parts, size = np.zeros(loop.out.size, dtype=np.intp), list[Part](), 0
    positions = np.flatnonzero(is_read)
    for part, start, stop in zip(loop.parts, loop.starts(), loop.starts()[1:], strict=False):
        own = positions[(positions >= start) & (positions < stop)]
        if not len(own):
            continue
        only = _last(loop, part)
        first = start + only * part.array.size
        last = part.last or bool((own >= first).all() and (own < first + part.array.size).all())
        start = first if last and not part.last else start
        stop = start + part.array.size if last else stop
        moved[start:stop] = np.arange(size, size + stop - start)
        size += stop - start
        parts.append(replace(part, last=last))
    labels = loop.out.labels
    out = replace(loop.out, size=size, labels=_labels(labels, moved, positions, size) if any(labels) else [])
    return _without_waste(replace(loop, out=out, parts=tuple(parts))), moved


def _last(loop: Loop, part: Part) -> int:
    """Which row of a part the last step writes."""
    if part.last:
        return 0
    time = 0 if loop.backwards else loop.steps - 1
    return loop.after(time) if part.is_state else time


def _labels(labels: Sequence[Label | None], moved: Index, read: Index, size: int) -> list[Label | None]:
    found: list[Label | None] = [None] * size
    for old in read.tolist():
        found[moved[old]] = labels[old]
    return found


def _without_waste(loop: Loop) -> Loop:
    """The loop with what of its body its parts need."""
    body = loop.body
    needed = {part.array.number for part in loop.parts}
    following = dict(zip((array.number for array in body.states), body.nexts, strict=True))
    while True:
        found = needed | {following[number].array.number for number in needed if number in following}
        for made in reversed(body.instructions):
            if made.out.number in found:
                found.update(read.array.number for read in made.reads)
        if found == needed:
            break
        needed = found
    if len(needed) == len(body.arrays):
        return loop
    new: dict[int, Array] = {}
    for array in body.arrays:
        if array.number in needed:
            new[array.number] = replace(array, number=len(new))

    def moved(operand: Operand) -> Operand:
        return replace(operand, array=new[operand.array.number]) if isinstance(operand, Ref) else operand

    def chosen(reads: Sequence[Ref], arrays: Sequence[Array]) -> tuple[Ref, ...]:
        return tuple(read for read, array in zip(reads, arrays, strict=True) if array.number in new)

    made_anew: list[Instruction] = [
        replace(rewritten(made, moved), out=new[made.out.number])
        for made in body.instructions
        if made.out.number in new
    ]
    given = [tuple(new[a.number] for a in own if a.number in new) for own in (body.states, body.each, body.same)]
    states, each, same = given
    nexts = tuple(map(moved, chosen(body.nexts, body.states)))
    return replace(
        loop,
        body=Body(tuple(new.values()), tuple(made_anew), states, nexts, each, same),  # type: ignore[arg-type]  # refs stay refs
        first=chosen(loop.first, body.states),
        each=chosen(loop.each, body.each),
        same=chosen(loop.same, body.same),
        parts=tuple(replace(part, array=new[part.array.number]) for part in loop.parts),
    )


def moved_reads(plan: Plan, moved: dict[int, tuple[Array, Index]]) -> Plan:
    """The plan that reads tapes where their positions are now; `moved` has the new array and places by its number."""
    if not moved:
        return plan

    def rewrite(operand: Operand) -> Operand:
        if not isinstance(operand, Ref) or operand.array.number not in moved:
            return operand
        array, place = moved[operand.array.number]
        return ref(array, place if operand.index is None else place[operand.index])

    arrays = [moved[array.number][0] if array.number in moved else array for array in plan.arrays]
    instructions = [rewritten(made, rewrite) for made in plan.instructions]
    output, cost, gradient = (
        None if read is None else rewrite(read) for read in (plan.output, plan.cost, plan.gradient)
    )
    return replace(plan, instructions=instructions, arrays=arrays, output=output, cost=cost, gradient=gradient)  # type: ignore[arg-type]
