"""Arithmetic: what Python's operators do."""

from __future__ import annotations

from typing import Any

from ..namespaces import Namespace
from .entry import ANYWHERE, POSITIVE, TWICE_ANYWHERE, Primitive, by_name, minus_one, one

_NEAR_ZERO = 0.1


def _power_by_base(ns: Namespace, v: Any, a: Any, b: Any) -> Any:
    # So that 0 ** 0 has the derivative 0 and not 0 / 0, the exponent is replaced where it is the constant 0;
    # one that varies keeps its own derivatives, and the base is replaced where both are 0.
    if isinstance(b, float):
        # By a tiny base a power far below 0 would overflow where b times it does not.
        return b * v / a if 0.0 < abs(b) < _NEAR_ZERO else b * ns.power(a, b - 1 if b else 1.0)
    return b * ns.power(ns.where(ns.equal(b, 0.0), ns.where(ns.equal(a, 0.0), 1.0, a), a), b - 1)


def _has_power(ns: Namespace, a: Any, b: Any) -> Any:
    if isinstance(b, float) and b.is_integer():
        return 1.0 if b >= 0 else ns.not_equal(a, 0.0)
    # Of a negative base powers by whole numbers that vary are left out.
    return ns.where(ns.equal(a, 0.0), ns.greater_equal(b, 0.0), ns.greater(a, 0.0))


# fmt: off
ADD      = Primitive("add",      lambda ns, a, b: a + b, (one, one), "+", infix=True, domain=TWICE_ANYWHERE)
SUBTRACT = Primitive("subtract", lambda ns, a, b: a - b, (one, minus_one), "−", infix=True, domain=TWICE_ANYWHERE)
MULTIPLY = Primitive("multiply", lambda ns, a, b: a * b,
                     (lambda ns, v, a, b: b,
                      lambda ns, v, a, b: a), "·", infix=True, domain=TWICE_ANYWHERE)
DIVIDE   = Primitive("divide",   lambda ns, a, b: a / b,
                     (lambda ns, v, a, b: 1 / b,
                      lambda ns, v, a, b: -v / b), "/", infix=True, needs="a divisor other than 0",
                     defined=lambda ns, a, b: ns.not_equal(b, 0.0), domain=(ANYWHERE, POSITIVE))
# The logarithm is replaced where a = 0, so that 0 ** b has the derivative 0 by b and not 0 * log(0).
POWER    = Primitive("power", by_name("power"),
                     (_power_by_base,
                      lambda ns, v, a, b: v * ns.log(ns.where(ns.equal(a, 0.0), 1.0, a))), "^", infix=True,
                     needs="a base that is positive, or not 0 with a whole exponent, or 0 with a positive exponent",
                     defined=_has_power,
                     domain=(POSITIVE, ANYWHERE))
SQUARE   = Primitive("square",   lambda ns, a: a * a, (lambda ns, v, a: 2 * a,), "square")
RECIPROCAL = Primitive("reciprocal", lambda ns, a: 1.0 / a, (lambda ns, v, a: -v * v,), "reciprocal",
                       needs="an operand other than 0", defined=lambda ns, a: ns.not_equal(a, 0.0),
                       domain=(POSITIVE,))
NEGATIVE = Primitive("negative", lambda ns, a: -a, (minus_one,), "−")
POSITIVE_OF = Primitive("positive_of", lambda ns, a: a * 1.0, (one,), "+")
ABSOLUTE = Primitive("absolute", by_name("absolute"), (lambda ns, v, a: ns.sign(a),), "abs", kink=lambda a: a)
# fmt: on
