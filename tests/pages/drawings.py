"""Thirty digits as a hand writes them: strokes as polylines, each digit in three ways.

They were drawn on squared paper before any network read them, and are not changed to suit one.
"""

from __future__ import annotations

from dataclasses import dataclass

Point = tuple[float, float]
Stroke = list[Point]


@dataclass(frozen=True)
class Drawing:
    """A digit, its strokes on a sheet of 0..1 (down is 1), and how it is put on the pad.

    Attributes
    ----------
    digit : int
    strokes : list of list of (x, y)
    pen : str
        ``"thin"``, ``"medium"`` or ``"thick"``.
    size : float
        1 is three quarters of the pad's height.
    shift : (float, float)
        Of its middle, in parts of the pad.
    slant : float
        How far the top leans to the right, in heights.
    """

    digit: int
    strokes: list[Stroke]
    pen: str = "medium"
    size: float = 1.0
    shift: Point = (0.0, 0.0)
    slant: float = 0.0

    def on_pad(self) -> list[Stroke]:
        """The strokes in parts of the pad."""
        scale = 0.75 * self.size
        right, down = self.shift

        def placed(x: float, y: float) -> Point:
            return 0.5 + right + scale * (x - 0.5 + self.slant * (0.5 - y)), 0.5 + down + scale * (y - 0.5)

        return [[placed(x, y) for x, y in stroke] for stroke in self.strokes]


def _points(text: str) -> Stroke:
    """A stroke of squared paper: ``"12,0 4,7"``, twenty squares a side."""
    return [(float(x) / 20, float(y) / 20) for x, y in (pair.split(",") for pair in text.split())]


def _strokes(*texts: str) -> list[Stroke]:
    return [_points(text) for text in texts]


OVAL = _strokes("10,0 7,1 5,4 4,8 4,12 5,16 7,19 10,20 13,19 15,16 16,12 16,8 15,4 13,1 10,0")
ROUND = _strokes("13,2 10,1 6,2 3,6 2,10 3,15 6,18 10,19 15,17 18,12 18,7 15,3 11,1")
NARROW = _strokes("11,0 8,2 6,6 6,11 7,16 9,19 11,20 13,18 14,14 14,8 13,3 11,0 9,1")
LINE = _strokes("10,0 10,5 10,10 10,15 10,20")
FLAGGED = _strokes("6,5 8,3 11,0 11,5 11,10 11,15 11,20")
LEANING_LINE = _strokes("11,0 10.5,6 10,12 9.5,20")
TWO = _strokes("4,5 5,2 8,0 12,0 15,2 16,5 15,8 12,12 8,16 4,20 8,20 12,20 17,20")
LOOPED_TWO = _strokes("4,4 7,1 11,0 14,2 15,5 13,9 10,13 6,17 4,19 4,17 6,16 9,18 12,20 15,20 17,18")
FLAT_TWO = _strokes("3,3 7,1 12,1 15,3 15,7 12,10 7,14 3,19 10,19 16,19")
THREE = _strokes("4,3 7,0 11,0 15,2 15,6 12,9 8,10 12,10 16,13 16,17 12,20 8,20 4,18")
FLAT_THREE = _strokes("4,0 10,0 16,0 12,4 8,8 12,8 15,10 17,14 15,18 11,20 7,20 4,18")
SMALL_TOPPED_THREE = _strokes("6,2 9,0 12,1 13,4 11,7 8,8 12,9 15,12 15,16 12,19 8,20 4,18")
OPEN_FOUR = _strokes("6,0 5,4 4,8 3,11 8,11 13,11 17,11", "13,4 13,9 13,14 13,20")
CLOSED_FOUR = _strokes("13,20 13,14 13,7 13,0 9,5 5,10 3,13 8,13 13,13 17,13")
BENT_FOUR = _strokes("5,1 4,5 4,9 6,11 10,11 14,10", "15,0 14,7 13,14 12,20")
FIVE = _strokes("5,0 5,4 4,9 8,7 12,7 15,10 16,13 15,17 12,20 8,20 4,18", "5,0 10,0 16,0")
ONE_STROKE_FIVE = _strokes("16,0 11,0 6,0 5,4 5,8 9,7 13,8 15,11 15,15 13,18 9,20 5,19")
BIG_BELLIED_FIVE = _strokes("6,1 5,7 10,6 15,8 17,12 16,17 12,20 7,20 3,17", "6,1 11,1 15,0")
SIX = _strokes("13,0 9,3 6,7 4,12 5,17 8,20 12,20 15,17 15,13 12,10 8,11 5,14")
CURLED_SIX = _strokes("14,2 11,0 8,2 6,6 5,11 5,16 7,19 11,20 14,18 15,14 13,11 9,11 6,13")
STRAIGHT_SIX = _strokes("11,0 8,5 6,10 5,15 7,19 11,20 14,17 14,13 11,11 8,12 6,15")
SEVEN = _strokes("4,0 10,0 16,0 14,5 11,11 9,16 8,20")
BARRED_SEVEN = _strokes("4,1 10,1 16,0 14,5 11,11 9,16 7,20", "6,10 11,10 15,9")
CURVED_SEVEN = _strokes("4,3 4,1 8,1 12,1 16,1 14,5 11,9 10,13 9,20")
EIGHT = _strokes("14,3 10,0 6,2 6,6 10,9 14,12 15,16 12,20 8,20 5,16 6,12 10,9 14,6 14,3")
TWO_RINGS = _strokes("10,0 7,1 6,4 7,8 10,9 13,8 14,4 13,1 10,0", "10,9 6,11 5,15 7,19 10,20 13,19 15,15 14,11 10,9")
OPEN_EIGHT = _strokes("15,2 11,0 7,2 6,5 9,8 13,12 14,16 11,20 7,19 5,16 7,12 11,8 15,2")
NINE = _strokes("15,4 12,0 8,0 5,3 5,7 8,10 12,9 15,4 15,10 14,15 13,20")
CURVED_NINE = _strokes("14,3 11,0 7,1 5,4 6,8 9,10 13,8 15,3 15,9 14,15 11,19 7,20 5,18")
STRAIGHT_NINE = _strokes("13,5 10,1 7,1 5,4 5,8 8,10 11,9 13,5 13,0 13,7 13,13 13,20")

_MEDIUM = [OVAL, LINE, TWO, THREE, OPEN_FOUR, FIVE, SIX, SEVEN, EIGHT, NINE]
_LEFT_SMALL = [
    NARROW, LEANING_LINE, LOOPED_TWO, SMALL_TOPPED_THREE, CLOSED_FOUR,
    ONE_STROKE_FIVE, STRAIGHT_SIX, CURVED_SEVEN, OPEN_EIGHT, STRAIGHT_NINE,
]  # fmt: skip
_RIGHT_LARGE = [
    ROUND, FLAGGED, FLAT_TWO, FLAT_THREE, BENT_FOUR,
    BIG_BELLIED_FIVE, CURLED_SIX, BARRED_SEVEN, TWO_RINGS, CURVED_NINE,
]  # fmt: skip

DRAWINGS = [
    *(Drawing(digit, strokes) for digit, strokes in enumerate(_MEDIUM)),
    *(Drawing(digit, strokes, "thin", 0.6, (-0.2, -0.15), 0.2) for digit, strokes in enumerate(_LEFT_SMALL)),
    *(Drawing(digit, strokes, "thick", 1.15, (0.05, 0.02)) for digit, strokes in enumerate(_RIGHT_LARGE)),
]
