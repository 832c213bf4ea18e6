"""How parameters are changed: what all rules have in common, from the learning rate to the state that steps leave."""

from __future__ import annotations

import copy
import operator
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from autograd import Value
from autograd.errors import ArgumentError, OperandError, ShapeError
from autograd.parameters import Parameters, leaves
from autograd.words import attributes_told, keywords_told

from ..data import count_of, within
from .schedules import Schedule, name_of, rate_at, settings_of

Vector = npt.NDArray[np.float64]

_FORESEEN = 10_000


@attributes_told("optimiser")
class Optimiser:
    """Changes parameters by their gradients; a subclass gives the `rule` and names the `vectors` that it keeps.

    Parameters
    ----------
    learning_rate : float or callable
        Above 0; or a function of the epoch, from 0, that returns at least 0, such as `cosine` or
        ``lambda epoch: 0.5 / (1 + epoch)``. It should give an epoch the same rate whenever it is asked.
    weight_decay : float
        At least 0: how much of each parameter is added to its gradient, as of a cost with
        ``weight_decay / 2`` times the sum of the squared parameters, biases included.
    clip_norm : float, optional
        Above 0: a gradient that is longer, of all parameters together, is scaled to this length.
    clip_value : float, optional
        Above 0: each component of the gradient is brought into -clip_value..clip_value, before its length is taken.

    Attributes
    ----------
    schedule : callable or None
        The learning rate as a function of the epoch, where it is one.
    steps : int
        How many were taken.
    """

    schedule: Schedule | None
    _rate: Any  # None where the schedule is to be asked
    _shown: ClassVar[tuple[str, ...]] = ()

    @keywords_told("nn.Optimiser")
    def __init__(
        self,
        learning_rate: float | Schedule,
        *,
        weight_decay: float = 0.0,
        clip_norm: float | None = None,
        clip_value: float | None = None,
    ) -> None:
        self._epoch = 0
        self.learning_rate = learning_rate
        self.weight_decay = within("weight_decay", weight_decay, 0.0, low_included=True)
        self.clip_norm = None if clip_norm is None else within("clip_norm", clip_norm, 0.0)
        self.clip_value = None if clip_value is None else within("clip_value", clip_value, 0.0)
        self.state: dict[str, Vector] = {}
        self.steps = 0
        self._parameters = Parameters(())
        self._scratch: Vector = np.empty(0)
        self._slope: Vector = np.empty(0)

    @property
    def learning_rate(self) -> float:
        """The rate of the present `epoch`, a float; may be set to another, or to a function of the epoch."""
        if self._rate is None and self.schedule is not None:
            self._rate = rate_at(self.schedule, self._epoch)
        rate: float = self._rate
        return rate

    @learning_rate.setter
    def learning_rate(self, given: float | Schedule) -> None:
        if callable(given):
            self._rate, self.schedule = rate_at(given, self._epoch), given
        else:
            self._rate, self.schedule = within("learning_rate", given, 0.0), None

    @property
    def epoch(self) -> int:
        """How many epochs are behind it, which a schedule's rate goes by.

        `fit` counts on at the end of each epoch, from training to training as ``steps`` do. A loop of your own says
        ``optimiser.epoch += 1``; set to 0, the schedule begins anew.
        """
        return self._epoch

    @epoch.setter
    def epoch(self, given: int) -> None:
        self._epoch = count_of("epoch", given, 0)
        if self.schedule is not None:
            self._rate = None

    def rates(self, epochs: int) -> list[float]:
        """The learning rates of so many epochs, of the first ten thousand if they are more, the present one first.

        Raises
        ------
        OperandError, ArgumentError
            If the schedule has none for one of them.
        """
        rate, epochs = self.schedule, min(epochs, _FORESEEN)
        if rate is None:
            return [self.learning_rate] * epochs
        return [rate_at(rate, self._epoch + ahead) for ahead in range(epochs)]

    def step(self, parameters: Sequence[Value]) -> None:
        """Change every parameter once, by the gradient in its ``grad``, which stays as it is.

        The state (velocities, moments) goes with the parameters, in whatever order they come.

        Raises
        ------
        OperandError
            If they are no list of leaf Values.
        ArgumentError
            If there are none, one comes twice, they are not those of the first step, or the schedule has no rate.
        """
        known = self._parameters if parameters is self._parameters else self._recognised(parameters)
        if self._rate is None:
            self._rate = self.learning_rate  # before anything changes: the schedule may have none
        self.steps += 1
        data, grad = known.view, known.grad
        if data is None:
            data = known.data
        if self.weight_decay or self.clip_norm is not None or self.clip_value is not None:
            grad = self._prepared(data, grad)
        self.update(data, grad)
        known.data = data

    def _recognised(self, parameters: Sequence[Value]) -> Parameters:
        """The parameters, with the state in their order, which compiling may have changed."""
        known, name = self._parameters, f"{type(self).__name__}.step"
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
        if parameters is known:
            return {name: vector.copy() for name, vector in self.state.items()}
        places = {id(parameter): place for place, parameter in enumerate(known)}
        order = [places.get(id(parameter), -1) for parameter in given]
        if sorted(order) != list(range(len(known))):
            raise ArgumentError(
                f"{type(self).__name__}.step: expected the {len(known)} parameters of the first step, "
                f"got {len(given)} of which {order.count(-1)} are others; make one optimiser for each network"
            )
        return {name: vector[order] for name, vector in self.state.items()}

    def restore(
        self, parameters: Sequence[Value], state: Mapping[str, Vector], steps: int, epoch: int | None = None
    ) -> None:
        """Go on as the optimiser whose `state_of`, ``steps`` and `epoch` these are.

        Parameters
        ----------
        parameters : sequence of Value
            The next step's, in whatever order they come then.
        state : mapping of str to ndarray, shape (parameters,)
            In the order of `parameters`.
        steps : int
            How many were taken, at least 0.
        epoch : int, optional
            At least 0; as it is where not given.

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
        epoch = self._epoch if epoch is None else count_of(f"{where}(epoch)", epoch, 0)
        vectors = {name: _vector(f"state[{name!r}]", vector) for name, vector in state.items()}
        for name, vector in vectors.items():
            if vector.shape != (len(known),):
                raise ShapeError(f"state[{name!r}]: expected shape ({len(known)},), got {vector.shape}")
        self.state, self.steps, self.epoch, self._parameters = vectors, int(steps), epoch, known

    @property
    def settings(self) -> str:
        """The rule and its numbers, such as ``"SGD(learning_rate=0.5, momentum=0.9)"``."""
        numbers = {
            name: value
            for name, value in vars(self).items()
            if isinstance(value, int | float | tuple) and name != "steps" and not name.startswith("_")
        }
        if not self.weight_decay:
            del numbers["weight_decay"]
        rate = repr(self.learning_rate) if self.schedule is None else settings_of(self.schedule)
        told = [f"learning_rate={rate}", *(f"{name}={value!r}" for name, value in numbers.items())]
        return f"{type(self).__name__}({', '.join(told)})"

    def __repr__(self) -> str:
        rate = repr(self.learning_rate) if self.schedule is None else name_of(self.schedule)
        more = [name for name in ("weight_decay", "clip_norm", "clip_value") if getattr(self, name)]
        told = [f"{name}={getattr(self, name)!r}" for name in dict.fromkeys((*self._shown, *more))]
        return f"{type(self).__name__}({', '.join([rate, *told])})"

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
        data : vector, shape (parameters,)
        grad : vector, shape (parameters,)
            What `clipped` and `decayed` left of the gradient; not written to.
        state : dict of str to vector
            Those that `vectors` names; new ones are put back.
        steps : int
            How many there were, this one included.
        room : vector, optional
            Where NumPy may compute.
        """
        raise NotImplementedError(f"{type(self).__name__} gives no rule")

    def clipped(self, ns: Any, grad: Any, out: Any = None) -> Any:
        """The gradient of all parameters within `clip_value` and `clip_norm`; `ns` and `out` as in `rule`."""
        if self.clip_value is not None:
            grad = ns.maximum(ns.minimum(grad, self.clip_value, out=out), -self.clip_value, out=out)
        if self.clip_norm is not None:
            # In units of the largest component, whose square could overflow.
            unit = ns.maximum(ns.max(ns.absolute(grad)), self.clip_norm)
            parts = ns.divide(grad, unit)
            length = ns.sqrt(ns.sum(ns.multiply(parts, parts)))
            most = ns.divide(self.clip_norm, unit)
            grad = ns.multiply(grad, ns.divide(most, ns.maximum(length, most)), out=out)
        return grad

    def decayed(self, ns: Any, data: Any, grad: Any, out: Any = None, room: Any = None) -> Any:
        """The gradient with that of `weight_decay`; it may stand in `out`, not in `room`."""
        if not self.weight_decay:
            return grad
        return ns.add(grad, ns.multiply(data, self.weight_decay, out=room), out=out)

    def at(self, rate: Any) -> Optimiser:
        """The same rule with another learning rate, which may be a number of JAX; to call its methods alone."""
        other = copy.copy(self)
        other._rate = rate
        return other

    def _prepared(self, data: Vector, grad: Vector) -> Vector:
        """The gradient as the rule takes it, in an array of its own."""
        if self._slope.shape != grad.shape:
            self._slope = np.empty_like(grad)
        with np.errstate(invalid="ignore"):  # of an infinite gradient comes NaN
            grad = self.clipped(np, grad, self._slope)
        prepared: Vector = self.decayed(np, data, grad, self._slope, self._room(data))
        return prepared

    def update(self, data: Vector, grad: Vector) -> None:
        """Change `data` in place by the rule, both of shape (parameters,)."""
        for name in self.vectors:
            if name not in self.state:
                self.state[name] = np.zeros_like(data)
        self.rule(np, data, grad, self.state, self.steps, self._room(data))

    def _room(self, like: Vector) -> Vector:
        """An array to compute in, of whatever numbers the last step left."""
        if self._scratch.size != like.size:
            self._scratch = np.empty_like(like)
        return self._scratch


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
