"""The rules of the table read with NumPy's arrays."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module
from operator import mul
from typing import Any, cast

import numpy as np

from ..pairs import pairs_of
from . import special
from .adding import Array, left_to_right, log_of_exponentials
from .floats import FLOATS
from .protocol import Namespace

Positions = np.ndarray[Any, np.dtype[np.intp]]


def _comparison(ufunc: np.ufunc) -> Any:
    """A comparison as 1.0 and 0.0."""

    def compare(a: Array, b: Array, out: Array | None = None) -> Array:
        if out is None:
            out = np.empty(np.broadcast_shapes(np.shape(a), np.shape(b)))
        ufunc(a, b, out=out)
        return out

    return compare


def positions(indices: Any, count: int) -> Positions:
    """Indices as positions 0..count - 1: rounded down, those below 0 counted from the end, as Python does.

    Raises
    ------
    FloatingPointError
        If one is out of range, as where an operation leaves its domain and NumPy's settings are strict.
    """
    found: Positions = np.floor(indices).astype(np.intp)
    # Seen as unsigned a negative number is a very large one, and one comparison looks at both ends.
    if (found.view(np.uintp) < count).all():
        return found
    found += (found < 0) * count
    if not (found.view(np.uintp) < count).all():
        raise FloatingPointError("an index is out of range")
    return found


def _put(result: Any, out: Array | None) -> Array:
    """A result where it is wanted."""
    if out is None:
        return np.asarray(result)
    np.copyto(out, result)
    return out


def _read(rule: Callable[[Array], Any]) -> Callable[..., Array]:
    """A function of one operand that `special` computes with arrays."""
    return lambda a, out=None: _put(rule(np.asarray(a)), out)


def _of_each(function: Callable[[float], float], a: Array) -> Array:
    """A function of Python's, which NumPy lacks, of one number at a time."""
    numbers = np.asarray(a)
    return np.fromiter(map(function, numbers.ravel().tolist()), float, numbers.size).reshape(numbers.shape)


def _special(name: str, function: Callable[[float], float]) -> Callable[..., Array]:
    """A function that NumPy lacks: SciPy's of this name where it is installed, else Python's of one number at a time.

    SciPy takes a fifth of the time; its erfc is within 4e-14 where Python's is within 2e-16. It is loaded when the
    function is first computed.
    """

    @cache
    def of_scipy() -> Any:
        try:
            with np.errstate(all="ignore"):
                return getattr(import_module("scipy.special"), name)
        except ImportError:
            return None

    def computed(a: Array, out: Array | None = None) -> Array:
        whole = of_scipy()
        return _put(_of_each(function, a) if whole is None else whole(a), out)

    return computed


_negative, _exp, _add, _reciprocal = np.negative, np.exp, np.add, np.reciprocal

# An array without axes, which NumPy adds faster than a Python float.
_ONE = np.array(1.0)


class _Arrays:
    """NumPy arrays, elementwise, into `out` if it is given.

    As in NumPy, `out` may be the operand of a function that is one ufunc, and of
    `sigmoid`, `relu` and the derivatives by name. The caller's ``np.errstate`` says what overflow and
    leaving a domain do: run with ``over="ignore"``, since infinity is right there.
    """

    exp = staticmethod(np.exp)
    expm1 = staticmethod(np.expm1)
    log = staticmethod(np.log)
    sqrt = staticmethod(np.sqrt)
    sin = staticmethod(np.sin)
    cos = staticmethod(np.cos)
    tanh = staticmethod(np.tanh)
    absolute = staticmethod(np.absolute)
    log1p = staticmethod(np.log1p)
    log2 = staticmethod(np.log2)
    log10 = staticmethod(np.log10)
    exp2 = staticmethod(np.exp2)
    cbrt = staticmethod(np.cbrt)
    tan = staticmethod(np.tan)
    asin = staticmethod(np.arcsin)
    acos = staticmethod(np.arccos)
    atan = staticmethod(np.arctan)
    atan2 = staticmethod(np.arctan2)
    sinh = staticmethod(np.sinh)
    cosh = staticmethod(np.cosh)
    asinh = staticmethod(np.arcsinh)
    acosh = staticmethod(np.arccosh)
    atanh = staticmethod(np.arctanh)
    hypot = staticmethod(np.hypot)
    copysign = staticmethod(np.copysign)
    floor = staticmethod(np.floor)
    ceil = staticmethod(np.ceil)
    round_ = staticmethod(np.rint)
    mod = staticmethod(np.mod)
    floor_divide = staticmethod(np.floor_divide)
    erf = staticmethod(_special("erf", math.erf))
    erfc = staticmethod(_special("erfc", math.erfc))
    digamma = staticmethod(_read(lambda a: special.polygamma(ARRAYS, 0, a)))
    trigamma = staticmethod(_read(lambda a: special.polygamma(ARRAYS, 1, a)))
    sinc = staticmethod(_read(lambda a: special.sinc(ARRAYS, a)))
    sinc_prime = staticmethod(_read(lambda a: special.sinc_prime(ARRAYS, a)))
    sign = staticmethod(np.sign)
    maximum = staticmethod(np.maximum)
    minimum = staticmethod(np.minimum)
    less = staticmethod(_comparison(np.less))
    less_equal = staticmethod(_comparison(np.less_equal))
    greater = staticmethod(_comparison(np.greater))
    greater_equal = staticmethod(_comparison(np.greater_equal))
    equal = staticmethod(_comparison(np.equal))
    not_equal = staticmethod(_comparison(np.not_equal))

    @staticmethod
    def sigmoid(a: Array, out: Array | None = None) -> Array:
        if out is None:
            out = np.empty(np.shape(a))
        # exp may overflow to infinity, and 1 / (1 + inf) is the right 0.
        _negative(a, out)
        _exp(out, out)
        _add(out, _ONE, out)
        _reciprocal(out, out)
        return out

    @staticmethod
    def sigmoid_prime(a: Array, out: Array | None = None) -> Array:
        half = np.multiply(a, 0.5, out=out)
        slope = _Arrays.tanh_prime(half, out=out)
        return np.asarray(np.multiply(slope, 0.25, out=out))

    @staticmethod
    def tanh_prime(a: Array, out: Array | None = None) -> Array:
        # cosh may overflow to infinity, and 1 / inf is the right 0.
        sech = np.reciprocal(np.cosh(a, out=out), out=out)
        return np.asarray(np.multiply(sech, sech, out=out))

    @staticmethod
    def hypot_prime(a: Array, b: Array, out: Array | None = None) -> Array:
        return _put(special.hypot_prime(ARRAYS, a, b), out)

    @staticmethod
    def lgamma(a: Array, out: Array | None = None) -> Array:
        is_pole = np.less_equal(a, 0.0) & np.equal(a, np.floor(a))
        # SciPy's loses digits near 1 and 2.
        found = _of_each(FLOATS.lgamma, np.where(is_pole, 1.0, a))
        # The logarithm of 0 sets the flag, which is nowhere set for the size of an operand.
        return _put(found - np.log(1.0 - is_pole), out)

    @staticmethod
    def relu(a: Array, out: Array | None = None) -> Array:
        return np.asarray(np.maximum(a, 0.0, out=out))

    @staticmethod
    def softplus(a: Array, out: Array | None = None) -> Array:
        positive = np.maximum(a, 0.0)
        return np.asarray(np.add(positive, np.log1p(np.exp(-np.absolute(a))), out=out))

    @staticmethod
    def step(a: Array, out: Array | None = None) -> Array:
        # In half the time of NumPy's heaviside; NaN stays NaN.
        sign = np.sign(a, out=out)
        return np.asarray(np.maximum(sign, 0.0, out=out))

    @staticmethod
    def power(a: Array, b: Array | float, out: Array | None = None) -> Array:
        # NumPy's general power takes fifty times as long as a product.
        if isinstance(b, float) and b in (2.0, 3.0):
            square = np.multiply(a, a, out=out if b == 2.0 else None)
            return np.asarray(square if b == 2.0 else np.multiply(square, a, out=out))
        return np.asarray(np.power(a, b, out=out))

    @staticmethod
    def where(condition: Array, a: Array, b: Array, out: Array | None = None) -> Array:
        chosen = np.where(np.asarray(condition) != 0, a, b)
        if out is None:
            return chosen
        np.copyto(out, chosen)
        return out

    @staticmethod
    def weighted_sum(*operands: Array) -> Array:
        weights, activations, bias = pairs_of(operands)
        return np.asarray(left_to_right(map(mul, weights, activations), 0.0 if bias is None else bias))

    @staticmethod
    def total(*operands: Array) -> Array:
        return np.asarray(left_to_right(operands))

    @staticmethod
    def logsumexp(*operands: Array) -> Array:
        stacked = np.stack(np.broadcast_arrays(*operands))
        largest = stacked.max(axis=0)
        return np.asarray(largest + log_of_exponentials(stacked - largest, axis=0))

    @staticmethod
    def log_softmax(*operands: Array) -> Array:
        stacked = np.stack(np.broadcast_arrays(*operands))
        below = stacked - stacked.max(axis=0)
        return np.asarray(below[0] - log_of_exponentials(below, axis=0))

    @staticmethod
    def share(index: int, logsumexp: Array, operands: Sequence[Array]) -> Array:
        return np.asarray(np.exp(operands[index] - logsumexp))

    @staticmethod
    def choose(index: Array, *options: Array) -> Array:
        count, whole = len(options), np.floor(index)
        outside = ~((-count <= whole) & (whole < count))
        place, *stacked = np.broadcast_arrays(np.where(outside, 0.0, whole).astype(np.intp) % count, *options)
        chosen = np.take_along_axis(np.stack(stacked), place[None], axis=0)[0]
        # The root of -1 is NaN and sets the flag; what is in range stays as it is when -0.0 is added.
        return np.asarray(chosen + np.sqrt(-outside.astype(float)))


ARRAYS: Namespace = cast(Namespace, _Arrays())
