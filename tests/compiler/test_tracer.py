"""While a function is recorded, nothing that is computed from its arguments freezes."""

import copy
import math
import pickle
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from autograd import (
    Value,
    check_gradient,
    compile,
    detach,
    exp,
    gradient,
    hessian,
    log,
    maximum,
    no_grad,
    sigmoid,
    sqrt,
    tanh,
    where,
)
from autograd.errors import DomainError, OperandError, RecordingError

# Under no_grad


def test_what_is_computed_under_no_grad_lives_without_gradient():
    w = Value(3.0)

    def f(x):
        with no_grad():
            t = w * x
            big = t > 4
        return w * x + t * t + where(big, t, w)

    c = compile(f)
    assert c([1.0, 2.0]).tolist() == [3 + 9 + 3, 6 + 36 + 6]
    assert c.gradient([1.0, 2.0])[1] == [((1 + 1) + 2) / 2]
    w.data = 1.0
    assert c([1.0, 9.0]).tolist() == [1 + 1 + 1, 9 + 81 + 9]


def test_copies_live_without_gradient():
    w = Value(3.0)
    for copied in (copy.copy, copy.deepcopy, detach, lambda v: copy.deepcopy([v])[0]):
        c = compile(lambda x, copied=copied: copied(w) * w * copied(x))
        assert c.gradient([2.0]) == (18.0, [6.0])
        w.data = 4.0
        assert c.gradient([2.0]) == (32.0, [8.0])
        w.data = 3.0


# Errors that the function catches


def guarded(w):
    def f(x):
        try:
            return w * log(x[0]) + sqrt(x[1])
        except DomainError:
            return w * x[0]

    return f


def nested(w):
    def inner(x):
        try:
            return 1 / x
        except ArithmeticError:
            return w * 5.0

    def f(x):
        try:
            return inner(x[0]) * x[1] ** -0.5
        except DomainError:
            return inner(x[0]) - w

    return f


@pytest.mark.parametrize("first", [0, 1, 2, 3])
@pytest.mark.parametrize("make", [guarded, nested])
def test_a_domain_error_that_is_caught_is_a_branch(make, first):
    w = Value(2.0)
    X = np.roll(np.array([[1.0, 4.0], [-1.0, 4.0], [2.0, -4.0], [0.0, 0.0], [0.0, 9.0], [3.0, 1.0]]), -first, axis=0)
    f = compile(make(w))
    rows = [make(w)([*map(Value, row)]) for row in X.tolist()]
    np.testing.assert_allclose(f(X), [row.data for row in rows], rtol=1e-14)
    np.testing.assert_allclose(f.gradient(X)[1], [np.mean([gradient(row, w) for row in rows])], rtol=1e-14)
    np.testing.assert_allclose(f(X[:1]), [rows[0].data], rtol=1e-14)


def test_a_caught_error_of_later_rows_makes_no_row_slow():
    w = Value(2.0)

    def f(x):
        try:
            return w * sqrt(x)
        except DomainError:
            return w * 0.0

    c = compile(f)
    assert c([4.0]) == [4.0]
    assert c([4.0, -1.0, 9.0]).tolist() == [4.0, 0.0, 6.0]
    assert [len(branches) for branches in c._programs._branches.values()] == [2]


def test_a_refusal_that_is_caught_is_told_all_the_same():
    def f(x):
        try:
            return x * x.data
        except Exception:
            return x

    with pytest.raises(RecordingError, match=r"reading \.data"):
        compile(f)([1.0])


# What depends on more than the arguments


def counter():
    state = {"calls": 0}

    def f(x):
        state["calls"] += 1
        return x * state["calls"]

    return f


def grows():
    kept = []

    def f(x):
        kept.append(x)
        return sum(2 * v for v in kept)

    return f


def consumed():
    numbers = iter([1.0])
    return lambda x: x * next(numbers)


def alternating():
    state = []

    def f(x):
        state.append(0)
        return x if len(state) % 2 else -x

    return f


def memo():
    known = {}

    def f(x):
        if "y" not in known:
            known["y"] = 2 * x
        return known["y"] + x

    return f


UNSTEADY = {
    "a random number": lambda: lambda x: x + random.random(),
    "a generator of NumPy": lambda: (lambda rng: lambda x: x * rng.normal())(np.random.default_rng(0)),
    "NumPy's own generator": lambda: lambda x: x * np.random.rand(),
    "the clock": lambda: lambda x: x + time.perf_counter(),
    "a counter": counter,
    "values that are kept": grows,
    "a value that is kept": memo,
    "an iterator": consumed,
    "every other call": alternating,
}


@pytest.mark.parametrize("make", UNSTEADY.values(), ids=UNSTEADY)
def test_what_is_not_the_same_twice_is_refused(make):
    with pytest.raises(RecordingError, match=r"test_tracer\.py:\d+|inputs of another recording|second call"):
        compile(make())([1.0])


# Values outside


def kept():
    out = []
    compile(lambda x: out.append(x * 2) or out.append(x) or x * 3)([1.0])
    return out


@pytest.mark.parametrize("v", kept())
@pytest.mark.parametrize(
    "use",
    [
        lambda v: v + 1,
        lambda v: 1 + v,
        lambda v: Value(2.0) * v,
        lambda v: v * Value(2.0),
        lambda v: -v,
        lambda v: exp(v),
        lambda v: maximum(1, v),
        lambda v: v > 0,
        lambda v: v.data,
        lambda v: v.backward(),
        lambda v: copy.copy(v),
        lambda v: pickle.dumps(v),
        lambda v: compile(lambda x: x * v)([1.0]),
    ],
)
def test_a_value_of_a_finished_recording_is_refused(v, use):
    with pytest.raises(RecordingError):
        use(v)


def test_a_value_of_another_threads_recording_is_refused():
    def f(x):
        with ThreadPoolExecutor(1) as pool:
            return sum(pool.map(lambda v: v * v if v > 0 else -v, x))

    with pytest.raises(RecordingError, match="its own thread"):
        compile(f)([[1.0, 2.0]])


def test_two_threads_record_undisturbed():
    w, gate = Value(2.0), threading.Barrier(2)

    def slow(x):
        gate.wait(5)
        return w * x if x > 0 else -x

    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda _: compile(slow)([3.0]).tolist(), range(2)))
    assert made == [[6.0], [6.0]]


# Conditions


def test_conditions_combine():
    w = Value(2.0)
    c = compile(lambda x: where((x > 0) & (x < 3) | ~(x > -2), w, where((x > 4) ^ True, -w, 7)))
    assert c([1.0, -1.0, 5.0, -3.0]).tolist() == [2.0, -2.0, 7.0, 2.0]
    for x, expected in ((1.0, 2.0), (-1.0, -2.0), (5.0, 7.0), (-3.0, 2.0)):
        v = Value(x)
        with pytest.warns(DeprecationWarning) if hasattr(math, "sumprod") else no_grad():
            assert where((v > 0) & (v < 3) | bool(v <= -2), w, where((v > 4) ^ True, -w, 7)).data == expected
            assert where(~(v > 0), 1, 2).data == (2 if x > 0 else 1)


def test_conditions_are_numbers_and_truths():
    w = Value(2.0)

    def f(x):
        kind = ["small", "large"][x > 1]
        return sum([x > 0, x > 1, x > 2]) * w + (10 if kind == "large" else 0) + int(x > 5) + (0 < x < 2)

    c = compile(f)
    assert c([0.5, 1.5, 2.5, -1.0, 9.0]).tolist() == [3.0, 15.0, 16.0, 0.0, 17.0]


# Branches of where that are functions


def shielded(x, w):
    return where(x[0] > 0, lambda: sqrt(w * x[0]) + log(x[0]) ** 2, lambda: 1 / (x[0] - 1) + exp(w * x[0]))


def shielded_twice(x, w):
    return where(x[0] > 0, lambda: where(x[1] < 0, lambda: log(x[0]), lambda: x[1] ** 0.5) * w, x[0] * w)


def shielded_with_a_branch(x, w):
    def slowly():
        r = x[0]
        while abs(r * r - x[0]) > 1e-10:
            r = 0.5 * (r + x[0] / r)
        return r * w

    return where(x[0] > 0, slowly, lambda: -x[0] if x[1] > 0 else w * x[0])


def shielded_twice_with_a_branch(x, w):
    return where(
        x[1] > 0, lambda: where(x[0] > 0, lambda: sqrt(x[0]) if x[0] > 1 else w, lambda: w * 2), lambda: exp(x[1])
    ) * where(x[0] > 0, 1, lambda: sqrt(-x[0] + w))


SHIELDED = (shielded, shielded_twice, shielded_with_a_branch, shielded_twice_with_a_branch)


@pytest.mark.parametrize("first", range(4))
@pytest.mark.parametrize("f", SHIELDED)
def test_a_branch_of_where_is_computed_only_where_it_is_chosen(f, first):
    w = Value(1.5)
    X = np.roll([[2.0, 1.0], [-2.0, 1.0], [0.5, -3.0], [710.0, -1.0], [0.0, 4.0]], -first, axis=0)[:4]
    c = compile(lambda x: f(x, w))
    rows = [f([*map(Value, row)], w) for row in X.tolist()]
    np.testing.assert_allclose(c(X), [row.data for row in rows], rtol=1e-13)
    np.testing.assert_allclose(c.gradient(X)[1], [np.mean([gradient(row, w) for row in rows])], rtol=1e-13)


def test_without_decisions_a_guarded_branch_is_one_path():
    w = Value(2.0)
    c = compile(lambda x: sum(where(a > 0, lambda a=a: sqrt(w * a), 0) for a in x))
    X = np.random.default_rng(0).normal(size=(50, 12))
    np.testing.assert_allclose(c(X), np.sqrt(2 * np.maximum(X, 0)).sum(axis=1), rtol=1e-13)
    assert [len(branches) for branches in c._programs._branches.values()] == [1]


def test_a_guarded_branch_has_derivatives_of_every_order():
    def f(x):
        return where(x > 0, lambda: x**2.5 + log(x), lambda: x**3)

    for at in (2.0, -2.0):
        x = Value(at)
        first = gradient(f(x), x, create_graph=True)
        second = gradient(first, x, create_graph=True)
        third = gradient(second, x)
        expected = (2.5 * 1.5 * 0.5 * 2**-0.5 + 2 / 8) if at > 0 else 6.0
        assert third == pytest.approx(expected, rel=1e-14)
        c = compile(lambda x: gradient(gradient(f(x), x, create_graph=True), x, create_graph=True))
        assert c([at, -at])[0] == pytest.approx(second.data, rel=1e-14)
    assert check_gradient(lambda x: where(x < 1, lambda: sqrt(1 - x), lambda: log(x)), at=[0.3]).ok


def test_what_a_branch_that_is_not_chosen_raises_does_not_matter():
    table = [2.0]
    c = compile(lambda i, x: where(x > 0, lambda: table[5] * x, x))
    assert c([1.0], [-3.0]) == [-3.0]
    with pytest.raises(IndexError):
        c([1.0], [3.0])
    assert where(Value(1.0) > 0, 3, lambda: table[5]).data == 3.0
    with pytest.raises(DomainError, match=r"row 0: log.*where\(condition, lambda"):
        compile(lambda x: where(x > -1, lambda: log(x), x))([0.0])


def test_branches_of_where_must_be_numbers():
    with pytest.raises(OperandError, match="branch"):
        compile(lambda x: where(x > 0, lambda: [x], x))([1.0])
    with pytest.raises(OperandError):
        where(Value(1.0) > 0, lambda: "a", 1.0)


# Compiled and eager agree


def test_subclasses_of_value_and_matrices_of_derivatives():
    class Weight(Value):
        pass

    w = Weight(0.7)
    c = compile(lambda x: hessian(tanh(w * x[0]) * sigmoid(x[1]), x, create_graph=True))
    X = np.array([[0.3, -0.2], [1.1, 0.4]])
    for row, made in zip(X.tolist(), c(X), strict=True):
        x = [*map(Value, row)]
        np.testing.assert_allclose(made, hessian(tanh(w * x[0]) * sigmoid(x[1]), x), rtol=1e-12)
    f = compile(lambda x: w * x if w > 0.5 else -x)
    assert f.gradient([2.0]) == (1.4, [2.0])
    w.data = 0.1
    assert f([2.0]) == [-2.0]
