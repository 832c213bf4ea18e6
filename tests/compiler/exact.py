"""Numbers of 40 digits that a program written for Values can be run with: they know nothing of the engine's table."""

from __future__ import annotations

import operator
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import mpmath
from mpmath import mpf

from autograd.errors import DomainError

DIGITS = 40


def number(a: Any) -> Any:
    """What an `Exact` or a number is."""
    return a.number if isinstance(a, Exact) else mpf(a)


def _power(a: Any, b: Any) -> Any:
    if (a < 0 and b != mpmath.floor(b)) or (a == 0 and b < 0):
        raise DomainError
    return a**b


def _divide(a: Any, b: Any) -> Any:
    if b == 0:
        raise DomainError
    return a / b


def _positive(function: Callable[[Any], Any], least: float) -> Callable[[Any], Any]:
    def checked(a: Any) -> Any:
        if a < 0 or (a == 0 and least):
            raise DomainError
        return function(a)

    return checked


def _binary(function: Callable[[Any, Any], Any], swapped: bool = False) -> Callable[[Any, Any], Exact]:
    if swapped:
        return lambda a, b: Exact(function(number(b), number(a)))
    return lambda a, b: Exact(function(number(a), number(b)))


def _comparison(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], bool]:
    return lambda a, b: bool(function(number(a), number(b)))


def _unary(function: Callable[[Any], Any]) -> Callable[[Any], Exact]:
    return lambda a: Exact(function(number(a)))


class Exact:
    """A number of 40 digits."""

    __slots__ = ("number",)

    def __init__(self, number_: Any) -> None:
        self.number = mpf(number_)

    def detach(self) -> Exact:
        return self

    __hash__ = object.__hash__
    __neg__ = _unary(operator.neg)
    __pos__ = _unary(operator.pos)
    __abs__ = _unary(abs)


UNARY: dict[str, Callable[[Any], Exact]] = {
    "exp": _unary(mpmath.exp),
    "log": _unary(_positive(mpmath.log, 1)),
    "sqrt": _unary(_positive(mpmath.sqrt, 0)),
    "sin": _unary(mpmath.sin),
    "cos": _unary(mpmath.cos),
    "tanh": _unary(mpmath.tanh),
    "sigmoid": _unary(lambda a: 1 / (1 + mpmath.exp(-a))),
    "relu": _unary(lambda a: max(a, mpf(0))),
    "softplus": _unary(lambda a: mpmath.log(1 + mpmath.exp(a))),
}

for _name, _function in (
    ("add", operator.add),
    ("sub", operator.sub),
    ("mul", operator.mul),
    ("truediv", _divide),
    ("pow", _power),
):
    setattr(Exact, f"__{_name}__", _binary(_function))
    setattr(Exact, f"__r{_name}__", _binary(_function, swapped=True))
for _name in ("lt", "le", "gt", "ge", "eq", "ne"):
    setattr(Exact, f"__{_name}__", _comparison(getattr(operator, _name)))
for _name, _of_one in UNARY.items():
    setattr(Exact, _name, _of_one)  # for np.exp(v) and v.exp()


def _where(condition: Any, a: Any, b: Any) -> Any:
    inverted = condition in (-1, -2)  # Python inverts a bool as a whole number
    chosen = a if (condition & 1 if inverted else condition) else b
    return Exact(number(chosen() if callable(chosen) else chosen))


def _total(values: Any) -> Exact:
    return sum(values, Exact(0))


def _logsumexp(values: Any) -> Exact:
    return UNARY["log"](_total(map(UNARY["exp"], values)))


MODULE: dict[str, Any] = {
    **UNARY,
    "Value": Exact,
    "maximum": lambda a, b: Exact(max(number(a), number(b))),
    "minimum": lambda a, b: Exact(min(number(a), number(b))),
    "where": _where,
    "detach": lambda a: a,
    "no_grad": nullcontext,
    "total": _total,
    "mean": lambda values: _total(values) / len(values),
    "logsumexp": _logsumexp,
    "softmax": lambda values: [UNARY["exp"](a - _logsumexp(values)) for a in values],
    "log_softmax": lambda values: [a - _logsumexp(values) for a in values],
    "weighted_sum": lambda w, x, bias=0: _total(a * b for a, b in zip(w, x, strict=True)) + bias,
}
"""The names of a program's module, for numbers of 40 digits."""
