"""Looping: a loop made ready: for each step the calls of its body on views of that step's numbers, made once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import CodeType
from typing import Any, NamedTuple

import numpy as np

from ...plan.loop import Loop
from ..base import Batch
from .calls import Argument, Call, Held, Plain
from .runtime import RUNTIME
from .views import View

Bound = list[tuple[Any, tuple[Any, ...]]]
"""Functions and their arguments."""


class Binding(NamedTuple):
    """What a memory of the body is in a step.

    Attributes
    ----------
    kind : {"before", "after", "each", "same", "part"}
        A state before or after the step; what is given, all steps' or the same; a part of the tape.
    number : int
        Which.
    """

    kind: str
    number: int


class Looping:
    """The calls of a loop's body, to be bound to arrays.

    Parameters
    ----------
    loop : Loop
    lines : list of Call
        Those of a step.
    bindings : dict of str to Binding
        What memories that the lines name are.
    rooms : list of str
        The other memories, which are the same in every step.
    lasts : list of (int, Binding or str)
        Parts of the tape that have the last step's numbers alone, and where those are.
    """

    def __init__(
        self,
        loop: Loop,
        lines: list[Call],
        bindings: dict[str, Binding],
        rooms: list[str],
        lasts: list[tuple[int, Binding | str]],
    ) -> None:
        self._loop, self._lines, self._bindings, self._rooms, self._lasts = loop, lines, bindings, rooms, lasts
        self._whole = [bool(own) for own in self._kept()]

    def _kept(self) -> list[bool]:
        kept = {part.array.number for part in self._loop.parts if part.is_state and not part.last}
        return [state.number in kept for state in self._loop.body.states]

    def bound(self, n: int, *arrays: Batch) -> Running:
        """The calls of all steps.

        Parameters
        ----------
        n : int
            How many samples there are.
        arrays : ndarray
            What is given, each with an axis for the steps and then the same ones; the memories of states, of the parts
            of the tape, and the other rooms, each with an axis for its rows.
        """
        body, parts = self._loop.body, self._loop.parts
        given, rest = arrays[: len(body.each) + len(body.same)], arrays[len(body.each) + len(body.same) :]
        states, rest = rest[: len(body.states)], rest[len(body.states) :]
        tape, rooms = rest[: len(parts)], rest[len(parts) :]
        binder = _Binder({**RUNTIME, "n": n, "dtype": states[0].dtype})
        binder.same({name: room[..., 0, :] for name, room in zip(self._rooms, rooms, strict=True)})
        binder.same({name: given[own.number] for name, own in self._bindings.items() if own.kind == "same"})
        made: Bound = []
        for turn, t in enumerate(self._loop.order):
            own = {name: self._row(binding, turn, t, given, states, tape) for name, binding in self._bindings.items()
                   if binding.kind != "same"}  # fmt: skip
            made += binder.calls(self._lines, own)
        for part, source in self._lasts:
            found = (
                self._row(source, turn, t, given, states, tape) if isinstance(source, Binding) else binder.array(source)
            )
            made.append((np.copyto, (tape[part][..., 0, :], found)))
        return Running(made)

    def _row(
        self,
        binding: Binding,
        turn: int,
        t: int,
        given: Sequence[Batch],
        states: Sequence[Batch],
        tape: Sequence[Batch],
    ) -> Batch:
        """What a memory of the body is at a time, `turn` steps after the first that is taken."""
        kind, number = binding
        if kind in ("before", "after"):
            row = getattr(self._loop, kind)(t) if self._whole[number] else (turn + (kind == "after")) % 2
            return states[number][..., row, :]
        return (given if kind == "each" else tape)[number][..., t, :]


@dataclass(frozen=True)
class Running:
    """A loop bound to its arrays."""

    calls: Bound

    def run(self) -> None:
        """Take all steps."""
        for function, arguments in self.calls:
            function(*arguments)


class _Binder:
    """Makes the arguments of calls of the expressions for them; those that are the same in every step once."""

    def __init__(self, space: dict[str, Any]) -> None:
        self._space = space
        self._steady: set[str] = set()
        self._known: dict[Argument, Any] = {}
        self._code: dict[Argument, CodeType] = {}

    def same(self, arrays: dict[str, Batch]) -> None:
        """Note arrays that are the same in every step."""
        self._space.update(arrays)
        self._steady.update(arrays)

    def array(self, name: str) -> Batch:
        """An array by its name, as it was in the last step."""
        found: Batch = self._space[name]
        return found

    def calls(self, lines: Sequence[Call], own: dict[str, Batch]) -> Bound:
        """The calls of a step, whose own arrays are given."""
        self._space.update(own)
        return [(self._space[line.function], tuple(map(self._argument, line.arguments))) for line in lines]

    def _argument(self, argument: Argument) -> Any:
        if isinstance(argument, Held):
            return argument.thing
        if isinstance(argument, Plain):
            return argument.value
        if isinstance(argument, View) and argument.storage.name not in self._steady:
            return self._space[argument.storage.name] if argument.is_whole else self._made(argument)
        if argument not in self._known:
            self._known[argument] = self._made(argument)
        return self._known[argument]

    def _made(self, argument: Argument) -> Any:
        code = self._code.get(argument)
        if code is None:
            code = self._code[argument] = compile(str(argument), "<autograd loop>", "eval")
        return eval(code, self._space)
