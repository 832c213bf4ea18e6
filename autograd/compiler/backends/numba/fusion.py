"""Fusion: neighbouring elementwise instructions as one, whose kernel reads and writes memory once.

What comes of it is an operation of a few of the table's, with a kernel of its own: there are few such structures, so
that programs share them. An instruction goes into another only where what is not finite in it shows in the result.
"""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from ....primitives import Primitive
from ...plan.instructions import Array, Instruction, Map, Operand, Ref
from ...plan.loop import Loop
from ...plan.plan import Plan

Structure = Any
"""Operations nested: the number of an operand, or an operation's name and its operands."""

OPERATORS: dict[str, Callable[..., Any]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "negative": operator.neg,
}
_OUTER = frozenset(["add", "subtract", "multiply"])
"""What is not finite where an operand is not."""
_INNER = _OUTER | {"divide"}
_MOST = 3
"""So many operations become one at most."""
_MOST_OPERANDS = 4


@cache
def as_one(structure: Structure) -> Primitive:
    """Operations as one."""

    def rule(ns: Any, *operands: Any) -> Any:
        def value(part: Structure) -> Any:
            if isinstance(part, int):
                return operands[part]
            name, *parts = part
            function: Callable[..., Any] = OPERATORS[name] if name in OPERATORS else getattr(ns, name)
            return function(*map(value, parts))

        return value(structure)

    return Primitive(_name(structure), rule, (), _name(structure))


def _name(structure: Structure) -> str:
    """Its operations, the last first."""
    if isinstance(structure, int):
        return ""
    name, *parts = structure
    return "_".join([name, *filter(None, map(_name, parts))])


@dataclass(frozen=True)
class _Part:
    """An elementwise instruction that may become a part of another."""

    structure: Structure
    operands: tuple[Operand, ...]
    operations: int


def fused(plan: Plan) -> Plan:
    """The plan in which what only one elementwise instruction reads is a part of it."""
    return replace(plan, instructions=_fused(plan.instructions, [result.array for result in plan.results]))


def _fused(made_so_far: Sequence[Instruction], results: Sequence[Array]) -> list[Instruction]:
    uses = Counter(read.array.number for made in made_so_far for read in made.reads)
    uses.update(array.number for array in results)
    parts: dict[int, _Part] = {}
    instructions: list[Instruction] = []
    inside: set[int] = set()
    for made in made_so_far:
        if isinstance(made, Loop):
            wanted = [*(following.array for following in made.body.nexts), *(part.array for part in made.parts)]
            body = replace(made.body, instructions=tuple(_fused(made.body.instructions, wanted)))
            made = replace(made, body=body)
        elif isinstance(made, Map) and made.name in _INNER:
            whole, taken = _joined(made, parts if made.name in _OUTER else {}, uses)
            parts[made.out.number] = whole
            inside |= taken
            if taken:
                made = Map(made.out, as_one(whole.structure), whole.operands)
        instructions.append(made)
    return [made for made in instructions if made.out.number not in inside]


def _joined(made: Map, parts: Mapping[int, _Part], uses: Mapping[int, int]) -> tuple[_Part, set[int]]:
    """An instruction with what it reads among some parts, and the numbers of their arrays."""
    operands: dict[Any, Operand] = {}
    structure: list[Any] = [made.name]
    operations, taken = 1, set[int]()

    def place(operand: Operand) -> int:
        key = operand.key if isinstance(operand, Ref) else operand
        operands.setdefault(key, operand)
        return list(operands).index(key)

    for left, operand in enumerate(made.arguments, start=1 - len(made.arguments)):
        part = _part(operand, made, parts, uses)
        fits = part is not None and operations + part.operations <= _MOST
        if part is None or not fits or len(operands) + len(part.operands) - left > _MOST_OPERANDS:
            structure.append(place(operand))
        else:
            assert isinstance(operand, Ref)
            structure.append(_renumbered(part.structure, [place(own) for own in part.operands]))
            operations += part.operations
            taken.add(operand.array.number)
    return _Part(tuple(structure), tuple(operands.values()), operations), taken


def _part(operand: Operand, made: Map, parts: Mapping[int, _Part], uses: Mapping[int, int]) -> _Part | None:
    """What an operand is made of, where it is read once, as it was made."""
    if not isinstance(operand, Ref) or operand.index is not None or uses[operand.array.number] > 1:
        return None
    array, out = operand.array, made.out
    return parts.get(array.number) if (array.size, array.batched) == (out.size, out.batched) else None


def _renumbered(structure: Structure, numbers: Sequence[int]) -> Structure:
    if isinstance(structure, int):
        return numbers[structure]
    name, *parts = structure
    return (name, *(_renumbered(part, numbers) for part in parts))
