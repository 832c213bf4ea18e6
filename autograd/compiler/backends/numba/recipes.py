"""Recipes: what a step of a walk computes, as elementwise instructions on what every step has elsewhere.

The partials of the table are read so that they emit instructions, as when a plan is differentiated. An instruction is
the address of its kernel, how many operands it has, and for its result and each operand a slot: its kind and which.
"""

from __future__ import annotations

from ....primitives import ADD
from ...emitting import EMITTING, Scaled
from ...plan.builder import Builder
from ...plan.instructions import Map, Operand, Ref
from ...plan.walk import Operation
from . import elementwise
from .memory import Memory

RESULT, OPERAND, ADJOINT, ADJOINT_OF_OPERAND, BETWEEN, NUMBER = range(6)
"""The step's result, one of its operands, the adjoint of either, a row for what is computed on the way, or a number."""

Slot = tuple[int, int]


class Recipe:
    """Instructions of a step in the making.

    Attributes
    ----------
    words : list of int
        The instructions.
    between : int
        How many rows there are for what is computed on the way.
    most : int
        How many operands an instruction has at most.
    """

    def __init__(self, memory: Memory, arity: int) -> None:
        self._memory = memory
        self._builder = Builder()
        arrays = [self._builder.array(1, True) for _ in range(2 * arity + 2)]
        self.result, self.adjoint = Ref(arrays[0]), Ref(arrays[1])
        self.operands = [Ref(array) for array in arrays[2 : 2 + arity]]
        self.adjoints = [Ref(array) for array in arrays[2 + arity :]]
        self._slots: dict[int, Slot] = {arrays[0].number: (RESULT, 0), arrays[1].number: (ADJOINT, 0)}
        self._slots |= {read.array.number: (OPERAND, k) for k, read in enumerate(self.operands)}
        self._slots |= {read.array.number: (ADJOINT_OF_OPERAND, k) for k, read in enumerate(self.adjoints)}
        self.words: list[int] = []
        self.between = 0
        self.most = 1

    def forth(self, operation: Operation) -> None:
        """Make it that of a step's result."""
        self._add(Map(self.result.array, operation.primitive, (*self.operands, *operation.numbers)))

    def back(self, operation: Operation, index: int) -> None:
        """Make it that which adds to the adjoint of an operand."""
        builder = self._builder
        given = [Scaled(builder, read) for read in self.operands]
        partial = operation.partial(EMITTING, index, Scaled(builder, self.result), given)
        handed = (Scaled(builder, self.adjoint) * partial).operand()
        for made in builder.instructions:
            assert isinstance(made, Map)
            self._slots[made.out.number] = (BETWEEN, self.between)
            self.between += 1
            self._add(made)
        target = self.adjoints[index]
        self._add(Map(target.array, ADD, (target, handed)))

    def _add(self, made: Map) -> None:
        self.words += [elementwise.address(made.primitive, made.arguments, self._memory.dtype)(), len(made.arguments)]
        for operand in (Ref(made.out), *made.arguments):
            self.words += self._slot(operand)
        self.most = max(self.most, len(made.arguments))

    def _slot(self, operand: Operand) -> Slot:
        if isinstance(operand, Ref):
            return self._slots[operand.array.number]
        return NUMBER, self._memory.number(operand).start.fixed
