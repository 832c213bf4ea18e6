"""A page in one file: the data of a tree, and the scripts that step through it."""

from __future__ import annotations

import html
import os
from collections.abc import Callable
from pathlib import Path

from ..drawing.outline import outline_of
from ..drawing.tree import Tree
from ..errors import ArgumentError
from ..files import as_path, write_whole
from ..graph import topological_order
from ..javascript import rules_of
from ..pages.assemble import assembled, read
from ..primitives import Primitive
from ..text import in_xml
from ..value import Value
from ..words import attributes_told, keywords_told
from .graph import check_size
from .listing import listing_of
from .model import model_of

_HERE = Path(__file__).parent
_STYLES = ("frame.css", "stage.css", "sentence.css", "transport.css", "panel.css", "drag.css", "print.css")
_SCRIPTS = (
    "engine.js", "math.js", "steps.js", "model.js", "state.js",
    "layers.js", "curves.js", "places.js", "nodes.js", "labels.js", "stage.js", "zoom.js", "legend.js", "meanings.js",
    "sentence.js", "track.js", "transport.js", "keyboard.js", "print.js",
    "drag.js", "leaves.js", "paths.js", "chain.js", "downhill.js", "listing.js", "panel.js", "main.js",
)  # fmt: skip
_HEIGHT = 820


@attributes_told("page")
class Page:
    """A page that steps through a tree: HTML by ``str()``, a file by `save`; notebooks show it by themselves."""

    def __init__(self, text: str, title: str) -> None:
        self._text = text
        self._title = title

    @keywords_told("page.save")
    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the page, whole or not at all; the suffix is ``.html``.

        Raises
        ------
        ArgumentError
            If the suffix is another one or the file cannot be written.
        """
        path = as_path(path, "save(path)")
        if path.suffix.lower() != ".html":
            raise ArgumentError(f"save({str(path)!r}): expected the suffix .html, got {path.suffix!r}")
        write_whole(path, self._text.encode())

    def _repr_html_(self) -> str:
        """The page in a frame of its own, which can reach nothing of the notebook."""
        return (
            f'<iframe sandbox="allow-scripts" title="{html.escape(self._title)}" srcdoc="{html.escape(self._text)}" '
            f'style="width: 100%; height: {_HEIGHT}px; border: 0"></iframe>'
        )

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f'<page {self._title!r}, {len(self._text) // 1000} kB; print() or .save("page.html")>'


def page_of(output: Value, tree_of: Callable[[], Tree]) -> Page:
    """The page of a tree; `tree_of` makes the tree of `output`, which is not asked for where a page cannot hold it.

    Raises
    ------
    ArgumentError
        If the tree or its graph is larger than a page may be.
    """
    check_size(topological_order((output,)))
    tree = tree_of()
    written, unwritten = _rules(tree.order)
    model = model_of(tree, listing_of(tree.order), unwritten)
    (body,) = read(_HERE, "page.html")
    scripts = [written, *read(_HERE, *_SCRIPTS)]
    title = str(model["title"])
    body += _without_scripts(tree, title)
    return Page(assembled(title, body, read(_HERE, *_STYLES), scripts, {"model": model}), title)


def _without_scripts(tree: Tree, title: str) -> str:
    """What a reader has whose browser runs no scripts: the tree as text."""
    return (
        f'<noscript><style>.frame, .skip {{ display: none }}</style><div class="plain"><h1>{html.escape(title)}</h1>'
        "<p>This page steps through the tree by JavaScript, which is switched off here; the tree as text:</p>"
        f"<pre>{in_xml(outline_of(tree))}</pre></div></noscript>\n"
    )


def _rules(order: list[Value]) -> tuple[str, list[str]]:
    """The rules of a graph's operations in JavaScript; if some cannot be written none, and the names of those."""
    primitives = list(dict.fromkeys(value.primitive for value in order if value.operands))
    try:
        return rules_of(primitives), []
    except ArgumentError:
        names = [primitive.name for primitive in primitives]
        hard = [one.name for one in primitives if names.count(one.name) > 1 or not _is_writable(one)]
        return "const RULES = {};", list(dict.fromkeys(hard))


def _is_writable(primitive: Primitive) -> bool:
    try:
        return bool(rules_of([primitive]))
    except ArgumentError:
        return False
