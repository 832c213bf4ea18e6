"""Choose: the instructions that read and add to rows of a table that each sample chooses by an index.

They take the time of the rows that are chosen, however many the table has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from .instructions import Instruction, Operand, Ref


@dataclass(frozen=True, eq=False)
class Choose(Instruction):
    """Rows of a table, one after another: ``out[t] = table[index[t]]`` for each position t of the index.

    The table lies row by row and has `rows` of them. An index is rounded down, and below 0 counts from the end.
    There may be several tables, one behind the other, for each of which there is a run of as many indices.
    """

    index: Ref
    table: Ref
    rows: int
    tables: int = 1

    @property
    def operands(self) -> tuple[Operand, ...]:
        """The index and the table."""
        return (self.index, self.table)

    def with_operands(self, operands: Iterable[Operand]) -> Choose:
        """The same rows of another table."""
        index, table = operands
        return replace(self, index=index, table=table)  # type: ignore[arg-type]  # operands of these are refs

    @property
    def width(self) -> int:
        """How many numbers a row has."""
        return self.table.size // (self.rows * self.tables)

    @property
    def _detail(self) -> Any:
        return (self.rows, self.tables)


@dataclass(frozen=True, eq=False)
class AddRows(Instruction):
    """Zeros in the shape of a table, with numbers added to rows: ``out[index[t]] += added[t]``, for each part.

    Tables are as for `Choose`. Where `out` is one for all samples, the numbers of all samples are added.
    """

    parts: tuple[tuple[Ref, Ref], ...]
    rows: int
    tables: int = 1
    over_the_batch = True

    @property
    def operands(self) -> tuple[Operand, ...]:
        """For each part the index, and what is added."""
        return tuple(read for part in self.parts for read in part)

    def with_operands(self, operands: Iterable[Operand]) -> AddRows:
        """The same of other parts."""
        reads: Iterator[Any] = iter(operands)
        return replace(self, parts=tuple(zip(reads, reads, strict=True)))

    @property
    def width(self) -> int:
        """How many numbers a row has."""
        return self.out.size // (self.rows * self.tables)

    @property
    def _detail(self) -> Any:
        return (self.rows, self.tables, self.out.size)


def starts(made: Choose | AddRows, index: Ref) -> npt.NDArray[np.intp]:
    """The row at which the table of each position of an index begins."""
    return np.repeat(np.arange(made.tables, dtype=np.intp) * made.rows, index.size // made.tables)
