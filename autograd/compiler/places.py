"""Places: which position of which array each atom has, and how atoms are read there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

import numpy as np

from .plan.builder import Builder
from .plan.instructions import Array, Operand, Ref, ref
from .plan.patterns import Index
from .scalars import Scalars


class Places:
    """The arrays that atoms lie in, while a plan is made.

    Inputs, parameters and constants have arrays from the start; what is computed
    gets its place by `put`, when the instruction that makes it is there.

    Parameters
    ----------
    scalars : Scalars
    once : collection of int
        The arguments that are the same for all samples.

    Attributes
    ----------
    builder : Builder
    parameters, constants : Array
    array_of : list of Array
        By an atom's number.
    position_of : ndarray of int
        By an atom's number.
    """

    def __init__(self, scalars: Scalars, once: Collection[int] = ()) -> None:
        self.atoms, self._once = scalars.atoms, once
        self.builder = Builder()
        members: dict[tuple[str, int], list[int]] = defaultdict(list)
        for number, atom in enumerate(self.atoms):
            if atom.level == 0:
                members[atom.kind, atom.place[0] if atom.kind == "input" else 0].append(number)
        inputs = sorted(argument for kind, argument in members if kind == "input")
        self.position_of = np.zeros(len(self.atoms), dtype=np.intp)
        given = [self._given("input", k, members["input", k], source=k) for k in inputs]
        parameters = members["parameter", 0]
        self.parameters = self._given("parameters", 0, parameters, source=np.arange(len(parameters)))
        numbers = np.array([self.atoms[number].number for number in members["constant", 0]], dtype=float)
        self.constants = self._given("constant", 0, members["constant", 0], source=numbers)
        self.array_of: list[Array] = [self.constants] * len(self.atoms)
        for array, own in zip(
            [*given, self.parameters], [*(members["input", k] for k in inputs), parameters], strict=True
        ):
            for number in own:
                self.array_of[number] = array

    def _given(self, kind: str, argument: int, members: list[int], source: int | Index) -> Array:
        self.position_of[members] = np.arange(len(members))
        labels = [self.atoms[number].label for number in members]
        batched = kind == "input" and argument not in self._once
        return self.builder.array(len(members), batched, kind=kind, source=source, labels=labels)

    def put(self, members: Sequence[int], result: Ref) -> None:
        """Give atoms the positions of a result, one each, in order."""
        if result.index is not None and result.size == len(members):
            self.put_at(np.array(members, dtype=np.intp), result.array, result.index)
            return
        result = self._spread(result, len(members))
        for position, number in enumerate(members):
            self.array_of[number] = result.array
            self.position_of[number] = position
        if not result.array.labels:
            result.array.labels = [self.atoms[number].label for number in members]

    def put_at(self, members: Index, array: Array, positions: Index) -> None:
        """Give atoms positions of an array."""
        self.position_of[members] = positions
        labelled = False
        for number in members.data:
            self.array_of[number] = array
            labelled = labelled or self.atoms[number].label is not None
        if labelled:
            array.labels = [None] * array.size
            for number, position in zip(members.tolist(), positions.tolist(), strict=True):
                array.labels[position] = self.atoms[number].label

    def _spread(self, result: Ref, size: int) -> Ref:
        """A result with a number for each of `size` members, where all that it was made of broadcast."""
        if result.size == size:
            return result
        return self.builder.map("positive_of", result.at(np.zeros(size, dtype=np.intp)))

    def ref(self, atoms: Sequence[int] | Index) -> Ref:
        """The positions of atoms that lie in one array."""
        return ref(self.array_of[atoms[0]], self.position_of[np.asarray(atoms, dtype=np.intp)])

    def operand(self, atoms: Sequence[int] | Index) -> Operand:
        """A ref, of one position where all atoms are one; a float where all are one constant."""
        read = self.ref(atoms)
        if read.index is None and read.size > 1:
            return read
        positions = np.zeros(1, dtype=np.intp) if read.index is None else read.index
        if (positions == positions[0]).all():
            if read.array is self.constants:
                return float(self.constants.source[positions[0]])
            return ref(read.array, positions[:1])
        return read

    def joined(self, atoms: Sequence[int], numbers: Sequence[float] = ()) -> Ref:
        """A ref to atoms that may lie in several arrays, which are then joined into one; `numbers` behind them."""
        arrays = {self.array_of[number].number: self.array_of[number] for number in atoms}
        if len(arrays) == 1 and not numbers:
            return self.ref(atoms)
        lies_in = np.array([self.array_of[number].number for number in atoms])
        pieces: list[tuple[Operand, Index]] = []
        for array in arrays:
            where = np.flatnonzero(lies_in == array)
            pieces.append((self.ref([atoms[i] for i in where.tolist()]), where))
        if numbers:
            own = self.builder.array(len(numbers), False, kind="constant", source=np.array(numbers, dtype=float))
            pieces.append((Ref(own), len(atoms) + np.arange(len(numbers))))
        size = len(atoms) + len(numbers)
        return self.builder.scatter(pieces, size, any(array.batched for array in arrays.values()))
