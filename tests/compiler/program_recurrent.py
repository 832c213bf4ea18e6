"""Statements of random programs about steps that repeat: states that each step makes of the last one's."""

from __future__ import annotations

from typing import Any

if __package__:
    from .program_terms import Series, Term
else:
    from program_terms import Series, Term

# What a step makes of a state s, another d, a neighbour's e, something given g, and the step's number k.
_STEPS = [
    "tanh({a} * {s} + {b} * {e} + {g})",
    "{s} + 0.1 * sin({d} + {g})",
    "sigmoid({a} * {e} + {b}) * {s} + (1 - sigmoid({a} * {e} + {b})) * tanh({d})",
    "0.9 * {s} - 0.05 * ({a} * {d} + {s} * {s} * {s} / (1 + {s} * {s}))",
    "({s} + {e}) / (1 + {d} * {d}) ** 1.5",
    "maximum(0.5 * {s}, tanh({e})) + 0.01 * k * {a}",
    "where({s} > 0.1, cos({d}), {s} * {b})",
    "tanh({s} * 0.1 * (k + 1) + {e})",
    "sin({s} + {d} * {e}) + 0.2 * {g} - 0.3",
    "-tanh({e} - logsumexp([{s}, {d}]))",
    "tanh({d} + {s} ** 2) if k % 2 else {s} - 0.1 * {d}",
]
_FIRST = ["0.0", "{g}", "0.5 * {g}", "{a}", "0.0 * {g}", "1.0"]


def repeated(w: Any) -> None:
    """A few states that go through some steps; what comes of them, or of all of their steps, is kept."""
    n, steps = w.chance.randint(1, 4), w.pick([3, 8, 9, 11, 14, 20])
    series, state, kept = w.series(), w.name("s"), w.name("h")
    low, high = -3.0, 3.0
    a, b = (_small(w) for _ in range(2))
    given = w.pick([a, b, f"tanh({series.text}[k % {series.length}])", f"tanh({series.text}[j % {series.length}])"])
    first = w.pick(_FIRST).format(a=a, g=f"tanh({series.text}[j % {series.length}])")
    step = w.pick(_STEPS)
    w.write(f"{state}, {kept} = [{first} for j in range({n})], []")
    own = {"s": f"{state}[j]", "d": f"{state}[j - 1]", "e": f"{state}[(j + 1) % {n}]", "a": a, "b": b, "g": given}
    if w.toss(0.2):
        own["d"] = f"({kept}[-2] if len({kept}) > 1 else {a})"
    with w.inside(f"for k in range({steps}):"):
        if w.toss(0.3):
            w.write(f"{state} = [{step.format(**own)} for j in range({n})]")
        else:
            with w.inside(f"for j in range({n}):"):
                w.write(f"{state}[j] = {step.format(**own)}")
        if w.toss(0.2) and "spelling" not in w.kinds:
            with w.inside(f"if {state}[0] > {w.pick(['-9.0', '0.2', '2.0'])}:"):
                w.write(f"{state}[0] = {state}[0] - 0.25 * tanh({state}[-1])")
        w.write(f"{state} = [2.5 * tanh(0.4 * v) for v in {state}]")
        w.write(f"{kept}.append({state}[0])")
    w.scope.series.append(Series(state, n, low, high))
    w.scope.series.append(Series(kept, steps, low, high))
    whole = w.name("t")
    read = w.pick([f"sum({state}) / {n}", f"{kept}[-1]", f"sum(v * v for v in {kept}) / {steps}", f"{kept}[0]"])
    w.write(f"{whole} = {read}")
    w.scope.scalars.append(Term(whole, -3.0, 9.0, False))


def _small(w: Any) -> str:
    """Something of the program's between -1 and 1."""
    return f"tanh({w.pick(w.parameters or w.scope.scalars).text})"
