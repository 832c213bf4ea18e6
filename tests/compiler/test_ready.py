"""What a compiled function does again with less ado, and that nothing is checked less then."""

import itertools
import threading

import numpy as np
import pytest

import nn
from autograd import Value, anomalies, compile, log, maximum, relu, sigmoid, where
from autograd.compiler import ready as room
from autograd.errors import ArgumentError, DomainError, OperandError, RecordingError, ShapeError

X, Y = np.array([[0.5, -1.0, 2.0]]), np.array([[1.0, 0.0]])


@pytest.fixture
def whole(monkeypatch):
    """Counts the calls that go the whole way."""
    calls = []
    checked = compile(lambda x: x)._arguments.__class__.checked

    def counted(self, *given):
        calls.append(given)
        return checked(self, *given)

    monkeypatch.setattr("autograd.compiler.arguments.Arguments.checked", counted)
    return calls


def cost_of(net):
    return compile(lambda x, y: nn.squared_error(net(x), y))


@pytest.mark.parametrize("way", ["gradient", "backward", "__call__"])
def test_arrays_like_the_last_ones_go_the_short_way_and_all_others_the_whole(whole, way):
    f = cost_of(nn.MLP([3, 4, 2], seed=0))
    run = getattr(f, way)
    run(X, Y)
    run(2 * X, Y)
    assert len(whole) == 1
    other = [(X.tolist(), Y), (X.astype(np.float32), Y), (X.astype(int), Y), (np.repeat(X, 2, 0), np.repeat(Y, 2, 0))]
    for number, arrays in enumerate(other, start=2):
        run(*arrays)
        assert len(whole) == number
    run(np.repeat(X, 2, 0), np.repeat(Y, 2, 0))
    run(X, Y)
    assert len(whole) == 5
    run(X, y=Y)
    assert len(whole) == 6


def test_the_short_way_computes_what_the_whole_does():
    nets = [nn.MLP([3, 4, 2], seed=0) for _ in range(2)]
    once, always = map(cost_of, nets)
    random, optimisers = np.random.default_rng(0), [nn.SGD(0.5, momentum=0.9) for _ in nets]
    for _ in range(5):
        x, y = random.normal(size=(2, 3)), random.random((2, 2))
        costs = [once.backward(x, y), always.backward(x.tolist(), y.tolist())]
        assert costs[0] == costs[1]
        assert once.gradient(x, y)[0] == costs[0] and (once(x, y) == always(x.tolist(), y)).all()
        for f, optimiser in zip((once, always), optimisers, strict=True):
            optimiser.step(f.parameters)
            f.parameters.zero_grad()
    assert (once.parameters.data == always.parameters.data).all()


def test_results_and_gradients_are_the_callers_own():
    f = cost_of(nn.MLP([3, 4, 2], seed=0))
    for run in (f.__call__, lambda *arrays: f.gradient(*arrays)[1]):
        before = [run(X, Y) for _ in range(3)]
        kept = before[1].copy()
        run(3 * X, Y)
        assert (before[1] == kept).all() and before[1] is not before[2]


def test_gradients_add_up_on_the_short_way_too(whole):
    w = Value(2.0)
    f = compile(lambda x: w * x)
    x = np.array([1.0, 2.0])
    for times in range(1, 5):
        assert f.backward(x) == 3.0 and w.grad == 1.5 * times
    assert len(whole) == 1


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("rows", [1, 2, 10])
@pytest.mark.parametrize("width", [2, 200])
def test_what_is_not_finite_is_refused_on_the_short_way_even_where_all_saturates(rows, width, bad):
    net = nn.MLP([width, 30, 2], seed=0)
    for layer in net.layers:
        layer.biases = np.full(len(layer.neurons), 1000.0)  # every slope is 0
    f = cost_of(net)
    x, y = np.ones((rows, width)), np.ones((rows, 2))
    f.gradient(x, y)
    for array, name in ((x, "x"), (y, "y")):
        array[-1, -1] = bad
        for run in (f.gradient, f.backward, f):
            with pytest.raises(ArgumentError, match=rf"^{name}: expected finite numbers.* in row {rows - 1}"):
                run(x, y)
        array[-1, -1] = 1.0
    assert f.gradient(x, y)[0] == 0.0 and not any(value.grad for value in f.parameters)


HIDING = {
    "relu": lambda w, x: relu(x) * w,
    "a choice": lambda w, x: where(x > 0, x * w, w),
    "the larger": lambda w, x: maximum(x, 0.0) + w,
    "what saturates": lambda w, x: sigmoid(x) * w,
    "a divisor": lambda w, x: w / x,
    "nothing": lambda w, x: w * 1.0,
}


@pytest.mark.parametrize("function", HIDING.values(), ids=HIDING)
def test_what_could_hide_it_is_looked_at(function):
    w, x = Value(2.0), np.array([1.0, 2.0])
    f = compile(lambda x: function(w, x))
    f.gradient(x)
    for bad in (np.nan, np.inf, -np.inf):
        with pytest.raises(ArgumentError, match=r"^x: expected finite numbers"):
            f.gradient(np.array([1.0, bad]))


def test_every_wrong_argument_is_refused_after_right_ones():
    f = cost_of(nn.MLP([3, 4, 2], seed=0))
    wrong = [
        ((), {}, ArgumentError, r"expected 2 arrays"),
        ((X,), {}, ArgumentError, r"expected 2 arrays"),
        ((X, Y, Y), {}, ArgumentError, r"got 3"),
        ((X, Y), {"z": Y}, ArgumentError, r"got z="),
        ((X, np.ones((2, 2))), {}, ShapeError, r"y: expected 1 rows"),
        ((X, np.empty((0, 2))), {}, ShapeError, r"y: expected an array"),
        ((X, np.array([["a", "b"]])), {}, OperandError, r"y: expected real numbers"),
        ((X, Y.astype(complex)), {}, OperandError, r"y: expected real numbers"),
    ]
    for run in (f.gradient, f.backward, f):
        run(X, Y)
        for given, named, error, words in wrong:
            with pytest.raises(error, match=words):
                run(*given, **named)
        run(X, Y)


def test_what_is_given_for_all_rows_is_no_array_of_the_short_way(whole):
    w = Value(2.0)
    f = compile(lambda x, scale=1.0: w * x * scale)
    x = np.array([1.0])
    for _ in range(2):
        assert f.gradient(x, 3.0)[0] == 6.0 and f.gradient(x)[0] == 2.0 and f.gradient(x, scale=4.0)[0] == 8.0


def test_integers_stay_indices():
    table = [Value(1.0), Value(5.0)]
    f = compile(lambda i: table[i] * 1.0 if hasattr(i, "__index__") else i * table[0])
    for _ in range(2):
        assert f([1, 0]).tolist() == [5.0, 1.0] and f(np.array([1, 0])).tolist() == [5.0, 1.0]


def test_names_bound_anew_are_noticed_on_the_short_way():
    w, k = Value(2.0), 3.0
    f, x = compile(lambda x: w * x + k), np.array([1.0])
    for run in (lambda: f(x)[0], lambda: f.gradient(x)[0], lambda: f.backward(x)):
        for number in (3.0, 3.0, 4.0, 4.0):
            k = number
            assert run() == 2.0 + k


def test_rows_that_take_another_path_or_leave_a_domain_go_the_whole_way():
    w = Value(2.0)
    f = compile(lambda x: w * x if x > 0 else -w * x)
    for _ in range(2):
        assert f.gradient(np.array([1.0, 3.0]))[0] == 4.0 and f(np.array([1.0, 3.0])).tolist() == [2.0, 6.0]
    for _ in range(2):
        assert f.gradient(np.array([1.0, -3.0]))[0] == 4.0 and f(np.array([-1.0, 3.0])).tolist() == [2.0, 6.0]
    g = compile(lambda x: log(x) * w)
    for run in (g.gradient, g.backward, g):
        run(np.array([1.0, 3.0]))
        with pytest.raises(DomainError, match=r"row 1: log"):
            run(np.array([1.0, -3.0]))
    assert w.grad == pytest.approx(np.log(3) / 2)


def test_new_parameters_of_another_shape_lengthen_the_gradient():
    w = [Value(1.0), Value(2.0), Value(3.0)]
    f = compile(lambda x: sum(a * b for a, b in zip(x, w, strict=False)))
    two, three = np.ones((1, 2)), np.ones((1, 3))
    for _ in range(2):
        assert f.gradient(two)[1].tolist() == [1.0, 1.0]
    for _ in range(2):
        assert f.gradient(three)[1].tolist() == [1.0, 1.0, 1.0] and f.gradient(two)[1].tolist() == [1.0, 1.0, 0.0]


def test_parameters_that_moved_are_read_where_they_are():
    w, v = Value(2.0), Value(3.0)
    f, x = compile(lambda x: w * x), np.array([1.0])
    f.backward(x)
    compile(lambda x: w * v * x).backward(x)  # w and v live together now
    w.data = 5.0
    w.grad = 0.0
    assert f.backward(x) == 5.0 and f(x) == [5.0] and w.grad == 1.0
    assert f.backward(x) == 5.0 and w.grad == 2.0


def test_modes_are_held_to_on_the_short_way():
    w = Value(2.0)
    f, x = compile(lambda x: w * x), np.array([1.0])
    f.gradient(x)
    g = compile(lambda y: f.gradient(x)[0] * y)
    with pytest.raises(RecordingError, match="a gradient by"):
        g([1.0])
    with anomalies():
        assert f.gradient(x)[0] == 2.0


@pytest.mark.parametrize("rows", [1, 4])
def test_samples_take_the_short_way(monkeypatch, rows):
    backward, ran = room.Ready.backward, []
    monkeypatch.setattr(room.Ready, "backward", lambda self, batch: ran.append(backward(self, batch)) or ran[-1])
    f = cost_of(nn.MLP([3, 4, 2], seed=0))
    random = np.random.default_rng(0)
    x, y = random.normal(size=(8, 3)), random.random((8, 2))
    samples, parameters = f.over(x, y), f.record(x, y).parameters
    for chosen in itertools.islice(itertools.cycle([np.arange(rows), np.arange(rows)[::-1] + 2]), 4):
        parameters.zero_grad()
        cost = samples.backward(chosen)
        other, slopes = f.gradient(x[chosen], y[chosen])
        assert cost == pytest.approx(other, rel=1e-14) and parameters.grad == pytest.approx(slopes, rel=1e-12)
    assert len(ran) == 3 and None not in ran


def test_threads_add_up():
    net = nn.MLP([3, 4, 2], seed=0)
    f = cost_of(net)
    f.backward(X, Y)
    once = f.parameters.grad.copy()
    threads = [threading.Thread(target=lambda: [f.backward(X, Y) for _ in range(50)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    np.testing.assert_allclose(f.parameters.grad, 201 * once, rtol=1e-12)


def test_of_many_shapes_the_last_are_kept():
    w = Value(2.0)
    f = compile(lambda x: w * x)
    for rows in range(1, 40):
        assert f.gradient(np.ones(rows))[0] == 2.0 and f(np.ones(rows)).tolist() == [2.0] * rows
    assert len(f._programs.for_gradients) == len(f._programs.for_results) == 16


def test_again_is_for_what_was_met_before_alone():
    w = Value(2.0)
    f, x = compile(lambda x: w * x), np.array([1.0, 3.0])
    assert f.again(x) is None and f(x).tolist() == [2.0, 6.0]
    assert f.again(x).tolist() == [2.0, 6.0]
    for other in (x[:1], x.tolist(), np.array([1.0, np.nan]), None, "x", w):
        assert f.again(other) is None
    assert f.again() is None and f.again(x, x) is None
