"""The LaTeX of formulas as MathML, which browsers set without a network, readers hear, and a phone can wrap."""

from __future__ import annotations

import html
import re

_TOKEN = re.compile(r"\\text\{[^{}]*\}|\\(?:begin|end)\{cases\}|\\[A-Za-z]+|\\\\|\d+(?:\.\d+)?|[^\s]")
_LETTERS = {r"\sigma": "σ", r"\eta": "η"}
_UPRIGHT = {r"\partial": "∂", r"\nabla": "∇"}
_SIGNS = {r"\cdot": "·", r"\leftarrow": "←", r"\dots": "…", "-": "−"}
_NO_BREAK = "\N{NO-BREAK SPACE}"
_RELATIONS, _BREAK = ("=", r"\leftarrow"), r"\\"


def mathml(latex: str) -> str:
    """A formula as one or more ``<math>`` elements, between which a line may break: before what it equals.

    Two backslashes between equations break it always.

    Parameters
    ----------
    latex : str
        Of fractions, scripts, sums, delimiters, cases, letters and numbers.

    Raises
    ------
    ValueError
        Where a command is not known.
    """
    told, part, depth = [], [], 0  # type: list[str], list[str], int
    for token in _TOKEN.findall(latex):
        depth += _opens(token)
        if depth == 0 and token in (*_RELATIONS, _BREAK):
            told += [_element(part), "<br>" if token == _BREAK else "<wbr>"]
            part = []
        if depth or token != _BREAK:
            part.append(token)
    return "".join([*told, _element(part)])


def _element(tokens: list[str]) -> str:
    return f'<math displaystyle="true">{_row(tokens)}</math>'


def _opens(token: str) -> int:
    """By how much a token goes deeper."""
    inwards, outwards = ("{", r"\left", r"\begin{cases}"), ("}", r"\right", r"\end{cases}")
    return (token in inwards) - (token in outwards)


def _row(tokens: list[str]) -> str:
    """Tokens, all of them, side by side."""
    told, at = [], 0
    while at < len(tokens):
        element, at = _scripted(tokens, at)
        told.append(element)
    return "".join(told)


def _scripted(tokens: list[str], at: int) -> tuple[str, int]:
    """What stands at a place with what is above and below it, and where it ends."""
    summed = tokens[at] == r"\sum"
    base, at = _atom(tokens, at)
    above, below = "", ""
    if at < len(tokens) and tokens[at] == "'":
        base, at = f'<mrow>{base}<mo lspace="0" rspace="0">′</mo></mrow>', at + 1
    while at < len(tokens) and tokens[at] in "^_":
        sign = tokens[at]
        script, at = _atom(tokens, at + 1)
        if sign == "_":
            below += script
        else:
            above += script
    if not above and not below:
        return base, at
    kind = {(True, False): "over", (False, True): "under", (True, True): "underover"}[bool(above), bool(below)]
    name = f"m{kind}" if summed else {"over": "msup", "under": "msub", "underover": "msubsup"}[kind]
    scripts = "".join(f"<mrow>{script}</mrow>" for script in (below, above) if script)
    return f"<{name}>{base}{scripts}</{name}>", at


def _atom(tokens: list[str], at: int) -> tuple[str, int]:
    """One thing without its scripts, and where it ends."""
    token = tokens[at]
    if token == "{":
        end = _end(tokens, at)
        return f"<mrow>{_row(tokens[at + 1 : end])}</mrow>", end + 1
    if token == r"\frac":
        above, at = _atom(tokens, at + 1)
        below, at = _atom(tokens, at)
        return f"<mfrac>{above}{below}</mfrac>", at
    if token == r"\left":
        end = _end(tokens, at)
        inside = _row(tokens[at + 2 : end])
        return f"<mrow>{_fence(tokens[at + 1])}{inside}{_fence(tokens[end + 1])}</mrow>", end + 2
    if token == r"\begin{cases}":
        end = _end(tokens, at)
        return f'<mrow>{_fence("{")}<mtable displaystyle="true">{_cases(tokens[at + 1 : end])}</mtable></mrow>', end + 1
    return _sign(token), at + 1


def _end(tokens: list[str], at: int) -> int:
    """Where what opens at a place is closed."""
    depth = 0
    for place in range(at, len(tokens)):
        depth += _opens(tokens[place])
        if depth == 0:
            return place
    raise ValueError(f"expected {tokens[at]!r} to be closed, got {' '.join(tokens[at:])!r}")


def _cases(tokens: list[str]) -> str:
    """The rows of a table, divided by ``\\\\``, and their cells, divided by ``&``."""
    rows = [[[]]]  # type: list[list[list[str]]]
    depth = 0
    for token in tokens:
        depth += _opens(token)
        if depth == 0 and token == _BREAK:
            rows.append([[]])
        elif depth == 0 and token == "&":
            rows[-1].append([])
        else:
            rows[-1][-1].append(token)
    cells = ("".join(f'<mtd style="text-align: left">{_row(cell)}</mtd>' for cell in row) for row in rows)
    return "".join(f"<mtr>{row}</mtr>" for row in cells)


def _fence(sign: str) -> str:
    return f'<mo stretchy="true">{sign}</mo>'


def _sign(token: str) -> str:
    """A letter, number or sign as an element."""
    if token[0].isdigit():
        return f"<mn>{token}</mn>"
    if token in _LETTERS or token.isalpha():
        return f"<mi>{_LETTERS.get(token, token)}</mi>"
    if token in _UPRIGHT:
        return f'<mi class="upright" mathvariant="normal">{_UPRIGHT[token]}</mi>'
    if token == r"\sum":
        return '<mo largeop="true" movablelimits="false">∑</mo>'
    if token.startswith(r"\text{"):
        return f"<mtext>{html.escape(token[6:-1])}</mtext>".replace(" ", _NO_BREAK)
    if token.startswith("\\") and token not in _SIGNS:
        raise ValueError(f"expected a command of formulas, got {token!r}")
    if token in "()":
        return f'<mo stretchy="false">{token}</mo>'
    return f"<mo>{html.escape(_SIGNS.get(token, token))}</mo>"
