"""Callbacks: what they are told, how they end a training, what an error in one leaves."""

import numpy as np
import pytest

import nn

X, Y = np.random.default_rng(0).normal(size=(9, 2)), np.arange(9) % 2


def train(callbacks, net=None, **options):
    net = nn.MLP([2, 1], seed=0) if net is None else net
    return nn.fit(net, X, Y, callbacks=callbacks, **({"epochs": 5, "seed": 0, "progress": False} | options))


def numbers_of(net):
    return [value.data for value in net.parameters()]


@pytest.mark.parametrize("compiled", [True, False])
def test_each_is_called_after_each_epoch(compiled):
    seen, net, optimiser = [], nn.MLP([2, 1], seed=0), nn.SGD(0.5)

    def look(epoch):
        seen.append((epoch.number, list(epoch.history.cost), numbers_of(epoch.net)))
        assert epoch.net is net and epoch.optimiser is optimiser

    counted = []
    history = train([look, counted.append], net, optimiser=optimiser, compiled=compiled)
    assert [number for number, _, _ in seen] == [epoch.number for epoch in counted] == [1, 2, 3, 4, 5]
    assert [costs for _, costs, _ in seen] == [history.cost[:k] for k in range(1, 6)]
    assert seen[-1][2] == numbers_of(net) != seen[0][2]
    assert counted[0].history is history and history.stopped == ""


def test_one_function_needs_no_list():
    seen = []
    train(lambda epoch: seen.append(epoch.number), epochs=2)
    assert seen == [1, 2]


@pytest.mark.parametrize("answer, epochs", [(True, 2), (np.True_, 2), (False, 5), (None, 5), (1, 5), ("stop", 5)])
def test_true_ends_the_training(answer, epochs):
    called = []
    first, second = (lambda epoch: answer if epoch.number == 2 else None), lambda epoch: called.append(epoch.number)
    history = train([first, second])
    assert len(history.cost) == epochs and called == list(range(1, epochs + 1))
    assert history.stopped == ("callback" if epochs == 2 else "")


def test_an_error_leaves_the_epoch_whole(tmp_path):
    """The checkpoint has it, so that the training goes on from there."""
    kept, path = [], tmp_path / "run.npz"

    def fail(epoch):
        kept.append(epoch.history)
        if epoch.number == 2:
            raise KeyError("mine")

    net = nn.MLP([2, 1], seed=0)
    with pytest.raises(KeyError, match="mine"):
        train(fail, net, checkpoint=path)
    assert [len(column) for column in kept[-1].to_dict().values()] == [2] * 4
    assert numbers_of(nn.load(path)) == numbers_of(net)
    whole = nn.MLP([2, 1], seed=0)
    history = train((), whole)
    assert train((), net, checkpoint=path, resume=True).cost == history.cost
    assert numbers_of(net) == numbers_of(whole)


def test_ctrl_c_in_one_is_that_of_a_training():
    def interrupt(epoch):
        if epoch.number == 3:
            raise KeyboardInterrupt

    history = train([interrupt])
    assert history.interrupted and len(history.cost) == 3


def test_a_resumed_training_goes_on_counting(tmp_path):
    seen, options = [], {"checkpoint": tmp_path / "run.npz", "resume": True}
    for epochs in (2, 4):
        train(lambda epoch: seen.append((epoch.number, len(epoch.history.cost))), epochs=epochs, **options)
    assert seen == [(1, 1), (2, 2), (3, 3), (4, 4)]


@pytest.mark.parametrize("compiled", [True, False])
def test_one_may_set_the_learning_rate(compiled):
    def halve(epoch):
        epoch.optimiser.learning_rate /= 2

    nets = [nn.MLP([2, 1], seed=0) for _ in range(2)]
    history = train(halve, nets[0], optimiser=nn.SGD(0.4), epochs=3, compiled=compiled)
    train((), nets[1], optimiser=nn.SGD(lambda epoch: 0.4 / 2**epoch), epochs=3, compiled=compiled)
    assert history.learning_rate == [0.4, 0.2, 0.1]
    assert numbers_of(nets[0]) == numbers_of(nets[1])


@pytest.mark.parametrize("compiled", [True, False])
def test_one_may_change_the_network(compiled):
    """As a constraint on weights does."""

    def clear(epoch):
        for value in epoch.net.parameters():
            value.data = 0.0

    net = nn.MLP([2, 1], seed=0)
    history = train(clear, net, optimiser=nn.SGD(0.1), compiled=compiled, batch_size=9)
    assert numbers_of(net) == [0.0] * 3
    assert history.cost[1:] == [pytest.approx(0.25)] * 4
