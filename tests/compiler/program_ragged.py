"""Statements of random programs about lists of which each position sees others: windows, triangles, any of them."""

from __future__ import annotations

from typing import Any

if __package__:
    from .program_terms import Series, Term
else:
    from program_terms import Series, Term

_SEEN = [
    "range(k + 1)",
    "range(k, {n})",
    "range(max(0, k - 1), k + 1)",
    "range(max(0, k - 1), min({n}, k + 2))",
    "range({n})",
    "[j for j in range({n}) if (j + k) % 2 == 0]",
    "range({n} - 1, k - 1, -1)",
    "range(1 + k // 2)",
]
_SHARES = [
    ["e = [exp(v) for v in z]", "shares = [v / sum(e) for v in e]"],
    ["e = [exp(v) for v in z]", "whole = sum(e)", "shares = [v / whole for v in e]"],
    ["shares = softmax(z)"],
    [
        "top = z[0]",
        "for v in z[1:]:",
        "    top = maximum(top, v)",
        "e = [exp(v - top) for v in z]",
        "shares = [v / sum(e) for v in e]",
    ],
    [
        "below = [z[0]]",
        "for v in z[1:]:",
        "    below.append(below[-1] + v)",
        "shares = [tanh(v) / len(z) for v in below]",
    ],
    ["shares = [exp(v) for v in log_softmax(z)]"],
    ["shares = [exp(v - logsumexp(z)) for v in z]"],
    ["shares = [sigmoid(v) / len(z) for v in z]"],
    ["shares = [(0.5 + v * v) / (1 + len(z)) / 3 for v in z]"],
    ["shares = [1 / len(z) for v in z]"],
]


def attended(w: Any) -> None:
    """A list whose members are means of what each sees, weighted by scores of any kind."""
    first, second, n = w.series(), w.series(), w.chance.randint(2, 6)
    rows, queries, name = w.name("r"), w.name("q"), w.name("h")
    places = f"{first.text}[k % {first.length}]", f"{second.text}[(k + 1) % {second.length}]"
    w.write(f"{rows} = [[tanh({places[0]} + 0.1 * k), tanh({places[1]})] for k in range({n})]")
    own = w.pick(["{r}", "[[sin(v) for v in row] for row in {r}]", "[[u * row[0], u * row[1]] for row in {r}]"])
    own = own if "method" not in w.kinds else "{r}"
    w.write(f"{queries} = {own.format(r=rows)}")
    listed = [sorted(w.chance.sample(range(n), w.chance.randint(1, n))) for _ in range(n)]
    seen = w.pick([*_SEEN, *_SEEN, f"{listed}[k]"]).format(n=n)
    w.write(f"{name} = []")
    with w.inside(f"for k in range({n}):"):
        w.write(f"seen = {seen}")
        w.write(f"z = [sum(p * q for p, q in zip({queries}[k], {rows}[j])) / 2 for j in seen]")
        for line in w.pick(_SHARES):
            w.write(line)
        mixed = w.pick(["{r}[j][0]", "{r}[j][0] + {r}[j][1] / 2", "{q}[j][1]"]).format(r=rows, q=queries)
        w.write(f"{name}.append(sum(v * ({mixed}) for v, j in zip(shares, seen)))")
        if w.toss(0.3):
            w.write(f"{name}[-1] = tanh({name}[-1] + {rows}[k][0])")
    w.scope.series.append(Series(name, n, -3.0, 3.0))
    whole = w.name("t")
    w.write(f"{whole} = sum(v * v for v in {name}) / {n}")
    w.scope.scalars.append(Term(whole, 0.0, 9.0, False))
