"""A table of what bad input gets: each case with its error's type, the argument it names and what it says came."""

import math
import pickle
import re
from functools import partial

import numpy as np
import pytest

import autograd
import nn
from autograd import Label, Value, compile, draw, gradient
from autograd.errors import (
    ArgumentError,
    AutogradError,
    DomainError,
    FileFormatError,
    GraphError,
    GuardError,
    KeywordError,
    OperandError,
    PositionError,
    RecordingError,
    ShapeError,
)
from autograd.functions import choose
from autograd.primitives import TABLE as PRIMITIVES
from autograd.value import constant

X, Y, DIGITS = [[0.0, 1.0], [1.0, 0.0]], [[1.0, 0.0], [0.0, 1.0]], [0, 1]
W = Value(2.0, label="w")


def net(**options):
    return nn.MLP([2, 2], seed=0, **options)


def fit(X=X, Y=Y, of=None, **options):
    return nn.fit(net() if of is None else of, X, Y, **{"epochs": 1, "progress": False, **options})


def estimate(X=X, y=DIGITS, **parameters):
    return nn.Classifier(**{"hidden": (2,), "epochs": 1, **parameters}).fit(X, y)


def nan_at_7(epoch):
    return math.nan if epoch == 7 else 0.1


def compiled(function=None):
    return compile((lambda x, y: (W * x - y) ** 2) if function is None else function)


def in_javascript(**options):
    return compiled().record([1.0], [1.0]).javascript(**options)


def given(argument, function=lambda x: W):
    return compile(function)(argument)


def endless(thing=None):
    """A list that holds itself."""
    made = [np.ones(2) if thing is None else thing]
    made.append(made)
    return made


class Line:
    @compile
    def scaled(self, x):
        return W * x


def many():
    """More than a page steps through: 201 values with names."""
    v = W
    for k in range(210):
        v = autograd.sin(v)
        v.label = f"v_{k}"
    return v


def cyclic():
    """Two values that depend on each other, which takes private attributes."""
    a, b = W * 2.0, W * 3.0
    a.operands, b.operands = (b, W), (a, W)
    return a


TABLE, EMPTY = [Value(1.0), Value(2.0), Value(3.0)], []


def indexed(function=None):
    return compile((lambda i: TABLE[i]) if function is None else function)


def changed(read, use=lambda w, x: w * x):
    """What is read from a graph of which a leaf was changed since."""
    w, x = Value(2.0, "w"), Value(3.0, "x")
    y = use(w, x)
    w.data = 5.0
    return read(y, w, x)


def changed_by(step):
    """The same of a leaf that a compiled function has moved into an array."""
    w = Value(2.0, "w")
    f = compile(lambda x: w * x)
    f([1.0])
    y = w * 3.0
    step(f)
    y.backward()


def learned(f):
    f.backward([1.0])
    nn.SGD(0.5).step(f.parameters)


def unlabelled(w):
    w.label = None
    return w * 2.0


def watched(y):
    with autograd.anomalies():
        y.backward()


def _setting(x):
    W.data = 3.0
    return W * x


def without_gradient(made):
    with autograd.no_grad():
        return made()


def _rows():
    yield W


OWN = {"name": "own", "rule": lambda ns, a: a, "partials": [lambda ns, v, a: 1.0]}
NO_NUMBERS = [("None", None), ("text", "2"), ("complex", 1j), ("list", [1.0]), ("array", np.array([1.0, 2.0]))]
FUNCTIONS = [name for name in autograd.__all__ if name in PRIMITIVES and PRIMITIVES[name].arity == 1]
SEQUENCES = ["total", "mean", "variance", "prod", "norm", "logsumexp", "softmax", "log_softmax"]

# What is called, what it raises, what the message holds besides "expected".
CASES = {
    # Values
    **{
        f"Value({name})": (lambda thing=thing: Value(thing), OperandError, "real number.*" + type(thing).__name__)
        for name, thing in NO_NUMBERS
    },
    "Value label": (lambda: Value(1.0, 3), OperandError, "label.*int"),
    "label set": (lambda: setattr(Value(1.0), "label", 3), OperandError, "label.*int"),
    "data set": (lambda: setattr(Value(1.0), "data", "a"), OperandError, "str"),
    "bool": (lambda: bool(W), OperandError, r"bool.*w.*\.data"),
    "if": (lambda: 1 if W else 0, OperandError, r"bool.*\.data"),
    "a parameter set inside": (lambda: compile(_setting)([1.0]), RecordingError, r"setting \.data inside a compiled"),
    "float of a live value": (lambda: compile(lambda x: x * float(x))([1.0]), RecordingError, r"reading \.data"),
    "int of a live value": (lambda: compile(lambda x: x * int(W))([1.0]), RecordingError, r"reading \.data"),
    "complex of a live value": (lambda: compile(lambda x: x + complex(x).real)([1.0]), RecordingError, r"\.data"),
    "rounded live value": (lambda: compile(lambda x: x + round(x, 2))([1.0]), RecordingError, r"reading \.data"),
    "item of a live value": (lambda: compile(lambda x: x + x.item())([1.0]), RecordingError, r"reading \.data"),
    "format of a live value": (lambda: compile(lambda x: x + float(f"{x:.1f}"))([1.0]), RecordingError, r"\.data"),
    "index": (lambda: [1, 2][W], OperandError, r"index.*w.*\.data"),
    "modulo": (lambda: pow(W, 2, 3), OperandError, "modulo"),
    "pickle": (lambda: (W * 2).__reduce__(), OperandError, "leaf.*multiply"),
    # Graphs whose leaves were changed since
    "changed, backward": (lambda: changed(lambda y, w, x: y.backward()), GraphError, "w = 5.0.*was 2.0.*again"),
    "changed, gradient": (lambda: changed(lambda y, w, x: gradient(y, w)), GraphError, "w = 5.0.*multiply.*again"),
    "changed, by another": (lambda: changed(lambda y, w, x: gradient(y, x)), GraphError, "w = 5.0.*was 2.0"),
    "changed, by itself": (lambda: changed(lambda y, w, x: gradient(y, y)), GraphError, "w = 5.0.*was 2.0"),
    "changed, with a graph": (lambda: changed(lambda y, w, x: gradient(y, w, True)), GraphError, "w = 5.0.*was 2.0"),
    "changed, hessian": (lambda: changed(lambda y, w, x: autograd.hessian(y, [x])), GraphError, "w = 5.0.*was 2.0"),
    "changed, jacobian": (lambda: changed(lambda y, w, x: autograd.jacobian([y], [x])), GraphError, "w = 5.0"),
    "changed, watched": (lambda: changed(lambda y, w, x: watched(y)), GraphError, "w = 5.0.*was 2.0"),
    "changed, went on": (lambda: changed(lambda y, w, x: (y * x).backward()), GraphError, "w = 5.0.*was 2.0"),
    "changed, in part": (lambda: changed(lambda y, w, x: (y * w).backward()), GraphError, "w = 5.0.*another number"),
    "changed, second": (
        lambda: changed(lambda y, w, x: gradient(y, x), lambda w, x: gradient(w * w * x, x, create_graph=True)),
        GraphError,
        "w = 5.0.*was 2.0",
    ),
    "changed, summed": (lambda: changed(lambda y, w, x: gradient(y, x), lambda w, x: w + x), GraphError, "by add"),
    "changed, off": (lambda: changed(lambda y, w, x: gradient(y, x), lambda w, x: (w - 9).relu() + x), GraphError, "w"),
    "changed, checked": (
        lambda: changed(lambda y, w, x: autograd.check_gradient(lambda v: v * y, at=[1.0])),
        GraphError,
        "w = 5.0.*was 2.0",
    ),
    "changed by a step": (lambda: changed_by(learned), GraphError, "w = 1.5.*was 2.0"),
    "changed in an array": (lambda: changed_by(lambda f: f.parameters.data.fill(7.0)), GraphError, "w = 7.0.*was 2.0"),
    "changed, no label": (
        lambda: changed(lambda y, w, x: y.backward(), lambda w, x: unlabelled(w)),
        GraphError,
        "leaf",
    ),
    "data of a computed value": (lambda: setattr(W * 2, "data", 1.0), GraphError, "leaf.*multiply.*leaves"),
    "data of a kept derivative": (
        lambda: changed(lambda y, w, x: setattr(gradient(w * w, w, create_graph=True), "data", 0.0)),
        GraphError,
        "leaf.*multiply|leaf.*add",
    ),
    # Constants
    "backward of a number": (lambda: constant(2.0).backward(), GraphError, r"backward\(\).*2\.0.*no_grad\(\).*detach"),
    "backward of a detached value": (lambda: (W.detach() * 3).backward(), GraphError, "leaves.*6.0.*detach"),
    "backward without gradient": (lambda: without_gradient(lambda: W * 2).backward(), GraphError, "leaves.*no_grad"),
    "backward of a kept sigmoid": (lambda: without_gradient(lambda: W.sigmoid()).backward(), GraphError, "no_grad"),
    "backward in a detached function": (lambda: autograd.detach(W).backward(), GraphError, "leaves.*constant.*detach"),
    # Decorators
    "no_grad of a Value": (lambda: autograd.no_grad(W), OperandError, r"no_grad\(function\).*w.*v.detach"),
    "no_grad of a class": (lambda: autograd.no_grad(Line), OperandError, "function that returns.*type.*Line"),
    "no_grad of a generator": (lambda: autograd.no_grad(_rows), OperandError, "yields or awaits.*with no_grad"),
    "no_grad() of a generator": (lambda: autograd.no_grad()(_rows), OperandError, "yields or awaits.*with no_grad"),
    "no_grad() of a number": (lambda: autograd.no_grad()(3), OperandError, "int 3"),
    # Domains
    "log(0)": (lambda: autograd.log(Value(0.0, "z")), DomainError, "log.*above 0.*z = 0.0"),
    "log(-1)": (lambda: autograd.log(-1.0), DomainError, "log.*-1.0"),
    "sqrt(-1)": (lambda: autograd.sqrt(Value(-1.0, "z")), DomainError, "sqrt.*z = -1.0"),
    "sqrt'(0)": (lambda: autograd.sqrt(Value(0.0, "z")).backward(), DomainError, "derivative of sqrt.*z = 0.0"),
    "1/0": (lambda: 1 / Value(0.0, "z"), DomainError, "divide.*other than 0.*z = 0.0"),
    "v/0": (lambda: W / 0, DomainError, "divide.*w = 2.0, 0.0"),
    "(-2)**0.5": (lambda: Value(-2.0, "z") ** 0.5, DomainError, "power.*z = -2.0"),
    "0**-1": (lambda: Value(0.0, "z") ** -1, DomainError, "power.*z = 0.0, -1.0"),
    "sin(inf)": (lambda: autograd.sin(Value(math.inf, "z")), DomainError, "sin.*finite.*z = inf"),
    "cos(-inf)": (lambda: autograd.cos(Value(-math.inf)), DomainError, "cos.*finite.*-inf"),
    # Functions
    **{
        f"{function}({name})": (
            lambda function=function, thing=thing: getattr(autograd, function)(thing),
            OperandError,
            rf"{function}\(a\).*{type(thing).__name__}",
        )
        for function in FUNCTIONS
        for name, thing in NO_NUMBERS[:4]
    },
    **{
        f"{function}{side}": (
            lambda function=function, operands=operands: getattr(autograd, function)(*operands),
            OperandError,
            rf"{function}\({side}\).*str",
        )
        for function in ("maximum", "minimum")
        for side, operands in (("a", ("2", 1.0)), ("b", (1.0, "2")))
    },
    "where(Value)": (lambda: autograd.where(W, 1.0, 2.0), OperandError, r"where\(condition\).*comparison"),
    "where(a)": (lambda: autograd.where(True, "1", 2.0), OperandError, r"where\(a\).*str"),
    "where(b)": (lambda: autograd.where(True, 1.0, None), OperandError, r"where\(b\).*None"),
    **{
        f"{function}({name})": (
            lambda function=function, things=things: getattr(autograd, function)(things),
            error,
            came,
        )
        for function in SEQUENCES
        for name, things, error, came in (
            ("nothing", [], ShapeError, "at least one.*none"),
            ("number", 3.0, OperandError, "sequence.*float"),
            ("Value", W, OperandError, "sequence.*Value"),
            ("text inside", [W, "a"], OperandError, r"\[1\].*str"),
        )
    },
    "weighted_sum lengths": (lambda: autograd.weighted_sum([W], [1.0, 2.0]), ShapeError, "2 activations and 1 weights"),
    "weighted_sum nothing": (lambda: autograd.weighted_sum([], []), ShapeError, "weights.*none"),
    "weighted_sum weights": (lambda: autograd.weighted_sum(W, [1.0]), OperandError, "weights.*Value"),
    "weighted_sum bias": (lambda: autograd.weighted_sum([W], [1.0], "b"), OperandError, "bias.*str"),
    "weighted_sum inside": (lambda: autograd.weighted_sum([W], [None]), OperandError, r"activations\)\[0\].*None"),
    # Derivatives
    "gradient output": (lambda: gradient(2.0, [W]), OperandError, "output.*float"),
    "gradient wrt": (lambda: gradient(W * 2, 3.0), OperandError, "wrt.*float"),
    "gradient wrt member": (lambda: gradient(W * 2, [W, "w"]), OperandError, r"wrt\[1\].*str"),
    **{
        f"backward({name})": (
            lambda thing=thing: (W * 2).backward(thing),
            OperandError,
            r"backward\(gradient\).*number",
        )
        for name, thing in NO_NUMBERS
    },
    **{
        f"{name} of {came}": (lambda of=of, thing=thing: of(thing), OperandError, f"{name}.function.*got {came}")
        for name, of in (
            ("grad", autograd.grad),
            ("value_and_grad", autograd.value_and_grad),
            ("jvp", lambda f: autograd.jvp(f, (1.0,), (1.0,))),
            ("vjp", lambda f: autograd.vjp(f, 1.0)),
            ("hvp", lambda f: autograd.hvp(f, (1.0,), (1.0,))),
        )
        for thing, came in ((3.0, "float"), (W, "Value.*gradient.output, wrt"))
    },
    "grad argnums": (lambda: autograd.grad(abs, argnums="x"), ArgumentError, "argnums.*position.*'x'"),
    "grad argnums beyond": (lambda: autograd.grad(abs, argnums=1)(1.0), ArgumentError, "argnums=1 and 1 of them"),
    "grad of text": (lambda: autograd.grad(abs)("1"), OperandError, "grad.abs.*numbers.*str '1'.*argnums"),
    "grad of itself": (lambda: autograd.grad(abs)(endless()), OperandError, "grad.abs.*holds itself"),
    "grad returns": (lambda: autograd.grad(lambda x: "a")(1.0), OperandError, "return a Value.*str 'a'"),
    "grad inside": (lambda: given([1.0], lambda x: autograd.grad(lambda y: None)(x)), OperandError, "a return missing"),
    "jvp primals": (lambda: autograd.jvp(abs, 1.0, 1.0), OperandError, r"jvp\(primals\).*\(x,\), got float"),
    "jvp tangents": (lambda: autograd.jvp(abs, (1.0,), 1.0), OperandError, r"jvp\(tangents\).*got float"),
    "jvp too many": (lambda: autograd.jvp(abs, (1.0,), (1.0, 2.0)), ShapeError, "tangents.*expected 1.*got 2"),
    "hvp shapes": (lambda: autograd.hvp(sum, (np.ones(2),), (np.ones(3),)), ShapeError, r"\(2,\).*\(3,\)"),
    "vjp cotangent": (lambda: autograd.vjp(abs, 1.0)[1]([1.0]), ShapeError, "cotangent.*a number.*list of 1"),
    "backward in a cycle": (lambda: cyclic().backward(), GraphError, "no cycle.*depends on itself"),
    "gradient in a cycle": (lambda: gradient(cyclic(), [W]), GraphError, "no cycle.*depends on itself"),
    "draw in a cycle": (lambda: draw(cyclic()), GraphError, "no cycle.*depends on itself"),
    "compile in a cycle": (lambda: compile(lambda x: cyclic())([1.0]), GraphError, "no cycle.*depends on itself"),
    "label object": (lambda: Label.of(3.0), OperandError, "label.*float"),
    # Operations of one's own
    **{
        f"operation {name}": (lambda options=options: autograd.operation(**{**OWN, **options}), error, came)
        for name, options, error, came in (
            ("name", {"name": "a b"}, ArgumentError, r"operation\(name\).*word.*'a b'"),
            ("name taken", {"name": "tanh"}, ArgumentError, "not taken, got 'tanh'"),
            ("rule", {"rule": 3}, OperandError, r"operation\(rule\).*function, got int"),
            ("partials", {"partials": 3}, ArgumentError, r"operation\(partials\).*got 3"),
            ("partials few", {"partials": []}, ArgumentError, r"operation\(partials\).*got \[\]"),
            ("partials many", {"partials": [abs, abs]}, ArgumentError, r"operation\(rule\).*for 2 partials"),
            ("symbol", {"symbol": ""}, ArgumentError, r"operation\(symbol\).*got ''"),
            (
                "domain",
                {"domain": (2, 1)},
                ArgumentError,
                r"operation\(domain\) for a: expected low < high, got 2.0",
            ),
            ("needs", {"needs": 3}, OperandError, r"operation\(needs\).*int"),
            ("kink", {"kink": 3}, OperandError, r"operation\(kink\).*int"),
            ("floats", {"floats": "yes"}, OperandError, r"operation\(floats\).*'yes'"),
        )
    },
    "operation of text": (lambda: autograd.operation(**OWN)("1"), OperandError, r"own\(a\).*str '1'"),
    "operation of two": (lambda: autograd.operation(**OWN)(1.0, 2.0), OperandError, "own: expected 1 operand, got 2"),
    "operation of nothing": (
        lambda: autograd.operation(**{**OWN, "rule": lambda ns, a: None})(1.0),
        OperandError,
        "own: expected the rule to return.*None; is a return missing",
    ),
    # Indices
    **{
        f"index {name}": (lambda indices=indices: indexed()(np.array(indices)), PositionError, came)
        for name, indices, came in (
            ("past the end", [0, 3], "row 1.*from -3 to 2, got i = 3"),
            ("before the start", [0, 1, -4], "row 2.*from -3 to 2, got i = -4, at test_bad_input.py"),
            ("first of all", [9], "row 0.*from -3 to 2, got i = 9"),
            ("of many bits", np.array([2**63 + 1024], dtype=np.uint64), "row 0.*got i = 9223372036854775808"),
        )
    },
    "index gradient": (lambda: indexed().gradient(np.array([2, 3])), PositionError, "row 1.*got i = 3"),
    "index of a sequence": (
        lambda: compile(lambda t: sum(TABLE[i] for i in t))(np.array([[0, 1], [1, 5]])),
        PositionError,
        "row 1.*got t₁ = 5, at test_bad_input.py",
    ),
    "index computed": (lambda: indexed(lambda i: TABLE[2 * i])(np.array([1, 2])), PositionError, "row 1.*got 4"),
    "index of nothing": (lambda: indexed(lambda i: EMPTY[i])(np.array([0])), PositionError, "rows, got an empty"),
    "index that is no whole number": (
        lambda: indexed()(np.array([1.0])),
        OperandError,
        r"index.*integer, got i = 1.0 at test_bad.*astype\(int\)",
    ),
    "index of text": (lambda: indexed()(np.array(["1"])), OperandError, "real numbers.*<U1"),
    "index NaN": (lambda: indexed()(np.array([np.nan])), ArgumentError, "finite.*row 0"),
    "index beside": (
        lambda: indexed(lambda i, x: TABLE[i] * x)(np.array([0, 1]), np.ones(3)),
        ShapeError,
        "x.*2 rows as in i.*3",
    ),
    "index of a matrix": (
        lambda: indexed(lambda i: TABLE[i])(np.zeros((2, 2), int)),
        OperandError,
        r"one integer, got 2.*\[table\[i\] for i",
    ),
    "index in too many paths": (
        lambda: compile(lambda i: sum(TABLE[k % 3] for k in range(i + 1)), paths=2)(np.arange(9)),
        GuardError,
        "at most 2.*range",
    ),
    "choose of no index": (lambda: choose("0", [W]), OperandError, r"choose\(index\).*str"),
    "choose of nothing": (lambda: choose(0, []), ShapeError, r"choose\(options\).*none"),
    "choose out of range": (lambda: choose(1, [W]), DomainError, "choose.*index that one of the options has.*1.0"),
    "class that is none": (
        lambda: compile(lambda y: nn.cross_entropy(TABLE, y))(np.array([3, 0])),
        ArgumentError,
        "class 0..2, got 3",
    ),
    # Drawing
    "draw output": (lambda: draw(2.0), OperandError, "output.*float"),
    "draw path_to": (lambda: draw(W * 2, path_to="w"), OperandError, "path_to.*str"),
    "draw elsewhere": (lambda: draw(W * 2, path_to=Value(1.0, "v")), GraphError, "path_to.*'v'"),
    "draw partials": (lambda: draw(W * 2, partials="some"), ArgumentError, "partials.*'some'"),
    "draw direction": (lambda: draw(W * 2, direction="up"), ArgumentError, "direction.*'down', 'right'.*'up'"),
    "draw direction type": (lambda: draw(W * 2, direction=["down"]), ArgumentError, r"direction.*\['down'\]"),
    "draw title": (lambda: draw(W * 2, title=7), ArgumentError, "title.*str, got int"),
    "draw depth": (lambda: draw(W * 2, depth=0), ArgumentError, "depth.*at least 1.*0"),
    "draw max_nodes": (lambda: draw(W * 2, max_nodes="9"), ArgumentError, "max_nodes.*'9'"),
    "draw collapse number": (lambda: draw(W * 2, collapse=1.5), ArgumentError, "collapse.*'1.5'"),
    "draw collapse None": (lambda: draw(W * 2, collapse=None), ArgumentError, "collapse.*'None'"),
    "drawing save": (lambda: draw(W * 2).save(None), OperandError, "save.path.*path of a file, got NoneType"),
    "net save": (lambda: net().save(3), OperandError, "save.path.*path of a file, got int"),
    "load nothing": (lambda: nn.load(None), OperandError, "load.path.*path of a file, got NoneType"),
    "draw collapse": (lambda: draw(W * 2, collapse="1"), ArgumentError, "collapse.*'1'"),
    "page save": (lambda: draw(W * 2).page().save(None), OperandError, "save.path.*path of a file, got NoneType"),
    "page suffix": (lambda: draw(W * 2).page().save("tree.png"), ArgumentError, r"suffix \.html, got '\.png'"),
    "page of many": (
        lambda: draw(many(), max_nodes=999).page(),
        ArgumentError,
        "at most 200 nodes.*got 2..; draw fewer",
    ),
    "save suffix": (lambda: draw(W * 2).save("tree.jpeg"), ArgumentError, r"suffix.*\.svg.*'.jpeg'"),
    # Compiled functions
    "compile what": (lambda: compile(3), OperandError, "function.*int"),
    "compile dtype": (lambda: compile(lambda x: x, dtype=int), ArgumentError, "dtype.*int64"),
    "compile builtin": (lambda: compile(max), ArgumentError, "function.*max"),
    "compiled arguments to none": (lambda: compile(lambda: W)([1.0]), ArgumentError, "no argument, got 1"),
    "compiled too few": (lambda: compiled()([1.0]), ArgumentError, r"2 arrays \(x, y\), got 1"),
    "compiled lengths": (lambda: compiled()([1.0], [1.0, 2.0]), ShapeError, "y.*1 rows as in x, got 2"),
    "compiled empty": (lambda: compiled()([], []), ShapeError, r"x.*at least one row.*\(0,\)"),
    "compiled dimensions": (lambda: compiled()(np.ones((2, 0, 2)), [1.0]), ShapeError, r"x.*\(2, 0, 2\)"),
    "compiled number": (lambda: compiled()(1.0, 1.0), ShapeError, r"x.*\(\)"),
    "compiled ragged": (lambda: compiled()([[1.0], [1.0, 2.0]], [1.0, 2.0]), ShapeError, "x.*equal length.*ragged"),
    "compiled text": (lambda: compiled()(["a"], [1.0]), OperandError, "x.*real numbers.*<U1"),
    "compiled objects": (lambda: compiled()(np.array([None]), [1.0]), OperandError, "x.*real numbers.*object"),
    "compiled complex": (lambda: compiled()([1j], [1.0]), OperandError, "x.*real numbers.*complex"),
    "compiled NaN": (lambda: compiled()([1.0, math.nan], [1.0, 2.0]), ArgumentError, "x.*finite.*row 1"),
    "compiled infinity": (lambda: compiled()([1.0], [math.inf]), ArgumentError, "y.*finite.*row 0"),
    "nested text": (lambda: given({"a": ["a"]}), OperandError, r"x\['a'\].*real numbers.*<U1"),
    "nested None": (lambda: given({"a": [None, np.ones(2)]}), ShapeError, r"x\['a'\]\[0\].*NoneType"),
    "nested rows": (
        lambda: given({"a": {"b": np.ones(2)}, "c": [np.ones(3)]}),
        ShapeError,
        r"x\['c'\]\[0\]: expected 2 rows as in x\['a'\]\['b'\], got 3",
    ),
    "nested NaN": (lambda: given([np.ones(2), [1.0, math.nan]]), ArgumentError, r"x\[1\].*finite.*row 1"),
    "nested number": (lambda: given([np.ones(2), 3.0]), ShapeError, r"x\[1\].*float of shape \(\).*repeat it"),
    "nested ragged": (lambda: given({"a": [[1.0], [1.0, 2.0]]}), ShapeError, r"x\['a'\].*equal length.*ragged"),
    "nested nothing": (lambda: given({}), ArgumentError, "at least one array.*none"),
    "nested emptiness": (lambda: given({"a": [], "b": np.ones(2)}), ShapeError, r"x\['a'\].*at least one row.*\(0,\)"),
    "nested object": (lambda: given([np.ones(2), object()]), ShapeError, r"x\[1\].*got a object"),
    "nested in itself": (lambda: given(endless()), ShapeError, "nested lists.*holds itself"),
    "set of numbers": (lambda: given({1.0, 2.0}), ShapeError, "x.*got a set"),
    "generator": (lambda: given(x for x in [1.0]), ShapeError, "x.*got a generator"),
    "masked": (lambda: given(np.ma.array([1.0], mask=[True])), ArgumentError, "x.*masked array; fill it"),
    "records": (lambda: given(np.zeros(2, [("a", float)])), OperandError, "x.*real numbers.*'a'"),
    "dates": (lambda: given(np.array(["2026-01-01"], "M8[D]")), OperandError, "x.*real numbers.*datetime64"),
    "keyword unknown": (lambda: compiled()([1.0], [1.0], z=[1.0]), ArgumentError, r"\(x, y\), got z=, which"),
    "keyword twice": (lambda: compiled()([1.0], [1.0], y=[1.0]), ArgumentError, r"\(x, y\), got y twice"),
    "keyword missing": (lambda: compiled()(x=[1.0]), ArgumentError, r"2 arrays \(x, y\), got no y"),
    "keyword alone": (lambda: compile(lambda x, *, y: x * y)([1.0]), ArgumentError, r"\(x, y\), got no y"),
    "keyword number": (lambda: compiled()([1.0], y=2.0), ShapeError, "y.*float.*functools.partial"),
    "arguments too many": (lambda: compiled()([1.0], [1.0], [1.0]), ArgumentError, r"2 arrays \(x, y\), got 3"),
    "arguments to a method": (lambda: Line().scaled(), ArgumentError, r"scaled\(x\)>: expected 1 array \(x\), got 0"),
    "method of a class": (lambda: Line.scaled([1.0]), ArgumentError, r"2 arrays \(self, x\), got 1"),
    "compile property": (lambda: compile(property(lambda x: x)), OperandError, "property; write @property above"),
    "returns an empty list": (lambda: given([1.0], lambda x: [x, []]), RecordingError, r"result\[1\].*empty list"),
    "returns text in it": (
        lambda: given([1.0], lambda x: {"a": [x, "b"]}),
        OperandError,
        r"result\['a'\]\[1\].*'b'",
    ),
    "returns a generator": (lambda: given([1.0], lambda x: (x for _ in [1])), RecordingError, "return.*generator"),
    "returns a set": (lambda: given([1.0], lambda x: {x}), RecordingError, "return.*set"),
    "returns itself": (lambda: given([1.0], lambda x: endless(x)), RecordingError, "holds itself"),
    "returns two nestings": (
        lambda: given([1.0, -1.0], lambda x: [x] if x > 0 else {"a": x}),
        RecordingError,
        "a dict of 1 in row 1 and a list of 1 before.*same nesting",
    ),
    "gradient of a dict": (
        lambda: compile(lambda x: {"a": W * x}).gradient([1.0]),
        ArgumentError,
        "one output.*dict",
    ),
    "gradient inside": (
        lambda: given([1.0], lambda x: x * compiled().gradient([1.0], [1.0])[0]),
        RecordingError,
        "gradient by <compiled.*create_graph=True",
    ),
    "batch inside": (
        lambda: given([1.0], lambda x: x * compile(lambda y: W * y)([1.0])),
        RecordingError,
        "batch of numb",
    ),
    "gradient of Values": (lambda: compile(lambda x: W * x).gradient(W), OperandError, "x.*array.*autograd.gradient"),
    "pickle of a lambda": (
        lambda: pickle.dumps(compiled()),
        OperandError,
        "pickle.*lambda.*def at the top",
    ),
    "method without instance": (lambda: Line().scaled.__wrapped__(1.0), RecordingError, "scaled.*is gone; keep it"),
    "compiled Value": (lambda: compiled()(W, [1.0]), AutogradError, "x.*"),
    "returns nothing": (lambda: compile(lambda x: None)([1.0]), RecordingError, "return.*None"),
    "returns a float": (lambda: compile(lambda x: 1.0)([1.0]), RecordingError, "return.*float 1.0"),
    "returns text": (lambda: compile(lambda x: "a")([1.0]), RecordingError, "return.*str"),
    "returns floats": (lambda: compile(lambda x: [1.0])([1.0]), RecordingError, "return.*list"),
    "returns None among": (lambda: compile(lambda x: [x, None])([1.0]), OperandError, r"result\[1\].*None"),
    "reads data": (lambda: compile(lambda x: W * x.data)([1.0]), RecordingError, r"\.data.*detach"),
    "too many paths": (lambda: compile(lambda x: x if x > 0 else -x, paths=1)([1.0, -1.0]), GuardError, "x > 0"),
    "paths no number": (lambda: compile(lambda x: x, paths="many"), ArgumentError, "paths.*whole number"),
    "no paths": (lambda: compile(lambda x: x, paths=0), ArgumentError, "paths.*at least 1"),
    "gradient of outputs": (lambda: compile(lambda x: [W * x, x]).gradient([1.0]), ArgumentError, "one output.*2"),
    "gradient by nothing": (lambda: compile(lambda x: x * 2).gradient([1.0]), ArgumentError, "leaf Values.*none"),
    "plan before": (lambda: compiled().plan, RecordingError, "plan.*call the function"),
    "parameters before": (lambda: compiled().parameters, RecordingError, "parameters.*call the function"),
    "source before": (lambda: compiled().source, RecordingError, "source.*call the function"),
    "JavaScript before": (lambda: compiled().javascript(), RecordingError, r"javascript\(\).*call the function"),
    "JavaScript called nothing": (lambda: in_javascript(name=""), ArgumentError, r"javascript\(name\).*got ''"),
    "JavaScript called a word": (lambda: in_javascript(name="new"), ArgumentError, r"javascript\(name\).*got 'new'"),
    "JavaScript called code": (lambda: in_javascript(name="a;b"), ArgumentError, r"javascript\(name\).*got 'a;b'"),
    "JavaScript called 3": (lambda: in_javascript(name=3), ArgumentError, r"javascript\(name\).*got 3"),
    "JavaScript with some": (lambda: in_javascript(parameters=1), OperandError, r"javascript\(parameters\).*got 1"),
    "compiled domain": (lambda: compile(lambda x: autograd.log(x))([1.0, 0.0]), DomainError, "row 1: log.*0.0"),
    # Networks
    "sizes none": (lambda: nn.MLP([]), ArgumentError, r"sizes"),
    "sizes one": (lambda: nn.MLP([3]), ArgumentError, r"sizes.*\[3\]"),
    "sizes zero": (lambda: nn.MLP([3, 0]), ArgumentError, "sizes.*0"),
    "sizes negative": (lambda: nn.MLP([3, -1]), ArgumentError, "sizes.*-1"),
    "sizes fraction": (lambda: nn.MLP([3, 1.5]), AutogradError, "sizes.*1.5"),
    "sizes text": (lambda: nn.MLP("32"), AutogradError, "sizes.*'32'"),
    "sizes number": (lambda: nn.MLP(3), AutogradError, "sizes.*3"),
    "sizes huge": (lambda: nn.MLP([10**6, 10**6]), ArgumentError, "sizes"),
    "activation": (lambda: net(activation="swish"), ArgumentError, "activation.*sigmoid.*'swish'"),
    "output": (lambda: net(output="swish"), ArgumentError, "output.*softmax.*'swish'"),
    "activation softmax": (lambda: net(activation="softmax"), ArgumentError, "'softmax'; that is of all .* a Layer"),
    "activation class": (lambda: net(activation=nn.Neuron), ArgumentError, "activation.*<class"),
    "activation module": (lambda: net(activation=net()), ArgumentError, "activation.*function, got a MLP, whose"),
    "activation float": (lambda: net(activation=lambda z: 1.0)([1.0, 2.0]), OperandError, "<lambda>.*Value, got float"),
    "initialiser": (lambda: net(initialiser="zeros?"), ArgumentError, r"initialiser.*'zeros\?'"),
    "seed text": (lambda: nn.MLP([2, 2], seed="a"), ArgumentError, "seed.*'a'"),
    "seed negative": (lambda: nn.MLP([2, 2], seed=-1), ArgumentError, "seed.*-1"),
    "net inputs few": (lambda: net()([1.0]), ShapeError, "2 inputs, got 1"),
    "net inputs many": (lambda: net()([1.0] * 3), ShapeError, "2 inputs, got 3"),
    "net inputs number": (lambda: net()(1.0), OperandError, "2 numbers, got 1.0"),
    "net inputs text": (lambda: net()(["a", "b"]), OperandError, "str"),
    "Neuron weights": (lambda: nn.Neuron(["a"], 0.0), OperandError, "str"),
    "Neuron activation": (lambda: nn.Neuron([1.0], 0.0, "swish"), ArgumentError, "activation.*'swish'"),
    "Layer shapes": (lambda: nn.Layer([[1.0, 2.0]], [0.0, 0.0]), ShapeError, r"\(1, 2\) and \(2,\)"),
    "Layer NaN": (lambda: nn.Layer([[math.nan]], [0.0]), ArgumentError, "weights.*nan"),
    "Neuron count": (lambda: nn.Neuron(3), OperandError, r"Neuron\(weights\).*list of numbers.*got 3; nn.Layer"),
    "Layer inputs": (lambda: nn.Layer(2.5, 3), ArgumentError, r"Layer\(inputs\).*at least 1, got 2.5"),
    "Layer neurons": (lambda: nn.Layer(2, 0), ArgumentError, r"Layer\(neurons\).*at least 1, got 0"),
    "Layer half": (
        lambda: nn.Layer(2, [0.0, 0.0]),
        OperandError,
        r"Layer\(weights\).*array of real numbers, got int 2",
    ),
    "Layer huge": (lambda: nn.Layer(10**6, 10**6), ArgumentError, "at most 100,000,000 weights"),
    "Layer seed": (lambda: nn.Layer(2, 3, seed="a"), ArgumentError, "seed.*'a'"),
    "Layer initialiser": (lambda: nn.Layer(2, 3, initialiser="ones"), ArgumentError, "initialiser.*xavier.*'ones'"),
    "Layer seed idle": (lambda: nn.Layer([[1.0]], [0.0], seed=0), ArgumentError, r"Layer\(seed\).*with sizes, as in"),
    "Layer initialiser idle": (
        lambda: nn.Layer([[1.0]], [0.0], initialiser="he"),
        ArgumentError,
        r"Layer\(initialiser\).*initialiser='he'",
    ),
    "layer weights": (
        lambda: setattr(nn.Layer(2, 3), "weights", np.ones((2, 3))),
        ShapeError,
        r"layer.weights.*\(3, 2\), got \(2, 3\)",
    ),
    "layer biases": (lambda: setattr(nn.Layer(2, 3), "biases", [1.0]), ShapeError, r"layer.biases.*\(3,\), got \(1,\)"),
    "layer biases NaN": (lambda: setattr(nn.Layer(2, 1), "biases", [math.nan]), ArgumentError, "layer.biases.*nan"),
    "predict width": (lambda: net().predict([[1.0]]), ShapeError, r"X.*\(samples, 2\).*\(1, 1\)"),
    "predict empty": (lambda: net().predict([[]]), ShapeError, r"X.*at least one.*\(1, 0\)"),
    "predict backend": (lambda: net().predict(X, backend="cuda"), ArgumentError, "backend.*'numpy'.*'cuda'"),
    "predict backend eager": (
        lambda: net().predict(X, False, backend="jax"),
        ArgumentError,
        "backend.*'numpy'.*compiled=False.*'jax'",
    ),
    "predict text": (lambda: net().predict([["a", "b"]]), OperandError, "X.*<U1"),
    "predict NaN": (lambda: net().predict([[1.0, math.nan]]), ArgumentError, r"X.*nan at \(0, 1\)"),
    "predict ragged": (lambda: net().predict([[1.0], [1.0, 2.0]]), ShapeError, "X.*differing lengths"),
    # Modules
    "Dropout p": (lambda: nn.Dropout(1.5), ArgumentError, "p.*below 1, got 1.5"),
    "Dropout text": (lambda: nn.Dropout("0.5"), OperandError, "p.*'0.5'"),
    "Dropout Value": (lambda: nn.Dropout(0.5)(W), OperandError, "Dropout.*list of activations, got"),
    "noise": (lambda: nn.noise("now").__enter__(), ArgumentError, "seed.*'now'"),
    "LayerNorm size": (lambda: nn.LayerNorm(-1), ArgumentError, "size.*at least 1, got -1"),
    "LayerNorm list": (lambda: nn.LayerNorm([4, 5]), ArgumentError, r"size.*\[4, 5\]"),
    "LayerNorm length": (lambda: nn.LayerNorm(3)([W, W]), ShapeError, "LayerNorm.*3 activations, got 2"),
    "Sequential nothing": (lambda: nn.Sequential(), ArgumentError, "at least one module or function, got none"),
    "Sequential class": (lambda: nn.Sequential(nn.Dropout), ArgumentError, "step 1.*the class Dropout; make one"),
    "Sequential number": (lambda: nn.Sequential("tanh", 3), ArgumentError, "step 2.*got 3"),
    "Sequential x": (lambda: nn.Sequential("tanh")(3.0), OperandError, "tanh.*list of activations, got float"),
    # Costs
    "squared_error lengths": (lambda: nn.squared_error([W], [1.0, 2.0]), ShapeError, "1 targets.*got 2"),
    "squared_error nothing": (lambda: nn.squared_error([], []), ShapeError, "outputs.*none"),
    "squared_error text": (lambda: nn.squared_error([W], ["1"]), OperandError, "targets.*str"),
    "cross_entropy class": (lambda: nn.cross_entropy([W, W], 2), ArgumentError, r"y.*0\.\.1, got 2"),
    "cross_entropy bool": (lambda: nn.cross_entropy([W, W], True), ArgumentError, "y.*True"),
    "cross_entropy lengths": (lambda: nn.cross_entropy([W, W], [1.0]), ShapeError, "2 targets.*got 1"),
    "binary_cross_entropy lengths": (lambda: nn.binary_cross_entropy([W, W], [0]), ShapeError, "2 targets.*got 1"),
    "absolute_error lengths": (lambda: nn.absolute_error([W], [1.0, 2.0]), ShapeError, "1 targets.*got 2"),
    "absolute_error text": (lambda: nn.absolute_error("1", W), OperandError, "outputs.*str"),
    "huber nothing": (lambda: nn.huber([], []), ShapeError, "outputs.*none"),
    "huber delta": (lambda: nn.huber([W], [1.0], -1.0), ArgumentError, "delta.*above 0, got -1.0"),
    "fit huber delta": (lambda: fit(cost=partial(nn.huber, delta=math.nan)), AutogradError, "delta.*nan"),
    "binary_cross_entropy domain": (lambda: nn.binary_cross_entropy(Value(2.0, "a"), 1.0), DomainError, "log.*-1.0"),
    # Optimisers
    **{
        f"{name} {rate!r}": (lambda maker=maker, rate=rate: maker(rate), error, f"learning_rate.*{came}")
        for name, maker in [(rule.__name__, rule) for rule in (nn.SGD, nn.Nesterov, nn.RMSprop, nn.Adam, nn.AdamW)]
        for rate, error, came in (
            (0.0, ArgumentError, "above 0, got 0.0"),
            (-1.0, ArgumentError, "-1.0"),
            (math.inf, ArgumentError, "inf"),
            (math.nan, ArgumentError, "nan"),
            ("fast", OperandError, "str"),
        )
    },
    "momentum 1": (lambda: nn.SGD(0.1, momentum=1.0), ArgumentError, "momentum.*below 1, got 1.0"),
    "momentum -1": (lambda: nn.SGD(0.1, momentum=-1), ArgumentError, "momentum.*got -1"),
    "betas": (lambda: nn.Adam(betas=0.9), ArgumentError, "betas.*0.9"),
    "betas high": (lambda: nn.Adam(betas=(0.9, 1.0)), ArgumentError, "betas.*1.0"),
    "epsilon": (lambda: nn.Adam(epsilon=0.0), ArgumentError, "epsilon.*0.0"),
    "alpha": (lambda: nn.RMSprop(alpha=-0.1), ArgumentError, "alpha.*at least 0 and below 1, got -0.1"),
    "nesterov momentum": (lambda: nn.Nesterov(0.1, momentum=0), ArgumentError, "momentum.*above 0 and below 1, got 0"),
    **{
        f"{name} {given!r}": (lambda name=name, given=given: nn.SGD(0.1, **{name: given}), error, f"{name}.*{came}")
        for name in ("weight_decay", "clip_norm", "clip_value")
        for given, error, came in (
            (-1.0, ArgumentError, "-1.0"),
            (math.nan, ArgumentError, "nan"),
            (math.inf, ArgumentError, "inf"),
            ("much", OperandError, "str 'much'"),
        )
    },
    "clip_norm 0": (lambda: nn.SGD(0.1, clip_norm=0), ArgumentError, "clip_norm.*above 0, got 0"),
    "schedule None": (lambda: nn.SGD(lambda epoch: None), OperandError, r"learning_rate\(0\).*NoneType"),
    "schedule NaN": (lambda: fit(optimiser=nn.SGD(nan_at_7), epochs=8), ArgumentError, r"learning_rate\(7\).*nan"),
    "cosine start": (lambda: nn.cosine(-0.5, epochs=3), ArgumentError, r"cosine\(start\).*above 0, got -0.5"),
    "cosine epochs": (lambda: nn.cosine(0.5, epochs=0), ArgumentError, r"cosine\(epochs\).*at least 1, got 0"),
    "step_decay every": (lambda: nn.step_decay(0.5, every=0.5), ArgumentError, r"step_decay\(every\).*got 0.5"),
    "step_decay factor": (lambda: nn.step_decay(0.5, every=5, factor=2), ArgumentError, r"\(factor\).*below 1, got 2"),
    "epoch": (lambda: setattr(nn.SGD(0.1), "epoch", -1), ArgumentError, "epoch.*at least 0, got -1"),
    "step nothing": (lambda: nn.SGD(0.1).step([]), ArgumentError, "at least one parameter, got none"),
    # Training
    "MLP of numbers": (lambda: nn.MLP(2, 3, 1), ArgumentError, r"sizes.*got 2; write MLP\(\[2, 3, 1\]\)"),
    "MLP of a number and a list": (lambda: nn.MLP(3, [4, 1]), ArgumentError, r"got 3; write MLP\(\[3, 4, 1\]\)"),
    "MLP of a number": (lambda: nn.MLP(3), ArgumentError, r"sizes.*got 3$"),
    "fit net": (lambda: fit(of="net"), OperandError, "net.*str"),
    "fit cost": (lambda: fit(cost=3), OperandError, "cost.*3"),
    "fit optimiser": (
        lambda: fit(optimiser="sgd"),
        OperandError,
        r"optimiser: expected nn\.SGD\(learning_rate\)",
    ),
    "fit epochs": (lambda: fit(epochs=0), ArgumentError, "epochs.*at least 1, got 0"),
    "fit epochs fraction": (lambda: fit(epochs=1.5), ArgumentError, "epochs.*1.5"),
    "fit epochs bool": (lambda: fit(epochs=True), ArgumentError, "epochs.*True"),
    "fit batch_size": (lambda: fit(batch_size=-1), ArgumentError, "batch_size.*-1"),
    "fit width": (lambda: fit(X=[[1.0]] * 2), ShapeError, r"X.*\(samples, 2\).*\(2, 1\)"),
    "fit samples": (lambda: fit(Y=[0]), ShapeError, "Y.*2 targets.*got 1"),
    "fit digit": (lambda: fit(Y=[0, 2]), ArgumentError, r"Y.*0\.\.1.*got 2 at 1"),
    "fit half digit": (lambda: fit(Y=[0, 0.5]), ArgumentError, "Y.*0.5 at 1"),
    "fit NaN": (lambda: fit(X=[[0.0, math.nan]] * 2), ArgumentError, "X.*nan"),
    "fit text": (lambda: fit(Y=["0", "1"]), OperandError, "Y.*<U1"),
    "fit validation": (lambda: fit(validation=3), ArgumentError, "validation.*between 0 and 1, got 3"),
    "fit validation type": (lambda: fit(validation="some"), ArgumentError, "validation.*share such as 0.2, got str"),
    "fit validation three": (lambda: fit(validation=(X, DIGITS, X)), ArgumentError, r"validation.*pair.*got 3 things"),
    "fit validation share": (lambda: fit(validation=1.0), ArgumentError, "validation.*got 1.0"),
    "fit validation few": (lambda: fit(validation=0.1), ArgumentError, "validation.*to hold out.*got 0 and 2 of 2"),
    "fit validation seed": (
        lambda: fit(validation=0.5, checkpoint="run.npz"),
        ArgumentError,
        "seed.*share is held out.*got None",
    ),
    "fit early_stopping": (lambda: fit(early_stopping=5), ArgumentError, "early_stopping.*validation=None"),
    "fit early_stopping True": (lambda: fit(early_stopping=True), OperandError, "early_stopping.*EarlyStopping.*True"),
    "fit early_stopping 0": (lambda: fit(early_stopping=0), ArgumentError, "early_stopping.*at least 1, got 0"),
    "EarlyStopping patience": (lambda: nn.EarlyStopping(0), ArgumentError, r"\(patience\).*at least 1, got 0"),
    "EarlyStopping change": (
        lambda: nn.EarlyStopping(5, -1.0),
        ArgumentError,
        r"\(minimum_change\).*least 0, got -1.0",
    ),
    "EarlyStopping best": (
        lambda: nn.EarlyStopping(5, 0.0, "no"),
        ArgumentError,
        r"\(restore_best\).*True or False.*no",
    ),
    "fit callbacks": (lambda: fit(callbacks="print"), OperandError, "callbacks.*functions of an epoch.*'print'"),
    "fit callbacks list": (lambda: fit(callbacks=[print, 3]), OperandError, "callbacks.*functions.*got 3"),
    "fit callbacks stopping": (
        lambda: fit(callbacks=[nn.EarlyStopping(5)]),
        OperandError,
        r"callbacks.*EarlyStopping\(patience=5.*give it as early_stopping=",
    ),
    "fit class_weight": (lambda: fit(class_weight=3), OperandError, 'class_weight.*"balanced".*got 3'),
    "fit class_weight word": (lambda: fit(class_weight="even"), OperandError, "class_weight.*balanced.*'even'"),
    "fit class_weight few": (lambda: fit(class_weight=[1.0]), ShapeError, "class_weight.*2 weights.*got 1"),
    "fit class_weight class": (lambda: fit(class_weight={2: 1.0}), ArgumentError, r"class_weight.*0\.\.1, got 2"),
    "fit class_weight name": (lambda: fit(class_weight={"cat": 1.0}), ArgumentError, r"class_weight.*0\.\.1.*'cat'"),
    "fit class_weight negative": (lambda: fit(class_weight=[1, -1]), ArgumentError, r"class_weight\[1\].*got -1"),
    "fit class_weight zeros": (lambda: fit(class_weight=[0, 0]), ArgumentError, "class_weight.*got 0 for all"),
    "fit class_weight of numbers": (
        lambda: fit(Y=[[0.5, 0.5]] * 2, class_weight="balanced"),
        ArgumentError,
        "class_weight.*targets that are classes.*got others",
    ),
    "fit parameters": (lambda: fit(parameters=net()), OperandError, r"parameters.*got MLP; give its parameters\(\)"),
    "fit parameters none": (lambda: fit(parameters=[]), ArgumentError, "parameters.*at least one.*got none"),
    "fit parameters text": (lambda: fit(parameters="w"), OperandError, "parameters.*got str"),
    "fit parameters names": (lambda: fit(parameters=["0.weight"]), OperandError, "parameters.*leaf Values.*str"),
    "fit parameters other": (
        lambda: fit(parameters=net().parameters()),
        ArgumentError,
        "parameters.*of the network, got 6 that it does not have",
    ),
    "fit shuffle": (lambda: fit(shuffle="no"), ArgumentError, "shuffle.*True or False, got 'no'"),
    "History.plot": (lambda: nn.History().plot(), ArgumentError, "at least one epoch, got none"),
    "fit validation X": (lambda: fit(validation=([[1.0]], [0])), ShapeError, r"validation X.*\(1, 1\)"),
    "fit validation Y": (lambda: fit(validation=(X, [0])), ShapeError, "validation Y.*got 1"),
    "fit seed": (lambda: fit(seed="a"), ArgumentError, "seed.*'a'"),
    "fit cross_entropy": (lambda: fit(cost=nn.cross_entropy), ArgumentError, "output=.*linear.*sigmoid"),
    "fit resume": (lambda: fit(resume=True), ArgumentError, "resume.*checkpoint"),
    "accuracy net": (lambda: nn.accuracy(3, X, DIGITS), OperandError, "net.*int"),
    "accuracy digits": (lambda: nn.accuracy(net(), X, [0]), ShapeError, "digits.*2 labels"),
    "accuracy digit": (lambda: nn.accuracy(net(), X, [0, 9]), ArgumentError, "digits.*9 at 1"),
    "accuracy labels": (lambda: nn.accuracy(net(), X, ["cat", "dog"]), OperandError, r"digits.*<U3.*np\.unique"),
    "confusion_matrix digits": (lambda: nn.confusion_matrix(net(), X, np.eye(3)[:2]), ShapeError, r"digits.*\(2, 3\)"),
    "r_squared Y": (lambda: nn.r_squared(net(), X, [[1.0, 0.0]] * 2), ArgumentError, "Y.*vary.*got 1 in all.*output 0"),
    "net of a batch": (lambda: net()(X), ShapeError, r"2 inputs.*got 2 rows.*net\.predict"),
    "fit labels": (lambda: fit(Y=["cat", "dog"]), OperandError, r"Y.*<U3.*np\.unique"),
    # Estimators
    "estimator hidden": (lambda: estimate(hidden=(3, 0)), ArgumentError, "hidden.*at least 1, got 0"),
    "estimator hidden type": (lambda: estimate(hidden="many"), ArgumentError, "hidden.*whole number.*'many'"),
    "estimator activation": (lambda: estimate(activation="logistic"), ArgumentError, "activation.*relu.*'logistic'"),
    "estimator optimiser": (lambda: estimate(optimiser="lbfgs"), ArgumentError, "optimiser.*adamw.*'lbfgs'"),
    "estimator optimiser made": (lambda: estimate(optimiser=nn.SGD(0.1)), ArgumentError, r"optimiser.*got SGD\(0\.1"),
    "estimator optimiser type": (
        lambda: estimate(optimiser=lambda rate: rate),
        OperandError,
        r"optimiser.*nn\.Optimiser, got float",
    ),
    "estimator learning_rate": (lambda: estimate(learning_rate=0), ArgumentError, "learning_rate.*above 0.*got 0"),
    "estimator weight_decay": (lambda: estimate(weight_decay=-1), ArgumentError, "weight_decay.*at least 0.*got -1"),
    "estimator epochs": (lambda: estimate(epochs=0), ArgumentError, "epochs.*at least 1, got 0"),
    "estimator batch_size": (lambda: estimate(batch_size=1.5), ArgumentError, "batch_size.*got 1.5"),
    "estimator tolerance": (lambda: estimate(tolerance=-0.1), ArgumentError, "tolerance.*at least 0.*got -0.1"),
    "estimator patience": (lambda: estimate(patience=0), ArgumentError, "patience.*at least 1, got 0"),
    "estimator early_stopping": (lambda: estimate(early_stopping=10), ArgumentError, "early_stopping.*True.*got 10"),
    "estimator share": (lambda: estimate(validation_fraction=1.0), ArgumentError, "validation_fraction.*below 1"),
    "estimator held out": (
        lambda: estimate(early_stopping=True),
        ArgumentError,
        "validation_fraction.*at least one sample.*0.1 of 2",
    ),
    "estimator class_weight": (lambda: estimate(class_weight=[1, 2]), OperandError, r"class_weight.*dict.*\[1, 2\]"),
    "estimator weight label": (
        lambda: estimate(class_weight={2: 1.0}),
        ArgumentError,
        r"class_weight.*\[0, 1\].*got 2",
    ),
    "estimator weight": (lambda: estimate(class_weight={1: "big"}), OperandError, r"class_weight\[1\].*str"),
    "estimator weight below": (lambda: estimate(class_weight={1: -1}), ArgumentError, r"class_weight\[1\].*got -1"),
    "estimator standardise": (lambda: estimate(standardise="no"), ArgumentError, "standardise.*True or False.*'no'"),
    "estimator random_state": (lambda: estimate(random_state="a"), ArgumentError, "random_state.*Generator.*'a'"),
    "estimator random_state -1": (lambda: estimate(random_state=-1), ArgumentError, "random_state.*got -1"),
    "estimator progress": (lambda: estimate(progress=2), ArgumentError, "progress.*True or False, got 2"),
    "estimator backend": (lambda: estimate(backend="torch"), ArgumentError, "backend.*'torch'"),
    "estimator cost": (lambda: nn.Regressor(cost="mse").fit(X, DIGITS), OperandError, "cost.*'mse'"),
    "estimator X": (lambda: estimate(X=[["a"], ["b"]]), OperandError, "X.*real numbers"),
    "estimator X one axis": (lambda: estimate(X=[1.0, 2.0]), ShapeError, r"X.*\(2,\).*Reshape"),
    "estimator X huge": (lambda: estimate(X=[[1e300], [-1e300]]), ArgumentError, r"squares are finite.*1e\+300"),
    "estimator y": (lambda: estimate(y=None), ArgumentError, "requires y to be passed"),
    "estimator y few": (lambda: estimate(y=[1]), ShapeError, "y.*2 labels.*got 1"),
    "estimator y one class": (lambda: estimate(y=[1, 1]), ArgumentError, "y.*two classes, got 1 class"),
    "estimator y fractions": (lambda: estimate(y=[0.5, 1]), ArgumentError, r"y.*continuous.*nn\.Regressor"),
    "estimator y NaN": (lambda: estimate(y=[math.nan, 1]), ArgumentError, "y.*NaN"),
    "estimator y mixed": (
        lambda: estimate(y=np.array(["a", 1], dtype=object)),
        OperandError,
        "y.*one kind, got int and str",
    ),
    "estimator y many": (lambda: estimate(y=Y), ShapeError, r"y.*\(2, 2\).*binary_cross_entropy"),
    "estimator y axes": (lambda: nn.Regressor().fit(X, np.ones((2, 1, 1))), ShapeError, r"y.*\(2, 1, 1\)"),
    "estimator part": (lambda: nn.Classifier().partial_fit(X, DIGITS), ArgumentError, "classes.*first.*got None"),
    "estimator part classes": (
        lambda: estimate().partial_fit(X, DIGITS, classes=[0, 1, 2]),
        ArgumentError,
        r"classes.*\[0, 1\] as before, got \[0, 1, 2\]",
    ),
    "estimator part label": (lambda: estimate().partial_fit(X, [0, 7]), ArgumentError, r"y.*classes \[0, 1\], got 7"),
    "estimator part held out": (
        lambda: estimate().set_params(early_stopping=True).partial_fit(X, DIGITS),
        ArgumentError,
        "early_stopping.*False with partial_fit",
    ),
    "estimator part balanced": (
        lambda: estimate().set_params(class_weight="balanced").partial_fit(X, DIGITS),
        ArgumentError,
        'class_weight.*partial_fit, got "balanced"',
    ),
    "estimator part outputs": (
        lambda: nn.Regressor(epochs=1).fit(X, Y).partial_fit(X, [1.0, 2.0]),
        ArgumentError,
        "y.*2 outputs as before, got 1",
    ),
    "sample weights few": (
        lambda: nn.Regressor().fit([[0.0], [1.0]], [0.0, 1.0], [1.0]),
        ShapeError,
        r"sample_weight: expected 2 weights, one for each sample, got shape \(1,\)",
    ),
    "sample weights of rows": (
        lambda: nn.Regressor().fit([[0.0], [1.0]], [0.0, 1.0], [[1.0], [1.0]]),
        ShapeError,
        r"sample_weight: .*got shape \(2, 1\)",
    ),
    "sample weights negative": (
        lambda: nn.Classifier().fit([[0.0], [1.0]], [0, 1], sample_weight=[1.0, -2.0]),
        ArgumentError,
        "sample_weight: expected weights of at least 0, .* got -2",
    ),
    "sample weights zero": (
        lambda: nn.Classifier().fit([[0.0], [1.0]], [0, 1], sample_weight=0),
        ArgumentError,
        "sample_weight: .* got zero for all",
    ),
    "sample weights of text": (
        lambda: nn.Classifier().fit([[0.0], [1.0]], [0, 1], sample_weight="balanced"),
        OperandError,
        "sample_weight: expected",
    ),
    "sample weights not finite": (
        lambda: nn.Classifier().partial_fit([[0.0], [1.0]], [0, 1], [0, 1], [1.0, float("nan")]),
        ArgumentError,
        r"sample_weight: expected finite numbers, got NaN at \(1,\)",
    ),
    "sample weights of a score": (
        lambda: estimate().score(X, DIGITS, [1.0]),
        ShapeError,
        "sample_weight: expected",
    ),
    "estimator word": (lambda: nn.Classifier(alpha=0.1), KeywordError, r"alpha=.*expected weight_decay"),
    # What a module tells
    "gradient_vector net": (lambda: nn.gradient_vector([W]), OperandError, r"gradient_vector\(net\).*nn\.Module.*list"),
    # States
    "state type": (lambda: net().load_state_dict([1.0]), OperandError, "dict of arrays.*list"),
    "state names": (lambda: net().load_state_dict({"w": 1.0}), ArgumentError, r"nothing for 0\.weight, 0\.bias and w"),
    "state shape": (
        lambda: net().load_state_dict({"0.weight": X, "0.bias": 1.0}),
        ShapeError,
        r"0\.bias of shape \(\) where \(2,\)",
    ),
    "state text": (
        lambda: net().load_state_dict({"0.weight": X, "0.bias": "ab"}),
        OperandError,
        r"0\.bias.*str of <U2",
    ),
    "state NaN": (
        lambda: net().load_state_dict({"0.weight": X, "0.bias": [0.0, math.nan]}),
        ArgumentError,
        r"0\.bias.*nan",
    ),
    # Files
    "load nowhere": (lambda: nn.load("no/such/file.npz"), AutogradError, "file.npz"),
    "load this": (lambda: nn.load(__file__), FileFormatError, "test_bad_input.py"),
    "load into": (lambda: nn.load("net.npz", into="net"), OperandError, r"load\(path, into\).*nn\.Module, got str"),
    "load folder": (lambda: nn.load("."), AutogradError, r"\."),
    "save nowhere": (lambda: net().save("no/such/folder/net.npz"), ArgumentError, "net.npz"),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_input_gets_one_clear_error(case):
    call, error, came = CASES[case]
    with pytest.raises(error) as caught:
        call()
    message = str(caught.value)
    assert re.search(came, message, re.DOTALL), message
    assert len(message) < 600 and "\n" not in message


def test_the_table_is_long():
    assert len(CASES) >= 150


def test_an_error_changes_nothing():
    kept = net()
    before = [p.data for p in kept.parameters()]
    for options in ({"epochs": 0}, {"X": [[1.0]] * 2}, {"Y": [0, 2]}, {"seed": "a"}, {"optimiser": 3}):
        with pytest.raises(AutogradError):
            fit(of=kept, **options)
    assert [p.data for p in kept.parameters()] == before
