"""A trainer on the machine of numba: stretches of many batches are one call, from the rows taken to the update."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import cached_property

import numpy as np

from autograd.compiler.arguments import columns
from autograd.compiler.backends.numba.training import Stretch, Training
from autograd.compiler.backends.numba.updates import Unreadable

from ..networks.samples import arrays_in, taken
from ..optimisers.optimiser import Optimiser
from .trainers import CompiledTrainer, Matrix, Order, batches

# How long a call should take: so long Ctrl-C waits.
_SECONDS = 0.05
# After so many batches in a row that the machine objects to, the others of the epoch are learned one by one.
_PATIENCE = 3


class MachineTrainer(CompiledTrainer):
    """Learns what a `CompiledTrainer` learns, in stretches of batches; one that the machine objects to as that does.

    So is everything where the optimiser's update is not elementwise, or what is learned lies apart in memory.
    """

    _batches_at_once = 8

    def epoch(self, order: Order, *fresh: Matrix) -> float:
        """See `Trainer`."""
        training, size = self._training, self._batch_size
        left, summed, faults = order, 0.0, 0
        while training is not None and len(left) and faults < _PATIENCE and self.all_parameters.view is not None:
            count = max(1, min(len(left) // size, self._batches_at_once))
            rows = left[: count * size].reshape(count, -1)
            stretch = self._learned_from(training, rows, columns(fresh))
            summed += stretch.cost
            left = left[stretch.learned * rows.shape[1] :]
            faults = 0 if stretch.learned else faults + 1
            if stretch.learned < count:
                summed += self.learn([left[:size]], *fresh)
                left = left[size:]
        return (summed + self.learn(batches(left, size), *fresh)) / len(order)

    def _learned_from(self, training: Training, rows: Order, fresh: Sequence[Matrix]) -> Stretch:
        """A stretch of batches, of which the Values and the optimiser know."""
        optimiser, parameters, data = self._optimiser, self.parameters, self.all_parameters.view
        assert data is not None
        state = {name: np.zeros(len(parameters)) for name in optimiser.vectors} | optimiser.state_of(parameters)
        stretch = training.stretch(rows, optimiser.learning_rate, data, state, optimiser.steps, fresh)
        began = time.perf_counter()
        try:
            stretch.run()
        finally:  # Ctrl-C waits for the machine, and comes here
            optimiser.restore(parameters, state, optimiser.steps + stretch.learned)
            self.all_parameters.data = data
        seconds = (time.perf_counter() - began) / len(rows)
        self._batches_at_once = max(1, int(_SECONDS / seconds))
        return stretch

    @cached_property
    def _training(self) -> Training | None:
        """What learns on the machine, where that can be."""
        kind = type(self._optimiser)
        if kind.rule is Optimiser.rule or kind.update is not Optimiser.update or kind.step is not Optimiser.step:
            return None
        sample = [taken(one, slice(1)) for one in (*self._data, *self._fresh)]
        learned = set(self.parameters)
        read = self._learned.record(*sample).parameters
        places, plan = np.flatnonzero([value in learned for value in read]), self._learned.plan
        if plan.gradient is None or places[-1] - places[0] >= len(places):
            return None
        arrays = [array for samples in self._data for array in arrays_in(samples)]
        part = slice(int(places[0]), int(places[-1]) + 1)
        try:
            return Training(plan, columns(arrays), self._optimiser, self._optimiser.vectors, part)
        except Unreadable:
            return None
