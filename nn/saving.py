"""Networks read from files: a network's own, which `writing` wrote, or a training's checkpoint."""

from __future__ import annotations

import os
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from autograd.files import as_path

from .archives import Archive, opened
from .mlp import ACTIVATIONS, MLP, MOST_WEIGHTS
from .writing import CHECKPOINT, NETWORK

_MOST_LAYERS = 1000

Matrix = npt.NDArray[np.float64]


def load(path: str | os.PathLike[str]) -> MLP:
    """The network that ``net.save(path)`` wrote, or that is in a checkpoint of `nn.fit`.

    Raises
    ------
    FileFormatError
        If the file is missing, truncated, corrupt or something else; nothing in
        it is executed, and nothing is allocated before its sizes are checked.
    """
    with opened(as_path(path, "load(path)"), "a network saved by net.save", "save the network anew") as archive:
        found = archive.text("format")
        if found not in (NETWORK, CHECKPOINT):
            raise archive.refusal(f"expected the format {NETWORK!r}", "another")
        sizes, activation, output = structure_of(archive)
        if found == NETWORK:
            archive.only(["format", *members(sizes)])
        layers = layers_of(archive, sizes)
    net = MLP(sizes, activation, output, seed=0)
    fill(net, layers)
    return net


def members(sizes: list[int]) -> list[str]:
    """The names that `writing.arrays_of` gives to a network of these sizes."""
    return ["sizes", "activation", "output", *(f"{letter}{k}" for k in range(1, len(sizes)) for letter in "Wb")]


def structure_of(archive: Archive) -> tuple[list[int], str, str]:
    """A network's sizes, activation and output; refused if there can be no such network."""
    names = [archive.text(name) for name in ("activation", "output")]
    for name, text in zip(("activation", "output"), names, strict=True):
        if text not in ACTIVATIONS:
            raise archive.refusal(f"{name}: expected one of {', '.join(ACTIVATIONS)}", f"{text!r:.60}")
    sizes = [int(size) for size in archive.array("sizes", (None,), np.int64)]
    if not 2 <= len(sizes) <= _MOST_LAYERS:
        raise archive.refusal(f"sizes: expected 2..{_MOST_LAYERS} integers", f"{len(sizes)}")
    if min(sizes) < 1 or sum(a * b for a, b in pairwise(sizes)) > MOST_WEIGHTS:
        raise archive.refusal(f"sizes: expected a network of 1..{MOST_WEIGHTS} weights", f"{sizes!r:.80}")
    return sizes, names[0], names[1]


def layers_of(archive: Archive, sizes: list[int]) -> list[tuple[Matrix, Matrix]]:
    """Each layer's weights and biases."""
    return [
        (archive.array(f"W{number}", (outputs, inputs)), archive.array(f"b{number}", (outputs,)))
        for number, (inputs, outputs) in enumerate(pairwise(sizes), start=1)
    ]


def fill(net: MLP, layers: list[tuple[Matrix, Matrix]]) -> None:
    """Set a network's parameters."""
    for layer, (weights, biases) in zip(net.layers, layers, strict=True):
        for neuron, row, bias in zip(layer.neurons, weights.tolist(), biases.tolist(), strict=True):
            neuron.bias.data = bias
            for value, number in zip(neuron.weights, row, strict=True):
                value.data = number
