"""Optimisers: whose parameters they change, by which gradient, at which rate, and what they keep."""

import math
from contextlib import nullcontext

import numpy as np
import pytest

import nn
from autograd import Value
from autograd.errors import ArgumentError, AutogradError, OperandError, ShapeError
from autograd.parameters import together

from .test_rules import MAKERS, stepped


@pytest.mark.parametrize("make", MAKERS)
def test_flat_parameters_and_single_values_agree(make):
    random = np.random.default_rng(0)
    numbers, gradients = random.normal(size=5), random.normal(size=(4, 5))
    singles, bound = [Value(n) for n in numbers], [Value(n) for n in numbers]
    flat, one, other = together(bound), make(), make()
    for row in gradients:
        for single, partial in zip(singles, row.tolist(), strict=True):
            single.grad = partial
        flat.grad = row
        one.step(singles)
        other.step(flat)
    assert [v.data for v in singles] == [v.data for v in bound] == flat.data.tolist()


def test_bound_values_in_a_list_are_the_flat_ones():
    values = [Value(1.0), Value(2.0)]
    flat, optimiser = together(values), nn.SGD(1.0, momentum=0.5)
    for parameters in (flat, values, list(reversed(values))):
        flat.grad = np.array([1.0, 0.0])
        optimiser.step(parameters)
    assert flat.data.tolist() == [1.0 - 1.0 - 1.5 - 1.75, 2.0]


def test_the_state_goes_with_the_parameters_not_with_their_positions():
    a, b = Value(0.0), Value(0.0)
    optimiser = nn.SGD(1.0, momentum=0.5)
    a.grad, b.grad = 2.0, 0.0
    optimiser.step([a, b])
    a.grad = 0.0
    optimiser.step([b, a])
    assert (a.data, b.data) == (-3.0, 0.0)


@pytest.mark.parametrize("others", [[Value(1.0), Value(2.0)], [Value(1.0)], [Value(1.0)] * 3])
def test_other_parameters_are_refused(others):
    mine, optimiser = [Value(1.0), Value(2.0)], nn.Adam()
    optimiser.step(mine)
    before = [v.data for v in others]
    with pytest.raises(ArgumentError, match=r"Adam\.step: expected the 2 parameters.*one optimiser for each network"):
        optimiser.step(others)
    assert [v.data for v in others] == before and optimiser.steps == 1


def test_a_parameter_twice_is_refused():
    a, b = Value(1.0), Value(2.0)
    optimiser = nn.SGD(0.1)
    optimiser.step([a, b])
    with pytest.raises(ArgumentError, match="expected the 2 parameters"):
        optimiser.step([a, a])


@pytest.mark.parametrize("make", [nn.Adam, lambda: nn.SGD(0.1, momentum=0.5)])
@pytest.mark.parametrize(
    "given, words",
    [
        (lambda: (v for v in [Value(1.0)]), "got generator"),
        (lambda: [1.0, 2.0], r"got float 1\.0 in it"),
        (lambda: nn.MLP([1, 1], seed=0).named_parameters(), "got generator"),
        (lambda: list(nn.MLP([1, 1], seed=0).named_parameters()), "got tuple .* in it"),
        (lambda: nn.MLP([1, 1], seed=0), "got MLP"),
        (lambda: [Value(1.0) * 2], r"got 2\.0 computed by multiply"),
        (lambda: np.zeros(3), "got ndarray"),
        (lambda: None, "got NoneType"),
    ],
)
def test_what_is_no_list_of_leaves_is_refused(make, given, words):
    for ask in ("step", "state_of", "restore"):
        optimiser = make()
        with pytest.raises(
            OperandError, match=rf"{type(optimiser).__name__}\.{ask}: expected a list of leaf Values, {words}"
        ):
            getattr(optimiser, ask)(given(), *([{}, 1] if ask == "restore" else []))
        assert (optimiser.steps, optimiser.state) == (0, {})


def test_a_parameter_twice_is_refused_from_the_first_step_on():
    a, optimiser = Value(1.0, "a"), nn.SGD(0.1)
    with pytest.raises(ArgumentError, match=r"SGD\.step: expected each Value once, got a = 1\.0 twice"):
        optimiser.step([a, Value(1.0), a])
    assert (a.data, optimiser.steps) == (1.0, 0)


@pytest.mark.parametrize("make", [nn.Adam, lambda: nn.SGD(0.1, momentum=0.5)])
@pytest.mark.parametrize(("ask", "more"), [("step", ()), ("state_of", ()), ("restore", ({}, 0))])
def test_no_parameters_are_refused(make, ask, more):
    optimiser = make()
    name = f"{type(optimiser).__name__}.{ask}"
    with pytest.raises(ArgumentError, match=f"{name}: expected at least one parameter, got none"):
        getattr(optimiser, ask)([], *more)


@pytest.mark.parametrize(
    ("state", "steps", "error", "words"),
    [
        (None, 1, OperandError, r"SGD\.restore: expected the state of state_of, got NoneType"),
        ({}, -1, ArgumentError, r"SGD\.restore: expected steps .* at least 0, got -1"),
        ({}, 1.5, ArgumentError, r"SGD\.restore: expected steps .*, got 1\.5"),
        ({"velocity": ["a"]}, 1, OperandError, r"state\['velocity'\]: expected an array of real numbers, got list"),
        ({"velocity": [[1.0], [1.0, 2.0]]}, 1, OperandError, r"state\['velocity'\]: expected an array"),
        ({"velocity": [1.0, 2.0]}, 1, ShapeError, r"state\['velocity'\]: expected shape \(1,\), got \(2,\)"),
    ],
)
def test_what_no_steps_leave_behind_is_not_restored(state, steps, error, words):
    optimiser = nn.SGD(0.1, momentum=0.5)
    with pytest.raises(error, match=words):
        optimiser.restore([Value(1.0)], state, steps)
    assert (optimiser.steps, optimiser.state) == (0, {})


@pytest.mark.parametrize(
    "make, error, words",
    [
        (lambda: nn.SGD(0), ArgumentError, "learning_rate: expected a finite number above 0, got 0"),
        (lambda: nn.SGD(-0.1), ArgumentError, "learning_rate.*-0.1"),
        (lambda: nn.SGD(math.nan), ArgumentError, "learning_rate.*nan"),
        (lambda: nn.Adam(math.inf), ArgumentError, "learning_rate.*inf"),
        (lambda: nn.SGD("0.1"), OperandError, "learning_rate: expected a real number.*'0.1'"),
        (lambda: nn.SGD(None), OperandError, "learning_rate.*NoneType"),
        (lambda: nn.SGD(0.1, momentum=1.0), ArgumentError, "momentum.*at least 0 and below 1, got 1.0"),
        (lambda: nn.SGD(0.1, momentum=-0.1), ArgumentError, "momentum.*-0.1"),
        (lambda: nn.Adam(betas=(0.9, 1.0)), ArgumentError, "betas.*1.0"),
        (lambda: nn.Adam(betas=(0.9,)), ArgumentError, r"betas: expected two numbers.*\(0.9,\)"),
        (lambda: nn.Adam(betas=0.9), ArgumentError, "betas: expected two numbers.*0.9"),
        (lambda: nn.Adam(epsilon=0.0), ArgumentError, "epsilon.*above 0, got 0.0"),
        (lambda: nn.Nesterov(0.1, momentum=0.0), ArgumentError, "momentum.*above 0 and below 1, got 0.0"),
        (lambda: nn.RMSprop(alpha=1.0), ArgumentError, "alpha.*at least 0 and below 1, got 1.0"),
        (lambda: nn.RMSprop(epsilon=-1.0), ArgumentError, "epsilon.*above 0, got -1.0"),
        (lambda: nn.SGD(0.1, clip_norm=0.0), ArgumentError, "clip_norm.*above 0, got 0.0"),
        (lambda: nn.Adam(clip_value=math.nan), ArgumentError, "clip_value.*above 0, got nan"),
        (lambda: nn.AdamW(weight_decay=-0.1), ArgumentError, "weight_decay.*at least 0, got -0.1"),
        (lambda: nn.SGD(0.1, weight_decay="0.1"), OperandError, "weight_decay: expected a real number"),
    ],
)
def test_refusals_name_the_argument_and_what_came(make, error, words):
    with pytest.raises(error, match=words) as caught:
        make()
    assert isinstance(caught.value, AutogradError)


def test_an_optimiser_without_a_rule_says_so():
    with pytest.raises(NotImplementedError, match="Optimiser gives no rule"):
        nn.Optimiser(0.1).step([Value(1.0)])


def test_ones_own_rule():
    class Signs(nn.Optimiser):
        def update(self, data, grad):
            data -= self.learning_rate * np.sign(grad)

    assert stepped(Signs(0.5), 1.0, [7.0, -0.1]) == [0.5, 1.0]


def test_representations_can_be_typed():
    assert repr(nn.SGD(0.5, momentum=0.9)) == "SGD(0.5, momentum=0.9)"
    assert repr(nn.Adam(1e-3)) == "Adam(0.001, betas=(0.9, 0.999))"
    assert repr(nn.RMSprop(clip_norm=1)) == "RMSprop(0.01, alpha=0.99, momentum=0.0, clip_norm=1.0)"
    assert repr(nn.AdamW(nn.step_decay(0.1, every=5))) == (
        "AdamW(step_decay(0.1, every=5, factor=0.1), betas=(0.9, 0.999), weight_decay=0.01)"
    )


@pytest.mark.parametrize("make", MAKERS)
def test_a_restored_state_steps_as_the_one_it_was_taken_from(make):
    """Also where the parameters come in another order than that of the first steps."""
    parameters, optimiser = [Value(float(k)) for k in range(4)], make()
    for step in range(3):
        for k, parameter in enumerate(parameters):
            parameter.grad = math.sin(k + step)
        optimiser.step(parameters)
    copies, other = [Value(parameter.data) for parameter in parameters], make()
    backwards = optimiser.state_of(parameters[::-1])
    other.restore(copies[::-1], backwards, optimiser.steps)
    for one in (parameters, copies):
        for k, parameter in enumerate(one):
            parameter.grad = 0.1 * k
    optimiser.step(parameters)
    other.step(copies)
    assert [copy.data for copy in copies] == [parameter.data for parameter in parameters]
    assert all(
        (other.state_of(copies)[name] == vector).all() for name, vector in optimiser.state_of(parameters).items()
    )


def test_a_state_is_a_copy_of_what_steps_left_behind():
    parameter, optimiser = Value(1.0), nn.SGD(0.5, momentum=0.5)
    assert optimiser.state_of([parameter]) == {}
    parameter.grad = 2.0
    optimiser.step([parameter])
    state = optimiser.state_of([parameter])
    assert {name: vector.tolist() for name, vector in state.items()} == {"velocity": [2.0]}
    optimiser.step([parameter])
    assert state["velocity"].tolist() == [2.0]
    with pytest.raises(ArgumentError, match="of which 1 are others"):
        optimiser.state_of([Value(1.0)])
    fresh = nn.SGD(0.5)
    fresh.step([parameter])
    assert fresh.state_of([parameter]) == {}


def test_moments_that_overflowed_are_restored():
    parameter, optimiser = Value(1.0), nn.Adam()
    optimiser.restore([parameter], {"mean": np.zeros(1), "square": np.array([math.inf])}, 3)
    assert optimiser.state_of([parameter])["square"].tolist() == [math.inf] and optimiser.steps == 3


def test_a_state_of_another_length_is_refused():
    optimiser = nn.Adam()
    with pytest.raises(ShapeError, match=r"state\['mean'\]: expected shape \(2,\), got \(3,\)"):
        optimiser.restore([Value(1.0), Value(2.0)], {"mean": np.zeros(3)}, 1)
    assert (optimiser.steps, optimiser.state) == (0, {})


def test_settings_tell_every_number_of_the_rule():
    assert nn.SGD(0.5, momentum=0.9).settings == "SGD(learning_rate=0.5, momentum=0.9)"
    assert nn.Adam(1e-3).settings == "Adam(learning_rate=0.001, betas=(0.9, 0.999), epsilon=1e-08)"
    assert nn.SGD(nn.cosine(0.5, epochs=9), weight_decay=0.1, clip_value=2).settings == (
        "SGD(learning_rate=cosine(0.5, epochs=9, end=0.0), weight_decay=0.1, clip_value=2.0, momentum=0.0)"
    )


# Gradients that are too long


def test_a_long_gradient_is_scaled_to_the_length():
    a, b = Value(1.0), Value(1.0)
    optimiser = nn.SGD(1.0, clip_norm=1.0)
    a.grad, b.grad = 3.0, -4.0
    optimiser.step([a, b])
    assert (a.data, b.data) == pytest.approx((0.4, 1.8), rel=1e-15)
    assert (a.grad, b.grad) == (3.0, -4.0)
    a.grad, b.grad = 0.6, 0.8
    optimiser.step([a, b])
    assert (a.data, b.data) == pytest.approx((-0.2, 1.0), rel=1e-15)


@pytest.mark.parametrize("scale", [1e-300, 1e-160, 1.0, 1e160, 1e307])
def test_lengths_neither_overflow_nor_vanish(scale):
    a, b = Value(0.0), Value(0.0)
    a.grad, b.grad = 3 * scale, -4 * scale
    nn.SGD(1.0, clip_norm=0.5).step([a, b])
    short = min(1.0, 0.1 / scale)
    assert (a.data, b.data) == pytest.approx((-3 * scale * short, 4 * scale * short), rel=1e-14)


def test_components_are_clipped_before_the_length_is_taken():
    a, b = Value(0.0), Value(0.0)
    a.grad, b.grad = 3.0, -400.0
    nn.SGD(1.0, clip_value=4.0, clip_norm=1.0).step([a, b])
    assert (a.data, b.data) == pytest.approx((-0.6, 0.8), rel=1e-15)


def test_no_gradient_is_no_step_whatever_is_clipped():
    parameter = Value(1.0)
    nn.SGD(1.0, clip_norm=1.0, clip_value=1.0).step([parameter])
    assert parameter.data == 1.0


def test_what_is_not_finite_stays_so_but_for_clipped_components():
    for optimiser, expected in ((nn.SGD(1.0, clip_norm=1.0), math.nan), (nn.SGD(1.0, clip_value=1.0), -1.0)):
        parameter = Value(0.0)
        parameter.grad = math.inf
        optimiser.step([parameter])
        assert parameter.data == pytest.approx(expected, nan_ok=True)


# Rates that change


def test_a_step_is_of_the_rate_of_the_epoch():
    parameter, optimiser = Value(0.0), nn.SGD(lambda epoch: 1.0 / (1 + epoch))
    parameter.grad = -1.0
    for expected in (1.0, 1.5, 1.5 + 1 / 3):
        optimiser.step([parameter])
        assert parameter.data == expected
        optimiser.epoch += 1
    assert optimiser.epoch == 3 and optimiser.learning_rate == 0.25
    optimiser.epoch = 0
    assert optimiser.learning_rate == 1.0


def test_a_rate_may_be_set():
    optimiser = nn.Adam(nn.cosine(0.5, epochs=4))
    optimiser.epoch = 2
    assert optimiser.learning_rate == 0.25
    optimiser.learning_rate = 0.1
    optimiser.epoch = 3
    assert (optimiser.learning_rate, optimiser.schedule) == (0.1, None)
    optimiser.learning_rate = lambda epoch: epoch / 10
    assert optimiser.learning_rate == 0.3
    with pytest.raises(ArgumentError, match="learning_rate: expected a finite number above 0, got -1"):
        optimiser.learning_rate = -1
    assert optimiser.learning_rate == 0.3


@pytest.mark.parametrize(
    ("given", "words"),
    [(-1, "epoch: .*at least 0, got -1"), (0.5, r"got 0\.5"), (True, "got True"), (None, "got None")],
)
def test_an_epoch_is_a_whole_number(given, words):
    optimiser = nn.SGD(0.1)
    with pytest.raises(ArgumentError, match=words):
        optimiser.epoch = given
    with pytest.raises(ArgumentError, match=r"SGD\.restore\(epoch\)") if given is not None else nullcontext():
        optimiser.restore([Value(1.0)], {}, 0, given)
    assert optimiser.epoch == 0


def test_an_epoch_without_a_rate_changes_nothing():
    optimiser, parameter = nn.SGD(lambda epoch: math.nan if epoch == 7 else 0.1, momentum=0.5), Value(1.0)
    parameter.grad, optimiser.epoch = 1.0, 7
    with pytest.raises(ArgumentError, match=r"learning_rate\(7\): expected a finite number at least 0, got nan"):
        optimiser.step([parameter])
    assert (parameter.data, optimiser.steps, optimiser.state) == (1.0, 0, {})


@pytest.mark.parametrize(
    ("schedule", "error", "words"),
    [
        (lambda epoch: None, OperandError, r"learning_rate\(0\): expected a real number, got NoneType"),
        (lambda epoch: "fast", OperandError, r"learning_rate\(0\): .*'fast'"),
        (lambda epoch: -0.1, ArgumentError, r"learning_rate\(0\): .*at least 0, got -0.1"),
        (lambda epoch: math.inf, ArgumentError, r"learning_rate\(0\): .*inf"),
    ],
)
def test_what_is_no_schedule_is_refused_at_once(schedule, error, words):
    with pytest.raises(error, match=words):
        nn.Adam(schedule)


def test_settings_tell_a_function_from_another_of_its_name():
    first, other = (nn.SGD(lambda epoch, last=last: 0.1 if epoch < last else 0.01).settings for last in (3, 30))
    assert first.startswith("SGD(learning_rate=<lambda> with 0.1, 0.1, 0.1, 0.01,") and first != other
    rates = [0.5, 0.25]
    assert "0.5, 0.25, nan" in nn.SGD(rates.__getitem__).settings
