"""A tree as DOT: the document's shapes, colours and fractions, all of the user's text as text."""

from __future__ import annotations

import math
from typing import Any

import graphviz

from ..adjoints import gradient
from ..chain import ChainRule
from ..formulas.adding import that_add_up
from ..formulas.expressions import Expression, Number
from ..formulas.naming import counted
from ..formulas.notations import Piece
from ..labels import Label
from ..primitives import CONSTANT, LEAF, LOG_SOFTMAX, LOGSUMEXP, WEIGHTED_SUM
from ..reals import number
from ..text import LONGEST, in_dot, in_graphviz_html
from ..value import Value, number_of
from .layout import HEAD, Box, laid_out
from .markup import font, fraction, label, line, table
from .measuring import Size, size_of
from .routes import Point
from .tree import Block, Edge, Node, Tree

# Okabe and Ito's colours, told apart also by those who see fewer.
LIT = "#B34700"
PARAMETER, SUM, GIVEN, COST, PLAIN, QUIET = "#0072B2", "#009E73", "#CC79A7", "#D55E00", "#333333", "#888888"

SERIF = "DejaVu Serif"
WHITE = "white"
_FACTORS_ON_A_LINE = 8
_FEW_PATHS = 4
_NAMED_ON_A_LINE = 3
_LEGEND_COLUMNS = 3
_LEGEND = (
    ("w b", PARAMETER, "a parameter: weight or bias"),
    ("x y", GIVEN, "given: input, desired output, constant"),
    ("z", SUM, "a weighted sum"),
    ("a", PLAIN, "an activation, or another computed value"),
    ("C", COST, "the output: a cost"),
    ("→", LIT, "the path; its partials multiply"),
)


def dot_of(tree: Tree, partials: str, direction: str, title: str, legend: bool, prefix: str) -> str:
    """The DOT source of a tree, with the place of everything.

    Parameters
    ----------
    tree : Tree
    partials : {"all", "path", "numbers", "none"}
        Which edges bear their partial in symbols too, or a number at all.
    direction : {"down", "right"}
    title : str
        Stands above, where it is not empty.
    legend : bool
    prefix : str
        Begins every id, so that several pictures can stand on one page.
    """
    return _Picture(tree, partials, direction == "down", prefix).source(title, legend)


class _Picture:
    def __init__(self, tree: Tree, partials: str, down: bool, prefix: str) -> None:
        self.tree, self.partials, self.prefix = tree, partials, prefix
        self.called = tree.names
        self.names = {node: f"v{i}" for i, node in enumerate(tree.nodes)}
        self.opened = {edge.value for edge in tree.edges}
        self.lines = {node: self._lines(node) for node in tree.nodes}
        self.beside = {edge: told for edge in tree.edges if (told := self._told(edge, self._is_lit(edge)))}
        shapes = {node: self._shape(node) for node in tree.nodes}
        labels = {edge: size_of(told) for edge, told in self.beside.items()}
        self.shapes, self.layout = shapes, laid_out(tree, shapes, labels, down)

    def source(self, title: str, legend: bool) -> str:
        graph = graphviz.Digraph(
            graph_attr={
                "layout": "nop2", "bgcolor": "white", "pad": "0.15", "fontname": SERIF, "id": f"{self.prefix}tree",
                "tooltip": in_dot(self.called.plain(self.tree.output), 2 * LONGEST),
            },
            node_attr={"fontname": SERIF, "penwidth": "1.5", "margin": "0"},
            edge_attr={"fontname": SERIF, "arrowsize": f"{HEAD / 10:g}"},
        )  # fmt: skip
        for at, (name, box) in enumerate(self.layout.frames.items()):
            self._frame(graph, at, name, box)
        for node in self.names:
            self._node(graph, node)
        for at, edge in enumerate(self.tree.edges):
            self._edge(graph, at, edge)
        self._around(graph, title, legend)
        return str(graph.source)

    # Nodes

    def _frame(self, graph: Any, at: int, name: str, box: Box) -> None:
        """A layer as a cluster, which holds what stands in it."""
        told = label(Label(f"layer {name}"), 12, "#555555")
        width, height = size_of(told)
        caption = Box(box.left + 8, box.top + 3, box.left + 8 + width, box.top + 3 + height)
        with graph.subgraph(
            name=f"cluster{at}",
            graph_attr={
                "label": f"<{told}>", "lp": _point(caption.middle), "bb": _corners(box),
                "style": "rounded,filled", "color": "#DDDDDD", "fillcolor": "#F6F6F6", "penwidth": "1.2",
                "id": f"{self.prefix}layer{at}", "tooltip": in_dot(f"layer {name}"),
            },
        ) as cluster:  # fmt: skip
            for node in self.tree.layers[name]:
                cluster.node(self.names[node])

    def _lines(self, node: Node) -> list[str]:
        """What is written in a node."""
        if isinstance(node, Block):
            told = [font(in_graphviz_html(row), 10, "#444444") for row in node.told]
            return [font(in_graphviz_html(node.title), 12, "#444444"), *told]
        if node.primitive is CONSTANT and node.label is None:
            return [font(_number(number_of(node)), 14)]
        lines = [self._heading(node), font(_number(number_of(node)), 10, "#444444")]
        if node.label is not None and node.primitive in (LOGSUMEXP, LOG_SOFTMAX):
            lines.insert(1, line(self._defined(node)))
        if node.primitive is not CONSTANT and node.grad:
            lines.append(font(f"grad {_number(node.grad)}", 9, "#666666"))
        return lines

    def _shape(self, node: Node) -> tuple[str, Size]:
        """A node's shape and size: round where what is written in it is not much wider than high."""
        shape = "box" if isinstance(node, Block) else self._looks(node)[0]
        lines = [size_of(told) for told in self.lines[node]]
        width, height = max(width for width, _ in lines), sum(height + 2 for _, height in lines)
        if shape == "box":
            return shape, (max(width + 12, 46.0), height + 8)
        # An outline that goes around the corners of every line.
        end, far = -height / 2, 1.0
        for wide, high in lines:
            begin, end = end, end + high + 2
            far = max(far, math.hypot(wide / width, 2 * max(-begin, end) / height))
        width, height = max(far * width + 4, 58.0), far * height
        return shape, (max(width, height),) * 2 if width < 1.4 * height else (width, height)

    def _node(self, graph: Any, node: Node) -> None:
        lit = self.tree.lit(node)
        shape, (width, height) = self.shapes[node]
        place = {
            "label": f"<{table([[told] for told in self.lines[node]])}>",
            "id": f"{self.prefix}{self.names[node]}", "shape": shape,
            "pos": _point(self.layout.nodes[node].middle), "penwidth": "3" if lit else "1.5",
            "width": _inches(width), "height": _inches(height), "fixedsize": "shape",
        }  # fmt: skip
        if isinstance(node, Block):
            style, fill = (
                "rounded,filled" if node.layer else "rounded,dashed,filled",
                "#F6F6F6" if node.layer else WHITE,
            )
            color, told = LIT if lit else QUIET, in_dot(node.title)
        else:
            closed = bool(node.operands) and node not in self.opened
            style, fill = "dashed,filled" if closed else "filled", WHITE
            color = LIT if lit and node is not self.tree.output else self._looks(node)[1]
            told = in_dot(self.called.plain(node), 2 * LONGEST)
        graph.node(self.names[node], **place, style=style, fillcolor=fill, color=color, tooltip=told)

    def _looks(self, value: Value) -> tuple[str, str]:
        if value is self.tree.output:
            return "octagon", COST
        letter = self.called.label(value).base
        if value.primitive is CONSTANT or (value.primitive is LEAF and letter in ("x", "y")):
            return "box", GIVEN
        if value.primitive is LEAF and letter != "a":
            return "box", PARAMETER
        return "ellipse", SUM if value.primitive is WEIGHTED_SUM or letter == "z" else PLAIN

    def _title(self, value: Value, size: float, color: str = "", before: str = "") -> str:
        name = self.called.own(value)
        return label(name.label, size if value.label is not None else size * 0.8, color, before)

    def _heading(self, value: Value) -> str:
        """A value's label, or its place and what it computes."""
        if value.label is not None:
            return self._title(value, 18)
        told = self._defined(value)
        if not told:
            return line([self._title(value, 18), font(in_graphviz_html(value.primitive.symbol), 12)])
        return line([self._title(value, 14), *told])

    def _defined(self, value: Value) -> list[str]:
        """What a value computes, in cells behind a sign; none where that is long."""
        told = self.called.definition(value)
        return [] if told is None else [_equals("", 12), *_cells(told, 12, "")]

    # Edges

    def _is_lit(self, edge: Edge) -> bool:
        return self.tree.lit(edge.operand) and self.tree.lit(edge.value)

    def _edge(self, graph: Any, at: int, edge: Edge) -> None:
        *points, tip = map(_point, self.layout.ways[edge])
        lit, bare = self._is_lit(edge), edge.count == 0
        told = self.beside.get(edge)
        place = {"label": f"<{told}>", "lp": _point(self.layout.labels[edge].middle)} if told else {}
        graph.edge(
            self.names[edge.operand], self.names[edge.value],
            id=f"{self.prefix}e{at}", color=LIT if lit else "#999999", penwidth="3" if lit else "1",
            pos=" ".join(points if bare else [f"e,{tip}", *points]), tooltip=self._tooltip(edge), **place,
            **({"style": "dashed", "arrowhead": "none"} if bare else {}),
        )  # fmt: skip

    def _told(self, edge: Edge, lit: bool) -> str:
        """What stands beside an edge: the partial in symbols and in numbers, or less."""
        if self.partials == "none":
            return ""
        color = LIT if lit else "#444444"
        if edge.count is not None:
            told = f"{edge.count:,} edges" if edge.count > 1 else ""
            return line(["&#160;", font(told, 10, color if lit else "#666666")]) if told else ""
        text = "undefined" if edge.partial is None else _number(edge.partial)
        if self.partials == "numbers" or (self.partials == "path" and not lit):
            return line(["&#160;", font(text, 10, LIT if lit else "#666666", bold=lit)])
        cells = ["&#160;"]
        named = isinstance(edge.operand, Value) and not self.called.is_number(edge.operand)
        if named and isinstance(edge.operand, Value) and isinstance(edge.value, Value):
            cells += [fraction(self._d(edge.value, 12, color), self._d(edge.operand, 12, color), color), _equals(color)]
            symbol = self.called.product(edge.steps)
            if not isinstance(symbol, Number):
                cells += [*_cells(symbol, 12, color), _equals(color)]
        return line([*cells, font(text, 13, color, bold=lit)])

    def _tooltip(self, edge: Edge) -> str:
        if edge.count is not None:
            return f"{edge.count} edge{'' if edge.count == 1 else 's'}" if edge.count else "not shown"
        return "undefined" if edge.partial is None else repr(edge.partial)

    def _d(self, value: Value, size: float, color: str = "") -> str:
        """A value with ∂ before it."""
        return self._title(value, size, color, before="∂")

    # What stands below

    def _equation(self) -> list[str]:
        """The chain rule along the path: the product of the lit edges, or how many paths are summed."""
        tree = self.tree
        if tree.path_to is None:
            return []
        ratio = fraction(self._d(tree.output, 14), self._d(tree.path_to, 14))
        slope = gradient(tree.output, tree.path_to) or 0.0
        edges = tree.path()
        if edges and not any(isinstance(node, Block) for edge in edges for node in (edge.operand, edge.value)):
            return self._factors(ratio, edges, self._slope(_number(slope)))
        told, whole = self._sum_told(slope) if tree.paths > 1 else ([], _number(slope))
        return [line([ratio, _equals("", 14), *told, self._slope(whole)])]

    def _slope(self, told: str) -> str:
        """The derivative that the equation comes to."""
        return font(told, 15, LIT, bold=True)

    def _sum_told(self, slope: float) -> tuple[list[str], str]:
        """The sum over paths, its terms where they are few, else how many there are; and what it comes to."""
        assert self.tree.path_to is not None
        if self.tree.paths > _FEW_PATHS:
            return [font(f"sum over {counted(self.tree.paths)} paths", 14), _equals("", 14)], _number(slope)
        values = [term.value for term in ChainRule(self.tree.output, self.tree.path_to).terms]
        terms, whole = that_add_up(values, slope)
        first, *others = [f"({told})" if at and told.startswith("-") else told for at, told in enumerate(terms)]
        sum_ = "&#160;+&#160;".join([first, *others]).replace("-", "−")
        return [font(sum_, 14), _equals("", 14)], whole.replace("-", "−")

    def _factors(self, ratio: str, edges: list[Edge], slope: str) -> list[str]:
        """Lines: the derivatives, what they are in symbols, what they are in numbers."""
        dot = font("&#160;·&#160;", 14)
        ratios = [ratio, _equals("", 14)]
        symbols: list[str] = []
        numbers: list[str] = []
        for edge in edges:
            assert isinstance(edge.operand, Value)
            assert isinstance(edge.value, Value)
            ratios += [fraction(self._d(edge.value, 12, LIT), self._d(edge.operand, 12, LIT), LIT), dot]
            symbol = self.called.product(edge.steps)
            if symbol != Number(1.0):  # a textbook writes no factor of 1
                symbols += [*_cells(symbol, 14, LIT, symbol.is_sum or (bool(symbols) and symbol.is_negative)), dot]
                text = "undefined" if edge.partial is None else _number(edge.partial)
                numbers.append(f"({text})" if text.startswith("−") else text)
        product = font("&#160;=&#160;" + "&#160;·&#160;".join(numbers or ["1"]) + "&#160;=&#160;", 14) + slope
        if len(edges) > _FACTORS_ON_A_LINE:
            return [line([ratio, product])]
        told = [_equals("", 14), *symbols[:-1]] if symbols else []
        if len(edges) <= _NAMED_ON_A_LINE:
            return [line([*ratios[:-1], *told]), product]
        return [line([ratio, *told]), product]

    def _around(self, graph: Any, title: str, legend: bool) -> None:
        """The title above, what stands below, and the legend where there is more room: beside or below."""
        box = self.layout.box
        middle = box.middle[0]
        if title:
            told = font(in_graphviz_html(title), 17)
            width, height = size_of(told)
            self._words(graph, "title", told, Box.around(middle, box.top - 16 - height / 2, (width, height)))
        bottom = box.bottom + 10
        notes = [font(in_graphviz_html(note), 11, QUIET) for note in self.tree.note]
        for name, lines in (("equation", self._equation()), ("note", notes)):
            sizes = [size_of(told) for told in lines]
            left = middle - max((width for width, _ in sizes), default=0.0) / 2
            for at, (told, (width, height)) in enumerate(zip(lines, sizes, strict=True)):
                bottom += 6 + height
                self._words(graph, f"{name}{at}", told, Box(left, bottom - height, left + width, bottom))
        if legend:
            is_high = box.bottom - box.top > box.right - box.left
            told = _legend(self.tree.path_to is not None, 1 if is_high else _LEGEND_COLUMNS)
            width, height = size_of(told)
            left, top = (box.right + 30, box.top) if is_high else (middle - width / 2, bottom + 24)
            self._words(graph, "legend", told, Box(left, top, left + width, top + height))

    def _words(self, graph: Any, name: str, told: str, box: Box) -> None:
        graph.node(name, f"<{told}>", shape="plain", pos=_point(box.middle), id=f"{self.prefix}{name}", tooltip=name)


def _legend(path: bool, columns: int) -> str:
    entries = [
        f'<TD>{font(mark, 14, color, bold=True)}</TD><TD ALIGN="LEFT">{font(text, 11, "#444444")}</TD>'
        for mark, color, text in (_LEGEND if path else _LEGEND[:-1])
    ]
    rows = [entries[at : at + columns] for at in range(0, len(entries), columns)]
    told = "".join(f"<TR>{'<TD></TD>'.join(row)}</TR>" for row in rows)
    return f'<TABLE BORDER="1" CELLBORDER="0" CELLSPACING="2" COLOR="#BBBBBB">{told}</TABLE>'


def _number(value: float) -> str:
    """A number; 0 has no sign."""
    return number(value or 0.0)


def _point(point: Point) -> str:
    """A point for DOT, in which y grows upwards."""
    return f"{point[0]:.1f},{-point[1]:.1f}"


def _corners(box: Box) -> str:
    return f"{box.left:.1f},{-box.bottom:.1f},{box.right:.1f},{-box.top:.1f}"


def _inches(points: float) -> str:
    return f"{points / 72:.3f}"


def _cells(symbol: Expression, size: float, color: str, enclosed: bool = False) -> list[str]:
    """An expression as cells: text, and labels with their scripts."""
    pieces: list[Piece] = []
    for piece in symbol.pieces():
        if pieces and isinstance(piece, str) and isinstance(pieces[-1], str):
            pieces[-1] += piece
        else:
            pieces.append(piece)
    if enclosed:
        pieces = ["(", *pieces, ")"]
    return [
        label(piece, size, color)
        if isinstance(piece, Label)
        else font(in_graphviz_html(piece).replace(" ", "&#160;"), size, color)
        for piece in pieces
    ]


def _equals(color: str, size: float = 12) -> str:
    return font("&#160;=&#160;", size, color)
