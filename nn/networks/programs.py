"""Programs: the compiled functions that a module keeps, each made anew where something was exchanged since."""

from __future__ import annotations

import operator
import weakref
from collections.abc import Callable, Hashable, Sequence
from functools import partial
from typing import Any

import numpy as np

from autograd import Compiled, Value, compile
from autograd.errors import AutogradError

from ..calls import cost_from, outputs_from, predicted_by
from ..costs import Weighted, is_own, key_of
from . import parts
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
        self._is_own = False
        self._mark: object = None
        self._predicting: dict[str, Compiled] = {}

    def is_of(self, module: Any) -> bool:
        """Whether they are a module's own, and not those of what it is a copy of."""
        return self._owner is not None and self._owner() is module

    def look(self, module: Any) -> None:
        """Forget the programs if a part of the module was exchanged since they were made."""
        if self._mark is parts.mark:
            return
        mark, now = parts.mark, module._exchangeable()
        if len(now) != len(self._parts) or not all(map(operator.is_, now, self._parts)):
            self._parts = now
            self.clear()
            self._predicting.clear()
        self._is_own = module._stays_the_same()
        self._mark = mark if module._is_watched() else None

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
        self.look(module)
        # The program keeps the cost, so that its id is no other's.
        key = (key_of(cost), repr(backend), repr(devices), noisy)
        if key not in self:
            made = _function_of(module, cost, noisy)
            program = compile(made, backend=backend, devices=devices, parameters=module.parameters())
            while len(self) >= _MOST:
                self.pop(next(iter(self)))
            self[key] = program
        elif sample and not (self._is_own and (cost is None or is_own(cost))):
            self[key].refresh(*(taken(rows, slice(1)) for rows in sample))
        return self[key]

    def predicts(self, program: Compiled, backend: str) -> None:
        """Keep at hand what predicts rows of a known width, where all code is this package's."""
        if self._is_own:
            self._predicting[backend] = program

    def predicted(self, module: Any, X: Any, backend: str) -> Any:
        """What the module's `predict` returns for one row or rows, as many as there were before; None for all else."""
        program = self._predicting.get(backend)
        if program is None or self._mark is not parts.mark or not self.is_of(module):
            return None
        if type(X) is list:
            try:
                X = np.array(X)
            except (ValueError, TypeError, AutogradError):  # what is wrong with it is told by the whole way
                return None
        if type(X) is not np.ndarray or X.ndim != 1:
            return program.again(X)
        found = program.again(X[None])
        return None if found is None else found[0]

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
    return predicted_by(module, x)


def _cost(x: Any, y: Any, *, module: Any, cost: Cost, **_: Any) -> Value:
    return cost_from(cost, outputs_from(module, x), y)


def _noisy_cost(x: Any, y: Any, numbers: Any, *, module: Any, cost: Cost, **_: Any) -> Value:
    with noise(numbers):
        return cost_from(cost, outputs_from(module, x), y)
