"""Whole numbers near an operand, what is left over by a division, and signs."""

from __future__ import annotations

import math

from .entry import ANYWHERE, POSITIVE, TWICE_ANYWHERE, Primitive, by_name, one, zero


def _from_whole(a: float) -> float:
    return a - round(a) if math.isfinite(a) else 0.0


def _from_half(a: float) -> float:
    return _from_whole(a + 0.5)


def _from_multiple(a: float, b: float) -> float:
    return math.remainder(a, b) if math.isfinite(a) else 0.0


# fmt: off
FLOOR    = Primitive("floor",  by_name("floor"),  (zero,), "floor", kink=_from_whole)
CEIL     = Primitive("ceil",   by_name("ceil"),   (zero,), "ceil", kink=_from_whole)
ROUND_   = Primitive("round_", by_name("round_"), (zero,), "round", kink=_from_half)
FLOOR_DIVIDE = Primitive("floor_divide", by_name("floor_divide"), (zero, zero), "floor_divide",
                         needs="a divisor other than 0", defined=lambda ns, a, b: ns.not_equal(b, 0.0),
                         domain=(ANYWHERE, POSITIVE), kink=_from_multiple)
MOD      = Primitive("mod", by_name("mod"),
                     (one,
                      lambda ns, v, a, b: -ns.floor_divide(a, b)), "mod",
                     needs="a divisor other than 0", defined=lambda ns, a, b: ns.not_equal(b, 0.0),
                     domain=(ANYWHERE, POSITIVE), kink=_from_multiple)
COPYSIGN = Primitive("copysign", by_name("copysign"),
                     (lambda ns, v, a, b: ns.sign(a) * ns.copysign(1.0, b),
                      zero), "copysign", domain=TWICE_ANYWHERE, kink=lambda a, b: a * b)
# fmt: on
