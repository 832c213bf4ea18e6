"""Choices: atoms that choose among as many options by an index become rows of tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .places import Places
from .plan.patterns import Index
from .scalars import Atom


@dataclass(frozen=True)
class _Chosen:
    """Indices that choose from the same columns of options: a table, whose rows these columns make.

    Attributes
    ----------
    indices : list of int
        Atoms.
    table : ndarray of int, shape (rows, columns)
        The options' atoms.
    members : list of int
        The atoms that are chosen, for each index those of the columns.
    """

    indices: list[int]
    table: Index
    members: list[int]


def kind_of_choice(places: Places, atom: Atom) -> Any:
    """Equal for choices that one instruction may make: as many options, and indices from the same array."""
    index, *options = atom.operands
    return places.array_of[index].number, len(options)


def put_choices(places: Places, members: list[int]) -> None:
    """One instruction for each table, and one for all tables that are made alike of one array of the samples'."""
    alike: dict[Any, list[_Chosen]] = defaultdict(list)
    for at, chosen in enumerate(_tables_of(places, members)):
        arrays = {places.array_of[option] for option in chosen.table.ravel().tolist()}
        key: Any = at
        # What parameters lie in stays a table of its own, which has a name and a place in the gradient.
        if len(arrays) == 1 and (array := arrays.pop()).batched:
            key = array.number, len(chosen.indices), chosen.table.shape
        alike[key].append(chosen)
    for several in alike.values():
        _put(places, sorted(several, key=lambda chosen: places.position_of[chosen.indices[0]]))


def _put(places: Places, several: Sequence[_Chosen]) -> None:
    index = places.ref([index for chosen in several for index in chosen.indices])
    table = places.joined(np.concatenate([chosen.table.ravel() for chosen in several]).tolist())
    read = places.builder.choose(index, table, len(several[0].table), len(several))
    places.put([member for chosen in several for member in chosen.members], read)


def _tables_of(places: Places, members: list[int]) -> list[_Chosen]:
    """The tables that choices are made from."""
    column_of: dict[tuple[int, ...], int] = {}
    columns_of: dict[int, dict[int, int]] = defaultdict(dict)
    for member in members:
        index, *options = places.atoms[member].operands
        column = column_of.setdefault(tuple(options), len(column_of))
        columns_of[index][column] = member
    columns = list(column_of)
    alike: dict[frozenset[int], list[int]] = defaultdict(list)
    for index, own in columns_of.items():
        alike[frozenset(own)].append(index)
    tables = []
    for chosen, indices in alike.items():
        order = sorted(chosen, key=lambda column: places.position_of[columns[column][0]])
        by_place = sorted(indices, key=lambda index: places.position_of[index])
        table = np.array([columns[column] for column in order], dtype=np.intp).T
        tables.append(_Chosen(by_place, table, [columns_of[index][c] for index in by_place for c in order]))
    return tables
