"""Compiled functions as programs in JavaScript, run in a browser, against NumPy and against what plans mean."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

import nn
from autograd import Value, compile, exp, log, operation, sigmoid, softmax, sqrt
from autograd.compiler.backends.javascript import program
from autograd.compiler.backends.javascript.instructions import written
from autograd.compiler.backends.javascript.scope import Scope
from autograd.compiler.plan.instructions import Array, Guard, Instruction
from autograd.compiler.plan.interpret import computed, interpret
from autograd.errors import ArgumentError

from ..compiler.random_plans import random_plans
from ..compiler.test_loops import PROGRAMS
from ..compiler.zoo import ZOO, made

RUN = """
([text, rows, ways]) => {
  const program = new Function(text + "; return program;")();
  const own = (array) => (array instanceof Float64Array ? [...array] : Object.prototype.toString.call(array));
  return rows.map((row) => Object.fromEntries(ways.map((way) => {
    try {
      const found = program[way](row);
      return [way, way === "outputs" ? own(found) : [found.cost, own(found.gradient)]];
    } catch (error) {
      return [way, `${error.constructor.name}: ${error.message}`];
    }
  })));
}
"""


@pytest.fixture(scope="module")
def run(chromium):
    """Runs a program, which has its parameters, for each row: a list of what each way of it gives, or its error."""
    page = chromium.new_page()
    yield lambda text, rows, *ways: page.evaluate(RUN, [text, [[*map(float, row)] for row in rows], ways])
    page.close()


def rows_of(arrays):
    return np.concatenate([np.asarray(array, dtype=float).reshape(len(array), -1) for array in arrays], axis=1)


def assert_same(run, function, arrays):
    """Outputs of every row are NumPy's, and the mean of their gradients is."""
    f = compile(function)
    expected = np.asarray(f(*arrays)).reshape(len(arrays[0]), -1)
    learns = expected.shape[1] == 1 and bool(len(f.parameters))
    cost, slopes = f.gradient(*arrays) if learns else (0.0, np.zeros(0))
    found = run(f.javascript(name="program", parameters=True), rows_of(arrays), "outputs", *["gradient"][:learns])
    np.testing.assert_allclose([row["outputs"] for row in found], expected, rtol=1e-12, atol=1e-13)
    if learns:
        costs, gradients = zip(*(row["gradient"] for row in found), strict=True)
        np.testing.assert_allclose(np.mean(costs), cost, rtol=1e-12)
        np.testing.assert_allclose(np.mean(gradients, axis=0), slopes, rtol=1e-9, atol=1e-12)
    return f


@pytest.mark.parametrize("name", ZOO)
def test_programs_of_the_zoo(run, name):
    assert_same(run, *made(name))


@pytest.mark.parametrize("name", PROGRAMS)
def test_loops(run, name):
    assert_same(run, *PROGRAMS[name]())


@pytest.mark.parametrize(
    ("sizes", "cost", "output"),
    [
        ([64, 30, 10], nn.cross_entropy, "linear"),
        ([784, 16, 16, 10], nn.squared_error, "sigmoid"),
        ([4, 5, 3], nn.cross_entropy, "softmax"),
    ],
)
def test_networks(run, sizes, cost, output):
    net = nn.MLP(sizes, output=output, seed=0)
    random = np.random.default_rng(1)
    x, y = random.random((3, sizes[0])), np.eye(sizes[-1])[random.integers(0, sizes[-1], 3)]
    assert_same(run, lambda x, y: cost(net(x), y), (x, y))
    assert_same(run, net, (x,))


def test_runs_of_several_lengths(run):
    w = [Value(number) for number in np.random.default_rng(0).normal(size=6)]

    def cost(x):
        shares = [softmax([a * b for a, b in zip(w[:length], x, strict=False)]) for length in (2, 3, 5, 6)]
        return -sum(log(share[-1]) for share in shares) + sum(exp(share[0]) for share in shares)

    f = assert_same(run, cost, (np.random.default_rng(1).normal(size=(4, 6)),))
    assert "Ragged" in kinds_of(f.plan)


def kinds_of(plan):
    return {type(made).__name__ for made in plan.instructions}


def test_walks(run):
    w, v = Value(0.9, "w"), Value(1.3, "v")

    def cost(x):
        a, b = x, v * 1.0
        for k in range(40):
            a, b = (sigmoid(a) * w + b / (k % 3 + 1), a**1.5) if k % 5 else (exp(-b), a)
        return a + b

    assert kinds_of(assert_same(run, cost, (np.array([0.3, 0.8]),)).plan) >= {"Walk", "WalkBack"}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(random_plans(guards=True))
def test_random_plans_mean_what_the_specification_says(run, random):
    sizes = [(f"x{k}", array.reshape(len(array), -1).shape[1]) for k, array in enumerate(random.inputs)]
    text = program([random.plan], sizes, len(random.parameters), "program", random.parameters)
    found = run(text, rows_of(random.inputs), "outputs", "gradient")
    for k, told in enumerate(found):
        expected = interpret(random.plan, [array[k : k + 1] for array in random.inputs], random.parameters)
        if expected.off_path:
            assert told["outputs"].startswith("OffPath: this sample takes a path that was not recorded")
            continue
        assert isinstance(told["outputs"], list), told
        np.testing.assert_allclose(told["outputs"], expected.outputs[0], rtol=1e-12, atol=1e-12)
        cost, gradient = told["gradient"]
        np.testing.assert_allclose(cost, expected.cost, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(gradient, expected.gradient, rtol=1e-12, atol=1e-11)


def test_every_kind_of_instruction_is_written():
    assert {*written.registry} == {*computed.registry, Guard}


def test_another_kind_is_refused():
    class Strange(Instruction):
        pass

    with pytest.raises(
        ArgumentError, match=r"javascript: expected instructions .*, got Strange; run the function with"
    ):
        written(Strange(Array(0, 1, True)), Scope())


# Branches, domains, what is given


def branching():
    w, v = Value(2.0, "w"), Value(3.0, "v")
    return compile(lambda x, y: w * x - y if x > 0 else x * y if y > 5 else v * v)


def test_a_sample_takes_its_own_path(run):
    f = branching()
    rows = [[1.0, 4.0], [-1.0, 7.0], [-2.0, 1.0]]
    arrays = np.transpose(rows)
    text = f.javascript(name="program", parameters=True) if f(*arrays).size else ""
    for told, row in zip(run(text, rows, "outputs", "gradient"), rows, strict=True):
        cost, gradient = f.gradient(*np.array(row)[:, None])
        assert told == {"outputs": [cost], "gradient": [cost, gradient.tolist()]}


def test_a_sample_of_no_recorded_path_is_told(run):
    f = branching().record([1.0], [4.0])
    (good, bad) = run(f.javascript(name="program", parameters=True), [[1.0, 4.0], [-1.0, 4.0]], "outputs", "gradient")
    assert good == {"outputs": [-2.0], "gradient": [-2.0, [1.0]]}
    assert bad["outputs"] == bad["gradient"]
    assert bad["outputs"].startswith("OffPath: this sample takes a path that was not recorded: x > 0 at test_programs")


def test_outside_a_domain_there_is_nan(run):
    w = Value(1.0, "w")
    f = compile(lambda x: log(w * x) + sqrt(x) / x).record([1.0])
    (told, at_zero) = run(f.javascript(name="program", parameters=True), [[-1.0], [0.0]], "outputs", "gradient")
    assert np.isnan(told["outputs"]).all() and np.isnan(at_zero["outputs"]).all() and np.isnan(told["gradient"][0])


def test_what_does_not_fit_is_told(run):
    f = branching().record([1.0], [4.0])
    told = run(f.javascript(name="program", parameters=True), [[1.0], [1.0, 2.0, 3.0]], "gradient")
    assert [one["gradient"] for one in told] == [f"RangeError: x: expected 2 numbers, got {n}" for n in (1, 3)]
    (told,) = run(f.javascript(name="program"), [[1.0, 4.0]], "outputs")
    assert told["outputs"] == "RangeError: parameters: expected 1 numbers, got none"


def test_a_function_without_arguments_and_one_without_parameters(run):
    w = Value(2.0, "w")
    f = compile(lambda: [w * 3.0, w])
    f()
    assert run(f.javascript(name="program", parameters=True), [[]], "outputs") == [{"outputs": [6.0, 2.0]}]
    g = compile(lambda x: 2.0 * x).record([1.0])
    assert run(g.javascript(name="program", parameters=True), [[4.0]], "outputs") == [{"outputs": [8.0]}]
    assert "gradient" not in g.javascript()


def test_parameters_are_those_of_now_or_are_given(open_page):
    w = Value(2.0, "w")
    f = compile(lambda x, y: (w * x - y) ** 2).record([1.0], [1.0])
    w.data = 3.0
    page = open_page(html="<p>")
    page.add_script_tag(content=f.javascript(parameters=True) + f.javascript(name="other"))
    told = page.evaluate("[inputs, [...parameters], [...outputs([1, 1])], [...other.outputs([1, 1], [5])]]")
    assert told == [[["x", 1], ["y", 1]], [3.0], [4.0], [16.0]]
    assert page.evaluate("typeof other.parameters") == "undefined"


# The text


def test_users_texts_are_inert(run, open_page):
    w = Value(1.0, label="</script><script>throw Error('label')</script>")
    hostile = "</script><img src=x onerror=alert(1)>${1}`\\"

    def cost(x):
        return w * x if x * len(hostile) > 0 and "</script>" else x  # </script><script>throw Error("line")</script>

    text = compile(cost).record([1.0]).javascript(name="program", parameters=True)
    assert "<" not in text.replace(" < ", "").replace(" <= ", "") and "onerror" not in text
    page = open_page(html=f"<p></p><script>{text}</script>")
    assert page.evaluate("[...program.outputs([2])]") == [2.0]


def test_names_of_arguments_are_inert(open_page):
    w = Value(1.0, "w")
    name = "</script><script>throw Error('name')</script>"
    text = compile(lambda d: w * d[name]).record({name: [1.0]}).javascript(name="program")
    page = open_page(html=f"<p></p><script>{text}</script>")
    assert page.evaluate("[program.inputs[0][0].includes('</script>'), ...program.outputs([2], [3])]") == [True, 6.0]


def test_a_method_has_the_program_of_its_instance(run):
    class Line:
        def __init__(self, slope):
            self.slope = Value(slope, "w")

        @compile
        def cost(self, x):
            return self.slope * x

    lines = [Line(2.0), Line(3.0)]
    found = [
        run(line.cost.record([1.0]).javascript(name="program", parameters=True), [[5.0]], "outputs") for line in lines
    ]
    assert found == [[{"outputs": [10.0]}], [{"outputs": [15.0]}]]


def test_operations_of_users(run):
    swish = operation("swish", lambda ns, a: a * ns.sigmoid(a), [lambda ns, v, a: v + ns.sigmoid(a) * (1 - v)])
    w = Value(0.7, "w")
    assert_same(run, lambda x: swish(w * x) ** 2, (np.array([0.5, -2.0]),))
    cube = operation("cube", lambda a: a**3, [lambda a: 3 * a * a])
    with pytest.warns(RuntimeWarning, match="cube"):
        f = compile(lambda x: cube(w * x)).record([1.0])
    with pytest.raises(ArgumentError, match="JavaScript of cube: expected a rule that is read in a namespace"):
        f.javascript()


def test_the_text_of_a_network_is_short():
    net = nn.MLP([784, 30, 10], seed=0)
    f = compile(net).record(np.zeros((1, 784)))
    assert len(f.javascript()) < 4000
    numbers = 784 * 30 + 30 + 30 * 10 + 10
    assert len(f.javascript(parameters=True)) < 4000 + numbers * 8 * 4 / 3 + 100
