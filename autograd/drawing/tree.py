"""What a tree shows: its nodes and edges, the lit path, and what is left out, before any of it is drawn."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from ..errors import ArgumentError
from ..graph import topological_order
from ..pairs import pairs_of
from ..paths import Steps, partial_by, partial_of, passed_through, paths_from, product_of, use_counts
from ..primitives import CONSTANT, POWER, WEIGHTED_SUM
from ..value import Value, number_of

_WIDE = 8
_CALM = 40
_THROUGH = 2
_SHOWN_FIRST = 2
_GATHERED = 4


@dataclass(eq=False)
class Block:
    """Several values as one node: a collapsed layer, operands that are left out, the middle of a chain."""

    title: str
    told: list[str]
    members: list[Value]
    layer: str = ""


Node = Value | Block
Collapse = bool | str | int | Iterable[str | int]
"""Which layers are one node each."""


@dataclass(frozen=True, eq=False)
class Edge:
    """What a node is drawn to depend on.

    Attributes
    ----------
    operand, value : Value or Block
    partial : float or None
        The derivative of `value` by `operand`; None where it does not exist or is no single number.
    steps : tuple of (Value, int)
        The local partials whose product it is, from `value` back: a value and its operand's position.
    count : int
        How many edges between single values it stands for.
    """

    operand: Node
    value: Node
    partial: float | None = None
    steps: Steps = ()
    count: int = 1


@dataclass
class Tree:
    """What is drawn.

    Attributes
    ----------
    output : Value
    path_to : Value or None
    edges : list of Edge
        Breadth first from the output back.
    on_path : set of Value
        The values on paths from `path_to`.
    paths : int
        How many paths there are.
    order : list of Value
        The whole graph in topological order.
    nodes : list of Value or Block
        Those that are shown, in topological order.
    layers : dict
        The shown nodes of each layer, by its superscript; empty unless there are two layers or more.
    """

    output: Value
    path_to: Value | None
    edges: list[Edge]
    on_path: set[Value]
    paths: int
    order: list[Value]
    nodes: list[Node] = field(default_factory=list)
    layers: dict[str, list[Node]] = field(default_factory=dict)

    def lit(self, node: Node) -> bool:
        """Whether a node is on a path from `path_to`."""
        if isinstance(node, Block):
            return not self.on_path.isdisjoint(node.members)
        return node in self.on_path

    def path(self) -> list[Edge]:
        """The lit edges from `path_to` to the output, where one path is all there is."""
        if self.path_to is None or self.paths != 1:
            return []
        into = {edge.operand: edge for edge in self.edges if self.lit(edge.operand) and self.lit(edge.value)}
        edges: list[Edge] = []
        node: Node = self.path_to
        while node is not self.output:
            edges.append(into[node])
            node = into[node].value
        return edges


def tree_of(
    output: Value,
    path_to: Value | None,
    depth: int | None,
    max_nodes: int,
    collapse: bool | str | int | Iterable[str | int],
) -> Tree:
    """The tree that shows `output`; the arguments are those of `draw`."""
    order = topological_order((output,))
    uses = use_counts(order)
    lit, paths = (set(), 0) if path_to is None else paths_from(path_to, order, uses, "draw(path_to)")
    walk = _Walk(output, path_to, order, uses, lit)
    walk.collapse(collapse)
    edges = walk.edges(depth, max_nodes, set())
    if lit and not walk.blocks and _count(edges) > min(_CALM, max_nodes):
        edges = walk.edges(depth, max_nodes, lit)
    if _count(edges) > max_nodes:
        walk.shorten()
        edges = walk.edges(depth, max_nodes, lit)
    if _count(edges) > max_nodes:
        raise ArgumentError(
            f"draw: expected at most {max_nodes} nodes, got more of a graph of {len(order):,} values; "
            "give path_to=, a depth=, collapse=True for a network's layers, or a larger max_nodes="
        )
    tree = Tree(output, path_to, edges, lit, paths, order)
    tree.nodes = _in_order(order, [output, *(edge.operand for edge in edges)])
    tree.layers = _grouped(tree.nodes, order)
    return tree


def _count(edges: list[Edge]) -> int:
    return 1 + len({edge.operand for edge in edges})


def _in_order(order: list[Value], nodes: Iterable[Node]) -> list[Node]:
    """Nodes in topological order, a block where its last member stands."""
    place = {value: at for at, value in enumerate(order)}
    unique = list(dict.fromkeys(nodes))
    at = {
        node: place[node] if isinstance(node, Value) else max((place[member] for member in node.members), default=-1)
        for node in unique
    }
    return sorted(unique, key=at.__getitem__)


def layers_of(order: Iterable[Value]) -> dict[str, list[Value]]:
    """The values of each layer: those whose superscript a weighted sum bears."""
    names = {v.label.superscript for v in order if v.primitive is WEIGHTED_SUM and v.label is not None}
    layers: dict[str, list[Value]] = {}
    for value in order:
        if value.label is not None and value.label.superscript in names - {""}:
            layers.setdefault(value.label.superscript, []).append(value)
    return layers


def _grouped(nodes: list[Node], order: list[Value]) -> dict[str, list[Node]]:
    layers = {name: set(members) for name, members in layers_of(order).items()}
    groups: dict[str, list[Node]] = {}
    for name, members in layers.items():
        shown = [node for node in nodes if node in members or (isinstance(node, Block) and node.layer == name)]
        if any(isinstance(node, Value) for node in shown):
            groups[name] = shown
    return groups if len(layers) > 1 else {}


class _Walk:
    """Looks into values from the output back, and decides what is shown of each."""

    def __init__(
        self, output: Value, path_to: Value | None, order: list[Value], uses: dict[Value, int], on_path: set[Value]
    ) -> None:
        self.output, self.path_to, self.order, self.uses, self.on_path = output, path_to, order, uses, on_path
        self.blocks: dict[Value, Block] = {}
        self.runs: dict[Value, Block] = {}

    def edges(self, depth: int | None, most: int, only: set[Value]) -> list[Edge]:
        """Edges breadth first, until there are more than `most` nodes; with `only`, into these values alone."""
        edges: list[Edge] = []
        level: list[Node] = [self.output]
        seen, at = set(level), 0
        while level and (depth is None or at < depth) and len(seen) <= most:
            following = []
            for node in level:
                if only and isinstance(node, Value) and node not in only:
                    continue
                for edge in self._into(node):
                    edges.append(edge)
                    if edge.operand not in seen:
                        seen.add(edge.operand)
                        following.append(edge.operand)
            level, at = following, at + 1
        return edges

    def _into(self, node: Node) -> list[Edge]:
        if isinstance(node, Block):
            return self._into_run(node) if node in self.runs.values() else self._into_block(node) if node.layer else []
        if node in self.runs:
            return self._into_run_end(node)
        merged = self._into_block(node) if self.blocks else []
        if any(isinstance(edge.operand, Block) and edge.operand.layer for edge in merged):
            return merged
        return self._into_value(node)

    # One value

    def _into_value(self, value: Value) -> list[Edge]:
        """A value's edges; what has no name and serves nothing else is passed through, as C = (a - y)^2 is written."""
        edges = []
        shown, hidden = self._shown_operands(value)
        waiting = [(self._edge(value, i), 0) for i in shown[::-1]]
        while waiting:
            edge, through = waiting.pop()
            inner = edge.operand
            assert isinstance(inner, Value)
            if value.label is None or through == _THROUGH or not self._passed_through(inner):
                edges.append(edge)
                continue
            for i in self._shown_operands(inner)[0][::-1]:
                further = self._edge(inner, i)
                partial = product_of([edge.partial, further.partial])
                waiting.append((Edge(further.operand, value, partial, edge.steps + further.steps), through + 1))
        return edges + ([Edge(hidden, value, count=0)] if hidden else [])

    def _edge(self, value: Value, index: int) -> Edge:
        return Edge(value.operands[index], value, partial_of(value, index), ((value, index),))

    def _passed_through(self, inner: Value) -> bool:
        return inner is not self.path_to and passed_through(inner, self.uses)

    def _shown_operands(self, value: Value) -> tuple[list[int], Block | None]:
        """The operands' positions that are drawn: all, or of many the first, the last and those on the path."""
        count = len(value.operands)
        if value.primitive is POWER and value.operands[1].primitive is CONSTANT:
            return [0], None
        if count <= _WIDE and value.primitive is not WEIGHTED_SUM:
            return list(range(count)), None
        # A weighted sum's weights and activations come in pairs.
        pairs, sides = (len(pairs_of(value.operands)[0]), 2) if value.primitive is WEIGHTED_SUM else (count, 1)
        kept = set(range(pairs))
        if count > _WIDE:
            lit = [i % pairs for i, o in enumerate(value.operands[: sides * pairs]) if o in self.on_path]
            kept = {*range(_SHOWN_FIRST), pairs - 1, *sorted(set(lit))[:_WIDE]}
        hidden = [i for i in range(pairs) if i not in kept]
        shown = [i + side * pairs for i in sorted(kept) for side in range(sides)]
        return [*shown, *range(sides * pairs, count)], _left_out(value, hidden, sides) if hidden else None

    # Collapsed layers

    def collapse(self, wanted: Collapse) -> None:
        """Draw layers as one node each: all of them, or those of some superscripts."""
        if wanted is False:
            return
        layers = layers_of(self.order)
        some = [wanted] if isinstance(wanted, str | int) or not isinstance(wanted, Iterable) else wanted
        names = list(layers) if wanted is True else [str(name) for name in some]
        if wanted is True and not layers:
            raise ArgumentError(
                "draw(collapse=True): expected layers, found none; weighted sums of one superscript make a layer"
            )
        for name in names:
            if name not in layers:
                there = ", ".join(map(repr, layers)) or "none"
                raise ArgumentError(f"draw(collapse): expected a layer's superscript among {there}, got {name!r}")
            members = [v for v in layers[name] if v is not self.path_to and v is not self.output]
            neurons = sum(v.primitive is WEIGHTED_SUM for v in members)
            block = Block(f"layer {name}", [_counted(neurons, "neuron"), *_letters(members)], members, name)
            self.blocks.update(dict.fromkeys(members, block))

    def _into_block(self, node: Node) -> list[Edge]:
        """The edges from what a node's members use; nameless values in between are passed through."""
        members = node.members if isinstance(node, Block) else [node]
        found: dict[Node, list[tuple[float | None, Steps]]] = {}
        waiting: list[tuple[Value, int, float | None, Steps]] = [
            (member, i, 1.0, ()) for member in reversed(members) for i in reversed(range(len(member.operands)))
        ]
        while waiting:
            value, index, so_far, before = waiting.pop()
            operand = value.operands[index]
            to: Node = self.blocks.get(operand, operand)
            if to is node or (value.primitive is POWER and operand.primitive is CONSTANT):
                continue
            steps = (*before, (value, index))
            product = product_of([so_far, partial_of(value, index)])
            if to is operand and operand.operands and operand.label is None and operand is not self.path_to:
                waiting += [(operand, i, product, steps) for i in reversed(range(len(operand.operands)))]
            else:
                found.setdefault(to, []).append((product, steps))
        edges = []
        for to, ways in found.items():
            single = len(ways) == 1 and isinstance(to, Value) and isinstance(node, Value)
            edges.append(Edge(to, node, *(ways[0] if single else (None, ())), count=len(ways)))
        return self._gathered(edges)

    def _gathered(self, edges: list[Edge]) -> list[Edge]:
        """Many leaves of one letter, such as a sample's inputs, as one node."""
        by_letter: dict[str, list[Edge]] = {}
        for edge in edges:
            operand = edge.operand
            if isinstance(operand, Value) and not operand.operands and operand not in self.on_path:
                by_letter.setdefault(_letter(operand), []).append(edge)
        gathered: list[Edge] = []
        for letter, some in by_letter.items():
            if len(some) > _GATHERED:
                leaves = [edge.operand for edge in some if isinstance(edge.operand, Value)]
                block = Block(letter or "constants", [_counted(len(leaves), "value")], leaves)
                # What several nodes use is one node.
                block = next((b for b in self.blocks.values() if b.members == leaves), block)
                self.blocks.update(dict.fromkeys(leaves, block))
                gathered.append(Edge(block, some[0].value, count=sum(edge.count for edge in some)))
                edges = [edge for edge in edges if edge not in some]
        return edges + gathered

    # Chains

    def shorten(self) -> None:
        """Leave out the middle of long chains of operations, each the only one that uses the one before."""
        follow: dict[Value, Value] = {}
        for value in self.order:
            inner = {operand for operand in value.operands if operand.operands}
            if len(inner) == 1:
                (operand,) = inner
                if self.uses[operand] == value.operands.count(operand) and operand is not self.path_to:
                    follow[value] = operand
        told: set[Value] = set()
        for value in reversed(self.order):
            chain = [value]
            while chain[-1] in follow and chain[-1] not in told:
                told.add(chain[-1])
                chain.append(follow[chain[-1]])
            hidden = chain[_SHOWN_FIRST:-_SHOWN_FIRST]
            if len(hidden) > _WIDE:
                block = Block(f"… {len(hidden):,} more operations", [], hidden)
                self.runs[chain[_SHOWN_FIRST - 1]] = block

    def _into_run_end(self, value: Value) -> list[Edge]:
        """The edges of a chain's last shown value, of which one comes from what is left out."""
        block = self.runs[value]
        edges = [
            Edge(block, value, edge.partial, edge.steps) if edge.operand is block.members[0] else edge
            for edge in (self._edge(value, i) for i in self._shown_operands(value)[0])
        ]
        return edges

    def _into_run(self, block: Block) -> list[Edge]:
        deep = next(operand for operand in block.members[-1].operands if operand.operands)
        members = [*block.members, deep]
        partials = [partial_by(value, operand) for value, operand in pairwise(members)]
        edges = [Edge(deep, block, product_of(partials))]
        if self.path_to is not None and not self.path_to.operands:
            count = sum(member.operands.count(self.path_to) for member in block.members)
            edges += [Edge(self.path_to, block, count=count)] if count else []
        return edges


def _left_out(value: Value, hidden: list[int], sides: int) -> Block:
    """The operands of a wide value that are not drawn, and what they sum to."""
    if sides == 1:
        return Block(f"… {len(hidden):,} more", [], [value.operands[i] for i in hidden])
    weights, activations, _ = pairs_of(value.operands)
    part = math.fsum(number_of(weights[i]) * number_of(activations[i]) for i in hidden)
    members = [side[i] for i in hidden for side in (weights, activations)]
    return Block(f"… {len(hidden):,} more pairs", [f"w·a sums to {part:.4g}".replace("-", "−")], members)


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
