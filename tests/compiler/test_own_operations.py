"""Operations of one's own in compiled functions: the same numbers, errors and paths as eagerly, on every back end."""

import importlib.util
import math
import warnings

import numpy as np
import pytest

import nn
from autograd import Value, compile, exp, grad, gradient, operation, tanh, where
from autograd.compiler import order
from autograd.compiler.backends import BACKENDS
from autograd.errors import DomainError, OperandError, RecordingError, RowByRowWarning

HAS_JAX = importlib.util.find_spec("jax") is not None
HAS_NUMBA = not BACKENDS["numba"].missing()
JAX = pytest.param("jax", marks=pytest.mark.skipif(not HAS_JAX, reason="needs JAX"))
NUMBA = pytest.param("numba", marks=pytest.mark.skipif(not HAS_NUMBA, reason="needs numba"))
on_all = pytest.mark.parametrize("backend", ["numpy", "reference", NUMBA, JAX])
XS = np.array([0.3, -1.2, 2.0])

swish = operation(
    "swish",
    rule=lambda ns, a: a * ns.sigmoid(a),
    partials=[lambda ns, v, a: v + ns.sigmoid(a) * (1 - v)],
)
power_mean = operation(
    "power_mean",
    rule=lambda ns, a, b: ((a**2 + b**2) / 2) ** 0.5,
    partials=[lambda ns, v, a, b: a / v / 2, lambda ns, v, a, b: b / v / 2],
)
logit = operation(
    "logit",
    rule=lambda ns, p: ns.log(p / (1 - p)),
    partials=[lambda ns, v, p: 1 / (p * (1 - p))],
    domain=(0, 1),
)


def of_floats(name="error"):
    """A new one, of which no program has warned yet."""
    return operation(name, rule=math.erf, partials=[lambda a: 2 / math.sqrt(math.pi) * exp(-a * a)])


OTHER = of_floats("other")


def eagerly(function, batch, parameters):
    """The outputs of every row and the gradient of their mean."""
    costs = [function(*map(Value, row)) for row in zip(*batch, strict=True)]
    slopes = np.mean([gradient(cost, parameters) for cost in costs], axis=0)
    return [cost.data for cost in costs], slopes


def holds(function, batch, parameters, backend="numpy", **options):
    f = compile(function, backend=backend, **options)
    costs, slopes = eagerly(function, batch, parameters)
    np.testing.assert_allclose(f(*batch), costs, rtol=1e-12)
    assert list(f.parameters) == parameters
    np.testing.assert_allclose(f.gradient(*batch)[1], slopes, rtol=1e-12)
    return f


@on_all
def test_it_computes_what_it_computes_eagerly(backend):
    w, b = Value(1.5, "w"), Value(0.5, "b")
    f = holds(lambda x: swish(w * x) * power_mean(x, b) + swish(2.0), [XS], [w, b], backend)
    assert "swish(" in str(f.plan) and "power_mean(x, b)" in str(f.plan)


@on_all
def test_a_layer_of_them_is_one_instruction(backend):
    net = nn.MLP([3, 4, 1], activation=swish, output="linear", seed=0)
    f = compile(lambda x, y: nn.squared_error(net(x), y), backend=backend)
    x, y = np.random.default_rng(0).normal(size=(5, 3)), np.ones((5, 1))
    cost, slopes = f.gradient(x, y)
    rows = [nn.squared_error(net(list(row)), [1.0]) for row in x]
    assert cost == pytest.approx(np.mean([row.data for row in rows]), rel=1e-12)
    expected = np.mean([gradient(row, list(f.parameters)) for row in rows], axis=0)
    np.testing.assert_allclose(slopes, expected, rtol=1e-11, atol=1e-15)
    assert "a1 = swish(z1)" in str(f.plan) or "swish(z1)" in str(f.plan)


@pytest.fixture
def nothing_repeats(monkeypatch):
    """Chains that repeat are loops: here none does, so that they are walked."""
    monkeypatch.setattr(order, "recurrences_of", lambda atoms: [])


@on_all
def test_long_chains_of_it_are_walked(backend, nothing_repeats):
    w = Value(0.8, "w")

    def chain(x):
        for _ in range(40):
            x = swish(x) * w + 0.3 * x + power_mean(x, 1.0) * 0.01
        return x

    f = holds(chain, [XS], [w], backend)
    assert "walk" in str(f.plan)


@on_all
def test_steps_of_it_that_repeat_are_a_loop(backend):
    w = Value(0.8, "w")

    def chain(x):
        for _ in range(12):
            x = swish(x) * w + 0.3 * x
        return x

    assert "for t in" in str(holds(chain, [XS], [w], backend).plan)


@on_all
def test_two_of_one_name_do_not_mix(backend):
    one = operation("mine", lambda ns, a: 2 * a, [lambda ns, v, a: 2.0])
    two = operation("mine", lambda ns, a: 3 * a, [lambda ns, v, a: 3.0])
    w = Value(1.0, "w")
    f = holds(lambda x: 10 * one(w * x) + two(w * x), [XS], [w], backend)
    np.testing.assert_allclose(f(XS), 23 * XS)
    assert compile(lambda x: one(x), backend=backend)([1.0]) == [2.0]


def test_a_name_of_numpys_is_not_taken_for_numpys():
    w = Value(1.0, "w")
    for name in ("nextafter", "spacing", "own", "held", "n", "take"):
        own = operation(name, lambda ns, a: 2 * a, [lambda ns, v, a: 2.0])
        holds(lambda x, own=own: own(w * x) * own(x), [XS], [w])


def test_a_declaration_that_is_run_again_is_noticed():
    space = {"operation": operation, "compile": compile}
    exec("mine = operation('mine', lambda ns, a: 2 * a, [lambda ns, v, a: 2.0])", space)
    exec("def f(x): return mine(x)", space)
    f = compile(space["f"])
    assert f([1.0]) == [2.0]
    exec("mine = operation('mine', lambda ns, a: 3 * a, [lambda ns, v, a: 3.0])", space)
    assert f([1.0]) == [3.0]


def test_a_number_that_a_rule_closes_over_is_noticed():
    slope = 2.0
    mine = operation("mine", lambda ns, a: slope * a, [lambda ns, v, a: slope])
    w = Value(1.0)
    f = compile(lambda x: mine(w * x))
    assert f([1.0]) == [2.0] and f.gradient([1.0])[1] == [2.0]
    slope = 5.0
    assert f([1.0]) == [5.0] and f.gradient([1.0])[1] == [5.0]


def test_float32():
    f = compile(lambda x: swish(x) * power_mean(x, 1.0), dtype=np.float32)
    found = f(XS)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, [swish(x).data * power_mean(x, 1.0).data for x in XS], rtol=1e-6)


@on_all
def test_higher_derivatives_are_live(backend):
    f = compile(lambda x: grad(grad(swish))(x) + grad(lambda a: power_mean(a, x))(2.0), backend=backend)
    expected = [grad(grad(swish))(x) + grad(lambda a, x=x: power_mean(a, x))(2.0) for x in XS]
    np.testing.assert_allclose(f(XS), expected, rtol=1e-11)


@on_all
def test_rules_may_be_made_of_others_and_compare(backend):
    w = Value(0.7, "w")
    halved = operation(
        "halved",
        lambda ns, a: swish.rule(ns, a / 2) + (a > 0) * abs(a),
        [
            lambda ns, v, a: (
                swish.partials[0](ns, swish.rule(ns, a / 2), a / 2) / 2 + (a > 0) * (a >= 0) * (a < 99) * (a <= 99)
            )
        ],
        domain=lambda ns, a: (a > -9) * (a <= 9),
    )
    holds(lambda x: halved(w * x), [XS], [w], backend)
    with pytest.raises(DomainError, match="row 1: halved"):
        compile(lambda x: halved(x), backend=backend)([0.0, 10.0])
    other = operation("other", lambda ns, a: swish(a), [lambda ns, v, a: 1.0])
    assert other(2.0).data == swish(2.0).data
    with pytest.raises(OperandError, match=r"other: expected the rule to compute .*f\.rule\(ns, a\)"):
        compile(lambda x: other(x), backend=backend)(XS)


def test_a_rule_of_floats_may_use_autograd():
    w = Value(0.7, "w")
    own = operation(
        "own", lambda a: exp(-a) * 2 if a > 0 else tanh(a), [lambda a: -exp(-a) * 2 if a > 0 else 1 - tanh(a) ** 2]
    )
    with pytest.warns(RowByRowWarning):
        holds(lambda x: own(w * x), [XS], [w])


def test_a_label_of_its_name_is_told_apart():
    w = Value(0.7, "swish")
    told = str(compile(lambda x: swish(w * x) * swish(x)).record(XS).plan)
    assert "swish(" in told and "swish * x" not in told


@on_all
def test_a_rule_may_be_constant(backend):
    one, w = operation("one", lambda ns, a: 1, [lambda ns, v, a: 0]), Value(0.7, "w")
    holds(lambda x: one(w * x) * w, [XS], [w], backend)


# Domains and paths


@on_all
def test_outside_its_domain_the_row_is_named(backend):
    w = Value(1.0, "w")
    f = compile(lambda p: logit(w * p), backend=backend)
    np.testing.assert_allclose(f([0.2, 0.7]), [logit(0.2).data, logit(0.7).data], rtol=1e-12)
    for call in (f, f.gradient):
        with pytest.raises(DomainError, match=r"row 1: logit: expected p between 0 and 1, got 1\.5, at test_own_op"):
            call([0.2, 1.5])


@on_all
def test_what_vanishes_inside_a_rule_is_found(backend):
    # tanh makes 1 of the infinity, and `where` hides NaN.
    inverse = operation("inverse", lambda ns, a: ns.tanh(1 / a), [lambda ns, v, a: -(1 - v**2) / a**2])
    hidden = operation("hidden", lambda ns, a: ns.where(ns.greater(a, 0.0), ns.log(a), a), [lambda ns, v, a: 1.0])
    for own, at in ((inverse, 0.0), (hidden, -1.0)):
        with pytest.raises(DomainError, match=f"{own.name}: expected operands where it has a real result"):
            own(at)
        with pytest.raises(DomainError, match=f"row 1: {own.name}: expected operands"):
            compile(lambda x, own=own: own(x), backend=backend)([1.0, at])


def test_where_computes_it_only_where_it_is_chosen():
    above = operation("above", lambda ns, a: ns.log(a - 5), [lambda ns, v, a: 1 / (a - 5)], domain=(5, math.inf))
    w = Value(1.0, "w")
    xs = np.array([3.0, 8.0, 1.0, 6.0])
    for turned in (xs, xs[::-1]):
        f = holds(lambda x: where(x > 5, lambda: above(w * x), x * w), [turned], [w])
        assert "where" in str(f.plan)


def test_an_error_that_is_caught_is_a_path():
    w = Value(2.0, "w")

    def caught(p):
        try:
            return logit(p) * w
        except DomainError:
            return p * w

    for rows in ([0.2, 1.5, 0.7, -1.0], [1.5, 0.2]):
        holds(caught, [np.array(rows)], [w])


def test_without_a_domain_a_caught_error_is_refused_never_frozen():
    bare = operation("bare", lambda ns, a: ns.log(a), [lambda ns, v, a: 1 / a])

    def caught(x):
        try:
            return bare(x) * 2.0
        except DomainError:
            return x

    with pytest.raises(RecordingError, match=r"bare at test_own.*expected domain= where it was declared"):
        compile(caught)([-1.0, 2.0])
    with pytest.raises(RecordingError, match="expected domain="):
        compile(caught)([2.0, -1.0])


def test_a_rule_that_arrays_cannot_be_read_with_says_so():
    bent = operation("bent", lambda ns, a: a if a > 0 else -a, [lambda ns, v, a: 1.0])
    assert bent(-2.0).data == 2.0
    with pytest.raises(OperandError, match=r"bent: expected the rule to compute with numbers of any kind.*floats=True"):
        compile(lambda x: bent(x))(XS)
    summed = operation("summed", lambda ns, a: np.sum(a), [lambda ns, v, a: 1.0])
    assert summed(2.0).data == 2.0
    for backend in ("numpy", "reference"):
        with pytest.raises(
            OperandError, match=r"summed: expected the rule to compute number by number.*\(3, 1\) one of"
        ):
            compile(lambda x: summed(x), backend=backend)(XS)
    of_math = operation("of_math", lambda ns, a: 2.0 * a, [lambda ns, v, a: math.exp(a)])
    w = Value(1.0)
    with pytest.raises(OperandError, match="of_math: expected the partial by operand 0 to compute"):
        compile(lambda x: of_math(w * x)).gradient(XS)


# Of floats alone


def test_a_rule_of_floats_is_called_for_every_number_and_a_warning_says_so_once():
    own, w = of_floats(), Value(1.5, "w")
    with pytest.warns(RowByRowWarning, match="error: a compiled program calls its rule of floats.*ns") as noted:
        f = holds(lambda x: own(w * x) * own(x), [XS], [w])
    assert len(noted) == 1 and noted[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        f(XS[:2])
        holds(lambda x: own(own(w * x)), [XS], [w])
        holds(lambda x: own(w * x), [XS], [w], "reference")
    with pytest.warns(RowByRowWarning, match="other: "):
        compile(OTHER).record(XS)


@pytest.mark.filterwarnings("ignore::autograd.errors.RowByRowWarning")
def test_of_several_operands_in_chains_and_to_the_second_order(nothing_repeats):
    length = operation("length", math.hypot, [lambda a, b: a / math.hypot(a, b), lambda a, b: b / math.hypot(a, b)])
    own, w = of_floats(), Value(0.7, "w")

    def chain(x, y):
        for _ in range(60):
            x, y = tanh(length(x, w * y)), own(y) + 0.1 * x
        return x + y

    assert "walk" in str(holds(chain, [XS, XS[::-1]], [w]).plan)
    holds(lambda x, y: length(w * x, y) * length(3.0, w), [XS, XS + 1], [w])
    second = compile(lambda x: grad(grad(own))(x))
    np.testing.assert_allclose(second(XS), [grad(grad(own))(x) for x in XS], rtol=1e-12)
    slope = compile(lambda x: grad(lambda a: length(a, 2.0))(w * x))
    np.testing.assert_allclose(slope(XS), [0.7 * x / math.hypot(0.7 * x, 2.0) for x in XS], rtol=1e-12)
    with pytest.raises(DomainError, match="the derivative of length'1: expected a partial that computes"):
        slope.gradient(XS)


@pytest.mark.filterwarnings("ignore::autograd.errors.RowByRowWarning")
def test_outside_a_domain_of_floats_the_row_is_named_and_other_paths_do_no_harm():
    root = operation("root", math.sqrt, [lambda a: 0.5 / math.sqrt(a)], domain=lambda ns, a: ns.greater_equal(a, 0.0))
    w = Value(2.0, "w")
    with pytest.raises(DomainError, match=r"row 2: root: expected .*got -4\.0"):
        compile(lambda x: root(w * x))([1.0, 2.0, -2.0])
    with pytest.raises(DomainError, match=r"row 1: the derivative of root: .*got 0\.0"):
        compile(lambda x: root(w * x)).gradient([1.0, 0.0])
    xs = np.array([4.0, -1.0, 9.0])
    holds(lambda x: root(w * x) if x > 0 else w * x, [xs], [w])
    holds(lambda x: where(x > 0, lambda: root(w * x), w * x), [xs], [w])


def test_jax_refuses_rules_of_floats():
    pytest.importorskip("jax")
    own = of_floats("jaxless")
    with (
        pytest.warns(RowByRowWarning),
        pytest.raises(OperandError, match=r'backend="jax".*jaxless.*of floats.*with ns.*numpy'),
    ):
        compile(lambda x: own(x), backend="jax")(XS)
    with pytest.raises(OperandError, match=r'backend="jax".*jaxless'):
        nn.fit(nn.MLP([1, 1], activation=own, seed=0), XS[:, None], XS[:, None], backend="jax", progress=False)
