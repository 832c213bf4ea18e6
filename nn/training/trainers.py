"""Trainers: how an epoch is learned, batch after batch: compiled, or one Value at a time."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt

from autograd import Compiled, Value, mean
from autograd.errors import NonFiniteError
from autograd.graph import topological_order
from autograd.parameters import Parameters
from autograd.primitives import LEAF

from ..networks.samples import Samples, arrays_in, counted, listed, taken
from ..optimisers.optimiser import Optimiser

Matrix = npt.NDArray[np.float64]
Order = npt.NDArray[np.intp]
CostOfOne = Callable[..., Value]
"""The cost of one sample and its target, and of what each epoch gives anew."""
Facts = Mapping[str, tuple[object, str]]
"""By argument, something to compare and the words for it."""


class Trainer(Protocol):
    """Learns from samples."""

    @property
    def samples(self) -> int:
        """How many there are, in all processes that learn together."""

    @property
    def checksum(self) -> int:
        """A number that other samples do not have."""

    @property
    def keeps(self) -> bool:
        """Whether this process writes checkpoints and shows how it goes: the first of those that learn together."""

    def agree(self, facts: Facts, remedy: str) -> None:
        """Raise an `ArgumentError` in all processes that learn together where they differ in a fact."""

    def of_all(self, numbers: Matrix) -> Matrix:
        """Numbers of all processes that learn together, as many each, shape (processes, n); all must ask together."""

    def learns(self) -> bool:
        """Whether the cost depends on a parameter, found out by computing it for the first sample."""

    def epoch(self, order: Order, *fresh: Matrix) -> float:
        """Step down the gradient of batch after batch of the samples, in this order; the mean cost met on the way.

        What the cost takes beside X and Y and is another in each epoch is in `fresh`: a row for each sample.
        """

    def mean_cost(self, X: Samples, Y: Samples) -> float:
        """The mean cost of other samples, from which nothing is learned."""


def checksum(X: Samples, Y: Samples) -> int:
    """A number that other samples do not have."""
    number = 0
    for array in (*arrays_in(X), *arrays_in(Y)):
        number = zlib.crc32(array.data, number)
    return number


def batches(order: Order, batch_size: int) -> list[Order]:
    """An order in batches; the last may be smaller."""
    return [order[start : start + batch_size] for start in range(0, len(order), batch_size)]


class _OneProcess:
    """What is so where one process learns alone."""

    keeps = True

    def __init__(self, X: Samples, Y: Samples) -> None:
        self._data = X, Y

    @property
    def samples(self) -> int:
        """See `Trainer`."""
        return counted(self._data[0])

    @property
    def checksum(self) -> int:
        """See `Trainer`."""
        return checksum(*self._data)

    def agree(self, facts: Facts, remedy: str) -> None:
        """See `Trainer`."""

    def of_all(self, numbers: Matrix) -> Matrix:
        """See `Trainer`."""
        return numbers[None]


class CompiledTrainer(_OneProcess):
    """Runs matrix products of NumPy.

    Parameters
    ----------
    cost : Compiled
        Of one sample.
    parameters : sequence of Value
        What is learned, used by the cost or not. What else it closes over stays as it is.
    X, Y : ndarray, the samples first, or dicts and tuples of them
    optimiser : Optimiser
    batch_size : int
    noisy : Compiled, optional
        What is learned from, where that takes random numbers too; the cost itself is without noise then.
    noise : int
        How many random numbers.
    """

    def __init__(
        self,
        cost: Compiled,
        parameters: Sequence[Value],
        X: Samples,
        Y: Samples,
        optimiser: Optimiser,
        batch_size: int,
        noisy: Compiled | None = None,
        noise: int = 0,
    ) -> None:
        super().__init__(X, Y)
        self._cost, self._given, self._optimiser, self._batch_size = cost, parameters, optimiser, batch_size
        self._learned = cost if noisy is None else noisy
        self._fresh = [np.zeros((1, noise))] if noise else []
        self._over = cost.over(X, Y)

    @cached_property
    def all_parameters(self) -> Parameters:
        """What the program reads."""
        return self._learned.record(*(taken(one, slice(1)) for one in (*self._data, *self._fresh))).parameters

    @cached_property
    def parameters(self) -> Parameters:
        """What is learned, in the order of the program."""
        read, given = self.all_parameters, set(self._given)
        return read if len(read) == len(given) else Parameters([value for value in read if value in given])

    def learns(self) -> bool:
        """See `Trainer`."""
        return len(self.all_parameters) > 0

    def epoch(self, order: Order, *fresh: Matrix) -> float:
        """See `Trainer`."""
        return self.learn(batches(order, self._batch_size), *fresh) / len(order)

    def learn(self, chosen: Sequence[Order], *fresh: Matrix) -> float:
        """Learn from batches; returns the sum of the costs of their samples."""
        summed = 0.0
        for rows in chosen:
            self.all_parameters.zero_grad()
            summed += self._backward(rows, fresh) * len(rows)
            self._optimiser.step(self.parameters)
        return summed

    def _backward(self, rows: Order, fresh: Sequence[Matrix]) -> float:
        """The mean cost of a batch, whose gradient is added to that of the parameters."""
        if not fresh:
            return self._over.backward(rows)
        return self._learned.backward(*(taken(one, rows) for one in (*self._data, *fresh)))

    def mean_cost(self, X: Samples, Y: Samples) -> float:
        """See `Trainer`."""
        return float(self._cost(X, Y).mean())


class EagerTrainer(_OneProcess):
    """Walks Values, sample by sample: slow, and all of it can be watched.

    Parameters
    ----------
    cost : callable
        Of one sample, and of the random numbers drawn for it where there are any.
    parameters : sequence of Value
    X, Y, optimiser, batch_size
        As in `CompiledTrainer`.
    """

    def __init__(
        self,
        cost: CostOfOne,
        parameters: Sequence[Value],
        X: Samples,
        Y: Samples,
        optimiser: Optimiser,
        batch_size: int,
    ) -> None:
        super().__init__(X, Y)
        self._cost, self._optimiser, self._batch_size = cost, optimiser, batch_size
        self._parameters = Parameters(parameters)

    def learns(self) -> bool:
        """See `Trainer`: of the first sample with one."""
        costs = (self._costs(*(taken(one, [row]) for one in self._data))[0] for row in range(self.samples))
        return any(value.primitive is LEAF for cost in costs for value in topological_order((cost,)))

    def epoch(self, order: Order, *fresh: Matrix) -> float:
        """See `Trainer`."""
        summed = 0.0
        for rows in batches(order, self._batch_size):
            self._parameters.zero_grad()
            cost = mean(self._costs(*(taken(one, rows) for one in (*self._data, *fresh))))
            cost.backward()
            if not np.isfinite(cost.data) or not np.isfinite(self._parameters.grad).all():
                raise NonFiniteError(f"fit: expected a finite cost and gradient, got cost {cost.data} of a batch")
            summed += cost.data * len(rows)
            self._optimiser.step(self._parameters)
        return summed / len(order)

    def mean_cost(self, X: Samples, Y: Samples) -> float:
        """See `Trainer`."""
        # Recorded though nothing is differentiated: binary_cross_entropy finds z behind its sigmoid only so.
        return float(np.mean([cost.data for cost in self._costs(X, Y)]))

    def _costs(self, *given: Samples) -> list[Value]:
        return [self._cost(*sample) for sample in zip(*map(listed, given), strict=True)]
