"""Networks written to files, whole or not at all; `saving` reads them.

A plain network (one activation for the hidden layers, one for the last) is
written in the first format; one whose layers differ, or are used twice, in the
second, which names each layer's activation, which layers are one, and which
single parameters are tied.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.files import as_path, write_whole

from .archives import packed
from .structure import checked_for_a_file

if TYPE_CHECKING:
    from .mlp import MLP

NETWORKS = ("scalar-autograd network 1", "scalar-autograd network 2")
CHECKPOINTS = ("scalar-autograd checkpoint 1", "scalar-autograd checkpoint 2")


def save(net: MLP, path: str | os.PathLike[str]) -> None:
    """Write a network to `path`, atomically: a file that is there stays whole whatever happens.

    Raises
    ------
    ArgumentError
        If the file cannot be written, or the network is more than it can keep; nothing is left behind.
    """
    write_whole(as_path(path, "save(path)"), packed(arrays_of(net, NETWORKS)))


def arrays_of(net: MLP, formats: tuple[str, str]) -> dict[str, Any]:
    """What a file keeps of a network: the format, its structure, then weights and biases layer by layer."""
    structure = checked_for_a_file(net)
    arrays: dict[str, Any] = {
        "format": np.array(formats[0 if structure.is_plain else 1]),
        "sizes": np.array(structure.sizes, dtype=np.int64),
    }
    if structure.is_plain:
        # A network of one layer has an activation for hidden layers that it does not have.
        arrays |= {"activation": np.array(net.activation), "output": np.array(structure.output)}
    else:
        arrays["activations"] = np.array(",".join(structure.activations))
        arrays["same"] = np.array(structure.same, dtype=np.int64)
        if structure.tied:
            arrays["tied"] = np.array(structure.tied, dtype=np.int64)
    for number in structure.shapes:
        layer = net.layers[number - 1]
        arrays[f"W{number}"], arrays[f"b{number}"] = layer.weights, layer.biases
    return arrays
