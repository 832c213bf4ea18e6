"""Networks read from files: a network's own, which `writing` wrote, or a training's checkpoint."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any, TypeVar, overload

import numpy as np
import numpy.typing as npt

from autograd.errors import ArgumentError, OperandError
from autograd.files import as_path
from autograd.words import keywords_told

from ..module import Module
from ..networks.activations import ACTIVATIONS, OF_LAYERS
from ..networks.initialisers import MOST_WEIGHTS
from ..networks.layers import Layer
from ..networks.mlp import MLP
from ..networks.sequential import Sequential
from .archives import Archive, opened
from .named import agree_on_settings, kind_of, read_by_name
from .recipes import steps_in
from .state import Numbers, arrays_of, check, places_of, put, shapes_of
from .structure import Structure, parameter_at, places, tie
from .writing import BY_NAME, CHECKPOINTS, NETWORKS

_MOST_LAYERS = 1000
_LONGEST_NAME = 1 + max(map(len, OF_LAYERS))

Matrix = npt.NDArray[np.float64]
AnyModule = TypeVar("AnyModule", bound=Module)


@overload
def load(path: str | os.PathLike[str]) -> Any: ...
@overload
def load(path: str | os.PathLike[str], into: AnyModule) -> AnyModule: ...
@keywords_told("nn.load")
def load(path: str | os.PathLike[str], into: Module | None = None) -> Module:
    """The network that ``net.save(path)`` wrote, or that is in a checkpoint of `nn.fit`.

    Parameters
    ----------
    path : path
    into : Module, optional
        Whose numbers to set, made as the one that was saved. What is made by code comes back only so: all but an `MLP`
        and a `Sequential` of layers and steps of this package.

    Returns
    -------
    Module
        `into`, or an `MLP` or `Sequential` that is made from the file.

    Raises
    ------
    FileFormatError
        If the file is missing, truncated, corrupt or something else; nothing in
        it is executed, and nothing is allocated before its sizes are checked.
    ArgumentError
        If the file keeps a module that is made by code, and `into` is not given; or if the arrays, their shapes,
        activations or the like are others than those of `into`, which is left as it was.
    OperandError
        If `into` is no module.
    """
    if into is not None and not isinstance(into, Module):
        raise OperandError(f"load(path, into): expected an nn.Module, got {type(into).__name__}")
    with opened(as_path(path, "load(path)"), "a network saved by net.save", "save the network anew") as archive:
        found = archive.text("format")
        if found not in (*NETWORKS, *CHECKPOINTS):
            raise archive.refusal(f"expected the format {NETWORKS[0]!r}", "another")
        if into is None:
            return _made(archive, found in NETWORKS)
        numbers, kept = numbers_for(archive, into, "make the module as the one that was saved")
        if found in NETWORKS:
            archive.only(["format", *kept])
    put(arrays_of(into), numbers, f"{archive.path}")
    return into


def _made(archive: Archive, is_all: bool) -> Module:
    """The network in a file, which is all that it holds or not."""
    if keeps_names(archive):
        if "recipe" in archive.names:
            return _made_of_steps(archive, is_all)
        raise ArgumentError(
            f"{archive.path}: expected a module to read it into, for the code of {archive.text('module')!r:.80} is in "
            "no file; make one as that was made and write nn.load(path, into=module)"
        )
    structure = structure_in(archive)
    if is_all:
        archive.only(["format", *members(structure, archive)])
    numbers = numbers_in(archive, structure)
    hidden = structure.activations[0] if _is_second(archive) else archive.text("activation")
    # Only the layers that the file holds are made: one that is used a thousand times is small.
    net = MLP([1, 1], hidden if hidden in ACTIVATIONS else "linear", seed=0)
    net.layers = []
    for k, first in enumerate(structure.same):
        again = first < k
        net.layers.append(net.layers[first] if again else Layer(*numbers[k + 1], structure.activations[k], k + 1))
    if structure.tied:
        there = list(places(net.layers))
        for k, first in structure.tied:
            tie(there[k], parameter_at(there[first]))
    return net


def _made_of_steps(archive: Archive, is_all: bool) -> Sequential:
    """The same where steps are kept with what makes them."""
    net = Sequential(*steps_in(archive))
    numbers, kept = read_by_name(archive, net, "save the network anew", exactly=True)
    if is_all:
        archive.only(["format", *kept])
    put(arrays_of(net), numbers, f"{archive.path}")
    return net


def numbers_for(archive: Archive, module: Module, remedy: str, exactly: bool = False) -> tuple[Numbers, list[str]]:
    """The numbers of a module in a file, by the names of its arrays, and the members that keep them.

    Parameters
    ----------
    archive, module
    remedy : str
        What to do if they are another's.
    exactly : bool
        Whether the same parameters have to be tied.

    Raises
    ------
    ArgumentError
        If the names, shapes, activations or the like, or the ties, are others.
    FileFormatError
        If the file is damaged.
    """
    if keeps_names(archive):
        return read_by_name(archive, module, remedy, exactly)
    structure = structure_in(archive)
    layers, where = numbers_in(archive, structure), f"{archive.path}"
    there = list(places_of(structure.activations))
    numbers = {
        f"{place}.{name}": array
        for place, first in zip(there, structure.same, strict=True)
        for name, array in zip(("weight", "bias"), layers[first + 1], strict=True)
    }
    arrays = arrays_of(module)
    check(where, shapes_of(arrays), {name: array.shape for name, array in numbers.items()}, remedy=remedy)
    activations = (f"{place}.weight {name}" for place, name in zip(there, structure.activations, strict=True))
    agree_on_settings(where, module, arrays, "; ".join(activations), remedy)
    return numbers, members(structure, archive)


def told_in(archive: Archive) -> str:
    """A network in a file in words, as `told` tells one at hand."""
    return archive.text("module") if keeps_names(archive) else str(structure_in(archive))


def told(net: Module) -> str:
    """A network in words: its structure, or its class where it is made by code."""
    structure = net.structure_to_keep()
    return kind_of(net) if structure is None else str(structure)


def keeps_names(archive: Archive) -> bool:
    """Whether the file keeps arrays by name."""
    return archive.text("format") in (NETWORKS[BY_NAME], CHECKPOINTS[BY_NAME])


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
        _known(archive, "activation", hidden, ACTIVATIONS)
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


def _known(archive: Archive, name: str, activation: str, table: Mapping[str, Any] = OF_LAYERS) -> None:
    if activation not in table:
        raise archive.refusal(f"{name}: expected one of {', '.join(table)}", f"{activation!r:.60}")


def numbers_in(archive: Archive, structure: Structure) -> dict[int, tuple[Matrix, Matrix]]:
    """Weights and biases by the layer's number, those of a layer that is another one again left out."""
    return {
        number: (archive.array(f"W{number}", shape), archive.array(f"b{number}", shape[:1]))
        for number, shape in structure.shapes.items()
    }
