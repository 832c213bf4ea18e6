"""What chooses and what compares: piecewise the same as an operand, or constant."""

from __future__ import annotations

from .entry import ANYWHERE, TWICE_ANYWHERE, Primitive, by_name, zero

# fmt: off
MAXIMUM  = Primitive("maximum",  by_name("maximum"),
                     (lambda ns, v, a, b: ns.greater_equal(a, b),
                      lambda ns, v, a, b: ns.less(a, b)), "max", domain=TWICE_ANYWHERE, kink=lambda a, b: a - b)
MINIMUM  = Primitive("minimum",  by_name("minimum"),
                     (lambda ns, v, a, b: ns.less_equal(a, b),
                      lambda ns, v, a, b: ns.greater(a, b)), "min", domain=TWICE_ANYWHERE, kink=lambda a, b: a - b)
CLIP     = Primitive("clip", lambda ns, a, low, high: ns.minimum(ns.maximum(a, low), high),
                     (lambda ns, v, a, low, high: ns.greater_equal(a, low) * ns.less_equal(a, high),
                      lambda ns, v, a, low, high: ns.less(a, low) * ns.less_equal(low, high),
                      lambda ns, v, a, low, high: ns.greater(ns.maximum(a, low), high)), "clip",
                     domain=(ANYWHERE,) * 3, kink=lambda a, low, high: (a - low) * (a - high) * (low - high))
WHERE    = Primitive("where",    by_name("where"),
                     (zero,
                      lambda ns, v, c, a, b: ns.where(c, 1.0, 0.0),
                      lambda ns, v, c, a, b: ns.where(c, 0.0, 1.0)), "where", domain=(ANYWHERE,) * 3)

# Piecewise constant: what the kinked operations and their derivatives are made of.
SIGN          = Primitive("sign",          by_name("sign"),          (zero,), "sign", kink=lambda a: a)
STEP          = Primitive("step",          by_name("step"),          (zero,), "step", kink=lambda a: a)
LESS          = Primitive("less",          by_name("less"),          (zero, zero), "<", infix=True,
                          domain=TWICE_ANYWHERE, kink=lambda a, b: a - b)
LESS_EQUAL    = Primitive("less_equal",    by_name("less_equal"),    (zero, zero), "≤", infix=True,
                          domain=TWICE_ANYWHERE, kink=lambda a, b: a - b)
GREATER       = Primitive("greater",       by_name("greater"),       (zero, zero), ">", infix=True,
                          domain=TWICE_ANYWHERE, kink=lambda a, b: a - b)
GREATER_EQUAL = Primitive("greater_equal", by_name("greater_equal"), (zero, zero), "≥", infix=True,
                          domain=TWICE_ANYWHERE, kink=lambda a, b: a - b)
EQUAL         = Primitive("equal",         by_name("equal"),         (zero, zero), "=", infix=True,
                          domain=TWICE_ANYWHERE, kink=lambda a, b: a - b)
NOT_EQUAL     = Primitive("not_equal",     by_name("not_equal"),     (zero, zero), "≠", infix=True,
                          domain=TWICE_ANYWHERE, kink=lambda a, b: a - b)
DETACH        = Primitive("detach",        lambda ns, a: a,            (zero,), "detach")
# fmt: on
