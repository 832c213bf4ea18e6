"""Statements of random programs, and the writer that knows what can be read where they stand."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

if __package__:
    from .program_ragged import attended
    from .program_recurrent import repeated
    from .program_terms import EXPRESSIONS, LARGEST, Scope, Series, Term
else:
    from program_ragged import attended
    from program_recurrent import repeated
    from program_terms import EXPRESSIONS, LARGEST, Scope, Series, Term


class Writer:
    """The text of a program in the making, and what can be read at the place that is being written."""

    def __init__(self, chance: random.Random, kinds: frozenset[str]) -> None:
        self.chance, self.kinds = chance, kinds
        self.lines: list[str] = []
        self.indent = 0
        self.scope = Scope()
        self.given: list[Term] = []
        self.parameters: list[Term] = []
        self.helpers: list[tuple[str, int, float, float]] = []
        self.form = "one"
        self._names = 0

    def pick(self, things: Any) -> Any:
        return self.chance.choice(things)

    def toss(self, probability: float) -> bool:
        return self.chance.random() < probability

    def write(self, line: str) -> None:
        self.lines.append("    " * self.indent + line)

    def name(self, base: str) -> str:
        self._names += 1
        return f"{base}{self._names}"

    @contextmanager
    def inside(self, line: str | None = None) -> Iterator[None]:
        """A scope of its own, and an indented block below `line` where that is given."""
        outer, self.scope = self.scope, self.scope.copy()
        if line is not None:
            self.write(line)
            self.indent += 1
        yield
        self.scope = outer
        if line is not None:
            self.indent -= 1

    def bound(self, base: str, members: Series) -> Term:
        """A name for the members of a list, one after another."""
        term = Term(self.name(base), members.low, members.high, False)
        self.scope.scalars.append(term)
        return term

    # Expressions

    def value(self, depth: int, seed: Term | None = None) -> Term:
        """Any expression within `LARGEST`; `seed` is one to use in it."""
        if seed is not None and (depth <= 0 or self.toss(0.5)):
            made = seed if depth <= 0 else _with(self, seed, depth - 1)
        elif depth <= 0 or self.toss(0.2):
            made = self.pick(self.scope.scalars[-4:] if self.toss(0.5) else self.scope.scalars)
        else:
            offered = [w for kind in EXPRESSIONS if self._can(kind) for w in EXPRESSIONS[kind]]
            weights = [weight for weight, _ in offered]
            made = self.chance.choices(offered, weights)[0][1](self, depth - 1)
        return self.within(made, LARGEST)

    def _can(self, kind: str) -> bool:
        have = {"helper": self.helpers, "index": self.scope.integers, "counts": self.scope.integers}
        return kind in self.kinds and bool(have.get(kind, True))

    def two(self, depth: int) -> tuple[Term, Term]:
        """Two expressions, one of them perhaps a number."""
        a, b = self.value(depth), self.value(depth)
        if self.toss(0.3):
            number = self.constant()
            b = Term(number, float(eval(number, {"math": __import__("math")})), 0.0, False)
            b = b._replace(high=b.low)
        return (b, a) if self.toss(0.5) else (a, b)

    def constant(self) -> str:
        number = self.pick(
            ["0.5", "-1.25", "2", "3.0", "-1", "0.1", "math.pi", "1 / 3", f"{self.chance.gauss(0, 1):.3f}"]
        )
        return f"({number})" if number[0] == "-" or "/" in number else number

    def within(self, a: Term, largest: float) -> Term:
        """An expression, squashed where it may be larger."""
        if max(abs(a.low), abs(a.high)) <= largest:
            return a
        name = self.pick(["tanh", "sin", "tanh", "sigmoid"])
        return Term(f"{name}({a.text})", 0.0 if name == "sigmoid" else -1.0, 1.0)

    def positive(self, depth: int) -> Term:
        """An expression well above 0."""
        known = [term for term in self.scope.scalars if term.low > 0.15]
        if known and self.toss(0.4):
            return self.pick(known)
        a = self.value(depth)
        largest = max(abs(a.low), abs(a.high))
        return self.pick(
            [
                Term(f"(abs({a.text}) + 0.5)", 0.5, largest + 0.5, a.is_value),
                Term(f"({a.text} ** 2 + 0.3)", 0.3, largest**2 + 0.3, a.is_value),
                Term(f"(softplus({a.text}) + 0.2)", 0.2, largest + 1.0),
                Term(f"(1.5 + sin({a.text}))", 0.5, 2.5),
                Term(f"(sigmoid({a.text}) + 0.25)", 0.25, 1.25),
                Term(f"maximum({a.text}, 0.4)", 0.4, max(largest, 0.4)),
            ]
        )

    def series(self, length: int | None = None) -> Series:
        """A list that is at hand, or one made of others."""
        fitting = [s for s in self.scope.series if length in (None, s.length)]
        if fitting and self.toss(0.75):
            return self.pick(fitting)
        n = length or self.chance.randint(2, 4)
        members = [self.value(0) for _ in range(n)]
        text = f"[{', '.join(m.text for m in members)}]"
        return Series(text, n, min(m.low for m in members), max(m.high for m in members))

    def index(self, rows: int) -> str:
        """A whole number that is a place in a list of so many."""
        name, low, high = self.pick(self.scope.integers)
        forms = [f"{name} % {rows}"]
        if low >= 0 and high < rows:
            forms += [name, name, f"-{name}", f"{rows - 1} - {name}"]
        if low >= 0 and high + 1 < rows:
            forms += [f"{name} + 1", f"-{name} - 1"]
        return self.pick(forms)

    # Statements

    def statement(self) -> None:
        """One of the kinds that the program uses; deep inside, a simple one."""
        kinds = [kind for kind in STATEMENTS if kind in self.kinds and (self.indent < 4 or kind == "plain")]
        weights = [STATEMENTS[kind][0] for kind in kinds]
        STATEMENTS[self.chance.choices(kinds, weights)[0]][1](self)

    def result(self) -> str:
        """The statement that returns, in the program's form."""
        own = self.pick(self.given)
        made = [term.text for term in self.scope.scalars if term.text[0] in "th"][-3:]
        if self.form == "one":
            products = f"{self.pick(self.parameters).text} * {self.value(2).text} + {own.text} * {self.value(1).text}"
            return f"return {' + '.join([products, *made])}"
        members = [f"{own.text} * {self.value(1).text}", *made, *(self.value(1).text for _ in range(3))]
        if "numbers" in self.kinds:
            members[2] = "0.5"
        forms = {
            "list": "[{}, {}, {}, {}]",
            "tuple": "({}, {}, {}, {})",
            "rows": "[[{}, {}], [{}, {}]]",
            "dict": "{{'a': {}, 'b': [{}, {}, {}]}}",
            "mixed": "({}, [{}, {}], {{'c': {}}})",
            "array": "np.array([[{}, {}], [{}, {}]], dtype=object)",
            "ragged": "[[{}], [{}, {}], {}]",
            "pair": "Pair({}, ([{}, {}], {}))",
        }
        return "return " + forms[self.form].format(*members)

    # Conditions

    def comparison(self, depth: int) -> str:
        a = self.value(depth)
        if "equal" in self.kinds and self.toss(0.15):
            return f"{self.pick(self.given).text} {self.pick(['==', '!='])} {self.pick(['0.5', '-0.25', '1'])}"
        b = self.value(depth).text if self.toss(0.3) else f"{self.chance.uniform(a.low, a.high):.2f}"
        return f"{a.text} {self.pick(['<', '<=', '>', '>='])} {b}"

    def condition(self, depth: int) -> str:
        """What an `if` asks."""
        ways = [self.comparison]
        if "chained" in self.kinds:
            ways.append(
                lambda depth: f"{self.chance.uniform(-2, 0):.2f} < {self.value(depth).text} <= {self.value(0).text}"
            )
        if "boolean" in self.kinds:
            a, b = (self.comparison(depth) for _ in range(2))
            ways.append(lambda _: self.pick([f"{a} and {b}", f"{a} or {b}", f"not {a}", f"not ({a} or {b})"]))
        if "any" in self.kinds:
            s, c = self.series(), f"{self.chance.uniform(-1, 1):.2f}"
            ways.append(lambda _: f"{self.pick(['any', 'all'])}(v > {c} for v in {s.text})")
        if "equal" in self.kinds:
            ways.append(lambda _: f"{self.pick(['0.5', '-0.25'])} in [{', '.join(t.text for t in self.given[:3])}]")
        if "index" in self.kinds and self.scope.integers:
            name = self.pick(self.scope.integers)[0]
            ways.append(lambda _: name + self.pick([" == 2", " % 2", " in (0, 3)", " > 1", " != 1", " % 3 == 1"]))
        return self.pick(ways)(depth)


def _with(w: Writer, a: Term, depth: int) -> Term:
    b = w.value(depth)
    text = w.pick([f"({a.text} * {b.text})", f"({b.text} - {a.text})", f"sin({a.text} + {b.text})"])
    largest = max(abs(a.low), abs(a.high)) * max(abs(b.low), abs(b.high)) + LARGEST
    return Term(text, -largest, largest)


# Statements: each writes some lines and leaves what it made in the scope.


def _keep(w: Writer, name: str, *made: Term) -> None:
    """`name` is now one of these."""
    low, high = min(a.low for a in made), max(a.high for a in made)
    w.scope.scalars.append(Term(name, low, high, all(a.is_value for a in made)))


def _assign(w: Writer) -> None:
    name, a = w.name("t"), w.value(3)
    w.write(f"{name} = {a.text}")
    if w.toss(0.2):
        b = w.within(w.value(1), 2.0)
        w.write(f"{name} += {b.text}")
        a = Term("", a.low + b.low, a.high + b.high, a.is_value)
        if max(abs(a.low), abs(a.high)) > LARGEST:
            w.write(f"{name} = tanh({name})")
            a = Term("", -1.0, 1.0)
    _keep(w, name, a)


def _comprehension(w: Writer) -> None:
    name, s = w.name("h"), w.series()
    other = w.series(s.length)
    with w.inside():
        v = w.bound("v", s)
        if w.toss(0.4):
            u = w.bound("u", other)
            loop = f"{v.text}, {u.text} in zip({s.text}, {other.text})"
        elif w.toss(0.3):
            k = w.name("k")
            w.scope.integers.append((k, 0, s.length - 1))
            loop = f"{k}, {v.text} in enumerate({s.text})"
        else:
            loop = f"{v.text} in {s.text}"
        a = w.value(2, v)
    w.write(f"{name} = [{a.text} for {loop}]")
    w.scope.series.append(Series(name, s.length, a.low, a.high))


def _if(w: Writer) -> None:
    name, made = w.name("t"), []
    heads = [f"if {w.condition(1)}:", *[f"elif {w.condition(1)}:"] * w.toss(0.3), "else:"]
    for head in heads:
        with w.inside(head):
            made.append(_block(w, name))
    _keep(w, name, *made)


def _block(w: Writer, name: str) -> Term:
    """Some statements, the last of which gives `name` its value."""
    for _ in range(w.toss(0.3)):
        w.statement()
    a = w.value(2)
    if w.toss(0.1):
        a = Term("0.0", 0.0, 0.0, False)
    w.write(f"{name} = {a.text}")
    return a


def _while(w: Writer) -> None:
    name, count = w.name("t"), w.name("n")
    way = w.pick(["halve", "newton", "fixed"])
    start = w.positive(1) if way == "newton" else w.value(1)
    w.write(f"{name}, {count} = {start.text}, 0")
    if way == "newton":
        with w.inside(f"while abs({name} * {name} - {start.text}) > 1e-7 and {count} < 30:"):
            w.write(f"{name} = 0.5 * ({name} + {start.text} / {name})")
            w.write(f"{count} += 1")
        a = Term("", start.low**0.5 - 1e-6, start.high**0.5 + 1.0)
    elif way == "halve":
        shrink = w.pick(["0.5 * {}", "{} / 2", "{} * 0.7 - 0.01"]).format(name)
        with w.inside(f"while abs({name}) > {w.pick(['0.75', '0.4'])}:"):
            w.write(f"{name} = {shrink}")
            w.write(f"{count} += 1")
        a = Term("", -0.8, 0.8, start.is_value)
    else:
        with w.inside(f"while abs(cos({name}) - {name}) > 1e-3 and {count} < 12:"):
            w.write(f"{name} = cos({name})")
            w.write(f"{count} += 1")
        a = Term("", -LARGEST, LARGEST, start.is_value)
    _keep(w, name, a)
    if w.toss(0.5):
        w.scope.scalars.append(Term(f"(0.1 * {count} * {w.pick(w.given).text})", -LARGEST, LARGEST))
    w.scope.integers.append((count, 0, 40))


def _for(w: Writer) -> None:
    name, s = w.name("t"), w.series()
    start = w.within(w.value(1), 2.0)
    w.write(f"{name} = {start.text}")
    _keep(w, name, Term("", -LARGEST, LARGEST, start.is_value))
    before = w.scope.scalars[-1]
    v = w.name("v")
    head, is_counted = f"for {v} in {s.text}:", False
    if "counts" in w.kinds and w.scope.integers and w.toss(0.6):
        head, is_counted = f"for {v} in range({w.pick(w.scope.integers)[0]} % 5):", True
    elif w.toss(0.3):
        k = w.name("k")
        head = f"for {k}, {v} in enumerate({s.text}):"
    with w.inside(head):
        w.scope.scalars.append(Term(v, 0.0, 4.0, False) if is_counted else Term(v, s.low, s.high, False))
        if w.toss(0.6):
            with w.inside(f"if {w.comparison(0)}:"):
                w.write(w.pick(["continue", "break"]))
        a = w.within(w.value(2, before), 2.0)
        w.write(w.pick([f"{name} = {a.text}", f"{name} = 0.5 * {name} + {a.text}"]))


def _try(w: Writer) -> None:
    name = w.name("t")
    a = w.value(1)
    risky = w.pick(
        [f"log({a.text})", f"sqrt({a.text})", f"1 / relu({a.text})", f"({a.text}) ** 0.5", f"({a.text}) ** -1.5"]
    )
    if "helper" in w.kinds and w.toss(0.4):
        w.write(f"def g{name}(a):")
        w.write(f"    return {risky.replace(a.text, 'a', 1)}")
        risky = f"g{name}({a.text})"
    with w.inside("try:"):
        inner = f"tanh({risky})"
        if w.toss(0.3):
            w.write(f"s{name} = {w.value(1).text}")
            inner = f"s{name} * {inner}"
        if w.toss(0.25):
            with w.inside("try:"):
                w.write(f"{name} = {inner}")
            with w.inside("except DomainError:"):
                w.write(f"{name} = tanh(log({w.value(1).text}))")
        else:
            w.write(f"{name} = {inner}")
    with w.inside(f"except {w.pick(['DomainError', 'ArithmeticError', '(ValueError, DomainError)'])}:"):
        other = _block(w, name)
    if w.toss(0.2):
        with w.inside("else:"):
            w.write(f"{name} = {name} * 0.5")
    _keep(w, name, Term("", -LARGEST, LARGEST, other.is_value))


def _no_grad(w: Writer) -> None:
    name = w.name("t")
    with w.inside("with no_grad():"):
        a = _block(w, name)
    _keep(w, name, a)


def _copy(w: Writer) -> None:
    name, a = w.name("t"), w.pick(w.given)
    w.write(f"{name} = copy.copy({a.text})")
    _keep(w, name, a)


def early(w: Writer) -> None:
    with w.inside(f"if {w.condition(1)}:"):
        w.write(w.result())


STATEMENTS: dict[str, tuple[int, Callable[[Writer], None]]] = {
    "plain": (4, _assign),
    "comprehension": (2, _comprehension),
    "branch": (3, _if),
    "while": (2, _while),
    "loop": (3, _for),
    "catch": (3, _try),
    "no_grad": (2, _no_grad),
    "copy": (1, _copy),
    "seen": (2, attended),
    "recurrent": (2, repeated),
}
