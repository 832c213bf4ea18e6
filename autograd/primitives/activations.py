"""Activation functions, and their derivatives by name."""

from __future__ import annotations

from .entry import Primitive, by_name

# fmt: off
TANH     = Primitive("tanh",     by_name("tanh"),     (lambda ns, v, a: ns.tanh_prime(a),), "tanh", primed=True)
SIGMOID  = Primitive("sigmoid",  by_name("sigmoid"),  (lambda ns, v, a: ns.sigmoid_prime(a),), "σ", primed=True)
RELU     = Primitive("relu",     by_name("relu"),     (lambda ns, v, a: ns.step(a),), "relu", kink=lambda a: a,
                     primed=True)
SOFTPLUS = Primitive("softplus", by_name("softplus"), (lambda ns, v, a: ns.sigmoid(a),), "softplus")

# exp(a) - 1 and, by name, 1 - tanh² and σ (1 - σ), which would cancel where the functions are flat.
EXPM1         = Primitive("expm1",         by_name("expm1"),         (lambda ns, v, a: ns.exp(a),), "expm1")
TANH_PRIME    = Primitive("tanh_prime",    by_name("tanh_prime"),    (lambda ns, v, a: -2 * v * ns.tanh(a),), "tanh′",
                          primed=True)
SIGMOID_PRIME = Primitive("sigmoid_prime", by_name("sigmoid_prime"), (lambda ns, v, a: -v * ns.tanh(a / 2),), "σ′",
                          primed=True)
# fmt: on
