"""The plots of functions and answers among the document's pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from autograd import compile, sigmoid
from plots import BLUE, INK, MUTED, ORANGE, PINK, plain

WIDTH = 5.6  # inches at which a text of 11 points is still read on a phone
DASHES = ("-", (0, (5, 2)))


def sigmoids(biases: Sequence[float]) -> Figure:
    """σ(w·a + b) over w·a for each bias."""
    figure = Figure(figsize=(WIDTH, 3.6), layout="constrained", facecolor="white")
    axes = figure.subplots()
    sums = np.linspace(-8.0, 18.0, 400)
    for bias, color, dashes in zip(biases, (INK, BLUE), DASHES, strict=True):
        shifted = compile(lambda flowing, bias=bias: sigmoid(flowing + bias))
        axes.plot(sums, shifted(sums), color=color, linewidth=2.8, linestyle=dashes)
        axes.axvline(-bias, color=color, linewidth=0.8, linestyle=":")
        axes.annotate(
            f"b = {bias:g}".replace("-", "−"), (-bias, 0.5), xytext=(10, -5), textcoords="offset points", color=color,
            fontsize=13, fontweight="bold",
        )  # fmt: skip
    axes.set_yticks([0.0, 0.5, 1.0])
    plain(axes, "activation a = σ(z), of z = w·a + b", "what flows in, w·a, before the bias b is added")
    return figure


def parabola(a: float, y: float, cost: float, slope: float) -> Figure:
    """The squared error over the activation, with its slope at one place."""
    figure = Figure(figsize=(WIDTH, 3.6), layout="constrained", facecolor="white")
    axes = figure.subplots()
    activations = np.linspace(0.0, 1.25, 200)
    axes.plot(activations, compile(lambda a: (a - y) ** 2)(activations), color=INK, linewidth=2.4)
    reach = np.array([-0.22, 0.22])
    axes.plot(a + reach, cost + slope * reach, color=ORANGE, linewidth=2.4, linestyle=DASHES[1])
    axes.plot(a, cost, "o", color=INK, markersize=9)
    axes.plot(y, 0.0, "s", color=PINK, markersize=10, clip_on=False)
    sides = {ORANGE: "left", PINK: "center", INK: "right"}
    for place, text, color in (
        ((a + 0.03, cost + 0.02), f"slope 2(a − y) = {slope:.4g}".replace("-", "−"), ORANGE),
        ((y, 0.07), f"desired y = {y:g}", PINK),
        ((a - 0.03, cost - 0.07), f"a = {a:.4g}", INK),
    ):
        axes.text(*place, text, color=color, fontsize=12, fontweight="bold", ha=sides[color])
    axes.set_ylim(0.0, 1.0)
    axes.set_xticks([0.0, 0.5, 1.0])
    plain(axes, "cost C₀ = (a − y)² of one sample", "activation a of the last neuron")
    return figure


def answer(image: Any, answers: Sequence[float], targets: Sequence[float]) -> Figure:
    """An image, the ten activations that answer it, and those that should have."""
    figure = Figure(figsize=(WIDTH, 4.6), layout="constrained", facecolor="white")
    left, right = figure.subplots(1, 2, width_ratios=[1, 2.4])
    left.imshow(image, cmap="gray_r", vmin=0, vmax=1)
    left.set(xticks=[], yticks=[])
    left.set_title("image", loc="left", fontsize=12, color=INK, fontweight="bold")
    places = np.arange(len(answers))
    right.barh(places - 0.2, answers, 0.38, color=INK, label="activation a")
    right.barh(places + 0.2, targets, 0.38, color="white", edgecolor=PINK, hatch="////", label="desired y")
    for place, a, y in zip(places, answers, targets, strict=True):
        right.text(1.34, place, f"{(a - y) ** 2:.2f}", ha="right", va="center", fontsize=11, color=INK)
    right.text(1.34, -0.85, "(a − y)²", ha="right", fontsize=11, color=MUTED)
    right.set(yticks=places, xticks=[0.0, 0.5, 1.0], xlim=(0.0, 1.35), ylim=(len(answers) - 0.4, -0.6))
    plain(right, "ten answers", "")
    right.title.set_position((0, 1.05))
    right.grid(axis="y", visible=False)
    right.grid(axis="x", color="#e4e7eb", linewidth=0.8)
    right.legend(frameon=False, labelcolor=INK, loc="upper center", bbox_to_anchor=(0.4, -0.08), ncols=2, fontsize=11)
    return figure
