"""One number tells whether an array is finite, however long that is and however it lies."""

import math

import numpy as np
import pytest

from autograd.compiler.squares import all_finite, squares

WAYS = {
    "in order": lambda a: a,
    "transposed": lambda a: a.T,
    "every other": lambda a: a[:, ::2],
    "backwards": lambda a: a[::-1],
    "rows apart": lambda a: a[:, : a.shape[1] - 1],
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("shape", [(1, 2), (3, 5), (2, 4096), (8, 1025), (1, 30_000), (200, 300)])
def test_all_squares_are_added_and_every_number_tells(shape, way):
    array = way(np.random.default_rng(0).normal(size=shape))
    assert squares(array) == pytest.approx(math.fsum(x * x for x in array.ravel()), rel=1e-12)
    assert all_finite(array)
    for place in {0, array.size // 2, array.size - 1}:
        for bad in (math.nan, math.inf, -math.inf):
            spot = np.unravel_index(place, array.shape)
            before, array[spot] = array[spot], bad
            assert not math.isfinite(squares(array)) and not all_finite(array)
            array[spot] = before


@pytest.mark.parametrize("count", [3, 20_000])
def test_large_numbers_are_finite_though_their_squares_are_not(count):
    array = np.full(count, 1e200)
    assert squares(array) == math.inf and all_finite(array)
    assert all_finite(np.full(count, 1e38, np.float32))


def test_nothing_has_no_squares():
    assert squares(np.empty((0, 3))) == 0.0 and all_finite(np.empty(0))
