"""How the mathematics of a plan is written, and the few expressions of arrays that formulas of scalars have not.

Precedence, parentheses and signs are those of `autograd.formulas`; nothing is
simplified, for a plan says what is computed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan
from typing import ClassVar

from ...formulas.expressions import Expression, Name, Product, Sum
from ...formulas.notations import Ascii, Piece, Pieces, Unicode, joined
from ...formulas.written import POWER, PRODUCT, as_factor, raised_base
from ...labels import Label
from ...primitives import Primitive


class PlanNotation(Ascii):
    """ASCII as programs have it: ``2/n (a2 - y) * sigma'(z2)``; names are words already."""

    columns = 100
    fences: ClassVar = {"absolute": ("abs(", ")")}

    def label(self, label: Label) -> Piece:
        """A name as it is."""
        return label.base

    def number(self, value: float) -> str:
        """A number of six digits, for a plan is a program."""
        return f"{value or 0.0:g}"

    def sign(self, primitive: Primitive) -> str:
        """The name of a function; sigmoid's is the document's letter."""
        return "sigma" if primitive.symbol == "σ" else super().sign(primitive)

    def case(self, inside: Pieces, holds: bool) -> Pieces:
        """A comparison is a number, in parentheses."""
        return self.enclosed(inside)

    def product(self, coefficient: float, factors: Sequence[Pieces]) -> Pieces:
        """Factors with signs between them; behind a number there is none, as in ``2 x``."""
        told: Pieces = []
        for at, own in enumerate(factors):
            after_number = at and _is_number(factors[at - 1]) and not _is_number(own)
            told += [*([" " if after_number else f" {self.dot} "] if at else []), *own]
        return told or [self.number(coefficient)]

    def fraction(self, above: Pieces, below: Pieces, several: bool) -> Pieces:
        """A quotient."""
        return [*above, " / ", *(self.enclosed(below) if several else below)]


PLAN = PlanNotation()


def _is_number(pieces: Pieces) -> bool:
    return str(pieces[0])[:1].isdigit()


# Expressions


@dataclass(frozen=True)
class Coefficient(Expression):
    """The number ``factor / n ** power`` for a batch of n samples."""

    factor: float
    power: int = 0

    @property
    def is_numeral(self) -> bool:
        """It is."""
        return True

    @property
    def is_negative(self) -> bool:
        """Whether it is below 0."""
        return self.factor < 0

    @property
    def unsigned(self) -> Expression:
        """Its size."""
        return Coefficient(-self.factor, self.power)

    def write(self, notation: Unicode) -> Pieces:
        """Such as ``2/n``."""
        share = {0: "", 1: "/n", -1: " n"}.get(self.power, f"/n^{self.power}")
        return [f"{notation.number(self.factor)}{share}"]


@dataclass(frozen=True)
class Function(Expression):
    """A function that is no operation of the table, such as ``sum`` and ``join``."""

    name: str
    operands: tuple[Expression, ...]

    def write(self, notation: Unicode) -> Pieces:
        """Such as ``join(a, b)``."""
        return [f"{self.name}(", *joined([operand.write(notation) for operand in self.operands], ", "), ")"]


@dataclass(frozen=True)
class Equation(Expression):
    """``left = right``, where several are told on one line."""

    left: Expression
    right: Expression

    def write(self, notation: Unicode) -> Pieces:
        """Such as ``t3[4] = sin(x)``."""
        return [*self.left.write(notation), " = ", *self.right.write(notation)]


@dataclass(frozen=True)
class MatrixProduct(Expression):
    """``left @ right``."""

    left: Expression
    right: Expression

    @property
    def level(self) -> int:
        """That of a product."""
        return PRODUCT

    @property
    def leads(self) -> bool:
        """Always: products of products are read from the left."""
        return True

    def write(self, notation: Unicode) -> Pieces:
        """Such as ``W1 @ x``."""
        return [*as_factor(notation, self.left, first=True), " @ ", *as_factor(notation, self.right)]


@dataclass(frozen=True)
class Transposed(Expression):
    """A matrix with its rows as columns."""

    of: Expression

    def write(self, notation: Unicode) -> Pieces:
        """Such as ``W1'``."""
        return [*raised_base(notation, self.of), notation.prime]


@dataclass(frozen=True)
class Rows(Expression):
    """The rows of a table that an index chooses."""

    of: Expression
    index: Expression

    def write(self, notation: Unicode) -> Pieces:
        """Such as ``E[i]``."""
        return [*raised_base(notation, self.of), "[", *self.index.write(notation), "]"]


@dataclass(frozen=True)
class Placed(Expression):
    """An expression at some positions, and 0 at the others."""

    of: Expression
    places: str

    def write(self, notation: Unicode) -> Pieces:
        """Such as ``(t1 at [0:3])``."""
        return notation.enclosed([*self.of.write(notation), f" at {self.places}"])


def transposed(matrix: Expression) -> Expression:
    """A matrix with its rows as columns, and itself where that is done twice."""
    return matrix.of if isinstance(matrix, Transposed) else Transposed(matrix)


def named(name: str) -> Name:
    """An array, or a remark, by its name."""
    return Name(Label(name), nan, 0)


# Building, not simplified: a sum of sums is one sum, a product of products one product


def plus(*terms: Expression) -> Expression:
    """Terms added; of two, the one without a sign comes first."""
    parts = [part for term in terms for part in (term.terms if isinstance(term, Sum) else (term,))]
    if len(parts) == 2 and parts[0].is_negative and not parts[1].is_negative:
        parts.reverse()
    return parts[0] if len(parts) == 1 else Sum(tuple(parts))


def minus(term: Expression) -> Expression:
    """The negative of a term."""
    return term.unsigned if term.is_negative else times(Coefficient(-1.0), term)


def times(*factors: Expression) -> Expression:
    """Factors multiplied, numbers first, with one sign for all; what divides stands behind what it divides."""
    sign, numbers, others = 1.0, list[tuple[Expression, float]](), list[tuple[Expression, float]]()
    for own in factors:
        sign *= -1.0 if own.is_negative else 1.0
        bare = own.unsigned if own.is_negative else own
        for base, power in bare.powers if isinstance(bare, Product) else ((bare, 1.0),):
            if (base, power) != (ONE, 1.0):
                (numbers if isinstance(base, Coefficient) and power > 0 else others).append((base, power))
    powers = numbers + others
    if not any(power > 0 for _, power in powers):
        powers.insert(0, (ONE, 1.0))
    if sign > 0 and powers == [(powers[0][0], 1.0)]:
        return powers[0][0]
    return Product(sign, tuple(powers))


def over(divisor: Expression) -> Expression:
    """What multiplies to divide."""
    return to_the_power(divisor, -1.0)


def to_the_power(base: Expression, power: float) -> Expression:
    """A base to a power other than 0 and 1, below a line where that is negative."""
    if power < 0 and isinstance(base, Product) and base.level == POWER:
        (base, own), *_ = base.powers
        power *= own
    return Product(1.0, ((base, power),) if power > 0 else ((ONE, 1.0), (base, power)))


ONE = Coefficient(1.0)
