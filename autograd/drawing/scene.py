"""What there is to draw: the whole graph behind an output, and the paths that are to be lit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..changes import recorded
from ..formulas.naming import Names
from ..formulas.notes import note_of
from ..graph import topological_order
from ..merged import Merged
from ..paths import paths_from
from ..primitives import WEIGHTED_SUM
from ..value import Value


@dataclass(frozen=True, eq=False)
class Scene:
    """A graph, read once.

    Attributes
    ----------
    output : Value
    path_to : Value or None
    order : list of Value
        Everything that `output` depends on, in topological order.
    place : dict
        Where each value stands in it.
    names : Names
        What its values are called, and what is written in another's formula.
    on_path : set of Value
        The values on paths from `path_to`.
    paths : int
        How many paths there are.
    note : list of str
        What was changed since the graph was recorded, in lines; the numbers in it are of then.
    """

    output: Value
    path_to: Value | None
    order: list[Value]
    place: dict[Value, int]
    names: Names
    on_path: set[Value]
    paths: int
    note: list[str]

    @property
    def merged(self) -> Merged:
        """What is written in another's formula."""
        return self.names.merged


def scene_of(output: Value, path_to: Value | None) -> Scene:
    """The graph behind `output`; a GraphError where that does not depend on `path_to`."""
    order = topological_order((output,))
    changes, then = recorded(order)
    note = note_of(changes, Names(order))
    if changes:
        output, path_to = then[output], then.get(path_to, path_to) if path_to is not None else None
        order = [then.get(value, value) for value in order]
    names = Names(order, () if path_to is None else (path_to,))
    on_path, paths = (set(), 0) if path_to is None else paths_from(path_to, order, names.merged, "draw(path_to)")
    place = {value: at for at, value in enumerate(order)}
    return Scene(output, path_to, order, place, names, on_path, paths, note)


def layers_of(order: Iterable[Value]) -> dict[str, list[Value]]:
    """The values of each layer: those whose superscript a weighted sum bears."""
    names = {v.label.superscript for v in order if v.primitive is WEIGHTED_SUM and v.label is not None}
    layers: dict[str, list[Value]] = {}
    for value in order:
        if value.label is not None and value.label.superscript in names - {""}:
            layers.setdefault(value.label.superscript, []).append(value)
    return layers
