"""The edges into a node: from what its values use, through what is not drawn in between."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

from ..merged import Kind, Steps, Term, end_of, shown_terms, steps_of
from ..paths import partial_of, product_of
from ..reals import number
from ..value import Value
from .partition import Partition, is_bundled
from .scene import Scene
from .tree import Block, Edge, Node

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
    """A value's edges; what is written in its formula is passed through, as C = (a - y)^2 is written.

    Of many terms the first, the last and the lit remain. A weight is drawn beside what it is multiplied by.
    """
    first, hidden, last = shown_terms(scene.merged.terms(value), scene.on_path)
    yield from _of_terms(value, first, partition)
    if hidden:
        yield Edge(_rest(value, hidden, scene), value, count=0)
    yield from _of_terms(value, last, partition)


def _of_terms(value: Value, terms: list[Term], partition: Partition) -> Iterator[Edge]:
    for term in terms:
        for link in term.ends:
            steps = steps_of(link)
            yield Edge(partition.node_of(end_of(steps)), value, _product(steps), steps)


def _rest(value: Value, hidden: list[Term], scene: Scene) -> Block:
    """The terms of a wide value that are not drawn, and what they sum to."""
    members = [member for term in hidden for member in term.values]
    if scene.merged.kind(value) is not Kind.SUM:
        return Block("rest", f"… {len(hidden):,} more", [], members)
    sum_ = number(math.fsum(term.amount for term in hidden))
    if all(term.is_pair for term in hidden):
        return Block("rest", f"… {len(hidden):,} more pairs", [f"w·a sums to {sum_}"], members)
    return Block("rest", f"… {len(hidden):,} more terms", [f"they sum to {sum_}"], members)


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
        for i in scene.merged.positions(value):
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
    waiting = [value.operands[i] for value in reversed(members) for i in reversed(scene.merged.positions(value))]
    while waiting:
        value = waiting.pop()
        if value not in partition.passed:
            targets.setdefault(partition.node_of(value))
        elif value not in through:
            through.add(value)
            waiting += [value.operands[i] for i in reversed(scene.merged.positions(value))]
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
    ends = [[end for term in scene.merged.terms(member) for end in term.values] for member in chain.members]
    first = next(end for end in ends[-1] if end.operands)
    partials = [_partial_by(value, operand, scene) for value, operand in pairwise([*chain.members, first])]
    yield Edge(first, chain, product_of(partials))
    if scene.path_to is not None and not scene.path_to.operands:
        count = sum(end is scene.path_to for own in ends for end in own)
        if count:
            yield Edge(scene.path_to, chain, count=count)


def _partial_by(value: Value, operand: Value, scene: Scene) -> float | None:
    """The derivative of a value by one that its formula holds, on all ways to it."""
    links = [link for term in scene.merged.terms(value) for link in term.ends]
    partials = [_product(steps_of(link)) for link in links if link[1].operands[link[2]] is operand]
    return None if None in partials else math.fsum(partial for partial in partials if partial is not None)


def _product(steps: Steps) -> float | None:
    return product_of([partial_of(value, index) for value, index in steps])
