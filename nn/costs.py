"""Costs of one sample, written in scalars; the mean over samples is what `fit` minimises."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from math import fsum
from typing import Any, TypeVar

import numpy as np

from autograd import Label, Value, log, log_softmax, maximum, minimum, modes, softplus, total, weighted_sum
from autograd.compiler.whole import Whole
from autograd.errors import ArgumentError, ShapeError
from autograd.functions import choose, log_softmax_of
from autograd.primitives import CONSTANT, DETACH, EXP, LOG_SOFTMAX, LOGSUMEXP, SIGMOID
from autograd.reals import as_float
from autograd.value import constant, number_of
from autograd.words import keywords_told

from .data import within


@keywords_told("nn.squared_error")
def squared_error(a: Any, y: Any) -> Value:
    """``sum_j (a_j - y_j)^2``, the document's cost.

    Parameters
    ----------
    a : sequence of Value, or Value
        Output activations.
    y : sequence of Value or real number, or one of them
        As many desired outputs.

    Raises
    ------
    ShapeError
        If there is no output, or another number of targets.
    OperandError
        If a member is neither a Value nor a real number.
    """
    a, y = _pair("squared_error", a, y)
    return _called_c(_summed([(aj - yj) ** 2 for aj, yj in zip(a, _called_y(y), strict=True)]))


@keywords_told("nn.absolute_error")
def absolute_error(a: Any, y: Any) -> Value:
    """``sum_j |a_j - y_j|``, which single wild targets pull less than they pull the squared error.

    Its derivative where an output is the target is 0.

    Parameters
    ----------
    a, y
        As `squared_error`.

    Raises
    ------
    ShapeError, OperandError
        As `squared_error`.
    """
    a, y = _pair("absolute_error", a, y)
    return _called_c(_summed([abs(aj - yj) for aj, yj in zip(a, _called_y(y), strict=True)]))


@keywords_told("nn.huber")
def huber(a: Any, y: Any, delta: float = 1.0) -> Value:
    """Half the squared error up to a distance `delta`, then straight on (Huber 1964, eq. 2.6), summed over the outputs.

    With d = a_j - y_j it is ``d^2 / 2`` where |d| <= delta, else ``delta (|d| - delta / 2)``.

    Parameters
    ----------
    a, y
        As `squared_error`.
    delta : float
        Above 0. For `fit` it is given by ``cost=functools.partial(nn.huber, delta=2.0)``.

    Raises
    ------
    ShapeError, OperandError
        As `squared_error`.
    ArgumentError
        If `delta` is not a finite number above 0.
    """
    a, y, edge = *_pair("huber", a, y), within("huber(delta)", delta, 0.0)
    return _called_c(_summed([_huber_of(aj - yj, edge) for aj, yj in zip(a, _called_y(y), strict=True)]))


def _huber_of(distance: Any, delta: float) -> Any:
    clipped = maximum(minimum(distance, delta), -delta)
    return clipped * (distance - clipped / 2)


@keywords_told("nn.cross_entropy")
def cross_entropy(z: Sequence[Any], y: Any) -> Value:
    """``-sum_j y_j log softmax(z)_j``, without overflow.

    Parameters
    ----------
    z : sequence of Value
        The outputs' weighted sums: those of a network with ``output="linear"``. Where they are all results of one
        `softmax`, as those of a network with ``output="softmax"``, the z behind it are taken.
    y : int, or sequence of Value or real number
        The right class, in a compiled function an integer input, or the desired probability of each.

    Raises
    ------
    ArgumentError
        If a class is not among the outputs.
    ShapeError, OperandError
        As `squared_error`.
    """
    if not isinstance(y, int | np.integer | Whole):
        z, y = _pair("cross_entropy", z, y)
        logarithms = _logarithms(z) or log_softmax(z)
        for j, logarithm in enumerate(logarithms):
            _called_log_p(logarithm, j)
        return _called_c(-weighted_sum(_called_y(y), logarithms))
    z = _members("cross_entropy(z)", z)
    if isinstance(y, bool) or not 0 <= y < len(z):
        raise ArgumentError(
            f"cross_entropy(y): expected a class 0..{len(z) - 1}, got {int(y) if isinstance(y, Whole) else y}"
        )
    known = _logarithms(z)
    if isinstance(y, Whole):
        return -choose(y, known or log_softmax(z))
    return _called_c(-_called_log_p(known[int(y)] if known else log_softmax_of(int(y), z), int(y)))


@keywords_told("nn.binary_cross_entropy")
def binary_cross_entropy(a: Any, y: Any) -> Value:
    """``-sum_j (y_j log a_j + (1 - y_j) log(1 - a_j))`` for outputs between 0 and 1: the cat or the dog.

    Several outputs are questions of their own, each of which may be answered yes: labels that go together.
    Where an output is a sigmoid's result its cost is computed from its z, as
    ``y softplus(-z) + (1 - y) softplus(z)``, which neither overflows nor rounds to log(0).

    Parameters
    ----------
    a : sequence of Value, or Value
        Output activations.
    y : sequence of real number or Value, or one of them
        0 or 1, or a probability, for each output.

    Raises
    ------
    ShapeError, OperandError
        As `squared_error`.
    DomainError
        If an output is no sigmoid's result and not between 0 and 1.
    """
    a, y = _pair("binary_cross_entropy", a, y)
    return _called_c(_summed([_binary(aj, yj) for aj, yj in zip(a, y, strict=True)]))


def _binary(a: Any, y: Any) -> Value:
    z = _logit(a)
    if z is not None:
        cost: Value = y * softplus(-z) + (1 - y) * softplus(z)
    else:
        cost = -(y * log(a) + (1 - y) * log(1 - a))
    return cost


def _logit(a: Any) -> Value | None:
    """The z of which `a` is the sigmoid, where that is known."""
    if not isinstance(a, Value):
        return None
    if a.primitive is DETACH:
        z = _logit(a.operands[0])
        return None if z is None else z.detach()
    return a.operands[0] if a.primitive is SIGMOID else None


_ROUNDED = 1e-9


def _logarithms(shares: Sequence[Any]) -> list[Value] | None:
    """The logarithms of which `shares` are the exponentials, where they are all that one softmax gave."""
    if not all(isinstance(share, Value) and share.operands for share in shares):
        return None
    if all(share.primitive is DETACH for share in shares):
        found = _logarithms([share.operands[0] for share in shares])
        return None if found is None else [logarithm.detach() for logarithm in found]
    logarithms = [share.operands[0] for share in shares if share.primitive is EXP]
    if len(logarithms) < len(shares) or any(one.primitive is not LOG_SOFTMAX for one in logarithms):
        return None
    if all(z.primitive is CONSTANT for logarithm in logarithms for z in logarithm.operands):
        # Detached one by one they share no Values any more: all of one softmax are 1 together.
        return logarithms if abs(fsum(map(number_of, shares)) - 1.0) < _ROUNDED else None
    wanted = Counter(logarithm.operands[0] for logarithm in logarithms)
    # Those of a block, see `log_softmax`, have the same operands in another order.
    kinds = {frozenset(Counter(logarithm.operands).items()): logarithm.operands for logarithm in logarithms}
    summed: dict[Value, list[Value]] = {}
    is_whole = all(Counter(_among(wanted, operands, summed)) == wanted for operands in kinds.values())
    return logarithms if is_whole else None


def _among(wanted: Mapping[Value, int], operands: Sequence[Value], summed: dict[Value, list[Value]]) -> list[Value]:
    """The operands of a `log_softmax`, those of others that were drawn together into a `logsumexp` one by one."""
    found: list[Value] = []
    for operand in operands:
        if operand in wanted or operand.primitive is not LOGSUMEXP:
            found.append(operand)
            continue
        if operand not in summed:
            summed[operand] = _among(wanted, operand.operands, summed)
        found += summed[operand]
    return found


COSTS = (squared_error, absolute_error, huber, cross_entropy, binary_cross_entropy)
"""Those above, which nothing but their arguments can change."""


@dataclass(frozen=True)
class Weighted:
    """A cost times the weight of the sample, which comes with its targets."""

    cost: Callable[[Any, Any], Any]

    def __call__(self, a: Any, y: Any) -> Any:
        """The cost of outputs, and of targets with their weight."""
        targets, weight = y
        return weight * self.cost(a, targets)


def name_of(cost: Any) -> str:
    """What a cost is called, with what `functools.partial` gave it: ``"huber(delta=2.0)"``."""
    if isinstance(cost, partial):
        given = [*map(repr, cost.args), *(f"{name}={value!r}" for name, value in sorted(cost.keywords.items()))]
        return f"{name_of(cost.func)}({', '.join(given)})"
    return str(getattr(cost, "__name__", type(cost).__name__))


def key_of(cost: Any) -> Hashable:
    """What makes a cost the one that it is, of which one program is enough: what it is made of, else itself."""
    if isinstance(cost, Weighted):
        return "weighted", key_of(cost.cost)
    return ("partial", id(cost.func), *_settings(cost)) if isinstance(cost, partial) and is_own(cost) else id(cost)


def is_own(cost: Any) -> bool:
    """Whether nothing but its arguments can change what a cost is: it is one of `COSTS`, or made of one and numbers."""
    if isinstance(cost, Weighted):
        return is_own(cost.cost)
    if isinstance(cost, partial):
        return is_own(cost.func) and all(isinstance(number, int | float) for _, number in _settings(cost))
    return any(cost is own for own in COSTS)


def _settings(cost: partial[Any]) -> list[tuple[Any, Any]]:
    return [*enumerate(cost.args), *sorted(cost.keywords.items())]


def _summed(terms: list[Any]) -> Value:
    return terms[0] if len(terms) == 1 else total(terms)


# Names, for what is drawn and told; a plan has its own.

T = TypeVar("T")
_COST = Label("C")


@cache
def _indexed(letter: str, index: int) -> Label:
    return Label(letter, subscript=str(index))


def _named(value: T, label: Label) -> T:
    """A value of this name, where it has none."""
    if isinstance(value, Value) and value.label is None and modes.recorder() is None:
        value.label = label
    return value


def _called_c(cost: Value) -> Value:
    """The cost of one sample."""
    return _named(cost, _COST)


def _called_log_p(logarithm: Value, index: int) -> Value:
    """The logarithm of a class's probability."""
    return _named(logarithm, _indexed("log p", index))


def _called_y(targets: list[Any]) -> list[Any]:
    """Desired outputs; numbers are constants of the names y_j."""
    if modes.recorder() is not None:
        return targets
    return [y if isinstance(y, Value) else _named(constant(float(y)), _indexed("y", j)) for j, y in enumerate(targets)]


def _pair(name: str, outputs: Any, targets: Any) -> tuple[list[Any], list[Any]]:
    outputs, targets = _members(f"{name}(outputs)", outputs), _members(f"{name}(targets)", targets)
    if len(outputs) != len(targets):
        raise ShapeError(f"{name}: expected {len(outputs)} targets, one for each output, got {len(targets)}")
    return outputs, targets


def _members(name: str, given: Any) -> list[Any]:
    """Values or numbers as a list; one alone is a list of one."""
    alone = isinstance(given, Value | str) or not hasattr(given, "__iter__")
    members = [given] if alone else list(given)
    if not members:
        raise ShapeError(f"{name}: expected at least one Value or number, got none")
    for member in members:
        if not isinstance(member, Value):
            as_float(member, name)
    return members
