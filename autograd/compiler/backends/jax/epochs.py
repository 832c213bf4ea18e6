"""Epochs: a training on the devices. An epoch is one program, from which the host hears once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from ...arguments import columns
from ...plan.instructions import Piece, Scatter
from ...plan.plan import Plan
from ..base import Batch
from ..rules import Rules, State
from .devices import settings
from .processes import count, devices_of_all, gathered, own
from .schedule import Run, scheduled
from .trace import Rows, traced
from .watched import require_arrays

PROCESS, DEVICE = "process", "device"

_FLOATS = np.dtype(np.float64)

# Into how many pieces parameters are cut: XLA's time to compile a step grows with them.
_PIECES = 32


def _without_out(function: Callable[..., Any]) -> Any:
    """A function whose ``out`` has no meaning."""
    return staticmethod(lambda *operands, out=None: function(*operands))


class Functional:
    """What an optimiser's rule calls, of arrays that never change."""

    add, subtract, multiply = _without_out(jnp.add), _without_out(jnp.subtract), _without_out(jnp.multiply)
    divide, sqrt, absolute = _without_out(jnp.divide), _without_out(jnp.sqrt), _without_out(jnp.absolute)
    maximum, minimum = _without_out(jnp.maximum), _without_out(jnp.minimum)
    max, sum = _without_out(jnp.max), _without_out(jnp.sum)


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
    data : sequence of ndarray, shape (samples, ...)
        This process's samples, one array for each argument, but for those that each epoch gives.
    batch_size : int
        Of all processes together; at least as many as devices.
    rules : Rules
    devices : list
        Those of this process; every process gives as many.
    watched : bool
        Whether every gradient must be looked at. Else the parameters at an epoch's end tell whether all were finite,
        which holds of rules that make no finite parameter of an infinite slope.
    learned : ndarray of bool, shape (parameters,)
        Which parameters are changed; the others stay as they are.

    Attributes
    ----------
    samples : int
        How many all processes have, in the order of the processes.
    """

    def __init__(
        self,
        plan: Plan,
        data: Sequence[Batch],
        batch_size: int,
        rules: Rules,
        devices: Sequence[Any],
        watched: bool,
        learned: npt.NDArray[np.bool_],
    ) -> None:
        require_arrays(plan)
        self._plan, self._rules, self._batch_size = plan, rules, batch_size
        self._mesh = Mesh(np.array(devices_of_all(list(devices))), (PROCESS, DEVICE))
        self._counts = gathered(len(data[0]))
        self.samples = int(self._counts.sum())
        with settings(_FLOATS):
            self._data = [*map(self._on_devices, columns(data))]
        self._cuts = _cuts(plan, learned)
        self._learns, self._is_learned = learned, learned[self._cuts[:-1]].tolist()
        self._careful = self._compiled(True)
        self._quick = self._careful if watched else self._compiled(False)

    def start(self, parameters: Batch, state: State, steps: int) -> None:
        """Bring parameters and an optimiser's state to the devices."""
        now = self._cut(parameters), {name: self._cut(vector) for name, vector in state.items()}, np.int64(steps)
        with settings(_FLOATS):
            self._now = jax.device_put(now, NamedSharding(self._mesh, PartitionSpec()))

    def epoch(self, order: npt.NDArray[np.intp], rate: float, *fresh: Batch) -> Outcome:
        """Learn from the samples of all processes, in an order and at a learning rate that all give alike.

        Arguments of the plan that change from epoch to epoch are given anew, in `fresh`, after those that do not.
        """
        runs = scheduled(order, self._batch_size, self._counts, own(), self._mesh.devices.shape[1])
        with settings(_FLOATS):
            data = [*self._data, *map(self._on_devices, columns(fresh))]
            spread = [self._spread(run) for run in runs]
            everywhere = jax.device_put(np.float64(rate), NamedSharding(self._mesh, PartitionSpec()))
            now, told = self._quick(self._now, data, spread, everywhere)
            if not told[-1] and self._quick is not self._careful:
                # Something is not finite, or outside a domain: once more, with a look at every batch.
                now, told = self._careful(self._now, data, spread, everywhere)
            self._now = now
            cost, learned, _ = jax.device_get(told)
        return Outcome(float(cost), int(learned))

    @property
    def now(self) -> tuple[Batch, State, int]:
        """The parameters, the optimiser's state and how many steps were taken, as NumPy arrays."""
        parameters, state, steps = jax.tree.map(lambda part: np.array(part.addressable_data(0)), self._now)
        return np.concatenate(parameters), {name: np.concatenate(cut) for name, cut in state.items()}, int(steps)

    def _cut(self, vector: Any) -> list[Any]:
        """A vector of all parameters in the pieces that the plan reads and writes: XLA need not join them."""
        return [vector[start:stop] for start, stop in pairwise(self._cuts)]

    # What lies where

    def _on_devices(self, column: Batch) -> Any:
        """A process's samples, on each of its devices: as floats, for a program computes with nothing else."""
        column = _filled_up(column.astype(_FLOATS, copy=False), int(self._counts.max()))
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

    def _compiled(self, careful: bool) -> Any:
        everywhere, spread = PartitionSpec(), PartitionSpec(None, PROCESS, DEVICE)
        run = jax.shard_map(
            partial(self._learned, careful),
            mesh=self._mesh,
            in_specs=(everywhere, PartitionSpec(PROCESS), (spread, spread, everywhere), everywhere),
            out_specs=everywhere,
            check_vma=False,
        )

        def epoch(now: Any, data: Any, runs: Any, rate: Any) -> Any:
            carry = (now, (jnp.zeros(()), jnp.zeros((), int), jnp.asarray(True)))
            for rows, real, sizes in runs:
                carry = run(carry, data, (rows, real, sizes), rate)
            now, (cost, learned, well) = carry
            finite = [jnp.all(jnp.isfinite(part)) for part in (cost, *jax.tree.leaves(now))]
            return now, (cost, learned, well & jnp.all(jnp.stack(finite)))

        return jax.jit(epoch)

    def _learned(self, careful: bool, carry: Any, data: Sequence[Any], run: Any, rate: Any) -> Any:
        """Step down the gradient of batch after batch, on each device with its own rows."""

        def step(before: Any, batch: Any) -> Any:
            return self._step(careful, before, data, batch, self._rules.at(rate)), None

        now, told = jax.lax.scan(step, carry, run)[0]
        cost, learned, well = told
        # Without a look at every batch, the devices ask one another once how it went.
        return now, (cost, learned, jax.lax.pmin(well.astype(int), (PROCESS, DEVICE)) > 0)

    def _step(self, careful: bool, before: Any, data: Sequence[Any], batch: Any, rules: Rules) -> Any:
        (parameters, state, steps), (cost, learned, well) = before
        chosen, real, size = batch
        here = chosen.size
        axes = (PROCESS, DEVICE) if self._mesh.size > 1 else ()
        samples = size if real is not None else here * self._mesh.size
        rows = Rows(here, samples, None if real is None else real.reshape(here), axes)
        columns = [column[chosen.reshape(here)] for column in data]
        found = traced(self._plan, columns, jnp.concatenate(parameters), rows)
        alarm = found.unfit | jnp.any(found.off_path < here)
        if careful and axes:
            alarm = jax.lax.pmax(alarm.astype(int), axes) > 0
        well &= ~alarm
        if careful:
            well &= jnp.isfinite(found.cost) & jnp.all(jnp.isfinite(found.gradient))
        gradient = found.gradient if self._learns.all() else jnp.where(self._learns, found.gradient, 0.0)
        gradient = rules.clipped(Functional, gradient)
        now = self._stepped(parameters, self._cut(gradient), state, steps + 1, rules)
        cost = cost + found.cost * samples
        if careful:
            # From the first batch that goes wrong on nothing changes, and the host looks into it.
            as_was = (parameters, state, steps), before[1][0]
            now, cost = jax.tree.map(lambda new, old: jnp.where(well, new, old), (now, cost), as_was)
        return now, (cost, learned + well, well)

    def _stepped(self, parameters: Any, gradient: Any, state: State, steps: Any, rules: Rules) -> Any:
        """The optimiser's rule, piece by piece."""
        stepped, states = [], {name: list(cut) for name, cut in state.items()}
        for piece, (data, grad) in enumerate(zip(parameters, gradient, strict=True)):
            if not self._is_learned[piece]:
                stepped.append(data)
                continue
            own_state = {name: cut[piece] for name, cut in states.items()}
            grad = rules.decayed(Functional, data, grad)
            stepped.append(rules.rule(Functional, data, grad, own_state, steps))
            for name, vector in own_state.items():
                states[name][piece] = vector
        return stepped, states, steps


def _cuts(plan: Plan, learned: npt.NDArray[np.bool_]) -> list[int]:
    """Where the longest pieces begin and end that the plan writes its gradient in, and what is learned."""
    assert plan.gradient is not None
    written = [made for made in plan.instructions if made.out is plan.gradient.array and isinstance(made, Scatter)]
    runs = [(int(piece.index[0]), len(piece.index)) for made in written for piece in made.pieces if _is_run(piece)]
    longest = sorted(runs, key=lambda run: run[1])[-_PIECES:]
    ends = (np.flatnonzero(np.diff(learned)) + 1).tolist()
    return sorted({0, plan.gradient.size, *ends}.union(*({first, first + count} for first, count in longest)))


def _is_run(piece: Piece) -> bool:
    """Whether it goes to positions that follow one another."""
    return bool((np.diff(piece.index) == 1).all())


def _filled_up(column: Batch, rows: int) -> Batch:
    """A column with its last row repeated."""
    return np.concatenate([column, np.repeat(column[-1:], rows - len(column), axis=0)])
