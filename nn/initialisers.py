"""How weights and biases begin: a table of standard deviations."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from autograd.errors import ArgumentError

Deviations = tuple[Callable[[int, int], float], float]

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
