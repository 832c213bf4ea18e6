"""Shares: atoms that are the log softmax of one among several become runs of which each position is one of them."""

from __future__ import annotations

from collections import defaultdict
from itertools import accumulate
from typing import Any

import numpy as np

from .places import Places
from .scalars import Atom


def kind_of_share(places: Places, atom: Atom) -> Any:
    """Equal for those whose runs lie in the same arrays."""
    return frozenset([places.array_of[operand].number for operand in atom.operands])


def put_shares(places: Places, members: list[int]) -> None:
    """Those among the same atoms share a run."""
    runs: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for member in members:
        runs[sorted_by_place(places, places.atoms[member].operands)[1]].append(member)
    ordered = sorted(runs, key=lambda run: [places.position_of[atom] for atom in run])
    lengths = [*map(len, ordered)]
    result = places.builder.log_softmax(places.joined([atom for run in ordered for atom in run]), lengths)
    positions = {
        member: start + run.index(places.atoms[member].operands[0])
        for start, run in zip(accumulate(lengths, initial=0), ordered, strict=False)
        for member in runs[run]
    }
    numbers = np.array([*positions.items()], dtype=np.intp)
    places.put_at(numbers[:, 0].copy(), result.array, numbers[:, 1])


def sorted_by_place(places: Places, atoms: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The numbers of the arrays in which atoms lie, and the atoms, both in the order of their places."""
    order = sorted(atoms, key=lambda atom: (places.array_of[atom].number, places.position_of[atom]))
    return tuple(places.array_of[atom].number for atom in order), tuple(order)
