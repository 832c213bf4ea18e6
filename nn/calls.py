"""Calls of modules and costs, which may be somebody's own: what they returned, and what went wrong inside them.

An error of Python's that comes out of one is chained to a `CallError` that says which function failed, at which line,
and what it was called with.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from autograd import Value
from autograd.errors import AutogradError, CallError, OperandError, ShapeError
from autograd.reals import REAL
from autograd.sources import place_in, told
from autograd.structure import branch, holds_values, parts
from autograd.text import shown
from autograd.value import constant

from .costs import Weighted, name_of

_FAULTS = IndexError, KeyError, TypeError, AttributeError


def outputs_from(module: Any, inputs: Any) -> Any:
    """What a module returns for a sample, for a cost, which may take what it likes but None.

    Raises
    ------
    CallError
        For an error of Python's inside it.
    OperandError
        If it returns nothing.
    """
    name = type(module).__name__
    returned = _called(module, f"{name}(x)", "a module is called with one sample at a time", (inputs,))
    if returned is None:
        raise _refusal(f"{name}(x)", None)
    return returned


def predicted_by(module: Any, inputs: Any) -> Any:
    """What a module returns for a sample, if that is a Value or number, or lists, tuples or dicts of them.

    Numbers alone, of a module that computed with none of its inputs and parameters, are constants.

    Raises
    ------
    CallError, OperandError
        As `outputs_from`; also if there is something else in it.
    ShapeError
        If a container in it is empty.
    """
    returned = outputs_from(module, inputs)
    name = f"{type(module).__name__}(x)"
    try:
        _check(name, returned)
        return returned if holds_values(returned) else _in_constants(returned)
    except RecursionError:
        raise OperandError(f"{name}: expected it to return nested lists, got one that holds itself") from None


def cost_from(cost: Any, outputs: Any, targets: Any) -> Value:
    """The cost of a sample's outputs.

    Raises
    ------
    CallError
        For an error of Python's inside it.
    OperandError
        If it returns anything but a number.
    """
    name = f"{shown(name_of(cost.cost if isinstance(cost, Weighted) else cost))}(outputs, targets)"
    given = outputs, targets
    found = _called(cost, name, "a cost is called with the outputs of one sample and its target", given)
    if isinstance(found, Value):
        return found
    if isinstance(found, REAL):
        return constant(float(found))
    remedy = "; is a return missing?" if found is None else "; autograd.total(values) adds up several"
    raise OperandError(f"{name}: expected it to return a Value, the cost of a sample, got {described(found)}{remedy}")


def _called(function: Callable[..., Any], name: str, remedy: str, given: tuple[Any, ...]) -> Any:
    try:
        return function(*given)
    except _FAULTS as error:
        if isinstance(error, AutogradError):
            raise
        found = place_in(error.__traceback__)
        where = "" if found is None else f" in {shown(found[0])}, at {told(found[1])}"
        came = f"{type(error).__name__} ({shown(str(error), 200)})"
        wanted = " and ".join(map(described, given))
        raise CallError(f"{name}: expected it to compute with {wanted}, got {came}{where}; {remedy}") from error


def described(thing: Any) -> str:
    """What something is, in a few words: ``"a list of 4 Values"``."""
    if thing is None:
        return "None"
    if isinstance(thing, Value):
        return "a Value"
    if isinstance(thing, REAL):
        return f"the number {float(thing):.6g}"
    if isinstance(thing, Mapping):
        return shown(f"a {type(thing).__name__} with {', '.join(f'{key!r:.20}' for key in list(thing)[:8])}")
    if isinstance(thing, np.ndarray):
        return f"an array of shape {thing.shape}"
    if not isinstance(thing, list | tuple):
        return shown(f"{type(thing).__name__} {thing!r:.40}")
    kind = "list" if isinstance(thing, list) else "tuple" if type(thing).__name__.endswith("Table") else ""
    return f"a {kind or type(thing).__name__} of {len(thing)}{_members(thing)}"


def _members(container: Any) -> str:
    """What all members of a container are, if they are alike."""
    for kinds, word in ((Value, "Value"), (REAL, "number"), (list, "list"), (tuple, "tuple"), (Mapping, "dict")):
        if len(container) and all(isinstance(member, kinds) for member in container):
            return f" {word}{'s' if len(container) > 1 else ''}"
    return ""


def _check(place: str, thing: Any) -> None:
    """Raise if there is anything but Values and numbers in nested containers, or an empty one."""
    if isinstance(thing, (Value, *REAL)):
        return
    if not isinstance(thing, list | tuple | Mapping | np.ndarray) or (isinstance(thing, np.ndarray) and not thing.ndim):
        raise _refusal(place, thing)
    if not len(thing):
        raise ShapeError(f"{place}: expected at least one Value in its result, got an empty {type(thing).__name__}")
    for where, member in parts(thing, place):
        _check(where, member)


def _refusal(place: str, thing: Any) -> OperandError:
    remedy = "; is a return missing?" if thing is None else ""
    return OperandError(
        f"{place}: expected it to return Values, or lists, tuples or dicts of them, got {described(thing)}{remedy}"
    )


def _in_constants(thing: Any) -> Any:
    """Numbers in nested containers as constants."""
    if isinstance(thing, REAL):
        return constant(float(thing))
    if isinstance(thing, np.ndarray):
        return [_in_constants(member) for member in thing]
    return branch(thing, ()).holding([_in_constants(member) for _, member in parts(thing, "")])
