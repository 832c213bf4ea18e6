"""The edges into a node: from what its values use, through what is not drawn in between."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

from ..pairs import pairs_of, partner_of
from ..paths import Steps, end_of, partial_by, partial_of, passed_through, product_of
from ..primitives import WEIGHTED_SUM
from ..value import Value, number_of
from .partition import Partition, is_bundled
from .scene import Scene, told_positions
from .tree import Block, Edge, Node

_WIDE = 8
_SHOWN_FIRST = 2
_FEW_STEPS = 8


def edges_into(node: Node, scene: Scene, partition: Partition) -> Iterator[Edge]:
    """What a node is drawn to depend on, one edge after another: there may be more than are wanted."""
    if isinstance(node, Value):
        find = _bundled if is_bundled(node, partition) else _single
        return find(node, scene, partition)
    if node.kind == "layer":
        return _bundled(node, scene, partition)
    return _of_chain(node, scene) if node.kind == "chain" else iter(())


# One edge for each operand


def _single(value: Value, scene: Scene, partition: Partition) -> Iterator[Edge]:
    """A value's edges; what has no name and serves nothing else is passed through, as C = (a - y)^2 is written."""
    shown, rest = _shown(value, scene)
    waiting: list[Steps] = [((value, i),) for i in reversed(shown)]
    while waiting:
        steps = waiting.pop()
        operand = end_of(steps)
        drawn = operand is scene.path_to or operand in partition.blocks
        if not drawn and passed_through(steps, scene.uses):
            waiting += [(*steps, (operand, i)) for i in reversed(told_positions(operand))]
        else:
            yield Edge(partition.node_of(operand), value, _product(steps), steps)
    if rest is not None:
        yield Edge(rest, value, count=0)


def _shown(value: Value, scene: Scene) -> tuple[list[int], Block | None]:
    """The operands' positions that are drawn, and what is left out: of many, the first, the last and the lit remain.

    A weight is drawn beside what it is multiplied by.
    """
    count = len(value.operands)
    pairs: list[tuple[int, ...]] = [(i,) for i in told_positions(value)]
    bias: list[int] = []
    if value.primitive is WEIGHTED_SUM:
        partners = [(i, partner_of(i, count)) for i in range(count)]
        pairs = [(i, j) for i, j in partners if j is not None and i < j]
        bias = [i for i, j in partners if j is None]
    kept = set(range(len(pairs)))
    if count > _WIDE:
        lit = [k for k, pair in enumerate(pairs) if any(value.operands[i] in scene.on_path for i in pair)]
        kept = {*range(_SHOWN_FIRST), len(pairs) - 1, *lit[:_WIDE]}
    hidden = [k for k in range(len(pairs)) if k not in kept]
    shown = [i for k in sorted(kept) for i in pairs[k]]
    return shown + bias, _rest(value, hidden) if hidden else None


def _rest(value: Value, hidden: list[int]) -> Block:
    """The operands of a wide value that are not drawn, and what they sum to."""
    if value.primitive is not WEIGHTED_SUM:
        return Block("rest", f"… {len(hidden):,} more", [], [value.operands[i] for i in hidden])
    weights, activations, _ = pairs_of(value.operands)
    part = math.fsum(number_of(weights[i]) * number_of(activations[i]) for i in hidden)
    members = [side[i] for i in hidden for side in (weights, activations)]
    return Block("rest", f"… {len(hidden):,} more pairs", [f"w·a sums to {part:.4g}".replace("-", "−")], members)


# One edge for each node


def _bundled(node: Node, scene: Scene, partition: Partition) -> Iterator[Edge]:
    """The edges to each node that a node's values use, drawn as one; they lead through the values that are passed.

    The ways on which they lead there are counted and not walked: there may be very many.
    """
    members = [node] if isinstance(node, Value) else node.members
    targets, through = _reached(members, scene, partition)
    ways: dict[Node, int] = dict.fromkeys(members, 1)
    last: dict[Node, tuple[Value, int]] = {}
    counts: dict[Node, int] = {}
    for value in [*members, *through]:
        for i in told_positions(value):
            operand = value.operands[i]
            to, found = (operand, ways) if operand in partition.passed else (partition.node_of(operand), counts)
            found[to] = found.get(to, 0) + ways[value]
            last[to] = (value, i)
    products: dict[Node, float | None] = {node: 1.0}
    for to in targets:
        if to is not node and counts[to] == 1 and isinstance(to, Value) and isinstance(node, Value):
            yield Edge(to, node, _along(to, last, products), _way(node, to, last))
        elif to is not node:
            yield Edge(to, node, count=counts[to])


def _reached(members: list[Value], scene: Scene, partition: Partition) -> tuple[list[Node], list[Value]]:
    """The nodes that values lead to, leaves that are gathered last, and what they lead through, users first."""
    targets: dict[Node, None] = {}
    through: set[Value] = set()
    waiting = [value.operands[i] for value in reversed(members) for i in reversed(told_positions(value))]
    while waiting:
        value = waiting.pop()
        if value not in partition.passed:
            targets.setdefault(partition.node_of(value))
        elif value not in through:
            through.add(value)
            waiting += [value.operands[i] for i in reversed(told_positions(value))]
    in_turn = sorted(targets, key=lambda node: isinstance(node, Block) and node.kind == "leaves")
    return in_turn, sorted(through, key=scene.place.__getitem__, reverse=True)


def _way(node: Value, to: Value, last: dict[Node, tuple[Value, int]]) -> Steps:
    """The steps from a value back to another where they are few, else none; `last` has the step to each."""
    steps = [last[to]]
    while steps[-1][0] is not node:
        if len(steps) == _FEW_STEPS:
            return ()
        steps.append(last[steps[-1][0]])
    return tuple(reversed(steps))


def _along(to: Value, last: dict[Node, tuple[Value, int]], products: dict[Node, float | None]) -> float | None:
    """The product of the partials on the only way to a value; `products` keeps those on it, which others share."""
    way = [last[to]]
    while way[-1][0] not in products:
        way.append(last[way[-1][0]])
    for value, index in reversed(way):
        products[value.operands[index]] = product_of([products[value], partial_of(value, index)])
    return products[to]


# Chains


def _of_chain(chain: Block, scene: Scene) -> Iterator[Edge]:
    """The edge from what a chain begins with, and from the start of the path; other leaves are left out with it."""
    first = next(operand for operand in chain.members[-1].operands if operand.operands)
    partials = [partial_by(value, operand) for value, operand in pairwise([*chain.members, first])]
    yield Edge(first, chain, product_of(partials))
    if scene.path_to is not None and not scene.path_to.operands:
        count = sum(operand is scene.path_to for member in chain.members for operand in member.operands)
        if count:
            yield Edge(scene.path_to, chain, count=count)


def _product(steps: Steps) -> float | None:
    return product_of([partial_of(value, index) for value, index in steps])
