"""Elementary functions: exponentials, logarithms, roots, and those of angles and of right triangles."""

from __future__ import annotations

import math
from typing import Any

from ..namespaces import Namespace
from .entry import POSITIVE, TWICE_ANYWHERE, Primitive, by_name, is_finite


def _is_within_one(ns: Namespace, a: Any) -> Any:
    return ns.less_equal(ns.absolute(a), 1.0)


def _is_positive(ns: Namespace, a: Any) -> Any:
    return ns.greater(a, 0.0)


FROM_MINUS_ONE, FROM_ONE, WITHIN_ONE = (-1.0, math.inf), (1.0, math.inf), (-1.0, 1.0)


# fmt: off
EXP      = Primitive("exp",      by_name("exp"),      (lambda ns, v, a: v,), "exp")
LOG      = Primitive("log",      by_name("log"),      (lambda ns, v, a: 1 / a,), "log",
                     needs="an operand above 0", defined=lambda ns, a: ns.greater(a, 0.0), domain=(POSITIVE,))
SQRT     = Primitive("sqrt",     by_name("sqrt"),     (lambda ns, v, a: 0.5 / v,), "√",
                     needs="an operand of at least 0, and for its derivative above 0",
                     defined=lambda ns, a: ns.greater_equal(a, 0.0), domain=(POSITIVE,))
SIN      = Primitive("sin",      by_name("sin"),      (lambda ns, v, a: ns.cos(a),), "sin", needs="a finite operand",
                     defined=is_finite)
COS      = Primitive("cos",      by_name("cos"),      (lambda ns, v, a: -ns.sin(a),), "cos", needs="a finite operand",
                     defined=is_finite)

EXPM1    = Primitive("expm1", by_name("expm1"), (lambda ns, v, a: ns.exp(a),), "expm1")
EXP2     = Primitive("exp2",  by_name("exp2"),  (lambda ns, v, a: v * ns.log(2.0),), "exp2")
LOG1P    = Primitive("log1p", by_name("log1p"), (lambda ns, v, a: 1 / (1 + a),), "log1p",
                     needs="an operand above -1", defined=lambda ns, a: ns.greater(a, -1.0), domain=(FROM_MINUS_ONE,))
LOG2     = Primitive("log2",  by_name("log2"),  (lambda ns, v, a: 1 / (a * ns.log(2.0)),), "log₂",
                     needs="an operand above 0", defined=_is_positive, domain=(POSITIVE,))
LOG10    = Primitive("log10", by_name("log10"), (lambda ns, v, a: 1 / (a * ns.log(10.0)),), "log₁₀",
                     needs="an operand above 0", defined=_is_positive, domain=(POSITIVE,))
CBRT     = Primitive("cbrt",  by_name("cbrt"),  (lambda ns, v, a: 1 / (3 * v * v),), "∛",
                     needs="an operand other than 0, for its derivative", kink=lambda a: a)

TAN      = Primitive("tan",   by_name("tan"),   (lambda ns, v, a: 1 + v * v,), "tan", needs="a finite operand",
                     defined=is_finite)
# Near 1 the difference of squares would lose the digits that (1 - a) (1 + a) keeps.
ASIN     = Primitive("asin",  by_name("asin"),  (lambda ns, v, a: 1 / ns.sqrt((1 - a) * (1 + a)),), "arcsin",
                     needs="an operand of -1..1, and for its derivative one inside", defined=_is_within_one,
                     domain=(WITHIN_ONE,))
ACOS     = Primitive("acos",  by_name("acos"),  (lambda ns, v, a: -1 / ns.sqrt((1 - a) * (1 + a)),), "arccos",
                     needs="an operand of -1..1, and for its derivative one inside", defined=_is_within_one,
                     domain=(WITHIN_ONE,))
ATAN     = Primitive("atan",  by_name("atan"),  (lambda ns, v, a: 1 / (1 + a * a),), "arctan")
SINH     = Primitive("sinh",  by_name("sinh"),  (lambda ns, v, a: ns.cosh(a),), "sinh")
COSH     = Primitive("cosh",  by_name("cosh"),  (lambda ns, v, a: ns.sinh(a),), "cosh")
ASINH    = Primitive("asinh", by_name("asinh"), (lambda ns, v, a: 1 / ns.hypot(a, 1.0),), "arsinh")
ACOSH    = Primitive("acosh", by_name("acosh"), (lambda ns, v, a: 1 / (ns.sqrt(a - 1) * ns.sqrt(a + 1)),), "arcosh",
                     needs="an operand of at least 1, and for its derivative above 1",
                     defined=lambda ns, a: ns.greater_equal(a, 1.0), domain=(FROM_ONE,))
ATANH    = Primitive("atanh", by_name("atanh"), (lambda ns, v, a: 1 / ((1 - a) * (1 + a)),), "artanh",
                     needs="an operand between -1 and 1", defined=lambda ns, a: ns.less(ns.absolute(a), 1.0),
                     domain=(WITHIN_ONE,))

# Of squares that are added some would overflow, and some vanish.
HYPOT    = Primitive("hypot", by_name("hypot"),
                     (lambda ns, v, a, b: ns.hypot_prime(a, b),
                      lambda ns, v, a, b: ns.hypot_prime(b, a)), "hypot", domain=TWICE_ANYWHERE,
                     kink=lambda a, b: abs(a) + abs(b))
HYPOT_PRIME = Primitive("hypot_prime", by_name("hypot_prime"),
                        (lambda ns, v, a, b: ns.hypot_prime(b, a) / ns.hypot(a, b) * ns.hypot_prime(b, a),
                         lambda ns, v, a, b: ns.hypot_prime(b, a) / ns.hypot(a, b) * -v), "hypot′",
                        needs="operands that are not both 0, for its derivative", domain=TWICE_ANYWHERE,
                        kink=lambda a, b: abs(a) + abs(b))
ATAN2    = Primitive("atan2", by_name("atan2"),
                     (lambda ns, v, a, b: ns.hypot_prime(b, a) / ns.hypot(a, b),
                      lambda ns, v, a, b: -ns.hypot_prime(a, b) / ns.hypot(a, b)), "atan2",
                     needs="operands that are not both 0, for its derivative", domain=TWICE_ANYWHERE,
                     kink=lambda a, b: a if b <= 0 else 1.0)
# fmt: on
