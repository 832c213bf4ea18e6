"""What `Classifier` and `Regressor` have in common: a network that learns, under scikit-learn's conventions."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from autograd.words import attributes_told

from ..optimisers.optimiser import Optimiser
from .conventions import Estimator, agree_on_names, feature_names_of, samples_of
from .learners import Learner
from .scaling import Scaling

Matrix = npt.NDArray[np.float64]


@attributes_told("model")
class Network(Estimator):
    """An estimator whose samples go into a network: a learner is made, kept and asked."""

    _learner: Learner
    random_state: Any

    @property
    def network_(self) -> Any:
        """The `MLP` that was trained: to be drawn, told, saved. It takes inputs that `scaling_` scaled."""
        return self._fitted.network

    @property
    def scaling_(self) -> Scaling:
        """What is done to the inputs before the network sees them."""
        return self._fitted.scaling

    @property
    def optimiser_(self) -> Optimiser:
        """What `partial_fit` goes on with."""
        return self._fitted.optimiser

    @property
    def loss_curve_(self) -> list[float]:
        """The mean cost of each epoch."""
        return self._fitted.costs

    @property
    def validation_curve_(self) -> list[float]:
        """The mean cost of the samples held out, after each epoch; empty without early stopping."""
        return self._fitted.validation_costs

    @property
    def n_iter_(self) -> int:
        """How many epochs it has learned."""
        return len(self._fitted.costs)

    @property
    def _fitted(self) -> Learner:
        self._checked_fitted()
        return self._learner

    def __sklearn_is_fitted__(self) -> bool:
        return "_learner" in self.__dict__

    def _samples(self, X: Any, again: bool) -> Matrix:
        """Samples as rows of numbers; `again` with the features of those before."""
        known = self.__dict__ if again else {}
        rows = samples_of(X, known.get("n_features_in_"), type(self).__name__)
        agree_on_names(X, known.get("feature_names_in_"))
        return rows

    def _keep(self, learner: Learner, X: Any) -> None:
        """Remember what was learned, and the features it was learned from."""
        self._learner = learner
        self.n_features_in_ = learner.network.sizes[0]
        names = feature_names_of(X)
        if names is not None:
            self.feature_names_in_ = names
        else:
            self.__dict__.pop("feature_names_in_", None)

    def _outputs(self, X: Any) -> Matrix:
        """What the network makes of samples, shape (samples, outputs)."""
        learner = self._fitted
        outputs: Matrix = learner.network.predict(learner.scaling.scaled(self._samples(X, again=True)))
        return outputs
