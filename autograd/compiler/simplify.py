"""Simplify: the same numbers in fewer steps, and factors where there are fewer numbers to multiply.

A rule takes an instruction and gives what else computes its result; what that alone reads may be taken apart.
Factors are moved only where they are `modest`: others may overflow in another order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from .finish import finished
from .plan.instructions import Array, BatchSum, Instruction, Map, Operand, Product, Ref, Scale, Sum, mapped, modest
from .plan.loop import Loop
from .plan.plan import Plan

Instead = list[Instruction] | None
"""What computes the result instead, the last of them in its place."""


def simplified(plan: Plan) -> Plan:
    """The plan in which no rule finds anything to do."""
    work = _Work(finished(plan))
    for made in work.plan.instructions:
        work.add(made)
    return replace(work.plan, instructions=work.instructions, arrays=work.arrays)


class _Work:
    """The instructions so far, what made each result, and how often it is read."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.arrays = plan, list(plan.arrays)
        self.instructions: list[Instruction] = []
        self._makers: dict[int, Instruction] = {}
        self._quotients: dict[Any, Array] = {}
        self._uses = Counter(read.array.number for made in plan.instructions for read in made.reads)
        self._uses.update(result.array.number for result in plan.results)

    def add(self, made: Instruction) -> None:
        """Add an instruction, or what a rule puts in its place."""
        for rule in RULES.get(type(made), ()):
            instead = rule(made, self)
            if instead is not None:
                self._uses.update(read.array.number for one in instead for read in one.reads)
                self._unread(made)
                for one in instead:
                    self.add(one)
                return
        self.instructions.append(made)
        self._makers[made.out.number] = made
        if isinstance(made, Map) and made.name == "divide":
            self._quotients.setdefault(made.key, made.out)

    def quotient(self, a: Operand, b: Operand) -> Ref | None:
        """``a / b`` where it is there already and somebody reads it."""
        found = self._quotients.get(mapped(self.plan.parameters, "divide", a, b).key)
        return Ref(found) if found is not None and self._uses[found.number] else None

    def _unread(self, made: Instruction) -> None:
        """What an instruction reads is read once less, and so on where nobody else reads it."""
        for read in made.reads:
            number = read.array.number
            self._uses[number] -= 1
            if not self._uses[number] and number in self._makers:
                self._unread(self._makers[number])

    def array(self, size: int, batched: bool) -> Array:
        """A new array."""
        self.arrays.append(Array(len(self.arrays), size, batched))
        return self.arrays[-1]

    def scaled(self, factor: Scale, read: Ref) -> Map:
        """The instruction for a product with a number, in a new array."""
        return mapped(self.array(read.size, read.array.batched), "multiply", _number(factor), read)

    def is_tape(self, read: Ref) -> bool:
        """Whether a loop made what is read: its steps' numbers lie behind one another, and are best summed first."""
        return isinstance(self._makers.get(read.array.number), Loop)

    def alone(self, operand: Operand, indexed: bool = False) -> Instruction | None:
        """What made an operand that is read once, whole unless `indexed`, and has no name that readers know."""
        if not isinstance(operand, Ref) or not (indexed or operand.index is None):
            return None
        array = operand.array
        if self._uses[array.number] != 1 or array.meaning is not None or any(array.labels):
            return None
        return self._makers.get(array.number)


def _factor(made: Instruction | None) -> tuple[Scale, Ref] | None:
    """A modest number and what is multiplied by it."""
    if not isinstance(made, Map) or made.name != "multiply" or len(made.reads) != 1:
        return None
    number = next(one for one in made.arguments if not isinstance(one, Ref))
    scale = number if isinstance(number, Scale) else Scale(number)
    return (scale, made.reads[0]) if modest(scale.factor) else None


def _number(scale: Scale) -> float | Scale:
    return scale if scale.power else scale.factor


def _fewer(read: Ref, array: Array) -> bool:
    """Whether there are fewer numbers than in an array of a result."""
    return read.size < array.size or (array.batched and not read.array.batched)


# The rules


def quotient(made: Map, work: _Work) -> Instead:
    """``a * (1 / b)`` is ``a / b``; and ``a * (c / b)`` is ``(a / b) * c`` where that quotient is there."""
    if made.name != "multiply":
        return None
    for one, other in (made.arguments, made.arguments[::-1]):
        maker = work.alone(other)
        if not isinstance(maker, Map) or maker.name != "divide":
            continue
        dividend, divisor = maker.arguments
        if dividend == 1.0 and isinstance(divisor, Ref) and isinstance(one, Ref) and not _fewer(divisor, made.out):
            return [mapped(made.out, "divide", one, divisor)]
        known = work.quotient(one, divisor)
        if known is not None and known.array is not maker.out and isinstance(dividend, Ref):
            return [mapped(made.out, "multiply", known, dividend)]
    return None


def difference(made: Map, work: _Work) -> Instead:
    """``a + -1 * b`` is ``a - b``, and ``a - -1 * b`` is ``a + b``."""
    if made.name not in ("add", "subtract"):
        return None
    a, b = made.arguments
    for one, other in ((a, b), (b, a))[: 2 if made.name == "add" else 1]:
        found = _factor(work.alone(other))
        if found is not None and found[0] == Scale(-1.0):
            return [mapped(made.out, "subtract" if made.name == "add" else "add", one, found[1])]
    return None


def together(made: Map, work: _Work) -> Instead:
    """A number times a number times a is one product; a number times ``a * b`` goes to a where that is smaller."""
    outer = _factor(made)
    if outer is None:
        return None
    scale, read = outer
    maker = work.alone(read)
    inner = _factor(maker)
    if inner is not None:
        product = scale * inner[0]
        return [mapped(made.out, "multiply", _number(product), inner[1])] if modest(product.factor) else None
    if isinstance(maker, Map) and maker.name == "multiply" and len(maker.reads) == 2:
        for one, other in (maker.reads, maker.reads[::-1]):
            if _fewer(one, made.out):
                first = work.scaled(scale, one)
                return [first, mapped(made.out, "multiply", Ref(first.out), other)]
    return None


def outwards(made: Sum | BatchSum, work: _Work) -> Instead:
    """The sum of a number times a is that number times the sum."""
    found = _factor(work.alone(made.read, indexed=True))
    if found is None:
        return None
    scale, read = found
    read = read if made.read.index is None else read.at(made.read.index)
    first = replace(made, out=work.array(made.out.size, made.out.batched), read=read)
    return [first, mapped(made.out, "multiply", _number(scale), Ref(first.out))]


def out_of_a_product(made: Product, work: _Work) -> Instead:
    """A matrix product of a number times A, where it has fewer numbers than A, is that number times the product."""
    for place, operand in enumerate(made.operands):
        found = _factor(work.alone(operand, indexed=True))
        if found is None or not _fewer(Ref(made.out), operand.array):  # type: ignore[union-attr]  # a product's are refs
            continue
        scale, read = found
        index = operand.index  # type: ignore[union-attr]
        operands = [*made.operands]
        operands[place] = read if index is None else read.at(index)
        first: Any = replace(made.with_operands(operands), out=work.array(made.out.size, made.out.batched))
        return [first, mapped(made.out, "multiply", _number(scale), Ref(first.out))]
    return None


def batch_first(made: BatchSum, work: _Work) -> Instead:
    """The sum over the samples of sums of runs is the sum of runs of the sums over the samples."""
    maker = work.alone(made.read)
    if not isinstance(maker, Sum) or not maker.read.array.batched or work.is_tape(maker.read):
        return None
    read, index = maker.read, None
    if read.index is not None and read.size == read.array.size:
        read, index = Ref(read.array), read.index
    first = BatchSum(work.array(read.size, False), read)
    return [first, Sum(made.out, Ref(first.out, index), maker.length)]


RULES: dict[type[Instruction], tuple[Callable[[Any, _Work], Instead], ...]] = {
    Map: (quotient, difference, together),
    Sum: (outwards,),
    BatchSum: (outwards, batch_first),
    Product: (out_of_a_product,),
}
"""By the kind of instruction, in the order in which they are tried."""
