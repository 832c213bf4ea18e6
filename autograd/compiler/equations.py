"""Equations: a plan as the text that a student recognises from the document."""

from __future__ import annotations

from .plan import Plan


def equations(plan: Plan) -> str:
    """The plan's instructions, one equation a line."""
    return "\n".join(
        f"t{i.out.number} = {i.op} {i.detail if not isinstance(i.detail, tuple) else ''} "
        + ", ".join(f"t{o.array.number}[{o.size}]" if hasattr(o, "array") else str(o) for o in i.operands)
        for i in plan.instructions
    )
