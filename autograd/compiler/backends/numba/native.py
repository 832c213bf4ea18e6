"""Native: Python functions compiled to machine code by numba, kept on disk, and called through their addresses.

A kernel is a function ``kernel(words, bases)`` of two pointers to integers: the words of one instruction and the
addresses of the areas of memory. It returns 0, or something else where a number was not finite or out of its domain.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import llvmlite.ir as ir
import numpy as np
from numba import cfunc, njit, types
from numba.extending import intrinsic

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


@cache
def kernel(function: Kernel, reorders: bool = False) -> Any:
    """A kernel compiled, or read from disk; its ``address`` is what instructions begin with.

    Parameters
    ----------
    function : callable
    reorders : bool
        Whether sums may be added up in any order, so that they vectorise.
    """
    options = _OPTIONS | ({"fastmath": {"reassoc", "nsz", "contract"}} if reorders else {})
    return kept_on_disk(lambda keep: cfunc(SIGNATURE, cache=keep, **options)(function))


@cache
def jitted(function: Callable[..., Any], *signature: Any) -> Any:
    """A function that Python calls, compiled for one signature without the interpreter's lock."""
    return kept_on_disk(lambda keep: njit(*signature, nogil=True, cache=keep, **_OPTIONS)(function))


def kept_on_disk(compiled: Callable[[bool], Any]) -> Any:
    """What is compiled, kept on disk for other processes where there is a folder for it."""
    try:
        return compiled(True)
    except (RuntimeError, OSError):  # numba finds no folder, or cannot write to it
        return compiled(False)
