"""The user's own lines: those that made the values of a tree, found from where a page is asked for.

Nothing is noted while a graph is recorded. The lines are found afterwards: an assignment of the program whose name
stands now for a value of the graph, or holds such values, is the line that made it.
"""

from __future__ import annotations

import ast
import linecache
import sys
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from ..drawing.tree import Block, Node, Tree
from ..sources import OURS
from ..text import shown
from ..value import Value

_LONGEST_LINE, _MOST_LINES = 200, 40
_DEEPEST, _MOST_HELD = 12, 200_000


@dataclass(frozen=True)
class Listing:
    """The statements of a program that made a graph.

    Attributes
    ----------
    name : str
        The file's, or that of a cell.
    texts : list of str
        The statements' first lines, in order.
    makers : dict
        For values, by their identity, the line in `texts` that made them.
    """

    name: str
    texts: list[str]
    makers: dict[int, int]

    def lines_of(self, tree: Tree) -> dict[Node, int]:
        """The line of each node: its own, or that of the first node that uses it."""
        lines: dict[Node, int] = {}
        users: dict[Node, list[Node]] = {}
        for edge in tree.edges:
            users.setdefault(edge.operand, []).append(edge.value)
        for node in reversed(tree.nodes):
            members = node.members if isinstance(node, Block) else [node]
            own = [self.makers[id(value)] for value in members if id(value) in self.makers]
            found = own or [lines[user] for user in users.get(node, ()) if user in lines]
            if found:
                lines[node] = min(found)
        return lines


def listing_of(order: Iterable[Value]) -> Listing | None:
    """The caller's statements that made values of a graph; None where its program cannot be read, or has none."""
    frame = _caller()
    source, body = _program(frame)
    wanted = {id(value) for value in order}
    inside = frame.f_code.co_name == "<module>"
    last = sys.maxsize if _is_notebook(frame) else frame.f_lineno
    scope = body if inside else _function(body, frame)
    held = {**frame.f_globals, **frame.f_locals} if inside else dict(frame.f_locals)
    made: dict[int, list[int]] = {}
    for statement in _statements(scope, last):
        for name in _targets(statement):
            found = [identity for identity in _values(held.get(name)) if identity in wanted]
            made.setdefault(statement.lineno, []).extend(found)
    numbers = sorted(number for number, found in made.items() if found)
    if not numbers:
        return None
    numbers = sorted({*numbers, *[s.lineno for s in _statements(scope, sys.maxsize) if _is_backward(s)][:1]})
    numbers = numbers[-_MOST_LINES:]
    texts = source.split("\n")  # as the parser counts lines, which ends none at a form feed
    makers: dict[int, int] = {}
    for at, number in enumerate(numbers):
        for identity in made.get(number, ()):
            makers.setdefault(identity, at)  # where it first got a name
    return Listing(_name(frame), [shown(texts[number - 1].strip(), _LONGEST_LINE) for number in numbers], makers)


def _program(frame: FrameType) -> tuple[str, list[ast.stmt]]:
    """The text and the statements of a frame's file, or of all cells of a notebook that can be read."""
    cells = frame.f_globals.get("In")
    whole = "".join(linecache.getlines(frame.f_code.co_filename, frame.f_globals))
    texts = [cell for cell in cells if isinstance(cell, str)] if _is_notebook(frame) and cells else [whole]
    source = "\n".join(filter(_is_readable, texts))
    return source, _parsed(source)


def _parsed(source: str) -> list[ast.stmt]:
    """A program's statements; what Python warns of in it was told when it ran."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(source).body


def _is_readable(source: str) -> bool:
    """Whether a text is a program of Python, as a cell that begins with ``%`` is not."""
    try:
        _parsed(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _is_notebook(frame: FrameType) -> bool:
    return "get_ipython" in frame.f_globals and isinstance(frame.f_globals.get("In"), list)


def _caller() -> FrameType:
    """The innermost frame outside these packages."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(OURS):
        frame = frame.f_back
    return frame


def _name(frame: FrameType) -> str:
    return "notebook" if _is_notebook(frame) else shown(Path(frame.f_code.co_filename).name, 40)


def _function(body: list[ast.stmt], frame: FrameType) -> list[ast.stmt]:
    """The statements of the function that a frame runs."""
    for node in ast.walk(ast.Module(body, [])):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == frame.f_code.co_name:
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            if first == frame.f_code.co_firstlineno:
                return node.body
    return []


def _statements(body: Iterable[ast.stmt], last: int) -> Iterator[ast.stmt]:
    """The simple statements in order, those of loops and branches too, functions and classes left out."""
    for statement in body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if statement.lineno <= last and isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Expr):
            yield statement
        for inner in ("body", "orelse", "finalbody"):
            yield from _statements(getattr(statement, inner, ()), last)


def _targets(statement: ast.stmt) -> list[str]:
    """The names that a statement assigns to what it computes: a bare number, as in ``z = 0``, becomes no Value."""
    if isinstance(getattr(statement, "value", None), ast.Constant):
        return []
    targets = getattr(statement, "targets", None) or [getattr(statement, "target", None)]
    return [
        node.id for target in targets if target is not None for node in ast.walk(target) if isinstance(node, ast.Name)
    ]


def _is_backward(statement: ast.stmt) -> bool:
    call = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "backward"


def _values(thing: Any) -> Iterator[int]:
    """The identities of the Values that something is, or holds in lists, dicts and attributes."""
    waiting, seen = [(thing, 0)], set[int]()
    while waiting and len(seen) < _MOST_HELD:
        thing, depth = waiting.pop()
        if issubclass(type(thing), Value):
            yield id(thing)
        elif depth < _DEEPEST and id(thing) not in seen:
            seen.add(id(thing))
            waiting += [(part, depth + 1) for part in _parts(thing)]


def _parts(thing: Any) -> Iterable[Any]:
    """What a thing holds. None of its own methods is called: they may do, or raise, whatever they like."""
    kind = type(thing)
    if issubclass(kind, dict):
        return list(dict.values(thing))
    if issubclass(kind, list | tuple):
        return list((list if issubclass(kind, list) else tuple).__iter__(thing))
    if kind.__module__ == "builtins" or issubclass(kind, type):
        return ()
    try:
        return list(object.__getattribute__(thing, "__dict__").values())
    except AttributeError:
        return ()
