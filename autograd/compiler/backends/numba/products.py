"""Products: a contraction in index notation as products of matrices, decided on letters and strides.

Every letter is a loop with a stride in each factor and in the result. Those of one factor and the result run over rows
or columns, those of both factors alone are summed over, those of all three, and what does not run together with
others, are loops over matrices.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ...plan.instructions import Contraction, Product
from . import multiply
from .amounts import NONE, ONE, Amount
from .encoder import Encoder
from .loops import Loop, merged
from .memory import View
from .words import Late, Word, located

_EMPTY = Loop(ONE, (NONE, NONE, NONE))
_C, _A, _B = range(3)


def encode_product(instruction: Product, encoder: Encoder) -> None:
    """Add the instructions of a product."""
    contraction, out = instruction.contraction, instruction.out
    views = [
        encoder.out(out, contraction.shape(contraction.out)),
        encoder.seen_as(instruction.left, contraction.shape(contraction.left)),
        encoder.seen_as(instruction.right, contraction.shape(contraction.right)),
    ]
    over_the_batch = "b" in contraction.left + contraction.right and "b" not in contraction.out
    kinds = _kinds(contraction, views, encoder.memory.rows)
    form, over = _packed(*_form(kinds), views, encoder)
    adds: Word = Late.ADDS if over_the_batch else 0
    summed = any(loop.strides[_C] == NONE for loop in over)
    if over_the_batch:
        encoder.begin_sum(views[0], in_parts_alone=not summed)
    elif summed:
        encoder.fill(views[0], out.batched)
    if summed:
        adds = 1
    for loops, moved in encoder.in_loops(views, over, 3):
        encoder.emit(*_words(form, loops, moved, adds, encoder))


@dataclass(frozen=True)
class _Form:
    """The loops of one product of matrices: over rows, columns and inner numbers; which factors are A and B."""

    row: Loop
    column: Loop
    inner: Loop
    a: int
    b: int


def _kinds(contraction: Contraction, views: Sequence[View], samples: Amount) -> dict[str, list[Loop]]:
    """The loops of each kind, by the factors that have them: "A", "B", "AB" with the result, "-" without."""
    letters = (contraction.out, contraction.left, contraction.right)
    kinds: dict[str, list[Loop]] = {"A": [], "B": [], "AB": [], "-": []}
    for letter in dict.fromkeys("".join(letters)):
        count = samples if letter == "b" else Amount(contraction.sizes[letter])
        if count == ONE:
            continue
        strides = tuple(_stride(letter, own, view) for own, view in zip(letters, views, strict=True))
        factors = ("A" if letter in letters[_A] else "") + ("B" if letter in letters[_B] else "")
        kinds[factors if letter in letters[_C] else "-"].append(Loop(count, strides))
    return {kind: merged(loops) for kind, loops in kinds.items()}


def _stride(letter: str, letters: str, view: View) -> Amount:
    if letter not in letters:
        return NONE
    return view.row if letter == "b" else view.strides[letters.replace("b", "").index(letter)]


def _form(kinds: dict[str, list[Loop]]) -> tuple[_Form, list[Loop]]:
    """The longest loops of rows, columns and inner numbers, and what is left over."""
    chosen, over = [], list(kinds["AB"])
    for kind in ("A", "B", "-"):
        longest = max(kinds[kind], key=lambda loop: (_is_near(loop), loop.count.magnitude), default=_EMPTY)
        chosen.append(longest)
        over += [loop for loop in kinds[kind] if loop is not longest]
    row, column, inner = chosen
    return _turned(_Form(row, column, inner, _A, _B)), over


def _is_near(loop: Loop) -> bool:
    """Whether it runs along neighbours that a register takes at once, and there are some."""
    return ONE in loop.strides and loop.count.magnitude >= (0, 4)


def _words(
    form: _Form, over: Sequence[Loop], views: Sequence[View], adds: Word, encoder: Encoder
) -> tuple[Callable[..., Any], list[Word]]:
    """The kernel and the words of products of matrices."""
    row, column, inner = form.row, form.column, form.inner
    if _by_rows(column, form.b):
        kernel = multiply.by_rows
    elif inner.strides[form.a] == inner.strides[form.b] == ONE:
        kernel = multiply.by_dots
    else:
        kernel = multiply.one_by_one
    words: list[Word] = [row.count, column.count, inner.count, adds, *(loop.count for loop in over)]
    for view, outer, near in ((form.a, row, inner), (form.b, inner, column), (_C, row, column)):
        words += [*located(views[view], encoder.itemsize), outer.strides[view], near.strides[view]]
        words += [loop.strides[view] for loop in over]
    a, b, c = _for_blas(row, inner, form.a), _for_blas(inner, column, form.b), _for_blas(row, column, _C)
    if a is None or b is None or c is None or c[0]:
        return kernel, [*words, 0, 0, 0, 0, 0, 0]
    address = multiply.blas_address(encoder.memory.dtype)
    return kernel, [*words, address, int(a[0]), int(b[0]), a[1], b[1], c[1]]


def _turned(form: _Form) -> _Form:
    """The product of the transposed matrices, where that has neighbours in the rows of its result."""
    row, column = form.row, form.column
    is_better = _by_rows(row, form.a) or row.strides[_C] == ONE != column.strides[_C]
    return _Form(column, row, form.inner, form.b, form.a) if not _by_rows(column, form.b) and is_better else form


def _packed(form: _Form, over: list[Loop], views: list[View], encoder: Encoder) -> tuple[_Form, list[Loop]]:
    """The product with B's columns copied side by side, where they are not and that is done for enough rows."""
    b, enough = form.b, form.row.count.magnitude >= (0, _ENOUGH_ROWS) and encoder.least >= ENOUGH_AT_ONCE
    if not enough or form.column.strides[_C] != ONE or form.column.strides[b] == ONE:
        return form, over
    if encoder.least * form.inner.count.fixed * form.column.count.fixed >= multiply.LARGE:
        return form, over  # BLAS packs by itself
    chosen = [*over, form.inner, form.column]
    views[b], moved = encoder.packed(views[b], [Loop(loop.count, (loop.strides[b],)) for loop in chosen])
    loops = [_with_stride(loop, b, new.strides[0]) for loop, new in zip(chosen, moved, strict=True)]
    return _Form(form.row, loops[-1], loops[-2], form.a, b), loops[:-2]


def _with_stride(loop: Loop, view: int, stride: Amount) -> Loop:
    return Loop(loop.count, tuple(stride if k == view else own for k, own in enumerate(loop.strides)))


_ENOUGH_ROWS = 4
ENOUGH_AT_ONCE = 16
"""From so many rows of a batch on it pays to turn matrices."""


def _by_rows(column: Loop, b: int) -> bool:
    return column.strides[b] == column.strides[_C] == ONE


def _for_blas(far: Loop, near: Loop, view: int) -> tuple[bool, Amount] | None:
    """Whether a matrix lies column by column, and the way between rows or columns; None where BLAS cannot read it."""
    for lies, rows, columns in ((False, far, near), (True, near, far)):
        step = rows.strides[view] if rows.count != ONE else _least(columns)
        is_near = columns.strides[view] == ONE or columns.count == ONE
        if is_near and step.magnitude >= columns.count.magnitude and (columns.count == ONE or step != NONE):
            return lies, step
    return None


def _least(columns: Loop) -> Amount:
    return columns.count
