"""Loop names: what the arrays of loops are called, and where on a tape which step's numbers lie.

Steps are counted from 1, as the function took them. A state ``h`` is ``h[t-1]`` where the step at t begins, and
``h[t]`` where it ends; in the reverse pass its derivative is ``dC/dh[t]`` first and then ``dC/dh[t-1]``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from .instructions import Array, Instruction, Ref
from .loop import Loop

Named = Callable[[Array, str], str]
"""A free name for an array of a body: that of its labels, or else like the one given."""


@dataclass(frozen=True)
class LoopNames:
    """The names in one loop.

    Attributes
    ----------
    loop : Loop
    arrays : dict of int to str
        Of arrays of the body, by their numbers.
    """

    loop: Loop
    arrays: dict[int, str]

    @property
    def first(self) -> int:
        """The time of the first step."""
        return self.loop.start + 1

    @property
    def last(self) -> int:
        """The time of the last step."""
        return self.loop.start + self.loop.steps

    @property
    def times(self) -> str:
        """The times in the order in which the steps are taken, such as ``2..100``."""
        return f"{self.last}..{self.first}" if self.loop.backwards else f"{self.first}..{self.last}"

    def read(self, read: Ref, told: Callable[[Ref], str]) -> str | None:
        """What a ref to the tape reads, such as ``h[100]``; None where it reads several parts.

        `told` says which positions a ref reads.
        """
        found = self._rows(read)
        if found is None:
            return None
        name, rows, columns = found
        at = f"{rows[0]}" if rows[0] == rows[-1] else f"{rows[0]}..{rows[-1]}"
        return f"{name}[{at}]" + ("" if columns is None else told(columns))

    def in_step(self, read: Ref, first: int, steps: int) -> str | None:
        """What a ref to the tape reads in the step at t of a loop of as many steps from `first` on."""
        found = self._rows(read)
        if found is None or len(found[1]) != steps or found[2] is not None:
            return None
        return f"{found[0]}[t{found[1][0] - first:+d}]".replace("+0", "").replace("-0", "")

    def _rows(self, read: Ref) -> tuple[str, list[int], Ref | None] | None:
        """The name of a part, the times whose numbers are read, and which, if not all."""
        loop, starts = self.loop, self.loop.starts()
        index = np.arange(loop.out.size) if read.index is None else read.index
        number = loop.part_at(int(index[0]))
        if index.min() < starts[number] or index.max() >= starts[number + 1]:
            return None
        part = loop.parts[number]
        rows, columns = np.divmod(index - starts[number], part.array.size)
        times = np.unique(rows)
        if len(index) % len(times) or (np.diff(times) != 1).any():
            return None
        # In the order of time, or of places.
        own = (
            columns.reshape(len(times), -1)
            if rows[0] == rows[len(index) // len(times) - 1]
            else columns.reshape(-1, len(times)).T
        )
        if (own != own[0]).any():
            return None
        if part.last:
            time = 0 if loop.backwards else loop.steps - 1
            times = np.array([loop.after(time) if part.is_state else time])
        in_order = own.shape[1] == part.array.size and (own[0] == np.arange(part.array.size)).all()
        shown = (times + loop.start + (not part.is_state)).tolist()
        return self.arrays[part.array.number], shown, None if in_order else Ref(part.array, own[0])


def loop_names(instructions: Iterable[Instruction], cost: str, named: Named) -> dict[int, LoopNames]:
    """The names in the loops of a plan, by the numbers of their tapes."""
    found: dict[int, LoopNames] = {}
    of_source: dict[int, str] = {}
    for made in instructions:
        if isinstance(made, Loop):
            found[made.out.number] = LoopNames(made, _names(made, cost, named, of_source))
    return found


def _names(loop: Loop, cost: str, named: Named, of_source: dict[int, str]) -> dict[int, str]:
    body, names = loop.body, dict[int, str]()
    for k, state in enumerate(body.states):
        known = of_source.get(id(state.source)) if loop.backwards else None
        name = f"d{cost}/d{known}" if known else named(state, "h" if len(body.states) == 1 else f"h{k + 1}")
        names[state.number] = of_source[id(state.source)] = name
    for state, following in zip(body.states, body.nexts, strict=True):
        if following.index is None and following.array.kind == "computed":
            names.setdefault(following.array.number, names[state.number])
    for part in loop.parts:
        if part.array.number not in names:
            names[part.array.number] = named(part.array, "delta" if loop.backwards else "u")
    return names
