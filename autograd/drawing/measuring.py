"""How large markup will be when Graphviz has set it: places are found for it before it is drawn."""

from __future__ import annotations

from xml.etree import ElementTree

Size = tuple[float, float]
"""Width and height, in points."""

_LINE = 1.2
_BOLD = 1.1
_SIZE = 14.0
_OTHER = 1.0
# The widths of DejaVu Serif in hundredths of its size; other serifs are narrower.
_WIDTHS = {
    letter: width / 100
    for width, letters in {
        22: "′", 32: " ,.ijl'\xa0·", 36: "-/:;\\|f", 40: "!()IJ[]t²³₀₁₂₃₄₅₆₇₈₉", 48: 'r"', 52: "*_`sz∂ε",
        57: "?cvxyβρ", 60: "aekoγδηθ", 64: "$0123456789bdghnpqu{}√∛λμ", 67: "LTYPSσα", 72: "FZΣφAEVX∑BK",
        82: "CRDGOQω#+<=>U^~−×→≤≥≠∞w", 88: "HNΠ&", 94: "m", 102: "%@…MW",
    }.items()
    for letter in letters
}  # fmt: skip


def text_width(text: str, size: float, bold: bool = False) -> float:
    """The width of a line of text."""
    return sum(_WIDTHS.get(letter, _OTHER) for letter in text) * size * (_BOLD if bold else 1.0)


def size_of(markup: str) -> Size:
    """The width and height of a label in Graphviz's HTML, as `markup` makes them."""
    return _inline(ElementTree.fromstring(f"<X>{markup}</X>"), _SIZE, False) if markup else (0.0, 0.0)


def _inline(element: ElementTree.Element, size: float, bold: bool) -> Size:
    """What stands in a line: text, and tables."""
    size = float(element.get("POINT-SIZE", size))
    bold = bold or element.tag == "B"
    parts = [_text(element.text, size, bold)]
    for child in element:
        parts += [_table(child, size, bold) if child.tag == "TABLE" else _inline(child, size, bold)]
        parts += [_text(child.tail, size, bold)]
    return sum(width for width, _ in parts), max(height for _, height in parts)


def _text(text: str | None, size: float, bold: bool) -> Size:
    return (text_width(text, size, bold), size * _LINE) if text else (0.0, 0.0)


def _table(table: ElementTree.Element, size: float, bold: bool) -> Size:
    """The sum of the widest cells of columns and of the highest of rows; a cell over several rows shares among them."""
    spacing, padding = float(table.get("CELLSPACING", 2)), float(table.get("CELLPADDING", 2))
    widths: dict[int, float] = {}
    heights: dict[int, float] = {}
    taken: set[tuple[int, int]] = set()
    for row, cells in enumerate(table):
        column = 0
        for cell in cells:
            while (row, column) in taken:
                column += 1
            width, height = _inline(cell, size, bold)
            around = 2 * (padding + float(cell.get("BORDER", table.get("CELLBORDER", 1))))
            rows = range(row, row + int(cell.get("ROWSPAN", 1)))
            taken |= {(at, column) for at in rows}
            widths[column] = max(widths.get(column, 0.0), width + around, float(cell.get("WIDTH", 0)))
            for at in rows:
                heights[at] = max(heights.get(at, 0.0), (height + around) / len(rows))
            column += 1
    border = 2 * float(table.get("BORDER", 1))
    across = sum(widths.values()) + spacing * (len(widths) + 1) + border
    return across, sum(heights.values()) + spacing * (len(heights) + 1) + border
