"""Costs of one sample: their closed forms, their stable forms, their refusals."""

import math
import re
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import Value, compile, draw, gradient, hessian, no_grad, sigmoid, softmax
from autograd.errors import ArgumentError, DomainError, OperandError, ShapeError
from nn.costs import name_of

NUMBERS = st.floats(-50, 50)


def values(*numbers):
    return [Value(number) for number in numbers]


def test_squared_error_is_the_documents_sum():
    a = values(0.2, 0.9, -0.5)
    cost = nn.squared_error(a, [0.0, 1.0, 0.0])
    assert cost.data == pytest.approx(0.04 + 0.01 + 0.25)
    assert gradient(cost, a) == pytest.approx([2 * 0.2, 2 * -0.1, 2 * -0.5])


def test_squared_error_of_one_output():
    a = Value(0.3)
    assert nn.squared_error(a, 1.0).data == nn.squared_error([a], [1.0]).data == pytest.approx(0.49)
    assert gradient(nn.squared_error(a, 1.0), [a]) == pytest.approx([-1.4])


@pytest.mark.parametrize("cost", [nn.squared_error, nn.cross_entropy])
@pytest.mark.parametrize("kind", [list, tuple, np.array])
def test_targets_may_be_any_sequence(cost, kind):
    z = values(0.2, 0.9)
    assert cost(z, kind([0.0, 1.0])).data == cost(z, [0.0, 1.0]).data


def test_targets_may_be_values_and_are_differentiated():
    a, y = values(0.2, 0.9), values(0.0, 1.0)
    assert gradient(nn.squared_error(a, y), y) == pytest.approx([-0.4, 0.2])
    assert gradient(nn.cross_entropy(a, y), y) == pytest.approx([-math.log(p.data) for p in softmax(a)])


def test_absolute_error_is_the_sum_of_distances():
    a = values(0.2, 0.9, -0.5, 0.25)
    cost = nn.absolute_error(a, [0.0, 1.0, 0.0, 0.25])
    assert cost.data == pytest.approx(0.2 + 0.1 + 0.5)
    assert gradient(cost, a) == [1.0, -1.0, -1.0, 0.0]


@pytest.mark.parametrize("delta", [0.5, 1.0, 3.0])
def test_huber_is_half_the_square_and_then_a_line(delta):
    distances = [0.0, 0.3, -0.4, 0.5, 2.0, -7.5, 1e200]
    exact = [d * d / 2 if abs(d) <= delta else delta * (abs(d) - delta / 2) for d in distances]
    slopes = [min(max(d, -delta), delta) for d in distances]
    for d, cost, slope in zip(distances, exact, slopes, strict=True):
        a = Value(d + 0.0)
        assert nn.huber(a, 0.0, delta).data == pytest.approx(cost, rel=1e-15)
        assert gradient(nn.huber(a, 0.0, delta), a) == pytest.approx(slope, rel=1e-15)
    a, y = values(*distances), [0.0] * len(distances)
    assert nn.huber(a, y, delta=delta).data == pytest.approx(math.fsum(exact), rel=1e-15)
    assert compile(lambda *a: nn.huber(a, y, delta))(*([d] for d in distances)) == pytest.approx(sum(exact), rel=1e-15)


def test_hubers_curvature_is_1_within_delta_and_0_beyond():
    assert [hessian(nn.huber(a, 0.0), [a])[0][0] for a in values(0.0, 0.5, -0.5, 2.0)] == [1.0, 1.0, 1.0, 0.0]


@given(st.lists(st.tuples(st.floats(-30, 30), st.sampled_from([0.0, 0.25, 1.0])), min_size=2, max_size=4))
def test_binary_cross_entropy_of_several_outputs_is_the_sum(pairs):
    z, y = values(*(number for number, _ in pairs)), [target for _, target in pairs]
    cost = nn.binary_cross_entropy([sigmoid(zj) for zj in z], y)
    softplus = [max(number, 0.0) + math.log1p(math.exp(-abs(number))) for number, _ in pairs]
    assert cost.data == pytest.approx(
        math.fsum(s - t * n for s, (n, t) in zip(softplus, pairs, strict=True)), rel=1e-12
    )
    assert gradient(cost, z) == pytest.approx([1 / (1 + math.exp(-n)) - t for n, t in pairs], rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(
    "cost, output",
    [
        (nn.absolute_error, "linear"),
        (nn.huber, "linear"),
        (partial(nn.huber, delta=0.25), "linear"),
        (nn.binary_cross_entropy, "sigmoid"),
    ],
)
def test_costs_learn_the_same_eager_and_compiled(cost, output):
    random = np.random.default_rng(0)
    X, Y = random.normal(size=(12, 3)), random.integers(0, 2, (12, 4)).astype(float)
    histories = []
    for compiled in (True, False):
        net = nn.MLP([3, 4], output=output, seed=0)
        histories.append(nn.fit(net, X, Y, cost=cost, epochs=4, batch_size=5, seed=0, compiled=compiled))
    assert histories[0].cost == pytest.approx(histories[1].cost, rel=1e-12)
    assert histories[0].cost[-1] < histories[0].cost[0]


def test_a_cost_with_its_settings_has_a_name():
    assert name_of(partial(nn.huber, delta=2.0)) == "huber(delta=2.0)"
    assert name_of(partial(partial(nn.huber, delta=2.0), y=[1.0])) == "huber(delta=2.0, y=[1.0])"
    assert name_of(nn.huber) == "huber"


@given(st.lists(NUMBERS, min_size=2, max_size=6), st.data())
def test_cross_entropy_is_the_log_of_softmax(z, data):
    digit = data.draw(st.integers(0, len(z) - 1))
    outputs = values(*z)
    cost = nn.cross_entropy(outputs, digit)
    top = max(z)
    exact = top + math.log(math.fsum(math.exp(zj - top) for zj in z)) - z[digit]
    assert cost.data == pytest.approx(exact, rel=1e-12, abs=1e-12)
    shares = [p.data - (j == digit) for j, p in enumerate(softmax(values(*z)))]
    assert gradient(cost, outputs) == pytest.approx(shares, rel=1e-12, abs=1e-12)


@given(st.lists(NUMBERS, min_size=2, max_size=6), st.data())
def test_a_digit_and_its_vector_agree(z, data):
    digit = data.draw(st.integers(0, len(z) - 1))
    by_digit, by_vector = values(*z), values(*z)
    one, other = (
        nn.cross_entropy(by_digit, digit),
        nn.cross_entropy(by_vector, [float(j == digit) for j in range(len(z))]),
    )
    assert one.data == pytest.approx(other.data, rel=1e-12, abs=1e-12)
    assert gradient(one, by_digit) == pytest.approx(gradient(other, by_vector), rel=1e-12, abs=1e-12)


def test_cross_entropy_of_soft_targets():
    z, y = values(1.0, 2.0, 0.5), [0.2, 0.5, 0.3]
    shares = [p.data for p in softmax(z)]
    cost = nn.cross_entropy(z, y)
    assert cost.data == pytest.approx(-math.fsum(yj * math.log(p) for yj, p in zip(y, shares, strict=True)))
    assert gradient(cost, z) == pytest.approx([p - yj for p, yj in zip(shares, y, strict=True)])


@pytest.mark.parametrize("digit, cost, partials", [(0, 0.0, [0.0, 0.0]), (1, 2e4, [1.0, -1.0])])
def test_cross_entropy_far_out(digit, cost, partials):
    """softmax underflows at |z| = 1e4; the cost is z's distance all the same."""
    for target in (digit, [float(j == digit) for j in range(2)]):
        z = values(1e4, -1e4)
        assert nn.cross_entropy(z, target).data == cost
        assert gradient(nn.cross_entropy(z, target), z) == partials


@pytest.mark.parametrize("integer", [int, np.int64, np.uint8, np.int32])
def test_any_integer_is_a_class(integer):
    assert nn.cross_entropy(values(1.0, 2.0), integer(1)).data == nn.cross_entropy(values(1.0, 2.0), 1).data


@given(st.floats(-30, 30), st.sampled_from([0.0, 0.25, 1.0]))
def test_binary_cross_entropy_of_a_sigmoid(number, y):
    z = Value(number)
    cost = nn.binary_cross_entropy(sigmoid(z), y)
    softplus = max(number, 0.0) + math.log1p(math.exp(-abs(number)))
    assert cost.data == pytest.approx(softplus - y * number, rel=1e-12, abs=1e-12)
    assert gradient(cost, [z]) == pytest.approx([1 / (1 + math.exp(-number)) - y], rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(
    "number, y, cost, partial", [(1e4, 0, 1e4, 1), (1e4, 1, 0, 0), (-1e4, 1, 1e4, -1), (-1e4, 0, 0, 0)]
)
def test_binary_cross_entropy_far_out(number, y, cost, partial):
    """sigmoid(1e4) rounds to 1, whose textbook cost is log(0)."""
    z = Value(number)
    assert nn.binary_cross_entropy([sigmoid(z)], [y]).data == cost
    assert gradient(nn.binary_cross_entropy(sigmoid(z), y), [z]) == [partial]


@pytest.mark.parametrize(("number", "y"), [(50.0, 0), (-800.0, 1), (1e4, 1), (0.3, 0.25)])
def test_binary_cross_entropy_is_the_same_whether_recorded_or_not(number, y):
    z = Value(number)
    recorded = nn.binary_cross_entropy(sigmoid(z), y)
    with no_grad():
        unrecorded = nn.binary_cross_entropy(sigmoid(z), y)
    assert unrecorded.data == recorded.data and gradient(unrecorded, z) == 0.0

    def without_gradient(x):
        with no_grad():
            a = sigmoid(x)
        return nn.binary_cross_entropy(a, y)

    assert compile(without_gradient)([number]) == pytest.approx([recorded.data], rel=1e-15)


def test_binary_cross_entropy_of_any_probability():
    a = Value(0.3)
    cost = nn.binary_cross_entropy(a, 1)
    assert cost.data == pytest.approx(-math.log(0.3))
    assert gradient(cost, [a]) == pytest.approx([-1 / 0.3])
    assert nn.binary_cross_entropy(0.3, 0).data == pytest.approx(-math.log(0.7))


def test_binary_cross_entropy_refuses_other_lengths():
    with pytest.raises(ShapeError, match=r"expected 1 targets.*got 3"):
        nn.binary_cross_entropy(Value(0.5), [1, 0, 1])


def test_binary_cross_entropy_outside_0_to_1_has_no_logarithm():
    with pytest.raises(DomainError, match="log"):
        nn.binary_cross_entropy(Value(1.5), 0.5)


@pytest.mark.parametrize(
    "call, error, words",
    [
        (lambda v: nn.squared_error([v, v], [1.0]), ShapeError, "squared_error: expected 2 targets.*got 1"),
        (lambda v: nn.squared_error(v, [1.0, 2.0]), ShapeError, "squared_error: expected 1 targets.*got 2"),
        (lambda v: nn.squared_error([], []), ShapeError, r"squared_error\(outputs\): expected at least one"),
        (lambda v: nn.squared_error([v], ["x"]), OperandError, "'x'"),
        (lambda v: nn.squared_error(["x"], [1.0]), OperandError, "'x'"),
        (lambda v: nn.squared_error([v], "x"), OperandError, "'x'"),
        (lambda v: nn.cross_entropy([v, v], 2), ArgumentError, r"cross_entropy\(y\): expected a class 0\.\.1, got 2"),
        (lambda v: nn.cross_entropy([v, v], -1), ArgumentError, r"expected a class 0\.\.1, got -1"),
        (lambda v: nn.cross_entropy([v, v], [1.0]), ShapeError, "cross_entropy: expected 2 targets.*got 1"),
        (lambda v: nn.cross_entropy([], []), ShapeError, r"cross_entropy\(outputs\): expected at least one"),
        (lambda v: nn.cross_entropy([], 0), ShapeError, r"cross_entropy\(z\): expected at least one"),
        (lambda v: nn.cross_entropy(v, 1), ArgumentError, "cross_entropy.*got 1"),
        (lambda v: nn.cross_entropy([v, v], True), ArgumentError, "cross_entropy.*True"),
        (lambda v: nn.binary_cross_entropy([v, v], [1]), ShapeError, "binary_cross_entropy: expected 2 targets.*got 1"),
        (lambda v: nn.absolute_error([v, v], [1.0]), ShapeError, "absolute_error: expected 2 targets.*got 1"),
        (lambda v: nn.absolute_error([v], ["x"]), OperandError, "'x'"),
        (lambda v: nn.huber([v], [1.0, 2.0]), ShapeError, "huber: expected 1 targets.*got 2"),
        (lambda v: nn.huber(v, 1.0, delta=0.0), ArgumentError, r"huber\(delta\): expected .* above 0, got 0\.0"),
        (lambda v: nn.huber(v, 1.0, delta=math.inf), ArgumentError, r"huber\(delta\).*got inf"),
        (lambda v: nn.huber(v, 1.0, delta="1"), OperandError, r"huber\(delta\).*'1'"),
        (lambda v: nn.binary_cross_entropy(v, "cat"), OperandError, "'cat'"),
    ],
)
def test_refusals_name_the_cost_and_what_came(call, error, words):
    with pytest.raises(error, match=words):
        call(Value(0.5))


def test_integers_of_a_compiled_function_are_classes():
    z, digits = values(0.3, -1.2, 2.0), np.array([2, 0, 1, 1])
    f = compile(lambda y: nn.cross_entropy(z, y))
    np.testing.assert_allclose(f(digits), [nn.cross_entropy(z, int(y)).data for y in digits], rtol=1e-14)
    _, slopes = f.gradient(digits)
    shares = np.array([p.data for p in softmax(z)])
    wanted = dict(zip(map(id, z), shares - np.bincount(digits) / 4, strict=True))
    np.testing.assert_allclose(slopes, [wanted[id(v)] for v in f.parameters], rtol=1e-12)
    for bad in (-1, 3):
        with pytest.raises(ArgumentError, match=f"class 0..2, got {bad}"):
            f(np.array([0, bad]))


@pytest.mark.parametrize("scale", [1.0, 800.0])
@pytest.mark.parametrize("count", [2, 3, 40, 90])
def test_the_cost_of_a_detached_softmax_is_that_of_its_z(count, scale):
    w, numbers = Value(scale), np.sin(np.arange(count)).tolist()

    def cost(x):
        return nn.cross_entropy([share.detach() for share in softmax([w * a for a in x])], 1)

    recorded = nn.cross_entropy(softmax([w * a for a in numbers]), 1).data
    assert cost(numbers).data == pytest.approx(recorded, rel=1e-14)
    assert compile(cost)([numbers])[0] == pytest.approx(recorded, rel=1e-14)


@pytest.mark.parametrize("z", [2.0, 800.0, -800.0])
@pytest.mark.parametrize("y", [0.0, 1.0])
def test_the_cost_of_a_detached_sigmoid_is_that_of_its_z(z, y):
    w = Value(1.0)
    recorded = nn.binary_cross_entropy(sigmoid(w * z), y).data
    detached = sigmoid(w * z).detach()
    assert nn.binary_cross_entropy(detached, y).data == recorded
    assert gradient(detached * w, w) == detached.data  # no gradient flows through it


def test_what_was_detached_is_as_it_was_where_a_leaf_was_changed_since():
    z = Value(2.0)
    a, shares = sigmoid(z), softmax([z, 1.0])
    z.data = -5.0
    assert a.detach().data == a.data and a.detach().operands == ()
    assert nn.binary_cross_entropy(a.detach(), 1.0).data == pytest.approx(-math.log(a.data))
    assert [share.detach().operands for share in shares] == [(), ()]


def test_shares_of_several_softmaxes_are_not_one_softmax():
    p, q = softmax([Value(1.0), Value(2.0)]), softmax([Value(1.0), Value(4.0)])
    mixed = [p[0].detach(), q[1].detach()]
    assert nn.cross_entropy(mixed, 0).data == pytest.approx(nn.cross_entropy([p[0], q[1]], 0).data)


def test_costs_name_what_they_make():
    a = [Value(0.25, "a"), Value(0.5, "b")]
    for cost in (nn.squared_error, nn.absolute_error, nn.huber):
        value = cost(a, [1.0, 0])
        assert str(value.label) == "C" and "y₀ = 1" in str(draw(value)) and "y₁ = 0" in str(draw(value))
    for target, named in ((1, {"log p₁"}), ([0.25, 0.75], {"log p₀", "log p₁"})):
        told = str(draw(nn.cross_entropy(a, target)))
        assert told.startswith("C = ") and set(re.findall("log p.", told)) == named
    y = Value(1.0, "wished")
    (aj,) = nn.MLP([1, 1], seed=0)([0.5])
    value = nn.squared_error(aj, y)
    assert "wished" in str(draw(value)) and y.label.base == "wished"


def test_costs_name_nothing_in_a_plan():
    f = compile(lambda a: nn.squared_error(a, [1.0, 0.0]) + nn.cross_entropy(a, 1))
    assert "log p" not in str(f.record(np.zeros((1, 2))).plan)
    a = values(0.25, 0.5)
    expected = nn.squared_error(a, [1.0, 0.0]).data + nn.cross_entropy(a, 1).data
    assert f(np.array([[0.25, 0.5]]))[0] == pytest.approx(expected)
