"""The plan: a small list of array instructions, in single assignment.

The plan is data: nothing here knows how it came about (`lift`, `differentiate`)
or how it is run (`backends`). `interpret` says what it means, `validate` when it
is well formed, `equations` tells it.
"""

from __future__ import annotations

from dataclasses import dataclass

from .equations import equations
from .instructions import Array, Instruction, Ref
from .patterns import affine


@dataclass(frozen=True, eq=False, repr=False)
class Plan:
    """Instructions that compute `output`, and in a gradient's plan also `cost` and its `gradient`.

    Attributes
    ----------
    instructions : list of Instruction
    arrays : list of Array
        Inputs, parameters, constants and what is computed; an array's number is its place.
    parameters : Array
        Not batched; its `source` says which of the recording's each is.
    output : Ref
        What the function returns for each sample.
    cost : Ref, optional
        One position, the mean of the output over the batch.
    gradient : Ref, optional
        The derivative of `cost` by each of `parameters`.
    known : int
        How many of the parameters have their place from an earlier recording.
    """

    instructions: list[Instruction]
    arrays: list[Array]
    parameters: Array
    output: Ref
    cost: Ref | None = None
    gradient: Ref | None = None
    known: int = 0

    @property
    def results(self) -> list[Ref]:
        """The output, and where there are the cost and the gradient."""
        return [result for result in (self.output, self.cost, self.gradient) if result is not None]

    def count(self, kind: type[Instruction]) -> int:
        """How many instructions are of a kind."""
        return sum(isinstance(instruction, kind) for instruction in self.instructions)

    @property
    def gathers(self) -> int:
        """How many refs are no strided view, so that running the plan copies numbers one by one."""
        refs = [read for instruction in self.instructions for read in instruction.reads]
        return sum(read.index is not None and affine(read.index) is None for read in refs)

    def equations(self, all: bool = False) -> str:
        """The plan as equations: all of them, or of very many the first and the last, as ``print(plan)`` tells them."""
        return equations(self, None) if all else equations(self)

    def __str__(self) -> str:
        return self.equations()

    __repr__ = __str__
