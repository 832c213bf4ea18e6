"""Operations of one's own: declared once, walked, drawn, told and checked; compiled, see `test_own_operations`."""

import copy
import doctest
import math
import pickle
import sys

import mpmath
import numpy as np
import pytest

import nn
from autograd import (
    Value,
    anomalies,
    chain_rule,
    check_gradient,
    draw,
    exp,
    grad,
    gradient,
    hessian,
    no_grad,
    operation,
    tanh,
)
from autograd.errors import ArgumentError, AutogradError, DomainError, KeywordError, NonFiniteError, OperandError
from autograd.primitives import TABLE

swish = operation(
    "swish",
    rule=lambda ns, a: a * ns.sigmoid(a),
    partials=[lambda ns, v, a: v + ns.sigmoid(a) * (1 - v)],
)
logit = operation(
    "logit",
    rule=lambda ns, p: ns.log(p / (1 - p)),
    partials=[lambda ns, v, p: 1 / (p * (1 - p))],
    domain=(0, 1),
)
power_mean = operation(
    "power_mean",
    rule=lambda ns, a, b: ns.sqrt((a**2 + b**2) / 2),
    partials=[lambda ns, v, a, b: a / v / 2, lambda ns, v, a, b: b / v / 2],
    symbol="M",
    domain=[(0.0, math.inf), (0.0, math.inf)],
)
bell = operation("bell", rule=lambda a: math.exp(-a * a), partials=[lambda a: -2 * a * exp(-a * a)], symbol="β")
error = operation("error", rule=math.erf, partials=[lambda a: 2 / math.sqrt(math.pi) * math.exp(-a * a)])
length = operation("length", math.hypot, [lambda a, b: a / math.hypot(a, b), lambda a, b: b / math.hypot(a, b)])


@operation("cubed", partials=[lambda ns, v, a: 3 * a**2], kink=lambda a: 1.0)
def cubed(ns, a):
    """The third power."""
    return a**3


EXACT = {
    swish: (lambda a: a / (1 + mpmath.exp(-a)), (0.7,)),
    logit: (lambda p: mpmath.log(p / (1 - p)), (0.3,)),
    power_mean: (lambda a, b: mpmath.sqrt((a**2 + b**2) / 2), (0.7, 1.3)),
    bell: (lambda a: mpmath.exp(-(a**2)), (0.7,)),
    error: (mpmath.erf, (0.7,)),
    length: (mpmath.hypot, (0.7, 1.3)),
    cubed: (lambda a: a**3, (0.7,)),
}
all_of_them = pytest.mark.parametrize("own", EXACT, ids=lambda own: own.name)


def along(f, point, index):
    return lambda t: f(*point[:index], t, *point[index + 1 :])


# Walked


@all_of_them
def test_values_and_gradients_are_those_of_the_closed_form(own):
    exact, point = EXACT[own]
    operands = [Value(number) for number in point]
    made = own(*operands)
    made.backward()
    with mpmath.workdps(30):
        assert made.data == pytest.approx(float(exact(*map(mpmath.mpf, point))), rel=1e-14)
        for index, operand in enumerate(operands):
            slope = mpmath.diff(along(exact, [*map(mpmath.mpf, point)], index), mpmath.mpf(point[index]))
            assert operand.grad == pytest.approx(float(slope), rel=1e-13)
    assert made.primitive is own.primitive and made.operands == tuple(operands)


@pytest.mark.parametrize("own", [swish, logit, bell, cubed], ids=lambda own: own.name)
def test_higher_derivatives(own):
    exact, (point,) = EXACT[own]
    x = Value(point)
    with mpmath.workdps(40):
        second, third = (float(mpmath.diff(exact, mpmath.mpf(point), order)) for order in (2, 3))
    assert hessian(own(x), [x])[0][0] == pytest.approx(second, rel=1e-12)
    assert grad(grad(grad(own)))(point) == pytest.approx(third, rel=1e-11)


def test_mixed_second_derivatives():
    a, b = Value(0.7), Value(1.3)
    m = math.sqrt((0.7**2 + 1.3**2) / 2)
    mixed = hessian(power_mean(a, b), [a, b])[0][1]
    assert mixed == pytest.approx(-0.7 * 1.3 / (4 * m**3), rel=1e-12)


def test_partials_of_floats_alone_have_no_derivative_and_say_so():
    x = Value(0.7)
    slope = gradient(error(x), x, create_graph=True)
    assert slope.data == pytest.approx(2 / math.sqrt(math.pi) * math.exp(-0.49), rel=1e-15)
    with pytest.raises(DomainError, match=r"derivative of error': expected a partial that computes with Values.*0\.7"):
        gradient(slope, x)
    assert "error′(v0) = 0.69" in str(draw(slope)) and "∂ = undefined" in str(draw(slope))
    assert gradient(slope * x, slope) == 0.7


def test_a_partial_that_reads_a_number_out_of_a_value_is_not_taken_for_a_constant():
    # float(a) would leave 2 a out of the second derivative without a word.
    for read in (float, lambda a: a.data if isinstance(a, Value) else a, lambda a: math.fabs(a) * (1 if a > 0 else -1)):
        square = operation("squared", lambda a: a * a, [lambda a, read=read: 2 * read(a)])
        x = Value(3.0)
        with pytest.raises(DomainError, match="derivative of squared'"):
            hessian(square(x), [x])
    constant = operation("twice", lambda a: 2 * a, [lambda a: 2])
    assert hessian(constant(x) * x, [x]) == [[4.0]]


def test_partials_may_branch_and_use_other_operations_and_derivatives():
    absolute = operation("size", lambda a: abs(a), [lambda a: 1.0 if a > 0 else -1.0])
    assert hessian(absolute(x := Value(-2.0)) * x, [x]) == [[-2.0]]
    tower = operation("tower", lambda a: bell(bell(a)), [grad(lambda a: bell(bell(a)))])
    assert grad(tower)(0.7) == pytest.approx(grad(lambda a: bell(bell(a)))(0.7), rel=1e-15)
    assert grad(grad(tower))(0.7) == pytest.approx(grad(grad(lambda a: bell(bell(a))))(0.7), rel=1e-13)


def test_numbers_of_any_kind_are_operands_and_modes_hold():
    assert swish(2).data == swish(np.float64(2)).data == swish(Value(2.0)).data
    with no_grad():
        assert swish(Value(2.0)).operands == ()
    wide = operation("wide", lambda ns, a: ns.exp(a) * ns.exp(a), [lambda ns, v, a: 2 * v])
    with anomalies(), pytest.raises(NonFiniteError, match="wide: expected a finite result, got inf from x = 800"):
        wide(Value(800.0, "x"))


# Checked


@all_of_them
def test_check_gradient_finds_it_right(own):
    assert check_gradient(own, at=EXACT[own][1], nodes=True).ok


def test_check_gradient_names_a_wrong_partial():
    wrong = operation("wrong", lambda ns, a: a * a, [lambda ns, v, a: 3 * a])
    report = check_gradient(lambda x: tanh(wrong(x)), at=[0.5])
    assert not report.ok and "the rule of wrong is wrong" in str(report)


# Drawn and told


def test_it_is_drawn_and_told_in_symbols():
    x = Value(0.5, "x")
    y = swish(x)
    assert str(draw(y)).splitlines()[0] == "v1 = swish(x) = 0.3112296656009273"
    assert "swish" in draw(y, partials="all").source
    assert "swish(x) + σ(x) · (1 − swish(x)) = 0.74" in str(chain_rule(y, x))
    assert chain_rule(y, x).latex.endswith(
        r"\mathrm{swish}\left(x\right) + \sigma\left(x\right) \, \left(1 - \mathrm{swish}\left(x\right)\right) = 0.74"
    )
    assert "∂v1/∂x = 3x² = 0.75" in str(chain_rule(cubed(x), x))


def test_what_cannot_be_read_in_symbols_is_told_by_a_prime():
    x, y = Value(3.0, "x"), Value(4.0, "y")
    assert "∂v1/∂x = β′(x) = " in str(chain_rule(bell(x), x))
    assert r"\beta'\left(x\right)" in chain_rule(bell(x), x).latex
    assert "∂v2/∂y = length′₂(x, y) = 0.8" in str(chain_rule(length(x, y), y))
    assert r"\mathrm{length}'_{2}\left(x, y\right)" in chain_rule(length(x, y), y).latex
    branching = operation("bent", lambda ns, a: 2 * a, [lambda ns, v, a: 2 if a > 0 else 2.0])
    assert "bent′(x) = 2" in str(chain_rule(branching(x), x))


# Its domain


def test_outside_its_domain_the_error_names_it():
    for p in (0.0, 1.0, -3.0, math.inf):
        with pytest.raises(DomainError, match=r"logit: expected p between 0 and 1, got q = "):
            logit(Value(p, "q"))
    with pytest.raises(DomainError, match=r"M: expected|power_mean: expected a above 0, b above 0, got 1.0, b = -1.0"):
        power_mean(1.0, Value(-1.0, "b"))
    closed = operation(
        "root", lambda ns, a: ns.sqrt(a), [lambda ns, v, a: 0.5 / v], domain=lambda ns, a: ns.greater_equal(a, 0.0)
    )
    assert closed(0.0).data == 0.0
    with pytest.raises(DomainError, match=r"root: expected operands where it has a real result, got -1\.0"):
        closed(-1.0)
    with pytest.raises(DomainError, match=r"the derivative of root: .*got x = 0\.0"):
        closed(Value(0.0, "x")).backward()
    told = operation("told", lambda a: math.sqrt(a), [lambda a: 0.5 / math.sqrt(a)], needs="an operand of at least 0")
    with pytest.raises(DomainError, match=r"told: expected an operand of at least 0, got -1\.0"):
        told(-1.0)


@pytest.mark.parametrize(
    "rule",
    [
        lambda a: math.log(a),
        lambda a: a**0.5,  # complex
        lambda a: 1 / 0,
        lambda a: math.exp(1e4),
        lambda a: math.nan,
        lambda a: np.sqrt(a),
        lambda a: np.log(np.float64(a)),
        lambda ns, a: ns.log(a),
        lambda ns, a: a**0.5,
    ],
)
def test_what_gives_no_real_number_is_outside_the_domain(rule):
    own = operation("own", rule, [lambda *operands: 1.0])
    with pytest.raises(DomainError, match=r"own: expected operands where it has a real result, got x = -2\.0"):
        own(Value(-2.0, "x"))


# Names


def test_a_name_given_again_is_another_operation():
    x = Value(2.0)
    first = operation("mine", lambda ns, a: 2 * a, [lambda ns, v, a: 2.0])
    before = first(x)
    second = operation("mine", lambda ns, a: 3 * a, [lambda ns, v, a: 3.0])
    both = before + second(x)
    assert first.primitive is not second.primitive and first is not second
    assert both.data == 10.0 and gradient(both, x) == 5.0 and gradient(before, x) == 2.0
    assert "mine" not in TABLE


def test_the_examples_in_the_docstrings():
    found = doctest.testmod(sys.modules["autograd.operations"])
    assert found.failed == 0 and found.attempted


def test_it_has_the_names_of_a_function():
    assert (cubed.name, cubed.__name__, cubed.__doc__) == ("cubed", "cubed", "The third power.")
    assert repr(cubed) == "<operation cubed>" and cubed.rule(None, 2.0) == 8.0 and len(cubed.partials) == 1
    assert cubed.primitive.kink(1.0) == 1.0 and repr(cubed.primitive) == "<primitive cubed>"
    assert [row.name for row in check_gradient(power_mean, at=[1.0, 2.0]).inputs] == ["a", "b"]


def test_it_is_copied_as_a_function_and_pickled_by_name():
    assert copy.copy(swish) is copy.deepcopy({"f": swish})["f"] is swish
    for own in (swish, cubed):
        assert pickle.loads(pickle.dumps(own)) is own
    with pytest.raises(OperandError, match="pickle of <operation local>: expected an operation with a name at the top"):
        pickle.dumps(operation("local", lambda ns, a: a, [lambda ns, v, a: 1.0]))


# In networks


def test_it_is_an_activation():
    net = nn.MLP([2, 3, 1], activation=swish, output="linear", seed=0)
    x, y = np.random.default_rng(0).normal(size=(8, 2)), np.ones((8, 1))
    twin = copy.deepcopy(net)
    for each, compiled in ((net, True), (twin, False)):
        nn.fit(each, x, y, cost=nn.squared_error, optimiser=nn.SGD(0.1), epochs=2, batch_size=4, seed=0,
               progress=False, compiled=compiled)  # fmt: skip
    np.testing.assert_allclose(net.predict(x), twin.predict(x), rtol=1e-12)
    assert "swish" in str(net.summary())


# What is refused


OK = {"rule": lambda ns, a: a, "partials": [lambda ns, v, a: 1.0]}


@pytest.mark.parametrize(
    "change, error, says",
    [
        ({"name": 3}, ArgumentError, "name.*word.*got 3"),
        ({"name": "two words"}, ArgumentError, "name.*'two words'"),
        ({"name": "lambda"}, ArgumentError, "name.*'lambda'"),
        ({"name": "exp"}, ArgumentError, "name that is not taken, got 'exp': autograd has it"),
        ({"name": "leaf"}, ArgumentError, "not taken, got 'leaf'"),
        ({"rule": 3}, OperandError, r"operation\(rule\): expected a function, got int"),
        ({"rule": Value(1.0)}, OperandError, r"operation\(rule\): expected a function, got Value"),
        ({"rule": lambda ns, a, b: a}, ArgumentError, r"rule.*\(ns, a\), for 1 partial.*got one of \(ns, a, b\)"),
        ({"rule": lambda ns: 1.0}, ArgumentError, r"rule.*got one of \(ns\)"),
        ({"rule": lambda a, b: a}, ArgumentError, r"rule.*\(a\), for 1 partial of floats.*got one of \(a, b\)"),
        ({"partials": []}, ArgumentError, r"partials.*one for each operand, got \[\]"),
        ({"partials": 1.0}, ArgumentError, r"partials.*got 1\.0"),
        ({"partials": [1.0]}, OperandError, r"partials\)\[0\]: expected a function, got float"),
        ({"partials": [lambda a: 1.0]}, ArgumentError, r"partials\)\[0\]: .*\(ns, v, a\).*got one of \(a\)"),
        ({"partials": [lambda ns, v, a: 1.0] * 2}, ArgumentError, r"rule.*for 2 partials.*got one of \(ns, a\)"),
        ({"floats": 1}, OperandError, r"operation\(floats\): expected True, False or None, got 1"),
        ({"floats": True}, ArgumentError, r"rule.*for 1 partial of floats, got one of \(ns, a\)"),
        ({"symbol": ""}, ArgumentError, "symbol.*got ''"),
        ({"symbol": "a\nb"}, ArgumentError, "symbol"),
        ({"symbol": "x" * 21}, ArgumentError, "symbol.*at most 20"),
        ({"symbol": 3}, ArgumentError, "symbol.*got 3"),
        ({"domain": 3}, ArgumentError, r"domain.*\(low, high\).*got 3"),
        ({"domain": (1, 0)}, ArgumentError, r"domain\) for a: expected low < high"),
        ({"domain": (0, math.nan)}, ArgumentError, r"domain\) for a: expected low < high"),
        ({"domain": (0, "b")}, OperandError, r"domain\) for a: expected a real number, got the str 'b'"),
        ({"domain": (0, 1, 2)}, ArgumentError, r"domain\) for a: expected \(low, high\)"),
        ({"domain": [(0, 1), (0, 1)]}, ArgumentError, r"domain.*for each of 1 operands.*got \[\(0, 1\)"),
        ({"domain": lambda a: 1.0}, ArgumentError, r"domain.*\(ns, a\)"),
        ({"needs": 3}, OperandError, "needs.*text, got int"),
        ({"kink": 0.0}, OperandError, r"operation\(kink\): expected a function, got float"),
        ({"forward": 1}, KeywordError, r"operation\(forward=\.\.\.\): expected rule="),
        ({"grad": 1}, KeywordError, "expected partials="),
    ],
)
def test_a_declaration_that_cannot_be_is_refused(change, error, says):
    with pytest.raises(error, match=says) as caught:
        operation(**{"name": "own", **OK, **change})
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    "rule, says",
    [
        (
            lambda ns, a: ns.erfq(a),
            r"got ns\.erfq, which there is not; rules compute with operators and functions of ns",
        ),
        (lambda ns, a: "1", "real number for 2.0, got the str '1'"),
        (lambda ns, a: None, "got None; is a return missing"),
        (lambda ns, a: [a], "got list of 1"),
        (lambda ns, a: a["x"], "got TypeError"),
        (lambda a: {}[a], r"got KeyError: 2\.0"),
        (lambda a: a.size, "got AttributeError: 'float' object has no attribute 'size'"),
        (lambda a: "1", "got the str '1'"),
        (lambda a: np.ones(2), "got ndarray"),
    ],
)
def test_a_rule_that_raises_or_returns_no_number_gets_one_clear_error(rule, says):
    own = operation("own", rule, [lambda *operands: 1.0])
    with pytest.raises(OperandError, match="own: expected the rule to return.*" + says) as caught:
        own(Value(2.0))
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 400


def test_so_does_a_partial():
    for partial in (lambda ns, v, a: "1", lambda ns, v, a: ns.erfq(a), lambda ns, v, a: None):
        with pytest.raises(OperandError, match=r"own: expected the partial by operand 0 to return"):
            operation("own", lambda ns, a: a, [partial])(Value(2.0)).backward()
    with pytest.raises(OperandError, match=r"own': expected the partial to return"):
        operation("own", lambda a: a, [lambda a: "1"])(Value(2.0)).backward()


def test_it_is_called_with_numbers():
    for call in (lambda: swish(), lambda: swish(1.0, 2.0), lambda: power_mean(1.0)):
        with pytest.raises(OperandError, match=r"expected \d operands?, got \d"):
            call()
    with pytest.raises(OperandError, match=r"swish\(a\): expected a Value or a real number, got the str"):
        swish("1")
    with pytest.raises(OperandError, match=r"power_mean\(b\): .*got ndarray of shape \(2,\)"):
        power_mean(1.0, np.ones(2))
    with pytest.raises(AutogradError, match="pickle"):
        pickle.dumps(swish.primitive)
