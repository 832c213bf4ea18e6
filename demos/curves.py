"""The plots among the document's pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
    plain(axes, "A weighted sum becomes an activation between 0 and 1", "weighted sum z")
    save(figure, path)
    return path


def answer(image: Any, answers: Sequence[float], targets: Sequence[float], cost: float, stem: Path) -> Path:
    """An image, the ten activations that answer it, and those that should have."""
    figure = Figure(figsize=(9, 3.8), layout="constrained", facecolor="white")
    left, right = figure.subplots(1, 2, width_ratios=[1, 2])
    left.imshow(image, cmap="gray_r", vmin=0, vmax=1)
    left.set(xticks=[], yticks=[])
    left.set_title("one training image", loc="left", fontsize=12, color=INK, fontweight="bold")
    places = np.arange(len(answers))
    right.bar(places - 0.2, answers, 0.38, color=RED, label="activation a")
    right.bar(places + 0.2, targets, 0.38, color=BLUE, label="desired y")
    right.set_xticks(places)
    plain(right, f"What an untrained network answers: cost {cost:.3g}", "digit")
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
    for place, text, offset in ((steps[0], "start", (-10, 12)), (steps[-1], "end", (10, -14))):
        axes.annotate(text, place, xytext=offset, textcoords="offset points", color=RED, fontweight="bold", fontsize=11)
    figure.colorbar(filled, ax=axes, label="cost C", format="%.2f")
    plain(axes, "Every step goes down the steepest way", "weight w")
    axes.set_ylabel("bias b", color=MUTED)
    axes.grid(False)
    save(figure, path)
    return path
