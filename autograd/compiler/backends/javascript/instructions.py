"""Instructions: what each kind is in JavaScript, for one sample; `plan.interpret` says what it means."""

from __future__ import annotations

import json
from functools import partial, singledispatch
from typing import Any

from ....errors import ArgumentError
from ....javascript import SCRIPT, as_number, atom, computation, read
from ...plan.choose import AddRows, Choose, starts
from ...plan.instructions import BatchSum, Contraction, Guard, Instruction, Map, Piece, Product, Ref, Scatter
from .scope import Scope, added, block, loop, times


@singledispatch
def written(made: Instruction, scope: Scope) -> list[str]:
    """The lines that compute an instruction's array, whose name is declared in the scope; of a guard, that check it.

    Raises
    ------
    ArgumentError
        If there is no such thing in JavaScript.
    """
    raise ArgumentError(
        f"javascript: expected instructions that can be written in JavaScript, got {type(made).__name__}; run the "
        "function with a back end of compile"
    )


def given(operand: str | float) -> Any:
    """An operand of a rule."""
    return atom(operand) if isinstance(operand, str) else operand


def assigned(target: str, result: Any, sign: str = "=") -> list[str]:
    """Lines that set a target to what a rule gives."""
    lines, text = computation(result)
    return [*lines, f"{target} {sign} {text};"]


@written.register
def _map(made: Map, scope: Scope) -> list[str]:
    out = scope.compute(made.out)

    def lines(t: str) -> list[str]:
        operands = [given(scope.operand(argument, t)) for argument in made.arguments]
        return assigned(f"{out}[{t}]", read(made.primitive, partial(made.primitive.rule, SCRIPT, *operands)))

    return loop("t", made.out.size, lines)


@written.register
def _product(made: Product, scope: Scope) -> list[str]:
    letters, out = made.contraction, scope.compute(made.out)
    outer = [letter for letter in letters.out if letter != "b"]
    inner = [letter for letter in dict.fromkeys(letters.left + letters.right) if letter not in (*outer, "b")]
    left, right = (
        scope.element(factor, _position(letters, own))
        for factor, own in ((made.left, letters.left), (made.right, letters.right))
    )
    target = f"{out}[{_position(letters, letters.out)}]"
    if all(letters.sizes[letter] == 1 for letter in inner):
        return _nested(outer, letters, [f"{target} = {left} * {right};"])
    added_up = ["let sum = 0;", *_nested(inner, letters, [f"sum += {left} * {right};"]), f"{target} = sum;"]
    lines = _nested(outer, letters, added_up)
    return block(lines) if lines is added_up else lines


def _nested(own: list[str], letters: Contraction, lines: list[str]) -> list[str]:
    """Lines in a loop for each of some letters."""
    for letter in reversed(own):
        if letters.sizes[letter] > 1:
            variable = f"i_{letter}"
            lines = [f"for (let {variable} = 0; {variable} < {letters.sizes[letter]}; {variable} += 1) {{", *lines, "}"]
    return lines


def _position(letters: Contraction, own: str) -> str:
    """Where a number stands among those of an operand, row after row."""
    terms, stride = [], 1
    for letter in reversed(own.replace("b", "")):
        terms.append(times(stride, f"i_{letter}") if letters.sizes[letter] > 1 else "0")
        stride *= letters.sizes[letter]
    return added(*reversed(terms))


@written.register
def _batch_sum(made: BatchSum, scope: Scope) -> list[str]:
    out = scope.compute(made.out)
    return loop("t", made.out.size, lambda t: [f"{out}[{t}] = {scope.element(made.read, t)};"])


@written.register
def _guard(made: Guard, scope: Scope) -> list[str]:
    told = f"this sample takes a path that was not recorded: {made.comparison} at {made.line} turns out otherwise"
    return [
        f"if ({scope.element(made.read, '0')} !== {as_number(made.truth).template}) throw new OffPath({text(told)});"
    ]


def text(given: object) -> str:
    """A text or a structure as JavaScript writes it, which ends no script that it stands in, whatever it holds."""
    told = json.dumps(given)
    for character in "<>&":
        told = told.replace(character, f"\\u{ord(character):04x}")
    return told


@written.register
def _scatter(made: Scatter, scope: Scope) -> list[str]:
    out = scope.compute(made.out)
    lines = [] if made.covers else [f"{out}.fill(0);"]
    for piece in made.pieces:
        if len(piece.index):
            lines += loop("t", len(piece.index), partial(_moved, scope, out, piece))
    return lines


def _moved(scope: Scope, out: str, piece: Piece, t: str) -> list[str]:
    target, operand = f"{out}[{scope.place(piece.index, t)}]", given(scope.operand(piece.operand, t))
    return assigned(target, operand, "+=" if piece.adds else "=")


@written.register
def _choose(made: Choose, scope: Scope) -> list[str]:
    width, out = made.width, scope.compute(made.out)

    def lines(t: str) -> list[str]:
        # Where there is no such row its place is NaN, and so is what stands there.
        return [
            _row(made, made.index, scope, t),
            *loop("k", width, lambda k: [f"{out}[{_at(width, t, k)}] = {scope.element(made.table, added('row', k))};"]),
        ]

    return loop("t", made.index.size, lines)


def _row(made: Choose | AddRows, index: Ref, scope: Scope, t: str) -> str:
    """The line that says where the row begins which an index chooses."""
    row = f"row_of({scope.element(index, t)}, {made.rows})"
    return f"const row = {times(made.width, added(scope.place(starts(made, index), t), row))};"


def _at(width: int, t: str, k: str) -> str:
    return added(times(width, t), k)


@written.register
def _add_rows(made: AddRows, scope: Scope) -> list[str]:
    out = scope.compute(made.out)
    lines = [f"{out}.fill(0);"]
    for index, more in made.parts:
        lines += loop("t", index.size, partial(_added_to_row, made, scope, out, index, more))
    return lines


def _added_to_row(made: AddRows, scope: Scope, out: str, index: Ref, more: Ref, t: str) -> list[str]:
    return [
        _row(made, index, scope, t),
        *loop(
            "k", made.width, lambda k: [f"{out}[{added('row', k)}] += {scope.element(more, _at(made.width, t, k))};"]
        ),
    ]
