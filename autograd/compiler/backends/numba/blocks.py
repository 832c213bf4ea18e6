"""Blocks: the innermost part of matrix products, some rows by some columns in the processor's vector registers.

They are written as LLVM's instructions: a compiler of loops does not see that the sums may stay in registers.
Addresses and the ways between numbers are in bytes.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import llvmlite.binding as llvm
import llvmlite.ir as ir
import numpy as np
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from .native import INTEGER


@cache
def register_bytes() -> int:
    """How long a vector register of this processor is."""
    return 64 if llvm.get_host_cpu_features().get("avx512f") else 32


class _Vectors:
    """Vectors of numbers at addresses, in the instructions of a function in the making; some lanes are left out."""

    def __init__(self, builder: Any, dtype: np.dtype[Any], lanes: Any = None) -> None:
        self.builder = builder
        self.number = ir.DoubleType() if dtype == np.float64 else ir.FloatType()
        self.bytes = int(dtype.itemsize)
        self.width = register_bytes() // self.bytes
        self.vector = ir.VectorType(self.number, self.width)
        self.zero = ir.Constant(self.vector, [0.0] * self.width)
        self._mask = None if lanes is None else self._first(lanes)

    def _first(self, lanes: Any) -> Any:
        numbers = ir.VectorType(INTEGER, self.width)
        places = ir.Constant(numbers, list(range(self.width)))
        return self.builder.icmp_signed("<", places, self._spread(lanes, numbers))

    def _spread(self, scalar: Any, kind: Any) -> Any:
        start = self.builder.insert_element(ir.Constant(kind, ir.Undefined), scalar, ir.IntType(32)(0))
        lanes = ir.Constant(ir.VectorType(ir.IntType(32), self.width), [0] * self.width)
        return self.builder.shuffle_vector(start, ir.Constant(kind, ir.Undefined), lanes)

    def _at(self, address: Any, kind: Any) -> Any:
        return self.builder.inttoptr(address, kind.as_pointer())

    def spread(self, address: Any) -> Any:
        """The number at an address, in all lanes."""
        return self._spread(self.builder.load(self._at(address, self.number)), self.vector)

    def load(self, address: Any) -> Any:
        """The numbers from an address on."""
        pointer = self._at(address, self.vector)
        if self._mask is None:
            return self.builder.load(pointer, align=self.bytes)
        return self.builder.call(self._masked("load"), [pointer, ir.IntType(32)(self.bytes), self._mask, self.zero])

    def store(self, numbers: Any, address: Any) -> None:
        """Write numbers from an address on."""
        pointer = self._at(address, self.vector)
        if self._mask is None:
            self.builder.store(numbers, pointer, align=self.bytes)
        else:
            self.builder.call(self._masked("store"), [numbers, pointer, ir.IntType(32)(self.bytes), self._mask])

    def _masked(self, name: str) -> Any:
        pointer, lanes = self.vector.as_pointer(), ir.VectorType(ir.IntType(1), self.width)
        alignment, told = ir.IntType(32), f"v{self.width}f{8 * self.bytes}.p0"
        if name == "load":
            kind = ir.FunctionType(self.vector, [pointer, alignment, lanes, self.vector])
        else:
            kind = ir.FunctionType(ir.VoidType(), [self.vector, pointer, alignment, lanes])
        return cgutils.get_or_insert_function(self.builder.module, kind, f"llvm.masked.{name}.{told}")

    def sum(self, numbers: Any) -> Any:
        """The sum of all lanes."""
        kind = ir.FunctionType(self.number, [self.number, self.vector])
        name = f"llvm.vector.reduce.fadd.v{self.width}f{8 * self.bytes}"
        add = cgutils.get_or_insert_function(self.builder.module, kind, name)
        return self.builder.call(add, [ir.Constant(self.number, 0.0), numbers], fastmath=("reassoc",))

    def off(self, numbers: Any) -> Any:
        """An integer other than 0 where a lane is not finite."""
        none = self.builder.fsub(numbers, numbers)
        lanes = self.builder.fcmp_unordered("!=", none, self.zero)
        return self.builder.zext(self.builder.bitcast(lanes, ir.IntType(self.width)), INTEGER)


class _Sums:
    """Sums in registers, while a loop runs."""

    def __init__(self, vectors: _Vectors, count: int) -> None:
        self._builder = vectors.builder
        self._places = [cgutils.alloca_once_value(vectors.builder, vectors.zero) for _ in range(count)]
        for place in self._places:
            vectors.builder.store(vectors.zero, place)

    def add_product(self, k: int, left: Any, right: Any) -> None:
        builder = self._builder
        # At once, as the processor's fused multiply and add.
        product = builder.fmul(left, right, flags=("contract",))
        builder.store(builder.fadd(product, builder.load(self._places[k]), flags=("contract",)), self._places[k])

    def __getitem__(self, k: int) -> Any:
        return self._builder.load(self._places[k])


@cache
def outer(dtype: np.dtype[Any], rows: int, columns: int, is_part: bool) -> Any:
    """For compiled functions: some rows of the result by some vectors of neighbouring columns.

    ``block(a, row, inner, b, b_inner, c, c_row, count, adds, lanes)`` is where A begins, the ways to its next row and
    inner number; where B begins and the way to its next inner row; where C begins and the way to its next row; how
    many inner numbers there are; whether C is added to; and of the vectors, if `is_part`, how many lanes count.
    It returns an integer that is not 0 where C is not finite.
    """

    def made(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        a, row, inner, b, b_inner, c, c_row, count, adds, lanes = arguments
        vectors = _Vectors(builder, dtype, lanes if is_part else None)
        sums = _Sums(vectors, rows * columns)
        wide = INTEGER(register_bytes())
        with cgutils.for_range(builder, count) as loop:
            left = builder.add(a, builder.mul(loop.index, inner))
            right = builder.add(b, builder.mul(loop.index, b_inner))
            several = [vectors.load(builder.add(right, builder.mul(wide, INTEGER(v)))) for v in range(columns)]
            for r in range(rows):
                factor = vectors.spread(builder.add(left, builder.mul(row, INTEGER(r))))
                for v, numbers in enumerate(several):
                    sums.add_product(r * columns + v, factor, numbers)
        off = INTEGER(0)
        for r in range(rows):
            for v in range(columns):
                target = builder.add(c, builder.add(builder.mul(c_row, INTEGER(r)), builder.mul(wide, INTEGER(v))))
                numbers = cgutils.alloca_once_value(builder, vectors.zero)
                builder.store(sums[r * columns + v], numbers)
                with builder.if_then(builder.icmp_signed("!=", adds, INTEGER(0))):
                    builder.store(builder.fadd(builder.load(numbers), vectors.load(target)), numbers)
                found = builder.load(numbers)
                vectors.store(found, target)
                off = builder.or_(off, vectors.off(found))
        return off

    return intrinsic(of_integers(10, made))


@cache
def dot(dtype: np.dtype[Any], rows: int, columns: int) -> Any:
    """For compiled functions: some rows by some columns, where neighbours are multiplied and summed.

    ``block(a, row, b, column, c, c_row, c_column, count, adds)`` as for `outer`.
    """

    def made(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        a, row, b, column, c, c_row, c_column, count, adds = arguments
        vectors = _Vectors(builder, dtype)
        sums = _Sums(vectors, rows * columns)
        width = INTEGER(vectors.width)
        whole = builder.sdiv(count, width)

        def step(read: _Vectors, at: Any) -> None:
            moved = builder.mul(at, INTEGER(register_bytes()))
            left = [read.load(builder.add(a, builder.add(moved, builder.mul(row, INTEGER(r))))) for r in range(rows)]
            for k in range(columns):
                right = read.load(builder.add(b, builder.add(moved, builder.mul(column, INTEGER(k)))))
                for r in range(rows):
                    sums.add_product(r * columns + k, left[r], right)

        with cgutils.for_range(builder, whole) as loop:
            step(vectors, loop.index)
        rest = builder.sub(count, builder.mul(whole, width))
        with builder.if_then(builder.icmp_signed("!=", rest, INTEGER(0))):
            step(_Vectors(builder, dtype, rest), whole)
        off = INTEGER(0)
        for r in range(rows):
            for k in range(columns):
                way = builder.add(builder.mul(c_row, INTEGER(r)), builder.mul(c_column, INTEGER(k)))
                target = builder.inttoptr(builder.add(c, way), vectors.number.as_pointer())
                found = vectors.sum(sums[r * columns + k])
                before = builder.select(
                    builder.icmp_signed("!=", adds, INTEGER(0)), builder.load(target), ir.Constant(vectors.number, 0.0)
                )
                found = builder.fadd(found, before)
                builder.store(found, target)
                none = builder.fcmp_unordered("!=", builder.fsub(found, found), ir.Constant(vectors.number, 0.0))
                off = builder.or_(off, builder.zext(none, INTEGER))
        return off

    return intrinsic(of_integers(9, made))


def of_integers(count: int, made: Any) -> Any:
    """What numba wants to know of an intrinsic function of so many integers; it counts the names of the arguments."""
    signature = types.int64(*[types.int64] * count)
    names = ", ".join(f"i{k}" for k in range(count))
    typed: Any = eval(f"lambda context, {names}: found", {"found": (signature, made)})
    return typed
