"""Curves of what a training measured, as a small picture in SVG."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby

from autograd.reals import number as in_words
from autograd.text import in_xml

_SVG = "http://www.w3.org/2000/svg"
_WIDTH, _HEIGHT = 520, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 72, 14, 52, 36
_COLOURS = ("#1f5fa8", "#c8501e", "#3a7d44")
_MOST_POINTS = 500
# A curve that falls through more than so many times its end is drawn by its powers of ten.
_STEEP = 30.0


def curves(series: Mapping[str, Sequence[float]], title: str) -> str | None:
    """Curves over epochs in one frame, or None where there is no finite number.

    Parameters
    ----------
    series : mapping of str to sequence of float
        A curve each, from epoch 1 on; numbers that are not finite leave a gap.
    title : str
    """
    numbers = [number for curve in series.values() for number in curve if math.isfinite(number)]
    if not numbers:
        return None
    low, high = min(numbers), max(numbers)
    is_steep = low > 0.0 and high > _STEEP * low
    scale = math.log10 if is_steep else float
    epochs = max(map(len, series.values()))
    x = _between(1.0, float(epochs), _LEFT, _WIDTH - _RIGHT)
    y = _between(scale(low), scale(high), _HEIGHT - _BOTTOM, _TOP)
    middle = math.sqrt(low * high) if is_steep else (low + high) / 2
    parts = [_text(_LEFT, 18, title)]
    parts += [_tick(y(scale(number)), number) for number in dict.fromkeys((low, middle, high))]
    for place, (name, curve) in enumerate(series.items()):
        colour = _COLOURS[place % len(_COLOURS)]
        parts += [_run(run, colour) for run in _runs([(x(at), number) for at, number in enumerate(curve, 1)], scale, y)]
        parts.append(_text(_LEFT + 8 + 130 * place, _TOP - 14, name, colour))
    parts += [_text(x(at), _HEIGHT - 14, str(at), anchor="middle") for at in dict.fromkeys((1, epochs))]
    parts.append(_text((_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 14, "epoch", anchor="middle"))
    size = f'viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}" style="max-width: 100%; height: auto"'
    told = f'<title>{in_xml(title)}</title>\n<rect width="100%" height="100%" fill="white"/>'
    lines = [f'<svg xmlns="{_SVG}" {size} role="img" font-family="sans-serif" font-size="12">', told, *parts, "</svg>"]
    return "\n".join(lines)


def _between(low: float, high: float, start: float, end: float) -> Callable[[float], float]:
    """What takes low..high to start..end; all to the middle where there is one number alone."""
    if not high > low:
        return lambda number: (start + end) / 2
    return lambda number: start + (number - low) / (high - low) * (end - start)


def _runs(
    points: Sequence[tuple[float, float]], scale: Callable[[float], float], y: Callable[[float], float]
) -> Iterator[list[tuple[float, float]]]:
    """The points of a curve where they are in the picture, between the gaps; of very many some."""
    step = -(-len(points) // _MOST_POINTS)
    kept = [*points[:-1:step], points[-1]] if points else []
    for is_finite, run in groupby(kept, key=lambda point: math.isfinite(point[1])):
        if is_finite:
            yield [(at, y(scale(number))) for at, number in run]


def _run(points: Sequence[tuple[float, float]], colour: str) -> str:
    if len(points) == 1:
        return f'<circle cx="{points[0][0]:.1f}" cy="{points[0][1]:.1f}" r="3" fill="{colour}"/>'
    line = " ".join(f"{at:.1f},{height:.1f}" for at, height in points)
    return f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>'


def _tick(height: float, number: float) -> str:
    line = f'<path d="M{_LEFT} {height:.1f}H{_WIDTH - _RIGHT}" stroke="#dddddd"/>'
    return line + _text(_LEFT - 6, height + 4, in_words(number), anchor="end")


def _text(x: float, y: float, text: str, colour: str = "#444444", anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" text-anchor="{anchor}">{in_xml(text)}</text>'
