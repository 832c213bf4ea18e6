"""Multiply: kernels of matrix products, in blocks of our own or, where they are large, by BLAS.

The words: rows, columns and inner numbers; whether the result is added to; three loops over matrices; of A, B and the
result where they are (base, offset) and how far apart, in numbers, are rows or inner rows, columns, and the matrices
in the three loops; then the address of BLAS's product, or 0 where it cannot read the matrices, whether A and B lie
transposed, and how far apart the rows are in each of the three, as BLAS wants to know it.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import llvmlite.ir as ir
import numpy as np
from numba.core import cgutils
from numba.extending import get_cython_function_address, intrinsic

from . import blocks
from .native import INTEGER, kernel, pointer_to

LARGE = 2_000_000
"""From so many multiplications on products are BLAS's, which takes several threads; for less they gain little.

Measured in microseconds (2 cores with AVX-512 and other work to do, SciPy 1.17's OpenBLAS, float64):

====================  ======  ==============  =========
rows, columns, inner    ours  BLAS, 1 thread  2 threads
====================  ======  ==============  =========
128 x 64 x 16            5.1             6.4        6.3
64 x 64 x 64             9.4            10.1       10.1
10 x 30 x 784           14.9            11.8       12.4
32 x 30 x 784           31.8            29.5       29.6
30 x 784 x 32           27.6            29.7       29.6
32 x 100 x 784          90.2             117        125
128 x 30 x 784           130             169       98.6
30 x 784 x 128           115             129        123
128 x 100 x 784          445             454        236
100 x 784 x 128          355             428        239
====================  ======  ==============  =========
"""


@cache
def blas_address(dtype: np.dtype[Any]) -> int:
    """Where SciPy's product of matrices is."""
    address: int = get_cython_function_address("scipy.linalg.cython_blas", "dgemm" if dtype == np.float64 else "sgemm")
    return address


@cache
def gemm(dtype: np.dtype[Any]) -> Any:
    """For compiled functions: BLAS's product, of matrices column by column.

    ``gemm(address, a_lies, b_lies, rows, columns, inner, a, a_step, b, b_step, adds, c, c_step)``.
    """
    number, byte, small = (ir.DoubleType() if dtype == np.float64 else ir.FloatType()), ir.IntType(8), ir.IntType(32)

    def made(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        address, a_lies, b_lies, rows, columns, inner, a, a_step, b, b_step, adds, c, c_step = arguments

        def told(value: Any) -> Any:
            place = cgutils.alloca_once(builder, value.type)
            builder.store(value, place)
            return place

        def letter(lies: Any) -> Any:
            transposed = builder.icmp_signed("!=", lies, INTEGER(0))
            return told(builder.select(transposed, byte(ord("T")), byte(ord("N"))))

        def whole(value: Any) -> Any:
            return told(builder.trunc(value, small))

        def matrix(value: Any) -> Any:
            return builder.inttoptr(value, number.as_pointer())

        values = [
            letter(a_lies), letter(b_lies), whole(rows), whole(columns), whole(inner),
            told(ir.Constant(number, 1.0)), matrix(a), whole(a_step), matrix(b), whole(b_step),
            told(builder.uitofp(adds, number)), matrix(c), whole(c_step),
        ]  # fmt: skip
        kind = ir.FunctionType(ir.VoidType(), [value.type for value in values])
        builder.call(builder.inttoptr(address, kind.as_pointer()), values)
        return INTEGER(0)

    return intrinsic(blocks.of_integers(13, made))


@cache
def by_rows(dtype: np.dtype[Any]) -> Any:
    """Products where neighbours in B's rows are neighbours in the result's."""
    size, width, several = int(dtype.itemsize), blocks.register_bytes(), _SEVERAL
    lanes = width // size
    whole4, whole1 = blocks.outer(dtype, 4, several, False), blocks.outer(dtype, 1, several, False)
    one4, one1 = blocks.outer(dtype, 4, 1, False), blocks.outer(dtype, 1, 1, False)
    part4, part1 = blocks.outer(dtype, 4, 1, True), blocks.outer(dtype, 1, 1, True)

    def multiply_by_rows(
        rows: int, columns: int, inner: int, adds: int,
        a: int, row: int, a_inner: int, b: int, b_inner: int, column: int, c: int, c_row: int, c_column: int,
    ) -> int:  # fmt: skip
        off, j = 0, 0
        while j < columns:
            here_b, left = b + j * size, columns - j
            for i in range(0, rows, 4):
                at_a, at_c = a + i * row, c + i * c_row + j * size
                if i + 4 <= rows:
                    if left >= several * lanes:
                        off |= whole4(at_a, row, a_inner, here_b, b_inner, at_c, c_row, inner, adds, 0)
                    elif left >= lanes:
                        off |= one4(at_a, row, a_inner, here_b, b_inner, at_c, c_row, inner, adds, 0)
                    else:
                        off |= part4(at_a, row, a_inner, here_b, b_inner, at_c, c_row, inner, adds, left)
                else:
                    for k in range(rows - i):
                        if left >= several * lanes:
                            off |= whole1(
                                at_a + k * row, row, a_inner, here_b, b_inner, at_c + k * c_row, c_row, inner, adds, 0
                            )
                        elif left >= lanes:
                            off |= one1(
                                at_a + k * row, row, a_inner, here_b, b_inner, at_c + k * c_row, c_row, inner, adds, 0
                            )
                        else:
                            off |= part1(
                                at_a + k * row,
                                row,
                                a_inner,
                                here_b,
                                b_inner,
                                at_c + k * c_row,
                                c_row,
                                inner,
                                adds,
                                left,
                            )
            j += several * lanes if left >= several * lanes else lanes
        return off

    return _of_matrices(dtype, multiply_by_rows)


@cache
def by_dots(dtype: np.dtype[Any]) -> Any:
    """Products where inner neighbours lie side by side in A and in B."""
    block44, block41 = blocks.dot(dtype, 4, 4), blocks.dot(dtype, 4, 1)
    block14, block11 = blocks.dot(dtype, 1, 4), blocks.dot(dtype, 1, 1)

    def multiply_by_dots(
        rows: int, columns: int, inner: int, adds: int,
        a: int, row: int, a_inner: int, b: int, b_inner: int, column: int, c: int, c_row: int, c_column: int,
    ) -> int:  # fmt: skip
        off, j = 0, 0
        while j < columns:
            here_b = b + j * column
            wide = columns - j >= 4
            i = 0
            while i < rows:
                at_a, at_c = a + i * row, c + i * c_row + j * c_column
                if rows - i >= 4:
                    if wide:
                        off |= block44(at_a, row, here_b, column, at_c, c_row, c_column, inner, adds)
                    else:
                        off |= block41(at_a, row, here_b, column, at_c, c_row, c_column, inner, adds)
                    i += 4
                else:
                    if wide:
                        off |= block14(at_a, row, here_b, column, at_c, c_row, c_column, inner, adds)
                    else:
                        off |= block11(at_a, row, here_b, column, at_c, c_row, c_column, inner, adds)
                    i += 1
            j += 4 if wide else 1
        return off

    return _of_matrices(dtype, multiply_by_dots)


@cache
def one_by_one(dtype: np.dtype[Any]) -> Any:
    """Products of matrices that lie anyhow."""
    numbers, size = pointer_to(dtype), int(dtype.itemsize)

    def multiply_one_by_one(
        rows: int, columns: int, inner: int, adds: int,
        a: int, row: int, a_inner: int, b: int, b_inner: int, column: int, c: int, c_row: int, c_column: int,
    ) -> int:  # fmt: skip
        off = 0
        for i in range(rows):
            for j in range(columns):
                left, right = numbers(a + i * row), numbers(b + j * column)
                step, other = a_inner // size, b_inner // size
                total = numbers(c + i * c_row + j * c_column)[0] * adds if adds else left[0] * 0
                for k in range(inner):
                    total += left[k * step] * right[k * other]
                numbers(c + i * c_row + j * c_column)[0] = total
                off |= total - total != 0.0
        return off

    return _of_matrices(dtype, multiply_one_by_one)


_SEVERAL = 4 if blocks.register_bytes() == 64 else 2
"""How many vectors of columns there are in a block: with four rows, half the registers."""


def _of_matrices(dtype: np.dtype[Any], multiplied: Any) -> Any:
    """The kernel of a product of two matrices."""
    from numba import njit

    size, large = int(dtype.itemsize), LARGE
    blas, numbers = gemm(dtype), pointer_to(dtype)
    product = njit(multiplied, error_model="numpy")

    def multiply(words: Any, bases: Any) -> int:
        rows, columns, inner, adds = words[2], words[3], words[4], words[5]
        off = 0
        for x in range(words[6]):
            for y in range(words[7]):
                for z in range(words[8]):
                    a = bases[words[9]] + words[10] + size * (x * words[13] + y * words[14] + z * words[15])
                    b = bases[words[16]] + words[17] + size * (x * words[20] + y * words[21] + z * words[22])
                    c = bases[words[23]] + words[24] + size * (x * words[27] + y * words[28] + z * words[29])
                    if words[30] != 0 and rows * columns * inner >= large:
                        # Column by column, as BLAS reads, the result is the product of B and A transposed.
                        blas(
                            words[30], words[32], words[31], columns, rows, inner,
                            b, words[34], a, words[33], adds, c, words[35],
                        )  # fmt: skip
                        for i in range(rows):
                            found = numbers(c + size * i * words[25])
                            for j in range(columns):
                                off |= found[j] - found[j] != 0.0
                    else:
                        off |= product(
                            rows, columns, inner, adds,
                            a, size * words[11], size * words[12], b, size * words[18], size * words[19],
                            c, size * words[25], size * words[26],
                        )  # fmt: skip
        return off

    multiply.__qualname__ = multiply.__name__ = multiplied.__name__
    return kernel(multiply)
