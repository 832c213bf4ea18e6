"""Names that a function closes over, and what is bound to them between calls."""

import gc
import random
import types
import weakref

import numpy as np
import pytest

from autograd import Value, compile, relu, tanh
from autograd.errors import RecordingError

SCALE = 2.0
WEIGHT = Value(3.0)


def helper(x):
    return SCALE * x


def test_a_closed_over_number_or_value_that_is_bound_anew_is_noticed():
    w, k = Value(2.0), 3.0
    f = compile(lambda x: w * x + k)
    assert f([1.0]) == [5.0]
    k = 4.0
    assert f([1.0]) == [6.0]
    w = Value(10.0)
    assert f.gradient([2.0]) == (24.0, [2.0]) and [*f.parameters] == [w]
    k += 1
    assert f.backward([2.0]) == 25.0 and w.grad == 2.0


def test_globals_and_those_of_helpers_are_noticed(monkeypatch):
    f = compile(lambda x: WEIGHT * helper(x))
    assert f([1.0]) == [6.0]
    monkeypatch.setitem(globals(), "SCALE", 5.0)
    assert f([1.0]) == [15.0]
    monkeypatch.setitem(globals(), "helper", lambda x: x)
    assert f([1.0]) == [3.0]
    monkeypatch.setitem(globals(), "WEIGHT", Value(-1.0))
    assert f([1.0]) == [-1.0]


def test_functions_attributes_and_namespaces_are_noticed():
    activation, settings = tanh, types.SimpleNamespace(rate=0.5)

    class Model:
        def __init__(self):
            self.w, self.scale = Value(2.0), 1.0

        @compile
        def cost(self, x):
            return activation(self.w * x) * self.scale * settings.rate

    model = Model()
    assert model.cost([-1.0]) == pytest.approx([0.5 * np.tanh(-2)])
    activation = relu
    assert model.cost([3.0]) == [3.0]
    model.scale = 10.0
    assert model.cost([3.0]) == [30.0]
    settings.rate = 1.0
    assert model.cost([3.0]) == [60.0]
    model.w = Value(1.0)
    assert model.cost([3.0]) == [30.0]


def test_what_is_bound_again_to_the_same_compiles_nothing():
    w, k = Value(2.0), 3.5
    f = compile(lambda x: w * x + k)
    f([1.0])
    plan = f.plan
    k = float("3.5")
    assert f([1.0]) == [5.5] and f.plan is plan
    k = np.float64(3.5)
    f([1.0])
    assert f.plan is not plan


def test_every_shape_and_path_is_recorded_anew():
    k = 1.0
    f = compile(lambda x: sum(a * k if a > 0 else a for a in x))
    X, Y = [[1.0, -1.0], [2.0, 3.0]], [[1.0], [-1.0]]
    assert f(X).tolist() == [0.0, 5.0] and f(Y).tolist() == [1.0, -1.0]
    k = 2.0
    assert f(X).tolist() == [1.0, 10.0] and f(Y).tolist() == [2.0, -1.0]


def test_numbers_in_containers_stay_what_they_were_until_asked_to_look():
    numbers = [2.0]
    f = compile(lambda x: numbers[0] * x)
    assert f([1.0]) == [2.0]
    numbers[0] = 3.0
    assert f([1.0]) == [2.0]
    assert f.refresh([1.0])([1.0]) == [3.0]


def test_a_function_may_count_its_calls_if_nothing_depends_on_it():
    calls = 0

    def f(x):
        nonlocal calls
        calls += 1
        return 2 * x if x > 0 else -x

    c = compile(f)
    assert c([1.0]) == [2.0]
    before = calls
    assert c([3.0]) == [6.0] and calls == before
    assert c([-3.0, 1.0]).tolist() == [3.0, 2.0] and c([-1.0]) == [1.0] and calls == before + 2


GENERATORS = {
    "random": (random.Random(3), lambda g: g.random()),
    "numpy": (np.random.default_rng(3), lambda g: g.random()),
    "numpy, old": (np.random.RandomState(3), lambda g: g.rand()),
    "the module's": (random, lambda g: g.random()),
    "the module's function": (random.random, lambda g: g()),
    "numpy's module": (np, lambda g: g.random.rand()),
}


@pytest.mark.parametrize(("generator", "drawn"), GENERATORS.values(), ids=GENERATORS)
def test_a_coin_that_falls_alike_twice_is_noticed_too(generator, drawn):
    f = compile(lambda x: x if drawn(generator) < 2 else -x)
    with pytest.raises(RecordingError, match="random numbers"):
        f([1.0])


def test_what_is_watched_is_not_kept_alive():
    class Model:
        def __init__(self):
            self.w = Value(1.0)

        @compile
        def cost(self, x):
            return self.w * x

    model = Model()
    assert model.cost([2.0]) == [2.0]
    there = weakref.ref(model)
    del model
    gc.collect()
    assert there() is None


def test_a_name_that_is_deleted_is_noticed():
    k = 2.0
    f = compile(lambda x: k * x)  # noqa: F821  # it is deleted below
    assert f([1.0]) == [2.0]
    del k
    with pytest.raises(NameError):
        f([1.0])
