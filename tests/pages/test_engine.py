"""The engine of the stepping page, and its numbers, in a browser: they are Python's."""

import math
from pathlib import Path

import numpy as np
import pytest

import autograd
from autograd import Value, gradient, total, weighted_sum
from autograd.graph import topological_order
from autograd.javascript import rules_of
from autograd.pages.assemble import assembled, packed, read
from autograd.primitives import TABLE
from autograd.reals import number
from autograd.stepping.graph import packed_graph
from autograd.value import apply

STEPPING = Path(autograd.__file__).parent / "stepping"


def test_numbers_are_printed_as_python_prints_them(open_page):
    rng = np.random.default_rng(0)
    some = rng.standard_normal(4000) * 10.0 ** rng.integers(-12, 12, 4000)
    halves = (rng.integers(1000, 10000, 2000) + 0.5) * 2.0 ** rng.integers(0, 8, 2000)
    short = np.round(rng.standard_normal(2000), 3)
    odd = [0.0, -0.0, math.nan, math.inf, -math.inf, 5e-324, 1.7976931348623157e308, 0.5, 1234.5, 1235.5, 99995, 9999.5]
    odd += [1e-4, 9.9995e-5, 99999.5, 12345, 12355, 1e22, 1e23, 0.00012345, 100.0, 2.5e-5]
    bits = rng.integers(0, 2**63, 2000, dtype=np.uint64).view(np.float64)  # every exponent
    numbers = np.concatenate([some, halves, -halves, short, rng.integers(-(10**6), 10**6, 2000), odd, bits])
    html = assembled("t", "", [], read(STEPPING, "math.js"), {"given": packed(numbers)})
    told = open_page(html=html).evaluate("Array.from(unpacked(dataOf('given'), Float64Array), (x) => number(x))")
    assert told == [number(x) for x in numbers.tolist()]


OPERATIONS = [
    "add",
    "subtract",
    "multiply",
    "divide",
    "exp",
    "sigmoid",
    "tanh",
    "sin",
    "softplus",
    "maximum",
    "relu",
    "atan2",
    "gelu",
    "erf",
    "hypot",
    "silu",
    "log1p",
    "weighted_sum",
    "total",
    "logsumexp",
    "where",
    "sqrt",
    "log",
    "power",
]
POSITIVE = {"log", "sqrt", "log1p", "power", "divide", "hypot", "atan2"}
GROWING = {"exp", "power", "multiply", "divide", "weighted_sum", "total"}


def random_graph(seed, shift=0.0):
    """An output and its leaves: operations of many kinds, values that are used again and again."""
    rng = np.random.default_rng(seed)
    leaves = [Value(x + shift, f"x_{i}") for i, x in enumerate(rng.uniform(0.3, 1.5, 6))]
    values = list(leaves)
    for _ in range(60):
        name = OPERATIONS[rng.integers(len(OPERATIONS))]
        operands = [values[i] for i in rng.integers(max(0, len(values) - 12), len(values), TABLE[name].arity or 5)]
        if name in POSITIVE:
            operands = [autograd.softplus(operand) + 0.1 for operand in operands]
        value = apply(TABLE[name], tuple(operands))
        values.append(autograd.tanh(value) if name in GROWING else value)
    return total(values), leaves


def engine(open_page, output):
    order = topological_order((output,))
    primitives = {v.primitive: None for v in order if v.operands}
    data = packed_graph(order, True)
    scripts = [rules_of(primitives), *read(STEPPING, "engine.js"), "const graph = decode(dataOf('graph'));"]
    return open_page(html=assembled("t", "", [], scripts, {"graph": data})), order


COMPUTE = """(changed) => {
  const numbers = Float64Array.from(graph.numbers);
  for (const [value, number] of changed) numbers[value] = number;
  const values = forward(graph, numbers);
  return [[...values], [...backward(graph, values)]];
}"""


@pytest.mark.parametrize("seed", range(3))
def test_values_and_gradients_are_pythons_also_after_leaves_changed(open_page, seed):
    page, order = engine(open_page, random_graph(seed)[0])
    for shift in (0.0, 0.0625):
        output, leaves = random_graph(seed, shift)
        again = topological_order((output,))
        assert [v.primitive for v in again] == [v.primitive for v in order]
        values, gradients = page.evaluate(COMPUTE, [[i, v.data] for i, v in enumerate(again) if not v.operands])
        assert values == pytest.approx([v.data for v in again], rel=1e-12, abs=1e-13)
        found = [gradients[again.index(leaf)] for leaf in leaves]
        assert found == pytest.approx(gradient(output, leaves), rel=1e-12, abs=1e-13)


def test_partials_along_ways_and_paths_are_counted(open_page):
    w, a, b = Value(0.8, "w"), Value(-0.6, "a"), Value(0.25, "b")
    z = weighted_sum([w, a], [a, a], b)
    output = autograd.sigmoid(z) * z
    page, order = engine(open_page, output)
    at = order.index
    ways = [[[at(output), 0], [at(z) + 1, 0], [at(z), 0]], [[at(output), 1], [at(z), 0]]]
    told = page.evaluate("(ways) => partialOf(graph, forward(graph, graph.numbers), ways)", ways)
    assert told == pytest.approx(gradient(output, w), rel=1e-12)
    counted = page.evaluate("pathsToTheLast(graph).map(String)")
    assert counted[at(a)] == str(autograd.chain_rule(output, a).paths) == "6"


def test_outside_a_domain_there_is_no_number_and_it_is_said_where(open_page):
    x, y = Value(0.5, "x"), Value(2.0, "y")
    output = autograd.sqrt(autograd.log(x * y + 1.0)) * y
    page, order = engine(open_page, output)
    changed = [[order.index(x), -3.0]]
    values, gradients = page.evaluate(COMPUTE, changed)
    logarithm = next(i for i, v in enumerate(order) if v.primitive.name == "log")
    assert math.isnan(values[-1]) and math.isnan(values[logarithm]) and values[order.index(y)] == 2.0
    assert math.isnan(gradients[order.index(x)])
    found = "([at, to]) => undefinedAt(graph, forward(graph, graph.numbers.map((x, i) => (i === at ? to : x))))"
    assert page.evaluate(found, changed[0]) == [logarithm]
    assert page.evaluate(found, [order.index(x), 1.0]) == []
