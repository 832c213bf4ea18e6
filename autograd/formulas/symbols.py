"""Rules read with symbols: the partial derivative on an edge as a textbook writes it."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

from ..errors import OperandError
from ..namespaces import FLOATS, Namespace
from ..pairs import pairs_of
from ..primitives import CHOOSE, EQUAL, EXP, LOG, LOG_SOFTMAX, LOGSUMEXP, TABLE, Primitive
from ..primitives.own import Own
from .calls import Call, Case, Relation, sum_of_exponentials
from .expressions import Expression, Number, added, as_expression, raised_to
from .textbook import PARTIALS, RESULTS, length


def _where(condition: Any, a: Any, b: Any) -> Expression:
    given, yes, no = as_expression(condition), as_expression(a), as_expression(b)
    if isinstance(given, Number):
        return yes if given.of else no
    if (yes, no) in ((Number(1.0), Number(0.0)), (Number(0.0), Number(1.0))):
        return Case(given, yes == Number(1.0))
    if isinstance(given, Relation) and given.primitive is EQUAL and isinstance(given.right, Number):
        return no  # a rule's exception at one point, which no textbook writes
    return Call(TABLE["where"], (given, yes, no))


def _relation(primitive: Primitive) -> Any:
    def relation(a: Any, b: Any) -> Expression:
        left, right = as_expression(a), as_expression(b)
        if isinstance(left, Number) and isinstance(right, Number):
            return Number(primitive.rule(FLOATS, left.of, right.of))
        return Relation(primitive, left, right)

    return relation


def _call(primitive: Primitive) -> Any:
    def call(*operands: Any) -> Expression:
        return Call(primitive, tuple(map(as_expression, operands)))

    return call


def _log_of_sum(operands: Sequence[Any]) -> Expression:
    """`logsumexp` as the document would write it."""
    return Call(LOG, (sum_of_exponentials([as_expression(operand) for operand in operands]),))


def _weighted_sum(*operands: Any) -> Expression:
    weights, activations, bias = pairs_of(operands)
    products = [as_expression(w) * a for w, a in zip(weights, activations, strict=True)]
    return added(products if bias is None else [*products, as_expression(bias)])


SYMBOLS = cast(
    Namespace,
    SimpleNamespace(
        **{
            name: _relation(primitive) if primitive.infix else _call(primitive)
            for name, primitive in TABLE.items()
            if name not in ("add", "subtract", "multiply", "divide")
        }
        | {
            "power": lambda a, b: raised_to(as_expression(a), as_expression(b)),
            "where": _where,
            "weighted_sum": _weighted_sum,
            "total": lambda *operands: added(map(as_expression, operands)),
            "expm1": lambda a: Call(TABLE["exp"], (as_expression(a),)) - 1.0,
            "named": lambda primitive, *operands: _call(primitive)(*operands),
            "square": lambda a: raised_to(as_expression(a), 2.0),
            "reciprocal": lambda a: 1.0 / as_expression(a),
            "exp2": lambda a: raised_to(Number(2.0), as_expression(a)),
            "hypot": lambda a, b: length(as_expression(a), as_expression(b)),
            "hypot_prime": lambda a, b: as_expression(a) / length(as_expression(a), as_expression(b)),
            "logsumexp": lambda *operands: _log_of_sum(operands),
            "log_softmax": lambda *operands: as_expression(operands[0]) - _log_of_sum(operands),
        }
    ),
)
"""Rules read with symbols give expressions."""


def result_symbol(primitive: Primitive, operands: Sequence[Expression]) -> Expression:
    """The result of an operation."""
    if primitive.name in RESULTS:
        return RESULTS[primitive.name](*operands)
    return as_expression(primitive.rule(SYMBOLS, *operands))


def partial_symbol(primitive: Primitive, index: int, result: Expression, operands: list[Expression]) -> Expression:
    """The local partial of an operation by its operand `index`; that of an activation function by its name."""
    if (primitive.name, index) in PARTIALS:
        return PARTIALS[primitive.name, index](*operands)
    if primitive.primed:
        return Call(primitive, tuple(operands), primed=True)
    if isinstance(primitive, Own):
        return _of_own(primitive, index, result, operands)
    if primitive in (LOGSUMEXP, LOG_SOFTMAX):
        share = Call(EXP, (operands[index],)) / sum_of_exponentials(operands)
        return share if primitive is LOGSUMEXP else -share if index else 1.0 - share
    if primitive is CHOOSE and index:
        return _chosen(operands[0], index - (1 if operands[0].number >= 0 else len(operands)))
    return as_expression(primitive.partial(SYMBOLS, index, result, operands))


def _of_own(primitive: Own, index: int, result: Expression, operands: list[Expression]) -> Expression:
    """A user's partial in symbols, or by its name where it cannot be read so."""
    if not primitive.primes:
        return Call(primitive, tuple(operands), primed=True)
    try:
        return as_expression(primitive.partial(SYMBOLS, index, result, operands))
    except (OperandError, ValueError, ArithmeticError):
        return Call(primitive.primes[index], tuple(operands))


def _chosen(index: Expression, place: int) -> Expression:
    """Whether an index is a place: counted from the side from which it counts, and equal to it where it is whole."""
    if index.number.is_integer():
        return as_expression(SYMBOLS.equal(index, float(place)))
    return as_expression(SYMBOLS.less_equal(float(place), index) * SYMBOLS.less(index, place + 1.0))
