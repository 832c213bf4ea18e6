"""The rules: what becomes of parameters, by their gradient and what the steps before left."""

from __future__ import annotations

from typing import Any, ClassVar

from autograd.errors import ArgumentError
from autograd.words import keywords_told

from ..data import within
from .optimiser import Optimiser
from .schedules import Schedule


class SGD(Optimiser):
    """Gradient descent: ``v = momentum * v + gradient``, ``w = w - learning_rate * v``.

    Parameters
    ----------
    learning_rate : float or callable
        Above 0; or a function of the epoch, such as `cosine`.
    momentum : float
        0..1, below 1.
    weight_decay, clip_norm, clip_value
        See `Optimiser`.
    """

    _shown: ClassVar[tuple[str, ...]] = ("momentum",)

    @keywords_told("nn.SGD")
    def __init__(
        self,
        learning_rate: float | Schedule,
        momentum: float = 0.0,
        *,
        weight_decay: float = 0.0,
        clip_norm: float | None = None,
        clip_value: float | None = None,
    ) -> None:
        super().__init__(learning_rate, weight_decay=weight_decay, clip_norm=clip_norm, clip_value=clip_value)
        self.momentum = within("momentum", momentum, 0.0, 1.0, low_included=True)

    @property
    def vectors(self) -> tuple[str, ...]:
        """The velocity, where there is momentum."""
        return ("velocity",) if self.momentum else ()

    def rule(self, ns: Any, data: Any, grad: Any, state: dict[str, Any], steps: Any, room: Any = None) -> Any:
        """See `Optimiser.rule`."""
        if self.momentum:
            velocity = ns.multiply(state["velocity"], self.momentum, out=state["velocity"])
            grad = state["velocity"] = ns.add(velocity, grad, out=velocity)
        step = ns.multiply(grad, self.learning_rate, out=room)
        return ns.subtract(data, step, out=data)


class Nesterov(SGD):
    """Nesterov's momentum: ``v = momentum * v + gradient``, ``w = w - learning_rate * (gradient + momentum * v)``.

    The form of Sutskever et al. 2013 that looks ahead from where the parameters are, PyTorch's ``nesterov=True``.

    Parameters
    ----------
    learning_rate : float or callable
        Above 0; or a function of the epoch, such as `cosine`.
    momentum : float
        0..1, without both.
    weight_decay, clip_norm, clip_value
        See `Optimiser`.
    """

    @keywords_told("nn.Nesterov")
    def __init__(
        self,
        learning_rate: float | Schedule,
        momentum: float = 0.9,
        *,
        weight_decay: float = 0.0,
        clip_norm: float | None = None,
        clip_value: float | None = None,
    ) -> None:
        within("momentum", momentum, 0.0, 1.0)
        super().__init__(learning_rate, momentum, weight_decay=weight_decay, clip_norm=clip_norm, clip_value=clip_value)

    def rule(self, ns: Any, data: Any, grad: Any, state: dict[str, Any], steps: Any, room: Any = None) -> Any:
        """See `Optimiser.rule`."""
        velocity = ns.multiply(state["velocity"], self.momentum, out=state["velocity"])
        velocity = state["velocity"] = ns.add(velocity, grad, out=velocity)
        ahead = ns.add(grad, ns.multiply(velocity, self.momentum, out=room), out=room)
        return ns.subtract(data, ns.multiply(ahead, self.learning_rate, out=room), out=data)


class RMSprop(Optimiser):
    """RMSprop (Tieleman and Hinton 2012): the gradient over the root of its running mean square.

    ``s = alpha * s + (1 - alpha) * gradient^2``, ``v = momentum * v + gradient / (sqrt(s) + epsilon)``,
    ``w = w - learning_rate * v``, as in PyTorch.

    Parameters
    ----------
    learning_rate : float or callable
        Above 0; or a function of the epoch, such as `cosine`.
    alpha : float
        How slowly the mean square forgets, 0..1, below 1.
    epsilon : float
        Above 0, keeps the division finite.
    momentum : float
        0..1, below 1.
    weight_decay, clip_norm, clip_value
        See `Optimiser`.
    """

    @keywords_told("nn.RMSprop")
    def __init__(
        self,
        learning_rate: float | Schedule = 1e-2,
        alpha: float = 0.99,
        epsilon: float = 1e-8,
        momentum: float = 0.0,
        *,
        weight_decay: float = 0.0,
        clip_norm: float | None = None,
        clip_value: float | None = None,
    ) -> None:
        super().__init__(learning_rate, weight_decay=weight_decay, clip_norm=clip_norm, clip_value=clip_value)
        self.alpha = within("alpha", alpha, 0.0, 1.0, low_included=True)
        self.epsilon = within("epsilon", epsilon, 0.0)
        self.momentum = within("momentum", momentum, 0.0, 1.0, low_included=True)

    _shown: ClassVar[tuple[str, ...]] = ("alpha", "momentum")

    @property
    def vectors(self) -> tuple[str, ...]:
        """The running mean square, and the velocity where there is momentum."""
        return ("square", "velocity") if self.momentum else ("square",)

    def rule(self, ns: Any, data: Any, grad: Any, state: dict[str, Any], steps: Any, room: Any = None) -> Any:
        """See `Optimiser.rule`."""
        square = ns.multiply(state["square"], self.alpha, out=state["square"])
        squared = ns.multiply(ns.multiply(grad, grad, out=room), 1 - self.alpha, out=room)
        square = state["square"] = ns.add(square, squared, out=square)
        step = ns.divide(grad, ns.add(ns.sqrt(square, out=room), self.epsilon, out=room), out=room)
        if self.momentum:
            velocity = ns.multiply(state["velocity"], self.momentum, out=state["velocity"])
            step = state["velocity"] = ns.add(velocity, step, out=velocity)
        return ns.subtract(data, ns.multiply(step, self.learning_rate, out=room), out=data)


class Adam(Optimiser):
    """Adam (Kingma and Ba 2015, algorithm 1): steps scaled by running moments of the gradient.

    Parameters
    ----------
    learning_rate : float or callable
        Above 0; or a function of the epoch, such as `cosine`.
    betas : (float, float)
        How slowly the first and second moments forget, 0..1, below 1.
    epsilon : float
        Above 0, keeps the division finite.
    weight_decay, clip_norm, clip_value
        See `Optimiser`.
    """

    _shown: ClassVar[tuple[str, ...]] = ("betas",)

    @keywords_told("nn.Adam")
    def __init__(
        self,
        learning_rate: float | Schedule = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-8,
        *,
        weight_decay: float = 0.0,
        clip_norm: float | None = None,
        clip_value: float | None = None,
    ) -> None:
        super().__init__(learning_rate, weight_decay=weight_decay, clip_norm=clip_norm, clip_value=clip_value)
        if not isinstance(betas, tuple | list) or len(betas) != 2:
            raise ArgumentError(f"betas: expected two numbers such as (0.9, 0.999), got {betas!r}")
        self.betas = tuple(within("betas", beta, 0.0, 1.0, low_included=True) for beta in betas)
        self.epsilon = within("epsilon", epsilon, 0.0)

    @property
    def vectors(self) -> tuple[str, ...]:
        """The running moments of the gradient."""
        return ("mean", "square")

    def rule(self, ns: Any, data: Any, grad: Any, state: dict[str, Any], steps: Any, room: Any = None) -> Any:
        """See `Optimiser.rule`."""
        beta1, beta2 = self.betas
        mean = ns.multiply(state["mean"], beta1, out=state["mean"])
        mean = state["mean"] = ns.add(mean, ns.multiply(grad, 1 - beta1, out=room), out=mean)
        square = ns.multiply(state["square"], beta2, out=state["square"])
        squared = ns.multiply(ns.multiply(grad, grad, out=room), 1 - beta2, out=room)
        square = state["square"] = ns.add(square, squared, out=square)
        # The corrections of both moments' bias towards 0, drawn together into the rate and epsilon.
        correction = (1 - beta2**steps) ** 0.5
        root = ns.add(ns.sqrt(square, out=room), self.epsilon * correction, out=room)
        rate = self.learning_rate * correction / (1 - beta1**steps)
        return ns.subtract(data, ns.multiply(ns.divide(mean, root, out=room), rate, out=room), out=data)


class AdamW(Adam):
    """Adam of which weight decay is no part (Loshchilov and Hutter 2019, algorithm 2).

    Before Adam's step, ``w = w - learning_rate * weight_decay * w``; the moments know nothing of it.

    Parameters
    ----------
    learning_rate, betas, epsilon, clip_norm, clip_value
        As in `Adam`.
    weight_decay : float
        At least 0.
    """

    @keywords_told("nn.AdamW")
    def __init__(
        self,
        learning_rate: float | Schedule = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-8,
        *,
        weight_decay: float = 1e-2,
        clip_norm: float | None = None,
        clip_value: float | None = None,
    ) -> None:
        super().__init__(
            learning_rate, betas, epsilon, weight_decay=weight_decay, clip_norm=clip_norm, clip_value=clip_value
        )

    def decayed(self, ns: Any, data: Any, grad: Any, out: Any = None, room: Any = None) -> Any:
        """The gradient as it is: what decays are the parameters."""
        return grad

    def rule(self, ns: Any, data: Any, grad: Any, state: dict[str, Any], steps: Any, room: Any = None) -> Any:
        """See `Optimiser.rule`."""
        kept = 1 - self.learning_rate * self.weight_decay
        return super().rule(ns, ns.multiply(data, kept, out=data), grad, state, steps, room)


KEEP_NAN = (SGD.rule, Nesterov.rule, RMSprop.rule, Adam.rule, AdamW.rule)
"""The rules whose step of an infinite slope, or of NaN, is not finite either."""
