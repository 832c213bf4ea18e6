"""`Classifier`: an `MLP` that tells classes apart, under scikit-learn's conventions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from autograd.errors import ArgumentError
from autograd.words import keywords_told

from ..costs import cross_entropy
from ..networks.activations import Activation
from ..optimisers.optimiser import Optimiser
from ..optimisers.schedules import Schedule
from .conventions import classes_of, codes_of, labels_of, refuse_no_targets, sample_weights_of
from .estimator import Network
from .learners import class_weights_by_code, learn_batch, learn_from, learner_of, refuse_early_stopping

Matrix = npt.NDArray[np.float64]


class Classifier(Network):
    """An `MLP` that tells classes apart, as scikit-learn's classifiers do: pipelines, grid search, cross-validation.

    Its network has an output for each class, the cost is `cross_entropy`. scikit-learn need not be installed.

    Parameters
    ----------
    hidden : sequence of int, or int
        Neurons of each hidden layer; ``()`` for none.
    activation : str or callable
        Of the hidden layers.
    optimiser : {"adam", "adamw", "nesterov", "rmsprop", "sgd"} or callable
        What makes an `Optimiser` of the learning rate: ``functools.partial(nn.SGD, momentum=0.9)``.
    learning_rate : float or callable
        Above 0, or a function of the epoch, such as `cosine`.
    weight_decay : float
        At least 0; see `Optimiser`.
    epochs : int
        The most that are learned.
    batch_size : int
        At least 1.
    tolerance, patience : float and int
        The training ends where so many epochs in a row lower the cost by no more than the tolerance.
    early_stopping : bool
        Whether that is gone by the cost of samples that are held out and never learned from; the parameters are then
        those of the best epoch.
    validation_fraction : float
        What share of each class is held out then, between 0 and 1; at least one sample.
    class_weight : "balanced" or dict, optional
        How much the cost of a sample counts, by its label; others count 1. See `fit`.
    standardise : bool
        Whether each input is brought to mean 0 and variance 1 first, by the samples learned from.
    random_state : int, Generator, RandomState or None
        Decides first weights, order and what is held out; None takes them from NumPy's global random numbers.
    progress : bool
        Whether to show the epochs.
    backend : {"numpy", "jax", "reference"}
        What runs it, as in `compile`.

    Attributes
    ----------
    classes_ : ndarray, shape (classes,)
        The labels, sorted.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        A frame's columns, where they are texts.
    network_, scaling_, optimiser_, loss_curve_, validation_curve_, n_iter_
        What was learned.

    Examples
    --------
    >>> import nn
    >>> model = nn.Classifier(hidden=(8,), random_state=0)
    >>> X, y = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], ["same", "other", "other", "same"]
    >>> model.fit(X, y).predict(X).tolist()
    ['same', 'other', 'other', 'same']
    """

    classes_: npt.NDArray[Any]
    class_weight: Mapping[Any, float] | str | None

    @keywords_told("nn.Classifier")
    def __init__(
        self,
        hidden: Sequence[int] | int = (30,),
        activation: Activation = "relu",
        *,
        optimiser: str | Callable[..., Optimiser] = "adam",
        learning_rate: float | Schedule = 0.01,
        weight_decay: float = 0.0,
        epochs: int = 200,
        batch_size: int = 32,
        tolerance: float = 1e-4,
        patience: int = 10,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        class_weight: Mapping[Any, float] | str | None = None,
        standardise: bool = True,
        random_state: Any = None,
        progress: bool = False,
        backend: str = "numpy",
    ) -> None:
        self._begin(locals())

    @keywords_told("model.fit")
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Learn anew from samples and their labels.

        Parameters
        ----------
        X : array-like, shape (samples, features)
            Finite numbers: an array, lists, a frame, a tensor. Not sparse.
        y : array-like, shape (samples,)
            Labels of one kind: texts, whole numbers, booleans; at least two different ones.
        sample_weight : array-like, shape (samples,), or float, optional
            How much the cost of each sample counts, 1 if not given: a weight of 2 is that of a sample that comes twice.

        Returns
        -------
        Classifier
            Itself.

        Raises
        ------
        OperandError, ShapeError, ArgumentError
            If a parameter, samples or labels cannot be used; what was learned before is kept.
        NonFiniteError
            If the training diverges.
        """
        refuse_no_targets(y, type(self).__name__)
        rows = self._samples(X, again=False)
        labels, of_samples = labels_of(y, len(rows)), sample_weights_of(sample_weight, len(rows))
        classes = classes_of(labels)
        codes = codes_of(labels, classes)
        learner = learner_of(self, rows.shape[1], len(classes))
        weights = class_weights_by_code(self.class_weight, classes)
        learn_from(self, learner, rows, codes, cross_entropy, codes, weights, of_samples)
        self._keep(learner, X)
        self.classes_ = classes
        return self

    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Self:
        """Learn one epoch from these samples, from where the samples before led.

        Inputs are standardised by all samples so far.

        Parameters
        ----------
        X, y
            As in `fit`; labels need not be of two classes.
        classes : array-like, shape (classes,)
            All labels that will come; must be given in the first call.
        sample_weight
            As in `fit`, beside the other samples of this call.

        Raises
        ------
        OperandError, ShapeError, ArgumentError
            As in `fit`; also if classes are missing in the first call, are others than before, or if samples cannot
            be held out or weighed because others are still to come.
        """
        refuse_no_targets(y, type(self).__name__)
        refuse_early_stopping(self)
        begins = not self.__sklearn_is_fitted__()
        rows = self._samples(X, again=not begins)
        known = self._known_classes(classes, begins)
        codes, of_samples = codes_of(labels_of(y, len(rows)), known), sample_weights_of(sample_weight, len(rows))
        weights = class_weights_by_code(self.class_weight, known, in_parts=True)
        learner = learner_of(self, rows.shape[1], len(known)) if begins else self._learner
        learn_batch(self, learner, rows, codes, cross_entropy, weights, of_samples)
        if begins:
            self._keep(learner, X)
            self.classes_ = known
        return self

    def _known_classes(self, given: Any, begins: bool) -> npt.NDArray[Any]:
        if begins and given is None:
            raise ArgumentError("classes: expected all labels that will come, in the first partial_fit, got None")
        if given is None:
            return self.classes_
        classes = classes_of(given)
        if not begins and not np.array_equal(classes, self.classes_):
            raise ArgumentError(
                f"classes: expected {self.classes_.tolist()!r:.60} as before, got {classes.tolist()!r:.60}"
            )
        return classes

    def decision_function(self, X: Any) -> Matrix:
        """The logarithms of the odds of two classes, shape (samples,); for more the z of each, (samples, classes)."""
        z = self._outputs(X)
        return z[:, 1] - z[:, 0] if z.shape[1] == 2 else z

    def predict_log_proba(self, X: Any) -> Matrix:
        """The logarithm of each class's probability, exact where that rounds to 0, shape (samples, classes)."""
        z = self._outputs(X)
        z = z - z.max(axis=1, keepdims=True)
        return np.asarray(z - np.log(np.exp(z).sum(axis=1, keepdims=True)))

    def predict_proba(self, X: Any) -> Matrix:
        """The probability of each class, in the order of ``classes_``, shape (samples, classes): the softmax of z."""
        return np.exp(self.predict_log_proba(X))

    def predict(self, X: Any) -> npt.NDArray[Any]:
        """The label of the likeliest class, shape (samples,)."""
        outputs = self._outputs(X)
        return np.asarray(self.classes_[outputs.argmax(axis=1)])

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """The share of samples, or of their weights, whose label is predicted, 0..1."""
        predicted = self.predict(X)
        weights = sample_weights_of(sample_weight, len(predicted))
        return float(np.average(predicted == labels_of(y, len(predicted)), weights=weights))

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import ClassifierTags, InputTags, Tags, TargetTags

        return Tags("classifier", TargetTags(required=True), classifier_tags=ClassifierTags(), input_tags=InputTags())
