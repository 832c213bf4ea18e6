"""Walks: the kernel that takes the steps of a chain of scalars, forth or back, each a few elementwise instructions.

The words: samples, steps, how many places are given before them, how far apart places are in bytes, the most operands
of a step, and the groups of a step's instructions; then offsets in the arena: of the tape, the adjoints, the numbers,
and an instruction's words; then the base and offsets of the constants: which operation each step is, its operands, the
instructions, where that of each group begins, and which places take part in a way back; and last whether it is one.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from ...plan.patterns import everything
from ...plan.walk import Steps, Walk, WalkBack
from . import moves
from .amounts import NONE, ONE
from .encoder import Encoder
from .memory import ARENA, Area, view_of
from .native import call, integers, kernel, small_integers
from .recipes import ADJOINT, ADJOINT_OF_OPERAND, NUMBER, OPERAND, Recipe, back, forth
from .words import Offset, Word


def encode_walk(instruction: Walk, encoder: Encoder) -> None:
    """Add the instructions of the steps."""
    steps, out = instruction.steps, instruction.out
    tape = encoder.memory.places[out.number]
    given = everything(steps.given)
    encoder.moved(moves.copy, encoder.aligned([instruction.read], tape, given), out.batched)
    recipes = [forth(operation, encoder.memory) for operation in steps.operations]
    _emit(encoder, steps, recipes, 1, out.batched, (tape.area, tape.area), None)


def encode_walk_back(instruction: WalkBack, encoder: Encoder) -> None:
    """Add the instructions of the way back."""
    steps, out = instruction.steps, instruction.out
    tape = encoder.memory.places[instruction.tape.array.number]
    adjoints = encoder.memory.by_place(steps.size, out.batched)
    whole = view_of(adjoints, adjoints.pattern)
    encoder.fill(whole, out.batched)
    part = np.flatnonzero(instruction.active[instruction.seeded])
    if len(part):
        seeds = encoder.seen_as(instruction.adjoint.at(part), (len(part),))
        encoder.put(whole, instruction.seeded[part], seeds, adds=False)
    most = steps.operands.shape[1]
    recipes: list[Recipe] = []
    for operation in steps.operations:
        slopes = [index < operation.arity and not operation.is_flat(index) for index in range(most)]
        recipes += [back(operation, index, encoder.memory) if some else [] for index, some in enumerate(slopes)]
    active = encoder.memory.keep(instruction.active.astype(np.int32))
    _emit(encoder, steps, recipes, most, out.batched, (tape.area, adjoints.area), active)
    source = view_of(adjoints, everything(steps.given))
    encoder.moved(moves.copy, [encoder.out(out, (steps.given,)), source], out.batched)


def _emit(
    encoder: Encoder,
    steps: Steps,
    recipes: Sequence[Recipe],
    groups: int,
    batched: bool,
    areas: tuple[Area, Area],
    active: int | None,
) -> None:
    memory, unit = encoder.memory, encoder.itemsize
    rows = memory.rows if batched else ONE
    words_of_one = 10 + 5 * max(recipe[1] for recipe in recipes if recipe)
    scratch = memory.buffer(8 * words_of_one // unit, False)
    starts = np.cumsum([0, *map(len, recipes)])
    held: list[np.ndarray[Any, Any]] = [
        steps.codes.astype(np.int32),
        np.ascontiguousarray(steps.operands, dtype=np.int32),
        np.array([word for recipe in recipes for word in recipe], dtype=np.int64),
        starts.astype(np.int64),
    ]
    words: list[Word] = [rows, steps.count, steps.given, rows.times(unit), steps.operands.shape[1], groups]
    words += [Offset(area.buffer, NONE) for area in (*areas, Area(ARENA, 0), scratch)]
    words.append(memory.constants.base)
    words += [memory.keep(array) for array in held]
    encoder.emit(walk, [*words, active or 0, int(active is not None)])


@cache
def walk(dtype: np.dtype[Any]) -> Any:
    """The steps, one after another."""
    unit = int(dtype.itemsize)

    def walks_walk(words: Any, bases: Any) -> int:
        steps, given, apart, most, groups = words[3], words[4], words[5], words[6], words[7]
        constants, is_back = bases[words[12]], words[18] != 0
        codes, operands = small_integers(constants + words[13]), small_integers(constants + words[14])
        recipes, starts = integers(constants + words[15]), integers(constants + words[16])
        active = small_integers(constants + words[17])
        made = integers(bases[ARENA] + words[11])
        made[2], made[3], made[4] = 1, 1, words[2]
        for count in range(steps):
            step = steps - 1 - count if is_back else count
            if is_back and active[given + step] == 0:
                continue
            own = (given + step) * apart
            for group in range(groups):
                first = codes[step] * groups + group
                at = starts[first]
                if at < starts[first + 1] and (not is_back or active[operands[step * most + group]] != 0):
                    made[0], many = recipes[at], recipes[at + 1]
                    made[1] = 10 + 5 * many
                    for k in range(many + 1):
                        kind, which = recipes[at + 2 + 2 * k], recipes[at + 3 + 2 * k]
                        offset, stride = words[8] + own, 1
                        if kind == OPERAND:
                            offset = words[8] + operands[step * most + which] * apart
                        elif kind == ADJOINT:
                            offset = words[9] + own
                        elif kind == ADJOINT_OF_OPERAND:
                            offset = words[9] + operands[step * most + which] * apart
                        elif kind == NUMBER:
                            offset, stride = words[10] + which * unit, 0
                        here = 5 + 5 * k
                        made[here], made[here + 1], made[here + 4] = ARENA, offset, stride
                        made[here + 2], made[here + 3] = 0, 0
                    if call(made[0], made, bases) != 0:
                        return 1
        return 0

    return kernel(walks_walk)
