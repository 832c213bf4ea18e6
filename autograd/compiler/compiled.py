"""`compile`: a function of one sample, written in scalars, run over whole batches."""

from __future__ import annotations

import functools
import inspect
import threading
from collections.abc import Callable, Sequence
from math import isfinite
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from ..errors import ArgumentError, AutogradError, NonFiniteError, OperandError, RecordingError, ShapeError
from ..namespaces import left_to_right
from ..parameters import FlatParameters, add_to_grad, bound, numbers
from ..value import Value
from .blame import blame
from .differentiate import gradient_of
from .finish import finished
from .lift import lift
from .lower import Program
from .plan import Plan
from .record import Recording, record
from .strict import runner, strict

Batch = npt.NDArray[Any]
Signature = tuple[tuple[int, ...], ...]

_add_reduce, _vdot, _ndarray = np.add.reduce, np.vdot, np.ndarray

_CHUNK_BYTES = 256 * 2**20
_PREPARED_SIZES = 8


@overload
def compile(function: Callable[..., Any], *, dtype: Any = ...) -> Compiled: ...
@overload
def compile(function: None = None, *, dtype: Any = ...) -> Callable[[Callable[..., Any]], Compiled]: ...


def compile(function: Callable[..., Any] | None = None, *, dtype: Any = np.float64) -> Any:
    """Make a function of one sample run over batches as array operations.

    Parameters
    ----------
    function : callable
        Takes Values and lists of Values (one sample) and returns a Value or a list
        of Values, built with operators, loops, the functions of autograd and `nn`.
        Leaf Values that it closes over are its parameters.
    dtype : float64 or float32
        What the arrays hold.

    Returns
    -------
    Compiled
        Called with arrays whose first axis is the batch; or a decorator, where no
        function is given.

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
        return functools.partial(compile, dtype=dtype)
    if not callable(function):
        raise OperandError(f"compile(function): expected a function, got {type(function).__name__}")
    if np.dtype(dtype) not in (np.dtype(np.float64), np.dtype(np.float32)):
        raise ArgumentError(f"compile(dtype): expected float64 or float32, got {np.dtype(dtype)}")
    return Compiled(function, np.dtype(dtype))


class _Version:
    """What one shape of arguments was recorded as, with its programs and their buffers."""

    def __init__(self, recording: Recording, dtype: np.dtype[Any], known: int) -> None:
        self.recording = recording
        values, self.forward, self.reverse = plans(recording, known)
        self.parameters: Sequence[Value] = bound(values) or values
        self.dtype = dtype
        self.shared = isinstance(self.parameters, FlatParameters) and dtype == np.float64
        flat = self.parameters
        # Programs read the parameters in place where they can, else from a copy that every call renews.
        self.data: Batch = flat.data if isinstance(flat, FlatParameters) and self.shared else np.empty(len(flat), dtype)
        self.gradient: Batch = np.empty(len(flat), dtype)
        self._programs: dict[str, Program] = {}
        self._runs: dict[tuple[str, int, bool], Callable[..., Any]] = {}
        self._rows_at_once: dict[str, int] = {}

    def plan(self, way: str) -> Plan:
        """The plan for ``"forward"``, or for ``"reverse"``."""
        return self.reverse if way == "reverse" and self.reverse is not None else self.forward

    def program(self, way: str) -> Program:
        """The program of a plan."""
        if way not in self._programs:
            self._programs[way] = Program(self.plan(way))
        return self._programs[way]

    def rows_at_once(self, way: str) -> int:
        """How many rows fit into the memory that buffers may take."""
        if way not in self._rows_at_once:
            per_row = 8 * sum(made.out.size for made in self.plan(way).instructions if made.out.batched)
            self._rows_at_once[way] = max(1, _CHUNK_BYTES // max(per_row, 1))
        return self._rows_at_once[way]

    def run(self, way: str, batch: Sequence[Batch], first_row: int, target: Batch) -> Any:
        """What the program gives for a batch; it writes a gradient to `target`."""
        return self._prepared(way, len(batch[0]), target)(*_columns(batch), first_row)

    def _prepared(self, way: str, rows: int, target: Batch) -> Callable[..., Any]:
        """The program for a batch size."""
        if not self.shared:
            flat = self.parameters
            self.data[:] = flat.data if isinstance(flat, FlatParameters) else numbers(flat)
        key = (way, rows, target is self.gradient)
        run = self._runs.get(key)
        if run is None:
            if len(self._runs) >= _PREPARED_SIZES:
                self._runs.pop(next(iter(self._runs)))
            run = self._runs[key] = self.program(way).prepare(rows, self.data, target, self.dtype)
        return run


class Compiled:
    """A function of one sample, compiled for batches; see `compile`."""

    def __init__(self, function: Callable[..., Any], dtype: np.dtype[Any]) -> None:
        functools.update_wrapper(self, function)
        self._function = function
        self._dtype = dtype
        self._names = _argument_names(function)
        self._versions: dict[Signature, _Version] = {}
        self._latest: _Version | None = None
        # Only ever appended to: those of an earlier version are the first of them.
        self._parameters: Sequence[Value] = ()
        # The buffers are one thread's at a time.
        self._lock = threading.RLock()
        self._strictly = runner()

    def __repr__(self) -> str:
        return f"<compiled {getattr(self._function, '__name__', 'function')}({', '.join(self._names)})>"

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
            rows, at_once = len(batch[0]), version.rows_at_once("forward")
            out = np.empty((rows, version.forward.output.size), dtype=self._dtype)
            for start in range(0, rows, at_once):
                part = [array[start : start + at_once] for array in batch]
                out[start : start + at_once] = self._outputs(version, part, start)
        return out if version.recording.is_list else out[:, 0]

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
            cost = self._accumulate(version, batch)
            gradient = np.zeros(len(self._parameters), self._dtype)
            gradient[: len(version.gradient)] = version.gradient
            return cost, gradient

    def backward(self, *arrays: Any) -> float:
        """Add the mean gradient over the batch to the parameters' ``grad``; return the mean cost."""
        return self._backward(self._checked(arrays))

    def _backward(self, batch: Sequence[Batch]) -> float:
        """`backward` of arrays that are known to be right."""
        with self._lock:
            version = self._differentiable(batch)
            flat, rows = version.parameters, len(batch[0])
            if (
                version.shared
                and isinstance(flat, FlatParameters)
                and flat.grad_is_zero
                and rows <= version.rows_at_once("reverse")
            ):
                cost = self._mean_cost(version, batch, 0, flat.buffer)
                flat.grad_is_zero = False
                return cost
            cost = self._accumulate(version, batch)
            if isinstance(flat, FlatParameters):
                with strict():
                    flat.grad[:] += version.gradient
            else:
                add_to_grad(flat, version.gradient)
            return cost

    # What was found

    @property
    def parameters(self) -> Sequence[Value]:
        """The leaf Values that the function closed over: those of the first recording, then what later ones add."""
        self._recorded("parameters")
        return self._parameters

    @property
    def plan(self) -> Plan:
        """The matrix program, forward and reverse; ``print(f.plan)`` tells it as equations."""
        version = self._recorded("plan")
        return version.plan("reverse")

    @property
    def source(self) -> str:
        """The NumPy source that runs."""
        version = self._recorded("source")
        return version.program("reverse").source

    def record(self, *arrays: Any) -> Compiled:
        """Record for arrays of these shapes without running; returns the function itself."""
        self._version(self._checked(arrays))
        return self

    # Behind them

    def _recorded(self, name: str) -> _Version:
        if self._latest is None:
            raise RecordingError(f"{name}: nothing is recorded yet; call the function with arrays first")
        return self._latest

    def _checked(self, arrays: Sequence[Any]) -> list[Batch]:
        if len(arrays) != len(self._names):
            raise ArgumentError(
                f"{self!r}: expected {len(self._names)} arrays ({', '.join(self._names)}), got {len(arrays)}"
            )
        batch = list(map(self._array, self._names, arrays))
        rows = len(batch[0])
        for name, array in zip(self._names, batch, strict=True):
            if len(array) != rows:
                raise ShapeError(
                    f"{name}: expected {rows} rows as in {self._names[0]}, got {len(array)}; "
                    "the first axis is the batch"
                )
        return batch

    def _array(self, name: str, given: Any) -> Batch:
        array = given if type(given) is _ndarray else _as_array(name, given)
        if not array.size or array.ndim not in (1, 2):
            raise ShapeError(
                f"{name}: expected shape (batch,) or (batch, n) with at least one row and column, got {array.shape}"
            )
        if array.dtype is not self._dtype and array.dtype != self._dtype:
            if array.dtype.kind not in "fiub":
                raise OperandError(f"{name}: expected real numbers, got an array of {array.dtype}; convert it to float")
            with strict():
                array = array.astype(self._dtype)
        if not _all_finite(array):
            row = int(np.flatnonzero(~np.isfinite(array.reshape(len(array), -1)).all(axis=1))[0])
            came = "NaN or infinity" if not np.isfinite(given[row]).all() else f"one beyond {self._dtype}"
            raise ArgumentError(f"{name}: expected finite numbers, got {came} in row {row}; clean the data")
        return array

    def _version(self, batch: Sequence[Batch]) -> _Version:
        signature = tuple([array.shape[1:] for array in batch])
        version = self._versions.get(signature)
        if version is None:
            version = self._versions[signature] = self._compiled(batch)
        self._latest = version
        return version

    def _compiled(self, batch: Sequence[Batch]) -> _Version:
        sample = [float(array[0]) if array.ndim == 1 else array[0].tolist() for array in batch]
        known = self._parameters
        version = _Version(record(self._function, sample, self._names, known), self._dtype, len(known))
        if len(version.parameters) > len(known):
            self._parameters = version.parameters
        return version

    def _differentiable(self, batch: Sequence[Batch]) -> _Version:
        version = self._version(batch)
        if version.reverse is None:
            if version.recording.is_list:
                raise ArgumentError(
                    f"gradient of {self!r}: expected one output, the cost, got a list of "
                    f"{len(version.recording.outputs)}; return one Value"
                )
            raise ArgumentError(
                f"gradient of {self!r}: expected leaf Values that the function closes over, got none; make what is "
                "to be learned with Value(...) outside the function"
            )
        return version

    def _accumulate(self, version: _Version, batch: Sequence[Batch]) -> float:
        """The mean cost; the mean gradient is left in ``version.gradient``."""
        rows, at_once = len(batch[0]), version.rows_at_once("reverse")
        if rows <= at_once:
            return self._mean_cost(version, batch, 0, version.gradient)
        cost, gradient = 0.0, np.zeros_like(version.gradient)
        for start in range(0, rows, at_once):
            part = [array[start : start + at_once] for array in batch]
            weight = len(part[0]) / rows
            cost += weight * self._mean_cost(version, part, start, version.gradient)
            with strict():
                gradient += weight * version.gradient
        version.gradient[:] = gradient
        return cost

    def _outputs(self, version: _Version, batch: Sequence[Batch], first_row: int) -> Batch:
        """The outputs of each row, or of all where they depend on no input, in the program's buffer."""
        try:
            result: Batch = self._strictly(version.run, "forward", batch, first_row, version.gradient)
            if _all_finite(result):
                return result
        except FloatingPointError:
            pass
        rows, _ = blame(self._function, self._names, version.parameters, batch, first_row, False)
        with strict():
            outputs = np.array(rows, dtype=self._dtype)
        if _all_finite(outputs):
            return outputs
        raise self._overflow()

    def _mean_cost(self, version: _Version, batch: Sequence[Batch], first_row: int, target: Batch) -> float:
        """The mean of the rows' costs; its gradient is left in `target`."""
        n = len(batch[0])
        try:
            cost, bound = self._strictly(version.run, "reverse", batch, first_row, target)
            if isfinite(cost) and (isfinite(bound) or _all_finite(target)):
                return float(cost) / n
        except FloatingPointError:
            pass
        rows, slopes = blame(self._function, self._names, version.parameters, batch, first_row, True)
        cost = left_to_right(row[0] / n for row in rows)
        with strict():
            target[:] = slopes
        if isfinite(cost) and _all_finite(target):
            return cost
        raise self._overflow()

    def _overflow(self) -> NonFiniteError:
        return NonFiniteError(f"{self!r}: the result overflows; scale the inputs or parameters")


def _columns(batch: Sequence[Batch]) -> list[Batch]:
    """The batch with an axis for positions in every array."""
    return [array if array.ndim == 2 else array[:, None] for array in batch]


def plans(recording: Recording, known: int = 0) -> tuple[list[Value], Plan, Plan | None]:
    """The parameters in the plans' order, the forward plan, and the gradient's where there is one cost to learn.

    The first `known` of the recording's parameters come first there, too.
    """
    lifted = lift(recording, known)
    parameters = [recording.parameters[i] for i in lifted.layout]
    forward = finished(lifted, recording.guards)
    if recording.is_list or not parameters:
        return parameters, forward, None
    gradient = gradient_of(lifted.builder, lifted.output, lifted.parameters)
    return parameters, forward, finished(lifted, recording.guards, gradient)


def _argument_names(function: Callable[..., Any]) -> list[str]:
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        raise ArgumentError(
            f"compile(function): expected a function with named arguments, got {function!r}; wrap it in a lambda"
        ) from None
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    names = [p.name for p in parameters if p.kind in kinds and p.default is inspect.Parameter.empty]
    if not names:
        raise ArgumentError("compile(function): expected a function of at least one argument, got one of none")
    return names


def _all_finite(array: Batch) -> bool:
    # A sum of squares of finite numbers is finite or overflows; only then is every number looked at.
    return isfinite(_vdot(array, array)) or bool(np.isfinite(array).all())


def _as_array(name: str, given: Any) -> Batch:
    try:
        return np.asarray(given)
    except (ValueError, AutogradError):
        raise ShapeError(f"{name}: expected rows of equal length, got a ragged {type(given).__name__}") from None
