"""Lower: a plan as the source of a NumPy program whose buffers are allocated once per batch size."""

from __future__ import annotations

import linecache
from collections.abc import Callable
from itertools import count
from typing import Any

import numpy as np

from .patterns import Index, Pattern, affine, common
from .plan import Array, Contraction, Instruction, Operand, Plan, Ref, Scale
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

_LARGE = 4096

_programs = count(1)


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
        self.source = _Lowering(plan).source()
        name = f"<autograd program {next(_programs)}>"
        # So that tracebacks and debuggers show the generated lines.
        linecache.cache[name] = (len(self.source), None, self.source.splitlines(keepends=True), name)
        space: dict[str, Any] = {**RUNTIME, "constants": _constants(plan)}
        exec(compile(self.source, name, "exec"), space)
        self.prepare: Callable[..., Callable[..., Any]] = space["prepare"]


def _constants(plan: Plan) -> Any:
    return next((array.source for array in plan.arrays if array.kind == "constant"), np.empty(0))


class _Lowering:
    """Writes the source: `setup` lines allocate buffers and views once, `body` lines run for every batch."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.setup: list[str] = []
        self.body: list[str] = []
        self.storage: dict[int, str] = {}
        self._bounds: list[tuple[int, int, str]] = []
        self._views: dict[tuple[Any, ...], str] = {}
        self._names = count()
        self._last_use = self._last_uses()
        self._uses = self._use_counts()
        self._placed = self._placements()
        self._squares = self._squares_of_cost()

    def source(self) -> str:
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
            if instruction.out is self._squares:
                continue
            if self._is_cost(instruction):
                self._cost(instruction)
            else:
                getattr(self, f"_{instruction.op}")(at, instruction)
        result = self._result() if self.plan.gradient is None else f"{self._result()}, {self._bound()}"
        lines = [
            "def prepare(n, p, g, dtype):",
            "    empty = np.empty",
            "    constants_ = constants.astype(dtype)",
            *(f"    {line}" for line in self.setup),
            f"    def run({', '.join([*arguments, 'total', 'first_row'])}):",
            "        inv_n = 1.0 / total",
            *(f"        {line}" for line in self.body),
            f"        return {result}",
            "    return run",
        ]
        return "\n".join(lines) + "\n"

    # The result: the output's rows, or the cost summed over the batch beside a gradient

    def _squares_of_cost(self) -> Array | None:
        """The squares that serve only to be summed as the cost; a product sums them unseen."""
        made = {instruction.out.number: instruction for instruction in self.plan.instructions}
        cost = made.get(self.plan.output.array.number)
        if cost is None or not self._is_cost(cost):
            return None
        squares = made.get(cost.reads[0].array.number)
        if squares is None or squares.detail != "power" or squares.operands[1] != 2.0 or not squares.out.batched:
            return None
        alone = self._uses[squares.out.number] == 1 and cost.reads[0].index is None
        return squares.out if alone and self._is_whole(squares.reads[0]) else None

    def _is_cost(self, instruction: Instruction) -> bool:
        """Whether an instruction sums a sample's whole cost, which nothing but the result needs."""
        return (
            self.plan.gradient is not None
            and instruction.op == "sum"
            and instruction.out is self.plan.output.array
            and instruction.out.size == 1
            and instruction.out.batched
            and instruction.out.number not in self._uses
        )

    def _cost(self, instruction: Instruction) -> None:
        (terms,) = instruction.reads
        if terms.array is self._squares:
            made = next(made for made in self.plan.instructions if made.out is self._squares)
            base = self._view(made.reads[0].array, Pattern(0, (terms.size,), (1,)))
            self.body.append(f"cost = vdot({base}, {base})")
        else:
            self.body.append(f"cost = add_reduce({self._whole(terms)}, None)")

    def _result(self) -> str:
        if self.plan.gradient is None:
            return self._whole(self.plan.output)
        if any(line.startswith("cost = ") for line in self.body):
            return "cost"
        # A cost without a batch is the same for every sample.
        times = "" if self.plan.output.array.batched else " * n"
        return f"add_reduce({self._whole(self.plan.output)}, None){times}"

    def _bound(self) -> str:
        """A number that is finite only if the gradient is: the sum of its squares, or more than that."""
        assert self.plan.gradient is not None
        terms, start = [], 0
        for first, stop, bound in [*sorted(self._bounds), (self.plan.gradient.size, 0, "")]:
            if start < first:
                terms.append(f"vdot(g[{start}:{first}], g[{start}:{first}])")
            terms += [bound] if bound else []
            start = stop
        return " + ".join(terms)

    # Storage

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
        computed = {
            instruction.out.number
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
                    and self._uses[operand.array.number] == 1
                    and operand.array.number in computed
                    and operand.array.batched == instruction.out.batched
                    and operand.array is not self.plan.output.array
                ):
                    placed[operand.array.number] = (instruction.out, pattern)
        return placed

    def _name(self, stem: str) -> str:
        return f"{stem}{next(self._names)}"

    def _buffer(self, array: Array) -> str:
        """The name of an array's buffer, allocated on first use; the gradient's is the caller's."""
        if array.number not in self.storage:
            if self.plan.gradient is not None and array is self.plan.gradient.array:
                self.storage[array.number] = "g"
            else:
                name = self._name("t")
                shape = f"(n, {array.size})" if array.batched else f"({array.size},)"
                self.setup.append(f"{name} = empty({shape}, dtype)")
                self.storage[array.number] = name
        return self.storage[array.number]

    def _take_over(self, at: int, instruction: Instruction) -> None:
        """Let the result use the buffer of an operand that nobody reads after this."""
        if instruction.detail not in _IN_PLACE or instruction.out.number in self._placed:
            return
        for read in instruction.reads:
            array = read.array
            if (
                array.kind == "computed"
                and read.index is None
                and (array.size, array.batched) == (instruction.out.size, instruction.out.batched)
                and self._last_use[array.number] == at
                and array.number not in self._placed
                and all(other is read or other.array is not array or other.index is None for other in instruction.reads)
                and (self.plan.gradient is None or instruction.out is not self.plan.gradient.array)
            ):
                self.storage[instruction.out.number] = self.storage[array.number]
                return

    # Views

    def _view(self, array: Array, pattern: Pattern) -> str:
        """An expression for positions of an array, with an axis for each of the pattern's loops."""
        if array.number in self._placed:
            outer, where = self._placed[array.number]
            inner = where.split(pattern.breaks)
            if inner is not None and pattern.base == 0 and _contiguous(pattern):
                return self._view(outer, Pattern(where.base, inner.counts, inner.strides))
        storage = self._buffer(array)
        if array.kind == "input":
            return _sliced(storage, pattern, array) or (
                f"strided({storage}, {pattern.base}, {pattern.counts}, {pattern.strides}, True)"
            )
        key = (storage, array.size, pattern)
        if key not in self._views:
            expression = _sliced(storage, pattern, array)
            if expression != storage:
                name = self._name("v")
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

    def _pattern(self, read: Ref) -> Pattern | None:
        return Pattern(0, (read.size,), (1,)) if read.index is None else affine(read.index)

    def _regular(self, read: Ref) -> tuple[Array, Pattern]:
        """A ref as array and pattern; an irregular one is gathered into a buffer first."""
        pattern = self._pattern(read)
        return (read.array, pattern) if pattern is not None else self._gathered(read)

    def _gathered(self, read: Ref) -> tuple[Array, Pattern]:
        assert read.index is not None
        copy = Array(-1 - next(self._names), read.size, read.array.batched)
        buffer = self._buffer(copy)
        index = self._index(read.index)
        axis = 1 if read.array.batched else 0
        whole = self._view(read.array, Pattern(0, (read.array.size,), (1,)))
        self.body.append(f"take({whole}, {index}, {axis}, {buffer}, 'clip')")
        return copy, Pattern(0, (read.size,), (1,))

    def _index(self, index: Index) -> str:
        name = self._name("i")
        self.setup.append(f"{name} = np.array({index.tolist()})")
        return name

    def _aligned(self, refs: list[Ref], size: int, breaks: tuple[int, ...] = ()) -> tuple[list[str], tuple[int, ...]]:
        """Views of refs with the same axes, and these axes' lengths; refs of one position broadcast."""
        regular = [self._regular(read) for read in refs]
        wanted = Pattern(0, (size,), (1,)).split(breaks)
        assert wanted is not None
        full = [pattern for read, (_, pattern) in zip(refs, regular, strict=True) if read.size == size]
        split = common([*full, wanted])
        if split is None:
            regular = [
                self._gathered(read) if read.index is not None and read.size == size else (read.array, pattern)
                for read, (_, pattern) in zip(refs, regular, strict=True)
            ]
            split = [wanted] * (len(full) + 1)
        counts = split[-1].counts
        found = iter(split)
        views = []
        for read, (array, pattern) in zip(refs, regular, strict=True):
            if read.size == size:
                views.append(self._view(array, next(found)))
            else:
                views.append(self._view(array, Pattern(pattern.base, (1,) * len(counts), (0,) * len(counts))))
        return views, counts

    def _out(self, array: Array, counts: tuple[int, ...]) -> str:
        whole = Pattern(0, (array.size,), (1,))
        breaks = Pattern(0, counts, (0,) * len(counts)).breaks
        split = whole.split(breaks)
        assert split is not None
        # Loops of one iteration keep their axis.
        return self._view(array, _with_axes(split, counts))

    def _whole(self, read: Ref) -> str:
        array, pattern = self._regular(read)
        return self._view(array, Pattern(pattern.base, pattern.counts, pattern.strides))

    def _operands(self, operands: tuple[Operand, ...], views: list[str]) -> list[str]:
        remaining = iter(views)
        return [next(remaining) if isinstance(operand, Ref) else self._scalar_operand(operand) for operand in operands]

    def _scalar_operand(self, operand: Operand) -> str:
        """A number as an array without axes, which NumPy takes faster than a Python float."""
        literal = _literal(operand)
        if isinstance(operand, Scale) and operand.power:
            name = self._name("s")
            self.setup.append(f"{name} = empty((), dtype)")
            self.body.append(f"{name}[()] = {literal}")
            return name
        return self._static(f"np.array({literal}, dtype)")

    # Instructions

    def _map(self, at: int, instruction: Instruction) -> None:
        views, counts = self._aligned(instruction.reads, instruction.out.size)
        self._take_over(at, instruction)
        out = self._out(instruction.out, counts)
        if instruction.detail == "power" and instruction.operands[1] == 2.0:
            self.body.append(f"multiply({views[0]}, {views[0]}, {out})")
            return
        if instruction.detail == "power" and isinstance(instruction.operands[1], float):
            arguments = f"{views[0]}, {instruction.operands[1]!r}"
        else:
            arguments = ", ".join(self._operands(instruction.operands, views))
        # NumPy deprecates a positional third argument of these two.
        keyword = "out=" if instruction.detail in ("maximum", "minimum") else ""
        self.body.append(f"{instruction.detail}({arguments}, {keyword}{out})")

    def _sum(self, at: int, instruction: Instruction) -> None:
        view, axes, out = self._reduction(instruction)
        if axes == (1,) and instruction.out.size == 1 and self._is_whole(instruction.reads[0]):
            self.body.append(f"matmul({view}, {self._static(f'np.ones({instruction.detail}, dtype)')}, {out})")
        else:
            self.body.append(f"add_reduce({view}, {axes}, None, {out})")

    def _logsumexp(self, at: int, instruction: Instruction) -> None:
        view, axes, out = self._reduction(instruction)
        self.body.append(f"logsumexp({view}, {axes}, {out})")

    def _reduction(self, instruction: Instruction) -> tuple[str, tuple[int, ...], str]:
        (read,) = instruction.reads
        length = instruction.detail
        breaks = (length,) if length < read.size else ()
        (view,), counts = self._aligned([read], read.size, breaks)
        outer, kept = 1, 0
        while outer < instruction.out.size:
            outer *= counts[kept]
            kept += 1
        lead = 1 if read.array.batched else 0
        axes = tuple(range(lead + kept, lead + len(counts)))
        return view, axes, self._out(instruction.out, counts[:kept] or (1,)) if kept else self._scalar(instruction.out)

    def _is_whole(self, read: Ref) -> bool:
        """Whether a ref is a buffer of its own, without gaps."""
        return read.array.kind == "computed" and read.index is None and read.array.number not in self._placed

    def _is_flat(self, read: Ref) -> bool:
        """Whether a ref is all of an input or of a buffer."""
        return self._is_whole(read) or (read.array.kind == "input" and read.index is None)

    def _scalar(self, array: Array) -> str:
        """An array of one position without the axis for positions."""
        view = self._view(array, Pattern(0, (1,), (1,)))
        name = self._name("v")
        self.setup.append(f"{name} = {view}.reshape({'n' if array.batched else '()'})")
        return name

    def _batch_sum(self, at: int, instruction: Instruction) -> None:
        (view,), counts = self._aligned(instruction.reads, instruction.out.size)
        out = self._out(instruction.out, counts)
        if self._is_whole(instruction.reads[0]) and len(counts) == 1:
            # A product with ones sums a small batch in a third of the time.
            self.body.append(f"matmul({self._static('np.ones(n, dtype)')}, {view}, {out})")
        else:
            self.body.append(f"add_reduce({view}, 0, None, {out})")

    def _guard(self, at: int, instruction: Instruction) -> None:
        truth, comparison, line = instruction.detail
        self.body.append(f"guard({self._whole(instruction.reads[0])}, {truth}, {comparison!r}, {line!r}, first_row)")

    def _scatter(self, at: int, instruction: Instruction) -> None:
        pieces, covered = instruction.detail
        out = instruction.out
        if not covered:
            self.body.append(f"{self._buffer(out)}.fill(0.0)")
        for operand, piece in zip(instruction.operands, pieces, strict=True):
            if isinstance(operand, Ref) and operand.array.number in self._placed:
                continue
            pattern = None if piece.repeats else affine(piece.index)
            if pattern is None:
                self._scatter_irregular(out, operand, piece)
                continue
            sources = [operand] if isinstance(operand, Ref) else []
            patterns = common([pattern, *(self._regular(read)[1] for read in sources)])
            if patterns is None or (sources and sources[0].size < len(piece.index)):
                self._scatter_irregular(out, operand, piece)
                continue
            target = self._view(out, patterns[0])
            source = self._view(self._regular(sources[0])[0], patterns[1]) if sources else _literal(operand)
            self.body.append(f"add({target}, {source}, out={target})" if piece.adds else f"copyto({target}, {source})")

    def _scatter_irregular(self, out: Array, operand: Operand, piece: Any) -> None:
        source = self._whole_flat(operand) if isinstance(operand, Ref) else _literal(operand)
        index, buffer = self._index(piece.index), self._buffer(out)
        if piece.repeats:
            self.body.append(f"add_at({buffer}, {index}, {source})")
        else:
            self.body.append(f"{buffer}[..., {index}] {'+=' if piece.adds else '='} {source}")

    def _whole_flat(self, read: Ref) -> str:
        """A view with one axis for the positions."""
        array, pattern = self._regular(read)
        if len(pattern.counts) > 1:
            array, pattern = self._gathered(read)
        return self._view(array, pattern)

    def _matmul(self, at: int, instruction: Instruction) -> None:
        product: Contraction = instruction.detail
        left = self._lettered(instruction.reads[0], product.left, product)
        right = self._lettered(instruction.reads[1], product.right, product)
        out = self._out(instruction.out, _shape(product.out, product))
        if "b" in product.left and "b" in product.right and "b" in product.out:
            self._batched_product(left, right, out, product)
        else:
            self._flat_product(left, right, out, product, instruction)

    def _lettered(self, read: Ref, letters: str, product: Contraction) -> str:
        """A view of a ref with one axis for each letter."""
        shape = _shape(letters, product)
        pattern = self._pattern(read)
        breaks = Pattern(0, shape, (0,) * len(shape)).breaks
        split = pattern.split(breaks) if pattern is not None else None
        if split is None or len([c for c in split.counts if c > 1]) > len([c for c in shape if c > 1]):
            array, pattern = (
                (read.array, Pattern(0, (read.size,), (1,))) if read.index is None else self._gathered(read)
            )
            split = pattern.split(breaks)
            assert split is not None
            return self._view(array, _with_axes(split, shape))
        return self._view(read.array, _with_axes(split, shape))

    def _batched_product(self, left: str, right: str, out: str, product: Contraction) -> None:
        """One small product per sample."""
        of_left, of_right, of_out = (letters.replace("b", "") for letters in (product.left, product.right, product.out))
        if of_out and of_out[0] in of_right and of_out[0] not in of_left:
            left, right, of_left, of_right = right, left, of_right, of_left
        shared = [letter for letter in of_left if letter in of_right and letter not in of_out]
        free_left = [letter for letter in of_left if letter in of_out]
        free_right = [letter for letter in of_right if letter in of_out]
        a = _arranged(left, of_left, free_left, shared)
        b = _arranged(right, of_right, shared, free_right)
        c = _arranged(out, of_out, free_left, free_right)
        self.body.append(f"matmul({self._static(a)}, {self._static(b)}, {self._static(c)})")

    def _flat_product(self, left: str, right: str, out: str, product: Contraction, instruction: Instruction) -> None:
        """One large product over the whole batch, or over none."""
        shared = [letter for letter in product.left if letter in product.right]
        free_left = [letter for letter in product.left if letter not in shared]
        free_right = [letter for letter in product.right if letter not in shared]
        swapped = bool(product.out) and product.out[0] in free_right
        if swapped:
            left, right, free_left, free_right = right, left, free_right, free_left
        of_left, of_right = (product.right, product.left) if swapped else (product.left, product.right)
        merged = (
            any(len(group) > 1 for group in (shared, free_left, free_right))
            and "".join(free_left + free_right) == product.out
        )
        if merged:
            self._merged_product((left, of_left), (right, of_right), out, (free_left, shared, free_right), product)
            return
        a = left if of_left == "".join(free_left + shared) else f"{left}.T"
        b = right if of_right == "".join(shared + free_right) else f"{right}.T"
        if not shared:
            a, b = f"{left}[..., None]", f"{right}[None, ...]"
        self.body.append(f"matmul({self._static(a)}, {self._static(b)}, {self._static_out(out)})")
        self._note_bound(instruction)

    def _note_bound(self, product: Instruction) -> None:
        """Bound a large piece of the gradient by its small factors (Cauchy and Schwarz) and not number by number."""
        gradient, place = self._placed.get(product.out.number, (None, None))
        if place is None or self.plan.gradient is None or gradient is not self.plan.gradient.array:
            return
        left, right = product.reads
        if product.out.size < _LARGE or not _contiguous(place) or not (self._is_flat(left) and self._is_flat(right)):
            return
        name = self._name("b")
        whole = [self._whole(read) for read in (left, right)]
        self.body.append(f"{name} = " + " * ".join(f"vdot({view}, {view})" for view in whole))
        self._bounds.append((place.base, place.base + product.out.size, name))

    def _merged_product(
        self,
        left: tuple[str, str],
        right: tuple[str, str],
        out: str,
        groups: tuple[list[str], list[str], list[str]],
        product: Contraction,
    ) -> None:
        """A product in which several letters run together as one."""
        spec = f"{left[1]},{right[1]}->{product.out}"
        free_left, shared, free_right = ("".join(group) for group in groups)
        sizes = [_merged(letters, product) for letters in (free_left, shared, free_right)]
        a = _two_axes(left, free_left, shared, sizes[0], sizes[1])
        b = _two_axes(right, shared, free_right, sizes[1], sizes[2])
        self.body.append(f"product({spec!r}, {left[0]}, {right[0]}, {out}, {a}, {b}, ({sizes[0]}, {sizes[2]}))")

    def _static(self, expression: str) -> str:
        """A name for an expression of buffers, made once; of inputs, the expression itself."""
        if expression.isidentifier() or expression.lstrip("(").startswith("x"):
            return expression
        key = ("static", expression)
        if key not in self._views:
            name = self._name("v")
            self.setup.append(f"{name} = {expression}")
            self._views[key] = name
        return self._views[key]

    _static_out = _static


def _two_axes(operand: tuple[str, str], rows: str, columns: str, n_rows: str, n_columns: str) -> str:
    """A function that reshapes an operand to (rows, columns)."""
    letters = operand[1]
    if letters == rows + columns:
        return f"lambda m: m.reshape({n_rows}, {n_columns})"
    if letters == columns + rows:
        return f"lambda m: m.reshape({n_columns}, {n_rows}).T"
    order = tuple(letters.index(letter) for letter in rows + columns)
    return f"lambda m: m.transpose({order}).reshape({n_rows}, {n_columns})"


def _merged(letters: str, product: Contraction) -> str:
    size = int(np.prod([product.sizes[letter] for letter in letters if letter != "b"], dtype=int))
    return f"n * {size}" if "b" in letters else str(size)


def _arranged(expression: str, letters: str, rows: list[str], columns: list[str]) -> str:
    """An operand (b, *letters) as (b, rows, columns), an axis of one where a side has no letter."""
    if letters == "".join(columns + rows) and rows and columns:
        return f"{expression}.transpose(0, 2, 1)"
    if not rows and not columns:
        return f"{expression}.reshape(n, 1, 1)"
    if not rows:
        return f"{expression}[:, None, :]"
    if not columns:
        return f"{expression}[:, :, None]"
    return expression


def _shape(letters: str, product: Contraction) -> tuple[int, ...]:
    return tuple(product.sizes[letter] for letter in letters if letter != "b") or (1,)


def _with_axes(pattern: Pattern, shape: tuple[int, ...]) -> Pattern:
    """The pattern with an axis for each length of `shape`, also for those of one."""
    loops = iter([(c, s) for c, s in zip(pattern.counts, pattern.strides, strict=True) if c > 1])
    pairs = [next(loops) if length > 1 else (1, 0) for length in shape]
    return Pattern(pattern.base, tuple(c for c, _ in pairs), tuple(s for _, s in pairs))


def _contiguous(pattern: Pattern) -> bool:
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


def _literal(operand: Operand) -> str:
    if isinstance(operand, Scale):
        by_n = {1: " * inv_n", 0: "", -1: " * total"}.get(operand.power, f" * inv_n ** {operand.power}")
        return f"({operand.factor!r}{by_n})"
    value = repr(float(operand)) if not isinstance(operand, Ref) else ""
    return f"np.{value.lstrip('-')}" if value in ("inf", "nan") else value
