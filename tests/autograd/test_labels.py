"""Labels: what they look like, and that no text in them is ever more than text."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autograd import Label
from autograd.errors import OperandError


@pytest.mark.parametrize(
    ("label", "unicode", "ascii", "latex"),
    [
        (Label("w"), "w", "w", "w"),
        (Label("w", "L", "jk"), "wᴸⱼₖ", "w^L_jk", "w^{L}_{jk}"),
        (Label("a", "L-1", "0"), "aᴸ⁻¹₀", "a^L-1_0", "a^{L-1}_{0}"),
        (Label("C", subscript="0"), "C₀", "C_0", "C_{0}"),
        (Label("x", "Q", "b"), "x^Q_b", "x^Q_b", "x^{Q}_{b}"),
        (Label("δ", "L"), "δᴸ", "δ^L", r"\delta^{L}"),
        (Label("cost"), "cost", "cost", r"\mathrm{cost}"),
        (Label("mean of x"), "mean of x", "mean of x", r"\mathrm{mean\ of\ x}"),
        (Label("Δσx"), "Δσx", "Δσx", r"\mathrm{Δ\sigma x}"),
        (Label("a_b"), "a_b", "a_b", r"\mathrm{a\_b}"),
        (Label(r"\m"), r"\m", r"\m", r"\mathrm{\backslash m}"),
        (Label("^^M"), "^^M", "^^M", r"\mathrm{\hat{}\hat{}M}"),
        (Label("\n"), " ", "\n", r"\ "),
        (Label("\ud800"), "?", "\ud800", "?"),
    ],
)
def test_each_medium_has_its_way_of_writing(label, unicode, ascii, latex):
    assert (str(label), label.ascii, label.latex) == (unicode, ascii, latex)


TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=120)
COMMAND = r"\\(?:mathrm|backslash|hat|sim|sigma|delta|alpha|beta|theta|lambda|mu|eta|epsilon|omega|phi|rho)(?![a-z])"


@given(TEXT, TEXT, TEXT)
@example(r"\mathrm{", r"\ma", "}")
@example("\ud800\u202e", "\x00", "\r\n\n")
def test_what_is_shown_is_one_line_of_text_and_no_command(base, superscript, subscript):
    label = Label(base, superscript, subscript)
    for told in (str(label), label.latex):
        assert told.encode("utf-8") and told.isprintable()
    assert len(str(label)) < 3 * 80 + 7
    bare = re.sub(COMMAND + r"|\\[{}$&#%_ ]", "", label.latex)
    assert "\\" not in bare and not re.search(r"[$&#%~]", bare)
    assert bare.count("{") == bare.count("}")


def test_a_string_becomes_a_base_and_what_is_no_name_is_refused():
    assert Label.of("w") == Label("w") and Label.of(Label("z", "L")) == Label("z", "L")
    assert Label.of("") is None and Label.of(None) is None
    with pytest.raises(OperandError, match=r"label: expected a str or a Label, got int"):
        Label.of(3)
