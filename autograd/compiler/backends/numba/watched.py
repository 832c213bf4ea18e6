"""Watched: rules of users' own read with lanes, and faults looked for at each operation that they are made of.

Within such a rule an infinity may vanish, or NaN be hidden, which between two operations of the table are seen.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any, cast

from ....namespaces import FLOATS, Namespace
from ....primitives import (
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
from ..base import HIDING
from .lanes import Lanes, equal, is_nan
from .namespace import LANES


class _Watched:
    """Lanes, of which operators are operations of the table that are looked at."""

    def __init__(self, lanes: Lanes) -> None:
        self.lanes = lanes

    def __neg__(self) -> Any:
        return _watched(NEGATIVE)(self)

    def __pos__(self) -> Any:
        return self

    def __abs__(self) -> Any:
        return _watched(TABLE["absolute"])(self)

    def __bool__(self) -> bool:
        return bool(self.lanes)


def _watched(primitive: Primitive) -> Callable[..., Any]:
    def function(*operands: Any) -> Any:
        given = [operand.lanes if isinstance(operand, _Watched) else float(operand) for operand in operands]
        block = next((one.block for one in given if isinstance(one, Lanes)), None)
        if block is None:
            return primitive.rule(FLOATS, *given)
        result = block.lanes(primitive.rule(LANES, *given))
        if primitive.defined is not None:
            inside = primitive.defined(LANES, *given)
            if isinstance(inside, Lanes):
                block.faults.append(equal(inside, 0.0) & ~(abs(result) < math.inf))
            elif not inside:
                block.faults.append(~(abs(result) < math.inf))
        if primitive.name in HIDING:
            block.faults += [is_nan(one) for one in given if isinstance(one, Lanes)]
        return _Watched(result)

    return function


for _name, _primitive in (("add", ADD), ("sub", SUBTRACT), ("mul", MULTIPLY), ("truediv", DIVIDE), ("pow", POWER)):
    _function = _watched(_primitive)
    setattr(_Watched, f"__{_name}__", _function)
    setattr(_Watched, f"__r{_name}__", lambda self, other, _function=_function: _function(other, self))
for _name, _primitive in (("lt", LESS), ("le", LESS_EQUAL), ("gt", GREATER), ("ge", GREATER_EQUAL)):
    setattr(_Watched, f"__{_name}__", _watched(_primitive))

_NAMESPACE = cast(Namespace, SimpleNamespace(**{name: _watched(primitive) for name, primitive in TABLE.items()}))


def watched(primitive: Primitive, operands: Sequence[Any]) -> Any:
    """What an operation makes of lanes and numbers; its block notes where it is at fault."""
    result = primitive.rule(_NAMESPACE, *(_Watched(one) if isinstance(one, Lanes) else one for one in operands))
    return result.lanes if isinstance(result, _Watched) else result
