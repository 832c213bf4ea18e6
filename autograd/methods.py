"""The table's functions as methods of a Value, under NumPy's names: ``np.arctan(v)`` calls ``v.arctan()``.

NumPy does so for a Value and for every element of an object array. Where it has no such way, as of
``np.logaddexp``, the function of `autograd` is called instead.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from types import FunctionType
from typing import Any, TypeVar

import numpy as np

from .errors import OperandError
from .primitives import (
    ABSOLUTE,
    ACOS,
    ACOSH,
    ASIN,
    ASINH,
    ATAN,
    ATAN2,
    ATANH,
    CBRT,
    CEIL,
    CLIP,
    COPYSIGN,
    COS,
    COSH,
    DIGAMMA,
    ERF,
    ERFC,
    EXP,
    EXP2,
    EXPM1,
    FLOOR,
    FLOOR_DIVIDE,
    GELU,
    HARD_SIGMOID,
    HYPOT,
    LGAMMA,
    LOG,
    LOG1P,
    LOG2,
    LOG10,
    LOGSUMEXP,
    MOD,
    RECIPROCAL,
    RELU,
    ROUND_,
    SIGMOID,
    SILU,
    SIN,
    SINC,
    SINH,
    SOFTPLUS,
    SOFTSIGN,
    SQRT,
    SQUARE,
    TAN,
    TANH,
    Primitive,
)
from .reals import described
from .ufuncs import NumPyOperand

V = TypeVar("V")


def _unary(primitive: Primitive) -> Callable[[V], V]:
    """An operation of one operand as a method."""

    def method(self: Any) -> Any:
        return self._apply(primitive, (self,))

    return _told(method, primitive)


def _binary(primitive: Primitive) -> Callable[[V, Any], V]:
    """One of two operands."""

    def method(self: Any, other: Any) -> Any:
        operand = self._as_operand(other)
        if operand is None:
            raise OperandError(f"{primitive.name}: expected a Value or a real number, got {described(other)}")
        return self._apply(primitive, (self, operand))

    return _told(method, primitive)


def _operator(primitive: Primitive) -> Callable[[V, Any], V]:
    """One that Python asks the left operand for."""

    def method(self: Any, other: Any) -> Any:
        operand = self._as_operand(other)
        return NotImplemented if operand is None else self._apply(primitive, (self, operand))

    return _told(method, primitive)


def _reflected(primitive: Primitive) -> Callable[[V, Any], V]:
    """One that it asks the right operand for."""

    def method(self: Any, other: Any) -> Any:
        operand = self._as_operand(other)
        return NotImplemented if operand is None else self._apply(primitive, (operand, self))

    return _told(method, primitive)


def _told(method: Callable[..., Any], primitive: Primitive) -> Callable[..., Any]:
    method.__name__, method.__doc__ = primitive.name, f"``autograd.{primitive.name}`` of this value."
    return method


class Methods(NumPyOperand):
    """What Python and NumPy call where one of their functions meets a Value."""

    __slots__ = ()

    # What `value`, which imports this, gives: the result of an operation; and a Value, a number or None as an operand.
    _apply: Callable[[Primitive, tuple[Any, ...]], Any]
    _as_operand: Callable[[Any], Any]

    exp = _unary(EXP)
    expm1 = _unary(EXPM1)
    exp2 = _unary(EXP2)
    log = _unary(LOG)
    log1p = _unary(LOG1P)
    log2 = _unary(LOG2)
    log10 = _unary(LOG10)
    sqrt = _unary(SQRT)
    cbrt = _unary(CBRT)
    square = _unary(SQUARE)
    reciprocal = _unary(RECIPROCAL)
    sin = _unary(SIN)
    cos = _unary(COS)
    tan = _unary(TAN)
    arcsin = _unary(ASIN)
    arccos = _unary(ACOS)
    arctan = _unary(ATAN)
    arctan2 = _binary(ATAN2)
    sinh = _unary(SINH)
    cosh = _unary(COSH)
    tanh = _unary(TANH)
    arcsinh = _unary(ASINH)
    arccosh = _unary(ACOSH)
    arctanh = _unary(ATANH)
    hypot = _binary(HYPOT)
    logaddexp = _binary(LOGSUMEXP)
    fabs = _unary(ABSOLUTE)
    rint = _unary(ROUND_)
    copysign = _binary(COPYSIGN)
    erf = _unary(ERF)
    erfc = _unary(ERFC)
    lgamma = _unary(LGAMMA)
    digamma = _unary(DIGAMMA)
    sinc = _unary(SINC)
    sigmoid = _unary(SIGMOID)
    relu = _unary(RELU)
    softplus = _unary(SOFTPLUS)
    gelu = _unary(GELU)
    silu = _unary(SILU)
    hard_sigmoid = _unary(HARD_SIGMOID)
    softsign = _unary(SOFTSIGN)

    __mod__, __rmod__ = _operator(MOD), _reflected(MOD)
    __floordiv__, __rfloordiv__ = _operator(FLOOR_DIVIDE), _reflected(FLOOR_DIVIDE)

    def __divmod__(self, other: Any) -> Any:
        return self // other, self % other

    def __rdivmod__(self, other: Any) -> Any:
        return other // self, other % self

    def clip(self, min: Any = None, max: Any = None, out: None = None) -> Any:
        """``autograd.clip`` of this value, a bound of None being none; as ``np.clip`` calls it."""
        _without(out, "clip")
        return _clipped(self, -math.inf if min is None else min, math.inf if max is None else max)

    def round(self, decimals: int = 0, out: None = None) -> Any:
        """This value rounded, as a Value; as ``np.round`` calls it. ``round(v)`` of Python is a number."""
        _without(out, "round")
        if not isinstance(decimals, int):
            raise OperandError(f"round(decimals): expected an int, got {type(decimals).__name__}")
        scale: Any = 10.0 ** abs(decimals)
        if decimals < 0:
            return (self / scale).rint() * scale
        return (self * scale).rint() / scale if decimals else self.rint()

    def conjugate(self) -> Any:
        """The value itself, which is real."""
        return self

    def __array_function__(self, function: Any, types: Any, given: Any, named: Any) -> Any:
        """See NumPy's protocol of this name: of a Value alone ``np.sinc`` asks for what no Value has."""
        if function is np.sinc:
            return given[0].sinc()
        return function._implementation(*given, **named)

    # np.floor, np.ceil and np.trunc call these too: what math.floor gives of a Value is a Value.

    def __floor__(self) -> Any:
        """``autograd.floor`` of this value; ``math.floor(v.data)`` is an int."""
        return self._apply(FLOOR, (self,))

    def __ceil__(self) -> Any:
        """``autograd.ceil`` of this value; ``math.ceil(v.data)`` is an int."""
        return self._apply(CEIL, (self,))

    def __trunc__(self) -> Any:
        """This value without what stands behind the point; ``int(v)`` is an int."""
        return self._apply(FLOOR, (self._apply(ABSOLUTE, (self,)),)).copysign(self)


def _clipped(value: Any, low: Any, high: Any) -> Any:
    bounds = [value._as_operand(bound) for bound in (low, high)]
    for name, bound, given in zip(("min", "max"), bounds, (low, high), strict=True):
        if bound is None:
            raise OperandError(f"clip({name}): expected a Value or a real number, got {described(given)}")
    return value._apply(CLIP, (value, *bounds))


def _without(out: None, name: str) -> None:
    if out is not None:
        raise OperandError(f"{name}(out): expected no array for the result, which is a Value; leave it away")


NAMES = tuple(name for name, thing in vars(Methods).items() if isinstance(thing, FunctionType))
"""The methods, by their names."""
