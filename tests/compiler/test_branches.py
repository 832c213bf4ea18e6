"""Every row of a batch runs on the path that it takes through the function."""

import numpy as np
import pytest

from autograd import Value, compile, exp, gradient, log, sigmoid, sqrt
from autograd.compiler import branches as branches_module
from autograd.compiler.backends.numpy.program import NumPyProgram
from autograd.errors import ArgumentError, DomainError, GuardError, RecordingError

RNG = np.random.default_rng(0)


def sizes(W):
    """A decision tree of six splits, 64 leaves."""

    def f(x):
        t = W[0] * x[0]
        for w, a in zip(W, x, strict=True):
            t = t * w + a if a > 0 else t - w * exp(a)
        return t * t

    return f


def newton(W):
    def f(x):
        r = x[0] * x[0] + 1
        while abs(r * r - W[0] * (x[1] * x[1] + 0.5)) > 1e-9:
            r = 0.5 * (r + W[0] * (x[1] * x[1] + 0.5) / r)
        return r

    return f


def median(W):
    return lambda x: sorted(w * a for w, a in zip(W, x, strict=True))[3]


def extremes(W):
    return lambda x: max(x) * W[0] - W[1] * min(x) + W[2] * [a > 0.3 for a in x].index(max(x) > 0.3)


def hard_and_soft(W):
    def f(x):
        if any(a > 1.5 for a in x):
            return W[1] * x[0]
        gate = sigmoid(W[0] * x[1])
        return gate * W[2] + (1 - gate) * W[3] if -1 < x[2] < 1 else gate

    return f


def warped(W):
    """Dynamic time warping of two short series."""

    def f(x):
        far = 1e9
        d = [[far] * 4 for _ in range(4)]
        d[0][0] = 0.0
        for i in range(3):
            for j in range(3):
                d[i + 1][j + 1] = W[i] * (x[i] - x[3 + j]) ** 2 + min(d[i][j + 1], d[i + 1][j], d[i][j])
        return d[3][3]

    return f


PROGRAMS = {f.__name__: f for f in (sizes, newton, median, extremes, hard_and_soft, warped)}


def parameters():
    return [Value(a) for a in (0.9, 1.3, 0.7, 1.1, 0.8, 1.2)]


def by_rows(f, W, X):
    made = [f([*map(Value, row)]) for row in X.tolist()]
    return np.array([y.data for y in made]), np.mean([gradient(y, W) for y in made], axis=0)


@pytest.mark.parametrize(("name", "rows_at_once"), [*((name, None) for name in PROGRAMS), ("sizes", 3), ("newton", 3)])
def test_rows_give_what_they_give_one_by_one(name, rows_at_once, monkeypatch):
    if rows_at_once:
        monkeypatch.setattr(NumPyProgram, "rows_at_once", rows_at_once)
    W, X = parameters(), RNG.normal(size=(20, 6))
    f = compile(PROGRAMS[name](W))
    values, slopes = by_rows(PROGRAMS[name](W), W, X)
    np.testing.assert_allclose(f(X), values, rtol=1e-12)
    cost, found = f.gradient(X)
    assert cost == pytest.approx(values.mean(), rel=1e-12)
    by_value = dict(zip(map(id, f.parameters), found, strict=True))
    np.testing.assert_allclose([by_value.get(id(w), 0.0) for w in W], slopes, rtol=1e-10, atol=1e-13)
    assert f.backward(X) == cost
    np.testing.assert_allclose([w.grad for w in W], slopes, rtol=1e-10, atol=1e-13)
    assert len(next(iter(f._programs._branches.values()))) > 1


def test_a_row_of_another_path_that_leaves_a_domain_is_no_fault():
    w = Value(2.0)
    f = compile(lambda x: sqrt(w * x) + log(x) if w * x * 1.0 + 1 > 1.5 else exp(x))
    assert f([4.0, -3.0, -3.0]) == pytest.approx([8**0.5 + np.log(4), np.exp(-3), np.exp(-3)])
    assert f([-3.0]) == pytest.approx([np.exp(-3)])


def test_a_fault_names_its_row_on_whatever_path():
    f = compile(lambda x: log(x[1]) if x[0] > 0 else sqrt(x[1]))
    assert f([[1.0, 1.0], [-1.0, 4.0]]).tolist() == [0.0, 2.0]
    with pytest.raises(DomainError, match="row 3: sqrt"):
        f([[1.0, 1.0], [-1.0, 4.0], [1.0, 1.0], [-1.0, -4.0]])
    with pytest.raises(DomainError, match="row 1: sqrt"):
        compile(lambda x: log(x[1]) if x[0] > 0 else sqrt(x[1]))([[1.0, 1.0], [-1.0, -4.0]])


def test_what_the_function_raises_reaches_the_caller_with_the_row():
    def f(x):
        if x < 0:
            raise LookupError("negative")
        return 2 * x

    with pytest.raises(LookupError, match="negative") as told:
        compile(f)([1.0, 2.0, -1.0])
    assert "row 2" in told.value.__notes__[0]


def test_a_decision_by_a_parameter_follows_its_number():
    w = Value(1.0)
    f = compile(lambda x: w * x if w > 0 else w * w * x)
    assert f([3.0, 5.0]).tolist() == [3.0, 5.0]
    w.data = -2.0
    assert f([3.0, 5.0]).tolist() == [12.0, 20.0]
    assert f.gradient([3.0]) == (12.0, [-12.0])
    w.data = 4.0
    assert f([3.0, 5.0]).tolist() == [12.0, 20.0]


def test_parameters_of_further_paths_come_behind_those_that_are_known():
    u, v = Value(2.0, "u"), Value(3.0, "v")
    f = compile(lambda x: u * x if x > 0 else v * x)
    assert f.gradient([1.0])[1].tolist() == [1.0] and [*f.parameters] == [u]
    cost, slopes = f.gradient([1.0, -1.0, -1.0, -1.0])
    assert cost == (2 - 9) / 4 and slopes.tolist() == [0.25, -0.75] and [*f.parameters] == [u, v]
    assert f.gradient([1.0])[1].tolist() == [1.0, 0.0]
    f.backward([1.0, -1.0])
    f.backward([1.0])
    assert (u.grad, v.grad) == (0.5 + 1.0, -0.5)


def test_a_path_without_parameters_may_come_first():
    v = Value(3.0)
    f = compile(lambda x: v * x if x > 0 else x)
    assert f.gradient([-1.0, 1.0]) == (1.0, [0.5])
    with pytest.raises(ArgumentError, match="leaf Values"):
        compile(lambda x: v * x if x > 0 else x).gradient([-1.0, -2.0])


def test_every_path_must_return_alike():
    f = compile(lambda x: [x, x] if x > 0 else x)
    with pytest.raises(RecordingError, match=r"row 1 and a list of 2 before"):
        f([1.0, -1.0])


def test_more_paths_than_allowed_are_told_with_the_comparisons_that_split_most():
    f = compile(lambda x: sum(a if a > 0 else -a for a in x), paths=5)
    X, ones = RNG.normal(size=(100, 6)), np.ones((2, 6))
    assert f(ones).tolist() == [6.0, 6.0]
    with pytest.raises(GuardError, match=r"at most 5.*test_branches\.py:\d+.*\(\dx, such as .* > 0\).*where\("):
        f(X)
    assert f(ones).tolist() == [6.0, 6.0]


def test_where_rounding_decides_the_scalars_have_the_last_word(monkeypatch):
    """The arrays say of a row that it leaves the path, the scalars that it does not."""
    first_off = branches_module._first_off
    monkeypatch.setattr(branches_module, "_first_off", lambda holding, depth: np.minimum(first_off(holding, depth), 0))
    w = Value(2.0)
    f = compile(lambda x: w * x if x > 0 else -x)
    f.record([1.0])
    assert f([1.0, -1.0, 3.0, 5.0, -2.0]).tolist() == [2.0, 1.0, 6.0, 10.0, 2.0]


def test_refresh_looks_at_the_path_of_the_row():
    factor = [2.0]
    w = Value(1.0)
    f = compile(lambda x: w * x * factor[0] if x > 0 else -x)
    assert f([1.0, -1.0]).tolist() == [2.0, 1.0]
    (known,) = f._programs._branches.values()
    for x in (-3.0, 3.0):
        assert [*f.refresh([x])._programs._branches.values()] == [known]
    factor[0] = 5.0
    assert f.refresh([3.0])([1.0, -1.0]).tolist() == [5.0, 1.0]
