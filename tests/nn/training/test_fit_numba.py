"""A training on the machine of numba ends where one on NumPy ends; checkpoints, errors and Ctrl-C are the same."""

import math
import signal

import numpy as np
import pytest

import nn
from autograd import Value, log, operation, sin, sqrt, where
from autograd.errors import ArgumentError, DomainError, NonFiniteError, RowByRowWarning
from nn.optimisers.optimiser import Optimiser

pytest.importorskip("numba", reason='numba is not installed: pip install "scalar-autograd[fast]"')

from autograd.compiler.backends.numba import training as machine  # where there is numba
from autograd.compiler.backends.numba.updates import Unreadable, read
from autograd.namespaces import ARRAYS
from nn.training import machine_trainer

RULES = {
    "SGD": lambda: nn.SGD(0.5),
    "momentum": lambda: nn.SGD(0.3, momentum=0.9),
    "decay": lambda: nn.SGD(nn.step_decay(0.5, every=1, factor=0.5), momentum=0.5, weight_decay=0.01),
    "Nesterov": lambda: nn.Nesterov(nn.cosine(0.3, epochs=3), weight_decay=0.01),
    "RMSprop": lambda: nn.RMSprop(0.01, momentum=0.5, clip_value=0.02),
    "Adam": lambda: nn.Adam(0.01, weight_decay=0.1),
    "AdamW": lambda: nn.AdamW(lambda epoch: 0.05 / (1 + epoch), weight_decay=0.1),
    "clipped": lambda: nn.SGD(0.5, clip_norm=0.05),
}


def samples(count=37, inputs=5, outputs=3):
    rng = np.random.default_rng(1)
    return rng.random((count, inputs)), np.eye(outputs)[rng.integers(0, outputs, count)]


def network():
    return nn.MLP([5, 4, 3], activation="tanh", output="sigmoid", seed=0)


def numbers(net):
    return np.array([value.data for value in net.parameters()])


def trained(backend, net=None, rule="SGD", data=None, **options):
    net = network() if net is None else net
    X, Y = samples() if data is None else data
    options = {"epochs": 3, "batch_size": 8, "seed": 2, "optimiser": RULES[rule](), "progress": False} | options
    return net, nn.fit(net, X, Y, backend=backend, **options)


@pytest.fixture
def stretches(monkeypatch):
    """How many batches each call of the machine learned from."""
    found, run = [], machine.Stretch.run

    def noted(self):
        run(self)
        found.append(self.learned)

    monkeypatch.setattr(machine.Stretch, "run", noted)
    return found


@pytest.mark.parametrize("batch_size", [1, 8, 40])
@pytest.mark.parametrize("rule", RULES)
def test_it_ends_where_numpy_ends(rule, batch_size, stretches):
    held_out, optimisers = samples(11), [RULES[rule](), RULES[rule]()]
    (alone, history), (net, found) = (
        trained(backend, optimiser=optimiser, validation=held_out, batch_size=batch_size)
        for backend, optimiser in zip(("numpy", "numba"), optimisers, strict=True)
    )
    np.testing.assert_allclose(numbers(net), numbers(alone), rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.cost, history.cost, rtol=1e-12)
    np.testing.assert_allclose(found.validation_cost, history.validation_cost, rtol=1e-12)
    assert found.validation_accuracy == history.validation_accuracy
    assert optimisers[0].steps == optimisers[1].steps and optimisers[1].epoch == 3
    for name, vector in optimisers[0].state_of(alone.parameters()).items():
        np.testing.assert_allclose(optimisers[1].state_of(net.parameters())[name], vector, rtol=0, atol=1e-12)
    # The length of a whole gradient is nothing that is computed piece by piece.
    assert sum(stretches) == (0 if rule == "clipped" else optimisers[1].steps)


def test_an_epoch_of_many_batches_is_few_calls(stretches):
    trained("numba", data=samples(400), batch_size=1, epochs=2)
    assert sum(stretches) == 800 and len(stretches) <= 4 + 800 // 8


@pytest.mark.parametrize("batch_size", [400, 300])
def test_a_batch_that_comes_in_parts_is_learned_as_one(batch_size, stretches):
    data = samples(700, 600)
    learned = [
        numbers(trained(backend, nn.MLP([600, 4, 3], seed=0), "momentum", data, batch_size=batch_size)[0])
        for backend in ("numpy", "numba")
    ]
    np.testing.assert_allclose(learned[1], learned[0], rtol=0, atol=1e-12)
    assert sum(stretches) == 3 * -(-700 // batch_size)


class Thinned(nn.MLP):
    """A network that drops inputs."""

    def __call__(self, inputs):
        return super().__call__(nn.Dropout(0.3)(inputs))


class Reader(nn.Module):
    """Tokens look rows of a table up."""

    def __init__(self):
        self.table = [[Value(0.1 * i), Value(-0.2 * i)] for i in range(6)]
        self.layer = nn.Layer(4, 3, "tanh", seed=0)

    def __call__(self, tokens):
        return self.layer([number for token in tokens for number in self.table[token]])


TOKENS = np.random.default_rng(0).integers(0, 6, (37, 2))
OTHERS = {
    "noise": (lambda: Thinned([5, 4, 3], seed=0), {}),
    "tokens": (Reader, {"data": (TOKENS, samples()[1])}),
    "classes": (lambda: nn.MLP([5, 4, 3], output="linear", seed=0), {"cost": nn.cross_entropy}),
    "steps": (lambda: nn.Sequential(nn.Layer(5, 4, "relu", seed=0), nn.LayerNorm(4), nn.Layer(4, 3, seed=1)), {}),
    "weights of classes": (network, {"class_weight": [1.0, 3.0, 0.5]}),
    "a share held out": (network, {"validation": 0.2}),
    "in order": (network, {"shuffle": False}),
    "integers": (network, {"data": (np.arange(185).reshape(37, 5) % 7, np.arange(37) % 3)}),
}


@pytest.mark.parametrize(("made", "options"), OTHERS.values(), ids=OTHERS)
def test_whatever_learns_on_numpy_learns_the_same(made, options, stretches):
    (alone, history), (net, found) = (trained(backend, made(), "momentum", **options) for backend in ("numpy", "numba"))
    np.testing.assert_allclose(numbers(net), numbers(alone), rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.cost, history.cost, rtol=1e-12)
    assert sum(stretches) > 0


@pytest.mark.parametrize("chosen", [slice(3, 9), slice(0, 1), slice(0, None, 2)])
def test_parameters_that_are_not_learned_stay(chosen, stretches):
    learned = {}
    for backend in ("numpy", "numba"):
        net = network()
        before = numbers(net)
        trained(backend, net, "momentum", parameters=net.parameters()[chosen])
        learned[backend] = numbers(net)
        changed = learned[backend] != before
        assert changed[chosen].all() and changed.sum() == len(before[chosen])
    np.testing.assert_allclose(learned["numba"], learned["numpy"], rtol=0, atol=1e-12)


def test_what_surrounds_a_training_is_numpys():
    """Weights of classes, early stopping with the best parameters, a callback that sets numbers and the rate."""

    def meddle(epoch):
        epoch.optimiser.learning_rate = 0.1 * epoch.number
        epoch.net.layers[0].neurons[0].bias.data = 0.25

    options = {"validation": samples(7), "early_stopping": 3, "epochs": 30, "class_weight": [1.0, 3.0, 0.5]}
    alone, history = trained("numpy", callbacks=meddle, **options)
    net, found = trained("numba", callbacks=meddle, **options)
    assert found.stopped == history.stopped == "early stopping" and found.best_epoch < len(found.cost) < 30
    np.testing.assert_allclose(numbers(net), numbers(alone), rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.validation_cost, history.validation_cost, rtol=1e-12)


@pytest.mark.parametrize(("first", "second"), [("numpy", "numba"), ("numba", "numpy")])
def test_a_checkpoint_goes_on_with_the_other_back_end(first, second, tmp_path):
    path = tmp_path / "run.npz"
    whole, history = trained("numpy", rule="Adam", epochs=5)
    trained(first, rule="Adam", epochs=2, checkpoint=path)
    net, found = trained(second, rule="Adam", epochs=5, checkpoint=path, resume=True)
    np.testing.assert_allclose(numbers(net), numbers(whole), rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.cost, history.cost, rtol=1e-12)


@pytest.mark.parametrize("made", [network, lambda: Thinned([5, 4, 3], seed=0)])
def test_a_training_that_is_resumed_ends_with_the_same_bits(made, tmp_path):
    path = tmp_path / "run.npz"
    whole, history = trained("numba", made(), "momentum", epochs=5)
    trained("numba", made(), "momentum", epochs=2, checkpoint=path)
    net, found = trained("numba", made(), "momentum", epochs=5, checkpoint=path, resume=True)
    assert (numbers(net) == numbers(whole)).all() and found.cost == history.cost


def test_a_training_that_goes_on_with_the_same_optimiser_goes_on():
    optimiser, net = nn.Adam(0.01), network()
    other, expected = nn.Adam(0.01), network()
    for seed, count, backend in ((5, 2, "numba"), (6, 2, "numpy"), (7, 1, "numba")):
        trained(backend, net, epochs=count, optimiser=optimiser, seed=seed)
        trained("numpy", expected, epochs=count, optimiser=other, seed=seed)
    assert optimiser.steps == other.steps == 25
    np.testing.assert_allclose(numbers(net), numbers(expected), rtol=0, atol=1e-12)


def test_a_second_fit_and_prediction_record_nothing(monkeypatch):
    net, data = network(), samples()
    trained("numba", net, data=data)
    net.predict(data[0], backend="numba"), net.predict(data[0][0], backend="numba")
    monkeypatch.setattr("autograd.compiler.programs.record", None)
    trained("numba", net, data=data)
    first = net.predict(data[0], backend="numba")
    np.testing.assert_allclose(net.predict(data[0][0], backend="numba"), first[0], rtol=1e-12)
    np.testing.assert_allclose(first, net.predict(data[0], compiled=False), rtol=1e-12)


# What goes wrong


def test_a_diverging_training_says_so_as_on_numpy():
    told = []
    data = np.full((40, 5), 1e3), np.arange(40.0)[:, None]
    for backend in ("numpy", "numba"):
        with pytest.raises(
            NonFiniteError, match=r"fit: .* in epoch \d+, batch \d+, with learning rate 1: the"
        ) as error:
            trained(backend, nn.MLP([5, 1], output="linear", seed=0), data=data, optimiser=nn.SGD(1.0), epochs=99)
        told.append(str(error.value))
    assert told[0] == told[1]


def test_what_goes_wrong_is_blamed_as_on_numpy():
    w, told = Value(1.0), []

    def cost(a, y):
        return log(a[0] - 0.45) * w

    for backend in ("numpy", "numba"):
        with pytest.raises(DomainError, match=r"row \d+: log: expected an operand above 0, got -") as error:
            trained(backend, cost=cost, epochs=20, optimiser=nn.SGD(1.0))
        told.append(str(error.value)[:40])
    assert told[0] == told[1]


def test_batches_before_the_one_that_goes_wrong_are_learned_from():
    learned = {}
    for backend in ("numpy", "numba"):
        net, optimiser = nn.MLP([1, 1], activation="linear", seed=0), nn.SGD(1e-2)
        with pytest.raises((NonFiniteError, DomainError)):
            trained(backend, net, data=(np.full((40, 1), 1e150), np.ones((40, 1))), optimiser=optimiser, epochs=9)
        learned[backend] = [optimiser.steps, *numbers(net)]
    np.testing.assert_allclose(learned["numba"], learned["numpy"], rtol=1e-12)


@pytest.mark.parametrize("often", [1.0, 0.02])
def test_rows_that_take_another_path_cost_time_and_change_nothing(often, stretches):
    class Branching(nn.Module):
        def __init__(self):
            self.layer = nn.Layer(5, 3, "tanh", seed=0)

        def __call__(self, x):
            return self.layer(x if x[0] > often / 2 else [-a for a in x])

    (alone, history), (net, found) = (trained(backend, Branching(), "momentum") for backend in ("numpy", "numba"))
    np.testing.assert_allclose(numbers(net), numbers(alone), rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.cost, history.cost, rtol=1e-12)
    assert 0 in stretches if often == 1.0 else sum(stretches) > 10


def test_a_slope_that_is_infinite_where_it_is_not_chosen_changes_nothing():
    def cost(a, y):
        first = where(a[0] > 2.0, sqrt(a[0] - a[0].detach()), a[0])
        return sum((p - t) ** 2 for p, t in zip([first, *a[1:]], y, strict=True))

    learned = [numbers(trained(backend, Thinned([5, 4, 3], seed=0), cost=cost)[0]) for backend in ("numpy", "numba")]
    np.testing.assert_allclose(learned[1], learned[0], rtol=0, atol=1e-12)


class Cautious(Optimiser):
    """A rule that makes a finite step of an infinite slope."""

    def rule(self, ns, data, grad, state, steps, room=None):
        return ns.subtract(data, ns.divide(self.learning_rate, ns.add(ns.multiply(grad, grad), 1.0)), out=data)


@pytest.mark.parametrize("rule", [Cautious, nn.SGD])
def test_an_infinite_slope_of_a_finite_cost_is_an_error_whatever_the_rule_makes_of_it(rule):
    w = Value(1.0, "w")

    def cost(a, y):
        large = y[0] * 1e200
        return large * sin(large * (w - w.detach())) + a[0]

    learned = {}
    for backend in ("numpy", "numba"):
        net = nn.MLP([1, 1], activation="linear", seed=0)
        with pytest.raises(NonFiniteError, match=r"the derivative with respect to w = .* is not finite"):
            trained(backend, net, data=(np.ones((20, 1)), np.arange(20.0)[:, None] > 9), cost=cost, optimiser=rule(0.1))
        learned[backend] = numbers(net)
    np.testing.assert_allclose(learned["numba"], learned["numpy"], rtol=1e-12)


def test_ctrl_c_keeps_what_was_learned(monkeypatch):
    run, calls = machine.Stretch.run, []

    def interrupted(self):
        run(self)
        calls.append(self.learned)
        if len(calls) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(machine.Stretch, "run", interrupted)
    optimiser, expected = nn.Adam(0.01), nn.Adam(0.01)
    net, history = trained("numba", epochs=9, optimiser=optimiser)
    assert history.interrupted and len(history.cost) == 1 and optimiser.steps == sum(calls)
    other = network()
    order, random = [], np.random.default_rng(2)
    for _ in range(2):
        order += np.array_split(random.permutation(37), range(8, 37, 8))
    X, Y = samples()
    cost = other.program(nn.squared_error)
    parameters = cost.record(X, Y).parameters
    for rows in order[: sum(calls)]:
        parameters.zero_grad()
        cost.backward(X[rows], Y[rows])
        expected.step(parameters)
    np.testing.assert_allclose(numbers(net), numbers(other), rtol=0, atol=1e-12)


def test_a_call_of_the_machine_is_short_enough_to_be_interrupted(monkeypatch):
    asked, stretch = [], machine.Training.stretch
    monkeypatch.setattr(
        machine.Training, "stretch", lambda self, rows, *given: asked.append(len(rows)) or stretch(self, rows, *given)
    )
    monkeypatch.setattr(machine_trainer, "_SECONDS", 0.0)
    trained("numba", data=samples(80), epochs=2)
    assert asked == [8, 1, 1] + [1] * 10


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs a signal that comes by itself")
def test_a_signal_ends_a_training_and_numbers_and_optimiser_agree():
    data, optimiser, ended = samples(4000), nn.SGD(0.01, momentum=0.9), []

    def alarm(epoch):
        ended.append(epoch.number)
        if epoch.number == 1:
            signal.setitimer(signal.ITIMER_REAL, 0.05)

    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        _, history = trained("numba", data=data, optimiser=optimiser, epochs=10**6, callbacks=alarm)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert history.interrupted and len(history.cost) - len(ended) in (0, 1)
    assert 500 * len(history.cost) <= optimiser.steps <= 500 * (len(history.cost) + 1)


# What the machine reads of a rule


@pytest.mark.parametrize("rule", [name for name in RULES if name != "clipped"])
def test_a_rule_is_read_as_passes_that_compute_it(rule):
    optimiser = RULES[rule]()
    steps, random = np.arange(1, 4), np.random.default_rng(0)
    made, constants = read(optimiser, optimiser.vectors, steps)
    assert len(made) == len(optimiser.vectors) + 1
    data, grad = random.normal(size=(2, 7))
    vectors = {name: np.zeros(7) for name in optimiser.vectors} | {"data": data.copy(), "grad": grad}
    for step in range(3):
        optimiser.steps += 1
        optimiser.update(data, optimiser._prepared(data, grad))
        for update in made:
            given = [
                vectors[one] if isinstance(one, str) else np.broadcast_to(constants[one], 3)[step]
                for one in update.operands
            ]
            vectors[update.out] = update.primitive.rule(ARRAYS, *given)
        np.testing.assert_allclose(vectors["data"], data, rtol=1e-15)


class Otherwise(Optimiser):
    vectors = ("before",)

    def __init__(self, way):
        super().__init__(0.1)
        self.way = way

    def rule(self, ns, data, grad, state, steps, room=None):
        return self.way(ns, data, grad, state, steps)


def swapped(ns, data, grad, state, steps):
    old, state["before"] = state["before"], grad
    return data - old * 0.1


UNREADABLE = {
    "steps asked": lambda ns, data, grad, state, steps: data - grad if steps == 1 else data,
    "a truth": lambda ns, data, grad, state, steps: data - grad if grad > 0 else data,
    "a number read": lambda ns, data, grad, state, steps: data - float(grad[0]),
    "a function of another kind": lambda ns, data, grad, state, steps: data - ns.cumsum(grad),
    "a new vector": lambda ns, data, grad, state, steps: state.setdefault("new", data - grad),
    "what is there no longer": swapped,
    "no vector": lambda ns, data, grad, state, steps: 0.0,
    "text": lambda ns, data, grad, state, steps: ns.add(data, "a"),
}


@pytest.mark.parametrize("way", UNREADABLE.values(), ids=UNREADABLE)
def test_other_rules_are_not_read(way):
    with pytest.raises(Unreadable):
        read(Otherwise(way), ("before",), np.arange(1, 4))


def test_a_rule_that_is_not_read_learns_all_the_same(stretches):
    (alone, _), (net, _) = (trained(backend, optimiser=Otherwise(swapped)) for backend in ("numpy", "numba"))
    np.testing.assert_allclose(numbers(net), numbers(alone), rtol=0, atol=1e-12)
    assert not stretches


def test_an_operation_of_floats_alone_is_learned_all_the_same(stretches):
    bent = operation("bent", rule=lambda a: a + 0.1 * math.sin(a), partials=[lambda a: 1 + 0.1 * math.cos(a)])
    nets = [nn.MLP([5, 4, 3], activation=bent, seed=0) for _ in range(2)]
    with pytest.warns(RowByRowWarning):
        for net, backend in zip(nets, ("numpy", "numba"), strict=True):
            trained(backend, net, "Adam")
    np.testing.assert_allclose(numbers(nets[1]), numbers(nets[0]), rtol=0, atol=1e-12)
    assert not stretches


class InPlace(Optimiser):
    """An optimiser of before there were rules."""

    def update(self, data, grad):
        data -= self.learning_rate * grad


def test_an_optimiser_without_a_rule_learns_all_the_same(stretches):
    (alone, _), (net, _) = (trained(backend, optimiser=InPlace(0.1)) for backend in ("numpy", "numba"))
    np.testing.assert_allclose(numbers(net), numbers(alone), rtol=0, atol=1e-12)
    assert not stretches


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"devices": 2}, "devices: expected None with backend='numba'"),
        ({"compiled": False}, "backend: expected 'numpy' with compiled=False"),
    ],
)
def test_what_cannot_be_used_is_said_before_anything_changes(options, message):
    net = network()
    before = numbers(net)
    with pytest.raises(ArgumentError, match=message):
        trained("numba", net, **options)
    assert (numbers(net) == before).all()
