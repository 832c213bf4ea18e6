"""Native: Python functions compiled to machine code by numba, kept on disk, and called through their addresses.

A kernel is a function ``kernel(words, bases)`` of two pointers to integers: the words of one instruction and the
addresses of the areas of memory. It returns 0, or something else where a number was not finite or out of its domain.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import llvmlite.ir as ir
import numba
import numpy as np
from numba import cfunc, types
from numba.extending import intrinsic

from .objects import address_of_made

Kernel = Callable[[Any, Any], int]

INTEGER = ir.IntType(64)
WORDS = types.CPointer(types.int64)
SIGNATURE = types.int64(WORDS, WORDS)

_OPTIONS = {"error_model": "numpy", "boundscheck": False}


@cache
def pointer_to(dtype: np.dtype[Any]) -> Any:
    """For compiled functions: ``pointer(address)``, what lies there as numbers of `dtype`, read by ``pointer[i]``."""
    kind = types.CPointer(types.float64 if dtype == np.float64 else types.float32)
    return intrinsic(lambda context, address: (kind(types.int64), _as_pointer))


def _as_pointer(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    return builder.inttoptr(arguments[0], context.get_value_type(signature.return_type))


integers = intrinsic(lambda context, address: (WORDS(types.int64), _as_pointer))
"""For compiled functions: what lies at an address as integers of 64 bits."""


_SMALL = types.CPointer(types.int32)
small_integers = intrinsic(lambda context, address: (_SMALL(types.int64), _as_pointer))
"""For compiled functions: what lies at an address as integers of 32 bits."""


def _addressed(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    return builder.ptrtoint(arguments[0], INTEGER)


address_of = intrinsic(lambda context, pointer: (types.int64(WORDS), _addressed))
"""For compiled functions: the address that a pointer to integers is."""


def _called(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    words = INTEGER.as_pointer()
    kernel = builder.inttoptr(arguments[0], ir.FunctionType(INTEGER, [words, words]).as_pointer())
    return builder.call(kernel, arguments[1:])


call = intrinsic(lambda context, address, words, bases: (types.int64(types.int64, WORDS, WORDS), _called))
"""For compiled functions: ``call(address, words, bases)``, what the kernel at an address returns."""


@dataclass(frozen=True)
class Native:
    """A kernel that can be called.

    Attributes
    ----------
    address : int
        What instructions of it begin with.
    """

    address: int


@cache
def kernel(function: Kernel, reorders: bool = False) -> Native:
    """A kernel compiled, or read from disk.

    Not from numba's files, which it does not find again in another process where a function closes over intrinsics.

    Parameters
    ----------
    function : callable
    reorders : bool
        Whether sums may be added up in any order, so that they vectorise.
    """
    options = _OPTIONS | ({"fastmath": {"reassoc", "nsz", "contract"}} if reorders else {})

    def made() -> tuple[str, str]:
        compiled = cfunc(SIGNATURE, **options)(function)
        return compiled.inspect_llvm(), compiled.native_name

    told = [_told(function), str(reorders), numba.__version__, _sources()]
    return Native(address_of_made(function.__name__, "\n".join(told), made))


def _told(thing: Any) -> str:
    """What a function is made of besides the sources: what it closes over, told alike in every process."""
    function = getattr(thing, "py_func", getattr(thing, "_defn", thing))
    if not hasattr(function, "__closure__"):
        return str(thing)
    cells = ", ".join(_told(cell.cell_contents) for cell in function.__closure__ or ())
    return f"{function.__module__}.{function.__qualname__}({cells})"


@cache
def _sources() -> str:
    """Which sources kernels are compiled of."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
