"""Two processes of two devices learn what one learns from the samples of both, or say in both why they do not."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("jax", reason='JAX is not installed: pip install "scalar-autograd[jax]"')

from . import together  # where there is JAX

PATIENCE = 400


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """What each process said of each case."""
    folder = tmp_path_factory.mktemp("together")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    flags = {"JAX_PLATFORMS": "cpu", "XLA_FLAGS": "--xla_force_host_platform_device_count=2"}
    command = [sys.executable, Path(together.__file__)]
    pair = [
        subprocess.Popen(
            [*command, str(process), str(port), folder],
            env=os.environ | flags,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        for process in (0, 1)
    ]
    try:
        told = [process.communicate(timeout=PATIENCE)[0] for process in pair]
    finally:
        for process in pair:
            process.kill()
    assert [process.returncode for process in pair] == [0, 0], told
    return [dict(json.loads(line) for line in text.splitlines() if line.startswith('["')) for text in told]


def alone(classes=False, **options):
    """The same training in one process that has the samples of both."""
    own = [together.samples(process) for process in (0, 1)]
    data = [np.concatenate(pair) for pair in zip(*own, strict=True)]
    return together.trained(together.classes(data) if classes else data, **options)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("all", {}),
        ("a batch of few", {"batch_size": 5, "epochs": 1}),
        ("noise", {"net": together.thinned()}),
        ("a false alarm", {"cost": together.with_a_false_alarm}),
        ("the first alone keeps a checkpoint", {}),
        ("classes that count alike", {"classes": True, "class_weight": "balanced"}),
        ("early stopping", together.stopping(together.samples(2))),
        ("a callback of the second", {"epochs": 2}),
    ],
)
def test_both_end_where_one_ends_that_has_all_samples(said, name, options):
    (parameters, costs), (others, _) = (process[name] for process in said)
    expected, history = alone(**options)
    assert parameters == others
    np.testing.assert_allclose(parameters, expected, rtol=0, atol=1e-12)
    np.testing.assert_allclose(costs, history, rtol=1e-12)


def test_early_stopping_is_tried_on_a_training_that_it_ends():
    _, costs = alone(**together.stopping(together.samples(2)))
    assert 2 < len(costs) < 20


@pytest.mark.parametrize(
    ("name", "message", "words"),
    [
        ("no seed", "seed", "None, another beginning in each"),
        ("other seeds", "seed", "0"),
        ("other epochs", "epochs", "2"),
        ("other networks", "net", "MLP([5, 4, 3], activation='tanh', output='sigmoid')"),
        ("other weights", "net", "its first weights"),
        ("other features", "X", "5 numbers"),
        ("other costs", "cost", "squared_error"),
        ("other rules", "optimiser", "SGD(learning_rate=0.1, momentum=0.0)"),
        ("other rates", "learning_rate", "other rates in some epochs"),
        ("other devices", "devices", "1"),
        ("other weights of classes", "class_weight", "None"),
        (
            "other rules of stopping",
            "early_stopping",
            "EarlyStopping(patience=1, minimum_change=0.0, restore_best=True)",
        ),
        ("callbacks in one", "callbacks", "0"),
        ("and goes on", "checkpoint", "2 epochs"),
    ],
)
def test_what_they_do_not_share_is_said_in_both(said, name, message, words):
    expected = f"{message}: expected the same in every process, got another in process 1 than in process 0"
    assert said[0][name].startswith(f"{expected} ({words} here, in process 0); ")
    assert said[1][name].startswith(expected)
