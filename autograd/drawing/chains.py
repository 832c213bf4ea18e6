"""The middle of a long chain of operations as one node."""

from __future__ import annotations

from dataclasses import replace

from ..value import Value
from .partition import Partition
from .scene import Scene
from .tree import Block

_SHOWN_AT_ENDS = 2
_FEW_LINKS = 8


def shortened(scene: Scene, partition: Partition) -> Partition:
    """A partition with the middle of long chains left out: of operations of which each serves the next alone."""
    before = _links(scene, partition)
    after = set(before.values())
    blocks = dict(partition.blocks)
    for value in scene.order:
        if value in before and value not in after:
            chain = [value]
            while chain[-1] in before:
                chain.append(before[chain[-1]])
            middle = chain[_SHOWN_AT_ENDS:-_SHOWN_AT_ENDS]
            if len(middle) > _FEW_LINKS:
                blocks |= dict.fromkeys(middle, Block("chain", f"… {len(middle):,} more operations", [], middle))
    return replace(partition, blocks=blocks)


def _links(scene: Scene, partition: Partition) -> dict[Value, Value]:
    """For each value of a chain the one before it: its only computed operand, which nothing else uses."""
    ends = {
        value: [end for term in scene.merged.terms(value) for end in term.values]
        for value in scene.order
        if value.operands and not scene.merged.holds(value)
    }
    uses: dict[Value, int] = {}
    for own in ends.values():
        for end in own:
            uses[end] = uses.get(end, 0) + 1
    before: dict[Value, Value] = {}
    for value, own in ends.items():
        inner = {end for end in own if end.operands}
        if len(inner) != 1 or value in partition.blocks or value in partition.passed:
            continue
        (operand,) = inner
        drawn = operand not in partition.blocks and operand not in partition.passed
        alone = uses[operand] == sum(end is operand for end in own)
        if alone and drawn and operand is not scene.path_to:
            before[value] = operand
    return before
