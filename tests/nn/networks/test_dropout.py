"""Dropout, and where its noise comes from: given numbers, a generator, an argument of a compiled function."""

import threading

import numpy as np
import pytest

import nn
from autograd import Value, compile, total
from autograd.errors import ArgumentError, OperandError, RecordingError


def numbers(values):
    return [value.data for value in values]


def test_without_noise_activations_pass_as_they_are():
    assert numbers(nn.Dropout(0.9)([Value(1.0), 2.0])) == [1.0, 2.0]


def test_what_remains_makes_up_for_what_is_dropped():
    with nn.noise([0.1, 0.2, 0.25, 0.9]):
        assert numbers(nn.Dropout(0.25)([3.0, 3.0, 3.0, 3.0])) == [0.0, 0.0, 4.0, 4.0]


def test_the_share_that_is_dropped_is_the_probability():
    with nn.noise(0):
        found = np.array(numbers(nn.Dropout(0.3)([1.0] * 20_000)))
    assert set(found) == {0.0, 1 / 0.7}
    assert (found == 0).mean() == pytest.approx(0.3, abs=0.01)
    assert found.mean() == pytest.approx(1.0, abs=0.02)


def test_gradients_flow_through_what_remains_alone():
    a, b = Value(2.0), Value(float("inf"))
    with nn.noise([0.9, 0.1]):
        total(nn.Dropout(0.5)([a, b])).backward()
    assert (a.grad, b.grad) == (2.0, 0.0)


def test_none_are_dropped_with_probability_0():
    with nn.noise(0):
        assert numbers(nn.Dropout(0.0)([1.0] * 100)) == [1.0] * 100


def test_each_call_draws_anew_and_a_seed_repeats():
    dropout, ones = nn.Dropout(0.5), [1.0] * 50
    with nn.noise(3):
        first, second = numbers(dropout(ones)), numbers(dropout(ones))
    with nn.noise(np.random.default_rng(3)):
        again = numbers(dropout(ones))
    assert first == again and first != second


def test_the_noise_around_comes_back():
    dropout = nn.Dropout(0.5)
    with nn.noise([0.1, 0.9]):
        with nn.noise([0.7]):
            assert numbers(dropout([1.0])) == [2.0]
        assert numbers(dropout([1.0, 1.0])) == [0.0, 2.0]
    assert numbers(dropout([1.0])) == [1.0]


def test_it_is_of_one_thread():
    found = []
    with nn.noise([0.1]):
        thread = threading.Thread(target=lambda: found.extend(numbers(nn.Dropout(0.5)([1.0]))))
        thread.start()
        thread.join()
    assert found == [1.0]


def network():
    random = np.random.default_rng(0)
    first, last = (
        nn.Layer(random.normal(size=size), np.zeros(size[0]), kind, number)
        for size, kind, number in (((6, 4), "tanh", 1), ((2, 6), "linear", 2))
    )
    return nn.Sequential(first, nn.Dropout(0.5), last, nn.Dropout(0.25))


def test_a_compiled_function_takes_noise_as_an_argument():
    net, random = network(), np.random.default_rng(1)
    X, Y = random.normal(size=(9, 4)), random.normal(size=(9, 2))
    assert nn.noise_count(net, X[0].tolist()) == 8

    @compile
    def cost(x, y, drawn):
        with nn.noise(drawn):
            return nn.squared_error(net(x), y)

    drawn = random.random((9, 8))
    one_by_one = []
    for x, y, row in zip(X.tolist(), Y.tolist(), drawn, strict=True):
        with nn.noise(row):
            one_by_one.append(nn.squared_error(net(x), y))
        (one_by_one[-1] / 9).backward()
    np.testing.assert_allclose(cost(X, Y, drawn), [one.data for one in one_by_one], rtol=1e-13)
    assert np.abs(cost(X, Y, drawn) - cost(X, Y, drawn[::-1])).max() > 1e-3
    _, found = cost.gradient(X, Y, drawn)
    np.testing.assert_allclose(found, [parameter.grad for parameter in cost.parameters], rtol=1e-12, atol=1e-15)


def test_random_numbers_are_never_frozen_into_a_program():
    net = network()
    with nn.noise(0), pytest.raises(RecordingError, match=r"random numbers of nn\.noise inside a compiled function"):
        compile(lambda x: net(x))(np.ones((2, 4)))


def test_modules_of_ones_own_may_draw():
    class Shaken(nn.Module):
        def __call__(self, values):
            drawn = nn.networks.randomness.uniform(len(values))
            return values if drawn is None else [a + 0.1 * u for a, u in zip(values, drawn, strict=True)]

    with nn.noise([0.5, 1.0]):
        assert nn.Sequential(Shaken())([1.0, 2.0]) == pytest.approx([1.05, 2.1])
    assert nn.noise_count(Shaken(), [1.0] * 3) == 3


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: nn.Dropout(1.0), ArgumentError, "p: .*at least 0 and below 1, got 1.0"),
        (lambda: nn.Dropout(-0.1), ArgumentError, "p: .*got -0.1"),
        (lambda: nn.Dropout(float("nan")), ArgumentError, "p: .*got nan"),
        (lambda: nn.Dropout("half"), OperandError, "p: expected a real number"),
        (lambda: nn.Dropout(0.5)(1.0), OperandError, "Dropout: expected a list of activations, got float"),
        (lambda: nn.Dropout(0.5)(["a"]), OperandError, r"Dropout\[0\]: expected .* a real number"),
        (lambda: nn.noise("a").__enter__(), ArgumentError, "seed: expected .*'a'"),
        (lambda: nn.noise(-1).__enter__(), ArgumentError, "seed: expected .*-1"),
    ],
)
def test_refusals_name_what_came(make, error, words):
    with pytest.raises(error, match=words):
        make()


def test_too_few_numbers_are_told():
    with nn.noise([0.5]), pytest.raises(ArgumentError, match=r"nn\.noise: expected at least 2 numbers .*, got 1; give"):
        nn.Dropout(0.5)([1.0, 2.0])
