"""Formulas for pages: MathML of every operation's derivative, with holes in which values stand by label or number."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Label, Value, sigmoid
from autograd.formulas.mathml import MATHML, with_holes
from autograd.formulas.naming import Names
from autograd.graph import topological_order
from autograd.primitives import TABLE
from autograd.value import apply

W, A, Y = Value(-0.5, "w"), Value(0.75, "a"), Value(1.0, "y")
S = Value(0.5, Label("s", "2", "0j"))
PARENTHESES = re.compile(r'<mo stretchy="false">(.)</mo>')


def told(value, index=0):
    """The partial by an operand in MathML, parentheses and groups as plain letters."""
    source = Names(topological_order((value,))).partial(value, index).told(MATHML)
    return PARENTHESES.sub(r"\1", source).replace("<mrow>", "").replace("</mrow>", "")


def text_of(source):
    return "".join(ElementTree.fromstring(f"<math>{source}</math>").itertext())


@pytest.mark.parametrize(
    ("value", "mathml"),
    [
        (lambda: A * W, "<mi>w</mi>"),
        (lambda: (A - Y) ** 2, "<mn>2</mn>(<mi>a</mi><mo>−</mo><mi>y</mi>)"),
        (lambda: sigmoid(A), "<mi>σ′</mi>(<mi>a</mi>)"),
        (lambda: autograd.tanh(A), '<mi mathvariant="normal">tanh′</mi>(<mi>a</mi>)'),
        (lambda: S * 3.0, "<mn>3</mn>"),
        (lambda: A * S, "<msubsup><mi>s</mi><mi>0j</mi>(<mn>2</mn>)</msubsup>"),
        (lambda: A / W, "<mfrac><mn>1</mn><mi>w</mi></mfrac>"),
        (lambda: A**W, "<mi>w</mi><mo>·</mo><msup><mi>a</mi><mi>w</mi><mo>−</mo><mn>1</mn></msup>"),
        (lambda: S**3, "<mn>3</mn>(<msubsup><mi>s</mi><mi>0j</mi>(<mn>2</mn>)</msubsup><msup>)<mn>2</mn></msup>"),
        (lambda: A**3, "<mn>3</mn><msup><mi>a</mi><mn>2</mn></msup>"),
        (lambda: autograd.sqrt(A), "<mfrac><mn>1</mn><mn>2</mn><msqrt><mi>a</mi></msqrt></mfrac>"),
        (lambda: abs(A), '<mi mathvariant="normal">sign</mi>(<mi>a</mi>)'),
        (lambda: autograd.maximum(A, W), "[<mi>a</mi><mo>≥</mo><mi>w</mi>]"),
        (lambda: apply(TABLE["less"], (A, W)) * A, "<mi>a</mi>"),
        (lambda: -A, '<mo form="prefix">−</mo><mn>1</mn>'),
    ],
)
def test_partials(value, mathml):
    assert told(value()) == mathml


@pytest.mark.parametrize("name", TABLE)
def test_every_operation_is_well_formed_and_has_the_letters_of_its_text(name):
    numbers = (0.5 if name != "acosh" else 1.5, 0.25, 0.75)
    operands = tuple(Value(number, letter) for number, letter in zip(numbers, "abc", strict=True))
    value = apply(TABLE[name], operands[: TABLE[name].arity or 3])
    names = Names(topological_order((value,)))
    for formula in (names.symbol(value), *(names.partial(value, i) for i in range(len(value.operands)))):
        tree = ElementTree.fromstring(f"<math>{formula.told(MATHML)}</math>")
        letters = {element.text for element in tree.iter("mi")} & set("abc")
        assert letters == set(re.findall(r"(?<![a-z])[abc](?![a-z])", str(formula)))
        assert {element.text for element in tree.iter() if "<" in (element.text or "")} <= {"<"}


@given(st.text(max_size=12), st.text(max_size=4), st.text(max_size=4))
def test_a_label_is_text_whatever_it_holds(base, above, below):
    label = Label("<script>&" + base, above, below)
    tree = ElementTree.fromstring(f"<math>{MATHML.label(label)}</math>")
    assert {element.tag for element in tree.iter()} <= {"math", "mrow", "mi", "mn", "mo", "msub", "msup", "msubsup"}
    assert "".join(tree.itertext()).startswith("<script>&")


def test_values_that_have_a_place_are_holes_and_negative_factors_stand_in_parentheses():
    z = W * A + S
    z.label = Label("z")
    cost = (z - Y) ** 2
    names = Names(topological_order((cost,)))
    places = {id(value): at for at, value in enumerate((W, A, S, Y, z))}
    assert with_holes(names.partial(cost, 0), places) == [
        '<mn>2</mn><mrow><mo stretchy="false">(</mo>', 4, "<mo>−</mo>", -4, '<mo stretchy="false">)</mo></mrow>'
    ]  # fmt: skip
    assert with_holes(names.own(W), places) == [0] and with_holes(names.own(W), {}) == ["<mi>w</mi>"]
    product = names.symbol(W) * names.symbol(A) + names.symbol(S)
    assert with_holes(product, places) == [-1, "<mo>·</mo>", -2, "<mo>+</mo>", -3]


def test_a_derivative_by_name():
    source = MATHML.ratio(Label("C"), Label("w", "1", "00"))
    assert text_of(source) == "∂C∂w00(1)" and source.startswith("<mfrac>")
