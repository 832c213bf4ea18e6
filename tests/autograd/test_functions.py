"""The functions that users type: their numbers, their stable forms, their refusals."""

import math

import numpy as np
import pytest

import autograd
from autograd import (
    Value,
    detach,
    gradient,
    log_softmax,
    logsumexp,
    maximum,
    mean,
    minimum,
    softmax,
    softplus,
    total,
    weighted_sum,
    where,
)
from autograd.errors import OperandError, ShapeError

UNARY = ["exp", "log", "sqrt", "sin", "cos", "tanh", "sigmoid", "relu", "softplus"]


@pytest.mark.parametrize("name", UNARY)
def test_functions_and_methods_are_one_operation(name):
    v, function = Value(0.7), getattr(autograd, name)
    made, by_method = function(v), getattr(v, name)()
    assert made.primitive is by_method.primitive and made.data == by_method.data
    assert function(0.7).data == function(np.float64(0.7)).data == made.data
    with pytest.raises(OperandError, match=rf"{name}\(a\): expected a Value or a real number, got .*'x'"):
        function("x")


def test_maximum_and_minimum():
    a, b = Value(2.0), Value(3.0)
    assert (maximum(a, b).data, minimum(a, b).data) == (3.0, 2.0)
    assert gradient(maximum(a, b), [a, b]) == [0.0, 1.0]
    assert gradient(minimum(a, b), [a, b]) == [1.0, 0.0]
    assert maximum(a, 5).data == 5.0 and minimum(1, a).data == 1.0


def test_where_gives_the_gradient_to_what_it_chose():
    a, b = Value(2.0), Value(3.0)
    assert gradient(where(a < b, a * a, b), [a, b]) == [4.0, 0.0]
    assert gradient(where(a > b, a * a, b), [a, b]) == [0.0, 1.0]
    assert where(np.bool_(True), 1, 2).data == 1.0
    with pytest.raises(OperandError, match=r"where\(condition\): expected a comparison"):
        where(a, 1.0, 2.0)


def test_weighted_sum_is_one_node():
    w, a, b = [Value(1.0), Value(2.0)], [Value(3.0), 4.0], Value(5.0)
    z = weighted_sum(w, a, b)
    assert z.data == 1 * 3 + 2 * 4 + 5
    assert len(z.operands) == 5 and z.operands[4] is b
    assert gradient(z, [*w, a[0], b]) == [3.0, 4.0, 1.0, 1.0]
    assert len(weighted_sum(w, a).operands) == 4
    assert weighted_sum(iter(w), np.array([3.0, 4.0]), 5).data == 16.0


@pytest.mark.parametrize(
    "call, error, words",
    [
        (lambda v: weighted_sum([v], [v, v]), ShapeError, "expected as many activations as weights, got 2 .* 1 "),
        (lambda v: weighted_sum([], []), ShapeError, "at least one value"),
        (lambda v: weighted_sum([v], ["x"]), OperandError, r"weighted_sum\(activations\)\[0\].*'x'"),
        (lambda v: weighted_sum([v], [v], "x"), OperandError, r"weighted_sum\(bias\)"),
        (lambda v: total([]), ShapeError, r"total\(values\): expected at least one"),
        (lambda v: total(v), OperandError, "expected a sequence"),
        (lambda v: total(3), OperandError, "expected a sequence"),
        (lambda v: mean([]), ShapeError, "mean"),
        (lambda v: softmax([v, None]), OperandError, r"\[1\].*NoneType"),
    ],
)
def test_refusals_name_the_function_and_the_member(call, error, words):
    with pytest.raises(error, match=words):
        call(Value(1.0))


def test_total_and_mean():
    values = [Value(1.0), Value(2.0), 6]
    assert total(values).data == 9.0 and len(total(values).operands) == 3
    assert mean(values).data == 3.0
    assert gradient(mean(values), values[:2]) == pytest.approx([1 / 3, 1 / 3])


def test_softmax_sums_to_one_and_has_its_jacobian():
    z = [Value(x) for x in (0.5, -1.0, 2.0)]
    p = softmax(z)
    assert sum(v.data for v in p) == pytest.approx(1.0, rel=1e-15)
    for i, pi in enumerate(p):
        expected = [pi.data * ((i == j) - pj.data) for j, pj in enumerate(p)]
        assert gradient(pi, z) == pytest.approx(expected, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("shift", [0.0, 1e4, -1e4])
def test_log_softmax_is_stable_far_out(shift):
    z = [Value(shift), Value(shift + 1.0)]
    expected = [-math.log(1 + math.e), -math.log(1 + 1 / math.e)]
    # z - logsumexp cancels: what is left carries the rounding of |z|
    assert [v.data for v in log_softmax(z)] == pytest.approx(expected, abs=1e-11)
    assert logsumexp(z).data == pytest.approx(shift + 1.0 + math.log(1 + 1 / math.e), rel=1e-15)
    assert gradient(logsumexp(z), z) == pytest.approx([1 / (1 + math.e), 1 / (1 + 1 / math.e)], rel=1e-11)


def test_log_softmax_of_far_apart_values():
    z = [Value(1e4), Value(-1e4)]
    first, second = log_softmax(z)
    assert (first.data, second.data) == (0.0, -2e4)
    assert gradient(second, z) == [-1.0, 1.0]
    assert gradient(first, z) == [0.0, 0.0]


def test_cross_entropy_from_z_is_finite_far_out():
    z = Value(1e4)
    wrong, right = softplus(z), softplus(-z)
    assert (wrong.data, right.data) == (1e4, 0.0)
    assert (gradient(wrong, z), gradient(right, z)) == (1.0, 0.0)


def test_logsumexp_of_infinities():
    assert logsumexp([-math.inf, -math.inf]).data == -math.inf
    assert logsumexp([math.inf, 1.0]).data == math.inf


def test_detach_takes_numbers_too():
    assert detach(2).data == 2.0
    assert detach(Value(2.0) * 3.0).operands == ()
