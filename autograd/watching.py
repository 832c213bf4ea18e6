"""Watching for anomalies: the operation, and the user's line, that first makes NaN or infinity of finite numbers."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from math import isfinite

from . import modes
from .errors import NonFiniteError
from .namespaces import FLOATS
from .primitives import CONSTANT, Primitive
from .reverse import UNDEFINED, no_derivative
from .sentences import named, non_finite
from .sources import Place, line_of, told, user_place
from .value import Value, number_of


@contextmanager
def anomalies() -> Iterator[None]:
    """Raise where an operation makes NaN or infinity from finite operands.

    Forward and in reverse passes the error names the operation, its operands
    with labels and numbers, and the user's own line that made the value. Values
    made inside know their line, so a reverse pass inside can tell it. It is for
    looking for a fault: operations take several times as long inside, and no
    longer than ever outside. Per thread, as all modes are.

    Raises
    ------
    NonFiniteError
        Inside, at the first such operation.

    Examples
    --------
    >>> from autograd import Value, anomalies, exp
    >>> z = Value(1000.0, label="z")
    >>> with anomalies():
    ...     a = exp(z)
    Traceback (most recent call last):
    autograd.errors.NonFiniteError: exp: expected a finite result, got inf from z = 1000.0, at ...
    """
    with modes.watching(_ForAnomalies()):
        yield


@contextmanager
def noting_lines() -> Iterator[list[Place]]:
    """A context in which values know the user's line that made them; gives the lines that left a domain."""
    lines = _Lines()
    with modes.watching(lines):
        yield lines.raised


class LocatedValue(Value):
    """A Value that knows the user's line that made it."""

    __slots__ = ("place",)

    place: Place


class _Lines:
    """Notes the user's line of every value that is made, and of every operation that has no result."""

    def __init__(self) -> None:
        self.raised: list[Place] = []

    def new(self, primitive: Primitive, operands: Sequence[Value], data: float) -> Value:
        value = LocatedValue.__new__(LocatedValue)
        value.place = user_place()
        return value

    def where(self) -> str:
        self.raised.append(user_place())
        return f", at {told(self.raised[-1])}"

    def rehearse(
        self, output: Value, order: Sequence[Value], between: Collection[Value] | None = None, seed: float = 1.0
    ) -> None:
        pass


class _ForAnomalies(_Lines):
    """Raises for every anomaly too."""

    def new(self, primitive: Primitive, operands: Sequence[Value], data: float) -> Value:
        if not isfinite(data) and all(map(isfinite, map(number_of, operands))):
            raise NonFiniteError(non_finite(primitive, operands, data) + self.where())
        return super().new(primitive, operands, data)

    def rehearse(
        self, output: Value, order: Sequence[Value], between: Collection[Value] | None = None, seed: float = 1.0
    ) -> None:
        """The reverse pass to all that are no constants, or to `between`, looking at every gradient it makes."""
        if between is None:
            between = {operand for value in order for operand in value.operands if operand.primitive is not CONSTANT}
        grads = {output: seed}
        for value in reversed(order):
            grad = grads.get(value, 0.0)
            if grad == 0.0:
                continue
            partial, numbers = value.primitive.partial, [*map(number_of, value.operands)]
            try:
                for index, operand in enumerate(value.operands):
                    if operand in between:
                        before = grads.get(operand, 0.0)
                        grads[operand] = made = before + grad * partial(FLOATS, index, number_of(value), numbers)
                        if not isfinite(made) and all(map(isfinite, (grad, before, *numbers))):
                            raise NonFiniteError(_sentence(value, operand, grad, made))
            except UNDEFINED:
                raise no_derivative(value) from None


def _sentence(value: Value, operand: Value, grad: float, made: float) -> str:
    return (
        non_finite(value.primitive, value.operands, made, "the derivative of ")
        + f" and the gradient {grad!r} of its result, for its operand {named(operand)}{line_of(value)}"
    )
