"""The layout of a weighted sum's operands: all weights, then all activations, then the bias if there is one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

T = TypeVar("T")


def operands_of(weights: tuple[T, ...], activations: tuple[T, ...], bias: T | None) -> tuple[T, ...]:
    """The operands of ``sum(w * a) + b``, the bias left out where it is None."""
    return weights + activations if bias is None else (*weights, *activations, bias)


def pairs_of(operands: Sequence[T]) -> tuple[Sequence[T], Sequence[T], T | None]:
    """The weights, as many activations, and the bias or None, of the operands of ``sum(w * a) + b``."""
    pairs = len(operands) // 2
    return operands[:pairs], operands[pairs : 2 * pairs], operands[-1] if len(operands) % 2 else None


def partner_of(index: int, count: int) -> int | None:
    """The position of what an operand of `count` is multiplied by; None for the bias."""
    pairs = count // 2
    if index < pairs:
        return index + pairs
    return index - pairs if index < 2 * pairs else None


def factor_by(ns: Any, index: int, v: Any, operands: Sequence[Any]) -> Any:
    """The local partial of a weighted sum `v` by an operand: what that is multiplied by, 1 for the bias."""
    pairs = len(operands) // 2
    if index < pairs:
        return operands[index + pairs]
    return operands[index - pairs] if index < 2 * pairs else 1.0
