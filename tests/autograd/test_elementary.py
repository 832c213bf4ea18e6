"""Functions under the names of Python's `math`, and Values where NumPy's functions meet them."""

import math
import re

import mpmath
import numpy as np
import pytest
from mpmath import mpf

import autograd
from autograd import Value, activations, chain_rule, check_gradient, draw, elementary, gradient, methods
from autograd.errors import DomainError, OperandError, ShapeError
from autograd.namespaces import ARRAYS, FLOATS
from autograd.primitives import TABLE
from autograd.value import apply

INF, NAN, TINY, HUGE = math.inf, math.nan, 5e-324, 1e308
MATH = "log1p expm1 exp2 log2 log10 cbrt tan asin acos atan sinh cosh asinh acosh atanh erf erfc lgamma floor ceil"


def same(found, expected):
    """Equal, with the sign of 0, or both NaN."""
    return (math.isnan(found) and math.isnan(expected)) or (
        found == expected and math.copysign(1.0, found) == math.copysign(1.0, expected)
    )


# Names


def public(module):
    return [name for name, thing in vars(module).items() if getattr(thing, "__module__", "") == module.__name__]


@pytest.mark.parametrize("name", [*public(elementary), *public(activations)])
def test_a_function_is_the_operation_of_its_name(name):
    function = getattr(autograd, name)
    assert name in autograd.__all__ and function.__doc__
    entry = TABLE["logsumexp" if name == "logaddexp" else name]
    count = 2 if name == "logaddexp" else entry.arity
    point = [1.25, 0.5, 0.75][:count] if name not in ("asin", "acos", "atanh") else [0.25]
    made = function(*map(Value, point))
    assert made.primitive is entry and made.data == function(*point).data == entry.rule(FLOATS, *point)
    for place in range(count):
        with pytest.raises(OperandError, match=rf"{name}\(\w+\): expected a Value or a real number, got the str 'x'"):
            function(*["x" if i == place else 1.0 for i in range(count)])


@pytest.mark.parametrize("name", MATH.split())
def test_the_numbers_are_pythons(name):
    for number in (0.3, 1.7, -0.6, 3.0):
        try:
            expected = float(getattr(math, name)(number))
        except ValueError:
            with pytest.raises(DomainError, match=rf"{name}: expected"):
                getattr(autograd, name)(number)
        else:
            assert getattr(autograd, name)(number).data == expected


def test_every_function_of_one_number_is_a_method():
    """Under NumPy's name or its own: no list but that of the methods says which."""
    found = {cell.cell_contents for name in methods.NAMES for cell in getattr(Value, name).__closure__ or ()}
    of_one = {TABLE[name] for name in autograd.__all__ if name in TABLE and TABLE[name].arity == 1}
    by_hand = {TABLE[name] for name in ("floor", "ceil", "detach")}  # whose methods Python names, or `Value` has
    assert of_one - by_hand <= found
    assert not {TABLE[name] for name in ("sign", "step", "hypot_prime", "sinc_prime", "trigamma")} & found


UFUNCS = {
    "exp2": (0.7,), "log1p": (0.7,), "expm1": (0.7,), "log2": (0.7,), "log10": (0.7,), "cbrt": (0.7,), "square": (0.7,),
    "reciprocal": (0.7,), "tan": (0.7,), "arcsin": (0.7,), "arccos": (0.7,), "arctan": (0.7,), "sinh": (0.7,),
    "cosh": (0.7,), "arcsinh": (0.7,), "arccosh": (1.7,), "arctanh": (0.7,), "arctan2": (0.7, -0.4),
    "hypot": (3.0, 4.0), "floor": (-1.5,), "ceil": (-1.5,), "rint": (2.5,), "trunc": (-1.5,), "fabs": (-1.5,),
    "absolute": (-1.5,),    "mod": (-5.5, 2.0), "floor_divide": (-5.5, 2.0), "remainder": (5.5, -2.0),
}  # fmt: skip


@pytest.mark.parametrize("name", UFUNCS)
def test_numpys_functions_of_values_and_of_object_arrays(name):
    numbers, function = UFUNCS[name], getattr(np, name)
    expected = function(*numbers)
    found = function(*map(Value, numbers))
    arrays = function(*(np.array([Value(number)] * 3) for number in numbers))
    assert isinstance(found, Value) and found.data == pytest.approx(expected, rel=1e-15)
    assert arrays.shape == (3,) and {value.data for value in arrays} == {found.data}
    x, *others = map(Value, numbers)
    if name not in ("floor", "ceil", "rint", "trunc", "floor_divide"):
        assert gradient(function(x, *others), x) != 0.0


def test_numpys_functions_of_several_values():
    numbers = [3.0, -1.0, 2.0]
    v = [Value(number) for number in numbers]
    for name in ("sum", "mean", "var", "std", "prod"):
        found = getattr(np, name)(np.array(v))
        assert isinstance(found, Value) and found.data == pytest.approx(getattr(np, name)(numbers), rel=1e-15)
    assert np.linalg.norm(np.array(v)).data == pytest.approx(np.linalg.norm(numbers))
    assert np.dot(v, numbers).data == np.dot(v, v).data == 14.0
    assert [*map(float, np.clip(np.array(v), 0, 2.5))] == [2.5, 0.0, 2.0]
    assert gradient(np.prod(np.array(v)), v) == [-2.0, 6.0, -3.0]
    assert np.sinc(Value(0.5)).data == pytest.approx(np.sinc(0.5))


def test_clip_and_round_as_numpy_calls_them():
    v = Value(1.25)
    assert np.clip(v, 0, 1).data == 1.0 and np.clip(v, None, 1).data == 1.0 and np.clip(v, 2, None).data == 2.0
    assert v.clip(0.0, Value(1.0)).primitive is TABLE["clip"] and v.clip().data == 1.25
    assert (np.round(v).data, np.round(v, 1).data, np.round(Value(125.0), -1).data) == (1.0, 1.2, 120.0)
    assert round(v) == 1 and isinstance(round(v), int) and isinstance(v.round(), Value)
    with pytest.raises(OperandError, match=r"clip\(max\): expected a Value or a real number, got the str"):
        v.clip(0.0, "1")
    with pytest.raises(OperandError, match=r"clip\(out\): expected no array"):
        v.clip(0, 1, np.empty(()))
    with pytest.raises(OperandError, match=r"round\(decimals\): expected an int, got float"):
        v.round(0.5)


def test_maths_ways_of_rounding_give_values():
    v = Value(-1.5)
    assert [f(v).data for f in (math.floor, math.ceil, math.trunc)] == [-2.0, -1.0, -1.0]
    assert all(isinstance(f(v), Value) for f in (math.floor, math.ceil, math.trunc)) and int(v) == -1
    assert gradient(v - math.floor(v), v) == 1.0


@pytest.mark.parametrize("a", [5.5, -5.5, 1.0, 0.0])
@pytest.mark.parametrize("b", [2.0, -2.0, 0.1])
def test_remainders_are_pythons(a, b):
    x, y = Value(a), Value(b)
    for found in (x % y, x % b, a % y, autograd.mod(a, b), divmod(x, y)[1], divmod(a, y)[1]):
        assert found.data == a % b == np.mod(a, b)
    for found in (x // y, x // b, a // y, divmod(x, b)[0], divmod(a, y)[0]):
        assert found.data == a // b == np.floor_divide(a, b)
    assert gradient(x % y, [x, y]) == [1.0, -(a // b)] and gradient(x // y, [x, y]) == [0.0, 0.0]
    with pytest.raises(TypeError, match="unsupported operand"):
        x % "2"
    with pytest.raises(TypeError, match="unsupported operand"):
        [] // y


def test_a_method_of_two_names_what_is_no_number():
    for name in ("hypot", "arctan2", "logaddexp", "copysign"):
        with pytest.raises(OperandError, match="expected a Value or a real number, got the str 'x'"):
            getattr(Value(1.0), name)("x")


# Extremes

EXTREMES = {
    "log1p": {-0.0: -0.0, TINY: TINY, 1e-20: 1e-20, HUGE: math.log(HUGE), INF: INF},
    "expm1": {-0.0: -0.0, TINY: TINY, 1e-20: 1e-20, 1000.0: INF, -INF: -1.0, INF: INF},
    "exp2": {-0.0: 1.0, 1024.0: INF, -1074.0: TINY, -2000.0: 0.0, INF: INF, -INF: 0.0},
    "log2": {TINY: -1074.0, INF: INF},
    "log10": {1e308: 308.0, 1e-5: -5.0, INF: INF},
    "square": {-0.0: 0.0, HUGE: INF, TINY: 0.0, -INF: INF},
    "reciprocal": {HUGE: 1e-308, TINY: INF, INF: 0.0, -INF: -0.0},
    "cbrt": {-0.0: -0.0, -8.0: -2.0, 1e300: 1e100, -INF: -INF},
    "atan": {-0.0: -0.0, HUGE: math.pi / 2, -INF: -math.pi / 2},
    "sinh": {-0.0: -0.0, TINY: TINY, 1000.0: INF, -1000.0: -INF, -INF: -INF},
    "cosh": {-0.0: 1.0, 1000.0: INF, -INF: INF},
    "asinh": {-0.0: -0.0, TINY: TINY, -1e-20: -1e-20, INF: INF, -INF: -INF},
    "acosh": {1.0: 0.0, INF: INF},
    "atanh": {-0.0: -0.0, TINY: TINY, -1e-20: -1e-20},
    "asin": {-0.0: -0.0, 1.0: math.pi / 2, -1.0: -math.pi / 2},
    "acos": {1.0: 0.0, -1.0: math.pi},
    "erf": {-0.0: -0.0, 10.0: 1.0, -INF: -1.0},
    "erfc": {0.0: 1.0, 40.0: 0.0, -INF: 2.0, INF: 0.0},
    "lgamma": {1.0: 0.0, 2.0: 0.0, INF: INF, 2e306: INF},
    "digamma": {INF: INF},
    "sinc": {-0.0: 1.0, TINY: 1.0, 1e300: 0.0, 3.0: -0.0},
    "floor": {-0.0: -0.0, TINY: 0.0, -TINY: -1.0, HUGE: HUGE, INF: INF},
    "ceil": {-0.0: -0.0, TINY: 1.0, -TINY: -0.0, -HUGE: -HUGE, -INF: -INF},
    "round_": {0.5: 0.0, 1.5: 2.0, 2.5: 2.0, -0.5: -0.0, -0.2: -0.0, HUGE: HUGE, -INF: -INF},
    "gelu": {-0.0: -0.0, -INF: -0.0, INF: INF, -1e4: -0.0, 1e308: 1e308},
    "silu": {-0.0: -0.0, -INF: -0.0, INF: INF, 1e308: 1e308},
    "softsign": {-0.0: -0.0, INF: 1.0, -INF: -1.0, HUGE: 1.0},
    "hard_sigmoid": {3.0: 1.0, -3.0: 0.0, INF: 1.0, -INF: 0.0, 0.0: 0.5},
}  # fmt: skip


@pytest.mark.parametrize("name", EXTREMES)
def test_extremes_of_floats_and_of_arrays(name):
    entry = TABLE[name]
    for number, expected in EXTREMES[name].items():
        assert same(apply(entry, (Value(number),)).data, expected), (number, apply(entry, (Value(number),)))
        with np.errstate(all="ignore"):
            assert entry.rule(ARRAYS, np.array([number]))[0] == pytest.approx(expected, rel=1e-15)
    assert math.isnan(apply(entry, (Value(NAN),)).data)


PAIRS = {
    "hypot": {(1e308, 0.0): 1e308, (3e200, 4e200): 5e200, (3e-200, -4e-200): 5e-200, (INF, 1.0): INF, (0.0, -0.0): 0.0},
    "atan2": {(-0.0, -1.0): -math.pi, (1e308, 1e-308): math.pi / 2, (-0.0, 1.0): -0.0},
    "mod": {(-1e-300, 1.0): 1.0, (5.0, INF): 5.0, (-0.0, 2.0): 0.0, (1e308, 3.0): 1e308 % 3.0},
    "copysign": {(2.0, -0.0): -2.0, (-2.0, 0.0): 2.0, (0.0, -1.0): -0.0, (INF, -1.0): -INF},
    "leaky_relu": {(-0.0, 0.1): -0.0, (INF, 0.1): INF, (-INF, 0.1): -INF, (-2.0, 0.5): -1.0},
    "elu": {(-INF, 1.5): -1.5, (INF, 1.0): INF, (-1e-20, 1.0): -1e-20, (2.0, 3.0): 2.0},
    "logsumexp": {(1000.0, 1000.0): 1000.0 + math.log(2.0), (-1000.0, 0.0): 0.0, (1e308, -1e308): 1e308},
}


@pytest.mark.parametrize("name", PAIRS)
def test_extremes_of_two(name):
    for pair, expected in PAIRS[name].items():
        assert apply(TABLE[name], tuple(map(Value, pair))).data == pytest.approx(expected, rel=1e-15)
        with np.errstate(all="ignore"):
            found = TABLE[name].rule(ARRAYS, *(np.array([number]) for number in pair))
        assert found[0] == pytest.approx(expected, rel=1e-15)


OUTSIDE = {
    "log1p": [-1.0, -2.0], "log2": [0.0, -1.0], "log10": [0.0], "reciprocal": [0.0, -0.0], "tan": [INF],
    "asin": [1.0000001, -2.0], "acos": [2.0], "acosh": [0.5, -1.0], "atanh": [1.0, -1.0, 2.0],
    "lgamma": [0.0, -1.0, -7.0], "digamma": [0.0, -2.0], "trigamma": [0.0, -3.0], "sinc": [INF], "sinc_prime": [-INF],
}  # fmt: skip


@pytest.mark.parametrize("name", OUTSIDE)
def test_outside_the_domain(name):
    """Eager by an error that says what is needed; arrays by NumPy's flags, or NaN."""
    entry = TABLE[name]
    for number in OUTSIDE[name]:
        with pytest.raises(DomainError, match=re.escape(f"{name}: expected {entry.needs}, got {number!r}")):
            apply(entry, (Value(number),))
        assert entry.defined(FLOATS, number) == 0.0
        with np.errstate(all="raise"), pytest.raises(FloatingPointError):
            entry.rule(ARRAYS, np.array([number]))


def test_a_divisor_of_zero():
    for function in (lambda x: x % 0, lambda x: 2 % (x - x), lambda x: x // 0.0, lambda x: autograd.mod(x, 0)):
        with pytest.raises(DomainError, match="expected a divisor other than 0"):
            function(Value(1.0))


NO_SLOPE = {"asin": [1.0, -1.0], "acos": [1.0], "acosh": [1.0], "cbrt": [0.0], "sqrt": [0.0]}


@pytest.mark.parametrize("name", NO_SLOPE)
def test_a_result_without_a_derivative(name):
    for number in NO_SLOPE[name]:
        x = Value(number)
        made = apply(TABLE[name], (x,))
        for derivative in (lambda made=made, x=x: gradient(made, x), made.backward):
            with pytest.raises(DomainError, match=f"the derivative of {name}: expected"):
                derivative()
    with pytest.raises(DomainError, match="not both 0"):
        gradient(autograd.atan2(Value(0.0), x := Value(0.0)), x)


# Kinks and tails


def test_kinks_have_their_conventions():
    zero, three = Value(0.0), Value(3.0)
    assert gradient(autograd.leaky_relu(zero, 0.3), zero) == 0.3
    assert gradient(autograd.elu(zero, 2.0), zero) == 2.0
    assert gradient(autograd.hard_sigmoid(three), three) == gradient(autograd.hard_sigmoid(-three), three) == 0.0
    assert gradient(autograd.hypot(zero, y := Value(0.0)), [zero, y]) == [0.0, 0.0]
    assert gradient(autograd.copysign(zero, -1.0), zero) == 0.0
    assert gradient(autograd.softsign(zero), zero) == 1.0
    for jump in (autograd.floor, autograd.ceil, autograd.round_):
        assert gradient(jump(three), three) == 0.0
    for low, high in ((3.0, 5.0), (1.0, 3.0), (3.0, 3.0)):
        a, b, c = Value(3.0), Value(low), Value(high)
        assert gradient(autograd.clip(a, b, c), [a, b, c]) == [1.0, 0.0, 0.0]
    a, b, c = Value(3.0), Value(4.0), Value(2.0)
    assert autograd.clip(a, b, c).data == 2.0 and gradient(autograd.clip(a, b, c), [a, b, c]) == [0.0, 0.0, 1.0]
    assert {name for name in TABLE if TABLE[name].kink is not None} >= {"clip", "elu", "leaky_relu", "floor", "mod"}


def test_a_clipped_value_above_and_below():
    low, high = Value(0.0), Value(1.0)
    for number, told in ((-2.0, [0.0, 1.0, 0.0]), (0.5, [1.0, 0.0, 0.0]), (7.0, [0.0, 0.0, 1.0])):
        x = Value(number)
        assert gradient(autograd.clip(x, low, high), [x, low, high]) == told


CLOSE = {
    "log1p": (mpmath.log1p, [-1 + 2**-53, -1e-17, 1e-300]),
    "expm1": (mpmath.expm1, [-40.0, 1e-17, -1e-300]),
    "acosh": (mpmath.acosh, [1 + 2**-52, 1.0001, 1e200]),
    "asinh": (mpmath.asinh, [1e-9, -1e-9, -1e200, -7.5]),
    "atanh": (mpmath.atanh, [1 - 2**-53, -1 + 2**-53, 1e-9]),
    "asin": (mpmath.asin, [1 - 2**-53, 1e-9]),
    "acos": (mpmath.acos, [1 - 2**-53, -1 + 2**-53, 0.999]),
    "erfc": (mpmath.erfc, [5.0, 20.0, 26.0]),
    "gelu": (lambda a: a * mpmath.erfc(-a / mpmath.sqrt(2)) / 2, [-37.0, -10.0, 1e-20]),
    "silu": (lambda a: a / (1 + mpmath.exp(-a)), [-700.0, -30.0, 1e-20]),
    "tan": (mpmath.tan, [math.pi / 2, 1e-9]),
    "digamma": (mpmath.digamma, [1e-100, 1e300, -0.25, -100.75, -1e-9]),
    "trigamma": (lambda a: mpmath.psi(1, a), [1e-100, 1e100, -0.25, -100.75]),
    "lgamma": (lambda a: mpmath.log(abs(mpmath.gamma(a))), [1e-300, 0.75, -0.25, -100.75]),
    "sinc": (mpmath.sincpi, [1e-9, 1.0000001, 1000.25, 1000000.25]),
}


@pytest.mark.parametrize("name", CLOSE)
def test_close_to_where_it_is_hard(name):
    """Values and slopes to 1e-12 relatively, by floats and by arrays."""
    exact, entry = CLOSE[name][0], TABLE[name]
    with mpmath.workdps(400):
        for number in CLOSE[name][1]:
            true = exact(mpf(number))
            slope = mpmath.diff(exact, mpf(number), h=mpf(number) * mpf(10) ** -100)
            with np.errstate(all="ignore"):
                array = entry.rule(ARRAYS, np.array([number]))[0]
                slopes = entry.partial(ARRAYS, 0, np.array([array]), [np.array([number])])
            x = Value(number)
            made = apply(entry, (x,))
            for found in (made.data, float(array)):
                assert abs(mpf(found) - true) <= 1e-12 * abs(true), number
            for found in (gradient(made, x), float(np.ravel(slopes)[0])):
                assert abs(mpf(found) - slope) <= 1e-12 * abs(slope), number


def test_functions_that_numpy_lacks_are_the_same_without_scipy(monkeypatch):
    from autograd.namespaces import arrays

    numbers = np.array([[0.3, 1.7], [-0.6, 20.0]])
    for name in ("erf", "erfc", "lgamma"):
        expected = [[getattr(math, name)(x) for x in row] for row in numbers]
        np.testing.assert_allclose(getattr(ARRAYS, name)(numbers), expected, rtol=4e-14)

    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr(arrays, "import_module", missing)
    for name in ("erf", "erfc"):
        plain, out = arrays._special(name, getattr(math, name)), np.empty((2, 2))
        assert plain(numbers, out) is out
        assert out.tolist() == [[getattr(math, name)(x) for x in row] for row in numbers] == plain(numbers).tolist()


# Of sequences


def test_dot_is_a_weighted_sum():
    a, b = [Value(1.0), Value(2.0)], [3.0, Value(4.0)]
    assert autograd.dot(a, b).data == 11.0 and autograd.dot(a, b).primitive is TABLE["weighted_sum"]
    with pytest.raises(ShapeError, match="as many members of b as of a, got 1 of b and 2 of a"):
        autograd.dot(a, [1.0])


@pytest.mark.parametrize(
    "numbers", [[2.0], [2.0, 3.0], [2.0, 0.0, 5.0], [0.0, 3.0, 0.0, 2.0], [1.0, -2.0, 3.0, 0.5, 4.0]]
)
def test_a_product_has_its_derivatives_with_zeros_too(numbers):
    v = [Value(number) for number in numbers]
    expected = [math.prod(numbers[:i] + numbers[i + 1 :]) for i in range(len(v))]
    made = autograd.prod(v)
    assert made.data == math.prod(numbers) and gradient(made, v) == expected
    assert check_gradient(lambda *x: autograd.prod(x), numbers).ok
    second = gradient(gradient(made, v[0], create_graph=True), v[-1]) if len(v) > 1 else 0.0
    assert second == (math.prod(numbers[1:-1]) if len(v) > 1 else 0.0)


@pytest.mark.parametrize("scale", [1.0, 1e200, 1e-200, 1e-310])
@pytest.mark.parametrize("numbers", [[-2.0], [3.0, 4.0], [1.0, 2.0, 2.0], [2.0, 3.0, 6.0, 0.0, 0.0]])
def test_a_norm_of_any_size(numbers, scale):
    v = [Value(number * scale) for number in numbers]
    length = math.hypot(*numbers)
    assert autograd.norm(v).data == pytest.approx(length * scale, rel=1e-13)
    assert gradient(autograd.norm(v), v) == pytest.approx([number / length for number in numbers], rel=1e-13)


def test_a_norm_of_zero_has_no_slope():
    v = [Value(0.0), Value(-0.0), Value(0.0)]
    assert autograd.norm(v).data == 0.0 and gradient(autograd.norm(v), v) == [0.0, 0.0, 0.0]


def test_a_variance_is_numpys():
    numbers = [1e8 + 1.0, 1e8 + 2.0, 1e8 + 4.0]
    v = [Value(number) for number in numbers]
    assert autograd.variance(v).data == pytest.approx(np.var(numbers), rel=1e-12)
    assert gradient(autograd.variance(v), v) == pytest.approx([-8 / 9, -2 / 9, 10 / 9], rel=1e-7)
    assert autograd.variance([5.0]).data == 0.0


@pytest.mark.parametrize("function", [autograd.prod, autograd.norm, autograd.variance])
def test_sequences_that_are_none(function):
    name = function.__name__
    with pytest.raises(ShapeError, match=rf"{name}\(values\): expected at least one value, got none"):
        function([])
    with pytest.raises(OperandError, match=rf"{name}\(values\): expected a sequence"):
        function(Value(1.0))
    with pytest.raises(OperandError, match=rf"{name}\(values\)\[1\]: expected a Value or a real number"):
        function([1.0, "x"])


# Told and drawn


def test_chain_rules_and_drawings_write_them_as_mathematics_does():
    a, b = Value(0.5, "a"), Value(0.25, "b")
    told = chain_rule(autograd.erf(a), a)
    assert "2 · exp(−a²)/√π" in str(told) and r"\sqrt{\pi}" in told.latex
    assert "1/√(1 − a²)" in str(chain_rule(autograd.asin(a), a))
    assert (
        "−⌊a/b⌋" in str(chain_rule(a % b, b)) and r"\left\lfloor \frac{a}{b}\right\rfloor" in chain_rule(a % b, b).latex
    )
    assert "ψ(a)" in str(chain_rule(autograd.lgamma(a), a)) and r"\psi" in chain_rule(autograd.lgamma(a), a).latex
    assert r"\sqrt[3]{a}" in chain_rule(autograd.cbrt(a), a).latex
    source = draw(autograd.gelu(autograd.atan2(a, b))).source
    assert "gelu" in source and "atan2" in source
