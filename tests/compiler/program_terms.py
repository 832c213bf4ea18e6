"""Expressions of random programs: each knows between what it lies, and so stays in its domain and of moderate size.

What may leave a domain is guarded by `where` with functions, or caught: see `program_lines`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

LARGEST = 6.0
"""Beyond this an expression is squashed before it is used."""


class Term(NamedTuple):
    """An expression's text, between what it lies, and whether it is a Value for sure and not perhaps a number."""

    text: str
    low: float
    high: float
    is_value: bool = True


class Series(NamedTuple):
    """The text of a list, how many members it has and what they are like."""

    text: str
    length: int
    low: float
    high: float

    def at(self, place: Any) -> Term:
        return Term(f"{self.text}[{place}]", self.low, self.high, False)


@dataclass
class Scope:
    """What can be read at a place of the text: scalars, lists and whole numbers."""

    scalars: list[Term] = field(default_factory=list)
    series: list[Series] = field(default_factory=list)
    integers: list[tuple[str, int, int]] = field(default_factory=list)

    def copy(self) -> Scope:
        return Scope([*self.scalars], [*self.series], [*self.integers])


# Expressions: each takes the writer and a depth and gives a Term.


def _unary(w: Any, depth: int) -> Term:
    a = w.value(depth)
    name = w.pick(["sin", "cos", "tanh", "sigmoid", "relu", "softplus", "abs", "-", "+", "exp"])
    if name == "exp":
        a = w.within(a, 2.5)
        return Term(f"exp({a.text})", np.exp(a.low), np.exp(a.high))
    between = {
        "tanh": (-1.0, 1.0),
        "sigmoid": (0.0, 1.0),
        "relu": (0.0, max(a.high, 0.0)),
        "softplus": (0.0, max(a.high, 0.0) + 1.0),
        "abs": (0.0, max(-a.low, a.high)),
        "-": (-a.high, -a.low),
        "+": (a.low, a.high),
    }.get(name, (-1.0, 1.0))
    if name in ("-", "+"):
        return Term(f"({name}{a.text})", *between, a.is_value)
    if "spelling" in w.kinds and a.is_value and name in ("sin", "cos", "tanh", "sigmoid") and w.toss(0.5):
        spelled = f"({a.text}).{name}()"
        return Term(spelled if name == "sigmoid" else w.pick([f"np.{name}({a.text})", spelled]), *between)
    return Term(f"{name}({a.text})", *between, name != "abs" or a.is_value)


def _binary(w: Any, depth: int) -> Term:
    a, b = w.two(depth)
    symbol, is_value = w.pick("+-*+-*/"), a.is_value or b.is_value
    if symbol == "+":
        return Term(f"({a.text} + {b.text})", a.low + b.low, a.high + b.high, is_value)
    if symbol == "-":
        return Term(f"({a.text} - {b.text})", a.low - b.high, a.high - b.low, is_value)
    if symbol == "*":
        ends = [p * q for p in (a.low, a.high) for q in (b.low, b.high)]
        return Term(f"({a.text} * {b.text})", min(ends), max(ends), is_value)
    b = w.positive(depth)
    ends = [p / q for p in (a.low, a.high) for q in (b.low, b.high)]
    return Term(f"({a.text} / {b.text})", min(ends), max(ends), a.is_value or b.is_value)


def _power(w: Any, depth: int) -> Term:
    way = w.pick(["whole", "root", "both", "base"])
    if way == "whole":
        a, n = w.within(w.value(depth), 2.5), w.pick([2, 3, 2.0, "2"])
        largest = max(abs(a.low), abs(a.high)) ** float(n)
        return Term(f"({a.text} ** {n})", -largest, largest, a.is_value)
    if way == "base":
        a = w.within(w.value(depth), 2.5)
        return Term(f"({w.pick([2, 0.5, 1.5])} ** {a.text})", 0.1, 6.0, a.is_value)
    a = w.positive(depth)
    if way == "root":
        n = w.pick([0.5, -0.5, 1.5, -1, -2])
        ends = [a.low**n, a.high**n]
        return Term(f"({a.text} ** {n})", min(ends), max(ends), a.is_value)
    b = w.within(w.value(depth), 1.0)
    return Term(
        f"({a.text} ** {b.text})", min(1.0, a.low, 1 / a.high), max(1.0, a.high, 1 / a.low), a.is_value or b.is_value
    )


def _logarithm(w: Any, depth: int) -> Term:
    a = w.positive(depth)
    if w.toss(0.5):
        return Term(f"sqrt({a.text})", a.low**0.5, a.high**0.5)
    return Term(f"log({a.text})", float(np.log(a.low)), float(np.log(a.high)))


def _extreme(w: Any, depth: int) -> Term:
    a, b = w.two(depth)
    name = w.pick(["maximum", "minimum"])
    choose = max if name == "maximum" else min
    return Term(f"{name}({a.text}, {b.text})", choose(a.low, b.low), choose(a.high, b.high))


def _where(w: Any, depth: int) -> Term:
    a, b = w.two(depth)
    condition = w.comparison(depth)
    if "combined" in w.kinds and w.toss(0.5):
        other = w.comparison(depth)
        condition = w.pick([f"({condition}) & ({other})", f"({condition}) | ({other})", f"~({condition})"])
    return Term(f"where({condition}, {a.text}, {b.text})", min(a.low, b.low), max(a.high, b.high))


def _guarded(w: Any, depth: int) -> Term:
    """`where` with functions: the one that is not chosen may leave its domain."""
    a, b = w.value(0), w.value(depth)
    name, bound = w.pick([("log", (-3.0, 2.0)), ("sqrt", (0.0, 3.0)), ("1 /", (-4.0, 4.0))])
    chosen = f"lambda: {name}({a.text})"
    other = w.pick([b.text, f"lambda: {b.text}"])
    text = f"where({a.text} > 0.25, {chosen}, {other})"
    if w.toss(0.3):
        text = f"where({a.text} <= 0.25, {other}, {chosen})"
    return Term(text, min(bound[0], b.low), max(bound[1], b.high), False)


def _many(w: Any, depth: int) -> Term:
    s = w.series()
    name = w.pick(["sum", "total", "mean", "logsumexp", "softmax", "log_softmax", "weighted_sum", "dot"])
    if name in ("softmax", "log_softmax"):
        spread = s.high - s.low + 3.0
        return Term(f"{name}({s.text})[{w.chance.randrange(s.length)}]", -spread if "log" in name else 0.0, 1.0)
    if name in ("weighted_sum", "dot"):
        other = w.series(s.length)
        n = min(s.length, other.length)
        most = n * max(abs(s.low), abs(s.high)) * max(abs(other.low), abs(other.high))
        if name == "dot" or other.length != s.length:
            return Term(f"sum(a * b for a, b in zip({s.text}, {other.text}))", -most, most, False)
        bias = w.value(0)
        return Term(f"weighted_sum({s.text}, {other.text}, {bias.text})", -most + bias.low, most + bias.high)
    n = 1 if name == "mean" else s.length
    between = (s.low, s.high + 3.0) if name == "logsumexp" else (min(n * s.low, s.low), max(n * s.high, s.high))
    if name == "sum" and w.toss(0.5):
        with w.inside():
            v = w.bound("v", s)
            body = w.within(w.value(depth, v), 2.0)
        return Term(f"sum({body.text} for {v.text} in {s.text})", s.length * body.low, s.length * body.high, False)
    return Term(f"{name}({s.text})", *between, name != "sum")


def _detached(w: Any, depth: int) -> Term:
    a = w.value(depth)
    text = w.pick([f"detach({a.text})", f"({a.text}).detach()"] if a.is_value else [f"detach({a.text})"])
    return Term(text, a.low, a.high)


def _ordered(w: Any, depth: int) -> Term:
    s, kth = w.series(), 0
    c = w.constant()
    kth = w.chance.randrange(s.length)
    text = w.pick(
        [
            f"max({s.text})",
            f"min({s.text})",
            f"max({s.at(0).text}, {w.value(0).text})",
            f"sorted({s.text})[{kth}]",
            f"sorted({s.text}, reverse=True)[{kth}]",
            f"min({s.text}, key=lambda v: abs(v - {c}))",
            f"sorted({s.text}, key=lambda v: -v * v)[0]",
            f"{s.text}[{s.text}.index(max({s.text}))]",
        ]
    )
    return Term(text, -LARGEST, LARGEST, False)


def _conditional(w: Any, depth: int) -> Term:
    a, b = w.two(depth)
    return Term(f"({a.text} if {w.condition(depth)} else {b.text})", min(a.low, b.low), max(a.high, b.high), False)


def _called(w: Any, depth: int) -> Term:
    name, arity, low, high = w.pick(w.helpers)
    given = [w.within(w.value(depth if k == 0 else 0), 3.0).text for k in range(arity)]
    return Term(f"{name}({', '.join(given)})", low, high, False)


def _looked_up(w: Any, depth: int) -> Term:
    """What stands at a place that a whole number says, and a whole number as a number."""
    at, other = w.index(5), w.index(2)
    if w.toss(0.3):
        number = w.pick([f"(0.25 * ({at}))", f"({w.value(0).text} * ({other}))", f"(({at}) - 0.5)"])
        return Term(number, -LARGEST, LARGEST, False)
    if w.toss(0.3):
        s = w.series()
        place = w.index(s.length)
        return Term(w.pick([f"{s.text}[{place}]", f"sum({s.text}[{place}:])"]), -LARGEST, LARGEST, False)
    places = [
        f"table[{at}][{other}]",
        f"sum(table[{at}])",
        f"grid[{at}, {other}]",
        f"by_number[({at}) % 5]",
        f"C[{at}]",
    ]
    return Term(w.pick(places), -3.0, 3.0, False)


def _raised(w: Any, depth: int) -> Term:
    a = w.within(w.value(depth), 1.5)
    return Term(f"({a.text} ** ({w.pick(w.scope.integers)[0]} % 4))", -6.0, 6.0, False)


def _slope(w: Any, depth: int) -> Term:
    x = w.pick([t for t in w.scope.scalars if t.is_value and t.text.replace(".", "").isidentifier()])
    a = w.within(w.value(depth, x), 3.0)
    return Term(f"tanh(gradient(sin({a.text} * {x.text}), {x.text}, create_graph=True))", -1.0, 1.0)


EXPRESSIONS: dict[str, list[tuple[int, Callable[[Any, int], Term]]]] = {
    "plain": [(5, _binary), (4, _unary), (2, _many), (1, _power), (1, _logarithm), (1, _extreme)],
    "choice": [(2, _where), (1, _extreme)],
    "detach": [(2, _detached)],
    "lambdas": [(2, _guarded)],
    "order": [(3, _ordered)],
    "branch": [(2, _conditional)],
    "helper": [(3, _called)],
    "index": [(5, _looked_up)],
    "counts": [(2, _raised)],
    "slope": [(1, _slope)],
}
