"""`compile`: a function of one sample, written in scalars, run over whole batches."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Sequence
from typing import Any, overload

import numpy as np

from ..errors import ArgumentError, OperandError, RecordingError
from ..parameters import Parameters, leaves
from ..value import Value
from .arguments import Arguments, Batch
from .backends import available, backend
from .backends.base import Backend
from .pipeline import Stages
from .plan.plan import Plan
from .record import Recording, record, same_graph
from .samples import Samples
from .versions import Version

Signature = tuple[tuple[int, ...], ...]


@overload
def compile(
    function: Callable[..., Any],
    *,
    dtype: Any = ...,
    backend: str = ...,
    devices: int | None = ...,
    parameters: Sequence[Value] = ...,
) -> Compiled: ...
@overload
def compile(
    function: None = None,
    *,
    dtype: Any = ...,
    backend: str = ...,
    devices: int | None = ...,
    parameters: Sequence[Value] = ...,
) -> Callable[[Callable[..., Any]], Compiled]: ...


def compile(
    function: Callable[..., Any] | None = None,
    *,
    dtype: Any = np.float64,
    backend: str = "numpy",
    devices: int | None = None,
    parameters: Sequence[Value] = (),
) -> Any:
    """Make a function of one sample run over batches as array operations.

    Parameters
    ----------
    function : callable
        Takes Values and lists of Values (one sample) and returns a Value or a list
        of Values, built with operators, loops, the functions of autograd and `nn`.
        Leaf Values that it closes over are its parameters.
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
        return functools.partial(compile, dtype=dtype, backend=backend, devices=devices, parameters=parameters)
    if not callable(function):
        raise OperandError(f"compile(function): expected a function, got {type(function).__name__}")
    if np.dtype(dtype) not in (np.dtype(np.float64), np.dtype(np.float32)):
        raise ArgumentError(f"compile(dtype): expected float64 or float32, got {np.dtype(dtype)}")
    unused = leaves(parameters, "compile(parameters)")
    return Compiled(function, np.dtype(dtype), _backend(backend, devices), unused)


_backend = backend


class Compiled:
    """A function of one sample, compiled for batches; see `compile`."""

    def __init__(
        self, function: Callable[..., Any], dtype: np.dtype[Any], backend: Backend, unused: Sequence[Value] = ()
    ) -> None:
        functools.update_wrapper(self, function)
        self._function, self._dtype, self._backend = function, dtype, backend
        self._unused = unused
        self._arguments = Arguments(function, dtype)
        # Whether programs may write where the parameters' gradients are.
        self._in_place = dtype == np.float64
        self._versions: dict[Signature, Version] = {}
        self._latest: Version | None = None
        # The one that knows all parameters; those of the others are the first of its.
        self._widest: Version | None = None
        # The buffers are one thread's at a time.
        self._lock = threading.RLock()

    def __repr__(self) -> str:
        return f"<compiled {getattr(self._function, '__name__', 'function')}({', '.join(self._arguments.names)})>"

    # Calling

    def __call__(self, *arrays: Any) -> Batch:
        """The function of every row.

        Parameters
        ----------
        *arrays : array-like, shape (batch,) or (batch, n)
            One for each argument: numbers for a scalar, rows for a sequence.

        Returns
        -------
        ndarray, shape (batch,) or (batch, outputs)
        """
        batch = self._checked(arrays)
        with self._lock:
            version = self._version(batch)
            out = version.outputs(batch)
        return out if version.is_list else out[:, 0]

    def gradient(self, *arrays: Any) -> tuple[float, Batch]:
        """The mean cost over the batch, and its gradient by `parameters`.

        Returns
        -------
        cost : float
        gradient : ndarray, shape (parameters,)
        """
        batch = self._checked(arrays)
        with self._lock:
            version = self._differentiable(batch)
            cost = version.gradient(batch, version.slopes)
            gradient = np.zeros(len(self.parameters), self._dtype)
            gradient[: len(version.slopes)] = version.slopes
            return cost, gradient

    def backward(self, *arrays: Any) -> float:
        """Add the mean gradient over the batch to the parameters' ``grad``; return the mean cost."""
        return self._backward(self._checked(arrays))

    def over(self, *arrays: Any) -> Samples:
        """The arrays, checked once, for `backward` over some of their rows after others."""
        return Samples(self._backward, self._arguments.checked(arrays, self))

    def _backward(self, batch: Sequence[Batch]) -> float:
        """`backward` of arrays that are known to be right."""
        with self._lock:
            version = self._differentiable(batch)
            parameters = version.parameters
            lent = parameters.lend_grad() if self._in_place else None
            if lent is not None:
                cost = version.gradient(batch, lent)
                parameters.take_back(lent)
                return cost
            cost = version.gradient(batch, version.slopes)
            parameters.add_to_grad(version.slopes)
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

    def record(self, *arrays: Any) -> Compiled:
        """Record for arrays of these shapes without running; returns the function itself."""
        self._version(self._arguments.checked(arrays, self))
        return self

    def refresh(self, *arrays: Any) -> Compiled:
        """Record again for the first row of arrays, and compile anew if that is another graph; returns the function.

        Numbers that the function closes over stand in its programs. Where they, or anything else that the function
        is made of, may have changed since it was recorded, this looks, in a fifth of the time that compiling takes.
        """
        batch = self._arguments.checked(arrays, self)
        with self._lock:
            version = self._versions.get(_signature(batch))
            if version is not None and not same_graph(version.recording, self._recording(batch)):
                self._versions.clear()
            self._version(batch)
        return self

    # Behind them

    def _checked(self, arrays: Sequence[Any]) -> list[Batch]:
        batch = self._arguments.checked(arrays, self)
        if len(batch[0]) < self._backend.least_rows:
            raise ArgumentError(
                f"{self!r}: expected a batch of at least {self._backend.least_rows} rows, one for each device, "
                f"got {len(batch[0])}; give more rows, or a smaller devices="
            )
        return batch

    def _recorded(self, name: str) -> Version:
        if self._latest is None:
            raise RecordingError(f"{name}: nothing is recorded yet; call the function with arrays first")
        return self._latest

    def _version(self, batch: Sequence[Batch]) -> Version:
        signature = _signature(batch)
        version = self._versions.get(signature)
        if version is None:
            version = self._versions[signature] = self._compiled(batch)
        self._latest = version
        return version

    def _compiled(self, batch: Sequence[Batch]) -> Version:
        version = Version(self._function, self._arguments.names, self._recording(batch), self._backend, self._dtype)
        self._widest = version
        return version

    def _recording(self, batch: Sequence[Batch]) -> Recording:
        sample = [float(array[0]) if array.ndim == 1 else array[0].tolist() for array in batch]
        known = () if self._widest is None else tuple(self._widest.parameters)
        return record(self._function, sample, self._arguments.names, known, self._unused)

    def _differentiable(self, batch: Sequence[Batch]) -> Version:
        version = self._version(batch)
        if not version.learns:
            if version.is_list:
                raise ArgumentError(
                    f"gradient of {self!r}: expected one output, the cost, got a list of "
                    f"{version.plan.output.size}; return one Value"
                )
            raise ArgumentError(
                f"gradient of {self!r}: expected leaf Values that the function closes over, got none; make what is "
                "to be learned with Value(...) outside the function"
            )
        return version


def _signature(batch: Sequence[Batch]) -> Signature:
    return tuple([array.shape[1:] for array in batch])
