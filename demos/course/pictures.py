"""The plots of the course; notebooks show what these functions return."""

from __future__ import annotations

import html
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

INK, MUTED, RULE = "#1F2933", "#5A6470", "#CBD2D9"
COLOURS = "#0072B2", "#B34700", "#00805C", "#B0558A", "#5A6470"
SIGNED = "RdBu"  # below zero red, above it blue, white at zero

Numbers = npt.NDArray[np.float64]


class Picture:
    """A figure that notebooks show as SVG, with a sentence for those who do not see it."""

    def __init__(self, figure: Figure, told: str) -> None:
        self.figure, self.told = figure, told

    def _repr_svg_(self) -> str:
        written = io.StringIO()
        self.figure.savefig(written, format="svg", metadata={"Date": None}, dpi=110)
        _, opening, rest = written.getvalue().partition("<svg ")
        title = f"<title>{html.escape(self.told)}</title>"
        head, _, body = rest.partition(">")
        return f'{opening}role="img" style="max-width: 100%; height: auto" {head}>{title}{body}'

    def __repr__(self) -> str:
        return f"<picture: {self.told}>"


def _figure(width: float, height: float) -> Figure:
    return Figure(figsize=(width, height), layout="constrained", facecolor="white")


def _plain(axes: Axes, across: str = "", up: str = "", title: str = "") -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(RULE)
    axes.tick_params(colors=MUTED, labelsize=9)
    axes.set_xlabel(across, color=INK, fontsize=11)
    axes.set_ylabel(up, color=INK, fontsize=11)
    if title:
        axes.set_title(title, loc="left", color=INK, fontsize=11)


def curves(
    functions: Mapping[str, Callable[[float], float]],
    between: tuple[float, float],
    across: str,
    up: str,
    points: Sequence[tuple[Any, ...]] = (),
    tangents: Sequence[tuple[float, float, float]] = (),
) -> Picture:
    """Functions of one number, each with its name; points as (x, y) or (x, y, name); tangents as (x, y, slope)."""
    low, high = between
    figure = _figure(7.2, 3.6)
    axes = figure.subplots()
    x = np.linspace(low, high, 241)
    for (name, function), colour in zip(functions.items(), COLOURS, strict=False):
        axes.plot(
            x, [float(function(float(place))) for place in x], color=colour, linewidth=2.2, label=name.replace("-", "−")
        )
    bottom, top = axes.get_ylim()
    reach = (high - low) / 9
    for place, height, slope in tangents:
        ends = np.array([place - reach, place + reach])
        axes.plot(ends, height + slope * (ends - place), color=COLOURS[1], linewidth=1.6, linestyle="--")
        axes.plot(place, height, "o", color=COLOURS[1], markersize=6)
    for place, height, *name in points:
        axes.plot(place, height, "o", color=INK, markersize=6, zorder=5)
        axes.annotate(*name or [""], (place, height), xytext=(10, -12), textcoords="offset points", color=INK)
    axes.set_ylim(bottom - 0.04 * (top - bottom), top + 0.04 * (top - bottom))
    _plain(axes, across, up)
    axes.axhline(0, color=RULE, linewidth=0.8, zorder=0)
    if len(functions) > 1:
        axes.legend(frameon=False, labelcolor=INK, fontsize=10)
    return Picture(figure, f"{up} over {across}: {', '.join(functions)}")


def courses(numbers: Mapping[str, Sequence[float]], across: str, up: str) -> Picture:
    """What came one after another, each row with its name."""
    figure = _figure(7.2, 3.3)
    axes = figure.subplots()
    for (name, row), colour in zip(numbers.items(), COLOURS, strict=False):
        axes.plot(range(len(row)), row, color=colour, linewidth=2, label=name)
    _plain(axes, across, up)
    axes.set_ylim(bottom=min(0.0, *(min(row) for row in numbers.values())))
    if len(numbers) > 1:
        axes.legend(frameon=False, labelcolor=INK, fontsize=10)
    return Picture(figure, f"{up} over {across}: {', '.join(numbers)}")


def plane(
    activation: Callable[[float, float], float], points: Mapping[tuple[float, float], float] | None = None
) -> Picture:
    """What a neuron of two inputs answers over the unit square, the line a = 1/2, and samples: filled where y is 1."""
    figure = _figure(5.2, 4.2)
    axes = figure.subplots()
    places = np.linspace(-0.25, 1.25, 61)
    heights = np.array([[float(activation(float(x), float(y))) for x in places] for y in places])
    shown = axes.imshow(
        heights, extent=(-0.25, 1.25, -0.25, 1.25), origin="lower", cmap="Blues", vmin=0, vmax=1.5,
        interpolation="bilinear",
    )  # fmt: skip
    if heights.min() < 0.5 < heights.max():
        axes.contour(places, places, heights, levels=[0.5], colors=COLOURS[1], linewidths=1.8)
    for (x, y), wanted in (points or {}).items():
        face = INK if wanted else "white"
        axes.plot(x, y, "o", markersize=10, markerfacecolor=face, markeredgecolor=INK, markeredgewidth=2)
    bar = figure.colorbar(shown, ax=axes, shrink=0.9, ticks=[0, 0.5, 1], boundaries=np.linspace(0, 1, 101))
    bar.set_label("activation a", color=INK)
    bar.outline.set_edgecolor(RULE)
    bar.ax.tick_params(colors=MUTED)
    _plain(axes, "$a_0$", "$a_1$")
    axes.set(xticks=[0, 0.5, 1], yticks=[0, 0.5, 1])
    return Picture(figure, "the activation over both inputs; the orange line is where it is a half")


def _tiles(images: Sequence[Numbers], titles: Sequence[str], told: str, across: int, **looks: Any) -> Picture:
    across = min(across, len(images))
    down = -(-len(images) // across)
    side = min(1.15, 7.6 / across)
    figure = _figure(max(side * across, 2.4), (side + (0.27 if any(titles) else 0.0)) * down)
    for place, axes in enumerate(figure.subplots(down, across, squeeze=False).ravel()):
        axes.set(xticks=[], yticks=[])
        for spine in axes.spines.values():
            spine.set_color(RULE)
        if place >= len(images):
            axes.set_axis_off()
            continue
        image = images[place]
        bound = looks.get("vmax") or max(float(np.abs(image).max()), 1e-9)
        axes.imshow(image, cmap=looks["cmap"], vmin=-bound if looks["signed"] else 0, vmax=bound)
        if titles:
            axes.set_title(titles[place], fontsize=10, color=INK)
    return Picture(figure, told)


def images(pixels: Sequence[Any], titles: Sequence[str] = (), across: int = 8) -> Picture:
    """Images of ink on paper, 0 to 1, each an array of rows."""
    arrays = [np.asarray(image, dtype=np.float64) for image in pixels]
    told = f"{len(arrays)} images{': ' if titles else ''}{', '.join(titles)}"
    return _tiles(arrays, titles, told, across, cmap="gray_r", signed=False, vmax=1.0)


def weights(rows: Sequence[Any], titles: Sequence[str] = (), across: int = 8) -> Picture:
    """Weights as images, each on its own scale: blue above zero, red below, white at zero."""
    arrays = [np.asarray(row, dtype=np.float64) for row in rows]
    told = f"the weights of {len(arrays)} neurons as images: blue above zero, red below"
    return _tiles(arrays, titles, told, across, cmap=SIGNED, signed=True)


def matrix(numbers: Any, across: str, up: str) -> Picture:
    """A matrix of small numbers, coloured by sign, each number written in its place."""
    values = np.asarray(numbers, dtype=np.float64)
    figure = _figure(1.3 + 0.75 * values.shape[1], 0.9 + 0.55 * values.shape[0])
    axes = figure.subplots()
    bound = max(float(np.abs(values).max()), 1e-9)
    axes.imshow(values, cmap=SIGNED, vmin=-1.6 * bound, vmax=1.6 * bound, aspect="auto")
    for (row, column), number in np.ndenumerate(values):
        axes.text(column, row, f"{number:.3g}".replace("-", "−"), ha="center", va="center", color=INK, fontsize=10)
    _plain(axes, across, up)
    axes.spines[:].set_visible(False)
    axes.set(xticks=range(values.shape[1]), yticks=range(values.shape[0]))
    return Picture(figure, f"a matrix of {values.shape[0]} rows and {values.shape[1]} columns")


def bars(heights: Sequence[float], wanted: Sequence[float] | None, across: str, up: str) -> Picture:
    """Activations, beside those that were wanted if any were."""
    figure = _figure(7.2, 2.9)
    axes = figure.subplots()
    places = np.arange(len(heights))
    if wanted is None:
        axes.bar(places, heights, 0.5, color=COLOURS[0])
    else:
        axes.bar(places - 0.2, heights, 0.38, color=COLOURS[0], label="activation $a_j$")
        axes.bar(places + 0.2, wanted, 0.38, color=COLOURS[3], label="desired $y_j$")
        axes.legend(frameon=False, labelcolor=INK, ncols=2, loc="upper right", fontsize=9)
    axes.set_xticks(places)
    axes.set_ylim(0, 1.28)
    _plain(axes, across, up)
    return Picture(figure, "activations and what they should have been")


def surface(
    cost: Callable[[float, float], float],
    walked: Sequence[Sequence[float]],
    w: tuple[float, float],
    b: tuple[float, float],
) -> Picture:
    """A cost of two parameters as a landscape and from above, and the steps taken down it."""
    figure = _figure(8.4, 3.8)
    left: Any = figure.add_subplot(1, 2, 1, projection="3d", computed_zorder=False)
    right = figure.add_subplot(1, 2, 2)
    across, up = np.linspace(*w, 49), np.linspace(*b, 49)
    heights = np.array([[float(cost(float(x), float(y))) for x in across] for y in up])
    steps = np.array([[x, y, float(cost(float(x), float(y)))] for x, y in walked])
    grid = np.meshgrid(across, up)
    left.plot_surface(*grid, heights, cmap="Blues", alpha=0.85, linewidth=0, antialiased=True, rasterized=True)
    left.plot(
        steps[:, 0], steps[:, 1], steps[:, 2] + 0.01, color=COLOURS[1], linewidth=2, marker="o", markersize=3, zorder=5
    )
    left.view_init(elev=38, azim=-125)
    left.set_xlabel("w", color=INK)
    left.set_ylabel("b", color=INK)
    left.set_zlabel("C", color=INK)
    left.tick_params(labelsize=8, colors=MUTED)
    left.locator_params(nbins=5)
    right.contourf(across, up, heights, levels=22, cmap="Blues")
    right.contour(across, up, heights, levels=11, colors="white", linewidths=0.6)
    right.plot(steps[:, 0], steps[:, 1], color=COLOURS[1], linewidth=1.8, marker="o", markersize=3)
    for place, name in ((steps[0], "start"), (steps[-1], "end")):
        right.annotate(
            name, place[:2], xytext=(7, 7), textcoords="offset points", color=INK, fontsize=10,
            bbox={"facecolor": "white", "edgecolor": "none", "boxstyle": "round,pad=0.2", "alpha": 0.8},
        )  # fmt: skip
    _plain(right, "weight w", "bias b", "the same from above")
    return Picture(figure, f"the cost over w and b, and a path of {len(steps) - 1} steps down it")
