"""Partials as a textbook writes them: every operation of the table, and right in numbers too."""

import math
import operator
import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import autograd
from autograd import Label, Value, chain_rule, gradient, logsumexp, sigmoid, total, weighted_sum, where
from autograd.errors import DomainError
from autograd.formulas.expressions import Name, Number
from autograd.formulas.naming import Names
from autograd.formulas.notations import Ascii
from autograd.formulas.symbols import SYMBOLS
from autograd.functions import choose
from autograd.graph import topological_order
from autograd.primitives import CONSTANT, TABLE
from autograd.reverse import local_partial
from autograd.value import apply


def symbols(value):
    """The value and its partials by all operands, told."""
    names = Names(topological_order((value,)))
    return str(names.symbol(value)), [str(names.partial(value, i)) for i in range(len(value.operands))]


def operands(primitive, numbers):
    letters = "abcdefgh"
    return tuple(Value(number, letter) for letter, number in zip(letters, numbers, strict=False))[
        : primitive.arity or 3
    ]


INSIDE = dict.fromkeys(("asin", "acos", "atanh"), lambda a: 0.3 * a) | {"acosh": lambda a: 1.1 + a}
"""Numbers above 0 as operands of functions that are elsewhere not defined."""

TOLD = {
    "add": ("a + b", ["1", "1"]),
    "subtract": ("a − b", ["1", "−1"]),
    "multiply": ("a · b", ["b", "a"]),
    "divide": ("a/b", ["1/b", "−a/b²"]),
    "power": ("a^b", ["b · a^(b − 1)", "a^b · log(a)"]),
    "negative": ("−a", ["−1"]),
    "positive_of": ("a", ["1"]),
    "absolute": ("|a|", ["sign(a)"]),
    "exp": ("exp(a)", ["exp(a)"]),
    "log": ("log(a)", ["1/a"]),
    "sqrt": ("√a", ["1/(2√a)"]),
    "sin": ("sin(a)", ["cos(a)"]),
    "cos": ("cos(a)", ["−sin(a)"]),
    "tanh": ("tanh(a)", ["tanh′(a)"]),
    "sigmoid": ("σ(a)", ["σ′(a)"]),
    "relu": ("relu(a)", ["relu′(a)"]),
    "softplus": ("softplus(a)", ["σ(a)"]),
    "maximum": ("max(a, b)", ["[a ≥ b]", "[a < b]"]),
    "minimum": ("min(a, b)", ["[a ≤ b]", "[a > b]"]),
    "where": ("where(a, b, c)", ["0", "[a]", "[not a]"]),
    "weighted_sum": ("a · b + c", ["b", "a", "1"]),
    "total": ("a + b + c", ["1", "1", "1"]),
    "logsumexp": (
        "log(exp(a) + exp(b) + exp(c))",
        [f"exp({x})/(exp(a) + exp(b) + exp(c))" for x in "abc"],
    ),
    "choose": ("choose(a, b, c)", ["0", "[0 ≤ a] · [a < 1]", "[1 ≤ a] · [a < 2]"]),
    "log_softmax": (
        "a − log(exp(a) + exp(b) + exp(c))",
        ["1 − exp(a)/(exp(a) + exp(b) + exp(c))", *(f"−exp({x})/(exp(a) + exp(b) + exp(c))" for x in "bc")],
    ),
    "expm1": ("exp(a) − 1", ["exp(a)"]),
    "tanh_prime": ("tanh′(a)", ["tanh′′(a)"]),
    "sigmoid_prime": ("σ′(a)", ["σ′′(a)"]),
    "sign": ("sign(a)", ["0"]),
    "step": ("step(a)", ["0"]),
    "less": ("[a < b]", ["0", "0"]),
    "less_equal": ("[a ≤ b]", ["0", "0"]),
    "greater": ("[a > b]", ["0", "0"]),
    "greater_equal": ("[a ≥ b]", ["0", "0"]),
    "equal": ("[a = b]", ["0", "0"]),
    "not_equal": ("[a ≠ b]", ["0", "0"]),
    "detach": ("a", ["0"]),
    "square": ("a²", ["2a"]),
    "reciprocal": ("1/a", ["−1/a²"]),
    "exp2": ("2^a", ["2^a · log(2)"]),
    "log1p": ("log1p(a)", ["1/(a + 1)"]),
    "log2": ("log₂(a)", ["1/(a · log(2))"]),
    "log10": ("log₁₀(a)", ["1/(a · log(10))"]),
    "cbrt": ("∛a", ["1/(3(∛a)²)"]),
    "tan": ("tan(a)", ["tan(a)² + 1"]),
    "asin": ("arcsin(a)", ["1/√(1 − a²)"]),
    "acos": ("arccos(a)", ["−1/√(1 − a²)"]),
    "atan": ("arctan(a)", ["1/(a² + 1)"]),
    "atan2": ("atan2(a, b)", ["b/(a² + b²)", "−a/(a² + b²)"]),
    "sinh": ("sinh(a)", ["cosh(a)"]),
    "cosh": ("cosh(a)", ["sinh(a)"]),
    "asinh": ("arsinh(a)", ["1/√(a² + 1)"]),
    "acosh": ("arcosh(a)", ["1/√(a² − 1)"]),
    "atanh": ("artanh(a)", ["1/(1 − a²)"]),
    "hypot": ("√(a² + b²)", ["a/√(a² + b²)", "b/√(a² + b²)"]),
    "hypot_prime": ("a/√(a² + b²)", ["b²/(√(a² + b²))³", "−a · b/(√(a² + b²))³"]),
    "erf": ("erf(a)", ["2 · exp(−a²)/√π"]),
    "erfc": ("erfc(a)", ["−2 · exp(−a²)/√π"]),
    "lgamma": ("log Γ(a)", ["ψ(a)"]),
    "digamma": ("ψ(a)", ["ψ′(a)"]),
    "trigamma": ("ψ′(a)", ["ψ′′(a)"]),
    "sinc": ("sinc(a)", ["sinc′(a)"]),
    "sinc_prime": ("sinc′(a)", ["sinc′′(a)"]),
    "clip": ("clip(a, b, c)", ["[a ≥ b] · [a ≤ c]", "[a < b] · [b ≤ c]", "[max(a, b) > c]"]),
    "leaky_relu": ("leaky_relu(a, b)", ["[a > 0] + b · [not a > 0]", "min(a, 0)"]),
    "elu": ("elu(a, b)", ["[a > 0] + b · exp(a) · [not a > 0]", "exp(min(a, 0)) − 1"]),
    "gelu": ("gelu(a)", ["gelu′(a)"]),
    "silu": ("silu(a)", ["silu′(a)"]),
    "hard_sigmoid": ("hard_sigmoid(a)", ["[|a| < 3]/6"]),
    "softsign": ("a/(|a| + 1)", ["1/(|a| + 1)²"]),
    "floor": ("⌊a⌋", ["0"]),
    "ceil": ("⌈a⌉", ["0"]),
    "round_": ("round(a)", ["0"]),
    "mod": ("mod(a, b)", ["1", "−⌊a/b⌋"]),
    "floor_divide": ("⌊a/b⌋", ["0", "0"]),
    "copysign": ("copysign(a, b)", ["sign(a) · copysign(1, b)", "0"]),
}


@pytest.mark.parametrize("name", TABLE)
def test_every_operation_is_told_as_a_textbook_does(name):
    numbers = map(INSIDE.get(name, float), (0.5, 0.25, 0.75))
    assert symbols(apply(TABLE[name], operands(TABLE[name], numbers))) == TOLD[name]


@pytest.mark.parametrize("name", TABLE)
@given(numbers=st.tuples(*[st.floats(0.05, 3.0)] * 3))
def test_a_symbol_comes_to_the_number_of_the_rule(name, numbers):
    primitive = TABLE[name]
    if name == "choose":
        numbers = (numbers[0] % 2, *numbers[1:])  # an index of one of the two others
    value = apply(primitive, operands(primitive, map(INSIDE.get(name, float), numbers)))
    names = Names(topological_order((value,)))
    assert names.symbol(value).number == pytest.approx(value.data, rel=1e-12)
    for index in range(len(value.operands)):
        expected = local_partial(value, index)
        assert names.partial(value, index).number == pytest.approx(expected, rel=1e-9, abs=1e-12)


S = Value(0.5, Label("s", "2", "0"))
A, B, Y = Value(0.75, "a"), Value(0.5, "b"), Value(1.0, "y")


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (lambda: (A - Y) ** 2, "2(a − y)"),
        (lambda: (A - Y) ** 3, "3(a − y)²"),
        (lambda: A**2, "2a"),
        (lambda: A**0.5, "1/(2√a)"),
        (lambda: A**-1, "−1/a²"),
        (lambda: 1 / A, "−1/a²"),
        (lambda: 2 / A, "−2/a²"),
        (lambda: A * 2, "2"),
        (lambda: A / 2, "0.5"),
        (lambda: 1 - A, "−1"),
        (lambda: 2**A, "2^a · log(2)"),
        (lambda: A * A, "a"),
        (lambda: autograd.log(1 - A), "1/(1 − a)"),
        (lambda: autograd.sqrt(A * B), "1/(2√(a · b))"),
        (lambda: autograd.cos(A + B), "−sin(a + b)"),
        (lambda: sigmoid(A * B + 1), "σ′(a · b + 1)"),
        (lambda: S**2, "2s²₀"),
        (lambda: S**3, "3(s²₀)²"),
        (lambda: S**B, "b · (s²₀)^(b − 1)"),
        (lambda: autograd.sqrt(A) ** 3, "3(√a)²"),
        (lambda: A * 5e-324 / B, "1/b"),
    ],
)
def test_constants_and_expressions_without_names(value, told):
    made = value()
    index = max(i for i, operand in enumerate(made.operands) if operand.primitive is not CONSTANT)
    assert symbols(made)[1][0 if made.operands[0].primitive is not CONSTANT else index] == told


def test_a_long_expression_is_called_by_its_letter():
    value = weighted_sum([A, A, A], [B, B, Y])
    assert symbols(sigmoid(value))[1] == ["σ′(z)"]


def test_labels_keep_their_scripts():
    z = Value(0.5, Label("z", "2", "0"))
    names = Names([z])
    partial = names.partial(sigmoid(z), 0)
    assert partial.pieces() == ["σ′(", Label("z", "2", "0"), ")"]
    assert (str(partial), partial.latex) == ("σ′(z²₀)", r"\sigma'\left(z^{2}_{0}\right)")


@pytest.mark.parametrize(
    ("value", "latex"),
    [
        (lambda: (A - Y) ** 2, r"2 \left(a - y\right)"),
        (lambda: A / B, r"\frac{1}{b}"),
        (lambda: A**B, r"b \, a^{b - 1}"),
        (lambda: abs(A), r"\mathrm{sign}\left(a\right)"),
        (lambda: autograd.sqrt(A), r"\frac{1}{2 \sqrt{a}}"),
        (lambda: autograd.maximum(A, B), r"\left[a \ge b\right]"),
        (lambda: where(True, A, B), "1"),
        (lambda: S**3, r"3 \left(s^{2}_{0}\right)^{2}"),
        (lambda: S**B, r"b \, \left(s^{2}_{0}\right)^{b - 1}"),
        (lambda: A * 1e-5, r"1 \cdot 10^{-5}"),
        (lambda: A * math.inf, r"\infty"),
        (lambda: -A / B, r"\frac{1}{b}"),
        (lambda: 1 / A, r"-\frac{1}{a^{2}}"),
        (lambda: A / (B + Y), r"\frac{1}{b + y}"),
        (lambda: A * (B - Y) / S, r"\frac{1}{s^{2}_{0}}"),
        (lambda: A * ((B + Y) / S), r"\frac{b + y}{s^{2}_{0}}"),
        (lambda: A / (2 * (B + Y)), r"\frac{1}{2 \left(b + y\right)}"),
        (lambda: 2**-A, r"2^{-a} \, \log\left(2\right)"),
        (lambda: autograd.tanh(-A), r"\tanh'\left(-a\right)"),
    ],
)
def test_latex(value, latex):
    made = value()
    index = next(i for i, operand in enumerate(made.operands) if operand.primitive is not CONSTANT)
    assert Names(topological_order((made,))).partial(made, index).latex == latex


CONDITION = apply(TABLE["equal"], (A, Value(0.75).detach()))


@pytest.mark.parametrize(
    ("value", "ascii"),
    [
        (lambda: (S - Y) ** 2, "2(s^2_0 - y)"),
        (lambda: sigmoid(S), "sigmoid'(s^2_0)"),
        (lambda: A * S, "s^2_0"),
        (lambda: -A * S * B, "b"),
        (lambda: A**3, "3 * a^2"),
        (lambda: A**-1.5, "-1.5/a^(2.5)"),
        (lambda: A**B, "b * a^(b - 1)"),
        (lambda: autograd.sqrt(A), "1/(2 * sqrt(a))"),
        (lambda: autograd.maximum(A, B), "[a >= b]"),
        (lambda: abs(A), "sign(a)"),
        (lambda: sigmoid(Value(1.0, "Δ")), r"sigmoid'(\u0394)"),
        (lambda: sigmoid(Value(1.0, "x" * 1000)), f"sigmoid'({'x' * 79}...)"),
    ],
)
def test_ascii(value, ascii):
    made = value()
    told = Names(topological_order((made,))).partial(made, 0).ascii
    assert told == ascii and told.isascii()


def test_a_condition_s_own_exception_is_told():
    chosen = apply(TABLE["where"], (CONDITION, B, Y))
    names = Names(topological_order((chosen,)))
    partials = [names.partial(chosen, i) for i in (1, 2)]
    assert [str(partial) for partial in partials] == ["[a = 0.75]", "[not a = 0.75]"]
    assert [partial.number for partial in partials] == [local_partial(chosen, 1), local_partial(chosen, 2)] == [1, 0]
    assert partials[1].latex == r"\left[\text{not }a = 0.75\right]"


NAMES = st.sampled_from(
    [Name(Label(letter), number, at) for at, (letter, number) in enumerate([("a", 0.5), ("b", -2.0), ("c", 3.0)])]
)
OPERATORS = st.sampled_from([operator.add, operator.sub, operator.mul, operator.truediv])
TREES = st.recursive(
    NAMES | st.sampled_from([0.0, 1.0, -1.0, 2.0, 0.5]).map(Number),
    lambda inner: st.tuples(
        st.sampled_from([operator.add, operator.sub, operator.mul, operator.truediv]), inner, inner
    ),
    max_leaves=8,
)


def built(tree, read):
    if not isinstance(tree, tuple):
        return read(tree)
    return tree[0](*(built(side, read) for side in tree[1:]))


@given(TREES)
def test_simplifying_changes_no_number(tree):
    try:
        expected = built(tree, lambda leaf: leaf.number)
        found = built(tree, lambda leaf: leaf)
        number = found.number
    except (ZeroDivisionError, DomainError, ValueError):
        assume(False)
    assert number == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert not re.search(r"(^|\s)1 ·|[+−] 0( |$)", str(found)) and str(found)


def test_the_rules_need_nothing_that_symbols_do_not_have():
    assert set(TABLE) - {"add", "subtract", "multiply", "divide"} <= set(vars(SYMBOLS))


@pytest.mark.parametrize(("index", "told"), [(1.0, ["0", "[i = 0]", "[i = 1]"]), (-2.0, ["0", "[i = −2]", "[i = −1]"])])
def test_what_an_index_chooses_is_told_by_the_place_that_it_is(index, told):
    assert symbols(choose(Value(index, "i"), [A, B])) == ("choose(i, a, b)", told)


def test_sums_gather_equal_terms():
    value = total([A, B, A])
    assert symbols(value)[0] == "2a + b"
    assert math.isclose(chain_rule(value, A).value, 2.0)
    assert symbols(logsumexp([A, A]))[1] == ["0.5", "0.5"]


def names(letters):
    return [Name(Label(letter), 0.1 * (3 + at), at) for at, letter in enumerate(letters)]


def test_a_sum_that_is_taken_away_stays_together():
    x, a, b = names("xab")
    for told, text in (
        (x - (a + b), "x − (a + b)"),
        (x - 2 * (a + b), "x − 2(a + b)"),
        (-(a + b) + x, "−(a + b) + x"),
        (1 - (a - b), "1 − (a − b)"),
        (x + (a - b), "x + a − b"),
    ):
        assert str(told) == text


EXPRESSIONS = st.recursive(
    st.sampled_from(names("abc")) | st.sampled_from([2.0, -1.0, 0.5]).map(Number),
    lambda inner: st.tuples(
        st.sampled_from([operator.add, operator.sub, operator.mul, operator.truediv]), inner, inner
    ).map(lambda drawn: drawn[0](*drawn[1:])),
    max_leaves=8,
)


class InFull(Ascii):
    def number(self, value):
        return repr(value)

    def scripted(self, base, power):
        return [*base, f"**({power!r})"]


@given(EXPRESSIONS)
def test_what_is_written_comes_to_the_expression_s_number(expression):
    try:
        number = expression.number
    except (ZeroDivisionError, OverflowError, DomainError):
        return
    assume(math.isfinite(number))
    told = re.sub(r"(?<=[\d)])\(", " * (", expression.told(InFull()))
    letters = {name.label.base: name.of for name in names("abc")}
    assert eval(told, letters | {"sqrt": math.sqrt}) == pytest.approx(number, rel=1e-6, abs=1e-6)


def test_the_exponentials_of_many_are_added_over_an_index():
    z = [Value(0.1 * k, Label("z", "L", str(k))) for k in range(10)]
    value = logsumexp(z)
    assert str(Names([*z, value]).definition(value)) == "log(Σ exp(zᴸₖ))"
    partial = Names([*z, value]).partial(value, 3)
    assert str(partial) == "exp(zᴸ₃)/Σ exp(zᴸₖ)" and partial.ascii == "exp(z^L_3)/sum_k exp(z^L_k)"
    assert partial.latex == r"\frac{\exp\left(z^{L}_{3}\right)}{\sum_{k} \exp\left(z^{L}_{k}\right)}"
    assert partial.number == pytest.approx(gradient(value, z[3]))
    others = [Value(0.1, name) for name in "abcd"]
    value = logsumexp(others)
    assert str(Names([*others, value]).partial(value, 0)) == "exp(a)/(exp(a) + … + exp(d))"
