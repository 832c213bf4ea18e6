"""A training of some of a network's parameters: the others stay as they are."""

import numpy as np
import pytest

import nn
from autograd.errors import ArgumentError

DRAWS = np.random.default_rng(0)
X, Y = DRAWS.normal(size=(17, 4)), DRAWS.normal(size=(17, 2))


def network():
    return nn.MLP([4, 3, 2], activation="tanh", output="linear", seed=1)


def hexes(net):
    return [value.data.hex() for value in net.parameters()]


def learn(net, optimiser=None, **options):
    optimiser = nn.SGD(0.05, momentum=0.5) if optimiser is None else optimiser
    given = {"epochs": 3, "batch_size": 5, "seed": 0, "progress": False, "parameters": net.layers[-1].parameters()}
    return nn.fit(net, X, Y, optimiser=optimiser, **given | options)


@pytest.mark.parametrize("options", [{}, {"compiled": False}, {"backend": "jax"}], ids=["compiled", "eager", "jax"])
def test_a_head_learns_as_one_alone_on_what_the_body_gives(options):
    """The same training of the last layer by itself, on the body's activations computed by NumPy."""
    if options.get("backend") == "jax":
        pytest.importorskip("jax")
    net, head = network(), nn.MLP([3, 2], output="linear")
    body, last = net.layers
    weights, biases = body.weights, body.biases
    head.layers[0].weights, head.layers[0].biases = last.weights, last.biases
    history = learn(net, **options)
    features = np.tanh(X @ weights.T + biases)
    alone = nn.fit(
        head, features, Y, optimiser=nn.SGD(0.05, momentum=0.5), epochs=3, batch_size=5, seed=0, progress=False
    )
    np.testing.assert_allclose(last.weights, head.layers[0].weights, rtol=1e-12)
    np.testing.assert_allclose(last.biases, head.layers[0].biases, rtol=1e-12)
    np.testing.assert_allclose(history.cost, alone.cost, rtol=1e-12)
    assert np.array_equal(body.weights, weights) and np.array_equal(body.biases, biases)


def test_the_order_in_which_they_are_given_does_not_matter():
    one, other = network(), network()
    learn(one, nn.Adam(0.02))
    learn(other, nn.Adam(0.02), parameters=(value for value in reversed(other.layers[-1].parameters())))
    assert hexes(one) == hexes(other)


def test_all_of_them_are_what_no_choice_is():
    one, other = network(), network()
    learn(one, parameters=None)
    learn(other, parameters=other.parameters())
    assert hexes(one) == hexes(other)


@pytest.mark.parametrize("compiled", [True, False])
def test_it_is_resumed_to_the_bit_with_the_best_epoch_restored(tmp_path, compiled):
    options = {"compiled": compiled, "validation": 0.3, "early_stopping": 50}
    whole = network()
    learn(whole, nn.Adam(0.02), epochs=6, **options)
    for epochs in (2, 6):
        net = network()
        learn(net, nn.Adam(0.02), epochs=epochs, checkpoint=tmp_path / "run.npz", resume=True, **options)
    assert hexes(net) == hexes(whole)
    assert hexes(nn.load(tmp_path / "run.npz")) == hexes(whole)


def test_the_checkpoint_of_another_choice_is_refused(tmp_path):
    path = tmp_path / "run.npz"
    learn(network(), checkpoint=path, epochs=1)
    net = network()
    before = hexes(net)
    for parameters, words in (
        (None, "parameters: expected 8 of 23 with checksum .* as in the checkpoint .*, got all;"),
        (net.parameters()[:8], "parameters: expected 8 of 23 with checksum .*, got 8 of 23 with checksum"),
    ):
        with pytest.raises(ArgumentError, match=words):
            learn(net, checkpoint=path, resume=True, parameters=parameters)
    assert hexes(net) == before
