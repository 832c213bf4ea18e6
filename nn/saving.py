"""Networks read from files: a network's own, which `writing` wrote, or a training's checkpoint."""

from __future__ import annotations

import os
from dataclasses import replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from autograd.files import as_path

from .archives import Archive, opened
from .layers import ACTIVATIONS, Layer
from .mlp import MLP, MOST_WEIGHTS
from .structure import Structure, parameter_at, places, put
from .writing import CHECKPOINTS, NETWORKS

_MOST_LAYERS = 1000
_LONGEST_NAME = 1 + max(map(len, ACTIVATIONS))

Matrix = npt.NDArray[np.float64]
Numbers = dict[int, tuple[Matrix, Matrix]]
"""Weights and biases by the layer's number."""


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
        if found not in (*NETWORKS, *CHECKPOINTS):
            raise archive.refusal(f"expected the format {NETWORKS[0]!r}", "another")
        structure = structure_in(archive)
        if found in NETWORKS:
            archive.only(["format", *members(structure, archive)])
        numbers = numbers_in(archive, structure)
        hidden = structure.activations[0] if _is_second(archive) else archive.text("activation")
    # Only the layers that the file holds are made: one that is used a thousand times is small.
    net = MLP([1, 1], hidden, seed=0)
    net.layers = []
    for k, first in enumerate(structure.same):
        again = first < k
        net.layers.append(net.layers[first] if again else Layer(*numbers[k + 1], structure.activations[k], k + 1))
    if structure.tied:
        there = list(places(net.layers))
        for k, first in structure.tied:
            put(there[k], parameter_at(there[first]))
    return net


def _is_second(archive: Archive) -> bool:
    """Whether the file is of the second format."""
    return archive.text("format") in (NETWORKS[1], CHECKPOINTS[1])


def members(structure: Structure, archive: Archive) -> list[str]:
    """The names that `writing.arrays_of` gives to what it keeps of such a network, but for the format."""
    told = ["activations", "same"] if _is_second(archive) else ["activation", "output"]
    told += ["tied"] if structure.tied else []
    return ["sizes", *told, *(f"{letter}{k}" for k in structure.shapes for letter in "Wb")]


def structure_in(archive: Archive) -> Structure:
    """A network's structure; refused if there can be no such network."""
    sizes = tuple(int(size) for size in archive.array("sizes", (None,), np.int64))
    if not 2 <= len(sizes) <= _MOST_LAYERS:
        raise archive.refusal(f"sizes: expected 2..{_MOST_LAYERS} integers", f"{len(sizes)}")
    if min(sizes) < 1 or sum(a * b for a, b in pairwise(sizes)) > MOST_WEIGHTS:
        raise archive.refusal(f"sizes: expected a network of 1..{MOST_WEIGHTS} weights", f"{list(sizes)!r:.80}")
    layers = len(sizes) - 1
    if _is_second(archive):
        activations = tuple(archive.text("activations", layers * _LONGEST_NAME).split(","))
        same = tuple(int(first) for first in archive.array("same", (layers,), np.int64))
    else:
        hidden, output = archive.text("activation"), archive.text("output")
        _known(archive, "activation", hidden)
        activations, same = (*(hidden,) * (layers - 1), output), tuple(range(layers))
        _known(archive, "output", output)
    if len(activations) != layers:
        raise archive.refusal(f"activations: expected {layers}, one for each layer", f"{len(activations)}")
    for activation in activations:
        _known(archive, "activations", activation)
    for k, first in enumerate(same):
        fits = 0 <= first <= k and same[first] == first
        if not fits or (sizes[first], sizes[first + 1], activations[first]) != (sizes[k], sizes[k + 1], activations[k]):
            raise archive.refusal(f"same: expected layer {k + 1} to be itself or an equal one before it", f"{first}")
    structure = Structure(sizes, activations, same)
    return replace(structure, tied=_tied_in(archive, structure)) if "tied" in archive.names else structure


def _tied_in(archive: Archive, structure: Structure) -> tuple[tuple[int, int], ...]:
    """Which parameters are tied, ascending, each to one that is tied to none."""
    pairs = archive.array("tied", (None, 2), np.int64)
    later, first = pairs.T
    last = sum(outputs * (inputs + 1) for outputs, inputs in structure.shapes.values()) - 1
    ascending = bool((np.diff(later) > 0).all()) and bool((first < later).all()) and not np.isin(first, later).any()
    if not _is_second(archive) or not len(pairs) or not ascending or min(first) < 0 or max(later) > last:
        raise archive.refusal(f"tied: expected pairs of places 0..{last}, ascending", "others")
    return tuple((int(k), int(one)) for k, one in pairs)


def _known(archive: Archive, name: str, activation: str) -> None:
    if activation not in ACTIVATIONS:
        raise archive.refusal(f"{name}: expected one of {', '.join(ACTIVATIONS)}", f"{activation!r:.60}")


def numbers_in(archive: Archive, structure: Structure) -> Numbers:
    """Each layer's weights and biases, those of a layer that is another one again left out."""
    return {
        number: (archive.array(f"W{number}", shape), archive.array(f"b{number}", shape[:1]))
        for number, shape in structure.shapes.items()
    }


def fill(net: MLP, numbers: Numbers) -> None:
    """Set a network's parameters."""
    for number, (weights, biases) in numbers.items():
        for neuron, row, bias in zip(net.layers[number - 1].neurons, weights.tolist(), biases.tolist(), strict=True):
            neuron.bias.data = bias
            for value, number_ in zip(neuron.weights, row, strict=True):
                value.data = number_
