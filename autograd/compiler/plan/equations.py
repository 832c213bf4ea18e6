"""Equations: a plan as the text that a student recognises from the document.

Vectors are columns, as in the document: ``z1 = W1 @ x + b1``. A capital is a
matrix of weights, ``'`` a transpose, ``n`` the number of samples in the batch,
``delta1`` is dC/dz1. Behind each line stands the shape of its result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .instructions import (
    Array,
    BatchSum,
    Contraction,
    Guard,
    Instruction,
    LogSumExp,
    Map,
    Operand,
    Product,
    Ref,
    Scale,
    Scatter,
    Sum,
)
from .naming import common_label, names_of
from .patterns import affine

if TYPE_CHECKING:
    from .plan import Plan

Text = tuple[str, int]
"""An expression and how tightly its outermost operation binds."""

_SUM, _PRODUCT, _POWER, _ATOM = range(1, 5)
_INFIX = {"add": (" + ", _SUM), "subtract": (" - ", _SUM), "multiply": (" * ", _PRODUCT), "divide": (" / ", _PRODUCT)}
_DEEPEST = 8
_REDUCTIONS = {Sum: "sum", BatchSum: "sum", LogSumExp: "logsumexp"}
_NAMES = {"sigmoid": "sigma", "absolute": "abs", "maximum": "max", "minimum": "min", "positive_of": ""}


def equations(plan: Plan) -> str:
    """The plan's inputs, parameters and instructions, one equation a line."""
    return _Equations(plan).text()


class _Equations:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.names = names_of(plan)
        self.made_by = {i.out.number: i for i in plan.instructions if not isinstance(i, Guard)}
        self.uses: dict[int, int] = {}
        for instruction in plan.instructions:
            for read in instruction.reads:
                self.uses[read.array.number] = self.uses.get(read.array.number, 0) + 1
        # Arrays of which some positions are read; they need a name.
        self.indexed = {
            read.array.number
            for instruction in plan.instructions
            for read in instruction.reads
            if read.index is not None and read.array.size > 1
        }
        self.parameters: dict[str, str] = {}
        # How deep the expressions are that are written where they are read and not on a line of their own.
        self.depth: dict[int, int] = {}
        for made in plan.instructions:
            depth = 1 + max((self.depth.get(read.array.number, 0) for read in made.reads), default=0)
            if depth <= _DEEPEST and self._may_be_inlined(made):
                self.depth[made.out.number] = depth

    def text(self) -> str:
        lines: list[tuple[str, str]] = []
        results = [self.plan.output.array]
        for instruction in self.plan.instructions:
            if isinstance(instruction, Guard):
                lines.append((f"guard: {instruction.comparison} as recorded at {instruction.line}", ""))
            elif self._is_gradient(instruction):
                assert isinstance(instruction, Scatter)
                lines += self._gradient_lines(instruction)
            elif instruction.out in results or not self._inlined(instruction.out):
                lines.append(
                    (f"{self._name(instruction.out)} = {self._expression(instruction)[0]}", self._shape(instruction))
                )
        if (
            not isinstance(self.made_by.get(self.plan.output.array.number), Instruction)
            or self.plan.output.index is not None
        ):
            lines.append((f"output = {self._ref(self.plan.output)[0]}", f"({self.plan.output.size},)"))
        width = max((len(text) for text, shape in lines if shape), default=0)
        inputs = ", ".join(f"{self._name(a)} ({a.size},)" for a in self.plan.arrays if a.kind == "input")
        header = [f"inputs      {inputs}"]
        if self.parameters:
            header.append("parameters  " + ", ".join(f"{name} {shape}" for name, shape in self.parameters.items()))
        return "\n".join(header + [f"{text:<{width}}  # {shape}" if shape else text for text, shape in lines])

    def _is_gradient(self, instruction: Instruction) -> bool:
        return self.plan.gradient is not None and instruction.out is self.plan.gradient.array

    # Names

    def _name(self, array: Array) -> str:
        return self.names.get(array.number) or f"t{array.number}"

    def _inlined(self, array: Array) -> bool:
        """Whether an array is written where it is read and not on a line of its own."""
        return array.number in self.depth

    def _may_be_inlined(self, made: Instruction) -> bool:
        array = made.out
        if array.number in self.names or array.number in self.indexed or isinstance(made, Scatter | Guard):
            return False
        if self.uses.get(array.number, 0) == 1 or self._derivative(array):
            return True
        short = isinstance(made, Map) and made.name in ("add", "subtract")
        return short and not any(self._inlined(read.array) for read in made.reads)

    def _ref(self, read: Ref, matrix: tuple[int, ...] | None = None) -> Text:
        array = read.array
        if array.kind == "parameters":
            return self._parameter(read, matrix), _ATOM
        if array.kind == "constant":
            numbers = array.source if read.index is None else array.source[read.index]
            return (f"{numbers[0]:g}" if len(set(numbers.tolist())) == 1 else "constants"), _ATOM
        if (read.index is None or array.size == 1) and self._inlined(array):
            return self._expression(self.made_by[array.number])
        if read.index is None or (not (read.index != read.index[0]).any() and array.size == 1):
            return self._name(array), _ATOM
        return f"{self._name(array)}{_positions(read)}", _ATOM

    def _parameter(self, read: Ref, matrix: tuple[int, ...] | None) -> str:
        labels = read.array.labels
        own = labels if read.index is None else [labels[i] for i in read.index]
        name = common_label(own)
        if not name:
            name = f"p{_positions(read)}"
        elif matrix is not None:
            name = name[0].upper() + name[1:]
        if read.size == 1 and own[0] is not None:
            name = own[0].ascii
        self.parameters.setdefault(name, str(matrix or (read.size,)))
        return name

    def _operand(self, operand: Operand) -> Text:
        if isinstance(operand, Ref):
            return self._ref(operand)
        if isinstance(operand, Scale):
            by = {0: "", 1: "/n", -1: " n"}.get(operand.power, f"/n^{operand.power}")
            return f"{operand.factor:g}{by}", _PRODUCT
        return f"{operand:g}", _ATOM if operand >= 0 else _SUM

    # Expressions

    def _expression(self, instruction: Instruction) -> Text:
        derivative = self._derivative(instruction.out)
        if derivative:
            return derivative, _ATOM
        if isinstance(instruction, Map):
            return self._map(instruction)
        if isinstance(instruction, Product):
            return self._matmul(instruction)
        if isinstance(instruction, Scatter):
            return self._scatter(instruction)
        return f"{_REDUCTIONS[type(instruction)]}({self._operand(instruction.operands[0])[0]})", _ATOM

    def _scatter(self, instruction: Scatter) -> Text:
        """Pieces one after another, or added at their positions to zeros."""
        pieces = instruction.pieces
        told = [self._operand(operand)[0] for operand in instruction.operands]
        if instruction.covers and not any(piece.adds for piece in pieces):
            return f"join({', '.join(told)})", _ATOM
        out = instruction.out
        places = [_positions(Ref(out, piece.index)) for piece in pieces]
        whole = f"[0:{out.size}]"
        placed = [text if place == whole else f"({text} at {place})" for text, place in zip(told, places, strict=True)]
        return " + ".join(placed), _SUM if len(placed) > 1 else _ATOM

    def _map(self, instruction: Map) -> Text:
        name, operands = instruction.name, instruction.operands
        if name in _INFIX:
            symbol, binds = _INFIX[name]
            left, right = self._operand(operands[0]), self._operand(operands[1])
            # A number before a factor needs no sign, as in 2 (a - y).
            if name == "multiply" and not isinstance(operands[0], Ref):
                symbol = " "
            strict = name in ("subtract", "divide")
            return f"{_bound(left, binds)}{symbol}{_bound(right, binds + strict)}", binds
        if name == "power":
            return f"{_bound(self._operand(operands[0]), _ATOM)}^{_bound(self._operand(operands[1]), _ATOM)}", _POWER
        if name == "negative":
            return f"-{_bound(self._operand(operands[0]), _PRODUCT)}", _SUM
        arguments = [self._operand(operand)[0] for operand in operands]
        if instruction.primitive.infix:
            return f"({f' {instruction.primitive.symbol} '.join(arguments)})", _ATOM
        return f"{_NAMES.get(name, name)}({', '.join(arguments)})", _ATOM

    def _matmul(self, instruction: Product) -> Text:
        product = instruction.contraction
        left, right = (
            _bound(self._ref(read, _matrix(letters, product)), _PRODUCT)
            for read, letters in zip(instruction.reads, (product.left, product.right), strict=True)
        )
        if "k" not in product.out:
            return f"{left} @ {right}", _PRODUCT
        if "r" in product.out:
            return f"{left} @ {right}'", _PRODUCT
        return f"{right}' @ {left}", _PRODUCT

    def _derivative(self, array: Array) -> str:
        """``sigma'(z)`` and its like, by the name of the activation function; empty for anything else."""
        meaning = array.meaning
        if meaning is None or meaning.primitive is None:
            return ""
        name = meaning.primitive.name
        return f"{_NAMES.get(name, name)}'({self._ref(meaning.of)[0]})"

    def _made(self, operand: Operand) -> Instruction | None:
        if isinstance(operand, Ref) and operand.index is None:
            return self.made_by.get(operand.array.number)
        return None

    def _gradient_lines(self, instruction: Scatter) -> list[tuple[str, str]]:
        lines = []
        for piece in instruction.pieces:
            operand = piece.operand
            made = self._made(operand)
            matrix = None
            if isinstance(made, Product):
                matrix = _matrix(made.contraction.out, made.contraction)
            name = self._parameter(Ref(self.plan.parameters, piece.index), matrix)
            text = f"dC/d{name} {'+= ' if piece.adds else '= '}{self._operand(operand)[0]}"
            lines.append((text, str(matrix or (len(piece.index),))))
        return lines

    def _shape(self, instruction: Instruction) -> str:
        if isinstance(instruction, Product):
            return str(_matrix(instruction.contraction.out, instruction.contraction) or (instruction.out.size,))
        return f"({instruction.out.size},)"


def _matrix(letters: str, product: Contraction) -> tuple[int, ...] | None:
    """The shape of an operand with more than one letter."""
    shape = tuple(product.sizes[letter] for letter in letters if letter != "b")
    return shape if len(shape) > 1 else None


def _bound(text: Text, binds: int) -> str:
    return text[0] if text[1] >= binds else f"({text[0]})"


def _positions(read: Ref) -> str:
    """Which positions a ref reads, as an index in brackets."""
    if read.index is None:
        return f"[0:{read.size}]"
    pattern = affine(read.index)
    if read.size == 1:
        return f"[{read.index[0]}]"
    if pattern is None or len(pattern.counts) > 1 or pattern.strides[0] < 1:
        return f"[{read.size} of them]"
    stop = int(np.max(read.index)) + 1
    return f"[{pattern.base}:{stop}" + (f":{pattern.strides[0]}]" if pattern.strides[0] > 1 else "]")
