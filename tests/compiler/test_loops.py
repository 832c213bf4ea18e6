"""Loops: steps that repeat become one instruction, forth and back, and give the numbers of the scalar engine."""

import random
import time
from dataclasses import replace

import numpy as np
import pytest

from autograd import Value, compile, cos, log, maximum, operation, sigmoid, sin, tanh, where
from autograd.compiler.backends.numpy import NumPyProgram
from autograd.compiler.components import components
from autograd.compiler.plan.instructions import BatchSum, Product, Ref
from autograd.compiler.plan.interpret import interpret
from autograd.compiler.plan.loop import Loop
from autograd.compiler.plan.validate import validate
from autograd.errors import DomainError

from .test_equivalence import assert_same, data

ROWS = np.linspace(0.4, 1.3, 4)


def matrix(rng, rows, columns, name=None):
    scale = columns**-0.5
    return [[Value(rng.gauss(0, scale), name and f"{name}_{j}{k}") for k in range(columns)] for j in range(rows)]


def vector(rng, count):
    return [Value(rng.gauss(0, 0.5)) for _ in range(count)]


def times(W, x):
    return [sum(w * v for w, v in zip(row, x, strict=True)) for row in W]


# Programs: what makes a cost, and the arrays of a batch


def recurrent(steps=20, inputs=2, hidden=4):
    rng = random.Random(0)
    Wx, Wh, b, Wo = (matrix(rng, *shape) for shape in ((hidden, inputs), (hidden, hidden), (hidden, 1), (1, hidden)))

    def cost(x, y):
        h = [0.0] * hidden
        for t in range(steps):
            seen = x[t * inputs : (t + 1) * inputs]
            h = [tanh(p + q + c) for p, q, (c,) in zip(times(Wx, seen), times(Wh, h), b, strict=True)]
        return (times(Wo, h)[0] - y) ** 2

    return cost, data(0, (4, steps * inputs), 4)


def long_short_term(steps=12, inputs=2, hidden=3):
    rng = random.Random(0)
    W, U = [matrix(rng, hidden, inputs) for _ in range(4)], [matrix(rng, hidden, hidden) for _ in range(4)]
    b = [vector(rng, hidden) for _ in range(4)]

    def cost(x):
        h = c = [0.1 * x[0]] * hidden
        for t in range(steps):
            seen = x[t * inputs : (t + 1) * inputs]
            sums = [
                [p + q + r for p, q, r in zip(times(W[k], seen), times(U[k], h), b[k], strict=True)] for k in range(4)
            ]
            i, f, o = ([sigmoid(z) for z in sums[k]] for k in range(3))
            c = [p * q + r * tanh(s) for p, q, r, s in zip(f, c, i, sums[3], strict=True)]
            h = [p * tanh(q) for p, q in zip(o, c, strict=True)]
        return sum(h)

    return cost, data(0, (4, steps * inputs))


def gated(steps=12, inputs=2, hidden=3):
    """Every state is read afterwards."""
    rng = random.Random(1)
    W, U = [matrix(rng, hidden, inputs) for _ in range(3)], [matrix(rng, hidden, hidden) for _ in range(3)]
    Wo = matrix(rng, 1, hidden)

    def cost(x, y):
        h, whole = [0.1 * x[0]] * hidden, 0.0
        for t in range(steps):
            seen = x[t * inputs : (t + 1) * inputs]
            z = [sigmoid(p + q) for p, q in zip(times(W[0], seen), times(U[0], h), strict=True)]
            r = [sigmoid(p + q) for p, q in zip(times(W[1], seen), times(U[1], h), strict=True)]
            reset = [p * q for p, q in zip(r, h, strict=True)]
            n = [tanh(p + q) for p, q in zip(times(W[2], seen), times(U[2], reset), strict=True)]
            h = [(1 - p) * q + p * s for p, q, s in zip(z, n, h, strict=True)]
            whole = whole + (times(Wo, h)[0] - y) ** 2
        return whole / steps

    return cost, data(1, (4, steps * inputs), 4)


def stacked(steps=10, inputs=2, hidden=3):
    """Two layers: the second goes through its steps when the first is through."""
    rng = random.Random(2)
    W, U = [matrix(rng, hidden, inputs), matrix(rng, hidden, hidden)], [matrix(rng, hidden, hidden) for _ in range(2)]

    def cost(x):
        h = [[0.0] * hidden, [0.0] * hidden]
        for t in range(steps):
            given = x[t * inputs : (t + 1) * inputs]
            for k in range(2):
                given = h[k] = [tanh(p + q) for p, q in zip(times(W[k], given), times(U[k], h[k]), strict=True)]
        return sum(h[1])

    return cost, data(2, (4, steps * inputs))


def orbit(steps=30):
    mu, speed = Value(1.0, "mu"), Value(1.1, "speed")

    def cost(start):
        x, y, vx, vy = start, 0.0 * start, 0.0 * start, speed * 1.0
        for _ in range(steps):
            cubed = (x * x + y * y) ** 1.5
            vx, vy = vx - 0.01 * mu * x / cubed, vy - 0.01 * mu * y / cubed
            x, y = x + 0.01 * vx, y + 0.01 * vy
        return (x - 1) ** 2 + y**2

    return cost, [ROWS]


def with_momentum(steps=20):
    a, b = Value(1.3), Value(0.4)

    def cost(w):
        v = 0.0 * w
        for _ in range(steps):
            v = 0.9 * v - 0.05 * (a * w + b * w * w * w)
            w = w + v
        return w * w + v

    return cost, [ROWS]


def runge_kutta(steps=12):
    a, b, h = Value(1.0), Value(0.2), 0.05

    def slope(t, x, v):
        return v, -1.0 * a * x - b * v + sin(t)

    def cost(x):
        v, t = 0.5 * x, 0.0 * x
        for _ in range(steps):
            p, q = slope(t, x, v)
            r, s = slope(t + h / 2, x + h / 2 * p, v + h / 2 * q)
            x, v, t = x + h / 2 * (p + r), v + h / 2 * (q + s), t + h
        return x * x + v

    return cost, [ROWS]


def newton(steps=12):
    p = Value(0.7)

    def cost(x):
        y = x
        for _ in range(steps):
            y = y - 0.5 * (y * y * p - x - 2) / (2 * p * y)
        return y

    return cost, [ROWS]


def alternating(steps=20):
    a, b = Value(0.6), Value(0.8)

    def cost(x):
        y, z = x, 0.5 * x
        for t in range(steps):
            if t % 2:
                y = sin(a * y + z)
            else:
                z = tanh(b * z - y)
        return y * z

    return cost, [ROWS]


def counting(steps=15):
    a, b = Value(0.6), Value(0.8)

    def cost(x):
        y = x
        for t in range(steps):
            y = y + 0.1 * tanh(a * y + 0.01 * t * b) * (0.02 * t + 0.3) - 0.03 * t * y * a + 0.2 * t * t
        return y * y

    return cost, [ROWS]


def two_steps_back(steps=15):
    a, b = Value(0.6), Value(0.3)

    def cost(x):
        before, now = x, 0.5 * x
        for _ in range(steps):
            before, now = now, sin(a * now) + b * before
        return now

    return cost, [ROWS]


def one_after_another():
    a, b = Value(0.6), Value(0.3)

    def cost(x):
        y, kept = x, []
        for _ in range(12):
            y = sin(a * y) + b * x
            kept.append(y)
        z = 0.1 * y
        for t in range(12):
            z = tanh(z + a * kept[t])
        w = z + b
        for _ in range(9):
            w = cos(w * b) + z
        return w

    return cost, [ROWS]


def nested():
    a, b = Value(0.6), Value(0.3)

    def cost(x):
        y = x
        for _ in range(3):
            z = y * b
            for _ in range(9):
                z = sin(a * z) + y
            y = tanh(z)
        return y

    return cost, [ROWS]


def of_parameters_alone():
    decay = Value(0.95)

    def cost(x):
        factor, y = decay * 1.0, x
        for _ in range(12):
            factor = factor * decay + 0.01 * decay * decay
            y = sin(y) * factor + 0.1 * y
        return y * factor

    return cost, [ROWS]


def controlled(steps=12):
    rng = random.Random(3)
    push, drag = vector(rng, steps), Value(0.9)

    def cost(x):
        v, whole = 0.0 * x, 0.0
        for t in range(steps):
            v = drag * v + push[t] * 0.1 + sin(x) * 0.1
            x = x + 0.1 * v
            whole = whole + x * x + 0.01 * push[t] ** 2
        return whole

    return cost, [ROWS]


def sharing_weights(steps=10, width=3):
    W = matrix(random.Random(4), width, width)

    def cost(x):
        first = h = [tanh(z) for z in times(W, x)]
        for _ in range(steps):
            h = [tanh(z + v) for z, v in zip(times(W, h), x, strict=True)]
        return sum(p * q for p, q in zip(times(W, h), first, strict=True))

    return cost, data(4, (4, width))


def bent(steps=12):
    a = Value(0.9)

    def cost(x):
        y = x
        for _ in range(steps):
            y = maximum(y * a, 0.3 * x) + where(y > 0.5, y * 0.1, a * 0.2)
        return y

    return cost, [ROWS]


def deciding(steps=12):
    a = Value(1.6)

    def cost(x):
        y = x
        for _ in range(steps):
            y = y * a if y < 100 else y
            y = log(y + 1)
        return y * y

    return cost, [ROWS]


swish = operation(
    "swish", rule=lambda ns, a: a * ns.sigmoid(a), partials=[lambda ns, v, a: v + ns.sigmoid(a) * (1 - v)]
)


def with_an_operation_of_its_own(steps=12):
    a = Value(0.6)

    def cost(x):
        for _ in range(steps):
            x = swish(a * x + 0.3)
        return x

    return cost, [ROWS]


def stopping_gradients(steps=12):
    a = Value(0.7)

    def cost(x):
        y = x
        for _ in range(steps):
            y = sin(y * a) + 0.3 * (a * y).detach()
        return y

    return cost, [ROWS]


PROGRAMS = {made.__name__: made for made in (
    recurrent, long_short_term, gated, stacked, orbit, with_momentum, runge_kutta, newton, alternating, counting,
    two_steps_back, one_after_another, nested, of_parameters_alone, controlled, sharing_weights, bent, deciding,
    with_an_operation_of_its_own, stopping_gradients,
)}  # fmt: skip


def loops(plan, backwards=False):
    return [made for made in plan.instructions if isinstance(made, Loop) and made.backwards == backwards]


# Equivalence


@pytest.mark.parametrize("name", PROGRAMS)
def test_loops_give_the_numbers_of_the_scalar_engine(name):
    function, arrays = PROGRAMS[name]()
    f = assert_same(function, arrays, 1e-12, 1e-12)
    assert loops(f.plan), "no loop was found"
    assert loops(f.plan, backwards=True)


@pytest.mark.parametrize("name", PROGRAMS)
def test_loops_mean_what_the_specification_says(name):
    function, arrays = PROGRAMS[name]()
    f = compile(function).record(*arrays)
    found = interpret(validate(f.plan), arrays, [leaf.data for leaf in f.parameters])
    np.testing.assert_allclose(found.outputs[:, 0], f(*arrays), 1e-12, 1e-12)
    cost, gradient = f.gradient(*arrays)
    np.testing.assert_allclose(found.cost, cost, 1e-12)
    np.testing.assert_allclose(found.gradient, gradient, 1e-12, 1e-12)


def test_loops_in_jax():
    pytest.importorskip("jax")
    for name in ("recurrent", "gated", "counting", "two_steps_back", "of_parameters_alone", "bent"):
        function, arrays = PROGRAMS[name]()
        assert_same(function, arrays, backend="jax")


@pytest.mark.parametrize("name", PROGRAMS)
def test_loops_on_the_machine(name, monkeypatch):
    pytest.importorskip("numba")
    function, arrays = PROGRAMS[name]()

    def nobody(*_):
        raise AssertionError("the machine left it to NumPy")

    monkeypatch.setattr(NumPyProgram, "gradient", nobody)
    f = assert_same(function, arrays, 1e-12, 1e-12, backend="numba")
    assert "\nrepeat " in f.source


def test_a_loop_of_many_states_returned():
    W = matrix(random.Random(5), 3, 3)

    def states(x):
        h, kept = x, []
        for _ in range(11):
            h = [tanh(z) for z in times(W, h)]
            kept.append(h)
        return [kept[-1], *kept[3:5], [kept[t][1] for t in (9, 2, 10)]]

    (x,) = data(5, (4, 3))
    f = compile(states)
    found = f(x)
    assert len(loops(f.plan)) == 1
    for row in range(4):
        wanted = [[v.data for v in own] for own in states([Value(v) for v in x[row]])]
        np.testing.assert_allclose(found[row], wanted, 1e-13)


def test_single_precision_and_other_batches():
    function, (x, y) = recurrent()
    assert_same(function, [np.float32(x), np.float32(y)], 2e-4, 2e-4, dtype=np.float32)
    f = compile(function)
    for rows in (1, 3, 4, 1):
        cost, gradient = f.gradient(x[:rows], y[:rows])
        parts = [f.gradient(x[k : k + 1], y[k : k + 1]) for k in range(rows)]
        np.testing.assert_allclose(cost, np.mean([part[0] for part in parts]), 1e-12)
        np.testing.assert_allclose(gradient, np.mean([part[1] for part in parts], axis=0), 1e-12, 1e-14)


# What is found


def test_the_derivative_by_weights_is_one_product_over_all_steps():
    function, arrays = recurrent(steps=30)
    plan = compile(function).record(*arrays).plan
    (back,) = loops(plan, backwards=True)
    assert not any(isinstance(made, BatchSum) for made in back.body.instructions)
    over_steps = [made for made in plan.instructions if isinstance(made, Product) and made.contraction.left == "btr"]
    assert [str(made.contraction) for made in over_steps] == ["btr,btk->rk"]


def test_the_plan_does_not_grow_with_the_steps():
    counts = []
    for steps in (20, 40):
        function, arrays = recurrent(steps)
        plan = compile(function).record(*arrays).plan
        counts.append(len(plan.instructions))
    assert counts[0] == counts[1] <= 32


def test_what_does_not_depend_on_the_steps_before_is_done_for_all_at_once():
    function, arrays = recurrent()
    (loop,) = loops(compile(function).record(*arrays).plan)
    # Of Wx @ x[t] + Wh @ h + b there is the product with Wh left, a sum with the rest, and tanh.
    assert [type(made).__name__ for made in loop.body.instructions] == ["Product", "Map", "Map"]
    assert loop.steps == 19


def test_layers_with_weights_of_their_own_are_no_steps():
    rng = random.Random(6)
    weights = [matrix(rng, 3, 3) for _ in range(12)]

    def network(x):
        for W in weights:
            x = [tanh(z) for z in times(W, x)]
        return sum(x)

    assert not loops(assert_same(network, data(6, (4, 3))).plan)


def test_few_steps_and_steps_that_differ_are_no_loop():
    a = Value(0.7)

    def few(x):
        for _ in range(7):
            x = sin(a * x)
        return x

    def differing(x):
        for t in range(20):
            x = [sin, cos, tanh][(t * t // 3) % 3](a * x)
        return x

    for function in (few, differing):
        assert not loops(assert_same(function, [ROWS]).plan)


def test_steps_that_read_what_steps_before_read_otherwise_are_checked_one_by_one():
    a = Value(0.7)

    def cost(x):
        kept = [x, 0.5 * x]
        for t in range(30):
            kept.append(sin(a * kept[-1]) + 0.1 * kept[(t * t) % len(kept)])
        return kept[-1]

    assert_same(cost, [ROWS])


def test_a_step_that_reads_the_end_of_a_loop_is_not_of_it():
    a = Value(0.7)

    def cost(x):
        y = x
        for _ in range(12):
            y = sin(a * y)
        last = y
        for _ in range(12):
            y = sin(a * y) * last
        return y

    assert len(loops(assert_same(cost, [ROWS]).plan)) == 2


def test_components_are_what_depends_on_itself():
    source, target = np.array([0, 1, 2, 2, 4, 5]), np.array([1, 2, 0, 3, 4, 4])
    assert sorted(components(6, source, target)) == [[0, 1, 2], [4]]


def test_a_long_loop_compiles_in_no_time():
    function, arrays = orbit(1500)
    f, begun = compile(function), time.perf_counter()
    f.gradient(*arrays)
    assert time.perf_counter() - begun < 20.0
    assert len(f.plan.instructions) < 150


# Guards, and errors


def test_rows_that_leave_the_path_within_a_loop():
    a = Value(0.6)

    def cost(x):
        y = x
        for _ in range(12):
            y = sin(a * y) if y > -0.5 else y + 0.3
        return y * y

    assert_same(cost, [np.array([1.0, 0.7, -2.0, -1.1])])


def test_the_row_and_the_operation_that_leave_a_domain_are_named():
    a = Value(0.9)

    def cost(x):
        for _ in range(12):
            x = log(x + a + 1.0)
        return x

    f = compile(cost)
    f.gradient(np.array([1.5, 1.6]))
    with pytest.raises(DomainError, match="row 1: log"):
        f.gradient(np.array([1.5, -1.95]))
    assert loops(f.plan)


# Told


def test_a_loop_is_told_as_a_loop():
    rng = random.Random(0)
    Wh, b = matrix(rng, 3, 3, "Wh"), [Value(0.1, "b") for _ in range(3)]

    def cost(x):
        h = x
        for _ in range(100):
            h = [tanh(z + c) for z, c in zip(times(Wh, h), b, strict=True)]
        return sum(h)

    told = str(compile(cost).record(np.ones((2, 3))).plan)
    assert "for t in 2..100:\n" in told
    assert "for t in 100..2:\n" in told
    assert "@ h[t-1] + b" in told
    assert "dC/dh[t-1] = " in told
    assert "delta[2..100] @ h[1..99]'" in told


# Plans


def test_a_malformed_loop_is_refused():
    function, arrays = recurrent()
    plan = compile(function).record(*arrays).plan
    (loop,) = loops(plan)
    for wrong in (
        replace(loop, steps=loop.steps - 1),
        replace(loop, first=(*loop.first, *loop.first)),
        replace(loop, same=(), each=(*loop.each, *loop.same)),
        replace(loop, body=replace(loop.body, nexts=(Ref(loop.body.each[0]),) * 2)),
    ):
        changed = [wrong if made is loop else made for made in plan.instructions]
        with pytest.raises(AssertionError, match="Loop"):
            validate(replace(plan, instructions=changed))
