"""Special functions: of the normal distribution, of Γ and of signals."""

from __future__ import annotations

import math
from typing import Any

from ..namespaces import Namespace
from ..namespaces.special import polygamma, sinc_second
from .entry import POSITIVE, Primitive, by_name, is_finite

_AT_POLES = "an operand that is neither 0 nor a negative whole number"


def _bell(ns: Namespace, a: Any) -> Any:
    return ns.exp(-(a * a)) * (2 / math.sqrt(math.pi))


def _has_gamma(ns: Namespace, a: Any) -> Any:
    return ns.maximum(ns.greater(a, 0.0), ns.not_equal(a, ns.floor(a)))


# fmt: off
ERF      = Primitive("erf",  by_name("erf"),  (lambda ns, v, a: _bell(ns, a),), "erf")
ERFC     = Primitive("erfc", by_name("erfc"), (lambda ns, v, a: -_bell(ns, a),), "erfc")
LGAMMA   = Primitive("lgamma", by_name("lgamma"), (lambda ns, v, a: ns.digamma(a),), "log Γ",
                     needs=_AT_POLES, defined=_has_gamma, domain=(POSITIVE,))
DIGAMMA  = Primitive("digamma", by_name("digamma"), (lambda ns, v, a: ns.trigamma(a),), "ψ",
                     needs=_AT_POLES, defined=_has_gamma, domain=(POSITIVE,), primed=True)
TRIGAMMA = Primitive("trigamma", by_name("trigamma"), (lambda ns, v, a: polygamma(ns, 2, a),), "ψ′",
                     needs=_AT_POLES, defined=_has_gamma, domain=(POSITIVE,), primed=True)
SINC     = Primitive("sinc", by_name("sinc"), (lambda ns, v, a: ns.sinc_prime(a),), "sinc",
                     needs="a finite operand", defined=is_finite, primed=True)
SINC_PRIME = Primitive("sinc_prime", by_name("sinc_prime"), (lambda ns, v, a: sinc_second(ns, v, a),), "sinc′",
                       needs="a finite operand", defined=is_finite, primed=True)
# fmt: on
