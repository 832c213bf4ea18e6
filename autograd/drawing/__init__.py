"""`draw`: derivative trees, as the document draws them."""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
import webbrowser
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ArgumentError, OperandError, RenderError
from ..files import as_path, write_whole
from ..text import in_xml
from ..value import Value
from ..words import attributes_told, keywords_told
from . import rendering
from .layout import DIRECTIONS
from .outline import outline_of
from .partition import Collapse
from .picture import dot_of
from .tree import Tree
from .walk import tree_of

if TYPE_CHECKING:
    from ..stepping.page import Page

_PARTIALS = ("all", "path", "numbers", "none")
_FEW_EDGES = 8


@attributes_told("drawing")
class Drawing:
    """A tree that is drawn: DOT in `source`, pictures by `save`, text by ``str()``.

    Notebooks show it by themselves.
    """

    def __init__(self, source: str, text: str, title: str, page: Callable[[], Page] | None = None) -> None:
        self.source = source
        self._text = text
        self._title = title
        self._page = page

    @keywords_told("drawing.save")
    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a picture, whole or not at all; the suffix says which: ``.svg``, ``.png``, ``.pdf`` or ``.dot``.

        With ``.html`` it is the page that steps through the tree; see `page`.

        Raises
        ------
        ArgumentError
            If the suffix is not known, the file cannot be written, or the tree is too large for a page.
        RenderError
            If no renderer is installed, or it fails or takes too long.
        """
        path = as_path(path, "save(path)")
        form = path.suffix[1:].lower()
        if form == "html":
            return self.page().save(path)
        if form not in rendering.FORMATS:
            known = ", .".join((*rendering.FORMATS, "html"))
            raise ArgumentError(f"save({str(path)!r}): expected a suffix among .{known}, got {path.suffix!r}")
        write_whole(path, self._svg().encode() if form == "svg" else rendering.render(self.source, form))

    def page(self) -> Page:
        """A page that steps through the tree, forward value by value and backward edge by edge; see `Page`.

        It is one HTML file without network access, in which the leaves' numbers can be changed. Beside the tree stand
        the lines of the program that asks for it, as far as their variables still hold the values.

        Raises
        ------
        ArgumentError
            If more than 200 nodes are drawn, the graph behind them is too large for a page, or it is no tree of values.
        """
        if self._page is None:
            raise ArgumentError("page: expected a drawing made by autograd.draw, got another picture; save it as .svg")
        return self._page()

    def show(self) -> None:
        """Open the drawing where you are: below a notebook's cell, else in the browser, else as text."""
        shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
        if shell is not None and hasattr(shell, "kernel"):
            importlib.import_module("IPython.display").display(self)
            return
        try:
            page = f"<!doctype html><meta charset='utf-8'><title>{in_xml(self._title)}</title>\n{self._inline_svg()}"
        except RenderError as error:
            print(f"{self}\n({error})")
            return
        with tempfile.NamedTemporaryFile("w", suffix=".html", encoding="utf-8", delete=False) as file:
            file.write(page)
        if not webbrowser.open(Path(file.name).as_uri()):
            print(self)

    def _inline_svg(self) -> str:
        svg = self._svg()
        return svg[svg.index("<svg") :]

    def _svg(self) -> str:
        """The picture with a title and the tree as text for those who do not see it."""
        return rendering.accessible(rendering.render(self.source, "svg").decode(), self._title, self._text)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        bundle = {"text/plain": self._text}
        try:
            bundle["image/svg+xml"] = self._svg()
        except RenderError as error:
            bundle["text/plain"] += f"\n({error})"
        return bundle

    def __str__(self) -> str:
        return self._text

    __repr__ = __str__


@keywords_told("draw")
def draw(
    output: Value,
    path_to: Value | None = None,
    *,
    partials: str | None = None,
    depth: int | None = None,
    max_nodes: int = 200,
    collapse: Collapse = False,
    legend: bool = False,
    direction: str = "down",
    title: str = "",
) -> Drawing:
    """The graph behind a value: operands first, the value last, and the layers of a network in their order.

    Sums and products whose parts have no label and serve nothing else are one node, as z = w · x + b is; each edge
    bears the derivative by the operand that it comes from. What has no label is called by its part, z, a, w, x, b,
    y or C, where it plays one.

    Where a leaf's number was changed since, after a step of an optimiser say, the graph is
    drawn as it was, with a note that names the leaf.

    Parameters
    ----------
    output : Value
        What to draw: a cost, say.
    path_to : Value, optional
        Light the paths from this value, and write the product of their partials below.
    partials : {"all", "path", "numbers", "none"}, optional
        What edges bear: partial derivatives in symbols and numbers on all edges, or on the
        lit path and numbers elsewhere, or numbers alone, or nothing. If not given,
        ``"all"`` for a small tree and ``"path"`` for a larger.
    depth : int, optional
        How many operations to look back; a longer path is lit as far as it is drawn.
    max_nodes : int
        How many nodes may be drawn. A larger graph is drawn along the lit paths alone,
        what else they need being shown and not looked into, and the middle of long chains
        is left out.
    collapse : bool, str or int, or iterable of them
        Layers to draw as one node each: all of them with True, or those of some superscripts.
        A layer that is used again is one node still, which its own result leads into.
    legend : bool
        Whether to say what shapes and colours mean.
    direction : {"down", "right"}
        Where the value stands, seen from its operands: layers follow from top to bottom, or from left to right.
    title : str
        Stands above the tree, and is what a picture is called for those who do not see it.

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
        If an argument cannot be used, or there are more than `max_nodes` nodes; the message
        has the number and the remedies.
    """
    _check(output, path_to, partials, depth, max_nodes)
    _check_looks(direction, title)
    tree = tree_of(output, path_to, depth, max_nodes, collapse)
    chosen = partials or ("all" if len(tree.edges) <= _FEW_EDGES else "path")
    text = outline_of(tree)
    # Ids that two pictures on one page do not share, and that are the same from run to run.
    prefix = f"t{sha256(f'{chosen} {legend} {direction} {title} {text}'.encode()).hexdigest()[:8]}-"
    spoken = title or f"Derivative tree of {tree.names.plain(tree.output)}"
    # A page asks for the tree once more, which is cheaper than to keep it.
    page = partial(_page, output, partial(tree_of, output, path_to, depth, max_nodes, collapse))
    return Drawing(dot_of(tree, chosen, direction, title, legend, prefix), text, spoken, page)


def _page(output: Value, tree: Callable[[], Tree]) -> Page:
    from ..stepping.page import page_of  # which looks at trees

    return page_of(output, tree)


def _check(output: Any, path_to: Any, partials: Any, depth: Any, max_nodes: Any) -> None:
    """Raise for an argument of `draw` that cannot be used."""
    for name, thing in (("output", output), ("path_to", output if path_to is None else path_to)):
        if not isinstance(thing, Value):
            raise OperandError(f"draw({name}): expected a Value, got {type(thing).__name__}")
    if partials is not None and partials not in _PARTIALS:
        raise ArgumentError(f"draw(partials): expected one of {', '.join(map(repr, _PARTIALS))}, got {partials!r:.60}")
    for name, count in (("depth", 1 if depth is None else depth), ("max_nodes", max_nodes)):
        if isinstance(count, bool) or not isinstance(count, int) or count < 1:
            raise ArgumentError(f"draw({name}): expected a whole number of at least 1, got {count!r:.60}")


def _check_looks(direction: Any, title: Any) -> None:
    """Raise for what `draw` was told of the picture's looks that cannot be used."""
    if direction not in DIRECTIONS:
        known = ", ".join(map(repr, DIRECTIONS))
        raise ArgumentError(f"draw(direction): expected one of {known}, got {direction!r:.60}")
    if not isinstance(title, str):
        raise ArgumentError(f"draw(title): expected a str, got {type(title).__name__}")
