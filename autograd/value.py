"""`Value`: a number that remembers how it was made."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any, Never, TypeVar, cast

from . import clock, modes
from .errors import DomainError, GraphError, OperandError
from .labels import Label
from .methods import Methods
from .namespaces import FLOATS
from .primitives import (
    ABSOLUTE,
    ADD,
    CONSTANT,
    DETACH,
    DIVIDE,
    EQUAL,
    EXP,
    GREATER,
    GREATER_EQUAL,
    LEAF,
    LESS,
    LESS_EQUAL,
    LOG_SOFTMAX,
    MULTIPLY,
    NEGATIVE,
    NOT_EQUAL,
    POSITIVE_OF,
    POWER,
    SIGMOID,
    SUBTRACT,
    Primitive,
)
from .reals import REAL, Convertible, as_float, described
from .sentences import GUARD, as_equation, keep_its_numbers, out_of_domain, set_its_leaves, told
from .words import attributes_told, refuse_keywords

_new = object.__new__
V = TypeVar("V", bound="Value")


def _comparison(primitive: Primitive) -> Callable[[Any, Any], bool]:
    """A comparison as a method."""

    def method(self: Value, other: Any) -> bool:
        right = as_operand(other)
        if right is None:
            return cast(bool, NotImplemented)
        if modes.active and (recorder := modes.recorder()) is not None:
            return cast(bool, recorder.condition(primitive, self, right))
        return bool(primitive.rule(FLOATS, self._data, right._data) != 0.0)

    return method


@attributes_told("v")
class Value(Methods, Convertible):
    """A real number, and the operation and operands that it was computed from.

    Parameters
    ----------
    data : real number
        The number; NumPy scalars, fractions and bools become floats.
    label : str or Label, optional
        The name under which it is drawn and told; a string is read as labels are printed: ``"a^L_j"``.

    Attributes
    ----------
    data : float
        The number.
    grad : float
        The derivative of the last output that ``backward()`` was called on with
        respect to this value. Leaves accumulate over calls; the others hold the
        last pass's alone.
    label : Label or None
        The name.
    operands : tuple of Value
        What it was computed from, in order, duplicates kept; empty for a leaf.
    primitive : Primitive
        The operation that computed it.

    Raises
    ------
    OperandError
        If `data` is not a real number.

    Notes
    -----
    Comparisons compare numbers and give bools; the hash is that of the object,
    so Values of equal data are different members of a set or keys of a dict.

    Examples
    --------
    >>> w, a = Value(0.8, label="w"), Value(0.6, label="a")
    >>> c = (w * a - 1) ** 2
    >>> c.backward()
    >>> round(w.grad, 3), round(a.grad, 3)
    (-0.624, -0.832)
    """

    __slots__ = ("_data", "_label", "_time", "grad", "operands", "primitive")

    _data: float
    _time: int  # when it was computed, or its number last set: see clock.py
    _label: Label | None
    grad: float
    operands: tuple[Value, ...]
    primitive: Primitive

    def __init__(self, data: Any, label: Label | str | None = None, **unknown: Never) -> None:
        if unknown:
            refuse_keywords("Value", Value.__init__, unknown)
        self._data = as_float(data)
        self._label = Label.of(label)
        self._time = 0
        self.grad = 0.0
        self.operands = ()
        # A number made inside a function that is being compiled is a constant of it, not a parameter.
        self.primitive = CONSTANT if modes.active and modes.recorder() is not None else LEAF

    @property
    def data(self) -> float:
        """The number. Setting a leaf's changes it alone: graphs computed from it are not differentiated any more."""
        if modes.active:
            recorder = modes.recorder()
            if recorder is not None:
                recorder.read(self)
        return self._data

    @data.setter
    def data(self, number: Any) -> None:
        if modes.active and self.primitive is not CONSTANT:
            modes.refuse_while_recording("setting .data", "v = ... for a number of each sample")
        if number.__class__ is not float:
            number = as_float(number)
        if self.operands:
            raise GraphError(set_its_leaves(self))
        before, since, self._data = self._data, self._time, number
        if number != before:
            self._time = clock.change(before, since)

    @property
    def label(self) -> Label | None:
        """The name under which the value is drawn and told; a str is read by `Label.parse`."""
        return self._label

    @label.setter
    def label(self, label: Label | str | None) -> None:
        self._label = Label.of(label)

    def backward(self, gradient: Any = 1.0, **unknown: Never) -> None:
        """Add the derivative of this value by each leaf, times the number `gradient`, to the leaf's ``grad``.

        Computed values that it depends on get their derivative of this pass
        alone, so a second call exactly doubles what a first one left in leaves.
        """
        from .reverse import backward

        if unknown:
            refuse_keywords("v.backward", Value.backward, unknown)
        backward(self, as_float(gradient, "v.backward(gradient)"))

    def zero_grad(self) -> None:
        """Set ``grad`` to 0, before the next `backward` adds to it."""
        self.grad = 0.0

    def detach(self) -> Value:
        """The same number as a constant: no gradient flows through it."""
        if modes.active and modes.recorder() is not None:
            return apply(DETACH, (self,))
        return _detached(self)

    # The four operators that graphs are mostly made of have a path of their own: it saves a
    # third of the time of `apply`. tests/autograd/test_value.py holds both equal.

    def __add__(self, other: Any) -> Value:
        if other.__class__ is not Value and (other := as_operand(other)) is None:
            return NotImplemented
        if modes.active:
            return apply(ADD, (self, other))
        value = _new(Value)
        value._data = self._data + other._data
        value._label = None
        value._time = clock.now
        value.grad = 0.0
        value.operands = (self, other)
        value.primitive = ADD
        return value

    def __mul__(self, other: Any) -> Value:
        if other.__class__ is not Value and (other := as_operand(other)) is None:
            return NotImplemented
        if modes.active:
            return apply(MULTIPLY, (self, other))
        value = _new(Value)
        value._data = self._data * other._data
        value._label = None
        value._time = clock.now
        value.grad = 0.0
        value.operands = (self, other)
        value.primitive = MULTIPLY
        return value

    def __sub__(self, other: Any) -> Value:
        return _binary(SUBTRACT, self, other)

    def __truediv__(self, other: Any) -> Value:
        return _binary(DIVIDE, self, other)

    def __pow__(self, other: Any, modulo: None = None) -> Value:
        if modulo is not None:
            raise OperandError("pow(): expected two arguments, got a modulo; write a ** b")
        return _binary(POWER, self, other)

    def __radd__(self, other: Any) -> Value:
        left = as_operand(other)
        return NotImplemented if left is None else left.__add__(self)

    def __rsub__(self, other: Any) -> Value:
        return _reflected(SUBTRACT, other, self)

    def __rmul__(self, other: Any) -> Value:
        left = as_operand(other)
        return NotImplemented if left is None else left.__mul__(self)

    def __rtruediv__(self, other: Any) -> Value:
        return _reflected(DIVIDE, other, self)

    def __rpow__(self, other: Any, modulo: None = None) -> Value:
        return _reflected(POWER, other, self)

    def __neg__(self) -> Value:
        return apply(NEGATIVE, (self,))

    def __pos__(self) -> Value:
        return apply(POSITIVE_OF, (self,))

    def __abs__(self) -> Value:
        return apply(ABSOLUTE, (self,))

    __lt__ = _comparison(LESS)
    __le__ = _comparison(LESS_EQUAL)
    __gt__ = _comparison(GREATER)
    __ge__ = _comparison(GREATER_EQUAL)
    __eq__ = _comparison(EQUAL)
    __ne__ = _comparison(NOT_EQUAL)

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return told(self)

    def _repr_latex_(self) -> str | None:
        return as_equation(self)

    def usable(self) -> Value:
        """The value itself. A value of a recording raises where it is used elsewhere: see `compiler.recorded`."""
        return self

    def __copy__(self) -> Value:
        if modes.active and modes.recorder() is not None:
            # A leaf of its own would keep the number that this one has now.
            return +self if self.operands else self.detach()
        twin = made(Value, self._data, self.operands, self.primitive)
        twin._label, twin._time, twin.grad = self._label, self._time, self.grad
        return twin

    def __deepcopy__(self, memo: Any) -> Value:
        recording = modes.active and modes.recorder() is not None
        return self.detach() if recording else _restored(*self.__reduce__()[1])

    def __reduce__(self) -> tuple[Any, ...]:
        if modes.active and (recorder := modes.recorder()) is not None:
            recorder.read(self)
        if self.operands:
            raise OperandError(keep_its_numbers(self))
        return _restored, (self._data, self._label, self.grad, self.primitive)


number_of: Callable[[Value], float] = attrgetter("_data")
"""The number of a value as the engine reads it, whether a function is being recorded for `compile` or not:
drawing, telling, checking and compiling look at a graph that stands already. Users read ``v.data``."""


def made(kind: type[V], data: float, operands: tuple[Value, ...], primitive: Primitive) -> V:
    """A Value of any kind, of what stands in it."""
    value = _new(kind)
    value._data, value._label, value._time = data, None, clock.now
    value.grad, value.operands, value.primitive = 0.0, operands, primitive
    return value


def _restored(data: float, label: Label | None, grad: float, primitive: Primitive) -> Value:
    value = made(Value, data, (), primitive)
    value._label, value.grad = label, grad
    return value


def constant(number: float) -> Value:
    """A number that stood in an expression, as an operand without gradient."""
    value = _new(Value)
    value._data = number
    value._label = None
    value._time = 0
    value.grad = 0.0
    value.operands = ()
    value.primitive = CONSTANT
    return value


def _detached(value: Value) -> Value:
    """The number of a value without gradient.

    Of a sigmoid, and of a share of a softmax, the z are kept as numbers: where it is 0 or 1, costs are computed from
    them.
    """
    if value.primitive is not SIGMOID and value.primitive is not EXP:
        return constant(value._data)
    (inner,) = value.operands
    if value.primitive is SIGMOID and inner._time <= value._time:  # a leaf may have been changed since
        return made(Value, value._data, (constant(inner._data),), SIGMOID)
    if inner.primitive is LOG_SOFTMAX and all(z._time <= inner._time for z in inner.operands):
        numbers = tuple(constant(z._data) for z in inner.operands)
        return made(Value, value._data, (made(Value, inner._data, numbers, LOG_SOFTMAX),), EXP)
    return constant(value._data)


def as_operand(thing: Any) -> Value | None:
    """A Value as it is, a real number as a constant, None for anything else."""
    if thing.__class__ is Value:
        return thing
    if thing.__class__ is float:
        return constant(thing)
    if isinstance(thing, Value):
        return thing.usable()
    return constant(as_float(thing, "an operand")) if isinstance(thing, REAL) else None


Value._as_operand = staticmethod(as_operand)


def as_value(thing: Any, name: str) -> Value:
    """`as_operand`, or an `OperandError` that names the argument."""
    operand = as_operand(thing)
    if operand is None:
        raise OperandError(f"{name}: expected a Value or a real number, got {described(thing)}")
    return operand


def apply(primitive: Primitive, operands: tuple[Value, ...]) -> Value:
    """The result of an operation of the table, with its operands recorded.

    Raises
    ------
    DomainError
        Where the operation has no real result; names it, its operands, their labels and values.
    """
    if modes.active and (recorder := modes.recorder()) is not None:
        return cast(Value, recorder.apply(primitive, operands))
    time = clock.now
    try:
        data = primitive.rule(FLOATS, *[operand._data for operand in operands])
    except (ValueError, ZeroDivisionError):
        watcher = modes.watcher()
        place = watcher.where() if watcher else ""
        raise DomainError(out_of_domain(primitive, operands) + place + GUARD) from None
    if time != clock.now:  # another thread changed a number meanwhile, perhaps one that was read before
        return apply(primitive, operands)
    value = _new(Value)
    if modes.active and (watcher := modes.watcher()) is not None:
        value = watcher.new(primitive, operands, data)
    value._data = data
    value._label = None
    value._time = time
    value.grad = 0.0
    if modes.active and not modes.recording_gradients():
        # The z of a sigmoid is kept as a number: where a is 0 or 1, costs are computed from it.
        value.operands = (constant(operands[0]._data),) if primitive is SIGMOID else ()
        value.primitive = SIGMOID if value.operands else CONSTANT
    else:
        value.operands = operands
        value.primitive = primitive
    return value


Value._apply = staticmethod(apply)


def _binary(primitive: Primitive, left: Value, other: Any) -> Value:
    right = as_operand(other)
    return NotImplemented if right is None else apply(primitive, (left, right))


def _reflected(primitive: Primitive, other: Any, right: Value) -> Value:
    left = as_operand(other)
    return NotImplemented if left is None else apply(primitive, (left, right))
