"""A tree as the data of its page: nodes, edges, formulas, the user's lines."""

from __future__ import annotations

from collections.abc import Sequence

from ..drawing.tree import Block, Node, Tree
from ..errors import ArgumentError
from ..labels import Label
from ..primitives import ADD, CONSTANT, LEAF, SUBTRACT, TOTAL, WEIGHTED_SUM
from ..text import shown
from ..value import Value
from .formulas import Formulas, as_shown, ways_of
from .graph import LETTERS, packed_graph
from .listing import Listing

MOST_NODES = 200
"""How many nodes a page steps through."""

_SUMS = {WEIGHTED_SUM, ADD, SUBTRACT, TOTAL}


def model_of(tree: Tree, listing: Listing | None, unwritten: Sequence[str] = ()) -> dict[str, object]:
    """What the page of a tree is given, as JSON.

    Parameters
    ----------
    tree : Tree
    listing : Listing or None
        The user's own lines, if they were found.
    unwritten : sequence of str
        The operations of whose rules the page has none, so that no leaf can be changed.

    Raises
    ------
    ArgumentError
        If there are more nodes than a page steps through.
    """
    if len(tree.nodes) > MOST_NODES:
        raise ArgumentError(
            f"page: expected at most {MOST_NODES} nodes to step through, got {len(tree.nodes):,}; draw fewer: "
            "max_nodes=200, depth=, path_to=, or collapse=True for a network's layers"
        )
    formulas = Formulas(tree)
    lines = listing.lines_of(tree) if listing is not None else {}
    hidden = _hidden(tree)
    at = {node: i for i, node in enumerate(tree.nodes)}
    layers = {node: name for name, members in tree.layers.items() for node in members}
    nodes = [
        {
            **(_block(node) if isinstance(node, Block) else _value(node, tree, formulas)),
            "id": i,
            "line": lines.get(node),
            "layer": layers.get(node, ""),
            "hidden": node in hidden,
        }
        for i, node in enumerate(tree.nodes)
    ]
    # In the order of each value's operands, which is breadth first for all.
    edges = [
        {
            "from": at[edge.operand],
            "to": at[edge.value],
            "ways": formulas.ways(edge),
            "symbol": formulas.partial(edge),
            "count": edge.count,
        }
        for edge in tree.edges
    ]
    return {
        "graph": packed_graph(tree.order, rules=not unwritten),
        "rules": not unwritten,
        "nodes": nodes,
        "edges": edges,
        "start": None if tree.path_to is None else at.get(tree.path_to),
        "names": formulas.names(),
        "formula": formulas.whole(),
        "title": f"{_title(tree, listing)}, step by step",
        "file": listing.name if listing is not None else "",
        "lines": listing.texts if listing is not None else [],
        "note": [shown(line, 200) for line in [*tree.note, *_fixed(unwritten)]],
    }


def _fixed(unwritten: Sequence[str]) -> list[str]:
    """Why no number of a page can be changed, if so."""
    if not unwritten:
        return []
    return [
        f"No number can be changed here: the page has no rule for {' and '.join(unwritten)}, only what Python found."
    ]


def _title(tree: Tree, listing: Listing | None) -> str:
    """What a page is called: the output's name, or that of the program."""
    if tree.output.label is not None:
        return shown(str(tree.output.label))
    return listing.name if listing is not None else "your program"


def _value(value: Value, tree: Tree, formulas: Formulas) -> dict[str, object]:
    """What is said of a value that is a node of its own."""
    return {
        "value": formulas.place[value],
        "kind": _kind(value, tree, formulas.label(value).base),
        "label": as_shown(formulas.label(value)),
        "pieces": formulas.definition(value),
        "title": formulas.plain(value),
        "told": [],
        "leaf": not value.operands,
        "fixed": value.primitive is CONSTANT,
        "operation": value.primitive.name if value.operands else "",
    }


def _block(block: Block) -> dict[str, object]:
    return {
        "value": None,
        "kind": "block",
        "label": as_shown(Label(block.title)),
        "pieces": None,
        "title": shown(block.title),
        "told": [shown(line) for line in block.told],
        "leaf": block.kind in ("leaves", "rest"),
        "fixed": all(member.primitive is CONSTANT for member in block.members),
        "operation": block.kind,
        "members": len(block.members),
    }


def _kind(value: Value, tree: Tree, letter: str) -> str:
    """What a node is to a reader of the document, which its shape and colour tell."""
    if value is tree.output and value.operands:
        return "cost"
    if value.primitive is CONSTANT:
        return LETTERS.get(letter, "constant")
    if value.primitive is LEAF:
        return LETTERS.get(letter, "parameter")
    if value.primitive in _SUMS or letter == "z":
        return "sum"
    return "activation" if value.primitive.primed or letter == "a" else "operation"


def _hidden(tree: Tree) -> set[Node]:
    """The nodes that are used in ways which no edge tells one by one: a step says what comes along those."""
    values = {node for node in tree.nodes if isinstance(node, Value)}
    ways: dict[Value, int] = {}  # from a value that is no node, to nodes
    for value in reversed(tree.order):
        more = 1 if value in values else ways.get(value, 0)
        for operand in (value.operands[i] for i in tree.names.merged.positions(value)):  # terms of 0 bring nothing
            ways[operand] = ways.get(operand, 0) + more
    told: dict[Node, int] = {}
    for edge in tree.edges:
        told[edge.operand] = told.get(edge.operand, 0) + len(ways_of(edge))
    return {value for value in values if ways.get(value, 0) != told.get(value, 0)}
