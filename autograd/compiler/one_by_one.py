"""One by one: operations of users' whose rules are of floats alone, which no array can do at once."""

from __future__ import annotations

import warnings
from weakref import WeakSet

from ..errors import RowByRowWarning
from ..primitives import Primitive
from ..primitives.own import Own
from ..sources import user_level
from .plan.instructions import Map
from .plan.loop import with_bodies
from .plan.plan import Plan
from .plan.walk import Walk

_told: WeakSet[Own] = WeakSet()


def of_floats(plan: Plan) -> list[Own]:
    """Those among the operations of a plan, each once."""
    found: dict[Primitive, None] = {}
    for made in with_bodies(plan.instructions):
        if isinstance(made, Map):
            found[made.primitive] = None
        elif isinstance(made, Walk):
            found |= dict.fromkeys(operation.primitive for operation in made.steps.operations)
    return [primitive for primitive in found if isinstance(primitive, Own) and primitive.of_floats]


def warn(plan: Plan) -> None:
    """Say of each, once, that a program calls it for every number."""
    for primitive in of_floats(plan):
        if primitive not in _told:
            _told.add(primitive)
            warnings.warn(
                f"{primitive.name}: a compiled program calls its rule of floats for every number of every row; write "
                "rule and partials with ns, as help(autograd.operation) says, and it computes whole arrays",
                RowByRowWarning,
                stacklevel=user_level(),
            )
