"""Operators: Python's operators of an object as operations of the table, for rules of users' own."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, TypeVar, cast

from ...namespaces import Namespace
from ...primitives import (
    ADD,
    DIVIDE,
    GREATER,
    GREATER_EQUAL,
    LESS,
    LESS_EQUAL,
    MULTIPLY,
    NEGATIVE,
    POWER,
    SUBTRACT,
    TABLE,
    Primitive,
)

Read = Callable[[Primitive], Callable[..., Any]]
"""What makes a function of operands of an operation."""

_Kind = TypeVar("_Kind", bound=type)
_BINARY = (("add", ADD), ("sub", SUBTRACT), ("mul", MULTIPLY), ("truediv", DIVIDE), ("pow", POWER))
_COMPARISONS = (("lt", LESS), ("le", LESS_EQUAL), ("gt", GREATER), ("ge", GREATER_EQUAL))


def with_operators(read: Read) -> Callable[[_Kind], _Kind]:
    """Give a class the operators that numbers have, each as `read` reads its operation."""

    def given(kind: _Kind) -> _Kind:
        made = {"neg": read(NEGATIVE), "abs": read(TABLE["absolute"]), "pos": lambda self: self}
        for name, primitive in _BINARY:
            made[name] = function = read(primitive)
            made[f"r{name}"] = _turned(function)
        made |= {name: read(primitive) for name, primitive in _COMPARISONS}
        for name, function in made.items():
            setattr(kind, f"__{name}__", function)
        return kind

    return given


def namespace_of(read: Read) -> Namespace:
    """The namespace in which every operation of the table is as `read` reads it."""
    return cast(Namespace, SimpleNamespace(**{name: read(primitive) for name, primitive in TABLE.items()}))


def _turned(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda self, other: function(other, self)
