"""Storage: where the numbers of every array of a plan lie, decided before any code is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...plan.choose import AddRows
from ...plan.instructions import Array, BatchSum, Instruction, Map, Product, Ref, Sum
from ...plan.loop import Loop
from ...plan.patterns import Index, Pattern, affine, everything, shaped
from ...plan.plan import Plan
from ...plan.walk import Walk, WalkBack
from ..inside import written_inside
from .products import as_matmul
from .tapes import Tape, memory, tape_of
from .views import Storage, View

# One ufunc, or several that read an operand only before the result is first written.
_IN_PLACE = frozenset([
    "add", "subtract", "multiply", "divide", "negative", "absolute", "exp", "expm1", "log", "sqrt", "sin", "cos",
    "tanh", "tanh_prime", "sigmoid", "sigmoid_prime", "softplus", "relu", "sign", "step", "maximum", "minimum",
    "exp2", "log1p", "log2", "log10", "cbrt", "tan", "asin", "acos", "atan", "sinh", "cosh", "asinh", "acosh",
    "atanh", "hypot", "floor", "ceil", "round_", "mod", "floor_divide", "copysign", "erf", "erfc",
])  # fmt: skip


@dataclass(frozen=True)
class Place:
    """Where an array lies: positions of a storage."""

    storage: Storage
    pattern: Pattern


@dataclass(frozen=True)
class Layout:
    """Where everything lies.

    Attributes
    ----------
    places : dict
        By the arrays' numbers.
    inside : set
        The numbers of arrays that are computed right where a scatter would copy them.
    copies : dict
        By the refs' keys, a buffer for positions that must be gathered because no view has them.
    kept : dict
        By the numbers of tapes that no way back needs, the places that are read when a walk is done.
    tapes : dict
        By the numbers of loops' tapes, where their parts lie; and by those of arrays that lie step by step.
    """

    places: dict[int, Place]
    inside: frozenset[int]
    copies: dict[Any, Storage]
    kept: dict[int, Index]
    tapes: dict[int, Tape]

    def located(self, read: Ref) -> tuple[Storage, Pattern | None]:
        """The storage of what is read, and the positions in it where these are regular.

        Arrays inside others have one reader, the scatter that has nothing left to do, and are never asked for here.
        """
        if read.array.number in self.tapes:
            return self.tapes[read.array.number].located(read)
        place = self.places[read.array.number]
        return place.storage, place.pattern if read.index is None else affine(read.index)


def layout(plan: Plan) -> Layout:
    """Decide where the arrays of a plan lie.

    Every computed array has a buffer of its own, the gradient's excepted, which is
    the caller's; then some are computed inside another's, and some in the buffer
    of an operand that nobody reads any more.
    """
    places = {array.number: Place(_own(plan, array), everything(array.size)) for array in plan.arrays}
    # A walk takes its steps along rows of samples.
    tapes = [made.out for made in plan.instructions if isinstance(made, Walk | WalkBack)]
    places |= {a.number: Place(replace(places[a.number].storage, by_place=True), everything(a.size)) for a in tapes}
    loops = {made.out.number: tape_of(made) for made in plan.instructions if isinstance(made, Loop)}
    for number, tape in _by_step(plan):
        (storage,) = tape.storages
        loops[number] = tape
        steps = Pattern(0, (storage.rows, storage.width), (storage.width, 1))
        places[number] = Place(storage, steps)
    inside = dict(written_inside(plan, _can_write))
    for number, (outer, pattern) in inside.items():
        places[number] = Place(places[outer.number].storage, pattern)
    for number, operand in _taken_over(plan):
        if number not in loops and operand not in loops:
            places[number] = places[operand]
    indexed = {read.key: read for instruction in plan.instructions for read in instruction.reads}
    indexed |= {read.key: read for read in plan.results}
    copies = {
        key: Storage(f"r{place}", read.size, read.array.batched)
        for place, (key, read) in enumerate(indexed.items())
        if read.index is not None or read.array.number in loops
    }
    return Layout(places, frozenset(inside), copies, dict(_kept(plan)), loops)


def _by_step(plan: Plan) -> Iterator[tuple[int, Tape]]:
    """Arrays that a loop reads a part of in each step, which then lies in one piece: those made elementwise."""
    steps = {
        own.array.number: made.steps
        for made in plan.instructions
        if isinstance(made, Loop)
        for own in made.each
        if own.index is None and own.array.batched and own.array.size > made.steps
    }
    for made in reversed(plan.instructions):
        out = made.out
        if isinstance(made, Map) and out.number in steps and not _is_gradient(plan, out):
            count = steps[out.number]
            yield out.number, Tape((0, out.size), (memory(f"t{out.number}", count, out.size // count, True),))
            whole = [read.array for read in made.reads if read.index is None and read.size == out.size]
            steps |= {array.number: count for array in whole if array.batched and array.number not in steps}


def _kept(plan: Plan) -> Iterator[tuple[int, Index]]:
    walks = {made.out.number: made.out for made in plan.instructions if isinstance(made, Walk)}
    for number in walks:
        reads = [read for made in plan.instructions for read in made.reads if read.array.number == number]
        reads += [result for result in plan.results if result.array.number == number]
        indices = [read.index for read in reads if read.index is not None]
        if len(indices) == len(reads):
            yield number, np.unique(np.concatenate(indices))


def _own(plan: Plan, array: Array) -> Storage:
    """The storage of an array that shares none."""
    if array.kind == "input":
        return Storage(f"x{array.source}", array.size, True, "input")
    if array.kind == "parameters":
        return Storage("p", array.size, False, "parameters")
    if array.kind == "constant":
        return Storage(f"c{array.number}", array.size, False, "constant")
    if _is_gradient(plan, array):
        return Storage("g", array.size, False, "gradient")
    return Storage(f"t{array.number}", array.size, array.batched)


def _is_gradient(plan: Plan, array: Array) -> bool:
    """Whether an array is the gradient as it stands."""
    gradient = plan.gradient
    return gradient is not None and gradient.array is array and gradient.index is None and array.kind == "computed"


def _can_write(instruction: Instruction, pattern: Pattern, outer: Array) -> bool:
    """Whether an instruction can write its result to these positions of another array."""
    if isinstance(instruction, Product):
        contraction = instruction.contraction
        axes = shaped(pattern, contraction.shape(contraction.out))
        arrangement = as_matmul(contraction).out
        storage = Storage("", outer.size, outer.batched)
        return axes is not None and not View(storage, axes).arranged(arrangement.order, arrangement.groups).copies
    if isinstance(instruction, AddRows):
        return shaped(pattern, (instruction.rows * instruction.tables, instruction.width)) is not None
    # These write with whatever loops they read: positions in one run can be given any.
    return isinstance(instruction, Sum | BatchSum) and shaped(pattern, (instruction.out.size,)) is not None


def _taken_over(plan: Plan) -> Iterator[tuple[int, int]]:
    """Arrays that are computed in the buffer of an operand that nobody reads after that, with that operand's number."""
    last_use = {read.array.number: at for at, instruction in enumerate(plan.instructions) for read in instruction.reads}
    for result in plan.results:
        last_use[result.array.number] = len(plan.instructions)
    for at, instruction in enumerate(plan.instructions):
        out = instruction.out
        if not isinstance(instruction, Map) or instruction.name not in _IN_PLACE:
            continue
        if _is_gradient(plan, out):
            continue
        for read in instruction.reads:
            array = read.array
            # The same buffer may be read at the very positions that are written, and at no others.
            elsewhere = any(other.array is array and other.index is not None for other in instruction.reads)
            if (
                array.kind == "computed"
                and (array.size, array.batched) == (out.size, out.batched)
                and last_use[array.number] == at
                and not elsewhere
            ):
                yield out.number, array.number
                break
