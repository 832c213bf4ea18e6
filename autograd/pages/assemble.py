"""A page in one file: styles, scripts and data are put inside, and a policy forbids it the network."""

from __future__ import annotations

import base64
import html
import json
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..text import shown

_HERE = Path(__file__).parent
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'"
)
_LONGEST_TITLE = 120
# What would end a script, or begin a comment of HTML's inside it, even within a string of JavaScript.
_ENDS_SCRIPT = re.compile(r"<(?=/?script|!--)", re.IGNORECASE)
_IN_JSON = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}


def assembled(title: str, body: str, styles: Sequence[str], scripts: Sequence[str], data: Mapping[str, object]) -> str:
    """An HTML document that is whole in itself; the theme of all pages comes before its styles and scripts.

    Parameters
    ----------
    title : str
        Users' text: it is shortened and escaped.
    body : str
        HTML, in which all that users wrote is escaped already. An element ``id="theme"`` becomes the button
        that changes from light to dark.
    styles, scripts : sequence of str
        CSS and JavaScript. The scripts share one scope, in which ``unpacked`` reads what `packed` wrote and
        ``dataOf(id)`` what is in `data`.
    data : mapping of str to JSON
        By the id of the script that holds each; NaN and infinities become ``"nan"``, ``"inf"`` and ``"-inf"``.
    """
    style = "\n".join([*read(_HERE, "theme.css"), *styles])
    script = "\n".join(["'use strict';", *read(_HERE, "packing.js", "theme.js", "mathematics.js"), *scripts])
    script = _ENDS_SCRIPT.sub(lambda found: "\\x3C", script)
    held = "\n".join(
        f'<script type="application/json" id="{html.escape(name)}">{as_json(thing)}</script>'
        for name, thing in data.items()
    )
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(shown(title, _LONGEST_TITLE))}</title>\n"
        f"<style>\n{style}\n</style>\n</head>\n<body>\n{body}\n{held}\n"
        f"<script>\n{script}\n</script>\n</body>\n</html>\n"
    )


def read(folder: Path, *names: str) -> list[str]:
    """The texts of files that lie beside the code."""
    return [(folder / name).read_text(encoding="utf-8") for name in names]


def as_json(thing: object) -> str:
    """JSON that may stand in a script: ASCII alone, and nothing that HTML would read."""
    text = json.dumps(_finite(thing), separators=(",", ":"), allow_nan=False)
    return "".join(_IN_JSON.get(letter, letter) for letter in text)


def _finite(thing: Any) -> Any:
    """The same with the numbers that JSON has not as their names."""
    if isinstance(thing, float):
        return thing if math.isfinite(thing) else str(float(thing))
    if isinstance(thing, Mapping):
        return {key: _finite(part) for key, part in thing.items()}
    return [_finite(part) for part in thing] if isinstance(thing, list | tuple) else thing


def packed(numbers: NDArray[Any]) -> str:
    """An array's bytes, the lowest first, in base 64; ``unpacked(text, Float64Array)`` reads them in the page."""
    return base64.b64encode(np.ascontiguousarray(numbers, numbers.dtype.newbyteorder("<")).tobytes()).decode()
