"""`compile`: a function of one sample, written in scalars, run over whole batches."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, overload

import numpy as np

from .. import modes
from ..errors import ArgumentError, OperandError, RecordingError
from ..parameters import Parameters, leaves
from ..value import Value
from .arguments import Arguments, Batch, Form
from .backends import available, backend
from .backends.base import Backend
from .branches import Branches
from .pipeline import Stages
from .plan.plan import Plan
from .record import Recording, record
from .results import arranged, told
from .samples import Samples
from .versions import Version

Signature = tuple[Form, tuple[tuple[int, ...], ...]]


@overload
def compile(
    function: Callable[..., Any],
    *,
    dtype: Any = ...,
    backend: str = ...,
    devices: int | None = ...,
    parameters: Sequence[Value] = ...,
    paths: int = ...,
) -> Compiled: ...
@overload
def compile(
    function: None = None,
    *,
    dtype: Any = ...,
    backend: str = ...,
    devices: int | None = ...,
    parameters: Sequence[Value] = ...,
    paths: int = ...,
) -> Callable[[Callable[..., Any]], Compiled]: ...


def compile(
    function: Callable[..., Any] | None = None,
    *,
    dtype: Any = np.float64,
    backend: str = "numpy",
    devices: int | None = None,
    parameters: Sequence[Value] = (),
    paths: int = 256,
) -> Any:
    """Make a function of one sample run over batches as array operations.

    Parameters
    ----------
    function : callable
        Takes Values and nested lists of Values (one sample), and lists, tuples and dicts of them, and returns
        such, built with operators, loops, the functions of autograd and `nn`. Leaf Values that it closes over are
        its parameters. What it does not take has its default.
    dtype : float64 or float32
        What the arrays hold.
    backend : {"numpy", "jax", "reference"}
        What runs them: NumPy; JAX (the extra ``jax``), which compiles for CPUs, GPUs and
        many devices; or the interpreter that says what a program means, slowly.
    devices : int, optional
        Over how many devices JAX spreads the batch; all that it has where not given.
    parameters : sequence of Value, optional
        Leaf Values that are parameters of the function even where it does not use them, as those of a network
        of whose outputs a cost ignores one.
    paths : int
        How many paths the rows may take through the function, at least 1: every row takes its own branches,
        and each path is recorded and compiled when a row first takes it.

    Returns
    -------
    Compiled
        Called with arrays whose first axis is the batch; or a decorator, where no
        function is given.

    Raises
    ------
    OperandError, ArgumentError
        If `function` is no function or an option cannot be used; the message says what to do.

    Examples
    --------
    >>> from autograd import Value
    >>> w, b = Value(2.0, label="w"), Value(1.0, label="b")
    >>> cost = compile(lambda x, y: (w * x + b - y) ** 2)
    >>> cost([1.0, 2.0], [3.0, 4.0])
    array([0., 1.])
    >>> cost.gradient([1.0, 2.0], [3.0, 4.0])
    (0.5, array([2., 1.]))
    """
    if function is None:
        return functools.partial(
            compile, dtype=dtype, backend=backend, devices=devices, parameters=parameters, paths=paths
        )
    if not callable(function):
        raise OperandError(f"compile(function): expected a function, got {type(function).__name__}")
    if np.dtype(dtype) not in (np.dtype(np.float64), np.dtype(np.float32)):
        raise ArgumentError(f"compile(dtype): expected float64 or float32, got {np.dtype(dtype)}")
    if not isinstance(paths, int) or isinstance(paths, bool) or paths < 1:
        raise ArgumentError(f"compile(paths): expected a whole number of at least 1, got {paths!r:.60}")
    unused = leaves(parameters, "compile(parameters)")
    return Compiled(function, np.dtype(dtype), _backend(backend, devices), unused, paths)


_backend = backend


class Compiled:
    """A function of one sample, compiled for batches; see `compile`."""

    def __init__(
        self,
        function: Callable[..., Any],
        dtype: np.dtype[Any],
        backend: Backend,
        unused: Sequence[Value] = (),
        paths: int = 256,
    ) -> None:
        functools.update_wrapper(self, function, updated=())
        self._function, self._dtype, self._backend = function, dtype, backend
        self._unused, self._limit = unused, paths
        self._arguments = Arguments(function, dtype)
        # Whether programs may write where the parameters' gradients are.
        self._in_place = dtype == np.float64
        self._branches: dict[Signature, Branches] = {}
        self._latest: Version | None = None
        # The one that knows all parameters; those of the others are the first of its.
        self._widest: Version | None = None
        # The buffers are one thread's at a time.
        self._lock = threading.RLock()

    def __repr__(self) -> str:
        return f"<compiled {getattr(self._function, '__name__', 'function')}({self._arguments.told})>"

    # Calling

    def __call__(self, /, *arrays: Any, **named: Any) -> Any:
        """The function of every row.

        Parameters
        ----------
        *arrays, **named : array-like, shape (batch, ...), or structures of them
            The function's arguments: numbers for a scalar, rows for a sequence, further axes for nested sequences.
            A list, tuple or dict of arrays arrives as a list, tuple or dict.

        Returns
        -------
        ndarray, shape (batch, ...), or a structure of them
            As the function returns it. Without the batch where the function is called without arguments.

        Notes
        -----
        While another function is recorded for `compile`, this is the plain function: of Values, and of one sample.
        """
        if modes.active and modes.recorder() is not None:
            return self._function(*arrays, **named)
        form, batch = self._checked(arrays, named)
        with self._lock:
            branches = self._of_form(form, batch)
            out = branches.outputs(batch)
        return arranged(out if form.has_batch else out[0], branches.first.recording.result)

    def gradient(self, /, *arrays: Any, **named: Any) -> tuple[float, Batch]:
        """The mean cost over the batch, and its gradient by `parameters`.

        Returns
        -------
        cost : float
        gradient : ndarray, shape (parameters,)
        """
        form, batch = self._checked(arrays, named)
        with self._lock:
            cost, slopes = self._differentiable(form, batch).gradient(batch, None)
            gradient = np.zeros(len(self.parameters), self._dtype)
            gradient[: len(slopes)] = slopes
            return cost, gradient

    def backward(self, /, *arrays: Any, **named: Any) -> float:
        """Add the mean gradient over the batch to the parameters' ``grad``; return the mean cost."""
        return self._backward(*self._checked(arrays, named))

    def over(self, /, *arrays: Any, **named: Any) -> Samples:
        """The arrays, checked once, for `backward` over some of their rows after others."""
        form, batch = self._arguments.checked(arrays, named, self)
        return Samples(functools.partial(self._backward, form), batch)

    def _backward(self, form: Form, batch: Sequence[Batch]) -> float:
        """`backward` of arrays that are known to be right."""
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
            return cost

    # What was found

    @property
    def parameters(self) -> Parameters:
        """The leaf Values that the function closed over, in a stable order: new recordings add to its end."""
        self._recorded("parameters")
        assert self._widest is not None
        return self._widest.parameters

    @property
    def plan(self) -> Plan:
        """The matrix program, forward and reverse; ``print(f.plan)`` tells it as equations."""
        return self._recorded("plan").plan

    def passes(self) -> Stages:
        """How the scalars became matrices: the plan after each pass of the compiler; ``print`` tells them."""
        return self._recorded("passes()").stages()

    @property
    def source(self) -> str:
        """What runs: the NumPy source, where that is the back end."""
        return self._recorded("source").program.source

    @property
    def backends(self) -> dict[str, str]:
        """Every back end by name, with ``"ready"``, or what is missing here and how to install it."""
        return available()

    def record(self, /, *arrays: Any, **named: Any) -> Compiled:
        """Record for arrays of these shapes without running; returns the function itself."""
        self._of_form(*self._arguments.checked(arrays, named, self))
        return self

    def refresh(self, /, *arrays: Any, **named: Any) -> Compiled:
        """Record again for the first row of arrays, and compile anew if that is another graph; returns the function.

        Numbers that the function closes over stand in its programs. Where they, or anything else that the function
        is made of, may have changed since it was recorded, this looks, in a fifth of the time that compiling takes.
        """
        form, batch = self._arguments.checked(arrays, named, self)
        with self._lock:
            branches = self._branches.get(_signature(form, batch))
            if branches is not None and not branches.has(self._recording(form, batch)):
                self._branches.clear()
            self._of_form(form, batch)
        return self

    # Behind them

    def _checked(self, arrays: Sequence[Any], named: Mapping[str, Any]) -> tuple[Form, list[Batch]]:
        form, batch = self._arguments.checked(arrays, named, self)
        if len(batch[0]) < self._backend.least_rows and form.has_batch:
            raise ArgumentError(
                f"{self!r}: expected a batch of at least {self._backend.least_rows} rows, one for each device, "
                f"got {len(batch[0])}; give more rows, or a smaller devices="
            )
        return form, batch

    def _recorded(self, name: str) -> Version:
        if self._latest is None:
            raise RecordingError(f"{name}: nothing is recorded yet; call the function with arrays first")
        return self._latest

    def _of_form(self, form: Form, batch: Sequence[Batch]) -> Branches:
        """What is recorded for arguments of this form and shapes."""
        signature = _signature(form, batch)
        branches = self._branches.get(signature)
        if branches is None:
            recorded, build = functools.partial(self._recording, form), functools.partial(self._version, form)
            branches = self._branches[signature] = Branches(recorded, build, batch, self._limit)
        self._latest = branches.first
        return branches

    def _version(self, form: Form, recording: Recording) -> Version:
        function = form.of_leaves(self._function)
        self._widest = Version(function, form.leaves, recording, self._backend, self._dtype)
        return self._widest

    def _recording(self, form: Form, batch: Sequence[Batch], row: int = 0) -> Recording:
        sample = [array[row].tolist() for array in batch]
        known = () if self._widest is None else tuple(self._widest.parameters)
        return record(form.of_leaves(self._function), sample, form.leaves, known, self._unused)

    def _differentiable(self, form: Form, batch: Sequence[Batch]) -> Branches:
        branches = self._of_form(form, batch)
        if not branches.learns(batch):
            if branches.first.is_list:
                raise ArgumentError(
                    f"gradient of {self!r}: expected one output, the cost, got "
                    f"{told(branches.first.recording.result)}; return one Value"
                )
            raise ArgumentError(
                f"gradient of {self!r}: expected leaf Values that the function closes over, got none; make what is "
                "to be learned with Value(...) outside the function"
            )
        return branches


def _signature(form: Form, batch: Sequence[Batch]) -> Signature:
    return form, tuple([array.shape[1:] for array in batch])
