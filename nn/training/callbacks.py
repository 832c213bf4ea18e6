"""Callbacks: functions of a user's own that are called after each epoch of a training."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd.errors import OperandError

from ..module import Module
from ..optimisers.optimiser import Optimiser
from .history import History
from .stopping import EarlyStopping


@dataclass(frozen=True)
class Epoch:
    """What a callback is told of an epoch that has ended.

    Attributes
    ----------
    number : int
        From 1; the epochs before a `resume` are counted.
    history : History
        What was measured, this epoch included: ``epoch.history.cost[-1]``.
    net : Module
        As it is now.
    optimiser : Optimiser
        Whose learning rate may be set, for the next epochs.
    """

    number: int
    history: History
    net: Module
    optimiser: Optimiser


Callback = Callable[[Epoch], Any]
"""Called after each epoch; where it returns True the training ends."""


def callbacks_of(given: Any) -> tuple[Callback, ...]:
    """The callbacks that `fit` was given: functions, or one by itself."""
    if isinstance(given, str) or not (callable(given) or hasattr(given, "__iter__")):
        raise _refusal(given)
    callbacks = (given,) if callable(given) else tuple(given)
    for callback in callbacks:
        if isinstance(callback, EarlyStopping):
            raise OperandError(f"callbacks: expected functions, got {callback}; give it as early_stopping=")
        if not callable(callback):
            raise _refusal(callback)
    return callbacks


def _refusal(given: Any) -> OperandError:
    return OperandError(
        f"callbacks: expected functions of an epoch, such as [lambda epoch: print(epoch.history)], got {given!r:.60}"
    )


def ends(callbacks: Sequence[Callback], epoch: Epoch) -> bool:
    """Call all of them; whether one says that the training ends."""
    answers = [callback(epoch) for callback in callbacks]
    return any(isinstance(answer, bool | np.bool_) and answer for answer in answers)
