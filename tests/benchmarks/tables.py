"""Rows of a comparison, printed and as Markdown: times, and how many times ours each of the others takes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from timing import Rounds

TABULATED = ("JAX", "PyTorch", "NumPy by hand")
PEERS = (*TABULATED, "CasADi")


@dataclass(frozen=True)
class Row:
    """What was measured of one thing.

    Attributes
    ----------
    name : str
    rounds : dict of ndarray
        Seconds, round by round: of our back ends, by their names, and of the peers.
    per : int
        How many samples they are shared by.
    first : dict of float
        By side, the seconds of the first run, with all that must be recorded and compiled for it.
    """

    name: str
    rounds: Rounds
    per: int = 1
    first: dict[str, float] = field(default_factory=dict)

    def seconds(self, side: str) -> float:
        """The median of its rounds."""
        return float(np.median(self.rounds[side])) / self.per

    def ratio(self, peer: str, ours: str) -> float:
        """How many times ours a peer takes, the median over the rounds in which both took turns."""
        return float(np.median(self.rounds[peer] / self.rounds[ours]))

    def best(self, ours: str) -> tuple[str, float] | None:
        """The fastest peer and its ratio to ours."""
        ratios = [(self.ratio(peer, ours), peer) for peer in PEERS if peer in self.rounds]
        return (min(ratios)[1], min(ratios)[0]) if ratios else None


def told(seconds: float) -> str:
    """A time with the unit that suits it."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}" if seconds < 100 * size else f"{seconds / size:.0f} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def head(title: str, backends: Sequence[str]) -> str:
    """The line above those that are `printed`."""
    return f"\n{title:<26}{''.join(f'{n:>8}' for n in backends)}{''.join(f'{p:>16}' for p in TABULATED)}{'first':>8}"


def printed(row: Row, backends: Sequence[str]) -> str:
    """A line of at most 100 columns; ratios are to the first back end."""
    line = f"{row.name:<26}{''.join(f'{_time(row, name):>8}' for name in backends)}"
    for peer in TABULATED:
        line += f"{_against(row, peer, backends[:1]) if peer in row.rounds else '-':>16}"
    line += f"{told(row.first[backends[0]]):>8}" if row.first else ""
    others = [peer for peer in row.rounds if peer in PEERS and peer not in TABULATED]
    return "\n".join([line, *(f"{' by ' + peer:<26}{_against(row, peer, backends[:1])}" for peer in others)])


def markdown(title: str, rows: Sequence[Row], backends: Sequence[str]) -> str:
    """The whole table: each peer with its ratio to every back end, the best of them, first runs."""
    peers, firsts = _peers(rows), [side for side in (*backends, *PEERS) if any(side in row.first for row in rows)]
    titles = [title, *backends, *peers, *(["best peer"] if peers else []), *(f"first run, {side}" for side in firsts)]
    lines = [_line(titles), _line("---" for _ in titles)]
    for row in rows:
        cells = [row.name, *(_time(row, name) for name in backends)]
        cells += [_against(row, peer, backends) if peer in row.rounds else "" for peer in peers]
        best = row.best(backends[0])
        cells += [f"{best[0]} {_times(best[1])}" if best else ""] if peers else []
        cells += [told(row.first[side]) if side in row.first else "" for side in firsts]
        lines.append(_line(cells))
    return "\n".join(lines)


def _time(row: Row, side: str) -> str:
    return told(row.seconds(side)) if side in row.rounds else ""


def _against(row: Row, peer: str, backends: Sequence[str]) -> str:
    """A peer's time, and how many times ours it is, by each back end that was measured."""
    ratios = [_times(row.ratio(peer, name)) for name in backends if name in row.rounds]
    return f"{told(row.seconds(peer))} {', '.join(ratios)}"


def _times(ratio: float) -> str:
    return f"{ratio:.2f}x" if ratio < 100 else f"{ratio:.0f}x"


def _peers(rows: Sequence[Row]) -> list[str]:
    return [peer for peer in PEERS if any(peer in row.rounds for row in rows)]


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
