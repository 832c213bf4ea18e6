"""Rules read with symbols: the partial derivative on an edge as a textbook writes it.

An expression is a tree of a few kinds of `Symbol`. Operators simplify while
they build it: numbers are gathered, equal factors become powers, what is
multiplied by 1 or added to 0 disappears. Quotients are negative powers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

from .labels import Label, raised
from .markup import number
from .namespaces import FLOATS, Namespace
from .primitives import EQUAL, LOGSUMEXP, TABLE, Primitive

Piece = str | Label
_SUM, _PRODUCT, _POWER, _ATOM = range(4)
_LARGEST_DIVISOR = 100
_DOT, _MINUS = "·", "−"


class Symbol:
    """An expression.

    ``str()`` tells it in unicode, `latex` in LaTeX; `number` is its value.
    """

    level = _ATOM

    def pieces(self) -> list[Piece]:
        """What is written, one piece after another: text, and labels to be set with their scripts."""
        raise NotImplementedError

    @property
    def latex(self) -> str:
        """The expression in LaTeX."""
        raise NotImplementedError

    @property
    def number(self) -> float:
        """What the expression comes to."""
        raise NotImplementedError

    @property
    def is_sum(self) -> bool:
        """Whether it is terms added, which a product sets in parentheses."""
        return isinstance(self, Sum)

    def __str__(self) -> str:
        return "".join(map(str, self.pieces()))

    def __add__(self, other: Any) -> Symbol:
        return _sum([self, as_symbol(other)])

    def __radd__(self, other: Any) -> Symbol:
        return _sum([as_symbol(other), self])

    def __sub__(self, other: Any) -> Symbol:
        return _sum([self, -as_symbol(other)])

    def __rsub__(self, other: Any) -> Symbol:
        return _sum([as_symbol(other), -self])

    def __mul__(self, other: Any) -> Symbol:
        return _product([self, as_symbol(other)])

    def __rmul__(self, other: Any) -> Symbol:
        return _product([as_symbol(other), self])

    def __truediv__(self, other: Any) -> Symbol:
        return _product([self, _power(as_symbol(other), -1.0)])

    def __rtruediv__(self, other: Any) -> Symbol:
        return _product([as_symbol(other), _power(self, -1.0)])

    def __neg__(self) -> Symbol:
        return _product([Number(-1.0), self])


@dataclass(frozen=True)
class Number(Symbol):
    """A number that stands in a formula."""

    of: float

    def pieces(self) -> list[Piece]:
        """The number, of a few digits."""
        return [number(self.of)]

    @property
    def latex(self) -> str:
        """The number."""
        return f"{self.of:.4g}"

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

    def pieces(self) -> list[Piece]:
        """The label."""
        return [self.label]

    @property
    def latex(self) -> str:
        """The label."""
        return self.label.latex

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

    def pieces(self) -> list[Piece]:
        """Such as ``σ′(z)``; the absolute value between bars."""
        inside = _joined([operand.pieces() for operand in self.operands], ", ")
        if self.primitive.name == "absolute":
            return ["|", *inside, "|"]
        if self.primitive.name == "sqrt" and self.operands[0].level == _ATOM:
            return ["√", *inside]
        return [f"{self.primitive.symbol}{'′' if self.primed else ''}(", *inside, ")"]

    @property
    def latex(self) -> str:
        """Such as ``\\sigma'(z)``."""
        inside = ", ".join(operand.latex for operand in self.operands)
        name = self.primitive.name
        if name in ("absolute", "sqrt"):
            return rf"\left|{inside}\right|" if name == "absolute" else rf"\sqrt{{{inside}}}"
        told = _LATEX.get(name, rf"\mathrm{{{name}}}") + ("'" if self.primed else "")
        return rf"{told}\left({inside}\right)"

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

    def pieces(self) -> list[Piece]:
        """Such as ``[a ≥ b]``."""
        return ["[", *self.left.pieces(), f" {self.primitive.symbol} ", *self.right.pieces(), "]"]

    @property
    def latex(self) -> str:
        """Such as ``[a \\ge b]``."""
        return rf"\left[{self.left.latex} {_LATEX[self.primitive.name]} {self.right.latex}\right]"

    @property
    def number(self) -> float:
        """1.0 or 0.0."""
        return cast(float, self.primitive.rule(FLOATS, self.left.number, self.right.number))


@dataclass(frozen=True)
class Case(Symbol):
    """1 where a condition holds, or where it does not; written in brackets."""

    condition: Symbol
    holds: bool

    def pieces(self) -> list[Piece]:
        """Such as ``[c]``, or ``[not c]``."""
        inside = self.condition.pieces()
        if isinstance(self.condition, Relation):
            inside = inside[1:-1]
        return ["[" if self.holds else "[not ", *inside, "]"]

    @property
    def latex(self) -> str:
        """The same in LaTeX."""
        negated = "" if self.holds else r"\text{not }"
        return rf"\left[{negated}{self.condition.latex}\right]"

    @property
    def number(self) -> float:
        """1.0 or 0.0."""
        return 1.0 if bool(self.condition.number) == self.holds else 0.0


@dataclass(frozen=True)
class Sum(Symbol):
    """Terms added."""

    terms: tuple[Symbol, ...]
    level = _SUM

    def pieces(self) -> list[Piece]:
        """The terms between their signs."""
        told = list(self.terms[0].pieces())
        for term in self.terms[1:]:
            negative = _is_negative(term)
            told += [f" {_MINUS if negative else '+'} ", *(-term if negative else term).pieces()]
        return told

    @property
    def latex(self) -> str:
        """The terms between their signs."""
        told = self.terms[0].latex
        for term in self.terms[1:]:
            negative = _is_negative(term)
            told += f" {'-' if negative else '+'} {(-term if negative else term).latex}"
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

    def _sides(self) -> tuple[float, list[tuple[Symbol, float]], float, list[tuple[Symbol, float]]]:
        """Coefficient and factors above, coefficient and factors below."""
        above = [(base, power) for base, power in self.powers if power > 0]
        below = [(base, -power) for base, power in self.powers if power < 0]
        divisor = round(1 / self.coefficient) if self.coefficient else 0
        if below and 1 < abs(divisor) <= _LARGEST_DIVISOR and self.coefficient == 1 / divisor:
            return math.copysign(1.0, divisor), above, float(abs(divisor)), below
        return self.coefficient, above, 1.0, below

    def pieces(self) -> list[Piece]:
        """Such as ``2(a − y)``, ``w · x`` or ``−a/b²``."""
        top, above, bottom, below = self._sides()
        told = _factors(top, above)
        if not below:
            return told
        under = _factors(bottom, below)
        several = len(below) + (bottom != 1.0) > 1
        return [*told, "/", *(["(", *under, ")"] if several else under)]

    @property
    def latex(self) -> str:
        """Such as ``2 \\left(a - y\\right)`` or ``\\frac{a}{b^{2}}``."""
        top, above, bottom, below = self._sides()
        if not below:
            return _latex_factors(top, above)
        sign, top = ("-", -top) if top < 0 else ("", top)
        return rf"{sign}\frac{{{_latex_factors(top, above)}}}{{{_latex_factors(bottom, below)}}}"

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

    def pieces(self) -> list[Piece]:
        """Such as ``a^b``."""
        exponent = self.exponent.pieces()
        simple = len(exponent) == 1 and isinstance(exponent[0], Label)
        return [*_within(self.base, _ATOM), "^", *(exponent if simple else ["(", *exponent, ")"])]

    @property
    def latex(self) -> str:
        """Such as ``a^{b}``."""
        return f"{_latex_within(self.base, _ATOM)}^{{{self.exponent.latex}}}"

    @property
    def number(self) -> float:
        """The power."""
        return cast(float, FLOATS.power(self.base.number, self.exponent.number))


_LATEX = {
    "sigmoid": r"\sigma", "exp": r"\exp", "log": r"\log", "sin": r"\sin", "cos": r"\cos", "tanh": r"\tanh",
    "maximum": r"\max", "minimum": r"\min", "less": "<", "less_equal": r"\le", "greater": ">",
    "greater_equal": r"\ge", "equal": "=", "not_equal": r"\ne",
}  # fmt: skip


def as_symbol(thing: Any) -> Symbol:
    """A symbol as it is, a number as a `Number`."""
    return thing if isinstance(thing, Symbol) else Number(float(thing))


# Building, simplified


def _sum(terms: Iterable[Symbol]) -> Symbol:
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
    kept = [_product([Number(count), bare]) for bare, count in counts.items() if count]
    # A number stands where a textbook has it: before what is subtracted from it, behind all else.
    if constant:
        kept = [Number(constant), *kept] if kept and _is_negative(kept[0]) else [*kept, Number(constant)]
    if not kept:
        return Number(0.0)
    return kept[0] if len(kept) == 1 else Sum(tuple(kept))


def _product(factors: Iterable[Symbol]) -> Symbol:
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


def _power(base: Symbol, exponent: Symbol | float) -> Symbol:
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


def _where(condition: Any, a: Any, b: Any) -> Symbol:
    given, yes, no = as_symbol(condition), as_symbol(a), as_symbol(b)
    if isinstance(given, Number):
        return yes if given.of else no
    if isinstance(given, Relation) and given.primitive is EQUAL and isinstance(given.right, Number):
        return no  # a rule's exception at one point, which no textbook writes
    if (yes, no) in ((Number(1.0), Number(0.0)), (Number(0.0), Number(1.0))):
        return Case(given, yes == Number(1.0))
    return Call(TABLE["where"], (given, yes, no))


def _relation(primitive: Primitive) -> Any:
    def relation(a: Any, b: Any) -> Symbol:
        left, right = as_symbol(a), as_symbol(b)
        if isinstance(left, Number) and isinstance(right, Number):
            return Number(primitive.rule(FLOATS, left.of, right.of))
        return Relation(primitive, left, right)

    return relation


def _call(primitive: Primitive) -> Any:
    def call(*operands: Any) -> Symbol:
        return Call(primitive, tuple(map(as_symbol, operands)))

    return call


def _weighted_sum(*operands: Any) -> Symbol:
    n = len(operands) // 2
    pairs = [as_symbol(w) * a for w, a in zip(operands[:n], operands[n : 2 * n], strict=True)]
    return _sum([*pairs, *map(as_symbol, operands[2 * n :])])


SYMBOLS = cast(
    Namespace,
    SimpleNamespace(
        **{
            name: _relation(primitive) if primitive.infix else _call(primitive)
            for name, primitive in TABLE.items()
            if name not in ("add", "subtract", "multiply", "divide")
        }
        | {
            "power": lambda a, b: _power(as_symbol(a), as_symbol(b)),
            "where": _where,
            "weighted_sum": _weighted_sum,
            "total": lambda *operands: _sum(map(as_symbol, operands)),
        }
    ),
)
"""Rules read with symbols give expressions."""


def partial_symbol(primitive: Primitive, index: int, result: Symbol, operands: list[Symbol]) -> Symbol:
    """The local partial of an operation by its operand `index`; that of an activation function by its name."""
    if primitive.primed:
        return Call(primitive, tuple(operands), primed=True)
    if primitive is LOGSUMEXP and isinstance(result, Call):
        return Call(TABLE["exp"], (operands[index],)) / _sum(Call(TABLE["exp"], (o,)) for o in operands)
    return as_symbol(primitive.partial(SYMBOLS, index, result, operands))


# Writing


def _is_negative(symbol: Symbol) -> bool:
    return (isinstance(symbol, Product) and symbol.coefficient < 0) or (isinstance(symbol, Number) and symbol.of < 0)


def _joined(parts: Iterable[list[Piece]], between: str) -> list[Piece]:
    told: list[Piece] = []
    for part in parts:
        told += [*([between] if told else []), *part]
    return told


def _within(symbol: Symbol, level: int) -> list[Piece]:
    """An expression as part of one that binds more tightly: in parentheses where it would fall apart."""
    told = symbol.pieces()
    return ["(", *told, ")"] if symbol.level < level or _is_negative(symbol) else told


def _latex_within(symbol: Symbol, level: int) -> str:
    return rf"\left({symbol.latex}\right)" if symbol.level < level or _is_negative(symbol) else symbol.latex


def _factors(coefficient: float, powers: list[tuple[Symbol, float]]) -> list[Piece]:
    told: list[list[Piece]] = []
    for base, power in powers:
        if power == 1:
            told.append(_within(base, _POWER))
        elif power == 0.5 and base.level == _ATOM:
            told.append(["√", *base.pieces()])
        else:
            told.append([*_within(base, _ATOM), raised(number(power))])
    sign, size = (_MINUS if coefficient < 0 else ""), abs(coefficient)
    if size == 1 and told:
        return [*([sign] if sign else []), *_joined(told, f" {_DOT} ")]
    if not told:
        return [sign + number(size)]
    first = told[0][0]
    close = not str(first)[:1].isdigit() if isinstance(first, Label) else first.startswith(("(", "√"))
    return [sign + number(size) + ("" if close else f" {_DOT} "), *_joined(told, f" {_DOT} ")]


def _latex_factors(coefficient: float, powers: list[tuple[Symbol, float]]) -> str:
    if coefficient == 1 and len(powers) == 1 and powers[0][1] == 1:
        return powers[0][0].latex
    told = [_latex_power(base, power) for base, power in powers]
    if coefficient == -1 and told:
        return "-" + r" \, ".join(told)
    factor = f"{coefficient:.4g} " if coefficient != 1 or not told else ""
    return (factor + r" \, ".join(told)).rstrip()


def _latex_power(base: Symbol, power: float) -> str:
    if power == 0.5:
        return rf"\sqrt{{{base.latex}}}"
    return _latex_within(base, _POWER) if power == 1 else f"{_latex_within(base, _ATOM)}^{{{power:.4g}}}"
