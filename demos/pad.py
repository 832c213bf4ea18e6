"""The pad that is read: a page in which a trained network reads what is drawn."""

from __future__ import annotations

from html import escape
from pathlib import Path
from string import Template
from typing import Any

import numpy as np
import numpy.typing as npt

import nn
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
    "plan_of_picture.js",
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
    """
    right = nn.accuracy(net, test.pixels, test.digits)
    sizes = "-".join(map(str, net.sizes))
    told = f"{sizes}, learned from {len(train):,} images; reads {right:.0%} of {len(test):,} that it has never seen"
    shown = test.chosen(slice(0, max(1, MOST_PIXELS // test.pixels.shape[1])))
    count = f"{len(shown)} of {len(test):,} that" if len(shown) < len(test) else f"{len(shown)} that"
    digits = all(name.isdigit() for name in test.names)
    body = Template(read(_PARTS, "body.html")[0]).substitute(
        file="network.npz",
        told=escape(told),
        one="a digit" if digits else "a character",
        one_of="a",
        images=f"{count} it has never seen",
    )
    page = assembled(
        "Draw a digit" if digits else "Draw a character",
        body,
        read(_PARTS, "pad.css"),
        [*read(_PARTS, *_SCRIPTS[:-1]), *read(_PARTS, "standin.js"), *read(_PARTS, "start.js")],
        {"model": _model(net, shown, cost)},
    )
    write_whole(path, page.encode())


def _model(net: nn.MLP, images: Images, cost: str) -> dict[str, Any]:
    """What the page's scripts are given."""
    parameters: list[npt.NDArray[np.float64]] = []
    layers, start = [], 0
    for layer in net.layers:
        weights, biases = np.asarray(layer.weights), np.asarray(layer.biases)
        layers.append({"weights": start, "biases": start + weights.size})
        start += weights.size + biases.size
        parameters += [weights.ravel(), biases]
    return {
        "sizes": net.sizes,
        "output": net.output,
        "cost": cost,
        "height": images.height,
        "width": images.width,
        "names": images.names,
        "layers": layers,
        "parameters": packed(np.concatenate(parameters).astype(float)),
        "images": _images(images),
    }


def _images(images: Images) -> dict[str, Any]:
    """Pixels as bytes, where they are so many parts of a whole as files have; as they are otherwise."""
    for levels in _LEVELS:
        bytes_ = np.rint(images.pixels * levels)
        if bytes_.max() <= 255 and np.array_equal(bytes_ / levels, images.pixels):
            return {"levels": levels, "pixels": packed(bytes_.astype(np.uint8)), "classes": packed(_classes(images))}
    return {"levels": 0, "pixels": packed(images.pixels), "classes": packed(_classes(images))}


def _classes(images: Images) -> npt.NDArray[np.uint8]:
    return images.digits.astype(np.uint8)
