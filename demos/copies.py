"""Copies of training images, each moved, leaned, stretched and turned a little, as another hand might write.

They are centred first as the pad centres what is drawn, by the mass of their ink.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from loading import Images

# How far at most, either way: in eighths of the image's side, as shares, in radians.
_MOVED, _LEANED, _STRETCHED, _TURNED = 0.64 / 8, 0.2, 0.1, 0.2


def with_copies(images: Images, copies: int, seed: int) -> Images:
    """The images, then so many changed copies of all of them.

    Parameters
    ----------
    images : Images
    copies : int
        0 gives the images as they are.
    seed : int
        Decides how each copy is changed.
    """
    random = np.random.default_rng(seed)
    changed = [_changed(images, random) for _ in range(copies)]
    pixels = np.concatenate([images.pixels, *changed])
    return replace(images, pixels=pixels, digits=np.tile(images.digits, copies + 1))


def _changed(images: Images, random: np.random.Generator) -> npt.NDArray[np.float64]:
    """Every image once, changed by an affine map of its own; between pixels it is interpolated linearly."""
    count, height, width = len(images), images.height, images.width
    pictures = images.pixels.reshape(count, height, width)

    def within(most: float) -> Any:
        return random.uniform(-most, most, (count, 1, 1))

    turn, lean = within(_TURNED), within(_LEANED)
    wider, taller = 1 + within(_STRETCHED), 1 + within(_STRETCHED)
    down, right = np.meshgrid(np.arange(height) - (height - 1) / 2, np.arange(width) - (width - 1) / 2, indexing="ij")
    # where each pixel of the copy lies in the image
    x = (np.cos(turn) * right + np.sin(turn) * down) / wider + lean * down + within(_MOVED * width) + _middle(pictures)
    y = (np.cos(turn) * down - np.sin(turn) * right) / taller + within(_MOVED * height) + (height - 1) / 2
    return _between(pictures, y, x).reshape(count, -1)


def _middle(pictures: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The column of the middle of each picture's ink, shape (n, 1, 1); the middle column where there is none."""
    width = pictures.shape[2]
    columns = pictures.sum(axis=1)
    ink = columns.sum(axis=1)
    away = columns @ (np.arange(width) - (width - 1) / 2) / np.where(ink > 0, ink, 1.0)
    middle: npt.NDArray[np.float64] = away[:, None, None] + (width - 1) / 2
    return middle


def _between(
    pictures: npt.NDArray[np.float64], y: npt.NDArray[np.float64], x: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Pictures, shape (n, height, width), at places between their pixels, shape (n, height, width); paper around."""
    count, height, width = pictures.shape
    framed = np.pad(pictures, ((0, 0), (1, 1), (1, 1)))
    y, x = np.clip(y + 1, 0, height), np.clip(x + 1, 0, width)
    top, left = np.floor(y).astype(int), np.floor(x).astype(int)
    below, beside = y - top, x - left
    rows = np.arange(count)[:, None, None]

    def at(down: int, right: int) -> npt.NDArray[np.float64]:
        found: npt.NDArray[np.float64] = framed[rows, top + down, left + right]
        return found

    upper = (1 - beside) * at(0, 0) + beside * at(0, 1)
    lower = (1 - beside) * at(1, 0) + beside * at(1, 1)
    return (1 - below) * upper + below * lower
