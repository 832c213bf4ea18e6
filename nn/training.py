"""`fit`: stochastic gradient descent over shuffled mini-batches."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from autograd import Value, compile, mean
from autograd.errors import ArgumentError, OperandError
from autograd.parameters import FlatParameters

from .costs import cross_entropy, squared_error
from .data import generator_of, rows_of, targets_of
from .measures import readings
from .mlp import MLP, checked_network
from .optimisers import SGD, Optimiser
from .progress import Progress

Matrix = npt.NDArray[np.float64]
Cost = Callable[[list[Value], list[Value]], Value]


@dataclass
class History:
    """What a training measured, an entry for each epoch.

    Attributes
    ----------
    cost : list of float
        The mean cost over the epoch's batches, as they were met.
    validation_cost, validation_accuracy : list of float
        After the epoch; empty without validation data. The accuracy is 0..1.
    seconds : list of float
        How long the epoch took.
    interrupted : bool
        Whether Ctrl-C ended the training early; what was learned is kept.
    """

    cost: list[float] = field(default_factory=list)
    validation_cost: list[float] = field(default_factory=list)
    validation_accuracy: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    interrupted: bool = False

    def _add(self, measures: dict[str, float], seconds: float) -> None:
        """Note an epoch, after all of it is measured, so that Ctrl-C leaves no list longer than another."""
        self.cost.append(measures["cost"])
        if "accuracy" in measures:
            self.validation_cost.append(measures["validation cost"])
            self.validation_accuracy.append(measures["accuracy"])
        self.seconds.append(seconds)

    def __repr__(self) -> str:
        if not self.cost:
            return "History(no epoch)"
        parts = [
            f"{len(self.cost)} epoch{'s' if len(self.cost) > 1 else ''}",
            f"cost {self.cost[0]:.4f} -> {self.cost[-1]:.4f}",
        ]
        if self.validation_accuracy:
            parts.append(f"validation accuracy {self.validation_accuracy[-1]:.2%}")
        return f"History({', '.join(parts)}{', interrupted' if self.interrupted else ''})"


class _Samples:
    """The mean cost of a batch, and its gradient: compiled, or one Value at a time."""

    def __init__(self, net: MLP, cost: Cost, compiled: bool) -> None:
        self.net, self.cost = net, cost
        self._compiled = compile(self._of_one) if compiled else None
        self.parameters: Sequence[Value] = net.parameters()

    def _of_one(self, x: list[Value], y: list[Value]) -> Value:
        return self.cost(self.net(x), y)

    def backward(self, X: Matrix, Y: Matrix) -> float:
        """Set the parameters' gradients to that of the mean cost; return the cost."""
        if self._compiled is not None:
            if not isinstance(self.parameters, FlatParameters):
                self.parameters = self._compiled.record(X, Y).parameters
            _zero(self.parameters)
            return self._compiled._backward([X, Y])
        _zero(self.parameters)
        cost = mean([self._of_one(x, y) for x, y in zip(X.tolist(), Y.tolist(), strict=True)])
        cost.backward()
        return cost._data

    def mean_cost(self, X: Matrix, Y: Matrix) -> float:
        """The mean cost alone."""
        if self._compiled is not None:
            return float(self._compiled(X, Y).mean())
        # Recorded though nothing is differentiated: binary_cross_entropy finds z behind its sigmoid only so.
        pairs = zip(X.tolist(), Y.tolist(), strict=True)
        return float(np.mean([self._of_one(x, y)._data for x, y in pairs]))


def _zero(parameters: Sequence[Value]) -> None:
    if isinstance(parameters, FlatParameters):
        parameters.zero_grad()
    else:
        for parameter in parameters:
            parameter.grad = 0.0


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

    Returns
    -------
    History

    Raises
    ------
    ShapeError, ArgumentError, OperandError
        Before anything is changed, if an argument cannot be used.
    """
    checked_network(net)
    if not callable(cost):
        raise OperandError(f"cost: expected a function such as nn.squared_error, got {cost!r:.60}")
    epochs, batch_size = _count("epochs", epochs), _count("batch_size", batch_size)
    X = rows_of("X", X, net.sizes[0])
    Y = targets_of("Y", Y, net.sizes[-1], len(X))
    held_out = None if validation is None else _validation(net, validation)
    if cost is cross_entropy and net.output != "linear":
        raise ArgumentError(
            f'cost=cross_entropy: expected a network with output="linear", got output={net.output!r}; '
            'make it with MLP(sizes, output="linear")'
        )
    optimiser = SGD(0.5) if optimiser is None else optimiser
    if not isinstance(optimiser, Optimiser):
        raise OperandError(f"optimiser: expected an nn.SGD or nn.Adam, got {type(optimiser).__name__}")
    random = generator_of(seed)
    samples = _Samples(net, cost, compiled)
    history, shown = History(), Progress(epochs, progress)
    try:
        for _ in range(epochs):
            started = time.perf_counter()
            order = random.permutation(len(X))
            measures = {"cost": _epoch(samples, optimiser, X, Y, order, batch_size)}
            seconds = time.perf_counter() - started
            measures |= _measured(samples, held_out, compiled)
            history._add(measures, seconds)
            shown.epoch(measures)
    except KeyboardInterrupt:
        history.interrupted = True
    finally:
        shown.close()
    return history


def _epoch(
    samples: _Samples, optimiser: Optimiser, X: Matrix, Y: Matrix, order: npt.NDArray[np.intp], batch_size: int
) -> float:
    """One pass over the samples; returns the mean cost met on the way."""
    summed = 0.0
    x, y = np.empty((batch_size, X.shape[1])), np.empty((batch_size, Y.shape[1]))
    for start in range(0, len(X), batch_size):
        chosen = order[start : start + batch_size]
        size = len(chosen)
        X.take(chosen, axis=0, out=x[:size], mode="clip")
        Y.take(chosen, axis=0, out=y[:size], mode="clip")
        summed += samples.backward(x[:size], y[:size]) * size
        optimiser.step(samples.parameters)
    return summed / len(X)


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
