"""Walks: long chains of scalars are few instructions, and compute what the scalar engine computes."""

import random
import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import Value, cos, exp, log, logsumexp, maximum, minimum, sigmoid, sin, sqrt, tanh, where
from autograd.compiler import compile, order
from autograd.compiler.backends.numpy import NumPyProgram, ways
from autograd.compiler.plan.instructions import Product
from autograd.compiler.plan.interpret import interpret
from autograd.compiler.plan.validate import validate
from autograd.compiler.plan.walk import Walk, WalkBack
from autograd.errors import DomainError
from autograd.namespaces import FLOATS
from autograd.primitives import TABLE

from .test_equivalence import DIFFERENTLY, assert_same, data, eager, run_differently, values


def sines(steps):
    w = Value(0.9, "w")

    def cost(x):
        for _ in range(steps):
            x = sin(x) * w + 0.1 * x
        return x * x

    return cost


def logistic_map(steps):
    r = Value(2.9, "r")

    def cost(x):
        for _ in range(steps):
            x = r * x * (1 - x)
        return x

    return cost


def orbit(steps):
    mass, speed = Value(1.0, "m"), Value(1.1, "speed")

    def cost(start):
        x, y, vx, vy = start, 0.0 * start, 0.0 * start, speed * 1.0
        for _ in range(steps):
            cubed = (x * x + y * y) ** 1.5
            vx, vy = vx - 0.01 * mass * x / cubed, vy - 0.01 * mass * y / cubed
            x, y = x + 0.01 * vx, y + 0.01 * vy
        return (x - 1) ** 2 + y**2

    return cost


def lorenz(steps):
    s, r, b = Value(10.0, "s"), Value(28.0, "r"), Value(8 / 3, "b")

    def cost(x):
        y, z = x + 0.1, 25.0 * x
        for _ in range(steps):
            x, y, z = x + 0.002 * s * (y - x), y + 0.002 * (x * (r - z) - y), z + 0.002 * (x * y - b * z)
        return x * y + z

    return cost


def gated_unit(steps):
    w, u, b, g = values(3, 4)

    def cost(x):
        h = 0.1 * x
        for _ in range(steps):
            gate = sigmoid(g * h + x)
            h = gate * h + (1 - gate) * tanh(w * h + u * x + b)
        return h**2

    return cost


CHAINS = {made.__name__: made for made in (sines, logistic_map, orbit, lorenz, gated_unit)}
ROWS = np.linspace(0.4, 0.9, 5)


@pytest.fixture(autouse=True)
def nothing_repeats(monkeypatch):
    """Chains that repeat are loops: here none does, so that they are walked."""
    monkeypatch.setattr(order, "recurrences_of", lambda atoms: [])


# Found


@pytest.mark.parametrize("name", CHAINS)
def test_a_chain_of_many_operations_is_few_instructions(name):
    f = compile(CHAINS[name](250)).record(ROWS)
    assert f.plan.count(Walk) == f.plan.count(WalkBack) == 1
    assert len(f.plan.instructions) < 20
    f.gradient(ROWS)
    assert f.source.count("\n") < 60


def test_what_is_short_or_wide_is_no_chain():
    assert compile(sines(20)).record(ROWS).plan.count(Walk) == 0
    w = values(0, 5, 5)

    def network(x):
        for _ in range(100):
            x = [tanh(sum(p * q for p, q in zip(row, x, strict=True))) for row in w]
        return sum(x)

    plan = compile(network).record(np.ones((2, 5))).plan
    assert (plan.count(Walk), plan.count(Product)) == (0, 299)


def test_a_chain_between_wide_layers_is_walked_and_they_are_not():
    first, last = values(0, 6, 6), values(1, 6)

    def cost(x):
        a = [sigmoid(sum(p * q for p, q in zip(row, x, strict=True))) for row in first]
        state = sum(a)
        for _ in range(100):
            state = sin(state) * a[0] + 0.1 * state
        return sum(tanh(w * state + p) for w, p in zip(last, a, strict=True))

    f = assert_same(cost, data(0, (4, 6)))
    # The first layer's product and its way back; the last layer's, of each weight by the one state, and its two.
    assert (f.plan.count(Walk), f.plan.count(WalkBack), f.plan.count(Product)) == (1, 1, 5)


def test_what_is_the_same_for_all_samples_is_walked_once():
    decay = Value(0.99)

    def cost(x):
        factor = decay * 1.0
        for _ in range(100):
            factor = factor * decay + 0.001
        for _ in range(100):
            x = sin(x) * factor
        return x

    f = assert_same(cost, [ROWS])
    assert [made.out.batched for made in f.plan.instructions if isinstance(made, Walk)] == [False, True]
    assert_same(lambda x: (cost(1.0 + 0.0 * decay) - x) ** 2, [ROWS])


# Equivalence


@pytest.mark.parametrize("backend", ["numpy", "reference"])
@pytest.mark.parametrize("name", CHAINS)
def test_chains_give_the_numbers_of_the_scalar_engine(name, backend):
    assert_same(CHAINS[name](60), [ROWS], 1e-10, 1e-11, backend=backend)


@pytest.mark.parametrize(
    ("name", "rows"), [*((name, rows) for name in CHAINS for rows in (1, 40)), (next(iter(CHAINS)), 150)]
)
def test_of_any_batch_size_and_more_than_once(name, rows):
    cost, batch = CHAINS[name](30), np.linspace(0.4, 0.9, rows)
    f = assert_same(cost, [batch], 1e-10, 1e-11)
    expected = eager(cost, f.parameters, [batch])[1]
    for _ in range(2):
        np.testing.assert_allclose(f.gradient(batch)[1], expected, 1e-10, 1e-11)


@pytest.mark.parametrize("name", CHAINS)
def test_in_single_precision(name):
    assert_same(CHAINS[name](40), [ROWS.astype(np.float32)], 2e-3, 2e-3, dtype=np.float32)


UNARY = [sin, cos, tanh, sigmoid, autograd.softplus, autograd.relu, abs, exp, lambda a: log(a * a + 1)]


def random_step(kind, a, b, c, number, size):
    """One operation of the table or a sum with coefficients."""
    made = [
        *[lambda function=function: function(tanh(a)) for function in UNARY],
        lambda: a * b,
        lambda: a + number * b - c,
        lambda: number * a - 0.5 * b * c,
        lambda: b / (a * a + 0.5),
        lambda: (a * a + 0.5) ** 0.3,
        lambda: a**2 - b**3,
        lambda: where(a < b, c, a * c),
        lambda: maximum(a, b) - minimum(b, c),
        lambda: logsumexp([a, b, c]),
        lambda: sqrt(a * a + 1) - a.detach(),
        lambda: (a * a + 0.5) ** tanh(b),
        lambda: -a + 0.25,
        lambda: a * size * number / size + b,
    ]
    return 2 * tanh(made[kind % len(made)]() / 2)


def random_chain(seed, parameters, extremes=False):
    """A chain of a few numbers, each step of the latest and of two of those before it."""
    chance = random.Random(seed)
    size = chance.choice([1e-290, 1e-150, 1e150, 1e290]) if extremes else 1.0
    steps = [(*(chance.randrange(99) for _ in range(3)), chance.uniform(-2, 2)) for _ in range(80)]

    def cost(x, u):
        last = [x[0], x[1], u, *parameters, x[2]]
        for kind, i, j, number in steps:
            made = random_step(kind, last[-1], last[i % len(last)], last[j % len(last)], number, size)
            last = [*last[-5:], made]
        return last[-1] * last[-2] + parameters[0] * last[-3]

    return cost


@settings(max_examples=15)
@given(st.integers(0, 10**6))
def test_random_chains(seed):
    f = assert_same(random_chain(seed, values(seed, 3)), data(seed + 1, (4, 3), 4), 1e-9, 1e-10)
    assert f.plan.count(Walk) >= 1


@settings(max_examples=8)
@given(st.integers(0, 10**6), DIFFERENTLY)
def test_random_chains_in_chunks_and_row_by_row(seed, differently):
    with run_differently(*differently):
        assert_same(random_chain(seed, values(seed, 3)), data(seed + 1, (4, 3), 4), 1e-9, 1e-10)


@settings(max_examples=8)
@given(st.integers(0, 10**6))
def test_coefficients_of_extreme_size(seed):
    assert_same(random_chain(seed, values(seed, 3), extremes=True), data(seed + 1, (4, 3), 4), 1e-9, 1e-10)


@settings(max_examples=8)
@given(st.integers(0, 10**6))
def test_the_way_back_in_blocks_of_few_steps(seed):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ways, "BLOCK", 3)
        assert_same(random_chain(seed, values(seed, 3)), data(seed + 1, (4, 3), 4), 1e-9, 1e-10)


def test_outputs_that_are_steps_parameters_and_numbers():
    w = Value(0.9, "w")

    def function(x):
        states = [x]
        for _ in range(100):
            states.append(sin(states[-1]) * w + 0.1 * states[-1])
        return [states[-1], states[50], w, 2.0, states[0], states[50], states[99]]

    found = compile(function)(ROWS)
    for row, x in zip(found, ROWS, strict=True):
        np.testing.assert_allclose(row, [v.data if isinstance(v, Value) else v for v in function(Value(x))], 1e-12)


def test_a_cost_that_sums_over_the_whole_chain():
    w = Value(0.9, "w")

    def cost(x, targets):
        total = 0.0
        for target in targets:
            x = sin(x) * w + 0.1 * x
            total = total + (x - target) ** 2
        return total

    f = assert_same(cost, data(0, 5, (5, 120)))
    assert f.plan.count(Walk) == 1 and len(f.plan.instructions) < 30


def test_decisions_inside_a_chain():
    w = Value(1.1, "w")

    def cost(x):
        for _ in range(100):
            x = w * x * 0.5 if x > 1 else w * x + 0.1
        return x

    f = assert_same(cost, [np.linspace(0.2, 0.21, 4)])
    assert f.plan.count(Walk) >= 1
    assert_same(cost, [np.linspace(0.1, 3.0, 7)])


def test_second_derivatives_of_a_chain():
    w = Value(0.9, "w")

    def cost(x):
        y = x
        for _ in range(30):
            y = sin(y) * w + 0.1 * y
        return autograd.gradient(y, x, create_graph=True) ** 2

    assert_same(cost, [ROWS], 1e-9, 1e-10)


def test_what_leaves_a_domain_is_blamed_with_its_row_and_line():
    w = Value(1.0, "w")

    def cost(x):
        for _ in range(100):
            x = log(w * x + 1.5)
        return x

    f = compile(cost).record([0.5])
    with pytest.raises(DomainError, match=r"row 1: log.*test_walks\.py"):
        f.gradient([0.5, -2.0])


def test_a_partial_that_nobody_needs_is_not_computed():
    """The root has no derivative at 0, and none is asked for: it is of the input alone."""
    w = Value(0.5, "w")

    def cost(x):
        x = sqrt(x)
        for _ in range(100):
            x = sin(x) * 0.9 + 0.1
        for _ in range(100):
            x = sin(x) * w + 0.5
        return x

    f = compile(cost)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(autograd.compiler.versions, "blame", None)
        mean, (slope,) = f.gradient([0.0, 1.0])
    np.testing.assert_allclose([mean, slope], [v[0] for v in numbers_of(cost, w, [0.0, 1.0])], rtol=1e-8)


def numbers_of(cost, w, rows):
    """The mean of a cost and its derivative, by central differences."""

    def mean(number):
        w.data = number
        return np.mean([cost(Value(x)).data for x in rows])

    at = w.data
    slope = (mean(at + 1e-6) - mean(at - 1e-6)) / 2e-6
    return [mean(at)], [slope]


# Told


def test_a_walk_is_told_in_part():
    f = compile(sines(250)).record(ROWS)
    text = str(f.plan)
    assert "sin(" in text and "993 more" in text and "walk_back(" in text
    assert max(map(len, text.splitlines())) <= 100 and len(text.splitlines()) < 20
    assert f.plan.equations(all=True).count("sin(") == 250


# Malformed


def with_steps(walk, **changed):
    return replace(walk, steps=replace(walk.steps, **changed))


BROKEN = {
    "WalkBack: sizes": lambda back: replace(back, seeded=np.array([5, 6])),
    "a batch is lost or made up": lambda back: replace(back, out=replace(back.out, batched=False)),
    "reads what no step before it computes": lambda walk: replace(
        walk, steps=replace(walk.steps, operands=walk.steps.operands + 5)
    ),
    "a step without an operation": lambda walk: replace(walk, steps=replace(walk.steps, codes=walk.steps.codes + 5)),
    "or a tape of another length": lambda walk: replace(walk, steps=replace(walk.steps, given=2)),
    "another batch than what it is given": lambda walk: replace(walk, out=replace(walk.out, batched=False)),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_walk_is_refused(fault):
    plan = compile(sines(40)).record(ROWS).plan
    kind = WalkBack if fault in list(BROKEN)[:2] else Walk
    instructions = [BROKEN[fault](made) if isinstance(made, kind) else made for made in plan.instructions]
    with pytest.raises(AssertionError, match=fault):
        validate(replace(plan, instructions=instructions))


# Rows of the back ends


@pytest.mark.parametrize("name", ways.FACTORS)
def test_factors_that_need_no_computing_are_the_table_s(name):
    operands = [0.7, -1.3][: TABLE[name].arity]
    for index, kind in enumerate(ways.FACTORS[name]):
        other = operands[1 - index] if operands[1:] else 1.0
        told = {ways.ONE: 1.0, ways.MINUS_ONE: -1.0, ways.OTHER: other, ways.OVER: 1 / other}
        if kind != ways.RULE:
            assert TABLE[name].partial(FLOATS, index, TABLE[name].rule(FLOATS, *operands), operands) == told[kind]


def test_adjoints_need_few_rows_however_long_the_chain(monkeypatch):
    monkeypatch.setattr(ways, "BLOCK", 16)
    for name, made in CHAINS.items():
        f = compile(made(200)).record(ROWS)
        (back,) = [made for made in f.plan.instructions if isinstance(made, WalkBack)]
        assert ways.WayBack(back).adjoints < 60, name


def test_linear_time_and_memory():
    """Ten times as long takes about ten times as long, all in all, and a plan is told at once."""
    spans = []
    for steps in (300, 3000):
        cost = sines(steps)
        started = time.process_time()
        f = compile(cost)
        f.gradient(ROWS)
        spans.append(time.process_time() - started)
    assert spans[1] < 30 * spans[0] + 1.0
    started = time.process_time()
    assert len(str(f.plan)) < 4000
    assert time.process_time() - started < 1.0


def test_the_program_of_a_walk_means_what_is_interpreted():
    f = compile(gated_unit(30)).record(ROWS)
    plan, parameters, into = f.plan, np.array(f.parameters.data), np.empty(len(f.parameters))
    expected = interpret(plan, [ROWS], parameters)
    np.testing.assert_allclose(
        NumPyProgram(plan, np.dtype(float)).gradient([ROWS[:, None]], parameters, into), expected.cost
    )
    np.testing.assert_allclose(into, expected.gradient, rtol=1e-11)
