"""However a batch is run, in chunks or row by row, and however large its numbers are, the numbers are the same."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from mpmath import mpf

from autograd import Value, compile, exp, gradient, maximum, minimum, no_grad, sigmoid, sin, where
from autograd.compiler.backends.base import Unfit
from autograd.compiler.backends.numpy import program
from autograd.compiler.backends.numpy.program import NumPyProgram
from autograd.compiler.versions import Version
from autograd.errors import AutogradError, NonFiniteError

mpmath.mp.dps = 40


@pytest.fixture
def in_chunks_of(monkeypatch):
    def limit(rows):
        monkeypatch.setattr(NumPyProgram, "rows_at_once", rows)

    return limit


COSTS = {
    "weight decay": lambda x, w, v: (w * x) ** 2 + 0.5 * v * v,
    "one parameter in both": lambda x, w, v: w * x + w * v,
    "no input": lambda x, w, v: w * w * v,
    "no parameter beside an input": lambda x, w, v: x + w * v,
    "one parameter alone": lambda x, w, v: v,
}


@pytest.mark.parametrize("rows", [1, 2, 3, 7])
@pytest.mark.parametrize("cost", COSTS)
def test_the_mean_over_a_batch_does_not_depend_on_its_chunks(cost, rows, in_chunks_of):
    w, v, x = Value(2.0), Value(3.0), np.array([1.0, -2.0, 0.5, 4.0, -1.5, 2.5, 3.0])
    f = compile(lambda x: COSTS[cost](x, w, v))
    outputs, (whole, slopes) = f(x), f.gradient(x)
    in_chunks_of(rows)
    np.testing.assert_allclose(f(x), outputs, rtol=1e-15)
    found, chunked = f.gradient(x)
    assert found == pytest.approx(whole, rel=1e-14)
    np.testing.assert_allclose(chunked, slopes, rtol=1e-14)
    f.backward(x)
    assert [p.grad for p in f.parameters] == chunked.tolist()


def test_a_mean_of_numbers_whose_sum_overflows_is_their_mean(in_chunks_of):
    w = Value(1.0)
    f = compile(lambda x: w * x)
    for rows in (4, 3, 1):
        in_chunks_of(rows)
        cost, slopes = f.gradient([1.5e308] * 4)
        assert cost == pytest.approx(1.5e308, rel=1e-14) and slopes[0] == pytest.approx(1.5e308, rel=1e-14)


def test_what_the_reverse_pass_keeps_does_not_make_forward_chunks_smaller():
    weights = [Value(0.1 * k) for k in range(50)]
    f = compile(lambda x: sum(sigmoid(exp(w * x)) for w in weights)).record([1.0])
    forward, reverse = (f._programs.latest._program(learns) for learns in (False, True))
    assert forward.rows_at_once > 1.5 * reverse.rows_at_once


@pytest.fixture(params=["program", "fallback"])
def way(request, monkeypatch):
    """Results of the program, and of the rows one by one after it has failed."""

    def unfit(version):
        raise Unfit

    if request.param == "fallback":
        monkeypatch.setattr(Version, "numbers", unfit)
    return request.param


OUTPUTS = {
    "constants": (lambda x, w: [w * x[0], 0.5, Value(2.0), 3], lambda x: [2 * x[0], 0.5, 2.0, 3.0]),
    "inputs": (lambda x, w: [x[4], w * x[0], x[1]], lambda x: [x[4], 2 * x[0], x[1]]),
    "inputs at uneven strides": (lambda x, w: [x[0], x[1], x[3], x[4]], lambda x: [x[0], x[1], x[3], x[4]]),
    "inputs in no order": (lambda x, w: [x[3], x[0], x[4], x[0]], lambda x: [x[3], x[0], x[4], x[0]]),
    "inputs backwards": (lambda x, w: x[::-1], lambda x: x[::-1]),
    "results at uneven strides": (
        lambda x, w: (lambda z: [z[0], z[1], z[3], z[4]])([w * n for n in x]),
        lambda x: [2 * x[0], 2 * x[1], 2 * x[3], 2 * x[4]],
    ),
    "parameters": (lambda x, w: (w, x[0], w), lambda x: [2.0, x[0], 2.0]),
    "a parameter alone": (lambda x, w: w, lambda x: 2.0),
    "constants alone": (lambda x, w: [Value(1.0), 2.0], lambda x: [1.0, 2.0]),
    "one constant": (lambda x, w: Value(1.0), lambda x: 1.0),
    "duplicates": (lambda x, w: [w * x[0], w * x[0], 1.0, 1.0], lambda x: [2 * x[0], 2 * x[0], 1.0, 1.0]),
}


@pytest.mark.parametrize("rows", [1, 2, 3, 7])
@pytest.mark.parametrize("outputs", OUTPUTS)
def test_whatever_is_returned_comes_back(outputs, rows, way, in_chunks_of):
    w, x = Value(2.0), np.arange(35.0).reshape(7, 5) + 1
    function, expected = OUTPUTS[outputs]
    in_chunks_of(rows)
    assert compile(lambda x: function(x, w))(x).tolist() == [expected(row) for row in x.tolist()]


@pytest.mark.parametrize("rows", [1, 2, 3, 7])
@pytest.mark.parametrize("cost", COSTS)
def test_the_mean_over_rows_is_that_of_the_program(cost, rows, way, in_chunks_of):
    w, v, x = Value(2.0), Value(3.0), np.array([1.0, -2.0, 0.5, 4.0, -1.5, 2.5, 3.0])
    f = compile(lambda x: COSTS[cost](x, w, v))
    in_chunks_of(rows)
    costs, slopes = [], np.zeros(len(f.record(x).parameters))
    for number in x:
        made = COSTS[cost](Value(number), w, v)
        costs.append(made.data)
        slopes += np.array(gradient(made, list(f.parameters))) / len(x)
    found, gradients = f.gradient(x)
    assert found == pytest.approx(np.mean(costs), rel=1e-14)
    np.testing.assert_allclose(gradients, slopes, rtol=1e-14)


def test_no_grad_around_a_compiled_function_freezes_nothing(way):
    w = Value(2.0)
    f = compile(lambda x: w * x)
    with no_grad():
        assert f([3.0]).tolist() == [6.0]
        w.data = 5.0
        assert f([3.0]).tolist() == [15.0]
        assert f.gradient([3.0])[1].tolist() == [3.0]


def test_infinity_on_the_way_to_a_finite_result_is_no_fault(way):
    w = Value(1.0)
    f = compile(lambda x: 1 / (1 + exp(w * x)))
    assert f([1000.0]).tolist() == [0.0]
    g = compile(lambda x: where(x <= 0, exp(w * x), 1 + w * x))
    assert g([1000.0]).tolist() == [1001.0] and g.gradient([1000.0])[1].tolist() == [1000.0]


class Exact:
    """A number of 40 digits and any size, with its derivatives by two parameters."""

    def __init__(self, number, slopes=(0, 0)):
        self.number, self.slopes = mpf(number), [mpf(slope) for slope in slopes]

    def _chain(self, number, *parts):
        return Exact(number, [sum(by * of.slopes[k] for by, of in parts) for k in range(2)])

    def __mul__(self, other):
        other = other if isinstance(other, Exact) else Exact(other)
        return self._chain(self.number * other.number, (other.number, self), (self.number, other))

    __rmul__ = __mul__

    def __truediv__(self, other):
        return self * (1 / mpf(other))

    def __add__(self, other):
        other = other if isinstance(other, Exact) else Exact(other)
        return self._chain(self.number + other.number, (1, self), (1, other))

    def __neg__(self):
        return self * -1

    def sin(self):
        return self._chain(mpmath.sin(self.number), (mpmath.cos(self.number), self))


LINKS = {
    "times a constant": lambda z, c, leaves: z * c,
    "a constant times": lambda z, c, leaves: c * z,
    "over a constant": lambda z, c, leaves: z / (1 / c),
    "plus a constant": lambda z, c, leaves: z + c,
    "times x": lambda z, c, leaves: z * leaves[0],
    "times p": lambda z, c, leaves: z * leaves[1],
    "q times": lambda z, c, leaves: leaves[2] * z,
    "a scaled x times": lambda z, c, leaves: (leaves[0] * c) * z,
    "times a scaled p": lambda z, c, leaves: z * (c * leaves[1]),
    "plus a scaled q": lambda z, c, leaves: z + leaves[2] * c,
    "negative": lambda z, c, leaves: -z,
    "sin": lambda z, c, leaves: z.sin() if isinstance(z, Exact) else sin(z),
}
POWERS = st.integers(-300, 300)


def chained(links, leaves):
    z = leaves[0]
    for name, power in links:
        z = LINKS[name](z, 10.0**power, leaves)
    return z


@given(
    st.lists(st.tuples(st.sampled_from(sorted(LINKS)), POWERS), min_size=1, max_size=6),
    st.tuples(POWERS, POWERS, POWERS),
)
@example([("times a constant", -200), ("times a constant", -200), ("times a constant", 300)], (200, 0, 0))
@example([("over a constant", -200), ("over a constant", -200)], (250, 0, 0))
@example(
    [("times a scaled p", -170), ("sin", 0), ("q times", 0), ("times a constant", -170), ("sin", 0)], (0, 150, 150)
)
@example([("a scaled x times", 100)], (-200, 0, 0))
@example([("plus a constant", 300), ("over a constant", 300), ("over a constant", 300)], (0, 0, 0))
def test_whatever_the_scalar_engine_has_right_is_right(links, powers):
    """Of any size: compiling may neither underflow nor overflow where the function as it was written does not."""
    x, p, q = (10.0**power for power in powers)
    exact = chained(links, [Exact(x), Exact(p, (1, 0)), Exact(q, (0, 1))])
    leaves = [Value(p), Value(q)]
    try:
        made = chained(links, [Value(x), *leaves])
        numbers = [made.data, *gradient(made, leaves)]
    except AutogradError:
        return
    f = compile(lambda x: chained(links, [x, *leaves]) + 0.0 * leaves[0] + 0.0 * leaves[1])
    try:
        cost, slopes = f.gradient([x, x])
    except NonFiniteError:
        assert not np.isfinite(numbers).all()
        return
    of = dict(zip(f.parameters, slopes, strict=True))
    for engine, found, right in zip(
        numbers, [cost, of[leaves[0]], of[leaves[1]]], [exact.number, *exact.slopes], strict=True
    ):
        if abs(engine - right) <= 1e-12 * abs(right) and abs(right) > 1e-300:
            assert abs(found - right) <= 1e-11 * abs(right)


@pytest.mark.parametrize(
    ("function", "x", "expected"),
    [
        (lambda x: x + 1e308 + 1e308, -1e308, 1e308),
        (lambda x: 1 / (1e308 + x + 1e308), -1e308, 1e-308),
        (lambda x: 1 / (1e308 - (-x - 1e308)), -1e308, 1e-308),
        (lambda x: 1 / (1e-100 * x + 1e-100 * (x - 0)), 1.5e308, 1 / 3e208),
        (lambda x: maximum(-math.inf, x), 2.0, 2.0),
        (lambda x: minimum(1e200 * Value(1e200), x), 2.0, 2.0),
        (lambda x: x * (Value(1e-200) * 1e-200), 2.0, 0.0),
        (lambda x: x * (Value(1e-200) / 1e-200), 2.0, 2.0),
        (lambda x: x / 1e-310, 1e-300, 1e-300 / 1e-310),
        (lambda x: sum([Value(1e308), Value(1e308), x], Value(-1e308)) * 1e-10, 2.0, 1e298),
    ],
)
def test_constants_are_taken_as_they_were_written(function, x, expected):
    assert function(Value(x)).data == pytest.approx(expected, rel=1e-14)
    assert compile(function)([x]) == pytest.approx(expected, rel=1e-14)


def test_an_infinite_constant_that_is_needed_is_told():
    with pytest.raises(NonFiniteError, match="row 0"):
        compile(lambda x: x + 1e200 * Value(1e200))([1.0])


def test_parameters_keep_their_order_whatever_is_recorded_later(way):
    w, a, b, late = Value(1.0, "w"), Value(2.0, "a"), Value(3.0, "b"), Value(4.0, "late")

    def cost(x):
        if len(x) == 1:
            return (a + b) * x[0]
        return sum(w * n for n in x) + (a + b) + (late * b if len(x) == 2 else 0.0)

    f = compile(cost)
    first = list(f.record(np.ones((1, 3))).parameters)
    assert set(first) == {w, a, b}
    assert slopes_of(f, [[2.0, 3.0, 4.0]]) == {w: 9.0, a: 1.0, b: 1.0}
    assert slopes_of(f, [[10.0]]) == {w: 0.0, a: 10.0, b: 10.0}
    assert list(f.parameters) == first
    assert slopes_of(f, [[2.0, 3.0]]) == {w: 5.0, a: 1.0, b: 5.0, late: 3.0}
    assert list(f.parameters) == [*first, late]
    assert slopes_of(f, [[2.0, 3.0, 4.0]]) == {w: 9.0, a: 1.0, b: 1.0, late: 0.0}
    assert slopes_of(f, [[10.0]]) == {w: 0.0, a: 10.0, b: 10.0, late: 0.0}


def slopes_of(f, batch):
    """The gradient by parameter, the same from `gradient` and `backward`."""
    f.record(batch)
    for p in f.parameters:
        p.grad = 0.0
    _, slopes = f.gradient(batch)
    f.backward(batch)
    assert [p.grad for p in f.parameters] == slopes.tolist()
    return dict(zip(f.parameters, slopes.tolist(), strict=True))


def test_a_width_that_uses_no_parameter_has_a_gradient_of_zeros():
    w = Value(2.0)
    f = compile(lambda x: x[0] if len(x) == 1 else w * x[1])
    assert f.gradient([[1.0, 3.0]])[1].tolist() == [3.0]
    cost, slopes = f.gradient([[5.0]])
    assert (cost, slopes.tolist()) == (5.0, [0.0])


def test_many_batch_sizes_keep_bounded_buffers_and_right_numbers(monkeypatch):
    """By bytes: of a small function many sizes are kept, of large batches few."""
    monkeypatch.setattr(program, "_KEPT_BYTES", 60_000)
    w = Value(2.0)
    f = compile(lambda x: sin(w * x))
    kept = {}
    for rows in (*range(1, 30), *range(300, 330), 1, 5000, 2):
        x = np.linspace(-1, 1, rows)
        np.testing.assert_allclose(f(x), np.sin(2 * x), rtol=1e-15)
        np.testing.assert_allclose(f.gradient(x)[1], [np.mean(x * np.cos(2 * x))], rtol=1e-12, atol=1e-16)
        for way in (f._programs.latest.program._gradient, f._programs.latest._program(False)._outputs):
            assert sum(run.bytes for run in way._kept.values()) <= 60_000 or len(way._kept) == 1
        kept[rows] = len(f._programs.latest.program._gradient._kept)
    assert kept[29] > 8 and kept[5000] < 4
