"""The rules of the table read with Python's floats."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Sequence
from operator import mul
from typing import cast

from ..pairs import pairs_of
from . import special
from .adding import left_to_right
from .protocol import Namespace


def _infinite_beyond(function: Callable[[float], float]) -> Callable[[float], float]:
    """A function of Python's that is infinite where its result exceeds the largest float."""

    def computed(a: float) -> float:
        try:
            return function(a)
        except OverflowError:
            return math.inf

    return computed


def _whole(function: Callable[[float], int]) -> Callable[[float], float]:
    """A way of rounding that leaves a sign to 0, and infinity and NaN as they are."""

    def rounded(a: float) -> float:
        return math.copysign(function(a), a) if math.isfinite(a) else a

    return rounded


def _finite(a: float) -> float:
    if math.isinf(a):
        raise ValueError("expected a finite number")
    return a


class _Floats:
    """Python floats, for the eager engine."""

    log = staticmethod(math.log)
    sqrt = staticmethod(math.sqrt)
    sin = staticmethod(math.sin)
    cos = staticmethod(math.cos)
    tanh = staticmethod(math.tanh)
    absolute = staticmethod(abs)
    log1p = staticmethod(math.log1p)
    log2 = staticmethod(math.log2)
    log10 = staticmethod(math.log10)
    cbrt = staticmethod(math.cbrt)
    tan = staticmethod(math.tan)
    asin = staticmethod(math.asin)
    acos = staticmethod(math.acos)
    atan = staticmethod(math.atan)
    atan2 = staticmethod(math.atan2)
    asinh = staticmethod(math.asinh)
    acosh = staticmethod(math.acosh)
    atanh = staticmethod(math.atanh)
    hypot = staticmethod(math.hypot)
    erf = staticmethod(math.erf)
    erfc = staticmethod(math.erfc)
    copysign = staticmethod(math.copysign)
    mod = staticmethod(operator.mod)
    floor_divide = staticmethod(operator.floordiv)
    expm1 = staticmethod(_infinite_beyond(math.expm1))
    exp2 = staticmethod(_infinite_beyond(math.exp2))
    cosh = staticmethod(_infinite_beyond(math.cosh))
    lgamma = staticmethod(_infinite_beyond(math.lgamma))
    floor = staticmethod(_whole(math.floor))
    ceil = staticmethod(_whole(math.ceil))
    round_ = staticmethod(_whole(round))

    @staticmethod
    def exp(a: float) -> float:
        try:
            return math.exp(a)
        except OverflowError:
            return math.inf

    @staticmethod
    def sinh(a: float) -> float:
        try:
            return math.sinh(a)
        except OverflowError:
            return math.copysign(math.inf, a)

    @staticmethod
    def hypot_prime(a: float, b: float) -> float:
        return special.hypot_prime(FLOATS, a, b)  # type: ignore[no-any-return]  # what is read with floats is one

    @staticmethod
    def digamma(a: float) -> float:
        return special.polygamma(FLOATS, 0, a)  # type: ignore[no-any-return]

    @staticmethod
    def trigamma(a: float) -> float:
        return special.polygamma(FLOATS, 1, a)  # type: ignore[no-any-return]

    @staticmethod
    def sinc(a: float) -> float:
        return special.sinc(FLOATS, _finite(a))  # type: ignore[no-any-return]

    @staticmethod
    def sinc_prime(a: float) -> float:
        return special.sinc_prime(FLOATS, _finite(a))  # type: ignore[no-any-return]

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


FLOATS: Namespace = cast(Namespace, _Floats())
