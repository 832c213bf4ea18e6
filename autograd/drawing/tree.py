"""What a picture shows, as data: nodes, the edges between them, the lit path."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from ..formulas.naming import Names
from ..merged import Steps
from ..value import Value


@dataclass(frozen=True, eq=False)
class Block:
    """Several values as one node.

    Attributes
    ----------
    kind : {"layer", "leaves", "chain", "rest"}
        A collapsed layer, leaves of one letter, the middle of a chain, or operands that are left out.
    title : str
    told : list of str
        What is said of it, line by line.
    members : list of Value
    layer : str
        The superscript of a collapsed layer.
    """

    kind: Literal["layer", "leaves", "chain", "rest"]
    title: str
    told: list[str]
    members: list[Value]
    layer: str = ""


Node = Value | Block


@dataclass(frozen=True, eq=False)
class Edge:
    """What a node is drawn to depend on.

    Attributes
    ----------
    operand, value : Value or Block
    partial : float or None
        The derivative of `value` by `operand`; None where it does not exist, and for several edges drawn as one.
    steps : tuple of (Value, int)
        The local partials whose product it is, from `value` back: a value and its operand's position.
    count : int or None
        How many edges between single values it stands for, 0 where they are left out; None where it is one derivative.
    """

    operand: Node
    value: Node
    partial: float | None = None
    steps: Steps = ()
    count: int | None = None


@dataclass(eq=False)
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
    names : Names
        What its values are called.
    nodes : list of Value or Block
        Those that are shown, in topological order.
    layers : dict
        The shown nodes of each layer, by its superscript; empty unless there are two layers or more.
    note : list of str
        What was changed since the graph was recorded, in lines.
    """

    output: Value
    path_to: Value | None
    edges: list[Edge]
    on_path: set[Value]
    paths: int
    order: list[Value]
    names: Names
    nodes: list[Node] = field(default_factory=list)
    layers: dict[str, list[Node]] = field(default_factory=dict)
    note: list[str] = field(default_factory=list)

    def lit(self, node: Node) -> bool:
        """Whether a node is on a path from `path_to`."""
        if isinstance(node, Block):
            return not self.on_path.isdisjoint(node.members)
        return node in self.on_path

    def path(self) -> list[Edge]:
        """The lit edges from `path_to` to the output, where one path is all there is and every value on it is shown."""
        if self.path_to is None or self.paths != 1:
            return []
        into = {edge.operand: edge for edge in self.edges if self.lit(edge.operand) and self.lit(edge.value)}
        edges: list[Edge] = []
        node: Node = self.path_to
        while node is not self.output:
            edge = into.get(node)
            if edge is None or isinstance(edge.value, Block):
                return []
            edges.append(edge)
            node = edge.value
        return edges
