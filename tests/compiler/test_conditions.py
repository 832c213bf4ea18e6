"""Comparisons while a function is recorded are what bools are to Python, and whole numbers what ints are."""

import numpy as np
import pytest

from autograd import Value, compile, gradient, where

W, V = Value(2.0, "w"), Value(-0.7, "v")
P = [Value(0.5 - 0.3 * k) for k in range(4)]
X = np.array([-2.0, -0.5, 0.5, 1.5, 0.0])
I = np.array([0, 3, 1, 2, 0])  # noqa: E741  # as the document calls an index

FUNCTIONS = {
    "an index": lambda x: [W, V][x > 0] * x,
    "an int": lambda x: [W, V][int(x > 0)] * x,
    "a sum of them, an index": lambda x: P[(x > -1) + (x > 0) + (x > 1)] * x,
    "a count of them, an index": lambda x: P[sum(x > k for k in (-1, 0, 1))] * x,
    "a difference of them": lambda x: W * ((x > 0) - (x < 0)),
    "a product with a Value": lambda x: (x > 0) * W + (x <= 0) * V,
    "a key": lambda x: {True: W, False: V}[x > 0] * x,
    "a member of a set": lambda x: W * x if (x > 0) in {True} else V,
    "text": lambda x: {"True": W, "False": V}[str(x > 0)] * x,
    "formatted": lambda x: {"True": W, "False": V}[f"{x > 0}"] * x,
    "a remainder": lambda x: W * x if ((x > -1) + (x > 0)) % 2 else V * x,
    "repeated": lambda x: sum([W * x] * ((x > 0) + 1)),
    "a loop count": lambda x: sum(W * x for _ in range((x > 0) + (x > 1))) + V,
    "equal to True": lambda x: W * x if (x > 0) == True else V,  # noqa: E712
    "unlike another": lambda x: W * x if (x > 0) != (x > 1) else V,
    "and, or, not": lambda x: where((x > -1) & ~(x > 1) | (x < -1.5), W * x, V),
    "exclusive or": lambda x: where((x > -1) ^ (x > 1), W * x, V),
    "and True": lambda x: where((x > -1) & True, W * x, V),
    "a float": lambda x: W * float(x > 0) + x,
}


def rows_of(function, *arrays):
    """Values and mean gradient of the scalar engine."""
    results = [function(*(Value(a) if isinstance(a, float) else a for a in row)) for row in zip(*arrays, strict=True)]
    slopes = [gradient(result, [W, V, *P]) for result in results]
    return [result.data for result in results], np.mean(slopes, axis=0)


def assert_same(function, *arrays):
    f = compile(function)
    values, slopes = rows_of(function, *(a.tolist() for a in arrays))
    np.testing.assert_allclose(f(*arrays), values, 1e-14, 1e-14)
    found = dict(zip(f.parameters, f.gradient(*arrays)[1], strict=True))
    np.testing.assert_allclose([found.get(leaf, 0.0) for leaf in [W, V, *P]], slopes, 1e-14, 1e-14)


@pytest.mark.filterwarnings("ignore:Bitwise inversion:DeprecationWarning")  # of the scalar engine's bools
@pytest.mark.parametrize("way", FUNCTIONS)
def test_a_comparison_is(way):
    assert_same(FUNCTIONS[way], X)


WHOLE = {
    "text": lambda x, i: {"0": W, "1": V}.get(str(i), P[0]) * x,
    "formatted": lambda x, i: {"0": W, "1": V}.get(f"{i}", P[0]) * x,
    "formatted with a width": lambda x, i: {"00": W, "03": V}.get(f"{i:02}", P[0]) * x,
    "a float": lambda x, i: W * x * float(i) + V,
    "a complex number": lambda x, i: W * x * complex(i).real + V,
    "an int": lambda x, i: W * x * int(i) + V,
    "divided": lambda x, i: W * x * (i / 2) + V,
}


@pytest.mark.parametrize("way", WHOLE)
def test_a_whole_number_is(way):
    assert_same(WHOLE[way], X, I)
