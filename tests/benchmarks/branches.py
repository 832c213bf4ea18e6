"""Rows that take their own paths: the cost and gradient of a batch, against the same rows one by one.

    python tests/benchmarks/branches.py [--rows 10000] [--splits 6] [--rounds 7]

The function splits at each of its inputs, so there are 2 ** splits paths. Each round has a new batch, whose rows
take other paths than those before. Rows one by one are the eager engine's: values and gradients are held to one
another first. Never a gate: machines are noisy.
"""

from __future__ import annotations

import argparse
import statistics
import time
from typing import Any

import numpy as np

from autograd import Value, compile, gradient


def split(weights: list[Value]) -> Any:
    """A function of as many decisions as weights."""

    def f(x: Any) -> Any:
        t = 1.0 * x[0]
        for w, a in zip(weights, x, strict=True):
            t = t * w + a if a > 0 else t - w * a
        return t * t

    return f


def one_by_one(f: Any, weights: list[Value], rows: np.ndarray[Any, Any]) -> tuple[float, np.ndarray[Any, Any]]:
    """The mean cost and gradient of rows, each walked."""
    costs, slopes = [], np.zeros(len(weights))
    for row in rows.tolist():
        cost = f([*map(Value, row)])
        costs.append(cost.data)
        slopes += gradient(cost, weights)
    return float(np.mean(costs)), slopes / len(rows)


def seconds(run: Any) -> float:
    """What a call takes."""
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--splits", type=int, default=6)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    random = np.random.default_rng(0)
    weights = [Value(number) for number in random.uniform(0.5, 1.0, options.splits)]
    f = split(weights)
    compiled = compile(f)
    batches = [random.standard_normal((options.rows, options.splits)) for _ in range(options.rounds)]
    first = seconds(lambda: compiled.gradient(batches[0]))
    cost, slopes = compiled.gradient(batches[0])
    expected, by_weight = one_by_one(f, weights, batches[0])
    found = dict(zip(map(id, compiled.parameters), slopes, strict=True))
    np.testing.assert_allclose(cost, expected, rtol=1e-10)
    np.testing.assert_allclose([found[id(w)] for w in weights], by_weight, rtol=1e-10)
    rows = [seconds(lambda batch=batch: one_by_one(f, weights, batch)) for batch in batches[:3]]
    together = [seconds(lambda batch=batch: compiled.gradient(batch)) for batch in batches]
    alike = np.abs(batches[0])
    compiled.gradient(alike)
    one_path = [seconds(lambda: compiled.gradient(alike)) for _ in batches]
    median = statistics.median
    print(f"{options.rows:,} rows, {2**options.splits} paths, seconds for cost and gradient")
    print(f"  one by one                 {median(rows):9.4f}")
    print(f"  first batch, all recorded  {first:9.4f}")
    print(f"  further batches            {median(together):9.4f}  {median(rows) / median(together):6.0f}x")
    print(f"  all rows on one of them    {median(one_path):9.4f}  {median(rows) / median(one_path):6.0f}x")


if __name__ == "__main__":
    main()
