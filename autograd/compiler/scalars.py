"""Scalars: the recorded graph in a canonical form, in which order and association of additions no longer show.

Chains of ``+ - * /`` become sums of products. Equal subexpressions become one.
What is left, an `Atom`, is an input, a parameter, a constant, an operation of
the table on atoms, or a sum of terms ``coefficient * atom * atom``.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple

from ..errors import DomainError
from ..labels import Label
from ..namespaces import FLOATS, left_to_right
from ..pairs import pairs_of
from ..primitives import (
    ADD,
    CHOOSE,
    CONSTANT,
    DIVIDE,
    LOG_SOFTMAX,
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
from .plan.instructions import modest
from .record import Recording
from .tracer import Decision

NONE = -1
"""Stands for a factor that a term does not have."""

# What a sum looks into, and whose operands it looks into further.
_LINEAR = frozenset([ADD, SUBTRACT, NEGATIVE, POSITIVE_OF, TOTAL, WEIGHTED_SUM, MULTIPLY, DIVIDE])
_SUMS = frozenset([ADD, SUBTRACT, NEGATIVE, POSITIVE_OF, TOTAL])

_OVERFLOWING = 1e300

# Operations that have instructions of their own.
_KINDS = {LOGSUMEXP: "logsumexp", LOG_SOFTMAX: "log_softmax", CHOOSE: "choose"}


class Scaled(NamedTuple):
    """A number times an atom, or the number alone where the atom is `NONE`."""

    coefficient: float
    atom: int


class Term(NamedTuple):
    """``coefficient * first * second``; a factor that is `NONE` is not there, the second before the first."""

    coefficient: float
    first: int
    second: int


@dataclass(slots=True)
class Atom:
    """A scalar that gets a place in an array.

    `kind` is ``input``, ``parameter``, ``constant``, ``map``, ``logsumexp``,
    ``log_softmax``, ``choose`` or ``sum``; `operands` are atoms' numbers, `terms` a sum's terms. `level` is how
    many operations lie before it. `place` is an input's argument and position in
    it, or a parameter's position.
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
    """Atoms, operands first, and which of them are the outputs and decide the branches."""

    atoms: list[Atom] = field(default_factory=list)
    outputs: list[int] = field(default_factory=list)
    decisions: list[tuple[int, Decision]] = field(default_factory=list)


def canonical(recording: Recording) -> Scalars:
    """The recorded graph as atoms; time and memory are linear in its size."""
    return _Canonical(recording).result


class _Canonical:
    def __init__(self, recording: Recording) -> None:
        self.result = Scalars()
        self.atoms = self.result.atoms
        # Of each kind, by what they are made of.
        self._constants: dict[str, int] = {}
        self._sums: dict[tuple[Term, ...], int] = {}
        self._operations: dict[Primitive, dict[tuple[int, ...], int]] = defaultdict(dict)
        self._options: dict[tuple[Value, ...], tuple[tuple[int, ...], int]] = {}
        self._numbers = _numbers(recording)
        self._huge = {value for value, number in self._numbers.items() if abs(number) >= _OVERFLOWING}
        self._linear = {value for value in recording.order if self._is_linear(value)}
        self._parts = self._parts_of_one_sum(recording)
        # What every value comes to that is not a part of one sum alone: an atom, told by its number, or one scaled.
        self._scaled: dict[Value, int | Scaled] = {v: Scaled(number, NONE) for v, number in self._numbers.items()}
        for argument, members in enumerate(recording.inputs):
            for k, value in enumerate(members):
                self._scaled[value] = self._new(Atom("input", 0, place=(argument, k), label=value.label))
        for k, value in enumerate(recording.parameters):
            self._scaled[value] = self._new(Atom("parameter", 0, place=(0, k), label=value.label))
        for value in recording.order:
            if value not in self._scaled and value not in self._parts:
                self._scaled[value] = self._closed(value) if value in self._linear else self._operation(value)
        self.result.outputs = [self._atom(value) for value in recording.outputs]
        self.result.decisions = [(self._atom(made.condition), made) for made in recording.decisions]

    def _is_linear(self, value: Value) -> bool:
        """Whether a value is read as a sum of products."""
        primitive = value.primitive
        if primitive is ADD or primitive is SUBTRACT:
            # A constant so large may overflow with others in another order.
            return self._huge.isdisjoint(value.operands)
        if primitive is DIVIDE:
            return bool(self._numbers.get(value.operands[1]))
        return primitive in _LINEAR

    def _parts_of_one_sum(self, recording: Recording) -> set[Value]:
        """The values that one sum alone reads, once, and that are sums or products themselves: they need no atom."""
        uses = Counter(map(id, chain.from_iterable([value.operands for value in recording.order])))
        summed: set[Value] = set()
        for value in self._linear:
            if value.primitive is WEIGHTED_SUM:
                *_, bias = pairs_of(value.operands)
                summed.update([] if bias is None else [bias])
            elif value.primitive in _SUMS:
                summed.update(value.operands)
        # An output or a condition is read from outside.
        summed -= {*recording.outputs, *(made.condition for made in recording.decisions)}
        return {v for v in summed & self._linear if uses[id(v)] == 1 and v not in self._numbers}

    # Sums of products

    def _terms(self, root: Value) -> list[Term]:
        """The terms of a sum, from the whole down into those of its parts that serve nothing else."""
        terms: list[Term] = []
        waiting = [(1.0, root)]
        while waiting:
            sign, value = waiting.pop()
            if value is not root and value not in self._parts:
                c, f = self._of(value)
                terms.append(Term(sign * c, f, NONE))
            elif value.primitive is MULTIPLY:
                terms.append(self._product(sign, *value.operands))
            elif value.primitive is DIVIDE:
                terms.append(self._quotient(sign, value))
            elif value.primitive is SUBTRACT:
                waiting += [(-sign, value.operands[1]), (sign, value.operands[0])]
            elif value.primitive is WEIGHTED_SUM:
                weights, activations, bias = pairs_of(value.operands)
                terms += [self._product(sign, w, a) for w, a in zip(weights, activations, strict=True)]
                waiting += [] if bias is None else [(sign, bias)]
            else:
                sign = -sign if value.primitive is NEGATIVE else sign
                waiting += [(sign, operand) for operand in reversed(value.operands)]
        return terms

    def _product(self, sign: float, left: Value, right: Value) -> Term:
        first, second = self._scaled[left], self._scaled[right]
        if first.__class__ is int is second.__class__:
            return Term(sign, first, second)
        (c, f), (d, g) = self._of(left), self._of(right)
        if c == d == 1.0 and NONE not in (f, g):
            return Term(sign, f, g)
        if not modest(c, d, c * d) and not (NONE in (f, g) and 1.0 in (abs(c), abs(d))):
            (c, f), (d, g) = self._as_written(left), self._as_written(right)
        return Term(sign * c * d, g, NONE) if f == NONE else Term(sign * c * d, f, g)

    def _quotient(self, sign: float, value: Value) -> Term:
        """A value divided by a constant."""
        (c, f), divisor = self._of(value.operands[0]), self._numbers[value.operands[1]]
        if modest(c, divisor, c / divisor):
            return Term(sign * c / divisor, f, NONE)
        return Term(sign, self._atom_of(self._operation(value), value), NONE)

    def _of(self, value: Value) -> tuple[float, int]:
        """What a value comes to, as a coefficient and an atom."""
        scaled = self._scaled[value]
        return (1.0, scaled) if scaled.__class__ is int else scaled  # type: ignore[return-value]  # a Scaled

    def _as_written(self, value: Value) -> tuple[float, int]:
        """A constant as it is, anything else as an atom that has its coefficient in it."""
        coefficient, atom = self._of(value)
        return (coefficient, atom) if atom == NONE else (1.0, self._atom(value))

    def _closed(self, value: Value) -> int | Scaled:
        """What a sum comes to: one scaled atom, or an atom of its terms."""
        if value.primitive is MULTIPLY:
            return self._made_of([self._product(1.0, *value.operands)], value.label)
        terms = self._terms(value)
        constants = [c for c, f, _ in terms if f == NONE]
        if constants:
            terms = [term for term in terms if term.first != NONE]
        if len(terms) > 1:
            terms = sorted(self._coefficients_as_factors(terms))
        if constants:
            if sum(map(abs, constants)) < _OVERFLOWING:
                constants = [left_to_right(constants)]
            terms += [Term(1.0, self._constant(constant), NONE) for constant in constants if constant]
        return self._made_of(terms, value.label)

    def _made_of(self, terms: list[Term], label: Label | None) -> int | Scaled:
        if len(terms) == 1 and terms[0].second == NONE:
            coefficient, atom, _ = terms[0]
            return atom if coefficient == 1.0 else Scaled(coefficient, atom)
        return self._sum(tuple(terms), label)

    def _sum(self, terms: tuple[Term, ...], label: Label | None) -> int:
        number = self._sums.get(terms)
        if number is None:
            atoms, level = self.atoms, 0
            for _, f, g in terms:
                level = max(level, atoms[f].level, 0 if g == NONE else atoms[g].level)
            number = self._sums[terms] = self._new(Atom("sum", level + 1, terms=terms, label=label))
        return number

    def _coefficients_as_factors(self, terms: list[Term]) -> list[Term]:
        """Differing coefficients of single atoms as constant factors, so that such terms are made alike."""
        sizes = {abs(c) for c, _, g in terms if g == NONE}
        if len(sizes) < 2 and modest(*sizes):
            return terms
        return [Term(1.0, self._constant(c), f) if g == NONE and abs(c) != 1.0 else Term(c, f, g) for c, f, g in terms]

    # Atoms

    def _new(self, atom: Atom) -> int:
        self.atoms.append(atom)
        return len(self.atoms) - 1

    def _constant(self, number: float) -> int:
        key = repr(number)
        known = self._constants.get(key)
        if known is None:
            known = self._constants[key] = self._new(Atom("constant", 0, number=number))
        return known

    def _atom(self, value: Value) -> int:
        """A value as an atom; a scaled one becomes a sum of one term."""
        return self._atom_of(self._scaled[value], value)

    def _atom_of(self, scaled: int | Scaled, value: Value) -> int:
        if isinstance(scaled, int):
            return scaled
        c, f = scaled
        return self._constant(c) if f == NONE else self._sum((Term(c, f, NONE),), value.label)

    def _operands(self, value: Value) -> tuple[tuple[int, ...], int]:
        """The atoms that a value is made of, and its level."""
        if value.primitive is not CHOOSE:
            operands = tuple([self._atom(operand) for operand in value.operands])
            return operands, self._level(operands)
        # Very many indices may choose from the same very many options.
        index, options = self._atom(value.operands[0]), value.operands[1:]
        if options not in self._options:
            atoms = tuple(self._atom(option) for option in options)
            self._options[options] = atoms, self._level(atoms)
        atoms, level = self._options[options]
        return (index, *atoms), max(level, self._level((index,)))

    def _level(self, operands: tuple[int, ...]) -> int:
        return 1 + max([self.atoms[operand].level for operand in operands], default=0)

    def _operation(self, value: Value) -> int | Scaled:
        primitive = value.primitive
        if primitive is POWER and self._numbers.get(value.operands[1]) == 1.0:
            return self._scaled[value.operands[0]]
        operands, level = self._operands(value)
        same = self._operations[primitive]
        number = same.get(operands)
        if number is None:
            made = Atom(_KINDS.get(primitive, "map"), level, primitive, operands, label=value.label)
            number = same[operands] = self._new(made)
        return number


def _numbers(recording: Recording) -> dict[Value, float]:
    """The numbers of the values that depend on constants alone, as the scalar engine computes them."""
    numbers: dict[Value, float] = {}
    for value in recording.order:
        if value.primitive is CONSTANT:
            numbers[value] = number_of(value)
        elif value.operands and value.operands[0] in numbers and all(map(numbers.__contains__, value.operands)):
            numbers[value] = _folded(value.primitive, [numbers[operand] for operand in value.operands])
    return numbers


def _folded(primitive: Primitive, numbers: list[float]) -> float:
    try:
        return float(primitive.rule(FLOATS, *numbers))
    except (ValueError, ZeroDivisionError):
        raise DomainError(f"{primitive.name} of the constants {numbers}: no real result") from None
