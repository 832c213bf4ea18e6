"""Every picture of the document, drawn from live Values.

Run ``python demos/figures.py``; the pictures and a page that shows them beside
their code go into ``out/figures/``. ``--list`` tells their names, ``--only`` draws some.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from autograd.files import write_whole
from command import Parser, exit_code, make_folder, need_matplotlib
from gallery.chapters import CHAPTERS, PICTURES
from gallery.page import Shown, page
from gallery.picture import written


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw; returns the exit code: 2 where something given cannot be used."""
    options = _parser().parse_args(arguments)
    if options.list:
        print("\n".join(f"{name:<18}{picture.title}" for name, picture in PICTURES.items()))
        return 0
    return exit_code("figures.py", lambda: _draw_all(options.only or list(PICTURES), options.out))


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="figures.py", description="Every picture of the document, drawn from live Values.")
    parser.add_argument("--out", type=Path, default=Path("out/figures"), metavar="DIR", help="where the pictures go")
    parser.add_argument("--only", nargs="+", choices=PICTURES, metavar="NAME", help="draw these alone")
    parser.add_argument("--list", action="store_true", help="tell the names of the pictures")
    return parser


def _draw_all(names: Sequence[str], out: Path) -> None:
    need_matplotlib("")
    make_folder(out)
    began = time.perf_counter()
    shown = drawn(names, out, tell=True)
    write_whole(out / "index.html", page(CHAPTERS, shown).encode())
    print(f"{len(shown)} pictures in {time.perf_counter() - began:.1f} s: {out / 'index.html'}")


def drawn(names: Sequence[str], out: Path, tell: bool = False) -> dict[str, Shown]:
    """Pictures by name, each with what its making left and the files that were written into a folder."""
    shown: dict[str, Shown] = {}
    for name in dict.fromkeys(names):
        started = time.perf_counter()
        made = PICTURES[name].make()
        paths = written(made, out / name)
        shown[name] = made, paths
        if tell:
            files = ", ".join(path.name for path in paths)
            print(f"{name:<18}{time.perf_counter() - started:5.1f} s  {files}", flush=True)
    return shown


if __name__ == "__main__":
    sys.exit(main())
