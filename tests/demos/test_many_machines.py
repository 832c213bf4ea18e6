"""Two processes of two devices learn what one process learns; what dies is told, and a restart goes on."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import many_machines
from autograd.errors import ArgumentError

pytest.importorskip("jax", reason='JAX is not installed: pip install "scalar-autograd[jax]"')

DEMO = Path(many_machines.__file__)
PATIENCE = 120


def started(out, *arguments, **options):
    command = [sys.executable, DEMO, "--out", out, *map(str, arguments)]
    surroundings = {name: value for name, value in os.environ.items() if name != "XLA_FLAGS"}
    options = {"env": surroundings, "text": True, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT} | options
    return subprocess.Popen(command, **options)


def ended(process):
    try:
        told, _ = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
    return process.returncode, told


def difference(told):
    return float(re.search(r"largest difference of a parameter from one process's: (\S+)", told)[1])


def test_two_processes_of_two_devices_learn_what_one_learns(tmp_path):
    code, told = ended(started(tmp_path, "--epochs", 3))
    assert code == 0, told
    assert difference(told) < 1e-11
    assert "process 1: 719 images of its own, 2 devices" in told


def test_a_process_that_dies_is_told_and_the_training_goes_on(tmp_path):
    parent = started(tmp_path, "--epochs", 5000)
    checkpoint = tmp_path / "many_machines.npz"
    deadline = time.monotonic() + PATIENCE
    while not checkpoint.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert checkpoint.exists()
    (first,) = [pid for pid in children(parent.pid) if "--process=0" in command_of(pid)]
    os.kill(first, signal.SIGKILL)
    code, told = ended(parent)
    assert code == 1
    assert "process 0 ended with exit code -9" in told and "--resume goes on" in told
    code, told = ended(started(tmp_path, "--epochs", 5000, "--resume", "--seed", 1))
    assert code != 0 and "expected 1438 samples with checksum" in told  # the checkpoint of another training
    epochs = len(np.load(checkpoint)["cost_history"]) + 2
    code, told = ended(started(tmp_path, "--epochs", epochs, "--resume"))
    assert code == 0, told
    assert f"after {epochs} epochs" in told and difference(told) < 1e-9


def children(parent):
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and parent_of(entry) == parent]


def parent_of(entry):
    try:
        return int(re.search(r"^PPid:\s+(\d+)", (entry / "status").read_text(), re.MULTILINE)[1])
    except OSError:
        return 0


def command_of(pid):
    return (Path("/proc") / str(pid) / "cmdline").read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--processes", 0], "expected a whole number of at least 1, got '0'"),
        (["--devices", "two"], "expected a whole number of at least 1, got 'two'"),
        (["--batch-size", 3], "batch_size: expected at least one sample for each of the 4 devices, got 3"),
    ],
)
def test_what_cannot_be_used_is_one_line(tmp_path, arguments, message):
    code, told = ended(started(tmp_path, *arguments))
    assert code != 0 and message in told and "Traceback" not in told


def test_a_first_process_that_does_not_answer_is_told(monkeypatch):
    monkeypatch.setattr(many_machines, "LIMIT", 0.5)
    with pytest.raises(ArgumentError, match=r"expected process 0 at 127\.0\.0\.1:1, got no answer"):
        many_machines._wait_for_the_first(1)
