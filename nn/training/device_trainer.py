"""A trainer on JAX's devices, in one process or in one of several that learn together."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from autograd import Compiled, Value
from autograd.compiler.arguments import columns
from autograd.compiler.backends.jax.devices import chosen
from autograd.compiler.backends.jax.epochs import Training
from autograd.compiler.backends.jax.processes import agree, count, gathered, gathered_rows, own
from autograd.errors import ArgumentError, AutogradError, NonFiniteError

from ..networks.samples import Samples, arrays_in, counted, taken
from ..optimisers.optimiser import Optimiser
from ..optimisers.rules import KEEP_NAN
from .trainers import CompiledTrainer, Facts, Matrix, Order, batches, checksum


def summed(numbers: Matrix, facts: Facts) -> Matrix:
    """The sum over all processes that learn together, where they agree in the facts."""
    if count() > 1:
        agree(facts, "start all with the same arguments but for the samples")
    return np.asarray(gathered_rows(numbers).sum(axis=0))


class DeviceTrainer:
    """Runs an epoch as one program of JAX; parameters, optimiser state and samples stay on the devices.

    The Values and the optimiser learn of it after each epoch.

    Parameters
    ----------
    cost : Compiled
        Of one sample; on the host, to find what went wrong and for samples that are not learned from.
    parameters : sequence of Value
        What is learned.
    X, Y : ndarray, the samples first, or dicts and tuples of them
        This process's samples.
    optimiser : Optimiser
    batch_size : int
        Of all processes together.
    devices : int, optional
        How many of this process's devices; all of them if None.
    noisy, noise
        As in `CompiledTrainer`.

    Raises
    ------
    ArgumentError
        If there are not so many devices, a batch is smaller than they, or the optimiser gives no rule.
    """

    def __init__(
        self,
        cost: Compiled,
        parameters: Sequence[Value],
        X: Samples,
        Y: Samples,
        optimiser: Optimiser,
        batch_size: int,
        devices: int | None,
        noisy: Compiled | None = None,
        noise: int = 0,
    ) -> None:
        self._devices = chosen(devices)
        there = len(self._devices) * count()
        if batch_size < there:
            raise ArgumentError(
                f"batch_size: expected at least one sample for each of the {there} devices, got {batch_size}; "
                "give a larger batch_size or fewer devices"
            )
        if type(optimiser).rule is Optimiser.rule:
            raise ArgumentError(
                f"optimiser: expected one that gives its rule, as nn.SGD does, got {type(optimiser).__name__} "
                "that changes arrays in place; write `rule` instead of `update`"
            )
        self._host = CompiledTrainer(cost, parameters, X, Y, optimiser, batch_size, noisy, noise)
        self._cost, self._data = cost if noisy is None else noisy, (X, Y)
        self._optimiser, self._batch_size = optimiser, batch_size
        devices_here = len(self._devices)
        self.agree({"devices": (devices_here, str(devices_here))}, "start all with the same arguments")
        # Asked of all together here, since not every process may ask again: one alone needs a checkpoint's.
        self._counts = gathered(counted(X))
        self._checksums = gathered(checksum(X, Y) if count() > 1 else 0)
        self._training: Training | None = None
        self._brought: Matrix = np.empty(0)  # the parameters as they came from the devices

    @property
    def samples(self) -> int:
        """How many all processes have together."""
        return int(self._counts.sum())

    @property
    def checksum(self) -> int:
        """See `Trainer`: of the samples of all processes."""
        return checksum(*self._data) if count() == 1 else zlib.crc32(self._checksums.tobytes())

    @property
    def keeps(self) -> bool:
        """Whether this process is the one that writes and tells."""
        return own() == 0

    def learns(self) -> bool:
        """See `Trainer`."""
        return self._host.learns()

    def agree(self, facts: Facts, remedy: str) -> None:
        """See `Trainer`."""
        if count() > 1:
            agree(facts, remedy)

    def of_all(self, numbers: Matrix) -> Matrix:
        """See `Trainer`."""
        return gathered_rows(numbers)

    def epoch(self, order: Order, *fresh: Matrix) -> float:
        """See `Trainer`."""
        training = self._started() if self._training is None else self._training
        if not np.array_equal(self._host.all_parameters.data, self._brought):
            training.start(*self._on_hand())  # a callback has changed them
        outcome = training.epoch(order, self._optimiser.learning_rate, *(array[self._mine] for array in fresh))
        cost = outcome.cost
        self._bring_back(training)
        left = batches(order, self._batch_size)[outcome.learned :]
        if left:
            cost += self._on_the_host(left, fresh)
            training.start(*self._on_hand())
            self._brought = np.array(self._host.all_parameters.data)
        return cost / len(order)

    def mean_cost(self, X: Samples, Y: Samples) -> float:
        """See `Trainer`."""
        return self._host.mean_cost(X, Y)

    @cached_property
    def _learned(self) -> npt.NDArray[np.bool_]:
        """Which of the program's parameters are learned."""
        learned = set(self._host.parameters)
        return np.array([parameter in learned for parameter in self._host.all_parameters])

    @property
    def _columns(self) -> list[Matrix]:
        """The samples as a plan takes them: an array of floats with two axes for each of theirs."""
        arrays = [array for samples in self._data for array in arrays_in(samples)]
        return [column.astype(float) for column in columns(arrays)]

    def _started(self) -> Training:
        optimiser, learned = self._optimiser, self._learned
        state = [vector.tobytes() for vector in optimiser.state_of(self._host.parameters).values()]
        facts: Facts = {
            "cost": (str(self._cost.plan), "another program"),
            "net": (self._host.all_parameters.data.tobytes(), "its first weights"),
            "optimiser": ((optimiser.steps, state), f"{optimiser.steps} steps behind it"),
        }
        self.agree(facts, "build the networks from the same seed or file")
        # Their steps of NaN and infinity are NaN and infinity, which an epoch's end tells as well as each step would.
        keeps_nan = type(optimiser).rule in KEEP_NAN and optimiser.clip_value is None and bool(learned.all())
        training = Training(
            self._cost.plan,
            self._columns,
            self._batch_size,
            optimiser,
            self._devices,
            not keeps_nan,
            learned,
        )
        training.start(*self._on_hand())
        self._training, self._brought = training, np.array(self._host.all_parameters.data)
        return training

    def _on_hand(self) -> tuple[Any, dict[str, Any], int]:
        """The numbers of the Values and of the optimiser."""
        kept = self._optimiser.state_of(self._host.parameters)
        state = {name: np.zeros(len(self._learned)) for name in self._optimiser.vectors}
        for name in state.keys() & kept.keys():
            state[name][self._learned] = kept[name]
        return np.array(self._host.all_parameters.data), state, self._optimiser.steps

    def _bring_back(self, training: Training) -> None:
        data, state, steps = training.now
        self._host.all_parameters.data, self._brought = data, data
        state = {name: vector[self._learned] for name, vector in state.items()}
        self._optimiser.restore(self._host.parameters, state, steps)

    @property
    def _mine(self) -> slice:
        """Which samples of all processes are this one's."""
        first = int(self._counts[: own()].sum())
        return slice(first, first + counted(self._data[0]))

    def _on_the_host(self, left: Sequence[Order], fresh: Sequence[Matrix]) -> float:
        """Learn on where the devices raised an alarm: the batch's fault is told here, if it is one."""
        if count() == 1:
            return self._host.learn(left, *fresh)
        data = [*self._data, *(array[self._mine] for array in fresh)]
        return sum(self._step_together(rows, data) for rows in left)

    def _step_together(self, rows: Order, data: Sequence[Samples]) -> float:
        """A step on the hosts of all processes, each with its own rows of a batch; the sum of the costs."""
        mine = rows[(rows >= self._mine.start) & (rows < self._mine.stop)] - self._mine.start
        summed, fault = np.zeros(1 + len(self._learned)), None
        try:
            if len(mine):
                cost, slopes = self._cost.gradient(*(taken(one, mine) for one in data))
                summed = np.concatenate([[cost], slopes]) * len(mine)
        except AutogradError as error:
            fault = error
        failed = np.flatnonzero(gathered(int(fault is not None)))
        if fault is not None:
            raise fault
        if len(failed):
            raise NonFiniteError(f"fit: a batch goes wrong by samples of process {failed[0]}, which says how")
        cost, *slopes = gathered_rows(summed).sum(axis=0)
        self._host.parameters.grad = np.array(slopes)[self._learned] / len(rows)
        self._optimiser.step(self._host.parameters)
        return float(cost)
