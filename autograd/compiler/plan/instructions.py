"""What a plan is made of: arrays, what is read of them, and a class for each kind of instruction.

An `Array` holds, for each sample of a batch (or once for all samples), the
numbers of many scalars of the graph. A `Ref` reads positions of an array. An
`Instruction` computes one array from refs and numbers, and never changes what
it reads. `interpret` says in plain NumPy what each of them means.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from ...labels import Label
from ...primitives import TABLE, Primitive
from .patterns import Index


@dataclass(frozen=True)
class Meaning:
    """What an array is to a reader: the ``"adjoint"`` of another, or the ``"primed"`` function of a z."""

    kind: str
    of: Ref
    primitive: Primitive | None = None


@dataclass(eq=False)
class Array:
    """Numbers of `size` scalars, for every sample if `batched`.

    Attributes
    ----------
    number : int
        The place among the plan's arrays.
    kind : {"input", "parameters", "constant", "computed"}
    source : int or ndarray, optional
        The argument's number for an input, the numbers for a constant, the places in the recording for parameters.
    labels : list of Label or None
        What the scalars are called, for those who print the plan; empty where nobody knows.
    meaning : Meaning, optional
        What a computed array without labels is, for those who print the plan.
    """

    number: int
    size: int
    batched: bool
    kind: str = "computed"
    source: Any = None
    labels: list[Label | None] = field(default_factory=list)
    meaning: Meaning | None = None


@dataclass(frozen=True, eq=False)
class Ref:
    """The positions `index` of an array, or all of it in order where `index` is None."""

    array: Array
    index: Index | None = None

    @property
    def size(self) -> int:
        """How many positions are read."""
        return self.array.size if self.index is None else len(self.index)

    @property
    def key(self) -> tuple[Any, ...]:
        """Equal for refs to the same positions."""
        return (self.array.number, None if self.index is None else self.index.tobytes())

    def at(self, positions: Index) -> Ref:
        """The ref that reads `positions` of this one."""
        return ref(self.array, positions if self.index is None else self.index[positions])


def ref(array: Array, index: npt.ArrayLike) -> Ref:
    """A `Ref` in its simplest form: no index where it is the whole array in order."""
    positions = np.asarray(index, dtype=np.intp).ravel()
    if len(positions) == array.size and (positions == np.arange(array.size)).all():
        return Ref(array)
    return Ref(array, positions)


@dataclass(frozen=True)
class Scale:
    """The number ``factor / n ** power`` for a batch of n samples."""

    factor: float
    power: int = 0

    def __mul__(self, other: Scale) -> Scale:
        return Scale(self.factor * other.factor, self.power + other.power)

    def for_rows(self, n: Any) -> Any:
        """The number itself, for `n` samples."""
        return self.factor / n**self.power if self.power else self.factor


ONE = Scale(1.0)

# Only coefficients of this size are drawn together or out of a product: others may underflow or overflow in an
# order in which they were not written.
_SMALL, _LARGE = 1e-6, 1e6


def modest(*numbers: float) -> bool:
    """Whether factors of these sizes may be multiplied in any order."""
    return all(_SMALL <= abs(number) <= _LARGE for number in numbers)


Operand = Ref | float | Scale


@dataclass(frozen=True, eq=False)
class Instruction:
    """One array, `out`, computed from others."""

    out: Array
    over_the_batch: ClassVar[bool] = False
    """Whether numbers of all samples may become one for all."""

    @property
    def operands(self) -> tuple[Operand, ...]:
        """What it is computed from, in order."""
        raise NotImplementedError

    def with_operands(self, operands: Iterable[Operand]) -> Instruction:
        """The same instruction on other operands."""
        raise NotImplementedError

    @property
    def reads(self) -> list[Ref]:
        """The refs among the operands."""
        return [operand for operand in self.operands if isinstance(operand, Ref)]

    @property
    def key(self) -> tuple[Any, ...]:
        """Equal for instructions that compute the same."""
        told = tuple(operand.key if isinstance(operand, Ref) else operand for operand in self.operands)
        return (type(self), self._detail, told)

    @property
    def _detail(self) -> Any:
        return None


@dataclass(frozen=True, eq=False)
class Map(Instruction):
    """An operation of the table, elementwise; operands of one position stand for all positions."""

    primitive: Primitive
    arguments: tuple[Operand, ...]

    @property
    def operands(self) -> tuple[Operand, ...]:
        """The arguments."""
        return self.arguments

    def with_operands(self, operands: Iterable[Operand]) -> Map:
        """The same operation of other arguments."""
        return replace(self, arguments=tuple(operands))

    @property
    def name(self) -> str:
        """The operation's name."""
        return self.primitive.name

    @property
    def _detail(self) -> Any:
        return self.primitive


@dataclass(frozen=True, eq=False)
class _OfOne(Instruction):
    """An instruction that reads one ref."""

    read: Ref

    @property
    def operands(self) -> tuple[Operand, ...]:
        """The one that is read."""
        return (self.read,)

    def with_operands(self, operands: Iterable[Operand]) -> _OfOne:
        """The same of another ref."""
        (read,) = operands
        return replace(self, read=read)  # type: ignore[arg-type]  # an operand of these is a ref


@dataclass(frozen=True, eq=False)
class Sum(_OfOne):
    """Sums of runs of `length` neighbours."""

    length: int

    @property
    def _detail(self) -> Any:
        return self.length


@dataclass(frozen=True, eq=False)
class LogSumExp(_OfOne):
    """``log(sum(exp(a)))`` of runs of `length` neighbours, without overflow."""

    length: int

    @property
    def _detail(self) -> Any:
        return self.length


@dataclass(frozen=True, eq=False)
class BatchSum(_OfOne):
    """The sum over the samples, position by position."""

    over_the_batch = True


@dataclass(frozen=True, eq=False)
class Guard(_OfOne):
    """A comparison that decided a branch: it must turn out in every sample as in the recorded one.

    `out` has no numbers. `truth` is 1.0 or 0.0; `comparison` and `line` say what
    was compared and where.
    """

    truth: float
    comparison: str
    line: str
    over_the_batch = True


@dataclass(frozen=True)
class Contraction:
    """A matrix product in index notation: ``rk,bck->bcr`` and the size of each letter but b, the batch."""

    left: str
    right: str
    out: str
    sizes: dict[str, int]

    def __str__(self) -> str:
        return f"{self.left},{self.right}->{self.out}"

    def shape(self, letters: str) -> tuple[int, ...]:
        """The lengths of the axes that `letters` name, without the batch."""
        return tuple(self.sizes[letter] for letter in letters if letter != "b")


@dataclass(frozen=True, eq=False)
class Product(Instruction):
    """A matrix product: products summed over the letters that the result does not have."""

    left: Ref
    right: Ref
    contraction: Contraction
    over_the_batch = True

    @property
    def operands(self) -> tuple[Operand, ...]:
        """The left and the right factor."""
        return (self.left, self.right)

    def with_operands(self, operands: Iterable[Operand]) -> Product:
        """The same product of other factors."""
        left, right = operands
        return replace(self, left=left, right=right)  # type: ignore[arg-type]  # an operand of these is a ref

    @property
    def _detail(self) -> Any:
        return (str(self.contraction), *sorted(self.contraction.sizes.items()))


@dataclass(frozen=True, eq=False)
class Piece:
    """Where an operand of a scatter goes: to the positions `index`, set there, or added where `adds`."""

    operand: Operand
    index: Index
    adds: bool

    @property
    def repeats(self) -> bool:
        """Whether a position comes more than once."""
        return len(np.unique(self.index)) < len(self.index)


@dataclass(frozen=True, eq=False)
class Scatter(Instruction):
    """Zeros, with each piece written or added to its positions, one after another.

    `covers` says that the pieces that are written, and not added, reach every position.
    """

    pieces: tuple[Piece, ...]
    covers: bool

    @property
    def operands(self) -> tuple[Operand, ...]:
        """The pieces' operands."""
        return tuple(piece.operand for piece in self.pieces)

    def with_operands(self, operands: Iterable[Operand]) -> Scatter:
        """The same places for other operands."""
        pieces = zip(self.pieces, operands, strict=True)
        return replace(self, pieces=tuple(replace(piece, operand=operand) for piece, operand in pieces))

    @property
    def _detail(self) -> Any:
        return (self.out.size, tuple((piece.index.tobytes(), piece.adds) for piece in self.pieces))


Rewrite = Callable[[Operand], Operand]


def rewritten(instruction: Instruction, rewrite: Rewrite) -> Instruction:
    """An instruction with every operand rewritten."""
    return instruction.with_operands(map(rewrite, instruction.operands))


def mapped(out: Array, name: str | Primitive, *arguments: Operand) -> Map:
    """An operation, or that called `name` in the table, elementwise."""
    return Map(out, TABLE[name] if isinstance(name, str) else name, arguments)


def depending(instructions: Iterable[Instruction], on: Iterable[int]) -> set[int]:
    """The numbers of some arrays, and of all that are computed from them."""
    found = set(on)
    for instruction in instructions:
        if any(read.array.number in found for read in instruction.reads):
            found.add(instruction.out.number)
    return found
