"""How a module is told by what it holds: on one line where that fits, else a line each."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from textwrap import indent

_WIDTH = 80
_MOST = 60


def outlined(kind: str, members: Iterable[str]) -> str:
    """A class with its members in brackets, such as ``"Cell(before[3, 3], read: Layer(3 -> 1, linear))"``.

    Parameters
    ----------
    kind : str
    members : iterable of str
        Of very many the first are told. One of several lines makes the others stand on lines of their own, too.
    """
    told = list(islice(members, _MOST + 1))
    told[_MOST:] = ["..."] * (len(told) > _MOST)
    line = f"{kind}({', '.join(told)})"
    if len(line) <= _WIDTH and "\n" not in line:
        return line
    inner = "\n".join(indent(member, "  ") for member in told)
    return f"{kind}(\n{inner}\n)"
