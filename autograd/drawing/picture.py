"""A tree as DOT: the document's shapes, colours and fractions, all of the user's text as text."""

from __future__ import annotations

from typing import Any

import graphviz

from ..adjoints import gradient
from ..chain import ChainRule
from ..formulas.expressions import Expression, Number
from ..formulas.naming import Names, counted
from ..formulas.notations import Piece
from ..labels import Label
from ..primitives import CONSTANT, LEAF, WEIGHTED_SUM
from ..reals import number
from ..text import LONGEST, in_dot, in_graphviz_html
from ..value import Value, number_of
from .markup import font, fraction, label, table
from .tree import Block, Edge, Node, Tree

# Okabe and Ito's colours, told apart also by those who see fewer.
LIT = "#B34700"
PARAMETER, SUM, GIVEN, COST, PLAIN, QUIET = "#0072B2", "#009E73", "#CC79A7", "#D55E00", "#333333", "#888888"

_SERIF = "DejaVu Serif"
_FACTORS_ON_A_LINE = 8
_ROOM = "1.9"
_FEW_PATHS = 4
_NAMED_ON_A_LINE = 3
_LEGEND = (
    ("w b", PARAMETER, "a parameter: weight or bias"),
    ("x y", GIVEN, "given: input, desired output, constant"),
    ("z", SUM, "a weighted sum"),
    ("a", PLAIN, "an activation, or another computed value"),
    ("C", COST, "the output: a cost"),
    ("→", LIT, "the path; its partials multiply"),
)


def dot_of(tree: Tree, partials: str, legend: bool, prefix: str) -> str:
    """The DOT source of a tree.

    Parameters
    ----------
    tree : Tree
    partials : {"all", "path", "numbers", "none"}
        Which edges bear their partial in symbols too, or a number at all.
    legend : bool
    prefix : str
        Begins every id, so that several pictures can stand on one page.
    """
    return _Picture(tree, partials, prefix).source(legend)


class _Picture:
    def __init__(self, tree: Tree, partials: str, prefix: str) -> None:
        self.tree, self.partials, self.prefix = tree, partials, prefix
        self.called = Names(tree.order)
        self.names = {node: f"v{i}" for i, node in enumerate(tree.nodes)}
        self.opened = {edge.value for edge in tree.edges}
        self.frames = {node: name for name, members in tree.layers.items() for node in members}

    def source(self, legend: bool) -> str:
        below = self._below()
        graph = graphviz.Digraph(
            graph_attr={
                "rankdir": "TB", "ranksep": "0.7", "nodesep": "0.35", "fontname": _SERIF, "labelloc": "b",
                "id": f"{self.prefix}tree", "tooltip": in_dot(self.called.plain(self.tree.output), 2 * LONGEST),
                **({"label": f"<{below}>"} if below else {}),
            },
            node_attr={"fontname": _SERIF, "penwidth": "1.5", "margin": "0.05"},
            edge_attr={"fontname": _SERIF, "arrowsize": "0.7"},
        )  # fmt: skip
        for at, (name, members) in enumerate(self.tree.layers.items()):
            self._cluster(graph, at, name, members)
        for node in self.names:
            if node not in self.frames:
                self._node(graph, node)
        for at, edge in enumerate(self.tree.edges):
            self._edge(graph, at, edge)
        self._order(graph)
        if legend:
            self._legend(graph)
        return str(graph.source)

    # Nodes

    def _cluster(self, graph: Any, at: int, name: str, members: list[Node]) -> None:
        with graph.subgraph(
            name=f"cluster{at}",
            graph_attr={
                "label": f"<{label(Label(f'layer {name}'), 12, '#555555')}>", "labelloc": "t", "labeljust": "l",
                "style": "rounded,filled", "color": "#DDDDDD", "fillcolor": "#F6F6F6", "penwidth": "1.2",
                "id": f"{self.prefix}layer{at}", "tooltip": in_dot(f"layer {name}"),
            },
        ) as cluster:  # fmt: skip
            for node in members:
                self._node(cluster, node)
            self._room(cluster, name)

    def _room(self, cluster: Any, frame: str) -> None:
        """Keep what stands to the right of a lit edge inside its layer's frame: dot leaves it out of account."""
        for edge in self.tree.edges:
            if (
                self._frame(edge) == frame
                and self.tree.lit(edge.operand)
                and isinstance(edge.operand, Value)
                and edge.operand.operands
            ):
                name = self.names[edge.value]
                with cluster.subgraph(graph_attr={"rank": "same"}) as same:
                    same.node(f"{name}room", "", style="invis", width=_ROOM, height="0.1", fixedsize="true")
                    same.edge(name, f"{name}room", style="invis")

    def _node(self, graph: Any, node: Node) -> None:
        lit = self.tree.lit(node)
        name, identity = self.names[node], f"{self.prefix}{self.names[node]}"
        if isinstance(node, Block):
            rows = [
                [font(in_graphviz_html(node.title), 12, "#444444")],
                *([font(in_graphviz_html(t), 10, "#444444")] for t in node.told),
            ]
            graph.node(
                name, f"<{table(rows)}>", id=identity, shape="box", tooltip=in_dot(node.title),
                style="rounded,filled" if node.layer else "rounded,dashed",
                fillcolor="#F6F6F6", color=LIT if lit else QUIET, penwidth="3" if lit else "1.5",
            )  # fmt: skip
            return
        shape, color = self._looks(node)
        closed = bool(node.operands) and node not in self.opened
        rows = [[self._heading(node)], [font(number(number_of(node)), 10, "#444444")]]
        if node.primitive is CONSTANT and node.label is None:
            rows = [[font(number(number_of(node)), 14)]]
        if node.primitive is not CONSTANT and node.grad:
            rows.append([font(f"grad {number(node.grad)}", 9, "#666666")])
        graph.node(
            name, f"<{table(rows)}>", id=identity, shape=shape, tooltip=in_dot(self.called.plain(node), 2 * LONGEST),
            color=LIT if lit and node is not self.tree.output else color,
            penwidth="3" if lit else "1.5", style="dashed,filled" if closed else "filled", fillcolor="white",
        )  # fmt: skip

    def _looks(self, value: Value) -> tuple[str, str]:
        if value is self.tree.output:
            return "octagon", COST
        letter = value.label.base if value.label is not None else ""
        if value.primitive is CONSTANT or (value.primitive is LEAF and letter in ("x", "y")):
            return "box", GIVEN
        if value.primitive is LEAF and letter != "a":
            return "box", PARAMETER
        return "ellipse", SUM if value.primitive is WEIGHTED_SUM else PLAIN

    def _title(self, value: Value, size: float, color: str = "", before: str = "") -> str:
        name = self.called.own(value)
        return label(name.label, size if value.label is not None else size * 0.8, color, before)

    def _heading(self, value: Value) -> str:
        """A value's label, or its place and what it computes."""
        if value.label is not None:
            return self._title(value, 18)
        told = self.called.definition(value)
        if told is None:
            return table([[self._title(value, 18), font(in_graphviz_html(value.primitive.symbol), 12)]])
        return table([[self._title(value, 14), _equals("", 12), *_cells(told, 12, "")]])

    def _order(self, graph: Any) -> None:
        """The desired output to the left of the activation it is compared with; a layer's frame would be in the way."""
        if self.tree.layers:
            return
        last = [edge.operand for edge in self.tree.edges if edge.value is self.tree.output]
        given = [node for node in last if isinstance(node, Value) and self._looks(node) == ("box", GIVEN)]
        computed = [node for node in last if isinstance(node, Value) and node.operands]
        if len(given) == len(computed) == 1:
            with graph.subgraph(graph_attr={"rank": "same"}) as same:
                same.edge(self.names[given[0]], self.names[computed[0]], style="invis")

    # Edges

    def _edge(self, graph: Any, at: int, edge: Edge) -> None:
        lit = self.tree.lit(edge.operand) and self.tree.lit(edge.value)
        told = self._told(edge, lit)
        graph.edge(
            self.names[edge.operand], self.names[edge.value],
            id=f"{self.prefix}e{at}", color=LIT if lit else "#999999", penwidth="3.5" if lit else "1",
            weight=self._weight(edge, lit),
            tooltip=self._tooltip(edge), **({"label": f"<{told}>"} if told else {}),
            **({"style": "dashed", "arrowhead": "none"} if edge.count == 0 else {}),
        )  # fmt: skip

    def _told(self, edge: Edge, lit: bool) -> str:
        """What stands beside an edge: the partial in symbols and in numbers, or less."""
        if self.partials == "none":
            return ""
        color = LIT if lit else "#444444"
        if edge.count is not None:
            told = f"{edge.count:,} edges" if edge.count > 1 else ""
            return table([["&#160;", font(told, 10, color if lit else "#666666")]]) if told else ""
        text = "undefined" if edge.partial is None else number(edge.partial)
        if self.partials == "numbers" or (self.partials == "path" and not lit):
            return table([["&#160;", font(text, 10, LIT if lit else "#666666", bold=lit)]])
        cells = ["&#160;"]
        if isinstance(edge.operand, Value) and isinstance(edge.value, Value):
            cells += [fraction(self._d(edge.value, 12, color), self._d(edge.operand, 12, color), color), _equals(color)]
            symbol = self.called.product(edge.steps)
            if not isinstance(symbol, Number):
                cells += [*_cells(symbol, 12, color), _equals(color)]
        return table([[*cells, font(text, 13, color, bold=lit)]])

    def _weight(self, edge: Edge, lit: bool) -> str:
        """How straight an edge is to be: most of all a lit one inside a layer, from z down to a."""
        return "1" if not lit or edge.operand is self.tree.path_to else "50" if self._frame(edge) is not None else "3"

    def _frame(self, edge: Edge) -> str | None:
        """The layer in whose frame an edge begins and ends."""
        frame = self.frames.get(edge.operand)
        return frame if frame == self.frames.get(edge.value) else None

    def _tooltip(self, edge: Edge) -> str:
        if edge.count is not None:
            return f"{edge.count} edge{'' if edge.count == 1 else 's'}" if edge.count else "not shown"
        return "undefined" if edge.partial is None else repr(edge.partial)

    def _d(self, value: Value, size: float, color: str = "") -> str:
        """A value with ∂ before it."""
        return self._title(value, size, color, before="∂")

    # What stands below

    def _below(self) -> str:
        """The equation, and the note if there is one."""
        note = [font(in_graphviz_html(line), 11, QUIET) for line in self.tree.note]
        equation = self._equation()
        return table([[part] for part in ([equation] if equation else []) + note]) if note else equation

    def _equation(self) -> str:
        """The chain rule along the path: the product of the lit edges, or how many paths are summed."""
        tree = self.tree
        if tree.path_to is None:
            return ""
        ratio = fraction(self._d(tree.output, 14), self._d(tree.path_to, 14))
        slope = font(number(gradient(tree.output, tree.path_to)), 15, LIT, bold=True)
        edges = tree.path()
        if not edges or any(isinstance(node, Block) for edge in edges for node in (edge.operand, edge.value)):
            told = self._sum_told() if tree.paths > 1 else []
            shown = [ratio, _equals("", 14), *told]
            return table([[*shown, slope]])
        return table([[part] for part in self._factors(ratio, edges, slope)], align="LEFT")

    def _sum_told(self) -> list[str]:
        """The sum over paths: its terms where they are few, else how many there are."""
        assert self.tree.path_to is not None
        if self.tree.paths > _FEW_PATHS:
            return [font(f"sum over {counted(self.tree.paths)} paths", 14), _equals("", 14)]
        terms = [number(term.value) for term in ChainRule(self.tree.output, self.tree.path_to).terms]
        first, *others = [f"({told})" if at and told.startswith("−") else told for at, told in enumerate(terms)]
        return [font("&#160;+&#160;".join([first, *others]), 14), _equals("", 14)]

    def _factors(self, ratio: str, edges: list[Edge], slope: str) -> list[str]:
        """Lines: the derivatives, what they are in symbols, what they are in numbers."""
        dot = font("&#160;·&#160;", 14)
        ratios, symbols, numbers = [ratio, _equals("", 14)], [], []
        for edge in edges:
            assert isinstance(edge.operand, Value)
            assert isinstance(edge.value, Value)
            ratios += [fraction(self._d(edge.value, 12, LIT), self._d(edge.operand, 12, LIT), LIT), dot]
            symbol = self.called.product(edge.steps)
            if symbol != Number(1.0):  # a textbook writes no factor of 1
                symbols += [*_cells(symbol, 14, LIT, enclosed=True), dot]
            text = "undefined" if edge.partial is None else number(edge.partial)
            numbers.append(f"({text})" if text.startswith("−") else text)
        product = font("&#160;=&#160;" + "&#160;·&#160;".join(numbers) + "&#160;=&#160;", 14) + slope
        if len(edges) > _FACTORS_ON_A_LINE:
            return [table([[ratio, product]])]
        names = ratios[:-1] if len(edges) <= _NAMED_ON_A_LINE else [ratio]
        told = [_equals("", 14), *symbols[:-1]] if symbols else []
        return [table([[*names, *told]]), product]

    def _legend(self, graph: Any) -> None:
        rows = "".join(
            f'<TR><TD>{font(mark, 14, color, bold=True)}</TD><TD ALIGN="LEFT">{font(text, 11, "#444444")}</TD></TR>'
            for mark, color, text in (_LEGEND if self.tree.path_to is not None else _LEGEND[:-1])
        )
        shown = f'<TABLE BORDER="1" CELLBORDER="0" CELLSPACING="2" COLOR="#BBBBBB">{rows}</TABLE>'
        graph.node("legend", f"<{shown}>", shape="plain", id=f"{self.prefix}legend", tooltip="legend")


def _cells(symbol: Expression, size: float, color: str, enclosed: bool = False) -> list[str]:
    """An expression as cells: text, and labels with their scripts."""
    pieces: list[Piece] = []
    for piece in symbol.pieces():
        if pieces and isinstance(piece, str) and isinstance(pieces[-1], str):
            pieces[-1] += piece
        else:
            pieces.append(piece)
    if enclosed and symbol.is_sum:
        pieces = ["(", *pieces, ")"]
    return [
        label(piece, size, color)
        if isinstance(piece, Label)
        else font(in_graphviz_html(piece).replace(" ", "&#160;"), size, color)
        for piece in pieces
    ]


def _equals(color: str, size: float = 12) -> str:
    return font("&#160;=&#160;", size, color)
