"""A training on JAX's devices ends where one on NumPy ends; checkpoints, errors and Ctrl-C are the same."""

import numpy as np
import pytest

import nn
from autograd import Value, log, sin, sqrt, where
from autograd.errors import ArgumentError, DomainError, NonFiniteError

jax = pytest.importorskip("jax", reason='JAX is not installed: pip install "scalar-autograd[jax]"')

from autograd.compiler.backends.jax import epochs  # noqa: E402  # where there is JAX
from autograd.compiler.backends.jax.schedule import scheduled  # noqa: E402

DEVICES = [1, pytest.param(4, marks=pytest.mark.skipif(
    len(jax.local_devices()) < 4, reason="needs 4 devices: XLA_FLAGS=--xla_force_host_platform_device_count=4"
))]  # fmt: skip
RULES = {"SGD": lambda: nn.SGD(0.5), "momentum": lambda: nn.SGD(0.3, momentum=0.9), "Adam": lambda: nn.Adam(0.01)}


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
    history = nn.fit(net, X, Y, backend=backend, **options)
    return net, history


@pytest.mark.parametrize("devices", DEVICES)
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("count", [37, 40])
def test_it_ends_where_numpy_ends(rule, devices, count):
    data = samples(count)
    held_out = samples(11)
    alone, history = trained("numpy", rule=rule, data=data, validation=held_out)
    net, found = trained("jax", rule=rule, data=data, validation=held_out, devices=devices)
    np.testing.assert_allclose(numbers(net), numbers(alone), rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.cost, history.cost, rtol=1e-12)
    np.testing.assert_allclose(found.validation_cost, history.validation_cost, rtol=1e-12)
    assert found.validation_accuracy == history.validation_accuracy


MORE_RULES = {
    "Nesterov": lambda: nn.Nesterov(nn.step_decay(0.5, every=1, factor=0.5), weight_decay=0.01),
    "RMSprop": lambda: nn.RMSprop(0.01, momentum=0.5, clip_value=0.02),
    "AdamW": lambda: nn.AdamW(lambda epoch: 0.05 / (1 + epoch), weight_decay=0.1, clip_norm=0.05),
}


@pytest.mark.parametrize(
    ("name", "devices"),
    [("Nesterov", 1), ("RMSprop", 1), ("AdamW", 1), pytest.param("AdamW", 4, marks=DEVICES[1].marks)],
)
def test_schedules_decay_and_clipping_are_numpys(name, devices):
    """The gradient is clipped as a whole, whatever the pieces it is computed in, on each device alike."""
    alone, history = trained("numpy", optimiser=MORE_RULES[name]())
    optimiser = MORE_RULES[name]()
    net, found = trained("jax", optimiser=optimiser, devices=devices)
    np.testing.assert_allclose(numbers(net), numbers(alone), rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.cost, history.cost, rtol=1e-12)
    assert optimiser.epoch == 3


@pytest.mark.parametrize("devices", DEVICES)
def test_what_surrounds_a_training_is_numpys(devices):
    """Weights of classes, early stopping with the best parameters, a callback that sets numbers and the rate."""

    def meddle(epoch):
        epoch.optimiser.learning_rate = 0.1 * epoch.number
        epoch.net.layers[0].neurons[0].bias.data = 0.25

    options = {"validation": samples(7), "early_stopping": 3, "epochs": 30, "class_weight": [1.0, 3.0, 0.5]}
    alone, history = trained("numpy", callbacks=meddle, **options)
    net, found = trained("jax", callbacks=meddle, devices=devices, **options)
    assert found.stopped == history.stopped == "early stopping" and found.best_epoch < len(found.cost) < 30
    np.testing.assert_allclose(numbers(net), numbers(alone), rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.validation_cost, history.validation_cost, rtol=1e-12)


def test_a_diverging_training_says_so_as_on_numpy():
    data = np.full((40, 5), 1e3), np.arange(40.0)[:, None]
    for backend in ("numpy", "jax"):
        with pytest.raises(
            NonFiniteError, match=r"fit: .* in epoch \d+, batch \d+, with learning rate 1: the training"
        ):
            trained(backend, nn.MLP([5, 1], output="linear", seed=0), data=data, optimiser=nn.SGD(1.0), epochs=99)


def test_the_rates_of_a_schedule_are_data_of_one_program(monkeypatch):
    made, compiled = [], epochs.Training._compiled
    monkeypatch.setattr(
        epochs.Training, "_compiled", lambda self, careful: made.append(compiled(self, careful)) or made[-1]
    )
    optimiser = nn.SGD(nn.cosine(0.5, epochs=5), clip_norm=0.1)
    trained("jax", epochs=5, optimiser=optimiser)
    assert [program._cache_size() for program in made] == [0, 1]


def test_only_what_is_learned_counts_in_the_length_of_a_gradient():
    learned = {}
    for backend in ("numpy", "jax"):
        outside = Value(1.0)
        net, _ = trained(
            backend,
            cost=lambda a, y, w=outside: (a[0] - y[0]) ** 2 + 100 * w * a[1],
            optimiser=nn.SGD(1.0, clip_norm=0.1),
        )
        learned[backend] = numbers(net)
    np.testing.assert_allclose(learned["jax"], learned["numpy"], rtol=0, atol=1e-12)


class Thinned(nn.MLP):
    """A network that drops inputs."""

    def __call__(self, inputs):
        return super().__call__(nn.Dropout(0.3)(inputs))


@pytest.mark.parametrize("devices", DEVICES)
def test_noise_is_numpys_and_goes_on_from_a_checkpoint(devices, tmp_path):
    alone, history = trained("numpy", Thinned([5, 4, 3], seed=0), validation=samples(11))
    options = {"devices": devices, "checkpoint": tmp_path / "run.npz", "validation": samples(11)}
    trained("jax", Thinned([5, 4, 3], seed=0), epochs=1, **options)
    net, found = trained("jax", Thinned([5, 4, 3], seed=0), resume=True, **options)
    np.testing.assert_allclose(numbers(net), numbers(alone), rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.cost, history.cost, rtol=1e-12)
    np.testing.assert_allclose(found.validation_cost, history.validation_cost, rtol=1e-12)


def test_noise_stays_with_its_sample_after_a_false_alarm():
    def cost(a, y):
        first = where(a[0] > 2.0, sqrt(a[0] - a[0].detach()), a[0])
        return sum((p - t) ** 2 for p, t in zip([first, *a[1:]], y, strict=True))

    learned = [numbers(trained(backend, Thinned([5, 4, 3], seed=0), cost=cost)[0]) for backend in ("numpy", "jax")]
    np.testing.assert_allclose(learned[1], learned[0], rtol=0, atol=1e-12)


def test_a_cost_that_ignores_outputs_goes_on_from_its_checkpoint(tmp_path):
    options = {"cost": lambda a, y: (a[1] - y[1]) ** 2, "rule": "momentum"}
    alone, _ = trained("numpy", **options)
    trained("jax", epochs=1, checkpoint=tmp_path / "run.npz", **options)
    net, _ = trained("jax", checkpoint=tmp_path / "run.npz", resume=True, **options)
    np.testing.assert_allclose(numbers(net), numbers(alone), rtol=0, atol=1e-12)


@pytest.mark.parametrize("rule", RULES)
def test_what_a_cost_closes_over_stays_as_it_is(rule, tmp_path):
    learned, options = {}, {"rule": rule, "checkpoint": tmp_path / "run.npz"}
    for backend in ("numpy", "jax"):
        first, last = Value(0.5), Value(2.0)

        def cost(a, y, first=first, last=last):
            return (first * a[0] - y[0]) ** 2 + (a[1] - last * y[1]) ** 2

        trained(backend, epochs=1, cost=cost, **options)
        net, history = trained(backend, cost=cost, resume=True, **options)
        assert (first.data, last.data) == (0.5, 2.0)
        learned[backend] = [*history.cost, *numbers(net)]
        (tmp_path / "run.npz").unlink()
    np.testing.assert_allclose(learned["jax"], learned["numpy"], rtol=0, atol=1e-12)


def test_the_host_hears_from_the_devices_once_an_epoch(monkeypatch):
    heard = []
    epoch = epochs.Training.epoch
    monkeypatch.setattr(
        epochs.Training, "epoch", lambda self, order, rate: heard.append(len(order)) or epoch(self, order, rate)
    )
    with jax.transfer_guard_device_to_host("allow"):
        trained("jax", epochs=4)
    assert heard == [37] * 4


@pytest.mark.parametrize(("first", "second"), [("numpy", "jax"), ("jax", "numpy"), ("jax", "jax")])
def test_a_checkpoint_goes_on_with_the_other_back_end(first, second, tmp_path):
    path = tmp_path / "run.npz"
    whole, history = trained("numpy", rule="Adam", epochs=5)
    trained(first, rule="Adam", epochs=2, checkpoint=path)
    net, found = trained(second, rule="Adam", epochs=5, checkpoint=path, resume=True)
    np.testing.assert_allclose(numbers(net), numbers(whole), rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.cost, history.cost, rtol=1e-12)


def test_a_training_that_goes_on_with_the_same_optimiser_goes_on():
    optimiser, net = nn.Adam(0.01), network()
    trained("jax", net, epochs=2, optimiser=optimiser, seed=5)
    trained("numpy", net, epochs=2, optimiser=optimiser, seed=6)
    trained("jax", net, epochs=1, optimiser=optimiser, seed=7)
    other, expected = nn.Adam(0.01), network()
    for seed, count in ((5, 2), (6, 2), (7, 1)):
        trained("numpy", expected, epochs=count, optimiser=other, seed=seed)
    assert optimiser.steps == other.steps == 25
    np.testing.assert_allclose(numbers(net), numbers(expected), rtol=0, atol=1e-12)


def test_what_goes_wrong_is_blamed_as_on_numpy():
    w = Value(1.0)

    def cost(a, y):
        return log(a[0] - 0.45) * w

    for backend in ("numpy", "jax"):
        with pytest.raises(DomainError, match=r"row \d+: log: expected an operand above 0, got -"):
            trained(backend, cost=cost, epochs=20, optimiser=nn.SGD(1.0))


def test_batches_before_the_one_that_goes_wrong_are_learned_from():
    learned = {}
    for backend in ("numpy", "jax"):
        net = nn.MLP([1, 1], activation="linear", seed=0)
        with pytest.raises((NonFiniteError, DomainError)):
            trained(backend, net, data=(np.full((40, 1), 1e150), np.ones((40, 1))), optimiser=nn.SGD(1e-2), epochs=9)
        learned[backend] = numbers(net)
    np.testing.assert_allclose(learned["jax"], learned["numpy"], rtol=1e-12)


def test_a_false_alarm_costs_time_and_changes_nothing(monkeypatch):
    """The devices cannot tell a slope that is infinite where `where` did not choose it from a fault."""
    data, epoch, learned = samples(), epochs.Training.epoch, []

    def noted(self, order, rate):
        outcome = epoch(self, order, rate)
        learned.append(outcome.learned)
        return outcome

    def cost(a, y):
        first = where(a[0] > 2.0, sqrt(a[0] - a[0].detach()), a[0])
        return sum((p - t) ** 2 for p, t in zip([first, *a[1:]], y, strict=True))

    monkeypatch.setattr(epochs.Training, "epoch", noted)
    alone, _ = trained("numpy", data=data, cost=cost)
    net, _ = trained("jax", data=data, cost=cost)
    assert learned == [0, 0, 0]
    np.testing.assert_allclose(numbers(net), numbers(alone), rtol=0, atol=1e-12)


def test_ctrl_c_keeps_what_was_learned(monkeypatch):
    epoch, calls = epochs.Training.epoch, []

    def interrupted(self, order, rate):
        calls.append(order)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return epoch(self, order, rate)

    monkeypatch.setattr(epochs.Training, "epoch", interrupted)
    net, history = trained("jax", epochs=9)
    assert history.interrupted and len(history.cost) == 2
    np.testing.assert_allclose(numbers(net), numbers(trained("numpy", epochs=2)[0]), rtol=0, atol=1e-12)


def test_jax_s_settings_stay_the_caller_s():
    before = jax.config.jax_enable_x64
    trained("jax", epochs=1)
    assert jax.config.jax_enable_x64 == before
    assert jax.numpy.ones(1).dtype == (np.float64 if before else np.float32)


class InPlace(nn.optimisers.optimiser.Optimiser):
    """An optimiser of before there were rules."""

    def update(self, data, grad):
        data -= self.learning_rate * grad


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"backend": "tensor"}, "backend: expected one of"),
        ({"backend": "jax", "devices": 0}, "devices: expected a whole number of at least 1"),
        ({"backend": "jax", "devices": 10_000}, "devices: expected at most the"),
        ({"backend": "numpy", "devices": 2}, "devices: expected None with backend='numpy'"),
        ({"backend": "jax", "compiled": False}, "backend: expected 'numpy' with compiled=False"),
        ({"backend": "jax", "optimiser": InPlace(0.1)}, "optimiser: expected one that gives its rule"),
    ],
)
def test_what_cannot_be_used_is_said_before_anything_changes(options, message):
    net = network()
    before = numbers(net)
    with pytest.raises(ArgumentError, match=message):
        trained(options.pop("backend"), net, **options)
    assert (numbers(net) == before).all()


@pytest.mark.skipif(len(jax.local_devices()) < 4, reason="needs 4 devices")
def test_a_batch_smaller_than_the_devices_is_refused():
    with pytest.raises(
        ArgumentError, match="batch_size: expected at least one sample for each of the 4 devices, got 3"
    ):
        trained("jax", batch_size=3, devices=4)


@pytest.mark.parametrize("devices", [1, 3])
@pytest.mark.parametrize("counts", [[20], [13, 7], [1, 2, 17]])
def test_every_sample_is_taken_once_in_its_batch(counts, devices):
    order = np.random.default_rng(0).permutation(20)
    first = np.cumsum(counts) - counts
    batches = [set(order[start : start + 8]) for start in (0, 8, 16)]
    met = [set() for _ in batches]
    for process in range(len(counts)):
        runs = scheduled(order, 8, np.array(counts), process, devices)
        sizes = np.concatenate([run.sizes for run in runs])
        assert sizes.tolist() == [8.0, 8.0, 4.0]
        rows = [(row, real) for run in runs for row, real in zip(run.rows, real_of(run), strict=True)]
        for batch, (row, real) in zip(met, rows, strict=True):
            assert row.min() >= 0 and row.max() < counts[process]
            mine = (row[real] + first[process]).tolist()
            assert len(set(mine)) == len(mine)
            batch.update(mine)
    assert met == batches


def real_of(run):
    return np.ones(run.rows.shape, bool) if run.real is None else run.real


class Cautious(nn.optimisers.optimiser.Optimiser):
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
    for backend in ("numpy", "jax"):
        net = nn.MLP([1, 1], activation="linear", seed=0)
        with pytest.raises(NonFiniteError, match=r"the derivative with respect to w = .* is not finite"):
            trained(backend, net, data=(np.ones((20, 1)), np.arange(20.0)[:, None] > 9), cost=cost, optimiser=rule(0.1))
        learned[backend] = numbers(net)
    np.testing.assert_allclose(learned["jax"], learned["numpy"], rtol=1e-12)
