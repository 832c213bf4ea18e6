"""A graph is the function where it was recorded: what is refused when a leaf's number was changed since."""

import copy
import math
import threading

import numpy as np
import pytest

import nn
from autograd import (
    Value,
    compile,
    detach,
    exp,
    gradient,
    hessian,
    jacobian,
    maximum,
    no_grad,
    relu,
    sigmoid,
    total,
    weighted_sum,
    where,
)
from autograd.clock import KEPT
from autograd.errors import AutogradError, GraphError
from autograd.parameters import Parameters, together


def neuron(w=0.8, a=0.6, b=-0.2):
    w, a, b = Value(w, "w"), Value(a, "a"), Value(b, "b")
    return w, a, b, (sigmoid(w * a + b) - 1.0) ** 2


READERS = {
    "backward": lambda c, w: c.backward(),
    "gradient": gradient,
    "gradient with a graph": lambda c, w: gradient(c, w, create_graph=True),
    "hessian": lambda c, w: hessian(c, [w]),
    "jacobian": lambda c, w: jacobian([c, c * 2], [w]),
}


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_a_graph_with_a_changed_leaf_is_refused_with_the_leaf_and_the_remedy(read):
    w, _, _, c = neuron()
    w.data = 0.5
    with pytest.raises(
        GraphError, match=r"got w = 0\.5, which was 0\.8 when .* computed from it by multiply; compute the output again"
    ):
        read(c, w)


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_computed_again_it_is_differentiated_again(read):
    w, a, b, _ = neuron()
    w.data = 0.5
    fresh, _, _, c = neuron(w=0.5)
    assert read((sigmoid(w * a + b) - 1.0) ** 2, w) == read(c, fresh) and w.grad == fresh.grad


def test_a_leaf_without_a_label_is_named_by_its_number_and_user():
    u = Value(3.0)
    y = 2 / u
    u.data = 10
    with pytest.raises(GraphError, match=r"a leaf without a label that is 10\.0, which was 3\.0 .* by divide"):
        gradient(y, u)


USES = {
    "a sum": lambda u, v: u + v,
    "a difference": lambda u, v: v - u,
    "a product with 0": lambda u, v: u * 0.0 + v,
    "a sum that swallows it": lambda u, v: u + 1e30 + v,
    "relu where it is off": lambda u, v: relu(u - 100.0) + v,
    "the smaller of two": lambda u, v: maximum(u, 100.0) + v,
    "the branch not chosen": lambda u, v: where(v > 0, v, u),
    "a weighted sum": lambda u, v: weighted_sum([u, v], [1.0, 2.0], 3.0),
    "a bias": lambda u, v: weighted_sum([v], [1.0], u),
    "a total": lambda u, v: total([v, u]),
    "beside the path": lambda u, v: v * v + exp(u),
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_any_use_of_a_changed_leaf_is_refused(use):
    """Also where its number enters no derivative, or not the one that is asked for."""
    u, v = Value(1.0, "u"), Value(2.0, "v")
    y = use(u, v)
    u.data = 1.5
    for wrt in (u, v):
        with pytest.raises(GraphError, match=r"u = 1\.5"):
            gradient(y, wrt)
    with pytest.raises(GraphError, match=r"u = 1\.5"):
        y.backward()
    assert u.grad == v.grad == 0.0


def test_a_leaf_that_the_graph_does_not_hold_may_change():
    w, _, _, c = neuron()
    other = Value(1.0)
    other.data = 2.0
    assert other * 2 is not None
    c.backward()
    assert w.grad != 0.0


@pytest.mark.parametrize("number", [0.8, np.float64(0.8)])
def test_the_same_number_set_again_is_no_change(number):
    w, _, _, c = neuron()
    before = gradient(c, w)
    w.data = number
    assert gradient(c, w) == before


def test_nan_set_again_is_no_change():
    u = Value(math.nan)
    y = u * 2
    u.data = math.nan
    assert gradient(y, u) == 2.0


def test_the_sign_of_zero_is_set():
    u = Value(0.0)
    u.data = -0.0
    assert math.copysign(1.0, u.data) == -1.0


def test_a_number_set_back_makes_the_graph_valid_again():
    """As differences of a parameter do, which are taken before the reverse pass."""
    w, a, b, c = neuron()
    before = gradient(c, w)
    for number in (0.8 + 1e-6, 0.8 - 1e-6):
        w.data = number
        other = (sigmoid(w * a + b) - 1.0) ** 2
        with pytest.raises(GraphError):
            gradient(c, w)
    w.data = 0.8
    assert gradient(c, w) == before
    with pytest.raises(GraphError, match=r"w = 0\.8, which was 0\.799999"):
        other.backward()


def test_what_was_forgotten_is_refused_all_the_same():
    w, a, _, c = neuron()
    for step in range(KEPT + 1):
        a.data = float(step)
    with pytest.raises(GraphError, match=r"a = 256\.0, which was another number"):
        gradient(c, w)
    a.data = 0.6
    with pytest.raises(GraphError, match=r"a = 0\.6, which was another number"):
        gradient(c, w)


def test_a_graph_made_partly_before_and_partly_after_is_refused():
    w, a = Value(2.0, "w"), Value(3.0, "a")
    z = w * a
    w.data = 5.0
    c = z * w
    with pytest.raises(GraphError, match=r"w = 5\.0, which was another number"):
        c.backward()


def test_of_two_graphs_that_share_a_leaf_the_older_is_refused():
    w, a, b, old = neuron()
    w.data = 0.5
    new = (sigmoid(w * a + b) - 1.0) ** 2
    new.backward()
    slope = w.grad
    with pytest.raises(GraphError):
        old.backward()
    assert w.grad == slope
    with pytest.raises(GraphError):
        (old + new).backward()


def test_a_derivative_with_a_graph_of_its_own_is_refused_too():
    w, _, _, c = neuron()
    slope = gradient(c, w, create_graph=True)
    w.data = 0.5
    with pytest.raises(GraphError, match=r"w = 0\.5"):
        gradient(slope, w)


def test_many_changed_leaves_are_counted():
    leaves = [Value(float(k), f"v{k}") for k in range(5)]
    y = total(leaves)
    for leaf in leaves:
        leaf.data += 1.0
    with pytest.raises(GraphError, match=r"v0 = 1\.0, which was 0\.0 .*\(and 4 more were changed"):
        y.backward()


# What can be set


def test_the_number_of_a_computed_value_is_not_set():
    w, a = Value(2.0, "w"), Value(3.0, "a")
    z = w * a
    for number in (7.0, 6.0):
        with pytest.raises(GraphError, match=r"a leaf, got Value\(6\.0\) computed by multiply; set the leaves"):
            z.data = number
    assert z.data == 6.0
    with pytest.raises(GraphError):
        z.data += 1.0
    z += 1.0
    assert z.data == 7.0


def test_constants_made_without_recording_are_set_like_leaves():
    w = Value(2.0)
    with no_grad():
        inside = w * 3
    outside = detach(w * 3)
    for constant in (inside, outside):
        y = w * constant
        constant.data = 7.0
        with pytest.raises(GraphError, match=r"7\.0, which was 6\.0"):
            gradient(y, w)
        assert gradient(w * constant, w) == 7.0


def test_a_constant_made_of_a_leaf_stays_what_it_was():
    w = Value(2.0)
    with no_grad():
        constant = w * 3
    w.data = 5.0
    assert constant.data == 6.0 and gradient(constant * w, w) == 6.0


def test_a_copied_leaf_is_another_one():
    w = Value(2.0, "w")
    twin = copy.copy(w)
    y = w * twin
    twin.data = 3.0
    with pytest.raises(GraphError, match=r"w = 3\.0, which was 2\.0"):
        y.backward()


# Leaves that live in arrays


def changed_through(name):
    def by_element(values, parameters, kept):
        values[1].data = 9.0

    def by_list(values, parameters, kept):
        parameters.data = np.array([1.0, 9.0, 3.0])

    def in_place(values, parameters, kept):
        parameters.data[1] = 9.0

    def in_an_array_kept(values, parameters, kept):
        kept[1] = 9.0

    def by_an_optimiser(values, parameters, kept):
        parameters.grad = np.array([0.0, -7.0, 0.0])
        nn.SGD(1.0).step(parameters)

    def by_another_list(values, parameters, kept):
        Parameters(values[1:]).data = np.array([9.0, 3.0])

    return locals()[name]


WAYS = ("by_element", "by_list", "in_place", "in_an_array_kept", "by_an_optimiser", "by_another_list")


@pytest.mark.parametrize("housed", [True, False], ids=["in an array", "on their own"])
@pytest.mark.parametrize("way", WAYS)
def test_a_number_changed_in_any_way_is_noticed(way, housed):
    values = [Value(float(k), f"v{k}") for k in (1, 2, 3)]
    parameters = together(values) if housed else Parameters(values)
    kept = parameters.data if way == "in_an_array_kept" else None
    if "in_" in way and not housed:
        pytest.skip("a copy, which changes nothing")
    y, beside = values[0] * values[1], values[0] * values[2]
    changed_through(way)(values, parameters, kept)
    for read in (lambda: y.backward(), lambda: gradient(y, values[0]), lambda: gradient(y + beside, values[2])):
        with pytest.raises(GraphError, match=r"v2 = 9\.0, which was 2\.0 when the graph was computed from it by"):
            read()
    assert gradient(beside, values[2]) == 1.0
    assert gradient(values[0] * values[1], values[0]) == 9.0
    values[1].data = 2.0
    assert gradient(y, values[0]) == 2.0


def test_leaves_that_move_into_an_array_or_on_are_not_changed_by_that():
    values = [Value(float(k), f"v{k}") for k in (1, 2, 3)]
    y = values[0] * values[1]
    together(values)
    assert gradient(y, values[0]) == 2.0
    together([*values, Value(4.0)])
    assert gradient(y, values[0]) == 2.0
    values[1].data = 9.0
    together([*values, Value(4.0), Value(5.0)])
    with pytest.raises(GraphError, match=r"v2 = 9\.0, which was 2\.0"):
        gradient(y, values[0])


def test_nan_in_an_array_is_no_change():
    values = [Value(math.nan), Value(2.0)]
    together(values)
    y = values[0] * values[1]
    assert gradient(y, values[0]) == 2.0


def test_training_is_noticed_and_changes_no_ordinary_loop():
    net = nn.MLP([2, 3, 1], seed=0)
    X, Y = np.array([[0.0, 1.0], [1.0, 0.0]]), np.array([[1.0], [0.0]])
    for compiled in (False, True, False, True):
        c = nn.squared_error(net([0.0, 1.0]), [1.0])
        nn.fit(net, X, Y, epochs=1, seed=0, progress=False, compiled=compiled)
        with pytest.raises(GraphError, match=r"w¹₀₀ = .*\(and 12 more were changed"):
            c.backward()
        nn.squared_error(net([0.0, 1.0]), [1.0]).backward()
        optimiser = nn.SGD(0.1)
        for _ in range(3):
            net.zero_grad()
            nn.squared_error(net([0.0, 1.0]), [1.0]).backward()
            optimiser.step(net.parameters())


def test_a_large_network_is_noticed_as_well():
    """Of many numbers changed at once it is not kept what they were."""
    for housed in (False, True):
        values = [Value(1.0) for _ in range(KEPT + 2)]
        parameters = together(values) if housed else Parameters(values)
        y = total(values)
        numbers = np.full(len(values), 2.0)
        numbers[0] = 1.0
        parameters.data = numbers
        with pytest.raises(GraphError, match=rf"was another number .*\(and {KEPT} more"):
            y.backward()
        assert gradient(values[0] * 3.0, values[0]) == 3.0
        total(values).backward()


# Compiled functions read the numbers that leaves have when they run


def test_compiled_functions_read_present_numbers():
    w = Value(2.0, "w")
    f = compile(lambda x: w * x)
    for number in (2.0, 3.0, 4.0):
        w.data = number
        cost, slopes = f.gradient([[1.0], [2.0]][0])
        assert cost == number and slopes.tolist() == [1.0]


def test_a_derivative_inside_a_compiled_function_is_of_present_numbers():
    w = Value(2.0, "w")
    square = w * w
    w.data = 3.0
    f = compile(lambda x: gradient(square * x, w, create_graph=True))
    assert f([1.0]).tolist() == [6.0]


# Threads


def test_a_leaf_changed_in_another_thread_is_noticed():
    w, _, _, c = neuron()
    thread = threading.Thread(target=lambda: setattr(w, "data", 0.5))
    thread.start()
    thread.join()
    with pytest.raises(GraphError, match=r"w = 0\.5"):
        c.backward()


def test_threads_that_train_their_own_leaves_do_not_disturb_one_another():
    failures = []

    def train():
        try:
            leaves = [Value(0.1 * k) for k in range(1, 6)]
            for _ in range(60):
                c = total([(leaf - 1.0) ** 2 for leaf in leaves])
                c.backward()
                for leaf in leaves:
                    leaf.data -= 0.1 * leaf.grad
                    leaf.grad = 0.0
        except AutogradError as error:
            failures.append(error)

    threads = [threading.Thread(target=train) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
