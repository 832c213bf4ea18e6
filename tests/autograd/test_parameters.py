"""Values and the arrays that compiled programs read are one: what either side sets, both have, wherever values live."""

import copy
import gc
import itertools
import pickle
import sys
import threading
import weakref

import numpy as np
import pytest

import nn
from autograd import Value, compile, gradient, weighted_sum
from autograd.errors import ArgumentError, AutogradError, OperandError
from autograd.parameters import HousedValue, Parameters, together


def three():
    values = [Value(1.0, label="p"), Value(2.0), Value(3.0)]
    return values, together(values)


def test_a_number_set_on_either_side_is_on_both():
    values, parameters = three()
    values[1].data = 5.0
    parameters.data[2] = 7.0
    assert parameters.data.tolist() == [1.0, 5.0, 7.0]
    assert [v.data for v in values] == [1.0, 5.0, 7.0]


def test_gradients_accumulate_on_both_sides_and_are_zeroed_on_both():
    values, parameters = three()
    (values[0] * values[2]).backward()
    assert parameters.grad.tolist() == [3.0, 0.0, 1.0]
    parameters.add_to_grad(np.array([0.0, 4.0, 0.0]))
    assert values[1].grad == 4.0
    parameters.zero_grad()
    assert [v.grad for v in values] == [0.0, 0.0, 0.0]
    values[1].grad = 2.0
    assert parameters.grad.tolist() == [0.0, 2.0, 0.0]


def test_gradients_from_before_are_kept():
    w = Value(2.0)
    (w * 3).backward()
    assert together([w]).grad.tolist() == [3.0]


def test_a_value_that_moved_is_still_a_leaf_with_its_label():
    values, _ = three()
    assert str(values[0].label) == "p" and values[0].operands == ()
    assert gradient(values[0] ** 2 * values[1], values) == [4.0, 1.0, 0.0]
    values[0] += 1
    assert values[0].data == 2.0


def test_bad_numbers_are_refused_and_change_nothing():
    values, parameters = three()
    with pytest.raises(AutogradError):
        values[0].data = "a"
    assert parameters.data.tolist() == [1.0, 2.0, 3.0]


def test_the_sequence_is_one_of_values():
    values, parameters = three()
    assert len(parameters) == 3 and parameters[1] is values[1] and list(parameters[1:]) == values[1:]
    assert repr(parameters) == "<3 parameters>"


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))])
def test_copies_have_numbers_of_their_own(copied):
    values, parameters = three()
    values[0].data = 8.0
    other = copied(values[0])
    other.data = 9.0
    assert type(other) is Value and parameters.data.tolist() == [8.0, 2.0, 3.0]


@pytest.mark.parametrize(
    "given, words",
    [
        (5, "got int"),
        ((Value(x) for x in (1.0, 2.0)), "got generator"),
        ("ab", "got str"),
        ([Value(1.0), 2.0], r"got float 2\.0 in it"),
        ([Value(1.0, "a") * 2], r"got 2\.0 computed by multiply"),
    ],
)
def test_what_is_no_leaf_is_refused(given, words):
    for make in (Parameters, together):
        with pytest.raises(OperandError, match="parameters: expected a list of leaf Values, " + words):
            make(given)


def test_a_value_twice_is_refused():
    a = Value(1.0, "a")
    with pytest.raises(ArgumentError, match=r"parameters: expected each Value once, got a = 1\.0 twice"):
        Parameters([a, Value(1.0), a])
    assert len(Parameters([Value(1.0), Value(1.0)])) == 2


def test_a_slot_that_is_not_used_costs_nothing():
    """A Value takes a block of 80 bytes of the allocator's, with the slot or without."""
    assert sys.getsizeof(Value(1.0)) <= 80
    assert not hasattr(Value(1.0), "_home")


# Where values live


def test_a_part_of_an_array_is_read_in_place():
    values, parameters = three()
    for part in (values, values[:2], values[1:], values[1:2]):
        view = together(part).view
        assert view is not None and np.shares_memory(view, parameters.data) and view.tolist() == [v.data for v in part]


def test_what_is_not_together_is_copied():
    values, parameters = three()
    for part in (values[::-1], values[::2], [values[1], values[0]]):
        assert Parameters(part).view is None
        assert Parameters(part).data.tolist() == [v.data for v in part]
    assert np.shares_memory(parameters.data, Parameters(values).data)


def test_the_larger_list_takes_values_over_and_the_smaller_one_reads_them_there():
    values, small = three()
    old, large = small.data, together([Value(0.0), *values])
    assert large.view is not None and np.shares_memory(small.data, large.data) and not np.shares_memory(old, small.data)
    for value in values:
        value.data += 10.0
    assert small.data.tolist() == [11.0, 12.0, 13.0] and large.data.tolist() == [0.0, 11.0, 12.0, 13.0]


def test_the_smaller_list_takes_nothing_from_a_larger_one():
    values, large = three()
    small = together([values[1], Value(7.0)])
    assert large.view is not None and small.view is None
    assert small.data.tolist() == [2.0, 7.0] and type(small[1]) is HousedValue
    small.data = np.array([5.0, 6.0])
    assert large.data.tolist() == [1.0, 5.0, 3.0] and small[1].data == 6.0


def test_a_value_of_a_class_of_ones_own_stays_what_it_is():
    class Weight(Value):
        __slots__ = ("note",)

    w, b = Weight(2.0), Value(1.0)
    w.note = "mine"
    f = compile(lambda x: w * x + b)
    assert f([3.0]).tolist() == [7.0]
    w.data = 4.0
    assert f.backward([3.0]) == 13.0 and (w.grad, b.grad) == (3.0, 1.0)
    assert type(w) is Weight and w.note == "mine"


def reference(values):
    return [v.data for v in values], [v.grad for v in values]


@pytest.mark.parametrize("seed", range(40))
def test_lists_that_overlap_in_any_way_are_never_stale(seed):
    """Numbers and gradients set in any order through Values and through lists, against plain dictionaries."""
    random = np.random.default_rng(seed)
    values = [Value(float(k)) for k in range(8)]
    data, grad = {id(v): v.data for v in values}, {id(v): 0.0 for v in values}
    lists = []
    for step in range(40):
        chosen = [values[k] for k in random.permutation(8)[: random.integers(1, 9)]]
        action = random.integers(6)
        if action == 0 or not lists:
            lists.append(together(chosen) if random.integers(3) else Parameters(chosen))
        elif action == 1:
            for v in chosen:
                v.data = data[id(v)] = float(random.integers(100))
                v.grad = grad[id(v)] = float(random.integers(3))
        else:
            parameters = lists[random.integers(len(lists))]
            numbers = random.integers(0, 100, len(parameters)).astype(float)
            if action == 2:
                parameters.zero_grad()
                grad |= {id(v): 0.0 for v in parameters}
            elif action == 3:
                parameters.add_to_grad(numbers)
                grad |= {id(v): grad[id(v)] + n for v, n in zip(parameters, numbers, strict=True)}
            elif action == 4:
                lent = parameters.lend_grad()
                if lent is not None:
                    assert not any(grad[id(v)] for v in parameters)
                    lent[:] = numbers
                    if step % 3 == 0:
                        together(chosen)  # moves them between the computation and its end
                    if step % 2:
                        chosen[0].grad = grad[id(chosen[0])] = 5.0
                    parameters.take_back(lent)
                    grad |= {id(v): grad[id(v)] + n for v, n in zip(parameters, numbers, strict=True)}
                else:
                    parameters.grad = numbers
                    grad |= dict(zip(map(id, parameters), numbers.tolist(), strict=True))
            else:
                kept = parameters.data
                kept += numbers
                if step % 2:
                    together(chosen)  # moves them between the computation and its end
                parameters.data = kept
                data |= dict(zip(map(id, parameters), kept.tolist(), strict=True))
        for some in (values, *lists):
            assert [v.data for v in some] == [data[id(v)] for v in some]
            assert [v.grad for v in some] == [grad[id(v)] for v in some]
        for some in lists:
            assert some.data.tolist() == [data[id(v)] for v in some]
            assert some.grad.tolist() == [grad[id(v)] for v in some]


# What this means for compiled functions


def costs_of(net):
    """Compiled functions of a network's parts, each of other parameters or in another order."""
    first, second = net.layers
    return {
        "first layer": compile(lambda x: sum(v * v for v in first(x))),
        "second layer": compile(lambda x: sum(second([*x, x[0]]))),
        "one neuron": compile(lambda x: first.neurons[1](x) ** 2),
        "backwards": compile(
            lambda x: sum(v for v in net(x)) + sum(weighted_sum(n.weights[::-1], x) for n in first.neurons[::-1])
        ),
        "network": compile(lambda x: sum(v * v for v in net(x))),
        "single": compile(lambda x: sum(v * v for v in net(x)), dtype=np.float32),
    }


X = np.random.default_rng(0).normal(size=(5, 3))


@pytest.mark.parametrize("order", list(itertools.permutations(range(6), 3))[::5])
def test_functions_of_parts_of_a_network_compiled_in_any_order_agree_with_eager_ones(order):
    net = nn.MLP([3, 4, 2], seed=0)
    functions = list(costs_of(net).values())
    for step, place in enumerate(order):
        functions[place](X)
        for value in net.parameters():
            value.data += 0.01 * (step + 1)
        nn.fit(net, X, X[:, :2] ** 2, epochs=1, seed=step, progress=False)
        for f in functions:
            net.zero_grad()
            cost = f.backward(X)
            slopes = [v.grad for v in net.parameters()]
            net.zero_grad()
            rows = [f.__wrapped__(row) for row in X.tolist()]
            for row in rows:
                (row / len(X)).backward()
            tolerance = 1e-5 if f._settings.dtype == np.float32 else 1e-12
            assert cost == pytest.approx(np.mean([row.data for row in rows]), rel=tolerance)
            assert slopes == pytest.approx([v.grad for v in net.parameters()], rel=tolerance, abs=tolerance)


def test_a_layer_that_was_looked_at_first_does_not_keep_its_network_from_one_array():
    net = nn.MLP([3, 4, 2], seed=0)
    layer = compile(lambda x: net.layers[0](x))
    layer(X)
    cost = compile(lambda x, y: nn.squared_error(net(x), y)).record(X, X[:, :2])
    assert cost.parameters.view is not None and layer.parameters.view is not None
    assert np.shares_memory(cost.parameters.view, layer.parameters.view)


def test_networks_that_share_a_layer_are_trained_as_they_are_eagerly():
    trained = []
    for compiled in (True, False):
        one, other = nn.MLP([3, 4, 2], seed=0), nn.MLP([3, 4, 2], seed=1)
        other.layers[0] = one.layers[0]
        for turn in range(3):
            for net in (one, other):
                nn.fit(net, X, X[:, :2] ** 2, epochs=2, seed=turn, batch_size=2, progress=False, compiled=compiled)
        trained.append([v.data for net in (one, other) for v in net.parameters()])
    assert trained[0] == pytest.approx(trained[1], rel=1e-11, abs=1e-12)


def test_no_value_is_read_one_by_one_where_lists_overlap(monkeypatch):
    """Of a hundred thousand that would be what takes the time."""
    one, other = nn.MLP([3, 4, 2], seed=0), nn.MLP([3, 4, 2], seed=1)
    other.layers[0] = one.layers[0]
    functions = [compile(lambda x, y, net=net: nn.squared_error(net(x), y)) for net in (one, other)]
    for f in functions * 2:
        f.backward(X, X[:, :2])
    optimisers = [nn.Adam(), nn.SGD(0.1)]

    def step():
        for f, optimiser in zip(functions, optimisers, strict=True):
            f.parameters.zero_grad()
            f.backward(X, X[:, :2])
            optimiser.step(f.parameters)

    step()
    for name in ("_data", "grad"):
        monkeypatch.delattr(HousedValue, name)
        monkeypatch.setattr(Value, name, property(lambda self: pytest.fail("one by one")))
    step()


def test_memory_that_values_left_is_given_back():
    values, small = three()
    array = weakref.ref(small.data.base if small.data.base is not None else small.data)
    together([*values, Value(4.0)])
    assert small.data.tolist() == [1.0, 2.0, 3.0]
    gc.collect()
    assert array() is None


def test_threads_that_move_values_lose_no_step_of_others():
    """One thread counts its parameters up while others take them over; every step must be in the end."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(5e-6)
    try:
        values = [Value(0.0) for _ in range(30)]
        mine = together(values[:10])
        done = threading.Event()

        def move():
            for size in range(10, 30):
                together([*values[:10], *(Value(0.0) for _ in range(size))])
            done.set()

        mover = threading.Thread(target=move)
        mover.start()
        steps = 0
        while not done.is_set() or steps < 10:
            numbers = mine.data
            numbers += 1.0
            mine.data = numbers
            values[3].data += 1.0
            mine.add_to_grad(np.ones(10))
            steps += 1
        mover.join()
    finally:
        sys.setswitchinterval(usual)
    assert [v.data for v in values[:10]] == [2.0 * steps if k == 3 else steps for k in range(10)]
    assert [v.grad for v in values[:10]] == [steps] * 10
