"""Walks: long chains of scalars, in which there is nothing to do at once, as one instruction that takes a step each.

A `Walk` computes its *tape*: first the numbers that it is given, then what each step makes of numbers that stand
before it on the tape. A `WalkBack` is the reverse pass over the same steps, the last first, as the scalar engine
does it. A million steps are two instructions and a few arrays of integers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import numpy as np
import numpy.typing as npt

from ...namespaces import Namespace
from ...primitives import Primitive
from .instructions import Instruction, Operand, Ref
from .patterns import Index

Mask = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Operation:
    """What a step does: a primitive of so many numbers on the tape and, behind them, of `numbers` of its own.

    The exponent of a power is such a number: the table has simpler rules for those that do not vary.
    """

    primitive: Primitive
    arity: int
    numbers: tuple[float, ...] = ()

    def rule(self, ns: Namespace, operands: Sequence[Any]) -> Any:
        """The result, read in `ns`."""
        return self.primitive.rule(ns, *operands, *self.numbers)

    def partial(self, ns: Namespace, index: int, v: Any, operands: Sequence[Any]) -> Any:
        """The local partial of result `v` by one of the operands, read in `ns`."""
        return self.primitive.partial(ns, index, v, [*operands, *self.numbers])

    def is_flat(self, index: int) -> bool:
        """Whether that partial is 0 everywhere."""
        return self.primitive.is_flat(index)


@dataclass(frozen=True, eq=False)
class Steps:
    """The steps of a walk, the same object in the walk and in its way back.

    Attributes
    ----------
    given : int
        How many numbers stand on the tape before the first step's result.
    operations : tuple of Operation
        Those that there are.
    codes : ndarray of int, shape (steps,)
        Which of the operations each step does.
    operands : ndarray of int, shape (steps, most)
        The places on the tape of each step's operands, all before its own; an operation of fewer reads the first.
    """

    given: int
    operations: tuple[Operation, ...]
    codes: Integers
    operands: Integers

    @property
    def count(self) -> int:
        """How many steps there are."""
        return len(self.codes)

    @property
    def size(self) -> int:
        """The length of the tape."""
        return self.given + self.count

    @property
    def arities(self) -> Integers:
        """How many operands each step has."""
        arities: Integers = np.array([operation.arity for operation in self.operations], dtype=np.int32)[self.codes]
        return arities

    def forth(self) -> Iterator[tuple[int, int, list[int]]]:
        """Each step's place on the tape, the code of its operation and its operands, of as many as any has."""
        for start in range(0, self.count, _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            yield from zip(
                count(self.given + start), self.codes[part].tolist(), self.operands[part].tolist(), strict=False
            )

    def back(self) -> Iterator[tuple[int, int, list[int]]]:
        """The same, the last step first."""
        for start in range(0, self.count, _AT_ONCE):
            codes, operands = self.codes[::-1], self.operands[::-1]
            part = slice(start, start + _AT_ONCE)
            yield from zip(
                count(self.size - 1 - start, -1), codes[part].tolist(), operands[part].tolist(), strict=False
            )


_AT_ONCE = 10_000
"""How many steps are made lists of at once."""


@dataclass(frozen=True, eq=False)
class Walk(Instruction):
    """The tape of some steps, of the numbers that `read` gives them."""

    read: Ref
    steps: Steps

    @property
    def operands(self) -> tuple[Operand, ...]:
        """What is given."""
        return (self.read,)

    def with_operands(self, operands: Iterable[Operand]) -> Walk:
        """The same steps from other numbers."""
        (read,) = operands
        return replace(self, read=read)  # type: ignore[arg-type]  # what is given is a ref

    @property
    def _detail(self) -> Any:
        return self.steps


@dataclass(frozen=True, eq=False)
class WalkBack(Instruction):
    """The derivative by what a walk was given, of the derivative by some places of its tape.

    Attributes
    ----------
    tape : Ref
        All that the walk computed.
    adjoint : Ref
        The derivative by the places `seeded` of the tape, as far as these are read elsewhere.
    steps : Steps
    seeded : ndarray of int
    active : ndarray of bool, shape (size of the tape,)
        The places that take part: those on a way from what is wanted, of the places that were given, to what is
        seeded. The others' derivatives are nowhere computed, and those by what was given are 0.
    """

    tape: Ref
    adjoint: Ref
    steps: Steps
    seeded: Index
    active: Mask

    @property
    def operands(self) -> tuple[Operand, ...]:
        """The tape, and the derivatives from which the way back begins."""
        return (self.tape, self.adjoint)

    def with_operands(self, operands: Iterable[Operand]) -> WalkBack:
        """The same way back over another tape."""
        tape, adjoint = operands
        return replace(self, tape=tape, adjoint=adjoint)  # type: ignore[arg-type]  # both are refs

    @property
    def _detail(self) -> Any:
        return (self.steps, self.seeded.tobytes(), self.active.tobytes())


def active_places(steps: Steps, wanted: Mask, seeded: Index) -> Mask:
    """The places of a tape on a way from what is `wanted`, shape (given,), to what is `seeded`; see `WalkBack`."""
    slopes = [tuple(i for i in range(o.arity) if not o.is_flat(i)) for o in steps.operations]
    depends = wanted.tolist()
    for _, code, operands in steps.forth():
        depends.append(True in [depends[operands[i]] for i in slopes[code]])
    reached = [False] * steps.size
    for place in seeded.tolist():
        reached[place] = depends[place]
    for place, code, operands in steps.back():
        if reached[place]:
            for i in slopes[code]:
                reached[operands[i]] = depends[operands[i]]
    return np.array(reached, dtype=np.bool_)
