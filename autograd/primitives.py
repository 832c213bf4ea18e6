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

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from .namespaces import Namespace
from .pairs import factor_by

Interval = tuple[float, float]
ANYWHERE: Interval = (-math.inf, math.inf)
POSITIVE: Interval = (0.0, math.inf)


@dataclass(frozen=True, eq=False)
class Primitive:
    """One operation of the table.

    Attributes
    ----------
    name : str
        The operation's name, also that of its function in a namespace.
    rule : callable
        ``rule(ns, *operands)``, the result.
    partials : tuple of callables, or one callable
        ``partials[i](ns, v, *operands)``, the derivative of the result `v` with
        respect to operand i. For an operation of any number of operands, one
        ``partials(ns, i, v, operands)``.
    symbol : str
        How mathematics writes it, such as ``"+"`` or ``"σ"``.
    infix : bool
        Whether the symbol stands between two operands.
    needs : str
        The domain in words for an error message; empty when it is everywhere.
    defined : callable, optional
        ``defined(ns, *operands)`` is 0 where the operation has no real result; None where it always has one.
    domain : tuple of (low, high)
        For each operand, where the operation is smooth or defined; tests sample from it.
    kink : callable, optional
        ``kink(*operands)`` is zero where the operation has no derivative.
    primed : bool
        Whether a textbook writes its derivative by name, as σ′(z).
    """

    name: str
    rule: Callable[..., Any]
    partials: tuple[Callable[..., Any], ...] | Callable[..., Any]
    symbol: str
    infix: bool = False
    needs: str = ""
    defined: Callable[..., Any] | None = None
    domain: tuple[Interval, ...] = field(default=(ANYWHERE,))
    kink: Callable[..., float] | None = None
    primed: bool = False

    @property
    def arity(self) -> int | None:
        """The number of operands, or None where any number may come."""
        return len(self.partials) if isinstance(self.partials, tuple) else None

    def partial(self, ns: Namespace, index: int, v: Any, operands: Sequence[Any]) -> Any:
        """The local partial of result `v` with respect to operand `index`, read in `ns`."""
        if isinstance(self.partials, tuple):
            return self.partials[index](ns, v, *operands)
        return self.partials(ns, index, v, operands)

    def is_flat(self, index: int) -> bool:
        """Whether the derivative by operand `index` is 0 everywhere, so that nothing need be handed on."""
        return isinstance(self.partials, tuple) and self.partials[index] is _zero

    def __reduce__(self) -> str:
        # Entries are module constants: a pickle names them, and unpickling finds the same object.
        return self.name.upper()

    def __repr__(self) -> str:
        return f"<primitive {self.name}>"


def _function(name: str) -> Callable[..., Any]:
    """A rule that is the namespace's function of the same name."""
    return lambda ns, *operands: getattr(ns, name)(*operands)


def _zero(ns: Namespace, v: Any, *operands: Any) -> float:
    return 0.0


def _one(ns: Namespace, v: Any, *operands: Any) -> float:
    return 1.0


def _minus_one(ns: Namespace, v: Any, *operands: Any) -> float:
    return -1.0


_NEAR_ZERO = 0.1


def _power_by_base(ns: Namespace, v: Any, a: Any, b: Any) -> Any:
    # So that 0 ** 0 has the derivative 0 and not 0 / 0, the exponent is replaced where it is the constant 0;
    # one that varies keeps its own derivatives, and the base is replaced where both are 0.
    if isinstance(b, float):
        # By a tiny base a power far below 0 would overflow where b times it does not.
        return b * v / a if 0.0 < abs(b) < _NEAR_ZERO else b * ns.power(a, b - 1 if b else 1.0)
    return b * ns.power(ns.where(ns.equal(b, 0.0), ns.where(ns.equal(a, 0.0), 1.0, a), a), b - 1)


def _chosen_by(ns: Namespace, i: int, v: Any, operands: Sequence[Any]) -> Any:
    """1 by the option that is chosen, 0 by the others and by the index."""
    if i == 0:
        return 0.0
    index, from_start, from_end = operands[0], float(i - 1), float(i - len(operands))
    return ns.less_equal(from_start, index) * ns.less(index, from_start + 1.0) + ns.less_equal(
        from_end, index
    ) * ns.less(index, from_end + 1.0)


def _has_power(ns: Namespace, a: Any, b: Any) -> Any:
    if isinstance(b, float) and b.is_integer():
        return 1.0 if b >= 0 else ns.not_equal(a, 0.0)
    # Of a negative base powers by whole numbers that vary are left out.
    return ns.where(ns.equal(a, 0.0), ns.greater_equal(b, 0.0), ns.greater(a, 0.0))


def _is_finite(ns: Namespace, a: Any) -> Any:
    return ns.less(ns.absolute(a), math.inf)


def _log_softmax_by(ns: Namespace, i: int, v: Any, operands: Sequence[Any]) -> Any:
    # With p the share of an operand: 1 - p by the first, whose share that is, and -p by another.
    return -ns.expm1(v) if i == 0 else -ns.share(i, operands[0] - v, operands)


TWICE_ANYWHERE = (ANYWHERE, ANYWHERE)

# fmt: off
ADD      = Primitive("add",      lambda ns, a, b: a + b, (_one, _one), "+", infix=True, domain=TWICE_ANYWHERE)
SUBTRACT = Primitive("subtract", lambda ns, a, b: a - b, (_one, _minus_one), "−", infix=True, domain=TWICE_ANYWHERE)
MULTIPLY = Primitive("multiply", lambda ns, a, b: a * b,
                     (lambda ns, v, a, b: b,
                      lambda ns, v, a, b: a), "·", infix=True, domain=TWICE_ANYWHERE)
DIVIDE   = Primitive("divide",   lambda ns, a, b: a / b,
                     (lambda ns, v, a, b: 1 / b,
                      lambda ns, v, a, b: -v / b), "/", infix=True, needs="a divisor other than 0",
                     defined=lambda ns, a, b: ns.not_equal(b, 0.0), domain=(ANYWHERE, POSITIVE))
# The logarithm is replaced where a = 0, so that 0 ** b has the derivative 0 by b and not 0 * log(0).
POWER    = Primitive("power", _function("power"),
                     (_power_by_base,
                      lambda ns, v, a, b: v * ns.log(ns.where(ns.equal(a, 0.0), 1.0, a))), "^", infix=True,
                     needs="a base that is positive, or not 0 with a whole exponent, or 0 with a positive exponent",
                     defined=_has_power,
                     domain=(POSITIVE, ANYWHERE))
NEGATIVE = Primitive("negative", lambda ns, a: -a, (_minus_one,), "−")
POSITIVE_OF = Primitive("positive_of", lambda ns, a: a * 1.0, (_one,), "+")
ABSOLUTE = Primitive("absolute", _function("absolute"), (lambda ns, v, a: ns.sign(a),), "abs", kink=lambda a: a)

EXP      = Primitive("exp",      _function("exp"),      (lambda ns, v, a: v,), "exp")
LOG      = Primitive("log",      _function("log"),      (lambda ns, v, a: 1 / a,), "log",
                     needs="an operand above 0", defined=lambda ns, a: ns.greater(a, 0.0), domain=(POSITIVE,))
SQRT     = Primitive("sqrt",     _function("sqrt"),     (lambda ns, v, a: 0.5 / v,), "√",
                     needs="an operand of at least 0, and for its derivative above 0",
                     defined=lambda ns, a: ns.greater_equal(a, 0.0), domain=(POSITIVE,))
SIN      = Primitive("sin",      _function("sin"),      (lambda ns, v, a: ns.cos(a),), "sin", needs="a finite operand",
                     defined=_is_finite)
COS      = Primitive("cos",      _function("cos"),      (lambda ns, v, a: -ns.sin(a),), "cos", needs="a finite operand",
                     defined=_is_finite)
TANH     = Primitive("tanh",     _function("tanh"),     (lambda ns, v, a: ns.tanh_prime(a),), "tanh", primed=True)
SIGMOID  = Primitive("sigmoid",  _function("sigmoid"),  (lambda ns, v, a: ns.sigmoid_prime(a),), "σ", primed=True)
RELU     = Primitive("relu",     _function("relu"),     (lambda ns, v, a: ns.step(a),), "relu", kink=lambda a: a,
                     primed=True)
SOFTPLUS = Primitive("softplus", _function("softplus"), (lambda ns, v, a: ns.sigmoid(a),), "softplus")

MAXIMUM  = Primitive("maximum",  _function("maximum"),
                     (lambda ns, v, a, b: ns.greater_equal(a, b),
                      lambda ns, v, a, b: ns.less(a, b)), "max", domain=TWICE_ANYWHERE, kink=lambda a, b: a - b)
MINIMUM  = Primitive("minimum",  _function("minimum"),
                     (lambda ns, v, a, b: ns.less_equal(a, b),
                      lambda ns, v, a, b: ns.greater(a, b)), "min", domain=TWICE_ANYWHERE, kink=lambda a, b: a - b)
WHERE    = Primitive("where",    _function("where"),
                     (_zero,
                      lambda ns, v, c, a, b: ns.where(c, 1.0, 0.0),
                      lambda ns, v, c, a, b: ns.where(c, 0.0, 1.0)), "where", domain=(ANYWHERE,) * 3)

# Operations of any number of operands. What those of a weighted sum are, `pairs` says; a choice's are the index and
# the options.
WEIGHTED_SUM = Primitive("weighted_sum", _function("weighted_sum"),
                         factor_by, "Σ")
TOTAL        = Primitive("total",        _function("total"),     lambda ns, i, v, operands: 1.0, "Σ")
LOGSUMEXP    = Primitive("logsumexp",    _function("logsumexp"),
                         lambda ns, i, v, operands: ns.share(i, v, operands), "logsumexp")
LOG_SOFTMAX  = Primitive("log_softmax",  _function("log_softmax"), _log_softmax_by, "log_softmax")  # of the first one
CHOOSE       = Primitive("choose",       _function("choose"),    _chosen_by, "choose",
                         needs="an index that one of the options has", domain=((0.0, 3.0),),
                         kink=lambda index, *options: index - round(index))

# exp(a) - 1 and, by name, 1 - tanh² and σ (1 - σ), which would cancel where the functions are flat.
EXPM1         = Primitive("expm1",         _function("expm1"),         (lambda ns, v, a: ns.exp(a),), "expm1")
TANH_PRIME    = Primitive("tanh_prime",    _function("tanh_prime"),    (lambda ns, v, a: -2 * v * ns.tanh(a),), "tanh′",
                          primed=True)
SIGMOID_PRIME = Primitive("sigmoid_prime", _function("sigmoid_prime"), (lambda ns, v, a: -v * ns.tanh(a / 2),), "σ′",
                          primed=True)

# Piecewise constant: what the kinked operations and their derivatives are made of.
SIGN          = Primitive("sign",          _function("sign"),          (_zero,), "sign", kink=lambda a: a)
STEP          = Primitive("step",          _function("step"),          (_zero,), "step", kink=lambda a: a)
LESS          = Primitive("less",          _function("less"),          (_zero, _zero), "<", infix=True,
                          domain=TWICE_ANYWHERE, kink=lambda a, b: a - b)
LESS_EQUAL    = Primitive("less_equal",    _function("less_equal"),    (_zero, _zero), "≤", infix=True,
                          domain=TWICE_ANYWHERE, kink=lambda a, b: a - b)
GREATER       = Primitive("greater",       _function("greater"),       (_zero, _zero), ">", infix=True,
                          domain=TWICE_ANYWHERE, kink=lambda a, b: a - b)
GREATER_EQUAL = Primitive("greater_equal", _function("greater_equal"), (_zero, _zero), "≥", infix=True,
                          domain=TWICE_ANYWHERE, kink=lambda a, b: a - b)
EQUAL         = Primitive("equal",         _function("equal"),         (_zero, _zero), "=", infix=True,
                          domain=TWICE_ANYWHERE, kink=lambda a, b: a - b)
NOT_EQUAL     = Primitive("not_equal",     _function("not_equal"),     (_zero, _zero), "≠", infix=True,
                          domain=TWICE_ANYWHERE, kink=lambda a, b: a - b)
DETACH        = Primitive("detach",        lambda ns, a: a,            (_zero,), "detach")
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


def _no_rule(ns: Namespace) -> Any:
    raise AssertionError("a leaf has no rule")


# What makes a Value without operands: a leaf is a variable to differentiate by, a constant is a
# number that stood in an expression and receives no gradient.
LEAF = Primitive("leaf", _no_rule, (), "", domain=())
CONSTANT = Primitive("constant", _no_rule, (), "", domain=())
