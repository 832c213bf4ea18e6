"""Rows: arrays that lie row by row to a reader, for a product made them so or sums of their rows are computed."""

from __future__ import annotations

from .attention import spreads
from .instructions import Map, Sum
from .naming import Shape, Told, matrix_made


def row_shapes(plan: Told) -> dict[int, Shape]:
    """The shapes of computed arrays with rows, by the array's number; what is spread over rows is a column."""
    found: dict[int, Shape] = {}
    columns = {read.array.number for made in plan.instructions for read in made.reads if spreads(read)}
    for _ in range(2):  # what is computed of rows has rows, and what rows are summed of may come before
        for made in plan.instructions:
            number, shape = made.out.number, matrix_made(made)
            if isinstance(made, Map):
                whole = [read for read in made.reads if read.index is None and read.size == made.out.size]
                shape = next((found[read.array.number] for read in whole if read.array.number in found), None)
            elif isinstance(made, Sum) and made.out.size > 1 and made.length > 1 and made.read.index is None:
                found.setdefault(made.read.array.number, (made.out.size, made.length))
                shape = (made.out.size, 1) if columns else None
            if shape is not None:
                found.setdefault(number, shape)
    return found
