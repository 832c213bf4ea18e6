"""What files keep of a module by name: its arrays, and what else tells whether a module is the one they were of."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any
from urllib.parse import quote, unquote

import numpy as np
import numpy.typing as npt

from autograd import Value
from autograd.errors import ArgumentError

from ..summary import settings_of
from .archives import Archive
from .state import Arrays, Numbers, arrays_of, check, flat, numbers_in, shapes_of

_PLACE = "net/"
_LONGEST_NAME = 1000
_LONGEST_TEXT = 4000


def kept_by_name(module: Any) -> dict[str, Any]:
    """The members of a file that keep a module.

    Raises
    ------
    ArgumentError
        If two arrays have the same name, or one has a name that is too long.
    """
    arrays = arrays_of(module)
    tied, recipe = _tied(arrays), module.recipe_to_keep()
    if len(tied):  # steps that are made apart would share nothing
        recipe = None
    return {
        "module": np.array(kind_of(module)),
        "settings": np.array(_settings(module, arrays)),
        **({} if recipe is None else {"recipe": np.array(recipe)}),
        **({"tied": tied} if len(tied) else {}),
        **{member_of(name): array for name, array in numbers_in(arrays).items()},
    }


def kind_of(module: Any) -> str:
    """What a file calls the class of a module."""
    return "".join(letter if letter.isprintable() else "?" for letter in type(module).__name__)[:100]


def read_by_name(archive: Archive, module: Any, remedy: str, exactly: bool = False) -> tuple[Numbers, list[str]]:
    """A module's numbers by the names of its arrays, and the members of the file that keep them.

    Parameters
    ----------
    archive : Archive
    module : Module
        Whose arrays they are to be.
    remedy : str
        What to do if they are another's.
    exactly : bool
        Whether the same parameters have to be tied.

    Raises
    ------
    ArgumentError
        If the names, shapes, activations or the like, or the ties, are others.
    FileFormatError
        If the file is damaged.
    """
    arrays = arrays_of(module)
    shapes = shapes_of(arrays)
    names = {member_of(name): name for name in shapes}
    found = [member for member in archive.names if member.startswith(_PLACE)]
    given = {names.get(member) or unquote(member.removeprefix(_PLACE)): archive.shape(member) for member in found}
    archive.text("module")  # only told, but a file that is read is whole
    check(f"{archive.path}", shapes, given, remedy=remedy)
    agree_on_settings(f"{archive.path}", module, arrays, archive.text("settings", _LONGEST_TEXT), remedy)
    told = ["module", "settings", *(name for name in ("recipe", "tied") if name in archive.names)]
    theirs = archive.array("tied", (None, 2), np.int64) if "tied" in told else np.zeros((0, 2), np.int64)
    if exactly and not np.array_equal(_tied(arrays), theirs):
        raise ArgumentError(f"{archive.path}: expected the same parameters in several places, got others; {remedy}")
    return {name: archive.array(member, shapes[name]) for member, name in names.items()}, [*told, *names]


def agree_on_settings(where: str, module: Any, arrays: Arrays, theirs: str, remedy: str) -> None:
    """Raise an `ArgumentError` where a module has other activations than the one that was kept, or the like."""
    mine, theirs = _settings(module, arrays), theirs[:_LONGEST_TEXT]
    if mine != theirs:
        pairs = zip_longest(mine.split("; "), theirs.split("; "), fillvalue="nothing")
        one, other = next((pair for pair in pairs if pair[0] != pair[1]), (mine, theirs))
        raise ArgumentError(f"{where}: expected {one:.120} as in this module, got {other:.120}; {remedy}")


def _settings(module: Any, arrays: Arrays) -> str:
    told = "; ".join(f"{name} {setting}" for name, setting in settings_of(module, arrays).items())
    return "".join(letter if letter.isprintable() else "?" for letter in told)[:_LONGEST_TEXT]


def _tied(arrays: Arrays) -> npt.NDArray[np.int64]:
    """Which parameters stand in an earlier place as well, and that place, counted through all arrays."""
    first: dict[Value, int] = {}
    values = (value for array in arrays.values() for value in flat(array))
    pairs = [(place, first.setdefault(value, place)) for place, value in enumerate(values)]
    return np.array([pair for pair in pairs if pair[0] != pair[1]], dtype=np.int64).reshape(-1, 2)


def member_of(name: str) -> str:
    """The name of the member that keeps an array: one that every archive and file system can have."""
    quoted = quote(name.encode("utf-8", "surrogatepass"), safe=" ,()[]")
    if len(quoted) > _LONGEST_NAME:
        raise ArgumentError(f"save: expected names of arrays of at most {_LONGEST_NAME} letters, got {name[:40]!r}...")
    return _PLACE + quoted
