"""Networks written to files, whole or not at all; `saving` reads them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.files import as_path, write_whole

from .archives import packed

if TYPE_CHECKING:
    from .mlp import MLP

NETWORK, CHECKPOINT = "scalar-autograd network 1", "scalar-autograd checkpoint 1"


def save(net: MLP, path: str | os.PathLike[str]) -> None:
    """Write a network to `path`, atomically: a file that is there stays whole whatever happens.

    Raises
    ------
    ArgumentError
        If the file cannot be written; nothing is left behind.
    """
    write_whole(as_path(path, "save(path)"), packed({"format": np.array(NETWORK), **arrays_of(net)}))


def arrays_of(net: MLP) -> dict[str, Any]:
    """What a file keeps of a network: its structure, then weights and biases layer by layer."""
    arrays: dict[str, Any] = {
        "sizes": np.array(net.sizes, dtype=np.int64),
        "activation": np.array(net.activation),
        "output": np.array(net.output),
    }
    for number, layer in enumerate(net.layers, start=1):
        arrays[f"W{number}"], arrays[f"b{number}"] = layer.weights, layer.biases
    return arrays
