"""Functions and comparisons that stand in a formula by their name or sign."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from ..labels import Label
from ..namespaces import FLOATS
from ..primitives import CBRT, EXP, FLOOR, FLOOR_DIVIDE, SQRT, Primitive
from .expressions import Expression, Name, added
from .notations import Pieces, Unicode
from .written import ATOM, SUM

_FEW = 3
_ROOTS = {SQRT: 2, CBRT: 3}


@dataclass(frozen=True)
class Pi(Expression):
    """The number π."""

    def write(self, notation: Unicode) -> Pieces:
        """The letter."""
        return [notation.pi]

    @property
    def number(self) -> float:
        """It to the digits of a float."""
        return math.pi


@dataclass(frozen=True)
class Call(Expression):
    """A function of the table, or with `primed` its derivative by name, as σ′(z)."""

    primitive: Primitive
    operands: tuple[Expression, ...]
    primed: bool = False

    def write(self, notation: Unicode) -> Pieces:
        """Such as ``σ′(z)``; the absolute value between bars, a root with its sign."""
        if self.primitive is FLOOR_DIVIDE:
            above, below = self.operands
            return notation.call(FLOOR, [(above / below).write(notation)], self.primed)
        inside = [operand.write(notation) for operand in self.operands]
        if self.primitive in _ROOTS:
            return notation.root(inside[0], self.operands[0].level == ATOM, _ROOTS[self.primitive])
        return notation.call(self.primitive, inside, self.primed)

    @property
    def number(self) -> float:
        """The function of the operands' numbers."""
        numbers = [operand.number for operand in self.operands]
        result = self.primitive.rule(FLOATS, *numbers)
        return cast(float, self.primitive.partial(FLOATS, 0, result, numbers) if self.primed else result)

    @property
    def raised(self) -> bool:
        """Whether it has the root's sign."""
        return self.primitive in _ROOTS and not self.primed


@dataclass(frozen=True)
class SumOfExponentials(Expression):
    """The exponentials of many added: over an index where the names differ in theirs alone, else with what is between.

    Only `sum_of_exponentials` makes them: of few, each is written.
    """

    operands: tuple[Expression, ...]

    @property
    def level(self) -> int:
        """That of a sum where it is written as one."""
        return SUM if self._indexed is None else ATOM

    @property
    def _indexed(self) -> Label | None:
        """The name of any of them."""
        labels = [operand.label for operand in self.operands if isinstance(operand, Name)]
        kinds = {(label.base, label.superscript, bool(label.subscript)) for label in labels}
        if len(labels) < len(self.operands) or len(kinds) > 1 or not labels[0].subscript:
            return None
        return Label(labels[0].base, labels[0].superscript, "k")

    def write(self, notation: Unicode) -> Pieces:
        """Such as ``Σ exp(zₖ)``, or ``exp(v₁) + … + exp(v₉)``."""
        if (indexed := self._indexed) is not None:
            return notation.summed(notation.call(EXP, [[notation.label(indexed)]], False), "k")
        first, last = (notation.call(EXP, [self.operands[at].write(notation)], False) for at in (0, -1))
        plus = notation.between(False)
        return [*first, plus, notation.ellipsis, plus, *last]

    @property
    def number(self) -> float:
        """The sum."""
        return math.fsum(FLOATS.exp(operand.number) for operand in self.operands)


def sum_of_exponentials(operands: Sequence[Expression]) -> Expression:
    """The exponentials of all operands added."""
    if len(operands) > _FEW:
        return SumOfExponentials(tuple(operands))
    return added(Call(EXP, (operand,)) for operand in operands)


@dataclass(frozen=True)
class Relation(Expression):
    """A comparison: 1 where it holds, else 0; written in brackets."""

    primitive: Primitive
    left: Expression
    right: Expression

    def bare(self, notation: Unicode) -> Pieces:
        """Such as ``a ≥ b``."""
        return notation.relation(self.primitive, self.left.write(notation), self.right.write(notation))

    def write(self, notation: Unicode) -> Pieces:
        """Such as ``[a ≥ b]``."""
        return notation.case(self.bare(notation), True)

    @property
    def number(self) -> float:
        """1.0 or 0.0."""
        return cast(float, self.primitive.rule(FLOATS, self.left.number, self.right.number))


@dataclass(frozen=True)
class Case(Expression):
    """1 where a condition holds, or where it does not; written in brackets."""

    condition: Expression
    holds: bool

    def write(self, notation: Unicode) -> Pieces:
        """Such as ``[c]``, or ``[not c]``."""
        given = self.condition
        return notation.case(given.bare(notation) if isinstance(given, Relation) else given.write(notation), self.holds)

    @property
    def number(self) -> float:
        """1.0 or 0.0."""
        return 1.0 if bool(self.condition.number) == self.holds else 0.0
