"""Looping: a loop made ready: for each step the calls of its body on views of that step's numbers, made once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import repeat
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
        same = {name: room[..., 0, :] for name, room in zip(self._rooms, rooms, strict=True)}
        same |= {name: given[own.number] for name, own in self._bindings.items() if own.kind == "same"}
        own = {name: self._rows(binding, given, states, tape) for name, binding in self._bindings.items()
               if binding.kind != "same"}  # fmt: skip
        binder = _Binder({**RUNTIME, "n": n, "dtype": states[0].dtype}, same, own)
        steps = zip(*(binder.calls(line, self._loop.steps) for line in self._lines), strict=True)
        made: Bound = [call for step in steps for call in step]
        for part, source in self._lasts:
            last = self._rows(source, given, states, tape) if isinstance(source, Binding) else own.get(source)
            found = same[source] if last is None else last[-1]  # type: ignore[index]  # a name has no rows of its own
            made.append((np.copyto, (tape[part][..., 0, :], found)))
        return Running(made)

    def _rows(
        self, binding: Binding, given: Sequence[Batch], states: Sequence[Batch], tape: Sequence[Batch]
    ) -> list[Batch]:
        """What a memory of the body is in each step, in the order in which they are taken."""
        (kind, number), loop = binding, self._loop
        if kind in ("before", "after"):
            rows = list(np.moveaxis(states[number], -2, 0))
            if self._whole[number]:
                place = loop.before if kind == "before" else loop.after
                return [rows[place(t)] for t in loop.order]
            return [rows[(turn + (kind == "after")) % 2] for turn in range(loop.steps)]
        rows = list(np.moveaxis((given if kind == "each" else tape)[number], -2, 0))
        return rows[::-1] if loop.backwards else rows


@dataclass(frozen=True)
class Running:
    """A loop bound to its arrays."""

    calls: Bound

    def run(self) -> None:
        """Take all steps."""
        for function, arguments in self.calls:
            function(*arguments)


class _Binder:
    """Makes the calls of all steps of a line.

    Parameters
    ----------
    space : dict
        What expressions find by name.
    same : dict of str to ndarray
        The memories that are the same in every step.
    own : dict of str to list of ndarray
        Those of each step.
    """

    def __init__(self, space: dict[str, Any], same: dict[str, Batch], own: dict[str, list[Batch]]) -> None:
        self._space, self._own = {**space, **same}, own
        self._known: dict[Argument, Iterable[Any]] = {}

    def calls(self, line: Call, steps: int) -> Iterable[tuple[Any, tuple[Any, ...]]]:
        """The calls of a line, step by step."""
        arguments = zip(*map(self._argument, line.arguments), strict=False)
        return zip(repeat(self._space[line.function], steps), arguments, strict=False)

    def _argument(self, argument: Argument) -> Iterable[Any]:
        """What an argument is in each step."""
        if argument not in self._known:
            self._known[argument] = self._made(argument)
        return self._known[argument]

    def _made(self, argument: Argument) -> Iterable[Any]:
        if isinstance(argument, Held):
            return repeat(argument.thing)
        if isinstance(argument, Plain):
            return repeat(argument.value)
        own = self._own.get(argument.storage.name) if isinstance(argument, View) else None
        if own is None:
            return repeat(eval(str(argument), self._space))
        if argument.is_whole:  # type: ignore[union-attr]  # what has rows is a view
            return own
        return [*map(eval(f"lambda {argument.storage.name}: {argument}", self._space), own)]  # type: ignore[union-attr]
