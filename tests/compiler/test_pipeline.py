"""Every pass keeps what a plan means: it is interpreted before and after, over the zoo and random programs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value, compile, gradient
from autograd.compiler.pipeline import FORWARD, REVERSE
from autograd.compiler.plan.interpret import interpret

from .test_equivalence import ROWS, STEPS, data, random_function, values
from .zoo import ZOO, made


def close(found, expected):
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-13)


def assert_every_pass_keeps_the_meaning(function, arrays):
    f = compile(function).record(*arrays)
    stages = f.passes()
    steps = REVERSE if f._programs.latest.learns else FORWARD
    assert [stage.name for stage in stages[3:]] == [step.name for step in steps]
    by_recording = {}
    for stage in stages:
        source = stage.plan.parameters.source
        recorded = np.array([value.data for value in f._programs.latest.recording.parameters])
        results = interpret(stage.plan, arrays, recorded[source])
        assert not results.off_path
        by_recording.setdefault("outputs", results.outputs)
        close(results.outputs, by_recording["outputs"])
        if results.gradient is not None:
            gradient_by_place = np.empty(len(source))
            gradient_by_place[source] = results.gradient
            by_recording.setdefault("gradient", gradient_by_place)
            close(gradient_by_place, by_recording["gradient"])
            close(results.cost, results.outputs.mean())
    return f, by_recording


def sample(numbers, kind):
    return [kind(n) for n in numbers] if np.ndim(numbers) else kind(numbers)


@pytest.mark.parametrize("name", ZOO)
def test_the_zoo(name):
    cost, arrays = made(name)
    f, meaning = assert_every_pass_keeps_the_meaning(cost, arrays)
    leaves = f._programs.latest.recording.parameters
    outputs, slopes = [], np.zeros(len(leaves))
    for row in range(len(arrays[0])):
        output = cost(*(sample(a[row], int if a.dtype.kind == "i" else Value) for a in arrays))
        outputs.append(output.data)
        slopes += gradient(output, leaves)
    np.testing.assert_allclose(meaning["outputs"][:, 0], outputs, rtol=1e-11)
    np.testing.assert_allclose(meaning["gradient"], slopes / len(outputs), rtol=1e-10, atol=1e-12)


@given(STEPS, st.integers(0, 1000))
def test_random_programs(steps, seed):
    arrays = data(seed + 1, (ROWS, 3), ROWS)
    assert_every_pass_keeps_the_meaning(random_function(steps, values(seed, 3)), arrays)


@given(STEPS, st.integers(0, 1000))
def test_random_programs_of_several_outputs(steps, seed):
    arrays = data(seed + 1, (ROWS, 3), ROWS)
    assert_every_pass_keeps_the_meaning(random_function(steps, values(seed, 3), as_list=True), arrays)


def test_the_passes_are_told_one_after_another():
    w = [[Value(0.1 * (i + k)) for k in range(3)] for i in range(2)]
    f = compile(lambda x: sum(sum(p * q for p, q in zip(row, x, strict=True)) ** 2 for row in w))
    text = str(f.record(np.ones((2, 3))).passes())
    headings = [line.split(":")[0] for line in text.splitlines() if ": " in line and "#" not in line]
    assert headings == ["record", "canonical", "lift", "layout", "differentiate", "simplify", "finish"]
    assert text.index("p[0:6] @ x") > text.index("lift:")


def test_a_long_stage_is_told_in_part():
    w = Value(0.5)

    def chain(x):
        for _ in range(100):
            x = (w * x) ** 2 + 0.5
        return x

    text = str(compile(chain).record(np.ones(2)).passes())
    assert "more instructions, in " in text and "print(f.passes()[0].plan.equations(all=True)) tells all" in text
    assert max(map(len, text.splitlines())) <= 100


def test_a_stage_says_what_it_did():
    w = [[Value(0.1 * (i + k)) for k in range(3)] for i in range(2)]
    f = compile(lambda x: sum(sum(p * q for p, q in zip(row, x, strict=True)) ** 2 for row in w))
    text = str(f.record(np.ones((2, 3))).passes())
    assert "record: what the function did, one scalar operation a line (16 instructions)" in text
    assert "matrix products\n(11 instructions became 3)" in text
    assert "layout: the parameters in the order in which they are read (nothing to do here)\n\ndiff" in text
