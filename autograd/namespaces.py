"""What a rule of the table is read in.

A rule such as exp's partial ``v`` or relu's ``ns.step(a)`` names
no number type: operators come from its arguments, functions from the namespace
`ns`. Here are the readings that need nothing else: `FLOATS` for the reverse
pass, and `ARRAYS` for whole batches. Values (`autograd.functions.VALUES`) and
symbols build on the table and live beside what they build.

Outside a function's domain floats raise ``ValueError`` or ``ZeroDivisionError``
and arrays set NumPy's floating-point flags; too large a result is infinite in
both. The stable forms are in one place, here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from operator import mul
from typing import Any, Protocol, TypeVar, cast

import numpy as np

from .pairs import pairs_of

Array = np.ndarray[Any, np.dtype[np.floating[Any]]]
Positions = np.ndarray[Any, np.dtype[np.intp]]
N = TypeVar("N", float, Array)


class Namespace(Protocol):
    """The functions that a rule may call, each for one kind of number."""

    exp: Any
    expm1: Any
    log: Any
    sqrt: Any
    sin: Any
    cos: Any
    tanh: Any
    tanh_prime: Any
    sigmoid: Any
    sigmoid_prime: Any
    relu: Any
    softplus: Any
    absolute: Any
    sign: Any
    step: Any
    power: Any
    maximum: Any
    minimum: Any
    where: Any
    less: Any
    less_equal: Any
    greater: Any
    greater_equal: Any
    equal: Any
    not_equal: Any
    weighted_sum: Any
    total: Any
    logsumexp: Any
    log_softmax: Any
    share: Any  # of operand i in the sum of exponentials: share(i, its logsumexp, operands)
    choose: Any


def log_of_exponentials(shifted: Array, axis: int | tuple[int, ...], keepdims: bool = False) -> Array:
    """The logarithm of a sum of exponentials whose largest is exp(0), right to the last digit where it is tiny."""
    largest = shifted == 0.0
    others = np.exp(shifted) - largest
    ties = largest.sum(axis=axis, keepdims=keepdims, dtype=shifted.dtype) - 1.0
    return np.asarray(np.log1p(others.sum(axis=axis, keepdims=keepdims) + ties))


def left_to_right(terms: Iterable[N], start: N | float = 0.0) -> N:
    """`start` and the terms, added one by one in their order, rounding after each.

    The built-in ``sum`` is no such rule: since Python 3.12 it carries the rounding errors of floats along.
    """
    added: Any = start
    for term in terms:
        added = added + term
    return added  # type: ignore[no-any-return]  # a number of the terms' kind


class _Floats:
    """Python floats, for the eager engine."""

    log = staticmethod(math.log)
    sqrt = staticmethod(math.sqrt)
    sin = staticmethod(math.sin)
    cos = staticmethod(math.cos)
    tanh = staticmethod(math.tanh)
    absolute = staticmethod(abs)

    @staticmethod
    def exp(a: float) -> float:
        try:
            return math.exp(a)
        except OverflowError:
            return math.inf

    @staticmethod
    def expm1(a: float) -> float:
        try:
            return math.expm1(a)
        except OverflowError:
            return math.inf

    @staticmethod
    def sigmoid(a: float) -> float:
        # Each branch exponentiates a number that is not positive, so nothing overflows.
        if a >= 0:
            return 1.0 / (1.0 + math.exp(-a))
        e = math.exp(a)
        return e / (1.0 + e)

    @staticmethod
    def sigmoid_prime(a: float) -> float:
        # The sigmoid of a times that of -a: 1 minus a sigmoid close to 1 would keep none of its digits.
        e = math.exp(-abs(a))
        return e / ((1.0 + e) * (1.0 + e))

    @staticmethod
    def tanh_prime(a: float) -> float:
        # 1 / cosh²
        e = math.exp(-2.0 * abs(a))
        return 4.0 * e / ((1.0 + e) * (1.0 + e))

    @staticmethod
    def relu(a: float) -> float:
        return 0.0 if a <= 0 else a

    @staticmethod
    def softplus(a: float) -> float:
        return max(a, 0.0) + math.log1p(math.exp(-abs(a))) if a == a else a

    @staticmethod
    def sign(a: float) -> float:
        return 1.0 if a > 0 else -1.0 if a < 0 else a * 0.0

    @staticmethod
    def step(a: float) -> float:
        return 1.0 if a > 0 else 0.0 if a <= 0 else a

    @staticmethod
    def power(a: float, b: float) -> float:
        try:
            return math.pow(a, b)
        except OverflowError:
            return -math.inf if a < 0 and b % 2 == 1 else math.inf

    @staticmethod
    def maximum(a: float, b: float) -> float:
        return a if a >= b or a != a else b

    @staticmethod
    def minimum(a: float, b: float) -> float:
        return a if a <= b or a != a else b

    @staticmethod
    def where(condition: float, a: float, b: float) -> float:
        return a if condition else b

    @staticmethod
    def less(a: float, b: float) -> float:
        return 1.0 if a < b else 0.0

    @staticmethod
    def less_equal(a: float, b: float) -> float:
        return 1.0 if a <= b else 0.0

    @staticmethod
    def greater(a: float, b: float) -> float:
        return 1.0 if a > b else 0.0

    @staticmethod
    def greater_equal(a: float, b: float) -> float:
        return 1.0 if a >= b else 0.0

    @staticmethod
    def equal(a: float, b: float) -> float:
        return 1.0 if a == b else 0.0

    @staticmethod
    def not_equal(a: float, b: float) -> float:
        return 1.0 if a != b else 0.0

    @staticmethod
    def weighted_sum(*operands: float) -> float:
        weights, activations, bias = pairs_of(operands)
        products: Iterable[float] = map(mul, weights, activations)
        return left_to_right(products, 0.0 if bias is None else bias)

    @staticmethod
    def total(*operands: float) -> float:
        return left_to_right(operands)

    @staticmethod
    def logsumexp(*operands: float) -> float:
        largest = max(operands)
        return largest if math.isinf(largest) else largest + _above(largest, operands)

    @staticmethod
    def log_softmax(*operands: float) -> float:
        # Where the first is the largest, only how far the logarithm is above it is left.
        largest = max(operands)
        return operands[0] - largest - (0.0 if math.isinf(largest) else _above(largest, operands))

    @staticmethod
    def share(index: int, logsumexp: float, operands: Sequence[float]) -> float:
        return _Floats.exp(operands[index] - logsumexp)

    @staticmethod
    def choose(index: float, *options: float) -> float:
        place = math.floor(index) if math.isfinite(index) else len(options)
        if not -len(options) <= place < len(options):
            raise ValueError("no option has this index")
        return options[place]


def _above(largest: float, operands: Sequence[float]) -> float:
    """How far the logsumexp of operands is above the largest of them."""
    at = operands.index(largest)
    return math.log1p(left_to_right(math.exp(a - largest) for i, a in enumerate(operands) if i != at))


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
    def relu(a: Array, out: Array | None = None) -> Array:
        return np.asarray(np.maximum(a, 0.0, out=out))

    @staticmethod
    def softplus(a: Array, out: Array | None = None) -> Array:
        positive = np.maximum(a, 0.0)
        return np.asarray(np.add(positive, np.log1p(np.exp(-np.absolute(a))), out=out))

    @staticmethod
    def step(a: Array, out: Array | None = None) -> Array:
        return np.asarray(np.heaviside(a, 0.0, out=out))

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


FLOATS = cast(Namespace, _Floats())
ARRAYS = cast(Namespace, _Arrays())
