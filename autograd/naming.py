"""Names for values that have none, and values as a line of text."""

from __future__ import annotations

from .labels import Label
from .markup import number
from .primitives import CONSTANT, POWER
from .value import Value

_LONGEST = 80


def described(value: Value) -> str:
    """A short expression for a value without a label, such as ``(a − y)²``."""
    symbol = value.primitive.symbol
    if value.primitive is POWER and value.operands[1].primitive is CONSTANT:
        base = value.operands[0]
        inside = str(base._label or described(base) if base.operands or base._label else number(base._data))
        exponent = Label("", number(value.operands[1]._data))
        return f"({inside}){exponent}" if base._label is None else f"{inside}{exponent}"
    operands = [
        str(o._label) if o._label is not None else number(o._data) if o.primitive is CONSTANT else "·"
        for o in value.operands
    ]
    if value.primitive is CONSTANT:
        return number(value._data)
    if value.primitive.infix and len(operands) == 2:
        return f"{operands[0]} {symbol} {operands[1]}"
    return symbol if len(operands) > 2 else f"{symbol}({', '.join(operands)})" if operands else "value"


def plain(value: Value) -> str:
    """A value as one line of text with full precision, safe in a tooltip."""
    name = str(value._label) if value._label is not None else described(value) if value.operands else "value"
    return f"{plain_text(name)} = {value._data!r}"


def plain_text(text: str) -> str:
    """Text as one printable line of bounded length."""
    return "".join(c for c in text if c.isprintable())[:_LONGEST]
