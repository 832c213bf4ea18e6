"""Names for values: a label, a number, a short expression, or ``v7``."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..labels import Label
from ..primitives import CONSTANT
from ..text import shown
from ..value import Value, number_of
from .expressions import Expression, Name, Number
from .symbols import partial_symbol, result_symbol

_SHORT = 4
_READABLE = 15


class Names:
    """What the values of a graph are called.

    Parameters
    ----------
    order : sequence of Value
        The graph in topological order; a value that has no label and is not told
        by a short expression is called v and its place in it.
    """

    def __init__(self, order: Sequence[Value]) -> None:
        self._order = order
        self._places: dict[Value, int] = {}

    def symbol(self, value: Value) -> Expression:
        """A value as it stands in a formula."""
        short = self._short(value, _SHORT)
        return self.own(value) if short is None else short

    def own(self, value: Value) -> Name:
        """A value by its label or place alone."""
        if value.label is not None:
            return Name(value.label, number_of(value), id(value))
        if not self._places:
            self._places = {value: at for at, value in enumerate(self._order)}
        return Name(Label(f"v{self._places[value]}"), number_of(value), id(value))

    def partial(self, value: Value, index: int) -> Expression:
        """The local partial of `value` by its operand `index`."""
        operands = [self.symbol(operand) for operand in value.operands]
        return partial_symbol(value.primitive, index, self.symbol(value), operands)

    def product(self, steps: Sequence[tuple[Value, int]]) -> Expression:
        """The product of local partials, from the output's side back."""
        product: Expression = Number(1.0)
        for value, index in steps:
            product = product * self.partial(value, index)
        return product

    def definition(self, value: Value) -> Expression | None:
        """What a value computes, from its operands' names; None for a leaf, and where they are many."""
        if not value.operands or len(value.operands) > 2 * _SHORT:
            return None
        inside = [Number(number_of(o)) if _is_number(o) else self.own(o) for o in value.operands]
        return self._short(value, _SHORT) or result_symbol(value.primitive, inside)

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
        inside: list[Expression] = []
        for operand in value.operands:
            part = self._short(operand, room - 1) if room > 1 else None
            if part is None:
                return None
            inside.append(part)
            room -= 0 if isinstance(part, Number) else 1
        return None if room < 0 else result_symbol(value.primitive, inside)


def _is_number(value: Value) -> bool:
    return value.primitive is CONSTANT and value.label is None


def counted(count: int) -> str:
    """A number of paths, in full as long as that can be read."""
    digits = int(count.bit_length() * math.log10(2))
    return f"{count:,}" if digits < _READABLE else f"about 10^{digits}"
