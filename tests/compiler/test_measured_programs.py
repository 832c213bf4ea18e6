"""The programs that `tests/benchmarks` measures: compiled, walked one Value at a time and written by hand, alike."""

import numpy as np
import pytest

from ..benchmarks.peers import by_hand
from ..benchmarks.zoo import PROGRAMS, SMALL, ZOO, as_values, leaves


def walked(case):
    """The mean cost and its gradient, one Value at a time."""
    values = {name: as_values(array) for name, array in case.numbers.items()}
    rows = zip(*(array.tolist() for array in case.arrays), strict=True)
    costs = [PROGRAMS[case.kind](values, *map(as_values_of, row), **case.settings) for row in rows]
    mean = sum(costs) / len(costs)
    mean.backward()
    return mean.data, [leaf.grad for leaf in leaves(list(values.values()))]


def as_values_of(sample):
    return as_values(np.array(sample))


@pytest.mark.parametrize("name", SMALL)
def test_compiled_walked_and_written_by_hand_they_are_alike(name):
    case = SMALL[name]()
    cost, slopes = walked(case)
    compiled, ordered = case.scalars()
    mean, found = compiled.gradient(*case.arrays)
    np.testing.assert_allclose(mean, cost, rtol=1e-12)
    np.testing.assert_allclose(ordered(found), slopes, rtol=1e-10, atol=1e-13)
    if case.kind in by_hand.PROGRAMS:
        step, told = by_hand.made(case.kind, case.numbers, case.arrays, case.settings)
        value, gradient = told(step())
        np.testing.assert_allclose(value, cost, rtol=1e-12)
        np.testing.assert_allclose(case.flat(gradient), slopes, rtol=1e-10, atol=1e-13)


def test_every_program_is_tried_small_and_measured_large():
    assert {make().kind for make in SMALL.values()} == {make().kind for make in ZOO.values()} == set(PROGRAMS)
