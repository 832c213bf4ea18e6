"""The numbers of a module by name, as PyTorch's `state_dict` gives them, and what sets them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from autograd import Label, Value
from autograd.errors import ArgumentError, OperandError, ShapeError
from autograd.modes import refuse_while_recording
from autograd.parameters import Parameters
from autograd.primitives import LEAF
from autograd.text import shown

Matrix = npt.NDArray[np.float64]
Arrays = dict[str, Any]
"""By name a Value, or equally long lists of them."""
Numbers = dict[str, Matrix]
"""By the name of an array."""
Shape = tuple[int, ...]

_LISTED = 4


class Keys(NamedTuple):
    """What `load_state_dict` left as it was: arrays that were not given, and names that the module does not have."""

    missing_keys: list[str]
    unexpected_keys: list[str]


def shape_of(thing: Any, above: tuple[Any, ...] = ()) -> Shape | None:
    """The shape of a parameter or of equally long sequences of them, () for one; None for all else."""
    if isinstance(thing, Value):
        return () if thing.primitive is LEAF else None
    if not isinstance(thing, list | tuple | np.ndarray) or any(thing is one for one in above):
        return None
    members = thing.tolist() if isinstance(thing, np.ndarray) and thing.dtype == object else thing
    if not isinstance(members, list | tuple) or not members:
        return None
    if isinstance(members[0], Value):
        are_all = all(isinstance(member, Value) and member.primitive is LEAF for member in members)
        return (len(members),) if are_all else None
    shapes = (shape_of(member, (*above, thing)) for member in members)
    first = next(shapes)
    return None if first is None or any(other != first for other in shapes) else (len(members), *first)


def flat(array: Any) -> list[Value]:
    """The parameters of an array, the last axis first."""
    if isinstance(array, Value):
        return [array]
    if isinstance(array[0], Value):
        return list(array)
    return [value for member in array for value in flat(member)]


def places_of(activations: Iterable[Any]) -> Iterator[str]:
    """The places of layers in a `torch.nn.Sequential`, where an activation takes a place of its own."""
    place = 0
    for activation in activations:
        yield str(place)
        place += 1 if activation in ("linear", None) else 2


def numbered(layers: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    """Layers with their places in a `torch.nn.Sequential`."""
    return zip(places_of(getattr(layer, "activation", None) for layer in layers), layers, strict=True)


def shapes_of(arrays: Arrays) -> dict[str, Shape]:
    """The shapes of arrays."""
    return {name: shape_of(array) or () for name, array in arrays.items()}


def arrays_of(module: Any) -> Arrays:
    """The arrays of a module by name, and any parameter that is in none of them by its own.

    Raises
    ------
    ArgumentError
        If two have the same name.
    """
    arrays: Arrays = {}
    covered: set[Value] = set()
    for name, array in module.named_arrays():
        _add(arrays, name, array)
        covered.update(flat(array))
    for name, value in module.named_parameters():
        if value not in covered:
            _add(arrays, name, value)
    return arrays


def _add(arrays: Arrays, name: str, array: Any) -> None:
    if name in arrays:
        raise ArgumentError(f"state: expected a name for each array, got two named {name!r:.80}; rename one")
    arrays[name] = array


def told_shape(shape: Shape) -> str:
    """A shape in words, such as ``"16 × 784"``."""
    return " × ".join(f"{length:,}" for length in shape) or "scalar"


def labels_of(arrays: Arrays) -> dict[str, Label]:
    """What a document calls each array, such as w^1 for the weights w^1_jk: what its parameters' labels have in common.

    Parameters that stand in an array before do not count where there are others. An array whose labels have nothing in
    common, or what those of another one have as well, is called by its name.
    """
    met: set[Value] = set()
    common: dict[str, Label | None] = {}
    of_which: dict[Label | None, set[tuple[Value, ...]]] = {}
    for name, array in arrays.items():
        values = flat(array)
        label = common[name] = _common_label([value for value in values if value not in met] or values, array)
        of_which.setdefault(label, set()).add(tuple(values))
        met.update(values)
    return {name: Label(name) if label is None or len(of_which[label]) > 1 else label for name, label in common.items()}


def _common_label(values: Sequence[Value], array: Any) -> Label | None:
    if isinstance(array, Value):
        return array.label
    labels = {value.label and Label(value.label.base, value.label.superscript) for value in values}
    are_elements = all(value.label is not None and value.label.subscript for value in values)
    return labels.pop() if are_elements and len(labels) == 1 else None


def numbers_in(arrays: Arrays) -> Numbers:
    """The numbers of arrays of parameters, as copies."""
    return {
        name: np.array([value.data for value in flat(array)], dtype=float).reshape(shape_of(array) or ())
        for name, array in arrays.items()
    }


def load(arrays: Arrays, given: Any, strict: bool = True) -> Keys:
    """Set the numbers of arrays of parameters; see `Module.load_state_dict`."""
    refuse_while_recording("load_state_dict", "the module's Values, which are live")
    if not isinstance(given, Mapping):
        raise OperandError(
            f"load_state_dict: expected a dict of arrays as state_dict() gives it, got {type(given).__name__}"
            + ("; give its state_dict()" if hasattr(given, "state_dict") else "")
        )
    shapes = shapes_of(arrays)
    numbers = {name: _numbers(name, given[name]) for name in shapes if name in given}
    found = {
        name: numbers[name].shape if name in numbers else getattr(array, "shape", None) for name, array in given.items()
    }
    keys = check("load_state_dict", shapes, found, strict)
    put(arrays, numbers)
    return keys


def check(
    where: str, shapes: Mapping[str, Shape], given: Mapping[Any, Shape | None], strict: bool = True, remedy: str = ""
) -> Keys:
    """What is missing and unexpected among the shapes of the arrays given.

    Raises
    ------
    ShapeError, ArgumentError
        If shapes are others, and names where `strict`: it begins with `where`, lists all, and ends with the remedy.
    """
    missing = [name for name in shapes if name not in given]
    unexpected = [name for name in given if name not in shapes]
    wrong = [
        f"{_named(name)} of shape {given[name]} where {shape} is"
        + (", its transpose" if given[name] == shape[::-1] else "")
        for name, shape in shapes.items()
        if name in given and given[name] != shape
    ]
    told = [_listed(wrong)] if wrong else []
    if strict and unexpected:
        told.insert(0, f"{_listed(list(map(_named, unexpected)))} that it does not have")
    if strict and missing:
        told.insert(0, f"nothing for {_listed(list(map(_named, missing)))}")
    if told:
        kind = ShapeError if len(told) == 1 and wrong else ArgumentError
        raise kind(
            f"{where}: expected the arrays of this module, got {' and '.join(told)}; {remedy or _remedy(shapes, given)}"
        )
    return Keys(missing, [str(name) for name in unexpected])


def put(arrays: Arrays, numbers: Numbers, where: str = "load_state_dict") -> None:
    """Set the numbers of those arrays that are named, of the right shapes.

    Raises
    ------
    ArgumentError
        If a parameter that stands in several would be several numbers; nothing is changed.
    """
    chosen: dict[Value, tuple[float, str]] = {}
    for name, array in numbers.items():
        for value, number in zip(flat(arrays[name]), array.ravel().tolist(), strict=True):
            before, first = chosen.setdefault(value, (number, name))
            if number != before:
                raise ArgumentError(
                    f"{where}: expected {_named(name)} to have the numbers of {_named(first)} where they share "
                    f"a parameter, got {number!r} and {before!r}; give one number to both"
                )
    Parameters(list(chosen)).data = np.array([number for number, _ in chosen.values()], dtype=float)


def _numbers(name: str, given: Any) -> Matrix:
    """One of the arrays given, as finite floats."""
    where = f"load_state_dict: {_named(name)}"
    try:
        array = np.asarray(given)
    except Exception as error:  # what some other library says of its own array
        said = shown(" ".join(str(error).split()), 200)
        raise OperandError(f"{where}: expected an array of numbers, got {type(given).__name__} ({said})") from None
    if array.dtype.kind not in "fiub":
        raise OperandError(
            f"{where}: expected an array of real numbers, got {type(given).__name__} of {array.dtype}; "
            "give numbers, of a Value its data"
        )
    array = array.astype(float)
    if not np.isfinite(array).all():
        bad = array[~np.isfinite(array)][0]
        raise ArgumentError(f"{where}: expected finite numbers, got {bad}; take an earlier state")
    return array


def _remedy(shapes: Mapping[str, Shape], given: Mapping[Any, Shape | None]) -> str:
    """What to do about names or shapes that are others."""
    if shapes.keys() == given.keys():
        return "give the shapes of net.state_dict()"
    if list(given.values()) == list(shapes.values()):
        return "the shapes are those of this one in order, so dict(zip(net.state_dict(), d.values())) may be meant"
    return "give the names and shapes of net.state_dict(), or strict=False to set those that it has"


def _named(name: Any) -> str:
    return shown(name, 40) if isinstance(name, str) else f"{name!r:.40}"


def _listed(told: Sequence[str]) -> str:
    more = len(told) - _LISTED
    return ", ".join(told[:_LISTED]) + (f" and {more} more" if more > 0 else "")
