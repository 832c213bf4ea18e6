"""Where in the user's own code something happens."""

from __future__ import annotations

import functools
import linecache
import sys
from pathlib import Path
from types import TracebackType

from .text import shown

_HERE = Path(__file__).parent
OURS = tuple(f"{folder}/" for folder in (_HERE, _HERE.with_name("nn")))
"""How the names of these packages' files begin."""

Place = tuple[str, int]


def user_place() -> Place:
    """File and number of the innermost line outside these packages that is being run."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(OURS):
        frame = frame.f_back
    return frame.f_code.co_filename, frame.f_lineno


def place_in(traceback: TracebackType | None) -> tuple[str, Place] | None:
    """The name of the user's function, and its line, from which an error came; None if it came from none.

    It is the innermost one outside these packages, and outside what is installed if there is one.
    """
    import sysconfig  # for errors alone

    installed = tuple(sysconfig.get_paths()[name] for name in ("stdlib", "purelib", "platlib"))
    places: list[tuple[str, Place]] = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if not code.co_filename.startswith(OURS):
            places.append((code.co_qualname.rpartition("<locals>.")[2], (code.co_filename, traceback.tb_lineno)))
        traceback = traceback.tb_next
    own = [found for found in places if not found[1][0].startswith(installed)]
    return next(reversed(own or places), None)


def user_level() -> int:
    """The ``stacklevel`` at which a warning of the caller's is told at the user's line."""
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and frame.f_code.co_filename.startswith((*OURS, functools.__file__)):
        frame, level = frame.f_back, level + 1
    return level


def told(place: Place) -> str:
    """A place with the text of its line."""
    name, number = place
    text = shown(linecache.getline(name, number).strip())
    return f"{shown(Path(name).name)}:{number}" + (f": {text}" if text else "")


def line_of(value: object) -> str:
    """``", at "`` and the user's line that made a value, empty where that was not noted."""
    place = getattr(value, "place", None)
    return f", at {told(place)}" if place is not None else ""
