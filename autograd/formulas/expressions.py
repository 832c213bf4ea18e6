"""Expressions, simplified as a textbook writes them.

An expression is a tree of a few kinds of `Symbol`. Operators simplify while
they build it: numbers are gathered, equal factors become powers, what is
multiplied by 1 or added to 0 disappears. Quotients are negative powers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from ..labels import Label
from ..namespaces import FLOATS
from ..primitives import ABSOLUTE, SQRT, Primitive
from .notations import ASCII, LATEX, UNICODE, Pieces, Unicode

_SUM, _PRODUCT, _POWER, _ATOM = range(4)
_LARGEST_DIVISOR = 100


class Symbol:
    """An expression.

    ``str()`` tells it in unicode, `ascii` in ASCII, `latex` in LaTeX; `number` is its value.
    """

    level = _ATOM

    def write(self, notation: Unicode) -> Pieces:
        """What is written, one piece after another: text, and in unicode labels, to be set with their scripts."""
        raise NotImplementedError

    @property
    def number(self) -> float:
        """What the expression comes to."""
        raise NotImplementedError

    @property
    def is_sum(self) -> bool:
        """Whether it is terms added, which a product sets in parentheses."""
        return isinstance(self, Sum)

    def pieces(self) -> Pieces:
        """What is written in unicode, labels as they are."""
        return self.write(UNICODE)

    def told(self, notation: Unicode) -> str:
        """The expression as one text."""
        return "".join(map(str, self.write(notation)))

    @property
    def ascii(self) -> str:
        """The expression in ASCII."""
        return self.told(ASCII)

    @property
    def latex(self) -> str:
        """The expression in LaTeX."""
        return self.told(LATEX)

    def __str__(self) -> str:
        return self.told(UNICODE)

    def __add__(self, other: Any) -> Symbol:
        return added([self, as_symbol(other)])

    def __radd__(self, other: Any) -> Symbol:
        return added([as_symbol(other), self])

    def __sub__(self, other: Any) -> Symbol:
        return added([self, -as_symbol(other)])

    def __rsub__(self, other: Any) -> Symbol:
        return added([as_symbol(other), -self])

    def __mul__(self, other: Any) -> Symbol:
        return multiplied([self, as_symbol(other)])

    def __rmul__(self, other: Any) -> Symbol:
        return multiplied([as_symbol(other), self])

    def __truediv__(self, other: Any) -> Symbol:
        return multiplied([self, raised_to(as_symbol(other), -1.0)])

    def __rtruediv__(self, other: Any) -> Symbol:
        return multiplied([as_symbol(other), raised_to(self, -1.0)])

    def __neg__(self) -> Symbol:
        return multiplied([Number(-1.0), self])


@dataclass(frozen=True)
class Number(Symbol):
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


@dataclass(frozen=True)
class Name(Symbol):
    """A value by its label; `key` tells apart values of equal labels."""

    label: Label
    of: float
    key: int

    def write(self, notation: Unicode) -> Pieces:
        """The label."""
        return [notation.label(self.label)]

    @property
    def number(self) -> float:
        """The value's number."""
        return self.of


@dataclass(frozen=True)
class Call(Symbol):
    """A function of the table, or with `primed` its derivative by name, as σ′(z)."""

    primitive: Primitive
    operands: tuple[Symbol, ...]
    primed: bool = False

    def write(self, notation: Unicode) -> Pieces:
        """Such as ``σ′(z)``; the absolute value between bars, the root with its sign."""
        inside = [operand.write(notation) for operand in self.operands]
        if self.primitive is ABSOLUTE:
            return notation.absolute(inside[0])
        if self.primitive is SQRT:
            return notation.root(inside[0], self.operands[0].level == _ATOM)
        return notation.call(self.primitive, inside, self.primed)

    @property
    def number(self) -> float:
        """The function of the operands' numbers."""
        numbers = [operand.number for operand in self.operands]
        result = self.primitive.rule(FLOATS, *numbers)
        return cast(float, self.primitive.partial(FLOATS, 0, result, numbers) if self.primed else result)


@dataclass(frozen=True)
class Relation(Symbol):
    """A comparison: 1 where it holds, else 0; written in brackets."""

    primitive: Primitive
    left: Symbol
    right: Symbol

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
class Case(Symbol):
    """1 where a condition holds, or where it does not; written in brackets."""

    condition: Symbol
    holds: bool

    def write(self, notation: Unicode) -> Pieces:
        """Such as ``[c]``, or ``[not c]``."""
        given = self.condition
        return notation.case(given.bare(notation) if isinstance(given, Relation) else given.write(notation), self.holds)

    @property
    def number(self) -> float:
        """1.0 or 0.0."""
        return 1.0 if bool(self.condition.number) == self.holds else 0.0


@dataclass(frozen=True)
class Sum(Symbol):
    """Terms added."""

    terms: tuple[Symbol, ...]
    level = _SUM

    def write(self, notation: Unicode) -> Pieces:
        """The terms between their signs."""
        told = list(self.terms[0].write(notation))
        for term in self.terms[1:]:
            negative = _is_negative(term)
            told += [f" {notation.minus if negative else '+'} ", *(-term if negative else term).write(notation)]
        return told

    @property
    def number(self) -> float:
        """The sum."""
        return math.fsum(term.number for term in self.terms)


@dataclass(frozen=True)
class Product(Symbol):
    """A coefficient times powers of factors; factors of negative powers stand below a line."""

    coefficient: float
    powers: tuple[tuple[Symbol, float], ...]
    level = _PRODUCT

    def write(self, notation: Unicode) -> Pieces:
        """Such as ``2(a − y)``, ``w · x`` or ``−a/b²``."""
        above = [(base, power) for base, power in self.powers if power > 0]
        below = [(base, -power) for base, power in self.powers if power < 0]
        top, bottom = abs(self.coefficient), 1.0
        if below and 1 / _LARGEST_DIVISOR <= top < 1 and top == 1 / round(1 / top):
            top, bottom = 1.0, float(round(1 / top))
        told = _side(notation, top, above, bool(below))
        if below:
            under = _side(notation, bottom, below, True)
            told = notation.fraction(told, under, len(below) + (bottom != 1.0) > 1)
        return [notation.minus, *told] if self.coefficient < 0 else told

    @property
    def number(self) -> float:
        """The product."""
        powers: list[float] = [FLOATS.power(base.number, power) for base, power in self.powers]
        return self.coefficient * math.prod(powers)


@dataclass(frozen=True)
class Power(Symbol):
    """A base to a power that is no number."""

    base: Symbol
    exponent: Symbol
    level = _POWER

    def write(self, notation: Unicode) -> Pieces:
        """Such as ``a^b``."""
        return notation.power(_base(notation, self.base), self.exponent.write(notation))

    @property
    def number(self) -> float:
        """The power."""
        return cast(float, FLOATS.power(self.base.number, self.exponent.number))


def as_symbol(thing: Any) -> Symbol:
    """A symbol as it is, a number as a `Number`."""
    return thing if isinstance(thing, Symbol) else Number(float(thing))


# Building, simplified


def added(terms: Iterable[Symbol]) -> Symbol:
    """The terms added, numbers together, equal terms together."""
    counts: dict[Symbol, float] = {}
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
        kept = [Number(constant), *kept] if kept and _is_negative(kept[0]) else [*kept, Number(constant)]
    if not kept:
        return Number(0.0)
    return kept[0] if len(kept) == 1 else Sum(tuple(kept))


def multiplied(factors: Iterable[Symbol]) -> Symbol:
    """The factors multiplied, numbers together, equal factors as powers."""
    coefficient = 1.0
    powers: dict[Symbol, float] = {}
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


def _normal(coefficient: float, powers: tuple[tuple[Symbol, float], ...]) -> Symbol:
    if not powers or coefficient == 0:
        return Number(coefficient)
    if coefficient == 1 and len(powers) == 1 and powers[0][1] == 1:
        return powers[0][0]
    return Product(coefficient, powers)


def raised_to(base: Symbol, exponent: Symbol | float) -> Symbol:
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


# Writing


def _is_negative(symbol: Symbol) -> bool:
    return (isinstance(symbol, Product) and symbol.coefficient < 0) or (isinstance(symbol, Number) and symbol.of < 0)


def _side(notation: Unicode, coefficient: float, powers: list[tuple[Symbol, float]], fraction: bool) -> Pieces:
    """What stands above or below the line of a fraction, or a product that has none."""
    if fraction and notation.line and coefficient == 1 and len(powers) == 1 and powers[0][1] == 1:
        return powers[0][0].write(notation)  # the line holds it together
    return notation.product(coefficient, [_scripted(notation, base, power) for base, power in powers])


def _scripted(notation: Unicode, base: Symbol, power: float) -> Pieces:
    """A factor: a base to a power above 0, the square root with its sign."""
    if power == 0.5:
        return notation.root(base.write(notation), base.level == _ATOM)
    if power != 1:
        return notation.scripted(_base(notation, base), power)
    told = base.write(notation)
    return notation.enclosed(told) if base.level < _POWER or _is_negative(base) else told


def _base(notation: Unicode, symbol: Symbol) -> Pieces:
    """What is raised to a power: in parentheses where it would fall apart, or has a superscript or a root's sign."""
    raised = isinstance(symbol, Name) and symbol.label.superscript
    root = isinstance(symbol, Call) and symbol.primitive is SQRT
    told = symbol.write(notation)
    return notation.enclosed(told) if symbol.level < _ATOM or raised or root or _is_negative(symbol) else told
