"""Where each value of a graph is drawn: as a node of its own, in a block, or on the edge that passes through it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ..errors import ArgumentError
from ..primitives import CONSTANT, WEIGHTED_SUM
from ..value import Value
from .scene import Scene, layers_of
from .tree import Block, Node

Collapse = bool | str | int | Iterable[str | int]
"""Which layers are one node each."""

_FEW_LEAVES = 4


@dataclass(frozen=True, eq=False)
class Partition:
    """What is shown of each value; one that is in neither is a node of its own.

    Attributes
    ----------
    blocks : dict
        The block that a value falls in.
    passed : set of Value
        Values without a name that edges of collapsed layers pass through.
    """

    blocks: dict[Value, Block] = field(default_factory=dict)
    passed: set[Value] = field(default_factory=set)

    def node_of(self, value: Value) -> Node:
        """The node in which a value is drawn."""
        return self.blocks.get(value, value)


def partition_of(scene: Scene, collapse: Collapse) -> Partition:
    """The partition in which layers are one node each: all of them, or those of some superscripts."""
    layers = _collapsed(scene, collapse)
    passed = _passed(scene, layers) if layers else set()
    return Partition(layers | _gathered(scene, layers, passed) if layers else {}, passed)


def is_bundled(value: Value, partition: Partition) -> bool:
    """Whether a value's edges lead into collapsed layers, and are drawn as one to each node."""
    if not partition.blocks:
        return False
    blocks = (partition.blocks.get(operand) for operand in value.operands)
    return any(block is not None and block.kind == "layer" for block in blocks) or not partition.passed.isdisjoint(
        value.operands
    )


def _collapsed(scene: Scene, wanted: Collapse) -> dict[Value, Block]:
    """The layer of each value that falls in one; the output and the start of the path stay outside."""
    if wanted is False:
        return {}
    layers = layers_of(scene.order)
    some = [wanted] if isinstance(wanted, str | int) or not isinstance(wanted, Iterable) else wanted
    names = list(layers) if wanted is True else [str(name) for name in some]
    if wanted is True and not layers:
        raise ArgumentError(
            "draw(collapse=True): expected layers, found none; weighted sums of one superscript make a layer"
        )
    blocks: dict[Value, Block] = {}
    for name in names:
        if name not in layers:
            there = ", ".join(map(repr, layers)) or "none"
            raise ArgumentError(f"draw(collapse): expected a layer's superscript among {there}, got {name!r}")
        members = [v for v in layers[name] if v is not scene.path_to and v is not scene.output]
        neurons = sum(v.primitive is WEIGHTED_SUM for v in members)
        told = [_counted(neurons, "neuron"), *_letters(members)]
        blocks |= dict.fromkeys(members, Block("layer", f"layer {name}", told, members, name))
    return blocks


def _passed(scene: Scene, layers: dict[Value, Block]) -> set[Value]:
    """The values without a name between layers, and between them and what uses them by way of such values alone."""

    def nameless(value: Value) -> bool:
        return bool(value.operands) and value.label is None and value is not scene.path_to and value not in layers

    above: set[Value] = set()
    for value in scene.order:
        if any(operand in layers or (operand in above and nameless(operand)) for operand in value.operands):
            above.add(value)
    passed: set[Value] = set()
    for value in reversed(scene.order):
        if value in layers or value in above or value in passed:
            passed.update(operand for operand in value.operands if nameless(operand))
    return passed


def _gathered(scene: Scene, layers: dict[Value, Block], passed: set[Value]) -> dict[Value, Block]:
    """Many leaves of one letter that the same nodes use, such as a sample's inputs, as one node."""
    partition = Partition(layers, passed)
    users: dict[Value, frozenset[Node]] = {}
    used_alone: set[Value] = set()
    for value in reversed(scene.order):
        nodes = users[value] if value in passed else frozenset((partition.node_of(value),))
        for operand in (value.operands[i] for i in scene.merged.positions(value)):
            if operand in passed or not operand.operands:
                known = users.setdefault(operand, nodes)
                users[operand] = known if nodes <= known else known | nodes
        if value not in passed and value not in layers and not is_bundled(value, partition):
            used_alone.update(value.operands)
    groups: dict[tuple[str, frozenset[Node]], list[Value]] = {}
    for leaf in scene.order:
        if leaf in users and not (leaf.operands or leaf in scene.on_path or leaf in layers or leaf in used_alone):
            word = _letter(leaf) or ("constants" if leaf.primitive is CONSTANT else "leaves")
            groups.setdefault((word, users[leaf]), []).append(leaf)
    return {
        leaf: block
        for (word, _), leaves in groups.items()
        if len(leaves) > _FEW_LEAVES
        for block in [Block("leaves", word, [_counted(len(leaves), "value")], leaves)]
        for leaf in leaves
    }


def _letter(value: Value) -> str:
    return value.label.base if value.label is not None else ""


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _letters(values: list[Value]) -> list[str]:
    """How many values of each letter, in a line."""
    counts: dict[str, int] = {}
    for value in values:
        counts[_letter(value)] = counts.get(_letter(value), 0) + 1
    return [", ".join(f"{count:,} {letter}" for letter, count in counts.items())]
