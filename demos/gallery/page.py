"""The page of the pictures: contents, and each picture with its equation and the code that made it."""

from __future__ import annotations

import base64
import html
import re
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

from autograd.pages.assemble import assembled
from gallery.listing import called, coloured, place, source
from gallery.mathml import mathml
from gallery.picture import DPI, Chapter, Made, Picture

TITLE = "Backpropagation in pictures"
_CSS_PER_INCH, _CSS_PER_POINT = 96, 96 / 72
_WIDEST_BESIDE = 720  # pixels; a picture that is wider has its code below
_TYPES = {".svg": "image/svg+xml", ".png": "image/png"}
STEP = "Step through it, forward and backward"
_LEAD = "Every number on this page was computed by the engine when the page was made, by the code beside each picture."

Shown = tuple[Made, Sequence[Path]]


def page(chapters: Sequence[Chapter], shown: Mapping[str, Shown]) -> str:
    """One HTML document with the pictures in it, of chapters that have any."""
    body = (
        f'<header class="head"><h1 class="file">{TITLE}</h1>'
        '<button id="theme" class="icon" type="button"></button></header>\n'
        f'<main class="gallery">\n<p class="lead">{_LEAD}</p>\n{chapters_of(chapters, shown)}\n</main>'
    )
    return assembled(TITLE, body, [STYLE], [], {})


STYLE = (Path(__file__).parent / "page.css").read_text(encoding="utf-8")


def chapters_of(chapters: Sequence[Chapter], shown: Mapping[str, Shown]) -> str:
    """The contents and the chapters, as HTML."""
    numbered = [
        (chapter, [(f"{at}.{number}", name) for number, name in enumerate(chapter.pictures, 1) if name in shown])
        for at, chapter in enumerate(chapters, 1)
    ]
    told = [(chapter, names) for chapter, names in numbered if names]
    sections = [
        f"<h2>{html.escape(chapter.title)}</h2>\n"
        + "\n".join(section(number, name, chapter.pictures[name], *shown[name]) for number, name in names)
        for chapter, names in told
    ]
    return "\n".join([contents(told), *sections])


def contents(told: Sequence[tuple[Chapter, Sequence[tuple[str, str]]]]) -> str:
    """Links to the pictures, by chapter."""
    columns = []
    for chapter, names in told:
        links = "".join(
            f'<li><a href="#{name}"><span class="place">{number}</span>'
            f"{html.escape(chapter.pictures[name].title)}</a></li>"
            for number, name in names
        )
        columns.append(f"<div><b>{html.escape(chapter.title)}</b><ol>{links}</ol></div>")
    return f'<nav class="contents" aria-label="Contents">{"".join(columns)}</nav>'


def section(number: str, name: str, picture: Picture, made: Made, paths: Sequence[Path]) -> str:
    """A picture with what belongs to it."""
    images = pictures_of(paths)
    widest = max(width for _, width in images)
    figures = "".join(
        f'<div class="sheet"><img src="{data_of(path)}" alt="{html.escape(alt_of(picture, made, at))}" '
        f'style="--natural: {width}px"></div>'
        for at, (path, width) in enumerate(images)
    )
    equation = made.equation or picture.equation
    return (
        f'<section id="{name}">\n<h3><a href="#{name}"><span class="place">{number}</span>'
        f"{html.escape(picture.title)}</a></h3>\n"
        f'<p class="told">{html.escape(picture.told)}</p>\n'
        + (f'<div class="equation">{mathml(equation)}</div>\n' if equation else "")
        + f'<div class="{"pair wide" if widest > _WIDEST_BESIDE else "pair"}">\n'
        f"<figure>{figures}{measured_of(made)}{stepping_of(paths)}</figure>\n"
        f"{listing_of(picture)}\n</div>\n</section>"
    )


def alt_of(picture: Picture, made: Made, at: int) -> str:
    """The text of a picture's image for those who do not see it: of all but the last, what it is alone."""
    return f"{picture.told} {made.heard}".strip() if at == len(made.images) - 1 else picture.title


def measured_of(made: Made) -> str:
    """What came out, below the picture."""
    return f'<figcaption class="measured">{html.escape(made.measured)}</figcaption>' if made.measured else ""


def stepping_of(paths: Sequence[Path]) -> str:
    """A link to the page that steps through a tree, where there is one."""
    pages = [path.name for path in paths if path.suffix == ".html"]
    return "".join(f'<p class="step"><a href="{name}">{STEP}</a></p>' for name in pages)


def listing_of(picture: Picture) -> str:
    """The code that made a picture, and what it calls behind a summary."""
    others = called(picture.make)
    below = ""
    if others:
        text = "\n\n\n".join(source(other) for other in others)
        names = ", ".join(other.__name__ for other in others)
        below = f"<details><summary>it calls {names}</summary><pre><code>{coloured(text)}</code></pre></details>"
    code = coloured(source(picture.make))
    return (
        f'<div class="listing"><div class="path">{place(picture.make)}</div><pre><code>{code}</code></pre>{below}</div>'
    )


def pictures_of(paths: Sequence[Path]) -> list[tuple[Path, int]]:
    """What is shown of written files, each with its natural width in pixels: SVG where there is one."""
    drawn = {path.stem for path in paths if path.suffix == ".svg"}
    return [(path, width_of(path)) for path in paths if path.suffix == ".svg" or path.stem not in drawn]


def width_of(path: Path) -> int:
    """An image's width in pixels of a page."""
    contents = path.read_bytes()
    if path.suffix == ".png":
        (width,) = struct.unpack(">I", contents[16:20])
        return round(width / DPI * _CSS_PER_INCH)
    _, _, width, _ = re.search(rb'viewBox="([^"]*)"', contents)[1].split()
    return round(float(width) * _CSS_PER_POINT)


def data_of(path: Path) -> str:
    """An image as an address that holds it."""
    return f"data:{_TYPES[path.suffix]};base64,{base64.b64encode(path.read_bytes()).decode()}"
