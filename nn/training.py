"""`fit`: stochastic gradient descent over shuffled mini-batches."""

from __future__ import annotations

import os
import time
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from autograd import Value, compile, mean
from autograd.errors import ArgumentError, OperandError
from autograd.parameters import Parameters

from .checkpoints import NOTHING, Checkpoint
from .costs import cross_entropy, squared_error
from .data import generator_of, rows_of, targets_of
from .history import History
from .measures import readings
from .mlp import MLP, checked_network
from .optimisers import SGD, Optimiser
from .progress import Progress

Matrix = npt.NDArray[np.float64]
Cost = Callable[[list[Value], list[Value]], Value]


class _Samples:
    """The mean cost of a batch, and its gradient: compiled, or one Value at a time."""

    def __init__(self, net: MLP, cost: Cost, compiled: bool) -> None:
        self.net, self.cost = net, cost
        self._compiled = compile(self._of_one) if compiled else None
        self.parameters = Parameters(net.parameters())
        self._recorded = False

    def _of_one(self, x: list[Value], y: list[Value]) -> Value:
        return self.cost(self.net(x), y)

    def backward(self, X: Matrix, Y: Matrix) -> float:
        """Set the parameters' gradients to that of the mean cost; return the cost."""
        if self._compiled is not None:
            if not self._recorded:
                self.parameters = self._compiled.record(X, Y).parameters
                self._recorded = True
            self.parameters.zero_grad()
            return self._compiled._backward([X, Y])
        self.parameters.zero_grad()
        cost = mean([self._of_one(x, y) for x, y in zip(X.tolist(), Y.tolist(), strict=True)])
        cost.backward()
        return cost.data

    def mean_cost(self, X: Matrix, Y: Matrix) -> float:
        """The mean cost alone."""
        if self._compiled is not None:
            return float(self._compiled(X, Y).mean())
        # Recorded though nothing is differentiated: binary_cross_entropy finds z behind its sigmoid only so.
        pairs = zip(X.tolist(), Y.tolist(), strict=True)
        return float(np.mean([self._of_one(x, y).data for x, y in pairs]))


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
    ) -> None:
        checked_network(net)
        if not callable(cost):
            raise OperandError(f"cost: expected a function such as nn.squared_error, got {cost!r:.60}")
        self.batch_size = _count("batch_size", batch_size)
        self.X = rows_of("X", X, net.sizes[0])
        self.Y = targets_of("Y", Y, net.sizes[-1], len(self.X))
        self.held_out = None if validation is None else _validation(net, validation)
        if cost is cross_entropy and net.output != "linear":
            raise ArgumentError(
                f'cost=cross_entropy: expected a network with output="linear", got output={net.output!r}; '
                'make it with MLP(sizes, output="linear")'
            )
        self.optimiser = SGD(0.5) if optimiser is None else optimiser
        if not isinstance(self.optimiser, Optimiser):
            raise OperandError(f"optimiser: expected an nn.SGD or nn.Adam, got {type(optimiser).__name__}")
        self.seed, self.random = seed, generator_of(seed)
        self.compiled = bool(compiled)
        self.samples = _Samples(net, cost, self.compiled)

    def epoch(self) -> tuple[dict[str, float], float]:
        """Learn from every sample once; returns what was measured, and the seconds that the learning took."""
        started = time.perf_counter()
        order = self.random.permutation(len(self.X))
        measures = {"cost": self._learn(order)}
        seconds = time.perf_counter() - started
        return measures | _measured(self.samples, self.held_out, self.compiled), seconds

    def _learn(self, order: npt.NDArray[np.intp]) -> float:
        """Step down the gradient of batch after batch; returns the mean cost met on the way."""
        X, Y, batch_size = self.X, self.Y, self.batch_size
        summed = 0.0
        x, y = np.empty((batch_size, X.shape[1])), np.empty((batch_size, Y.shape[1]))
        for start in range(0, len(X), batch_size):
            chosen = order[start : start + batch_size]
            size = len(chosen)
            X.take(chosen, axis=0, out=x[:size], mode="clip")
            Y.take(chosen, axis=0, out=y[:size], mode="clip")
            summed += self.samples.backward(x[:size], y[:size]) * size
            self.optimiser.step(self.samples.parameters)
        return summed / len(X)

    def checkpoint(self, path: Any) -> Checkpoint:
        """The file that keeps this training."""
        cost = self.samples.cost
        agreement = {
            "cost": getattr(cost, "__name__", type(cost).__name__),
            "optimiser": self.optimiser.settings,
            "batch_size": str(self.batch_size),
            "data": _told((self.X, self.Y)),
            "validation": _told(self.held_out),
            "seed": str(self.seed),
            "compiled": str(self.compiled),
        }
        return Checkpoint(path, self.samples.net, self.optimiser, self.random, agreement)


def _told(data: tuple[Matrix, Matrix] | None) -> str:
    """Data as a checkpoint remembers them."""
    if data is None:
        return NOTHING
    X, Y = data
    return f"{len(X)} samples with checksum {zlib.crc32(Y.data, zlib.crc32(X.data)):08x}"


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
        ``cost(outputs, targets)`` of one sample; the mean over each batch is minimised.
    optimiser : Optimiser, optional
        ``SGD(0.5)`` if not given.
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
    checkpoint : path, optional
        A file that is replaced, whole or not at all, at the end of each epoch. `nn.load` reads the network in it.
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
    training = _Training(net, X, Y, cost, optimiser, batch_size, validation, seed, compiled)
    epochs = _count("epochs", epochs)
    if resume and checkpoint is None:
        raise ArgumentError("resume: expected a checkpoint to go on from, got checkpoint=None; give its path")
    kept = None if checkpoint is None else training.checkpoint(checkpoint)
    history = kept.restore(epochs) if kept is not None and resume else History()
    shown = Progress(epochs, progress, len(history.cost))
    try:
        while len(history.cost) < epochs:
            measures, seconds = training.epoch()
            history._add(measures, seconds)
            if kept is not None:
                kept.write(history)
            shown.epoch(measures)
    except KeyboardInterrupt:
        history.interrupted = True
    finally:
        shown.close()
    return history


def _measured(samples: _Samples, held_out: tuple[Matrix, Matrix] | None, compiled: bool) -> dict[str, float]:
    """Cost and accuracy on the samples that are not learned from."""
    if held_out is None:
        return {}
    X, Y = held_out
    read = readings(samples.net.predict(X, compiled))
    return {"validation cost": samples.mean_cost(X, Y), "accuracy": float((read == readings(Y)).mean())}


def _validation(net: MLP, given: Any) -> tuple[Matrix, Matrix]:
    if not isinstance(given, tuple | list) or len(given) != 2:
        raise ArgumentError(f"validation: expected a pair (X, Y), got {type(given).__name__}")
    X = rows_of("validation X", given[0], net.sizes[0])
    return X, targets_of("validation Y", given[1], net.sizes[-1], len(X))


def _count(name: str, given: Any) -> int:
    if isinstance(given, bool) or not isinstance(given, int | np.integer) or given < 1:
        raise ArgumentError(f"{name}: expected a whole number of at least 1, got {given!r}")
    return int(given)
