"""Programs: what a function was recorded as and is run by, for each form and shape of its arguments."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import ArgumentError, RecordingError
from ..parameters import Parameters, leaves
from ..sources import Place
from ..value import Value
from .arguments import Batch, Form
from .backends import backend
from .branches import Branches
from .collector import paused
from .ready import Kept
from .record import Recording, record
from .results import arranged, told
from .surroundings import Surroundings
from .versions import Version

Signature = tuple[Form, tuple[tuple[int, ...], ...]]


@dataclass(frozen=True, eq=False)
class Settings:
    """How a function is compiled, in the words of `compile`."""

    dtype: np.dtype[Any]
    backend: str
    devices: int | None
    parameters: tuple[Value, ...]
    paths: int

    @staticmethod
    def checked(dtype: Any, backend: str, devices: int | None, parameters: Sequence[Value], paths: int) -> Settings:
        """The settings as they were given; those of the back end are checked by itself."""
        if np.dtype(dtype) not in (np.dtype(np.float64), np.dtype(np.float32)):
            raise ArgumentError(f"compile(dtype): expected float64 or float32, got {np.dtype(dtype)}")
        if not isinstance(paths, int) or isinstance(paths, bool) or paths < 1:
            raise ArgumentError(f"compile(paths): expected a whole number of at least 1, got {paths!r:.60}")
        return Settings(np.dtype(dtype), backend, devices, leaves(parameters, "compile(parameters)"), paths)


class Programs:
    """A function with its programs, which are made when they are first needed; for one thread at a time.

    Parameters
    ----------
    function : callable
    name : str
        What to call it in errors.
    settings : Settings

    Attributes
    ----------
    used : Branches, optional
        Those that were used last.
    form : Form, optional
        That of their arguments.
    least_rows : int
        The smallest batch.
    for_gradients, for_results : Kept
        What is ready for batches like those before.
    """

    def __init__(self, function: Callable[..., Any], name: str, settings: Settings) -> None:
        self._function, self._name, self._settings = function, name, settings
        self._backend = backend(settings.backend, settings.devices)
        self.least_rows = self._backend.least_rows
        # Whether programs may write where the parameters' gradients are.
        self._in_place = settings.dtype == np.float64
        self._branches: dict[Signature, Branches] = {}
        # The lines at which the function catches domain errors.
        self._caught: set[Place] = set()
        self.used: Branches | None = None
        self.form: Form | None = None
        # The one that knows all parameters; those of the others are the first of its.
        self._widest: Version | None = None
        self._surroundings: Surroundings | None = None
        # The buffers are one thread's at a time.
        self._lock = threading.RLock()
        self.for_gradients, self.for_results = Kept(True, self._lock), Kept(False, self._lock)

    @property
    def parameters(self) -> Parameters:
        """Those of all recordings; new ones add to the end."""
        assert self._widest is not None
        return self._widest.parameters

    @property
    def latest(self) -> Version | None:
        """The first version of those that were used last."""
        return None if self.used is None else self.used.first

    # Running

    def results(self, form: Form, batch: Sequence[Batch]) -> Any:
        """What the function returns for every row, as it returns it."""
        with self._lock:
            branches = self.recorded(form, batch)
            out = branches.outputs(batch)
            self.for_results.keep(form, branches, batch)
        return arranged(out if form.has_batch else out[0], branches.first.recording.result)

    def gradient(self, form: Form, batch: Sequence[Batch]) -> tuple[float, Batch]:
        """The mean cost and its gradient by `parameters`, an array of the caller's own."""
        with self._lock:
            branches = self._differentiable(form, batch)
            cost, slopes = branches.gradient(batch, None)
            self._prepare(form, branches, batch)
            gradient = np.zeros(len(self.parameters), self._settings.dtype)
            gradient[: len(slopes)] = slopes
            return cost, gradient

    def backward(self, form: Form, batch: Sequence[Batch]) -> float:
        """Add the mean gradient to the parameters' ``grad``; return the mean cost."""
        ready = self.for_gradients.of(form, batch)
        if ready is not None and (found := ready.backward(batch)) is not None:
            return found
        with self._lock:
            branches = self._differentiable(form, batch)
            parameters = branches.first.parameters
            lent = parameters.lend_grad() if self._in_place else None
            try:
                cost, slopes = branches.gradient(batch, lent)
            except BaseException:
                parameters.give_back(lent)
                raise
            if lent is not None and slopes is lent:
                parameters.take_back(lent)
            else:
                parameters.give_back(lent)
                if len(slopes) != len(parameters):
                    slopes, parameters = np.pad(slopes, (0, len(self.parameters) - len(slopes))), self.parameters
                parameters.add_to_grad(slopes)
            self._prepare(form, branches, batch)
            return cost

    def _prepare(self, form: Form, branches: Branches, batch: Sequence[Batch]) -> None:
        """Make ready for gradients of batches like this one."""
        if self._in_place and len(branches.first.parameters) == len(self.parameters):
            self.for_gradients.keep(form, branches, batch)

    # Recording

    def are_outdated(self) -> bool:
        """Whether a name that the function closes over is bound to something else than before."""
        return self._surroundings is not None and self._surroundings.changed()

    def look(self) -> None:
        """Forget all programs if they are outdated."""
        if self.are_outdated():
            with self._lock:
                self._forget()
                self._caught.clear()
                self._widest = self._surroundings = None

    def _forget(self) -> None:
        for kept in (self._branches, self.for_gradients, self.for_results):
            kept.clear()

    def recorded(self, form: Form, batch: Sequence[Batch]) -> Branches:
        """What is recorded for arguments of this form and these shapes."""
        signature = _signature(form, batch)
        branches = self._branches.get(signature)
        if branches is None:
            recording, version = functools.partial(self._recording, form), functools.partial(self._version, form)
            branches = Branches(recording, version, batch, self._settings.paths, self._caught)
            self._branches[signature] = branches
        self.used, self.form = branches, form
        return branches

    def refresh(self, form: Form, batch: Sequence[Batch]) -> None:
        """Record the first row again, and forget all programs if that is another graph."""
        with self._lock:
            branches = self._branches.get(_signature(form, batch))
            if branches is not None and not branches.has(self._recording(form, batch)):
                self._forget()
            self.recorded(form, batch)

    def _recording(self, form: Form, batch: Sequence[Batch], row: int = 0) -> Recording:
        sample = [array[row].tolist() for array in batch]
        known = () if self._widest is None else tuple(self._widest.parameters)
        function = form.of_leaves(self._function)
        if self._surroundings is None:
            self._surroundings = Surroundings(self._function)
        drawn = self._surroundings.drawn()
        with paused():
            recording = record(function, sample, form.leaves, known, self._settings.parameters, self._caught)
        if self._surroundings.drawn() != drawn:
            raise RecordingError(
                f"{self._name}: expected it to do the same whenever its arguments are the same, got a function that "
                "draws random numbers, which would be frozen into the program; pass them as an argument"
            )
        self._surroundings.look()
        return recording

    def _version(self, form: Form, recording: Recording) -> Version:
        function = form.of_leaves(self._function)
        known = 0 if self._widest is None else len(self._widest.parameters)
        with paused():
            self._widest = Version(function, form.leaves, recording, self._backend, self._settings.dtype, self._caught)
        if len(self._widest.parameters) != known:
            self.for_gradients.clear()  # gradients are longer now
        return self._widest

    def _differentiable(self, form: Form, batch: Sequence[Batch]) -> Branches:
        branches = self.recorded(form, batch)
        if not branches.learns(batch):
            if branches.first.is_list:
                raise ArgumentError(
                    f"gradient of {self._name}: expected one output, the cost, got "
                    f"{told(branches.first.recording.result)}; return one Value"
                )
            raise ArgumentError(
                f"gradient of {self._name}: expected leaf Values that the function closes over, got none; make what is "
                "to be learned with Value(...) outside the function"
            )
        return branches


def _signature(form: Form, batch: Sequence[Batch]) -> Signature:
    return form, tuple([array.shape[1:] for array in batch])
