"""One of two processes that learn together, for `test_fit_processes`: prints what came of each case as JSON."""

import json
import sys
from pathlib import Path

import jax
import numpy as np

import nn
from autograd import sqrt, where
from autograd.errors import AutogradError


def samples(process):
    """Those of a process: 13 and 20."""
    rng = np.random.default_rng(process)
    return rng.random((13 + 7 * process, 5)), rng.random((13 + 7 * process, 3))


def classes(data):
    """The same samples with the largest of the targets as the class."""
    return data[0], data[1].argmax(axis=1)


def stopping(validation):
    """A training that ends before its last epoch: held out are samples that nothing can fit."""
    return {"validation": validation, "early_stopping": 2, "epochs": 20, "optimiser": nn.Adam(0.2)}


def with_a_false_alarm(a, y):
    """A cost with a slope that is infinite where `where` did not choose it."""
    first = where(a[0] > 2.0, sqrt(a[0] - a[0].detach()), a[0])
    return sum((p - t) ** 2 for p, t in zip([first, *a[1:]], y, strict=True))


def network(hidden=4, seed=0):
    return nn.MLP([5, hidden, 3], activation="tanh", output="sigmoid", seed=seed)


class Thinned(nn.MLP):
    """A network that drops inputs."""

    def __call__(self, inputs):
        return super().__call__(nn.Dropout(0.3)(inputs))


def thinned():
    return Thinned([5, 4, 3], activation="tanh", output="sigmoid", seed=0)


def trained(data, net=None, **options):
    """The parameters that a training ends with, and its costs."""
    net = network() if net is None else net
    options = {"epochs": 2, "batch_size": 8, "seed": 1, "progress": False, "optimiser": nn.Adam(0.01)} | options
    history = nn.fit(net, *data, **options)
    return [value.data for value in net.parameters()], history.cost


def cases(process, folder):
    """By name, what this process asks for."""
    own = folder / f"{process}.npz"
    return {
        "all": {},
        "a batch of few": {"batch_size": 5, "epochs": 1},
        "noise": {"net": thinned()},
        "a false alarm": {"cost": with_a_false_alarm},
        "the first alone keeps a checkpoint": {"checkpoint": folder / "first.npz" if process == 0 else None},
        "classes that count alike": {"classes": True, "class_weight": "balanced"},
        # Each has others; the first one's are gone by.
        "early stopping": stopping(samples(2 + process)),
        "a callback of the second": {"callbacks": lambda epoch: process == 1 and epoch.number == 2, "epochs": 5},
        "other weights of classes": {"classes": True, "class_weight": [None, "balanced"][process]},
        "other rules of stopping": {"early_stopping": 1 + process, "validation": samples(2)},
        "callbacks in one": {"callbacks": [print] * process},
        "a checkpoint of its own": {"checkpoint": own} if process == 0 else {},
        "and goes on": {"checkpoint": own, "resume": True, "epochs": 3},
        "no seed": {"seed": None},
        "other seeds": {"seed": process},
        "other epochs": {"epochs": 2 + process},
        "other networks": {"net": network(4 + process)},
        "other weights": {"net": network(seed=process)},
        "other features": {"net": nn.MLP([5 - process, 3], seed=0)},
        "other costs": {"cost": [nn.squared_error, nn.binary_cross_entropy][process]},
        "other rules": {"optimiser": nn.SGD(0.1 + process)},
        "other rates": {"optimiser": nn.SGD(lambda epoch: 0.1 + process * (epoch == 3)), "epochs": 4},
        "other devices": {"devices": 1 + process},
    }


def main():
    process, port, folder = int(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    jax.distributed.initialize(
        f"127.0.0.1:{port}",
        num_processes=2,
        process_id=process,
        initialization_timeout=60,
        heartbeat_timeout_seconds=30,
    )
    for name, options in cases(process, folder).items():
        X, Y = samples(process)
        inputs = options["net"].sizes[0] if "net" in options else 5
        data = X[:, :inputs], Y
        try:
            data = classes(data) if options.pop("classes", False) else data
            found = trained(data, backend="jax", **options)
        except AutogradError as error:
            found = str(error)
        print(json.dumps([name, found]), flush=True)


if __name__ == "__main__":
    main()
