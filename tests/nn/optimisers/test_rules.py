"""The rules against their formulas written out, and against PyTorch's."""

import math

import numpy as np
import pytest

import nn
from autograd import Value

# Every rule, with all that it may have.
MAKERS = [
    lambda: nn.SGD(0.1),
    lambda: nn.SGD(0.1, momentum=0.9, weight_decay=0.1, clip_value=0.5),
    lambda: nn.Nesterov(0.1, weight_decay=0.1),
    lambda: nn.RMSprop(0.1, momentum=0.5, clip_norm=1.0),
    lambda: nn.Adam(0.1),
    lambda: nn.Adam(0.1, weight_decay=0.1, clip_norm=1.0, clip_value=0.7),
    lambda: nn.AdamW(0.1),
]
GRADIENTS = [2.0, -0.5, 0.01]


def stepped(optimiser, number, gradients):
    """The number after each step with the gradients given."""
    parameter, path = Value(number), []
    for partial in gradients:
        parameter.grad = partial
        optimiser.step([parameter])
        path.append(parameter.data)
    return path


def test_sgd_goes_down_the_gradient():
    assert stepped(nn.SGD(0.5), 1.0, [2.0, -1.0, 0.0]) == [0.0, 0.5, 0.5]


def test_momentum_remembers():
    """v = 2, then 0.5 * 2 + 1 = 2, then 0.5 * 2 + 0 = 1."""
    assert stepped(nn.SGD(0.25, momentum=0.5), 1.0, [2.0, 1.0, 0.0]) == [0.5, 0.0, -0.25]


def test_nesterov_looks_ahead():
    """v = 2 and the step 2 + 0.5 * 2; then v = 0.5 * 2 - 0.5 = 0.5 and the step -0.5 + 0.5 * 0.5."""
    assert stepped(nn.Nesterov(0.25, momentum=0.5), 1.0, [2.0, -0.5]) == [0.25, 0.3125]


@pytest.mark.parametrize("momentum", [0.0, 0.5])
def test_rmsprop_divides_by_the_root_of_the_mean_square(momentum):
    number, s, v, path = 1.0, 0.0, 0.0, []
    for g in GRADIENTS:
        s = 0.8 * s + 0.2 * g * g
        v = momentum * v + g / (math.sqrt(s) + 1e-3)
        number -= 0.1 * v
        path.append(number)
    optimiser = nn.RMSprop(0.1, alpha=0.8, epsilon=1e-3, momentum=momentum)
    assert stepped(optimiser, 1.0, GRADIENTS) == pytest.approx(path, rel=1e-14)


@pytest.mark.parametrize("decay", ["none", "of the gradient", "of the parameters"])
def test_adam_is_its_papers_algorithm(decay):
    rate, beta1, beta2, epsilon = 0.1, 0.8, 0.9, 1e-3
    number, m, v, path = 1.0, 0.0, 0.0, []
    for t, partial in enumerate(GRADIENTS, start=1):
        g = partial + 0.3 * number if decay == "of the gradient" else partial
        m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g * g
        shrunk = rate * 0.3 * number if decay == "of the parameters" else 0.0
        number -= shrunk + rate * (m / (1 - beta1**t)) / (math.sqrt(v / (1 - beta2**t)) + epsilon)
        path.append(number)
    settings = {"betas": (beta1, beta2), "epsilon": epsilon}
    optimiser = {
        "none": lambda: nn.Adam(rate, **settings),
        "of the gradient": lambda: nn.Adam(rate, weight_decay=0.3, **settings),
        "of the parameters": lambda: nn.AdamW(rate, weight_decay=0.3, **settings),
    }[decay]()
    assert stepped(optimiser, 1.0, GRADIENTS) == pytest.approx(path, rel=1e-13)


def test_adams_first_step_is_the_rate_whatever_the_gradient():
    for partial in (1e-4, 1.0, -1e6):
        [number] = stepped(nn.Adam(0.1), 0.0, [partial])
        assert number == pytest.approx(-math.copysign(0.1, partial), rel=1e-3)


def test_weight_decay_is_the_gradient_of_the_squared_parameters():
    """1 - 0.5 (2 + 0.1 * 1), then -0.05 - 0.5 (-0.5 + 0.1 * -0.05)."""
    assert stepped(nn.SGD(0.5, weight_decay=0.1), 1.0, [2.0, -0.5]) == pytest.approx([-0.05, 0.2025], rel=1e-14)


def test_adamw_without_a_gradient_decays_alone():
    assert stepped(nn.AdamW(0.5, weight_decay=0.1), 1.0, [0.0, 0.0]) == pytest.approx([0.95, 0.9025], rel=1e-14)


PEERS = {
    "SGD": (nn.SGD, "SGD", {}),
    "momentum": (nn.SGD, "SGD", {"momentum": 0.9, "weight_decay": 0.05}),
    "Nesterov": (nn.Nesterov, "SGD", {"momentum": 0.8, "weight_decay": 0.05}),
    "RMSprop": (nn.RMSprop, "RMSprop", {"alpha": 0.9, "momentum": 0.5, "weight_decay": 0.05}),
    "Adam": (nn.Adam, "Adam", {"betas": (0.8, 0.95)}),
    "Adam with weight decay": (nn.Adam, "Adam", {"weight_decay": 0.05}),
    "AdamW": (nn.AdamW, "AdamW", {"weight_decay": 0.05}),
}


@pytest.mark.parametrize("clip_value", [None, 0.6])
@pytest.mark.parametrize("name", PEERS)
def test_twenty_steps_are_pytorchs(name, clip_value):
    """Down a valley of unequal slopes; the rates are those of the schedule, set anew in each epoch of four steps."""
    torch = pytest.importorskip("torch")
    ours, theirs, settings = PEERS[name]
    start, steepness = np.random.default_rng(0).normal(size=6), np.array([0.01, 0.1, 0.5, 1.0, 2.0, 3.0])
    rate = nn.step_decay(0.1, every=2, factor=0.5)
    parameters, optimiser = [Value(x) for x in start], ours(rate, clip_value=clip_value, **settings)
    tensor = torch.tensor(start, requires_grad=True)
    more = {"nesterov": True} if name == "Nesterov" else {}
    peer = getattr(torch.optim, theirs)([tensor], lr=0.1, **settings, **more)
    for step in range(20):
        for parameter, steep in zip(parameters, steepness, strict=True):
            parameter.grad = steep * parameter.data**3
        tensor.grad = torch.tensor(steepness) * tensor.detach() ** 3
        if clip_value is not None:
            torch.nn.utils.clip_grad_value_([tensor], clip_value)
        optimiser.step(parameters)
        peer.step()
        if step % 4 == 3:
            optimiser.epoch += 1
            peer.param_groups[0]["lr"] = rate(optimiser.epoch)
    found = [parameter.data for parameter in parameters]
    assert not np.allclose(found, start, rtol=1e-3)
    np.testing.assert_allclose(found, tensor.detach().numpy(), rtol=0, atol=1e-12)
