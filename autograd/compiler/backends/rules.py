"""Rules: what a training on a back end asks of an optimiser."""

from __future__ import annotations

from typing import Any, Protocol

State = dict[str, Any]


class Rules(Protocol):
    """What an optimiser makes of a gradient, at a learning rate that comes with each epoch."""

    def at(self, rate: Any) -> Rules:
        """The same with this learning rate."""

    def clipped(self, ns: Any, grad: Any) -> Any:
        """The gradient by all parameters that are learned, 0 by the others, shortened."""

    def decayed(self, ns: Any, data: Any, grad: Any) -> Any:
        """A piece of the gradient with that of weight decay."""

    def rule(self, ns: Any, data: Any, grad: Any, state: State, steps: Any) -> Any:
        """A piece of the new parameters; new vectors are put into the state."""
