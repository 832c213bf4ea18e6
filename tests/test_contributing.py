"""What CONTRIBUTING.md tells a newcomer to write works as it stands there."""

import re
import sys
import types
from pathlib import Path

import numpy as np
import pytest

from autograd import Value, check_gradient, compile, draw
from autograd.compiler import backends
from autograd.compiler.plan.interpret import interpret
from autograd.compiler.plan.validate import validate
from autograd.primitives import Primitive
from autograd.value import apply

TEXT = (Path(__file__).parent.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")


def written(name):
    """The block of a name, run."""
    space = {"__name__": name}
    code = re.search(rf"```python {name}\n(.*?)```", TEXT, re.DOTALL)[1]
    assert code.count("\n") <= 20  # about a dozen lines, and room to breathe
    exec(compile_source(code, name), space)
    return space


def compile_source(code, name):
    import builtins

    return builtins.compile(code, f"CONTRIBUTING.md, {name}", "exec")


def test_an_operation_is_walked_checked_drawn_and_told():
    swish = written("operation")["swish"]
    x, sigmoid = Value(0.7, "x"), 1 / (1 + np.exp(-0.7))
    y = swish(x)
    y.backward()
    assert y.data == pytest.approx(0.7 * sigmoid, rel=1e-15)
    assert x.grad == pytest.approx(sigmoid + 0.7 * sigmoid * (1 - sigmoid), rel=1e-14)
    assert check_gradient(swish, at=[0.7]).ok
    assert "0.8234" in draw(y, partials="numbers").source


def test_an_operation_is_compiled():
    swish = written("operation")["swish"]
    w, xs = Value(0.5), np.array([0.3, -1.2, 2.0])
    f = compile(lambda x: swish(w * x))
    sigmoid = 1 / (1 + np.exp(-0.5 * xs))
    np.testing.assert_allclose(f(xs), 0.5 * xs * sigmoid, rtol=1e-14)
    slopes = xs * (sigmoid + 0.5 * xs * sigmoid * (1 - sigmoid))
    np.testing.assert_allclose(f.gradient(xs)[1], [slopes.mean()], rtol=1e-14)


def test_the_same_declaration_is_an_entry_of_the_table():
    swish = written("operation")["swish"]
    entry = Primitive("swish", swish.rule, swish.partials, "swish")
    assert apply(entry, (Value(0.7),)).data == swish(0.7).data


def test_a_pass_keeps_the_meaning_of_a_plan():
    without_double_negatives = written("pass")["without_double_negatives"]
    w = Value(2.0)
    plan = compile(lambda x: w * x - (x**2) * -1.0 + (-x) ** 3).record(np.ones(2)).plan
    changed = validate(without_double_negatives(plan))
    arrays, parameters = [np.array([0.3, -0.7])], np.array([2.0])
    before, after = (interpret(each, arrays, parameters) for each in (plan, changed))
    np.testing.assert_array_equal(after.outputs, before.outputs)
    np.testing.assert_array_equal(after.gradient, before.gradient)
    assert [getattr(made, "name", "") for made in changed.instructions].count("negative") > 0


def test_a_back_end_is_a_file_and_a_line(monkeypatch):
    space = written("backend")
    module = types.ModuleType("counting")
    vars(module).update(space)
    monkeypatch.setitem(sys.modules, "autograd.compiler.backends.counting", module)
    monkeypatch.setitem(backends.BACKENDS, "counting", backends.Entry("counting"))
    f = compile(lambda x: 2 * x, backend="counting")
    assert f([1.0, 2.0]).tolist() == [2.0, 4.0]
    assert space["Counting"].runs == 1 and f.backends["counting"] == "ready"
