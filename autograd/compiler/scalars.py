"""Scalars: the recorded graph in a canonical form, in which order and association of additions no longer show.

Chains of ``+ - * /`` become sums of products. Equal subexpressions become one.
What is left, an `Atom`, is an input, a parameter, a constant, an operation of
the table on atoms, or a sum of terms ``coefficient * atom * atom``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from ..errors import DomainError
from ..labels import Label
from ..namespaces import FLOATS, left_to_right
from ..pairs import pairs_of
from ..primitives import (
    ADD,
    CONSTANT,
    DIVIDE,
    LEAF,
    LOGSUMEXP,
    MULTIPLY,
    NEGATIVE,
    POSITIVE_OF,
    POWER,
    SUBTRACT,
    TOTAL,
    WEIGHTED_SUM,
    Primitive,
)
from ..value import Value, number_of
from .record import INPUT, Recording

NONE = -1
"""Stands for a factor that a term does not have."""

Term = tuple[float, int, int]

# Only coefficients of this size are drawn together or out of a product: others may underflow or overflow in an order
# in which they were not written.
_SMALL, _LARGE = 1e-6, 1e6
_OVERFLOWING = 1e300

# A longer sum is not negated term by term: nested subtractions would take quadratic time.
_NEGATED_AT_MOST = 8


@dataclass(slots=True)
class Atom:
    """A scalar that gets a place in an array.

    `kind` is ``input``, ``parameter``, ``constant``, ``map``, ``logsumexp`` or
    ``sum``; `operands` are atoms' numbers, `terms` a sum's terms.
    """

    kind: str
    level: int
    primitive: Primitive | None = None
    operands: tuple[int, ...] = ()
    terms: tuple[Term, ...] = ()
    number: float = 0.0
    place: tuple[int, int] = (0, 0)
    label: Label | None = None


@dataclass
class Scalars:
    """Atoms, operands first, and which of them are the outputs and the guards' conditions."""

    atoms: list[Atom] = field(default_factory=list)
    outputs: list[int] = field(default_factory=list)
    conditions: list[int] = field(default_factory=list)


def canonical(recording: Recording) -> Scalars:
    """The recorded graph as atoms; time and memory are linear in its size."""
    return _Canonical(recording).result


class _Canonical:
    def __init__(self, recording: Recording) -> None:
        self.result = Scalars()
        self.atoms = self.result.atoms
        self._known: dict[Any, int] = {}
        # What a value has become: an atom's number, or the terms of a sum that its consumer may take over.
        self._became: dict[Value, int | list[Term]] = {}
        self._uses = _uses(recording)
        self._rules: dict[Primitive, Callable[[Value], int | list[Term]]] = {
            ADD: self._add,
            SUBTRACT: self._subtract,
            NEGATIVE: self._negative,
            POSITIVE_OF: lambda value: self._became_of(value.operands[0]),
            MULTIPLY: lambda value: self._product(*value.operands),
            DIVIDE: self._divide,
            TOTAL: self._total,
            WEIGHTED_SUM: self._weighted_sum,
        }
        for argument, members in enumerate(recording.inputs):
            for k, value in enumerate(members):
                self._became[value] = self._new(Atom("input", 0, place=(argument, k), label=value.label))
        for k, value in enumerate(recording.parameters):
            self._became[value] = self._new(Atom("parameter", 0, place=(0, k), label=value.label))
        for value in recording.order:
            if value.primitive not in (INPUT, LEAF):
                self._became[value] = self._read(value)
        self.result.outputs = [self._atom(value) for value in recording.outputs]
        self.result.conditions = [self._atom(guard.condition) for guard in recording.guards]

    def _read(self, value: Value) -> int | list[Term]:
        if value.primitive is CONSTANT:
            return self._constant(number_of(value))
        rule = self._rules.get(value.primitive)
        if rule is None or all(self._number(operand) is not None for operand in value.operands):
            return self._operation(value)
        return rule(value)

    def _new(self, atom: Atom) -> int:
        self.atoms.append(atom)
        return len(self.atoms) - 1

    def _shared(self, key: Any, atom: Atom) -> int:
        number = self._known.get(key)
        if number is None:
            number = self._known[key] = self._new(atom)
        return number

    def _constant(self, number: float) -> int:
        return self._shared(("constant", repr(number)), Atom("constant", 0, number=number))

    def _number(self, value: Value) -> float | None:
        """The number of a constant, else None."""
        became = self._became[value]
        if isinstance(became, int) and self.atoms[became].kind == "constant":
            return self.atoms[became].number
        return None

    def _level(self, operands: Iterable[int]) -> int:
        return 1 + max((self.atoms[operand].level for operand in operands), default=0)

    def _operation(self, value: Value) -> int:
        operands = tuple(self._atom(operand) for operand in value.operands)
        kind = "logsumexp" if value.primitive is LOGSUMEXP else "map"
        if all(self.atoms[operand].kind == "constant" for operand in operands):
            numbers = [self.atoms[operand].number for operand in operands]
            try:
                folded: float = value.primitive.rule(FLOATS, *numbers)
                return self._constant(folded)
            except (ValueError, ZeroDivisionError):
                raise DomainError(f"{value.primitive.name} of the constants {numbers}: no real result") from None
        if value.primitive is POWER and self.atoms[operands[1]].number == 1.0 and self._number(value.operands[1]):
            return operands[0]
        atom = Atom(kind, self._level(operands), value.primitive, operands, label=value.label)
        return self._shared((value.primitive, operands), atom)

    def _became_of(self, value: Value) -> int | list[Term]:
        return self._became[value] if self._uses[value] == 1 else self._atom(value)

    def _atom(self, value: Value) -> int:
        """The atom of a value; a sum that was still open is closed."""
        became = self._became[value]
        if isinstance(became, int):
            return became
        number = self._closed(became, value.label)
        self._became[value] = number
        return number

    def _closed(self, terms: list[Term], label: Label | None) -> int:
        kept = sorted(self._coefficients_as_factors([term for term in terms if term[1] != NONE]))
        constant = left_to_right(c for c, f, _ in terms if f == NONE)
        if constant:
            kept.append((1.0, self._constant(constant), NONE))
        if len(kept) == 1 and kept[0][0] == 1.0 and kept[0][2] == NONE:
            return kept[0][1]
        factors = {f for term in kept for f in term[1:] if f != NONE}
        key = tuple(kept)
        return self._shared(key, Atom("sum", self._level(factors), terms=key, label=label))

    def _coefficients_as_factors(self, terms: list[Term]) -> list[Term]:
        """Differing coefficients of single atoms as constant factors, so that such terms are made alike."""
        sizes = {abs(c) for c, _, g in terms if g == NONE}
        if len(terms) == 1 or (len(sizes) < 2 and modest(*sizes)):
            return terms
        return [(1.0, self._constant(c), f) if g == NONE and abs(c) != 1.0 else (c, f, g) for c, f, g in terms]

    def _terms(self, value: Value) -> list[Term]:
        """The terms of a value as a list that the caller owns."""
        became = self._became[value]
        if isinstance(became, list) and self._uses[value] == 1:
            return became
        if isinstance(became, list) and len(became) == 1 and became[0][2] == NONE:
            return became.copy()
        c, f = self._closed_factor(value)
        return [(c, f, NONE)]

    def _add(self, value: Value) -> int | list[Term]:
        if self._has_large(value.operands):
            return self._operation(value)
        return _joined(*(self._terms(operand) for operand in value.operands))

    def _total(self, value: Value) -> list[Term]:
        terms: list[Term] = []
        for operand in value.operands:
            terms = _joined(terms, self._terms(operand))
        return terms

    def _has_large(self, operands: Iterable[Value]) -> bool:
        """Whether one is a constant so large that with others it may overflow in another order."""
        return any(abs(self._number(operand) or 0.0) > _OVERFLOWING for operand in operands)

    def _subtract(self, value: Value) -> int | list[Term]:
        if self._has_large(value.operands):
            return self._operation(value)
        left, right = value.operands
        return _joined(self._terms(left), self._negated(right))

    def _negative(self, value: Value) -> list[Term]:
        return self._negated(value.operands[0])

    def _negated(self, value: Value) -> list[Term]:
        became = self._became[value]
        if isinstance(became, list) and len(became) > (_NEGATED_AT_MOST if self._uses[value] == 1 else 1):
            c, f = self._closed_factor(value)
            return [(-c, f, NONE)]
        return [(-c, f, g) for c, f, g in self._terms(value)]

    def _factor(self, value: Value) -> tuple[float, int]:
        """A value as coefficient and atom; the atom is NONE for a constant."""
        became = self._became[value]
        if isinstance(became, list) and len(became) == 1 and became[0][2] == NONE:
            return became[0][:2]
        return self._closed_factor(value)

    def _closed_factor(self, value: Value) -> tuple[float, int]:
        """A value's atom with the coefficient 1, or a constant's number and no atom."""
        atom = self._atom(value)
        return (self.atoms[atom].number, NONE) if self.atoms[atom].kind == "constant" else (1.0, atom)

    def _product(self, left: Value, right: Value) -> list[Term]:
        (c, f), (d, g) = self._factor(left), self._factor(right)
        one_atom = NONE in (f, g)
        if not modest(c, d, c * d) and not (one_atom and 1.0 in (abs(c), abs(d))):
            (c, f), (d, g) = self._closed_factor(left), self._closed_factor(right)
        return [(c * d, g, NONE) if f == NONE else (c * d, f, g)]

    def _divide(self, value: Value) -> int | list[Term]:
        left, right = value.operands
        divisor = self._number(right)
        c, f = self._factor(left)
        if not divisor or not modest(c, divisor, c / divisor):
            return self._operation(value)
        return [(c / divisor, f, NONE)]

    def _weighted_sum(self, value: Value) -> list[Term]:
        weights, activations, bias = pairs_of(value.operands)
        terms: list[Term] = []
        for weight, activation in zip(weights, activations, strict=True):
            terms += self._product(weight, activation)
        return terms if bias is None else _joined(terms, self._terms(bias))


def modest(*numbers: float) -> bool:
    """Whether factors of these sizes may be multiplied in any order."""
    return all(_SMALL <= abs(number) <= _LARGE for number in numbers)


def _joined(left: list[Term], right: list[Term]) -> list[Term]:
    """Both lists as one; the longer takes the shorter in, so chains of any shape take n log n at most."""
    if len(left) < len(right):
        left, right = right, left
    left += right
    return left


def _uses(recording: Recording) -> dict[Value, int]:
    uses: dict[Value, int] = dict.fromkeys(recording.order, 0)
    for value in recording.order:
        for operand in value.operands:
            uses[operand] += 1
    # An output or a condition is read from outside, so no sum may take it over.
    for value in (*recording.outputs, *(guard.condition for guard in recording.guards)):
        uses[value] += 2
    return uses
