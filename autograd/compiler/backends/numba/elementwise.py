"""Elementwise: kernels that compute one number after another from numbers in the same places.

A kernel is read from the table's rule when it is asked for, compiled once on a machine, and kept on disk.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any

import numpy as np

from ....primitives import Primitive
from ....primitives.own import Own
from ..base import HIDING
from .assembly import Text, kernel
from .functions import POWERS
from .lanes import Lanes, NeedsDouble, is_nan
from .namespace import LANES
from .objects import address_of, has_feature
from .shapes import Shape
from .watched import watched

_DOUBLES, _FLOATS = 8, 16
"""How many numbers make a register: 64 bytes, which LLVM splits where registers are shorter."""


def address(primitive: Primitive, operands: Sequence[Any], dtype: np.dtype[Any]) -> Callable[[], int]:
    """What gives the address of an operation's kernel, and compiles it if need be.

    The kernel's words are, behind its address and their number, the counts of three loops, the innermost last; then of
    the result and of every operand its base, its offset in bytes and its strides in the loops, in numbers. It returns
    0, or 1 where a result was not finite, an operation outside its domain, or NaN compared.

    Parameters
    ----------
    primitive : Primitive
        Of the table, or a user's own.
    operands : sequence
        Those that are floats may be part of the code, such as the exponent 2; they have their words all the same.
    dtype : dtype
        float64 or float32.
    """
    numbers: list[float | None] = [None] * len(operands)
    if primitive.name == "power" and isinstance(operands[1], float) and operands[1] in POWERS:
        numbers[1] = operands[1]
    # What a user's rule closes over may be another number than it was.
    found = _read if isinstance(primitive, Own) else _known
    return partial(found, primitive, tuple(numbers), np.dtype(dtype).itemsize)


def _read(primitive: Primitive, numbers: tuple[float | None, ...], itemsize: int) -> int:
    text = text_of(primitive, numbers, itemsize, has_feature("avx512f"))
    return address_of(re.sub(r"\W", "_", primitive.name, flags=re.ASCII), text.text, text.c_functions)


_known = cache(_read)


def text_of(primitive: Primitive, numbers: Sequence[float | None], itemsize: int, scales: bool) -> Text:
    """The kernel of an operation on operands, None, and numbers; `scales` as in `lanes.Block`."""
    arity, body = len(numbers), partial(_computed, primitive, numbers)
    if itemsize == 8:
        return kernel(Shape(arity, "double", "double", _DOUBLES, scales), body)
    try:
        return kernel(Shape(arity, "float", "float", _FLOATS, scales), body)
    except NeedsDouble:
        return kernel(Shape(arity, "float", "double", _DOUBLES, scales), body)


def _computed(primitive: Primitive, numbers: Sequence[float | None], operands: Sequence[Lanes]) -> Any:
    block = operands[0].block
    given = [lanes if number is None else number for lanes, number in zip(operands, numbers, strict=True)]
    if isinstance(primitive, Own):
        return watched(primitive, given)
    if primitive.name in HIDING:
        block.faults += [is_nan(operand) for operand in operands]
    return primitive.rule(LANES, *given)
