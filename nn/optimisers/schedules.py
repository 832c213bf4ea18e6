"""Schedules: learning rates that change from epoch to epoch."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from autograd.words import keywords_told

from ..data import count_of, within

Schedule = Callable[[int], float]
"""The learning rate of an epoch, from 0."""

# The epochs whose rates tell a function from another of the same name.
_TOLD = (0, 1, 2, 5, 10, 20, 50, 100)


@dataclass(frozen=True)
class _Cosine:
    start: float
    epochs: int
    end: float

    def __call__(self, epoch: int) -> float:
        share = min(epoch, self.epochs) / self.epochs
        return self.end + (self.start - self.end) * (1 + math.cos(math.pi * share)) / 2

    def __repr__(self) -> str:
        return f"cosine({self.start!r}, epochs={self.epochs!r}, end={self.end!r})"


@dataclass(frozen=True)
class _StepDecay:
    start: float
    every: int
    factor: float

    def __call__(self, epoch: int) -> float:
        return self.start * self.factor ** (epoch // self.every)

    def __repr__(self) -> str:
        return f"step_decay({self.start!r}, every={self.every!r}, factor={self.factor!r})"


@keywords_told("nn.cosine")
def cosine(start: float, *, epochs: int, end: float = 0.0) -> Schedule:
    """A learning rate that falls along half a cosine (Loshchilov and Hutter 2017, equation 5).

    ``end + (start - end) (1 + cos(pi epoch / epochs)) / 2``, and `end` from the epoch `epochs` on.

    Parameters
    ----------
    start : float
        Of epoch 0, above 0.
    epochs : int
        How many there are, at least 1.
    end : float
        At least 0.

    Raises
    ------
    ArgumentError, OperandError
        If one is something else.

    Examples
    --------
    >>> rate = cosine(0.5, epochs=4)
    >>> [round(rate(epoch), 3) for epoch in range(6)]
    [0.5, 0.427, 0.25, 0.073, 0.0, 0.0]
    """
    return _Cosine(
        within("cosine(start)", start, 0.0),
        count_of("cosine(epochs)", epochs),
        within("cosine(end)", end, 0.0, low_included=True),
    )


@keywords_told("nn.step_decay")
def step_decay(start: float, *, every: int, factor: float = 0.1) -> Schedule:
    """A learning rate that is multiplied by a factor every so many epochs: ``start * factor ** (epoch // every)``.

    Parameters
    ----------
    start : float
        Of epoch 0, above 0.
    every : int
        How many epochs have the same, at least 1.
    factor : float
        0..1, without both.

    Raises
    ------
    ArgumentError, OperandError
        If one is something else.

    Examples
    --------
    >>> rate = step_decay(0.5, every=2, factor=0.5)
    >>> [rate(epoch) for epoch in range(5)]
    [0.5, 0.5, 0.25, 0.25, 0.125]
    """
    return _StepDecay(
        within("step_decay(start)", start, 0.0),
        count_of("step_decay(every)", every),
        within("step_decay(factor)", factor, 0.0, 1.0),
    )


def rate_at(schedule: Schedule, epoch: int) -> float:
    """The rate of an epoch.

    Raises
    ------
    OperandError, ArgumentError
        If the schedule returns no finite number of at least 0.
    """
    return within(f"learning_rate({epoch})", schedule(epoch), 0.0, low_included=True)


def name_of(schedule: Schedule) -> str:
    """What a schedule is called, as it is typed if it is one of those above."""
    if isinstance(schedule, _Cosine | _StepDecay):
        return repr(schedule)
    return str(getattr(schedule, "__name__", type(schedule).__name__))


def settings_of(schedule: Schedule) -> str:
    """A text that another schedule does not have; of a function the name, and some rates that it gives."""
    if isinstance(schedule, _Cosine | _StepDecay):
        return repr(schedule)
    rates = ", ".join(f"{_tried(schedule, epoch):.6g}" for epoch in _TOLD)
    return f"{name_of(schedule)} with {rates} at {', '.join(map(str, _TOLD))}"


def _tried(schedule: Schedule, epoch: int) -> float:
    """A rate of an epoch that may never come, which a function need not have."""
    try:
        return rate_at(schedule, epoch)
    except Exception:
        return math.nan
