"""A program of a user's who checks types: it goes once through the public face, and is run as well.

`mypy --strict` must find nothing in it, nor an ignored error that is none (`tests/test_typing.py`, and `.ci/run` with
the wheel).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, assert_type

import numpy as np
import numpy.typing as npt

import autograd
import nn
from autograd import (
    AutogradError,
    Compiled,
    Drawing,
    Label,
    Value,
    anomalies,
    chain_rule,
    check_gradient,
    compile,
    cos,
    detach,
    draw,
    exp,
    grad,
    gradient,
    hessian,
    hvp,
    jacobian,
    jvp,
    log,
    log_softmax,
    logsumexp,
    maximum,
    mean,
    minimum,
    no_grad,
    relu,
    sigmoid,
    sin,
    softmax,
    softplus,
    sqrt,
    tanh,
    total,
    value_and_grad,
    vjp,
    weighted_sum,
    where,
)

Floats = npt.NDArray[np.float64]
w, x = Value(0.8, "w"), Value(1, label=Label("x", "1"))
FOLDER = Path(tempfile.mkdtemp())


def values() -> None:
    assert_type(autograd.__version__, str)
    assert_type(w.data, float)
    assert_type(w.grad, float)
    assert_type(w.label, Label | None)
    assert_type(w.operands, tuple[Value, ...])
    for result in (w + x, 2 * w, w / 2, w**2, 2**w, -w, +w, abs(w), 1 - w, w - 1, 1 / w, w.exp(), w.detach()):
        assert_type(result, Value)
    assert_type(w < x, bool)
    assert_type(w >= 1, bool)
    assert_type(w == x, bool)
    assert_type(w != 1.0, bool)
    assert_type(float(w), float)
    assert_type(int(w), int)
    assert_type(round(w), int)
    assert_type(round(w, 2), float)
    assert_type(w.item(), float)
    leaf = Value(2.0, "a^L_j")
    leaf.label = "w_jk"
    leaf.data = np.float64(3)
    leaf.backward()
    leaf.zero_grad()
    assert_type(Label.parse("a^L_j").subscript, str)


def functions() -> None:
    for function in (exp, log, sqrt, sin, cos, tanh, sigmoid, relu, softplus, detach):
        assert_type(function(w), Value)
    assert_type(exp(1.0), Value)
    assert_type(maximum(w, 1), Value)
    assert_type(minimum(w, 1), Value)
    assert_type(where(w > 0, w, 0.0), Value)
    assert_type(where(w > 0, lambda: sqrt(w), 0), Value)
    assert_type(total([w, x]), Value)
    assert_type(mean([w, 1.0]), Value)
    assert_type(logsumexp([w]), Value)
    assert_type(softmax([w, x]), list[Value])
    assert_type(log_softmax([w, x]), list[Value])
    assert_type(weighted_sum([w], [x], 1.0), Value)


def derivatives() -> None:
    assert_type(gradient(w * x, w), float)
    assert_type(gradient(w * x, [w, x]), list[float])
    assert_type(gradient(w * x, w, create_graph=True), Value)
    assert_type(gradient(w * x, [w], create_graph=True), list[Value])
    assert_type(hessian(w * x, [w, x]), list[list[float]])
    assert_type(jacobian([w * x], [w, x], create_graph=True), list[list[Value]])

    def area(a: Any, b: Any) -> Any:
        return a * b

    assert_type(grad(area), Callable[..., Any])
    assert_type(value_and_grad(area, argnums=(0, 1)), Callable[..., Any])
    assert_type(jvp(area, (1.0, 2.0), (1.0, 0.0)), tuple[Any, Any])
    assert_type(vjp(area, 1.0, 2.0), tuple[Any, Callable[[Any], tuple[Any, ...]]])
    hvp(area, (1.0, 2.0), (1.0, 0.0))
    report = check_gradient(area, at=[1.0, 2.0], nodes=True, tolerance=1e-6)
    assert_type(report.ok, bool)
    assert_type(report.inputs[0].verdict, str)


def told_and_drawn() -> None:
    rule = chain_rule(w * x, w)
    assert_type(rule.value, float)
    assert_type(rule.latex, str)
    assert_type(rule.paths, int)
    for term in rule.terms:
        assert_type(term.value, float)
    drawing = draw(w * x, path_to=w, partials="all", depth=3, max_nodes=100, collapse=False, legend=True)
    draw(w * x, direction="right", title="a product")
    assert_type(drawing, Drawing)
    assert_type(drawing.source, str)
    drawing.save(FOLDER / "tree.dot")


def modes() -> None:
    with no_grad(), anomalies():
        assert_type(w * 2, Value)

    @no_grad
    def bare(v: Value) -> Value:
        return v * 2

    @no_grad()
    def called(v: Value, times: int) -> Value:
        return v * times

    assert_type(bare(w), Value)
    assert_type(called(w, 2), Value)
    try:
        log(0)
    except AutogradError as error:
        assert_type(error, AutogradError)


@compile
def cost(a: Value, y: Value) -> Value:
    return (sigmoid(w * a) - y) ** 2


@compile(backend="numpy", paths=8)
def doubled(a: Value) -> Value:
    return a * 2


class Line:
    @compile
    def at(self, a: Value) -> Value:
        return w * a


def compiled() -> None:
    assert_type(cost, Compiled)
    assert_type(doubled, Compiled)
    assert_type(Line().at, Compiled)
    assert_type(cost.gradient([1.0], [2.0])[0], float)
    assert_type(cost.backward([1.0], [2.0]), float)
    assert_type(cost.parameters[0], Value)
    assert_type(cost.source, str)
    assert_type(cost.backends, dict[str, str])
    assert_type(cost.plan.equations(all=True), str)
    assert_type(cost.passes()[0].name, str)
    assert_type(cost.refresh([1.0], [2.0]), Compiled)
    assert_type(cost.over([1.0], [2.0]).backward(np.array([0])), float)


class Own(nn.Module):
    def __init__(self) -> None:
        self.slope = Value(2.0)

    def __call__(self, inputs: list[Value]) -> list[Value]:
        return [self.slope * v for v in inputs]


def networks() -> nn.MLP:
    net = nn.MLP([2, 3, 1], activation="tanh", output="sigmoid", initialiser="xavier", seed=0)
    assert_type(nn.__version__, str)
    assert_type(net([0.0, 1.0]), list[Value])
    assert_type(net.parameters(), list[Value])
    assert_type(net.sizes, list[int])
    for name, parameter in net.named_parameters():
        assert_type(name, str)
        assert_type(parameter, Value)
    assert_type(net.predict([[0.0, 1.0]]), Floats)
    assert_type(net.state_dict(), dict[str, Floats])
    assert_type(net.load_state_dict({}, strict=False).missing_keys, list[str])
    net.save(FOLDER / "net.npz")
    assert_type(nn.load(FOLDER / "net.npz", into=net), nn.MLP)
    assert_type(str(net.summary()), str)
    layer = nn.Layer(2, 2, "tanh")
    assert_type(layer.weights, Floats)
    assert_type(layer([w, x]), list[Value])
    assert_type(nn.Neuron([1.0, 2.0], 0.0)([w, x]), Value)
    assert_type(nn.Sequential(layer, nn.Dropout(0.5), nn.LayerNorm(2)).parameters(), list[Value])
    assert_type(Own().parameters(), list[Value])
    return net


def training(net: nn.MLP) -> None:
    for found in (nn.squared_error([w], [1.0]), nn.cross_entropy([w, x], 1), nn.binary_cross_entropy(sigmoid(w), 1)):
        assert_type(found, Value)
    assert_type(nn.absolute_error(w, 1), Value)
    assert_type(nn.huber(w, 1), Value)
    nn.squared_error(net([0.0, 1.0]), [1.0]).backward()
    vector = nn.gradient_vector(net)
    assert_type(vector, nn.GradientVector)
    assert_type(list(vector), list[float])
    for schedule in (nn.cosine(0.5, epochs=20), nn.step_decay(0.5, every=3), lambda epoch: 0.5 / (1 + epoch)):
        nn.SGD(schedule).step(net.parameters())
    adam: nn.Optimiser = nn.Adam(1e-3)
    adam.learning_rate = nn.cosine(0.5, epochs=20)
    assert_type(adam.learning_rate, float)
    assert_type([nn.AdamW(1e-3).steps, nn.RMSprop().steps, nn.Nesterov(0.5).steps], list[int])
    X, Y = [[0.0, 1.0]], [[1.0]]
    history = nn.fit(
        net,
        X,
        Y,
        cost=nn.squared_error,
        optimiser=nn.SGD(0.5, momentum=0.9),
        epochs=3,
        batch_size=1,
        validation=(X, Y),
        seed=0,
        progress=False,
        compiled=True,
        backend="numpy",
        early_stopping=nn.EarlyStopping(patience=3),
    )
    assert_type(history, nn.History)
    own = Own()
    assert_type(nn.fit(own, X, [[1.0, 1.0]], epochs=1, progress=False), nn.History)
    own.predict(X)
    assert_type(history.cost, list[float])
    assert_type(history.interrupted, bool)
    assert_type(nn.accuracy(net, X, [1]), float)
    assert_type(nn.confusion_matrix(net, X, [1]), npt.NDArray[np.intp])
    assert_type(nn.r_squared(net, [*X, [1.0, 0.0]], [*Y, [0.0]]), float)


def estimators() -> None:
    X, y = [[0.0, 1.0], [1.0, 0.0], [0.0, 0.0], [1.0, 1.0]], ["cat", "dog", "dog", "cat"]
    classifier = nn.Classifier(hidden=(3,), epochs=2, random_state=0).fit(X, y)
    assert_type(classifier, nn.Classifier)
    assert_type(classifier.score(X, y), float)
    regressor = nn.Regressor(hidden=3, epochs=2, random_state=0).fit(X, [1.0, 2.0, 2.0, 1.0])
    assert_type(regressor, nn.Regressor)
    assert_type(regressor.predict(X), Floats)


if TYPE_CHECKING:  # words of other packages are found before the program runs
    Value(0.5, name="w")  # type: ignore[arg-type]
    nn.SGD(lr=0.1)  # type: ignore[call-arg]
    autograd.Tensor  # type: ignore[attr-defined]  # noqa: B018
    nn.ReLU  # type: ignore[attr-defined]  # noqa: B018
    w.requires_grad  # type: ignore[attr-defined]  # noqa: B018
    w.backward(retain_graph=True)  # type: ignore[arg-type]
    draw(w, rankdir="LR")  # type: ignore[call-arg]


def main() -> None:
    values()
    functions()
    derivatives()
    told_and_drawn()
    modes()
    compiled()
    training(networks())
    estimators()


if __name__ == "__main__":
    main()
