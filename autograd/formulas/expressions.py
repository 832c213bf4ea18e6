"""Expressions, simplified as a textbook writes them.

An `Expression` is a tree of a few kinds. Operators simplify while they build
it: numbers are gathered, equal factors become powers, what is multiplied by 1
or added to 0 disappears. Quotients are negative powers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from ..labels import Label
from ..namespaces import FLOATS
from .notations import Pieces, Unicode
from .written import POWER, PRODUCT, SUM, Written, as_factor, raised_base

_LARGEST_DIVISOR = 100


class Expression(Written):
    """A formula; `number` is its value where it stands for one."""

    @property
    def number(self) -> float:
        """What the expression comes to."""
        raise NotImplementedError

    @property
    def unsigned(self) -> Expression:
        """What stands behind the minus sign of a negative one."""
        raise NotImplementedError

    def __add__(self, other: Any) -> Expression:
        return added([self, as_expression(other)])

    def __radd__(self, other: Any) -> Expression:
        return added([as_expression(other), self])

    def __sub__(self, other: Any) -> Expression:
        return added([self, -as_expression(other)])

    def __rsub__(self, other: Any) -> Expression:
        return added([as_expression(other), -self])

    def __mul__(self, other: Any) -> Expression:
        return multiplied([self, as_expression(other)])

    def __rmul__(self, other: Any) -> Expression:
        return multiplied([as_expression(other), self])

    def __truediv__(self, other: Any) -> Expression:
        return multiplied([self, raised_to(as_expression(other), -1.0)])

    def __rtruediv__(self, other: Any) -> Expression:
        return multiplied([as_expression(other), raised_to(self, -1.0)])

    def __pow__(self, other: Any) -> Expression:
        return raised_to(self, as_expression(other))

    def __rpow__(self, other: Any) -> Expression:
        return raised_to(as_expression(other), self)

    def __neg__(self) -> Expression:
        return multiplied([Number(-1.0), self])


@dataclass(frozen=True)
class Number(Expression):
    """A number that stands in a formula."""

    of: float

    def write(self, notation: Unicode) -> Pieces:
        """The number, of a few digits; its sign is a piece with it."""
        sign = notation.minus if self.of < 0 else ""
        return [sign + notation.number(abs(self.of))]

    @property
    def number(self) -> float:
        """The number."""
        return self.of

    @property
    def is_negative(self) -> bool:
        """Whether it is below 0."""
        return self.of < 0

    @property
    def unsigned(self) -> Expression:
        """Its size."""
        return Number(-self.of)


@dataclass(frozen=True)
class Name(Expression):
    """A value by its label; `key` tells apart values of equal labels."""

    label: Label
    of: float
    key: int

    def write(self, notation: Unicode) -> Pieces:
        """The label."""
        return [notation.named(self.label, self.key)]

    @property
    def number(self) -> float:
        """The value's number."""
        return self.of

    @property
    def raised(self) -> bool:
        """Whether the label has a superscript."""
        return bool(self.label.superscript)


@dataclass(frozen=True)
class Sum(Expression):
    """Terms added."""

    terms: tuple[Expression, ...]

    @property
    def level(self) -> int:
        """That of a sum."""
        return SUM

    def write(self, notation: Unicode) -> Pieces:
        """The terms between their signs."""
        told = list(self.terms[0].write(notation))
        for term in self.terms[1:]:
            bare = term.unsigned if term.is_negative else term
            written = bare.write(notation)
            told += [notation.between(term.is_negative)]
            told += notation.enclosed(written) if bare.is_sum else notation.held(written)
        return told

    @property
    def number(self) -> float:
        """The sum."""
        return math.fsum(term.number for term in self.terms)


@dataclass(frozen=True)
class Product(Expression):
    """A coefficient times powers of factors; factors of negative powers stand below a line."""

    coefficient: float
    powers: tuple[tuple[Expression, float], ...]

    @property
    def level(self) -> int:
        """That of a product, or of a power where it is one alone."""
        alone = self.coefficient == 1 and len(self.powers) == 1 and self.powers[0][1] > 0
        return POWER if alone else PRODUCT

    @property
    def leads(self) -> bool:
        """Always: products of products are read from the left."""
        return True

    @property
    def is_negative(self) -> bool:
        """Whether its coefficient is below 0."""
        return self.coefficient < 0

    @property
    def unsigned(self) -> Expression:
        """It with the coefficient's size."""
        return _normal(-self.coefficient, self.powers)

    def write(self, notation: Unicode) -> Pieces:
        """Such as ``2(a − y)``, ``w · x`` or ``−a/b²``."""
        above = [(base, power) for base, power in self.powers if power > 0]
        below = [(base, -power) for base, power in self.powers if power < 0]
        top, bottom = abs(self.coefficient), 1.0
        if below and 1 / _LARGEST_DIVISOR <= top < 1 and top == 1 / round(1 / top):
            top, bottom = 1.0, float(round(1 / top))
        if not below:
            top, bottom = _as_fraction(top)
        told = _side(notation, top, above, bool(below) or bottom != 1.0, leading=True)
        if below or bottom != 1.0:
            under = _side(notation, bottom, below, True)
            told = notation.fraction(told, under, len(below) + (bottom != 1.0) > 1)
        return [notation.minus, *told] if self.coefficient < 0 else told

    @property
    def number(self) -> float:
        """The product."""
        powers: list[float] = [FLOATS.power(base.number, power) for base, power in self.powers]
        return self.coefficient * math.prod(powers)


@dataclass(frozen=True)
class Power(Expression):
    """A base to a power that is no number."""

    base: Expression
    exponent: Expression

    @property
    def level(self) -> int:
        """That of a power."""
        return POWER

    def write(self, notation: Unicode) -> Pieces:
        """Such as ``a^b``."""
        return notation.power(raised_base(notation, self.base), self.exponent.write(notation))

    @property
    def number(self) -> float:
        """The power."""
        return cast(float, FLOATS.power(self.base.number, self.exponent.number))


def as_expression(thing: Any) -> Expression:
    """An expression as it is, a number as a `Number`."""
    return thing if isinstance(thing, Expression) else Number(float(thing))


# Building, simplified


def added(terms: Iterable[Expression]) -> Expression:
    """The terms added, numbers together, equal terms together."""
    counts: dict[Expression, float] = {}
    constant = 0.0
    for term in terms:
        for part in term.terms if isinstance(term, Sum) else (term,):
            if isinstance(part, Number):
                constant += part.of
                continue
            coefficient, bare = (
                (part.coefficient, _normal(1.0, part.powers)) if isinstance(part, Product) else (1.0, part)
            )
            counts[bare] = counts.get(bare, 0.0) + coefficient
    kept = [multiplied([Number(count), bare]) for bare, count in counts.items() if count]
    # A number stands where a textbook has it: before what is subtracted from it, behind all else.
    if constant:
        kept = [Number(constant), *kept] if kept and kept[0].is_negative else [*kept, Number(constant)]
    if not kept:
        return Number(0.0)
    return kept[0] if len(kept) == 1 else Sum(tuple(kept))


def multiplied(factors: Iterable[Expression]) -> Expression:
    """The factors multiplied, numbers together, equal factors as powers."""
    coefficient = 1.0
    powers: dict[Expression, float] = {}
    for factor in factors:
        if isinstance(factor, Number):
            coefficient *= factor.of
        elif isinstance(factor, Product):
            coefficient *= factor.coefficient
            for base, power in factor.powers:
                powers[base] = powers.get(base, 0.0) + power
        else:
            powers[factor] = powers.get(factor, 0.0) + 1.0
    return _normal(coefficient, tuple((base, power) for base, power in powers.items() if power))


def _normal(coefficient: float, powers: tuple[tuple[Expression, float], ...]) -> Expression:
    if not powers or coefficient == 0:
        return Number(coefficient)
    if coefficient == 1 and len(powers) == 1 and powers[0][1] == 1:
        return powers[0][0]
    return Product(coefficient, powers)


def raised_to(base: Expression, exponent: Expression | float) -> Expression:
    """A base to a power, as a factor to that power where it is a number."""
    power = exponent.of if isinstance(exponent, Number) else exponent
    if not isinstance(power, float):
        return Power(base, power)
    if power in (0.0, 1.0):
        return base if power else Number(1.0)
    if isinstance(base, Number) and (base.of > 0 or (base.of and power.is_integer())):
        return Number(FLOATS.power(base.of, power))
    if isinstance(base, Product) and power.is_integer():
        scaled = tuple((inner, own * power) for inner, own in base.powers)
        return _normal(FLOATS.power(base.coefficient, power), scaled)
    return Product(1.0, ((base, power),))


def _as_fraction(coefficient: float) -> tuple[float, float]:
    """A coefficient as what stands above and below a line, where its few digits would not be all: 2/3, not 0.6667."""
    if float(f"{coefficient:.4g}") == coefficient or not coefficient < _LARGEST_DIVISOR:
        return coefficient, 1.0
    for divisor in range(3, _LARGEST_DIVISOR + 1):
        above = round(coefficient * divisor)
        if above and above / divisor == coefficient:
            return float(above), float(divisor)
    return coefficient, 1.0


def _side(
    notation: Unicode,
    coefficient: float,
    powers: list[tuple[Expression, float]],
    fraction: bool,
    leading: bool = False,
) -> Pieces:
    """What stands above or below the line of a fraction, or a product that has none; `leading` a line of text."""
    if fraction and notation.line and coefficient == 1 and len(powers) == 1 and powers[0][1] == 1:
        return powers[0][0].write(notation)  # the line holds it together
    leading, told = leading and coefficient == 1, []
    for base, power in powers:
        told.append(as_factor(notation, base, power, leading))
        leading = leading and base.is_numeral
    return notation.product(coefficient, told)
