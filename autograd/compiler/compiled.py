"""`compile`: a function of one sample, written in scalars, run over whole batches."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, overload

import numpy as np

from .. import modes
from ..errors import ArgumentError, AutogradError, OperandError, RecordingError
from ..parameters import Parameters, leaves
from ..value import Value
from .arguments import Arguments, Batch, Form
from .backends import available
from .pipeline import Stages
from .plan.plan import Plan
from .programs import Programs, Settings
from .samples import Samples
from .structure import holds_values
from .versions import Version


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
    return Compiled(function, Settings(np.dtype(dtype), backend, devices, unused, paths))


class Compiled:
    """A function of one sample, compiled for batches; see `compile`."""

    def __init__(self, function: Callable[..., Any], settings: Settings) -> None:
        functools.update_wrapper(self, function, updated=())
        self._function = function
        self._arguments = Arguments(function, settings.dtype)
        self._programs = Programs(function, repr(self), settings)

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
        Called with Values it is the plain function of one sample, so functions may be made of compiled ones.
        """
        if modes.active and modes.of_one_sample():
            return self._of_one_sample(arrays, named)
        try:
            checked = self._checked(arrays, named)
        except AutogradError:
            # Looked for here alone, so that arrays need not wait.
            if not holds_values((arrays, named)):
                raise
            return self._of_one_sample(arrays, named)
        return self._programs.results(*checked)

    def _of_one_sample(self, given: Sequence[Any], named: Mapping[str, Any]) -> Any:
        """The plain function."""
        things = (*given, *named.values())
        if any(isinstance(thing, list | tuple | Mapping | np.ndarray) for thing in things) and not holds_values(things):
            raise RecordingError(
                f"{self!r} inside a compiled function: expected Values of one sample, got a batch of numbers, whose "
                "results would be frozen into the program; call it outside, or with Values"
            )
        try:
            return self._function(*given, **named)
        except TypeError as error:
            if isinstance(error, AutogradError):
                raise
            raise OperandError(f"{self!r} of Values is the plain function of one sample, and says: {error}") from error

    def gradient(self, /, *arrays: Any, **named: Any) -> tuple[float, Batch]:
        """The mean cost over the batch, and its gradient by `parameters`.

        Returns
        -------
        cost : float
        gradient : ndarray, shape (parameters,)
        """
        return self._programs.gradient(*self._checked(arrays, named))

    def backward(self, /, *arrays: Any, **named: Any) -> float:
        """Add the mean gradient over the batch to the parameters' ``grad``; return the mean cost."""
        return self._programs.backward(*self._checked(arrays, named))

    def over(self, /, *arrays: Any, **named: Any) -> Samples:
        """The arrays, checked once, for `backward` over some of their rows after others."""
        form, batch = self._arguments.checked(arrays, named, self)
        return Samples(functools.partial(self._programs.backward, form), batch)

    # What was found

    @property
    def parameters(self) -> Parameters:
        """The leaf Values that the function closed over, in a stable order: new recordings add to its end."""
        self._recorded("parameters")
        return self._programs.parameters

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
        self._programs.recorded(*self._arguments.checked(arrays, named, self))
        return self

    def refresh(self, /, *arrays: Any, **named: Any) -> Compiled:
        """Record again for the first row of arrays, and compile anew if that is another graph; returns the function.

        Numbers that the function closes over stand in its programs. Where they, or anything else that the function
        is made of, may have changed since it was recorded, this looks, in a fifth of the time that compiling takes.
        """
        self._programs.refresh(*self._arguments.checked(arrays, named, self))
        return self

    # Behind them

    def _checked(self, arrays: Sequence[Any], named: Mapping[str, Any]) -> tuple[Form, list[Batch]]:
        if modes.active:
            modes.refuse_while_recording(f"a gradient by {self!r}", "autograd.gradient(cost, wrt, create_graph=True)")
        form, batch = self._arguments.checked(arrays, named, self)
        if len(batch[0]) < self._programs.least_rows and form.has_batch:
            raise ArgumentError(
                f"{self!r}: expected a batch of at least {self._programs.least_rows} rows, one for each device, "
                f"got {len(batch[0])}; give more rows, or a smaller devices="
            )
        return form, batch

    def _recorded(self, name: str) -> Version:
        if self._programs.latest is None:
            raise RecordingError(f"{name}: nothing is recorded yet; call the function with arrays first")
        return self._programs.latest
