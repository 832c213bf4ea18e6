"""The whole graph behind a tree in compact form, from which the page computes everything again."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..errors import ArgumentError
from ..pages.assemble import packed
from ..paths import partial_of
from ..primitives import LEAF, Primitive
from ..value import Value, number_of

MOST_BYTES = 1_000_000
"""How much of a page its graph may take."""

_BYTES_OF_VALUE, _BYTES_OF_OPERAND = 10, 4
_IN_BASE_64 = 4 / 3


_LEAF_KINDS = {False: -1, True: -2}

LETTERS = {"x": "input", "a": "input", "y": "target"}
"""What a leaf is in the document by its letter; others are parameters."""


def is_parameter(value: Value) -> bool:
    """Whether a step of gradient descent moves a leaf."""
    return value.primitive is LEAF and (value.label is None or value.label.base not in LETTERS)


def check_size(order: Sequence[Value]) -> None:
    """Raise an `ArgumentError` where a graph is larger than a page can hold."""
    operands = sum(len(value.operands) for value in order)
    size = _IN_BASE_64 * (_BYTES_OF_VALUE * len(order) + _BYTES_OF_OPERAND * operands)
    if size > MOST_BYTES:
        raise ArgumentError(
            f"page: expected a graph that takes at most {MOST_BYTES / 1e6:.0f} MB, got one of {len(order):,} values "
            f"and {operands:,} edges, {size / 1e6:.1f} MB; step through a smaller network or fewer samples, or save a "
            'picture: drawing.save("tree.svg")'
        )


def packed_graph(order: Sequence[Value], rules: bool) -> dict[str, object]:
    """A graph as the page reads it.

    Parameters
    ----------
    order : sequence of Value
        In topological order, the output last.
    rules : bool
        Whether the page has the rules of all operations. If not, it gets the local partials as they are.

    Returns
    -------
    dict
        ``primitives``, names; ``of``, the index of each value's, -1 for a leaf, -2 for a parameter; ``counts``, how
        many operands each computed value has; ``operands``, the places of all, where -n says that the next n follow one
        another; ``numbers``; without rules ``partials``, one for each operand.
    """
    place = {value: at for at, value in enumerate(order)}
    primitives: dict[Primitive, int] = {}
    of = [
        primitives.setdefault(v.primitive, len(primitives)) if v.operands else _LEAF_KINDS[is_parameter(v)]
        for v in order
    ]
    operands = np.array([place[operand] for v in order for operand in v.operands], np.int32)
    graph: dict[str, object] = {
        "primitives": [primitive.name for primitive in primitives],
        "of": packed(np.array(of, np.int16)),
        "counts": packed(np.array([len(v.operands) for v in order if v.operands], np.int32)),
        "operands": packed(_in_runs(operands)),
        "numbers": packed(np.array([number_of(v) for v in order])),
    }
    if not rules:
        partials = [partial_of(v, i) for v in order for i in range(len(v.operands))]
        graph["partials"] = packed(np.array([math.nan if p is None else p for p in partials]))
    return graph


def _in_runs(places: NDArray[np.int32]) -> NDArray[np.int32]:
    """Whole numbers with -n in the place of n that follow one another; weights and inputs of a layer do."""
    starts = np.flatnonzero(np.diff(places, prepend=-2) != 1)
    more = np.diff(starts, append=len(places)) - 1
    told = np.stack([places[starts], -more], axis=1).astype(np.int32)
    kept: NDArray[np.int32] = told[np.stack([np.ones_like(more, bool), more > 0], axis=1)]
    return kept
