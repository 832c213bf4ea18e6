"""Sequential: modules and functions, one after another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from reprlib import recursive_repr
from typing import Any

from autograd.errors import ArgumentError

from ..data import activations_of
from ..files.recipes import recipe_of
from ..files.state import numbered
from ..files.structure import computes_otherwise
from ..module import Module
from .activations import OF_ALL, OF_LAYERS, activation_of, function_of, is_of_each, told
from .dropout import Dropout
from .outline import outlined
from .parts import Parts, Watched


class Sequential(Watched, Module):
    """Modules and functions, each computing with what the one before returns.

    Parameters
    ----------
    *steps : Module, callable or str
        Modules and functions take the list of activations. A function of one Value, such as `autograd.tanh`, is
        taken of each of them, and so are the activations by name that a `Layer` knows. One list of steps will do too.

    Raises
    ------
    ArgumentError
        If there is none, or one of them can compute nothing.

    Examples
    --------
    >>> import autograd, nn
    >>> net = Sequential(nn.Layer([[1.0, -1.0]], [0.5]), autograd.exp)
    >>> [a] = net([0.0, 0.5])
    >>> round(a.data, 4)  # the exponential of sigmoid(0)
    1.6487
    """

    def __init__(self, *steps: Any) -> None:
        if len(steps) == 1 and isinstance(steps[0], list | tuple):
            steps = tuple(steps[0])
        if not steps:
            raise ArgumentError("Sequential: expected at least one module or function, got none")
        self.steps: list[Any] = Parts(_step(f"Sequential: step {place}", step) for place, step in enumerate(steps, 1))

    def members(self) -> Iterator[tuple[str, Any]]:
        """Its steps, with their places in a `torch.nn.Sequential`, where an activation takes a place of its own."""
        return numbered(self.steps)

    def named_functions(self) -> Iterator[tuple[str, Any]]:
        """Those of its steps that are no modules."""
        return ((place, step) for place, step in self.members() if not isinstance(step, Module))

    def recipe_to_keep(self) -> str | None:
        """What its steps are made by; None if that takes code."""
        return None if type(self) is not Sequential else recipe_of(self.steps)

    def _width(self) -> int | None:
        """What its first step takes, or the one after a `Dropout`."""
        for step in self.steps:
            if not isinstance(step, Dropout):
                return step._width() if isinstance(step, Module) else None
        return None

    def _last_activation(self) -> Any:
        """The last step, or that step's."""
        return self.steps[-1]._last_activation() if isinstance(self.steps[-1], Module) else self.steps[-1]

    def _exchangeable(self) -> list[Any]:
        """Its steps, and what those are made of."""
        parts: list[Any] = []
        for step in self.steps:
            parts.append(step)
            parts += step._exchangeable() if isinstance(step, Module) else ()
        return parts

    def _stays_the_same(self) -> bool:
        """Whether all its steps are this package's."""
        own = (step._stays_the_same() if isinstance(step, Module) else _is_own(step) for step in self.steps)
        return not computes_otherwise(self) and all(own)

    def _is_watched(self) -> bool:
        """Whether its steps are, and its code is this package's."""
        own = type(self) is Sequential and type(self.steps) is Parts
        return own and all(step._is_watched() for step in self.steps if isinstance(step, Module))

    def __call__(self, inputs: Sequence[Any]) -> Any:
        """What the last step returns for one sample: a list of Values where it is a module of this package."""
        values: Any = inputs
        for step in self.steps:
            values = _applied(step, values)
        return values

    def __len__(self) -> int:
        return len(self.steps)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.steps)

    def __getitem__(self, place: int) -> Any:
        return self.steps[place]

    @recursive_repr("...")
    def __repr__(self) -> str:
        steps = (repr(step) if isinstance(step, Module) else told(step) for step in self.steps)
        return outlined(type(self).__name__, steps)


def _step(name: str, given: Any) -> Any:
    """What is to compute: a module, a function, or the name of an activation."""
    if isinstance(given, type):
        raise ArgumentError(f"{name}: expected a module or function, got the class {given.__name__}; make one of it")
    return given if isinstance(given, Module) else activation_of(name, given, OF_LAYERS)


def _is_own(step: Any) -> bool:
    """Whether a function is one of this package's or of autograd's."""
    return isinstance(step, str) or is_of_each(step)


def _applied(step: Any, values: Any) -> Any:
    """What a module, a function, or the activation of a name, makes of activations."""
    if isinstance(step, str) and step in OF_ALL:
        return OF_ALL[step](values)
    if isinstance(step, str) or is_of_each(step):
        function: Callable[[Any], Any] | None = function_of(step)
        values = activations_of(told(step), values)
        return values if function is None else [function(value) for value in values]
    return step(values)
