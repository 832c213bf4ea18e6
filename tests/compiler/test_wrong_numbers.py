"""However a batch is run, in chunks or row by row, and however large its numbers are, the numbers are the same."""

import numpy as np
import pytest

from autograd import Value, compile, exp, gradient, no_grad, sigmoid, where
from autograd.compiler import compiled


@pytest.fixture
def in_chunks_of(monkeypatch):
    def limit(rows):
        monkeypatch.setattr(compiled._Version, "rows_at_once", lambda version, way: rows)

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
    assert f._latest.rows_at_once("forward") > 1.5 * f._latest.rows_at_once("reverse")


@pytest.fixture(params=["program", "fallback"])
def way(request, monkeypatch):
    """Results of the program, and of the rows one by one after it has failed."""

    def failing(version, way, rows, target):
        def run(*arguments):
            raise FloatingPointError

        return run

    if request.param == "fallback":
        monkeypatch.setattr(compiled._Version, "run", failing)
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
