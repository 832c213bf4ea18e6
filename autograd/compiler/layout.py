"""Layout: the parameters in the order in which they are read, so that weights are views and not gathered."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .plan.instructions import Operand, Ref, ref, rewritten
from .plan.patterns import Index
from .plan.plan import Plan


def laid_out(plan: Plan) -> Plan:
    """The plan with its parameters ordered by first use, but for the first `plan.known`, which stay."""
    old = plan.parameters
    order = _by_first_use(plan)
    if (order == np.arange(old.size)).all():
        return plan
    new = replace(old, source=old.source[order], labels=[old.labels[i] for i in order])
    position = np.empty(old.size, dtype=np.intp)
    position[order] = np.arange(old.size)

    def moved(operand: Operand) -> Operand:
        if not isinstance(operand, Ref) or operand.array is not old:
            return operand
        return ref(new, position if operand.index is None else position[operand.index])

    output = moved(plan.output)
    assert isinstance(output, Ref)
    return replace(
        plan,
        instructions=[rewritten(instruction, moved) for instruction in plan.instructions],
        arrays=[new if array is old else array for array in plan.arrays],
        parameters=new,
        output=output,
    )


def _by_first_use(plan: Plan) -> Index:
    everything = np.arange(plan.parameters.size)
    reads = [read for i in plan.instructions for read in i.reads if read.array is plan.parameters]
    uses = [everything[: plan.known], *(everything if read.index is None else read.index for read in reads), everything]
    order = np.concatenate(uses)
    return order[np.sort(np.unique(order, return_index=True)[1])]
