"""When a training stops before its last epoch: early stopping, by the cost on samples that are held out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from autograd import Value
from autograd.errors import ArgumentError, OperandError
from autograd.parameters import Parameters
from autograd.words import keywords_told

from ..data import count_of, within

Vector = npt.NDArray[np.float64]


@keywords_told("nn.EarlyStopping")
@dataclass(frozen=True)
class EarlyStopping:
    """Ends a training of which the validation cost has stopped falling: ``nn.fit(..., early_stopping=...)``.

    Parameters
    ----------
    patience : int
        How many epochs in a row may bring nothing better, at least 1.
    minimum_change : float
        By how much a validation cost must be lower than the lowest before it to be better, at least 0.
    restore_best : bool
        Whether the parameters at the end, of whatever kind it is, are those of the epoch of the lowest validation
        cost, `History.best_epoch`; else those of the last epoch.

    Raises
    ------
    ArgumentError, OperandError
        If one is something else.
    """

    patience: int = 10
    minimum_change: float = 0.0
    restore_best: bool = True

    def __post_init__(self) -> None:
        count_of("EarlyStopping(patience)", self.patience)
        within("EarlyStopping(minimum_change)", self.minimum_change, 0.0, low_included=True)
        if not isinstance(self.restore_best, bool | np.bool_):
            raise ArgumentError(f"EarlyStopping(restore_best): expected True or False, got {self.restore_best!r:.60}")


def early_stopping_of(given: Any) -> EarlyStopping | None:
    """What `fit` was given as a rule; a whole number is its patience."""
    if given is None or isinstance(given, EarlyStopping):
        return given
    if isinstance(given, bool) or not isinstance(given, int | np.integer):
        raise OperandError(
            f"early_stopping: expected a number of epochs such as 10, or an nn.EarlyStopping, got {given!r:.60}"
        )
    return EarlyStopping(count_of("early_stopping", given))


class Watch:
    """How long nothing got better, and the parameters of the best epoch.

    All but the parameters follows from the validation costs of the epochs behind, which `note` takes one by one.

    Attributes
    ----------
    best : ndarray, shape (parameters,), or None
        The parameters of the epoch of the lowest validation cost, where they are to be restored.
    """

    def __init__(self, rule: EarlyStopping, parameters: Sequence[Value]) -> None:
        self.rule, self._parameters = rule, Parameters(parameters)
        self._lowest = self._to_beat = math.inf
        self._waited = 0
        self.best: Vector | None = None

    def note(self, cost: float) -> None:
        """The validation cost of an epoch, after which the parameters are as they are now."""
        if cost < self._lowest:
            self._lowest = cost
            if self.rule.restore_best:
                self.best = self.parameters
        better = cost < self._to_beat - self.rule.minimum_change
        self._to_beat, self._waited = (cost, 0) if better else (self._to_beat, self._waited + 1)

    def resume(self, costs: Sequence[float], last: Vector | None) -> None:
        """Go on after epochs of these validation costs, from the parameters `last`; those that are there are the best.

        Where `last` is None none were kept: the parameters that are there are those of the last epoch.
        """
        for cost in costs:
            self.note(cost)
        self.best = None
        if last is not None:
            self.best, self.parameters = self.parameters, last

    @property
    def is_over(self) -> bool:
        """Whether patience is at its end."""
        return self._waited >= self.rule.patience

    @property
    def parameters(self) -> Vector:
        """The parameters as they are now: a copy. What is assigned becomes their numbers."""
        return np.array(self._parameters.data)

    @parameters.setter
    def parameters(self, numbers: Vector) -> None:
        self._parameters.data = numbers

    def restore(self) -> None:
        """Bring the best parameters back."""
        if self.best is not None:
            self.parameters = self.best
