"""Buffers: where the arrays of a plan lie, and the views of them that a program reads and writes."""

from __future__ import annotations

import re
from itertools import count
from typing import Any

from .patterns import Index, Pattern, affine, common
from .plan import Array, Contraction, Instruction, Plan, Ref

_INPUT = re.compile(r"\bx\d")


class Buffers:
    """Writes the source that allocates buffers and views.

    Attributes
    ----------
    setup, body : list of str
        Lines that run once for a batch size, and lines that run for every batch.
    uses, last_use : dict
        How often an array is read, and by which instruction last.
    placed : dict
        Where in another array an array is computed.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.setup: list[str] = []
        self.body: list[str] = []
        self.storage: dict[int, str] = {}
        self._views: dict[tuple[Any, ...], str] = {}
        self._names = count()
        self.uses = self._use_counts()
        self.last_use = self._last_uses()
        self.placed = self._placements()

    def _use_counts(self) -> dict[int, int]:
        uses: dict[int, int] = {}
        for instruction in self.plan.instructions:
            for read in instruction.reads:
                uses[read.array.number] = uses.get(read.array.number, 0) + 1
        return uses

    def _last_uses(self) -> dict[int, int]:
        last: dict[int, int] = {}
        for at, instruction in enumerate(self.plan.instructions):
            for read in instruction.reads:
                last[read.array.number] = at
        for result in (self.plan.output, self.plan.gradient):
            if result is not None:
                last[result.array.number] = len(self.plan.instructions)
        return last

    def _placements(self) -> dict[int, tuple[Array, Pattern]]:
        """Arrays that are computed right where the one scatter that reads them would copy them."""
        loops = {
            instruction.out.number: _loops(instruction)
            for instruction in self.plan.instructions
            if instruction.op in ("matmul", "batch_sum", "sum")
        }
        placed: dict[int, tuple[Array, Pattern]] = {}
        for instruction in self.plan.instructions:
            if instruction.op != "scatter" or not instruction.detail[1]:
                continue
            if any(piece.adds for piece in instruction.detail[0]):
                continue
            for operand, piece in zip(instruction.operands, instruction.detail[0], strict=True):
                pattern = affine(piece.index)
                if (
                    isinstance(operand, Ref)
                    and operand.index is None
                    and pattern is not None
                    and self.uses[operand.array.number] == 1
                    and operand.array.number in loops
                    and _fits(pattern, loops[operand.array.number])
                    and operand.array.batched == instruction.out.batched
                    and operand.array is not self.plan.output.array
                ):
                    placed[operand.array.number] = (instruction.out, pattern)
        return placed

    def new_name(self, stem: str) -> str:
        return f"{stem}{next(self._names)}"

    def buffer(self, array: Array) -> str:
        """The name of an array's buffer, allocated on first use; the gradient's is the caller's."""
        if array.number not in self.storage:
            if self.plan.gradient is not None and array is self.plan.gradient.array:
                self.storage[array.number] = "g"
            else:
                name = self.new_name("t")
                shape = f"(n, {array.size})" if array.batched else f"({array.size},)"
                self.setup.append(f"{name} = empty({shape}, dtype)")
                self.storage[array.number] = name
        return self.storage[array.number]

    def is_whole(self, read: Ref) -> bool:
        """Whether a ref is a buffer of its own, without gaps."""
        return read.array.kind == "computed" and read.index is None and read.array.number not in self.placed

    def is_flat(self, read: Ref) -> bool:
        """Whether a ref is all of an input or of a buffer."""
        return self.is_whole(read) or (read.array.kind == "input" and read.index is None)

    def view_of(self, array: Array, pattern: Pattern) -> str:
        """An expression for positions of an array, with an axis for each of the pattern's loops."""
        if array.number in self.placed:
            outer, where = self.placed[array.number]
            inner = where.split(pattern.breaks)
            if inner is not None and pattern.base == 0 and contiguous(pattern):
                return self.view_of(outer, with_axes(inner, pattern.counts))
        storage = self.buffer(array)
        if array.kind == "input":
            return _sliced(storage, pattern, array) or (
                f"strided({storage}, {pattern.base}, {pattern.counts}, {pattern.strides}, True)"
            )
        key = (storage, array.size, pattern)
        if key not in self._views:
            expression = _sliced(storage, pattern, array)
            if expression != storage:
                name = self.new_name("v")
                self.setup.append(
                    f"{name} = "
                    + (
                        expression
                        or f"strided({storage}, {pattern.base}, {pattern.counts}, {pattern.strides}, {array.batched})"
                    )
                )
                expression = name
            self._views[key] = expression
        return self._views[key]

    def pattern_of(self, read: Ref) -> Pattern | None:
        return Pattern(0, (read.size,), (1,)) if read.index is None else affine(read.index)

    def regular(self, read: Ref) -> tuple[Array, Pattern]:
        """A ref as array and pattern; an irregular one is gathered into a buffer first."""
        pattern = self.pattern_of(read)
        return (read.array, pattern) if pattern is not None else self.gathered(read)

    def gathered(self, read: Ref) -> tuple[Array, Pattern]:
        assert read.index is not None
        copy = Array(-1 - next(self._names), read.size, read.array.batched)
        buffer = self.buffer(copy)
        index = self.index_of(read.index)
        axis = 1 if read.array.batched else 0
        whole = self.view_of(read.array, Pattern(0, (read.array.size,), (1,)))
        self.body.append(f"take({whole}, {index}, {axis}, {buffer}, 'clip')")
        return copy, Pattern(0, (read.size,), (1,))

    def index_of(self, index: Index) -> str:
        name = self.new_name("i")
        self.setup.append(f"{name} = np.array({index.tolist()})")
        return name

    def aligned(self, refs: list[Ref], size: int, breaks: tuple[int, ...] = ()) -> tuple[list[str], tuple[int, ...]]:
        """Views of refs with the same axes, and these axes' lengths; refs of one position broadcast."""
        regular = [self.regular(read) for read in refs]
        wanted = Pattern(0, (size,), (1,)).split(breaks)
        assert wanted is not None
        full = [pattern for read, (_, pattern) in zip(refs, regular, strict=True) if read.size == size]
        split = common([*full, wanted])
        if split is None:
            regular = [
                self.gathered(read) if read.index is not None and read.size == size else (read.array, pattern)
                for read, (_, pattern) in zip(refs, regular, strict=True)
            ]
            split = [wanted] * (len(full) + 1)
        counts = split[-1].counts
        found = iter(split)
        views = []
        for read, (array, pattern) in zip(refs, regular, strict=True):
            if read.size == size:
                views.append(self.view_of(array, next(found)))
            else:
                views.append(self.view_of(array, Pattern(pattern.base, (1,) * len(counts), (0,) * len(counts))))
        return views, counts

    def out_view(self, array: Array, counts: tuple[int, ...]) -> str:
        whole = Pattern(0, (array.size,), (1,))
        breaks = Pattern(0, counts, (0,) * len(counts)).breaks
        split = whole.split(breaks)
        assert split is not None
        # Loops of one iteration keep their axis.
        return self.view_of(array, with_axes(split, counts))

    def whole(self, read: Ref) -> str:
        array, pattern = self.regular(read)
        return self.view_of(array, Pattern(pattern.base, pattern.counts, pattern.strides))

    def scalar_view(self, array: Array) -> str:
        """An array of one position without the axis for positions."""
        view = self.view_of(array, Pattern(0, (1,), (1,)))
        name = self.new_name("v")
        self.setup.append(f"{name} = {view}.reshape({'n' if array.batched else '()'})")
        return name

    def static(self, expression: str) -> str:
        """A name for an expression of buffers, made once; of inputs, the expression itself."""
        if expression.isidentifier() or _INPUT.search(expression):
            return expression
        key = ("static", expression)
        if key not in self._views:
            name = self.new_name("v")
            self.setup.append(f"{name} = {expression}")
            self._views[key] = name
        return self._views[key]


def _loops(instruction: Instruction) -> tuple[int, ...]:
    """The lengths of the axes that an instruction writes its result with, as far as they are sure."""
    if instruction.op != "matmul":
        return (instruction.out.size,)
    product: Contraction = instruction.detail
    return tuple(product.sizes[letter] for letter in product.out if letter != "b")


def _fits(pattern: Pattern, loops: tuple[int, ...]) -> bool:
    """Whether positions can be given these axes: those of one loop can, those of more if they are the same."""
    inner = tuple(count for count in pattern.counts if count > 1)
    return len(inner) < 2 or inner == tuple(length for length in loops if length > 1)


def with_axes(pattern: Pattern, shape: tuple[int, ...]) -> Pattern:
    """The pattern with an axis for each length of `shape`, also for those of one."""
    loops = iter([(c, s) for c, s in zip(pattern.counts, pattern.strides, strict=True) if c > 1])
    pairs = [next(loops) if length > 1 else (1, 0) for length in shape]
    return Pattern(pattern.base, tuple(c for c, _ in pairs), tuple(s for _, s in pairs))


def contiguous(pattern: Pattern) -> bool:
    inner = 1
    for length, stride in zip(reversed(pattern.counts), reversed(pattern.strides), strict=True):
        if length > 1 and stride != inner:
            return False
        inner *= length
    return True


def _sliced(storage: str, pattern: Pattern, array: Array) -> str:
    """A slice for a pattern of one loop, the storage itself for all of it, empty for what needs strides."""
    if len(pattern.counts) > 1:
        return ""
    (length,), (stride,) = pattern.counts, pattern.strides
    if length == array.size and (stride == 1 or length == 1) and pattern.base == 0:
        return storage
    lead = ":, " if array.batched else ""
    if length == 1:
        return f"{storage}[{lead}{pattern.base}:{pattern.base + 1}]"
    if stride < 1:
        return ""
    stop = pattern.base + stride * (length - 1) + 1
    return f"{storage}[{lead}{pattern.base}:{stop}{f':{stride}' if stride > 1 else ''}]"
