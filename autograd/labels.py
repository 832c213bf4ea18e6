"""Structured labels: a base letter with a superscript and a subscript.

``Label("w", "L", "jk")`` is the weight w^L_jk of the document, and each rendering says how its medium writes that.
A string is read once, as labels are printed, where it becomes one (`Label.of`); what is no printed label is a base.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .errors import OperandError
from .text import in_latex, shown
from .words import attributes_told

_SUPERSCRIPTS = str.maketrans("0123456789+-()LTijknmabcdefghlopqrstuvwxyz",
                              "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ᴸᵀⁱʲᵏⁿᵐᵃᵇᶜᵈᵉᶠᵍʰˡᵒᵖ𐞥ʳˢᵗᵘᵛʷˣʸᶻ")  # fmt: skip
_SUBSCRIPTS = str.maketrans("0123456789+-()aehijklmnoprstuvx,",
                            "₀₁₂₃₄₅₆₇₈₉₊₋₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ,")  # fmt: skip
_LOWERED = {raised: plain for plain, raised in _SUPERSCRIPTS.items()}
_RAISED = {lowered: plain for plain, lowered in _SUBSCRIPTS.items()}


def _printed() -> re.Pattern[str]:
    """What a printed label is: a letter or word, then what is above and below it, in either order."""
    above, below = "".join(map(chr, _LOWERED)), "".join(map(chr, _RAISED)).replace(",", "")
    letter = rf"(?:(?![{above}{below}])[^\W_])"
    told = rf"(?:\{{[^{{}}]+\}}|\([^()]+\)|(?:{letter}|[-+−,.'*])+)"  # as in w^{{L}}_{{jk}}, w^(L)_(jk), w^L_jk
    up, down = rf"(?:\^{told}|[{above}]+)", rf"(?:_{told}|[{below}][{below},]*)"
    return re.compile(rf"(?!\d)({letter}+'*)(?:({up})({down})?|({down})({up})?)")


_PRINTED = _printed()


@attributes_told("label")
@dataclass(frozen=True, slots=True)
class Label:
    """A name as mathematics writes it.

    Parameters
    ----------
    base : str
        The letter or word, such as ``"w"``.
    superscript : str, optional
        Set above, such as the layer ``"L"``; not an exponent.
    subscript : str, optional
        Set below, such as the neuron and input ``"jk"``.

    Examples
    --------
    >>> str(Label("w", "L", "jk")), Label("w", "1", "00").ascii, Label("z", "L").latex
    ('wᴸⱼₖ', 'w^1_00', 'z^{L}')
    """

    base: str
    superscript: str = ""
    subscript: str = ""

    @classmethod
    def parse(cls, text: str) -> Label:
        """The label that is printed so: as ASCII, ``w^L_jk``, in unicode, ``wᴸⱼₖ``, or in LaTeX, ``w^{L}_{jk}``.

        Whatever is printed otherwise is a bare base, and so is a name of words such as ``learning_rate`` or ``y_true``:
        two letters without a superscript are indices, of a base that is one letter.

        Examples
        --------
        >>> [str(Label.parse(text)) for text in ("a^L_j", "w_jk", "loss_1", "y_true")]
        ['aᴸⱼ', 'wⱼₖ', 'loss₁', 'y_true']
        """
        found = None if text.isascii() and text.isalnum() else _PRINTED.fullmatch(text)
        if found is None:
            return cls(text)
        base = found[1]
        above, below = found[2] or found[5] or "", found[3] or found[4] or ""
        indices = 2 if len(base.rstrip("'")) == 1 else 0
        if not above and re.match(rf"_[^\W\d_]{{{indices + 1}}}", below):
            return cls(text)
        return cls(base, _plain(above, _LOWERED), _plain(below, _RAISED))

    @classmethod
    def of(cls, label: Label | str | None) -> Label | None:
        """`label` itself, a string as `parse` reads it, or None for none.

        Raises
        ------
        OperandError
            If `label` is anything else.
        """
        if label is None or isinstance(label, cls):
            return label
        if isinstance(label, str):
            return cls.parse(label) if label else None
        raise OperandError(
            f'label: expected a str or a Label, got {type(label).__name__}; write label="w" or '
            'label=Label("w", superscript="L", subscript="jk")'
        )

    @property
    def ascii(self) -> str:
        """Plain text, such as ``w^1_00``."""
        above = f"^{self.superscript}" if self.superscript else ""
        below = f"_{self.subscript}" if self.subscript else ""
        return self.base + above + below

    @property
    def latex(self) -> str:
        """LaTeX, such as ``w^{1}_{00}``; every character of the label is text, never a command."""
        base = in_latex(self.base) or "?"
        if len(shown(self.base)) > 1:
            base = rf"\mathrm{{{base}}}"
        above = f"^{{{in_latex(self.superscript)}}}" if self.superscript else ""
        below = f"_{{{in_latex(self.subscript)}}}" if self.subscript else ""
        return base + above + below

    def _repr_latex_(self) -> str:
        return f"${self.latex}$"

    def __str__(self) -> str:
        """Unicode with raised and lowered letters where they exist, ``^(..)`` and ``_(..)`` where not."""
        above, below = shown(self.superscript), shown(self.subscript)
        return (shown(self.base) or "?") + raised(above) + _scripted(below, _SUBSCRIPTS, "_")


def raised(text: str) -> str:
    """Text as a superscript, in raised letters where they exist."""
    return _scripted(text, _SUPERSCRIPTS, "^")


def _scripted(text: str, table: dict[int, int], mark: str) -> str:
    if not text:
        return ""
    plain = text.replace("−", "-")
    if all(ord(letter) in table for letter in plain):
        return plain.translate(table)
    return f"{mark}{text}" if len(text) == 1 else f"{mark}({text})"


def _plain(script: str, table: dict[int, int]) -> str:
    """What a superscript or subscript holds, as it was printed with its mark."""
    if script[:1] not in ("^", "_"):
        return script.translate(table)
    return script[2:-1] if script[1:2] in ("{", "(") else script[1:]
