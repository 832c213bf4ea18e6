"""Derivatives of any order: matrices of them, the whole table to order three, compiled too, and what holds of all."""

import doctest
import importlib.util
import math
import sys
from itertools import combinations_with_replacement
from pathlib import Path
from random import Random

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mpf

import autograd
from autograd import (
    Value,
    check_gradient,
    compile,
    cos,
    exp,
    gradient,
    hessian,
    jacobian,
    log,
    log_softmax,
    logsumexp,
    sigmoid,
    sin,
    softmax,
    softplus,
    sqrt,
    tanh,
    total,
    weighted_sum,
)
from autograd.errors import DomainError, OperandError, RecordingError
from autograd.primitives import TABLE
from autograd.value import apply

SCRIPT = Path(__file__).parents[1] / "derivative_table.py"
small = st.floats(-2.0, 2.0)
over_the_table = pytest.mark.parametrize("primitive", TABLE.values(), ids=TABLE)


@pytest.fixture(scope="module")
def table():
    spec = importlib.util.spec_from_file_location("derivative_table", SCRIPT)
    module = sys.modules["derivative_table"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def numbers(matrix):
    return [[value.data for value in row] for row in matrix]


@pytest.mark.parametrize("name", ["check", "derivatives"])
def test_the_examples_in_the_docstrings_run(name):
    found = doctest.testmod(sys.modules[f"autograd.{name}"])
    assert found.failed == 0 and found.attempted >= 3


# Matrices of derivatives


def test_the_jacobian_of_polar_coordinates():
    r, angle = Value(2.0), Value(0.3)
    found = jacobian([r * cos(angle), r * sin(angle)], [r, angle])
    c, s = math.cos(0.3), math.sin(0.3)
    np.testing.assert_allclose(found, [[c, -2 * s], [s, 2 * c]], rtol=1e-15)


def test_the_jacobian_of_softmax():
    z = [Value(x) for x in (0.5, -1.0, 2.0)]
    p = softmax(z)
    found = jacobian(p, z)
    assert [len(row) for row in found] == [3, 3, 3]
    for i, row in enumerate(found):
        assert row == pytest.approx([p[i].data * ((i == j) - p[j].data) for j in range(3)], rel=1e-13)
    wide = jacobian(p[:2], z)
    assert wide == found[:2]


def test_the_hessian_of_a_quadratic_form_is_its_matrix():
    draws = np.random.default_rng(0)
    a = draws.normal(size=(5, 5))
    x = [Value(n) for n in draws.normal(size=5)]
    form = total(a[i, j] * x[i] * x[j] for i in range(5) for j in range(5))
    np.testing.assert_allclose(hessian(form, x), a + a.T, rtol=1e-14)
    assert np.array_equal(np.asarray(hessian(form, x)), np.asarray(numbers(hessian(form, x, create_graph=True))))


def test_the_hessian_of_rosenbrock_s_function():
    x, y = Value(-1.2), Value(1.0)
    f = 100 * (y - x**2) ** 2 + (1 - x) ** 2
    expected = [[1200 * 1.44 - 400 * 1.0 + 2, 480.0], [480.0, 200.0]]
    np.testing.assert_allclose(hessian(f, [x, y]), expected, rtol=1e-14)


def test_the_hessian_of_cross_entropy_is_that_of_logsumexp():
    z = [Value(n) for n in (0.1, -2.0, 1.5)]
    p = [v.data for v in softmax(z)]
    expected = np.diag(p) - np.outer(p, p)
    np.testing.assert_allclose(hessian(-log_softmax(z)[1], z), expected, rtol=1e-12)


def test_third_derivatives_from_a_hessian_with_a_graph():
    x, y = Value(0.4), Value(-0.7)
    second = hessian(exp(x * y), [x, y], create_graph=True)
    e = math.exp(-0.28)
    assert gradient(second[0][0], [x, y]) == pytest.approx([(-0.7) ** 3 * e, (2 * -0.7 + 0.4 * 0.49) * e])
    assert gradient(second[0][1], y) == pytest.approx((2 * 0.4 + 0.16 * -0.7) * e)


def test_matrices_by_values_in_the_middle_by_strangers_and_by_nothing():
    x, stranger = Value(3.0), Value(1.0)
    square = x * x
    assert jacobian([square * square, x, stranger], [square, x, stranger]) == [
        [18.0, 108.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0],
    ]  # fmt: skip
    assert hessian(square * square, [square, stranger]) == [[2.0, 0.0], [0.0, 0.0]]
    assert hessian(x, [x]) == [[0.0]]
    assert jacobian([], [x]) == [] and jacobian([x], []) == [[]] and hessian(x, []) == []
    assert jacobian((v for v in [x]), (v for v in [x, x])) == [[1.0, 1.0]]


def test_one_reverse_pass_a_row_and_no_grad_touched(monkeypatch):
    passes = []
    walked = autograd.adjoints._adjoints
    monkeypatch.setattr(autograd.adjoints, "_adjoints", lambda *args: passes.append(1) or walked(*args))
    x = [Value(0.1 * n) for n in range(5)]
    output = tanh(weighted_sum(x, x[::-1]))
    hessian(output, x)
    assert len(passes) == 6
    jacobian([output, x[0]], x)
    assert len(passes) == 8
    assert all(v.grad == 0.0 for v in x)


def test_a_deep_graph_has_a_hessian():
    x = y = Value(0.5)
    for _ in range(20_000):
        y = y * 1.0 + 0.0
    assert hessian(y * y, [x]) == [[2.0]]


@given(small, small, small)
def test_hessians_are_symmetric_and_are_jacobians_of_gradients(a, b, c):
    x = [Value(a), Value(b), Value(c)]
    f = tanh(x[0] * x[1]) * softplus(x[1] - x[2]) + exp(x[0] * x[2]) * sin(x[1])
    found = np.asarray(hessian(f, x))
    np.testing.assert_allclose(found, found.T, rtol=1e-11, atol=1e-13)
    assert np.array_equal(found, np.asarray(jacobian(gradient(f, x, create_graph=True), x)))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda v: jacobian(v, [v]), r"jacobian\(outputs\): expected a list of Values, got Value; .*gradient"),
        (lambda v: jacobian(3, [v]), r"jacobian\(outputs\): expected a list of Values, got int"),
        (lambda v: jacobian([v], v), r"jacobian\(wrt\): expected a list of Values, got Value; write \[v\]"),
        (lambda v: jacobian([v, 1.0], [v]), r"jacobian\(outputs\)\[1\]: expected a Value, got float"),
        (lambda v: jacobian([v], [v, "x"]), r"jacobian\(wrt\)\[1\]: expected a Value, got str"),
        (lambda v: hessian(1.0, [v]), r"hessian\(output\): expected a Value, got float"),
        (lambda v: hessian([v], [v]), r"hessian\(output\): expected a Value, got list"),
        (lambda v: hessian(v, v), r"hessian\(wrt\): expected a list of Values, got Value"),
        (lambda v: hessian(v, [None]), r"hessian\(wrt\)\[0\]: expected a Value, got NoneType"),
    ],
)
def test_refusals_name_the_argument(call, words):
    with pytest.raises(OperandError, match=words):
        call(Value(1.0))


def test_a_second_derivative_that_does_not_exist_is_named():
    x = Value(0.0)
    assert gradient(x**1.5, x) == 0.0
    with pytest.raises(DomainError, match="power"):
        hessian(x**1.5, [x])


# Compiled


def test_hessians_compile_and_agree_with_eager():
    w = [Value(0.3, label="w0"), Value(-0.8, label="w1")]

    def second(x):
        z = sigmoid(weighted_sum(w, x)) * x[0]
        return [d for row in hessian(z, [*w, *x], create_graph=True) for d in row]

    X = np.random.default_rng(0).normal(size=(6, 2))
    found = compile(second)(X)
    expected = [[d.data for d in second([Value(n) for n in row])] for row in X]
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-15)


def test_a_newton_step_in_a_compiled_function():
    """The numbers of a Hessian are Values like others: solve with them."""
    w = Value(0.0)

    @compile
    def newton(x):
        (slope,), ((curvature,),) = (
            gradient((w - x) ** 2 + exp(w), [w], create_graph=True),
            hessian((w - x) ** 2 + exp(w), [w], create_graph=True),
        )
        return w - slope / curvature

    assert newton([1.0, -2.0]).tolist() == pytest.approx([1 / 3, -5 / 3])


def test_gradients_of_compiled_second_derivatives():
    w = [Value(0.4), Value(-0.2)]

    def cost(x):
        return total(d * d for row in hessian(tanh(weighted_sum(w, x)), w, create_graph=True) for d in row)

    X = np.random.default_rng(1).normal(size=(4, 2))
    mean, slopes = compile(cost).gradient(X)
    costs = [cost([Value(n) for n in row]) for row in X]
    assert mean == pytest.approx(np.mean([c.data for c in costs]), rel=1e-13)
    assert slopes.tolist() == pytest.approx(np.mean([gradient(c, w) for c in costs], axis=0).tolist(), rel=1e-12)


@pytest.mark.parametrize(
    "function",
    [
        lambda w, x: w * x * gradient(tanh(w * x), w),
        lambda w, x: w * x + jacobian([tanh(w * x)], [w])[0][0],
        lambda w, x: w * x + hessian(tanh(w * x), [w])[0][0],
    ],
)
def test_one_sample_s_derivative_is_never_frozen_into_a_program(function):
    w = Value(0.5)
    with pytest.raises(RecordingError, match=r"frozen into the program; write create_graph=True"):
        compile(lambda x: function(w, x))([1.0, 2.0])


def test_backward_inside_a_compiled_function_is_refused():
    w = Value(0.5)

    def function(x):
        y = w * x
        y.backward()
        return y

    with pytest.raises(RecordingError, match=r"backward\(\).*gradient\(output, wrt, create_graph=True\)"):
        compile(function)([1.0])
    assert w.grad == 0.0


# The table to order three


def to_order_three(primitive, operands):
    """Every derivative by operands in ascending order, with the operands' indices."""
    below = {(): apply(primitive, tuple(operands))}
    found = {}
    for order in (1, 2, 3):
        below = {
            by: gradient(below[by[:-1]], operands[by[-1]], create_graph=True)
            for by in combinations_with_replacement(range(len(operands)), order)
        }
        found |= below
    return found


def everyday(table, primitive, count):
    """Points without extremes, at which closed forms need no bound but a relative one."""
    draws, found = Random(primitive.name), []
    while len(found) < count:
        point = next(table.points(primitive, 1, draws))
        if all(0.05 < abs(x) < 12 for x in point) and len(point) == (primitive.arity or 3 + (len(point) == 4)):
            found.append(point)
    return found


@over_the_table
def test_closed_forms_are_derivatives_of_one_another(table, primitive):
    """What the table is measured by is itself held to numerical differentiation at 60 digits."""
    exact = table.EXACT[primitive.name]
    with mpmath.workdps(60):
        for point in everyday(table, primitive, 2):
            x = tuple(map(mpf, point))
            for by in combinations_with_replacement(range(len(x)), 3):
                for lower, index in ((by[:1], by[1]), (by[:2], by[2])):
                    numeric = mpmath.diff(lambda *z, by=lower: exact(z, by), x, unit(len(x), index))
                    assert float(numeric) == pytest.approx(float(exact(x, (*lower, index))), rel=1e-12, abs=1e-20)


def unit(n, index):
    return tuple(int(i == index) for i in range(n))


@over_the_table
def test_order_one_is_right_everywhere_and_the_others_nearly(table, primitive):
    """A sample of what ``tests/derivative_table.py`` measures over a thousand points."""
    first, second, third = table.measured(primitive, 40, seed=1)
    assert first.good, first
    assert first.derivatives >= 40
    # Far out a share carries the rounding of |z|.
    bound = 1e-14 if primitive.name not in ("power", "logsumexp", "log_softmax") else 1e-12
    for measure in (second, third):
        assert measure.refused == 0
        assert measure.absolute <= 1e-12 or measure.relative <= bound, measure


def test_the_table_s_script_says_whether_all_is_well(table, capsys, monkeypatch):
    assert table.main(["--points", "3"]) == 0
    table_of_operations, tails = capsys.readouterr().out.split("\n\n")
    for text, names, orders in ((table_of_operations, TABLE, (1, 2, 3)), (tails, table.TAILS, (0, 1, 2))):
        lines = text.splitlines()
        assert [line.split()[:2] for line in lines[1:-1] if "overflow" not in line] == [
            [name, str(order)] for name in names for order in orders
        ]
        assert lines[-1].endswith("yes")
    monkeypatch.setitem(table.EXACT, "tanh", table.EXACT["sin"])
    assert table.main(["--points", "3"]) == 1
    assert capsys.readouterr().out.split("\n\n")[0].endswith("NO")
    monkeypatch.undo()
    monkeypatch.setitem(table.TAILS, "tanh", (*table.TAILS["tanh"][:2], table.TAILS["sigmoid"][2]))
    assert not table.tails(3, 0)


@over_the_table
def test_eager_and_compiled_agree_to_order_three(table, primitive):
    """The derivatives of an operation as a compiled function of its operands, over a batch."""
    arity = primitive.arity or (5 if primitive.name == "weighted_sum" else 3)
    draws = Random(f"batch {primitive.name}")
    rows = [p for p in everyday(table, primitive, 40) if len(p) == arity and max(map(abs, p)) < 6][:6]
    rows = rows or [[draws.uniform(0.5, 2) for _ in range(arity)] for _ in range(6)]

    def derivatives(x):
        return list(to_order_three(primitive, x).values())

    found = compile(lambda x: [*derivatives(x), x[0]])(np.array(rows))[:, :-1]
    expected = []
    with mpmath.workdps(60):
        for row, of_row in zip(rows, found, strict=True):
            eager = to_order_three(primitive, [Value(n) for n in row])
            expected.append([v.data for v in eager.values()])
            exact = [float(table.EXACT[primitive.name](list(map(mpf, row)), by)) for by in eager]
            np.testing.assert_allclose(of_row, exact, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)


def test_powers_at_the_exponent_zero_keep_their_mixed_derivatives():
    """Found by the derivative table: the exponent b - 1 was replaced at b = 0, derivatives and all."""
    a, b = Value(2.0), Value(0.0)
    log2 = math.log(2)
    assert gradient(a**b, [a, b]) == pytest.approx([0.0, log2])
    np.testing.assert_allclose(hessian(a**b, [a, b]), [[0.0, 0.5], [0.5, log2**2]], rtol=1e-15)
    b.data = 1.0
    third = gradient(hessian(a**b, [a, b], create_graph=True)[0][0], b)
    assert third == pytest.approx(0.5, rel=1e-15)
    zero = Value(0.0)
    for exponent in (0, Value(0.0)):
        assert gradient(zero**exponent, zero) == gradient(zero**exponent, zero, create_graph=True).data == 0.0
    assert gradient(zero ** Value(2.0), zero, create_graph=True).data == 0.0


# Properties


UNARY = {
    "sin": (sin, mpmath.sin),
    "tanh": (tanh, mpmath.tanh),
    "sigmoid": (sigmoid, lambda z: 1 / (1 + mpmath.exp(-z))),
    "softplus": (softplus, lambda z: mpmath.log(1 + mpmath.exp(z))),
    "exp": (lambda z: exp(-z * z), lambda z: mpmath.exp(-z * z)),
    "log": (lambda z: log(1 + z * z), lambda z: mpmath.log(1 + z * z)),
    "sqrt": (lambda z: sqrt(1 + z * z), lambda z: mpmath.sqrt(1 + z * z)),
}
BINARY = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / (2 + b * b),
    "^": lambda a, b: (1.5 + a * a) ** (b / 4),
}
programs = st.lists(
    st.tuples(st.sampled_from(sorted(BINARY)), st.sampled_from(sorted(UNARY)), *[st.integers(0, 9)] * 2),
    min_size=1,
    max_size=7,
)
threes = st.lists(small, min_size=3, max_size=3)


def run(leaves, program, exactly=False):
    """A random graph, of Values or of mpmath's numbers."""
    made = list(leaves)
    for binary, unary, i, j in program:
        made.append(UNARY[unary][exactly](BINARY[binary](made[i % len(made)], made[j % len(made)])))
    return sum(made[3:])


@settings(max_examples=25)
@given(threes, programs)
def test_random_graphs_equal_forty_digits(numbers, program):
    leaves = [Value(x) for x in numbers]
    output = run(leaves, program)
    with mpmath.workdps(40):
        x = tuple(map(mpf, numbers))
        assert output.data == pytest.approx(float(run(x, program, exactly=True)), rel=1e-13, abs=1e-13)
        for index, found in enumerate(gradient(output, leaves)):
            exact = mpmath.diff(lambda *z: run(z, program, exactly=True), x, unit(3, index))
            assert found == pytest.approx(float(exact), rel=1e-11, abs=1e-12)


@settings(max_examples=25)
@given(threes, programs)
def test_random_graphs_pass_the_check_by_input_and_by_node(numbers, program):
    report = check_gradient(lambda *x: run(x, program), numbers, nodes=True)
    assert report.ok, str(report)
    assert len(report.of("right")) >= 0.8 * len(report.rows)


@settings(max_examples=25)
@given(threes, programs)
def test_second_derivatives_of_random_graphs_pass_the_check(numbers, program):
    for index in range(3):
        report = check_gradient(
            lambda *x, index=index: gradient(run(x, program), x[index], create_graph=True) + x[0] * 0.0, numbers
        )
        assert report.ok, str(report)


@given(threes, programs)
def test_a_second_backward_exactly_doubles_however_often_a_leaf_is_used(numbers, program):
    leaves = [Value(x) for x in numbers]
    output = run(leaves, program)
    output.backward()
    once = [leaf.grad for leaf in leaves]
    output.backward()
    assert [leaf.grad for leaf in leaves] == [2 * grad for grad in once]


@pytest.mark.parametrize("compute", [lambda x, y: x * y + sqrt(x), lambda x, y: sqrt(x) + x * y])
def test_a_pass_that_fails_leaves_what_leaves_held(compute):
    x, y = Value(0.0), Value(2.0)
    (x * 3.0).backward()
    with pytest.raises(DomainError, match="sqrt"):
        compute(x, y).backward()
    assert (x.grad, y.grad) == (3.0, 0.0)


@given(st.lists(small, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_the_order_and_association_of_a_sum_do_not_matter(numbers, draws):
    leaves = [Value(x) for x in numbers]
    order = draws.sample(leaves, len(leaves))
    one, two, three = total(leaves), sum(order), total(order)
    for leaf_sum in (two, three):
        assert leaf_sum.data == pytest.approx(one.data, rel=1e-14, abs=1e-14)
    squares = [gradient(s * s, leaves) for s in (one, two, three)]
    for found in squares:
        assert found == pytest.approx([2 * one.data] * len(leaves), rel=1e-13, abs=1e-13)
    in_order, shuffled = ([tanh(v) * exp(v) for v in values] for values in (leaves, order))
    assert gradient(sum(shuffled), leaves) == gradient(total(in_order), leaves)


@given(st.lists(small, min_size=2, max_size=5), st.floats(-50, 50))
def test_softmax_does_not_notice_a_shift(numbers, shift):
    leaves, by = [Value(x) for x in numbers], Value(shift)
    shifted = [a + by for a in leaves]
    for function in (softmax, log_softmax):
        plain, moved = function(leaves), function(shifted)
        assert [v.data for v in moved] == pytest.approx([v.data for v in plain], rel=1e-12, abs=1e-13)
        np.testing.assert_allclose(jacobian(moved, leaves), jacobian(plain, leaves), rtol=1e-11, atol=1e-13)
        for v in moved:
            assert gradient(v, by) == pytest.approx(0.0, abs=1e-12)
    assert gradient(logsumexp(shifted), by) == pytest.approx(1.0, rel=1e-12)


@given(threes, programs, programs, small, small)
def test_second_derivatives_are_linear(numbers, f_program, g_program, p, q):
    leaves = [Value(x) for x in numbers]
    f, g = run(leaves, f_program), run(leaves, g_program)
    expected = p * np.asarray(hessian(f, leaves)) + q * np.asarray(hessian(g, leaves))
    np.testing.assert_allclose(hessian(p * f + q * g, leaves), expected, rtol=1e-9, atol=1e-9)
