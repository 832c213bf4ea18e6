"""The plan: a small list of array instructions, in single assignment.

An `Array` holds, for each sample of a batch (or once for all samples), the
numbers of many scalars of the graph. A `Ref` reads positions of an array. An
`Instruction` computes one array from refs. The plan is data: nothing here
knows how it came about (`lift`, `differentiate`) or how it is run (`lower`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ..labels import Label
from .patterns import Index


@dataclass(eq=False)
class Array:
    """Numbers of `size` scalars, for every sample if `batched`.

    `kind` is ``input``, ``parameters``, ``constant`` or ``computed``; `source`
    is the argument's number for an input, and the numbers for a constant.
    """

    number: int
    size: int
    batched: bool
    kind: str = "computed"
    source: Any = None
    labels: list[Label | None] = field(default_factory=list)
    name: str = ""


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


ONE = Scale(1.0)

Operand = Ref | float | Scale


@dataclass(frozen=True, eq=False)
class Instruction:
    """One array computed from others.

    ==============  ====================================================================
    op              meaning; `detail`
    ==============  ====================================================================
    map             a primitive of the table, elementwise; its name
    matmul          a product over shared letters of two refs; a `Contraction`
    sum, logsumexp  over runs of equal length of one ref; the length
    batch_sum       over the samples
    scatter         refs written or added to positions of zeros; pieces, and whether those written cover all
    guard           all samples must agree with the recorded truths; a tuple of guards
    ==============  ====================================================================
    """

    op: str
    out: Array
    operands: tuple[Operand, ...]
    detail: Any = None

    @property
    def reads(self) -> list[Ref]:
        """The refs among the operands."""
        return [operand for operand in self.operands if isinstance(operand, Ref)]


@dataclass(frozen=True)
class Contraction:
    """A matrix product in index notation: ``rk,bck->bcr`` and the size of each letter but b, the batch."""

    left: str
    right: str
    out: str
    sizes: dict[str, int]

    def __str__(self) -> str:
        return f"{self.left},{self.right}->{self.out}"


@dataclass(frozen=True, eq=False)
class Piece:
    """Where an operand of a scatter goes: `index` of the result, added there or set."""

    index: Index
    adds: bool
    repeats: bool


@dataclass
class Plan:
    """Instructions that compute `output`, and in a gradient's plan also the parameters' `gradient`."""

    instructions: list[Instruction]
    arrays: list[Array]
    parameters: Array
    output: Ref
    gradient: Ref | None = None

    def count(self, op: str) -> int:
        """How many instructions have this operation."""
        return sum(instruction.op == op for instruction in self.instructions)

    @property
    def gathers(self) -> int:
        """How many refs are no strided view, so that running the plan copies numbers one by one."""
        from .patterns import affine

        refs = [read for instruction in self.instructions for read in instruction.reads]
        return sum(read.index is not None and affine(read.index) is None for read in refs)

    def validate(self) -> None:
        """Check that every array is assigned once, before it is read, and that sizes and positions fit.

        Raises
        ------
        AssertionError
            If the plan is malformed: a defect of the compiler, never of its input.
        """
        assigned = {array.number for array in self.arrays if array.kind != "computed"}
        for instruction in self.instructions:
            for read in instruction.reads:
                if read.array.number not in assigned:
                    raise AssertionError(f"{instruction.op} reads array {read.array.number} before it is assigned")
                if read.index is not None and len(read.index) and read.index.max() >= read.array.size:
                    raise AssertionError(f"{instruction.op} reads past the end of array {read.array.number}")
                if read.array.batched and not instruction.out.batched and instruction.op not in _OVER_THE_BATCH:
                    raise AssertionError(f"{instruction.op} loses the batch of array {read.array.number}")
            if instruction.op == "guard":
                continue
            if instruction.out.number in assigned:
                raise AssertionError(f"array {instruction.out.number} is assigned twice")
            assigned.add(instruction.out.number)
            _CHECKS.get(instruction.op, _no_check)(instruction)
        for result in (self.output, self.gradient):
            if result is not None and result.array.number not in assigned:
                raise AssertionError(f"a result reads array {result.array.number}, which is never assigned")

    def __str__(self) -> str:
        from .equations import equations

        return equations(self)


_OVER_THE_BATCH = ("batch_sum", "matmul", "scatter", "guard")


def _no_check(instruction: Instruction) -> None:
    pass


def _check_map(instruction: Instruction) -> None:
    for read in instruction.reads:
        if read.size not in (1, instruction.out.size):
            raise AssertionError(f"{instruction.detail}: {read.size} numbers for {instruction.out.size}")


def _check_reduction(instruction: Instruction) -> None:
    if instruction.reads[0].size != instruction.out.size * instruction.detail:
        raise AssertionError(f"{instruction.op} of runs of {instruction.detail}: sizes do not fit")


def _check_matmul(instruction: Instruction) -> None:
    product: Contraction = instruction.detail
    sizes = [read.size for read in instruction.reads] + [instruction.out.size]
    for letters, size in zip((product.left, product.right, product.out), sizes, strict=True):
        if np.prod([product.sizes[letter] for letter in letters if letter != "b"], dtype=int) != size:
            raise AssertionError(f"matmul {product}: {size} numbers do not fit {letters} of {product.sizes}")


_CHECKS = {"map": _check_map, "sum": _check_reduction, "logsumexp": _check_reduction, "matmul": _check_matmul}


class Builder:
    """Adds instructions to a plan; equal instructions are added once."""

    def __init__(self, arrays: list[Array]) -> None:
        self.arrays = arrays
        self.instructions: list[Instruction] = []
        self._known: dict[Any, Array] = {}

    def replace(self, rewrite: Callable[[Instruction], Instruction]) -> None:
        """Rewrite every instruction."""
        self.instructions = [rewrite(instruction) for instruction in self.instructions]
        self._known.clear()

    def array(self, size: int, batched: bool, **more: Any) -> Array:
        """A new array, not yet computed."""
        array = Array(len(self.arrays), size, batched, **more)
        self.arrays.append(array)
        return array

    def emit(
        self, op: str, operands: tuple[Operand, ...], detail: Any, size: int, batched: bool, key: Any = None
    ) -> Ref:
        """The result of an instruction, new or known."""
        known = (
            op,
            str(detail) if key is None else key,
            tuple(operand.key if isinstance(operand, Ref) else operand for operand in operands),
        )
        if known not in self._known:
            array = self.array(size, batched)
            self.instructions.append(Instruction(op, array, operands, detail))
            self._known[known] = array
        return Ref(self._known[known])

    def map(self, name: str, *operands: Operand) -> Ref:
        """A primitive applied elementwise; refs of one position broadcast."""
        refs = [operand for operand in operands if isinstance(operand, Ref)]
        size = max((read.size for read in refs), default=1)
        return self.emit("map", operands, name, size, any(read.array.batched for read in refs))


def scatter(builder: Builder, pieces: Sequence[tuple[Operand, Index]], size: int, batched: bool) -> Ref:
    """An array of `size` with each operand written, or added where positions meet, to its positions."""
    covered = np.zeros(size, dtype=bool)
    written = np.zeros(size, dtype=bool)
    detail = []
    for _, index in pieces:
        repeats = len(np.unique(index)) < len(index)
        adds = bool(repeats or covered[index].any())
        detail.append(Piece(index, adds, repeats))
        covered[index] = True
        # What is only added to must start from zero.
        written[index] |= not adds
    key = tuple((piece.index.tobytes(), piece.adds) for piece in detail)
    operands = tuple(operand for operand, _ in pieces)
    return builder.emit("scatter", operands, (tuple(detail), bool(written.all())), size, batched, key=(size, key))
