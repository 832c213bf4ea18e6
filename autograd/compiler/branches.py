"""Branches: a function of one sample may branch, and every row of a batch runs on the path that it takes.

A path is how the decisions of a recording turned out. Decisions come in an order, and what is decided
next depends on those before alone, so the known paths are a binary tree. Rows are sorted down this tree,
many at a time: a path's conditions are computed for the rows at hand, and those for which one turns out
otherwise go on at the other branch. Where nobody has been, one of them is recorded.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import DomainError, GuardError, PositionError, RecordingError
from ..sources import Place
from .arguments import Batch
from .blame import Caught
from .record import Recording, same_graph
from .results import told
from .strict import strict
from .tracer import Decision
from .versions import Strays, Version

Rows = npt.NDArray[np.intp]
Groups = list[tuple[Version, Rows]]


class _Fork:
    """A place in the tree: a known path that leads through it, and where the next decision leads."""

    __slots__ = ("next", "version")

    def __init__(self, version: Version) -> None:
        self.version = version
        self.next: dict[bool, _Fork] = {}


class Branches:
    """The versions of a function for arguments of one shape, one for each path that a row took.

    Parameters
    ----------
    record : callable
        ``record(batch, row)``: the recording of one row.
    build : callable
        The version of a recording.
    batch : sequence of ndarray
        Its first row is recorded.
    limit : int
        How many paths there may be.
    caught : set of Place
        Lines at which the function is known to catch domain errors; whether there is one is decided there.
        Where recording or running finds others, all paths are recorded anew.

    Attributes
    ----------
    first : Version
        That of the first row that came.
    """

    def __init__(
        self,
        record: Callable[[Sequence[Batch], int], Recording],
        build: Callable[[Recording], Version],
        batch: Sequence[Batch],
        limit: int,
        caught: set[Place],
    ) -> None:
        self._record, self._build, self._limit, self._caught = record, build, limit, caught
        self._begin(batch)

    def _begin(self, batch: Sequence[Batch]) -> None:
        self.first = self._build(self._recorded(batch, 0))
        self._root = _Fork(self.first)
        self._known: dict[tuple[bool, ...], Version] = {}
        self._add(self.first)
        self._began_with = len(self._caught)

    def _whatever_is_caught(self, run: Callable[[Sequence[Batch]], Any], batch: Sequence[Batch]) -> Any:
        """Run, and again from the beginning where it turns out that the function catches domain errors."""
        while True:
            try:
                if self._began_with != len(self._caught):
                    raise Caught
                return run(batch)
            except Caught:
                self._begin(batch)

    def __len__(self) -> int:
        return len(self._known)

    def __iter__(self) -> Iterator[Version]:
        return iter(self._known.values())

    @property
    def only(self) -> Version | None:
        """The one version, while all rows have taken one path and caught no error that it does not know of."""
        return self._only if self._began_with == len(self._caught) else None

    def has(self, recording: Recording) -> bool:
        """Whether this is what was recorded on its path."""
        known = self._known.get(recording.truths)
        return known is not None and same_graph(known.recording, recording)

    def learns(self, batch: Sequence[Batch]) -> bool:
        """Whether there is something to differentiate by on some path, those of the batch's rows included."""
        if not self.first.learns and not any(version.learns for version in self):
            self._whatever_is_caught(self._sorted, batch)
        return self.first.learns or any(version.learns for version in self)

    # Running

    def outputs(self, batch: Sequence[Batch]) -> Batch:
        """The outputs of every row, shape (rows, outputs)."""
        made: Batch = self._whatever_is_caught(self._outputs, batch)
        return made

    def _outputs(self, batch: Sequence[Batch]) -> Batch:
        rows = range(len(batch[0]))
        if self._only is not None:
            try:
                return self._only.outputs(batch, rows)
            except Strays:
                pass
        groups = self._sorted(batch)
        first = groups[0][0]
        out = np.empty((len(rows), len(first.recording.outputs)), first.slopes.dtype)
        for version, own in groups:
            out[own] = version.outputs(_some(batch, own), own, guarded=False)
        return out

    def gradient(self, batch: Sequence[Batch], into: Batch | None) -> tuple[float, Batch]:
        """The mean cost and its gradient.

        Parameters
        ----------
        batch : sequence of ndarray
        into : ndarray, shape (parameters of the first version,), optional
            Where the gradient is written if all rows take its path.

        Returns
        -------
        cost : float
        gradient : ndarray, shape (parameters,)
            `into`, or an array by the longest list of parameters of these rows' versions.
        """
        only = self.only
        if only is not None and only.learns:
            try:
                into = only.slopes if into is None else into
                return only.gradient(batch, into, range(len(batch[0]))), into
            except (Strays, Caught):
                pass
        found: tuple[float, Batch] = self._whatever_is_caught(self._joined_gradient, batch)
        return found

    def _joined_gradient(self, batch: Sequence[Batch]) -> tuple[float, Batch]:
        """Every path's mean, weighted by its rows."""
        groups, rows = self._sorted(batch), len(batch[0])
        cost, gradient = 0.0, np.zeros(max(len(version.parameters) for version, _ in groups), batch[0].dtype)
        for version, own in groups:
            weight = len(own) / rows
            some = _some(batch, own)
            if not version.learns:
                cost += weight * float(np.mean(version.outputs(some, own, guarded=False)))
                continue
            cost += weight * version.gradient(some, version.slopes, own, guarded=False)
            with strict():
                gradient[: len(version.slopes)] += weight * version.slopes
        return cost, gradient

    # Sorting

    def _sorted(self, batch: Sequence[Batch]) -> Groups:
        """The batch's rows by the path that they take; paths not met before are recorded."""
        groups: dict[Version, list[Rows]] = defaultdict(list)
        waiting = [(self._root, 0, np.arange(len(batch[0])))]
        while waiting:
            at, depth, rows = waiting.pop()
            version = at.version
            off = _first_off(version.holding(_some(batch, rows)), depth)
            for k in np.unique(off).tolist():
                those = rows[off == k]
                if k == len(version.truths):
                    groups[version].append(those)
                    continue
                fork, truth = _along(at, version.truths[depth:k]), not version.truths[k]
                if truth not in fork.next:
                    met = self._met(batch, int(those[0]), version.recording.decisions[k])
                    if truth not in fork.next:
                        # The scalars say otherwise than the arrays: a comparison so near that rounding decides it.
                        groups[met].append(those[:1])
                        waiting += [(at, depth, those[1:])] if len(those) > 1 else []
                        continue
                waiting.append((fork.next[truth], k + 1, those))
        return [(version, np.sort(np.concatenate(parts))) for version, parts in groups.items()]

    def _met(self, batch: Sequence[Batch], row: int, parting: Decision) -> Version:
        """The version of the path that a row takes, recorded from it; at `parting` it left a known one."""
        recording = self._recorded(batch, row)
        if self._began_with != len(self._caught):
            raise Caught
        truths = recording.truths
        if truths not in self._known:
            if len(self._known) >= self._limit:
                raise GuardError(self._too_many(parting))
            before = self.first.recording.result
            if recording.result != before:
                raise RecordingError(
                    f"the compiled function: expected one kind of result on every path, got {told(recording.result)} "
                    f"in row {row} and {told(before)} before; return the same nesting from every branch"
                )
            self._add(self._build(recording))
        return self._known[truths]

    def _recorded(self, batch: Sequence[Batch], row: int) -> Recording:
        try:
            return self._record(batch, row)
        except (DomainError, PositionError) as error:
            raise type(error)(f"row {row}: {error}") from None
        except Exception as error:
            error.add_note(f"This is what the compiled function raised for row {row} of the batch.")
            raise

    def _add(self, version: Version) -> None:
        fork = self._root
        for truth in version.truths:
            fork = fork.next.setdefault(truth, _Fork(version))
        self._known[version.truths] = version
        # The one version, while there is one path.
        self._only = version if len(self._known) == 1 else None

    def _too_many(self, parting: Decision) -> str:
        """The sentence for more paths than there may be, with the comparisons at which most of them part."""
        splits = Counter([parting.line])
        such_as = {parting.line: parting.comparison}
        waiting = [(self._root, 0)]
        while waiting:
            fork, depth = waiting.pop()
            if len(fork.next) > 1:
                made = fork.version.recording.decisions[depth]
                splits[made.line] += 1
                such_as.setdefault(made.line, made.comparison)
            waiting += [(other, depth + 1) for other in fork.next.values()]
        told = "; ".join(f"{line} ({count}x, such as {such_as[line]})" for line, count in splits.most_common(3))
        return (
            f"paths: expected at most {self._limit}, got rows that take more; they part most often at {told}; "
            "use where(condition, a, b), maximum or minimum there, which need no path of their own, or compile with "
            f"more than paths={self._limit}"
        )


def _some(batch: Sequence[Batch], rows: Rows) -> Sequence[Batch]:
    return batch if len(rows) == len(batch[0]) else [array[rows] for array in batch]


def _first_off(holding: npt.NDArray[np.bool_], depth: int) -> Rows:
    """For each row the first decision from `depth` on that turns out otherwise, or the number of decisions."""
    off = np.column_stack([~holding[:, depth:], np.ones((len(holding), 1), dtype=bool)])
    first: Rows = np.argmax(off, axis=1) + depth
    return first


def _along(fork: _Fork, truths: Sequence[bool]) -> _Fork:
    for truth in truths:
        fork = fork.next[truth]
    return fork
