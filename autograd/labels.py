"""Structured labels: a base letter with a superscript and a subscript.

A label is never a string to be parsed: ``Label("w", "L", "jk")`` is the weight
w^L_jk of the document, and each rendering says how its medium writes that.
"""

from __future__ import annotations

from dataclasses import dataclass

from .errors import OperandError
from .text import in_latex, shown
from .words import attributes_told

_SUPERSCRIPTS = str.maketrans("0123456789+-()LTijknmabcdefghlopqrstuvwxyz",
                              "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ᴸᵀⁱʲᵏⁿᵐᵃᵇᶜᵈᵉᶠᵍʰˡᵒᵖ𐞥ʳˢᵗᵘᵛʷˣʸᶻ")  # fmt: skip
_SUBSCRIPTS = str.maketrans("0123456789+-()aehijklmnoprstuvx,",
                            "₀₁₂₃₄₅₆₇₈₉₊₋₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ,")  # fmt: skip


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
    def of(cls, label: Label | str | None) -> Label | None:
        """`label` itself, a string as a bare base, or None for none.

        Raises
        ------
        OperandError
            If `label` is anything else.
        """
        if label is None or isinstance(label, cls):
            return label
        if isinstance(label, str):
            return cls(label) if label else None
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
