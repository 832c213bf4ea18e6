"""Elementary functions: exponentials, logarithms, roots and those of angles."""

from __future__ import annotations

import math
from typing import Any

from ..namespaces import Namespace
from .entry import POSITIVE, Primitive, by_name


def _is_finite(ns: Namespace, a: Any) -> Any:
    return ns.less(ns.absolute(a), math.inf)


# fmt: off
EXP      = Primitive("exp",      by_name("exp"),      (lambda ns, v, a: v,), "exp")
LOG      = Primitive("log",      by_name("log"),      (lambda ns, v, a: 1 / a,), "log",
                     needs="an operand above 0", defined=lambda ns, a: ns.greater(a, 0.0), domain=(POSITIVE,))
SQRT     = Primitive("sqrt",     by_name("sqrt"),     (lambda ns, v, a: 0.5 / v,), "√",
                     needs="an operand of at least 0, and for its derivative above 0",
                     defined=lambda ns, a: ns.greater_equal(a, 0.0), domain=(POSITIVE,))
SIN      = Primitive("sin",      by_name("sin"),      (lambda ns, v, a: ns.cos(a),), "sin", needs="a finite operand",
                     defined=_is_finite)
COS      = Primitive("cos",      by_name("cos"),      (lambda ns, v, a: -ns.sin(a),), "cos", needs="a finite operand",
                     defined=_is_finite)
# fmt: on
