"""Products of derivatives as equations: by name, in symbols, in numbers, on lines of a readable width."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Protocol, TypeVar

from ..value import Value, number_of
from .adding import that_add_up
from .expressions import Expression, Number
from .naming import Names, counted
from .notations import UNICODE, Unicode

_SHOWN_FACTORS = 12
_ENDS = 3
_LOOKED_AT = 24
_LEFT_OUT = "left out"
_MOST_DEFINED = 8
_COLUMNS = 80
_MARGIN = 3
_ONE = Number(1.0)
_NAME = re.compile(r"[^\W\d]\w*")
_EXPONENT = "⁰¹²³⁴⁵⁶⁷⁸⁹"

Rest = tuple[str, float]
"""A derivative that is not taken apart: its name and its number."""


class Derivative(Protocol):
    """What a product is told of."""

    @property
    def symbol(self) -> Expression:
        """It as a textbook writes it."""

    @property
    def number(self) -> float:
        """It at the operands' numbers."""

    def ratio(self, notation: Unicode) -> str:
        """It by name."""


_D = TypeVar("_D", bound=Derivative)


def sides_of(factors: Sequence[Derivative], notation: Unicode, rest: Rest | None = None) -> list[str]:
    """A product by name, in symbols, in numbers, and what it comes to; `rest` is its last factor.

    A textbook does not write 1 as a factor; of very many factors the middle is left out.
    """
    kept = _without_ones(factors) or ([] if rest else [*factors[:1]])
    parts = len(kept) + (rest is not None)
    last = [rest[0]] if rest else []
    symbols = _each(kept, lambda factor: _held(factor.symbol.told(notation), factor.symbol.is_sum, notation, parts))
    numbers = _each(kept, lambda factor: _signed(factor.number, notation, parts))
    numbers += [_signed(rest[1], notation, parts)] if rest else []
    return [
        _multiplied(_each(factors, lambda factor: factor.ratio(notation)) + last or ["1"], notation),
        _multiplied(symbols + last or ["1"], notation),
        _multiplied(numbers or ["1"], notation),
        _signed(passed_back(chain(rest[1:] if rest else (), (f.number for f in reversed(factors)))), notation, 1),
    ]


def passed_back(numbers: Iterable[float]) -> float:
    """The product of derivatives from the output back; as in the reverse pass nothing comes through a 0."""
    product = 1.0
    for number in numbers:
        product *= number
        if product == 0.0:
            break
    return product


def _each(factors: Sequence[_D], told: Callable[[_D], str]) -> list[str]:
    """What is told of the factors, a mark where there are more."""
    texts = list(map(told, told_of(factors)))
    return texts if len(texts) == len(factors) else [*texts[:_ENDS], _LEFT_OUT, *texts[_ENDS:]]


def _without_ones(factors: Sequence[_D]) -> list[_D]:
    """The factors that are not 1; of very many, whose middle is left out, the ends alone are looked at."""
    if len(factors) <= 2 * _LOOKED_AT:
        return [factor for factor in factors if factor.symbol != _ONE]
    ends = [factor for factor in (*factors[:_LOOKED_AT], *factors[-_LOOKED_AT:]) if factor.symbol != _ONE]
    return ends if len(ends) > _SHOWN_FACTORS else list(factors)


def told_of(factors: Sequence[_D]) -> list[_D]:
    """The factors that are told: all, or of very many the first and last."""
    return list(factors) if len(factors) <= _SHOWN_FACTORS else [*factors[:_ENDS], *factors[-_ENDS:]]


def _held(told: str, loose: bool, notation: Unicode, parts: int) -> str:
    """A factor of a product of `parts`: in parentheses where it would fall apart or is negative."""
    if parts > 1 and (loose or told.startswith(notation.minus)):
        return "".join(map(str, notation.enclosed([told])))
    return told


def _signed(value: float, notation: Unicode, parts: int) -> str:
    """A number as a factor of a product of `parts`."""
    return _held(notation.number(value), False, notation, parts)


def _multiplied(factors: list[str], notation: Unicode) -> str:
    """Factors with dots between them, more of the middle left out where they are too wide for a line."""
    told = notation.multiplied([notation.ellipsis if factor is _LEFT_OUT else factor for factor in factors])
    for ends in (3, 2, 1):
        if notation.columns < len(told) + 6 and 2 * ends < len(factors):
            told = notation.multiplied([*factors[:ends], notation.ellipsis, *factors[-ends:]])
    return told


def equation(sides: Iterable[str], notation: Unicode = UNICODE, margin: int = -1) -> str:
    """Sides of an equation on one line, or below one another where that is too long; equal sides once.

    Parameters
    ----------
    sides : iterable of str
    notation : Unicode
    margin : int
        How far lines are indented; if not given, below the first equals sign.
    """
    first, *others = dict.fromkeys(sides)
    lines, indent = [first], margin if margin >= 0 else min(len(first), _COLUMNS // 3)
    for side in others:
        if max(margin, 0) + len(lines[-1]) + len(side) + 3 <= notation.columns:
            lines[-1] += f" = {side}"
        else:
            lines.append(f"{' ' * indent} = {side}")
    return "\n".join(lines)


def summed(rows: Sequence[tuple[list[str], float]], more: int, total: float, notation: Unicode) -> list[str]:
    """The lines of a sum whose terms are equations; the printed terms add up to the printed sum.

    Parameters
    ----------
    rows : sequence of (list of str, float)
        The sides of each term, and what it comes to, which is its last side.
    more : int
        How many terms there are besides.
    total : float
    notation : Unicode
    """
    numbers = [value for _, value in rows]
    left_out = [total - math.fsum(numbers)] if more else []
    terms, whole = that_add_up([*numbers, *left_out], total)
    told = [term.replace("-", notation.minus) for term in terms]
    lines = []
    for at, (sides, _) in enumerate(rows):
        # A factor that stands alone is the term itself.
        own = [told[at] if side == sides[-1] else side for side in sides]
        lines.append(f"  {'+' if at else ' '} {equation(own, notation, _MARGIN)}")
    if more:
        lines.append(f"  + ... {counted(more)} more, which add up to {told[-1]}")
    return [*lines, f"  = {whole.replace('-', notation.minus)}"]


def definitions(names: Names, steps: Iterable[tuple[Value, int]], text: str, notation: Unicode) -> list[str]:
    """What values without a label compute that a text speaks of, such as ``v7 = a − y``.

    Parameters
    ----------
    names : Names
    steps : iterable of (Value, int)
        The local partials that the text tells of.
    text : str
    notation : Unicode
    """
    spoken_of = _spoken_of(text)
    nameless = {v: None for value, _ in steps for v in (value, *value.operands) if _is_explained(names, v)}
    waiting = [value for value in nameless if names.own(value).told(notation) in spoken_of]
    told: dict[Value, str] = {}
    while waiting and len(told) < _MOST_DEFINED:
        value = waiting.pop(0)
        if value in told:
            continue
        symbol = names.definition(value)
        computed = f"{notation.sign(value.primitive)} of {len(value.operands):,} operands"
        meaning = computed if value.operands else notation.number(number_of(value))
        meaning = meaning if symbol is None else symbol.told(notation)
        told[value] = f"{names.own(value).told(notation)} = {meaning}"
        further = _spoken_of(meaning)
        parts = [v for v in names.parts(value) if _is_explained(names, v)]
        waiting += [v for v in parts if names.own(v).told(notation) in further]
    ordered = sorted(told, key=names.place)
    return [told[value] for value in ordered] + ([notation.ellipsis] if waiting else [])


def _is_explained(names: Names, value: Value) -> bool:
    """Whether a value has no label; a leaf with a letter is known by its part."""
    return value.label is None and not names.is_number(value) and bool(value.operands or not names.has_letter(value))


def _spoken_of(text: str) -> set[str]:
    """What may be a value's name in a text, also after the d of a derivative in ASCII and below an exponent."""
    words = set(_NAME.findall(text))
    words |= {word.rstrip(_EXPONENT) for word in words}
    return words | {word[1:] for word in words if word.startswith("d")}


def on_lines(start: str, parts: Sequence[str]) -> str:
    """Parts with commas between them after a word, broken where a line is full."""
    lines = [start]
    for at, part in enumerate(parts):
        told = part + ("," if at < len(parts) - 1 else "")
        if lines[-1].strip() and lines[-1] != start and len(lines[-1]) + len(told) + 1 > _COLUMNS:
            lines.append(" " * len(start))
        lines[-1] += told if lines[-1].endswith(" ") else f" {told}"
    return "\n".join(lines)
