"""Modules and costs of somebody's own: the same results whichever way they run, and errors that name their lines."""

from collections import OrderedDict, namedtuple

import numpy as np
import pytest

import nn
from autograd import Value, anomalies, exp, log, tanh
from autograd.errors import ArgumentError, CallError, DomainError, OperandError, ShapeError
from autograd.structure import is_named

X = np.random.default_rng(0).random((6, 4))
Y = np.array([0.0, 1.0, 0.0, 1.0, 0.0, 1.0])
Spread = namedtuple("Spread", "mean width")


class Mine(nn.Module):
    """A module that computes what it is told to."""

    def __init__(self, compute):
        self.w, self.compute = Value(0.5, "w"), compute

    def __call__(self, x):
        return self.compute(self.w, x)


def squared(a, y):
    return (a - y) ** 2


def fitted(compute=lambda w, x: w * x[0], cost=squared, **options):
    return nn.fit(Mine(compute), X, Y, cost=cost, epochs=2, **{"progress": False, **options})


def raised(call):
    with pytest.raises(CallError) as caught:
        call()
    return caught.value


def alike(one, other):
    """Whether two structures are of the same kinds, with the same numbers."""
    if isinstance(one, np.ndarray):
        return isinstance(other, np.ndarray) and one.dtype == other.dtype and np.allclose(one, other, 1e-14)
    if type(one) is not type(other) or len(one) != len(other):
        return False
    pairs = zip(one, other, strict=True)
    if isinstance(one, dict):
        pairs = ((one[name], other[name]) for name in one)
        return [*one] == [*other] and all(alike(*pair) for pair in pairs)
    return all(alike(*pair) for pair in pairs)


# The same structure from both

RETURNED = {
    "a value": lambda w, x: w * x[0],
    "a list": lambda w, x: [w * x[0], x[1]],
    "a matrix": lambda w, x: [[w, x[0]], [x[1], w * w]],
    "an array": lambda w, x: np.array([w, w * x[0]]),
    "a tuple": lambda w, x: (w * x[0], [w * x[1], w * x[2]]),
    "a named tuple": lambda w, x: Spread(w * x[0], [w, 1.0]),
    "a dict": lambda w, x: {"a": w * x[0], "b": {"c": [x[1], w]}},
    "an ordered dict": lambda w, x: OrderedDict(z=w, a=x[0]),
    "a list of dicts": lambda w, x: [{"a": w * x[0]}, {"a": w}],
    "a ragged list": lambda w, x: [[w * x[0]], [w, w * x[1]]],
    "numbers alone": lambda w, x: [0.25, 0.75],
    "one number": lambda w, x: 3,
    "numbers in a named tuple": lambda w, x: Spread(0.5, {"b": (1, [2.0, 3.0])}),
}


@pytest.mark.parametrize("compute", RETURNED.values(), ids=RETURNED)
def test_predict_gives_the_same_structure_compiled_or_not(compute):
    net = Mine(compute)
    compiled, eager = net.predict(X), net.predict(X, compiled=False)
    assert alike(compiled, eager)
    one_by_one = [compute(net.w, x) for x in X.tolist()]
    assert type(one_by_one[0]) is type(eager) or isinstance(eager, np.ndarray)
    assert is_named(type(one_by_one[0])) == is_named(type(eager))


def test_a_ragged_list_holds_an_array_for_each_part():
    first, second = Mine(RETURNED["a ragged list"]).predict(X, compiled=False)
    np.testing.assert_allclose(first, 0.5 * X[:, :1])
    np.testing.assert_allclose(second, np.column_stack([np.full(6, 0.5), 0.5 * X[:, 1]]))


@pytest.mark.parametrize("compiled", [True, False])
def test_of_one_row_a_structure_has_one_sample_less_an_axis(compiled):
    net = nn.Sequential(nn.Layer(4, 2, seed=0), lambda a: (a[0], {"both": a}))
    alone, all_ = net.predict(X[1], compiled), net.predict(X, compiled)
    assert alone[0] == pytest.approx(all_[0][1], rel=1e-14)
    np.testing.assert_allclose(alone[1]["both"], all_[1]["both"][1], rtol=1e-14)


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize(
    "compute, error, words",
    [
        (lambda w, x: None, OperandError, r"Mine\(x\): expected it to return Values, .* got None; is a return missing"),
        (lambda w, x: [w, "a"], OperandError, r"Mine\(x\)\[1\]: expected it to return Values, .* got str 'a'"),
        (lambda w, x: {"p": {1, 2}}, OperandError, r"Mine\(x\)\['p'\]: .* got set \{1, 2\}"),
        (lambda w, x: (w * v for v in x), OperandError, r"Mine\(x\): expected it to return Values, .* got generator"),
        (lambda w, x: [w, []], ShapeError, r"Mine\(x\)\[1\]: expected at least one Value .* got an empty list"),
        (lambda w, x: np.array(2.0), OperandError, r"Mine\(x\): .* got an array of shape \(\)"),
    ],
)
def test_what_is_no_result_is_refused_by_the_modules_name(compute, error, words, compiled):
    with pytest.raises(error, match=words):
        Mine(compute).predict(X, compiled)


@pytest.mark.parametrize("compiled", [True, False])
def test_a_list_that_holds_itself_is_refused(compiled):
    def endless(w, x):
        held = [w]
        held.append(held)
        return held

    with pytest.raises(OperandError, match="got one that holds itself"):
        Mine(endless).predict(X, compiled)


def test_every_sample_has_the_same_structure():
    net = Mine(lambda w, x: [w] if x[0] < 0.8 else [w, w])
    with pytest.raises(ShapeError, match=r"same kind of result for every sample, got a list of 2 in row \d and a list"):
        net.predict(X, compiled=False)


# What goes wrong inside

FAULTS = {
    IndexError: lambda w, x: w * x[7],
    KeyError: lambda w, x: w * {"a": 1.0}["k"],
    TypeError: lambda w, x: w * len(3),
    AttributeError: lambda w, x: w * x.mean,
}


@pytest.mark.parametrize("kind", FAULTS)
@pytest.mark.parametrize("run", ["compiled", "eager", "fit", "fit eagerly"])
def test_an_error_inside_a_module_names_function_line_and_what_it_was_called_with(kind, run):
    net = Mine(FAULTS[kind])
    if run.startswith("fit"):
        error = raised(lambda: nn.fit(net, X, Y, compiled=run == "fit", progress=False))
    else:
        error = raised(lambda: net.predict(X, run == "compiled"))
    assert type(error.__cause__) is kind and isinstance(error, RuntimeError)
    members = "Values" if run == "compiled" else "numbers"
    came = f"{kind.__name__} ({error.__cause__}) in <lambda>"
    assert str(error).startswith(f"Mine(x): expected it to compute with a list of 4 {members}, got {came}")
    assert f"at test_calls.py:{FAULTS[kind].__code__.co_firstlineno}: " in str(error)
    assert str(error).endswith("; a module is called with one sample at a time")


def too_far(a, y):
    return a[3] - y


@pytest.mark.parametrize("compiled", [True, False])
def test_an_error_inside_a_cost_names_it_too(compiled):
    error = raised(lambda: fitted(lambda w, x: [w * x[0], w], too_far, compiled=compiled))
    assert str(error).startswith("too_far(outputs, targets): expected it to compute with a list of 2 Values and ")
    assert f"in too_far, at test_calls.py:{too_far.__code__.co_firstlineno + 1}: return a[3] - y; a cost" in str(error)


@pytest.mark.parametrize("compiled", [True, False])
def test_a_cost_of_other_arguments_has_no_line_of_its_own(compiled):
    error = raised(lambda: fitted(cost=lambda a: a, compiled=compiled))
    assert "got TypeError (" in str(error) and "takes 1 positional argument but 2 were given); a cost" in str(error)


def test_the_line_is_the_users_though_the_error_was_raised_in_what_is_installed():
    error = raised(lambda: Mine(lambda w, x: w * np.take([1.0], 5)).predict(X, False))
    assert "in <lambda>, at test_calls.py:" in str(error)


def test_what_was_called_with_is_told_in_few_words():
    sample = {"left": X, "right": (X[:, 0], [[1, 2]] * 6)}
    error = raised(lambda: Mine(lambda w, x: w * x["middle"]).predict(sample, compiled=False))
    assert "compute with a dict with 'left', 'right', got KeyError ('middle')" in str(error)
    error = raised(lambda: Mine(lambda w, x: x + "a").predict(X[:, 0], compiled=False))
    assert f"compute with the number {X[0, 0]:.6g}, got TypeError" in str(error)


@pytest.mark.parametrize("compiled", [True, False])
def test_errors_of_the_package_and_others_of_the_users_pass_as_they_are(compiled):
    def interrupted(w, x):
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        Mine(interrupted).predict(X, compiled)
    with pytest.raises(DomainError, match="log: expected an operand above 0"):
        Mine(lambda w, x: log(w - 1.0)).predict(X, compiled)
    with pytest.raises(OperandError, match="exp"):
        Mine(lambda w, x: exp("a") * w).predict(X, compiled)


# What a cost returns, and what there is to learn


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize(
    "cost, words",
    [
        (lambda a, y: [a - y], r"expected it to return a Value, .* got a list of 1 Value; autograd.total"),
        (lambda a, y: None, "got None; is a return missing?"),
        (lambda a, y: {"cost": a}, "got a dict with 'cost'"),
    ],
)
def test_a_cost_that_returns_no_number_is_blamed_by_its_name(cost, words, compiled):
    cost.__name__ = "odd"
    with pytest.raises(OperandError, match=r"odd\(outputs, targets\): .*" + words):
        fitted(cost=cost, compiled=compiled)


class Bare(nn.Module):
    def __call__(self, x):
        return x[0] * 2.0


@pytest.mark.parametrize("compiled", [True, False])
def test_where_there_is_nothing_to_learn_module_and_cost_are_named(compiled):
    assert Bare().predict(X, compiled) == pytest.approx(2 * X[:, 0])
    with pytest.raises(
        ArgumentError, match="net: expected a module with parameters to learn, got Bare, which has none"
    ):
        nn.fit(Bare(), X, Y, compiled=compiled, progress=False)
    words = r"depends on the parameters of Mine, got plain numbers from Mine\(x\) or from squared\("
    with pytest.raises(ArgumentError, match=words):
        fitted(lambda w, x: 0.5, compiled=compiled)


@pytest.mark.parametrize("compiled", [True, False])
def test_a_cost_may_be_a_plain_number_for_some_samples(compiled):
    history = fitted(cost=lambda a, y: 0.0 if y < 0.5 else (a - y) ** 2, compiled=compiled, optimiser=nn.SGD(0.1))
    assert history.cost[1] < history.cost[0]


@pytest.mark.parametrize("compiled", [True, False])
def test_the_cost_is_tried_before_anything_begins(compiled, tmp_path, capsys):
    path, optimiser, calls = tmp_path / "c.npz", nn.SGD(0.1), []
    net = Mine(lambda w, x: [tanh(w * x[0])])
    for cost in (too_far, lambda a, y: log(-a[0] * a[0]), lambda a, y: [a]):
        with pytest.raises((CallError, DomainError, OperandError)):
            nn.fit(
                net, X, Y, cost=cost, compiled=compiled, optimiser=optimiser, checkpoint=path, callbacks=calls.append
            )
    assert net.w.data == 0.5 and optimiser.steps == 0 and not calls and not path.exists()
    assert capsys.readouterr() == ("", "")


def test_lines_are_told_under_anomalies_too():
    with anomalies():
        assert "in too_far" in str(raised(lambda: fitted(lambda w, x: [w], too_far, compiled=False)))
