"""The rules in JavaScript against those of Python's floats, over every operation of the table, in a browser."""

import base64
import itertools
import math
from random import Random

import numpy as np
import pytest

from autograd import Value, logsumexp, operation, sigmoid
from autograd.errors import ArgumentError
from autograd.javascript import SCRIPT, rules_of
from autograd.namespaces import FLOATS, Namespace
from autograd.primitives import CONSTANT, LEAF, TABLE

POINTS = 1000
FOR_PLAY = """
const numbers_of = (text) => new Float64Array(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
const text_of = (numbers) => {
  const bytes = new Uint8Array(Float64Array.from(numbers).buffer);
  let text = "";
  for (let k = 0; k < bytes.length; k += 8192) text += String.fromCharCode(...bytes.subarray(k, k + 8192));
  return btoa(text);
};
const computed = ([name, arity, text]) => {
  const [given, found] = [numbers_of(text), []];
  for (let at = 0; at < given.length; at += arity) {
    const x = [...given.subarray(at, at + arity)];
    const v = RULES[name].rule(x);
    found.push(v, ...x.map((_, i) => RULES[name].partial(i, v, x)));
  }
  return text_of(found);
};
"""


def coded(numbers):
    return base64.b64encode(np.asarray(numbers, dtype=float).tobytes()).decode()


def in_browser(open_page, primitives, points):
    """For each operation a row of its result and its partials for each point."""
    page = open_page(html="<p>")
    page.add_script_tag(content=rules_of(primitives) + FOR_PLAY)
    asked = [[name, len(rows[0]), coded(rows)] for name, rows in points.items()]
    told = page.evaluate("(asked) => asked.map(computed)", asked)
    return {
        name: np.frombuffer(base64.b64decode(text)).reshape(-1, arity + 1)
        for (name, arity, _), text in zip(asked, told, strict=True)
    }


def by_floats(primitive, rows):
    """The same of Python; NaN outside a domain, and of what is differentiated there."""

    def number(function, *given):
        try:
            return function(FLOATS, *given)
        except (ValueError, ArithmeticError):
            return math.nan

    table = []
    for row in rows:
        v = number(primitive.rule, *row)
        slopes = [number(primitive.partial, i, v, row) if v == v else math.nan for i in range(len(row))]
        table.append([v, *slopes])
    return np.array(table)


def drawn(random, low, high):
    """A number of an interval: of moderate, small or large size, at its ends, or whole, or half of one."""
    while True:
        kind = random.randrange(6)
        size = [
            random.uniform(0, 4),
            10 ** random.uniform(-12, 0),
            10 ** random.uniform(0, 8),
            random.uniform(0, 700),
            0.0,
            random.randrange(40) / 2,
        ][kind]
        number = random.choice([-1, 1]) * size
        if low <= number <= high:
            return number
        if (low, high) == (-1.0, 1.0):
            return random.choice([-1, 1]) * (1 - 10 ** random.uniform(-12, 0))


def points_of(primitive, random):
    intervals = list(primitive.domain)
    rows = []
    for k in range(POINTS):
        if primitive.arity is None:
            row = [drawn(random, -math.inf, math.inf) for _ in range(5)]
        else:
            row = [drawn(random, *interval) for interval in intervals]
        if len(row) > 1 and k % 10 == 0:
            row[-1] = row[0]  # a tie
        rows.append(row)
    return rows


def far_apart(found, expected):
    """Where numbers differ by more than the last digits, or one alone is none; the last bits of denormals may."""
    with np.errstate(all="ignore"):
        near = np.abs(found - expected) <= np.maximum(1e-12 * np.abs(expected), 1e-323)
    return ~(near | (found == expected) | (np.isnan(found) & np.isnan(expected)))


def told_apart(found, primitive, rows):
    """The points at which a browser and Python disagree."""
    expected = by_floats(primitive, rows)
    far = far_apart(found, expected)
    far[np.isnan(expected[:, 0]), 1:] = False  # where there is no result, partials mean nothing
    return [(rows[k], found[k].tolist(), expected[k].tolist()) for k in np.flatnonzero(far.any(axis=1))]


def test_every_operation_has_the_values_and_partials_of_python(open_page):
    random = Random(13)
    points = {name: points_of(primitive, random) for name, primitive in TABLE.items() if name != "choose"}
    found = in_browser(open_page, TABLE.values(), points)
    assert len(found) == len(TABLE) - 1
    assert not {name: told[:3] for name, rows in points.items() if (told := told_apart(found[name], TABLE[name], rows))}


@pytest.mark.parametrize("options", [1, 4])
def test_a_choice_is_that_of_python(open_page, options):
    random = Random(options)
    ends = [*range(-options - 1, options + 2), -math.inf, math.inf, math.nan, -0.5]
    indices = [*map(float, ends), *(random.uniform(-options - 1, options + 1) for _ in range(POINTS))]
    rows = [[index, *(random.gauss(0, 3) for _ in range(options))] for index in indices]
    assert not told_apart(in_browser(open_page, [TABLE["choose"]], {"choose": rows})["choose"], TABLE["choose"], rows)


@pytest.mark.parametrize("count", [1, 2, 3, 6, 7])
def test_operations_of_any_number_of_operands_are_those_of_python(open_page, count):
    names = [name for name, primitive in TABLE.items() if primitive.arity is None and name != "choose"]
    random = Random(count)
    points = {name: [[random.gauss(0, 30) for _ in range(count)] for _ in range(200)] for name in names}
    found = in_browser(open_page, [TABLE[name] for name in names], points)
    assert not {name: told for name, rows in points.items() if (told := told_apart(found[name], TABLE[name], rows))}


def test_left_of_0_the_gamma_function_is_that_of_python_too(open_page):
    random = Random(11)
    names = ["lgamma", "digamma", "trigamma"]
    rows = [[random.uniform(-40, 0)] for _ in range(POINTS)] + [[-(10 ** random.uniform(-15, 5))] for _ in range(200)]
    found = in_browser(open_page, [TABLE[name] for name in names], dict.fromkeys(names, rows))
    assert not [told for name in names for told in told_apart(found[name], TABLE[name], rows)]


EXTREME = [0.0, -0.0, 5e-324, -1e-310, 1e-300, -0.5, 1.0, -1.0, 2.5, -3.0, 27.0, -40.0, 709.9, -745.0, 1e16, -1e300,
           1.7976931348623157e308, -1.7976931348623157e308, math.inf, -math.inf, math.nan]  # fmt: skip


def is_of_far_power(name, row):
    """Python's partial by a base depends on what the exponent is; here one formula is for all, but not at these."""
    return name == "power" and not 1e-307 <= abs(row[0]) < math.inf


def test_at_the_ends_of_the_floats_there_is_what_python_has_or_nan_where_it_raises(open_page):
    random = Random(7)
    points = {}
    for name, primitive in TABLE.items():
        count = primitive.arity or 3
        pairs = itertools.product(EXTREME, repeat=count)
        points[name] = [
            list(row)
            for row in (pairs if count < 3 else [[random.choice(EXTREME) for _ in range(count)] for _ in range(POINTS)])
            if not is_of_far_power(name, row)
        ]
    found = in_browser(open_page, TABLE.values(), points)
    assert not {name: told[:3] for name, rows in points.items() if (told := told_apart(found[name], TABLE[name], rows))}


def test_zeros_keep_their_signs(open_page):
    names = ["negative", "tanh", "sign", "round_", "ceil", "mod", "copysign", "maximum", "minimum", "weighted_sum"]
    points = {
        name: [list(row) for row in itertools.product([-0.0, 0.0, -0.3], repeat=TABLE[name].arity or 3)]
        for name in names
    }
    points["mod"] = [[a, b] for a in (-0.0, 0.0, -6.0, 6.0) for b in (-3.0, 3.0)]
    found = in_browser(open_page, [TABLE[name] for name in names], points)
    for name, rows in points.items():
        expected = by_floats(TABLE[name], rows)
        assert not far_apart(found[name], expected).any(), name
        assert (np.signbit(found[name]) == np.signbit(expected)).all(), name


# Operations of users


swish = operation(
    "swish",
    rule=lambda ns, a: a * ns.sigmoid(a),
    partials=[lambda ns, v, a: v + ns.sigmoid(a) * (1 - v)],
    domain=(-5.0, math.inf),
)
mixed = operation(
    "mixed",
    rule=lambda ns, a, b: ns.where(ns.less(a, b), (a**2 - 7 % b) // 0.3, ns.logsumexp(a, abs(b), 0.5)) + (a > b) * 3,
    partials=[lambda ns, v, a, b: ns.erf(v) / b - ns.log(2.0), lambda ns, v, a, b: 2**a],
)


def test_operations_of_users_are_read_too(open_page):
    random = Random(3)
    rows = {"swish": [[random.gauss(0, 4)] for _ in range(200)]}
    rows["mixed"] = [[random.gauss(0, 2), random.gauss(0, 2)] for _ in range(200)]
    read = {each.name: each.primitive for each in (swish, mixed)}
    found = in_browser(open_page, read.values(), rows)
    assert not [told for name in read for told in told_apart(found[name], read[name], rows[name])]
    assert np.isnan(found["swish"]).any()  # outside the domain


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (lambda a: a * a, "cube: expected a rule that is read in a namespace, .* of floats alone; declare it with"),
        (lambda ns, a: a if a > 0 else 0.0, "cube: expected a rule that is read in a namespace, .* truth value"),
        (lambda ns, a: ns.cosine(a), "cube: .* ns.cosine, which there is not"),
        (lambda ns, a: ns.log(-1.0) * a, "cube: .*math domain error"),
    ],
)
def test_a_rule_that_cannot_be_read_is_named(rule, told):
    cube = operation("cube", rule=rule, partials=[lambda *given: 1.0])
    with pytest.raises(ArgumentError, match=told):
        rules_of([cube.primitive])


def test_two_operations_of_one_name_are_refused():
    two = [operation("twin", rule=lambda ns, a: a, partials=[lambda ns, v, a: 1.0]).primitive for _ in range(2)]
    with pytest.raises(ArgumentError, match="twin: expected operations of different names"):
        rules_of(two)


# The text


def test_the_text_holds_what_is_needed_and_no_more():
    assert rules_of([]) == rules_of([LEAF, CONSTANT]) == "const RULES = (() => {\nreturn {\n};\n})();\n"
    text = rules_of([TABLE["sigmoid"], TABLE["sigmoid"]])
    assert text.count("const sigmoid =") == text.count('"sigmoid": {') == 1 and "erf" not in text
    text = rules_of([TABLE["gelu"]])
    assert all(f"const {name} =" in text for name in ("erfc", "erf_near", "ROOT_OF_PI", "maximum"))
    assert "lgamma" not in text and "//" not in text
    assert len(rules_of(TABLE.values())) < 25_000


@pytest.mark.parametrize("name", list(Namespace.__annotations__))
def test_every_function_that_a_rule_may_call_is_written(name):
    assert hasattr(SCRIPT, name)


def test_a_graph_can_be_computed_by_its_primitives(open_page):
    w, x = Value(0.3, "w"), Value(-1.2, "x")
    c = logsumexp([sigmoid(w * x), w - x])
    page = open_page(html="<p>")
    page.add_script_tag(content=rules_of([c.primitive, *(value.primitive for value in c.operands)]))
    told = page.evaluate(
        "([w, x]) => RULES.logsumexp.rule([RULES.sigmoid.rule([w * x]), RULES.subtract.rule([w, x])])", [0.3, -1.2]
    )
    assert told == pytest.approx(c.data, rel=1e-15)
