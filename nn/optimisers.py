"""How parameters are changed: a small step down the gradient."""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from autograd import Value
from autograd.errors import ArgumentError, OperandError, ShapeError
from autograd.parameters import Parameters, leaves
from autograd.reals import as_float

Vector = npt.NDArray[np.float64]


class Optimiser:
    """Changes parameters by their gradients; a subclass gives the `rule` and names the `vectors` that it keeps."""

    def __init__(self, learning_rate: float) -> None:
        self.learning_rate = _within("learning_rate", learning_rate, 0.0, math.inf)
        self.state: dict[str, Vector] = {}
        self.steps = 0
        self._parameters = Parameters(())
        self._scratch: Vector = np.empty(0)

    def step(self, parameters: Sequence[Value]) -> None:
        """Change every parameter once, by the gradient in its ``grad``.

        The state (velocities, moments) goes with the parameters, in whatever order they come.

        Raises
        ------
        OperandError
            If they are no list of leaf Values.
        ArgumentError
            If there are none, one comes twice, or they are not those of the first step.
        """
        known = self._recognised(parameters)
        self.steps += 1
        data = known.view
        if data is None:
            data = known.data
        self.update(data, known.grad)
        known.data = data

    def _recognised(self, parameters: Sequence[Value]) -> Parameters:
        """The parameters, with the state in their order, which compiling may have changed."""
        known = self._parameters
        if parameters is known:
            return known
        name = f"{type(self).__name__}.step"
        given = _some(parameters, name)
        if len(given) == len(known) and all(map(operator.is_, given, known)):
            return known
        self.state = self.state_of(given)
        self._parameters = parameters if isinstance(parameters, Parameters) else Parameters(given, name)
        return self._parameters

    def state_of(self, parameters: Sequence[Value]) -> dict[str, Vector]:
        """What the steps so far left behind, such as velocities: a copy, in the order of `parameters`.

        Returns
        -------
        dict of str to ndarray, shape (parameters,)
            Empty before the first step.

        Raises
        ------
        ArgumentError
            If the parameters are not those of the first step.
        """
        given = _some(parameters, f"{type(self).__name__}.state_of")
        if not self.steps:
            return {}
        known = self._parameters
        places = {id(parameter): place for place, parameter in enumerate(known)}
        order = [places.get(id(parameter), -1) for parameter in given]
        if sorted(order) != list(range(len(known))):
            raise ArgumentError(
                f"{type(self).__name__}.step: expected the {len(known)} parameters of the first step, "
                f"got {len(given)} of which {order.count(-1)} are others; make one optimiser for each network"
            )
        return {name: vector[order] for name, vector in self.state.items()}

    def restore(self, parameters: Sequence[Value], state: Mapping[str, Vector], steps: int) -> None:
        """Go on as the optimiser whose `state_of` and ``steps`` these are.

        Parameters
        ----------
        parameters : sequence of Value
            The next step's, in whatever order they come then.
        state : mapping of str to ndarray, shape (parameters,)
            In the order of `parameters`.
        steps : int
            How many were taken, at least 0.

        Raises
        ------
        OperandError, ArgumentError, ShapeError
            If the parameters cannot be a step's, or a vector is not as long as they are; nothing is changed.
        """
        where = f"{type(self).__name__}.restore"
        given = _some(parameters, where)
        known = parameters if isinstance(parameters, Parameters) else Parameters(given, where)
        if not isinstance(state, Mapping):
            raise OperandError(f"{where}: expected the state of state_of, got {type(state).__name__}")
        if isinstance(steps, bool) or not isinstance(steps, int | np.integer) or steps < 0:
            raise ArgumentError(f"{where}: expected steps to be a whole number of at least 0, got {steps!r}")
        vectors = {name: _vector(f"state[{name!r}]", vector) for name, vector in state.items()}
        for name, vector in vectors.items():
            if vector.shape != (len(known),):
                raise ShapeError(f"state[{name!r}]: expected shape ({len(known)},), got {vector.shape}")
        self.state, self.steps, self._parameters = vectors, int(steps), known

    @property
    def settings(self) -> str:
        """The rule and its numbers, such as ``"SGD(learning_rate=0.5, momentum=0.9)"``."""
        numbers = {
            name: value
            for name, value in vars(self).items()
            if isinstance(value, int | float | tuple) and name != "steps" and not name.startswith("_")
        }
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in numbers.items())})"

    @property
    def vectors(self) -> tuple[str, ...]:
        """The names of the vectors that `rule` finds in its state, of zeros before the first step."""
        return ()

    def rule(self, ns: Any, data: Any, grad: Any, state: dict[str, Any], steps: Any, room: Any = None) -> Any:
        """The parameters after one step.

        Written once and read with NumPy, in place, and with JAX, whose arrays never change: what is computed is
        what the functions of `ns` return, and their ``out=`` says where NumPy may put it.

        Parameters
        ----------
        ns : namespace
            NumPy, or what has the same ``add``, ``subtract``, ``multiply``, ``divide`` and ``sqrt``.
        data, grad : vector, shape (parameters,)
        state : dict of str to vector
            Those that `vectors` names; new ones are put back.
        steps : int
            How many there were, this one included.
        room : vector, optional
            Where NumPy may compute.
        """
        raise NotImplementedError(f"{type(self).__name__} gives no rule")

    def update(self, data: Vector, grad: Vector) -> None:
        """Change `data` in place by the rule, both of shape (parameters,)."""
        for name in self.vectors:
            if name not in self.state:
                self.state[name] = np.zeros_like(data)
        self.rule(np, data, grad, self.state, self.steps, self._room(data))

    def _room(self, like: Vector) -> Vector:
        """An array to compute in, of whatever numbers the last step left."""
        if self._scratch.shape != like.shape:
            self._scratch = np.empty_like(like)
        return self._scratch


class SGD(Optimiser):
    """Gradient descent: ``v = momentum * v + gradient``, ``w = w - learning_rate * v``.

    Parameters
    ----------
    learning_rate : float
        Above 0.
    momentum : float
        0..1, below 1.
    """

    def __init__(self, learning_rate: float, momentum: float = 0.0) -> None:
        super().__init__(learning_rate)
        self.momentum = _within("momentum", momentum, 0.0, 1.0, low_included=True)

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

    def __repr__(self) -> str:
        return f"SGD({self.learning_rate}, momentum={self.momentum})"


class Adam(Optimiser):
    """Adam (Kingma and Ba 2015, algorithm 1): steps scaled by running moments of the gradient.

    Parameters
    ----------
    learning_rate : float
        Above 0.
    betas : (float, float)
        How slowly the first and second moments forget, 0..1, below 1.
    epsilon : float
        Above 0, keeps the division finite.
    """

    def __init__(
        self, learning_rate: float = 1e-3, betas: tuple[float, float] = (0.9, 0.999), epsilon: float = 1e-8
    ) -> None:
        super().__init__(learning_rate)
        if not isinstance(betas, tuple | list) or len(betas) != 2:
            raise ArgumentError(f"betas: expected two numbers such as (0.9, 0.999), got {betas!r}")
        self.betas = tuple(_within("betas", beta, 0.0, 1.0, low_included=True) for beta in betas)
        self.epsilon = _within("epsilon", epsilon, 0.0, math.inf)

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

    def __repr__(self) -> str:
        return f"Adam({self.learning_rate}, betas={self.betas})"


def _some(parameters: Sequence[Value], name: str) -> Sequence[Value]:
    """The parameters, checked to be leaf Values, and at least one."""
    given = leaves(parameters, name)
    if not given:
        raise ArgumentError(f"{name}: expected at least one parameter, got none")
    return given


def _vector(name: str, given: Any) -> Vector:
    """A copy of real numbers, which may be infinite: moments may overflow."""
    try:
        array = np.array(given)
    except ValueError:
        array = np.array(None)
    if array.dtype.kind not in "fiu":
        raise OperandError(f"{name}: expected an array of real numbers, got {type(given).__name__} {given!r:.40}")
    return array.astype(float)


def _within(name: str, given: Any, low: float, high: float, low_included: bool = False) -> float:
    number = as_float(given, name)
    if not ((low <= number if low_included else low < number) and number < high):
        bounds = f"{'at least' if low_included else 'above'} {low:g}" + (
            f" and below {high:g}" if high < math.inf else ""
        )
        raise ArgumentError(f"{name}: expected a finite number {bounds}, got {given!r}")
    return number
