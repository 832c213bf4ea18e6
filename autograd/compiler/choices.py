"""Choices: atoms that choose among as many options by an index become rows of a table."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np

from .places import Places
from .scalars import Atom


def kind_of_choice(places: Places, atom: Atom) -> Any:
    """Equal for choices that one instruction may make: as many options, and indices from the same array."""
    index, *options = atom.operands
    return places.array_of[index].number, len(options)


def put_choices(places: Places, members: list[int]) -> None:
    """Indices that choose from the same columns of options share a table, whose rows these columns make."""
    atoms = places.atoms
    column_of: dict[tuple[int, ...], int] = {}
    columns_of: dict[int, dict[int, int]] = defaultdict(dict)
    for member in members:
        index, *options = atoms[member].operands
        column = column_of.setdefault(tuple(options), len(column_of))
        columns_of[index][column] = member
    columns = list(column_of)
    alike: dict[frozenset[int], list[int]] = defaultdict(list)
    for index, own in columns_of.items():
        alike[frozenset(own)].append(index)
    for chosen, indices in alike.items():
        order = sorted(chosen, key=lambda column: places.position_of[columns[column][0]])
        by_place = sorted(indices, key=lambda index: places.position_of[index])
        table = np.array([columns[column] for column in order], dtype=np.intp).T
        read = places.builder.choose(places.ref(by_place), places.joined(table.ravel().tolist()), len(table))
        places.put([columns_of[index][column] for index in by_place for column in order], read)
