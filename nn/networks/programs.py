"""Programs: the compiled functions that a module keeps, each made anew where something was exchanged since."""

from __future__ import annotations

import operator
import weakref
from collections.abc import Callable, Hashable, Sequence
from functools import partial
from typing import Any

from autograd import Compiled, Value, compile

from ..costs import Weighted, key_of
from .randomness import noise
from .samples import Samples, taken

Cost = Callable[[Any, Any], Value]
"""The cost of a sample's outputs and its target."""

# How many programs a module keeps.
_MOST = 4


class Programs(dict[Hashable, Compiled]):
    """Those of one module, by cost and where they run.

    A copy or pickle of the module has none, for they read its parameters.
    """

    def __init__(self, owner: Any = None) -> None:
        super().__init__()
        self._owner = owner if owner is None else weakref.ref(owner)
        self._parts: list[Any] = []

    def is_of(self, module: Any) -> bool:
        """Whether they are a module's own, and not those of what it is a copy of."""
        return self._owner is not None and self._owner() is module

    def of(
        self,
        module: Any,
        cost: Cost | None,
        backend: str,
        devices: int | None,
        sample: Sequence[Samples],
        noisy: bool,
    ) -> Compiled:
        """See `Module.program`."""
        parts = module._exchangeable()
        if len(parts) != len(self._parts) or not all(map(operator.is_, parts, self._parts)):
            self._parts = parts
            self.clear()
        # The program keeps the cost, so that its id is no other's.
        key = (key_of(cost), repr(backend), repr(devices), noisy)
        if key not in self:
            made = _function_of(module, cost, noisy)
            program = compile(made, backend=backend, devices=devices, parameters=module.parameters())
            while len(self) >= _MOST:
                self.pop(next(iter(self)))
            self[key] = program
        elif sample and not module._stays_the_same(cost):
            self[key].refresh(*(taken(rows, slice(1)) for rows in sample))
        return self[key]

    def __reduce__(self) -> Any:
        return Programs, ()


def _function_of(module: Any, cost: Cost | None, noisy: bool) -> Callable[..., Any]:
    """What is compiled, with all in it that is written by somebody else.

    What a function is bound to is looked into when it is recorded, for tables that integers are indices of: this
    package's own code is not.
    """
    inside = [one for _, one in module.named_modules() if _is_foreign(type(one))]
    costs = [] if cost is None else [cost, *([cost.cost] if isinstance(cost, Weighted) else [])]
    foreign = {f"part_{place}": part for place, part in enumerate((*inside, *costs))}
    if cost is None:
        return partial(_outputs, module=module, **foreign)
    return partial(_noisy_cost if noisy else _cost, module=module, cost=cost, **foreign)


def _is_foreign(kind: type) -> bool:
    return kind.__module__.partition(".")[0] != __name__.partition(".")[0]


def _outputs(x: Any, *, module: Any, **_: Any) -> Any:
    return module(x)


def _cost(x: Any, y: Any, *, module: Any, cost: Cost, **_: Any) -> Value:
    return cost(module(x), y)


def _noisy_cost(x: Any, y: Any, numbers: Any, *, module: Any, cost: Cost, **_: Any) -> Value:
    with noise(numbers):
        return cost(module(x), y)
