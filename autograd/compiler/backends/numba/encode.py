"""Encode: a plan as instructions of the machine, once for all batch sizes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from ...plan.choose import AddRows
from ...plan.instructions import Instruction, Ref, Scale
from ...plan.patterns import everything
from ...plan.plan import Plan
from . import moves
from .amounts import NONE, ONE, Amount
from .encoder import Encoder
from .fusion import fused
from .instructions import encode
from .lowering import lowered
from .memory import GRADIENT, Area, Memory, Place, laid_out, view_of
from .words import Encoded, Late, Offset

Integers = np.ndarray[Any, np.dtype[np.int64]]

BEFORE, DURING, AFTER = range(3)
"""What is computed once before the batch, for its samples, and from sums over them; a large batch comes in parts."""


@dataclass(frozen=True)
class Part:
    """Instructions one after another, as the sums of three columns of words.

    Attributes
    ----------
    fixed, each : ndarray of int, shape (words,)
        What a word is, and what is added to it for each sample.
    buffers : ndarray of int, shape (words,)
        The buffer whose offset is added, or -1.
    adds : ndarray of int
        The words that are 1 where sums are added to what is there.
    """

    fixed: Integers
    each: Integers
    buffers: Integers
    adds: Integers

    def words(self, rows: int, offsets: Integers, adds: bool) -> Integers:
        """The words for so many samples and offsets of buffers, of which the last is 0."""
        words = self.fixed + self.each * rows
        words += offsets[self.buffers]
        words[self.adds] = adds
        return words


@dataclass(frozen=True)
class Template:
    """A plan as instructions, for all batch sizes.

    Attributes
    ----------
    memory : Memory
    zeroed, before, during, after : Part
        `zeroed` runs only where the batch comes in parts; then `during` runs for each of them.
    in_parts : bool
        Whether it may come in parts.
    sizes : list of Amount
        How many numbers each slot of the arena has.
    slots : ndarray of int, shape (buffers,)
        The slot that each buffer has for a while.
    cost : int
        The buffer in which the cost is found.
    told : str
        The instructions, one a line.
    """

    memory: Memory
    zeroed: Part
    before: Part
    during: Part
    after: Part
    in_parts: bool
    sizes: list[Amount]
    slots: Integers
    cost: int
    told: str

    def __str__(self) -> str:
        return self.told

    @property
    def row_bytes(self) -> int:
        """What the arena takes for each sample."""
        return self.memory.dtype.itemsize * sum(size.each for size in self.sizes)

    def offsets(self, rows: int) -> tuple[Integers, int]:
        """The offset of each buffer in bytes for so many samples, and one of 0 behind them; and the arena's size."""
        unit = self.memory.dtype.itemsize
        lengths = np.array([size.of(rows) * unit for size in self.sizes])
        ends = np.cumsum(-(-lengths // _LINE) * _LINE)
        starts = ends - (-(-lengths // _LINE) * _LINE)
        return np.append(starts[self.slots], 0), int(ends[-1])

    def numbers(self, samples: int) -> list[float]:
        """The numbers of the plan, for a batch of so many samples in all."""
        return [n.for_rows(samples) if isinstance(n, Scale) else n for n in self.memory.numbers]


_LINE = 64
"""Arrays begin where a line of the processor's cache does."""


def encoded(plan: Plan, dtype: np.dtype[Any], rows: Amount, least: int) -> Template:
    """The instructions for a plan's cost and gradient, or where it has none for its outputs.

    Parameters
    ----------
    plan : Plan
    dtype : dtype
    rows : Amount
        One, or the size of any batch.
    least : int
        How many rows come at once at least: of many it pays to turn the matrices that they are multiplied with.
    """
    plan = fused(lowered(plan))
    memory = laid_out(plan, dtype, rows)
    encoder, phases = Encoder(memory, least), _phases(plan)
    in_parts = phases is not None
    made: tuple[list[Encoded], ...] = ([], [], [])

    def run(phase: int, add: Callable[[], object]) -> None:
        encoder.made = made[phase] if in_parts else made[DURING]
        add()

    for place, instruction in enumerate(plan.instructions):
        run(phases[place] if phases else DURING, partial(encode, instruction, encoder))
    cost, result, area = plan.cost, plan.output, memory.outputs
    if plan.gradient is not None:
        result, area = plan.gradient, Area(GRADIENT)
    run(DURING if result.array.batched else AFTER, lambda: _deliver(result, area, encoder))
    if cost is not None:
        run(AFTER, lambda: _keep_cost(cost, encoder))
    parts = [encoder.zeroed, [*encoder.first, *made[BEFORE]], made[DURING], made[AFTER]]
    slots, sizes = _slots(parts, memory.sizes)
    zeroed, before, during, after = map(_part, parts)
    told = "\n".join(str(one) for part in parts for one in part)
    return Template(memory, zeroed, before, during, after, in_parts, sizes, slots, len(memory.sizes) - 1, told)


def _deliver(result: Ref, area: Area, encoder: Encoder) -> None:
    """Add what writes a result to where the caller looks for it, and for outputs what sees that they are finite."""
    batched = result.array.batched
    target = Place(area, Amount(result.size) if batched else NONE, ONE, everything(result.size))
    if encoder.memory.places[result.array.number] != target or result.index is not None:
        encoder.moved(moves.copy, encoder.aligned([result], target, target.pattern), batched)
    if area == encoder.memory.outputs:
        encoder.moved(moves.finite, [view_of(target, target.pattern)], batched)


def _keep_cost(cost: Ref, encoder: Encoder) -> None:
    """Add what writes the cost to the last buffer."""
    place = encoder.memory.lying(1, False)
    encoder.moved(moves.copy, encoder.aligned([cost], place, place.pattern), cost.array.batched)


def _phases(plan: Plan) -> list[int] | None:
    """When each instruction runs where the batch comes in parts; None where it may not come so."""
    phase: dict[int, int] = {}
    found = []
    for made in plan.instructions:
        reads = [read.array for read in made.reads]
        when = [phase.get(array.number, DURING if array.batched else BEFORE) for array in reads]
        batched = made.out.batched or any(array.batched for array in reads)
        if batched and (AFTER in when or _adds_once(made)):
            return None
        own = DURING if batched else AFTER if AFTER in when else BEFORE
        found.append(own)
        phase[made.out.number] = AFTER if batched and not made.out.batched else own
    return found


def _adds_once(made: Instruction) -> bool:
    """Whether rows are added for all samples together besides those that are added for each."""
    parts = made.parts if isinstance(made, AddRows) and not made.out.batched else ()
    return any(not (index.array.batched or added.array.batched) for index, added in parts)


def _part(made: Sequence[Encoded]) -> Part:
    """Instructions as columns of words."""
    columns: tuple[list[int], ...] = ([], [], [], [])
    fixed, each, buffers, adds = columns
    for instruction in made:
        for word in instruction.flat:
            offset = word if isinstance(word, Offset) else Offset(-1, NONE)
            amount = offset.amount if isinstance(word, Offset) else word if isinstance(word, Amount) else Amount(0)
            if isinstance(word, Late):
                adds.append(len(fixed))
            fixed.append(word if isinstance(word, int) else amount.fixed)
            each.append(amount.each)
            buffers.append(offset.buffer)
    return Part(*(np.array(column, dtype=np.int64) for column in columns))


def _slots(parts: Sequence[Sequence[Encoded]], sizes: Sequence[Amount]) -> tuple[Integers, list[Amount]]:
    """A slot of the arena for each buffer, and the slots' sizes: buffers that are never needed at once share one."""
    first, last, at = {0: 0}, {}, 0
    begins = []
    for part in parts:
        begins.append(at)
        for made in part:
            for buffer in made.buffers:
                first.setdefault(buffer, at)
                last[buffer] = at
            at += 1
    during, after = begins[2], begins[3]
    # What was there before the batch's parts must be there in every one; the numbers and the cost stay.
    stays = {b for b, begin in first.items() if begin < during <= last.get(b, 0)}
    last |= {b: max(last[b], after) for b in stays} | {0: at, len(sizes) - 1: at}
    ends: dict[int, list[int]] = {}
    for buffer, end in last.items():
        ends.setdefault(end, []).append(buffer)
    slots, lengths, free = np.zeros(len(sizes), dtype=np.int64), list[Amount](), list[int]()
    begun: dict[int, list[int]] = {}
    for buffer, begin in first.items():
        begun.setdefault(begin, []).append(buffer)
    for time in range(at + 1):
        for buffer in begun.get(time, []):
            slots[buffer] = slot = _fitting(free, lengths, sizes[buffer])
            lengths[slot] = lengths[slot].at_least(sizes[buffer])
        free += [int(slots[buffer]) for buffer in ends.get(time, [])]
    return slots, lengths


def _fitting(free: list[int], lengths: list[Amount], size: Amount) -> int:
    """A free slot, the nearest in size of its kind, or a new one."""
    fitting = [slot for slot in free if bool(lengths[slot].each) == bool(size.each)]
    if not fitting:
        lengths.append(size)
        return len(lengths) - 1
    best = min(fitting, key=lambda slot: abs(sum(lengths[slot].magnitude) - sum(size.magnitude)))
    free.remove(best)
    return best
