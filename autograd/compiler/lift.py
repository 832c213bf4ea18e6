"""Lift: atoms of one level that are made alike become one array, and sums of products matrix products."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from ..primitives import POWER
from .patterns import Index
from .plan import Array, Builder, Contraction, Instruction, Operand, Ref, ref, scatter
from .record import Recording
from .scalars import NONE, Atom, Scalars, canonical

# Fewer blocks than this, or blocks larger than this, become matrix products of their own.
_FEW_BLOCKS = 4
_LARGE_BLOCK = 64


@dataclass
class Lifted:
    """The forward instructions, with where the outputs and the guards' conditions are."""

    builder: Builder
    inputs: list[Array]
    parameters: Array
    output: Ref
    conditions: list[Ref]
    layout: Index


def lift(recording: Recording, known: int = 0) -> Lifted:
    """The array instructions that compute what a recorded scalar graph computes.

    The parameters are laid out as the instructions read them, layer by layer:
    ``Lifted.layout[i]`` says which of the recording's comes i-th. The first `known`
    have a place already and keep it.
    """
    return _laid_out(_Lifter(canonical(recording), recording).lifted(), known)


def _laid_out(lifted: Lifted, known: int) -> Lifted:
    """Order the parameters by first use, so that weights are read as views and not gathered."""
    builder, parameters = lifted.builder, lifted.parameters
    reads = [read for instruction in builder.instructions for read in instruction.reads if read.array is parameters]
    everything = np.arange(parameters.size)
    uses = [*(everything if read.index is None else read.index for read in reads), everything]
    order = np.concatenate([everything[:known], *uses])
    first_use = np.unique(order, return_index=True)[1]
    lifted.layout = order[np.sort(first_use)]
    position = np.empty(parameters.size, dtype=np.intp)
    position[lifted.layout] = everything

    def moved(operand: Operand) -> Operand:
        if not isinstance(operand, Ref) or operand.array is not parameters:
            return operand
        return ref(parameters, position if operand.index is None else position[operand.index])

    builder.replace(lambda i: Instruction(i.op, i.out, tuple(map(moved, i.operands)), i.detail))
    lifted.output = cast(Ref, moved(lifted.output))
    lifted.conditions = [cast(Ref, moved(condition)) for condition in lifted.conditions]
    parameters.labels = [parameters.labels[i] for i in lifted.layout]
    return lifted


class _Lifter:
    def __init__(self, scalars: Scalars, recording: Recording) -> None:
        self.scalars = scalars
        self.builder = Builder([])
        widths = [len(members) for members in recording.inputs]
        self.inputs = [
            self.builder.array(width, True, kind="input", source=k, labels=[v.label for v in members])
            for k, (width, members) in enumerate(zip(widths, recording.inputs, strict=True))
        ]
        labels = [value.label for value in recording.parameters]
        self.parameters = self.builder.array(len(labels), False, kind="parameters", labels=labels)
        numbers = [atom.number for atom in scalars.atoms if atom.kind == "constant"]
        self.constants = self.builder.array(len(numbers), False, kind="constant", source=np.array(numbers, dtype=float))
        self.array_of: list[Array] = [self.constants] * len(scalars.atoms)
        self.position_of = np.zeros(len(scalars.atoms), dtype=np.intp)

    def lifted(self) -> Lifted:
        for group in self._levels():
            keyed: dict[Any, list[int]] = defaultdict(list)
            for number in group:
                keyed[self._key(self.scalars.atoms[number])].append(number)
            for key, members in keyed.items():
                self._group(key, members)
        output = self._gathered(self.scalars.outputs)
        conditions = [self._ref([number]) for number in self.scalars.conditions]
        return Lifted(self.builder, self.inputs, self.parameters, output, conditions, np.arange(0))

    def _levels(self) -> list[list[int]]:
        levels: list[list[int]] = []
        constants = 0
        for number, atom in enumerate(self.scalars.atoms):
            if atom.kind == "input":
                self.array_of[number] = self.inputs[atom.place[0]]
                self.position_of[number] = atom.place[1]
            elif atom.kind == "parameter":
                self.array_of[number] = self.parameters
                self.position_of[number] = atom.place[1]
            elif atom.kind == "constant":
                self.position_of[number] = constants
                constants += 1
            else:
                while len(levels) < atom.level:
                    levels.append([])
                levels[atom.level - 1].append(number)
        return levels

    # Keys: atoms with equal keys are made by one operation from the same arrays.

    def _key(self, atom: Atom) -> Any:
        if atom.kind == "sum":
            counts: dict[Any, int] = defaultdict(int)
            for term in atom.terms:
                counts[self._kind(term)[0]] += 1
            return ("sum", *sorted(counts.items()))
        arrays = tuple(self.array_of[operand].number for operand in atom.operands)
        exponent = self.scalars.atoms[atom.operands[1]].number if atom.primitive is POWER else 0.0
        return (atom.kind, atom.primitive, arrays, exponent if arrays[1:] == (self.constants.number,) else None)

    def _kind(self, term: tuple[float, int, int]) -> tuple[tuple[float, int, int], int, int]:
        """What terms are alike by (coefficient and the factors' arrays), and the factors in that order."""
        c, f, g = term
        first = self.array_of[f]
        if g == NONE:
            return (c, first.number, NONE), f, NONE
        second = self.array_of[g]
        # Weights before activations; two factors from one array stay in the order in which they were written.
        if (second.batched, second.number) < (first.batched, first.number):
            return (c, second.number, first.number), g, f
        return (c, first.number, second.number), f, g

    # Groups

    def _group(self, key: Any, members: list[int]) -> None:
        if key[0] == "sum":
            self._sums(members)
        elif key[0] == "logsumexp":
            self._reductions(members)
        else:
            self._maps(members)

    def _maps(self, members: list[int]) -> None:
        atoms = self.scalars.atoms
        primitive = atoms[members[0]].primitive
        assert primitive is not None
        columns = np.array([[self.position_of[operand] for operand in atoms[m].operands] for m in members])
        order = np.lexsort(columns.T[::-1])
        members = [members[i] for i in order]
        operands = [self._operand([atoms[m].operands[i] for m in members]) for i in range(columns.shape[1])]
        self._place(members, self._full(self.builder.map(primitive.name, *operands), len(members)))

    def _reductions(self, members: list[int]) -> None:
        atoms = self.scalars.atoms
        runs = [operand for m in members for operand in atoms[m].operands]
        length = len(atoms[members[0]].operands)
        read = self._gathered(runs)
        out = self.builder.emit("logsumexp", (read,), length, len(members), read.array.batched)
        self._place(members, out)

    def _sums(self, members: list[int]) -> None:
        """Sums made alike: for every kind of term one matrix product, row sum or array; then their sum."""
        kinds, factors = self._factors(members)
        product = self._largest_product(kinds, factors)
        if product is None:
            columns = [positions[:, 0] for kind in kinds for positions in self._positions(factors[kind])]
            order = np.lexsort(columns[::-1])
            self._sum_group(members, kinds, factors, order, None)
            return
        rows, columns_of, blocks = product
        for block in blocks:
            order = block[np.lexsort((rows[block], columns_of[block]))]
            shape = (len(np.unique(columns_of[block])), len(np.unique(rows[block])))
            self._sum_group(members, kinds, factors, order, shape)

    def _factors(self, members: list[int]) -> tuple[list[Any], dict[Any, tuple[Index, Index | None]]]:
        """For every kind of term the factors' atoms, a row per member, in an order that members share."""
        collected: dict[Any, list[tuple[list[int], list[int]]]] = defaultdict(list)
        for m in members:
            own: dict[Any, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
            for term in self.scalars.atoms[m].terms:
                kind, f, g = self._kind(term)
                own[kind][0].append(f)
                own[kind][1].append(g)
            for kind, both in own.items():
                collected[kind].append(both)
        factors: dict[Any, tuple[Index, Index | None]] = {}
        for kind, rows in collected.items():
            first = np.array([row[0] for row in rows], dtype=np.intp)
            second = np.array([row[1] for row in rows], dtype=np.intp)
            by_first = self.position_of[first]
            by = by_first if kind[2] == NONE else self.position_of[second]
            order = np.lexsort((by_first, by), axis=1)
            first = np.take_along_axis(first, order, axis=1)
            factors[kind] = (first, None if kind[2] == NONE else np.take_along_axis(second, order, axis=1))
        # The longest first, and what is added before what is subtracted.
        return sorted(factors, key=lambda kind: (-factors[kind][0].shape[1], -kind[0])), factors

    def _positions(self, factors: tuple[Index, Index | None]) -> list[Index]:
        first, second = factors
        return [self.position_of[second], self.position_of[first]] if second is not None else [self.position_of[first]]

    def _largest_product(
        self, kinds: list[Any], factors: dict[Any, tuple[Index, Index | None]]
    ) -> tuple[Index, Index, list[Index]] | None:
        """The blocks of members that one kind of term makes a matrix product of, with each member's row and column."""
        for kind in kinds:
            first, second = factors[kind]
            if second is None or not self._worth_a_product(kind, first.shape):
                continue
            rows, columns = _ids(self.position_of[first]), _ids(self.position_of[second])
            blocks = _blocks(rows, columns)
            if blocks is not None:
                return rows, columns, blocks
        return None

    def _worth_a_product(self, kind: Any, shape: Sequence[int]) -> bool:
        by_number = self.builder.arrays
        first, second = by_number[kind[1]], by_number[kind[2]]
        members, length = shape
        if length == 1 and self.constants in (first, second):
            return False
        if first.batched == second.batched:
            return members > 1 and length > 1
        return members > 1 or length > 1

    def _sum_group(
        self,
        members: list[int],
        kinds: list[Any],
        factors: dict[Any, tuple[Index, Index | None]],
        order: Index,
        shape: tuple[int, int] | None,
    ) -> None:
        members = [members[i] for i in order]
        result: Operand | None = None
        for kind in kinds:
            first, second = factors[kind]
            part = self._part(first[order], None if second is None else second[order], shape)
            result = self._accumulated(result, kind[0], part)
        assert result is not None
        # A sum of constants alone may be a number so far.
        made = result if isinstance(result, Ref) else self.builder.map("positive_of", result)
        self._place(members, self._full(made, len(members)))

    def _part(self, first: Index, second: Index | None, shape: tuple[int, int] | None) -> Operand:
        members, length = first.shape
        if second is not None and shape is not None:
            product = self._matmul(first, second, shape)
            if product is not None:
                return product
        left = self._operand(first.ravel())
        if second is not None:
            left = self.builder.map("multiply", left, self._operand(second.ravel()))
        if length == 1:
            return left
        if not isinstance(left, Ref):
            return float(left) * length if isinstance(left, float) else left
        if left.size == 1:
            left = left.at(np.zeros(members * length, dtype=np.intp))
        return self.builder.emit("sum", (left,), length, members, left.array.batched)

    def _matmul(self, first: Index, second: Index, shape: tuple[int, int]) -> Ref | None:
        """The members, ordered column by column, as a product of distinct rows and distinct columns."""
        c, r = shape
        k = first.shape[1]
        rows, columns = first.reshape(c, r, k), second.reshape(c, r, k)
        if (rows != rows[:1]).any() or (columns != columns[:, :1]).any():
            return None
        left, right = self._ref(rows[0].ravel()), self._ref(columns[:, 0].ravel())
        letters = ("rk", "ck", "cr") if c > 1 else ("rk", "k", "r")
        b = "b" if left.array.batched else "", "b" if right.array.batched else ""
        out = "b" if left.array.batched or right.array.batched else ""
        sizes = {"r": r, "c": c, "k": k}
        contraction = Contraction(b[0] + letters[0], b[1] + letters[1], out + letters[2], sizes)
        return self.builder.emit(
            "matmul", (left, right), contraction, c * r, bool(out), key=(str(contraction), c, r, k)
        )

    def _accumulated(self, result: Operand | None, coefficient: float, part: Operand) -> Operand:
        build = self.builder.map
        if result is None:
            if isinstance(part, float):
                return coefficient * part
            return part if coefficient == 1.0 else build("multiply", coefficient, part)
        if coefficient in (1.0, -1.0):
            return build("add" if coefficient == 1.0 else "subtract", result, part)
        return build("add", result, build("multiply", coefficient, part))

    # Places

    def _place(self, members: list[int], result: Ref) -> None:
        """Give atoms their positions: those that an array of instructions was made for."""
        array = result.array
        for position, m in enumerate(members):
            self.array_of[m] = array
            self.position_of[m] = position
        if not array.labels:
            array.labels = [self.scalars.atoms[m].label for m in members]

    def _full(self, result: Ref, size: int) -> Ref:
        """A result with a number for each member, where all operands broadcast."""
        if result.index is None and result.size == size:
            return result
        spread = result if result.size == size else result.at(np.zeros(size, dtype=np.intp))
        return self.builder.map("positive_of", spread)

    def _ref(self, atoms: Any) -> Ref:
        return ref(self.array_of[atoms[0]], self.position_of[np.asarray(atoms, dtype=np.intp)])

    def _operand(self, atoms: Any) -> Operand:
        """A ref, of one position where all atoms are one; a float where all are one constant."""
        read = self._ref(atoms)
        if read.index is None and read.size > 1:
            return read
        positions = np.zeros(1, dtype=np.intp) if read.index is None else read.index
        if (positions == positions[0]).all():
            if read.array is self.constants:
                return float(self.constants.source[positions[0]])
            return ref(read.array, positions[:1])
        return read

    def _gathered(self, atoms: list[int]) -> Ref:
        """A ref to atoms that may lie in several arrays, which are then joined into one."""
        arrays = {self.array_of[m].number: self.array_of[m] for m in atoms}
        if len(arrays) == 1:
            return self._ref(atoms)
        numbers = np.array([self.array_of[m].number for m in atoms])
        pieces = []
        for number in arrays:
            where = np.flatnonzero(numbers == number)
            pieces.append((self._ref([atoms[i] for i in where]), where))
        return scatter(self.builder, pieces, len(atoms), any(array.batched for array in arrays.values()))


def _ids(rows: Index) -> Index:
    """A number for each row, equal for equal rows, in the rows' lexicographic order."""
    return np.unique(rows, axis=0, return_inverse=True)[1].ravel()


def _blocks(rows: Index, columns: Index) -> list[Index] | None:
    """Members in blocks in which every row meets every column once, or None where that is not so or not worth it."""
    row_sets: dict[int, set[int]] = defaultdict(set)
    for r, c in zip(rows.tolist(), columns.tolist(), strict=True):
        if r in row_sets[c]:
            return None
        row_sets[c].add(r)
    alike: dict[frozenset[int], list[int]] = defaultdict(list)
    for c, own in row_sets.items():
        alike[frozenset(own)].append(c)
    # A row in two blocks is fine: each block is a product of its own.
    if len(alike) > _FEW_BLOCKS and len(rows) < _LARGE_BLOCK * len(alike):
        return None
    return [np.flatnonzero(np.isin(columns, own)) for own in alike.values()]
