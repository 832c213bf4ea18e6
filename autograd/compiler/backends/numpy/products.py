"""Products: how a contraction in index notation becomes one call of matmul, decided on letters alone.

``matmul`` multiplies stacks of matrices: (stack, rows, inner) by (stack, inner,
columns). A contraction becomes that when the letters of its result are read as
stack, rows and columns, in this order, and each factor's letters are put in
the order that matmul wants. Several letters of one kind run together as one axis.
"""

from __future__ import annotations

from dataclasses import dataclass

from ...plan.instructions import Contraction


@dataclass(frozen=True)
class Arrangement:
    """What becomes of an array with an axis for each letter: see `View.order` and `View.groups`."""

    order: tuple[int, ...]
    groups: tuple[int, ...]


@dataclass(frozen=True)
class Matmul:
    """``matmul(first, second, out)``; `swapped` says that the first is the contraction's right factor."""

    swapped: bool
    first: Arrangement
    second: Arrangement
    out: Arrangement


def ways_as_matmul(contraction: Contraction) -> list[Matmul]:
    """The calls of matmul that compute a contraction, one for each order of two letters that are summed over."""
    inner = _summed(contraction)
    return [as_matmul(contraction, order) for order in ([inner, inner[::-1]] if len(inner) == 2 else [inner])]


def _summed(contraction: Contraction) -> str:
    left, right, out = contraction.left, contraction.right, contraction.out
    return "".join(letter for letter in left if letter in right and letter not in out)


def as_matmul(contraction: Contraction, inner: str = "") -> Matmul:
    """The call of matmul that computes a contraction, its letters that are summed over in the order of `inner`.

    As few letters as possible are stacked, since matmul runs through a stack one
    matrix at a time: those that both factors and the result have, and further
    ones until what remains is rows followed by columns. A factor without a
    stacked letter is the same for all of it.
    """
    left, right, out = contraction.left, contraction.right, contraction.out
    inner = inner or _summed(contraction)
    for depth in range(len(out) + 1):
        stack, rest = out[:depth], out[depth:]
        for swapped in (False, True):
            first, second = (right, left) if swapped else (left, right)
            rows = "".join(letter for letter in rest if letter in first)
            columns = "".join(letter for letter in rest if letter in second)
            if rows + columns == rest:
                return Matmul(
                    swapped,
                    _arranged(first, stack, rows, inner),
                    _arranged(second, stack, inner, columns),
                    _arranged(out, stack, rows, columns),
                )
    raise AssertionError(f"{contraction}: no matrix product")


def _arranged(letters: str, stack: str, *sides: str) -> Arrangement:
    """The letters of an array in the order of stack and sides, each letter of the stack alone, each side as one."""
    wanted = [letter for letter in stack if letter in letters] + [letter for side in sides for letter in side]
    if sorted(wanted) != sorted(letters):
        raise AssertionError(f"{letters}: a letter is in one factor alone")
    groups = [int(letter in letters) for letter in stack] + [len(side) for side in sides]
    return Arrangement(tuple(letters.index(letter) for letter in wanted), tuple(groups))
