"""Dropout: activations left out at random, in training alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd import Value, where
from autograd.words import keywords_told

from ..data import activations_of, within
from ..files.structure import computes_otherwise
from ..module import Module
from .parts import Watched
from .randomness import uniform


class Dropout(Watched, Module):
    """In training each activation is 0 with a probability, else divided by what remains of 1.

    Srivastava et al. 2014, with the division in training that makes it unnecessary afterwards: outside of `fit` and
    `noise`, the activations pass as they are. Every sample has noise of its own, in every epoch another.

    Parameters
    ----------
    p : float
        The probability, 0..1, below 1.

    Raises
    ------
    ArgumentError, OperandError
        If it is something else.
    """

    @keywords_told("nn.Dropout")
    def __init__(self, p: float = 0.5) -> None:
        self.p = within("p", p, 0.0, 1.0, low_included=True)

    def __call__(self, activations: Sequence[Any]) -> list[Value]:
        """The activations, each thinned by its own number."""
        values = activations_of("Dropout", activations)
        drawn = uniform(len(values))
        if drawn is None:
            return values
        scale = 1 / (1 - self.p)
        return [where(number >= self.p, a * scale, 0.0) for number, a in zip(drawn, values, strict=True)]

    def _exchangeable(self) -> list[Any]:
        """Its probability."""
        return [self.p]

    def _stays_the_same(self) -> bool:
        """Whether its code is this package's."""
        return not computes_otherwise(self)

    def _is_watched(self) -> bool:
        """Whether its code is this package's."""
        return type(self) is Dropout

    def __repr__(self) -> str:
        return f"Dropout({self.p})"
