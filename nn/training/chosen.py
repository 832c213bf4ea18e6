"""The cost and the optimiser of a training: what was given for them, or what to write instead."""

from __future__ import annotations

from typing import Any

from autograd.errors import ArgumentError, OperandError
from autograd.words import answer_to

from ..costs import COSTS, cross_entropy
from ..networks.activations import told
from ..networks.programs import Cost
from ..optimisers.optimiser import Optimiser
from ..optimisers.rules import SGD, Adam, AdamW, Nesterov, RMSprop

_COSTS = [cost.__name__ for cost in COSTS]
_RULES = [rule.__name__ for rule in (SGD, Nesterov, RMSprop, Adam, AdamW)]


def cost_of(given: Any, last: Any) -> Cost:
    """A cost for a network whose outputs come of the activation `last`, None where that is not known.

    Raises
    ------
    OperandError
        If it is no function; a word such as ``"mse"`` is answered by what is here.
    ArgumentError
        If it is the cross entropy of other outputs than it takes.
    """
    if not callable(given):
        wanted = _wanted(given, _COSTS) or "a function such as nn.squared_error"
        raise OperandError(f"cost: expected {wanted}, got {given!r:.60}")
    if given is cross_entropy and last not in (None, "linear", "softmax"):
        raise ArgumentError(
            'cost=cross_entropy: expected a network with output="softmax" or output="linear", '
            f'got {told(last)!r}; make it with MLP(sizes, output="softmax")'
        )
    return given  # type: ignore[no-any-return]  # any function may be one


def optimiser_of(given: Any) -> Optimiser:
    """An optimiser, ``Adam(0.01)`` for None.

    Raises
    ------
    OperandError
        If it is something else; a word such as ``"adam"``, and a class, are answered by what to write.
    """
    if given is None:
        return Adam(0.01)
    if isinstance(given, Optimiser):
        return given
    name, came = given, f"{given!r:.60}" if isinstance(given, str) else type(given).__name__
    if isinstance(given, type):
        name, came = given.__name__, f"the class {given.__name__}"
    wanted = _wanted(name, _RULES) or "an nn.SGD or nn.Adam"
    if wanted.removeprefix("nn.") in _RULES:
        wanted += "(learning_rate)"
    raise OperandError(f"optimiser: expected {wanted}, got {came}")


def _wanted(word: Any, names: list[str]) -> str | None:
    """What is here for a word."""
    return answer_to(word, "nn", names) if isinstance(word, str) else None
