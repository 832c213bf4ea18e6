"""Living: computing with Values such that no number is read out of them and lost to differentiation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from . import modes
from .namespaces import FLOATS
from .value import Value, apply, as_value, number_of


class _NumberRead(Exception):  # noqa: N818  # a signal, never shown to a user
    """A function has read the number of a Value."""


class _Living:
    """A `modes.Recorder` that lets everything be computed as without it, but no number be read.

    Parameters
    ----------
    inner : Recorder or None
        That of a function that is being recorded, to which all is reported.
    """

    def __init__(self, inner: modes.Recorder | None) -> None:
        self._inner = inner

    def apply(self, primitive: Any, operands: Any) -> Any:
        """The result of an operation."""
        with modes.reported_to(self._inner):
            return apply(primitive, operands)

    def condition(self, primitive: Any, left: Any, right: Any) -> Any:
        """What a comparison gives."""
        if self._inner is not None:
            with modes.reported_to(self._inner):
                return self._inner.condition(primitive, left, right)
        return primitive.rule(FLOATS, number_of(left), number_of(right)) != 0.0

    def decide(self, condition: Any) -> bool:
        """The truth of a live condition, which only the inner one makes."""
        assert self._inner is not None
        return self._inner.decide(condition)

    def has_result(self, truth: bool, defined: Any, told_as: str) -> None:
        """As the inner one."""
        assert self._inner is not None
        self._inner.has_result(truth, defined, told_as)

    def choose(self, condition: Any, a: Any, b: Any) -> Any:
        """What `where` gives if a branch is a function."""
        if self._inner is not None:
            return self._inner.choose(condition, a, b)
        chosen = a if condition else b
        return as_value(chosen() if callable(chosen) else chosen, "where(a branch)")

    def read(self, value: Any) -> None:
        """End the computation."""
        raise _NumberRead

    def refuse(self, sentence: str) -> NoReturn:
        """End it."""
        raise _NumberRead


def in_values(function: Callable[..., Any], operands: tuple[Any, ...]) -> Value | float | None:
    """What a function gives for Values; None where it cannot compute with them, or reads their numbers."""
    try:
        with modes.reported_to(_Living(modes.recorder())):
            result = function(*operands)
    except Exception:
        return None
    return result if isinstance(result, Value | float | int) and not isinstance(result, bool) else None
