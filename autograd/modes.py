"""What the current thread does besides plain arithmetic: no recording, recording for `compile`, watching for NaN.

Modes live in context variables, so threads and tasks do not disturb one
another. `active` counts the modes entered anywhere: while it is zero an
operator needs one look at a module attribute and asks no context variable.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import Enum
from typing import Any, Protocol

active = 0
_lock = threading.Lock()


class Recorder(Protocol):
    """What `compile` installs while it records a function."""

    def condition(self, primitive: Any, left: Any, right: Any) -> Any:
        """What a comparison gives: a condition whose truth, when asked for, leaves a guard."""

    def read(self, value: Any) -> None:
        """Called before ``value.data`` is read; raises where that would freeze one sample's number."""


class Watch(Enum):
    """Whether values note the line that makes them, and whether non-finite ones raise."""

    OFF = "off"
    LINES = "lines"
    ANOMALIES = "anomalies"


_watch: ContextVar[Watch] = ContextVar("watch", default=Watch.OFF)
_recording_gradients: ContextVar[bool] = ContextVar("recording_gradients", default=True)
_recorder: ContextVar[Recorder | None] = ContextVar("recorder", default=None)


@contextmanager
def entered(variable: ContextVar[Any], setting: Any) -> Iterator[None]:
    """Set a mode's context variable for the body of a ``with``."""
    global active
    token = variable.set(setting)
    with _lock:
        active += 1
    try:
        yield
    finally:
        with _lock:
            active -= 1
        variable.reset(token)


@contextmanager
def no_grad() -> Iterator[None]:
    """Compute without recording: results are constants that keep no operands.

    Examples
    --------
    >>> from autograd import Value, no_grad
    >>> w = Value(3.0)
    >>> with no_grad():
    ...     z = w * w
    >>> z.operands
    ()
    """
    with entered(_recording_gradients, False):
        yield


def recording_gradients() -> bool:
    """False inside `no_grad`."""
    return _recording_gradients.get()


def recorder() -> Recorder | None:
    """The recorder of the function being compiled in this thread, if any."""
    return _recorder.get()


@contextmanager
def with_grad() -> Iterator[None]:
    """Record whatever the caller does: a compiled function run inside `no_grad` keeps its parameters."""
    with entered(_recording_gradients, True):
        yield


@contextmanager
def recording(with_recorder: Recorder) -> Iterator[None]:
    """A context in which comparisons and reads of ``.data`` are reported to `with_recorder`."""
    with with_grad(), entered(_recorder, with_recorder):
        yield


@contextmanager
def anomalies() -> Iterator[None]:
    """Raise where an operation makes NaN or infinity from finite operands.

    Forward and in reverse passes the error names the operation, its operands
    with labels and numbers, and the user's own line that made the value. Values
    made inside know their line, so a reverse pass inside can tell it. It is for
    looking for a fault: operations take several times as long inside, and no
    longer than ever outside. Per thread, as all modes are.

    Raises
    ------
    NonFiniteError
        Inside, at the first such operation.

    Examples
    --------
    >>> from autograd import Value, anomalies, exp
    >>> z = Value(1000.0, label="z")
    >>> with anomalies():
    ...     a = exp(z)
    Traceback (most recent call last):
    autograd.errors.NonFiniteError: exp: expected a finite result, got inf from z = 1000.0, at ...
    """
    with entered(_watch, Watch.ANOMALIES):
        yield


def noting_lines() -> Any:
    """A context in which values know the user's line that made them."""
    return entered(_watch, Watch.LINES)


def watch() -> Watch:
    """What values are watched for in this thread; nothing while a function is recorded for `compile`."""
    return _watch.get() if _recorder.get() is None else Watch.OFF
