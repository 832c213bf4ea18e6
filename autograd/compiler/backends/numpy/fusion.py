"""Fusion: a cost that is a sum over the whole batch, found among the instructions and computed by one call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from ...plan.instructions import ONE, BatchSum, Instruction, Map, Ref, Scale, Sum
from ...plan.plan import Plan


@dataclass(frozen=True)
class SummedCost:
    """A cost ``factor * sum(a)`` or, if `squared`, ``factor * sum(a**2)``, over all samples and positions.

    Attributes
    ----------
    read : Ref
        What is summed.
    instead_of : tuple of Instruction
        The instructions that need not run, in the plan's order.
    """

    read: Ref
    squared: bool
    factor: Scale
    instead_of: tuple[Instruction, ...]


def summed_cost(plan: Plan) -> SummedCost | None:
    """The cost as one sum, where it is one and nothing else reads what it is made of.

    Such a cost ends in ``power(a, 2)``, `Sum`, `BatchSum` and ``multiply`` by a
    scale, of which the first, second and last may be missing.
    """
    if plan.cost is None:
        return None
    makers = {instruction.out.number: instruction for instruction in plan.instructions}
    uses = Counter(read.array.number for instruction in plan.instructions for read in instruction.reads)
    uses.update(result.array.number for result in (plan.cost, plan.gradient) if result is not None)
    found: list[Instruction] = []

    def step(read: Ref, is_step: Callable[[Instruction], bool]) -> Ref:
        """What lies before `read` if an instruction of the kind made it for this reader alone, else `read` itself."""
        maker = makers.get(read.array.number)
        if maker is None or read.index is not None or uses[read.array.number] > 1 or not is_step(maker):
            return read
        found.insert(0, maker)
        return maker.reads[0]

    before = step(plan.cost, _is_scaling)
    factor = ONE
    if found:
        factor = next(_scale(operand) for operand in found[0].operands if not isinstance(operand, Ref))
    terms = step(before, lambda maker: isinstance(maker, BatchSum))
    if terms is before:
        return None
    terms = step(terms, lambda maker: isinstance(maker, Sum))
    base = step(terms, _is_square)
    return SummedCost(base, base is not terms, factor, tuple(found))


def _scale(operand: float | Scale) -> Scale:
    return operand if isinstance(operand, Scale) else Scale(operand)


def _is_scaling(maker: Instruction) -> bool:
    return isinstance(maker, Map) and maker.name == "multiply" and len(maker.reads) == 1 and maker.reads[0].size == 1


def _is_square(maker: Instruction) -> bool:
    if not isinstance(maker, Map) or len(maker.reads) != 1:
        return False
    if maker.name != "square" and (maker.name != "power" or maker.arguments[1] != 2.0):
        return False
    (base,) = maker.reads
    return (base.size, base.array.batched) == (maker.out.size, maker.out.batched)
