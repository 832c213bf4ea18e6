"""Lowering: what the table calls one operation, as the operations that NumPy does best."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ...plan.builder import Builder
from ...plan.instructions import Instruction, Map, Ref, mapped
from ...plan.plan import Plan


def with_shared_exponentials(plan: Plan, dtype: np.dtype[Any]) -> Plan:
    """The plan in which a sigmoid and its derivative share what is expensive, the exponential.

    With e = exp(z), the sigmoid is a = e / (1 + e) and its derivative a / (1 + e).
    Unlike a (1 - a) this cancels nowhere, and it takes no longer.
    """
    of = {name: [made for made in plan.instructions if _is(made, name)] for name in ("sigmoid", "sigmoid_prime")}
    sigmoids = {_operand(made): made for made in of["sigmoid"]}
    shared = {_operand(made) for made in of["sigmoid_prime"]} & sigmoids.keys()
    if not shared:
        return plan
    builder = Builder(plan.arrays)
    divisors: dict[Any, Ref] = {}
    for made in plan.instructions:
        slope = _is(made, "sigmoid_prime")
        if not (slope or _is(made, "sigmoid")) or (key := _operand(made)) not in shared:
            builder.instructions.append(made)
            continue
        a = sigmoids[key].out
        if key not in divisors:
            # Not infinity, of which the quotient would be NaN.
            e = builder.map("minimum", builder.map("exp", made.reads[0]), float(np.finfo(dtype).max))
            divisors[key] = builder.map("add", e, 1.0)
            builder.instructions.append(mapped(a, "divide", e, divisors[key]))
        if slope:
            builder.instructions.append(mapped(made.out, "divide", Ref(a), divisors[key]))
    return replace(plan, instructions=builder.instructions, arrays=builder.arrays)


def _is(made: Instruction, name: str) -> bool:
    return isinstance(made, Map) and made.name == name and bool(made.reads)


def _operand(made: Instruction) -> Any:
    """Equal for operations of the same z."""
    return made.reads[0].key
