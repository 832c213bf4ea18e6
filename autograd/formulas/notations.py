"""How a formula is written: in unicode, in plain ASCII, in LaTeX.

An `Expression` says what a formula is made of; a notation says how its medium
writes each part. What is written is pieces: text, and in unicode labels, which
pictures set with their scripts. Pages write MathML: see `mathml`.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import ClassVar

from ..labels import Label, raised
from ..primitives import Primitive
from ..primitives.own import DIGITS, Own
from ..reals import number
from ..text import in_ascii, in_latex, number_in_latex

Piece = str | Label
Pieces = list[Piece]

_ASCII_SIGNS = {"≤": "<=", "≥": ">=", "≠": "!=", "tanh′": "tanh'", "σ′": "sigmoid'", "sinc′": "sinc'"}
_LATEX_SIGNS = {
    "sigmoid": r"\sigma", "exp": r"\exp", "log": r"\log", "sin": r"\sin", "cos": r"\cos", "tanh": r"\tanh",
    "maximum": r"\max", "minimum": r"\min", "less": "<", "less_equal": r"\le", "greater": ">",
    "greater_equal": r"\ge", "equal": "=", "not_equal": r"\ne", "sigmoid_prime": r"\sigma'", "tanh_prime": r"\tanh'",
    "log2": r"\log_2", "log10": r"\log_{10}", "tan": r"\tan", "asin": r"\arcsin", "acos": r"\arccos",
    "atan": r"\arctan", "sinh": r"\sinh", "cosh": r"\cosh", "asinh": r"\mathrm{arsinh}", "acosh": r"\mathrm{arcosh}",
    "atanh": r"\mathrm{artanh}", "lgamma": r"\log\Gamma", "digamma": r"\psi", "trigamma": r"\psi'",
    "sinc_prime": r"\mathrm{sinc}'", "round_": r"\mathrm{round}",
}  # fmt: skip


class Unicode:
    """Letters and signs as mathematics prints them, as far as one line of text can: ``2(a − y)``.

    Attributes
    ----------
    columns : int
        How many letters a line of an equation may have.
    line : bool
        Whether fractions have a line, which holds together what is above and below it.
    """

    columns = 80
    line = False
    minus, dot, prime, partial, pi, ellipsis = "−", "·", "′", "∂", "π", "…"
    root_signs: ClassVar[dict[int, str]] = {2: "√", 3: "∛"}
    fences: ClassVar[dict[str, tuple[str, str]]] = {"absolute": ("|", "|"), "floor": ("⌊", "⌋"), "ceil": ("⌈", "⌉")}

    def label(self, label: Label) -> Piece:
        """A name."""
        return label

    def named(self, label: Label, key: int) -> Piece:
        """A value by its label; `key` says which value."""
        return self.label(label)

    def number(self, value: float) -> str:
        """A number of a few digits; 0 has no sign."""
        return number(value or 0.0)

    def between(self, negative: bool) -> str:
        """The sign before a term that is not the first."""
        return f" {self.minus if negative else '+'} "

    def sign(self, primitive: Primitive) -> str:
        """The sign or name of an operation."""
        return primitive.symbol

    def call(self, primitive: Primitive, operands: Sequence[Pieces], primed: bool) -> Pieces:
        """A function of operands, or its derivative by name, such as ``σ′(z)``; ``|z|`` between its fences."""
        if primitive.name in self.fences and not primed:
            before, behind = self.fences[primitive.name]
            return [before, *operands[0], behind]
        return [f"{self.sign(primitive)}{self.prime if primed else ''}(", *joined(operands, ", "), ")"]

    def root(self, inside: Pieces, simple: bool, degree: int = 2) -> Pieces:
        """The square root, or the cube root; `simple` says that nothing need hold the operand together."""
        return [self.root_signs[degree], *(inside if simple else self.enclosed(inside))]

    def relation(self, primitive: Primitive, left: Pieces, right: Pieces) -> Pieces:
        """A comparison, such as ``a ≥ b``."""
        return [*left, f" {self.sign(primitive)} ", *right]

    def case(self, inside: Pieces, holds: bool) -> Pieces:
        """1 where a condition holds, or where it does not: ``[c]`` or ``[not c]``."""
        return ["[" if holds else "[not ", *inside, "]"]

    def enclosed(self, inside: Pieces) -> Pieces:
        """In parentheses."""
        return ["(", *inside, ")"]

    def held(self, inside: Pieces) -> Pieces:
        """A factor, base or further term that needs no parentheses by its kind."""
        return inside

    def summed(self, term: Pieces, index: str) -> Pieces:
        """A term added over all of an index."""
        return ["Σ ", *term]

    def scripted(self, base: Pieces, power: float) -> Pieces:
        """A base to a power that is a number."""
        return [*base, raised(number(power))]

    def power(self, base: Pieces, exponent: Pieces) -> Pieces:
        """A base to a power that is an expression."""
        return [*base, "^", *(exponent if len(exponent) == 1 else self.enclosed(exponent))]

    def product(self, coefficient: float, factors: Sequence[Pieces]) -> Pieces:
        """Factors multiplied; no dot where none is needed to read ``2(a − y)``."""
        if not factors:
            return [self.number(coefficient)]
        told = joined(factors, f" {self.dot} ")
        if coefficient == 1:
            return told
        first = told[0]
        close = not str(first)[:1].isdigit() if isinstance(first, Label) else first.startswith(("(", "√", "∛"))
        return [self.number(coefficient) + ("" if close else f" {self.dot} "), *told]

    def fraction(self, above: Pieces, below: Pieces, several: bool) -> Pieces:
        """A quotient; `several` says that there are factors below, to be held together."""
        return [*above, "/", *(self.enclosed(below) if several else below)]

    def multiplied(self, factors: Sequence[str]) -> str:
        """The product of factors that are written already."""
        return f" {self.dot} ".join(factors)

    def ratio(self, above: Label, below: Label) -> str:
        """A derivative by name, such as ``∂C/∂w``."""
        return f"{self.partial}{self.label(above)}/{self.partial}{self.label(below)}"


class Ascii(Unicode):
    """What every terminal and file can hold: ``2(a - y)``, ``sigmoid'(z)``, ``x^(-2)``."""

    minus, dot, prime, partial, pi, ellipsis = "-", "*", "'", "d", "pi", "..."
    root_signs: ClassVar = {2: "sqrt", 3: "cbrt"}
    fences: ClassVar = {"absolute": ("|", "|")}

    def label(self, label: Label) -> Piece:
        """A name with ``^`` and ``_``."""
        return in_ascii(label.ascii) or "?"

    def number(self, value: float) -> str:
        """A number of a few digits; 0 has no sign."""
        return f"{value or 0.0:.4g}"

    def sign(self, primitive: Primitive) -> str:
        """The sign of an operation where there is one in ASCII, else its name."""
        told = _ASCII_SIGNS.get(primitive.symbol, primitive.symbol)
        return told if told.isascii() else primitive.name

    def root(self, inside: Pieces, simple: bool, degree: int = 2) -> Pieces:
        """The root as a function."""
        return [f"{self.root_signs[degree]}(", *inside, ")"]

    def summed(self, term: Pieces, index: str) -> Pieces:
        """A term added over all of an index."""
        return [f"sum_{index} ", *term]

    def scripted(self, base: Pieces, power: float) -> Pieces:
        """A base to a power that is a number."""
        told = self.number(power)
        return [*base, f"^{told}" if told.isdigit() else f"^({told})"]


class Latex(Unicode):
    """LaTeX for mathematics, without dollar signs: ``2 \\left(a - y\\right)``."""

    columns = sys.maxsize
    line = True
    minus, dot, pi, ellipsis = "-", r"\cdot", r"\pi", r"\cdots"
    fences: ClassVar = {
        "absolute": (r"\left|", r"\right|"),
        "floor": (r"\left\lfloor ", r"\right\rfloor"),
        "ceil": (r"\left\lceil ", r"\right\rceil"),
    }

    def label(self, label: Label) -> Piece:
        """A name with its scripts."""
        return label.latex

    def number(self, value: float) -> str:
        """A number of a few digits, with a power of ten where it is very large or small."""
        return number_in_latex(value)

    def sign(self, primitive: Primitive) -> str:
        """The command for an operation."""
        if isinstance(primitive, Own):
            symbol, prime, place = primitive.symbol.partition(self.prime)
            told = in_latex(symbol).strip()
            scripts = f"'_{{{place.translate(DIGITS)}}}" if place else "'" if prime else ""
            return (told if len(symbol) == 1 else rf"\mathrm{{{told}}}") + scripts
        return _LATEX_SIGNS.get(primitive.name, rf"\mathrm{{{primitive.name}}}".replace("_", r"\_"))

    def call(self, primitive: Primitive, operands: Sequence[Pieces], primed: bool) -> Pieces:
        """A function of operands, or its derivative by name, such as ``\\sigma'\\left(z\\right)``."""
        if primitive.name in self.fences and not primed:
            return super().call(primitive, operands, primed)
        return [self.sign(primitive) + ("'" if primed else ""), *self.enclosed(joined(operands, ", "))]

    def root(self, inside: Pieces, simple: bool, degree: int = 2) -> Pieces:
        """The root, under a line."""
        return [r"\sqrt{" if degree == 2 else rf"\sqrt[{degree}]{{", *inside, "}"]

    def case(self, inside: Pieces, holds: bool) -> Pieces:
        """1 where a condition holds, or where it does not."""
        return [r"\left[" if holds else r"\left[\text{not }", *inside, r"\right]"]

    def enclosed(self, inside: Pieces) -> Pieces:
        """In parentheses as high as what they hold."""
        return [r"\left(", *inside, r"\right)"]

    def summed(self, term: Pieces, index: str) -> Pieces:
        """A term added over all of an index."""
        return [rf"\sum_{{{index}}} ", *term]

    def scripted(self, base: Pieces, power: float) -> Pieces:
        """A base to a power that is a number."""
        return [*base, f"^{{{self.number(power)}}}"]

    def power(self, base: Pieces, exponent: Pieces) -> Pieces:
        """A base to a power that is an expression."""
        return [*base, "^{", *exponent, "}"]

    def product(self, coefficient: float, factors: Sequence[Pieces]) -> Pieces:
        """Factors multiplied."""
        if not factors:
            return [self.number(coefficient)]
        told = joined(factors, r" \, ")
        return told if coefficient == 1 else [f"{self.number(coefficient)} ", *told]

    def fraction(self, above: Pieces, below: Pieces, several: bool) -> Pieces:
        """A quotient below and above a line."""
        return [r"\frac{", *above, "}{", *below, "}"]

    def ratio(self, above: Label, below: Label) -> str:
        """A derivative by name."""
        return rf"\frac{{\partial {above.latex}}}{{\partial {below.latex}}}"


def joined(parts: Sequence[Pieces], between: str) -> Pieces:
    """Parts with a text between them."""
    told: Pieces = []
    for part in parts:
        told += [*([between] if told else []), *part]
    return told


UNICODE, ASCII, LATEX = Unicode(), Ascii(), Latex()
