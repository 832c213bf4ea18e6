"""The rules of the table read with expressions of JavaScript: what they compute becomes its text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from ..namespaces import FLOATS, Namespace, special
from .expressions import Script, as_number, atom, called, compared, either, listed

OPERANDS = "x"
"""The array of an operation's operands, where any number may come."""


class Operands:
    """So many operands as there will be, of an operation of any number."""

    def __getitem__(self, index: Any) -> Script:
        return atom(f"{OPERANDS}[{index}]")


class Later:
    """The position of any operand but the first."""

    def __eq__(self, other: object) -> bool:
        return self is other

    __hash__ = object.__hash__

    def __str__(self) -> str:
        return "i"


EVERY = Operands()
"""What stands for all of them in a call."""


def _computed(name: str, function: Callable[..., Any]) -> Any:
    """A function of expressions, which for numbers alone is that of floats."""

    def computed(*operands: Any) -> Any:
        if any(isinstance(operand, Script | Operands) for operand in operands):
            return function(*operands)
        return getattr(FLOATS, name)(*operands)

    return staticmethod(computed)


def _by_name(name: str) -> Callable[..., Script]:
    return lambda *operands: called(name, *operands)


def _of_many(name: str) -> Callable[..., Script]:
    """A function of an array: of all operands there will be, or of those given."""

    def of_many(*operands: Any) -> Script:
        if operands == (EVERY,):
            return atom(f"{name}({OPERANDS})")
        given = tuple(map(as_number, operands))
        return Script(f"{name}([{listed(given)}])", given, is_atom=True)

    return of_many


def _share(index: Any, logsumexp: Any, operands: Any) -> Any:
    return SCRIPT.exp(operands[index] - logsumexp)


_OF_MATH = (
    "exp", "expm1", "sqrt", "cbrt", "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "asinh",
    "acosh", "tanh", "hypot", "floor", "ceil",
)  # fmt: skip
_OF_FUNCTIONS = (
    "log", "log2", "log10", "log1p", "atanh", "exp2", "power", "sigmoid", "sigmoid_prime", "tanh_prime", "softplus",
    "relu", "sign", "step", "maximum", "minimum", "copysign", "round_", "mod", "floor_divide", "erf", "erfc", "lgamma",
)  # fmt: skip
_OF_MANY = "total", "logsumexp", "log_softmax", "choose", "weighted_sum"
_RELATIONS = {"less": "<", "less_equal": "<=", "greater": ">", "greater_equal": ">=", "equal": "===",
              "not_equal": "!=="}  # fmt: skip


def _relation(sign: str) -> Callable[..., Script]:
    return lambda a, b: compared(sign, a, b)


READ: dict[str, Callable[..., Any]] = {
    "digamma": lambda a: special.polygamma(SCRIPT, 0, a),
    "trigamma": lambda a: special.polygamma(SCRIPT, 1, a),
    "sinc": lambda a: special.sinc(SCRIPT, a),
    "sinc_prime": lambda a: special.sinc_prime(SCRIPT, a),
    "hypot_prime": lambda a, b: special.hypot_prime(SCRIPT, a, b),
}
"""What `special` says of any kind of number: functions of their own in the text, read where one is called."""

_FUNCTIONS: dict[str, Callable[..., Any]] = (
    {name: _by_name(f"Math.{name}") for name in _OF_MATH}
    | {name: _by_name(name) for name in (*_OF_FUNCTIONS, *READ)}
    | {name: _of_many(name) for name in _OF_MANY}
    | {name: _relation(sign) for name, sign in _RELATIONS.items()}
    | {"absolute": _by_name("Math.abs"), "where": either}
)

SCRIPT: Namespace = cast(
    Namespace,
    type(
        "_ScriptFunctions",
        (),
        {name: _computed(name, function) for name, function in _FUNCTIONS.items()} | {"share": staticmethod(_share)},
    )(),
)
"""Expressions of JavaScript."""
