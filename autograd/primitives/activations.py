"""Activation functions, and their derivatives by name."""

from __future__ import annotations

import math
from typing import Any

from ..namespaces import Namespace
from .entry import TWICE_ANYWHERE, Primitive, by_name

_ROOT_OF_TWO_PI = math.sqrt(2 * math.pi)


def _bell(ns: Namespace, a: Any) -> Any:
    """The density of the normal distribution."""
    return ns.exp(a * a * -0.5) / _ROOT_OF_TWO_PI


def _softsign(ns: Namespace, a: Any) -> Any:
    far = ns.minimum(ns.maximum(a, -1e300), 1e300)
    return far / (1 + ns.absolute(far))


def _softsign_by(ns: Namespace, v: Any, a: Any) -> Any:
    below = 1 + ns.absolute(a)
    return 1 / (below * below)


# fmt: off
TANH     = Primitive("tanh",     by_name("tanh"),     (lambda ns, v, a: ns.tanh_prime(a),), "tanh", primed=True)
SIGMOID  = Primitive("sigmoid",  by_name("sigmoid"),  (lambda ns, v, a: ns.sigmoid_prime(a),), "σ", primed=True)
RELU     = Primitive("relu",     by_name("relu"),     (lambda ns, v, a: ns.step(a),), "relu", kink=lambda a: a,
                     primed=True)
SOFTPLUS = Primitive("softplus", by_name("softplus"), (lambda ns, v, a: ns.sigmoid(a),), "softplus")

# By name 1 - tanh² and σ (1 - σ), which would cancel where the functions are flat.
TANH_PRIME    = Primitive("tanh_prime",    by_name("tanh_prime"),    (lambda ns, v, a: -2 * v * ns.tanh(a),), "tanh′",
                          primed=True)
SIGMOID_PRIME = Primitive("sigmoid_prime", by_name("sigmoid_prime"), (lambda ns, v, a: -v * ns.tanh(a / 2),), "σ′",
                          primed=True)

# Where e^a and the bell of the normal distribution are 0 the operand may be infinite.
SILU     = Primitive("silu", lambda ns, a: ns.maximum(a, -1000.0) * ns.sigmoid(a),
                     (lambda ns, v, a: ns.sigmoid(a) + a * ns.sigmoid_prime(a),), "silu", primed=True)
GELU     = Primitive("gelu", lambda ns, a: ns.maximum(a, -50.0) * (ns.erfc(a * -math.sqrt(0.5)) * 0.5),
                     (lambda ns, v, a: ns.erfc(a * -math.sqrt(0.5)) * 0.5 + a * _bell(ns, a),), "gelu", primed=True)
LEAKY_RELU = Primitive("leaky_relu", lambda ns, a, b: ns.maximum(a, 0.0) + b * ns.minimum(a, 0.0),
                       (lambda ns, v, a, b: ns.where(ns.greater(a, 0.0), 1.0, b),
                        lambda ns, v, a, b: ns.minimum(a, 0.0)), "leaky_relu", domain=TWICE_ANYWHERE,
                       kink=lambda a, b: a)
ELU      = Primitive("elu", lambda ns, a, b: ns.maximum(a, 0.0) + b * ns.expm1(ns.minimum(a, 0.0)),
                     (lambda ns, v, a, b: ns.where(ns.greater(a, 0.0), 1.0, b * ns.exp(ns.minimum(a, 0.0))),
                      lambda ns, v, a, b: ns.expm1(ns.minimum(a, 0.0))), "elu", domain=TWICE_ANYWHERE,
                     kink=lambda a, b: a)
HARD_SIGMOID = Primitive("hard_sigmoid", lambda ns, a: ns.minimum(ns.maximum(a + 3.0, 0.0), 6.0) / 6.0,
                         (lambda ns, v, a: ns.less(ns.absolute(a), 3.0) / 6.0,), "hard_sigmoid",
                         kink=lambda a: abs(a) - 3.0)
SOFTSIGN = Primitive("softsign", _softsign, (_softsign_by,), "softsign")
# fmt: on
