"""Checkpoints: a training that is interrupted in whatever way goes on to the bit, or an error says why it cannot."""

import errno
import io
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import nn
from autograd.errors import ArgumentError, FileFormatError, NonFiniteError, OperandError
from nn.files.archives import packed

DRAWS = np.random.default_rng(0)
X, DIGITS = DRAWS.normal(size=(23, 3)), DRAWS.integers(0, 2, 23)
RULES = {
    "SGD": lambda: nn.SGD(0.5),
    "momentum": lambda: nn.SGD(0.2, momentum=0.9),
    "Adam": lambda: nn.Adam(0.02),
}


class Stopping:
    """A cost that raises at its n-th call."""

    __name__ = "squared_error"

    def __init__(self, last, error=ArithmeticError):
        self.left, self.error = last, error

    def __call__(self, a, y):
        if not self.left:
            raise self.error
        self.left -= 1
        return nn.squared_error(a, y)


def new():
    return nn.MLP([3, 4, 2], seed=0)


def train(net, optimiser, path=None, **options):
    given = {"epochs": 6, "batch_size": 5, "seed": 3, "validation": (X[:7], DIGITS[:7]), "progress": False}
    return nn.fit(net, X, DIGITS, optimiser=optimiser, checkpoint=path, **(given | options))


def everything(net, optimiser, history):
    """All that a training came to, to the bit; not how long it took."""
    state = {name: vector.tobytes() for name, vector in optimiser.state_of(net.parameters()).items()}
    parameters = [value.data.hex() for value in net.parameters()]
    return parameters, state, optimiser.steps, history.cost, history.validation_cost, history.validation_accuracy


def whole(rule, **options):
    net, optimiser = new(), RULES[rule]()
    return everything(net, optimiser, train(net, optimiser, **options))


def resumed(path, rule, net=None, **options):
    net, optimiser = net or new(), RULES[rule]()
    return everything(net, optimiser, train(net, optimiser, path, resume=True, **options))


def checkpoint_of(path, epochs=2, **options):
    """Leave the checkpoint of a short training at `path`; returns its bytes."""
    train(new(), nn.Adam(0.02), path, epochs=epochs, **options)
    return path.read_bytes()


@pytest.mark.parametrize("validation", [(X[:7], DIGITS[:7]), None])
@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("rule", RULES)
def test_a_resumed_training_ends_as_an_uninterrupted_one_to_the_bit(tmp_path, rule, compiled, validation):
    path, options = tmp_path / "run.npz", {"compiled": compiled, "validation": validation}
    for epochs in (1, 2, 4):
        resumed(path, rule, epochs=epochs, **options)
    assert resumed(path, rule, **options) == whole(rule, **options)


@pytest.mark.parametrize("calls", [0, 1, 23, 24, 31, 76, 101, 171])
def test_a_training_that_an_error_ended_goes_on(tmp_path, calls):
    """One call tries the cost, an epoch is 23 to learn and 7 to measure: errors in the midst of both, and between."""
    path = tmp_path / "run.npz"
    with pytest.raises(ArithmeticError):
        train(new(), nn.Adam(0.02), path, cost=Stopping(calls), compiled=False)
    assert path.exists() == (calls >= 31)
    assert resumed(path, "Adam", compiled=False) == whole("Adam", compiled=False)


def test_ctrl_c_leaves_the_last_whole_epoch_in_the_file(tmp_path):
    path = tmp_path / "run.npz"
    history = train(new(), nn.Adam(0.02), path, cost=Stopping(75, KeyboardInterrupt), compiled=False)
    assert history.interrupted and len(history.cost) == 2
    assert resumed(path, "Adam", compiled=False) == whole("Adam", compiled=False)


def test_without_a_seed_the_shuffling_goes_on_too(tmp_path, monkeypatch):
    """What the first process drew from the operating system is in the file."""
    monkeypatch.setattr(nn.training.training, "generator_of", lambda seed: np.random.default_rng(99))
    expected = whole("Adam", seed=None)
    checkpoint_of(tmp_path / "run.npz", seed=None)
    monkeypatch.setattr(nn.training.training, "generator_of", lambda seed: np.random.default_rng(7))
    assert resumed(tmp_path / "run.npz", "Adam", seed=None) == expected


@pytest.mark.parametrize("before", ["nothing", "prediction", "training"])
def test_it_does_not_matter_what_the_network_did_before(tmp_path, before):
    path, net = tmp_path / "run.npz", new()
    checkpoint_of(path)
    if before == "prediction":
        net.predict(X)
    elif before == "training":
        nn.fit(net, X[:5], DIGITS[:5], epochs=1, progress=False)
    assert resumed(path, "Adam", net) == whole("Adam")


def test_a_finished_training_is_read_and_not_trained_again(tmp_path):
    path = tmp_path / "run.npz"
    contents = checkpoint_of(path, epochs=6)
    assert resumed(path, "Adam") == whole("Adam")
    assert path.read_bytes() == contents


def test_without_resume_the_training_starts_anew(tmp_path):
    path = tmp_path / "run.npz"
    checkpoint_of(path, epochs=3)
    train(new(), nn.SGD(0.5), path, epochs=1)
    assert len(train(new(), nn.SGD(0.5), path, epochs=2, resume=True).cost) == 2


def test_keeping_a_checkpoint_changes_nothing(tmp_path):
    net, optimiser = new(), nn.Adam(0.02)
    assert everything(net, optimiser, train(net, optimiser, tmp_path / "run.npz")) == whole("Adam")


def test_the_network_in_a_checkpoint_can_be_loaded(tmp_path):
    net, path = new(), tmp_path / "run.npz"
    train(net, nn.Adam(0.02), path)
    loaded = nn.load(path)
    assert [value.data for value in loaded.parameters()] == [value.data for value in net.parameters()]
    assert repr(loaded) == repr(net)


def test_the_seconds_of_the_epochs_before_are_kept(tmp_path):
    path = tmp_path / "run.npz"
    before = train(new(), nn.Adam(0.02), path, epochs=2).seconds
    assert train(new(), nn.Adam(0.02), path, resume=True).seconds[:2] == before


def test_progress_counts_on(tmp_path, capsys):
    checkpoint_of(tmp_path / "run.npz")
    train(new(), nn.Adam(0.02), tmp_path / "run.npz", epochs=3, resume=True, progress=True)
    shown = capsys.readouterr().err
    assert "epoch 3/3" in shown and "epoch 1/3" not in shown


def test_an_optimisers_infinite_moments_are_kept(tmp_path):
    """Adam's squares overflow where a gradient exceeds 1e154; its steps stay finite."""
    path, net = tmp_path / "run.npz", nn.MLP([1, 1], output="linear", seed=0)
    options = {"batch_size": 1, "seed": 0, "progress": False, "compiled": False}
    steep = {"cost": lambda a, y: a[0] * 1e200, "checkpoint": path}
    with np.errstate(over="ignore"):
        nn.fit(net, [[1.0]], [0.0], optimiser=nn.Adam(), epochs=1, **options, **steep)
    optimiser = nn.Adam()
    nn.fit(net, [[1.0]], [0.0], optimiser=optimiser, epochs=1, resume=True, **options, **steep)
    assert np.isinf(optimiser.state_of(net.parameters())["square"]).all()


# Disks that fail, processes that die


@pytest.mark.parametrize("broken", ["replace", "fsync"])
@pytest.mark.parametrize("writes", [0, 1, 3])
def test_a_full_disk_ends_the_training_and_leaves_the_last_checkpoint(tmp_path, monkeypatch, broken, writes):
    path, left, works = tmp_path / "run.npz", [writes], getattr(os, broken)

    def full(*arguments):
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return works(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(os, broken, full)
        with pytest.raises(ArgumentError, match=r"run\.npz: cannot be written: No space left on device; "):
            train(new(), nn.Adam(0.02), path)
    assert os.listdir(tmp_path) == (["run.npz"] if writes else [])
    assert resumed(path, "Adam") == whole("Adam")


FULL = """
import resource, signal, sys
import numpy as np
import nn
from autograd.errors import ArgumentError
net, path = nn.MLP([3, 4, 2], seed=0), sys.argv[1]
X, digits = np.arange(12.0).reshape(4, 3), [0, 1, 0, 1]
fit = lambda **options: nn.fit(net, X, digits, seed=0, checkpoint=path, progress=False, **options)
fit(epochs=2)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    fit(epochs=4, resume=True)
except ArgumentError as error:
    print(error)
print(len(fit(epochs=2, resume=True).cost))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs limits on file sizes, which POSIX systems have")
def test_a_write_that_stops_halfway_leaves_the_last_checkpoint(tmp_path):
    """The operating system itself refuses to write beyond 1,000 bytes."""
    done = subprocess.run([sys.executable, "-c", FULL, tmp_path / "run.npz"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    message, epochs = done.stdout.splitlines()
    assert "run.npz: cannot be written: File too large" in message and epochs == "2"
    assert os.listdir(tmp_path) == ["run.npz"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL, which POSIX systems have")
def test_killed_trainings_go_on_to_the_bit():
    """A sample of what ``kill_runs.py`` does a hundred times."""
    script = Path(__file__).with_name("kill_runs.py")
    done = subprocess.run([sys.executable, script, "--kills", "2", "--only", "Adam"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("kills: 2, ") and "leftovers: 0, different: 0" in done.stdout


def test_what_killed_writers_left_is_removed_and_nothing_else(tmp_path):
    others = [".run.npz", ".run.npz.backup", "run.npz.0123456789abcdef", ".other.npz.0123456789abcdef"]
    for name in [".run.npz.0123456789abcdef", *others]:
        (tmp_path / name).write_bytes(b"half a checkpoint")
    checkpoint_of(tmp_path / "run.npz")
    assert sorted(os.listdir(tmp_path)) == sorted(["run.npz", *others])


def test_parameters_that_overflow_do_not_replace_finite_ones(tmp_path):
    path, net = tmp_path / "run.npz", nn.MLP([1, 1], output="linear", seed=0)
    options = {"cost": lambda a, y: a[0], "batch_size": 1, "seed": 0, "progress": False}
    words = "finite parameters after epoch 2.*lower the learning rate"
    with pytest.raises(NonFiniteError, match=words), np.errstate(over="ignore"):
        nn.fit(net, [[0.0]], [0.0], optimiser=nn.SGD(1.7e308), epochs=3, checkpoint=path, **options)
    assert np.isfinite([value.data for value in nn.load(path).parameters()]).all()


# What is refused


def untouched(path, error, words, **options):
    """Resuming raises, and neither network, optimiser nor file is another afterwards."""
    net, optimiser = options.pop("net", None) or new(), options.pop("optimiser", None) or nn.Adam(0.02)
    contents = path.read_bytes() if path.is_file() else None
    before = [value.data for value in net.parameters()]
    with pytest.raises(error, match=words) as caught:
        train(net, optimiser, path, **({"resume": True} | options))
    assert "\n" not in str(caught.value)
    assert [value.data for value in net.parameters()] == before and optimiser.steps == 0
    assert contents is None or path.read_bytes() == contents


@pytest.mark.parametrize(
    "other, words",
    [
        ({"net": nn.MLP([3, 5, 2], seed=0)}, r"net: expected MLP\(\[3, 4, 2\].* got MLP\(\[3, 5, 2\]"),
        ({"net": nn.MLP([3, 4, 2], activation="tanh", seed=0)}, "net: expected .*sigmoid.* got .*tanh"),
        ({"net": nn.MLP([3, 4, 2], output="linear", seed=0)}, "net: expected .*output='sigmoid'.* got .*'linear'"),
        ({"optimiser": nn.Adam(0.03)}, r"optimiser: expected Adam\(learning_rate=0.02.* got .*0.03"),
        ({"optimiser": nn.Adam(0.02, epsilon=1e-7)}, "optimiser: expected .*epsilon=1e-08.* got .*epsilon=1e-07"),
        ({"optimiser": nn.SGD(0.02)}, r"optimiser: expected Adam.* got SGD"),
        ({"batch_size": 6}, "batch_size: expected 5 .* got 6"),
        ({"seed": 4}, "seed: expected 3 .* got 4"),
        ({"seed": None}, "seed: expected 3 .* got None"),
        ({"compiled": False}, "compiled: expected True .* got False"),
        ({"validation": None}, "validation: expected 7 samples .* got none"),
        ({"validation": (X[:6], DIGITS[:6])}, "validation: expected 7 samples .* got 6 samples"),
        ({"cost": nn.binary_cross_entropy}, "cost: expected squared_error .* got binary_cross_entropy"),
        ({"epochs": 1}, r"epochs: expected at least the 2 that .*run\.npz has behind it, got 1"),
    ],
)
def test_the_checkpoint_of_another_training_is_refused(tmp_path, other, words):
    checkpoint_of(tmp_path / "run.npz")
    untouched(tmp_path / "run.npz", ArgumentError, words, **other)


@pytest.mark.parametrize("rows, words", [(22, "expected 23 samples .* got 22"), (23, ".*checksum")])
def test_the_checkpoint_of_other_data_is_refused(tmp_path, rows, words):
    """As many samples, of which one number is another, are other data."""
    checkpoint_of(tmp_path / "run.npz")
    other = X[:rows].copy()
    other[-1, -1] += 1e-9
    options = {"batch_size": 5, "seed": 3, "validation": (X[:7], DIGITS[:7]), "checkpoint": tmp_path / "run.npz"}
    with pytest.raises(ArgumentError, match=f"data: {words}"):
        nn.fit(new(), other, DIGITS[:rows], optimiser=nn.Adam(0.02), resume=True, **options)


@pytest.mark.parametrize(
    "given, error, words",
    [
        ({"checkpoint": None, "resume": True}, ArgumentError, "resume: expected a checkpoint .* checkpoint=None"),
        ({"checkpoint": 3}, OperandError, "checkpoint: expected the path of a file, got int"),
        ({"checkpoint": True}, OperandError, "checkpoint: expected the path of a file, got bool"),
        ({"checkpoint": ""}, ArgumentError, "checkpoint: expected the path of a file, got '.'"),
        ({"checkpoint": "a\0b"}, ArgumentError, "checkpoint: expected the path of a file"),
        ({"checkpoint": "absent/run.npz"}, ArgumentError, "checkpoint: .*a folder that can be written.*No such file"),
        ({"checkpoint": "run.npz", "seed": np.random.Generator(np.random.MT19937(0))}, ArgumentError, "MT19937"),
    ],
)
def test_files_that_cannot_be_are_refused_before_the_training(tmp_path, monkeypatch, given, error, words):
    monkeypatch.chdir(tmp_path)
    net = new()
    with pytest.raises(error, match=words):
        nn.fit(net, X, DIGITS, **given)
    assert [value.data for value in net.parameters()] == [value.data for value in new().parameters()]
    assert os.listdir(tmp_path) == []


def test_folders_and_networks_are_no_checkpoints(tmp_path):
    untouched(tmp_path, ArgumentError, "checkpoint: expected the path of a file")
    new().save(tmp_path / "net.npz")
    untouched(tmp_path / "net.npz", FileFormatError, "expected the format '.* checkpoint 1', got another; start anew")


def test_truncated_checkpoints_are_refused(tmp_path):
    path = tmp_path / "run.npz"
    contents = checkpoint_of(path)
    for length in range(0, len(contents), 199):
        path.write_bytes(contents[:length])
        untouched(path, FileFormatError, r"run\.npz: .*expected a checkpoint written by nn\.fit, got an unreadable")


def test_a_flipped_bit_is_refused_or_means_nothing(tmp_path):
    """Checksums cover what is read; a few bits of an archive, such as its dates, are nobody's."""
    path = tmp_path / "run.npz"
    contents, refusals = checkpoint_of(path), 0
    expected = resumed(path, "Adam", epochs=2)
    for place in range(0, len(contents), 17):
        flipped = bytearray(contents)
        flipped[place] ^= 1 << place % 8
        path.write_bytes(bytes(flipped))
        try:
            assert resumed(path, "Adam", epochs=2) == expected
        except FileFormatError as error:
            assert "run.npz" in str(error)
            refusals += 1
    assert refusals > len(contents) // 17 * 0.6


def repacked(contents, **changes):
    with np.load(io.BytesIO(contents), allow_pickle=False) as archive:
        arrays = dict(archive) | changes
    return packed({name: array for name, array in arrays.items() if array is not None})


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"state_mean": None}, "expected all of the optimiser's state, got 1 vectors"),
        ({"steps": None}, "the members of a checkpoint"),
        ({"cost": None}, "without 'cost'"),
        ({"extra": np.zeros(3)}, "the members of a checkpoint"),
        ({"steps": np.array(-1)}, "steps: expected at least 0, got -1"),
        ({"steps": np.array(4.0)}, r"steps: expected int64 of shape \(\)"),
        ({"state_mean": np.zeros(25)}, r"state_mean: expected float64 of shape \(26,\), got float64 of \(25,\)"),
        ({"state_mean": np.zeros((26, 1))}, "state_mean: expected float64"),
        ({"W1": np.full((4, 3), np.nan)}, "W1: expected finite numbers"),
        ({"random": np.zeros(6, dtype=np.int64)}, "random: expected uint64"),
        ({"random": np.zeros(6, dtype=np.uint64)}, "random: expected the state of a PCG64"),
        ({"random": np.array([1, 1, 1, 1, 2, 0], dtype=np.uint64)}, "random: expected the state of a PCG64"),
        ({"random": np.array([1, 1, 1, 1, 1, 2**32], dtype=np.uint64)}, "random: expected the state of a PCG64"),
        ({"seconds": np.zeros(3)}, r"seconds: expected float64 of shape \(2,\)"),
        ({"validation_cost": np.zeros(0)}, r"validation_cost: expected float64 of shape \(2,\)"),
        ({"cost_history": np.zeros((2, 2))}, r"cost_history: expected float64 of shape \(any,\)"),
        ({"sizes": np.array([2**62, 2])}, "sizes: expected a network"),
        ({"batch_size": np.array(5)}, "batch_size: expected a short text"),
        ({"cost": np.array("squared\nerror")}, "cost: expected a short text, got characters that are none"),
        ({"seed": np.array("3" * 400)}, "seed: expected a short text"),
    ],
)
def test_other_contents_are_refused_by_name(tmp_path, changes, words):
    path = tmp_path / "run.npz"
    path.write_bytes(repacked(checkpoint_of(path), **changes))
    untouched(path, FileFormatError, words)


def test_nothing_in_a_checkpoint_is_executed(tmp_path):
    class Trap:
        def __reduce__(self):
            return (os.mkdir, (str(tmp_path / "executed"),))

    path = tmp_path / "run.npz"
    contents = checkpoint_of(path)
    for name in ("state_mean", "steps", "cost", "W1", "random", "cost_history"):
        path.write_bytes(repacked(contents, **{name: np.array([Trap()], dtype=object)}))
        untouched(path, FileFormatError, f"{name}: expected a plain array")
    assert not (tmp_path / "executed").exists()


def test_files_of_before_there_was_so_much_to_remember_go_on(tmp_path):
    """Those of version 0.1 say nothing of schedules, learning rates, early stopping, weights of classes, shuffling."""
    path = tmp_path / "run.npz"
    checkpoint_of(path)
    with np.load(path) as archive:
        said = dict(archive)
    for name in ("epoch", "learning_rate", "early_stopping", "class_weight", "shuffle"):
        del said[name]
    path.write_bytes(packed(said))
    assert resumed(path, "Adam") == whole("Adam")
    path.write_bytes(packed(said))
    assert train(new(), nn.Adam(0.02), path, resume=True).learning_rate == [0.02] * 6
    path.write_bytes(packed(said))
    with pytest.raises(ArgumentError, match="shuffle: expected True as in the checkpoint"):
        resumed(path, "Adam", shuffle=False)


@pytest.mark.parametrize(
    "name, array, words",
    [
        ("last", np.zeros(3), r"last: expected float64 of shape \(26,\), got"),
        ("last", np.full(26, np.nan), "last: expected finite numbers"),
        ("learning_rate", np.zeros(3), r"learning_rate: expected float64 of shape \(2,\), got"),
        ("validation_accuracy", np.zeros(1), "validation_accuracy: expected 2 or none, got 1"),
    ],
)
def test_damage_of_what_early_stopping_keeps_is_found(tmp_path, name, array, words):
    path, options = tmp_path / "run.npz", {"early_stopping": 5}
    checkpoint_of(path, **options)
    with np.load(path) as archive:
        said = dict(archive)
    assert "last" in said
    path.write_bytes(packed(said | {name: array}))
    net = new()
    before = [value.data for value in net.parameters()]
    with pytest.raises(FileFormatError, match=words):
        resumed(path, "Adam", net, **options)
    assert [value.data for value in net.parameters()] == before
