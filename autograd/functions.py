"""The functions that users type, and `VALUES`, the namespace that reads the table's rules with Values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from types import SimpleNamespace
from typing import Any, cast

from . import modes
from .errors import OperandError, ShapeError
from .living import in_values
from .namespaces import FLOATS, Namespace
from .pairs import operands_of
from .primitives import (
    CHOOSE,
    COS,
    EXP,
    HYPOT,
    LOG,
    LOG_SOFTMAX,
    LOGSUMEXP,
    MAXIMUM,
    MINIMUM,
    MULTIPLY,
    RELU,
    SIGMOID,
    SIN,
    SOFTPLUS,
    SQRT,
    SQUARE,
    TABLE,
    TANH,
    TOTAL,
    WEIGHTED_SUM,
    WHERE,
    Primitive,
)
from .primitives.own import Own
from .value import Value, apply, as_operand, as_value, constant
from .words import keywords_told


def exp(a: Any) -> Value:
    """e to the power of `a`; infinite where that exceeds the largest float."""
    return apply(EXP, (as_value(a, "exp(a)"),))


def log(a: Any) -> Value:
    """The natural logarithm of `a` > 0."""
    return apply(LOG, (as_value(a, "log(a)"),))


def sqrt(a: Any) -> Value:
    """The square root of `a` >= 0; its derivative needs `a` > 0."""
    return apply(SQRT, (as_value(a, "sqrt(a)"),))


def sin(a: Any) -> Value:
    """The sine of `a` in radians."""
    return apply(SIN, (as_value(a, "sin(a)"),))


def cos(a: Any) -> Value:
    """The cosine of `a` in radians."""
    return apply(COS, (as_value(a, "cos(a)"),))


def tanh(a: Any) -> Value:
    """The hyperbolic tangent of `a`, in -1..1."""
    return apply(TANH, (as_value(a, "tanh(a)"),))


def sigmoid(a: Any) -> Value:
    """``1 / (1 + exp(-a))``, in 0..1, without overflow: the document's activation function."""
    return apply(SIGMOID, (as_value(a, "sigmoid(a)"),))


def relu(a: Any) -> Value:
    """`a` where it is positive, else 0; the derivative at 0 is 0."""
    return apply(RELU, (as_value(a, "relu(a)"),))


def softplus(a: Any) -> Value:
    """``log(1 + exp(a))``, without overflow; its derivative is the sigmoid."""
    return apply(SOFTPLUS, (as_value(a, "softplus(a)"),))


def maximum(a: Any, b: Any) -> Value:
    """The larger of two; at a tie, the first."""
    return apply(MAXIMUM, (as_value(a, "maximum(a)"), as_value(b, "maximum(b)")))


def minimum(a: Any, b: Any) -> Value:
    """The smaller of two; at a tie, the first."""
    return apply(MINIMUM, (as_value(a, "minimum(a)"), as_value(b, "minimum(b)")))


def where(condition: Any, a: Any, b: Any) -> Value:
    """`a` where the condition holds, else `b`; the one that is chosen receives the gradient.

    Parameters
    ----------
    condition : bool
        A comparison such as ``x > 0``, or several, combined by ``&``, ``|`` and ``~``.
        Inside a compiled function it is decided anew for each row of a batch.
    a, b : Value, real number, or function of nothing that returns one
        What to choose from. A function is computed only where it is chosen, so a
        condition guards a domain: ``where(x > 0, lambda: sqrt(x), 0)``.

    Raises
    ------
    OperandError
        If the condition is not a comparison's result, or a branch is no number.

    Examples
    --------
    >>> from autograd import Value, sqrt, where
    >>> x = Value(-4.0)
    >>> where(x > 0, lambda: sqrt(x), -x).data
    4.0
    """
    if isinstance(condition, Value) and not hasattr(condition, "is_condition"):
        raise OperandError(f"where(condition): expected a comparison, got {condition!r}; write v > 0 or v != 0")
    if type(condition) is int and condition in _INVERTED:
        condition = _INVERTED[condition]
    if callable(a) or callable(b):
        if modes.active and (recorder := modes.recorder()) is not None:
            return cast(Value, recorder.choose(condition, a, b))
        a, b = _called(a, bool(condition)), _called(b, not condition)
    return apply(WHERE, (as_value(condition, "where(condition)"), as_value(a, "where(a)"), as_value(b, "where(b)")))


_INVERTED = {-2: False, -1: True}
"""What Python's ~ makes of True and False: it inverts the integers that they are, and neither result is false."""


def _called(branch: Any, chosen: bool) -> Any:
    """A branch of `where` that may be a function; 0 for one that is not to be computed."""
    if not callable(branch):
        return branch
    return branch() if chosen else 0.0


def choose(index: Any, options: Iterable[Any]) -> Value:
    """``options[index]`` as one node, the index a Value: it is what ``table[i]`` becomes in a compiled function.

    Parameters
    ----------
    index : Value or real number
        Rounded down; below 0 it counts from the end. No gradient flows to it.
    options : iterable of Value or real number
        At least one; the one that is chosen receives the gradient.

    Raises
    ------
    DomainError
        If no option has this index.
    """
    return apply(CHOOSE, (as_value(index, "choose(index)"), *_values(options, "choose(options)")))


def detach(a: Any) -> Value:
    """The number of `a` as a constant: no gradient flows through it."""
    return as_value(a, "detach(a)").detach()


def weighted_sum(weights: Iterable[Any], activations: Iterable[Any], bias: Any = None) -> Value:
    """``sum(w * a for each pair) + bias`` as one node: a neuron's z.

    Parameters
    ----------
    weights, activations : iterables of Value or real number
        As many of one as of the other, at least one.
    bias : Value or real number, optional
        Added to the sum.

    Raises
    ------
    ShapeError
        If the numbers of weights and activations differ, or there are none.
    OperandError
        If a member is no number.
    """
    ws, xs = _values(weights, "weighted_sum(weights)"), _values(activations, "weighted_sum(activations)")
    if len(ws) != len(xs):
        raise ShapeError(
            f"weighted_sum: expected as many activations as weights, got {len(xs)} activations and {len(ws)} weights"
        )
    return apply(WEIGHTED_SUM, operands_of(ws, xs, None if bias is None else as_value(bias, "weighted_sum(bias)")))


def total(values: Iterable[Any]) -> Value:
    """The sum of at least one value, as one node."""
    return apply(TOTAL, _values(values, "total(values)"))


def mean(values: Iterable[Any]) -> Value:
    """The sum of at least one value, divided by their number."""
    members = _values(values, "mean(values)")
    return apply(TOTAL, members) / len(members)


@keywords_told("variance")
def variance(values: Iterable[Any]) -> Value:
    """The mean of the squares of how far at least one value is from their mean; ``np.var``, divided by their number."""
    members = _values(values, "variance(values)")
    middle = apply(TOTAL, members) / len(members)
    return apply(TOTAL, tuple(apply(SQUARE, (member - middle,)) for member in members)) / len(members)


def dot(a: Iterable[Any], b: Iterable[Any]) -> Value:
    """``sum(p * q for each pair)`` as one node: the `weighted_sum` without a bias.

    Raises
    ------
    ShapeError
        If the numbers of members differ, or there are none.
    """
    left, right = _values(a, "dot(a)"), _values(b, "dot(b)")
    if len(left) != len(right):
        raise ShapeError(f"dot: expected as many members of b as of a, got {len(right)} of b and {len(left)} of a")
    return apply(WEIGHTED_SUM, operands_of(left, right, None))


def prod(values: Iterable[Any]) -> Value:
    """The product of at least one value, of products of halves: a derivative divides by no factor, which may be 0."""
    members = _values(values, "prod(values)")
    return _in_pairs(MULTIPLY, members if len(members) > 1 else (constant(1.0), *members))


@keywords_told("norm")
def norm(values: Iterable[Any]) -> Value:
    """``sqrt(sum(a² for a in values))`` of at least one value, of the `hypot` of halves: without overflow.

    Where all values are 0 the derivatives are 0, by convention.
    """
    members = _values(values, "norm(values)")
    return _in_pairs(HYPOT, members if len(members) > 1 else (*members, constant(0.0)))


def _in_pairs(primitive: Primitive, members: Sequence[Value]) -> Value:
    """An operation of two on neighbours, and on its results, until one is left."""
    while len(members) > 1:
        pairs = zip(members[::2], members[1::2], strict=False)
        members = [*(apply(primitive, pair) for pair in pairs), *members[len(members) // 2 * 2 :]]
    return members[0]


@keywords_told("logsumexp")
def logsumexp(values: Iterable[Any]) -> Value:
    """``log(sum(exp(a) for a in values))``, as one node, without overflow."""
    return apply(LOGSUMEXP, _values(values, "logsumexp(values)"))


@keywords_told("softmax")
def softmax(values: Iterable[Any]) -> list[Value]:
    """``exp(a) / sum(exp(...))`` for each value: positive, summing to 1, without overflow."""
    if not modes.active or modes.recording_gradients():
        return [exp(a) for a in log_softmax(values)]
    # As of a sigmoid, the z are kept as numbers: where shares are 0, costs are computed from them.
    members = [member.detach() for member in _values(values, "softmax(values)")]
    with modes.with_grad():
        return [exp(a) for a in log_softmax(members)]


@keywords_told("log_softmax")
def log_softmax(values: Iterable[Any]) -> list[Value]:
    """The logarithms of `softmax`, finite where those of its results would not be."""
    members = _values(values, "log_softmax(values)")
    return _log_softmax(members, ())


# So many are told apart by nodes that read one another; more would be as many edges as the square of their number.
_BLOCK = 32


def _log_softmax(members: tuple[Value, ...], beyond: tuple[Value, ...]) -> list[Value]:
    """That of `members` among themselves and what lies `beyond`, in blocks that know of one another by a sum."""
    if len(members) <= _BLOCK:
        return [log_softmax_of(index, (*members, *beyond)) for index in range(len(members))]
    size = max(_BLOCK, -(-len(members) // _BLOCK))
    blocks = [members[start : start + size] for start in range(0, len(members), size)]
    sums = [apply(LOGSUMEXP, block) for block in blocks]
    others = [apply(LOGSUMEXP, (*sums[:k], *sums[k + 1 :], *beyond)) for k in range(len(blocks))]
    return [
        a for block, sum_of_others in zip(blocks, others, strict=True) for a in _log_softmax(block, (sum_of_others,))
    ]


def log_softmax_of(index: int, values: Iterable[Any]) -> Value:
    """`log_softmax` of one alone, as one node."""
    members = _values(values, "log_softmax(values)")
    return apply(LOG_SOFTMAX, (members[index], *members[:index], *members[index + 1 :]))


_PLAIN = {Value}


def _values(things: Iterable[Any], name: str) -> tuple[Value, ...]:
    if isinstance(things, Value) or not isinstance(things, Iterable):
        raise OperandError(f"{name}: expected a sequence of Values or numbers, got {type(things).__name__}")
    members = tuple(things)
    if not members:
        raise ShapeError(f"{name}: expected at least one value, got none")
    kinds = set(map(type, members))
    if kinds == _PLAIN or all(issubclass(kind, Value) and kind.usable is Value.usable for kind in kinds):
        return members
    operands = (as_operand(member) for member in members)
    return tuple(
        as_value(members[index], f"{name}[{index}]") if operand is None else operand
        for index, operand in enumerate(operands)
    )


def _read_with_values(primitive: Primitive) -> Callable[..., Any]:
    """The function of a primitive for rules read with Values: constants among themselves stay floats."""

    def function(*operands: Any) -> Any:
        if any(isinstance(operand, Value) for operand in operands):
            return apply(primitive, tuple(as_value(operand, primitive.name) for operand in operands))
        return primitive.rule(FLOATS, *operands)

    return function


def _named(primitive: Own, *operands: Any) -> Any:
    """An operation of a user's; one that is written for floats is computed with Values as far as it lets itself be."""
    lets = primitive.of_floats and any(isinstance(operand, Value) for operand in operands)
    found = in_values(primitive.written, operands) if lets else None
    return _read_with_values(primitive)(*operands) if found is None else found


# Of more operands each share would be a node that reads all of them, and the gradient as many edges as their square.
_MOST_SHARES = 64


def _share(index: int, logsumexp: Any, operands: Sequence[Any]) -> Any:
    # exp(operand - logsumexp) has the derivative p - p² by the operand, which cancels where p is close to 1.
    if len(operands) > _MOST_SHARES:
        return VALUES.exp(operands[index] - logsumexp)
    others = [*operands[:index], *operands[index + 1 :]]
    return VALUES.exp(VALUES.log_softmax(operands[index], *others))


VALUES = cast(
    Namespace,
    SimpleNamespace(
        **{name: _read_with_values(primitive) for name, primitive in TABLE.items()}, share=_share, named=_named
    ),
)
"""Rules read with Values give Values: derivatives that can be differentiated again."""
