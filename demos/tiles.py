"""Images and weights as tiles: labelled samples, features, one neuron's connections."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from plots import BLUE, INK, MUTED, ORANGE, PINK, SIGNED

_WEAK = 0.3  # of the strongest; below that a minus is not marked


def samples(pixels: Any, labels: Any) -> Figure:
    """Images, each with its label below."""
    columns = 8
    rows = -(-len(pixels) // columns)
    figure = Figure(figsize=(5.6, 0.86 * rows + 0.1), facecolor="white")
    squares = figure.subplots(rows, columns, squeeze=False).ravel()
    figure.subplots_adjust(0.02, 0.07, 0.98, 0.99, 0.25, 0.5)
    for axes, image, label in zip(squares, pixels, labels, strict=True):
        _square(axes, image, "gray_r", 0.0, 1.0)
        axes.set_xlabel(str(label), fontsize=14, color=PINK, fontweight="bold", labelpad=3)
    return figure


def features(rows: Mapping[str, Any]) -> Figure:
    """The weights of layers, each neuron's as an image; one group of tiles below its text for each layer."""
    columns = 8
    groups = {text: -(-len(weights) // columns) for text, weights in rows.items()}
    height = sum(0.72 * lines + 0.5 for lines in groups.values())
    figure = Figure(figsize=(5.6, height), facecolor="white")
    top = height
    for (text, lines), weights in zip(groups.items(), rows.values(), strict=True):
        figure.text(0.015, (top - 0.2) / height, text, fontsize=13, color=INK, fontweight="bold", va="center")
        for j, row in enumerate(weights):
            across, down = j % columns, j // columns
            place = (0.015 + across * 0.1225, (top - 0.4 - 0.72 * (down + 1) + 0.06) / height)
            axes = figure.add_axes((*place, 0.1125, 0.63 / height))
            # each tile has its own scale, with white at zero: the pattern matters, not the size
            _signed(axes, row, float(np.abs(row).max()) or 1.0)
        top -= 0.72 * lines + 0.5
    return figure


def connections(weights: Any, image: Any) -> Figure:
    """A neuron's weights over the pixels, an image, and what flows in from each pixel of it."""
    figure = Figure(figsize=(5.6, 2.6), facecolor="white")
    tiles = figure.subplots(1, 3)
    figure.subplots_adjust(0.02, 0.16, 0.98, 0.86, 0.22, 0.0)
    scale = float(np.abs(weights).max())
    flows = weights * image
    for axes, numbers, title in ((tiles[0], weights, "weights w"), (tiles[2], flows, "flows in: w·a")):
        _signed(axes, numbers, scale, marked=True)
        axes.set_title(title, fontsize=12, color=INK, fontweight="bold", loc="left")
    _square(tiles[1], image, "gray_r", 0.0, 1.0)
    tiles[1].set_title("image a", fontsize=12, color=INK, fontweight="bold", loc="left")
    for between, sign in ((0.345, "·"), (0.66, "=")):
        figure.text(between, 0.51, sign, fontsize=20, color=INK, ha="center", va="center")
    figure.text(0.02, 0.06, "plus: ink excites", fontsize=12, color=ORANGE, fontweight="bold")
    figure.text(0.35, 0.06, "− minus: ink inhibits", fontsize=12, color=BLUE, fontweight="bold")
    return figure


def _signed(axes: Any, numbers: Any, scale: float, marked: bool = False) -> None:
    """Numbers of either sign, plus orange and minus blue; `marked` bears a minus, too, so that colour is not alone."""
    _square(axes, numbers, SIGNED, -scale, scale)
    side = round(len(numbers) ** 0.5)
    for at in np.flatnonzero(numbers < -_WEAK * scale) if marked else ():
        down, across = divmod(int(at), side)
        axes.text(across, down, "−", color="white", fontsize=12, fontweight="bold", ha="center", va="center_baseline")


def _square(axes: Any, numbers: Any, colours: Any, low: float, high: float) -> None:
    side = round(len(numbers) ** 0.5)
    axes.imshow(numbers.reshape(side, side), cmap=colours, vmin=low, vmax=high)
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_color(MUTED)
    axes.spines[:].set_linewidth(0.5)
