"""A tree as text, for terminals and wherever there is no renderer."""

from __future__ import annotations

from ..formulas.naming import Names
from ..reals import number
from ..text import shown
from .tree import Block, Edge, Node, Tree


def outline_of(tree: Tree) -> str:
    """The output on top, each node's operands below it, each looked into once."""
    into: dict[Node, list[Edge]] = {}
    for edge in tree.edges:
        into.setdefault(edge.value, []).append(edge)
    names, lines = tree.names, list[str]()
    told: set[Node] = set()
    stack: list[tuple[Node, str, str, str]] = [(tree.output, "", "", "")]
    while stack:
        node, first, rest, partial = stack.pop()
        again = node in told and node in into
        mark = " *" if tree.lit(node) and tree.path_to is not None else ""
        lines.append(f"{first}{_named(node, names)}{partial}{mark}{' (see above)' if again else ''}")
        told.add(node)
        if again:
            continue
        own = into.get(node, [])
        for i, edge in reversed(list(enumerate(own))):
            branch, indent = ("└─ ", "   ") if i == len(own) - 1 else ("├─ ", "│  ")
            stack.append((edge.operand, rest + branch, rest + indent, _partial(edge)))
    return "\n".join([*lines, *map(shown, tree.note)])


def _named(node: Node, names: Names) -> str:
    return ": ".join(map(shown, [node.title, *node.told])) if isinstance(node, Block) else names.plain(node)


def _partial(edge: Edge) -> str:
    if edge.count is not None:
        return f"   {edge.count:,} edge{'' if edge.count == 1 else 's'}" if edge.count else ""
    return f"   ∂ = {'undefined' if edge.partial is None else number(edge.partial)}"
