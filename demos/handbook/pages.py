"""The pages of the reference as Markdown: one for each public name, the contents, and the gallery of pictures."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from pathlib import Path

import autograd
from gallery.chapters import CHAPTERS
from gallery.listing import called, place, source
from gallery.mathml import mathml
from gallery.page import Shown, alt_of, pictures_of, stepping_of
from gallery.picture import Chapter, Picture
from handbook.names import Name, errors, subjects

Nav = list[dict[str, object]]

_TITLE = "scalar-autograd"
_FILTER = '<input id="filter" type="search" placeholder="Find a name" aria-label="Find a name" autocomplete="off">'


def write_pages(docs: Path, shown: Mapping[str, Shown]) -> Nav:
    """Write all pages into a folder, in which the pictures lie under ``gallery/`` already; returns how they follow."""
    by_subject = subjects()
    _write(docs / "index.md", home(by_subject))
    for names in by_subject.values():
        for name in names:
            _write(docs / f"{name.page}.md", page_of(name))
    chapters = [chapter for chapter in CHAPTERS if shown.keys() & chapter.pictures.keys()]
    for chapter in chapters:
        _write(docs / f"gallery/{file_of(chapter)}.md", gallery_of(chapter, shown))
    return [
        {"Contents": "index.md"},
        {"Gallery": [{chapter.title: f"gallery/{file_of(chapter)}.md"} for chapter in chapters]},
        *({title: [{name.name: f"{name.page}.md"} for name in names]} for title, names in by_subject.items()),
    ]


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def home(by_subject: Mapping[str, Sequence[Name]]) -> str:
    """The first page: what the package is, and each public name with a line."""
    motto, _, example = (autograd.__doc__ or "").partition("\n\n")
    told = [f"# {_TITLE}", motto, f"```pycon\n{example.strip()}\n```", _FILTER]
    for title, names in by_subject.items():
        rows = "\n".join(f"- [`{name.path}`]({name.page}.md) {name.summary}" for name in names)
        told += [f"## {title}", rows]
    return "\n\n".join(told) + "\n"


def page_of(name: Name) -> str:
    """The page of a public name; that of the root of errors has all of them."""
    if name.name in errors():
        return f"# Errors\n\n::: {name.thing.__module__}\n    options:\n      show_root_heading: false\n"
    return f"::: {name.path}\n"


def file_of(chapter: Chapter) -> str:
    """The file of a chapter's page, without a suffix: its title's first words."""
    return "_".join(chapter.title.partition(":")[0].lower().split())


def gallery_of(chapter: Chapter, shown: Mapping[str, Shown]) -> str:
    """A chapter's pictures, each beside the code that made it."""
    told = [f"# {chapter.title}"]
    for name, picture in chapter.pictures.items():
        if name in shown:
            told.append(picture_of(name, picture, shown[name]))
    return "\n\n".join(told) + "\n"


def picture_of(name: str, picture: Picture, shown: Shown) -> str:
    """A picture's part of its chapter's page."""
    made, paths = shown
    equation = made.equation or picture.equation
    images = "\n".join(
        f'<div class="sheet"><img src="{path.name}" style="--natural: {width}px" '
        f'alt="{html.escape(alt_of(picture, made, at)).replace(chr(10), "&#10;")}"></div>'
        for at, (path, width) in enumerate(pictures_of(paths))
    )
    others = called(picture.make)
    names = ", ".join(f"`{other.__name__}`" for other in others)
    below = "\n\n\n".join(source(other) for other in others)
    parts = [
        f"## {picture.title} {{ #{name} }}",
        picture.told,
        f'<div class="equation">{mathml(equation)}</div>' if equation else "",
        images,
        f"```text\n{made.measured}\n```" if made.measured else "",
        stepping_of(paths),
        f'```python title="{place(picture.make)}"\n{source(picture.make)}\n```',
        f'??? note "It calls {names}"\n\n{_indented(f"```python{chr(10)}{below}{chr(10)}```")}' if others else "",
    ]
    return "\n\n".join(part for part in parts if part)


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" if line else "" for line in text.split("\n"))
