"""`compile`: a function of one sample, written in scalars, run over whole batches."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from ..errors import ArgumentError, AutogradError, NonFiniteError, OperandError, RecordingError, ShapeError
from ..parameters import FlatParameters, Vector, add_to_grad, bound, numbers
from ..value import Value
from .blame import blame
from .differentiate import gradient_of
from .finish import finished
from .lift import lift
from .lower import Program
from .plan import Plan
from .record import Recording, record

Batch = npt.NDArray[Any]
Signature = tuple[int | None, ...]

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


@dataclass
class _Version:
    """What one shape of arguments was recorded as."""

    recording: Recording
    parameters: Sequence[Value]
    forward: Plan
    gradient: Plan | None
    programs: dict[bool, Program]
    prepared: dict[tuple[bool, int, int], Any]


class Compiled:
    """A function of one sample, compiled for batches; see `compile`."""

    def __init__(self, function: Callable[..., Any], dtype: np.dtype[Any]) -> None:
        functools.update_wrapper(self, function)
        self._function = function
        self._dtype = dtype
        self._names = _argument_names(function)
        self._versions: dict[Signature, _Version] = {}
        self._latest: _Version | None = None

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
        version = self._version(batch)
        rows = len(batch[0])
        out = np.empty((rows, version.forward.output.size), dtype=self._dtype)
        for start, stop in _chunks(version.forward, rows):
            part = [array[start:stop] for array in batch]
            out[start:stop] = self._run(version, False, part, rows, start, None)
        return out if version.recording.is_list else out[:, 0]

    def gradient(self, *arrays: Any) -> tuple[float, Batch]:
        """The mean cost over the batch, and its gradient by `parameters`.

        Returns
        -------
        cost : float
        gradient : ndarray, shape (parameters,)
        """
        batch = self._checked(arrays)
        version = self._differentiable(batch)
        gradient = np.empty(len(version.parameters), dtype=self._dtype)
        return self._gradient_into(version, batch, gradient), gradient

    def backward(self, *arrays: Any) -> float:
        """Add the mean gradient over the batch to the parameters' ``grad``; return the mean cost."""
        batch = self._checked(arrays)
        version = self._differentiable(batch)
        flat = version.parameters
        if isinstance(flat, FlatParameters):
            target = flat.overwritten_grad() if self._dtype == np.float64 else None
            if target is not None:
                return self._gradient_into(version, batch, target)
        gradient = np.empty(len(flat), dtype=self._dtype)
        cost = self._gradient_into(version, batch, gradient)
        if isinstance(flat, FlatParameters):
            flat.grad[:] += gradient
        else:
            add_to_grad(flat, gradient)
        return cost

    # What was found

    @property
    def parameters(self) -> Sequence[Value]:
        """The leaf Values that the function closed over, in a stable order."""
        return self._recorded("parameters").parameters

    @property
    def plan(self) -> Plan:
        """The matrix program, forward and reverse; ``print(f.plan)`` tells it as equations."""
        version = self._recorded("plan")
        return version.gradient or version.forward

    @property
    def source(self) -> str:
        """The NumPy source that runs."""
        version = self._recorded("source")
        return self._program(version, version.gradient is not None).source

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
        batch = [self._array(name, array) for name, array in zip(self._names, arrays, strict=True)]
        rows = len(batch[0])
        for name, array in zip(self._names, batch, strict=True):
            if len(array) != rows:
                raise ShapeError(
                    f"{name}: expected {rows} rows as in {self._names[0]}, got {len(array)}; the first axis is the batch"
                )
        return batch

    def _array(self, name: str, given: Any) -> Batch:
        array = given if type(given) is np.ndarray else _as_array(name, given)
        if array.ndim not in (1, 2) or 0 in array.shape:
            raise ShapeError(
                f"{name}: expected shape (batch,) or (batch, n) with at least one row and column, got {array.shape}"
            )
        if array.dtype != self._dtype:
            if array.dtype.kind not in "fiub":
                raise OperandError(f"{name}: expected real numbers, got an array of {array.dtype}; convert it to float")
            array = array.astype(self._dtype)
        flat = array.ravel()
        # A product of finite numbers is finite or overflows; only then is every number looked at.
        if not np.isfinite(flat.dot(flat)) and not np.isfinite(flat).all():
            row = int(np.flatnonzero(~np.isfinite(array.reshape(len(array), -1)).all(axis=1))[0])
            raise ArgumentError(f"{name}: expected finite numbers, got NaN or infinity in row {row}; clean the data")
        return array

    def _version(self, batch: Sequence[Batch]) -> _Version:
        signature = tuple(None if array.ndim == 1 else array.shape[1] for array in batch)
        version = self._versions.get(signature)
        if version is None:
            version = self._versions[signature] = self._compiled(batch)
        self._latest = version
        return version

    def _compiled(self, batch: Sequence[Batch]) -> _Version:
        sample = [float(array[0]) if array.ndim == 1 else array[0].tolist() for array in batch]
        recording = record(self._function, sample, self._names)
        parameters, forward, gradient = plans(recording)
        return _Version(recording, bound(parameters) or parameters, forward, gradient, {}, {})

    def _differentiable(self, batch: Sequence[Batch]) -> _Version:
        version = self._version(batch)
        if version.gradient is None:
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

    def _program(self, version: _Version, wants_gradient: bool) -> Program:
        program = version.programs.get(wants_gradient)
        if program is None:
            plan = version.gradient if wants_gradient else version.forward
            assert plan is not None
            program = version.programs[wants_gradient] = Program(plan)
        return program

    def _gradient_into(self, version: _Version, batch: Sequence[Batch], gradient: Batch) -> float:
        assert version.gradient is not None
        rows = len(batch[0])
        chunks = _chunks(version.gradient, rows)
        if len(chunks) == 1:
            return float(np.add.reduce(self._run(version, True, batch, rows, 0, gradient), axis=None)) / rows
        cost, part_of_it = 0.0, np.empty_like(gradient)
        gradient.fill(0.0)
        for start, stop in chunks:
            part = [array[start:stop] for array in batch]
            cost += float(np.add.reduce(self._run(version, True, part, rows, start, part_of_it), axis=None))
            gradient += part_of_it
        return cost / rows

    def _run(
        self, version: _Version, wants_gradient: bool, batch: Sequence[Batch], total: int, first_row: int, out: Any
    ) -> Batch:
        """The output of each row; with `out`, also this part's share of the mean gradient."""
        try:
            with np.errstate(divide="raise", invalid="raise", over="ignore", under="ignore"):
                result = self._prepared(version, wants_gradient, len(batch[0]), out)(
                    *[array if array.ndim == 2 else array[:, None] for array in batch], total, first_row
                )
            if np.isfinite(np.add.reduce(result, axis=None)):
                return result
        except FloatingPointError:
            pass
        blame(self._function, version.recording, batch, first_row, wants_gradient)
        raise NonFiniteError(f"{self!r}: the result overflows; scale the inputs or parameters")

    def _prepared(self, version: _Version, wants_gradient: bool, rows: int, out: Any) -> Any:
        """The program for a batch size, its buffers allocated; parameters and gradient are where they are now."""
        flat = version.parameters
        if isinstance(flat, FlatParameters) and self._dtype == np.float64:
            data: Any = flat.data
        else:
            data = numbers(flat).astype(self._dtype)
        key = (wants_gradient, rows, id(data) if data is getattr(flat, "data", None) else 0)
        found = version.prepared.get(key)
        if found is None:
            if len(version.prepared) >= _PREPARED_SIZES:
                version.prepared.pop(next(iter(version.prepared)))
            own_data = data if key[2] else data.copy()
            own_out = np.empty(len(flat), dtype=self._dtype)
            run = self._program(version, wants_gradient).prepare(rows, own_data, own_out, self._dtype)
            found = version.prepared[key] = (run, own_data, own_out)
        run, own_data, own_out = found
        if own_data is not data:
            own_data[:] = data
        if out is None:
            return run

        def run_into(*arguments: Any) -> Any:
            result = run(*arguments)
            out[:] = own_out
            return result

        return run_into


def plans(recording: Recording) -> tuple[list[Value], Plan, Plan | None]:
    """The parameters in the plans' order, the forward plan, and the gradient's where there is one cost to learn."""
    lifted = lift(recording)
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


def _as_array(name: str, given: Any) -> Batch:
    try:
        return np.asarray(given)
    except (ValueError, AutogradError):
        raise ShapeError(f"{name}: expected rows of equal length, got a ragged {type(given).__name__}") from None


def _chunks(plan: Plan, rows: int) -> list[tuple[int, int]]:
    per_row = 8 * sum(array.size for array in plan.arrays if array.batched)
    size = max(1, _CHUNK_BYTES // max(per_row, 1))
    return [(start, min(start + size, rows)) for start in range(0, rows, size)]
