"""How sums are added up: eager exactly from left to right on every Python, compiled within the bound of any order."""

import math
import sys
from fractions import Fraction
from itertools import accumulate

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Value, chain_rule, compile, logsumexp, mean, softmax, total, weighted_sum
from autograd.namespaces import ARRAYS, FLOATS, left_to_right, positions

CANCELLING = [1e16, 1.0, -1e16]
NUMBERS = st.lists(st.floats(-1e17, 1e17), min_size=1, max_size=40)


def rounded_after_each(terms, start=0.0):
    """The sum by its definition: each partial sum is the float nearest to the exact one."""
    return [*accumulate(terms, lambda a, b: float(Fraction(a) + Fraction(b)), initial=start)][-1]


def test_what_is_lost_from_left_to_right_is_lost_on_every_python():
    assert rounded_after_each(CANCELLING) == 0.0
    assert sum(CANCELLING, 0.0) == (0.0 if sys.version_info < (3, 12) else 1.0)  # why the built-in sum is no rule
    assert total(CANCELLING).data == mean(CANCELLING).data == weighted_sum(CANCELLING, [1.0] * 3).data == 0.0
    assert weighted_sum([1.0, -1e16], [1.0, 1.0], 1e16).data == 0.0  # the bias first, as FLOATS starts from it
    assert compile(total)(np.array([CANCELLING])).tolist() == [0.0]


@given(NUMBERS)
def test_eager_sums_are_exactly_from_left_to_right(numbers):
    expected = rounded_after_each(numbers)
    assert left_to_right(numbers) == expected
    assert total(numbers).data == expected
    assert mean(numbers).data == expected / len(numbers)
    assert weighted_sum(numbers, [1.0] * len(numbers)).data == expected
    assert weighted_sum(numbers, [1.0] * len(numbers), 0.1).data == rounded_after_each(numbers, 0.1)


@given(st.lists(st.floats(-40.0, 0.0), min_size=2, max_size=20))
def test_the_sum_inside_logsumexp_is_from_left_to_right_too(numbers):
    largest = max(numbers)

    def above(order):
        """How far the logarithm is above the largest: that is made of all but one of the largest."""
        others = [*order]
        others.remove(largest)
        return math.log1p(rounded_after_each([math.exp(a - largest) for a in others]))

    assert logsumexp(numbers).data == largest + above(numbers)
    rotated = [[a, *numbers[:i], *numbers[i + 1 :]] for i, a in enumerate(numbers)]
    assert [p.data for p in softmax(numbers)] == [math.exp(order[0] - largest - above(order)) for order in rotated]


@given(NUMBERS)
@pytest.mark.parametrize("shape", [(), (1,), (3,)])
def test_arrays_are_added_in_the_order_of_floats(shape, numbers):
    columns = [np.full(shape, number) for number in numbers]
    assert np.all(ARRAYS.total(*columns) == FLOATS.total(*numbers))
    assert np.all(ARRAYS.weighted_sum(*columns, *columns) == FLOATS.weighted_sum(*numbers, *numbers))
    scaled = [number / 1e16 for number in numbers]
    same = ARRAYS.logsumexp(*[np.full(shape, number) for number in scaled])
    np.testing.assert_allclose(same, FLOATS.logsumexp(*scaled), 1e-14, 1e-14)  # NumPy's exp is another than math's


@settings(max_examples=30)
@given(NUMBERS)
def test_compiled_sums_are_within_the_bound_of_reordered_summation(numbers):
    n = len(numbers)
    bound = n * sys.float_info.epsilon * math.fsum(map(abs, numbers))
    for f in (compile(total), compile(lambda x: weighted_sum(x, [1.0] * n))):
        assert abs(f(np.array([numbers]))[0] - total(numbers).data) <= bound


def test_the_terms_of_a_chain_rule_are_added_from_left_to_right():
    x = Value(1.0, label="x")
    c = total([1e16 * x, x, -1e16 * x])
    c.backward()
    assert chain_rule(c, x).value == x.grad == 0.0


@pytest.mark.parametrize("index", [2.0, -3.0, 1e300, -math.inf, math.nan])
def test_an_index_that_no_option_has_is_outside_the_domain_of_a_choice(index):
    with pytest.raises(ValueError, match="no option"):
        FLOATS.choose(index, 1.0, 2.0)
    with np.errstate(invalid="ignore"):
        assert math.isnan(ARRAYS.choose(np.array(index), 1.0, 2.0))
    if not math.isnan(index):
        with np.errstate(invalid="raise"), pytest.raises(FloatingPointError):
            ARRAYS.choose(np.array([0.0, index]), 1.0, 2.0)
    with pytest.raises(FloatingPointError), np.errstate(invalid="raise"):
        positions(np.array([0.0, index]), 2)


def test_a_choice_is_the_option_itself():
    options = [-0.0, 2.0, -3.0]
    for index in (-3.0, -1.5, -1.0, 0.0, 0.9, 1.0, 2.0):
        expected = options[math.floor(index)]
        for found in (FLOATS.choose(index, *options), float(ARRAYS.choose(np.array(index), *options))):
            assert (found, math.copysign(1.0, found)) == (expected, math.copysign(1.0, expected))
        assert positions(np.array([index]), 3).tolist() == [math.floor(index) % 3]
