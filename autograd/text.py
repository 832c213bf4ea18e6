"""Users' text in every medium: whatever it holds, it comes out as text, printable, on one line, of bounded length.

`shown` makes the line; what a medium reads as a command, it gets escaped from
the function of that medium. All that users name goes through here: labels,
whatever is printed, drawn or written as LaTeX.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

LONGEST = 80

_GREEK = {"σ": r"\sigma ", "δ": r"\delta ", "α": r"\alpha ", "β": r"\beta ", "θ": r"\theta ", "λ": r"\lambda ",
          "μ": r"\mu ", "η": r"\eta ", "ε": r"\epsilon ", "ω": r"\omega ", "φ": r"\phi ", "ρ": r"\rho "}  # fmt: skip
_LATEX = {
    **_GREEK, "\\": r"\backslash ", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#",
    "%": r"\%", "_": r"\_", "^": r"\hat{}", "~": r"\sim ", "−": "-", " ": r"\ ",
}  # fmt: skip
_NO_NUMBERS = {"inf": r"\infty", "-inf": r"-\infty", "nan": r"\mathrm{NaN}"}


def shown(text: str, longest: int = LONGEST) -> str:
    """Text on one line of at most `longest` characters, without control characters, surrogates and marks of direction.

    White space of any kind becomes a space; of a text that is too long, an ellipsis says so.
    """
    kept = "".join(c if c.isprintable() else " " if c.isspace() else "" for c in text[:longest])
    return kept if len(text) <= longest else kept[: longest - 1] + "…"


def in_ascii(text: str) -> str:
    """Text for every terminal and file: other characters are written as their escapes."""
    return shown(text).replace("…", "...").encode("ascii", "backslashreplace").decode("ascii")


def in_latex(text: str) -> str:
    """Text for LaTeX's mathematics: every character stands for itself."""
    line = shown(text)
    told = "".join(_LATEX.get(letter, letter) for letter in line)
    return told.removesuffix(" ") if line[-1:] in _GREEK else told


def number_in_latex(value: float) -> str:
    """A number of four digits for LaTeX's mathematics, with a power of ten where it is very large or small."""
    told = f"{value or 0.0:.4g}"
    digits, e, exponent = told.partition("e")
    return rf"{digits} \cdot 10^{{{int(exponent)}}}" if e else _NO_NUMBERS.get(told, told)


def in_graphviz_html(text: str) -> str:
    """Text between the tags of a Graphviz label."""
    # Backslash escapes are expanded even here, and even where the backslash is an entity.
    return html.escape(shown(text).replace("\\", 2 * "\\"))


def in_dot(text: str, longest: int = LONGEST) -> str:
    """Text for a quoted string of DOT, such as a tooltip."""
    # Backslash escapes are expanded twice, and entities are read.
    return html.escape(shown(text, longest).replace("\\", 4 * "\\"))


def in_xml(text: str) -> str:
    """Lines of text for XML, none of them shortened."""
    return html.escape("\n".join(shown(line, len(line)) for line in text.split("\n")))


def html_table(heading: Sequence[str], rows: Iterable[Sequence[str]], above: str = "", below: str = "") -> str:
    """A table for a notebook, of text alone.

    Parameters
    ----------
    heading : sequence of str
    rows : iterable of sequences of str, as long as the heading
        What begins with a digit or a sign stands to the right.
    above, below : str
        Lines of text before and after it.
    """
    head = "".join(f'<th style="text-align: left; padding: 2px 8px">{in_xml(cell)}</th>' for cell in heading)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    lines = [in_xml(text).replace("\n", "<br>") for text in (above, below)]
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f"<div>{lines[0]}{table}{lines[1]}</div>"


def _cell(text: str) -> str:
    side = "right" if text[:1].isdigit() or text[:1] in ("-", "−", "+") else "left"
    return f'<td style="text-align: {side}; padding: 2px 8px">{in_xml(text)}</td>'
