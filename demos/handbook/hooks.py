"""What mkdocs calls while it builds: public names that docstrings have in backticks become links to their pages."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))  # mkdocs runs this file by its path

from handbook.names import addresses

# What holds code that is no mention of a name, and a mention with what stands before it.
_PIECES = re.compile(
    r"(?P<held><(?P<tag>pre|a|h[1-6]|nav|svg)\b.*?</(?P=tag)>)|(?P<before><td>\s*|<li[^>]*>\s*)?<code>(?P<name>[\w.]+)(?P<call>\(\))?</code>",
    re.DOTALL,
)


def linked(html: str, page: str, where: dict[str, str]) -> str:
    """A page in which mentions are links.

    Parameters
    ----------
    html, page : str
        Its content, and its address within the reference.
    where : dict
        Addresses by name. A name that begins a cell or an item is a parameter's, unless it begins with a capital.
    """
    package = page.split("/")[0]

    def replaced(found: re.Match[str]) -> str:
        name = found["name"]
        address = None if name is None else where.get(f"{package}.{name}") or where.get(name)
        if address is None or address == page or (found["before"] and not name[0].isupper()):
            return found[0]
        shown = f"<code>{name}{found['call'] or ''}</code>"
        return f'{found["before"] or ""}<a href="{"../" * page.count("/")}{address}">{shown}</a>'

    return _PIECES.sub(replaced, html)


# A parameter's default as the docstring's reader guesses it: that of the first of "epochs, batch_size : int" for both,
# and the first of several choices. The signature above has the true ones.
_GUESSED = re.compile(r",\s*default:\s*<code>.*?</code>(?=\s*\))", re.DOTALL)


def without_guesses(html: str) -> str:
    """A page that says defaults in signatures alone."""
    return _GUESSED.sub("", html)


def on_page_content(html: str, page: Any, **_: Any) -> str:
    """Called by mkdocs with each page's HTML."""
    return linked(without_guesses(html), page.url, addresses())
