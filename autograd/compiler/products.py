"""Products: contractions of a plan as matrix products of views."""

from __future__ import annotations

import numpy as np

from .buffers import Buffers, contiguous, with_axes
from .patterns import Pattern
from .plan import Contraction, Instruction, Plan, Ref

# From how many numbers on a piece of the gradient is bounded by its factors.
_LARGE = 4096


class Products(Buffers):
    """Writes matrix products.

    Attributes
    ----------
    bounds : list of (int, int, str)
        Ranges of the gradient, and a name of a number that is finite only if they are.
    """

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self.bounds: list[tuple[int, int, str]] = []

    def _matmul(self, at: int, instruction: Instruction) -> None:
        product: Contraction = instruction.detail
        left = self._lettered(instruction.reads[0], product.left, product)
        right = self._lettered(instruction.reads[1], product.right, product)
        out = self.out_view(instruction.out, _shape(product.out, product))
        if "b" in product.left and "b" in product.right and "b" in product.out:
            self._batched_product(left, right, out, product)
        else:
            self._flat_product(left, right, out, product, instruction)

    def _lettered(self, read: Ref, letters: str, product: Contraction) -> str:
        """A view of a ref with one axis for each letter."""
        shape = _shape(letters, product)
        pattern = self.pattern_of(read)
        breaks = Pattern(0, shape, (0,) * len(shape)).breaks
        split = pattern.split(breaks) if pattern is not None else None
        if split is None or len([c for c in split.counts if c > 1]) > len([c for c in shape if c > 1]):
            array, pattern = (read.array, Pattern(0, (read.size,), (1,))) if read.index is None else self.gathered(read)
            split = pattern.split(breaks)
            assert split is not None
            return self.view_of(array, with_axes(split, shape))
        return self.view_of(read.array, with_axes(split, shape))

    def _batched_product(self, left: str, right: str, out: str, product: Contraction) -> None:
        """One small product per sample."""
        of_left, of_right, of_out = (letters.replace("b", "") for letters in (product.left, product.right, product.out))
        if of_out and of_out[0] in of_right and of_out[0] not in of_left:
            left, right, of_left, of_right = right, left, of_right, of_left
        shared = [letter for letter in of_left if letter in of_right and letter not in of_out]
        free_left = [letter for letter in of_left if letter in of_out]
        free_right = [letter for letter in of_right if letter in of_out]
        a = _arranged(left, of_left, free_left, shared)
        b = _arranged(right, of_right, shared, free_right)
        c = _arranged(out, of_out, free_left, free_right)
        self.body.append(f"matmul({self.static(a)}, {self.static(b)}, {self.static(c)})")

    def _flat_product(self, left: str, right: str, out: str, product: Contraction, instruction: Instruction) -> None:
        """One large product over the whole batch, or over none."""
        shared = [letter for letter in product.left if letter in product.right]
        free_left = [letter for letter in product.left if letter not in shared]
        free_right = [letter for letter in product.right if letter not in shared]
        swapped = bool(product.out) and product.out[0] in free_right
        if swapped:
            left, right, free_left, free_right = right, left, free_right, free_left
        of_left, of_right = (product.right, product.left) if swapped else (product.left, product.right)
        merged = (
            any(len(group) > 1 for group in (shared, free_left, free_right))
            and "".join(free_left + free_right) == product.out
        )
        if merged:
            self._merged_product((left, of_left), (right, of_right), out, (free_left, shared, free_right), product)
            return
        a = left if of_left == "".join(free_left + shared) else f"{left}.T"
        b = right if of_right == "".join(shared + free_right) else f"{right}.T"
        if not shared:
            a, b = f"{left}[..., None]", f"{right}[None, ...]"
        self.body.append(f"matmul({self.static(a)}, {self.static(b)}, {self.static(out)})")
        self._note_bound(instruction)

    def _note_bound(self, product: Instruction) -> None:
        """Bound a large piece of the gradient by its small factors (Cauchy and Schwarz) and not number by number."""
        gradient, place = self.placed.get(product.out.number, (None, None))
        if place is None or self.plan.gradient is None or gradient is not self.plan.gradient.array:
            return
        left, right = product.reads
        if product.out.size < _LARGE or not contiguous(place) or not (self.is_flat(left) and self.is_flat(right)):
            return
        name = self.new_name("b")
        whole = [self.whole(read) for read in (left, right)]
        self.body.append(f"{name} = " + " * ".join(f"vdot({view}, {view})" for view in whole))
        self.bounds.append((place.base, place.base + product.out.size, name))

    def _merged_product(
        self,
        left: tuple[str, str],
        right: tuple[str, str],
        out: str,
        groups: tuple[list[str], list[str], list[str]],
        product: Contraction,
    ) -> None:
        """A product in which several letters run together as one."""
        spec = f"{left[1]},{right[1]}->{product.out}"
        free_left, shared, free_right = ("".join(group) for group in groups)
        sizes = [_merged(letters, product) for letters in (free_left, shared, free_right)]
        a = _two_axes(left, free_left, shared, sizes[0], sizes[1])
        b = _two_axes(right, shared, free_right, sizes[1], sizes[2])
        self.body.append(f"product({spec!r}, {left[0]}, {right[0]}, {out}, {a}, {b}, ({sizes[0]}, {sizes[2]}))")


def _two_axes(operand: tuple[str, str], rows: str, columns: str, n_rows: str, n_columns: str) -> str:
    """A function that reshapes an operand to (rows, columns)."""
    letters = operand[1]
    if letters == rows + columns:
        return f"lambda m: m.reshape({n_rows}, {n_columns})"
    if letters == columns + rows:
        return f"lambda m: m.reshape({n_columns}, {n_rows}).T"
    order = tuple(letters.index(letter) for letter in rows + columns)
    return f"lambda m: m.transpose({order}).reshape({n_rows}, {n_columns})"


def _merged(letters: str, product: Contraction) -> str:
    size = int(np.prod([product.sizes[letter] for letter in letters if letter != "b"], dtype=int))
    return f"n * {size}" if "b" in letters else str(size)


def _arranged(expression: str, letters: str, rows: list[str], columns: list[str]) -> str:
    """An operand (b, *letters) as (b, rows, columns), an axis of one where a side has no letter."""
    if letters == "".join(columns + rows) and rows and columns:
        return f"{expression}.transpose(0, 2, 1)"
    if not rows and not columns:
        return f"{expression}.reshape(n, 1, 1)"
    if not rows:
        return f"{expression}[:, None, :]"
    if not columns:
        return f"{expression}[:, :, None]"
    return expression


def _shape(letters: str, product: Contraction) -> tuple[int, ...]:
    return tuple(product.sizes[letter] for letter in letters if letter != "b") or (1,)
