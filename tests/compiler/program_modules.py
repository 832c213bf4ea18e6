"""Random Python functions as people write them: from a seed to a module's text and how its arguments are drawn.

A program is drawn from `KINDS`: each is a way to write something (an `if`, a
loop until convergence, a caught domain error, a nested argument), and each
program uses some of them, combined at random. Its statements are written by
`program_lines`, their expressions by `program_terms`.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any, NamedTuple

if __package__:
    from .program_lines import Writer, early
    from .program_terms import Series, Term
else:
    from program_lines import Writer, early
    from program_terms import Series, Term

# How often a program uses a kind.
KINDS = {
    "plain": 1.0,
    "choice": 0.5,
    "detach": 0.2,
    "helper": 0.3,
    "spelling": 0.2,
    "slope": 0.1,
    "comprehension": 0.5,
    "numbers": 0.2,
    "several": 0.25,
    "combined": 0.25,
    "lambdas": 0.3,
    "order": 0.3,
    "branch": 0.4,
    "chained": 0.2,
    "boolean": 0.3,
    "any": 0.2,
    "equal": 0.2,
    "while": 0.3,
    "loop": 0.4,
    "catch": 0.3,
    "early": 0.2,
    "no_grad": 0.2,
    "copy": 0.1,
    "nested": 0.3,
    "named": 0.2,
    "results": 0.15,
    "index": 0.25,
    "counts": 0.25,
    "nothing": 0.05,
    "method": 0.15,
    "seen": 0.2,
    "recurrent": 0.2,
}


class Draw(NamedTuple):
    """An array of an argument: its shape without the batch; of whole numbers below `below`, if that is given."""

    shape: tuple[int, ...]
    below: int = 0


class Pair(NamedTuple):
    """An argument of two arrays by name."""

    left: Any
    right: Any


@dataclass(frozen=True)
class Text:
    """A program: its module's text, its arguments (name, what its batch is made of), and what it was drawn from."""

    source: str
    arguments: list[tuple[str, Any]]
    by_name: frozenset[str]
    kinds: frozenset[str]
    form: str


def program(seed: str, allowed: dict[str, float]) -> Text:
    """The program of a seed, of the kinds that are allowed."""
    chance = random.Random(seed)
    kinds = frozenset(kind for kind, often in allowed.items() if chance.random() < often)
    w = Writer(chance, kinds)
    owner = "self." if "method" in kinds else ""
    _parameters(w)
    for _ in range(chance.randint(1, 2) if "helper" in kinds else 0):
        _helper(w)
    forms = ["list", "tuple"] * ("several" in kinds) + ["rows", "dict", "mixed", "array", "ragged", "pair"] * (
        "results" in kinds
    )
    w.form = w.pick(forms or ["one"])
    w.given = w.parameters
    arguments = [] if "nothing" in kinds else _arguments(w)
    names = [name for name, _ in arguments]
    optional = ["scale=0.5"] if "named" in kinds and names[-1:] != ["*rest"] else []
    if owner:
        w.write("class Model:")
        w.indent += 1
        with w.inside("def __init__(self):"):
            w.write("self.p, self.u, self.W = p, u, W")
        _owned(w)
    with w.inside(f"def f({', '.join([*['self'] * bool(owner), *names, *optional])}):"):
        if optional:
            w.scope.scalars.append(Term("scale", -2.0, 2.0, False))
        for _ in range(chance.randint(1, 5)):
            w.statement()
            if "early" in kinds and w.toss(0.2):
                early(w)
        w.write(w.result())
    if owner:
        w.indent -= 1
        w.write("f = Model().f")
    by_name = frozenset(names[chance.randint(0, len(names)) :] if optional else [])
    if optional and chance.random() < 0.5:  # the default is not what is given
        arguments.append(("scale", Draw(())))
        by_name |= {"scale"}
    return Text("\n".join(w.lines) + "\n", arguments, by_name, kinds, w.form)


def _parameters(w: Writer) -> None:
    def leaves(count: int) -> str:
        return f"[{', '.join(f'Value({w.chance.uniform(-1.5, 1.5):.3f})' for _ in range(count))}]"

    count, rows, columns = (w.chance.randint(1, 3) for _ in range(3))
    w.write(f"p = {leaves(count)}")
    w.write(f"u = Value({w.chance.uniform(0.2, 1.5):.3f})")
    w.write(f"W = [{', '.join(leaves(columns) for _ in range(rows))}]")
    w.parameters = [Term(f"p[{k}]", -1.5, 1.5) for k in range(count)] + [Term("u", 0.2, 1.5)]
    w.scope.scalars += w.parameters
    w.scope.series += [Series("p", count, -1.5, 1.5), *(Series(f"W[{k}]", columns, -1.5, 1.5) for k in range(rows))]
    if "index" in w.kinds:
        w.write(f"table = [{', '.join(leaves(2) for _ in range(5))}]")
        w.write("grid = np.array(table, dtype=object)")
        w.write("by_number = {k: row[0] for k, row in enumerate(table)}")
        w.write("C = [0.25, -1.0, 1.5, 0.0, 2]")


def _owned(w: Writer) -> None:
    """Inside a class the parameters are the instance's."""

    def own(text: str) -> str:
        return f"self.{text}" if text[0] in "puW" else text

    w.scope.scalars = [term._replace(text=own(term.text)) for term in w.scope.scalars]
    w.scope.series = [series._replace(text=own(series.text)) for series in w.scope.series]
    w.parameters = [term._replace(text=own(term.text)) for term in w.parameters]


def _helper(w: Writer) -> None:
    name, arity = w.name("helper"), w.chance.randint(1, 2)
    names = ["a", "b"][:arity]
    w.given = [Term(a, -3.0, 3.0, False) for a in names]
    with w.inside(f"def {name}({', '.join(names)}):"):
        w.scope.scalars += w.given * 2
        for _ in range(w.chance.randint(0, 2)):
            w.statement()
        a = w.value(2)
        w.write(f"return {a.text}")
    w.helpers.append((name, arity, a.low, a.high))


def _arguments(w: Writer) -> list[tuple[str, Any]]:
    """Arguments of the kinds that the program uses; what they hold is in the scope."""
    n, rows = w.chance.randint(2, 4), w.chance.randint(2, 3)
    one, many = Draw(()), Draw((n,))
    made: list[tuple[str, Any]] = [("x", one), ("xs", many)][: w.chance.randint(1, 2)]
    if w.toss(0.4):
        made.append(("y", w.pick([one, many])))
    if "nested" in w.kinds:
        m = Draw((rows, n))
        deep = [Draw((2, rows, n)), {"a": (m, one)}, [m, {"a": Pair(one, [many])}]]
        made.append(("m", w.pick([m, {"a": one, "b": many}, (one, many), Pair(many, one), [m, one], *deep])))
    if "index" in w.kinds:
        made.append(("i", Draw((), 5)))
        made += [("js", Draw((2,), 3))] * w.toss(0.3)
    if "counts" in w.kinds:
        made.append(("count", Draw((), 4)))
    if "named" in w.kinds and w.toss(0.2):
        made.append(("*rest", (one, many)))
    w.given = []
    for name, drawn in made:
        _read(w, name.removeprefix("*"), drawn)
    return made


def _read(w: Writer, text: str, drawn: Any) -> None:
    """What an argument of this make lets be read."""
    if isinstance(drawn, Draw) and drawn.below:
        names = [f"{text}[{k}]" for k in range(drawn.shape[0])] if drawn.shape else [text]
        w.scope.integers += [(name, 0, drawn.below - 1) for name in names]
    elif isinstance(drawn, Draw) and not drawn.shape:
        w.given.append(Term(text, -2.0, 2.0))
        w.scope.scalars += [w.given[-1]] * 3
    elif isinstance(drawn, Draw):
        for k in range(drawn.shape[0]):
            _read(w, f"{text}[{k}]", Draw(drawn.shape[1:]))
        if len(drawn.shape) == 1:
            w.scope.series += [Series(text, drawn.shape[0], -2.0, 2.0)] * 3
    elif isinstance(drawn, dict):
        for key, member in drawn.items():
            _read(w, f"{text}['{key}']", member)
    elif isinstance(drawn, Pair):
        for name in drawn._fields:
            _read(w, f"{text}.{name}", getattr(drawn, name))
    else:
        for k, member in enumerate(drawn):
            _read(w, f"{text}[{k}]", member)
