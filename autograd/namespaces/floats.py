"""The rules of the table read with Python's floats."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from operator import mul
from typing import cast

from ..pairs import pairs_of
from .adding import left_to_right
from .protocol import Namespace


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


FLOATS = cast(Namespace, _Floats())
