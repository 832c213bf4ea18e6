"""Operations of any number of operands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..namespaces import Namespace
from ..pairs import factor_by
from .entry import Primitive, by_name


def _chosen_by(ns: Namespace, i: int, v: Any, operands: Sequence[Any]) -> Any:
    """1 by the option that is chosen, 0 by the others and by the index."""
    if i == 0:
        return 0.0
    index, from_start, from_end = operands[0], float(i - 1), float(i - len(operands))
    return ns.less_equal(from_start, index) * ns.less(index, from_start + 1.0) + ns.less_equal(
        from_end, index
    ) * ns.less(index, from_end + 1.0)


def _log_softmax_by(ns: Namespace, i: int, v: Any, operands: Sequence[Any]) -> Any:
    # With p the share of an operand: 1 - p by the first, whose share that is, and -p by another.
    return -ns.expm1(v) if i == 0 else -ns.share(i, operands[0] - v, operands)


# fmt: off
# Operations of any number of operands. What those of a weighted sum are, `pairs` says; a choice's are the index and
# the options.
WEIGHTED_SUM = Primitive("weighted_sum", by_name("weighted_sum"),
                         factor_by, "Σ")
TOTAL        = Primitive("total",        by_name("total"),     lambda ns, i, v, operands: 1.0, "Σ")
LOGSUMEXP    = Primitive("logsumexp",    by_name("logsumexp"),
                         lambda ns, i, v, operands: ns.share(i, v, operands), "logsumexp")
LOG_SOFTMAX  = Primitive("log_softmax",  by_name("log_softmax"), _log_softmax_by, "log_softmax")  # of the first one
CHOOSE       = Primitive("choose",       by_name("choose"),    _chosen_by, "choose",
                         needs="an index that one of the options has", domain=((0.0, 3.0),),
                         kink=lambda index, *options: index - round(index))
# fmt: on
