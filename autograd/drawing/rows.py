"""The rows of a tree: what each node depends on stands before it, in order, and long edges pass between the nodes.

After Sugiyama, Tagawa and Toda, "Methods for visual understanding of hierarchical system structures" (1981).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise

from ..value import Value
from .tree import Edge, Node, Tree


@dataclass(eq=False)
class Spot:
    """What takes room in a row: a node, or the way of an edge through it.

    Attributes
    ----------
    node : Value or Block or None
    edge : Edge or None
    bears_label : bool
        Whether the edge's label stands here.
    before, behind : list of Spot
        What it is joined with in the row before, and in the row behind it.
    """

    node: Node | None = None
    edge: Edge | None = None
    bears_label: bool = False
    before: list[Spot] = field(default_factory=list)
    behind: list[Spot] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows of nodes, and between each two of them a gap through which their edges pass.

    Attributes
    ----------
    rows : list of list of Spot
        Operands first, the output's row last; every other one is a gap.
    ways : dict
        The spots of each edge from the node that stands before to the one behind.
    """

    rows: list[list[Spot]]
    ways: dict[Edge, list[Spot]]


def rows_of(tree: Tree, frames: dict[Node, str]) -> Rows:
    """The rows of a tree whose layers are `frames`.

    A node stands just before the first that uses it. What comes from another layer stands
    one row further off where the layer's own leaves, its weights, stand between.
    """
    ranks = _ranks(tree, frames)
    rows: list[list[Spot]] = [[] for _ in range(2 * max(ranks.values()) + 1)]
    spots = {node: Spot(node) for node in tree.nodes}
    for node, spot in spots.items():
        rows[-1 - 2 * ranks[node]].append(spot)
    ways = {}
    for edge in tree.edges:
        first, last = sorted((edge.operand, edge.value), key=ranks.__getitem__, reverse=True)
        lanes = [Spot(edge=edge) for _ in range(2 * (ranks[first] - ranks[last]) - 1)]
        lanes[0].bears_label = True
        ways[edge] = [spots[first], *lanes, spots[last]]
        for at, lane in enumerate(lanes):
            rows[-2 * ranks[first] + at].append(lane)
        for one, other in pairwise(ways[edge]):
            one.behind.append(other)
            other.before.append(one)
    _arrange(rows)
    return Rows(rows, ways)


def _ranks(tree: Tree, frames: dict[Node, str]) -> dict[Node, int]:
    """How many rows before the output's each node stands."""
    place = {node: at for at, node in enumerate(tree.nodes)}
    # Nodes that have leaves of their own layer beside them.
    beside = {e.value for e in tree.edges if _is_leaf(e.operand) and frames.get(e.operand) == frames.get(e.value)}
    users: dict[Node, list[tuple[Node, int]]] = {node: [] for node in tree.nodes}
    for edge in tree.edges:
        away = frames.get(edge.operand) != frames.get(edge.value) and edge.value in beside
        # A layer that is used again, drawn as one node, leads back to what stands before it.
        first, last = sorted((edge.operand, edge.value), key=place.__getitem__)
        users[first].append((last, 2 if away else 1))
    ranks: dict[Node, int] = {}
    for node in reversed(tree.nodes):
        ranks[node] = max((ranks[user] + length for user, length in users[node]), default=int(node is not tree.output))
    return ranks


def _is_leaf(node: Node) -> bool:
    return not node.operands if isinstance(node, Value) else node.kind in ("leaves", "rest")


# Order within rows


def _arrange(rows: list[list[Spot]]) -> None:
    """Each row in the order of what it leads to, from the output's row on; subscripts in their order."""
    places: dict[Spot, int] = {}
    for row in reversed(rows):
        means = {spot: sum(places[other] for other in spot.behind) / (len(spot.behind) or 1) for spot in row}
        row.sort(key=means.__getitem__)
        if any(spot.node is not None for spot in row):
            _sort_families(row)
        places = {spot: place for place, spot in enumerate(row)}
    for before, gap, behind in zip(rows[::2], rows[1::2], rows[2::2], strict=False):
        # Edges into one node stand as what they come from does by now, so that they need not cross.
        places = {spot: place for row in (before, behind) for place, spot in enumerate(row)}
        gap.sort(key=lambda spot: (places[spot.behind[0]], places[spot.before[0]]))


def _sort_families(row: list[Spot]) -> None:
    """Nodes whose labels differ in numbers alone, such as w_2 and w_10, change places until they are in order."""
    families: dict[tuple[str, str], list[int]] = {}
    for at, spot in enumerate(row):
        if isinstance(spot.node, Value) and spot.node.label is not None:
            label = spot.node.label
            families.setdefault((re.sub(r"\d+", "", label.base), label.superscript), []).append(at)
    for places in families.values():
        members = sorted((row[at] for at in places), key=_by_numbers)
        for at, spot in zip(places, members, strict=True):
            row[at] = spot


def _by_numbers(spot: Spot) -> list[tuple[bool, int, str]]:
    """The numbers and words of a label, of which numbers come first and in their order."""
    assert isinstance(spot.node, Value)
    told = "" if spot.node.label is None else f"{spot.node.label.base} {spot.node.label.subscript}"
    parts = re.findall(r"[0-9]+|[^0-9, ]+", told)
    return [(False, int(part), "") if part.isascii() and part.isdigit() else (True, 0, part) for part in parts]
