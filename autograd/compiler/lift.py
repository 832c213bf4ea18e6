"""Lift: atoms of one level that are made alike become one array.

`sums` finds the matrix products, `levels` the chains in which there is nothing to find.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Any

import numpy as np

from ..primitives import POWER
from .alike import alike
from .choices import kind_of_choice, put_choices
from .levels import Levels, parts
from .loops import put_loop
from .order import ordered
from .places import Places
from .plan.plan import Plan
from .scalars import Atom, Scalars
from .shares import kind_of_share, put_shares, sorted_by_place
from .sums import put_sums
from .terms import kinds_of
from .walks import put_walk


def lift(scalars: Scalars, known: int = 0) -> Plan:
    """The array instructions that compute what scalars compute.

    Parameters
    ----------
    scalars : Scalars
    known : int
        How many of the parameters keep their place.
    """
    scalars = alike(scalars)
    scalars = replace(scalars, atoms=[*scalars.atoms])
    stages = ordered(scalars.atoms)
    places = Places(scalars)
    for levels, recurrence in stages:
        for part, is_chain in parts(scalars.atoms, levels):
            (put_walk if is_chain else _put_arrays)(places, part)
        if recurrence is not None:
            put_loop(places, recurrence, _put_arrays)
    output = places.joined(scalars.outputs)
    for number, made in scalars.decisions:
        places.builder.guard(places.ref([number]), made.truth, made.comparison, made.line)
    return Plan(places.builder.instructions, places.builder.arrays, places.parameters, output, known=known)


def _put_arrays(places: Places, levels: Levels) -> None:
    """Atoms as arrays, level by level."""
    for level in levels:
        alike: dict[Any, list[int]] = defaultdict(list)
        for number in level:
            alike[_key(places, places.atoms[number])].append(number)
        for (kind, *_), members in alike.items():
            _PUT[kind](places, members)


def _key(places: Places, atom: Atom) -> Any:
    """Equal for atoms that one instruction, or one group of them, makes from the same arrays."""
    if atom.kind == "copy":
        return ("copy",)
    if atom.kind == "sum":
        return ("sum", *kinds_of(places, atom))
    if atom.kind == "choose":
        return ("choose", *kind_of_choice(places, atom))
    if atom.kind == "log_softmax":
        return ("log_softmax", kind_of_share(places, atom))
    if atom.kind == "logsumexp":
        return ("logsumexp", frozenset([places.array_of[operand].number for operand in atom.operands]))
    arrays = tuple(places.array_of[operand].number for operand in atom.operands)
    # NumPy's power by a number is fast for some; what is raised to the same is one array.
    number = places.atoms[atom.operands[1]].number if atom.primitive is POWER else 0.0
    return (atom.kind, atom.primitive, arrays, number if arrays[1:] == (places.constants.number,) else None)


def _put_maps(places: Places, members: list[int]) -> None:
    """Atoms that one operation makes elementwise."""
    atoms = places.atoms
    primitive = atoms[members[0]].primitive
    assert primitive is not None
    columns = np.array([[places.position_of[operand] for operand in atoms[m].operands] for m in members])
    members = [members[i] for i in np.lexsort(columns.T[::-1])]
    operands = [places.operand([atoms[m].operands[i] for m in members]) for i in range(columns.shape[1])]
    places.put(members, places.builder.map(primitive, *operands))


def _put_copies(places: Places, members: list[int]) -> None:
    """Atoms of any arrays, in one."""
    places.put(members, places.joined([places.atoms[member].operands[0] for member in members]))


def _put_logsumexps(places: Places, members: list[int]) -> None:
    """Reductions of runs."""
    run_of = {member: sorted_by_place(places, places.atoms[member].operands)[1] for member in members}
    members = sorted(members, key=lambda member: [places.position_of[atom] for atom in run_of[member]])
    joined = places.joined([operand for member in members for operand in run_of[member]])
    places.put(members, places.builder.logsumexp(joined, [len(run_of[member]) for member in members]))


_PUT = {
    "sum": put_sums,
    "map": _put_maps,
    "logsumexp": _put_logsumexps,
    "copy": _put_copies,
    "choose": put_choices,
    "log_softmax": put_shares,
}
