"""The table: every operation of the engine, declared once.

An entry says how an operation is written, where it is defined, what it
computes (`rule`) and the partial derivative with respect to each operand
(`partials`). Rules are read in a namespace `ns` (see `autograd.namespaces`):
with floats by the reverse pass, with Values for higher derivatives, with
arrays and symbols by the compiler and the drawings. In a partial, `v` is the
operation's own result, which many derivatives reuse.

Conventions at kinks: relu'(0) = 0 and |a|' = 0 at 0; at a tie `maximum` and
`minimum` are their first operand.
"""

from .activations import EXPM1, RELU, SIGMOID, SIGMOID_PRIME, SOFTPLUS, TANH, TANH_PRIME
from .arithmetic import ABSOLUTE, ADD, DIVIDE, MULTIPLY, NEGATIVE, POSITIVE_OF, POWER, SUBTRACT
from .choices import (
    DETACH,
    EQUAL,
    GREATER,
    GREATER_EQUAL,
    LESS,
    LESS_EQUAL,
    MAXIMUM,
    MINIMUM,
    NOT_EQUAL,
    SIGN,
    STEP,
    WHERE,
)
from .elementary import COS, EXP, LOG, SIN, SQRT
from .entry import Primitive
from .reductions import CHOOSE, LOG_SOFTMAX, LOGSUMEXP, TOTAL, WEIGHTED_SUM

# fmt: off
__all__ = [
    "ABSOLUTE",
    "ADD",
    "CHOOSE",
    "CONSTANT",
    "COS",
    "DETACH",
    "DIVIDE",
    "EQUAL",
    "EXP",
    "EXPM1",
    "GREATER",
    "GREATER_EQUAL",
    "LEAF",
    "LESS",
    "LESS_EQUAL",
    "LOG",
    "LOGSUMEXP",
    "LOG_SOFTMAX",
    "MAXIMUM",
    "MINIMUM",
    "MULTIPLY",
    "NEGATIVE",
    "NOT_EQUAL",
    "POSITIVE_OF",
    "POWER",
    "RELU",
    "SIGMOID",
    "SIGMOID_PRIME",
    "SIGN",
    "SIN",
    "SOFTPLUS",
    "SQRT",
    "STEP",
    "SUBTRACT",
    "TABLE",
    "TANH",
    "TANH_PRIME",
    "TOTAL",
    "WEIGHTED_SUM",
    "WHERE",
    "Primitive",
]
# fmt: on

TABLE: dict[str, Primitive] = {
    primitive.name: primitive
    for primitive in (
        ADD, SUBTRACT, MULTIPLY, DIVIDE, POWER, NEGATIVE, POSITIVE_OF, ABSOLUTE,
        EXP, LOG, SQRT, SIN, COS, TANH, SIGMOID, RELU, SOFTPLUS,
        MAXIMUM, MINIMUM, WHERE, WEIGHTED_SUM, TOTAL, LOGSUMEXP, CHOOSE, LOG_SOFTMAX, EXPM1, TANH_PRIME,
        SIGMOID_PRIME,
        SIGN, STEP, LESS, LESS_EQUAL, GREATER, GREATER_EQUAL, EQUAL, NOT_EQUAL, DETACH,
    )
}  # fmt: skip
"""Every operation by its name."""


def _no_rule(ns: object) -> None:
    raise AssertionError("a leaf has no rule")


# What makes a Value without operands: a leaf is a variable to differentiate by, a constant is a
# number that stood in an expression and receives no gradient.
LEAF = Primitive("leaf", _no_rule, (), "", domain=())
CONSTANT = Primitive("constant", _no_rule, (), "", domain=())
