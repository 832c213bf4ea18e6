"""The API reference, from the docstrings, with the gallery of pictures beside their code.

Run ``python demos/reference.py``; the pages go into ``out/reference/``, and
every link in them is followed. What builds them is the extra ``docs``.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from autograd.errors import RenderError
from command import Parser, exit_code, make_folder, need_matplotlib
from figures import drawn
from gallery.chapters import PICTURES
from handbook.build import build, need_mkdocs
from handbook.links import faults
from handbook.pages import write_pages


def main(arguments: Sequence[str] | None = None) -> int:
    """Build; returns the exit code: 2 where something given cannot be used, or a link leads nowhere."""
    parser = Parser(prog="reference.py", description="The API reference, with the gallery of pictures.")
    parser.add_argument("--out", type=Path, default=Path("out/reference"), metavar="DIR", help="where the pages go")
    options = parser.parse_args(arguments)
    return exit_code("reference.py", lambda: _build(options.out))


def _build(out: Path) -> None:
    need_mkdocs()
    need_matplotlib("")
    make_folder(out)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        docs = Path(folder) / "docs"
        (docs / "gallery").mkdir(parents=True)
        nav = write_pages(docs, drawn(list(PICTURES), docs / "gallery"))
        build(docs, nav, out)
    broken = faults(out)
    if broken:
        raise RenderError("\n".join(["expected every link to lead somewhere, got:", *broken]))
    pages = sum(1 for _ in out.rglob("*.html"))
    print(f"{pages} pages in {time.perf_counter() - began:.1f} s, no broken link: {out / 'index.html'}")


if __name__ == "__main__":
    sys.exit(main())
