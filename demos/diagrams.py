"""Networks as circles and lines, with what their outputs should be and the cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Polygon, Rectangle

from plots import BLUE, COST, INK, MUTED, ORANGE, PINK

_ACROSS, _DOWN, _RADIUS = 2.3, 1.65, 0.44
_INCHES = 0.74  # of a unit of these


def network(
    columns: Sequence[Sequence[str]],
    weights: Mapping[tuple[int, int, int], str],
    targets: Sequence[str],
    lit: tuple[int, int, int] | None = None,
) -> Figure:
    """Neurons in columns, joined by their weights, and the cost of the last column; in mathematical notation.

    A weight's key says the column before it, its neuron after and its neuron before; where none is named, all
    neurons of columns that follow one another are joined. `targets`, one or two, are what the last column should be.
    """
    neurons = {
        (at, row): np.array([_ACROSS * at, -_DOWN * (row - (len(names) - 1) / 2)])
        for at, names in enumerate(columns)
        for row in range(len(names))
    }
    cost = np.array([_ACROSS * len(columns), 0.0])
    desired = [cost + np.array([0.0, side * _DOWN]) for side in ((1, -1) if len(targets) == 2 else (-1,))]
    figure, axes = _sheet([*neurons.values(), cost, *desired])
    for (at, after, before), name in (weights or _all_joined(columns)).items():
        _line(axes, neurons[at, before], neurons[at + 1, after], name, (at, after, before) == lit, before == after)
    for row, (target, place) in enumerate(zip(targets, desired, strict=True)):
        _line(axes, neurons[len(columns) - 1, row], cost)
        _line(axes, place, cost)
        _node(axes, Rectangle(place - 0.8 * _RADIUS, 1.6 * _RADIUS, 1.6 * _RADIUS), place, target, PINK)
    for (at, row), place in neurons.items():
        _node(axes, Circle(place, _RADIUS), place, columns[at][row], INK)
    corners = np.pi * (np.arange(8) + 0.5) / 4
    _node(axes, Polygon(cost + _RADIUS * np.array([np.cos(corners), np.sin(corners)]).T), cost, "C_{0}", COST)
    return figure


def _sheet(places: Sequence[Any]) -> tuple[Figure, Any]:
    """A figure in which the places have room."""
    low, high = np.min(places, axis=0) - _RADIUS - 0.06, np.max(places, axis=0) + _RADIUS + 0.06
    figure = Figure(figsize=_INCHES * (high - low), facecolor="white")
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
    axes.set_axis_off()
    return figure, axes


def _all_joined(columns: Sequence[Sequence[str]]) -> dict[tuple[int, int, int], str]:
    """A line without a name from each neuron to each of the next column."""
    return {
        (at, after, before): ""
        for at, (names, following) in enumerate(pairwise(columns))
        for after in range(len(following))
        for before in range(len(names))
    }


def _line(axes: Any, start: Any, end: Any, name: str = "", lit: bool = False, level: bool = True) -> None:
    """A line, and a name on it: where lines cross, nearer to its start."""
    axes.plot(*np.transpose([start, end]), color=ORANGE if lit else MUTED, linewidth=4.0 if lit else 1.3, zorder=1)
    if name:
        place = start + (0.5 if level else 0.33) * (end - start)
        axes.text(
            *place, f"${name}$", color=ORANGE if lit else BLUE, fontsize=13,
            ha="center", va="center", zorder=2, bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
        )  # fmt: skip


def _node(axes: Any, shape: Any, place: Any, name: str, color: str) -> None:
    shape.set(facecolor="white", edgecolor=color, linewidth=2.0, zorder=3)
    axes.add_patch(shape)
    axes.text(*place, f"${name}$", color=INK, fontsize=13, ha="center", va="center", zorder=4)
