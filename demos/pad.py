"""The pad that is read: a page in which a trained network reads what is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from string import Template
from typing import Any

import numpy as np

import nn
from autograd import Value, compile, softmax
from autograd.errors import ArgumentError
from autograd.files import write_whole
from autograd.pages.assemble import assembled, packed, read
from loading import Images

_PARTS = Path(__file__).parent / "pad"
_SCRIPTS = (
    "numbers.js",
    "elements.js",
    "ink.js",
    "forms.js",
    "model.js",
    "state.js",
    "painting.js",
    "pad.js",
    "steps.js",
    "strip.js",
    "places.js",
    "captions.js",
    "wires.js",
    "balls.js",
    "outputs.js",
    "network.js",
    "verdict.js",
    "neuron.js",
    "wish.js",
    "slopes.js",
    "start.js",
)
MOST_PIXELS = 100_000
"""Of all test images in a page: 400 of 8x8, 127 of 28x28."""
_LEVELS = 16, 255, 256
"""Of grey in files: the shipped digits', IDX files', Nielsen's."""


def write(net: nn.MLP, train: Images, test: Images, cost: str, path: Path) -> None:
    """Write the page.

    Parameters
    ----------
    net : MLP
        Trained.
    train, test : Images
        What it learned from; what it never saw, of which the page holds the first.
    cost : str
        ``"cross_entropy"`` or ``"squared_error"``.
    path : Path

    Raises
    ------
    ArgumentError
        If the network has no hidden layer, whose neurons the page is about, or it cannot be written.
    """
    if len(net.layers) < 2:
        raise ArgumentError(
            f"pad.write(net): expected a hidden layer, got a network of the sizes {net.sizes}; give one such as "
            f"nn.MLP([{net.sizes[0]}, 30, {net.sizes[-1]}])"
        )
    shown = test.chosen(slice(0, max(1, MOST_PIXELS // test.pixels.shape[1])))
    kind = "digit" if all(map(str.isdigit, test.names)) else "character"
    right = nn.accuracy(net, test.pixels, test.digits)
    body = Template(read(_PARTS, "body.html")[0]).substitute(
        kind=kind,
        article=" a" if kind == "digit" else "",
        sizes="-".join(map(str, net.sizes)),
        learned=f"{len(train):,}",
        right=f"{right:.0%}",
        unseen=f"{len(test):,}",
        shown=f"{len(shown)} of {len(test):,}" if len(shown) < len(test) else str(len(shown)),
    )
    programs, parameters = _programs(net, cost)
    scripts = [programs, *read(_PARTS, *_SCRIPTS)]
    model = _network(net, parameters) | _images(shown) | {"cost": cost}
    page = assembled(f"Draw a {kind}", body, read(_PARTS, "pad.css"), scripts, {"model": model})
    write_whole(path, page.encode())


def _programs(net: nn.MLP, cost: str) -> tuple[str, Sequence[Value]]:
    """As JavaScript what each layer answers, and the cost with its gradient; the parameters that both take."""

    def activations(pixels: Sequence[Value]) -> list[Value]:
        found, below = [], pixels
        for layer in net.layers:
            below = layer(below)
            found.append(below)
        if net.output == "linear":
            found[-1] = softmax(found[-1])
        return [a for layer in found for a in layer]

    pixels, target = np.zeros((1, net.sizes[0])), np.eye(1, net.sizes[-1])
    reading = compile(activations).record(pixels)
    costs = compile(lambda x, y: getattr(nn, cost)(net(x), y)).record(pixels, target)
    return reading.javascript(name="READING") + costs.javascript(name="COST"), costs.parameters


def _network(net: nn.MLP, parameters: Sequence[Value]) -> dict[str, Any]:
    """The network's numbers, in the order of its programs, and where those of each layer begin."""
    places = {id(value): place for place, value in enumerate(parameters)}
    firsts = [layer.neurons[0] for layer in net.layers]
    return {
        "sizes": net.sizes,
        "output": net.output,
        "layers": [{"weights": places[id(n.weights[0])], "biases": places[id(n.bias)]} for n in firsts],
        "parameters": packed(np.array([value.data for value in parameters])),
    }


def _images(images: Images) -> dict[str, Any]:
    """Test images; pixels as bytes where they are so many parts of a whole, as files have them."""
    told = {
        "height": images.height,
        "width": images.width,
        "names": images.names,
        "classes": packed(images.digits.astype(np.uint8)),
    }
    for levels in _LEVELS:
        parts = np.rint(images.pixels * levels)
        if parts.max() <= 255 and np.array_equal(parts / levels, images.pixels):
            return told | {"levels": levels, "pixels": packed(parts.astype(np.uint8))}
    return told | {"levels": None, "pixels": packed(images.pixels)}
