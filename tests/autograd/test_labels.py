"""Labels: what they look like, and that no text in them is ever more than text."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autograd import Label, Value
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


def test_a_string_is_read_as_it_is_printed_and_what_is_no_name_is_refused():
    assert (
        Label.of("w") == Label("w")
        and Label.of("a^L_j") == Label("a", "L", "j")
        and Label.of(Label("z", "L")) == Label("z", "L")
    )
    assert Label.of("") is None and Label.of(None) is None
    with pytest.raises(OperandError, match=r"label: expected a str or a Label, got int"):
        Label.of(3)


def test_a_value_reads_its_label_and_a_label_takes_it_raw():
    v = Value(0.5, "a^L_j")
    assert v.label == Label("a", "L", "j") and repr(v) == "Value(0.5, label='aᴸⱼ')"
    v.label = "w^1_0,10"
    assert v.label == Label("w", "1", "0,10")
    v.label = Label("a^L_j")
    assert v.label.base == "a^L_j" and v.label.ascii == "a^L_j"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("w^{L}_{jk}", ("w", "L", "jk")),
        ("w_{jk}^{L}", ("w", "L", "jk")),
        ("w_j^L", ("w", "L", "j")),
        ("a^{L-1}_k", ("a", "L-1", "k")),
        ("aᴸ⁻¹ₖ", ("a", "L-1", "k")),
        ("w¹₀,₁₀", ("w", "1", "0,10")),
        ("w^(ABC)_(xyz)", ("w", "ABC", "xyz")),
        ("w_{max}", ("w", "", "max")),
        ("δ^L_j", ("δ", "L", "j")),
        ("z'_1", ("z'", "", "1")),
        ("loss_1", ("loss", "", "1")),
        ("loss^val", ("loss", "val", "")),
        ("w_jk", ("w", "", "jk")),
    ],
)
def test_printed_labels_of_every_medium_are_read(text, parts):
    label = Label.parse(text)
    assert (label.base, label.superscript, label.subscript) == parts


@pytest.mark.parametrize(
    "text",
    ["learning_rate", "y_true", "x_train", "my_in", "__init__", "_x", "x_", "x^", "a^^b", "w_1_2", "a,", "1_2",
     "my w_1", "f(x)_1", "<b>_1", "a^<b>", "a^{}_j", "a^{b{c}}", "\\delta^L", "∂C/∂w_1", "ˣ", "₁", "a\n_1",
     "a_1\n", ""],
)  # fmt: skip
def test_what_is_no_printed_label_is_text(text):
    assert Label.parse(text) == Label(text)


LETTERS = st.sampled_from("abwzCLδσΣ")
SCRIPTS = st.text("0123456789abjkLTQ+-,−", max_size=6)


@given(LETTERS, SCRIPTS, SCRIPTS)
@example("w", "", "jk")
@example("a", "L", "")
def test_what_a_label_prints_is_read_as_the_label(base, superscript, subscript):
    label = Label(base, superscript, subscript)
    if superscript or not re.match("[^\\W\\d_]{3}", subscript):  # else it is a name as Python has them
        assert Label.parse(label.ascii) == label
    latex = base + f"^{{{superscript}}}" * bool(superscript) + f"_{{{subscript}}}" * bool(subscript)
    assert Label.parse(latex) == label
    if not subscript.startswith(",") and not set(superscript + subscript) & {",", "−"}:
        assert Label.parse(str(label)) == label


@given(TEXT)
def test_any_text_is_read_as_some_label(text):
    label = Label.parse(text)
    assert text.startswith(label.base) and str(label).isprintable()
