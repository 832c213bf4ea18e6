"""Nothing stays behind: no memory of graphs, no mode of code that failed, no trace of another thread.

``python tests/autograd/test_leaks.py 1000000`` prints the memory of the
process over 20 rounds of graphs of so many nodes, of every kind below.
"""

import asyncio
import gc
import sys
import threading
import weakref
from pathlib import Path

import numpy as np
import pytest

from autograd import Value, anomalies, compile, exp, gradient, log, modes, no_grad, sigmoid, sqrt, tanh, weighted_sum
from autograd.errors import DomainError, RecordingError

ROUNDS = 20


def chain(nodes):
    """Deep: one value after the other."""
    x = Value(0.5)
    c = x
    for _ in range(nodes // 2):
        c = c * x + 1e-3
    c.backward()


def neurons(nodes):
    """Wide: sums of many operands, most of them leaves."""
    inputs = [Value(0.1) for _ in range(100)]
    activations = [sigmoid(weighted_sum([Value(0.1) for _ in inputs], inputs)) for _ in range(nodes // 100)]
    sum(activations[1:], activations[0]).backward()


def without_gradients(nodes):
    """Nothing is recorded at all."""
    x = Value(0.5)
    with no_grad():
        for _ in range(nodes):
            x = tanh(x)


def watched(nodes):
    """Every value knows the line that made it."""
    x = Value(0.5)
    with anomalies():
        c = x
        for _ in range(nodes // 2):
            c = c * x + 1e-3
        c.backward()


def derivatives(nodes):
    """A graph, and the graph of its derivative, twice."""
    x = Value(0.5)
    c = x
    for _ in range(nodes // 20):
        c = c * x + 0.5
    gradient(gradient(c, x, create_graph=True), x)


def programs(nodes):
    """Functions that are recorded, compiled, run and forgotten; the parameter stays."""
    for _ in range(max(1, nodes // 100_000)):
        f = compile(lambda x: tanh(KEPT * x) ** 2 + x)
        f.gradient(np.linspace(0, 1, 10))


KINDS = [chain, neurons, without_gradients, watched, derivatives, programs]
KEPT = Value(0.5)


def values_alive():
    """How many Values there are in the process."""
    return sum(isinstance(thing, Value) for thing in gc.get_objects())


@pytest.mark.parametrize("build", KINDS)
def test_memory_is_flat_over_rounds_of_graphs(build, held_bytes):
    build(500)  # what is made once: compiled patterns, caches
    sizes = []
    for rounds in (2, ROUNDS - 2):
        for _ in range(rounds):
            build(500)
        gc.collect()
        sizes.append(held_bytes())
    # A graph of 500 nodes has 60,000 bytes, a program 50,000 and its source 2,000. The interpreter's
    # cache of attributes that were looked up takes some hundred bytes for each program until it is full.
    assert sizes[1] - sizes[0] < 12_000


@pytest.mark.parametrize("build", [chain, neurons, without_gradients, watched])
def test_graphs_are_freed_without_the_garbage_collector(build):
    gc.collect()
    gc.disable()
    try:
        before = values_alive()
        build(2_000)
        assert values_alive() == before
    finally:
        gc.enable()


def test_a_leaf_keeps_no_graph_alive():
    leaf, before = Value(0.5), values_alive()
    c = leaf
    for _ in range(1_000):
        c = tanh(c * leaf)
    c.backward()
    first = gradient(c, leaf, create_graph=True)
    assert values_alive() > before + 3_000
    del c, first
    gc.collect()
    assert values_alive() == before
    assert leaf.grad != 0.0 and leaf.operands == ()


def test_a_parameter_keeps_no_program_alive():
    w, before = Value(0.5), values_alive()
    f = compile(lambda x: tanh(w * x) ** 2)
    f.backward([1.0, 2.0])
    forgotten = weakref.ref(f)
    del f
    gc.collect()
    assert forgotten() is None and values_alive() == before
    assert w.grad != 0.0


# Code that fails


def _in_the_forward_pass(x):
    return exp(x) * log(x - x)


def _without_gradients(x):
    with no_grad():
        return _in_the_forward_pass(x)


def _without_gradients_twice(x):
    with no_grad(), no_grad():
        return _in_the_forward_pass(x)


def _within_anomalies(x):
    with anomalies(), no_grad():
        return _in_the_forward_pass(x)


def _while_recording(x):
    return compile(lambda row: _in_the_forward_pass(row * x))([1.0])


def _while_recording_without_gradients(x):
    with no_grad():
        return _while_recording(x)


def _without_gradients_while_recording(x):
    return compile(lambda row: _without_gradients(row * x))([1.0])


def _while_recording_within_a_recording(x):
    return compile(lambda row: _while_recording(x) * row)([1.0])


def _in_the_reverse_pass(x):
    return sqrt(x - x).backward()


def _in_a_row_of_a_batch(x):
    return compile(lambda row: log(row * x))([1.0, -1.0])


FAILURES = [thing for name, thing in list(globals().items()) if name.startswith(("_in_", "_with", "_while_"))]


@pytest.mark.parametrize("fail", FAILURES)
def test_code_that_fails_leaves_no_mode_and_no_value_behind(fail):
    x = Value(2.0)
    gc.collect()
    before = values_alive()
    with pytest.raises((DomainError, RecordingError)) as caught:
        fail(x)
    assert modes.active == 0 and modes.recorder() is None and modes.recording_gradients()
    assert modes.watcher() is None
    c = x * x + x
    assert len(c.operands) == 2 and gradient(c, x) == 5.0
    assert isinstance(x < 3.0, bool)  # no recorder is asked
    del c, caught
    gc.collect()
    assert values_alive() == before


def test_a_compiled_function_that_failed_once_can_be_called_again():
    w, fails = Value(2.0), [True]

    @compile
    def f(x):
        if fails:
            fails.pop()
            raise KeyError("x")
        return w * x

    with pytest.raises(KeyError):
        f([1.0])
    assert f([1.0, 3.0]).tolist() == [2.0, 6.0]
    with pytest.raises(DomainError):
        compile(lambda x: log(w * x))([0.0])
    assert f.gradient([1.0, 3.0])[1].tolist() == [2.0]


# Threads and tasks


def together(works):
    """Run functions in a thread each, all begun at once, and return what they return."""
    results, barrier = [None] * len(works), threading.Barrier(len(works))

    def run(place, work):
        barrier.wait()
        try:
            results[place] = work()
        except BaseException as error:
            results[place] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.fixture
def hasty():
    """Threads take turns a thousand times as often as usual."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(5e-6)
    yield
    sys.setswitchinterval(usual)


def own_graphs(seed):
    """Build, differentiate, and compile a graph of one's own, again and again."""
    found = []
    for k in range(4):
        w, b = Value(0.1 * seed + 0.05 * k), Value(0.3)
        c = w
        for _ in range(30):
            c = tanh(w * c + b)
        c.backward()
        second = gradient(gradient(c, w, create_graph=True), b)
        f = compile(lambda x, w=w, b=b: sigmoid(w * x + b).log() if w * x < 9.0 else x)
        cost, slopes = f.gradient(np.linspace(-1, 1, 5 + seed))
        with no_grad():
            bare = len((w * b).operands)
        found.append((c.data, w.grad, b.grad, second, cost, slopes.tolist(), bare, isinstance(w < b, bool)))
    return found


def test_threads_with_graphs_of_their_own_do_not_disturb_one_another(hasty):
    works = [lambda seed=seed: own_graphs(seed) for seed in range(6)]
    assert together(works) == [work() for work in works]
    assert modes.active == 0


def test_threads_compile_functions_of_the_same_parameters(hasty):
    """Whichever binds them first, all functions read and write the same numbers."""
    for _ in range(20):
        weights = [Value(0.5) for _ in range(20)]

        def work(power, weights=weights):
            f = compile(lambda x: weighted_sum(weights, [x**power] * 20))
            f([1.0])
            return f

        functions = together([lambda power=power: work(power) for power in (1, 2, 3, 4)])
        for weight in weights:
            weight.data = 2.0
        assert [f([1.0]).tolist() for f in functions] == [[40.0]] * 4


def test_a_mode_is_its_threads_alone():
    """While one thread records a function and another records nothing, a third computes as ever."""
    inside, go_on = threading.Barrier(3), threading.Event()
    x = Value(2.0)

    def bare():
        with no_grad():
            inside.wait()
            go_on.wait()
            return len((x * x).operands)

    def recorded():
        def function(row):
            if not go_on.is_set():  # it is called twice
                inside.wait()
                go_on.wait()
            return row * x if row > 0.0 else row

        return compile(function)([3.0]).tolist()

    def plain():
        inside.wait()
        c = x * x
        answer = len(c.operands), gradient(c, x), isinstance(c > 1.0, bool), c.data
        go_on.set()
        return answer

    assert together([bare, recorded, plain]) == [0, [6.0], (2, 4.0, True, 4.0)]


def test_a_mode_is_its_tasks_alone():
    x = Value(2.0)

    async def bare():
        with no_grad():
            await asyncio.sleep(0.01)
            return len((x * x).operands)

    async def plain():
        await asyncio.sleep(0.005)
        return len((x * x).operands)

    async def both():
        return await asyncio.gather(bare(), plain())

    # In a thread of its own: the browser that tests of pages drive has a loop in this one.
    assert together([lambda: asyncio.run(both())]) == [[0, 2]]
    assert modes.active == 0


def _report(nodes):
    import resource

    for build in KINDS:
        held = []
        for _ in range(ROUNDS):
            build(nodes)
            held.append(int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() // 1024)
        print(
            f"{build.__name__:18} {nodes:,} nodes a round: kB held after round 1, 2, ... {ROUNDS}: {held}", flush=True
        )


if __name__ == "__main__":
    _report(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
