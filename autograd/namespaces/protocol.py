"""What there is in a namespace."""

from __future__ import annotations

from typing import Any, Protocol


class Namespace(Protocol):
    """The functions that a rule may call, each for one kind of number."""

    exp: Any
    expm1: Any
    exp2: Any
    log: Any
    log1p: Any
    log2: Any
    log10: Any
    sqrt: Any
    cbrt: Any
    sin: Any
    cos: Any
    tan: Any
    asin: Any
    acos: Any
    atan: Any
    atan2: Any
    sinh: Any
    cosh: Any
    asinh: Any
    acosh: Any
    atanh: Any
    hypot: Any
    hypot_prime: Any
    erf: Any
    erfc: Any
    lgamma: Any
    digamma: Any
    trigamma: Any
    sinc: Any
    sinc_prime: Any
    tanh: Any
    tanh_prime: Any
    sigmoid: Any
    sigmoid_prime: Any
    relu: Any
    softplus: Any
    absolute: Any
    sign: Any
    copysign: Any
    floor: Any
    ceil: Any
    round_: Any
    mod: Any
    floor_divide: Any
    step: Any
    power: Any
    maximum: Any
    minimum: Any
    where: Any
    less: Any
    less_equal: Any
    greater: Any
    greater_equal: Any
    equal: Any
    not_equal: Any
    weighted_sum: Any
    total: Any
    logsumexp: Any
    log_softmax: Any
    share: Any  # of operand i in the sum of exponentials: share(i, its logsumexp, operands)
    choose: Any
