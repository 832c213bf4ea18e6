"""`refresh`: what a function closes over may have changed since it was recorded; then it is compiled anew, else not."""

import math

import numpy as np
import pytest

from autograd import Value, compile, maximum, total, where
from autograd.errors import ArgumentError

X = np.array([[1.0, 2.0], [3.0, 4.0]])
V, W = Value(2.0), Value(2.0)


def of(**closed):
    """A function and the numbers that it closes over, which can be set."""
    return closed, lambda x: closed["function"](closed, x)


# Two things to close over, of which only the second is another function.
CHANGES = {
    "a number": (lambda c, x: W * x[0] + c["k"], {"k": 1.0}, {"k": 2.0}),
    "a factor": (lambda c, x: total([c["k"] * v for v in x]) * W, {"k": 1.0}, {"k": 1.0 + 1e-15}),
    "the sign of zero": (lambda c, x: maximum(W * x[0], 1.0) + c["k"] * x[1], {"k": 0.0}, {"k": -0.0}),
    "an infinity": (lambda c, x: maximum(W * x[0], c["k"]), {"k": -math.inf}, {"k": -1e300}),
    "a parameter of the same number": (lambda c, x: c["w"] * x[0], {"w": V}, {"w": W}),
    "how often": (lambda c, x: sum(W * x[0] for _ in range(c["n"])), {"n": 2}, {"n": 3}),
    "which operand": (lambda c, x: W * x[c["k"]], {"k": 0}, {"k": 1}),
    "the order of operands": (lambda c, x: W * (x[c["k"]] - x[1 - c["k"]]), {"k": 0}, {"k": 1}),
    "the operation": (lambda c, x: W * (x[0].exp() if c["is"] else x[0].tanh()), {"is": True}, {"is": False}),
    "a list": (lambda c, x: [W * x[0]] if c["is"] else W * x[0], {"is": True}, {"is": False}),
    "the outputs": (lambda c, x: [W * v for v in x][: c["n"]], {"n": 1}, {"n": 2}),
    "their order": (lambda c, x: [W * v for v in x][:: c["k"]], {"k": 1}, {"k": -1}),
    "a condition": (lambda c, x: where(x[0] > c["k"], W, -W) * x[1], {"k": 0.0}, {"k": 2.0}),
    "a branch": (lambda c, x: W * x[0] if x[1] > c["k"] else x[0], {"k": 0.0}, {"k": 1.0}),
}


@pytest.mark.parametrize("name", CHANGES)
def test_another_function_is_compiled_anew_and_the_same_is_not(name):
    function, before, after = CHANGES[name]
    closed, f = of(function=function, **before)
    f = compile(f)
    first, plan = f(X), f.plan
    assert f.refresh(X) is f and f.plan is plan
    closed |= after
    assert (f(X) == first).all()  # its programs are what they were until somebody looks
    f.refresh(X)
    assert f.plan is not plan
    expected = compile(lambda x: function(closed, x))(X)
    np.testing.assert_array_equal(f(X), expected)


def test_what_is_no_part_of_a_function_changes_nothing():
    """Neither the sample, nor the numbers of parameters, nor what is computed and not used."""
    closed, f = of(function=lambda c, x: (x[0] * c["k"], W * x[1])[1], k=1.0)
    f = compile(f)
    f(X)
    plan = f.plan
    closed["k"] = 2.0
    W.data = 7.0
    assert f.refresh(X[1:] * 3).plan is plan
    assert f(X).tolist() == [14.0, 28.0]
    W.data = 2.0


def test_shapes_that_were_recorded_before_are_forgotten_too():
    closed, f = of(function=lambda c, x: c["k"] * W * sum(x), k=1.0)
    f = compile(f)
    f(X), f(X[:, :1])
    closed["k"] = 3.0
    f.refresh(X)
    assert f(X[:, :1]).tolist() == [6.0, 18.0] and f(X).tolist() == [18.0, 42.0]


def test_a_function_that_was_not_recorded_is():
    assert compile(lambda x: W * x[0]).refresh(X).parameters[0] is W


def test_arrays_that_cannot_be_used_are_refused():
    with pytest.raises(ArgumentError, match="expected finite numbers"):
        compile(lambda x: W * x[0]).refresh(X * math.nan)
