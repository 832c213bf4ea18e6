"""The derivative table: every operation, orders one to three, against 60 digits.

``python tests/derivative_table.py --points 1000`` draws points of each
operation's domain, extremes among them (|z| up to 1e4, denormal numbers), and
prints how far the engine's derivatives are from closed forms in mpmath. At
order one every derivative must be within `RELATIVE` of the true value or
within `ABSOLUTE`; the exit code says whether all are. Orders two and three,
through ``create_graph``, are stated.

Below stand the tails: what saturates, and the costs, at |z| from 10 to 700,
each value and derivative of order one and two within `RELATIVE` of the true
one, eager and compiled, unless it is below the normal floats.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations_with_replacement
from typing import Any

import mpmath
import numpy as np
from mpmath import mpf

import nn
from autograd import (
    Value,
    asinh,
    atan,
    compile,
    elu,
    erf,
    erfc,
    gelu,
    gradient,
    log_softmax,
    logsumexp,
    sigmoid,
    silu,
    softmax,
    softplus,
    softsign,
    tanh,
)
from autograd.errors import DomainError
from autograd.primitives import TABLE, Primitive
from autograd.value import apply

RELATIVE, ABSOLUTE = 1e-12, 1e-15
DIGITS = 60
ORDERS = 1, 2, 3
MANY = {
    "weighted_sum": (2, 3, 4, 5),
    "total": (1, 2, 3),
    "logsumexp": (1, 2, 3),
    "log_softmax": (1, 2, 3),
    "choose": (3, 4),
}
EXTREMES = [0.0, 1e4, 5e-324, 1e-310, 2.2250738585072014e-308, 1e-160, 1e-8, 1.0, 40.0, 745.0]

Point = Sequence[mpf]
Exact = Callable[[Point, tuple[int, ...]], Any]
"""The derivative at a point by the operands of these indices, one after another."""


# Closed forms, from calculus and not from the engine's rules


def nothing(x: Point, by: tuple[int, ...]) -> Any:
    """What is piecewise constant, or has no derivative by definition."""
    return mpf(0)


def linear(*slopes: Any) -> Exact:
    """Slopes at order one, nothing beyond; each a number or a function of the operands."""
    return lambda x, by: (
        mpf(slopes[by[0]](*x) if callable(slopes[by[0]]) else slopes[by[0]]) if len(by) == 1 else mpf(0)
    )


def of_one(*derivatives: Callable[[mpf], Any]) -> Exact:
    """The first, second and third derivative of a function of one operand."""
    return lambda x, by: derivatives[len(by) - 1](x[0])


def product(x: Point, by: tuple[int, ...]) -> Any:
    """Derivatives of x0 x1."""
    if len(by) == 1:
        return x[1 - by[0]]
    return mpf(sorted(by) == [0, 1])


def quotient(x: Point, by: tuple[int, ...]) -> Any:
    """Derivatives of x0 / x1: those of x0 times those of 1 / x1."""
    tops, bottoms = by.count(0), by.count(1)
    top = (x[0], mpf(1), mpf(0), mpf(0))[tops]
    return top * (-1) ** bottoms * mpmath.factorial(bottoms) / x[1] ** (bottoms + 1)


def power(x: Point, by: tuple[int, ...]) -> Any:
    """Derivatives of a ** b: i times by a is b (b - 1) ... a ** (b - i); of that, Leibniz by b."""
    a, b = x
    i, j = by.count(0), by.count(1)
    falling = [mpf(1)]  # the coefficients of b (b - 1) ... (b - i + 1), lowest power first
    for root in range(i):
        falling = [p - root * q for p, q in zip([mpf(0), *falling], [*falling, mpf(0)], strict=True)]
    total = mpf(0)
    for k in range(j + 1):
        factor = mpmath.fsum(c * mpmath.ff(n, k) * b ** (n - k) for n, c in enumerate(falling) if n >= k)
        total += mpmath.binomial(j, k) * factor * mpmath.log(a) ** (j - k)
    return total * mpmath.power(a, b - i)


def sums_of_products(x: Point, by: tuple[int, ...]) -> Any:
    """Derivatives of w0 a0 + w1 a1 + ... + b, the operands being all w, all a, and b if their number is odd."""
    n = len(x) // 2
    if by[0] == 2 * n:
        return mpf(len(by) == 1)
    if len(by) == 1:
        return x[(by[0] + n) % (2 * n)]
    return mpf(len(by) == 2 and abs(by[0] - by[1]) == n and max(by) < 2 * n)


def log_of_exponentials(x: Point, by: tuple[int, ...]) -> Any:
    """Derivatives of log(e^x0 + e^x1 + ...), in p = softmax(x)."""
    largest = max(x)
    shifted = [mpmath.exp(a - largest) for a in x]
    p = [e / mpmath.fsum(shifted) for e in shifted]

    def d(i: int, j: int) -> Any:
        return p[i] * (mpmath.fsum(p[:i] + p[i + 1 :]) if i == j else -p[j])

    if len(by) == 1:
        return p[by[0]]
    if len(by) == 2:
        return d(*by)
    i, j, k = by
    return d(i, k) * ((i == j) - p[j]) - p[i] * d(j, k)


def choice(x: Point, by: tuple[int, ...]) -> Any:
    """Derivatives of the option that the first operand is the index of."""
    chosen = int(mpmath.floor(x[0])) % (len(x) - 1) + 1
    return mpf(by == (chosen,))


def log_of_a_share(x: Point, by: tuple[int, ...]) -> Any:
    """Derivatives of x0 - log(e^x0 + e^x1 + ...)."""
    if by == (0,):  # 1 - p, without a difference
        return 1 / (1 + 1 / mpmath.fsum(mpmath.exp(a - x[0]) for a in x[1:])) if len(x) > 1 else mpf(0)
    return -log_of_exponentials(x, by)


def logistic(z: mpf) -> Any:
    return 1 / (1 + mpmath.exp(-z))


def bell(z: mpf) -> Any:
    """sigma'(z), exact where 1 - sigma would cancel."""
    return 1 / (2 + mpmath.exp(z) + mpmath.exp(-z))


def sech2(z: mpf) -> Any:
    return 1 / mpmath.cosh(z) ** 2


SIGMOIDS = (
    bell,
    lambda z: -bell(z) * mpmath.tanh(z / 2),
    lambda z: bell(z) * (1 - 6 * bell(z)),
    lambda z: bell(z) * mpmath.tanh(z / 2) * (12 * bell(z) - 1),
)
TANHS = (
    sech2,
    lambda a: -2 * mpmath.tanh(a) * sech2(a),
    lambda a: sech2(a) * (4 - 6 * sech2(a)),
    lambda a: 8 * mpmath.tanh(a) * sech2(a) * (3 * sech2(a) - 1),
)


def sinc_slope(a: mpf, order: int) -> Any:
    """The derivative of an order of sin(pi a) / (pi a): of a sum near 0, else by Leibniz of a times it."""
    if abs(a) < 0.01:
        return mpmath.fsum(
            (-1) ** j
            * mpmath.pi ** (2 * j)
            * mpmath.ff(2 * j, order)
            * a ** (2 * j - order)
            / mpmath.factorial(2 * j + 1)
            for j in range(-(-order // 2), 25)
        )
    if order == 0:
        return mpmath.sinpi(a) / (mpmath.pi * a)
    sine = mpmath.sin(mpmath.pi * a + order * mpmath.pi / 2)
    return (mpmath.pi ** (order - 1) * sine - order * sinc_slope(a, order - 1)) / a


def length(x: Point, by: tuple[int, ...]) -> Any:
    """Derivatives of the root of x0² + x1²: of a function of half of that sum, whose own derivatives are linear."""
    with mpmath.workdps(3000):  # of operands of very different size nearly all digits cancel
        return _length(x, by)


def _length(x: Point, by: tuple[int, ...]) -> Any:
    r = mpmath.sqrt(x[0] ** 2 + x[1] ** 2)
    outer = (r, 1 / r, -1 / r**3, 3 / r**5, -15 / r**7)

    def added(left: tuple[int, ...], factor: Any, parts: int) -> Any:
        if not left:
            return factor * outer[parts]
        first, rest = left[0], left[1:]
        alone = added(rest, factor * x[first], parts + 1)
        pairs = (added(rest[:i] + rest[i + 1 :], factor, parts + 1) for i, other in enumerate(rest) if other == first)
        return alone + mpmath.fsum(pairs)

    return added(by, mpf(1), 0)


def angle(x: Point, by: tuple[int, ...]) -> Any:
    """Derivatives of the angle of x1 + i x0, the imaginary part of its logarithm."""
    n, z = len(by), mpmath.mpc(x[1], x[0])
    return (mpmath.mpc(0, 1) ** by.count(0) * (-1) ** (n - 1) * mpmath.factorial(n - 1) / z**n).imag


def leaky(x: Point, by: tuple[int, ...]) -> Any:
    """Derivatives of a where it is above 0, else of a b."""
    return (mpf(by == (0,)) if x[0] > 0 else product(x, by)) if len(by) < 3 else mpf(0)


def exponential_below(x: Point, by: tuple[int, ...]) -> Any:
    """Derivatives of a where it is above 0, else of (e^a - 1) b."""
    a, b = x
    if a > 0 or by.count(1) > 1:
        return mpf(by == (0,) and a > 0)
    factor = b if by.count(1) == 0 else 1
    return factor * (mpmath.expm1(a) if by == (1,) else mpmath.exp(a))


def within(x: Point, by: tuple[int, ...]) -> Any:
    """Derivatives of a, which is not below b nor above c."""
    a, low, high = x
    chosen = 2 if high < max(a, low) else 1 if a < low else 0
    return mpf(by == (chosen,))


def normal(a: mpf) -> Any:
    """The density of the normal distribution."""
    return mpmath.exp(-(a**2) / 2) / mpmath.sqrt(2 * mpmath.pi)


def gauss(a: mpf) -> Any:
    """The derivative of erf."""
    return 2 * mpmath.exp(-(a**2)) / mpmath.sqrt(mpmath.pi)


ARC_SINES = (
    lambda a: (1 - a**2) ** -0.5,
    lambda a: a * (1 - a**2) ** -1.5,
    lambda a: (1 + 2 * a**2) * (1 - a**2) ** -2.5,
)
ERFS = (gauss, lambda a: -2 * a * gauss(a), lambda a: (4 * a**2 - 2) * gauss(a))
GELUS = (
    lambda a: mpmath.erfc(-a / mpmath.sqrt(2)) / 2 + a * normal(a),
    lambda a: normal(a) * (2 - a**2),
    lambda a: normal(a) * (a**3 - 4 * a),
)
SILUS = (
    lambda a: logistic(a) + a * bell(a),
    lambda a: 2 * bell(a) + a * SIGMOIDS[1](a),
    lambda a: 3 * SIGMOIDS[1](a) + a * SIGMOIDS[2](a),
)


def negative(functions: Sequence[Callable[[mpf], Any]]) -> list[Callable[[mpf], Any]]:
    return [lambda a, f=f: -f(a) for f in functions]


def polygammas(*orders: int) -> Exact:
    return of_one(*(lambda a, order=order: mpmath.psi(order, a) for order in orders))


def sincs(*orders: int) -> Exact:
    return of_one(*(lambda a, order=order: sinc_slope(a, order) for order in orders))


EXACT: dict[str, Exact] = {
    "add": linear(1, 1),
    "subtract": linear(1, -1),
    "multiply": product,
    "divide": quotient,
    "power": power,
    "negative": linear(-1),
    "positive_of": linear(1),
    "absolute": linear(mpmath.sign),
    "exp": of_one(mpmath.exp, mpmath.exp, mpmath.exp),
    "log": of_one(lambda a: 1 / a, lambda a: -1 / a**2, lambda a: 2 / a**3),
    "sqrt": of_one(lambda a: a**-0.5 / 2, lambda a: -(a**-1.5) / 4, lambda a: 3 * a**-2.5 / 8),
    "sin": of_one(mpmath.cos, lambda a: -mpmath.sin(a), lambda a: -mpmath.cos(a)),
    "cos": of_one(lambda a: -mpmath.sin(a), lambda a: -mpmath.cos(a), mpmath.sin),
    "tanh": of_one(*TANHS[:3]),
    "sigmoid": of_one(*SIGMOIDS[:3]),
    "relu": linear(lambda a: a > 0),
    "softplus": of_one(logistic, *SIGMOIDS[:2]),
    "maximum": linear(lambda a, b: a > b, lambda a, b: b > a),
    "minimum": linear(lambda a, b: a < b, lambda a, b: b < a),
    "where": linear(0, lambda c, a, b: c != 0, lambda c, a, b: c == 0),
    "weighted_sum": sums_of_products,
    "total": linear(1, 1, 1),
    "logsumexp": log_of_exponentials,
    "choose": choice,
    "log_softmax": log_of_a_share,
    "expm1": of_one(mpmath.exp, mpmath.exp, mpmath.exp),
    "tanh_prime": of_one(*TANHS[1:]),
    "sigmoid_prime": of_one(*SIGMOIDS[1:]),
    **dict.fromkeys(("sign", "step", "less", "less_equal", "greater", "greater_equal", "equal", "not_equal"), nothing),
    "detach": nothing,
    "square": of_one(lambda a: 2 * a, lambda a: mpf(2), lambda a: mpf(0)),
    "reciprocal": of_one(lambda a: -1 / a**2, lambda a: 2 / a**3, lambda a: -6 / a**4),
    "exp2": of_one(*(lambda a, n=n: mpf(2) ** a * mpmath.log(2) ** n for n in ORDERS)),
    "log1p": of_one(lambda a: 1 / (1 + a), lambda a: -1 / (1 + a) ** 2, lambda a: 2 / (1 + a) ** 3),
    "log2": of_one(*(lambda a, n=n: -mpmath.factorial(n - 1) / (-a) ** n / mpmath.log(2) for n in ORDERS)),
    "log10": of_one(*(lambda a, n=n: -mpmath.factorial(n - 1) / (-a) ** n / mpmath.log(10) for n in ORDERS)),
    "cbrt": of_one(
        lambda a: mpmath.cbrt(abs(a)) / abs(a) / 3,
        lambda a: mpmath.cbrt(abs(a)) / abs(a) / a * -2 / 9,
        lambda a: mpmath.cbrt(abs(a)) / abs(a) / a**2 * 10 / 27,
    ),
    "tan": of_one(
        lambda a: mpmath.sec(a) ** 2,
        lambda a: 2 * mpmath.tan(a) * mpmath.sec(a) ** 2,
        lambda a: 2 * mpmath.sec(a) ** 2 * (1 + 3 * mpmath.tan(a) ** 2),
    ),
    "asin": of_one(*ARC_SINES),
    "acos": of_one(*negative(ARC_SINES)),
    "atan": of_one(
        lambda a: 1 / (1 + a**2), lambda a: -2 * a / (1 + a**2) ** 2, lambda a: (6 * a**2 - 2) / (1 + a**2) ** 3
    ),
    "atan2": angle,
    "sinh": of_one(mpmath.cosh, mpmath.sinh, mpmath.cosh),
    "cosh": of_one(mpmath.sinh, mpmath.cosh, mpmath.sinh),
    "asinh": of_one(
        lambda a: (1 + a**2) ** -0.5, lambda a: -a * (1 + a**2) ** -1.5, lambda a: (2 * a**2 - 1) * (1 + a**2) ** -2.5
    ),
    "acosh": of_one(
        lambda a: (a**2 - 1) ** -0.5, lambda a: -a * (a**2 - 1) ** -1.5, lambda a: (2 * a**2 + 1) * (a**2 - 1) ** -2.5
    ),
    "atanh": of_one(
        lambda a: 1 / (1 - a**2), lambda a: 2 * a / (1 - a**2) ** 2, lambda a: (2 + 6 * a**2) / (1 - a**2) ** 3
    ),
    "hypot": length,
    "hypot_prime": lambda x, by: length(x, (0, *by)),
    "erf": of_one(*ERFS),
    "erfc": of_one(*negative(ERFS)),
    "lgamma": polygammas(0, 1, 2),
    "digamma": polygammas(1, 2, 3),
    "trigamma": polygammas(2, 3, 4),
    "sinc": sincs(1, 2, 3),
    "sinc_prime": sincs(2, 3, 4),
    "clip": within,
    "leaky_relu": leaky,
    "elu": exponential_below,
    "gelu": of_one(*GELUS),
    "silu": of_one(*SILUS),
    "hard_sigmoid": linear(lambda a: mpf(abs(a) < 3) / 6),
    "softsign": of_one(
        lambda a: 1 / (1 + abs(a)) ** 2,
        lambda a: -2 * mpmath.sign(a) / (1 + abs(a)) ** 3,
        lambda a: 6 * mpmath.sign(a) ** 2 / (1 + abs(a)) ** 4,
    ),
    **dict.fromkeys(("floor", "ceil", "round_", "floor_divide"), nothing),
    "mod": linear(1, lambda a, b: -mpmath.floor(a / b)),
    "copysign": linear(lambda a, b: mpmath.sign(a) * mpmath.sign(b), 0),
}


# Points


def points(primitive: Primitive, count: int, draws: random.Random) -> Iterator[list[float]]:
    """Points of the domain where there is a derivative: everyday numbers, all magnitudes, and extremes."""
    while count:
        arity = primitive.arity or draws.choice(MANY[primitive.name])
        domain = primitive.domain * arity if len(primitive.domain) == 1 else primitive.domain
        point = [drawn(low, high, draws) for low, high in domain]
        if primitive.arity is None and draws.random() < 0.2:  # far out and close together
            centre = draws.choice((-1e4 + 4, 1e4 - 4))
            point = [centre + draws.uniform(-4, 4) for _ in point]
        if primitive.name == "choose":  # an index that one of the options has
            point[0] = draws.uniform(1 - len(point), len(point) - 1)
        if primitive.kink is None or primitive.kink(*point) != 0:
            count -= 1
            yield point


def drawn(low: float, high: float, draws: random.Random) -> float:
    """A number between `low` and `high`, close to an end as often as not."""
    while True:
        size = draws.choice(
            (
                lambda: draws.uniform(0, 10),
                lambda: draws.uniform(0, 10),
                lambda: 10.0 ** draws.uniform(-320, 4),
                lambda: draws.choice(EXTREMES[low == 0.0 :]),
            )
        )()
        if low == 0.0:
            return size
        ends = [end + side * size for end, side in ((low, 1.0), (high, -1.0)) if math.isfinite(end)]
        number = draws.choice([*ends, math.copysign(size, draws.random() - 0.5)])
        if low < number < high:
            return number


# Measuring


@dataclass
class Measure:
    """How far an operation's derivatives of one order are from the true ones.

    `relative` is the largest relative error of those that are off by more than
    `ABSOLUTE`, `absolute` the largest absolute error of those that are off by
    more than `RELATIVE`; both 0 if every derivative meets one of the two.
    """

    name: str
    order: int
    derivatives: int = 0
    relative: float = 0.0
    absolute: float = 0.0
    within: float = 0.0  # the largest relative error of all whose true value is above 1e-3
    lost: int = 0  # not finite, though the true value is a float
    refused: int = 0  # a DomainError, though the true value is a float
    worst: list[float] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether every derivative is within a bound."""
        return self.relative <= RELATIVE and not self.lost and not self.refused

    def add(self, made: float | None, exact: Any, point: list[float]) -> None:
        """Count one derivative; None is one that was refused."""
        self.derivatives += 1
        true = float(exact)
        if math.isinf(true):  # beyond floats: infinite, refused and the largest floats are all that can be said
            self.lost += made is not None and math.isnan(made)
            return
        if made is None or not math.isfinite(made):
            self.refused += made is None
            self.lost += made is not None
            self.worst = self.worst or point
            return
        absolute = abs(mpf(made) - exact)
        relative = absolute / abs(exact) if exact else absolute
        if abs(exact) > 1e-3:
            self.within = max(self.within, float(relative))
        if absolute > ABSOLUTE and relative > self.relative:
            self.relative = float(relative)
            self.worst = point
        if relative > RELATIVE:
            self.absolute = max(self.absolute, float(absolute))


def engine(primitive: Primitive, point: list[float]) -> Iterator[tuple[tuple[int, ...], float | None]]:
    """Every derivative of order one to three at a point, by operands in ascending order."""
    operands = [Value(x) for x in point]
    n = len(operands)
    below: dict[tuple[int, ...], Value | None] = {(): apply(primitive, tuple(operands))}
    for order in ORDERS:
        reached: dict[tuple[int, ...], Value | None] = {}
        for by in combinations_with_replacement(range(n), order):
            lower = below[by[:-1]]
            try:
                made = None if lower is None else gradient(lower, operands[by[-1]], create_graph=True)
            except DomainError:
                made = None
            reached[by] = made
            yield by, _first(below[()], operands[by[0]]) if order == 1 else None if made is None else made.data
        below = reached


def _first(value: Value | None, operand: Value) -> float | None:
    """A derivative of order one, by floats alone as the reverse pass has it."""
    assert value is not None
    try:
        return gradient(value, operand)
    except DomainError:
        return None


def measured(primitive: Primitive, count: int, seed: int) -> list[Measure]:
    """The measures of an operation, one for each order."""
    measures = [Measure(primitive.name, order) for order in ORDERS]
    with mpmath.workdps(DIGITS):
        for point in points(primitive, count, random.Random(f"{seed} {primitive.name}")):
            exactly = [mpf(x) for x in point]
            for by, made in engine(primitive, point):
                measures[len(by) - 1].add(made, EXACT[primitive.name](exactly, by), point)
    return measures


# The tails

SMALLEST = 1e-300


def value_and(value: Callable[[Point], Any], derivatives: Exact) -> Exact:
    """With the value itself at order zero."""
    return lambda x, by: derivatives(x, by) if by else value(x)


def log_share(x: Point) -> Any:
    """x0 - log(e^x0 + e^x1 + ...), exact where the others are far below."""
    return -mpmath.log1p(mpmath.fsum(mpmath.exp(a - x[0]) for a in x[1:]))


def share(x: Point, by: tuple[int, ...]) -> Any:
    """Derivatives of e^x0 / (e^x0 + e^x1 + ...), from those of its logarithm."""
    p, slopes = mpmath.exp(log_share(x)), [log_of_a_share(x, (i,)) for i in by]
    if len(by) < 2:
        return p * (slopes[0] if by else 1)
    return p * (slopes[0] * slopes[1] + log_of_a_share(x, by))


def size_of_terms(name: str, x: Point, by: tuple[int, ...]) -> Any:
    """By what an error is measured where a second derivative turns its sign: softmax's does where p is 1/2."""
    if name != "softmax" or len(by) < 2:
        return mpf(0)
    return abs(mpmath.exp(log_share(x)) * log_of_a_share(x, by[:1]) * log_of_a_share(x, by[1:]))


def cost_of_a_share(x: Point, by: tuple[int, ...]) -> Any:
    """Derivatives of the cross entropy of the first."""
    return -value_and(log_share, log_of_a_share)(x, by)


def cost_of_a_sigmoid(x: Point, by: tuple[int, ...]) -> Any:
    """Derivatives of log(1 + e^-z), the binary cross entropy where 1 is right."""
    toward = -x[0]
    return (mpmath.log1p(mpmath.exp(toward)), -logistic(toward), bell(toward))[len(by)]


Tail = tuple[Callable[[list[Value]], Value], Sequence[int], Exact]
SEVERAL = 2, 3, 4
# What saturates: the function, of how many numbers it may be, and its value and derivatives.
TAILS: dict[str, Tail] = {
    "sigmoid": (lambda z: sigmoid(z[0]), (1,), value_and(lambda x: logistic(x[0]), EXACT["sigmoid"])),
    "tanh": (lambda z: tanh(z[0]), (1,), value_and(lambda x: mpmath.tanh(x[0]), EXACT["tanh"])),
    "softplus": (
        lambda z: softplus(z[0]),
        (1,),
        value_and(lambda x: mpmath.log1p(mpmath.exp(x[0])), EXACT["softplus"]),
    ),
    "erf": (lambda z: erf(z[0]), (1,), value_and(lambda x: mpmath.erf(x[0]), EXACT["erf"])),
    "erfc": (lambda z: erfc(z[0]), (1,), value_and(lambda x: mpmath.erfc(x[0]), EXACT["erfc"])),
    "gelu": (
        lambda z: gelu(z[0]),
        (1,),
        value_and(lambda x: x[0] * mpmath.erfc(-x[0] / mpmath.sqrt(2)) / 2, EXACT["gelu"]),
    ),
    "silu": (lambda z: silu(z[0]), (1,), value_and(lambda x: x[0] * logistic(x[0]), EXACT["silu"])),
    "elu": (
        lambda z: elu(z[0], 1.5),
        (1,),
        lambda x, by: (
            exponential_below([x[0], mpf(1.5)], by) if by else max(x[0], 0) + 1.5 * mpmath.expm1(min(x[0], 0))
        ),
    ),
    "softsign": (lambda z: softsign(z[0]), (1,), value_and(lambda x: x[0] / (1 + abs(x[0])), EXACT["softsign"])),
    "atan": (lambda z: atan(z[0]), (1,), value_and(lambda x: mpmath.atan(x[0]), EXACT["atan"])),
    "asinh": (lambda z: asinh(z[0]), (1,), value_and(lambda x: mpmath.asinh(x[0]), EXACT["asinh"])),
    "logsumexp": (logsumexp, SEVERAL, value_and(lambda x: x[0] - log_share(x), log_of_exponentials)),
    "softmax": (lambda z: softmax(z)[0], SEVERAL, share),
    "log_softmax": (lambda z: log_softmax(z)[0], SEVERAL, value_and(log_share, log_of_a_share)),
    "cross_entropy": (lambda z: nn.cross_entropy(z, 0), SEVERAL, cost_of_a_share),
    "one_hot": (lambda z: nn.cross_entropy(z, [1.0, *[0.0] * (len(z) - 1)]), SEVERAL, cost_of_a_share),
    "binary": (lambda z: nn.binary_cross_entropy(sigmoid(z[0]), 1.0), (1,), cost_of_a_sigmoid),
}


def tail_points(count: int, width: int, draws: random.Random) -> list[list[float]]:
    """Numbers of both signs with sizes from 10 to 700, now and then close to one another."""
    found = []
    for _ in range(count):
        point = [draws.choice((-1, 1)) * draws.uniform(10, 700) for _ in range(width)]
        if draws.random() < 0.5:
            centre = draws.choice((-1, 1)) * draws.uniform(70, 640)
            point = [centre + draws.uniform(-60, 60) for _ in point]
        found.append(point)
    return found


def up_to_order_two(function: Callable[[list[Value]], Value], z: list[Value]) -> list[Value]:
    """The value, the gradient and the upper half of the Hessian."""
    value = function(z)
    slopes = gradient(value, z, create_graph=True)
    return [value, *slopes, *(d for i, s in enumerate(slopes) for d in gradient(s, z[i:], create_graph=True))]


def tail_errors(name: str, count: int, seed: int) -> dict[tuple[str, int], tuple[float, list[float]]]:
    """By way and order the largest relative error, and where."""
    function, widths, exact = TAILS[name]
    worst: dict[tuple[str, int], tuple[float, list[float]]] = {}
    draws = random.Random(f"tails {seed} {name}")
    for width in widths:
        points = tail_points(-(-count // len(widths)), width, draws)
        orders = [(), *((i,) for i in range(width)), *((i, j) for i in range(width) for j in range(i, width))]
        compiled = compile(lambda z: up_to_order_two(function, z))(np.array(points))
        with mpmath.workdps(DIGITS):
            for point, row in zip(points, compiled, strict=True):
                eager = [value.data for value in up_to_order_two(function, [Value(x) for x in point])]
                true = [exact([mpf(x) for x in point], by) for by in orders]
                for way, found in (("eager", eager), ("compiled", row)):
                    for by, made, right in zip(orders, found, true, strict=True):
                        size = max(abs(right), mpf(SMALLEST), size_of_terms(name, [mpf(x) for x in point], by))
                        apart = float(abs(mpf(float(made)) - right) / size)
                        if apart >= worst.get((way, len(by)), (0.0, []))[0]:
                            worst[way, len(by)] = apart, point
    return worst


def tails(count: int, seed: int) -> bool:
    """Print the tails; whether all are within `RELATIVE`."""
    print(f"\n{'tail':14}order     eager  compiled  worst at")
    good = True
    for name in TAILS:
        worst = tail_errors(name, count, seed)
        for order in (0, 1, 2):
            (eager, _), (compiled, point) = worst["eager", order], worst["compiled", order]
            print(f"{name:14}{order:5}{eager:10.1e}{compiled:10.1e}  {', '.join(f'{x:.6g}' for x in point)}")
            good = good and max(eager, compiled) <= RELATIVE
    print(f"values, orders one and two within {RELATIVE:g} relatively: {'yes' if good else 'NO'}")
    return good


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", type=int, default=1000, help="for each operation (default 1000)")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    print(f"{'operation':14}order derivatives  relative  absolute  |true|>1e-3   lost refused  worst at")
    good = True
    for primitive in TABLE.values():
        for m in measured(primitive, options.points, options.seed):
            where = ", ".join(f"{x:.6g}" for x in m.worst) if m.relative or m.lost or m.refused else ""
            print(
                f"{m.name:14}{m.order:5}{m.derivatives:12}{m.relative:10.1e}{m.absolute:10.1e}{m.within:13.1e}"
                f"{m.lost:7}{m.refused:8}  {where}"
            )
            if m.order == 1:
                good = good and m.good
    print(f"order one within {RELATIVE:g} relatively or {ABSOLUTE:g} absolutely: {'yes' if good else 'NO'}")
    good = tails(options.points, options.seed) and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
