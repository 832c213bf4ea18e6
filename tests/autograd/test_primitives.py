"""Every entry of the table, held to central differences, to 40 digits of mpmath and to its other readings.

All tests run over `TABLE`: a new operation is reached by itself, and fails
`test_every_operation_has_an_independent_formula` until one is written here.
"""

import math
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import mpmath
import numpy as np
import pytest
from mpmath import mpf

from autograd import Value, gradient
from autograd.functions import VALUES
from autograd.namespaces import ARRAYS, FLOATS
from autograd.primitives import TABLE, Primitive
from autograd.reverse import local_partial
from autograd.value import apply

mpmath.mp.dps = 40

# The operations again, from their definitions and not from the engine's stable forms.
FORMULAS: dict[str, Callable[..., Any]] = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
    "power": lambda a, b: mpmath.power(a, b),
    "negative": lambda a: -a,
    "positive_of": lambda a: +a,
    "absolute": lambda a: mpmath.fabs(a),
    "exp": mpmath.exp,
    "log": mpmath.log,
    "sqrt": mpmath.sqrt,
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "tanh": lambda a: mpmath.sinh(a) / mpmath.cosh(a),
    "sigmoid": lambda a: 1 / (1 + mpmath.exp(-a)),
    "relu": lambda a: a if a > 0 else mpf(0),
    "softplus": lambda a: mpmath.log(1 + mpmath.exp(a)),
    "maximum": lambda a, b: max(a, b),
    "minimum": lambda a, b: min(a, b),
    "where": lambda c, a, b: a if c != 0 else b,
    "weighted_sum": lambda *x: mpmath.fsum(w * a for w, a in zip(x[:2], x[2:4], strict=True)) + mpmath.fsum(x[4:]),
    "total": lambda *x: mpmath.fsum(x),
    "logsumexp": lambda *x: mpmath.log(mpmath.fsum(map(mpmath.exp, x))),
    "choose": lambda i, *options: options[int(mpmath.floor(i))],
    "log_softmax": lambda *x: x[0] - mpmath.log(mpmath.fsum(map(mpmath.exp, x))),
    "expm1": mpmath.expm1,
    "tanh_prime": lambda a: 1 / mpmath.cosh(a) ** 2,
    "sigmoid_prime": lambda a: 1 / (2 + mpmath.exp(a) + mpmath.exp(-a)),
    "sign": mpmath.sign,
    "step": lambda a: mpf(a > 0),
    "less": lambda a, b: mpf(a < b),
    "less_equal": lambda a, b: mpf(a <= b),
    "greater": lambda a, b: mpf(a > b),
    "greater_equal": lambda a, b: mpf(a >= b),
    "equal": lambda a, b: mpf(a == b),
    "not_equal": lambda a, b: mpf(a != b),
    "detach": lambda a: a,
    "square": lambda a: a**2,
    "reciprocal": lambda a: 1 / a,
    "exp2": lambda a: mpf(2) ** a,
    "log1p": lambda a: mpmath.log(1 + a),
    "log2": lambda a: mpmath.log(a) / mpmath.log(2),
    "log10": lambda a: mpmath.log(a) / mpmath.log(10),
    "cbrt": lambda a: mpmath.sign(a) * mpmath.power(abs(a), mpf(1) / 3),
    "tan": lambda a: mpmath.sin(a) / mpmath.cos(a),
    "asin": mpmath.asin,
    "acos": mpmath.acos,
    "atan": mpmath.atan,
    "atan2": mpmath.atan2,
    "sinh": lambda a: (mpmath.exp(a) - mpmath.exp(-a)) / 2,
    "cosh": lambda a: (mpmath.exp(a) + mpmath.exp(-a)) / 2,
    "asinh": lambda a: mpmath.log(a + mpmath.sqrt(a**2 + 1)),
    "acosh": lambda a: mpmath.log(a + mpmath.sqrt(a**2 - 1)),
    "atanh": lambda a: mpmath.log((1 + a) / (1 - a)) / 2,
    "hypot": lambda a, b: mpmath.sqrt(a**2 + b**2),
    "hypot_prime": lambda a, b: a / mpmath.sqrt(a**2 + b**2),
    "erf": mpmath.erf,
    "erfc": lambda a: 1 - mpmath.erf(a),
    "lgamma": mpmath.loggamma,
    "digamma": mpmath.digamma,
    "trigamma": lambda a: mpmath.psi(1, a),
    "sinc": mpmath.sincpi,
    "sinc_prime": lambda a: (mpmath.cospi(a) - mpmath.sincpi(a)) / a,
    "clip": lambda a, low, high: min(max(a, low), high),
    "leaky_relu": lambda a, b: a if a > 0 else a * b,
    "elu": lambda a, b: a if a > 0 else b * (mpmath.exp(a) - 1),
    "gelu": lambda a: a * (1 + mpmath.erf(a / mpmath.sqrt(2))) / 2,
    "silu": lambda a: a / (1 + mpmath.exp(-a)),
    "hard_sigmoid": lambda a: min(max(a / 6 + mpf("0.5"), mpf(0)), mpf(1)),
    "softsign": lambda a: a / (1 + abs(a)),
    "floor": mpmath.floor,
    "ceil": mpmath.ceil,
    "round_": mpmath.nint,
    "mod": lambda a, b: a - b * mpmath.floor(a / b),
    "floor_divide": lambda a, b: mpmath.floor(a / b),
    "copysign": lambda a, b: abs(a) * (1 if b > 0 else -1),
}
# What a derivative is by convention and not by calculus.
NO_GRADIENT_BY_DEFINITION = {"detach"}
MANY = {"weighted_sum": (4, 5), "total": (1, 3), "logsumexp": (1, 3), "log_softmax": (1, 3), "choose": (4, 5)}


def over(primitives: dict[str, Primitive]) -> Any:
    return pytest.mark.parametrize("primitive", primitives.values(), ids=primitives)


over_the_table = over(TABLE)
over_what_can_repeat = over(  # at a tie of kinked operations a convention rules
    {name: entry for name, entry in TABLE.items() if entry.arity != 1 and entry.kink is None}
)
over_what_computes = over(  # comparisons and `where` choose, a choice has no NaN, and a NaN has a sign
    {
        name: entry
        for name, entry in TABLE.items()
        if name not in ("where", "choose", "copysign") and not (entry.infix and entry.kink is not None)
    }
)


def points(primitive: Primitive, count: int = 6) -> list[list[float]]:
    """Operands inside the primitive's domain and away from its kinks, the same in every run."""
    rng = Random(primitive.name)
    found: list[list[float]] = []
    while len(found) < count:
        arity = primitive.arity or rng.choice(MANY[primitive.name])
        domain = primitive.domain * arity if len(primitive.domain) == 1 else primitive.domain
        point = [rng.uniform(max(low, -3.0) + 0.1, min(high - 0.1, 3.0)) for low, high in domain]
        if primitive.kink is None or abs(primitive.kink(*point)) > 0.05:
            found.append(point)
    return found


def derivative(primitive: Primitive, point: Sequence[float], orders: Sequence[int]) -> Any:
    """The exact mixed partial derivative of the independent formula."""
    return mpmath.diff(FORMULAS[primitive.name], tuple(map(mpf, point)), tuple(orders))


def unit(n: int, *indices: int) -> list[int]:
    return [indices.count(i) for i in range(n)]


def test_every_operation_has_an_independent_formula():
    assert set(FORMULAS) == set(TABLE)
    assert {name for name, primitive in TABLE.items() if primitive.arity is None} == set(MANY)


@over_the_table
def test_names_agree(primitive):
    assert TABLE[primitive.name] is primitive
    assert repr(primitive) == f"<primitive {primitive.name}>"
    assert primitive.symbol
    assert not primitive.infix or primitive.arity == 2
    assert len(primitive.domain) in (1, primitive.arity)


@over_the_table
def test_rules_equal_forty_digits(primitive):
    for point in points(primitive):
        exact = FORMULAS[primitive.name](*map(mpf, point))
        assert primitive.rule(FLOATS, *point) == pytest.approx(float(exact), rel=1e-14, abs=1e-15)


@over_the_table
def test_partials_equal_forty_digits(primitive):
    for point in points(primitive):
        node = apply(primitive, tuple(map(Value, point)))
        for index in range(len(point)):
            exact = (
                0
                if primitive.name in NO_GRADIENT_BY_DEFINITION
                else derivative(primitive, point, unit(len(point), index))
            )
            assert local_partial(node, index) == pytest.approx(float(exact), rel=1e-12, abs=1e-14)


@over_the_table
def test_partials_equal_central_differences(primitive):
    if primitive.name in NO_GRADIENT_BY_DEFINITION:
        assert [local_partial(apply(primitive, (Value(2.0),)), 0)] == [0.0]
        return
    h = 1e-6
    for point in points(primitive):
        node = apply(primitive, tuple(map(Value, point)))
        for index in range(len(point)):
            above, below = ([x + sign * h * (i == index) for i, x in enumerate(point)] for sign in (1, -1))
            slope = (primitive.rule(FLOATS, *above) - primitive.rule(FLOATS, *below)) / (2 * h)
            assert local_partial(node, index) == pytest.approx(slope, rel=1e-6, abs=1e-7)


@over_the_table
def test_floats_arrays_and_values_read_a_rule_alike(primitive):
    for point in points(primitive):
        v = primitive.rule(FLOATS, *point)
        arrays = [np.array([x, x]) for x in point]
        values = [Value(x) for x in point]
        with np.errstate(over="ignore"):
            in_arrays = primitive.rule(ARRAYS, *arrays)
        assert np.shape(in_arrays) == (2,)
        assert np.asarray(in_arrays).tolist() == pytest.approx([v, v], rel=1e-14, abs=1e-16)
        assert primitive.rule(VALUES, *values).data == v
        assert getattr(VALUES, primitive.name)(*values).primitive is primitive
        for index in range(len(point)):
            partial = primitive.partial(FLOATS, index, v, point)
            with np.errstate(over="ignore"):
                in_arrays = primitive.partial(ARRAYS, index, np.array([v, v]), arrays)
            np.testing.assert_allclose(np.broadcast_to(in_arrays, 2), [partial, partial], rtol=1e-13, atol=1e-16)
            with_values = primitive.partial(VALUES, index, Value(v), values)
            number = with_values.data if isinstance(with_values, Value) else with_values
            # Values have a share in a form whose derivative does not cancel, and whose last bit may be another.
            exactly = primitive.name not in ("logsumexp", "log_softmax")
            assert number == partial if exactly else number == pytest.approx(partial, rel=2e-15)


@over_the_table
def test_rules_of_floats_alone_stay_floats(primitive):
    for point in points(primitive, 2):
        assert isinstance(getattr(VALUES, primitive.name)(*point), float)


@over_the_table
def test_the_reverse_pass_equals_the_table(primitive):
    """Rules that `backward` writes out for speed are the table's."""
    for point in points(primitive):
        operands = tuple(map(Value, point))
        node = apply(primitive, operands)
        (node * 3.0).backward()
        expected = [3.0 * primitive.partial(FLOATS, i, node.data, point) for i in range(len(point))]
        assert [operand.grad for operand in operands] == expected
        assert gradient(node * 3.0, operands) == expected


@over_what_can_repeat
def test_an_operand_that_stands_twice_counts_twice(primitive):
    x = Value(1.3)
    node = apply(primitive, (x,) * (primitive.arity or 4))
    node.backward()
    expected = sum(local_partial(node, i) for i in range(len(node.operands)))
    assert x.grad == pytest.approx(expected)
    assert gradient(node, x) == gradient(node, x, create_graph=True).data == x.grad


@over_the_table
def test_second_and_third_derivatives_equal_forty_digits(primitive):
    """By the operands one after another, through `create_graph`."""
    if primitive.name in NO_GRADIENT_BY_DEFINITION:
        assert gradient(apply(primitive, (Value(2.0),)), [Value(2.0)], create_graph=True)[0].data == 0.0
        return
    for point in points(primitive, 3):
        operands = list(map(Value, point))
        n = len(operands)
        node = apply(primitive, tuple(operands))
        for i, first in enumerate(gradient(node, operands, create_graph=True)):
            assert first.data == pytest.approx(float(derivative(primitive, point, unit(n, i))), rel=1e-11, abs=1e-13)
            for j, second in enumerate(gradient(first, operands, create_graph=True)):
                exact = derivative(primitive, point, unit(n, i, j))
                assert second.data == pytest.approx(float(exact), rel=1e-10, abs=1e-11)
                third = gradient(second, operands[i])
                exact = derivative(primitive, point, unit(n, i, j, i))
                assert third == pytest.approx(float(exact), rel=1e-9, abs=1e-10)


@pytest.mark.parametrize("name", ["sigmoid", "softplus", "tanh", "relu"])
@pytest.mark.parametrize("z", [-1e4, -750.0, -40.0, 40.0, 750.0, 1e4])
def test_stable_forms_far_out(name, z):
    """At |z| = 1e4 results and derivatives are finite and right, in floats and in arrays."""
    primitive = TABLE[name]
    formula = FORMULAS[name] if name != "relu" else lambda a: max(a, mpf(0))
    with mpmath.workdps(9000 if abs(z) > 1000 else 700):
        exact = float(formula(mpf(z)))
        s = 1 / (1 + mpmath.exp(-mpf(z)))
        slope = {
            "sigmoid": lambda: s * (1 - s),
            "softplus": lambda: s,
            "tanh": lambda: 1 - mpmath.tanh(mpf(z)) ** 2,
            "relu": lambda: mpf(z > 0),
        }[name]()
        slope = float(slope)
    x = Value(z)
    node = apply(primitive, (x,))
    assert node.data == pytest.approx(exact, rel=1e-15, abs=1e-300)
    assert gradient(node, x) == pytest.approx(slope, rel=1e-15, abs=2e-16)
    with np.errstate(over="ignore"):
        assert primitive.rule(ARRAYS, np.array([z]))[0] == pytest.approx(exact, rel=1e-15, abs=1e-300)


@over_what_computes
def test_nan_comes_through(primitive):
    """NaN is never turned into a number."""
    for index in range(primitive.arity or 4):
        point = points(primitive, 1)[0] if primitive.arity else [1.0] * 4
        point[index] = math.nan
        if primitive.name == "power" and index == 1:
            point[0] = 2.0  # 1 ** nan is 1
        assert math.isnan(primitive.rule(FLOATS, *point))
        assert np.isnan(primitive.rule(ARRAYS, *(np.array([x]) for x in point))).all()


def test_kinks_and_ties_have_their_conventions():
    zero, x, y = Value(0.0), Value(2.0), Value(2.0)
    assert gradient(zero.relu(), zero) == 0.0
    assert gradient(abs(zero), zero) == 0.0
    for name in ("maximum", "minimum"):
        assert gradient(apply(TABLE[name], (x, y)), [x, y]) == [1.0, 0.0]
        with_arrays = [float(TABLE[name].partial(ARRAYS, i, np.array(2.0), [np.array(2.0)] * 2)) for i in (0, 1)]
        assert with_arrays == [1.0, 0.0]
    assert float(TABLE["relu"].partial(ARRAYS, 0, np.array(0.0), [np.array(0.0)])) == 0.0
    assert float(TABLE["absolute"].partial(ARRAYS, 0, np.array(0.0), [np.array(0.0)])) == 0.0


def test_powers_at_zero_and_beyond_floats():
    zero = Value(0.0)
    for exponent in (0.0, 2.0):
        assert gradient(zero ** Value(exponent), zero) == 0.0
        by_exponent = Value(exponent)
        assert gradient(zero**by_exponent, by_exponent) == 0.0
        assert gradient(zero**by_exponent, by_exponent, create_graph=True).data == 0.0
    assert [power(-1e200, 3.0), power(-1e200, 2.0)] == [-math.inf, math.inf]
    assert [power(1e-200, -3.0), power(-1e-200, -3.0), power(1e200, 3.0)] == [math.inf, -math.inf, math.inf]


def power(a: float, b: float) -> float:
    return (Value(a) ** b).data


def test_derivatives_hold_no_node_that_a_textbook_would_not_write():
    """1 * b is b, 0 * b is nothing, and a sum with nothing is its other term."""
    x = Value(3.0)
    slope = gradient(apply(TABLE["step"], (x,)) * x, x, create_graph=True)
    assert (slope.primitive.name, slope.data) == ("step", 1.0)
    assert gradient(x.exp(), x, create_graph=True).primitive.name == "exp"
    assert gradient(x + 1.0, x, create_graph=True).operands == ()


COMPARISONS = {
    "less": [1.0, 0.0, 0.0], "less_equal": [1.0, 1.0, 0.0], "greater": [0.0, 0.0, 1.0],
    "greater_equal": [0.0, 1.0, 1.0], "equal": [0.0, 1.0, 0.0], "not_equal": [1.0, 0.0, 1.0],
}  # fmt: skip


@pytest.mark.parametrize("name", COMPARISONS)
def test_comparisons_are_one_and_zero_at_ties_too(name):
    lefts, right = [1.0, 2.0, 3.0], 2.0
    assert [getattr(FLOATS, name)(left, right) for left in lefts] == COMPARISONS[name]
    assert getattr(ARRAYS, name)(np.array(lefts), right).tolist() == COMPARISONS[name]
    assert [getattr(VALUES, name)(Value(left), right).data for left in lefts] == COMPARISONS[name]


@pytest.mark.parametrize("exponent", [1.0, 2.0, 3.0, 4.0, 0.5, -1.0])
def test_powers_of_arrays_by_a_constant(exponent):
    """Squares and cubes have a way of their own, with and without a place for the result."""
    bases = np.array([0.5, 1.5, 3.0])
    expected = pytest.approx([x**exponent for x in bases], rel=1e-15)
    assert ARRAYS.power(bases, exponent).tolist() == expected
    out = np.empty(3)
    assert ARRAYS.power(bases, exponent, out=out) is out
    assert out.tolist() == expected and bases.tolist() == [0.5, 1.5, 3.0]


@pytest.mark.parametrize("name", sorted(set(TABLE) & set(dir(ARRAYS)) - set(MANY)))
def test_arrays_are_written_where_they_are_wanted(name):
    for point in points(TABLE[name], 3):
        arrays = [np.array([x, x + 0.01]) for x in point]
        out = np.empty(2)
        assert getattr(ARRAYS, name)(*arrays, out=out) is out
        assert out.tolist() == getattr(ARRAYS, name)(*arrays).tolist()


@pytest.mark.parametrize("exponent", [0.05, -0.05, 0.0999, 0.002])
def test_a_power_near_zero_of_a_tiny_base_has_its_derivative(exponent):
    """The power of the textbook's rule alone would overflow: 1e-309 to the -0.998, of which 0.002 times is a float."""
    for base in (1e-309, 3.5, 1e200):
        a = Value(base)
        with mpmath.workdps(40):
            exact = float(mpmath.mpf(exponent) * mpmath.power(mpmath.mpf(base), mpmath.mpf(exponent) - 1))
        assert gradient(a**exponent, a) == pytest.approx(exact, rel=1e-13)


def test_a_power_of_zero_has_no_slope_however_large_the_base():
    a = Value(1e300)
    assert gradient(a**0.0, a) == 0.0 and gradient(Value(2.0) ** 0.1, a) == 0.0
