"""The first chapter: what neurons look for, what a weight's sign means, what a bias does."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

import nn
from autograd.reals import number
from gallery.picture import Chapter, Made, Picture

# Weight decay, and how many copies of each image, moved and turned a little, are learned from beside it.
TRAININGS = {
    "without weight decay": (0.0, 0),
    "weight decay 0.003": (0.003, 0),
    "weight decay 0.0003, moved copies too": (0.0003, 7),
}
STROKES = TRAININGS["weight decay 0.0003, moved copies too"]


@cache
def digits() -> tuple[Any, Any]:
    """The shipped digits: those to learn from, and those never seen."""
    from loading import read_csv, split

    return split(read_csv(), seed=0)


@cache
def trained(weight_decay: float, copies: int) -> tuple[nn.MLP, float]:
    """A network that learned to read the digits, and how many of the unseen it reads rightly."""
    from copies import with_copies

    train, test = digits()
    seen = with_copies(train, copies, seed=0)
    net = nn.MLP([train.pixels.shape[1], 16, 10], output="linear", seed=0)
    nn.fit(
        net, seen.pixels, seen.digits, cost=nn.cross_entropy, optimiser=nn.Adam(0.01, weight_decay=weight_decay),
        epochs=80 // (copies + 1), batch_size=32, seed=0, progress=False,
    )  # fmt: skip
    return net, nn.accuracy(net, test.pixels, test.digits)


def agreement(weights: Any) -> float:
    """How much neighbouring pixels' weights are alike: their correlation, 0 for noise, 1 for one broad stroke."""
    side = round(weights.shape[1] ** 0.5)
    tiles = weights.reshape(-1, side, side)
    pairs = [(tiles[:, 1:], tiles[:, :-1]), (tiles[:, :, 1:], tiles[:, :, :-1])]
    one, other = (np.concatenate([pair[at].ravel() for pair in pairs]) for at in range(2))
    return float((one * other).sum() / np.sqrt((one**2).sum() * (other**2).sum()))


def features() -> Made:
    """A hidden layer as three trainings leave it."""
    import tiles

    groups, told = {}, []
    for title, how in TRAININGS.items():
        net, right = trained(*how)
        groups[title] = net.layers[0].weights
        alike = agreement(groups[title])
        told.append(f"{title}: reads {right:.1%}, neighbours correlate by {alike:.2f}")
    return Made({"": tiles.features(groups)}, "\n".join(told))


def connections() -> Made:
    """One neuron's weights, an image, what flows in."""
    import tiles

    net, _ = trained(*STROKES)
    _, test = digits()
    hidden = net.layers[0].weights
    sums = test.pixels @ hidden.T + net.layers[0].biases
    image, j = np.unravel_index(sums.argmax(), sums.shape)
    neuron = net.layers[0].neurons[j]
    a = neuron(test.pixels[image].tolist())
    plot = tiles.connections(hidden[j], test.pixels[image])
    z, digit = number(sums[image, j]), test.digits[image]
    told = f"z = {z} and σ(z) = {number(a.data)} for this {digit}"
    return Made({"": plot}, told)


def bias() -> Made:
    """The sigmoid, and the same shifted by its bias."""
    import curves

    return Made({"": curves.sigmoids((0.0, -10.0))})


CHAPTER = Chapter(
    "Neural network intuition",
    {
        "features": Picture(
            "What hidden neurons look for",
            "The weights of each neuron of a trained hidden layer, arranged as the pixels that they multiply. Where "
            "ink never falls the first weights stay as they were drawn, noise, which weight decay takes to zero. With "
            "copies that are moved and turned a little, neighbouring pixels have to count alike, and strokes are "
            "left, at the price of a few images.",
            features,
        ),
        "connections": Picture(
            "One neuron's connections",
            "A positive weight asks for ink at its pixel, a negative one, marked with a minus, for none; each times "
            "the pixel's activation, and all added to the bias, make the weighted sum of the neuron.",
            connections,
            r"z_{j} = \sum_{k} w_{jk} a_{k} + b_{j}",
        ),
        "bias": Picture(
            "The sigmoid, and a bias",
            "The sigmoid squishes every weighted sum into 0 to 1. The bias is a part of z: with a bias of −10 the "
            "neuron becomes active only where w·a is above 10.",
            bias,
            r"a = \sigma(z), \\ z = w a + b",
        ),
    },
)
