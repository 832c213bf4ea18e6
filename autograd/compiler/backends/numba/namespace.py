"""The rules of the table read with lanes: what they compute becomes a kernel."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import reduce
from operator import mul
from typing import Any, cast

from ....namespaces import FLOATS, Namespace, left_to_right, special
from ....pairs import pairs_of
from . import functions, lanes
from .lanes import Lanes, block_of, copysign, differs, equal, is_nan, root, select


def _computed(function: Callable[..., Any], name: str) -> Any:
    """A function of lanes, which for numbers alone is that of floats."""

    def computed(*operands: Any) -> Any:
        found = next((operand.block for operand in operands if isinstance(operand, Lanes)), None)
        if found is None:
            return getattr(FLOATS, name)(*operands)
        return function(*map(found.lanes, operands))

    return staticmethod(computed)


def _library(name: str) -> Callable[..., Lanes]:
    return lambda *operands: operands[0].block.in_c(name, *operands)


def _maximum(a: Lanes, b: Lanes) -> Lanes:
    return select(is_nan(b), b, select(b > a, b, a))


def _minimum(a: Lanes, b: Lanes) -> Lanes:
    return select(is_nan(b), b, select(b < a, b, a))


def _sign(a: Lanes) -> Lanes:
    return select(a > 0.0, 1.0, select(a < 0.0, -1.0, a * 0.0))


def _step(a: Lanes) -> Lanes:
    return select(a > 0.0, 1.0, a * 0.0)


def _choose(index: Lanes, *options: Lanes) -> Lanes:
    block, count, whole = index.block, len(options), index.block.intrinsic("floor", index)
    found = block.lanes(math.nan)
    for place, option in enumerate(options):
        found = select(equal(whole, float(place)) | equal(whole, float(place - count)), option, found)
    block.faults.append(~((whole >= float(-count)) & (whole < float(count))))
    return found


def _largest(operands: Sequence[Lanes]) -> tuple[Lanes, Any]:
    """The largest, and the logarithm of the sum of the operands' exponentials above it."""
    largest = reduce(_maximum, operands)
    is_first, before = [], None
    for operand in operands:
        here = equal(operand, largest)
        is_first.append(here if before is None else here & ~before)
        before = here if before is None else before | here
    others = [
        select(first, 0.0, functions.exp(operand - largest)) for first, operand in zip(is_first, operands, strict=True)
    ]
    above = functions.log1p(left_to_right(others))  # type: ignore[type-var]  # lanes are added like numbers
    return largest, select(abs(largest) < math.inf, above, 0.0)


def _logsumexp(*operands: Lanes) -> Any:
    largest, above = _largest(operands)
    return largest + above


def _log_softmax(*operands: Lanes) -> Any:
    largest, above = _largest(operands)
    return operands[0] - largest - above


def _weighted_sum(*operands: Lanes) -> Any:
    weights, activations, bias = pairs_of(operands)
    products: Any = map(mul, weights, activations)
    return left_to_right(products, 0.0 if bias is None else bias)


def _where(condition: Lanes, a: Any, b: Any) -> Lanes:
    return select(differs(condition, 0.0), a, b)


def _power(a: Any, b: Any) -> Lanes:
    if isinstance(a, Lanes) and isinstance(b, float) and b in functions.POWERS:
        return functions.POWERS[b](a)
    block = block_of(a, b)
    return functions.power(block.lanes(a), block.lanes(b))


def _read(function: Callable[..., Any]) -> Callable[..., Any]:
    """What `special` says of any kind of number."""
    return lambda *operands: function(LANES, *operands)


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    **functions.OF_LANES,
    **{name: _library(name) for name in functions.OF_LIBRARY},
    "sqrt": root,
    "absolute": abs,
    "floor": lambda a: a.block.intrinsic("floor", a),
    "ceil": lambda a: a.block.intrinsic("ceil", a),
    "round_": lanes.nearest,
    "copysign": copysign,
    "maximum": _maximum,
    "minimum": _minimum,
    "relu": lambda a: select(a <= 0.0, 0.0, a),
    "sign": _sign,
    "step": _step,
    "where": _where,
    "less": lambda a, b: a < b,
    "less_equal": lambda a, b: a <= b,
    "greater": lambda a, b: a > b,
    "greater_equal": lambda a, b: a >= b,
    "equal": equal,
    "not_equal": differs,
    "digamma": _read(lambda ns, a: special.polygamma(ns, 0, a)),
    "trigamma": _read(lambda ns, a: special.polygamma(ns, 1, a)),
    "sinc": _read(special.sinc),
    "sinc_prime": _read(special.sinc_prime),
    "hypot_prime": _read(special.hypot_prime),
    "weighted_sum": _weighted_sum,
    "total": lambda *operands: left_to_right(operands),
    "logsumexp": _logsumexp,
    "log_softmax": _log_softmax,
    "choose": _choose,
}


def _share(index: int, logsumexp: Any, operands: Sequence[Any]) -> Any:
    return LANES.exp(operands[index] - logsumexp)


def _of_exponent(a: Any, b: Any) -> Any:
    return _power(a, b) if isinstance(a, Lanes) or isinstance(b, Lanes) else FLOATS.power(a, b)


LANES = cast(
    Namespace,
    type(
        "_LaneFunctions",
        (),
        {name: _computed(function, name) for name, function in _FUNCTIONS.items()}
        | {"share": staticmethod(_share), "power": staticmethod(_of_exponent)},
    )(),
)
"""Lanes, elementwise; NaN goes in and comes out as in `namespaces.ARRAYS`."""
