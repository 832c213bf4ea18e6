"""Inputs of which the cost or the gradient tells that a number is not finite."""

import numpy as np
import pytest

import nn
from autograd import Value, compile, exp, relu, sigmoid, softmax, total, where
from autograd.compiler.arguments import columns
from autograd.compiler.backends.base import Unfit
from autograd.compiler.plan.interpret import interpret
from autograd.compiler.plan.telling import telling


def weights(count):
    return [Value(0.1 * k + 0.3) for k in range(count)]


def network(cost, output="sigmoid"):
    net = nn.MLP([3, 4, 2], "tanh", output, seed=0)
    return lambda x, y: cost(net(x), y)


W = weights(6)

TELLING = {
    "a network": (network(nn.squared_error), (3, 2), {0, 1}),
    "classes in a row": (network(nn.cross_entropy, "linear"), (3, 2), {0, 1}),
    "a line": (lambda x, y: (W[0] * x - y) ** 2, (0, 0), {0, 1}),
    "a quotient": (lambda x, y: W[0] * x / 3.0 + total(y), (0, 2), {0, 1}),
    "part of an input": (lambda x, y: W[0] * x[1] + y, (3, 0), {1}),
    "a divisor": (lambda x, y: W[0] * x / y, (0, 0), {0}),
    "what saturates": (lambda x, y: W[0] * sigmoid(x) + exp(-y), (0, 0), set()),
    "a choice": (lambda x, y: where(x > 0.0, y * W[0], W[1]), (0, 0), {1}),  # dC/dW is y times 0 or 1
    "relu": (lambda x, y: relu(x) * W[0] + relu(y * W[1]), (0, 0), {1}),
    "a softmax of data": (lambda x, y: softmax(x)[0] * W[0] + y, (3, 0), {1}),
    "a sum of products": (lambda x, y: total([w * a for w, a in zip(W[:3], x, strict=True)]) - y, (3, 0), {0, 1}),
}


@pytest.mark.parametrize(("function", "widths", "expected"), TELLING.values(), ids=TELLING)
def test_which_inputs_tell(function, widths, expected):
    random = np.random.default_rng(0)
    arrays = [random.uniform(0.5, 1.0, (4, width) if width else 4) for width in widths]
    f = compile(function).record(*arrays)
    assert telling(f.plan) == expected
    parameters, into = f.parameters.data, np.empty(len(f.parameters))
    program = f._programs.latest.program
    program.gradient(columns(arrays), parameters, into)
    for place in expected:
        for spot in np.ndindex(arrays[place].shape):
            for bad in (np.nan, np.inf, -np.inf):
                changed = [array.copy() for array in arrays]
                changed[place][spot] = bad
                with np.errstate(all="ignore"):
                    found = interpret(f.plan, changed, parameters)
                assert not (np.isfinite(found.cost) and np.isfinite(found.gradient).all())
                with pytest.raises(Unfit):
                    program.gradient(columns(changed), parameters, into)
