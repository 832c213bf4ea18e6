"""From the output back: a partition's nodes and edges, as far as was asked for and as many as may be drawn."""

from __future__ import annotations

from collections.abc import Iterable

from ..errors import ArgumentError
from ..value import Value
from .chains import shortened
from .edges import edges_into
from .partition import Collapse, Partition, partition_of
from .scene import Scene, layers_of, scene_of
from .tree import Block, Edge, Node, Tree

_CALM = 40


def tree_of(output: Value, path_to: Value | None, depth: int | None, max_nodes: int, collapse: Collapse) -> Tree:
    """The tree that shows `output`; the arguments are those of `draw`."""
    scene = scene_of(output, path_to)
    edges = _fitting(scene, partition_of(scene, collapse), depth, max_nodes)
    nodes = _in_order(scene, [scene.output, *(edge.operand for edge in edges)])
    framed = _framed(scene, nodes)
    paths, order = scene.paths, scene.order
    return Tree(scene.output, scene.path_to, edges, scene.on_path, paths, order, scene.names, nodes, framed, scene.note)


def _fitting(scene: Scene, partition: Partition, depth: int | None, max_nodes: int) -> list[Edge]:
    """All edges; where those are too many the lit path's alone; where they still are, with long chains shortened."""
    edges = _walked(scene, partition, depth, max_nodes)
    if scene.on_path and not partition.blocks and _count(edges) > min(_CALM, max_nodes):
        edges = _walked(scene, partition, depth, max_nodes, lit_alone=True)
    if _count(edges) > max_nodes:
        edges = _walked(scene, shortened(scene, partition), depth, max_nodes, lit_alone=scene.path_to is not None)
    if _count(edges) > max_nodes:
        raise ArgumentError(
            f"draw: expected at most {max_nodes} nodes, got more of a graph of {len(scene.order):,} values; "
            "give path_to=, a depth=, collapse=True for a network's layers, or a larger max_nodes="
        )
    return edges


def _walked(scene: Scene, partition: Partition, depth: int | None, most: int, lit_alone: bool = False) -> list[Edge]:
    """Edges breadth first, until there are more than `most` nodes; `lit_alone` looks into no value off the path."""
    edges: list[Edge] = []
    level: list[Node] = [scene.output]
    seen = set(level)
    while level and depth != 0:
        following = []
        for node in level:
            if lit_alone and isinstance(node, Value) and node not in scene.on_path:
                continue
            for edge in edges_into(node, scene, partition):
                edges.append(edge)
                if edge.operand not in seen:
                    seen.add(edge.operand)
                    following.append(edge.operand)
                if len(seen) > most:
                    return edges
        level, depth = following, None if depth is None else depth - 1
    return edges


def _count(edges: list[Edge]) -> int:
    return 1 + len({edge.operand for edge in edges})


def _in_order(scene: Scene, nodes: Iterable[Node]) -> list[Node]:
    """Nodes in topological order, a block where its last member stands."""

    def place(node: Node) -> int:
        return max(scene.place[value] for value in (node.members if isinstance(node, Block) else [node]))

    return sorted(dict.fromkeys(nodes), key=place)


def _framed(scene: Scene, nodes: list[Node]) -> dict[str, list[Node]]:
    """The nodes of each layer that is not one node, where there are several layers."""
    layers = layers_of(scene.order)
    frames: dict[str, list[Node]] = {}
    for name, members in layers.items():
        inside = set(members)
        shown = [node for node in nodes if (node.layer == name if isinstance(node, Block) else node in inside)]
        if any(isinstance(node, Value) for node in shown):
            frames[name] = shown
    return frames if len(layers) > 1 else {}
