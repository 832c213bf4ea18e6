"""The table: every operation of the engine, declared once.

An entry says how an operation is written, where it is defined, what it
computes (`rule`) and the partial derivative with respect to each operand
(`partials`). Rules are read in a namespace `ns` (see `autograd.namespaces`):
with floats by the reverse pass, with Values for higher derivatives, with
arrays and symbols by the compiler and the drawings. In a partial, `v` is the
operation's own result, which many derivatives reuse.

Conventions at kinks: relu'(0) = 0 and |a|' = 0 at 0, and so `hypot` has at the
origin; `leaky_relu` and `elu` are there as below 0. At a tie `maximum` and
`minimum` are their first operand, and `clip` at a bound is what was clipped.
What rounds is constant, at its jumps too, and `mod` is there as to their right.
"""

from .activations import (
    ELU,
    GELU,
    HARD_SIGMOID,
    LEAKY_RELU,
    RELU,
    SIGMOID,
    SIGMOID_PRIME,
    SILU,
    SOFTPLUS,
    SOFTSIGN,
    TANH,
    TANH_PRIME,
)
from .arithmetic import ABSOLUTE, ADD, DIVIDE, MULTIPLY, NEGATIVE, POSITIVE_OF, POWER, RECIPROCAL, SQUARE, SUBTRACT
from .choices import (
    CLIP,
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
from .elementary import (
    ACOS,
    ACOSH,
    ASIN,
    ASINH,
    ATAN,
    ATAN2,
    ATANH,
    CBRT,
    COS,
    COSH,
    EXP,
    EXP2,
    EXPM1,
    HYPOT,
    HYPOT_PRIME,
    LOG,
    LOG1P,
    LOG2,
    LOG10,
    SIN,
    SINH,
    SQRT,
    TAN,
)
from .entry import Primitive
from .reductions import CHOOSE, LOG_SOFTMAX, LOGSUMEXP, TOTAL, WEIGHTED_SUM
from .rounding import CEIL, COPYSIGN, FLOOR, FLOOR_DIVIDE, MOD, ROUND_
from .special import DIGAMMA, ERF, ERFC, LGAMMA, SINC, SINC_PRIME, TRIGAMMA

# fmt: off
__all__ = [  # in the order of letters, many on a line
    "ABSOLUTE", "ACOS", "ACOSH", "ADD", "ASIN", "ASINH", "ATAN", "ATAN2", "ATANH", "CBRT", "CEIL", "CHOOSE",
    "CLIP", "CONSTANT", "COPYSIGN", "COS", "COSH", "DETACH", "DIGAMMA", "DIVIDE", "ELU", "EQUAL", "ERF", "ERFC",
    "EXP", "EXP2", "EXPM1", "FLOOR", "FLOOR_DIVIDE", "GELU", "GREATER", "GREATER_EQUAL", "HARD_SIGMOID",
    "HYPOT", "HYPOT_PRIME", "LEAF", "LEAKY_RELU", "LESS", "LESS_EQUAL", "LGAMMA", "LOG", "LOG1P", "LOG2",
    "LOG10", "LOGSUMEXP", "LOG_SOFTMAX", "MAXIMUM", "MINIMUM", "MOD", "MULTIPLY", "NEGATIVE", "NOT_EQUAL",
    "POSITIVE_OF", "POWER", "RECIPROCAL", "RELU", "ROUND_", "SIGMOID", "SIGMOID_PRIME", "SIGN", "SILU", "SIN",
    "SINC", "SINC_PRIME", "SINH", "SOFTPLUS", "SOFTSIGN", "SQRT", "SQUARE", "STEP", "SUBTRACT", "TABLE", "TAN",
    "TANH", "TANH_PRIME", "TOTAL", "TRIGAMMA", "WEIGHTED_SUM", "WHERE", "Primitive",
]
# fmt: on

TABLE: dict[str, Primitive] = {
    primitive.name: primitive
    for primitive in (
        ADD, SUBTRACT, MULTIPLY, DIVIDE, POWER, NEGATIVE, POSITIVE_OF, ABSOLUTE,
        EXP, LOG, SQRT, SIN, COS, TANH, SIGMOID, RELU, SOFTPLUS,
        MAXIMUM, MINIMUM, WHERE, WEIGHTED_SUM, TOTAL, LOGSUMEXP, CHOOSE, LOG_SOFTMAX, EXPM1, TANH_PRIME,
        SIGMOID_PRIME,
        SQUARE, RECIPROCAL, EXP2, LOG1P, LOG2, LOG10, CBRT, TAN, ASIN, ACOS, ATAN, ATAN2, SINH, COSH,
        ASINH, ACOSH, ATANH, HYPOT, HYPOT_PRIME, ERF, ERFC, LGAMMA, DIGAMMA, TRIGAMMA, SINC, SINC_PRIME,
        CLIP, LEAKY_RELU, ELU, GELU, SILU, HARD_SIGMOID, SOFTSIGN,
        FLOOR, CEIL, ROUND_, MOD, FLOOR_DIVIDE, COPYSIGN,
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
