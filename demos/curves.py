"""The plots among the document's pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from autograd import Value, compile, sigmoid
from plots import BLUE, INK, MUTED, RED, plain, save


def sigmoids(path: Path) -> Path:
    """σ(z), and σ(z − 10), which becomes active only from 10 on."""
    figure = Figure(figsize=(8, 3.8), layout="constrained", facecolor="white")
    axes = figure.subplots()
    z = np.linspace(-8.0, 18.0, 400)
    for bias, color, text in ((0.0, BLUE, "σ(z)"), (-10.0, RED, "σ(z − 10)")):
        shifted = compile(lambda z, bias=bias: sigmoid(z + bias))
        axes.plot(z, shifted(z), color=color, linewidth=2.5)
        axes.annotate(
            text, (-bias, 0.5), xytext=(12, -6), textcoords="offset points", color=color, fontsize=13, fontweight="bold"
        )
        axes.axvline(-bias, color=color, linewidth=0.8, linestyle=":")
    axes.set_yticks([0.0, 0.5, 1.0])
    plain(axes, "a = σ(z): a weighted sum becomes an activation between 0 and 1", "weighted sum z")
    save(figure, path)
    return path


def answer(image: Any, answers: Sequence[float], targets: Sequence[float], cost: float, stem: Path) -> Path:
    """An image, the ten activations that answer it, and those that should have."""
    figure = Figure(figsize=(9, 3.8), layout="constrained", facecolor="white")
    figure.get_layout_engine().set(w_pad=0.15)
    left, right = figure.subplots(1, 2, width_ratios=[1, 2])
    left.imshow(image, cmap="gray_r", vmin=0, vmax=1)
    left.set(xticks=[], yticks=[])
    left.set_title("one training image", loc="left", fontsize=12, color=INK, fontweight="bold")
    places = np.arange(len(answers))
    right.bar(places - 0.2, answers, 0.38, color=RED, label="activation a")
    right.bar(places + 0.2, targets, 0.38, color=BLUE, label="desired y")
    right.set_xticks(places)
    for place, a, y in zip(places, answers, targets, strict=True):
        right.text(place, max(a, y) + 0.02, f"{(a - y) ** 2:.2f}", ha="center", fontsize=9, color=MUTED)
    right.set_ylim(0, 1.25)
    plain(right, rf"$C_0 = \sum_j (a_j - y_j)^2 = {cost:.3g}$, each square above its bars", "digit")
    right.legend(frameon=False, labelcolor=INK)
    path = stem.with_suffix(".png")
    save(figure, path)
    return path


def surface(cost: Callable[[Value, Value], Value], walked: Sequence[tuple[float, float]], path: Path) -> Path:
    """Contours of a cost of two parameters, and the steps taken on it."""
    figure = Figure(figsize=(8, 5.6), layout="constrained", facecolor="white")
    axes = figure.subplots()
    steps = np.array(walked)
    low, high = steps.min(axis=0) - 2.5, steps.max(axis=0) + 2.5
    w, b = np.meshgrid(*(np.linspace(start, stop, 160) for start, stop in zip(low, high, strict=True)))
    heights = compile(cost)(w.ravel(), b.ravel()).reshape(w.shape)
    filled = axes.contourf(w, b, heights, levels=24, cmap="Blues")
    axes.contour(w, b, heights, levels=12, colors="white", linewidths=0.6)
    axes.plot(*steps.T, color=RED, linewidth=1.6, marker="o", markersize=2.5)
    for place, text, offset in ((steps[0], "start", (-10, 14)), (steps[-1], "after the last step", (-90, -18))):
        axes.annotate(
            text, place, xytext=offset, textcoords="offset points", color=INK, fontsize=10,
            bbox={"facecolor": "white", "edgecolor": "none", "boxstyle": "round,pad=0.25", "alpha": 0.85},
        )  # fmt: skip
    bar = figure.colorbar(filled, ax=axes, format="%.2f", ticks=np.linspace(heights.min(), heights.max(), 6))
    bar.set_label("cost C", color=MUTED)
    bar.ax.tick_params(colors=MUTED)
    bar.outline.set_edgecolor("#cbd2d9")
    plain(axes, r"$(w, b) \leftarrow (w, b) - \eta \, \nabla C$: every step goes down the steepest way", "weight w")
    axes.set_ylabel("bias b", color=MUTED)
    axes.grid(False)
    save(figure, path)
    return path


def network(
    columns: Sequence[Sequence[str]],
    weights: Mapping[tuple[int, int, int], str],
    path: Path,
    lit: tuple[int, int, int] | None = None,
) -> Path:
    """Neurons in columns, joined by their weights; names in mathematical notation.

    A weight's key says the column before it, its neuron after and its neuron before.
    """
    tallest = max(map(len, columns))
    figure = Figure(figsize=(2.4 * len(columns), 1.0 + 1.2 * tallest), layout="constrained", facecolor="white")
    axes = figure.subplots()

    def place(column: int, row: int) -> tuple[float, float]:
        return 2.4 * column, -1.2 * (row - (len(columns[column]) - 1) / 2)

    for (column, after, before), name in weights.items():
        start, end = np.array(place(column, before)), np.array(place(column + 1, after))
        color, width = (RED, 3.5) if (column, after, before) == lit else (MUTED, 1.2)
        axes.plot(*np.transpose([start, end]), color=color, linewidth=width, zorder=1)
        at = start + (0.5 if before == after else 0.27) * (end - start)
        axes.text(
            *at, f"${name}$", color=color if width > 2 else INK, fontsize=13, ha="center", va="center", zorder=2,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
        )  # fmt: skip
    for column, names in enumerate(columns):
        for row, name in enumerate(names):
            x, y = place(column, row)
            axes.plot(x, y, "o", markersize=48, markerfacecolor="white", markeredgecolor=BLUE, markeredgewidth=2)
            axes.text(x, y, f"${name}$", color=INK, fontsize=14, ha="center", va="center", zorder=4)
    axes.set(xlim=(-0.6, 2.4 * (len(columns) - 1) + 0.6), ylim=(-0.6 * tallest - 0.1, 0.6 * tallest + 0.1))
    axes.set_aspect("equal")
    axes.set_axis_off()
    save(figure, path)
    return path
