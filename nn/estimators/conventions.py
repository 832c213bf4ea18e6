"""What scikit-learn expects of an estimator: parameters by name, checked samples, tags; without scikit-learn.

Its words stand in some messages, because its checks, and code that goes by them, look for them. It is imported only
where it asks, or where one of its classes is wanted and it is there.
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from autograd.errors import ArgumentError, AutogradError, KeywordError, OperandError, ShapeError
from autograd.reals import REAL, as_float
from autograd.text import shown
from autograd.words import refuse_keywords

from ..frames import array_of

Matrix = npt.NDArray[np.float64]


class Estimator:
    """Parameters by name: what is given at the beginning is kept as it is, and checked when something is fitted."""

    def _begin(self, given: Mapping[str, Any]) -> None:
        """Keep the parameters: the local variables of ``__init__``."""
        for name, value in given.items():
            if name != "self":
                setattr(self, name, value)

    @classmethod
    def _parameter_names(cls) -> list[str]:
        return sorted(name for name in inspect.signature(cls.__init__).parameters if name != "self")

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The parameters by name.

        Parameters
        ----------
        deep : bool
            Means nothing here, where no estimator holds another.
        """
        return {name: getattr(self, name) for name in self._parameter_names()}

    def set_params(self, **params: Any) -> Self:
        """Set parameters by name; returns the estimator itself.

        Raises
        ------
        ArgumentError
            If it has no such parameter; nothing is changed.
        """
        try:
            refuse_keywords(f"nn.{type(self).__name__}", type(self).__init__, params)
        except KeywordError as error:
            raise ArgumentError(str(error)) from None
        for name, value in params.items():
            setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        defaults = inspect.signature(type(self).__init__).parameters
        given = [
            f"{name}={getattr(self, name)!r}"
            for name, parameter in defaults.items()
            if name != "self" and repr(getattr(self, name)) != repr(parameter.default)
        ]
        return f"{type(self).__name__}({', '.join(given)})"

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "network_")

    def _checked_fitted(self) -> None:
        if not self.__sklearn_is_fitted__():
            name = type(self).__name__
            raise not_fitted(f"nn.{name}: expected it to be fitted, got it before; call fit(X, y) first")


# Errors and warnings


def not_fitted(message: str) -> AutogradError:
    """An error of this package that is also scikit-learn's ``NotFittedError`` where that is installed."""
    return _not_fitted_class()(message)


@functools.cache
def _not_fitted_class() -> type[AutogradError]:
    try:
        from sklearn.exceptions import NotFittedError as Theirs
    except ImportError:
        bases: tuple[type, ...] = (AutogradError, ValueError, AttributeError)
    else:
        bases = (AutogradError, Theirs)
    # Made here, it is found nowhere by its name: what travels between processes is the message.
    return type(
        "NotFittedError", bases, {"__reduce__": lambda self: (not_fitted, (str(self),)), "__module__": __name__}
    )


def conversion_warning() -> type[Warning]:
    """The class of warnings about targets in a column: scikit-learn's where it is in use."""
    exceptions = sys.modules.get("sklearn.exceptions")
    kind: type[Warning] = UserWarning if exceptions is None else exceptions.DataConversionWarning
    return kind


# Samples


def samples_of(given: Any, wanted: int | None, name: str) -> Matrix:
    """`given` as finite floats of shape (samples, features).

    Parameters
    ----------
    given : array-like
    wanted : int or None
        How many features there were in `fit`; any number if None.
    name : str
        What the estimator is called.

    Raises
    ------
    OperandError, ShapeError, ArgumentError
        If it is something else.
    """
    array = _numbers("X", given)
    if array.ndim != 2:
        raise ShapeError(
            f"X: expected shape (samples, features), got {array.shape}; Reshape your data: X.reshape(-1, 1) "
            "if it has a single feature, X.reshape(1, -1) if it is a single sample"
        )
    if 0 in array.shape:
        which = "sample" if not len(array) else "feature"
        raise ShapeError(
            f"X: expected samples of features, got 0 {which}(s) (shape={array.shape}) while a minimum of 1 is required."
        )
    if wanted is not None and array.shape[1] != wanted:
        raise ShapeError(
            f"X has {array.shape[1]} features, but {name} is expecting {wanted} features as input, as many as in fit"
        )
    return array


def _numbers(name: str, given: Any) -> Matrix:
    """`given` as finite floats; of an array of objects those that are texts of numbers are read."""
    try:
        array = np.asarray(given)
    except (TypeError, ValueError, RuntimeError):
        return array_of(name, given)  # says what is wrong with it
    if array.dtype.kind == "c":
        raise ArgumentError(f"{name}: expected real numbers, got complex ones: Complex data not supported")
    if array.dtype == object and array.ndim and not hasattr(given, "columns"):
        try:
            given = array.astype(float)
        except (TypeError, ValueError) as error:
            raise OperandError(f"{name}: expected real numbers, got others: {shown(str(error), 120)}") from None
    numbers = np.ascontiguousarray(array_of(name, given), dtype=float)
    finite = np.isfinite(numbers)
    if not finite.all():
        place = tuple(int(i) for i in np.argwhere(~finite)[0])
        found = "NaN" if np.isnan(numbers[place]) else "infinity"
        raise ArgumentError(f"{name}: expected finite numbers, got {found} at {place}; clean the data first")
    return numbers


def feature_names_of(given: Any) -> npt.NDArray[np.object_] | None:
    """The names of a frame's columns, where all are texts."""
    columns = list(getattr(given, "columns", ()))
    return np.array(columns, dtype=object) if columns and all(isinstance(one, str) for one in columns) else None


def agree_on_names(given: Any, known: npt.NDArray[np.object_] | None) -> None:
    """Raise an `ArgumentError` if a frame has other columns than that of `fit`, or the same in another order."""
    found = feature_names_of(given)
    if known is None or found is None or found.tolist() == known.tolist():
        return
    unseen, missing = sorted(set(found) - set(known)), sorted(set(known) - set(found))
    told = [
        f"{', '.join(map(repr, names[:5]))} {why}" for names, why in ((unseen, "new"), (missing, "missing")) if names
    ]
    raise ArgumentError(
        f"X: expected the feature names of fit, got {' and '.join(told) or 'them in another order'}; "
        "take X[estimator.feature_names_in_]"
    )


# Targets


def refuse_no_targets(y: Any, name: str) -> None:
    """Raise an `ArgumentError` if there are no targets."""
    if y is None:
        raise ArgumentError(f"y: {name} requires y to be passed, but the target y is None")


def labels_of(y: Any, samples: int) -> npt.NDArray[Any]:
    """Labels of any kind that sorts, shape (samples,).

    Raises
    ------
    ShapeError, ArgumentError, OperandError
        If they are not so many, go together several to a sample, or are no labels.
    """
    labels = np.asarray(y)
    if labels.ndim == 2 and labels.shape[1] == 1:
        _warn_of_column(labels.shape)
        labels = labels[:, 0]
    if labels.ndim != 1:
        raise ShapeError(
            f"y: expected a label for each sample, got shape {labels.shape}; for labels that go together use nn.fit "
            "with cost=nn.binary_cross_entropy"
        )
    if len(labels) != samples:
        raise ShapeError(f"y: expected {samples} labels, one for each sample, got {len(labels)}")
    kind = labels.dtype.kind
    if kind == "c":
        raise ArgumentError("y: expected labels, got complex numbers: Complex data not supported")
    if kind == "f" and not np.isfinite(labels).all():
        raise ArgumentError("y: expected labels, got NaN or infinity; leave these samples out")
    if kind == "f" and (labels != np.floor(labels)).any():
        raise ArgumentError(
            "y: expected labels, got numbers with fractions: Unknown label type: continuous; use nn.Regressor for them"
        )
    return labels


def _warn_of_column(shape: tuple[int, ...]) -> None:
    import warnings

    warnings.warn(
        f"A column-vector y was passed when a 1d array was expected: {shape}; give y.ravel()",
        conversion_warning(),
        stacklevel=5,
    )


def classes_of(labels: Any) -> npt.NDArray[Any]:
    """The different labels, sorted.

    Raises
    ------
    OperandError
        If they cannot be sorted.
    ArgumentError
        If there are fewer than two.
    """
    try:
        classes: npt.NDArray[Any] = np.unique(np.asarray(labels))
    except TypeError:
        kinds = sorted({type(label).__name__ for label in labels})
        raise OperandError(
            f"y: expected labels of one kind, got {' and '.join(kinds)}: Unknown label type: unknown; make them text"
        ) from None
    if len(classes) < 2:
        raise ArgumentError(f"y: expected at least two classes, got {len(classes)} class")
    return classes


def codes_of(labels: npt.NDArray[Any], classes: npt.NDArray[Any]) -> npt.NDArray[np.intp]:
    """The place of each label among the classes; an `ArgumentError` if one is not there."""
    try:
        codes = np.clip(np.searchsorted(classes, labels), 0, len(classes) - 1)
    except TypeError:
        known: npt.NDArray[np.bool_] = np.zeros(len(labels), dtype=bool)
    else:
        known = np.asarray(classes[codes] == labels)
    if not known.all():
        raise ArgumentError(
            f"y: expected the classes {shown(str(classes.tolist()), 60)}, got {labels[~known].tolist()[0]!r:.40}"
        )
    return codes


def numbers_to_meet(y: Any, samples: int) -> Matrix:
    """Targets of a regression, shape (samples,) or (samples, outputs)."""
    array = _numbers("y", y)
    if array.ndim > 2 or len(array) != samples or (array.ndim == 2 and not array.shape[1]):
        raise ShapeError(f"y: expected shape ({samples},) or ({samples}, outputs), got {array.shape}")
    return array


def sample_weights_of(given: Any, samples: int) -> Matrix | None:
    """The weight of each sample, shape (samples,), of a weight for each or one for all; None where none was given.

    Raises
    ------
    OperandError, ShapeError, ArgumentError
        If they are not so many numbers of at least 0, of which one is above.
    """
    if given is None:
        return None
    weights = _numbers("sample_weight", [as_float(given)] * samples if isinstance(given, REAL) else given)
    if weights.shape != (samples,):
        raise ShapeError(f"sample_weight: expected {samples} weights, one for each sample, got shape {weights.shape}")
    if (weights < 0).any() or not weights.any():
        came = "zero for all" if not weights.any() else f"{weights.min():g}"
        raise ArgumentError(f"sample_weight: expected weights of at least 0, one of them above, got {came}")
    return weights


# Chance


def random_of(random_state: Any) -> np.random.Generator:
    """The random numbers of a ``random_state``.

    Parameters
    ----------
    random_state : int, None, RandomState or Generator
        A whole number repeats; None takes a beginning from NumPy's global state, which ``np.random.seed`` sets, a
        RandomState one from itself; a Generator is used as it is, and goes on.

    Raises
    ------
    ArgumentError
        If it is something else.
    """
    if isinstance(random_state, np.random.Generator):
        return random_state
    if random_state is None or isinstance(random_state, np.random.RandomState):
        source = np.random if random_state is None else random_state
        return np.random.default_rng(int(source.randint(2**31)))
    if isinstance(random_state, int | np.integer) and not isinstance(random_state, bool) and random_state >= 0:
        return np.random.default_rng(int(random_state))
    raise ArgumentError(
        f"random_state: expected a whole number of at least 0, a numpy Generator or RandomState, or None, "
        f"got {random_state!r:.60}"
    )
