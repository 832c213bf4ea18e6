"""Which parameters of a network a training changes: all of them, or some while the others stay."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd import Value
from autograd.errors import ArgumentError, OperandError
from autograd.parameters import leaves

from ..module import Module

ALL = "all"
"""How the choice of all parameters is told."""


def learned_of(given: Any, net: Module) -> list[Value]:
    """The parameters that are to be learned, in the order of the network's.

    Parameters
    ----------
    given : iterable of Value, or None
        Some of the network's parameters; all of them if it is None.
    net : Module

    Raises
    ------
    OperandError, ArgumentError
        If there are none, or one is no parameter of the network.
    """
    all_of_it = list(leaves(net.parameters(), "net.parameters()"))
    if not all_of_it:
        raise ArgumentError(
            f"net: expected a module with parameters to learn, got {type(net).__name__}, which has none; keep them as "
            "autograd.Value(number) in its attributes"
        )
    if given is None:
        return all_of_it
    if not hasattr(given, "__iter__") or isinstance(given, str):
        remedy = "; give its parameters()" if hasattr(given, "parameters") else ""
        raise OperandError(
            f"parameters: expected some of the network's, such as net.layers[-1].parameters(), got "
            f"{type(given).__name__}{remedy}"
        )
    chosen = set(leaves(list(given), "parameters"))
    if not chosen:
        raise ArgumentError("parameters: expected at least one that is learned, got none")
    strange = chosen.difference(all_of_it)
    if strange:
        raise ArgumentError(
            f"parameters: expected parameters of the network, got {len(strange)} that it does not have, such as "
            f"{next(iter(strange))!r:.60}; give some of net.parameters()"
        )
    return [value for value in all_of_it if value in chosen]


def choice_told(learned: Sequence[Value], net: Module) -> str:
    """Which parameters are learned, in words that no other choice has."""
    all_of_it = net.parameters()
    if len(learned) == len(all_of_it):
        return ALL
    chosen = set(learned)
    places = np.array([value in chosen for value in all_of_it])
    return f"{len(learned)} of {len(all_of_it)} with checksum {zlib.crc32(places.tobytes()):08x}"
