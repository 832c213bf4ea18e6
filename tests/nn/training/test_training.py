"""`fit`: that it learns, that it repeats, that both ways of running agree, and what bad input gets."""

import gc
import math

import numpy as np
import pytest

import nn
from autograd import Value, mean
from autograd.errors import ArgumentError, AutogradError, OperandError, ShapeError

XOR, EITHER = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0.0, 1.0, 1.0, 0.0]


def samples(count=23, inputs=3, classes=2, seed=0):
    random = np.random.default_rng(seed)
    return random.normal(size=(count, inputs)), random.integers(0, classes, count)


def numbers_of(net):
    return [value.data for value in net.parameters()]


@pytest.mark.parametrize(
    "cost, optimiser",
    [(nn.squared_error, nn.SGD(2.0, momentum=0.5)), (nn.binary_cross_entropy, nn.Adam(0.05))],
)
def test_xor_is_learned(cost, optimiser):
    net = nn.MLP([2, 4, 1], seed=0, initialiser="normal")
    history = nn.fit(net, XOR, EITHER, cost=cost, optimiser=optimiser, epochs=600, batch_size=4, seed=0)
    assert nn.accuracy(net, XOR, [0, 1, 1, 0]) == 1.0
    assert history.cost[-1] < 0.1 < history.cost[0]


@pytest.mark.parametrize("compiled", [True, False])
def test_one_whole_batch_is_one_step_down_the_mean_costs_gradient(compiled):
    net, by_hand = nn.MLP([3, 2, 2], seed=1), nn.MLP([3, 2, 2], seed=1)
    X, digits = samples(4)
    history = nn.fit(net, X, digits, optimiser=nn.SGD(0.5), epochs=1, batch_size=4, compiled=compiled)
    costs = [nn.squared_error(by_hand(x), y) for x, y in zip(X.tolist(), np.eye(2)[digits].tolist(), strict=True)]
    for cost in costs:
        cost.backward()
    stepped = [value.data - 0.5 * value.grad / 4 for value in by_hand.parameters()]
    assert numbers_of(net) == pytest.approx(stepped, rel=1e-12, abs=1e-13)
    assert history.cost == pytest.approx([math.fsum(cost.data for cost in costs) / 4])


@pytest.mark.parametrize("compiled", [True, False])
def test_seeds_repeat_exactly(compiled):
    X, digits = samples()
    trained = []
    for seed in (5, 5, 6):
        net = nn.MLP([3, 4, 2], seed=0)
        history = nn.fit(net, X, digits, epochs=3, batch_size=4, seed=seed, compiled=compiled)
        trained.append((numbers_of(net), history.cost))
    assert trained[0] == trained[1] != trained[2]


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
@pytest.mark.parametrize("cost", [nn.squared_error, nn.cross_entropy])
@pytest.mark.parametrize("make", [lambda: nn.SGD(0.1, momentum=0.9), lambda: nn.Adam(0.01)])
def test_compiled_and_eager_agree(activation, cost, make):
    """Sums are reordered, nothing else: after 5 epochs of 6 batches the parameters differ by rounding."""
    X, digits = samples(classes=3)
    trained, histories = [], []
    for compiled in (True, False):
        net = nn.MLP([3, 5, 3], activation=activation, output="linear", seed=2)
        options = {"epochs": 5, "batch_size": 4, "seed": 3, "validation": (X[:5], digits[:5]), "compiled": compiled}
        histories.append(nn.fit(net, X, digits, cost=cost, optimiser=make(), **options))
        trained.append(numbers_of(net))
    assert trained[0] == pytest.approx(trained[1], rel=1e-11, abs=1e-12)
    for name in ("cost", "validation_cost", "validation_accuracy"):
        assert getattr(histories[0], name) == pytest.approx(getattr(histories[1], name), rel=1e-11)


def test_without_an_optimiser_a_regression_far_from_1_is_learned():
    """SGD of the rates that suit a classification diverges on it."""
    x = np.linspace(-3, 3, 100)[:, None]
    net = nn.MLP([1, 20, 1], activation="tanh", output="linear", seed=0)
    history = nn.fit(net, x, 10 * np.sin(x), epochs=100, seed=0, progress=False)
    assert history.cost[-1] < 0.1 * 50  # 50 is the variance


def test_the_two_ways_may_take_turns_with_one_optimiser():
    """Compiling reorders the parameters; the optimiser's momentum stays with each."""
    X, digits = samples()
    trained = []
    for turns in ([False] * 4, [False, True, False, True], [True] * 4):
        net, optimiser = nn.MLP([3, 4, 2], seed=0), nn.SGD(0.2, momentum=0.9)
        for seed, compiled in enumerate(turns):
            nn.fit(net, X, digits, optimiser=optimiser, epochs=1, batch_size=5, seed=seed, compiled=compiled)
        trained.append(numbers_of(net))
    assert trained[1] == pytest.approx(trained[0], rel=1e-11, abs=1e-12)
    assert trained[2] == pytest.approx(trained[0], rel=1e-11, abs=1e-12)


def test_a_prediction_before_training_changes_nothing():
    X, digits = samples()
    plain, predicted = nn.MLP([3, 4, 2], seed=0), nn.MLP([3, 4, 2], seed=0)
    before = predicted.predict(X)
    for net in (plain, predicted):
        nn.fit(net, X, digits, epochs=2, seed=0)
    assert numbers_of(plain) == pytest.approx(numbers_of(predicted), rel=1e-12, abs=1e-13)
    assert np.abs(predicted.predict(X) - before).max() > 1e-3
    assert np.allclose(predicted.predict(X), predicted.predict(X, compiled=False), rtol=1e-12)


def first_output(a, y):
    """A cost that leaves the other outputs' parameters alone."""
    return (a[0] - y[0]) ** 2


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("make", [lambda: nn.SGD(0.2, momentum=0.9), lambda: nn.Adam(0.02)])
def test_a_cost_may_ignore_outputs(compiled, make, tmp_path):
    """Their parameters are the network's, too: what momentum an earlier training gave them they keep."""
    (X, digits), optimiser = samples(), make()
    net, by_hand, other = nn.MLP([3, 2], seed=0), nn.MLP([3, 2], seed=0), make()
    options = {"epochs": 2, "batch_size": 23, "compiled": compiled, "checkpoint": tmp_path / "run.npz"}
    nn.fit(net, X, digits, optimiser=optimiser, **options)
    nn.fit(net, X, digits, optimiser=optimiser, cost=first_output, **options)
    for cost in (nn.squared_error, nn.squared_error, first_output, first_output):
        by_hand.zero_grad()
        mean([cost(by_hand(x), y) for x, y in zip(X.tolist(), np.eye(2)[digits].tolist(), strict=True)]).backward()
        other.step(by_hand.parameters())
    assert numbers_of(net) == pytest.approx(numbers_of(by_hand), rel=1e-11)
    assert numbers_of(nn.load(tmp_path / "run.npz")) == numbers_of(net)


@pytest.mark.parametrize("compiled", [True, False])
def test_values_that_a_cost_closes_over_stay_as_they_are(compiled, tmp_path):
    """They are not the network's; so one may be the next training's to learn, or a part of another network."""
    (X, digits), strength, judge = samples(), Value(0.5), nn.MLP([2, 1], seed=1)

    def cost(a, y):
        return nn.squared_error(a, y) + strength * judge(a)[0]

    plain, net, begun = nn.MLP([3, 2], seed=0), nn.MLP([3, 2], seed=0), numbers_of(judge)
    nn.fit(plain, X, digits, epochs=2, seed=0, compiled=compiled)
    options = {"epochs": 2, "seed": 0, "compiled": compiled, "checkpoint": tmp_path / "run.npz"}
    nn.fit(net, X, digits, cost=cost, optimiser=nn.SGD(0.5, momentum=0.5), **options)
    assert (strength.data, numbers_of(judge)) == (0.5, begun)
    strength.data = 0.0
    net = nn.MLP([3, 2], seed=0)
    nn.fit(net, X, digits, cost=cost, epochs=2, seed=0, compiled=compiled)
    assert numbers_of(net) == pytest.approx(numbers_of(plain), rel=1e-12)


@pytest.mark.parametrize("compiled", [True, False])
def test_a_parameter_that_is_computed_is_refused(compiled):
    net, w = nn.MLP([3, 2], seed=0), Value(0.5)
    net.layers[0].neurons[0].weights[0] = w * 2
    with pytest.raises(
        OperandError, match=r"net\.parameters\(\): expected a list of leaf Values, got 1\.0 computed by"
    ):
        nn.fit(net, *samples(), compiled=compiled)
    assert w.data == 0.5


def test_gradients_of_before_are_not_learned_from():
    X, digits = samples()
    clean, dirty = nn.MLP([3, 2, 2], seed=0), nn.MLP([3, 2, 2], seed=0)
    for value in dirty.parameters():
        value.grad = 100.0
    for net in (clean, dirty):
        nn.fit(net, X, digits, epochs=1, seed=0)
    assert numbers_of(clean) == numbers_of(dirty)


def test_digits_and_rows_are_the_same_targets():
    X, digits = samples(classes=3)
    one, other = nn.MLP([3, 3], seed=0), nn.MLP([3, 3], seed=0)
    nn.fit(one, X, digits, epochs=2, seed=0)
    nn.fit(other, X.tolist(), np.eye(3)[digits].tolist(), epochs=2, seed=0)
    assert numbers_of(one) == numbers_of(other)


def test_validation_is_measured_and_never_learned_from():
    X, digits = samples(30)
    plain, measured = nn.MLP([3, 4, 2], seed=0), nn.MLP([3, 4, 2], seed=0)
    nn.fit(plain, X[:20], digits[:20], epochs=3, seed=0)
    history = nn.fit(measured, X[:20], digits[:20], epochs=3, seed=0, validation=(X[20:], digits[20:]))
    assert numbers_of(plain) == pytest.approx(numbers_of(measured), rel=1e-12, abs=1e-13)
    assert history.validation_accuracy[-1] == nn.accuracy(measured, X[20:], digits[20:])
    rows = np.eye(2)[digits[20:]]
    assert history.validation_cost[-1] == pytest.approx(((measured.predict(X[20:]) - rows) ** 2).sum(axis=1).mean())


def test_a_history_has_an_entry_for_each_epoch():
    X, digits = samples()
    history = nn.fit(nn.MLP([3, 2], seed=0), X, digits, epochs=4, validation=(X, digits), seed=0)
    lengths = [len(getattr(history, name)) for name in ("cost", "validation_cost", "validation_accuracy", "seconds")]
    assert lengths == [4] * 4 and not history.interrupted
    assert min(history.seconds) > 0
    assert repr(history).startswith("History(4 epochs, cost ") and "validation accuracy" in repr(history)
    assert repr(nn.History()) == "History(no epoch)"
    assert nn.fit(nn.MLP([3, 2], seed=0), X, digits, epochs=1).validation_cost == []


class Interrupting(nn.SGD):
    """Ctrl-C comes during its n-th step."""

    def __init__(self, last):
        super().__init__(0.5)
        self.last = last

    def update(self, data, grad):
        if self.steps > self.last:
            raise KeyboardInterrupt
        super().update(data, grad)


@pytest.mark.parametrize("compiled", [True, False])
def test_ctrl_c_keeps_what_was_learned(compiled):
    """Two epochs of three batches and one batch more; then an untouched run over the same is the same."""
    X, digits = samples(12)
    net, begun = nn.MLP([3, 2], seed=0), numbers_of(nn.MLP([3, 2], seed=0))
    options = {"epochs": 10, "batch_size": 4, "seed": 0, "validation": (X, digits), "compiled": compiled}
    history = nn.fit(net, X, digits, optimiser=Interrupting(7), **options)
    assert history.interrupted and "interrupted" in repr(history)
    assert [len(history.cost), len(history.validation_cost), len(history.seconds)] == [2, 2, 2]
    two = nn.MLP([3, 2], seed=0)
    nn.fit(two, X, digits, **(options | {"epochs": 2}))
    assert numbers_of(net) != numbers_of(two) != begun
    assert np.abs(np.subtract(numbers_of(net), numbers_of(two))).max() < 0.5


def test_ctrl_c_in_the_cost_ends_the_training():
    calls = []

    def cost(a, y):
        calls.append(a)
        if len(calls) > 9:
            raise KeyboardInterrupt
        return nn.squared_error(a, y)

    X, digits = samples(4)
    net = nn.MLP([3, 2], seed=0)
    history = nn.fit(net, X, digits, cost=cost, batch_size=2, epochs=9, seed=0, compiled=False)
    assert history.interrupted and len(history.cost) == 2
    assert numbers_of(net) != numbers_of(nn.MLP([3, 2], seed=0))


def test_ctrl_c_in_the_validation_leaves_no_half_epoch():
    X, digits = samples(4)
    net = nn.MLP([3, 2], seed=0)
    calls = []

    def interrupted(*arguments):
        calls.append(arguments)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return type(net).predict(net, *arguments)

    net.predict = interrupted
    history = nn.fit(net, X, digits, epochs=5, validation=(X, digits), seed=0)
    assert history.interrupted
    assert len(history.cost) == len(history.seconds) == len(history.validation_accuracy) == 1


GOOD = {"X": np.zeros((6, 64)), "Y": [0] * 6}


@pytest.mark.parametrize(
    "bad, error, words",
    [
        ({"X": np.zeros((6, 63))}, ShapeError, r"X: expected shape \(samples, 64\).*got \(6, 63\)"),
        ({"X": np.zeros(64)}, ShapeError, r"X: expected shape \(samples, 64\).*got \(64,\)"),
        ({"X": np.zeros((6, 8, 8))}, ShapeError, r"X: .*\(6, 8, 8\)"),
        ({"X": [[0.0] * 64, [0.0] * 63]}, ShapeError, "X: expected rows of equal length"),
        ({"X": [], "Y": []}, ShapeError, r"X: expected shape .* at least one sample, got \(0,\)"),
        ({"X": np.zeros((0, 64)), "Y": []}, ShapeError, r"X: .*at least one sample, got \(0, 64\)"),
        ({"X": np.full((6, 64), np.nan)}, ArgumentError, r"X: expected finite numbers, got nan at \(0, 0\); clean"),
        ({"X": np.full((6, 64), -np.inf)}, ArgumentError, "X: expected finite numbers, got -inf"),
        ({"X": [["x"] * 64] * 6}, OperandError, "X: expected an array of real numbers, got"),
        ({"X": np.zeros((6, 64), complex)}, OperandError, "X: expected an array of real numbers, got .*complex128"),
        ({"X": np.full((6, 64), None)}, OperandError, "X: expected an array of real numbers, got .*object"),
        ({"X": None}, OperandError, "X: expected an array of real numbers, got None"),
        ({"X": "digits.csv"}, OperandError, "X: expected an array of real numbers, got str 'digits.csv'"),
        ({"Y": [0] * 5}, ShapeError, "Y: expected 6 targets, one for each sample, got 5"),
        ({"Y": np.zeros((7, 10))}, ShapeError, "Y: expected 6 targets, one for each sample, got 7"),
        ({"Y": np.zeros((6, 9))}, ShapeError, r"Y: expected shape \(samples, 10\).*got \(6, 9\)"),
        ({"Y": []}, ShapeError, "Y: expected 6 targets, one for each sample, got 0"),
        ({"Y": [0, 1, 2, 3, 4, 10]}, ArgumentError, r"Y: expected whole numbers 0\.\.9.*got 10 at 5"),
        ({"Y": [0, -1, 2, 3, 4, 5]}, ArgumentError, r"Y: expected whole numbers 0\.\.9.*got -1 at 1"),
        ({"Y": [0.5] * 6}, ArgumentError, r"Y: expected whole numbers.*got 0\.5 at 0"),
        ({"Y": [0, 1, 2, 3, 4, math.nan]}, ArgumentError, r"Y: expected finite numbers, got nan at \(5,\)"),
        ({"Y": ["zero"] * 6}, OperandError, "Y: expected an array of real numbers, got an array of <U4"),
        ({"Y": 3}, OperandError, "Y: expected an array of real numbers, got int 3"),
        ({"batch_size": 0}, ArgumentError, "batch_size: expected a whole number of at least 1, got 0"),
        ({"batch_size": -1}, ArgumentError, "batch_size: .*got -1"),
        ({"batch_size": 2.5}, ArgumentError, r"batch_size: .*got 2\.5"),
        ({"batch_size": "10"}, ArgumentError, "batch_size: .*got '10'"),
        ({"epochs": 0}, ArgumentError, "epochs: expected a whole number of at least 1, got 0"),
        ({"epochs": True}, ArgumentError, "epochs: .*got True"),
        ({"epochs": None}, ArgumentError, "epochs: .*got None"),
        ({"seed": "x"}, ArgumentError, "seed: expected a whole number.*got 'x'"),
        ({"cost": nn.cross_entropy}, ArgumentError, 'cost=cross_entropy: expected .*output="linear", got .*sigmoid'),
        ({"cost": "squared_error"}, OperandError, r"cost: expected nn\.squared_error, got 'squared_error'"),
        ({"cost": lambda a, y: a}, AutogradError, "list of 10"),
        ({"optimiser": 0.5}, OperandError, r"optimiser: expected an nn\.SGD or nn\.Adam, got float"),
        ({"optimiser": nn.SGD}, OperandError, r"optimiser: expected nn\.SGD\(learning_rate\), got the class SGD"),
        ({"validation": np.zeros((6, 64))}, ArgumentError, r"validation: expected a pair \(X, Y\), .*got ndarray"),
        ({"validation": (np.zeros((2, 63)), [0, 1])}, ShapeError, r"validation X: .*64.*got \(2, 63\)"),
        ({"validation": (np.zeros((2, 64)), [0])}, ShapeError, "validation Y: expected 2 targets.*got 1"),
        ({"validation": (np.zeros((2, 64)), [0, 11])}, ArgumentError, "validation Y: .*got 11 at 1"),
        ({"net": None}, OperandError, r"net: expected an nn\.MLP, got NoneType"),
    ],
)
@pytest.mark.parametrize("compiled", [True, False])
def test_bad_input_is_named_and_changes_nothing(bad, error, words, compiled):
    net = nn.MLP([64, 10], seed=0)
    before = numbers_of(net)
    with pytest.raises(error, match=words) as caught:
        nn.fit(**({"net": net, "compiled": compiled} | GOOD | bad))
    assert numbers_of(net) == before
    assert "\n" not in str(caught.value)


def test_an_overflowing_training_is_an_error_not_nan():
    net = nn.MLP([1, 1], output="linear", seed=0)
    with pytest.raises(AutogradError):
        nn.fit(net, [[1e3], [2e3]], [0.0, 1.0], optimiser=nn.SGD(1e3), epochs=200)
    assert all(math.isfinite(number) for number in numbers_of(net))


def test_the_last_batch_may_be_smaller_and_counts_by_its_size():
    """With a step of nothing the epoch's cost is the mean over all samples."""
    X, digits = samples(7)
    net = nn.MLP([3, 2], seed=0)
    expected = np.mean([nn.squared_error(net(x), y).data for x, y in zip(X, np.eye(2)[digits], strict=True)])
    history = nn.fit(net, X, digits, optimiser=nn.SGD(1e-300), epochs=1, batch_size=4)
    assert history.cost == pytest.approx([expected], rel=1e-12)


def test_parameters_stay_the_users_values():
    net = nn.MLP([3, 2], seed=0)
    weight = net.layers[0].neurons[0].weights[0]
    before = weight.data
    nn.fit(net, *samples(), epochs=1)
    assert net.parameters()[0] is weight and isinstance(weight, Value) and weight.data != before


@pytest.mark.parametrize("compiled", [True, False])
def test_a_sure_mistake_is_measured_not_refused(compiled):
    """sigmoid(1e4) rounds to 1, whose textbook cost is log(0); training and validation take it from z."""
    net = nn.MLP([1, 1], seed=0)
    net.layers[0].neurons[0].weights[0].data = 1e4
    options = {"cost": nn.binary_cross_entropy, "optimiser": nn.SGD(1e-9), "epochs": 1, "compiled": compiled}
    history = nn.fit(net, [[1.0]], [0.0], validation=([[1.0]], [0.0]), **options)
    assert history.cost == [1e4] and history.validation_cost == pytest.approx([1e4])


@pytest.mark.parametrize("compiled", [True, False])
def test_training_again_and_again_keeps_nothing(compiled, held_bytes):
    """A program and its buffers have 50,000 bytes and more, an epoch's graphs have 100,000."""
    X, digits = samples(8)
    net, sizes = nn.MLP([3, 4, 2], seed=0), []
    options = {"epochs": 1, "seed": 0, "compiled": compiled, "progress": False, "validation": (X, digits)}
    for rounds in (2, 6):
        for _ in range(rounds):
            nn.fit(net, X, digits, **options)
        gc.collect()
        sizes.append(held_bytes())
    assert sizes[1] - sizes[0] < 12_000
