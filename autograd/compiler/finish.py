"""Finish: what no result needs is left out, and guards stand right behind their comparisons."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from .plan.instructions import Array, Guard, Instruction, Ref
from .plan.loop import Loop
from .plan.patterns import Index
from .plan.plan import Plan
from .pruned import moved_reads, pruned


def finished(plan: Plan) -> Plan:
    """The plan with the instructions that its results and guards need.

    A guard comes before what relies on it, so that no branch is computed for a row that does not take it.
    """
    guards: dict[int, list[Instruction]] = defaultdict(list)
    for instruction in plan.instructions:
        if isinstance(instruction, Guard):
            guards[instruction.read.array.number].append(instruction)
    reads: dict[int, list[Ref]] = defaultdict(list)
    for read in (*plan.results, *(guard.reads[0] for own in guards.values() for guard in own)):
        reads[read.array.number].append(read)
    kept: list[Instruction] = []
    moved: dict[int, tuple[Array, Index]] = {}
    for instruction in reversed(plan.instructions):
        number = instruction.out.number
        if number in reads and not isinstance(instruction, Guard):
            if isinstance(instruction, Loop):
                instruction, places = pruned(instruction, reads[number])
                moved[number] = instruction.out, places
            kept += [*guards.pop(number, []), instruction]
            for read in instruction.reads:
                reads[read.array.number].append(read)
    # Those left compare what is given and not computed.
    kept += [guard for own in guards.values() for guard in own]
    return moved_reads(replace(plan, instructions=kept[::-1]), moved)
