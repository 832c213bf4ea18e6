"""Instructions: what each kind is in JavaScript, for one sample; `plan.interpret` says what it means."""

from __future__ import annotations

import json
from functools import partial, singledispatch
from typing import Any

from ....errors import ArgumentError
from ....javascript import SCRIPT, as_number, atom, computation, read
from ....primitives import Primitive
from ...plan.choose import AddRows, Choose, starts
from ...plan.instructions import BatchSum, Contraction, Guard, Instruction, Map, Product, Scatter
from .scope import Scope, added, loop, times


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


def assigned(target: str, primitive: Primitive, operands: list[Any], sign: str = "=") -> list[str]:
    """Lines that set a target to the rule of an operation, of operands that are written or known numbers."""
    return _set(target, read(primitive, partial(primitive.rule, SCRIPT, *map(given, operands))), sign)


def given(operand: str | float) -> Any:
    """An operand of a rule."""
    return atom(operand) if isinstance(operand, str) else operand


def _set(target: str, result: Any, sign: str = "=") -> list[str]:
    lines, text = computation(result)
    return [*lines, f"{target} {sign} {text};"]


@written.register
def _map(made: Map, scope: Scope) -> list[str]:
    operands = [scope.operand(argument, "t") for argument in made.arguments]
    out = scope.compute(made.out)
    return loop("t", made.out.size, assigned(f"{out}[t]", made.primitive, operands))


@written.register
def _product(made: Product, scope: Scope) -> list[str]:
    letters = made.contraction
    outer = [letter for letter in letters.out if letter != "b"]
    inner = [letter for letter in dict.fromkeys(letters.left + letters.right) if letter not in (*outer, "b")]
    left, right = (
        scope.element(factor, _position(letters, own))
        for factor, own in ((made.left, letters.left), (made.right, letters.right))
    )
    out = scope.compute(made.out)
    lines = [f"sum += {left} * {right};"]
    for letter in reversed(inner):
        lines = loop(f"i_{letter}", letters.sizes[letter], lines)
    lines = ["let sum = 0;", *lines, f"{out}[{_position(letters, letters.out)}] = sum;"]
    for letter in reversed(outer):
        lines = loop(f"i_{letter}", letters.sizes[letter], lines)
    return lines


def _position(letters: Contraction, own: str) -> str:
    """Where a number stands among those of an operand, row after row."""
    terms, stride = [], 1
    for letter in reversed(own.replace("b", "")):
        terms.append(times(stride, f"i_{letter}"))
        stride *= letters.sizes[letter]
    return added(*reversed(terms))


@written.register
def _batch_sum(made: BatchSum, scope: Scope) -> list[str]:
    element = scope.element(made.read, "t")
    return loop("t", made.out.size, [f"{scope.compute(made.out)}[t] = {element};"])


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
    pieces = [(piece, scope.operand(piece.operand, "t")) for piece in made.pieces]
    out = scope.compute(made.out)
    lines = [] if made.covers else [f"{out}.fill(0);"]
    for piece, operand in pieces:
        if len(piece.index):
            place = scope.place(piece.index, "t")
            lines += loop("t", len(piece.index), _set(f"{out}[{place}]", given(operand), "+=" if piece.adds else "="))
    return lines


@written.register
def _choose(made: Choose, scope: Scope) -> list[str]:
    width, start = made.width, scope.place(starts(made, made.index), "t")
    row = f"row_of({scope.element(made.index, 't')}, {made.rows})"
    # Where there is no such row its place is NaN, and so what stands there.
    table = scope.element(made.table, added("row", "k"))
    out = scope.compute(made.out)
    copied = loop("k", width, [f"{out}[{added(times(width, 't'), 'k')}] = {table};"])
    return loop("t", made.index.size, [f"const row = {times(width, f'({start} + {row})')};", *copied])


@written.register
def _add_rows(made: AddRows, scope: Scope) -> list[str]:
    width, out = made.width, scope.compute(made.out)
    lines = [f"{out}.fill(0);"]
    for index, more in made.parts:
        start = scope.place(starts(made, index), "t")
        row = f"row_of({scope.element(index, 't')}, {made.rows})"
        moved = loop("k", width, [f"{out}[row + k] += {scope.element(more, added(times(width, 't'), 'k'))};"])
        lines += loop("t", index.size, [f"const row = {times(width, f'({start} + {row})')};", *moved])
    return lines
