"""What `check_gradient` found, as a report: a row for each derivative, and a table of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .text import html_table

_WIDTH = 80
# The columns after the name: how wide, and what stands in them.
_COLUMNS: dict[str, tuple[int, Callable[[Row], str]]] = {
    "at": (10, lambda row: f"{row.at:.3g}"),
    "gradient": (14, lambda row: f"{row.gradient:.7g}"),
    "differences": (14, lambda row: f"{row.differences:.7g}"),
    "error": (6, lambda row: f"{row.error:.0e}"),
    "verdict": (9, lambda row: row.verdict),
}
_VERDICTS = ("right", "wrong", "kink", "undecided")
_EXPLAINED = {
    "kink": "kink: the slopes from left and right differ, a convention chooses",
    "undecided": "undecided: the function's round-off is larger than the derivative's digits",
}


@dataclass(frozen=True)
class Row:
    """One derivative and what differences say about it.

    Attributes
    ----------
    name : str
        The input, or for an edge of the graph the result, its operation and the operand.
    operation : str
        The operation whose rule it is; empty for an input.
    at : float
        The input's or operand's number.
    gradient : float
        What the engine says.
    differences : float
        What differences of function values say.
    uncertainty : float
        By how much `differences` may be wrong.
    verdict : str
        ``"right"``; ``"wrong"``; ``"kink"``, where the slopes from the left and the
        right differ and a convention rules; ``"undecided"``, where round-off hides
        whether the two agree.
    one_sided : bool
        Whether the differences were taken on one side, at the edge of the domain.
    """

    name: str
    operation: str
    at: float
    gradient: float
    differences: float = math.nan
    uncertainty: float = math.inf
    verdict: str = "undecided"
    one_sided: bool = False

    @property
    def error(self) -> float:
        """The difference between the two, relative to the larger; 0 where both are 0."""
        size = max(abs(self.gradient), abs(self.differences))
        return abs(self.gradient - self.differences) / size if size else 0.0


@dataclass(frozen=True, repr=False)
class GradientReport:
    """What `check_gradient` found; true if it is `ok`, and a table as a string.

    Attributes
    ----------
    inputs : tuple of Row
        One for each number of `at`.
    edges : tuple of Row
        One for each operand of each operation, with ``nodes=True``; else those that
        are wrong, looked for when an input is.
    """

    inputs: tuple[Row, ...]
    edges: tuple[Row, ...] = ()

    @property
    def rows(self) -> tuple[Row, ...]:
        """Those of the inputs, then those of the edges."""
        return self.inputs + self.edges

    def of(self, verdict: str) -> tuple[Row, ...]:
        """The rows with a verdict."""
        return tuple(row for row in self.rows if row.verdict == verdict)

    @property
    def ok(self) -> bool:
        """Whether no row is wrong and none is an undecided 0, which may be a derivative that was lost.

        Kinks, and derivatives of which round-off hides the digits, are no errors.
        """
        return not self.of("wrong") and not self.undecided_zeros

    @property
    def undecided_zeros(self) -> tuple[Row, ...]:
        """The derivatives of exactly 0 where differences cannot tell 0 from a small number."""
        return tuple(row for row in self.of("undecided") if row.gradient == 0.0)

    @property
    def wrong_operations(self) -> tuple[str, ...]:
        """The operations whose rules are wrong, each once."""
        return tuple(dict.fromkeys(row.operation for row in self.edges if row.verdict == "wrong"))

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        columns = list(_COLUMNS)
        lines = _table("input", self.inputs, columns)
        if self.edges:
            lines += ["", *_table("operation", self.edges, columns[1:])]  # an operation's name is long
        return "\n".join([*lines, "", *self._conclusions()])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        heading = ("input or operation" if self.edges else "input", *_COLUMNS)
        rows = [(row.name, *(cell(row) for _, cell in _COLUMNS.values())) for row in self.rows]
        return html_table(heading, rows, below="\n".join(self._conclusions()))

    def _conclusions(self) -> list[str]:
        counts = [f"{len(found)} {verdict}" for verdict in _VERDICTS if (found := self.of(verdict))]
        conclusions = [", ".join(counts)]
        if self.wrong_operations:
            conclusions.append(f"the rule of {', '.join(self.wrong_operations)} is wrong")
        elif self.of("wrong"):
            conclusions += [
                "no operation's rule is wrong: the function reads .data, detaches, or",
                "computes with numbers of its own, and so hides a dependence from the graph",
            ]
        if self.undecided_zeros:
            conclusions += [
                "a derivative of 0 cannot be told from a small one: the function hardly moves",
                "here, and may saturate",
            ]
        conclusions += [_EXPLAINED[verdict] for verdict in _EXPLAINED if self.of(verdict)]
        if any(row.one_sided for row in self.rows):
            conclusions.append("at an edge of the domain differences are taken on one side")
        return conclusions


def _table(title: str, rows: Sequence[Row], columns: Sequence[str]) -> list[str]:
    """Lines of at most 80 letters, names cut to what the columns leave of them."""
    room = _WIDTH - sum(2 + _COLUMNS[column][0] for column in columns)
    lines = [_line(title.ljust(room), columns, columns)]
    for row in rows:
        name = row.name if len(row.name) <= room else row.name[: room - 1] + "…"
        lines.append(_line(name.ljust(room), columns, [_COLUMNS[column][1](row) for column in columns]))
    return lines


def _line(name: str, columns: Sequence[str], cells: Sequence[str]) -> str:
    *numbers, verdict = (cell.rjust(_COLUMNS[column][0]) for column, cell in zip(columns, cells, strict=True))
    return "  ".join([name, *numbers, verdict.strip()])
