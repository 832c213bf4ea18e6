"""How an estimator learns: a network and all that goes on with it, made of parameters, trained by `fit`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from autograd.errors import ArgumentError, OperandError
from autograd.reals import as_float

from ..costs import Weighted
from ..data import count_of, within
from ..networks.mlp import MLP
from ..networks.programs import Cost
from ..optimisers.optimiser import Optimiser
from ..optimisers.rules import SGD, Adam, AdamW, Nesterov, RMSprop
from ..training.callbacks import Epoch
from ..training.class_weights import weights_of
from ..training.fitting import fit
from ..training.stopping import EarlyStopping
from .conventions import random_of
from .scaling import Scaling

Matrix = npt.NDArray[np.float64]
Vector = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]

OPTIMISERS: dict[str, Any] = {"adam": Adam, "adamw": AdamW, "nesterov": Nesterov, "rmsprop": RMSprop, "sgd": SGD}
"""What makes an optimiser of a learning rate, by name."""


@dataclass
class Learner:
    """A network, and what its training goes on with.

    Attributes
    ----------
    network : MLP
    optimiser : Optimiser
    random : numpy.random.Generator
    scaling, target_scaling : Scaling
    costs, validation_costs : list of float
        Of each epoch.
    """

    network: MLP
    optimiser: Optimiser
    random: np.random.Generator
    scaling: Scaling
    target_scaling: Scaling
    costs: list[float] = field(default_factory=list)
    validation_costs: list[float] = field(default_factory=list)


def learner_of(settings: Any, inputs: int, outputs: int) -> Learner:
    """What an estimator's parameters say, before it has learned anything.

    Raises
    ------
    ArgumentError, OperandError
        If one cannot be used.
    """
    for name in ("standardise", "early_stopping", "progress"):
        if not isinstance(getattr(settings, name), bool | np.bool_):
            raise ArgumentError(f"{name}: expected True or False, got {getattr(settings, name)!r:.60}")
    random = random_of(settings.random_state)
    begins = "he" if settings.activation in ("relu", "softplus") else "xavier"
    sizes = [inputs, *_hidden_of(settings.hidden), outputs]
    network = MLP(sizes, settings.activation, output="linear", initialiser=begins, seed=_seed(random))
    return Learner(network, _optimiser_of(settings), random, Scaling.none(inputs), Scaling.none(outputs))


def _hidden_of(given: Any) -> list[int]:
    many = isinstance(given, list | tuple | np.ndarray)
    return [count_of("hidden", size) for size in (given if many else [given])]


def _optimiser_of(settings: Any) -> Optimiser:
    given = settings.optimiser
    make = OPTIMISERS.get(given) if isinstance(given, str) else given
    if not callable(make):
        raise ArgumentError(
            f"optimiser: expected one of {', '.join(OPTIMISERS)}, or a function that makes an nn.Optimiser of a "
            f"learning rate, got {given!r:.60}"
        )
    # Not handed on where it is 0, so that a function may have a decay of its own.
    decay = within("weight_decay", settings.weight_decay, 0.0, low_included=True)
    made = make(settings.learning_rate, **({"weight_decay": decay} if decay else {}))
    if not isinstance(made, Optimiser):
        raise OperandError(f"optimiser: expected a function that makes an nn.Optimiser, got {type(made).__name__}")
    return made


def _seed(random: np.random.Generator) -> int:
    return int(random.integers(2**32))


# Trainings


def learn_from(
    settings: Any,
    learner: Learner,
    X: Matrix,
    Y: npt.NDArray[Any],
    cost: Cost,
    classes: Codes | None = None,
    class_weight: Any = None,
    weights: Vector | None = None,
) -> None:
    """Learn from all samples, until nothing gets better or there were so many epochs.

    Parameters
    ----------
    settings : estimator
    learner : Learner
        Changed in place.
    X : ndarray, shape (samples, inputs)
    Y : ndarray, shape (samples,) of classes or (samples, outputs)
    cost : callable
    classes : ndarray, shape (samples,), optional
        Of each of which a share is held out for early stopping; else of all samples together.
    class_weight : as in `fit`
    weights : ndarray, shape (samples,), optional
        How much the cost of each sample counts, those held out included; what has none is left out.
    """
    X, Y, classes, weights = _weighty(X, Y, classes, weights)
    patience = count_of("patience", settings.patience)
    tolerance = within("tolerance", settings.tolerance, 0.0, low_included=True)
    share = within("validation_fraction", settings.validation_fraction, 0.0, 1.0)
    stopping: dict[str, Any] = {"callbacks": _Tolerance(tolerance, patience)}
    learned, held_out = np.arange(len(X)), np.arange(0)
    if settings.early_stopping:
        groups = np.zeros(len(X), dtype=int) if classes is None else classes
        learned, held_out = _parted(groups, share, learner.random)
    of_learned, of_held = (None, None) if weights is None else (weights[learned], weights[held_out])
    scalings = _scalings(settings, learner, X[learned], Y[learned], of_learned)
    if settings.early_stopping:
        rows, targets = _scaled(scalings, X[held_out], Y[held_out])
        held = rows, _with_weights(targets, of_held, learner.network.sizes[-1])
        stopping = {"validation": held, "early_stopping": EarlyStopping(patience, tolerance)}
    given = X[learned], Y[learned], cost, settings.epochs, class_weight, of_learned
    _run(settings, learner, scalings, *given, **stopping)


def learn_batch(
    settings: Any,
    learner: Learner,
    X: Matrix,
    Y: npt.NDArray[Any],
    cost: Cost,
    class_weight: Any = None,
    weights: Vector | None = None,
) -> None:
    """Learn one epoch from some samples among others; see `learn_from`."""
    if Y.ndim == 2 and Y.shape[1] != learner.network.sizes[-1]:
        raise ArgumentError(f"y: expected {learner.network.sizes[-1]} outputs as before, got {Y.shape[1]}")
    X, Y, _, weights = _weighty(X, Y, None, weights)
    _run(settings, learner, _scalings(settings, learner, X, Y, weights), X, Y, cost, 1, class_weight, weights)


def _scalings(
    settings: Any, learner: Learner, X: Matrix, Y: npt.NDArray[Any], weights: Vector | None
) -> tuple[Scaling, Scaling]:
    """Of inputs, and of targets that are numbers: by the rows met before and these."""
    if not settings.standardise:
        return learner.scaling, learner.target_scaling
    of_targets = learner.target_scaling
    return learner.scaling.met(X, weights), of_targets.met(Y, weights) if Y.ndim == 2 else of_targets


def _scaled(scalings: tuple[Scaling, Scaling], X: Matrix, Y: npt.NDArray[Any]) -> tuple[Matrix, npt.NDArray[Any]]:
    of_inputs, of_targets = scalings
    return of_inputs.scaled(X), of_targets.scaled(Y) if Y.ndim == 2 else Y


def _run(
    settings: Any,
    learner: Learner,
    scalings: tuple[Scaling, Scaling],
    X: Matrix,
    Y: npt.NDArray[Any],
    cost: Cost,
    epochs: Any,
    class_weight: Any,
    weights: Vector | None,
    **stopping: Any,
) -> None:
    rows, targets = _scaled(scalings, X, Y)
    if weights is not None:
        targets, cost = _with_weights(targets, weights, learner.network.sizes[-1], class_weight), Weighted(cost)
        class_weight = None
    history = fit(
        learner.network,
        rows,
        targets,
        cost=cost,
        optimiser=learner.optimiser,
        epochs=epochs,
        batch_size=settings.batch_size,
        class_weight=class_weight,
        seed=_seed(learner.random),
        progress=settings.progress,
        backend=settings.backend,
        **stopping,
    )
    learner.scaling, learner.target_scaling = scalings
    learner.costs += history.cost
    learner.validation_costs += history.validation_cost


class _Tolerance:
    """Ends a training whose cost has stopped falling, as scikit-learn's ``tol`` and ``n_iter_no_change``."""

    def __init__(self, tolerance: float, patience: int) -> None:
        self._tolerance, self._patience = tolerance, patience
        self._lowest, self._waited = math.inf, 0

    def __call__(self, epoch: Epoch) -> bool:
        cost = epoch.history.cost[-1]
        self._waited = 0 if cost < self._lowest - self._tolerance else self._waited + 1
        self._lowest = min(self._lowest, cost)
        return self._waited >= self._patience


def refuse_early_stopping(settings: Any) -> None:
    """Raise an `ArgumentError` where samples would be held out of those that come in parts."""
    if settings.early_stopping is not False:
        raise ArgumentError(
            f"early_stopping: expected False with partial_fit, which decides nothing by itself, "
            f"got {settings.early_stopping!r:.60}; stop calling it instead"
        )


def _parted(groups: Codes, share: float, random: np.random.Generator) -> tuple[Codes, Codes]:
    """Places to learn from, and those held out: a share of each group, at least one sample of the largest."""
    held_out = np.zeros(len(groups), dtype=bool)
    for group in np.unique(groups):
        members = random.permutation(np.flatnonzero(groups == group))
        held_out[members[: min(round(share * len(members)), len(members) - 1)]] = True
    counts = np.bincount(groups)
    if not held_out.any() and counts.max() > 1:
        held_out[random.choice(np.flatnonzero(groups == counts.argmax()))] = True
    if not held_out.any():
        raise ArgumentError(
            f"validation_fraction: expected a share that holds out at least one sample, got {share:g} of "
            f"{len(groups)}; give more samples, or early_stopping=False"
        )
    return np.flatnonzero(~held_out), np.flatnonzero(held_out)


# Weights


def _weighty(
    X: Matrix, Y: npt.NDArray[Any], classes: Codes | None, weights: Vector | None
) -> tuple[Matrix, npt.NDArray[Any], Codes | None, Vector | None]:
    """Samples without those that have a weight of 0."""
    if weights is None or weights.all():
        return X, Y, classes, weights
    kept = weights > 0.0
    return X[kept], Y[kept], None if classes is None else classes[kept], weights[kept]


def _with_weights(Y: npt.NDArray[Any], weights: Vector | None, outputs: int, class_weight: Any = None) -> Any:
    """Targets for a `Weighted` cost: the weights, brought to a mean of 1, times those of the classes, beside them."""
    if weights is None:
        return Y
    beside = weights / weights.mean()
    if class_weight is not None:
        beside *= weights_of(class_weight, np.bincount(Y, weights, minlength=outputs).astype(float))[Y]
    return Y if Y.ndim == 2 else np.eye(outputs)[Y], beside


def class_weights_by_code(given: Any, classes: npt.NDArray[Any], in_parts: bool = False) -> Any:
    """What `fit` takes: weights by the places of labels.

    Raises
    ------
    ArgumentError, OperandError
        If it has a label that is no class, is something else, or "balanced" while not all samples are known.
    """
    if isinstance(given, str) and given == "balanced":
        if in_parts:
            raise ArgumentError(
                'class_weight: expected weights by label with partial_fit, got "balanced", which needs all samples'
            )
        return given
    if given is None:
        return None
    if not isinstance(given, Mapping):
        raise OperandError(f'class_weight: expected "balanced" or a dict of weights by label, got {given!r:.60}')
    places = {label: place for place, label in enumerate(classes.tolist())}
    for label, weight in given.items():
        if label not in places:
            raise ArgumentError(f"class_weight: expected labels among {list(places)!r:.60}, got {label!r:.40}")
        as_float(weight, f"class_weight[{label!r:.40}]")
    return {places[label]: weight for label, weight in given.items()}
