"""Finish: guards are added, what no result needs is left out, and the plan is checked."""

from __future__ import annotations

from collections.abc import Sequence

from .equations import common_name
from .lift import Lifted
from .plan import Instruction, Plan, Ref
from .record import Guard


def finished(lifted: Lifted, guards: Sequence[Guard], gradient: Ref | None = None) -> Plan:
    """The validated plan of lifted instructions: the output, the guards and, if given, the gradient."""
    results = [lifted.output] if gradient is None else [lifted.output, gradient]
    checks: dict[int, list[Instruction]] = {}
    for read, guard in zip(lifted.conditions, guards, strict=True):
        nothing = lifted.builder.array(0, read.array.batched)
        detail = (float(guard.truth), guard.comparison, guard.line)
        checks.setdefault(read.array.number, []).append(Instruction("guard", nothing, (read,), detail))
    needed = {result.array.number for result in results} | set(checks)
    kept: list[Instruction] = []
    for instruction in reversed(lifted.builder.instructions):
        if instruction.out.number in needed:
            # A guard stands right behind the comparison, before what relies on it is computed.
            kept += [*checks.get(instruction.out.number, []), instruction]
            needed.update(read.array.number for read in instruction.reads)
    cost = lifted.output.array
    if gradient is not None and cost.kind == "computed" and cost.size == 1 and not common_name(cost.labels):
        cost.name = "C"
    plan = Plan(kept[::-1], lifted.builder.arrays, lifted.parameters, lifted.output, gradient)
    plan.validate()
    return plan
