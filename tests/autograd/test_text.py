"""Users' text comes out as text: one printable line of bounded length, and no command in any medium."""

import html
import re
from xml.etree import ElementTree

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autograd import Label, Value, anomalies, chain_rule, draw, exp, sigmoid, weighted_sum
from autograd.drawing import rendering
from autograd.errors import NonFiniteError
from autograd.text import LONGEST, in_ascii, in_dot, in_graphviz_html, in_latex, in_xml, shown

ANY = st.text(st.characters(codec=None, exclude_categories=()), max_size=120)
HOSTILE = (
    '"', "'", "<b>bold</b>", "<x>", "&#92;N", "&amp;", "\\N", "\\", "back\\", "a\nb", "a\u2028b", "\x00\x07\x1b[31m",
    "\ud800", "\u202eabc", "\ufeff", "x" * 10_000, "\u00a0", "😀", "עברית", "]]>", "a:b", "{|}", "--", " ",
    "}", "%", "#",
)  # fmt: skip

each_hostile = pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:20]))


@given(ANY)
@example("\r\n\t\x1c\u2029")
@example("\u200d" * LONGEST + "x")
@pytest.mark.parametrize("medium", [shown, in_ascii, in_latex, in_dot, in_graphviz_html], ids=lambda f: f.__name__)
def test_one_printable_line_of_bounded_length(medium, text):
    told = medium(text)
    assert told.isprintable() and told.encode("utf-8") is not None
    assert len(shown(text)) <= LONGEST and len(told) <= 14 * LONGEST  # \backslash and a space are 12, \U0001f600 is 10
    if text.isprintable() and len(text) <= LONGEST:
        assert shown(text) == text


def test_white_space_becomes_a_space_and_what_is_left_out_is_said():
    assert shown("a\n\r\t\u2028\u00a0b") == "a     b"
    assert shown("a\x00\x1b\ud800\u202e\u200b\ufeffb") == "ab"
    assert shown("x" * 81) == "x" * 79 + "…" and shown("x" * 80) == "x" * 80
    assert shown("abcdef", 3) == "ab…"


def test_each_medium_escapes_what_it_reads_as_a_command():
    assert in_latex(r"50% \of_{#1}$~^&") == r"50\%\ \backslash of\_\{\#1\}\$\sim \hat{}\&"
    assert in_latex("σ") == r"\sigma" and in_latex("σx") == r"\sigma x"
    assert in_ascii("wσ…") == "w\\u03c3..."
    assert in_graphviz_html('<a b="c">&\\N') == "&lt;a b=&quot;c&quot;&gt;&amp;\\\\N"
    assert in_dot('"\\N') == "&quot;\\\\\\\\N"
    assert in_xml("<a>\x00\nb\x1b") == "&lt;a&gt;\nb"


def picture_of(drawing):
    root = ElementTree.fromstring(rendering.render(drawing.source, "svg"))
    texts = [element.text or "" for element in root.iter() if element.tag.endswith("}text")]
    tips = [told for element in root.iter() for key, told in element.attrib.items() if key.endswith("}title")]
    return [[told.replace("\u00a0", " ") for told in kind] for kind in (texts, tips)]


def layers(text):
    """Two layers whose names, and the names of all in them, are a text."""
    x, w = Value(2.0, Label(text, "0", "0")), Value(1.0, Label(text, text))
    z = weighted_sum([w], [x])
    z.label = Label(text, text + "1")
    a = sigmoid(z)
    a.label = Label(text, text + "1", text)
    output = weighted_sum([w], [a])
    output.label = Label(text, text + "2")
    return x, output


@each_hostile
def test_pictures_hold_a_label_as_text(text):
    x, output = layers(text)
    texts, tips = picture_of(draw(output, path_to=x))
    if told := shown(text):
        assert told in texts
        assert shown(f"layer {told}1") in tips and f"layer {told}"[:70] in " ".join(texts)
    texts, tips = picture_of(draw(output, collapse=text + "1"))
    assert shown(f"layer {told}1") in texts and shown(f"layer {told}1") in tips
    assert any(told in t for t in texts if not t.startswith("layer"))


@each_hostile
def test_a_tree_as_text_has_the_lines_it_has_with_plain_labels(text):
    (_, output), (_, plain) = layers(text), layers("l")
    assert len(str(draw(output)).split("\n")) == len(str(draw(plain)).split("\n"))
    collapsed = draw(output, collapse=text + "1"), draw(plain, collapse="l1")
    assert len({len(str(drawing).split("\n")) for drawing in collapsed}) == 1


@each_hostile
def test_whatever_is_printed_is_printable(text):
    x, output = layers(text)
    rule = chain_rule(output, x)
    with anomalies(), pytest.raises(NonFiniteError) as caught:
        exp(Value(1000.0, Label(text, text, text)))
    for told in (str(draw(output)), str(rule), rule.latex, rule.ascii, repr(output), str(caught.value)):
        assert all(line.isprintable() for line in told.split("\n"))
    assert "\n" not in repr(output) + str(caught.value)


def test_a_title_is_escaped_for_xml():
    svg = draw(layers("</title><script>&")[1])._repr_mimebundle_()["image/svg+xml"]
    titles = re.findall(r"<title>(.*?)</title>", svg)
    assert "<script>" not in svg and any("</title><script>&" in html.unescape(title) for title in titles)
