"""The noise that modules draw while a network is trained, and where its numbers come from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol

import numpy as np

from autograd import no_grad
from autograd.errors import ArgumentError
from autograd.modes import refuse_while_recording

from ..data import generator_of


class _Source(Protocol):
    def take(self, count: int) -> Sequence[Any]:
        """So many numbers that nobody has had before."""


_source: ContextVar[_Source | None] = ContextVar("noise", default=None)


class _Generator:
    """Fresh random numbers at each call."""

    def __init__(self, random: np.random.Generator) -> None:
        self._random = random

    def take(self, count: int) -> list[float]:
        refuse_while_recording(
            "random numbers of nn.noise", "a function of the numbers too, and inside it `with nn.noise(numbers):`"
        )
        drawn: list[float] = self._random.random(count).tolist()
        return drawn


class _Given:
    """The numbers of one sample, one after another."""

    def __init__(self, numbers: Sequence[Any]) -> None:
        self._numbers, self._taken = numbers, 0

    def take(self, count: int) -> Sequence[Any]:
        first, self._taken = self._taken, self._taken + count
        if self._taken > len(self._numbers):
            raise ArgumentError(
                f"nn.noise: expected at least {self._taken} numbers for this sample, got {len(self._numbers)}; "
                "give as many as nn.noise_count says, and let modules draw as many for each sample"
            )
        return self._numbers[first : self._taken]


class _Counter:
    """What only counts."""

    count = 0

    def take(self, count: int) -> list[float]:
        self.count += count
        return [0.5] * count


@contextmanager
def noise(source: Any = None) -> Iterator[None]:
    """Let modules such as `Dropout` draw random numbers, as they should while a network is trained.

    `fit` does so by itself. Outside, modules compute without noise.

    Parameters
    ----------
    source : int, numpy.random.Generator or None, or sequence of numbers or Values
        A seed or a generator, of which each call of a network draws numbers of its own; or the numbers of one
        sample, as many as `noise_count` says: so a compiled function takes them as an argument.

    Raises
    ------
    ArgumentError
        If it is no seed; inside, if there are too few numbers.

    Examples
    --------
    >>> import nn
    >>> dropout = nn.Dropout(0.5)
    >>> with nn.noise([0.1, 0.7]):
    ...     [a.data for a in dropout([1.0, 1.0])]
    [0.0, 2.0]
    >>> [a.data for a in dropout([1.0, 1.0])]
    [1.0, 1.0]
    """
    is_given = isinstance(source, Sequence | np.ndarray) and not isinstance(source, str | bytes)
    taken: _Source = _Given(source) if is_given else _Generator(generator_of(source))
    token = _source.set(taken)
    try:
        yield
    finally:
        _source.reset(token)


def with_noise(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function whose last argument are the numbers that modules draw in it."""

    def noisy(*given: Any) -> Any:
        *own, numbers = given
        with noise(numbers):
            return function(*own)

    return noisy


def uniform(count: int) -> Sequence[Any] | None:
    """So many random numbers of 0..1, without 1, for the sample that is being computed; None where there is no noise.

    For modules of your own that are to be noisy in training: in the program of a compiled training each number is
    an input, so use it as you would use a Value.
    """
    source = _source.get()
    return None if source is None else source.take(count)


def probed(net: Any, inputs: Any) -> tuple[Any, int]:
    """What a network returns for one sample, recorded nowhere, and how many random numbers it draws."""
    counter = _Counter()
    token = _source.set(counter)
    try:
        with no_grad():
            returned = net(inputs)
    finally:
        _source.reset(token)
    return returned, counter.count


def noise_count(net: Any, inputs: Any) -> int:
    """How many random numbers a network draws for one sample.

    Parameters
    ----------
    net : callable
    inputs : real number or nested sequence of them
        The sample.
    """
    return probed(net, inputs)[1]
