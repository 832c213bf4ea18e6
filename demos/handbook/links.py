"""Every link of a folder of pages is followed: to files, to anchors in them, and to nothing that needs a network."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

_PLACES = {"a": "href", "link": "href", "img": "src", "script": "src", "source": "src", "iframe": "src"}
_ELSEWHERE = {"mailto", "data", "javascript"}


class Page(HTMLParser):
    """A page's anchors, and its links by the tag that has them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[tuple[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take down ids, names, and where a tag leads."""
        given = dict(attrs)
        self.anchors |= {name for name in (given.get("id"), given.get("name")) if name}
        address = given.get(_PLACES.get(tag, ""))
        if address is not None:
            self.links.append((tag if tag != "link" else f"link {given.get('rel')}", address))


def faults(folder: Path) -> list[str]:
    """A line for each link that leads nowhere, and each thing that a page would ask of a network."""
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in sorted(folder.rglob("*.html"))}
    if not pages:
        return [f"{folder}: expected pages, found none"]
    return [
        f"{path.relative_to(folder)}: {address}: {fault}"
        for path, page in pages.items()
        for tag, address in page.links
        if (fault := _fault(folder.resolve(), path.resolve(), tag, address, pages))
    ]


def _fault(folder: Path, path: Path, tag: str, address: str, pages: dict[Path, Page]) -> str:
    """What is wrong with a link, or nothing."""
    parts = urlsplit(address)
    if parts.scheme in _ELSEWHERE:
        return ""
    if parts.scheme or parts.netloc:
        return "" if tag in ("a", "link canonical") else f"a {tag} is loaded from elsewhere"
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    target = target / "index.html" if target.is_dir() else target
    if not target.is_relative_to(folder):
        return "leads out of the folder"
    if not target.is_file():
        return "no such file"
    anchors = {own.resolve(): page.anchors for own, page in pages.items()}.get(target)
    if parts.fragment and anchors is not None and unquote(parts.fragment) not in anchors:
        return "no such anchor"
    return ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the folders that are named; 1 where anything is wrong."""
    folders = [Path(name) for name in (sys.argv[1:] if arguments is None else arguments)]
    found = [fault for folder in folders for fault in faults(folder)]
    print("\n".join(found), end="\n" if found else "")
    return 1 if found or not folders else 0


if __name__ == "__main__":
    sys.exit(main())
