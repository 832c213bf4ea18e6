"""Networks written to files, whole or not at all; `saving` reads them.

A plain network (one activation for the hidden layers, one for the last) is
written in the first format; one whose layers differ, or are used twice, in the
second, which names each layer's activation, which layers are one, and which
single parameters are tied. Of any other module the third keeps the arrays, by
name: what it computes is its code, which no file holds.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from autograd.files import as_path, write_whole

from ..networks.activations import told
from .archives import packed
from .named import kept_by_name
from .structure import Structure

NETWORKS = tuple(f"scalar-autograd network {number}" for number in (1, 2, 3))
CHECKPOINTS = tuple(f"scalar-autograd checkpoint {number}" for number in (1, 2, 3))
BY_NAME = 2
"""Which of the formats keeps arrays by name."""


def save(net: Any, path: str | os.PathLike[str]) -> None:
    """Write a module to `path`, atomically: a file that is there stays whole whatever happens.

    Raises
    ------
    ArgumentError
        If the file cannot be written, or two arrays have the same name; nothing is left behind.
    """
    write_whole(as_path(path, "save(path)"), packed(arrays_to_keep(net, NETWORKS)))


def arrays_to_keep(net: Any, formats: tuple[str, ...]) -> dict[str, Any]:
    """What a file keeps of a module: the format, then what that says."""
    structure = net.structure_to_keep()
    if structure is None:
        return {"format": np.array(formats[BY_NAME]), **kept_by_name(net)}
    return {"format": np.array(formats[0 if structure.is_plain else 1]), **_kept_by_layer(net, structure)}


def _kept_by_layer(net: Any, structure: Structure) -> dict[str, Any]:
    """A network's structure, then weights and biases layer by layer."""
    arrays: dict[str, Any] = {"sizes": np.array(structure.sizes, dtype=np.int64)}
    if structure.is_plain:
        # A network of one layer has an activation for hidden layers that it does not have.
        arrays |= {"activation": np.array(net.activation), "output": np.array(structure.output)}
    else:
        arrays["activations"] = np.array(",".join(map(told, structure.activations)))
        arrays["same"] = np.array(structure.same, dtype=np.int64)
        if structure.tied:
            arrays["tied"] = np.array(structure.tied, dtype=np.int64)
    for number in structure.shapes:
        layer = net.layers[number - 1]
        arrays[f"W{number}"], arrays[f"b{number}"] = layer.weights, layer.biases
    return arrays
