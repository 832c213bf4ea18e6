"""Values and the flat arrays that compiled programs read are one: what either side sets, both have."""

import pickle

import numpy as np
import pytest

from autograd import Value, gradient
from autograd.errors import AutogradError
from autograd.parameters import FlatParameters, add_to_grad, bound, flat, numbers


def three():
    values = [Value(1.0, label="p"), Value(2.0), Value(3.0)]
    return values, FlatParameters(values)


def test_a_number_set_on_either_side_is_on_both():
    values, together = three()
    values[1].data = 5.0
    together.data[2] = 7.0
    assert together.data.tolist() == [1.0, 5.0, 7.0]
    assert [v.data for v in values] == [1.0, 5.0, 7.0]


def test_gradients_accumulate_on_both_sides_and_are_zeroed_on_both():
    values, together = three()
    (values[0] * values[2]).backward()
    assert together.grad.tolist() == [3.0, 0.0, 1.0]
    together.grad[1] += 4.0
    assert values[1].grad == 4.0
    together.zero_grad()
    assert [v.grad for v in values] == [0.0, 0.0, 0.0]
    values[1].grad = 2.0
    assert together.grad.tolist() == [0.0, 2.0, 0.0]


def test_gradients_from_before_are_kept():
    w = Value(2.0)
    (w * 3).backward()
    assert FlatParameters([w]).grad.tolist() == [3.0]


def test_a_bound_value_is_still_a_leaf_with_its_label():
    values, _ = three()
    assert str(values[0].label) == "p" and values[0].operands == ()
    assert gradient(values[0] ** 2 * values[1], values) == [4.0, 1.0, 0.0]
    values[0] += 1
    assert values[0].data == 2.0


def test_bad_numbers_are_refused_and_change_nothing():
    values, together = three()
    with pytest.raises(AutogradError):
        values[0].data = "a"
    assert together.data.tolist() == [1.0, 2.0, 3.0]


def test_flat_recognises_all_of_them_in_order_alone():
    values, together = three()
    assert flat(together) is together and flat(values) is together
    assert flat(values[::-1]) is None and flat(values[:2]) is None and flat([]) is None


def test_values_are_bound_once():
    values, together = three()
    assert bound(values) is together
    assert bound([*values, Value(0.0)]) is None


def test_values_bound_anywhere_are_read_and_added_to_one_by_one():
    values, together = three()
    mixed = [Value(9.0), values[2], values[0]]
    assert numbers(mixed).tolist() == [9.0, 3.0, 1.0]
    add_to_grad(mixed, np.array([1.0, 2.0, 3.0]))
    assert mixed[0].grad == 1.0 and together.grad.tolist() == [3.0, 0.0, 2.0]


def test_the_sequence_is_one_of_values():
    values, together = three()
    assert len(together) == 3 and together[1] is values[1] and list(together[1:]) == values[1:]
    assert repr(together) == "<3 parameters>"


def test_pickled_values_keep_their_numbers():
    values, _ = three()
    values[0].data = 8.0
    assert [v.data for v in pickle.loads(pickle.dumps(values))] == [8.0, 2.0, 3.0]
