"""The code that made a picture, as it stands in its file, with what it calls of this package."""

from __future__ import annotations

import html
import inspect
import io
import keyword
import sys
import tokenize
from collections.abc import Callable
from types import CodeType, FunctionType

_PACKAGE = "gallery."


def called(function: Callable[..., object]) -> list[Callable[..., object]]:
    """The functions of this package that one calls, and those that they call, each once; not itself."""
    found: list[Callable[..., object]] = []
    waiting = [function]
    while waiting:
        now = inspect.unwrap(waiting.pop(0))
        names = _names(now.__code__)
        for other in (now.__globals__[name] for name in names if name in now.__globals__):
            whole = inspect.unwrap(other) if callable(other) else other
            ours = isinstance(whole, FunctionType) and whole.__module__.startswith(_PACKAGE)
            if ours and other not in found and whole is not inspect.unwrap(function):
                found.append(other)
                waiting.append(other)
    return found


def _names(code: CodeType) -> list[str]:
    """The names that code reads, that of functions inside it too."""
    inside = [name for part in code.co_consts if isinstance(part, CodeType) for name in _names(part)]
    return [*code.co_names, *inside]


def source(function: Callable[..., object]) -> str:
    """A function's text in its file."""
    return inspect.getsource(inspect.unwrap(function)).rstrip()


def place(function: Callable[..., object]) -> str:
    """The module that a function stands in, as the path of its file within the demos."""
    return f"demos/{sys.modules[function.__module__].__name__.replace('.', '/')}.py"


def coloured(code: str) -> str:
    """Code as HTML, in which keywords, strings, comments and numbers bear a class."""
    lines = code.splitlines(keepends=True)
    told, row, column = [], 1, 0

    def until(end_row: int, end_column: int) -> str:
        """The text from where the last piece ended."""
        nonlocal row, column
        text = lines[row - 1][column:] if row < end_row else lines[row - 1][column:end_column]
        text += "".join(lines[row : end_row - 1])
        text += lines[end_row - 1][:end_column] if end_row > row else ""
        row, column = end_row, end_column
        return html.escape(text, quote=False)

    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        kind = _kind(token)
        if kind:
            told.append(until(*token.start))
            told.append(f'<span class="{kind}">{until(*token.end)}</span>')
    told.append(until(len(lines), len(lines[-1])))
    return "".join(told)


_KINDS = {tokenize.STRING: "string", tokenize.COMMENT: "comment", tokenize.NUMBER: "numeral"}
_FSTRING = {getattr(tokenize, name, -1): "string" for name in ("FSTRING_START", "FSTRING_MIDDLE", "FSTRING_END")}


def _kind(token: tokenize.TokenInfo) -> str:
    if token.type == tokenize.NAME and keyword.iskeyword(token.string):
        return "keyword"
    return {**_KINDS, **_FSTRING}.get(token.type, "") if token.string else ""
