"""The functions that rules call, as text: those needed, and what these need."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from .expressions import atom, statements
from .namespace import READ

_DEFINITION = re.compile(r"^const (\w+) =", re.MULTILINE)
_COMMENT = re.compile(r"^\s*//.*\n?", re.MULTILINE)
_WORD = re.compile(r"(?<!\w)(?<![^.]\.)[A-Za-z_]\w*")
_PARAMETERS = ["a", "b"]


@cache
def _written() -> dict[str, str]:
    """Every definition by its name, each after those that its first line may need at once."""
    text = _COMMENT.sub("", files(__package__).joinpath("functions.js").read_text(encoding="utf-8"))
    starts = [*_DEFINITION.finditer(text)]
    ends = [*(start.start() for start in starts[1:]), len(text)]
    return {start[1]: text[start.start() : end].strip() for start, end in zip(starts, ends, strict=True)}


@cache
def _read(name: str) -> str:
    """A function that is read from a rule of `special`."""
    function = READ[name]
    parameters = _PARAMETERS[: function.__code__.co_argcount]
    body = "\n".join(f"  {line}" for line in statements(function(*map(atom, parameters))))
    return f"const {name} = ({', '.join(parameters)}) => {{\n{body}\n}};"


def _definition(name: str) -> str | None:
    return _read(name) if name in READ else _written().get(name)


def functions_in(texts: Iterable[str]) -> list[str]:
    """The definitions of the functions that texts call, and of what these call, in an order that can be run."""
    found: dict[str, str] = {}
    names = [word for text in texts for word in _WORD.findall(text)]
    while names:
        name = names.pop()
        definition = None if name in found else _definition(name)
        if definition is not None:
            found[name] = definition
            names += _WORD.findall(definition)
    order = [*_written(), *READ]
    return [found[name] for name in sorted(found, key=order.index)]
