"""Derivative trees, as the document draws them: the local partial derivative on every edge."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from typing import Any

import graphviz

from . import rendering
from .errors import ArgumentError, DomainError, GraphError, OperandError, RenderError
from .graph import topological_order
from .labels import Label
from .markup import font, fraction, label, number, table
from .primitives import CONSTANT, LEAF, POWER, WEIGHTED_SUM
from .reverse import gradient, local_partial
from .value import Value

_LIT = "#B34700"
_PARAMETER, _SUM, _GIVEN, _COST, _QUIET = "#0072B2", "#009E73", "#CC79A7", "#D55E00", "#888888"
_WIDE = 8
_CALM = 40
_THROUGH = 2
_SHOWN_FIRST = 2
_SHOWN_ON_ONE_LINE = 6


@dataclass(frozen=True)
class Edge:
    """What a value is drawn to depend on, with the partial derivative (None where it does not exist)."""

    operand: Value
    value: Value
    partial: float | None


class Drawing:
    """A tree that is drawn: DOT in `source`, pictures by `save`, text by ``str()``.

    Notebooks show it by themselves.
    """

    def __init__(self, source: str, text: str) -> None:
        self.source = source
        self._text = text

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a picture; the suffix says which: ``.svg``, ``.png``, ``.pdf`` or ``.dot``."""
        rendering.save(self.source, path)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        bundle = {"text/plain": self._text}
        try:
            bundle["image/svg+xml"] = rendering.render(self.source, "svg").decode()
        except RenderError as error:
            bundle["text/plain"] += f"\n({error})"
        return bundle

    def __str__(self) -> str:
        return self._text


def draw(output: Value, path_to: Value | None = None, *, depth: int | None = None, max_nodes: int = 200) -> Drawing:
    """The graph behind a value, operands on top, the value at the bottom.

    Parameters
    ----------
    output : Value
        What to draw: a cost, say.
    path_to : Value, optional
        Light the paths from this value, and write the product of their partials below.
    depth : int, optional
        How many operations to look back.
    max_nodes : int
        How many nodes may be drawn. With `path_to`, a larger graph is drawn along the
        paths alone, what else they need being shown and not looked into.

    Returns
    -------
    Drawing

    Raises
    ------
    OperandError
        If `output` or `path_to` is not a Value.
    GraphError
        If `output` does not depend on `path_to`.
    ArgumentError
        If there are more than `max_nodes` nodes; the message has the number and the remedies.
    """
    for name, thing in (("output", output), ("path_to", path_to)):
        if not isinstance(thing, Value) and (name == "output" or thing is not None):
            raise OperandError(f"draw({name}): expected a Value, got {type(thing).__name__}")
    return _Tree(output, path_to, depth, max_nodes).drawing()


class _Tree:
    def __init__(self, output: Value, path_to: Value | None, depth: int | None, max_nodes: int) -> None:
        self.output, self.path_to = output, path_to
        self.lit = _between(output, path_to) if path_to is not None else {}
        self.uses: dict[Value, int] = {}
        for value in topological_order((output,), leaves=False):
            for operand in value.operands:
                self.uses[operand] = self.uses.get(operand, 0) + 1
        self.elided: dict[Value, list[int]] = {}
        self.edges = self._looked_into(depth, max_nodes, set())
        if self.lit and self._count() > min(_CALM, max_nodes):
            self.edges = self._looked_into(depth, max_nodes, set(self.lit))
        if self._count() > max_nodes:
            raise ArgumentError(
                f"draw: expected at most {max_nodes} nodes, got more ({self._count()} at least); "
                "give path_to=, a depth=, or a larger max_nodes="
            )
        shown = {output, *(edge.operand for edge in self.edges)}
        order = [value for value in topological_order((output,)) if value in shown]
        self.names = {value: f"v{i}" for i, value in enumerate(order)}
        self.opened = {edge.value for edge in self.edges}

    # What is shown

    def _looked_into(self, depth: int | None, max_nodes: int, only: set[Value]) -> list[Edge]:
        """Edges from the output back, breadth first; with `only`, of these values alone."""
        edges: list[Edge] = []
        self.elided = {}
        level, seen, at = [self.output], {self.output}, 0
        while level and (depth is None or at < depth) and len(seen) <= max_nodes + 1:
            following = []
            for value in level:
                if only and value not in only:
                    continue
                for edge in self._edges_into(value):
                    edges.append(edge)
                    if edge.operand not in seen:
                        seen.add(edge.operand)
                        following.append(edge.operand)
            level, at = following, at + 1
        return edges

    def _edges_into(self, value: Value) -> list[Edge]:
        """A value's edges; what has no name and serves nothing else is passed through, as C = (a - y)^2 is written."""
        edges = []
        shown = self._shown_operands(value)[::-1]
        waiting = [(Edge(value.operands[i], value, _partial(value, i)), 0) for i in shown]
        while waiting:
            edge, through = waiting.pop()
            inner = edge.operand
            nameless = inner._label is None and inner.operands and len(inner.operands) <= 2 and through < _THROUGH
            if value._label is None or not nameless or self.uses[inner] > 1 or inner is self.path_to:
                edges.append(edge)
                continue
            for i in self._shown_operands(inner)[::-1]:
                partials = (edge.partial, _partial(inner, i))
                product = None if None in partials else math.prod(p for p in partials if p is not None)
                waiting.append((Edge(inner.operands[i], value, product), through + 1))
        return edges

    def _shown_operands(self, value: Value) -> list[int]:
        """The operands' positions that are drawn: all, or of many the first, the last and those on the path."""
        count = len(value.operands)
        if value.primitive is POWER and value.operands[1].primitive is CONSTANT:
            return [0]
        if value.primitive is not WEIGHTED_SUM:
            if count <= _WIDE:
                return list(range(count))
            kept = {*range(_SHOWN_FIRST), count - 1, *(i for i, o in enumerate(value.operands) if o in self.lit)}
            self.elided[value] = [i for i in range(count) if i not in kept]
            return sorted(kept)
        pairs = count // 2
        bias = [2 * pairs] if count % 2 else []
        if count > _WIDE:
            on_path = {i % pairs for i, o in enumerate(value.operands[: 2 * pairs]) if o in self.lit}
            kept = {*range(_SHOWN_FIRST), pairs - 1, *sorted(on_path)[:_WIDE]}
            self.elided[value] = [i for i in range(pairs) if i not in kept]
        else:
            kept = set(range(pairs))
        return [index for pair in sorted(kept) for index in (pair, pairs + pair)] + bias

    def _count(self) -> int:
        return 1 + len({edge.operand for edge in self.edges}) + len(self.elided)

    # DOT

    def drawing(self) -> Drawing:
        below = self._equation()
        graph = graphviz.Digraph(
            graph_attr={
                "rankdir": "TB", "ranksep": "0.7", "nodesep": "0.35", "fontname": "DejaVu Serif", "labelloc": "b",
                "tooltip": _plain(self.output), **({"label": f"<{below}>"} if below else {}),
            },
            node_attr={"fontname": "DejaVu Serif", "penwidth": "1.5", "margin": "0.05"},
            edge_attr={"fontname": "DejaVu Serif", "arrowsize": "0.7"},
        )  # fmt: skip
        for value in self.names:
            self._node(graph, value)
        for at, edge in enumerate(self.edges):
            self._edge(graph, at, edge)
        for at, (value, hidden) in enumerate(self.elided.items()):
            if hidden:
                self._hidden(graph, f"h{at}", value, hidden)
        return Drawing(graph.source, self._text())

    def _node(self, graph: Any, value: Value) -> None:
        lit = value in self.lit
        closed = bool(value.operands) and value not in self.opened
        shape, color = self._looks(value)
        rows = [[self._title(value, 18)], [font(number(value._data), 10, "#444444")]]
        if value.primitive is not CONSTANT and value.grad:
            rows.append([font(f"grad {number(value.grad)}", 9, _QUIET)])
        graph.node(
            self.names[value],
            f"<{table(rows)}>",
            shape=shape,
            color=_LIT if lit and value is not self.output else color,
            penwidth="3" if lit else "1.5",
            style="dashed" if closed else "solid",
            tooltip=_plain(value),
        )

    def _looks(self, value: Value) -> tuple[str, str]:
        if value is self.output:
            return "octagon", _COST
        if value.primitive is LEAF:
            given = value._label is not None and value._label.base in ("x", "y")
            return "box", _GIVEN if given else _PARAMETER
        if value.primitive is CONSTANT:
            return "box", _GIVEN
        return "ellipse", _SUM if value.primitive is WEIGHTED_SUM else "#333333"

    def _title(self, value: Value, size: float, color: str = "") -> str:
        name = value._label
        if name is None:
            name = Label(number(value._data)) if value.primitive is CONSTANT else Label(_described(value))
            return label(name, size * 0.75, color)
        return label(name, size, color)

    def _edge(self, graph: Any, at: int, edge: Edge) -> None:
        lit = edge.operand in self.lit and edge.value in self.lit
        text = "undefined" if edge.partial is None else number(edge.partial)
        if lit:
            ratio = fraction(self._d(edge.value, 12, _LIT), self._d(edge.operand, 12, _LIT), _LIT)
            shown = table([["&#160;", ratio, font("&#160;=&#160;", 12, _LIT), font(text, 13, _LIT, bold=True)]])
        else:
            shown = table([["&#160;", font(text, 10, "#666666")]])
        graph.edge(
            self.names[edge.operand],
            self.names[edge.value],
            label=f"<{shown}>",
            id=f"e{at}",
            color=_LIT if lit else "#999999",
            penwidth="3.5" if lit else "1",
            tooltip=text if edge.partial is None else repr(edge.partial),
        )

    def _d(self, value: Value, size: float, color: str = "") -> str:
        """A value with ∂ before it."""
        return table([[font("∂", size, color), self._title(value, size, color)]])

    def _hidden(self, graph: Any, name: str, value: Value, hidden: list[int]) -> None:
        operands = value.operands
        if value.primitive is WEIGHTED_SUM:
            n = len(operands) // 2
            part = sum(operands[i]._data * operands[n + i]._data for i in hidden)
            told = [f"… {len(hidden)} more pairs", f"w·a sums to {number(part)}"]
        else:
            told = [f"… {len(hidden)} more"]
        rows = [[font(line, 10, "#444444")] for line in told]
        graph.node(name, f"<{table(rows)}>", shape="box", style="dashed,rounded", color=_QUIET, tooltip="elided")
        graph.edge(name, self.names[value], style="dashed", arrowhead="none", color=_QUIET)

    # The equation below

    def _equation(self) -> str:
        """The chain rule along the path: the product of the lit edges, or how many paths are summed."""
        if self.path_to is None:
            return ""
        slope = gradient(self.output, self.path_to)
        ratio = fraction(self._d(self.output, 14), self._d(self.path_to, 14))
        result = font(number(slope), 15, _LIT, bold=True)
        paths = self.lit[self.output]
        edges = self._path_edges()
        if paths > 1 or not edges:
            told = f"&#160;=&#160;sum over {paths:,} paths&#160;=&#160;" if paths > 1 else "&#160;=&#160;"
            return table([[ratio, font(told, 14), result]])
        cells = [ratio, font("&#160;=&#160;", 14)]
        if len(edges) <= _SHOWN_ON_ONE_LINE:
            for edge in edges:
                cells += [fraction(self._d(edge.value, 12, _LIT), self._d(edge.operand, 12, _LIT), _LIT), font("·", 14)]
            cells[-1] = font("&#160;=&#160;", 14)
        factors = "&#160;·&#160;".join(_factor(edge.partial) for edge in edges)
        return table([[*cells, font(f"{factors}&#160;=&#160;", 14), result]])

    def _path_edges(self) -> list[Edge]:
        """The lit edges from `path_to` to the output, where there is one path."""
        into = {edge.operand: edge for edge in self.edges if edge.operand in self.lit and edge.value in self.lit}
        edges, value = [], self.path_to
        while value is not None and value is not self.output and value in into:
            edges.append(into[value])
            value = into[value].value
        return edges if value is self.output else []

    # Text

    def _text(self) -> str:
        """The tree with the output on top, each value's operands below it, each value once."""
        operands: dict[Value, list[Edge]] = {}
        for edge in self.edges:
            operands.setdefault(edge.value, []).append(edge)
        lines: list[str] = []
        told: set[Value] = set()
        stack: list[tuple[Value, str, str, str]] = [(self.output, "", "", "")]
        while stack:
            value, first, rest, partial = stack.pop()
            again = value in told and value in operands
            mark = " *" if value in self.lit and self.path_to is not None else ""
            lines.append(f"{first}{_plain(value)}{partial}{mark}{' (see above)' if again else ''}")
            told.add(value)
            if again:
                continue
            own = operands.get(value, [])
            hidden = len(self.elided.get(value, []))
            for i, edge in reversed(list(enumerate(own))):
                last = i == len(own) - 1 and not hidden
                shown = "undefined" if edge.partial is None else number(edge.partial)
                branch, indent = ("└─ ", "   ") if last else ("├─ ", "│  ")
                stack.append((edge.operand, rest + branch, rest + indent, f"   ∂ = {shown}"))
            if hidden:
                lines.append(f"{rest}├─ … {hidden} more")
        return "\n".join(lines)


def _between(output: Value, start: Value) -> dict[Value, int]:
    """The values on paths from `start` to `output`, with the number of paths from `start` to each."""
    paths: dict[Value, int] = {start: 1}
    order = topological_order((output,))
    if start not in set(order):
        raise GraphError(f"draw(path_to): expected a value that the output depends on, got {start!r}")
    for value in order:
        count = sum(paths.get(operand, 0) for operand in value.operands)
        if count and value is not start:
            paths[value] = count
    return paths


def _partial(value: Value, index: int) -> float | None:
    try:
        return local_partial(value, index)
    except DomainError:
        return None


def _factor(partial: float | None) -> str:
    text = "undefined" if partial is None else number(partial)
    return f"({text})" if text.startswith("−") else text


def _described(value: Value) -> str:
    """A short name for a value that has none."""
    symbol = value.primitive.symbol
    if value.primitive is POWER and value.operands[1].primitive is CONSTANT:
        base = value.operands[0]
        inside = (
            str(base._label) if base._label is not None else _described(base) if base.operands else number(base._data)
        )
        exponent = Label("", number(value.operands[1]._data))
        return f"({inside}){exponent}" if base._label is None else f"{inside}{exponent}"
    operands = [
        str(o._label) if o._label is not None else number(o._data) if o.primitive is CONSTANT else "·"
        for o in value.operands
    ]
    if value.primitive.infix and len(operands) == 2:
        return f"{operands[0]} {symbol} {operands[1]}"
    return symbol if len(operands) > 2 else f"{symbol}({', '.join(operands)})" if operands else "value"


def _plain(value: Value) -> str:
    """A value as one line of text with full precision, safe in a tooltip."""
    name = str(value._label) if value._label is not None else _described(value) if value.operands else "value"
    clean = "".join(c for c in name if c.isprintable())[:80]
    return f"{clean} = {value._data!r}"
