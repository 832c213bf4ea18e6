"""What the current thread does besides plain arithmetic: no recording, recording for `compile`, watching for NaN.

Modes live in context variables, so threads and tasks do not disturb one
another. `active` counts the modes entered anywhere: while it is zero an
operator needs one look at a module attribute and asks no context variable.
"""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Iterator
from contextlib import ContextDecorator, contextmanager
from contextvars import ContextVar
from typing import Any, NoReturn, Protocol, TypeVar, overload

from .errors import OperandError

F = TypeVar("F", bound=Callable[..., Any])

active = 0
_lock = threading.Lock()


class Recorder(Protocol):
    """What `compile` installs while it records a function."""

    def apply(self, primitive: Any, operands: Any) -> Any:
        """The result of an operation."""

    def condition(self, primitive: Any, left: Any, right: Any) -> Any:
        """What a comparison gives: a condition that is decided when its truth is asked for."""

    def decide(self, condition: Any) -> bool:
        """The truth of a condition, on which the rest of the recording depends from here on."""

    def has_result(self, truth: bool, defined: Any, told_as: str) -> None:
        """Called where an error tells that there is none for one sample."""

    def choose(self, condition: Any, a: Any, b: Any) -> Any:
        """What `where` gives if a branch is a function."""

    def read(self, value: Any) -> None:
        """Called before ``value.data`` is read; raises where that would freeze one sample's number."""

    def refuse(self, sentence: str) -> NoReturn:
        """Raise a `RecordingError`."""


class Watcher(Protocol):
    """What looks on while values are made and gradients are handed back: see `watching`."""

    def new(self, primitive: Any, operands: Any, data: float) -> Any:
        """A blank Value for the result of an operation; raises for one that is an anomaly."""

    def where(self) -> str:
        """``", at "`` and the user's line that is being run, for an error."""

    def rehearse(self, output: Any, order: Any, between: Any = None, seed: float = 1.0) -> None:
        """Called before a reverse pass over `order`; raises where that would make an anomaly."""


_watcher: ContextVar[Watcher | None] = ContextVar("watcher", default=None)
_recording_gradients: ContextVar[bool] = ContextVar("recording_gradients", default=True)
_one_sample: ContextVar[bool] = ContextVar("one_sample", default=False)
_recorder: ContextVar[Recorder | None] = ContextVar("recorder", default=None)
_reader: ContextVar[Callable[[Any], None] | None] = ContextVar("reader", default=None)


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


class NoGrad(ContextDecorator):
    """A block, or a function, in which nothing is recorded; see `no_grad`."""

    def __init__(self) -> None:
        self._mode = entered(_recording_gradients, False)

    def __enter__(self) -> None:
        self._mode.__enter__()

    def __exit__(self, *error: Any) -> None:
        self._mode.__exit__(*error)

    def _recreate_cm(self) -> NoGrad:  # for each call of a function that it decorates
        return NoGrad()

    def __call__(self, function: F) -> F:
        of_the_body = (inspect.isgeneratorfunction, inspect.isasyncgenfunction, inspect.iscoroutinefunction)
        runs_later = any(is_one(function) for is_one in of_the_body)
        if not callable(function) or isinstance(function, type) or runs_later:
            came = "one that yields or awaits" if runs_later else f"{type(function).__name__} {function!r:.60}"
            raise OperandError(
                f"no_grad(function): expected a function that returns its results, got {came}; write "
                "`with no_grad():` around what shall not be recorded, v.detach() for one Value"
            )
        return super().__call__(function)


@overload
def no_grad() -> NoGrad: ...
@overload
def no_grad(function: F) -> F: ...


def no_grad(function: Any = None) -> Any:
    """Compute without recording: results are constants that keep no operands.

    Parameters
    ----------
    function : callable, optional
        What is always to be called so: ``@no_grad`` above its definition, or ``@no_grad()``.

    Returns
    -------
    context manager, or the function

    Raises
    ------
    OperandError
        If what is decorated is no function, or one that yields or awaits, of which the body runs after the call.

    Examples
    --------
    >>> from autograd import Value, no_grad
    >>> w = Value(3.0)
    >>> with no_grad():
    ...     z = w * w
    >>> z.operands
    ()
    >>> no_grad(lambda v: v * v)(w).operands
    ()
    """
    return NoGrad() if function is None else NoGrad()(function)


def recording_gradients() -> bool:
    """False inside `no_grad`."""
    return _recording_gradients.get()


def recorder() -> Recorder | None:
    """The recorder of the function being compiled in this thread, if any."""
    return _recorder.get()


def by_sample() -> Any:
    """A context in which compiled functions are the plain functions of one sample's Values, as in recordings."""
    return entered(_one_sample, True)


def of_one_sample() -> bool:
    """Whether Values of one sample are being computed with, so that a function is not called with batches."""
    return _recorder.get() is not None or _one_sample.get()


@contextmanager
def with_grad() -> Iterator[None]:
    """Record whatever the caller does: a compiled function run inside `no_grad` keeps its parameters."""
    with entered(_recording_gradients, True):
        yield


@contextmanager
def differentiating(reader: Callable[[Any], None]) -> Iterator[None]:
    """A context in which a function is called for its derivative, and `reader` with a Value that becomes a float."""
    token = _reader.set(reader)
    try:
        yield
    finally:
        _reader.reset(token)


def reader() -> Callable[[Any], None] | None:
    """That of the function whose derivative is being computed in this thread, if any."""
    return _reader.get()


def reported_to(with_recorder: Recorder | None) -> Any:
    """A context in which another recorder is told of what is done, or none, for what one does within the other."""
    return entered(_recorder, with_recorder)


def refuse_while_recording(call: str, remedy: str) -> None:
    """Raise a `RecordingError` for a call that gives or takes floats, where a function is recorded for `compile`."""
    if (who := recorder()) is not None:
        who.refuse(
            f"{call} inside a compiled function: expected Values to go on with, got one sample's numbers, which "
            f"would be frozen into the program; write {remedy}"
        )


@contextmanager
def recording(with_recorder: Recorder) -> Iterator[None]:
    """A context in which comparisons and reads of ``.data`` are reported to `with_recorder`."""
    with with_grad(), entered(_recorder, with_recorder):
        yield


def watching(with_watcher: Watcher) -> Any:
    """A context that `with_watcher` looks on at."""
    return entered(_watcher, with_watcher)


def watcher() -> Watcher | None:
    """Who looks on in this thread; nobody while a function is recorded for `compile`."""
    return _watcher.get() if _recorder.get() is None else None
