"""The cost over two parameters, and the steps that are taken on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from autograd import Value, compile
from plots import INK, MUTED, ORANGE, PURPLE, plain

Walk = Sequence[tuple[float, ...]]
WALKERS = ((ORANGE, "o", "A"), (PURPLE, "s", "B"))


def heights(cost: Callable[[Value, Value], Value], low: Any, high: Any, count: int) -> tuple[Any, Any, Any]:
    """The cost over a grid of its two parameters, all places in one compiled call."""
    w, b = np.meshgrid(*(np.linspace(start, stop, count) for start, stop in zip(low, high, strict=True)))
    return w, b, compile(cost)(w.ravel(), b.ravel()).reshape(w.shape)


def contours(cost: Callable[[Value, Value], Value], walk: Walk) -> Figure:
    """Contours of a cost of two parameters, and a walk on it."""
    figure = Figure(figsize=(5.6, 4.4), layout="constrained", facecolor="white")
    axes = figure.subplots()
    steps = np.array(walk)[:, :2]
    w, b, over = heights(cost, steps.min(axis=0) - 2.5, steps.max(axis=0) + 2.5, 160)
    filled = axes.contourf(w, b, over, levels=24, cmap="Blues")
    axes.contour(w, b, over, levels=12, colors="white", linewidths=0.6)
    axes.plot(*steps.T, color=ORANGE, linewidth=1.8, marker="o", markersize=3)
    for place, text, offset in ((steps[0], "start", (-10, 14)), (steps[-1], "after the last step", (-112, -22))):
        axes.annotate(
            text, place, xytext=offset, textcoords="offset points", color=INK, fontsize=12,
            bbox={"facecolor": "white", "edgecolor": "none", "boxstyle": "round,pad=0.25", "alpha": 0.9},
        )  # fmt: skip
    bar = figure.colorbar(filled, ax=axes, format="%.1f", ticks=np.linspace(0.0, 1.0, 11))
    bar.set_label("cost C", color=MUTED, fontsize=12)
    bar.ax.tick_params(colors=MUTED, labelsize=11)
    bar.outline.set_edgecolor("#cbd2d9")
    plain(axes, "every step goes down the steepest way", "weight w")
    axes.set_ylabel("bias b", color=MUTED, fontsize=12)
    axes.grid(False)
    return figure


def relief(cost: Callable[[Value, Value], Value], walks: Sequence[Walk]) -> Figure:
    """The cost of two parameters as a landscape, and walks on it to the bottom."""
    figure = Figure(figsize=(5.6, 4.9), facecolor="white")
    axes = figure.add_axes((-0.05, 0.0, 1.0, 1.06), projection="3d", computed_zorder=False)
    axes.set_box_aspect((1.0, 1.0, 0.62), zoom=0.94)
    w, b, over = heights(cost, (-9.0, -11.0), (12.0, 9.0), 90)
    axes.plot_surface(w, b, over, cmap="Blues", rcount=90, ccount=90, linewidth=0, alpha=0.95, zorder=1)
    axes.contour(w, b, over, levels=18, colors=INK, linewidths=0.3, alpha=0.5, zorder=2)
    for walk, (color, marker, name) in zip(walks, WALKERS, strict=True):
        x, y, z = np.transpose(walk)
        axes.plot(x, y, z + 0.015, color=color, linewidth=2.2, marker=marker, markersize=2.6, zorder=5)
        axes.plot(x[-1:], y[-1:], z[-1:], color=color, marker=marker, markersize=9, markeredgecolor="white", zorder=6)
        axes.text(x[0], y[0], z[0] + 0.12, name, color=color, fontsize=14, fontweight="bold", zorder=7)
    axes.view_init(elev=42, azim=-60)
    for axis, text in ((axes.xaxis, "bias b₀"), (axes.yaxis, "bias b₁"), (axes.zaxis, "cost C")):
        axis.set_label_text(text, color=MUTED, fontsize=12)
        axis.pane.set_visible(False)
        axis._axinfo["grid"].update(color="#e4e7eb")
    axes.tick_params(colors=MUTED, labelsize=10)
    return figure
