"""Source: a plan as the text of a Python function that calls NumPy, and as the function."""

from __future__ import annotations

import linecache
import weakref
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import count
from types import CodeType
from typing import Any

import numpy as np

from ...plan.plan import Plan
from .calls import Argument, Call, Held, Memory, Number, Ones, Plain, Prepared, call, number
from .finite import Bound, bound, unbounded
from .fusion import SummedCost, summed_cost
from .kernels import seen_as
from .loop_kernels import calls
from .runtime import RUNTIME
from .storage import Layout, layout
from .views import Storage, View, whole

Run = Callable[..., Any]

# Lines from which on a program is run piece by piece.
_LONG = 2000

_programs = count(1)
_gone: list[str] = []
"""Programs that are no more, whose names leave Python's cache of lines when the next one is made."""


@dataclass(frozen=True)
class Source:
    """A program as text.

    Attributes
    ----------
    inputs : list of str
        What the program is called with.
    setup, body : list of str
        Lines that run once for a batch size, and lines that run for every batch.
    result : str
        The expression that is returned.
    held : list
        What the lines call ``held``.
    buffers : list of Storage
        What `setup` allocates.
    """

    inputs: list[str]
    setup: list[str]
    body: list[str]
    result: str
    held: list[Any]
    buffers: list[Storage]

    def __str__(self) -> str:
        """The whole as one function: ``prepare(n, p, g)`` is the run for n samples, parameters p and gradient g."""
        lines = [
            "def prepare(n, p, g):",
            *(f"    {line}" for line in self.setup),
            f"    def run({', '.join(self.inputs)}):",
            *(f"        {line}" for line in self.body),
            f"        return {self.result}",
            "    return run",
        ]
        return "\n".join(lines) + "\n"


def outputs_source(plan: Plan) -> Source:
    """The program whose run returns the plan's output, shape (n, outputs) or (1, outputs)."""
    writer, where = _Writer(), layout(plan)
    for instruction in plan.instructions:
        writer.add(calls(instruction, where))
    size = plan.output.size
    shape = (size,) if plan.output.array.batched else (1, size)
    made, view = seen_as(plan.output, shape, where)
    writer.add(made)
    return writer.source(plan, writer.text(view))


def gradient_source(plan: Plan) -> Source:
    """The program whose run writes the gradient and returns the cost and a number that is finite only if that is."""
    assert plan.cost is not None and plan.gradient is not None
    # Nobody asks a gradient's run for the outputs.
    plan = replace(plan, output=plan.cost)
    writer, where, cost = _Writer(), layout(plan), summed_cost(plan)
    skipped = cost.instead_of if cost else ()
    bounds = []
    for instruction in plan.instructions:
        if cost and instruction is skipped[0]:
            writer.add(_sum_of(cost, where))
        if any(instruction is other for other in skipped):
            continue
        writer.add(calls(instruction, where))
        found = bound(instruction, where)
        if found is not None:
            bounds.append(found)
            writer.add(list(found.factors))
    assert plan.gradient is not None
    gradient = Storage("g", plan.gradient.size, False, "gradient")
    made, view = seen_as(plan.gradient, (plan.gradient.size,), where)
    writer.add(made if view == whole(gradient) else [*made, call("copyto", whole(gradient), view)])
    return writer.source(plan, f"{_cost(plan, cost, where, writer)}, {_bound(gradient, bounds, writer)}")


def _sum_of(cost: SummedCost, where: Layout) -> list[Call]:
    """The calls that leave the sum under the name ``cost``."""
    made, view = seen_as(cost.read, (cost.read.size,), where)
    if cost.squared:
        return [*made, call("squares", view, result="cost")]
    return [*made, call("add_reduce", view, Plain(None), result="cost")]


def _cost(plan: Plan, cost: SummedCost | None, where: Layout, writer: _Writer) -> str:
    if cost is not None:
        return f"cost * {writer.text(number(cost.factor, plain=True))}"
    assert plan.cost is not None
    made, view = seen_as(plan.cost, (1,), where)
    writer.add(made)
    return f"{writer.text(view)}[0]"


def _bound(gradient: Storage, bounds: list[Bound], writer: _Writer) -> str:
    products = [" * ".join(factor.result for factor in found.factors) for found in bounds]
    ranges = [writer.text(view) for view in unbounded(gradient, bounds)]
    return " + ".join([*products, *(f"squares({view})" for view in ranges)])


class _Writer:
    """Writes calls as lines; what is the same for all batches of one size is made in the setup, once, and named."""

    def __init__(self) -> None:
        self._setup: list[str] = []
        self._body: list[str] = []
        self._names: dict[Argument, str] = {}
        self._held: list[Any] = []
        self._buffers: dict[str, Storage] = {}
        self._copied: set[Call] = set()

    def add(self, made: list[Call]) -> None:
        """Write calls; positions that are gathered already are not gathered again."""
        for one in made:
            if one.function == "take":
                if one in self._copied:
                    continue
                self._copied.add(one)
            line = f"{one.function}({', '.join(map(self.text, one.arguments))})"
            self._body.append(f"{one.result} = {line}" if one.result else line)

    def text(self, argument: Argument) -> str:
        """The expression for an argument of a call."""
        if isinstance(argument, Memory):
            self._buffers[argument.storage.name] = argument.storage
            return argument.storage.name
        if isinstance(argument, View):
            if argument.storage.kind == "buffer":
                self._buffers[argument.storage.name] = argument.storage
            if argument.is_whole:
                return argument.storage.name
            if not argument.made_once:
                return str(argument)
        if isinstance(argument, Plain):
            return str(argument)
        if argument not in self._names:
            self._names[argument] = self._named(argument)
        return self._names[argument]

    def _named(self, argument: View | Number | Ones | Held | Prepared) -> str:
        if isinstance(argument, Prepared):
            expression = f"{self.text(argument.held)}.bound({', '.join(map(self.text, argument.arguments))})"
        elif isinstance(argument, Held):
            expression = f"held[{len(self._held)}]"
            self._held.append(argument.thing)
        else:
            expression = str(argument)
        name = f"{argument.stem}{len(self._names)}"
        self._setup.append(f"{name} = {expression}")
        return name

    def source(self, plan: Plan, result: str) -> Source:
        """All that was written."""
        inputs = [f"x{array.source}" for array in plan.arrays if array.kind == "input"]
        buffers = list(self._buffers.values())
        allocated = [f"{buffer.name} = {_allocation(buffer)}" for buffer in buffers]
        return Source(inputs, [*allocated, *self._setup], self._body, result, self._held, buffers)


def _allocation(buffer: Storage) -> str:
    if buffer.rows and buffer.batched:
        # For each step the samples' numbers lie side by side.
        return f"empty(({buffer.rows}, n, {buffer.width}), dtype).transpose(1, 0, 2)"
    if buffer.rows:
        return f"empty(({buffer.rows}, {buffer.width}), dtype)"
    if not buffer.batched:
        return f"empty(({buffer.size},), dtype)"
    return f"empty(({buffer.size}, n), dtype).T" if buffer.by_place else f"empty((n, {buffer.size}), dtype)"


def function(source: Source, plan: Plan, dtype: np.dtype[Any]) -> Callable[[int, Any, Any], Run]:
    """The function ``prepare`` of a source."""
    constants = {f"c{array.number}": array.source.astype(dtype) for array in plan.arrays if array.kind == "constant"}
    space: dict[str, Any] = {**RUNTIME, **constants, "held": source.held, "dtype": dtype}
    name = f"<autograd program {next(_programs)}>"
    if len(source.setup) + len(source.body) > _LONG:
        return _in_pieces(source, name, space)
    text = str(source)
    exec(compile(text, name, "exec"), space)
    prepare: Callable[[int, Any, Any], Run] = space["prepare"]
    # So that tracebacks and debuggers show the generated lines.
    with suppress(IndexError):
        while True:
            linecache.cache.pop(_gone.pop(), None)
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    weakref.finalize(prepare, _forget, name)
    return prepare


def _forget(name: str) -> None:
    """Let go of a program's lines; the entry stays until the next program is made.

    Garbage is collected at any moment, also while the standard library walks over its cache.
    """
    if name in linecache.cache:
        linecache.cache[name] = (0, None, [], name)
        _gone.append(name)


def _in_pieces(source: Source, name: str, space: dict[str, Any]) -> Callable[[int, Any, Any], Run]:
    """A long program run piece by piece, its names global: Python takes quadratic time to compile a long function."""

    def pieces(lines: list[str]) -> list[CodeType]:
        parts = (lines[start : start + _LONG] for start in range(0, len(lines), _LONG))
        return [compile("\n".join(part), name, "exec") for part in parts]

    setup, body, result = pieces(source.setup), pieces(source.body), compile(source.result, name, "eval")

    def prepare(n: int, p: Any, g: Any) -> Run:
        names = {**space, "n": n, "p": p, "g": g}
        for piece in setup:
            exec(piece, names)

        def run(*inputs: Any) -> Any:
            names.update(zip(source.inputs, inputs, strict=True))
            for piece in body:
                exec(piece, names)
            return eval(result, names)

        return run

    return prepare
