"""A training that diverges says so once: where, with which learning rate, and what to do."""

import math
import warnings

import numpy as np
import pytest

import nn
from autograd.errors import DomainError, NonFiniteError

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(50, 3)) * 100
Y = X @ [1.0, 2.0, 3.0] + 5


def train(optimiser, net=None, **options):
    net = nn.MLP([3, 8, 1], activation="relu", output="linear", seed=0) if net is None else net
    return nn.fit(net, X, Y, optimiser=optimiser, **({"epochs": 3, "seed": 0, "progress": False} | options))


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize(
    "rate, place, lower",
    [(1e6, "batch 4, with learning rate 1e+06", 1e5), (0.5, "batch 5, with learning rate 0.5", 0.05)],
)
def test_it_is_one_sentence_with_epoch_batch_rate_and_remedy(rate, place, lower, compiled):
    net = nn.MLP([3, 8, 1], activation="relu", output="linear", seed=0)
    with warnings.catch_warnings(record=True) as told, pytest.raises(NonFiniteError) as caught:
        train(nn.SGD(rate), net, compiled=compiled)
    assert str(caught.value) == (
        f"fit: expected finite numbers, got NaN or infinity in epoch 1, {place}: the training diverges; "
        f"lower the rate, say to {lower:g}, and bring inputs and targets near to -1..1"
    )
    assert not told and caught.value.__suppress_context__ and len(caught.value.__notes__) == 1
    assert all(math.isfinite(value.data) for value in net.parameters())


def test_the_epoch_is_counted_from_the_beginning():
    with pytest.raises(NonFiniteError, match=r"in epoch 18, batch 1, with learning rate 1000: "):
        nn.fit(
            nn.MLP([1, 1], output="linear", seed=0),
            [[1e3], [2e3]],
            [0.0, 1.0],
            optimiser=nn.SGD(lambda epoch: 1e-9 if epoch == 0 else 1e3),
            epochs=200,
            progress=False,
        )


@pytest.mark.parametrize("compiled", [True, False])
def test_before_the_first_step_it_is_not_the_rates_fault(compiled):
    net = nn.MLP([1, 1], output="linear", seed=0)
    with pytest.raises(NonFiniteError) as caught:
        nn.fit(net, [[1e200]], [0.0], epochs=2, progress=False, compiled=compiled)
    assert "diverges" not in str(caught.value)


def test_another_error_is_told_as_it_is():
    from autograd import log

    with pytest.raises(DomainError, match="log"):
        train(nn.SGD(1e-3), cost=lambda a, y: log(a[0] * 0.0 - 1.0))


@pytest.mark.parametrize("compiled", [True, False])
def test_a_cost_that_ends_beyond_all_measure_is_warned_of_once(compiled):
    net = nn.MLP([1, 1], output="linear", seed=0)
    with pytest.warns(
        RuntimeWarning, match=r"the cost rose from .* to .*e\+\d+ in 3 epochs, with learning rate 1:"
    ) as told:
        nn.fit(net, [[1e3], [2e3]], [0.0, 1.0], optimiser=nn.SGD(1.0), epochs=3, progress=False, compiled=compiled)
    assert len(told) == 1 and told[0].filename == __file__


def test_a_cost_that_falls_from_a_large_number_is_not():
    net = nn.MLP([1, 1], output="linear", seed=0)
    history = nn.fit(net, [[1.0], [2.0]], [1e6, 2e6], optimiser=nn.SGD(0.1), epochs=900, seed=0, progress=False)
    assert history.cost[0] > 1e9 > 1e3 > history.cost[-1]
