"""`fit`: stochastic gradient descent over shuffled mini-batches."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from autograd import Value
from autograd.errors import ArgumentError, OperandError
from autograd.parameters import leaves
from autograd.words import keywords_told

from .activations import told
from .checkpoints import NOTHING, Checkpoint
from .costs import cross_entropy, name_of, squared_error
from .data import count_of, generator_of, rows_of, targets_of
from .history import History
from .mlp import MLP, checked_network
from .optimisers import Optimiser
from .progress import Progress
from .rules import Adam
from .tasks import classes_in, readings
from .trainers import CompiledTrainer, EagerTrainer, Facts, Trainer, checksum

Matrix = npt.NDArray[np.float64]
Cost = Callable[[list[Value], list[Value]], Value]


class _Training:
    """Checked arguments, and all that an epoch changes."""

    def __init__(
        self,
        net: MLP,
        X: Any,
        Y: Any,
        cost: Cost,
        optimiser: Optimiser | None,
        batch_size: int,
        validation: tuple[Any, Any] | None,
        seed: int | None,
        compiled: bool,
        backend: str,
        devices: int | None,
    ) -> None:
        checked_network(net)
        if not callable(cost):
            raise OperandError(f"cost: expected a function such as nn.squared_error, got {cost!r:.60}")
        self.batch_size = count_of("batch_size", batch_size)
        self.X = rows_of("X", X, net.sizes[0])
        self.Y = targets_of("Y", Y, net.sizes[-1], len(self.X))
        self.held_out = None if validation is None else _validation(net, validation)
        classes = classes_in(self.Y)
        self.asked = None if classes is None or self.held_out is None else classes_in(self.held_out[1])
        if cost is cross_entropy and net.output not in ("linear", "softmax"):
            raise ArgumentError(
                'cost=cross_entropy: expected a network with output="softmax" or output="linear", '
                f'got {told(net.output)!r}; make it with MLP(sizes, output="softmax")'
            )
        self.optimiser = Adam(0.01) if optimiser is None else optimiser
        if not isinstance(self.optimiser, Optimiser):
            raise OperandError(f"optimiser: expected an nn.SGD or nn.Adam, got {type(optimiser).__name__}")
        self.seed, self.random = seed, generator_of(seed)
        self.compiled, self.backend, self.devices = bool(compiled), backend, devices
        self.net, self.cost = net, cost
        self.trainer = self._trainer()

    def _trainer(self) -> Trainer:
        net, cost = self.net, self.cost
        samples = leaves(net.parameters(), "net.parameters()"), self.X, self.Y, self.optimiser, self.batch_size
        if not self.compiled and self.backend != "numpy":
            raise ArgumentError(f"backend: expected 'numpy' with compiled=False, got {self.backend!r}")
        # Asked for all ways: it says what is wrong with a back end or devices.
        net.program(cost, self.backend, self.devices)
        if not self.compiled:
            return EagerTrainer(lambda x, y: cost(net(x), y), *samples)
        if self.backend == "jax":
            from .device_trainer import DeviceTrainer  # imports JAX, which not everybody has

            return DeviceTrainer(net.program(cost, sample=(self.X, self.Y)), *samples, self.devices)
        return CompiledTrainer(net.program(cost, self.backend, self.devices, (self.X, self.Y)), *samples)

    def epoch(self) -> tuple[dict[str, float], float]:
        """Learn from every sample once; returns what was measured, and the seconds that the learning took."""
        started = time.perf_counter()
        order = self.random.permutation(self.trainer.samples)
        measures = {"cost": self.trainer.epoch(order)}
        seconds = time.perf_counter() - started
        measures |= self._measured()
        self.optimiser.epoch += 1
        return measures, seconds

    def _measured(self) -> dict[str, float]:
        """The cost on the samples that are not learned from, and the accuracy where there are classes."""
        if self.held_out is None:
            return {}
        X, Y = self.held_out
        measures = {"validation cost": self.trainer.mean_cost(X, Y)}
        if self.asked is not None:
            measures["accuracy"] = float((readings(self.net.predict(X, self.compiled)) == self.asked).mean())
        return measures

    def agree(self, epochs: int, resume: bool) -> None:
        """Raise in all processes that learn together where they would not learn the same."""
        X, Y = self.X, self.Y
        shuffling = self.random.bit_generator.state
        facts: Facts = {
            "X": (X.shape[1], f"{X.shape[1]} features"),
            "Y": (Y.shape[1], f"{Y.shape[1]} outputs"),
            "net": (repr(self.net), repr(self.net)),
            "cost": (name_of(self.cost), name_of(self.cost)),
            "optimiser": (self.optimiser.settings, self.optimiser.settings),
            "epochs": (epochs, str(epochs)),
            "learning_rate": (self.optimiser.rates(epochs), "other rates in some epochs"),
            "batch_size": (self.batch_size, str(self.batch_size)),
            "seed": (shuffling, "None, another beginning in each" if self.seed is None else str(self.seed)),
            "resume": (resume, str(resume)),
        }
        self.trainer.agree(facts, "start all with the same arguments but for the samples")

    def checkpoint(self, path: Any) -> Checkpoint:
        """The file that keeps this training."""
        held_out = self.held_out
        agreement = {
            "cost": name_of(self.cost),
            "optimiser": self.optimiser.settings,
            "batch_size": str(self.batch_size),
            "data": _told(self.trainer.samples, self.trainer.checksum),
            "validation": NOTHING if held_out is None else _told(len(held_out[0]), checksum(*held_out)),
            "seed": str(self.seed),
            "compiled": str(self.compiled),
        }
        return Checkpoint(path, self.net, self.optimiser, self.random, agreement)


def _told(samples: int, number: int) -> str:
    """Data as a checkpoint remembers them."""
    return f"{samples} samples with checksum {number:08x}"


@keywords_told("nn.fit")
def fit(
    net: MLP,
    X: Any,
    Y: Any,
    *,
    cost: Cost = squared_error,
    optimiser: Optimiser | None = None,
    epochs: int = 20,
    batch_size: int = 10,
    validation: tuple[Any, Any] | None = None,
    seed: int | None = None,
    progress: bool = True,
    compiled: bool = True,
    backend: str = "numpy",
    devices: int | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    resume: bool = False,
) -> History:
    """Train a network on labelled samples.

    Parameters
    ----------
    net : MLP
        Changed in place.
    X : array-like, shape (samples, inputs)
        Finite numbers.
    Y : array-like, shape (samples,) of int or (samples, outputs) of float
        The right classes, or the desired outputs.
    cost : callable
        ``cost(outputs, targets)`` of one sample; the mean over each batch is minimised, by the network's parameters:
        other Values that it closes over stay as they are.
    optimiser : Optimiser, optional
        ``Adam(0.01)`` if not given, which learns the most kinds of small problems as they come. Its learning rate
        may be a function of the epoch.
    epochs, batch_size : int
        At least 1. The last batch of an epoch may be smaller.
    validation : (X, Y), optional
        Samples to measure on after each epoch, never learned from.
    seed : int, optional
        Makes the shuffling repeatable.
    progress : bool
        Whether to show the epochs: a bar on a terminal or in a notebook, plain lines on standard error elsewhere.
    compiled : bool
        Whether to run as matrix products; else one Value at a time, with the same results.
    backend : {"numpy", "jax", "reference"}
        What runs them, as in `compile`. With ``"jax"`` parameters, optimiser and samples stay on the devices, and
        an epoch is one program. In a program that `jax.distributed` started on several hosts, every process gives
        its own samples; all end with the same parameters, those of one process with all samples.
    devices : int, optional
        Over how many of its devices each process spreads a batch; all that JAX has where not given.
    checkpoint : path, optional
        A file that is replaced, whole or not at all, at the end of each epoch. `nn.load` reads the network in it.
        Of several processes the first writes it, and all read it when they resume: in a folder that they share.
    resume : bool
        Whether to go on from the checkpoint, to the parameters and history of an uninterrupted training, bit by
        bit. All other arguments must be as they were, but for `epochs`, the total, which may be larger. Where there
        is no file yet the training starts from the beginning, so the same command starts and restarts.

    Returns
    -------
    History
        Of all epochs, those before a `resume` included.

    Raises
    ------
    ShapeError, ArgumentError, OperandError
        Before anything is changed, if an argument cannot be used or the checkpoint is that of another training.
        ArgumentError also where a checkpoint cannot be written, after an epoch: the one before stays.
    FileFormatError
        Before anything is changed, if the checkpoint is damaged or something else.
    """
    training = _Training(net, X, Y, cost, optimiser, batch_size, validation, seed, compiled, backend, devices)
    epochs = count_of("epochs", epochs)
    if resume and checkpoint is None:
        raise ArgumentError("resume: expected a checkpoint to go on from, got checkpoint=None; give its path")
    training.agree(epochs, resume)
    kept = None if checkpoint is None else training.checkpoint(checkpoint)
    history = kept.restore(epochs) if kept is not None and resume else History()
    behind = len(history.cost)
    training.trainer.agree({"checkpoint": (behind, f"{behind} epochs")}, "put it where all can read it")
    keeps = training.trainer.keeps
    shown = Progress(epochs, progress and keeps, len(history.cost))
    try:
        while len(history.cost) < epochs:
            measures, seconds = training.epoch()
            history._add(measures, seconds)
            if kept is not None and keeps:
                kept.write(history)
            shown.epoch(measures)
    except KeyboardInterrupt:
        history.interrupted = True
    finally:
        shown.close()
    return history


def _validation(net: MLP, given: Any) -> tuple[Matrix, Matrix]:
    if not isinstance(given, tuple | list) or len(given) != 2:
        raise ArgumentError(f"validation: expected a pair (X, Y), got {type(given).__name__}")
    X = rows_of("validation X", given[0], net.sizes[0])
    return X, targets_of("validation Y", given[1], net.sizes[-1], len(X))
