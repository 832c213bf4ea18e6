"""Samples of any shape and type: numbers, tables, whole numbers of few bits; every way of training takes them alike."""

import numpy as np
import pytest

import nn
from autograd import Value, tanh, total

DRAWS = np.random.default_rng(0)
TABLES, NUMBERS = DRAWS.normal(size=(12, 3, 2)), DRAWS.normal(size=12)
PIXELS = DRAWS.integers(200, 256, (12, 2), dtype=np.uint8)


class OfTable(nn.Module):
    """One Value of a table of numbers, row by row."""

    def __init__(self):
        self.weights = [[Value(0.1 * (i - j)) for j in range(2)] for i in range(3)]

    def __call__(self, x):
        return tanh(total([w * v for ws, vs in zip(self.weights, x, strict=True) for w, v in zip(ws, vs, strict=True)]))


class OfNumber(nn.Module):
    """One Value of one number."""

    def __init__(self):
        self.slope = Value(0.5)

    def __call__(self, x):
        return self.slope * x


class OfPixels(nn.Module):
    """One Value of squares that eight bits do not hold."""

    def __init__(self):
        self.scale = Value(0.5)

    def __call__(self, x):
        return self.scale * (x[0] * x[1]) / 2**16


SAMPLES = {"tables": (OfTable, TABLES), "numbers": (OfNumber, NUMBERS), "pixels": (OfPixels, PIXELS)}


@pytest.mark.parametrize("backend", ["numpy", "jax"])
@pytest.mark.parametrize("name", SAMPLES)
def test_a_compiled_training_is_that_of_walked_values(name, backend):
    if backend == "jax":
        pytest.importorskip("jax", reason='JAX is not installed: pip install "scalar-autograd[jax]"')
    make, rows = SAMPLES[name]
    options = {"optimiser": nn.SGD(0.1), "epochs": 2, "batch_size": 6, "seed": 0, "progress": False}
    found, expected = make(), make()
    history = nn.fit(found, rows, NUMBERS, backend=backend, **options)
    walked = nn.fit(expected, rows, NUMBERS, compiled=False, **(options | {"optimiser": nn.SGD(0.1)}))
    np.testing.assert_allclose(history.cost, walked.cost, rtol=1e-12)
    numbers = [value.data for value in found.parameters()]
    np.testing.assert_allclose(numbers, [value.data for value in expected.parameters()], rtol=1e-12)
    assert numbers != [value.data for value in make().parameters()]


@pytest.mark.parametrize("name", SAMPLES)
def test_what_is_predicted_has_a_row_for_each_sample(name):
    make, rows = SAMPLES[name]
    found = make().predict(rows)
    assert found.shape == (12,)
    np.testing.assert_allclose(found, make().predict(rows, compiled=False), rtol=1e-12)
