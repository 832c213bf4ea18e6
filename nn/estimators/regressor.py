"""`Regressor`: an `MLP` that comes near to numbers, under scikit-learn's conventions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from autograd.words import keywords_told

from ..costs import squared_error
from ..networks.activations import Activation
from ..networks.programs import Cost
from ..optimisers.optimiser import Optimiser
from ..optimisers.schedules import Schedule
from .conventions import numbers_to_meet, refuse_no_targets, sample_weights_of
from .estimator import Network
from .learners import learn_batch, learn_from, learner_of, refuse_early_stopping
from .scaling import Scaling

Matrix = npt.NDArray[np.float64]


class Regressor(Network):
    """An `MLP` that comes near to numbers, as scikit-learn's regressors do; one output or several.

    The parameters are those of `Classifier` but for `class_weight`; early stopping holds out a share of all samples.

    Parameters
    ----------
    cost : callable
        What is minimised, of the standardised targets: ``nn.squared_error``, ``nn.huber``...
    standardise : bool
        Whether each input, and each target while it is learned, is brought to mean 0 and variance 1.

    Attributes
    ----------
    target_scaling_ : Scaling
        What the network's outputs are of.
    n_features_in_, feature_names_in_, network_, scaling_, optimiser_, loss_curve_, validation_curve_, n_iter_
        As of a `Classifier`.

    Examples
    --------
    >>> import nn
    >>> model = nn.Regressor(hidden=(8,), random_state=1)
    >>> X, y = [[0.0], [1.0], [2.0], [3.0]], [0.0, 100.0, 200.0, 300.0]
    >>> model.fit(X, y).score(X, y) > 0.99
    True
    """

    cost: Cost

    @keywords_told("nn.Regressor")
    def __init__(
        self,
        hidden: Sequence[int] | int = (30,),
        activation: Activation = "relu",
        *,
        cost: Cost = squared_error,
        optimiser: str | Callable[..., Optimiser] = "adam",
        learning_rate: float | Schedule = 0.01,
        weight_decay: float = 0.0,
        epochs: int = 200,
        batch_size: int = 32,
        tolerance: float = 1e-4,
        patience: int = 10,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        standardise: bool = True,
        random_state: Any = None,
        progress: bool = False,
        backend: str = "numpy",
    ) -> None:
        self._begin(locals())

    @property
    def target_scaling_(self) -> Scaling:
        """What is done to the targets, and undone to the outputs."""
        return self._fitted.target_scaling

    @keywords_told("model.fit")
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Learn anew from samples and their targets.

        Parameters
        ----------
        X : array-like, shape (samples, features)
            Finite numbers: an array, lists, a frame, a tensor. Not sparse.
        y : array-like, shape (samples,) or (samples, outputs)
            Finite numbers; `predict` returns the shape that came.
        sample_weight : array-like, shape (samples,), or float, optional
            How much the cost of each sample counts, 1 if not given: a weight of 2 is that of a sample that comes twice.

        Returns
        -------
        Regressor
            Itself.

        Raises
        ------
        OperandError, ShapeError, ArgumentError
            If a parameter, samples or targets cannot be used; what was learned before is kept.
        NonFiniteError
            If the training diverges.
        """
        refuse_no_targets(y, type(self).__name__)
        rows = self._samples(X, again=False)
        targets, weights = numbers_to_meet(y, len(rows)), sample_weights_of(sample_weight, len(rows))
        learner = learner_of(self, rows.shape[1], 1 if targets.ndim == 1 else targets.shape[1])
        learn_from(self, learner, rows, _in_columns(targets), self.cost, weights=weights)
        self._keep(learner, X)
        self._axes = targets.ndim
        return self

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Learn one epoch from these samples, from where the samples before led.

        Inputs and targets are standardised by all samples so far.

        Parameters
        ----------
        X, y, sample_weight
            As in `fit`; weights are beside the other samples of this call.

        Raises
        ------
        OperandError, ShapeError, ArgumentError
            As in `fit`; also if targets have another shape than before, or samples cannot be held out because others
            are still to come.
        """
        refuse_no_targets(y, type(self).__name__)
        refuse_early_stopping(self)
        begins = not self.__sklearn_is_fitted__()
        rows = self._samples(X, again=not begins)
        targets = numbers_to_meet(y, len(rows))
        columns, weights = _in_columns(targets), sample_weights_of(sample_weight, len(rows))
        learner = learner_of(self, rows.shape[1], columns.shape[1]) if begins else self._learner
        learn_batch(self, learner, rows, columns, self.cost, weights=weights)
        if begins:
            self._keep(learner, X)
            self._axes = targets.ndim
        return self

    def predict(self, X: Any) -> Matrix:
        """The targets foretold, shape (samples,) or (samples, outputs) as in `fit`."""
        outputs = self._outputs(X)
        numbers = self._learner.target_scaling.unscaled(outputs)
        return numbers[:, 0] if self._axes == 1 else numbers

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """The coefficient of determination, see `r_squared`, 1 where all targets are met: the mean over outputs.

        An output of which all targets are the same counts 1 if it is met, else 0.
        """
        predicted = _in_columns(self.predict(X))
        targets = _in_columns(numbers_to_meet(y, len(predicted)))
        weights = sample_weights_of(sample_weight, len(predicted))
        missed = np.average((predicted - targets) ** 2, axis=0, weights=weights)
        mean = np.average(targets, axis=0, weights=weights)
        variation = np.average((targets - mean) ** 2, axis=0, weights=weights)
        same = variation == 0
        explained = 1.0 - missed / np.where(same, 1.0, variation)
        return float(np.where(same, missed == 0, explained).mean())

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import InputTags, RegressorTags, Tags, TargetTags

        targets = TargetTags(required=True, multi_output=True)
        return Tags("regressor", targets, regressor_tags=RegressorTags(), input_tags=InputTags())


def _in_columns(targets: Matrix) -> Matrix:
    return targets[:, None] if targets.ndim == 1 else targets
