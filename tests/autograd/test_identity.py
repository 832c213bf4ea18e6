"""Identity is identity: no part of the project looks a Value up by its number, which is what `==` compares."""

import dataclasses
import importlib
import pkgutil
import re

import numpy as np
import pytest

import autograd
import nn
from autograd import Label, Value, chain_rule, check_gradient, compile, draw, gradient, hessian, jacobian, total
from autograd.graph import topological_order

ONES = 20


@pytest.fixture
def no_equality(monkeypatch):
    """Whatever asks two Values whether their numbers are equal fails; a dict or set of Values never asks."""

    def refuse(left, right):
        raise AssertionError(f"{left!r} is compared with {right!r} by number")

    monkeypatch.setattr(Value, "__eq__", refuse)
    monkeypatch.setattr(Value, "__ne__", refuse)


def chain():
    """A long chain of factors that are all 1, too long to be drawn whole."""
    start = value = Value(1.0, "x")
    for _ in range(600):
        value = value * Value(1.0)
    return value, start


def network():
    """Two layers of which every number is 0 but the activations, and equal inputs and targets."""
    net = nn.MLP([ONES, ONES, 3], seed=0)
    for parameter in net.parameters():
        parameter.data = 0.0
    inputs = [Value(0.0, Label("x", subscript=str(k))) for k in range(ONES)]
    targets = [Value(0.0, Label("y", subscript=str(k))) for k in range(ONES)]
    outputs = net(inputs)
    return total([(a - b) ** 2 for a in outputs for b in targets]), net, inputs


def wide():
    """A sum of many equal numbers, some of them the same Value."""
    x = Value(1.0, "x")
    return total([x, *(Value(1.0, "x") for _ in range(ONES)), x]) * x, x


def of_chain(do):
    return lambda: do(*chain())


def of_wide(do):
    return lambda: do(*wide())


def of_network(do):
    return lambda: do(*network())


def drawn(output, **options):
    drawing = draw(output, legend=True, **options)
    return drawing.source, str(drawing)


def told(output, wrt):
    rule = chain_rule(output, wrt)
    return str(rule), rule.ascii, rule.latex, rule.recursive, repr(rule), [str(term) for term in rule.terms][:3]


def compiled():
    w, b = Value(1.0, "w"), Value(1.0, "b")
    f = compile(lambda x: (w * x[0] + b * x[1] + w) ** 2)
    batch = np.ones((4, 2))
    return f(batch), f.gradient(batch), f.parameters, str(f.plan), f.source


def trained():
    net = nn.MLP([2, 3, 1], seed=0)
    nn.squared_error(net([0.5, 0.5]), [0.5]).backward()
    nn.SGD(0.1).step(net.parameters())
    return str(nn.gradient_vector(net))


def fitted():
    net, batch = nn.MLP([2, 3, 1], seed=0), np.full((6, 2), 0.5)
    nn.fit(net, batch, batch[:, :1], cost=nn.squared_error, epochs=2, batch_size=3, seed=0, progress=False)
    return nn.fit(net, batch, batch[:, :1], cost=nn.squared_error, epochs=1, batch_size=3, seed=0, progress=False)


def watched(output):
    with autograd.anomalies():
        output.backward()
        return gradient(output, topological_order((output,)))


def exchanged():
    """A network that has predicted, with a parameter exchanged for another of the same number."""
    net = nn.MLP([1, 1], "linear", seed=0)
    [neuron] = net.layers[0].neurons
    before = net.predict([[1.0]])[0, 0]
    neuron.bias = Value(neuron.bias.data)
    assert net.predict([[1.0]])[0, 0] == before
    neuron.bias.data += 1.0
    assert net.predict([[1.0]])[0, 0] == pytest.approx(before + 1.0, rel=1e-15)


DOINGS = {
    "draw a chain": of_chain(lambda output, x: drawn(output)),
    "draw a lit chain": of_chain(lambda output, x: drawn(output, path_to=x)),
    "draw as far as a depth": of_chain(lambda output, x: drawn(output, path_to=x, depth=2)),
    "draw a wide sum": of_wide(lambda output, x: drawn(output, path_to=x)),
    "draw a network": of_network(lambda output, net, inputs: drawn(output, path_to=inputs[0])),
    "draw a collapsed network": of_network(lambda output, net, inputs: drawn(output, collapse=True)),
    "draw a collapsed layer": of_network(lambda output, net, inputs: drawn(output, collapse="2", path_to=inputs[3])),
    "draw a derivative": of_wide(lambda output, x: drawn(gradient(output, x, create_graph=True))),
    "tell a chain": of_chain(told),
    "tell a wide sum": of_wide(told),
    "gradient": of_wide(lambda output, x: gradient(output, [x, x])),
    "backward": of_network(lambda output, net, inputs: output.backward()),
    "watched": of_network(lambda output, net, inputs: watched(output)),
    "exchange a parameter": exchanged,
    "hessian": of_wide(lambda output, x: hessian(output, [x, x])),
    "jacobian": of_wide(lambda output, x: jacobian([output, output, x], [x])),
    "check_gradient": lambda: str(check_gradient(lambda a, b: a * b + b * a, at=[1.0, 1.0])),
    "compile": compiled,
    "train": trained,
    "fit": fitted,
}


@pytest.mark.parametrize("name", DOINGS)
def test_equal_numbers_are_never_compared(name, no_equality):
    assert DOINGS[name]() is not ...


def test_drawing_tells_equal_numbers_apart():
    output, *_ = network()
    text = str(draw(output, collapse=True))
    assert f"x: {ONES} values" in text and f"y: {ONES} values" in text


def test_a_chain_of_equal_numbers_is_shortened_as_any_other():
    output, _ = chain()
    assert str(draw(output)).count("more operations") == 1


def test_what_holds_values_is_not_compared_by_what_it_holds():
    """A dataclass is equal to another whose fields are, unless it says otherwise."""
    compared = set()
    for package in (autograd, nn):
        for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            try:
                things = vars(importlib.import_module(found.name)).values()
            except ImportError as missing:  # a back end whose extra is not installed here, another package's module
                assert missing.name in {"jax", "numba", "llvmlite", "autograd.numpy"}
                continue
            for kind in (thing for thing in things if isinstance(thing, type) and dataclasses.is_dataclass(thing)):
                held = " ".join(str(part.type) for part in dataclasses.fields(kind))
                if re.search(r"\b(Value|Node|Steps)\b", held) and kind.__eq__ is not object.__eq__:
                    compared.add(kind.__qualname__)
    assert not compared
