"""Ready: what was computed once, the whole way, and may be again for arrays of the same kind and shape.

What may have changed since is looked at, and nothing is checked less than on the whole way. Whatever is unusual, from
an array of another shape to a number that is not finite, is left to the whole way, which says what it is.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from math import isfinite
from typing import Any

import numpy as np

from ..structure import Block
from .arguments import Batch, Form, columns
from .backends.base import OffPath, Unfit
from .branches import Branches
from .results import arranged
from .squares import squares

_ndarray = np.ndarray


# For how many shapes there are some.
_MOST = 16


class Ready:
    """One version of a function for batches of one shape, of which all rows take its path.

    Parameters
    ----------
    form : Form
        How the function is called.
    branches : Branches
        Of one path so far.
    batch : sequence of ndarray
        Of the kind and shape that it is for.
    learns : bool
        Whether it is for gradients, else for results.
    lock : RLock
        Held while a program runs, whose buffers are one thread's at a time.

    """

    def __init__(
        self, form: Form, branches: Branches, batch: Sequence[Batch], learns: bool, lock: threading.RLock
    ) -> None:
        self._form, self._branches, self._lock = form, branches, lock
        self._version = version = branches.first
        self._program = version.program_for(learns)
        self._dtype = batch[0].dtype
        self._shape = len(batch[0]), len(version.recording.outputs)
        self._is_row = form.has_batch and version.recording.result == Block(self._shape[1:])
        # Those that are looked at: of others the cost and the gradient tell.
        told = version.telling if learns else frozenset[int]()
        self._to_look_at = [place for place in range(len(batch)) if place not in told]
        self._is_flat = all(array.ndim == 2 for array in batch)

    def takes(self, given: Sequence[Any]) -> bool:
        """Whether things of these shapes are arrays for it, and finite as far as its results do not tell."""
        dtype = self._dtype
        for array in given:
            if type(array) is not _ndarray or array.dtype is not dtype:
                return False
        for place in self._to_look_at:  # noqa: SIM110  # a generator takes its time
            if not isfinite(squares(given[place])):
                return False
        return True

    def results(self, batch: Sequence[Batch]) -> Any:
        """What the function returns for every row, as it returns it; None where that takes more."""
        version = self._version
        with self._lock:
            if self._branches.only is not version:
                return None
            try:
                found = self._program.outputs(self._columns(batch), version.numbers())
            except (Unfit, OffPath):
                return None
            if found.shape == self._shape:
                out = found.copy()
            else:  # one result for all rows
                out = np.empty(self._shape, self._dtype)
                out[:] = found
        if self._is_row:
            return out
        return arranged(out if self._form.has_batch else out[0], version.recording.result)

    def backward(self, batch: Sequence[Batch]) -> float | None:
        """Add the mean gradient to the parameters' ``grad`` and return the mean cost; None where that takes more."""
        lock, parameters = self._lock, self._version.parameters
        lock.acquire()
        try:
            lent = parameters.lend_grad()
            into = self._version.slopes if lent is None else lent
            try:
                cost = self._run(batch, into)
            except BaseException:
                parameters.give_back(lent)
                raise
            if cost is None:
                parameters.give_back(lent)
            else:
                parameters.take_back(into)
            return cost
        finally:
            lock.release()

    def gradient(self, batch: Sequence[Batch]) -> tuple[float, Batch] | None:
        """The mean cost and its gradient, an array of the caller's own; None where that takes more."""
        with self._lock:
            cost = self._run(batch, self._version.slopes)
            return None if cost is None else (cost, self._version.slopes.copy())

    def _run(self, batch: Sequence[Batch], into: Batch) -> float | None:
        version = self._version
        if self._branches.only is not version:
            return None
        try:
            return self._program.gradient(self._columns(batch), version.numbers(), into)
        except (Unfit, OffPath):
            return None

    def _columns(self, batch: Sequence[Batch]) -> Sequence[Batch]:
        return batch if self._is_flat else columns(batch)


class Kept(dict[Any, Ready]):
    """What is ready, by the shapes of the arrays; where others than arrays of floats were given by the form, too.

    Parameters
    ----------
    learns : bool
        Whether for gradients, else for results.
    lock : RLock
        See `Ready`.
    """

    def __init__(self, learns: bool, lock: threading.RLock) -> None:
        super().__init__()
        self._learns, self._lock = learns, lock

    def keep(self, form: Form, branches: Branches, batch: Sequence[Batch]) -> None:
        """Be ready for another such batch, if all its rows took one path and run at once."""
        version = branches.only
        if version is None or (self._learns and not version.learns):
            return
        if len(batch[0]) <= version.program_for(self._learns).rows_at_once:
            while len(self) >= _MOST:
                self.pop(next(iter(self)))
            self[_key(form, batch)] = Ready(form, branches, batch, self._learns, self._lock)

    def of(self, form: Form, batch: Sequence[Batch]) -> Ready | None:
        """What is ready for arrays that are known to be right."""
        return self.get(_key(form, batch))

    def ready(self, given: Sequence[Any]) -> Ready | None:
        """What is ready for these arguments, whatever they are."""
        try:
            found = self.get(tuple([array.shape for array in given]))
        except (AttributeError, TypeError):  # something is no array, or only looks like one
            return None
        return found if found is not None and found.takes(given) else None


def _key(form: Form, batch: Sequence[Batch]) -> Any:
    shapes = tuple([array.shape for array in batch])
    return shapes if form.is_plain else (form, shapes)
