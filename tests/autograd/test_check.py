"""`check_gradient`: what is right passes, what is wrong is named, what differences cannot tell is said."""

import math
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
import nn
from autograd import Value, check_gradient, exp, gradient, log, maximum, minimum, relu, sigmoid, sqrt, tanh, where
from autograd.check import GradientReport
from autograd.differences import slope
from autograd.errors import ArgumentError, DomainError, NonFiniteError, OperandError, ShapeError
from autograd.primitives import SIGMOID, TABLE, TANH
from autograd.value import apply, constant

NO_RULE_TO_CHECK = {"detach"}  # its derivative is 0 by definition
POINTS = {"where": [0.4, 0.7, -1.2], "acosh": [1.7]}
small = st.floats(-2.0, 2.0)
over_the_table = pytest.mark.parametrize(
    "primitive", [p for n, p in TABLE.items() if n not in NO_RULE_TO_CHECK], ids=lambda primitive: primitive.name
)


def neuron(w, a, b):
    return (sigmoid(w * a + b) - 1.0) ** 2


def operands_of(primitive):
    return POINTS.get(primitive.name, [0.7, 1.3, -0.4, 0.9, 0.2][: primitive.arity or 5])


def verdicts(report):
    return [row.verdict for row in report.inputs]


# What is right


@over_the_table
def test_every_rule_of_the_table_is_right(primitive):
    point = operands_of(primitive)
    report = check_gradient(lambda *x: apply(primitive, x), point, nodes=True)
    assert report.ok and set(verdicts(report)) == {"right"}
    assert [row.operation for row in report.edges] == [primitive.name] * len(point)
    assert max(row.error for row in report.rows) < 1e-10


def test_a_neuron_by_input_and_by_node():
    report = check_gradient(neuron, [0.8, 0.6, -0.2], nodes=True)
    assert report and report.ok and report.wrong_operations == ()
    assert [row.name for row in report.inputs] == ["w", "a", "b"]
    assert [row.at for row in report.inputs] == [0.8, 0.6, -0.2]
    assert [row.gradient for row in report.inputs] == pytest.approx([row.differences for row in report.inputs])
    assert [row.name for row in report.edges] == [
        "multiply, by w", "multiply, by a", "add, by operand 0", "add, by b", "sigmoid, by operand 0",
        "subtract, by operand 0", "power, by operand 0",
    ]  # fmt: skip
    assert check_gradient(neuron, [0.8, 0.6, -0.2]).edges == ()


def test_sequences_and_labelled_values():
    net = nn.MLP([2, 3, 2], seed=0)
    report = check_gradient(lambda x, y: nn.squared_error(net(x), [y, 0.0]), [[0.3, -0.8], Value(1.0, label="y_true")])
    assert report.ok
    assert [row.name for row in report.inputs] == ["x₀", "x₁", "y_true"]
    assert [row.name for row in check_gradient(lambda *x: x[0] * x[1], [2, 3]).inputs] == ["x0", "x1"]


def test_functions_whose_arguments_python_does_not_name():
    report = check_gradient(max, [1.0, 2.0])
    assert report.ok and [(row.name, row.gradient) for row in report.inputs] == [("x0", 0.0), ("x1", 1.0)]


def test_derivatives_are_checked_as_functions_too():
    """A function may differentiate inside: this holds second derivatives."""
    report = check_gradient(lambda x, y: gradient(tanh(x * y) * exp(x), x, create_graph=True), [0.4, -0.9])
    assert report.ok and max(row.error for row in report.inputs) < 1e-9


@given(st.floats(-4, 4), st.floats(-9, 9).map(lambda e: 10.0**e), st.sampled_from([1, -1]))
def test_steps_fit_the_operand_s_scale(power, scale, sign):
    """A power law at scales from 1e-9 to 1e9."""
    report = check_gradient(lambda x: (sign * x) ** power, [sign * scale])
    assert report.ok
    if power != 0.0 and report.inputs[0].verdict == "right":
        assert report.inputs[0].error < 1e-7


@pytest.mark.parametrize(
    ("function", "x"),
    [
        (lambda x: autograd.sin(x), 1e4),
        (lambda x: autograd.sin(16 * math.pi * x), 0.0),
        (lambda x: exp(1000 * x), 0.0),
        (log, 1e-6),
        (lambda x: log(1 - x), 1 - 1e-5),
        (sqrt, 1e-8),
        (lambda x: 1 + relu(x), 1e-5),
        (lambda x: autograd.softplus(1e4 * x), 0.0),
        (lambda x: 1e6 + x**3, 2.0),
        (lambda x: x * 0.0, 2.0),
        (lambda x: Value(3.0) * 1.0, 2.0),
    ],
)
def test_steep_periodic_flat_and_near_an_edge(function, x):
    assert verdicts(check_gradient(function, [x])) == ["right"]


def test_at_the_edge_of_the_domain_one_side_is_enough():
    report = check_gradient(lambda x: sqrt(1 - x) * where(x >= 0, x, sqrt(x)), [0.0])
    assert report.ok and report.inputs[0].one_sided and verdicts(report) == ["right"]
    assert "one side" in str(report)


# What is wrong


@over_the_table
@pytest.mark.parametrize("relative", [1e-6, -1e-6])
def test_a_rule_wrong_by_a_millionth_is_caught_and_named(primitive, relative):
    """Each operand's rule in turn; where the partial is 0, it is wrong by that much absolutely."""
    point = operands_of(primitive)
    for wrong in range(len(point)):

        def partials(ns, i, v, operands, wrong=wrong):
            right = primitive.partial(ns, i, v, operands)
            return right if i != wrong else right * (1 + relative) if right else relative

        bad = replace(primitive, partials=partials)
        report = check_gradient(lambda *x, bad=bad: tanh(apply(bad, tuple(a * 1.0 for a in x))) + 1.0, point)
        assert not report and not report.ok
        assert [row.verdict == "wrong" for row in report.inputs] == [i == wrong for i in range(len(point))]
        assert report.wrong_operations == (primitive.name,)
        assert [row.name for row in report.edges] == [f"{primitive.name}, by operand {wrong}"]
        assert f"the rule of {primitive.name} is wrong" in str(report)


def test_every_wrong_rule_is_named_among_right_ones():
    bad = replace(SIGMOID, partials=(lambda ns, v, a: v * (1 + v),))

    def function(x, y):
        a = apply(bad, (x * y,))
        a.label = "a"
        return exp(a) + tanh(a)

    report = check_gradient(function, [0.3, 0.4], nodes=True)
    assert report.wrong_operations == ("sigmoid",)
    assert [row.name for row in report.edges if row.verdict == "wrong"] == ["a = sigmoid, by operand 0"]
    assert len(report.of("right")) == 6


def test_a_dependence_hidden_from_the_graph_is_no_operation_s_fault():
    report = check_gradient(lambda x, y: x * y + Value(y.data) ** 2, [2.0, 3.0])
    assert verdicts(report) == ["right", "wrong"]
    assert report.edges == () and report.wrong_operations == ()
    assert "no operation's rule is wrong" in str(report) and ".data" in str(report)
    assert not check_gradient(lambda x: x * x.detach(), [2.0])


def test_the_tolerance_is_the_caller_s():
    bad = replace(SIGMOID, partials=(lambda ns, v, a: v * (1 - v) * (1 + 1e-4),))
    assert not check_gradient(lambda x: apply(bad, (x,)), [0.3])
    assert check_gradient(lambda x: apply(bad, (x,)), [0.3], tolerance=1e-3)


# What differences cannot tell


@pytest.mark.parametrize(
    ("function", "at"),
    [
        (relu, [0.0]),
        (abs, [0.0]),
        (lambda x: 5 + 3 * x + abs(x - 1), [1.0]),
        (lambda x: exp(x) * maximum(x, 0.5), [0.5]),
        (lambda x: minimum(x * x, 2 * x), [2.0]),
        (lambda x: where(x > 0, x + 1, x), [0.0]),
        (lambda x: 1 + relu(x), [1e-13]),
    ],
)
def test_kinks_are_flagged_and_not_failed(function, at):
    report = check_gradient(function, at)
    assert report.ok and verdicts(report) == ["kink"]
    assert "kink" in str(report) and "convention" in str(report)


def test_a_kink_by_one_input_is_right_by_the_other_and_stands_at_its_edge():
    report = check_gradient(lambda x, y: relu(x) * 2 + y * y, [0.0, 1.0], nodes=True)
    assert verdicts(report) == ["kink", "right"]
    assert [row.operation for row in report.of("kink")] == ["", "relu"]


def test_round_off_is_told_apart_from_a_wrong_rule():
    report = check_gradient(lambda x: 1e16 + x, [1.0])
    assert report.ok and verdicts(report) == ["undecided"] and "round-off" in str(report)
    noisy = check_gradient(lambda x: (1e10 + x) - 1e10, [0.3])
    assert noisy.ok and verdicts(noisy) == ["undecided"]
    assert not check_gradient(lambda x: (1e8 + x) - 1e8 + Value(x.data) * 1e-3, [0.3])


@given(st.floats(6, 13), small)
def test_cancelled_digits_are_never_a_wrong_rule(power, x):
    """The function's own round-off, up to all of its digits, is known from its graph."""
    big = 10.0**power
    assert check_gradient(lambda v: (big + tanh(v)) - big, [x])


@given(st.floats(-9, 0), st.sampled_from([1, -1]), st.sampled_from([-1, -2, -4]))
def test_neither_are_poles_nor_gradients_that_cancel(power, sign, exponent):
    """sin(v) / v at 1e-8: two terms of 1e8 cancel to 1e-8 in the gradient itself."""
    x = sign * 10.0**power
    assert verdicts(check_gradient(lambda v: v**exponent + 1, [x])) == ["right"]
    assert check_gradient(lambda v: autograd.sin(v) * v**exponent, [x])


LOST_TANH = replace(TANH, partials=(lambda ns, v, a: 1 - v * v,))
LOST_SIGMOID = replace(SIGMOID, partials=(lambda ns, v, a: v * (1 - v),))


@pytest.mark.parametrize(("primitive", "x"), [(LOST_TANH, 20.0), (LOST_TANH, -40.0), (LOST_TANH, 700.0),
                                              (LOST_SIGMOID, 40.0), (LOST_SIGMOID, 700.0)])  # fmt: skip
@pytest.mark.parametrize("nodes", [False, True])
def test_a_derivative_that_was_lost_is_not_called_right(primitive, x, nodes):
    """1.7e-17 and not 0: the function's values do not change by a digit for steps of any size."""
    report = check_gradient(lambda v: 3 * apply(primitive, (v,)), [x], nodes=nodes)
    assert report.inputs[0].gradient == 0.0 and verdicts(report) == ["undecided"]
    assert not report.ok and not report and len(report.undecided_zeros) == 1 + nodes
    assert "may saturate" in str(report) and "rule is wrong" not in str(report)
    assert all(len(line) <= 80 for line in str(report).splitlines())


@pytest.mark.parametrize(("function", "x"), [(tanh, 20.0), (sigmoid, 40.0), (lambda x: tanh(x) + 1, 300.0)])
def test_a_small_derivative_is_not_decided_by_differences_that_see_none(function, x):
    report = check_gradient(function, [x], nodes=True)
    assert report.ok and verdicts(report) == ["undecided"] and report.undecided_zeros == ()


@pytest.mark.parametrize(
    ("function", "x", "verdict"),
    [
        (tanh, -5.0, "right"),
        (sigmoid, -40.0, "right"),
        (lambda x: apply(LOST_TANH, (x,)), 17.0, "undecided"),
        (lambda x: apply(LOST_SIGMOID, (-x,)), 700.0, "right"),
    ],
)
def test_small_derivatives_that_differences_see(function, x, verdict):
    """Below, near 0, floats tell numbers apart however small they are."""
    assert verdicts(check_gradient(function, [x])) == [verdict]


@pytest.mark.parametrize(
    ("function", "x"),
    [
        (lambda x: 5 + relu(x), -3.0),
        (lambda x: 5 + relu(x) * 2.0, -700.0),
        (lambda x: tanh(x * 0.0 + 20.0), 1.5),
        (lambda x: Value(1.0) ** x, 3.0),
        (autograd.cos, 0.0),
        (lambda x: x**2 + 5, 0.0),
        (lambda x: maximum(x, 7.0) + exp(x.detach() * 0.0), 3.0),
        (lambda x: where(x > 0, x * 0.0, x) + 1, 3.0),
        (lambda x: exp(-(x**2)), 30.0),
    ],
)
def test_a_zero_that_is_one_is_right(function, x):
    """Of a choice, a factor of 0, a function that is seen to turn round, or one that is the same everywhere."""
    report = check_gradient(function, [x])
    assert report.inputs[0].gradient == 0.0 or x == 30.0
    assert report.ok and verdicts(report) == ["right"]


def test_an_unchosen_branch_without_a_derivative_is_undecided():
    report = check_gradient(lambda x: where(x > 0.5, x, sqrt(x - 0.25)), [0.25 + 0.5])
    assert report.ok
    report = check_gradient(lambda x, y: where(x > 0.5, x, sqrt(y)), [1.0, 0.0], nodes=True)
    assert [(row.operation, row.verdict) for row in report.of("undecided")] == [("sqrt", "undecided")]


# How it reads


def test_the_table_is_aligned_and_fits_eighty_columns():
    wide = Value(-1.23456789e-300, label="a_label_much_longer_than_any_column")
    report = check_gradient(lambda *x: sum(a * 1e-5 for a in x) - x[1] / 3e7, [wide, 12345.678, -0.5], nodes=True)
    lines = str(report).splitlines()
    assert all(len(line) <= 80 for line in lines)
    assert lines[0].split() == ["input", "at", "gradient", "differences", "error", "verdict"]
    verdict = lines[0].index("verdict")
    assert all(line[verdict:] in ("right", "undecided") for line in lines[1:4])
    assert lines[1].startswith("a_label_much_lon…")
    assert lines[5].split() == ["operation", "gradient", "differences", "error", "verdict"]
    assert lines[-1] == f"{len(report.rows)} right" == "14 right"


def test_a_report_of_nothing_wrong_is_true():
    report = GradientReport(inputs=())
    assert report and report.rows == ()


# Slopes by themselves


@given(st.floats(-3, 3), st.floats(-3, 3), st.floats(0.1, 30))
def test_slopes_of_smooth_curves_reach_eleven_digits(x, shift, steepness):
    found = slope(lambda t: math.sin(steepness * t + shift) + t, x)
    exact = steepness * math.cos(steepness * x + shift) + 1
    assert abs(found.value - exact) <= 1e-11 * (1 + steepness)
    assert abs(found.value - exact) <= 8 * found.uncertainty
    assert not found.kink and not found.one_sided


@given(st.floats(-2, 2), st.floats(1e-3, 5), st.floats(0.1, 3))
def test_kinks_are_seen_whatever_stands_around_them(x, bend, slant):
    assert slope(lambda t: math.sin(slant * t) + bend * abs(t - x), x).kink


def test_an_isolated_point_has_no_slope():
    found = slope(lambda t: 1.0 if t == 2.0 else None, 2.0)
    assert math.isnan(found.value) and found.uncertainty == math.inf


# What bad input gets


@pytest.mark.parametrize(
    ("function", "at", "error", "words"),
    [
        (3, [1.0], OperandError, r"check_gradient\(function\): expected a function, got int"),
        (neuron, "abc", OperandError, r"check_gradient\(at\): expected a list of numbers.*'abc'"),
        (neuron, 0.5, OperandError, r"check_gradient\(at\): expected a list of numbers.*float"),
        (neuron, None, OperandError, r"check_gradient\(at\): expected a list.*NoneType"),
        (relu, Value(1.0), OperandError, r"check_gradient\(at\): expected a list.*Value"),
        (lambda: Value(1.0), [], ShapeError, "at least one number, got none"),
        (neuron, [], ShapeError, "as many members as the function takes, got 0"),
        (neuron, [1.0, 2.0], ShapeError, "as many members as the function takes, got 2.*'b'"),
        (relu, [1.0, 2.0], ShapeError, "as many members as the function takes, got 2"),
        (relu, ["1"], OperandError, r"check_gradient\(at\)\[0\]: expected a real number, got .*'1'"),
        (relu, [1j], OperandError, r"check_gradient\(at\)\[0\].*complex"),
        (relu, [None], OperandError, r"check_gradient\(at\)\[0\].*NoneType"),
        (sum, [[1.0, "2"]], OperandError, r"check_gradient\(at\)\[0\]\[1\].*'2'"),
        (relu, [math.nan], ArgumentError, r"check_gradient\(at\)\[0\]: expected a finite number, got nan"),
        (relu, [Value(math.inf)], ArgumentError, r"check_gradient\(at\)\[0\]: expected a finite number, got inf"),
        (sum, [[1.0, math.nan]], ArgumentError, r"check_gradient\(at\)\[0\]\[1\]: expected a finite number"),
        (lambda x: None, [1.0], OperandError, "expected it to return a Value, got None; is a return missing"),
        (lambda x: x.data, [1.0], OperandError, "expected it to return a Value, got float"),
        (lambda x: [x], [1.0], OperandError, "expected it to return a Value, got list; check one output"),
        (lambda x: exp(1e4 * x), [1.0], NonFiniteError, "expected a finite result at x = 1.0, got inf"),
        (lambda x: log(x - 1), [1.0], DomainError, "log: expected an operand above 0"),
        (sqrt, [0.0], DomainError, "the derivative of sqrt"),
        (lambda x: x * random.random(), [1.0], ArgumentError, "one result for the same numbers, got .* seed"),
    ],
)
def test_refusals_name_the_argument(function, at, error, words):
    with pytest.raises(error, match=words):
        check_gradient(function, at)


@pytest.mark.parametrize(
    ("tolerance", "error"), [(0, ArgumentError), (1.0, ArgumentError), (math.nan, ArgumentError), ("a", OperandError)]
)
def test_unusable_tolerances(tolerance, error):
    with pytest.raises(error, match=r"check_gradient\(tolerance\): expected"):
        check_gradient(relu, [1.0], tolerance=tolerance)


def test_no_grad_of_what_the_function_closes_over_is_touched():
    w = Value(0.5)
    w.grad = 7.0
    assert check_gradient(lambda x: tanh(w * x), [0.3], nodes=True).ok
    assert w.grad == 7.0 and w.data == 0.5
    assert check_gradient(lambda x: x * constant(2.0), [0.3], nodes=True).edges[0].name == "multiply, by x"
