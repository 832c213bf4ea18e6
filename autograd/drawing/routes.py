"""The ways of edges: from the outline of a node through the places that are kept for them to the outline of another."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

Point = tuple[float, float]

_BEND = 0.55
_SIDE = 0.8
"""How much of a side edges may leave."""
_CORNER = 0.2929
"""How much of half a side the corners of an octagon cut off."""


@dataclass(frozen=True)
class Outline:
    """A node's outline; x and y are across and along the rows' direction.

    Attributes
    ----------
    shape : {"box", "ellipse", "octagon"}
    x, y : float
        The middle.
    width, height : float
        Half of each.
    """

    shape: str
    x: float
    y: float
    width: float
    height: float

    def port(self, at: float, down: bool) -> tuple[Point, Point]:
        """Where an edge leaves the side that faces what is behind or before, and in which direction.

        Parameters
        ----------
        at : float
            From one end of the side, -1, to the other, 1.
        down : bool
            Whether the side is the one where y is greatest.
        """
        x, y = _SIDE * at, 1.0 if down else -1.0
        far = math.hypot(x, y) if self.shape == "ellipse" else max(abs(x), abs(y))
        if self.shape == "octagon":
            far = max(far, (abs(x) + abs(y)) / (2 - 2 * _CORNER))
        slant = x * self.width * (0.4 if self.shape == "box" else 1.0)
        length = math.hypot(slant, y * self.height)
        point = self.x + x / far * self.width, self.y + y / far * self.height
        return point, (slant / length, y * self.height / length)


def route(
    start: tuple[Point, Point], lanes: Sequence[tuple[float, float, float]], end: tuple[Point, Point], head: float
) -> list[Point]:
    """The points of a Bezier curve, and last the tip of the arrow's head.

    Parameters
    ----------
    start, end : (point, direction)
        Ports of the nodes.
    lanes : sequence of (float, float, float)
        Straight parts of the way: the place across, where it begins along and where it ends.
    head : float
        The length of the arrow's head.
    """
    tip, (x, y) = end
    meets = tip[0] + head * x, tip[1] + head * y
    points = [start[0], *_leaving(*start, (lanes[0][0], lanes[0][1]))]
    for lane, following in pairwise(lanes):
        points += _straight(lane)
        points += _bent((lane[0], lane[2]), (following[0], following[1]))
    points += _straight(lanes[-1])
    *bends, _ = _leaving(meets, (x, y), (lanes[-1][0], lanes[-1][2]))
    return [*points, *reversed(bends), meets, tip]


def _leaving(point: Point, direction: Point, to: Point) -> list[Point]:
    """From a port to a straight part of the way: the two points that bend it, and its end."""
    drop = to[1] - point[1]
    lean = _BEND * abs(drop)
    away = direction[0] / (abs(direction[1]) or 1.0)
    return [(point[0] + lean * away, point[1] + _BEND * drop), (to[0], to[1] - _BEND * drop), to]


def _straight(lane: tuple[float, float, float]) -> list[Point]:
    x, begin, end = lane
    return [(x, begin + (end - begin) / 3), (x, begin + (end - begin) * 2 / 3), (x, end)]


def _bent(begin: Point, end: Point) -> list[Point]:
    middle = _BEND * (end[1] - begin[1])
    return [(begin[0], begin[1] + middle), (end[0], end[1] - middle), end]
