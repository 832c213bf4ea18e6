"""Layer normalisation: its equation, its derivatives, PyTorch's names."""

import numpy as np
import pytest

import nn
from autograd import Value, check_gradient, compile, total
from autograd.errors import ArgumentError, OperandError, ShapeError

X = np.random.default_rng(0).normal(3.0, 2.0, size=(6, 5))


def made():
    """With gains and biases that are not those of the beginning."""
    norm, random = nn.LayerNorm(5), np.random.default_rng(1)
    norm.load_state_dict({"weight": random.normal(size=5), "bias": random.normal(size=5)})
    return norm


def normed(rows, epsilon=1e-5):
    return (rows - rows.mean(axis=1, keepdims=True)) / np.sqrt(rows.var(axis=1, keepdims=True) + epsilon)


def test_at_first_the_mean_is_0_and_the_variance_1():
    found = compile(lambda x: nn.LayerNorm(5)(x))(X)
    np.testing.assert_allclose(found, normed(X), rtol=0, atol=1e-14)
    np.testing.assert_allclose([found.mean(axis=1), found.var(axis=1)], [[0] * 6, [1] * 6], atol=1e-4)


def test_eager_and_compiled_are_the_equation():
    norm = made()
    weight, bias = norm.state_dict().values()
    expected = weight * normed(X) + bias
    np.testing.assert_allclose(compile(lambda x: norm(x))(X), expected, rtol=0, atol=1e-14)
    np.testing.assert_allclose([[a.data for a in norm(row.tolist())] for row in X], expected, rtol=0, atol=1e-14)


def test_derivatives_are_differences():
    norm = made()
    assert check_gradient(lambda *x: total([a**3 for a in norm(list(x))]), at=X[0].tolist()).ok
    cost = compile(lambda x: total([a**3 for a in norm(x)]))
    _, slopes = cost.gradient(X)
    for parameter, slope in zip(cost.parameters, slopes, strict=True):
        before, ends = parameter.data, []
        for parameter.data in (before - 1e-5, before + 1e-5):
            ends.append(cost(X).mean())
        parameter.data = before
        assert slope == pytest.approx((ends[1] - ends[0]) / 2e-5, rel=1e-6)


def test_equal_activations_are_the_bias():
    assert [a.data for a in nn.LayerNorm(3)([2.0, 2.0, 2.0])] == [0.0, 0.0, 0.0]
    assert [a.data for a in nn.LayerNorm(1)([Value(7.0)])] == [0.0]


def test_its_numbers_are_pytorchs():
    torch = pytest.importorskip("torch")
    norm, peer = made(), torch.nn.LayerNorm(5, dtype=torch.float64)
    peer.load_state_dict({name: torch.tensor(array) for name, array in norm.state_dict().items()})
    expected = peer(torch.tensor(X)).detach().numpy()
    np.testing.assert_allclose(compile(lambda x: norm(x))(X), expected, rtol=0, atol=1e-12)


def test_its_parameters_have_names():
    norm = nn.LayerNorm(2)
    assert [name for name, _ in norm.named_parameters()] == ["weight.0", "weight.1", "bias.0", "bias.1"]
    assert [str(value.label) for value in norm.parameters()] == ["g₀", "g₁", "b₀", "b₁"] and repr(
        norm
    ) == "LayerNorm(2)"


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: nn.LayerNorm(0), ArgumentError, "size: .*at least 1, got 0"),
        (lambda: nn.LayerNorm(2.0), ArgumentError, "size: .*got 2.0"),
        (lambda: nn.LayerNorm(2, epsilon=0.0), ArgumentError, "epsilon: .*above 0, got 0.0"),
        (lambda: nn.LayerNorm(2, epsilon="1"), OperandError, "epsilon: expected a real number"),
        (lambda: nn.LayerNorm(2)([1.0]), ShapeError, "LayerNorm: expected 2 activations, got 1"),
        (lambda: nn.LayerNorm(2)(1.0), OperandError, "LayerNorm: expected a list of activations, got float"),
        (lambda: nn.LayerNorm(2)([1.0, None]), OperandError, r"LayerNorm\[1\]: expected .* number, got NoneType"),
    ],
)
def test_refusals_name_what_came(make, error, words):
    with pytest.raises(error, match=words):
        make()
