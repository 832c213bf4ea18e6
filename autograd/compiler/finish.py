"""Finish: what no result needs is left out, and guards stand right behind their comparisons."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from .plan.instructions import Guard, Instruction
from .plan.plan import Plan


def finished(plan: Plan) -> Plan:
    """The plan with the instructions that its results and guards need.

    A guard comes before what relies on it, so that no branch is computed for a row that does not take it.
    """
    guards: dict[int, list[Instruction]] = defaultdict(list)
    for instruction in plan.instructions:
        if isinstance(instruction, Guard):
            guards[instruction.read.array.number].append(instruction)
    needed = {result.array.number for result in plan.results} | guards.keys()
    kept: list[Instruction] = []
    for instruction in reversed(plan.instructions):
        if instruction.out.number in needed and not isinstance(instruction, Guard):
            kept += [*guards.pop(instruction.out.number, []), instruction]
            needed.update(read.array.number for read in instruction.reads)
    # Those left compare what is given and not computed.
    kept += [guard for own in guards.values() for guard in own]
    return replace(plan, instructions=kept[::-1])
