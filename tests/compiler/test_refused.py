"""Functions that cannot be compiled faithfully get one clear error that says where and what to write instead."""

import itertools
import math
import os
import random
import re
import time

import numpy as np
import pytest

from autograd import (
    Value,
    check_gradient,
    compile,
    gradient,
    hessian,
    jacobian,
    log,
    sqrt,
    where,
)
from autograd.errors import (
    AutogradError,
    DomainError,
    GuardError,
    OperandError,
    RecordingError,
)

W = Value(2.0, "w")
POSITIVE, SIGNS = [1.0, 2.0, 0.5], [1.0, -1.0]


def kept_cost(x):
    cost = W * x
    cost.backward()
    return cost


def checked(x):
    check_gradient(lambda a: a * a, at=[1.0])
    return W * x


def no_return(x):
    if x > 0:
        return W * x
    return None


def counting(x):
    k = 0
    while x > k / 20:
        k += 1
    return W * x * k


def yields(x):
    yield W * x


def guarded(read):
    """A function that catches what it is refused."""

    def function(x):
        try:
            return W * read(x)
        except Exception:
            return x

    return function


def counter(kept):
    """A function that counts its calls."""

    def function(x):
        kept["calls"] = kept.get("calls", 0) + 1
        return W * x * kept["calls"]

    return function


def remembering(kept):
    """A function that keeps its arguments."""

    def function(x):
        kept.append(x)
        return W * sum(kept)

    return function


def following(numbers):
    return lambda x: W * x + next(numbers)


def elsewhere():
    """A value of a recording that has ended."""
    kept = []
    compile(lambda x: kept.append(W * x) or W * x)([1.0])
    return kept[0]


def setting(leaf, number):
    """A function that sets a parameter's number."""

    def function(x):
        leaf.data = number(x)
        return leaf * x

    return function


KEPT = elsewhere()
DRAWS, OLD_DRAWS = np.random.default_rng(0), random.Random(0)

# What is compiled and run over a batch, what it raises, what the message holds.
CASES = {
    # Numbers read out of a Value would be one sample's
    "data of an input": (lambda x: W * x.data, POSITIVE, RecordingError, r"\.data at test_refused.*x = 1.0"),
    "data of a computed value": (lambda x: W * (x * 2).data, POSITIVE, RecordingError, "frozen.*detach"),
    "data of a parameter": (lambda x: x * W.data, POSITIVE, RecordingError, "w = 2.0.*frozen"),
    "float": (lambda x: W * float(x), POSITIVE, RecordingError, r"\.data at test_refused.*x = 1.0"),
    "int": (lambda x: W * int(x), POSITIVE, RecordingError, r"\.data at test_refused.*x = 1.0"),
    "bool": (lambda x: W if bool(x) else x, POSITIVE, AutogradError, r"bool.*x.*v != 0"),
    "if of a Value": (lambda x: W if x else x, POSITIVE, AutogradError, r"bool.*x.*v != 0"),
    "and of Values": (lambda x: x and W, POSITIVE, AutogradError, r"bool.*x.*v != 0"),
    "or of Values": (lambda x: x or W, POSITIVE, AutogradError, r"bool.*x.*v != 0"),
    "not of a Value": (lambda x: where(not x, W, x), POSITIVE, AutogradError, r"bool.*x.*v != 0"),
    "complex": (lambda x: W * complex(x).real, POSITIVE, RecordingError, r"\.data at test_refused.*x = 1.0"),
    "math.sqrt": (lambda x: W * math.sqrt(x), POSITIVE, RecordingError, r"\.data at test_refused.*x = 1.0"),
    "math.lgamma": (lambda x: W * math.lgamma(x), POSITIVE, RecordingError, r"\.data at test_refused.*x = 1.0"),
    "math.isnan": (lambda x: W if math.isnan(x) else x, POSITIVE, RecordingError, r"\.data at test_refused.*x = 1.0"),
    "math.copysign": (lambda x: W * math.copysign(1, x), POSITIVE, RecordingError, r"\.data at test_refused.*x = 1.0"),
    "math.fsum": (lambda x: W * math.fsum([x, W]), POSITIVE, RecordingError, r"\.data at test_refused.*x = 1.0"),
    "np.float64": (lambda x: W * np.float64(x), POSITIVE, RecordingError, r"\.data at test_refused.*x = 1.0"),
    "astype": (
        lambda x: W * np.array([x]).astype(float)[0],
        POSITIVE,
        RecordingError,
        r"\.data at test_refused.*x = 1.0",
    ),
    "np.asarray": (
        lambda x: W * np.asarray(x, dtype=float)[()],
        POSITIVE,
        RecordingError,
        r"\.data at test_refused.*x = 1.0",
    ),
    "range of a float": (lambda x: sum(W * x for _ in range(x)), POSITIVE, OperandError, "index.*int.*x"),
    "an index that is a float": (lambda x: [W, x, x][x], POSITIVE, OperandError, "index.*int.*x"),
    "a Value of a Value": (lambda x: Value(x) * W, POSITIVE, OperandError, "real number.*x.*itself"),
    "round": (lambda x: W * round(x, 1), POSITIVE, RecordingError, r"\.data.*x = 1.0"),
    "format": (lambda x: W * float(f"{x:.2f}"), POSITIVE, RecordingError, r"\.data.*x = 1.0"),
    "item": (lambda x: W * x.item(), POSITIVE, RecordingError, r"\.data.*x = 1.0"),
    "a refusal that is caught": (guarded(lambda x: x.data), POSITIVE, RecordingError, r"\.data.*x = 1.0"),
    "a caught float": (guarded(float), POSITIVE, RecordingError, r"\.data.*x = 1.0"),
    "a caught function of math": (guarded(math.exp), POSITIVE, RecordingError, r"\.data.*x = 1.0"),
    "setting a parameter": (setting(Value(1.0), lambda x: 3.0), POSITIVE, RecordingError, r"setting \.data inside"),
    "setting it to a Value": (setting(Value(1.0), lambda x: x), POSITIVE, RecordingError, r"setting \.data inside"),
    # What is not the same whenever the arguments are
    "random": (lambda x: W * x + random.random(), POSITIVE, RecordingError, "same whenever.*pass.*argument"),
    "a generator's number": (lambda x: W * x + DRAWS.normal(), POSITIVE, RecordingError, "same whenever.*argument"),
    "an old generator's": (lambda x: x + OLD_DRAWS.random(), POSITIVE, RecordingError, "same whenever.*argument"),
    "NumPy's generator": (lambda x: x + np.random.rand(), POSITIVE, RecordingError, "same whenever.*argument"),
    "a random branch": (lambda x: x if random.random() > 0.5 else W, POSITIVE, RecordingError, "random.*argument"),
    "a random choice": (lambda x: random.choice([W * x, x, -x]), POSITIVE, RecordingError, "same whenever.*argument"),
    "random bytes": (lambda x: W * x + int.from_bytes(os.urandom(6)), POSITIVE, RecordingError, "same whenever"),
    "the clock": (lambda x: W * x + time.perf_counter(), POSITIVE, RecordingError, "same whenever.*test_refused"),
    "a counter": (counter({}), POSITIVE, RecordingError, "same whenever.*got . and then ..*argument"),
    "an iterator": (following(itertools.count()), POSITIVE, RecordingError, "same whenever.*got . and then ."),
    "values kept between calls": (remembering([]), POSITIVE, RecordingError, "same whenever"),
    "a value of a recording that has ended": (lambda x: x + KEPT, POSITIVE, RecordingError, "recording"),
    # Derivatives as floats would be one sample's
    "backward": (kept_cost, POSITIVE, RecordingError, r"backward\(\) inside.*create_graph=True"),
    "gradient": (lambda x: x * gradient(W * x, W), POSITIVE, RecordingError, "gradient.*create_graph=True"),
    "hessian": (lambda x: x * hessian(W * x * x, [x])[0][0], POSITIVE, RecordingError, "inside.*create_graph=True"),
    "jacobian": (lambda x: x * jacobian([W * x], [x])[0][0], POSITIVE, RecordingError, "inside.*create_graph=True"),
    "check_gradient": (checked, POSITIVE, RecordingError, "inside a compiled function"),
    # Results
    "no result": (lambda x: None, POSITIVE, RecordingError, "return.*None; is a return missing"),
    "no result on one path": (no_return, SIGNS, RecordingError, "return.*None; is a return missing"),
    "a generator": (yields, POSITIVE, RecordingError, "return.*got generator"),
    "a generator expression": (lambda x: (v for v in [x]), POSITIVE, RecordingError, "return.*got generator"),
    "a set": (lambda x: {W * x}, POSITIVE, RecordingError, "return.*got set"),
    "text": (lambda x: "a", POSITIVE, RecordingError, "return.*got str 'a'"),
    "a function": (lambda x: lambda: x, POSITIVE, RecordingError, "return.*got function"),
    "numbers alone": (lambda x: [1.0, 2.0], POSITIVE, RecordingError, "return.*got list"),
    "an empty list": (lambda x: [], POSITIVE, RecordingError, "at least one Value.*empty list"),
    "an empty dict inside": (lambda x: [x, {}], POSITIVE, RecordingError, r"\[1\].*empty dict"),
    "None among": (lambda x: [W * x, None], POSITIVE, OperandError, r"result\[1\].*NoneType"),
    "text in a dict": (lambda x: {"a": x, "b": "c"}, POSITIVE, OperandError, r"result\['b'\].*str"),
    "another length on a path": (lambda x: [x] if x > 0 else [x, W], SIGNS, RecordingError, "list of 2 in row 1"),
    "another kind on a path": (lambda x: x if x > 0 else [x], SIGNS, RecordingError, "list of 1 in row 1.*a Value"),
    "another key on a path": (lambda x: {"a": x} if x > 0 else {"b": x}, SIGNS, RecordingError, "same nesting"),
    # Paths and domains
    "too many paths": (counting, np.linspace(0, 1, 30), GuardError, r"at most 4.*while x > k / 20"),
    "a domain": (lambda x: log(x) * W, SIGNS, DomainError, "row 1: log.*above 0.*x = -1.0"),
    "a logarithm that is not chosen": (lambda x: where(x > 0, log(x), 0.0) * W, SIGNS, DomainError, "row 1: log"),
    "a root that is not chosen": (lambda x: where(x > 0, sqrt(x), 0.0) * W, SIGNS, DomainError, "row 1: sqrt"),
    "a quotient that is not chosen": (lambda x: where(x != 0, 1 / x, 0.0), [1.0, 0.0], DomainError, "row 1: divide"),
    "division by 0": (lambda x: W * x / 0, POSITIVE, DomainError, "divide.*other than 0"),
    "a branch that is no function of nothing": (
        lambda x: where(x > 0, lambda: None, x),
        POSITIVE,
        OperandError,
        "where.*Value.*None",
    ),
    "a branch of several": (lambda x: where(x > 0, lambda: [W, x], x), POSITIVE, OperandError, "where.*Value.*list"),
    "where of a Value": (lambda x: where(x, W, x), POSITIVE, OperandError, "comparison.*v > 0"),
}


@pytest.mark.parametrize("case", CASES)
def test_what_cannot_be_compiled_is_refused_in_one_sentence(case):
    function, batch, error, came = CASES[case]
    f = compile(function, paths=4)
    with pytest.raises(error) as caught:
        f(batch)
    message = str(caught.value)
    assert re.search(came, message), message
    assert len(message) < 600 and "\n" not in message


def test_a_function_that_was_refused_may_be_called_again():
    """What is refused leaves nothing behind: no mode, no half of a recording."""
    f = compile(lambda x: W * x if x > 0 else W * x.data)
    with pytest.raises(RecordingError):
        f([1.0, -1.0])
    np.testing.assert_array_equal(f([1.0, 2.0]), [2.0, 4.0])
    assert W.data == 2.0 and float((W * 3).data) == 6.0
    with pytest.raises(RecordingError):
        f([-1.0])
