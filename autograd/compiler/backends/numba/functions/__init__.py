"""Functions of reals in plain arithmetic, which a processor does for several numbers at once.

Each is written once, over lanes (see `lanes`), for doubles: no branches, but choices between what is computed anyway.
"""

from __future__ import annotations

from collections.abc import Callable

from ..lanes import Lanes
from .angles import acos, asin, atan, atan2, cos, sin, tan
from .bells import erf, erfc
from .exponentials import cosh, exp, exp2, expm1, sigmoid, sigmoid_prime, sinh, softplus, tanh, tanh_prime
from .logarithms import acosh, asinh, atanh, log, log1p, log2, log10
from .powers import POWERS, cbrt, floor_divide, hypot, mod, power

__all__ = ["OF_LANES", "OF_LIBRARY", "POWERS", "exp", "log1p", "power"]

OF_LANES: dict[str, Callable[..., Lanes]] = {
    function.__name__: function
    for function in (
        exp, exp2, expm1, log, log1p, log2, log10, tanh, tanh_prime, sigmoid, sigmoid_prime, softplus, sinh, cosh,
        asinh, acosh, atanh, sin, cos, tan, asin, acos, atan, atan2, erf, erfc, cbrt, hypot, mod, floor_divide,
    )
}  # fmt: skip
"""Those that a rule may call, by their names in a namespace."""

OF_LIBRARY = ("lgamma",)
"""Those that C's library computes, one number after another."""
