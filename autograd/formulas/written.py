"""What can be written: how tightly it binds, its sign, and where parentheses hold it together."""

from __future__ import annotations

from .notations import ASCII, LATEX, UNICODE, Pieces, Unicode

SUM, PRODUCT, POWER, ATOM = range(4)
"""How tightly the outermost operation binds."""


class Written:
    """Something that a notation writes: ``str()`` tells it in unicode, `ascii` in ASCII, `latex` in LaTeX."""

    @property
    def level(self) -> int:
        """How tightly its outermost operation binds."""
        return ATOM

    @property
    def is_sum(self) -> bool:
        """Whether it is terms added, which a product sets in parentheses."""
        return self.level == SUM

    @property
    def is_negative(self) -> bool:
        """Whether a minus sign stands before it."""
        return False

    @property
    def is_numeral(self) -> bool:
        """Whether it is a number, after which a product has no sign."""
        return False

    @property
    def raised(self) -> bool:
        """Whether it has something above it already, or a sign before it, that an exponent would be mistaken for."""
        return False

    @property
    def leads(self) -> bool:
        """Whether it may be the first factor of a product without parentheses, though it is a product itself."""
        return False

    def write(self, notation: Unicode) -> Pieces:
        """What is written, one piece after another: text, and in unicode labels, to be set with their scripts."""
        raise NotImplementedError

    def pieces(self) -> Pieces:
        """What is written in unicode, labels as they are."""
        return self.write(UNICODE)

    def told(self, notation: Unicode) -> str:
        """The whole as one text."""
        return "".join(map(str, self.write(notation)))

    @property
    def ascii(self) -> str:
        """The whole in ASCII."""
        return self.told(ASCII)

    @property
    def latex(self) -> str:
        """The whole in LaTeX."""
        return self.told(LATEX)

    def __str__(self) -> str:
        return self.told(UNICODE)


def as_factor(notation: Unicode, base: Written, power: float = 1.0, first: bool = False) -> Pieces:
    """A factor of a product: a base to a power above 0, the square root with its sign."""
    if power == 0.5:
        return notation.root(base.write(notation), base.level == ATOM)
    if power != 1:
        return notation.scripted(raised_base(notation, base), power)
    told = base.write(notation)
    loose = base.is_negative or (base.level < POWER and not (first and base.leads))
    return notation.enclosed(told) if loose else notation.held(told)


def raised_base(notation: Unicode, base: Written) -> Pieces:
    """What is raised to a power, in parentheses where it would fall apart."""
    told = base.write(notation)
    loose = base.level < ATOM or base.raised or base.is_negative
    return notation.enclosed(told) if loose else notation.held(told)
