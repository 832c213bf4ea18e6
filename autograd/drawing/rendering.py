"""DOT source to pictures: by `dot` from the PATH, else by pygraphviz, which bundles Graphviz's libraries."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from ..errors import RenderError
from ..text import in_xml

FORMATS = ("svg", "png", "pdf", "dot")
TIMEOUT = 60.0
"""Seconds that a layout may take."""

# In a process of its own, so that a layout that takes too long can be stopped.
_PYGRAPHVIZ = """
import sys, warnings
warnings.simplefilter("ignore")
import pygraphviz
source, path, form = sys.argv[1:]
pygraphviz.AGraph(filename=source).draw(path, format=form, prog="dot")
"""


def render(source: str, form: str) -> bytes:
    """A picture of a DOT graph.

    Parameters
    ----------
    source : str
        The graph in DOT.
    form : {"svg", "png", "pdf", "dot"}

    Raises
    ------
    RenderError
        If no renderer is installed, or it fails or takes longer than `TIMEOUT`.
    """
    if form == "dot":
        return source.encode()
    with tempfile.TemporaryDirectory() as folder:
        given, made = Path(folder, "tree.gv"), Path(folder, f"tree.{form}")
        given.write_text(source, encoding="utf-8")
        if shutil.which("dot"):
            command = ["dot", f"-T{form}", "-o", str(made), str(given)]
        elif importlib.util.find_spec("pygraphviz") is not None:
            command = [sys.executable, "-c", _PYGRAPHVIZ, str(given), str(made), form]
        else:
            raise RenderError(
                f"rendering {form}: expected Graphviz, found neither the program dot nor the package pygraphviz; "
                "install Graphviz, or pip install pygraphviz; print(drawing) tells the tree as text without either"
            )
        try:
            ended = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT, check=False)
        except subprocess.TimeoutExpired:
            raise RenderError(
                f"rendering {form}: expected a layout within {TIMEOUT:.0f} s, got none; draw fewer nodes"
            ) from None
        if ended.returncode or not made.is_file():
            raise RenderError(f"rendering {form}: Graphviz failed: {ended.stderr.strip()[-300:] or 'no message'}")
        return made.read_bytes()


def accessible(svg: str, title: str, description: str) -> str:
    """An SVG that is no wider than its page, and tells title and description to those who do not see it."""
    begin = svg.index(">", svg.index("<svg")) + 1
    told = f"\n<title>{in_xml(title)}</title>\n<desc>{in_xml(description)}</desc>"
    return svg[: begin - 1] + ' role="img" style="max-width: 100%; height: auto">' + told + svg[begin:]
