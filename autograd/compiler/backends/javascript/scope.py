"""Scope: how the arrays of a plan, and what is read of them, are written in JavaScript.

A program is for one sample, so that every array is one of so many numbers, batched or not.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import numpy as np

from ...plan.instructions import Array, Operand, Ref, Scale
from ...plan.patterns import Index, affine, evenly_spaced

Element = Callable[[str], str]
"""Writes the number at a position, which is a text too."""


class Scope:
    """The names of a plan's arrays, or of those in a loop's body.

    Parameters
    ----------
    around : Scope, optional
        That of the plan, for a body: declarations stand there.

    Attributes
    ----------
    declared : list of str
        Lines that are run once.
    """

    def __init__(self, around: Scope | None = None) -> None:
        self.declared: list[str] = [] if around is None else around.declared
        self._known: dict[Any, str] = {} if around is None else around._known
        self._elements: dict[int, Element] = {}

    def declare(self, stem: str, text: str) -> str:
        """The name of something that is made once."""
        name = f"{stem}{len(self.declared)}"
        self.declared.append(f"const {name} = {text};")
        return name

    def fresh(self, stem: str) -> str:
        """A name that nothing else has."""
        return f"{stem}{len(self.declared)}"

    def buffer(self, size: int) -> str:
        """The name of an array of zeros."""
        return self.declare("a", f"new Float64Array({size})")

    def compute(self, array: Array) -> str:
        """The name of a computed array."""
        name = self.buffer(array.size)
        self.put(array, named(name))
        return name

    def put(self, array: Array, element: Element) -> None:
        """Say how the numbers of an array are written."""
        self._elements[array.number] = element

    def numbers(self, numbers: Any) -> str:
        """The name of constant numbers."""
        own = np.ascontiguousarray(numbers, dtype="<f8").ravel()
        return self._once(own, lambda: f'numbers_of("{base64.b64encode(own.tobytes()).decode()}")')

    def places(self, index: Any) -> str:
        """The name of constant positions, or other whole numbers."""
        own = np.ascontiguousarray(index, dtype="<i4").ravel()
        return self._once(own, lambda: _places(own.astype(np.intp), own.tobytes()))

    def _once(self, own: Any, text: Callable[[], str]) -> str:
        key = own.dtype.str, own.tobytes()
        if key not in self._known:
            self._known[key] = self.declare("c", text())
        return self._known[key]

    def element(self, read: Ref, position: str) -> str:
        """The number at a position of what is read; where that is one number, it is so at every position."""
        whole = self._elements[read.array.number]
        if read.index is None:
            return whole("0" if read.size == 1 else position)
        return whole(self.place(read.index, position))

    def place(self, index: Index, position: str) -> str:
        """What stands at a position of constant positions."""
        if len(index) == 1:
            return str(int(index[0]))
        pattern = affine(index)
        run = None if pattern is None else evenly_spaced(pattern)
        return f"{self.places(index)}[{position}]" if run is None else _linear(*run, position)

    def operand(self, operand: Operand, position: str) -> str | float:
        """The number at a position of an operand: written, or a number that is known."""
        if isinstance(operand, Ref):
            return self.element(operand, position)
        return float(operand.for_rows(1)) if isinstance(operand, Scale) else float(operand)


def named(name: str, offset: str = "") -> Element:
    """The elements of a typed array, from an offset on."""
    return lambda position: f"{name}[{added(offset, position)}]"


def added(*terms: str) -> str:
    """The sum of positions."""
    return " + ".join(term for term in terms if term not in ("", "0")) or "0"


def times(count: int, position: str) -> str:
    """A position times a count."""
    if count == 0 or position == "0":
        return "0"
    inner = f"({position})" if " " in position else position
    return position if count == 1 else f"{count} * {inner}"


def _linear(base: int, step: int, position: str) -> str:
    return added(str(base), times(step, position))


def _places(index: Index, given: bytes) -> str:
    pattern = affine(index) if len(index) else None
    if pattern is None:
        return f'places_of("{base64.b64encode(given).decode()}")'
    return f"spread({pattern.base}, {list(pattern.counts)}, {list(pattern.strides)})"


Lines = Callable[[str], list[str]]
"""Writes what is done at a position."""


def loop(variable: str, count: int, lines: Lines) -> list[str]:
    """Lines for each whole number below a count; for one alone there is no loop."""
    if count == 1:
        return block(lines("0"))
    return [f"for (let {variable} = 0; {variable} < {count}; {variable} += 1) {{", *lines(variable), "}"]


def block(lines: list[str]) -> list[str]:
    """Lines whose names nobody else sees."""
    has_names = any(line.startswith(("const ", "let ")) for line in lines)
    return ["{", *lines, "}"] if has_names else lines
