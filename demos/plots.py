"""The pictures of the digits demo, and how the demos' plots look."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

import nn
from autograd.files import write_whole
from loading import Images

INK, MUTED, BLUE, ORANGE, PINK, COST, PURPLE = (
    "#1B2430", "#5A6470", "#0072B2", "#D55E00", "#B0558A", "#C24F00", "#6A3D9A"
)  # fmt: skip
# Numbers with their signs: plus is orange, minus blue, zero white.
SIGNED = LinearSegmentedColormap.from_list(
    "signed", [(0.0, BLUE), (0.12, BLUE), (0.5, "#FFFFFF"), (0.88, ORANGE), (1.0, ORANGE)]
)
MOST_TILES = 40


def learning_curve(history: nn.History, path: Path) -> None:
    """Cost and accuracy by epoch, side by side."""
    figure = Figure(figsize=(10, 4.2), layout="constrained", facecolor="white")
    left, right = figure.subplots(1, 2)
    marker = "o" if len(history.cost) < 3 else None
    for name, values, colour in (
        ("training", history.cost, BLUE),
        ("unseen", history.validation_cost, ORANGE),
    ):
        left.plot(range(1, len(values) + 1), values, color=colour, label=name, linewidth=2, marker=marker)
    errors = [100 * (1 - accuracy) for accuracy in history.validation_accuracy]
    right.plot(range(1, len(errors) + 1), errors, color=ORANGE, linewidth=2, marker=marker)
    for axes, title in ((left, "Mean cost of an image"), (right, "Unseen images read wrongly, %")):
        plain(axes, title, "epoch")
        axes.xaxis.get_major_locator().set_params(integer=True)
    if any(value > 0 for value in history.cost):
        left.set_yscale("log")
    left.legend(frameon=False, labelcolor=INK)
    right.set_ylim(bottom=0)
    if errors:
        right.annotate(
            f"{errors[-1]:.1f} %",
            (len(errors), errors[-1]),
            xytext=(0, 10),
            textcoords="offset points",
            color=ORANGE,
            fontweight="bold",
            ha="right",
        )
    save(figure, path)


def features(net: nn.MLP, height: int, width: int, path: Path) -> None:
    """What each neuron of the first hidden layer looks for: its weights as an image."""
    weights = net.layers[0].weights
    shown = weights[:MOST_TILES]
    told = "weights w of z = Σ w·a + b; orange: ink excites, blue: ink inhibits"
    figure, tiles = _tiles(len(shown), "What the hidden neurons look for", told)
    for j, (axes, row) in enumerate(zip(tiles, shown, strict=True)):
        # each tile has its own scale, with white at zero: the pattern matters, not the size
        scale = float(np.abs(row).max()) or 1.0
        axes.imshow(row.reshape(height, width), cmap=SIGNED, vmin=-scale, vmax=scale)
        axes.set_title(f"neuron {j}", fontsize=9, color=MUTED, pad=4)
    save(figure, path)


def misread(images: Images, read: npt.NDArray[np.intp], sureness: npt.NDArray[np.float64], path: Path) -> None:
    """The unseen images that were read wrongly, the surest mistakes first."""
    wrong = np.flatnonzero(read != images.digits)
    chosen = wrong[np.argsort(-sureness[wrong], kind="stable")][:MOST_TILES]
    more = f", the surest {len(chosen)} of them" if len(wrong) > len(chosen) else ""
    title = f"{len(wrong)} of {len(images)} unseen images misread{more}"
    figure, tiles = _tiles(len(chosen), title, "what was read and how surely; in grey what it is")
    for axes, k in zip(tiles, chosen, strict=True):
        axes.imshow(images.pixels[k].reshape(images.height, images.width), cmap="gray_r", vmin=0, vmax=1)
        axes.set_title(
            f"{images.names[read[k]]}  {sureness[k]:.0%}", fontsize=11, color=ORANGE, fontweight="bold", pad=4
        )
        axes.set_xlabel(f"is {images.names[images.digits[k]]}", fontsize=9, color=MUTED, labelpad=3)
    save(figure, path)


def _tiles(count: int, title: str, subtitle: str) -> tuple[Figure, list[Any]]:
    """A figure with a square for each image, and the squares."""
    columns = min(range(10, 4, -1), key=lambda width: -count % width)  # as few gaps as can be
    rows = max(1, -(-count // columns))
    height = 1.0 + 1.35 * rows
    figure = Figure(figsize=(1.15 * columns + 0.3, height), facecolor="white")
    figure.text(0.03, 1 - 0.22 / height, title, fontsize=13, color=INK, fontweight="bold", va="center")
    figure.text(0.03, 1 - 0.47 / height, subtitle, fontsize=10, color=MUTED, va="center")
    squares = figure.subplots(rows, columns, squeeze=False).ravel()
    figure.subplots_adjust(0.03, 0.25 / height, 0.97, 1 - 0.85 / height, 0.12, 0.4)
    for k, axes in enumerate(squares):
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_color("#cbd2d9")
        axes.set_visible(k < count)
    return figure, list(squares[:count])


def plain(axes: Any, title: str, below: str) -> None:
    """A title and a quiet frame."""
    axes.set_title(title, loc="left", fontsize=12, color=INK, fontweight="bold")
    axes.set_xlabel(below, color=MUTED, fontsize=12)
    axes.tick_params(colors=MUTED, which="both", labelsize=11)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color("#cbd2d9")
    axes.grid(axis="y", color="#e4e7eb", linewidth=0.8)
    axes.set_axisbelow(True)


def save(figure: Figure, path: Path) -> None:
    """Write a PNG file whole, without any global state of matplotlib."""
    contents = io.BytesIO()
    figure.savefig(contents, format="png", dpi=140)
    write_whole(path, contents.getvalue())
