"""Copies: of a compiled function the function and the settings are copied and pickled, and programs made again."""

from __future__ import annotations

import copy
import functools
import sys
from collections.abc import Callable
from types import CellType, FunctionType
from typing import Any

from ..errors import OperandError


def found_by_name(thing: Any) -> Any:
    """What stands in a module under the name that a function bears; None for nothing."""
    found: Any = sys.modules.get(getattr(thing, "__module__", None) or "")
    for part in getattr(thing, "__qualname__", "").split("."):
        found = getattr(found, part, None)
    return found


def require_name(function: Any) -> None:
    """Raise an `OperandError` for a function that cannot be pickled: pickles hold a function's name alone."""
    while isinstance(function, functools.partial):
        function = function.func
    if isinstance(function, FunctionType) and found_by_name(function) is not function:
        raise OperandError(
            f"pickle of compiled {function.__qualname__}: expected a function that its module has under its name, "
            "got one that it has not; write it with def at the top of a module, or compile it again where it is read"
        )


def deep_copied(function: Callable[..., Any], memo: dict[int, Any]) -> Any:
    """A deep copy of a callable.

    Functions are shared, as Python copies them; one that closes over what is just being copied, such as the
    object that holds it, closes over the copy.
    """
    if not isinstance(function, FunctionType):
        return copy.deepcopy(function, memo)
    cells = tuple(_copied(cell, memo) for cell in function.__closure__ or ())
    if cells == (function.__closure__ or ()):
        return function
    made = FunctionType(function.__code__, function.__globals__, function.__name__, function.__defaults__, cells)
    functools.update_wrapper(made, function)
    made.__kwdefaults__ = function.__kwdefaults__
    del made.__dict__["__wrapped__"]
    return made


def _copied(cell: CellType, memo: dict[int, Any]) -> CellType:
    try:
        contents = cell.cell_contents
    except ValueError:  # empty as yet
        return cell
    return CellType(memo[id(contents)]) if id(contents) in memo else cell
