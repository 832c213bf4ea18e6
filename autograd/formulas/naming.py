"""Names for values: a label, a letter, a number, a short expression, or ``v7``."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import cached_property

from ..labels import Label
from ..merged import Kind, Merged, shown_terms
from ..pairs import partner_of
from ..primitives import CONSTANT, LEAF, LOG_SOFTMAX, LOGSUMEXP, MULTIPLY, WEIGHTED_SUM
from ..text import shown
from ..value import Value, number_of
from .expressions import Expression, Name, Number, added, multiplied
from .letters import letters_of
from .notations import UNICODE
from .symbols import partial_symbol, result_symbol

_SHORT = 4
_READABLE = 15
_FEW_TERMS = 4
_ONE = Number(1.0)
_LEFT_OUT = Name(Label(UNICODE.ellipsis), 0.0, 0)


class Names:
    """What the values of a graph are called.

    Parameters
    ----------
    order : sequence of Value
        The graph in topological order; a value that has no label, plays no part that the document
        has a letter for, and is not told by a short expression is called v and its place in it.
    apart : iterable of Value
        Values that are not written in another's formula, whatever they are.
    """

    def __init__(self, order: Sequence[Value], apart: Iterable[Value] = ()) -> None:
        self._order, self._apart = order, tuple(apart)
        self._defined: dict[Value, Expression | None] = {}  # one may hold a million values

    @cached_property
    def merged(self) -> Merged:
        """What is written in another's formula."""
        return Merged(self._order, self._apart)

    @cached_property
    def _letters(self) -> dict[Value, Label]:
        # Whatever is looked at, the same graph has the same letters.
        alike = all(value.primitive is LEAF or value.label is not None for value in self._apart)
        return letters_of(self._order, self.merged if alike else Merged(self._order))

    @cached_property
    def _places(self) -> dict[Value, int]:
        return {value: at for at, value in enumerate(self._order)}

    def label(self, value: Value) -> Label:
        """The label of a value, the letter of its part, or its place."""
        return value.label or self._letters.get(value) or Label(f"v{self.place(value)}")

    def place(self, value: Value) -> int:
        """Where a value stands in the order."""
        return self._places[value]

    def has_letter(self, value: Value) -> bool:
        """Whether a value without a label is called by the letter of its part."""
        return value in self._letters

    def is_number(self, value: Value) -> bool:
        """Whether formulas write a value as its number."""
        return _is_number(value)

    def parts(self, value: Value) -> list[Value]:
        """What stands in the formula of a value."""
        return [part for term in self.merged.terms(value) for part in term.values]

    def symbol(self, value: Value) -> Expression:
        """A value as it stands in a formula."""
        if self.merged.holds(value) and value not in self._letters:
            return self._written(value) or self.own(value)
        short = self._short(value, _SHORT)
        return self.own(value) if short is None else short

    def own(self, value: Value) -> Name:
        """A value by its label, letter or place alone."""
        return Name(self.label(value), number_of(value), id(value))

    def partial(self, value: Value, index: int) -> Expression:
        """The local partial of `value` by its operand `index`."""
        if (factor := self.merged.factor(value, index)) is not None:
            return Number(factor)
        if (other := _other_factor(value, index)) is not None:
            return self.symbol(other)
        operands = [self.symbol(operand) for operand in value.operands]
        return partial_symbol(value.primitive, index, self.symbol(value), operands)

    def product(self, steps: Sequence[tuple[Value, int]]) -> Expression:
        """The product of local partials, from the output's side back."""
        product: Expression = _ONE
        for value, index in steps:
            partial = self.partial(value, index)
            product = product * partial if partial != _ONE else product
        return product

    def definition(self, value: Value) -> Expression | None:
        """What a value computes, from its operands' names, of a long sum its first and last; None for a leaf, and where
        they are many.
        """
        if value not in self._defined:
            self._defined[value] = self._definition(value) if value.operands else None
        return self._defined[value]

    def _definition(self, value: Value) -> Expression | None:
        if value.primitive in (LOGSUMEXP, LOG_SOFTMAX):
            return result_symbol(value.primitive, [self._end(operand) for operand in value.operands])
        if len(value.operands) <= 2 * _SHORT and (short := self._computed(value, _SHORT)) is not None:
            return short
        return self._written(value)

    def plain(self, value: Value) -> str:
        """A value as one line of text with full precision."""
        if _is_number(value):
            return repr(number_of(value))
        told = "" if value.label is not None else str(self.definition(value) or value.primitive.symbol)
        return shown(str(self.own(value)) + (f" = {told}" if told else "")) + f" = {number_of(value)!r}"

    def _short(self, value: Value, room: int) -> Expression | None:
        """A value in an expression of at most `room` names, or None."""
        if _is_number(value):
            return Number(number_of(value))
        if value.label is not None:
            return self.own(value)
        if not value.operands or len(value.operands) > 2 * _SHORT:
            return None
        return self._computed(value, room)

    def _computed(self, value: Value, room: int) -> Expression | None:
        """What a value computes in an expression of at most `room` names, or None."""
        inside: list[Expression] = []
        for operand in value.operands:
            part = self._short(operand, room - 1) if room > 1 else None
            if part is None:
                return None
            inside.append(part)
            room -= 0 if isinstance(part, Number) else 1
        return None if room < 0 else result_symbol(value.primitive, inside)

    # What is written as one

    def _written(self, value: Value) -> Expression | None:
        """The formula of a value and of what is inside it, the middle of a long sum left out; None where it is long."""
        terms = self.merged.terms(value)
        if sum(len(term.ends) for term in terms) <= 2 * _SHORT:
            return self._formula(value)
        if self.merged.kind(value) not in (Kind.SUM, Kind.SCALED):
            return None
        first, hidden, last = shown_terms(terms, most=_FEW_TERMS)
        # What a whole sum is scaled by stands before it.
        sizes = {abs(term.slope) for term in terms}
        scale = sizes.pop() if len(sizes) == 1 else 1.0
        told = [
            multiplied([Number(term.slope / (scale or 1.0)), *map(self._formula, term.of)]) for term in (*first, *last)
        ]
        told[len(first) : len(first)] = [_LEFT_OUT] if hidden else []
        return multiplied([Number(scale), added(told)])

    def _formula(self, value: Value) -> Expression:
        """A value by what is inside its formula, from the names of what is not."""
        made: dict[Value, Expression] = {}
        waiting = [value]
        while waiting:
            last = waiting[-1]
            inside = [o for o in last.operands if o not in made and self.merged.holds(o)]
            waiting += inside
            if not inside:
                waiting.pop()
                operands = [made.get(o) or self._end(o) for o in last.operands]
                made[last] = result_symbol(last.primitive, operands) if operands else self._end(last)
        return made[value]

    def _end(self, value: Value) -> Expression:
        return Number(number_of(value)) if _is_number(value) else self.own(value)


def _is_number(value: Value) -> bool:
    return value.primitive is CONSTANT and value.label is None


def _other_factor(value: Value, index: int) -> Value | None:
    """What an operand of a product, or of a sum of products, is multiplied by."""
    if value.primitive not in (MULTIPLY, WEIGHTED_SUM):
        return None
    partner = partner_of(index, len(value.operands))
    return None if partner is None else value.operands[partner]


def counted(count: int) -> str:
    """A number of paths, in full as long as that can be read."""
    digits = int(count.bit_length() * math.log10(2))
    return f"{count:,}" if digits < _READABLE else f"about 10^{digits}"
