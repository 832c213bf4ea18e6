"""Walks: the atoms of a chain, spelled as the steps of one instruction, `Walk`."""

from __future__ import annotations

from array import array

import numpy as np

from ..primitives import ADD, MULTIPLY, NEGATIVE, POWER, SUBTRACT, Primitive
from .levels import Levels
from .places import Places
from .plan.patterns import Index
from .plan.walk import Operation, Steps, Walk
from .scalars import NONE


def put_walk(places: Places, levels: Levels) -> None:
    """Atoms as the steps of one walk."""
    if not len(levels.atoms):
        return
    # By their numbers operands come first too, and neighbours on the tape are read together.
    members = np.sort(levels.atoms)
    spelled = _Spelled(places, members)
    steps = spelled.steps()
    given = places.joined(spelled.given, spelled.numbers)
    tape = places.builder.add(lambda out: Walk(out, given, steps), steps.size, given.array.batched)
    places.put_at(members, tape.array, steps.given + np.frombuffer(spelled.place, dtype=np.int64)[members])


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

    def __init__(self, places: Places, members: Index) -> None:
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
        self._most = max(2, max(len(self._atoms[number].operands) for number in members.data))
        for number in members.data:
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
