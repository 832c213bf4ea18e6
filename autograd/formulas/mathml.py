"""How a formula is written for a page: MathML, with holes that show a value's label or its number."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Self

from ..labels import Label
from ..primitives import Primitive
from ..reals import number
from ..text import in_xml, shown
from .notations import Piece, Pieces, Unicode, joined
from .written import Written


class Hole(str):
    """A value's place in MathML: the text is its label, and a page may set its number there instead.

    Attributes
    ----------
    key : int
        Which value it is, as that of a `Name`.
    tight : bool
        Whether a negative number stands in parentheses there.
    """

    __slots__ = ("key", "tight")

    key: int
    tight: bool

    def __new__(cls, label: str, key: int, tight: bool = False) -> Self:
        hole = super().__new__(cls, label)
        hole.key, hole.tight = key, tight
        return hole


class Mathml(Unicode):
    """MathML as browsers set it, without the element ``math`` around it; what users wrote is text in it."""

    columns = sys.maxsize
    line = True
    minus = '<mo form="prefix">−</mo>'
    dot, pi, ellipsis = "<mo>·</mo>", "<mi>π</mi>", "<mo>…</mo>"
    partial = '<mi mathvariant="normal">∂</mi>'

    def label(self, label: Label) -> Piece:
        """A name, its scripts above one another; that above in parentheses, for it is no exponent."""
        base = f"<mi>{in_xml(shown(label.base)) or '?'}</mi>"
        above, below = shown(label.superscript), shown(label.subscript)
        up = f"<mrow>{_fence('(')}{_script(above)}{_fence(')')}</mrow>" if above else ""
        if up and below:
            return f"<msubsup>{base}{_script(below)}{up}</msubsup>"
        return f"<msup>{base}{up}</msup>" if up else f"<msub>{base}{_script(below)}</msub>" if below else base

    def named(self, label: Label, key: int) -> Piece:
        """A hole with the label in it."""
        return Hole(str(self.label(label)), key)

    def number(self, value: float) -> str:
        """A number of a few digits."""
        told = number(value or 0.0)
        return f"{self.minus}<mn>{told[1:]}</mn>" if told.startswith("−") else f"<mn>{told}</mn>"

    def between(self, negative: bool) -> str:
        """The sign before a term that is not the first."""
        return f"<mo>{'−' if negative else '+'}</mo>"

    def sign(self, primitive: Primitive) -> str:
        """A letter, or a word that stands upright."""
        symbol = primitive.symbol
        upright = "" if len(symbol.rstrip(self.prime)) == 1 else ' mathvariant="normal"'
        return f"<mi{upright}>{in_xml(shown(symbol))}</mi>"

    def call(self, primitive: Primitive, operands: Sequence[Pieces], primed: bool) -> Pieces:
        """A function of operands, or its derivative by name."""
        if primitive.name in self.fences and not primed:
            before, behind = self.fences[primitive.name]
            return [f"<mrow>{_fence(before)}", *operands[0], f"{_fence(behind)}</mrow>"]
        name = self.sign(primitive)
        name = name.replace("</mi>", f"{self.prime}</mi>") if primed else name
        return [f"<mrow>{name}", *self.enclosed(joined(operands, "<mo>,</mo>")), "</mrow>"]

    def root(self, inside: Pieces, simple: bool, degree: int = 2) -> Pieces:
        """The root, under a line."""
        if degree == 2:
            return ["<msqrt>", *inside, "</msqrt>"]
        return ["<mroot><mrow>", *inside, f"</mrow><mn>{degree}</mn></mroot>"]

    def relation(self, primitive: Primitive, left: Pieces, right: Pieces) -> Pieces:
        """A comparison."""
        return [*left, f"<mo>{in_xml(primitive.symbol)}</mo>", *right]

    def case(self, inside: Pieces, holds: bool) -> Pieces:
        """1 where a condition holds, or where it does not."""
        refused = "" if holds else "<mtext>not&#160;</mtext>"  # no other space is set where a text ends
        return [f"<mrow>{_fence('[')}{refused}", *inside, f"{_fence(']')}</mrow>"]

    def enclosed(self, inside: Pieces) -> Pieces:
        """In parentheses."""
        return [_OPEN, *inside, _CLOSE]

    def held(self, inside: Pieces) -> Pieces:
        """Where a value stands alone its number would need parentheses if it were negative."""
        first = inside[0]
        return [Hole(first, first.key, tight=True)] if len(inside) == 1 and isinstance(first, Hole) else inside

    def summed(self, term: Pieces, index: str) -> Pieces:
        """A term added over all of an index."""
        return [f"<mrow><munder><mo>∑</mo><mi>{index}</mi></munder>", *term, "</mrow>"]

    def scripted(self, base: Pieces, power: float) -> Pieces:
        """A base to a power that is a number."""
        return self.power(base, [self.number(power)])

    def power(self, base: Pieces, exponent: Pieces) -> Pieces:
        """A base to a power, which stands at the parenthesis: above all that it closes it would stand too high."""
        if (base[0], base[-1]) == (_OPEN, _CLOSE):
            return [*base[:-1], f"<msup>{_fence(')')}<mrow>", *exponent, "</mrow></msup></mrow>"]
        return ["<msup><mrow>", *base, "</mrow><mrow>", *exponent, "</mrow></msup>"]

    def product(self, coefficient: float, factors: Sequence[Pieces]) -> Pieces:
        """Factors multiplied; a number that comes into a hole behind the coefficient, a page parts from it."""
        told = joined(factors, self.dot)
        return told if factors and coefficient == 1 else [self.number(coefficient), *told]

    def fraction(self, above: Pieces, below: Pieces, several: bool) -> Pieces:
        """A quotient below and above a line."""
        return ["<mfrac><mrow>", *above, "</mrow><mrow>", *below, "</mrow></mfrac>"]

    def ratio(self, above: Label, below: Label) -> str:
        """A derivative by name."""
        parts = (f"<mrow>{self.partial}{self.label(label)}</mrow>" for label in (above, below))
        return f"<mfrac>{''.join(parts)}</mfrac>"


def _fence(sign: str) -> str:
    """A parenthesis or bracket that keeps its size."""
    return f'<mo stretchy="false">{sign}</mo>'


_OPEN, _CLOSE = f"<mrow>{_fence('(')}", f"{_fence(')')}</mrow>"


def _script(text: str) -> str:
    """What is above or below a label."""
    return f"<mn>{in_xml(text)}</mn>" if text.isdigit() else f"<mi>{in_xml(text)}</mi>"


MATHML = Mathml()


def with_holes(formula: Written, places: Mapping[int, int]) -> list[str | int]:
    """A formula for a page: MathML, and between it the places of values.

    Parameters
    ----------
    formula : Written
    places : mapping of int to int
        The place of each value that may become a hole, by the key of its name; the others' labels are part of the text.

    Returns
    -------
    list of str or int
        ``i`` stands for value i, ``-1 - i`` for one whose number has parentheses where it is negative.
    """
    told: list[str | int] = []
    for piece in formula.write(MATHML):
        at = places.get(piece.key) if isinstance(piece, Hole) else None
        if isinstance(piece, Hole) and at is not None:
            told.append(-1 - at if piece.tight else at)
        elif told and isinstance(told[-1], str):
            told[-1] += str(piece)
        else:
            told.append(str(piece))
    return told
