"""The note beside what is drawn or told of a graph whose leaves were changed since."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..changes import Change
from ..value import number_of
from .naming import Names
from .notations import LATEX, UNICODE, Unicode

_TOLD = 3


def note_of(changes: Sequence[Change], names: Names, notation: Unicode = UNICODE) -> list[str]:
    """What was changed, and of when the numbers are, in lines; none where nothing was changed."""
    if not changes:
        return []
    told = [
        f"{names.own(change.leaf).told(notation)} was {_then(change.before)}, is {number_of(change.leaf)!r} now"
        for change in changes[:_TOLD]
    ]
    more = [f"and {len(changes) - _TOLD:,} more"] if len(changes) > _TOLD else []
    unknown = any(math.isnan(change.before) for change in changes)
    return [
        "changed since this was computed; the numbers are those of then:",
        *(f"  {line}" for line in [*told, *more]),
        *(["nan where one is not known any more; compute it again"] if unknown else []),
    ]


def _then(before: float) -> str:
    return "another number" if math.isnan(before) else repr(before)


def latex_note_of(changes: Sequence[Change], names: Names) -> str:
    """The same behind an equation in LaTeX."""
    told = [
        rf"{names.own(change.leaf).told(LATEX)} = {LATEX.number(change.before)}"
        rf"\text{{ then, }}{LATEX.number(number_of(change.leaf))}\text{{ now}}"
        for change in changes[:_TOLD]
    ]
    more = [r"\ldots"] if len(changes) > _TOLD else []
    inside = r",\ ".join([*told, *more])
    return rf"\qquad \left({inside}\right)" if changes else ""
