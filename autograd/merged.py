"""What is written as one: sums of products between whose parts nothing has a name, as z = w · x + b is written.

A sum takes in the sums and products among its operands, a product the products, a square the difference it is of;
one that is only scaled, as a mean is, takes in what it scales. What has a name, is used more than once, or is no
such arithmetic stays by itself. Factors of 1 and terms of 0 are passed by.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Optional

from .graph import use_counts
from .pairs import partner_of
from .primitives import (
    ADD,
    CONSTANT,
    DIVIDE,
    MULTIPLY,
    NEGATIVE,
    POSITIVE_OF,
    POWER,
    RECIPROCAL,
    SQUARE,
    SUBTRACT,
    TOTAL,
    WEIGHTED_SUM,
)
from .value import Value, number_of

Steps = tuple[tuple[Value, int], ...]
"""The local partials along a path, from the output's side back: a value and its operand's position."""

Link = tuple[Optional["Link"], Value, int]
"""The last step of a way and the link before it: ways that begin alike share what they share."""

_MOST_FACTORS = 8
_MOST_TERMS = 8
_MOST_LIT = 8
_WORTH_HIDING = 2
SHOWN_FIRST = 2


class Kind(Enum):
    """What a value is to those whose formula it is in, and to those that are in its own."""

    SUM = auto()
    SCALED = auto()  # by a number
    TERM = auto()  # a product
    FACTOR = auto()  # a product in a product
    POWER = auto()  # with a number above
    SHORT = auto()  # a sum in parentheses
    OTHER = auto()


_ADDED = (Kind.SUM, Kind.SCALED)
_MULTIPLIED = (Kind.TERM, Kind.FACTOR)
_SUMS = (ADD, SUBTRACT, NEGATIVE, TOTAL, WEIGHTED_SUM)
_TOLD_IN_PART = {*_SUMS, POWER, DIVIDE, MULTIPLY}
_ADDS = (ADD, TOTAL, POSITIVE_OF)


@dataclass(slots=True, eq=False)
class Term:
    """What one term of a sum, or one operand of anything else, depends on.

    Attributes
    ----------
    slope : float
        How the sum follows it: 1, or -1 where it is subtracted, times what the sum is scaled by.
    of : tuple of Value
        What it is the product of.
    ends : list of Link
        The ways to what it depends on.
    values : list of Value
        That, in the same order.
    """

    slope: float
    of: tuple[Value, ...]
    ends: list[Link] = field(default_factory=list)
    values: list[Value] = field(default_factory=list)

    @property
    def is_pair(self) -> bool:
        """Whether it is a product of two that are not the same."""
        if len(self.ends) != 2:
            return False
        first, second = self.values
        return first is not second and (len(self.of) == 2 or self.of[0].primitive is MULTIPLY)

    @property
    def amount(self) -> float:
        """What it adds to a sum."""
        return self.slope * math.prod(map(number_of, self.of))


class Merged:
    """Which values of a graph are written in the formula of the one that uses them.

    Parameters
    ----------
    order : sequence of Value
        The graph in topological order, the output last, which stays by itself.
    apart : iterable of Value
        Others that do, whatever they are.
    """

    def __init__(self, order: Sequence[Value], apart: Iterable[Value] = ()) -> None:
        self._apart = {order[-1], *apart}
        self.uses = use_counts(order)
        self._terms: dict[Value, list[Term]] = {}
        self._units: dict[Value, int] = {}
        self._kinds: dict[Value, Kind] = {}  # of what is inside another
        # A difference that is squared is an error, and its 0 what was to come, which stays.
        self._errors = {v.operands[0] for v in order if v.primitive in (POWER, SQUARE)}
        self._activated = {v.operands[0] for v in order if v.primitive.primed}
        self.nothing: set[Value] = set()  # products with the number 0
        self._full: set[Value] = set()  # products of as many factors as one may have
        self._passed_in: dict[Value, Kind] = {}
        self._size(order)
        for value in reversed(order):
            if value.operands:
                self._take_in(value)

    def holds(self, value: Value) -> bool:
        """Whether a value stands in another's formula, and has no node of its own."""
        return value in self._kinds or (value in self._units and self._free(value))

    def kind(self, value: Value) -> Kind:
        """What a value is, itself."""
        primitive, operands = value.primitive, value.operands
        if value in self._units:
            return Kind.SUM if primitive in (*_SUMS, POSITIVE_OF) else Kind.SCALED
        if primitive in _SUMS:
            return Kind.SUM
        if primitive is MULTIPLY:
            return Kind.SCALED if any(map(self.is_number, operands)) else Kind.TERM
        if primitive is DIVIDE:
            return Kind.SCALED if self.is_number(operands[1]) else Kind.TERM
        if primitive is POWER and self.is_number(operands[1]):
            return Kind.POWER
        return Kind.POWER if primitive in (SQUARE, RECIPROCAL) else Kind.OTHER

    def is_number(self, value: Value) -> bool:
        """Whether a value is a constant without a name, which formulas write as its number."""
        return value.primitive is CONSTANT and value.label is None and value not in self._apart

    # Which values are inside

    def _free(self, value: Value) -> bool:
        return value.label is None and value not in self._apart

    def _unit(self, value: Value) -> int | None:
        """The position of the operand that a value is, no more: as x · 1, 0 + x and x / 1 are x."""
        primitive, operands = value.primitive, value.operands
        if primitive is POSITIVE_OF or (primitive is TOTAL and len(operands) == 1):
            return 0
        if len(operands) != 2:
            return None
        left, right = (number_of(o) if self.is_number(o) else None for o in operands)
        if primitive is ADD or (primitive is SUBTRACT and value not in self._errors):
            if right == 0 or (left == 0 and primitive is ADD):
                return 0 if right == 0 else 1
            left, right = (0.0 if self._passes(value, o) else None for o in operands)
            return 0 if right == 0 else 1 if left == 0 and primitive is ADD else None
        if primitive in (MULTIPLY, DIVIDE, POWER):
            return 0 if right == 1 else 1 if left == 1 and primitive is MULTIPLY else None
        return None

    def _size(self, order: Iterable[Value]) -> None:
        """Find the units, and the products that take in no further ones because they would be too long."""
        sizes: dict[Value, int] = {}
        for value in order:
            if (unit := self._unit(value)) is not None:
                self._units[value] = unit
            elif value.primitive in (MULTIPLY, DIVIDE, NEGATIVE):
                if self._free(value) and self._is_nothing(value):
                    self.nothing.add(value)
                size = sum(sizes.get(self._behind(operand), 1) for operand in value.operands)
                if size > _MOST_FACTORS:
                    self._full.add(value)
                    size = len(value.operands)
                if self._free(value) and self.uses.get(value) == 1:
                    sizes[value] = size

    def _passes(self, value: Value, term: Value) -> bool:
        """Whether a value is but its other term: the z of an activation is a z still."""
        return value.primitive in (ADD, SUBTRACT) and value not in self._activated and self._vanishes(term)

    def _is_nothing(self, value: Value) -> bool:
        factors = value.operands if value.primitive is MULTIPLY else value.operands[:1]
        return any(self.is_number(factor) and number_of(factor) == 0 for factor in factors)

    def _behind(self, value: Value) -> Value:
        """What a value is, units passed by that nothing else uses."""
        while value in self._units and self._free(value) and self.uses[value] == 1:
            value = value.operands[self._units[value]]
        return value

    def _take_in(self, value: Value) -> None:
        """Say of a value's operands whether they are inside."""
        own = self._passed_in.get(value) or self._kinds.get(value) or self.kind(value)
        if own is Kind.OTHER:
            return
        for index, operand in enumerate(value.operands):
            if not operand.operands or not self._free(operand) or self.uses[operand] != 1:
                continue
            weighted = value.primitive is WEIGHTED_SUM and partner_of(index, len(value.operands)) is not None
            within = Kind.TERM if weighted else own
            if value in self._full and (operand in self._units or operand.primitive is NEGATIVE):
                self._full.add(operand)
            if operand in self._units:
                self._passed_in[operand] = within
            elif (kind := self._inside(operand, within, value)) is not None:
                self._kinds[operand] = kind

    def _inside(self, value: Value, within: Kind, user: Value) -> Kind | None:
        """What a value is in the formula of its user; None where it stays by itself."""
        kind = self.kind(value)
        if within in _ADDED:
            scaled = Kind.SCALED if within is Kind.SCALED else Kind.TERM
            return {Kind.SUM: Kind.SUM, Kind.SCALED: scaled, Kind.OTHER: None}.get(kind, kind)
        if within in _MULTIPLIED:
            if value.primitive is NEGATIVE or (kind in (Kind.TERM, Kind.SCALED) and user not in self._full):
                return Kind.FACTOR
            return Kind.POWER if kind is Kind.POWER else Kind.SHORT if self._is_short(value) else None
        return Kind.SHORT if within is Kind.POWER and (self._is_short(value) or self._is_error(value)) else None

    def _is_short(self, value: Value) -> bool:
        """Whether a value is one operation on two that are not taken apart, and can stand in parentheses."""
        if value.primitive not in (ADD, SUBTRACT, MULTIPLY, DIVIDE):
            return False
        return all(map(self._is_simple, value.operands))

    def _is_error(self, value: Value) -> bool:
        """Whether a value is a difference from something simple, as that of a prediction and what was to come."""
        return value.primitive is SUBTRACT and any(map(self._is_simple, value.operands))

    def _is_simple(self, value: Value) -> bool:
        value = self._behind(value)
        return not self._free(value) or self.uses[value] != 1 or self.kind(value) is Kind.OTHER

    # Ways through them

    def positions(self, value: Value) -> Sequence[int]:
        """The positions of the operands that are told: no factors of 1, terms of 0, and numbers that only scale."""
        operands = value.operands
        if value in self._units:
            return (self._units[value],)
        if value.primitive in _TOLD_IN_PART:
            told = [i for i, operand in enumerate(operands) if not self._hides(value, i, operand)]
            return told or range(len(operands))
        return range(len(operands))

    def _hides(self, value: Value, index: int, operand: Value) -> bool:
        """Whether the operand at a position is a number that is written in the formula alone, or a term of 0."""
        primitive, number = value.primitive, number_of(operand)
        if not self.is_number(operand):
            return number == 0 and primitive in _SUMS and self._vanishes(self._behind(operand))
        if primitive in (ADD, SUBTRACT, TOTAL):
            return number == 0 and value not in self._errors
        if primitive is WEIGHTED_SUM:
            return number == 0 and partner_of(index, len(value.operands)) is None
        if primitive is MULTIPLY:
            return self._kinds.get(value) is Kind.FACTOR or self._is_scaled(value.operands[1 - index])
        return index == 1 or (primitive is DIVIDE and number == 1)

    def _vanishes(self, value: Value) -> bool:
        """Whether a value is a product with the number 0 of what is shown elsewhere."""
        return value in self.nothing and all(self.is_number(o) or self.uses[o] > 1 for o in value.operands)

    def _is_scaled(self, value: Value) -> bool:
        """Whether a number by which a value is multiplied scales it, rather than being an input or a weight."""
        return value in self._kinds or (bool(value.operands) and self.kind(value) is not Kind.OTHER)

    def factor(self, value: Value, index: int) -> float | None:
        """The local partial by an operand that a value is a sum of or scales by a number; None for any other."""
        primitive, operands = value.primitive, value.operands
        if primitive in _ADDS or (primitive is SUBTRACT and index == 0):
            return 1.0
        if primitive in (SUBTRACT, NEGATIVE):
            return -1.0
        if primitive is WEIGHTED_SUM:
            return None if partner_of(index, len(operands)) is not None else 1.0
        if primitive in (MULTIPLY, DIVIDE) and self.is_number(operands[1 - index]):
            number = number_of(operands[1 - index])
            return number if primitive is MULTIPLY else None if index else 1 / number
        return 1.0 if self._units.get(value) == index else None

    def terms(self, root: Value) -> list[Term]:
        """What a value with a node of its own depends on, and how, term by term; found once."""
        if root not in self._terms:
            self._terms[root] = self._terms_of(root)
        return self._terms[root]

    def _terms_of(self, root: Value) -> list[Term]:
        added = self.kind(root) in _ADDED
        terms: list[Term] = []
        waiting: list[tuple[Link, Term | None, float]] = []

        def look_into(value: Value, before: Link | None, term: Term | None, factor: float) -> None:
            count = len(value.operands)
            shared: dict[int, Term] = {}
            for i in reversed(self.positions(value)):
                partner = partner_of(i, count) if value.primitive is WEIGHTED_SUM and term is None else None
                if partner is not None:
                    pair = min(i, partner)
                    if pair not in shared:
                        shared[pair] = Term(factor, (value.operands[pair], value.operands[max(i, partner)]))
                waiting.append(((before, value, i), term if partner is None else shared[pair], factor))

        look_into(root, None, None, 1.0)
        while waiting:
            link, term, factor = waiting.pop()
            _, value, index = link
            operand = value.operands[index]
            kind = Kind.SUM if self._is_passed(operand) else self._kinds.get(operand)
            if added and term is None:
                slope = self.factor(value, index)
                factor *= 1.0 if slope is None else slope
            if term is None and kind not in _ADDED and (added or kind is None):
                term = Term(factor, (operand,))
            if kind is not None:
                look_into(operand, link, term, factor)
                continue
            assert term is not None
            if not term.ends:
                terms.append(term)
            term.ends.append(link)
            term.values.append(operand)
        return terms

    def _is_passed(self, value: Value) -> bool:
        return value in self._units and self._free(value)

    def ways(self, root: Value, among: Collection[Value]) -> Iterator[Steps]:
        """The ways from a value with a node of its own back to some values, through what is inside its formula."""
        waiting: list[Link] = [(None, root, i) for i in reversed(range(len(root.operands)))]
        while waiting:
            link = waiting.pop()
            operand = link[1].operands[link[2]]
            if operand not in among:
                continue
            if self.holds(operand):
                waiting += [(link, operand, i) for i in reversed(range(len(operand.operands)))]
            else:
                yield steps_of(link)


def steps_of(link: Link) -> Steps:
    """A way, step by step."""
    steps = []
    at: Link | None = link
    while at is not None:
        before, value, index = at
        steps.append((value, index))
        at = before
    return tuple(reversed(steps))


def end_of(steps: Steps) -> Value:
    """The operand that steps lead back to."""
    value, index = steps[-1]
    return value.operands[index]


def shown_terms(
    terms: list[Term], lit: Collection[Value] = (), most: int = _MOST_TERMS
) -> tuple[list[Term], list[Term], list[Term]]:
    """Those shown first, those left out, and those shown last: of many, the first, the last and the lit remain.

    Beside products what is only added, as a bias is, is always shown.
    """
    products = [term for term in terms if len(term.ends) > 1]
    alone = len(terms) - len(products)
    many = products if products and alone <= SHOWN_FIRST else terms
    if len(many) <= most:
        return terms, [], []
    kept = {*many[:SHOWN_FIRST], many[-1]}
    kept.update([term for term in many if lit and any(value in lit for value in term.values)][:_MOST_LIT])
    hidden = [term for term in many if term not in kept]
    if len(hidden) < _WORTH_HIDING:
        return terms, [], []
    first, left_out = terms.index(hidden[0]), set(hidden)
    return terms[:first], hidden, [term for term in terms[first:] if term not in left_out]
