"""Epochs: a training on the devices. An epoch is one program, from which the host hears once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from ...plan.plan import Plan
from ..base import Batch
from .devices import settings
from .processes import count, devices_of_all, gathered, own
from .schedule import Run, scheduled
from .trace import Rows, traced

PROCESS, DEVICE = "process", "device"
State = dict[str, Any]
Rule = Callable[[Any, Any, Any, State, Any], Any]
"""``rule(ns, data, grad, state, steps)``, the new parameters; new vectors are put into the state."""

_FLOATS = np.dtype(np.float64)


class Functional:
    """What an optimiser's rule calls, of arrays that never change: ``out`` has no meaning here."""

    @staticmethod
    def add(a: Any, b: Any, out: Any = None) -> Any:
        return jnp.add(a, b)

    @staticmethod
    def subtract(a: Any, b: Any, out: Any = None) -> Any:
        return jnp.subtract(a, b)

    @staticmethod
    def multiply(a: Any, b: Any, out: Any = None) -> Any:
        return jnp.multiply(a, b)

    @staticmethod
    def divide(a: Any, b: Any, out: Any = None) -> Any:
        return jnp.divide(a, b)

    @staticmethod
    def sqrt(a: Any, out: Any = None) -> Any:
        return jnp.sqrt(a)


@dataclass(frozen=True)
class Outcome:
    """What came of an epoch.

    Attributes
    ----------
    cost : float
        The sum of the costs of the samples learned from.
    learned : int
        From how many batches; the next one's numbers are at fault where there is one.
    """

    cost: float
    learned: int


class Training:
    """Samples, parameters and an optimiser's state on the devices of all processes.

    Parameters
    ----------
    plan : Plan
        With a gradient.
    data : sequence of ndarray, shape (samples, n)
        This process's samples, one array for each argument.
    batch_size : int
        Of all processes together; at least as many as devices.
    rule : callable
        See `Rule`.
    devices : list
        Those of this process; every process gives as many.

    Attributes
    ----------
    samples : int
        How many all processes have, in the order of the processes.
    """

    def __init__(self, plan: Plan, data: Sequence[Batch], batch_size: int, rule: Rule, devices: Sequence[Any]) -> None:
        self._plan, self._rule, self._batch_size = plan, rule, batch_size
        self._mesh = Mesh(np.array(devices_of_all(list(devices))), (PROCESS, DEVICE))
        self._counts = gathered(len(data[0]))
        self.samples = int(self._counts.sum())
        with settings(_FLOATS):
            self._data = [self._everywhere(_filled_up(column, int(self._counts.max()))) for column in data]
        self._epoch = self._compiled()

    def start(self, parameters: Batch, state: State, steps: int) -> None:
        """Bring parameters and an optimiser's state to the devices."""
        with settings(_FLOATS):
            self._now = jax.device_put((parameters, state, np.int64(steps)), NamedSharding(self._mesh, PartitionSpec()))

    def epoch(self, order: npt.NDArray[np.intp]) -> Outcome:
        """Learn from the samples of all processes in an order that all give alike."""
        runs = scheduled(order, self._batch_size, self._counts, own(), self._mesh.devices.shape[1])
        with settings(_FLOATS):
            spread = [self._spread(run) for run in runs]
            self._now, told = self._epoch(self._now, self._data, spread)
            cost, learned = jax.device_get(told)
        return Outcome(float(cost), int(learned))

    @property
    def now(self) -> tuple[Batch, State, int]:
        """The parameters, the optimiser's state and how many steps were taken, as NumPy arrays."""
        parameters, state, steps = jax.tree.map(lambda part: np.array(part.addressable_data(0)), self._now)
        return parameters, state, int(steps)

    # What lies where

    def _everywhere(self, column: Batch) -> Any:
        """A process's samples on each of its devices."""
        whole = (count() * len(column), *column.shape[1:])
        return self._placed(column, PartitionSpec(PROCESS), whole)

    def _spread(self, run: Run) -> tuple[Any, Any, Any]:
        """The rows that each device takes, which of them are real, and how many those are in each batch."""
        spec, sizes = PartitionSpec(None, PROCESS, DEVICE), self._placed(run.sizes, PartitionSpec(), run.sizes.shape)
        whole = (len(run.sizes), *self._mesh.devices.shape, run.rows.shape[-1])
        real = None if run.real is None else self._placed(run.real, spec, whole)
        return self._placed(run.rows, spec, whole), real, sizes

    def _placed(self, local: Any, spec: PartitionSpec, whole: tuple[int, ...]) -> Any:
        return jax.make_array_from_process_local_data(NamedSharding(self._mesh, spec), local, whole)

    # What is traced

    def _compiled(self) -> Any:
        everywhere, spread = PartitionSpec(), PartitionSpec(None, PROCESS, DEVICE)
        run = jax.shard_map(
            self._learned,
            mesh=self._mesh,
            in_specs=(everywhere, PartitionSpec(PROCESS), (spread, spread, everywhere)),
            out_specs=everywhere,
            check_vma=False,
        )

        def epoch(now: Any, data: Any, runs: Any) -> Any:
            carry = (now, (jnp.zeros(()), jnp.zeros((), int), jnp.asarray(True)))
            for rows, real, sizes in runs:
                carry = run(carry, data, (rows, real, sizes))
            now, (cost, learned, _) = carry
            return now, (cost, learned)

        return jax.jit(epoch, donate_argnums=0)

    def _learned(self, carry: Any, data: Sequence[Any], run: Any) -> Any:
        """Step down the gradient of batch after batch, on each device with its own rows."""
        return jax.lax.scan(lambda before, batch: (self._step(before, data, batch), None), carry, run)[0]

    def _step(self, before: Any, data: Sequence[Any], batch: Any) -> Any:
        (parameters, state, steps), (cost, learned, well) = before
        chosen, real, size = batch
        here = chosen.size
        axes = (PROCESS, DEVICE) if self._mesh.size > 1 else ()
        samples = size if real is not None else here * self._mesh.size
        rows = Rows(here, samples, None if real is None else real.reshape(here), axes)
        found = traced(self._plan, [column[chosen.reshape(here)] for column in data], parameters, rows)
        alarm = found.unfit | jnp.any(found.off_path < here)
        if axes:
            alarm = jax.lax.pmax(alarm.astype(int), axes) > 0
        well &= ~alarm & jnp.isfinite(found.cost) & jnp.all(jnp.isfinite(found.gradient))
        new = dict(state)
        stepped = self._rule(Functional, parameters, found.gradient, new, steps + 1), new, steps + 1
        # From the first batch that goes wrong on nothing changes, and the host looks into it.
        now = jax.tree.map(lambda after, as_was: jnp.where(well, after, as_was), stepped, (parameters, state, steps))
        cost = jnp.where(well, cost + found.cost * samples, cost)
        return now, (cost, learned + well, well)


def _filled_up(column: Batch, rows: int) -> Batch:
    """A column with its last row repeated."""
    return np.concatenate([column, np.repeat(column[-1:], rows - len(column), axis=0)])
