"""How weights and biases begin: a table of standard deviations."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from autograd.errors import ArgumentError

Matrix = npt.NDArray[np.float64]
Deviations = tuple[Callable[[int, int], float], float]

MOST_WEIGHTS = 10**8
"""The most that a network may have: as many labelled Values take over 20 GB."""

INITIALISERS: dict[str, Deviations] = {
    "normal": (lambda inputs, outputs: 1.0, 1.0),
    "xavier": (lambda inputs, outputs: math.sqrt(2.0 / (inputs + outputs)), 0.0),
    "he": (lambda inputs, outputs: math.sqrt(2.0 / inputs), 0.0),
}
"""For each name the standard deviation of a layer's weights, by its numbers of inputs and outputs, and of its biases.

``normal`` is Nielsen's first network (Neural Networks and Deep Learning,
chapter 1), ``xavier`` Glorot and Bengio 2010, ``he`` He et al. 2015.
"""


def initialiser_of(given: Any) -> Deviations:
    """The entry of this name; an `ArgumentError` that lists them for anything else."""
    if not isinstance(given, str) or given not in INITIALISERS:
        raise ArgumentError(f"initialiser: expected one of {', '.join(INITIALISERS)}, got {given!r}")
    return INITIALISERS[given]


def drawn(inputs: int, outputs: int, initialiser: Any, random: np.random.Generator) -> tuple[Matrix, Matrix]:
    """Weights, shape (outputs, inputs), and biases, shape (outputs,), as they begin.

    Raises
    ------
    ArgumentError
        If there is no initialiser of this name, or there would be over `MOST_WEIGHTS` weights.
    """
    weight_deviation, bias_deviation = initialiser_of(initialiser)
    if inputs * outputs > MOST_WEIGHTS:
        raise ArgumentError(
            f"Layer: expected at most {MOST_WEIGHTS:,} weights, got {inputs * outputs:,}; make it smaller"
        )
    weights = random.normal(0.0, weight_deviation(inputs, outputs), (outputs, inputs))
    return weights, random.normal(0.0, bias_deviation, outputs) if bias_deviation else np.zeros(outputs)
