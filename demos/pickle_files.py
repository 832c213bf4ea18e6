"""Images from Nielsen's ``mnist.pkl.gz``, a pickle that is read without being run.

A pickle is a program, and Python's `pickle.load` runs it: whatever it names is imported and called. Here
`pickletools.genops`, which only takes it apart, gives the instructions; those that make tuples, numbers, texts and
NumPy's arrays are followed on a stack of plain data, and the first other one ends the reading. Nothing that the file
names is imported or called, NumPy's own unpickling included: of an array its type, shape and bytes are taken.
"""

from __future__ import annotations

import pickletools
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from autograd.errors import FileFormatError
from images import AGAIN, UNREADABLE, Images, Loaded, agreed, images_of, side_of, unpacked

# Nielsen's file has 220 MB unpacked, and some hundred instructions.
_LARGEST = 1 << 29
_MOST_STEPS = 10_000
_TYPES = ("f4", "f8", "i8", "i4", "i2", "u1", "u4", "u8")

_MARK = object()


class _NotThatError(Exception):
    """The pickle is of something else; says what."""


@dataclass
class _Name:
    """What the pickle would import."""

    text: str


@dataclass
class _Type:
    """A NumPy dtype in the making."""

    name: str
    order: str = "="


@dataclass
class _Array:
    """A NumPy array in the making."""

    made: npt.NDArray[Any] | None = None


def read_pickle(path: Path) -> Loaded:
    """Training and test images of a pickle of two or three pairs (images, labels); validation joins training.

    Raises
    ------
    FileFormatError
        If the file is missing, damaged or holds something else; nothing in it is executed.
    """
    expected = f"{path}: expected a pickle of arrays alone, as Nielsen's mnist.pkl.gz"
    try:
        contents = unpacked(path, _LARGEST)
    except UNREADABLE as error:
        raise FileFormatError(f"{path}: expected a readable file, got: {error}; {AGAIN}") from None
    try:
        pairs = _pairs(_followed(contents))
    except _NotThatError as error:
        raise FileFormatError(f"{expected}, got {error}; {AGAIN}, or give mnist.npz") from None
    parts = [_images(path, *pair) for pair in pairs]
    if len(parts) == 3:
        train, validation = agreed(path, parts[0], parts[1])
        pixels, digits = (np.concatenate(both) for both in zip(_arrays(train), _arrays(validation), strict=True))
        parts = [Images(pixels, digits, train.height, train.width), parts[2]]
    told = "; its validation images are learned from, too" if len(pairs) == 3 else ""
    return Loaded(agreed(path, *parts), [f"read {path.name}{told}"])


def _arrays(images: Images) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    return images.pixels, images.digits


def _pairs(found: Any) -> list[tuple[npt.NDArray[Any], npt.NDArray[Any]]]:
    """Pairs of images, shape (n, pixels), and n labels."""
    if not isinstance(found, tuple | list) or len(found) not in (2, 3):
        raise _NotThatError(f"{type(found).__name__.strip('_').lower()} instead of two or three pairs")
    pairs = []
    for part in found:
        arrays = [one.made for one in part if isinstance(one, _Array)] if isinstance(part, tuple | list) else []
        if len(arrays) != 2 or len(part) != 2 or any(array is None for array in arrays):
            raise _NotThatError("something else than pairs of images and labels")
        images, labels = arrays
        if images.ndim != 2 or labels.shape != images.shape[:1] or labels.dtype.kind not in "iu":
            raise _NotThatError(f"images of shape {images.shape} with {labels.dtype} of shape {labels.shape}")
        pairs.append((images, labels))
    return pairs


def _images(path: Path, pixels: npt.NDArray[Any], labels: npt.NDArray[Any]) -> Images:
    side = side_of(pixels.shape[1])
    if not side or not len(pixels):
        raise FileFormatError(f"{path}: expected square images, got an array of shape {pixels.shape}; {AGAIN}")
    if not np.isfinite(pixels).all():
        raise FileFormatError(f"{path}: expected pixels 0..1, got NaN or infinity; {AGAIN}")
    return images_of(path, path.name, pixels.reshape(-1, side, side), labels)


# The instructions that are followed


def _followed(contents: bytes) -> Any:
    """What a pickle describes, made of tuples, lists, numbers, texts, bytes and arrays."""
    stack: list[Any] = []
    memo: dict[int, Any] = {}
    for name, argument in _instructions(contents):
        if name == "STOP":
            if len(stack) != 1:
                break
            return stack[0]
        try:
            _follow(name, argument, stack, memo)
        except (IndexError, KeyError):  # of a stack or memo that has too little
            break
    raise _NotThatError("a damaged one")


def _instructions(contents: bytes) -> list[tuple[str, Any]]:
    """The first instructions, one more than are followed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of escapes that Python does not know
            found = list(islice(pickletools.genops(contents), _MOST_STEPS + 1))
    except (ValueError, OverflowError, MemoryError) as error:
        raise _NotThatError(f"a damaged one ({str(error)[:60]!r})") from None
    if len(found) > _MOST_STEPS:
        raise _NotThatError(f"more than {_MOST_STEPS} instructions")
    return [(opcode.name, argument) for opcode, argument, _ in found]


def _follow(name: str, argument: Any, stack: list[Any], memo: dict[int, Any]) -> None:
    if name in ("PROTO", "FRAME"):
        return
    if name in _CONSTANTS:
        stack.append(_CONSTANTS[name])
    elif name in _ARGUMENTS:
        stack.append(argument)
    elif name in _TUPLES:
        count = _TUPLES[name]
        if count > len(stack):
            raise IndexError
        made = tuple(stack[len(stack) - count :])
        stack[len(stack) - count :] = [made]
    elif name in ("PUT", "BINPUT", "LONG_BINPUT"):
        memo[argument] = stack[-1]
    elif name == "MEMOIZE":
        memo[len(memo)] = stack[-1]
    elif name in ("GET", "BINGET", "LONG_BINGET"):
        stack.append(memo[argument])
    elif name in _BUILDERS:
        _BUILDERS[name](stack, argument)
    else:
        raise _NotThatError(f"the instruction {name}")


def _since_mark(stack: list[Any]) -> list[Any]:
    members: list[Any] = []
    while (top := stack.pop()) is not _MARK:
        members.append(top)
    return members[::-1]


def _tuple(stack: list[Any], _: Any) -> None:
    stack.append(tuple(_since_mark(stack)))


def _list(stack: list[Any], _: Any) -> None:
    stack.append(_since_mark(stack))


def _appended(stack: list[Any], _: Any) -> None:
    members = _since_mark(stack)
    _a_list(stack[-1]).extend(members)


def _append(stack: list[Any], _: Any) -> None:
    member = stack.pop()
    _a_list(stack[-1]).append(member)


def _a_list(thing: Any) -> list[Any]:
    if not isinstance(thing, list):
        raise _NotThatError("a damaged one")
    return thing


def _global(stack: list[Any], argument: Any) -> None:
    stack.append(_known(str(argument)))


def _stack_global(stack: list[Any], _: Any) -> None:
    name, module = stack.pop(), stack.pop()
    if not isinstance(name, str) or not isinstance(module, str):
        raise _NotThatError("a damaged one")
    stack.append(_known(f"{module} {name}"))


def _known(text: str) -> _Name:
    name = text.replace("numpy._core.", "numpy.core.")
    if name not in _CALLS and name != "numpy ndarray":
        raise _NotThatError(f"a call of {text.replace(' ', '.')[:60]!r}, which is not followed")
    return _Name(name)


def _reduce(stack: list[Any], _: Any) -> None:
    arguments, called = stack.pop(), stack.pop()
    if not isinstance(called, _Name) or called.text not in _CALLS or not isinstance(arguments, tuple):
        raise _NotThatError("a call of something else")
    stack.append(_CALLS[called.text](arguments))


def _build(stack: list[Any], _: Any) -> None:
    state, thing = stack.pop(), stack[-1]
    if isinstance(thing, _Type) and isinstance(state, tuple) and len(state) >= 2 and state[1] in ("<", ">", "|", "="):
        thing.order = state[1]
    elif isinstance(thing, _Array) and isinstance(state, tuple) and len(state) == 5:
        thing.made = _array(*state[1:])
    else:
        raise _NotThatError("a state of something else")


def _array(shape: Any, kind: Any, is_fortran: Any, contents: Any) -> npt.NDArray[Any]:
    raw = _latin(contents) if isinstance(contents, str) else contents  # Python 2 has bytes as text
    sizes = shape if isinstance(shape, tuple) and len(shape) <= 2 else (None,)
    whole = all(isinstance(size, int) and 0 <= size <= _LARGEST for size in sizes)
    if not (whole and isinstance(kind, _Type) and isinstance(raw, bytes) and isinstance(is_fortran, int)):
        raise _NotThatError("a damaged array")
    dtype = np.dtype(kind.name).newbyteorder(kind.order)
    size = dtype.itemsize
    for length in sizes:
        size *= length
    if size != len(raw):
        raise _NotThatError(f"{len(raw)} bytes for an array of shape {sizes}")
    return np.frombuffer(raw, dtype=dtype).reshape(sizes, order="F" if is_fortran else "C")


def _latin(text: str) -> bytes:
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        raise _NotThatError("a damaged array") from None


# What is called is not called: this is done instead.


def _new_array(arguments: tuple[Any, ...]) -> _Array:
    return _Array()


def _from_buffer(arguments: tuple[Any, ...]) -> _Array:
    """As protocol 5 has arrays: their bytes come first."""
    if len(arguments) != 4 or not isinstance(arguments[0], bytes | bytearray):
        raise _NotThatError("a damaged array")
    raw, kind, shape, order = arguments
    return _Array(_array(shape, kind, order == "F", bytes(raw)))


def _new_type(arguments: tuple[Any, ...]) -> _Type:
    name = arguments[0] if arguments else None
    text = name.decode("latin-1") if isinstance(name, bytes) else name
    if not isinstance(text, str) or text not in _TYPES:
        raise _NotThatError(f"an array of {text[:20] if isinstance(text, str) else 'objects'!r}")
    return _Type(text)


def _encoded(arguments: tuple[Any, ...]) -> bytes:
    if not arguments or not isinstance(arguments[0], str):
        raise _NotThatError("a damaged one")
    return _latin(arguments[0])


_CALLS: dict[str, Callable[[tuple[Any, ...]], Any]] = {
    "numpy.core.multiarray _reconstruct": _new_array,
    "numpy.core.numeric _frombuffer": _from_buffer,
    "numpy dtype": _new_type,
    "_codecs encode": _encoded,
}
_CONSTANTS: dict[str, Any] = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False, "MARK": _MARK, "EMPTY_TUPLE": ()}
_TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
_ARGUMENTS = {
    *("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "STRING", "BINSTRING", "SHORT_BINSTRING"),
    *("UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8"),
    "BYTEARRAY8",
}
_BUILDERS: dict[str, Callable[[list[Any], Any], None]] = {
    "TUPLE": _tuple,
    "LIST": _list,
    "EMPTY_LIST": lambda stack, _: stack.append([]),
    "APPEND": _append,
    "APPENDS": _appended,
    "GLOBAL": _global,
    "STACK_GLOBAL": _stack_global,
    "REDUCE": _reduce,
    "BUILD": _build,
}
