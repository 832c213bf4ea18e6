"""Lower: a plan as the source of a NumPy program whose buffers are allocated once per batch size."""

from __future__ import annotations

import linecache
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from math import isfinite
from types import CodeType
from typing import Any

import numpy as np

from .patterns import affine, common
from .plan import Array, Instruction, Operand, Plan, Ref, Scale
from .products import Products
from .runtime import RUNTIME

# One ufunc, or several that read an operand only before the result is first written.
_IN_PLACE = frozenset(
    [
        "add",
        "subtract",
        "multiply",
        "divide",
        "negative",
        "absolute",
        "exp",
        "log",
        "sqrt",
        "sin",
        "cos",
        "tanh",
        "sigmoid",
        "relu",
        "sign",
        "step",
        "maximum",
        "minimum",
    ]
)

# Lines from which on a program is run piece by piece.
_LONG = 2000

_programs = count(1)


@dataclass(frozen=True)
class _Text:
    """The parts of a program's source; `setup` runs once for a batch size, `body` for every batch."""

    arguments: list[str]
    setup: list[str]
    body: list[str]
    result: str

    @property
    def source(self) -> str:
        """The whole as one function."""
        lines = [
            "def prepare(n, p, g, dtype):",
            *(f"    {line}" for line in self.setup),
            f"    def run({', '.join(self.arguments)}):",
            *(f"        {line}" for line in self.body),
            f"        return {self.result}",
            "    return run",
        ]
        return "\n".join(lines) + "\n"


class Program:
    """A plan's NumPy source, and the functions made from it.

    Parameters
    ----------
    plan : Plan
        What to compute.

    Attributes
    ----------
    source : str
        A function ``prepare(n, p, g, dtype)`` that allocates the buffers for n
        samples and returns the program, which reads the parameters p and writes
        the gradient to g.
    """

    def __init__(self, plan: Plan) -> None:
        text = _Lowering(plan).text()
        self.source = text.source
        name = f"<autograd program {next(_programs)}>"
        space: dict[str, Any] = {**RUNTIME, "constants": _constants(plan)}
        if len(text.setup) + len(text.body) > _LONG:
            self.prepare: Callable[..., Callable[..., Any]] = _in_pieces(text, name, space)
            return
        # So that tracebacks and debuggers show the generated lines.
        linecache.cache[name] = (len(self.source), None, self.source.splitlines(keepends=True), name)
        weakref.finalize(self, linecache.cache.pop, name, None)
        exec(compile(self.source, name, "exec"), space)
        self.prepare = space["prepare"]


def _in_pieces(text: _Text, name: str, space: dict[str, Any]) -> Callable[..., Callable[..., Any]]:
    """A long program run piece by piece, its names global: Python takes quadratic time to compile a long function."""

    def pieces(lines: list[str]) -> list[CodeType]:
        parts = (lines[start : start + _LONG] for start in range(0, len(lines), _LONG))
        return [compile("\n".join(part), name, "exec") for part in parts]

    setup, body, result = pieces(text.setup), pieces(text.body), compile(text.result, name, "eval")

    def prepare(n: int, p: Any, g: Any, dtype: Any) -> Callable[..., Any]:
        names = {**space, "n": n, "p": p, "g": g, "dtype": dtype}
        for piece in setup:
            exec(piece, names)

        def run(*arguments: Any) -> Any:
            names.update(zip(text.arguments, arguments, strict=True))
            for piece in body:
                exec(piece, names)
            return eval(result, names)

        return run

    return prepare


def _constants(plan: Plan) -> Any:
    return next((array.source for array in plan.arrays if array.kind == "constant"), np.empty(0))


class _Lowering(Products):
    """Writes the lines of each instruction."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self._cost = self._cost_terms()

    def text(self) -> _Text:
        arguments = []
        for array in self.plan.arrays:
            if array.kind == "input":
                self.storage[array.number] = f"x{array.source}"
                arguments.append(f"x{array.source}")
            elif array.kind == "parameters":
                self.storage[array.number] = "p"
            elif array.kind == "constant":
                self.storage[array.number] = "constants_"
        for at, instruction in enumerate(self.plan.instructions):
            if instruction.out is self._cost:
                self._sum_cost(instruction)
            elif self._cost is None or instruction.out is not self.plan.output.array:
                getattr(self, f"_{instruction.op}")(at, instruction)
        result = self._result()
        setup = ["empty = np.empty", "constants_ = constants.astype(dtype)", "inv_n = 1.0 / n", *self.setup]
        return _Text([*arguments, "first_row"], setup, self.body, result)

    def _cost_terms(self) -> Array | None:
        """The terms whose sum over sample and batch is all that a gradient's plan needs of its cost."""
        made = {instruction.out.number: instruction for instruction in self.plan.instructions}
        cost = made.get(self.plan.output.array.number)
        if self.plan.gradient is None or cost is None or cost.out.number in self.uses:
            return None
        if cost.op != "sum" or cost.out.size > 1 or not cost.out.batched:
            return None
        (terms,) = cost.reads
        alone = terms.index is None and self.uses[terms.array.number] == 1
        return terms.array if alone and terms.array.kind == "computed" and terms.array.batched else None

    def _sum_cost(self, terms: Instruction) -> None:
        (*_, exponent) = terms.operands
        if terms.detail == "power" and exponent == 2.0 and self.is_whole(terms.reads[0]):
            base = self.whole(terms.reads[0])
            self.body.append(f"cost = vdot({base}, {base})")
        else:
            getattr(self, f"_{terms.op}")(self.plan.instructions.index(terms), terms)
            self.body.append(f"cost = add_reduce({self.whole(Ref(terms.out))}, None)")

    def _result(self) -> str:
        if self.plan.gradient is None:
            return self._whole_flat(self.plan.output)
        if self._cost is not None:
            return f"cost, {self._bound()}"
        # A cost that depends on no sample is the same for each.
        times = "" if self.plan.output.array.batched else " * n"
        return f"add_reduce({self.whole(self.plan.output)}, None){times}, {self._bound()}"

    def _bound(self) -> str:
        """A number that is finite only if the gradient is: the sum of its squares, or more than that."""
        assert self.plan.gradient is not None
        terms, start = [], 0
        for first, stop, bound in [*sorted(self.bounds), (self.plan.gradient.size, 0, "")]:
            if start < first:
                terms.append(f"vdot(g[{start}:{first}], g[{start}:{first}])")
            terms += [bound] if bound else []
            start = stop
        return " + ".join(terms)

    def _take_over(self, at: int, instruction: Instruction) -> None:
        """Let the result use the buffer of an operand that nobody reads after this."""
        if instruction.detail not in _IN_PLACE or instruction.out.number in self.placed:
            return
        for read in instruction.reads:
            array = read.array
            if (
                array.kind == "computed"
                and read.index is None
                and (array.size, array.batched) == (instruction.out.size, instruction.out.batched)
                and self.last_use[array.number] == at
                and array.number not in self.placed
                and all(other is read or other.array is not array or other.index is None for other in instruction.reads)
                and (self.plan.gradient is None or instruction.out is not self.plan.gradient.array)
            ):
                self.storage[instruction.out.number] = self.storage[array.number]
                return

    def _operands(self, operands: tuple[Operand, ...], views: list[str]) -> list[str]:
        remaining = iter(views)
        return [next(remaining) if isinstance(operand, Ref) else self._scalar_operand(operand) for operand in operands]

    def _scalar_operand(self, operand: float | Scale) -> str:
        """A number as an array without axes, which NumPy takes faster than a Python float."""
        return self.static(f"np.array({_literal(operand)}, dtype)")

    def _map(self, at: int, instruction: Instruction) -> None:
        views, counts = self.aligned(instruction.reads, instruction.out.size)
        self._take_over(at, instruction)
        out = self.out_view(instruction.out, counts)
        if instruction.detail == "power" and instruction.operands[1] == 2.0:
            self.body.append(f"multiply({views[0]}, {views[0]}, {out})")
            return
        if instruction.detail == "power" and isinstance(instruction.operands[1], float):
            arguments = f"{views[0]}, {_literal(instruction.operands[1])}"
        else:
            arguments = ", ".join(self._operands(instruction.operands, views))
        # NumPy deprecates a positional third argument of these two.
        keyword = "out=" if instruction.detail in ("maximum", "minimum") else ""
        self.body.append(f"{instruction.detail}({arguments}, {keyword}{out})")

    def _sum(self, at: int, instruction: Instruction) -> None:
        view, axes, out = self._reduction(instruction)
        if axes == (1,) and instruction.out.size == 1 and self.is_whole(instruction.reads[0]):
            self.body.append(f"matmul({view}, {self.static(f'np.ones({instruction.detail}, dtype)')}, {out})")
        else:
            self.body.append(f"add_reduce({view}, {axes}, None, {out})")

    def _logsumexp(self, at: int, instruction: Instruction) -> None:
        view, axes, out = self._reduction(instruction)
        self.body.append(f"logsumexp({view}, {axes}, {out})")

    def _reduction(self, instruction: Instruction) -> tuple[str, tuple[int, ...], str]:
        (read,) = instruction.reads
        length = instruction.detail
        breaks = (length,) if length < read.size else ()
        (view,), counts = self.aligned([read], read.size, breaks)
        outer, kept = 1, 0
        while outer < instruction.out.size:
            outer *= counts[kept]
            kept += 1
        lead = 1 if read.array.batched else 0
        axes = tuple(range(lead + kept, lead + len(counts)))
        return (
            view,
            axes,
            self.out_view(instruction.out, counts[:kept] or (1,)) if kept else self.scalar_view(instruction.out),
        )

    def _batch_sum(self, at: int, instruction: Instruction) -> None:
        (view,), counts = self.aligned(instruction.reads, instruction.out.size)
        out = self.out_view(instruction.out, counts)
        if self.is_whole(instruction.reads[0]) and len(counts) == 1:
            # A product with ones sums a small batch in a third of the time.
            self.body.append(f"matmul({self.static('np.ones(n, dtype)')}, {view}, {out})")
        else:
            self.body.append(f"add_reduce({view}, 0, None, {out})")

    def _guard(self, at: int, instruction: Instruction) -> None:
        truth, comparison, line = instruction.detail
        self.body.append(f"guard({self.whole(instruction.reads[0])}, {truth}, {comparison!r}, {line!r}, first_row)")

    def _scatter(self, at: int, instruction: Instruction) -> None:
        pieces, covered = instruction.detail
        out = instruction.out
        if not covered:
            self.body.append(f"{self.buffer(out)}.fill(0.0)")
        for operand, piece in zip(instruction.operands, pieces, strict=True):
            if isinstance(operand, Ref) and operand.array.number in self.placed:
                continue
            pattern = None if piece.repeats else affine(piece.index)
            if pattern is None:
                self._scatter_irregular(out, operand, piece)
                continue
            sources = [operand] if isinstance(operand, Ref) else []
            patterns = common([pattern, *(self.regular(read)[1] for read in sources)])
            if patterns is None or (sources and sources[0].size < len(piece.index)):
                self._scatter_irregular(out, operand, piece)
                continue
            target = self.view_of(out, patterns[0])
            if isinstance(operand, Ref):
                source = self.view_of(self.regular(operand)[0], patterns[1])
            else:
                source = _literal(operand)
            self.body.append(f"add({target}, {source}, out={target})" if piece.adds else f"copyto({target}, {source})")

    def _scatter_irregular(self, out: Array, operand: Operand, piece: Any) -> None:
        source = self._whole_flat(operand) if isinstance(operand, Ref) else _literal(operand)
        index, buffer = self.index_of(piece.index), self.buffer(out)
        if piece.repeats:
            self.body.append(f"add_at({buffer}, {index}, {source})")
        else:
            self.body.append(f"{buffer}[..., {index}] {'+=' if piece.adds else '='} {source}")

    def _whole_flat(self, read: Ref) -> str:
        """A view with one axis for the positions."""
        array, pattern = self.regular(read)
        if len(pattern.counts) > 1:
            array, pattern = self.gathered(read)
        return self.view_of(array, pattern)


def _literal(operand: float | Scale) -> str:
    if isinstance(operand, Scale):
        by_n = {1: " * inv_n", 0: "", -1: " * n"}.get(operand.power, f" * inv_n ** {operand.power}")
        return f"({_literal(operand.factor)}{by_n})"
    return repr(float(operand)) if isfinite(operand) else f"float({str(operand)!r})"
