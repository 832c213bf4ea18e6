"""Watched: rules of users' own read with lanes, and faults looked for at each operation that they are made of.

Within such a rule an infinity may vanish, or NaN be hidden, which between two operations of the table are seen.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from ....namespaces import FLOATS
from ....primitives import Primitive
from ..base import HIDING
from ..operators import namespace_of, with_operators
from .lanes import Lanes, equal, is_nan
from .namespace import LANES


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


@with_operators(_watched)
class _Watched:
    """Lanes, of which operators are operations of the table that are looked at."""

    def __init__(self, lanes: Lanes) -> None:
        self.lanes = lanes

    def __bool__(self) -> bool:
        return bool(self.lanes)


_NAMESPACE = namespace_of(_watched)


def watched(primitive: Primitive, operands: Sequence[Any]) -> Any:
    """What an operation makes of lanes and numbers; its block notes where it is at fault."""
    result = primitive.rule(_NAMESPACE, *(_Watched(one) if isinstance(one, Lanes) else one for one in operands))
    return result.lanes if isinstance(result, _Watched) else result
