"""Training runs killed at random moments, resumed, and compared to the bit with runs that nobody disturbed.

``python tests/nn/files/kill_runs.py --kills 100`` starts trainings in processes of
their own, ends each with SIGKILL at a random moment, resumes it and compares
parameters, the optimiser's state and the history with those of an
uninterrupted run. The exit code is 0 if all are equal and no file was lost.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

import nn
from autograd import Value, tanh, weighted_sum


class Own(nn.Module):
    """A module of somebody's own: what it computes is its code, and it draws noise."""

    def __init__(self) -> None:
        draws = np.random.default_rng(1)
        self.matrix = [[Value(number) for number in row] for row in draws.normal(0.0, 0.5, (8, 6))]
        self.dropout = nn.Dropout(0.25)
        self.last = nn.Layer(draws.normal(0.0, 0.5, (3, 8)), np.zeros(3), "linear")

    def __call__(self, inputs: Any) -> list[Value]:
        """Three outputs of six inputs."""
        return self.last(self.dropout([tanh(weighted_sum(row, inputs)) for row in self.matrix]))


def made(name: str) -> Any:
    """The network of a run."""
    return Own() if "own" in name else nn.MLP([6, 8, 3], activation="tanh", output="linear", seed=1)


# optimiser, compiled, epochs
RUNS = {
    "SGD": (lambda: nn.SGD(0.3), True, 120),
    "SGD with momentum": (lambda: nn.SGD(0.1, momentum=0.9), True, 120),
    "Adam": (lambda: nn.Adam(0.01), True, 120),
    "Adam, the best epoch's parameters": (lambda: nn.Adam(0.01), True, 120),
    "Adam, a module of one's own": (lambda: nn.Adam(0.01), True, 120),
    "Adam, one Value at a time": (lambda: nn.Adam(0.01), False, 25),
}


def train(name: str, path: Path) -> None:
    """Start or go on with a run; print "begun", then, at the end, all that it came to."""
    draws = np.random.default_rng(7)
    X, digits = draws.normal(size=(40, 6)), draws.integers(0, 3, 40)
    make, compiled, epochs = RUNS[name]
    net, optimiser = made(name), make()
    print("begun", flush=True)
    options = {"epochs": epochs, "batch_size": 8, "seed": 3, "validation": (X[:10], digits[:10])}
    if "best" in name:
        options["early_stopping"] = epochs
    history = nn.fit(
        net,
        X[10:],
        digits[10:],
        cost=nn.cross_entropy,
        optimiser=optimiser,
        compiled=compiled,
        progress=False,
        checkpoint=path,
        resume=True,
        **options,
    )
    state = optimiser.state_of(net.parameters())
    result = {
        "parameters": [value.data.hex() for value in net.parameters()],
        "state": {key: [number.hex() for number in vector.tolist()] for key, vector in sorted(state.items())},
        "steps": optimiser.steps,
        "history": [[number.hex() for number in measured] for measured in (history.cost, history.validation_cost)],
        "accuracy": history.validation_accuracy,
    }
    print(json.dumps(result), flush=True)


def started(name: str, path: Path) -> subprocess.Popen[str]:
    """A process that trains, as soon as it has begun to."""
    command = [sys.executable, __file__, "--run", name, "--path", str(path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "begun\n"
    return process


def finished(name: str, path: Path) -> tuple[str, float]:
    """What a run that is left alone prints, and how many seconds it takes."""
    process, begun = started(name, path), time.perf_counter()
    printed, _ = process.communicate()
    if process.returncode:
        sys.exit(f"{name}: the run ended with exit code {process.returncode}")
    return printed, time.perf_counter() - begun


def killed_and_resumed(name: str, folder: Path, after: float, counts: dict[str, int]) -> str | None:
    """The result of a run that was killed after so many seconds; None if it was over before."""
    path = folder / "run.npz"
    process = started(name, path)
    time.sleep(after)
    process.kill()
    printed, _ = process.communicate()
    if printed:
        return None
    counts["kills"] += 1
    counts["in the midst of a write"] += len(list(folder.glob(".run.npz.*"))) > 0
    if path.exists():
        nn.load(path, into=made(name))  # raises if what is there is no whole checkpoint
        counts["with a checkpoint"] += 1
    result, _ = finished(name, path)
    counts["leftovers"] += [other.name for other in folder.iterdir()] != ["run.npz"]
    return result


def main() -> int:
    """Run; 0 if every resumed run came to what its undisturbed twin came to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0, help="decides the moments")
    parser.add_argument("--only", choices=RUNS, help="kill no other runs")
    parser.add_argument("--run", choices=RUNS, help=argparse.SUPPRESS)
    parser.add_argument("--path", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        train(options.run, options.path)
        return 0
    moments, names = random.Random(options.seed), [options.only] if options.only else list(RUNS)
    whole: dict[str, tuple[str, float]] = {}
    counts = dict.fromkeys(["kills", "with a checkpoint", "in the midst of a write", "leftovers", "different"], 0)
    begun = time.perf_counter()
    while counts["kills"] < options.kills:
        name = names[counts["kills"] % len(names)]
        with tempfile.TemporaryDirectory() as folder:
            if name not in whole:
                whole[name] = finished(name, Path(folder) / "whole.npz")
            with tempfile.TemporaryDirectory() as place:
                result = killed_and_resumed(name, Path(place), moments.uniform(0, whole[name][1]), counts)
        counts["different"] += result not in (None, whole[name][0])
    print(", ".join(f"{key}: {count}" for key, count in counts.items()), f"in {time.perf_counter() - begun:.0f} s")
    return 1 if counts["different"] or counts["leftovers"] else 0


if __name__ == "__main__":
    sys.exit(main())
