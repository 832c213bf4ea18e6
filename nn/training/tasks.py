"""What a training is asked to do, as its targets say: to tell classes, or to come near to numbers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float64]
Classes = npt.NDArray[np.intp]


def classes_in(targets: Matrix) -> Classes | None:
    """The class of each row of targets, where all rows are classes; else None.

    One target is a class if that is 0 or 1, a row of several if one of them is 1 and the others are 0. Targets given
    as whole numbers for several outputs have been made such rows. Everything else is a regression, or has labels that
    go together, and no accuracy is told of it.
    """
    ones: npt.NDArray[np.bool_] = targets == 1.0
    if not isinstance(targets, np.ndarray) or targets.ndim > 2 or not (ones | (targets == 0.0)).all():
        return None
    if targets.ndim == 1 or targets.shape[1] == 1:
        return ones.ravel().astype(np.intp)
    return readings(targets) if (ones.sum(axis=1) == 1).all() else None


def readings(outputs: Matrix) -> Classes:
    """The class of each row of output activations: the largest, or with one output whether it exceeds 0.5."""
    if outputs.ndim == 1 or outputs.shape[1] == 1:
        return (outputs.ravel() > 0.5).astype(np.intp)
    return np.asarray(outputs.argmax(axis=1))
