"""Walks found: where many levels in a row have little to do at once, their atoms become the steps of a `Walk`.

Arrays pay where many atoms are made alike. In a chain (an orbit, a map iterated, a recurrence of few scalars) each
array would have one position or two, and a thousand levels would be thousands of instructions.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..primitives import ADD, MULTIPLY, NEGATIVE, POWER, SUBTRACT, Primitive
from .places import Places
from .plan.walk import Operation, Steps, Walk
from .scalars import NONE, Atom

LONG = 64
"""From how many levels on a chain is walked, and from how many steps on what of it is the same for all samples."""
WORTH_ARRAYS = 4
"""Arrays are made where a level has at least so many times as many operations as they are instructions."""
_MOST_TERMS, _MOST_OPERANDS = 16, 4

Levels = Sequence[Sequence[int]]


class Part(NamedTuple):
    """Levels that follow one another, and whether they are to be walked."""

    levels: Levels
    is_chain: bool


def parts(atoms: Sequence[Atom], levels: Levels) -> Iterator[Part]:
    """The levels, in parts that are lifted to arrays and parts that are walked.

    What in a chain is the same for all samples comes before the rest, as a part of its own.
    """
    chains = _chains(atoms, levels) if len(levels) >= LONG else []
    batched = _batched(atoms) if chains else []
    start = 0
    for first, last in chains:
        yield Part(levels[start:first], False)
        once = [[number for number in level if not batched[number]] for level in levels[first:last]]
        yield Part(once, sum(map(len, once)) >= LONG)
        yield Part([[number for number in level if batched[number]] for level in levels[first:last]], True)
        start = last
    yield Part(levels[start:], False)


def _chains(atoms: Sequence[Atom], levels: Levels) -> list[tuple[int, int]]:
    """Where the long runs of levels that arrays are not worth begin and end."""
    known: dict[Any, _Work] = {}
    ends = [at for at, level in enumerate(levels) if _is_wide(atoms, level, known)]
    runs = zip([0, *(end + 1 for end in ends)], [*ends, len(levels)], strict=True)
    return [(first, last) for first, last in runs if last - first >= LONG]


class _Work(NamedTuple):
    """How many operations an atom is, and about how many instructions arrays of such atoms are."""

    operations: int
    instructions: int


def _is_wide(atoms: Sequence[Atom], level: Sequence[int], known: dict[Any, _Work]) -> bool:
    """Whether arrays are worth it for the atoms of a level."""
    operations, alike = 0, dict[Any, int]()
    for number in level:
        atom = atoms[number]
        if len(atom.terms) > _MOST_TERMS or len(atom.operands) > _MOST_OPERANDS or atom.kind == "choose":
            return True
        key = atom.primitive or tuple([(c, g < 0) for c, _, g in atom.terms])
        work = known.get(key)
        if work is None:
            work = known[key] = _work(atom)
        operations += work.operations
        alike[key] = work.instructions
    return operations >= WORTH_ARRAYS * sum(alike.values())


def _work(atom: Atom) -> _Work:
    if not atom.terms:
        return _Work(1, 1)
    products = sum(g != NONE for _, _, g in atom.terms)
    scalings = sum(abs(c) != 1.0 for c, _, _ in atom.terms)
    kinds = {(c, g == NONE): sum((d, h == NONE) == (c, g == NONE) for d, _, h in atom.terms) for c, _, g in atom.terms}
    # For each kind of term: a product, a sum over those alike, a scaling; then the kinds are added.
    each = [(not single) + (count > 1) + (abs(c) != 1.0) for (c, single), count in kinds.items()]
    return _Work(max(1, products + scalings + len(atom.terms) - 1), max(1, sum(each) + len(kinds) - 1))


def _batched(atoms: Sequence[Atom]) -> list[bool]:
    """Which atoms differ from sample to sample."""
    batched: list[bool] = []
    for atom in atoms:
        read = atom.operands or [factor for term in atom.terms for factor in term[1:] if factor != NONE]
        batched.append(atom.kind == "input" or True in [batched[operand] for operand in read])
    return batched


# Atoms spelled as steps


def put_walk(places: Places, levels: Levels) -> None:
    """Atoms as the steps of one walk."""
    # By their numbers operands come first, and neighbours on the tape are read together.
    members = sorted(number for level in levels for number in level)
    if not members:
        return
    spelled = _Spelled(places, members)
    steps = spelled.steps()
    given = places.joined(spelled.given, spelled.numbers)
    tape = places.builder.add(lambda out: Walk(out, given, steps), steps.size, given.array.batched)
    places.put_at(members, tape.array, [steps.given + spelled.place[number] for number in members])


class _Spelled:
    """Atoms as operations, one after another.

    While they are collected the places of what is given are told as -1, -2, ...,
    those of steps by their number.

    Attributes
    ----------
    given : list of int
        The atoms that are read and made elsewhere.
    numbers : list of float
        The coefficients that are given behind them.
    place : sequence of int
        By an atom's number.
    """

    def __init__(self, places: Places, members: Sequence[int]) -> None:
        self._atoms = places.atoms
        self.given: list[int] = []
        self.numbers: list[float] = []
        self.place = array("q", [0]) * len(places.atoms)
        self._inside = bytearray(len(places.atoms))
        self._coefficients: dict[float, int] = {}
        self._scaled: dict[tuple[float, int], int] = {}
        self._operations: dict[Operation, int] = {}
        self._by_arity: dict[tuple[Primitive, int], int] = {}
        self._codes, self._operands = array("q"), array("q")
        self._most = max([2, *(len(places.atoms[number].operands) for number in members)])
        for number in members:
            self.place[number] = self._sum(number) if self._atoms[number].terms else self._map(number)
            self._inside[number] = 1

    def steps(self) -> Steps:
        """What was collected."""
        # The coefficients come behind all that is given otherwise; they were counted from 0 on, far below.
        operands = np.frombuffer(self._operands, dtype=np.int64).reshape(-1, self._most)
        atoms, given = len(self.given), len(self.given) + len(self.numbers)
        told = np.where(operands < _FAR, atoms + _FAR - 1 - operands, -1 - operands)
        places = np.where(operands < 0, told, given + operands).astype(np.int32)
        return Steps(given, tuple(self._operations), np.array(self._codes, dtype=np.int32), places)

    def _read(self, number: int) -> int:
        """Where an atom stands."""
        if not self._inside[number]:
            self.given.append(number)
            self.place[number] = -len(self.given)
            self._inside[number] = 1
        return self.place[number]

    def _coefficient(self, number: float) -> int:
        place = self._coefficients.get(number)
        if place is None:
            self.numbers.append(number)
            place = self._coefficients[number] = _FAR - len(self.numbers)
        return place

    def _step(self, code: int, *operands: int) -> int:
        """One operation more; returns its number."""
        self._codes.append(code)
        self._operands.extend(operands)
        self._operands.extend(operands[:1] * (self._most - len(operands)))
        return len(self._codes) - 1

    def _code(self, primitive: Primitive, arity: int = 2) -> int:
        code = self._by_arity.get((primitive, arity))
        if code is None:
            code = self._by_arity[primitive, arity] = self._code_of(Operation(primitive, arity))
        return code

    def _code_of(self, operation: Operation) -> int:
        return self._operations.setdefault(operation, len(self._operations))

    def _map(self, number: int) -> int:
        atom = self._atoms[number]
        primitive, operands = atom.primitive, atom.operands
        assert primitive is not None
        if primitive is POWER and self._atoms[operands[1]].kind == "constant":
            exponent = self._atoms[operands[1]].number
            return self._step(self._code_of(Operation(POWER, 1, (exponent,))), self._read(operands[0]))
        return self._step(self._code(primitive, len(operands)), *map(self._read, operands))

    def _sum(self, number: int) -> int:
        # One that is subtracted does not come first, if any other can.
        terms = sorted(self._atoms[number].terms, key=lambda term: term.coefficient == -1.0)
        result = NONE
        for place, (coefficient, first, second) in enumerate(terms):
            part = self._term(coefficient, first, second)
            if place == 0:
                result = self._step(self._code(NEGATIVE, 1), part) if coefficient == -1.0 else part
            else:
                result = self._step(self._code(SUBTRACT if coefficient == -1.0 else ADD), result, part)
        return result

    def _term(self, coefficient: float, first: int, second: int) -> int:
        """A term without its sign, where that is all that its coefficient is."""
        times = self._code(MULTIPLY)
        if abs(coefficient) == 1.0 and second == NONE:
            return self._read(first)
        if abs(coefficient) == 1.0:
            return self._step(times, self._read(first), self._read(second))
        scaled = self._scale(coefficient, first)
        return scaled if second == NONE else self._step(times, scaled, self._read(second))

    def _scale(self, coefficient: float, number: int) -> int:
        """A coefficient times an atom; of those that are given, once."""
        place = self._scaled.get((coefficient, number))
        if place is None:
            place = self._step(self._code(MULTIPLY), self._coefficient(coefficient), self._read(number))
            if self.place[number] < 0:
                self._scaled[coefficient, number] = place
        return place


_FAR = -(2**40)
"""Below this the places of coefficients are told while steps are collected."""
