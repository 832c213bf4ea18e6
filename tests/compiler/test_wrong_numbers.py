"""However a batch is run, in chunks or row by row, and however large its numbers are, the numbers are the same."""

import numpy as np
import pytest

from autograd import Value, compile, exp, sigmoid
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
