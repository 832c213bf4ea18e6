"""Trainings that diverge: the numbers grow from step to step until they are none, or nearly."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence

from autograd.errors import NonFiniteError

from ..optimisers.optimiser import Optimiser

_EXPLODING = 1e6


def diverged(error: NonFiniteError, epoch: int, batch: int, optimiser: Optimiser) -> NonFiniteError:
    """The error that says so, with that of the operation where it came out as a note."""
    told = NonFiniteError(
        f"fit: expected finite numbers, got NaN or infinity in epoch {epoch}, batch {batch}, with learning rate "
        f"{optimiser.learning_rate:g}: the training diverges; {_remedy(optimiser)}"
    )
    told.add_note(str(error))
    return told


def warn_of_explosion(costs: Sequence[float], optimiser: Optimiser) -> None:
    """Warn where the last cost of a training is over a million, and a million times the lowest before."""
    lowest = min(costs[:-1], default=math.inf)
    if costs and costs[-1] > _EXPLODING * max(lowest, 1.0):
        warnings.warn(
            f"fit: the cost rose from {lowest:.4g} to {costs[-1]:.4g} in {len(costs)} epochs, with learning rate "
            f"{optimiser.learning_rate:g}: the training diverges; {_remedy(optimiser)}",
            RuntimeWarning,
            stacklevel=5,
        )


def _remedy(optimiser: Optimiser) -> str:
    return f"lower the rate, say to {optimiser.learning_rate / 10:g}, and bring inputs and targets near to -1..1"
