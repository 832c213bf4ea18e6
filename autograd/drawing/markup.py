"""Labels and numbers in Graphviz's HTML: user text comes out as text, whatever it holds."""

from __future__ import annotations

from ..labels import Label
from ..text import in_graphviz_html

_SCRIPT = 0.62


def font(text: str, size: float, color: str = "", bold: bool = False, italic: bool = False) -> str:
    """Text in a size; empty for empty text, which Graphviz refuses in tags."""
    if not text:
        return ""
    text = f"<B>{text}</B>" if bold else text
    text = f"<I>{text}</I>" if italic else text
    paint = f' COLOR="{color}"' if color else ""
    return f'<FONT POINT-SIZE="{size:g}"{paint}>{text}</FONT>'


def label(name: Label, size: float, color: str = "", before: str = "") -> str:
    """A label, after the text `before`, as a stacked table: tags for scripts are set wrongly by browsers.

    Aligned so that base and scripts stay together where the table is given more room.
    """
    base = font(before, size, color) + font(in_graphviz_html(name.base), size, color, italic=name.base.isalpha())
    above, below = in_graphviz_html(name.superscript), in_graphviz_html(name.subscript)
    if not above and not below:
        return table([[base or font("·", size, color)]])
    scripts = font(f"({above})" if above else "&#160;", size * _SCRIPT, color)
    lower = font(below or "&#160;", size * _SCRIPT, color, italic=bool(below))
    return (
        '<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0">'
        f'<TR><TD ROWSPAN="2" ALIGN="RIGHT" VALIGN="MIDDLE">{base}</TD>'
        f'<TD ALIGN="LEFT" VALIGN="BOTTOM">{scripts}</TD></TR>'
        f'<TR><TD ALIGN="LEFT" VALIGN="TOP">{lower}</TD></TR></TABLE>'
    )


def fraction(above: str, below: str, color: str = "") -> str:
    """Two rows with a line between them."""
    line = f' COLOR="{color}"' if color else ""
    return (
        f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1"{line}>'
        f'<TR><TD BORDER="1" SIDES="B">{above}</TD></TR><TR><TD>{below}</TD></TR></TABLE>'
    )


def table(rows: list[list[str]], align: str = "", padding: int = 1) -> str:
    """Cells in rows, without borders."""
    cell = f'<TD ALIGN="{align}">' if align else "<TD>"
    body = "".join("<TR>" + "".join(f"{cell}{content}</TD>" for content in row) + "</TR>" for row in rows)
    return f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="{padding}">{body}</TABLE>'


def line(cells: list[str]) -> str:
    """Cells beside each other without a space between them, as a formula is set."""
    return table([cells], padding=0)
