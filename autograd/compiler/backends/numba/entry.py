"""Entry: what Python calls to run a program, itself machine code, so that a call takes a tenth of a microsecond.

It is a function of CPython's C interface that takes pointers to its arguments (``METH_FASTCALL``): the state of a run
(see `machine`), and one array for each input, of which it reads where the numbers lie.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from .machine import COST, HEAD, RUN
from .memory import INPUTS
from .objects import address_of, make_known

OFF, NOT_IN_ORDER = 1, 2
"""What it returns instead of a cost, which is a float: the machine objects, or an array does not lie row by row."""

_CALLED = ("PyEval_SaveThread", "PyEval_RestoreThread", "PyFloat_FromDouble", "PyLong_FromLongLong")


@cache
def entry(dtype: np.dtype[Any]) -> Callable[..., float]:
    """``run(state, *columns)``, which returns the cost or one of the integers above; without the interpreter's lock."""
    for name in _CALLED:
        make_known(name, ctypes.cast(getattr(ctypes.pythonapi, name), ctypes.c_void_p).value)
    return _called_by_python(address_of("entry", _text(dtype)))


class _Definition(ctypes.Structure):
    """CPython's ``PyMethodDef``."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("function", ctypes.c_void_p),
        ("flags", ctypes.c_int),
        ("told", ctypes.c_char_p),
    )


_FASTCALL = 0x80
_KEPT: list[_Definition] = []


def _called_by_python(address: int) -> Callable[..., float]:
    """The function at an address as Python's."""
    definition = _Definition(b"run", address, _FASTCALL, None)
    _KEPT.append(definition)  # which the function points to
    made = ctypes.pythonapi.PyCFunction_NewEx
    made.restype, made.argtypes = ctypes.py_object, (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
    function: Callable[..., float] = made(ctypes.addressof(definition), None, None)
    return function


def _text(dtype: np.dtype[Any]) -> str:
    """The function in LLVM's assembly."""
    lines = [
        *_DECLARED,
        "define ptr @NAME(ptr %self, ptr %arguments, i64 %count) {",
        "entry:",
        "%holder = load ptr, ptr %arguments",
        f"%state.at = getelementptr i8, ptr %holder, i64 {_DATA}",
        "%state = load ptr, ptr %state.at",
        "br label %columns",
        "columns:",
        "%k = phi i64 [1, %entry], [%k.next, %fitting]",
        "%k.more = icmp slt i64 %k, %count",
        "br i1 %k.more, label %column, label %run",
        *_column(dtype.itemsize),
        "fitting:",
        "%k.next = add i64 %k, 1",
        "br label %columns",
        "apart:",
        f"%not.in.order = call ptr @PyLong_FromLongLong(i64 {NOT_IN_ORDER})",
        "ret ptr %not.in.order",
        *_run(dtype.itemsize),
        "}",
        "",
    ]
    return "\n".join(lines)


def _column(size: int) -> list[str]:
    """Where an array's numbers lie, and whether row by row."""
    return [
        "column:",
        "%array.at = getelementptr ptr, ptr %arguments, i64 %k",
        "%array = load ptr, ptr %array.at",
        *_field("data", "ptr", _DATA),
        *_field("axes", "i32", _DATA + 8),
        *_field("lengths", "ptr", _DATA + 16),
        *_field("strides", "ptr", _DATA + 24),
        "%is.matrix = icmp eq i32 %axes, 2",
        "br i1 %is.matrix, label %matrix, label %apart",
        "matrix:",
        f"%place = add i64 %k, {HEAD + INPUTS - 1}",
        "%input.at = getelementptr ptr, ptr %state, i64 %place",
        "store ptr %data, ptr %input.at",
        "%rows = load i64, ptr %lengths",
        "%width.at = getelementptr i64, ptr %lengths, i64 1",
        "%width = load i64, ptr %width.at",
        "%far = load i64, ptr %strides",
        "%near.at = getelementptr i64, ptr %strides, i64 1",
        "%near = load i64, ptr %near.at",
        f"%row = mul i64 %width, {size}",
        f"%are.near = icmp eq i64 %near, {size}",
        "%are.far = icmp eq i64 %far, %row",
        "%is.narrow = icmp sle i64 %width, 1",
        "%is.low = icmp sle i64 %rows, 1",
        "%fits.near = or i1 %are.near, %is.narrow",
        "%fits.far = or i1 %are.far, %is.low",
        "%fits = and i1 %fits.near, %fits.far",
        "br i1 %fits, label %fitting, label %apart",
    ]


def _run(size: int) -> list[str]:
    """The run without the lock, and what is returned."""
    single = ["%one = load float, ptr %cost.at", "%cost = fpext float %one to double"]
    return [
        "run:",
        f"%kernel.at = getelementptr ptr, ptr %state, i64 {RUN}",
        "%kernel = load ptr, ptr %kernel.at",
        f"%bases = getelementptr i64, ptr %state, i64 {HEAD}",
        "%thread = call ptr @PyEval_SaveThread()",
        "%off = call i64 %kernel(ptr %state, ptr %bases)",
        "call void @PyEval_RestoreThread(ptr %thread)",
        "%is.off = icmp ne i64 %off, 0",
        "br i1 %is.off, label %objects, label %returns",
        "objects:",
        f"%told = call ptr @PyLong_FromLongLong(i64 {OFF})",
        "ret ptr %told",
        "returns:",
        f"%cost.place = getelementptr ptr, ptr %state, i64 {COST}",
        "%cost.at = load ptr, ptr %cost.place",
        *(["%cost = load double, ptr %cost.at"] if size == 8 else single),
        "%result = call ptr @PyFloat_FromDouble(double %cost)",
        "ret ptr %result",
    ]


_DATA = object.__basicsize__
"""Where an array's fields begin, behind an object's head: its data, how many axes, their lengths, its strides."""

_DECLARED = [
    "declare ptr @PyEval_SaveThread()",
    "declare void @PyEval_RestoreThread(ptr)",
    "declare ptr @PyFloat_FromDouble(double)",
    "declare ptr @PyLong_FromLongLong(i64)",
]


def _field(name: str, kind: str, offset: int) -> list[str]:
    return [
        f"%{name}.at = getelementptr i8, ptr %array, i64 {offset}",
        f"%{name} = load {kind}, ptr %{name}.at",
    ]
