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

from .arguments import Batch, Form, columns
from .backends.base import OffPath, Unfit
from .branches import Branches
from .results import arranged

_ndarray, _vdot = np.ndarray, np.vdot


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

    Attributes
    ----------
    form : Form
        As given.
    """

    def __init__(
        self, form: Form, branches: Branches, batch: Sequence[Batch], learns: bool, lock: threading.RLock
    ) -> None:
        self.form, self._branches, self._lock = form, branches, lock
        self._version = version = branches.first
        self._program = version.program_for(learns)
        self._dtype = batch[0].dtype
        self._shapes = [array.shape for array in batch]
        # Those that are looked at: of others the cost and the gradient tell.
        told = version.telling if learns else frozenset[int]()
        self._to_look_at = [place for place in range(len(batch)) if place not in told]
        self._is_flat = all(array.ndim == 2 for array in batch)

    @staticmethod
    def of(form: Form, branches: Branches, batch: Sequence[Batch], learns: bool, lock: threading.RLock) -> Ready | None:
        """That for such a batch, where there is one."""
        version = branches.only
        if (
            version is None
            or (learns and not version.learns)
            or len(batch[0]) > version.program_for(learns).rows_at_once
        ):
            return None
        return Ready(form, branches, batch, learns, lock)

    def takes(self, given: Sequence[Any]) -> bool:
        """Whether these are arrays for it, and known to be finite as far as its results do not tell."""
        if not self.form.is_plain or len(given) != len(self._shapes):
            return False
        dtype = self._dtype
        for array, shape in zip(given, self._shapes):  # noqa: B905  # as many, as was seen; strict= takes its time
            if type(array) is not _ndarray or array.dtype is not dtype or array.shape != shape:
                return False
        for place in self._to_look_at:  # noqa: SIM110  # a generator takes its time
            if not isfinite(_vdot(given[place], given[place])):
                return False
        return True

    def fits(self, form: Form, batch: Sequence[Batch]) -> bool:
        """Whether arrays that are known to be right are for it."""
        return self.form is form and [array.shape for array in batch] == self._shapes

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
            out = np.empty((len(batch[0]), len(version.recording.outputs)), self._dtype)
            out[:] = found
        return arranged(out if self.form.has_batch else out[0], version.recording.result)

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
