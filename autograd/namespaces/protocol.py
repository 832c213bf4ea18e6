"""What there is in a namespace."""

from __future__ import annotations

from typing import Any, Protocol


class Namespace(Protocol):
    """The functions that a rule may call, each for one kind of number."""

    exp: Any
    expm1: Any
    log: Any
    sqrt: Any
    sin: Any
    cos: Any
    tanh: Any
    tanh_prime: Any
    sigmoid: Any
    sigmoid_prime: Any
    relu: Any
    softplus: Any
    absolute: Any
    sign: Any
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
