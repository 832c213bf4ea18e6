"""Places for rows of spots: along the rows' direction and across it, so that nothing covers anything else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from .rows import Rows, Spot

_SWEEPS = 60
_BETWEEN = 14.0
_FAINT = 1e-3


@dataclass(frozen=True)
class Room:
    """The room that a spot takes, in points.

    Attributes
    ----------
    left, right : float
        Across the rows' direction, on both sides of the point where it is joined.
    length : float
        Along the rows' direction.
    """

    left: float
    right: float
    length: float


@dataclass(frozen=True, eq=False)
class Places:
    """Where the spots are.

    Attributes
    ----------
    across : dict
        For each spot the point where it is joined, across the rows' direction.
    along : list of (float, float)
        For each row where it begins and ends.
    """

    across: Mapping[Spot, float]
    along: Sequence[tuple[float, float]]


def placed(
    rows: Rows,
    rooms: Mapping[Spot, Room],
    pull: Callable[[Spot, Spot], float],
    apart: Callable[[Spot, Spot], float],
    before: Sequence[float],
) -> Places:
    """Places for all spots.

    Parameters
    ----------
    rows : Rows
    rooms : dict
        The room of each spot.
    pull : callable
        How strongly two joined spots draw each other into line.
    apart : callable
        How far apart two neighbours of a row are at least, besides their room.
    before : sequence of float
        What is left free before each row, besides what bent edges need.
    """
    across = _across(rows.rows, rooms, pull, apart)
    _straighten(rows, across, rooms, pull, apart)
    along: list[tuple[float, float]] = []
    end = 0.0
    for at, row in enumerate(rows.rows):
        shift = max((abs(across[spot] - across[other]) for spot in row for other in spot.before), default=0.0)
        begin = end + before[at] + (_bend(shift) if at else 0.0)
        end = begin + max((rooms[spot].length for spot in row), default=0.0)
        along.append((begin, end))
    return Places(across, along)


def _bend(shift: float) -> float:
    """What is left free for edges that lead this far sideways."""
    return _BETWEEN + min(0.15 * shift, 3 * _BETWEEN)


def _across(
    rows: list[list[Spot]],
    rooms: Mapping[Spot, Room],
    pull: Callable[[Spot, Spot], float],
    apart: Callable[[Spot, Spot], float],
) -> dict[Spot, float]:
    """Each row in turn where its neighbours draw it, over and over; none of its spots come too close."""
    gaps = {id(row): [rooms[a].right + rooms[b].left + apart(a, b) for a, b in pairwise(row)] for row in rows}
    joined = {
        spot: [(other, pull(spot, other)) for other in (*spot.before, *spot.behind)] for row in rows for spot in row
    }
    places: dict[Spot, float] = {}
    turns = [*reversed(rows), *rows] * (_SWEEPS // 2)
    for row in turns:
        wanted, weights = [], []
        for spot in row:
            near = [(places[other], weight) for other, weight in joined[spot] if other in places]
            weight = sum(weight for _, weight in near)
            wanted.append(sum(place * weight for place, weight in near) / weight if near else places.get(spot, 0.0))
            weights.append(weight or _FAINT)
        places.update(zip(row, apart_from(wanted, weights, gaps[id(row)]), strict=True))
    return places


def _straighten(
    rows: Rows,
    across: dict[Spot, float],
    rooms: Mapping[Spot, Room],
    pull: Callable[[Spot, Spot], float],
    apart: Callable[[Spot, Spot], float],
) -> None:
    """Each way goes straight on as far as its row lets it, the most important first: one bend instead of many."""
    beside: dict[Spot, tuple[Spot | None, Spot | None]] = {}
    for row in rows.rows:
        beside |= {spot: (one, other) for one, spot, other in zip([None, *row], row, [*row[1:], None], strict=False)}
    for way in sorted(rows.ways.values(), key=lambda way: -pull(way[0], way[1])):
        straight = len(way[0].behind) == 1
        for last, spot in pairwise(way[:-1]):
            one, other = beside[spot]
            place = across[last] if straight else across[spot]
            if other is not None:
                place = min(place, across[other] - rooms[other].left - rooms[spot].right - apart(spot, other))
            if one is not None:
                place = max(place, across[one] + rooms[one].right + rooms[spot].left + apart(one, spot))
            across[spot], straight = place, True


def apart_from(wanted: Sequence[float], weights: Sequence[float], gaps: Sequence[float]) -> list[float]:
    """The places nearest to those wanted, in their order, each at least a gap behind the one before.

    The weighted least squares of isotonic regression, found by pooling adjacent violators
    (Ayer et al., "An empirical distribution function for sampling with incomplete information", 1955).

    Examples
    --------
    >>> apart_from([0.0, 0.0, 10.0], [1.0, 1.0, 1.0], [2.0, 2.0])
    [-1.0, 1.0, 10.0]
    """
    offsets = list(accumulate(gaps, initial=0.0))[: len(wanted)]
    pools: list[tuple[float, float, int]] = []
    for place, weight, offset in zip(wanted, weights, offsets, strict=True):
        mean, heavy, count = place - offset, weight, 1
        while pools and pools[-1][0] > mean:
            other, weighs, members = pools.pop()
            mean = (mean * heavy + other * weighs) / (heavy + weighs)
            heavy, count = heavy + weighs, count + members
        pools.append((mean, heavy, count))
    means = [mean for mean, _, count in pools for _ in range(count)]
    return [mean + offset for mean, offset in zip(means, offsets, strict=True)]
