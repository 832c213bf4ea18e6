"""The rules of the table read with JAX's arrays."""

from __future__ import annotations

from collections.abc import Sequence
from operator import mul
from typing import Any, cast

import jax
import jax.numpy as jnp

from ....namespaces import Namespace, left_to_right, special
from ....pairs import pairs_of


def _comparison(compare: Any) -> Any:
    """A comparison as 1.0 and 0.0."""
    return lambda a, b: jnp.where(compare(a, b), 1.0, 0.0)


class _JaxArrays:
    """JAX's arrays, elementwise; NaN goes in and comes out as in `namespaces.ARRAYS`."""

    exp = staticmethod(jnp.exp)
    expm1 = staticmethod(jnp.expm1)
    log = staticmethod(jnp.log)
    sqrt = staticmethod(jnp.sqrt)
    sin = staticmethod(jnp.sin)
    cos = staticmethod(jnp.cos)
    tanh = staticmethod(jnp.tanh)
    absolute = staticmethod(jnp.abs)
    log1p = staticmethod(jnp.log1p)
    log2 = staticmethod(jnp.log2)
    log10 = staticmethod(jnp.log10)
    exp2 = staticmethod(jnp.exp2)
    cbrt = staticmethod(jnp.cbrt)
    tan = staticmethod(jnp.tan)
    asin = staticmethod(jnp.arcsin)
    atan = staticmethod(jnp.arctan)
    atan2 = staticmethod(jnp.arctan2)
    sinh = staticmethod(jnp.sinh)
    cosh = staticmethod(jnp.cosh)
    asinh = staticmethod(jnp.arcsinh)
    hypot = staticmethod(jnp.hypot)
    copysign = staticmethod(jnp.copysign)
    floor = staticmethod(jnp.floor)
    ceil = staticmethod(jnp.ceil)
    round_ = staticmethod(jnp.rint)
    mod = staticmethod(jnp.mod)
    floor_divide = staticmethod(jnp.floor_divide)
    erf = staticmethod(jax.lax.erf)
    erfc = staticmethod(jax.lax.erfc)
    lgamma = staticmethod(jax.lax.lgamma)
    digamma = staticmethod(lambda a: special.polygamma(JAX_ARRAYS, 0, a))
    trigamma = staticmethod(lambda a: special.polygamma(JAX_ARRAYS, 1, a))
    sinc = staticmethod(lambda a: special.sinc(JAX_ARRAYS, a))
    sinc_prime = staticmethod(lambda a: special.sinc_prime(JAX_ARRAYS, a))
    hypot_prime = staticmethod(lambda a, b: special.hypot_prime(JAX_ARRAYS, a, b))
    sign = staticmethod(jnp.sign)
    maximum = staticmethod(jnp.maximum)
    minimum = staticmethod(jnp.minimum)
    less = staticmethod(_comparison(jnp.less))
    less_equal = staticmethod(_comparison(jnp.less_equal))
    greater = staticmethod(_comparison(jnp.greater))
    greater_equal = staticmethod(_comparison(jnp.greater_equal))
    equal = staticmethod(_comparison(jnp.equal))
    not_equal = staticmethod(_comparison(jnp.not_equal))

    @staticmethod
    def acos(a: Any) -> Any:
        # XLA's own loses digits near 1.
        return 2.0 * jnp.arctan2(jnp.sqrt(1.0 - a), jnp.sqrt(1.0 + a))

    @staticmethod
    def acosh(a: Any) -> Any:
        # XLA's own loses digits near 1; what is added to a large operand there would overflow as a product.
        above = a - 1.0
        near = jnp.log1p(above + jnp.sqrt(above) * jnp.sqrt(above + 2.0))
        return jnp.where(a < 1e150, near, jnp.log(a) + jnp.log(2.0))

    @staticmethod
    def atanh(a: Any) -> Any:
        size = jnp.abs(a)
        return jnp.copysign(0.5 * jnp.log1p(2.0 * size / (1.0 - size)), a)

    @staticmethod
    def sigmoid(a: Any) -> Any:
        # exp may overflow to infinity, and 1 / (1 + inf) is the right 0.
        return 1.0 / (1.0 + jnp.exp(-a))

    @staticmethod
    def sigmoid_prime(a: Any) -> Any:
        e = jnp.exp(-jnp.abs(a))
        return e / ((1.0 + e) * (1.0 + e))

    @staticmethod
    def tanh_prime(a: Any) -> Any:
        e = jnp.exp(-2.0 * jnp.abs(a))
        return 4.0 * e / ((1.0 + e) * (1.0 + e))

    @staticmethod
    def relu(a: Any) -> Any:
        return jnp.maximum(a, 0.0)

    @staticmethod
    def softplus(a: Any) -> Any:
        return jnp.maximum(a, 0.0) + jnp.log1p(jnp.exp(-jnp.abs(a)))

    @staticmethod
    def step(a: Any) -> Any:
        return jnp.where(a > 0, 1.0, jnp.where(a <= 0, 0.0, a))

    @staticmethod
    def power(a: Any, b: Any) -> Any:
        if isinstance(b, float) and b in (2.0, 3.0):
            return a * a if b == 2.0 else a * a * a
        return jnp.power(a, b)

    @staticmethod
    def where(condition: Any, a: Any, b: Any) -> Any:
        return jnp.where(jnp.asarray(condition) != 0, a, b)

    @staticmethod
    def weighted_sum(*operands: Any) -> Any:
        weights, activations, bias = pairs_of(operands)
        return left_to_right(map(mul, weights, activations), 0.0 if bias is None else bias)

    @staticmethod
    def total(*operands: Any) -> Any:
        return left_to_right(operands)

    @staticmethod
    def logsumexp(*operands: Any) -> Any:
        stacked = jnp.stack(jnp.broadcast_arrays(*operands))
        largest = stacked.max(axis=0)
        return largest + log_of_exponentials(stacked - largest, axis=0)

    @staticmethod
    def log_softmax(*operands: Any) -> Any:
        stacked = jnp.stack(jnp.broadcast_arrays(*operands))
        below = stacked - stacked.max(axis=0)
        return below[0] - log_of_exponentials(below, axis=0)

    @staticmethod
    def share(index: int, logsumexp: Any, operands: Sequence[Any]) -> Any:
        return jnp.exp(operands[index] - logsumexp)

    @staticmethod
    def choose(index: Any, *options: Any) -> Any:
        found, outside = positions(index, len(options))
        found, outside, *stacked = jnp.broadcast_arrays(found, outside, *options)
        return jnp.where(outside, jnp.nan, jnp.take_along_axis(jnp.stack(stacked), found[None], axis=0)[0])


def log_of_exponentials(shifted: Any, axis: int) -> Any:
    """As `namespaces.log_of_exponentials`."""
    largest = shifted == 0.0
    ties = largest.sum(axis=axis, dtype=shifted.dtype) - 1.0
    return jnp.log1p(jnp.where(largest, 0.0, jnp.exp(shifted)).sum(axis=axis) + ties)


def positions(indices: Any, count: int) -> tuple[Any, Any]:
    """As `namespaces.positions`, those out of range brought into it, and which these are."""
    found = jnp.floor(indices).astype(int)
    found = jnp.where(found < 0, found + count, found)
    return jnp.clip(found, 0, count - 1), (found < 0) | (found >= count) | jnp.isnan(indices)


JAX_ARRAYS: Namespace = cast(Namespace, _JaxArrays())
