"""Differentiate: the reverse pass over array instructions, with the table's partials read as plan symbols."""

from __future__ import annotations

from collections import defaultdict
from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from ..namespaces import FLOATS, Namespace
from ..primitives import TABLE, Primitive
from .equations import common_name
from .patterns import Index
from .plan import ONE, Array, Builder, Contraction, Instruction, Operand, Ref, Scale, scatter
from .scalars import modest


class Symbol:
    """``scale * ref``, or the scale alone: what a rule computes with when a plan is differentiated."""

    __slots__ = ("builder", "read", "scale")

    def __init__(self, builder: Builder, read: Ref | None, scale: Scale = ONE) -> None:
        self.builder, self.read, self.scale = builder, read, scale

    def operand(self) -> Operand:
        """As an instruction's operand; a scale is multiplied in first."""
        if self.read is None:
            return self.scale if self.scale.power else self.scale.factor
        if self.scale == ONE:
            return self.read
        return self.builder.map("multiply", self.scale if self.scale.power else self.scale.factor, self.read)

    def _of(self, other: Symbol | float) -> Symbol:
        return other if isinstance(other, Symbol) else Symbol(self.builder, None, Scale(float(other)))

    def _map(self, name: str, *operands: Symbol) -> Symbol:
        return Symbol(self.builder, self.builder.map(name, *(operand.operand() for operand in operands)))

    def _plain(self) -> Symbol:
        """The same without a scale before what is read."""
        operand = self.operand()
        return Symbol(self.builder, operand) if isinstance(operand, Ref) else self

    def __mul__(self, other: Any) -> Symbol:
        left, right = self, self._of(other)
        scale = left.scale * right.scale
        one_read = left.read is None or right.read is None
        factors = (left.scale.factor, right.scale.factor)
        if not modest(*factors, scale.factor) and not (one_read and 1.0 in map(abs, factors)):
            left, right = left._plain(), right._plain()
            scale = left.scale * right.scale
        if left.read is None or right.read is None:
            return Symbol(self.builder, right.read if left.read is None else left.read, scale)
        return Symbol(self.builder, self.builder.map("multiply", left.read, right.read), scale)

    __rmul__ = __mul__

    def __add__(self, other: Any) -> Symbol:
        other = self._of(other)
        if self.scale == other.scale and self.read is not None and other.read is not None:
            return Symbol(self.builder, self.builder.map("add", self.read, other.read), self.scale)
        if self.read is None and other.read is None and self.scale.power == other.scale.power:
            return Symbol(self.builder, None, Scale(self.scale.factor + other.scale.factor, self.scale.power))
        return self._map("add", self, other)

    __radd__ = __add__

    def __neg__(self) -> Symbol:
        return Symbol(self.builder, self.read, self.scale * Scale(-1.0))

    def __sub__(self, other: Any) -> Symbol:
        return self._map("subtract", self, self._of(other))

    def __rsub__(self, other: Any) -> Symbol:
        return self._map("subtract", self._of(other), self)

    def __truediv__(self, other: Any) -> Symbol:
        other = self._of(other)
        if not modest(self.scale.factor, other.scale.factor, self.scale.factor / other.scale.factor):
            return self._map("divide", self, other)
        scale = Scale(self.scale.factor / other.scale.factor, self.scale.power - other.scale.power)
        if other.read is None:
            return Symbol(self.builder, self.read, scale)
        plain = Symbol(self.builder, self.read), Symbol(self.builder, other.read)
        return Symbol(self.builder, self._map("divide", *plain).read, scale)

    def __rtruediv__(self, other: Any) -> Symbol:
        quotient: Symbol = self._of(other) / self
        return quotient


def _read_with_symbols(primitive: Primitive) -> Any:
    def function(*operands: Any) -> Any:
        symbol = next((operand for operand in operands if isinstance(operand, Symbol)), None)
        if symbol is None:
            return primitive.rule(FLOATS, *operands)
        if primitive.name == "power" and operands[1] == 1.0:
            return symbol
        return symbol._map(primitive.name, *(symbol._of(operand) for operand in operands))

    return function


SYMBOLS = cast(Namespace, SimpleNamespace(**{name: _read_with_symbols(primitive) for name, primitive in TABLE.items()}))
"""Rules read with plan symbols emit the instructions that compute a partial."""


def gradient_of(builder: Builder, output: Ref, parameters: Array) -> Ref:
    """Add the instructions of the reverse pass of the mean of `output` over the batch.

    Parameters
    ----------
    builder : Builder
        Holds the forward instructions; the reverse pass is appended.
    output : Ref
        The cost: one position.
    parameters : Array
        By what to differentiate; not batched.

    Returns
    -------
    Ref
        The gradient, as long as `parameters`.
    """
    return _Reverse(builder, output, parameters).run()


class _Reverse:
    def __init__(self, builder: Builder, output: Ref, parameters: Array) -> None:
        self.builder = builder
        self.output = output
        self.parameters = parameters
        self.forward = list(builder.instructions)
        self.needed = {parameters.number}
        for instruction in self.forward:
            if any(read.array.number in self.needed for read in instruction.reads):
                self.needed.add(instruction.out.number)
        self.contributions: dict[int, list[tuple[Index | None, Symbol]]] = defaultdict(list)
        self.named: dict[Any, str] = {}
        # Whether the result whose adjoint is being passed on has a number for each sample.
        self.batched = output.array.batched

    def run(self) -> Ref:
        power = 1 if self.output.array.batched else 0
        self._contribute(self.output, Symbol(self.builder, None, Scale(1.0, power)))
        rules = {
            "map": self._map,
            "matmul": self._matmul,
            "sum": self._sum,
            "logsumexp": self._logsumexp,
            "scatter": self._scatter,
        }
        for instruction in reversed(self.forward):
            self.batched = instruction.out.batched
            if instruction.out.number in self.contributions and instruction.op in rules:
                adjoint = self._adjoint(instruction.out)
                name = common_name(instruction.out.labels)
                if name and adjoint.read is not None:
                    self.named[adjoint.read.key] = f"delta{name[1:]}" if name[0] == "z" else f"dC/d{name}"
                rules[instruction.op](instruction, adjoint)
        return scatter(self.builder, self._pieces(self.parameters), self.parameters.size, False)

    # Adjoints

    def _contribute(self, read: Ref, adjoint: Symbol, summed: bool = False) -> None:
        """Note that `adjoint`, already `summed` over the batch or not, is a part of the derivative by `read`."""
        if read.array.number not in self.needed:
            return
        if adjoint.read is not None and read.size == 1 < adjoint.read.size:
            adjoint = self._summed(adjoint, np.arange(adjoint.read.size), adjoint.read.size)
        if adjoint.read is not None and adjoint.read.size == 1 < read.size:
            spread = adjoint.read.at(np.zeros(read.size, dtype=np.intp))
            adjoint = Symbol(self.builder, spread, adjoint.scale)
        index = read.index
        if index is not None:
            index, adjoint = self._without_repeats(index, adjoint)
        if self.batched and not read.array.batched and not summed:
            adjoint = self._over_the_batch(adjoint)
        self.contributions[read.array.number].append((index, adjoint))

    def _summed(self, adjoint: Symbol, order: Index, length: int) -> Symbol:
        """The sums of runs of `length` of an adjoint's positions, taken in `order`."""
        assert adjoint.read is not None
        read = adjoint.read.at(order)
        total = self.builder.emit("sum", (read,), length, len(order) // length, read.array.batched)
        return Symbol(self.builder, total, adjoint.scale)

    def _without_repeats(self, index: Index, adjoint: Symbol) -> tuple[Index, Symbol]:
        """Where each position is read equally often, sum first and write each position once."""
        positions, counts = np.unique(index, return_counts=True)
        repeats = int(counts[0])
        if repeats == 1 or (counts != repeats).any():
            return index, adjoint
        if adjoint.read is None:
            return positions, adjoint * float(repeats)
        return positions, self._summed(adjoint, np.argsort(index, kind="stable"), repeats)

    def _over_the_batch(self, adjoint: Symbol) -> Symbol:
        if adjoint.read is None or not adjoint.read.array.batched:
            # The same for every sample: n of them are summed.
            return Symbol(self.builder, adjoint.read, Scale(adjoint.scale.factor, adjoint.scale.power - 1))
        operand = self._named_operand(adjoint)
        assert isinstance(operand, Ref)
        return Symbol(self.builder, self.builder.emit("batch_sum", (operand,), None, operand.size, False))

    def _pieces(self, array: Array) -> list[tuple[Operand, Index]]:
        everything = np.arange(array.size)
        return [
            (adjoint.operand(), everything if index is None else index)
            for index, adjoint in self.contributions[array.number]
        ]

    def _adjoint(self, array: Array) -> Symbol:
        """The derivative of the output with respect to a computed array, all parts added."""
        parts = self.contributions[array.number]
        if all(index is None or (len(index) == array.size == 1) for index, _ in parts):
            adjoint = parts[0][1]
            for _, part in parts[1:]:
                adjoint = adjoint + part
            return adjoint
        return Symbol(self.builder, scatter(self.builder, self._pieces(array), array.size, array.batched))

    def _as_ref(self, adjoint: Symbol, array: Array) -> Ref:
        """An adjoint as a ref of the array's size."""
        operand = self._named_operand(adjoint)
        if isinstance(operand, Ref) and operand.array.batched == array.batched:
            return operand
        return scatter(self.builder, [(operand, np.arange(array.size))], array.size, array.batched)

    def _named_operand(self, adjoint: Symbol) -> Operand:
        """An adjoint as an operand; an array made for it bears its name, such as delta1."""
        operand = adjoint.operand()
        name = self.named.get(adjoint.read.key) if adjoint.read is not None else None
        if isinstance(operand, Ref) and operand.index is None and not operand.array.labels and name:
            operand.array.name = name
        return operand

    # One rule for each kind of instruction

    def _map(self, instruction: Instruction, adjoint: Symbol) -> None:
        primitive = TABLE[instruction.detail]
        symbols = [
            Symbol(self.builder, operand) if isinstance(operand, Ref) else operand for operand in instruction.operands
        ]
        result = Symbol(self.builder, Ref(instruction.out))
        for i, operand in enumerate(instruction.operands):
            if isinstance(operand, Ref) and operand.array.number in self.needed:
                partial = primitive.partial(SYMBOLS, i, result, symbols)
                if not isinstance(partial, float) or partial != 0.0:
                    part = adjoint * partial
                    # A scale alone stands for every position: all are summed where the operand broadcasts.
                    alone = part.read is None or part.read.size < instruction.out.size
                    self._contribute(
                        operand, part * float(instruction.out.size) if alone and operand.size == 1 else part
                    )

    def _matmul(self, instruction: Instruction, adjoint: Symbol) -> None:
        left, right = instruction.reads
        product: Contraction = instruction.detail
        given = self._as_ref(adjoint, instruction.out)
        for target, letters, other, other_letters in (
            (left, product.left, right, product.right),
            (right, product.right, left, product.left),
        ):
            if target.array.number not in self.needed:
                continue
            contraction = Contraction(product.out, other_letters, letters, product.sizes)
            key = (str(contraction), *sorted(product.sizes.items()))
            found = self.builder.emit("matmul", (given, other), contraction, target.size, "b" in letters, key=key)
            self._contribute(target, Symbol(self.builder, found), summed="b" not in letters)

    def _sum(self, instruction: Instruction, adjoint: Symbol) -> None:
        (read,) = instruction.reads
        if adjoint.read is None:
            self._contribute(read, adjoint)
            return
        repeated = np.repeat(np.arange(instruction.out.size), instruction.detail)
        self._contribute(read, Symbol(self.builder, adjoint.read.at(repeated), adjoint.scale))

    def _logsumexp(self, instruction: Instruction, adjoint: Symbol) -> None:
        (read,) = instruction.reads
        repeated = np.repeat(np.arange(instruction.out.size), instruction.detail)
        result = Symbol(self.builder, Ref(instruction.out).at(repeated))
        partial = TABLE["logsumexp"].partial(SYMBOLS, 0, result, [Symbol(self.builder, read)])
        if adjoint.read is not None:
            adjoint = Symbol(self.builder, adjoint.read.at(repeated), adjoint.scale)
        self._contribute(read, adjoint * partial)

    def _scatter(self, instruction: Instruction, adjoint: Symbol) -> None:
        pieces, _ = instruction.detail
        for operand, piece in zip(instruction.operands, pieces, strict=True):
            if isinstance(operand, Ref):
                part = adjoint.read.at(piece.index) if adjoint.read is not None else None
                self._contribute(operand, Symbol(self.builder, part, adjoint.scale))
