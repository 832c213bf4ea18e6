"""What textbooks write where the table's rule is another form, which keeps more digits or takes any operand."""

from __future__ import annotations

from collections.abc import Callable

from ..primitives import ABSOLUTE, CLIP, ELU, EXP, GELU, GREATER, HARD_SIGMOID, LEAKY_RELU, SILU, SQRT, Primitive
from .calls import Call, Case, Pi, Relation
from .expressions import Expression, Number, raised_to


def _squared(a: Expression) -> Expression:
    return raised_to(a, 2.0)


def _root(a: Expression) -> Expression:
    return Call(SQRT, (a,))


def length(a: Expression, b: Expression) -> Expression:
    """The root of the sum of two squares."""
    return _root(_squared(a) + _squared(b))


def _bell(a: Expression) -> Expression:
    return 2.0 / _root(Pi()) * Call(EXP, (-_squared(a),))


def _is_positive(a: Expression) -> Expression:
    return Relation(GREATER, a, Number(0.0))


def _elsewhere(a: Expression) -> Expression:
    return Case(_is_positive(a), False)


def _by_name(primitive: Primitive) -> Callable[..., Expression]:
    return lambda *operands: Call(primitive, operands)


RESULTS: dict[str, Callable[..., Expression]] = {
    **{primitive.name: _by_name(primitive) for primitive in (CLIP, ELU, GELU, HARD_SIGMOID, LEAKY_RELU, SILU)},
    "softsign": lambda a: a / (1.0 + Call(ABSOLUTE, (a,))),
}
"""By the operation's name."""

PARTIALS: dict[tuple[str, int], Callable[..., Expression]] = {
    ("asin", 0): lambda a: 1.0 / _root(1.0 - _squared(a)),
    ("acos", 0): lambda a: -1.0 / _root(1.0 - _squared(a)),
    ("asinh", 0): lambda a: 1.0 / _root(_squared(a) + 1.0),
    ("acosh", 0): lambda a: 1.0 / _root(_squared(a) - 1.0),
    ("atanh", 0): lambda a: 1.0 / (1.0 - _squared(a)),
    ("atan2", 0): lambda y, x: x / (_squared(y) + _squared(x)),
    ("atan2", 1): lambda y, x: -y / (_squared(y) + _squared(x)),
    ("hypot", 1): lambda a, b: b / length(a, b),
    ("hypot_prime", 0): lambda a, b: _squared(b) / raised_to(length(a, b), 3.0),
    ("hypot_prime", 1): lambda a, b: -a * b / raised_to(length(a, b), 3.0),
    ("erf", 0): _bell,
    ("erfc", 0): lambda a: -_bell(a),
    ("leaky_relu", 0): lambda a, b: _is_positive(a) + b * _elsewhere(a),
    ("elu", 0): lambda a, b: _is_positive(a) + b * Call(EXP, (a,)) * _elsewhere(a),
}
"""By the operation's name and the operand."""
