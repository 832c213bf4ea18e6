"""`compile`: a function of one sample, written in scalars, run over whole batches."""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, overload

import numpy as np

from .. import modes
from ..errors import ArgumentError, AutogradError, OperandError, RecordingError
from ..structure import holds_values
from ..value import Value
from ..words import attributes_told, keywords_told
from .arguments import Arguments, Batch, Form
from .copies import deep_copied, found_by_name, require_name
from .found import Found
from .methods import Binding, Instances, WeakMethod, function_and_binding, may_be_instance, stands_in_class
from .programs import Programs, Settings
from .ready import Kept, Ready
from .samples import Samples


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


@keywords_told("compile")
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
    backend : {"numpy", "numba", "jax", "reference"}
        What runs them: NumPy; a machine of kernels that numba compiles (the extra ``fast``); JAX (the extra
        ``jax``), which compiles for CPUs, GPUs and many devices; or the interpreter that says what a program
        means, slowly.
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

    Notes
    -----
    Whatever the function computes of its arguments and parameters lives in the program: every row of a batch takes
    its own branches, loops and caught errors, and values under ``no_grad()`` change with the inputs. What it closes
    over is looked at before each call, and it is recorded anew where a name is bound to another Value or number.
    Numbers that stand in containers stay what they were when it was recorded; `Compiled.refresh` looks again. It is
    run twice when it is recorded, and refused if it does not do the same: a random number, a counter or the clock
    must be arguments. What Python does not let a library see is ``condition is True``; write ``if condition``.

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
    plain, binding = function_and_binding(function)
    if not callable(plain):
        remedy = "; write @property above @compile" if isinstance(plain, property) else ""
        raise OperandError(f"compile(function): expected a function, got {type(plain).__name__}{remedy}")
    return Compiled(plain, Settings.checked(dtype, backend, devices, parameters, paths), binding)


@attributes_told("f")
class Compiled(Found):
    """A function of one sample, compiled for batches; see `compile`.

    In a class it is a method: ``model.cost(X)`` has programs of its own for each instance, freed with it, and
    ``Model.cost(model, X)`` is the same. Copies and unpickled ones compile again when they are called.
    """

    __name__: str

    def __init__(self, function: Callable[..., Any], settings: Settings, binding: Binding) -> None:
        functools.update_wrapper(self, function, updated=())
        self._function, self._settings, self._binding = function, settings, binding
        self._arguments = Arguments(function, settings.dtype)
        self._programs = Programs(function, repr(self), settings)
        self._owner: type | None = None
        self._is_method = stands_in_class(function)
        self._instances = Instances()

    def __repr__(self) -> str:
        return f"<compiled {getattr(self._function, '__name__', 'function')}({self._arguments.told})>"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """For IPython: with the program that was found, once there is one."""
        latest = self._programs.latest
        printer.text(repr(self) if latest is None else f"{self!r}\n{latest.plan}")

    # Calling

    def __call__(self, /, *arrays: Any, **named: Any) -> Any:
        """The function of every row.

        Parameters
        ----------
        *arrays, **named : array-like, shape (batch, ...), or structures of them
            The function's arguments: numbers for a scalar, rows for a sequence, further axes for nested sequences.
            A list, tuple or dict of arrays arrives as a list, tuple or dict. For what has a default a number, string
            or None may be given instead, the same for all rows; the function is recorded for each.
            Integers and bools arrive as whole numbers, which are indices: ``table[i]`` is the row of each sample.

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
        if not named and (results := self.again(*arrays)) is not None:
            return results
        try:
            checked = self._checked(arrays, named)
        except AutogradError:
            # Looked for here alone, so that arrays need not wait.
            if not holds_values((arrays, named)):
                raise
            return self._of_one_sample(arrays, named)
        programs, form, batch = checked
        return programs.results(form, batch)

    def again(self, /, *arrays: Any) -> Any:
        """The results for finite arrays of shapes that were met before, with the least ado; None for all others."""
        ready = self._ready(self._programs.for_results, arrays, {})
        return None if ready is None else ready.results(arrays)

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
            if modes.active and modes.of_one_sample():
                raise
            raise OperandError(f"{self!r} of Values is the plain function of one sample, and says: {error}") from error

    def gradient(self, /, *arrays: Any, **named: Any) -> tuple[float, Batch]:
        """The mean cost over the batch, and its gradient by `parameters`.

        Returns
        -------
        cost : float
        gradient : ndarray, shape (parameters,)
        """
        ready = self._ready(self._programs.for_gradients, arrays, named)
        if ready is not None and (found := ready.gradient(arrays)) is not None:
            return found
        programs, form, batch = self._checked(arrays, named)
        return programs.gradient(form, batch)

    def backward(self, /, *arrays: Any, **named: Any) -> float:
        """Add the mean gradient over the batch to the parameters' ``grad``; return the mean cost."""
        ready = self._ready(self._programs.for_gradients, arrays, named)
        cost = None if ready is None else ready.backward(arrays)
        return self._backward(*self._checked(arrays, named)) if cost is None else cost

    def over(self, /, *arrays: Any, **named: Any) -> Samples:
        """The arrays, checked once, for `backward` over some of their rows after others."""
        programs, form, batch = self._checked(arrays, named, least=1)
        return Samples(functools.partial(self._backward, programs, form), batch)

    def _backward(self, programs: Programs, form: Form, batch: Sequence[Batch]) -> float:
        return programs.backward(form, batch)

    # Recording

    def record(self, /, *arrays: Any, **named: Any) -> Compiled:
        """Record for arrays of these shapes without running; returns the function itself."""
        programs, form, batch = self._checked(arrays, named, least=1)
        programs.recorded(form, batch)
        return self

    def refresh(self, /, *arrays: Any, **named: Any) -> Compiled:
        """Record again for the first row of arrays, and compile anew if that is another graph; returns the function.

        Numbers that the function closes over stand in its programs. Where they, or anything else that the function
        is made of, may have changed since it was recorded, this looks, in a fifth of the time that compiling takes.
        """
        programs, form, batch = self._checked(arrays, named, least=1)
        programs.refresh(form, batch)
        return self

    # Behind them

    def _ready(self, kept: Kept, given: Sequence[Any], named: Mapping[str, Any]) -> Ready | None:
        """What is ready for arguments like those before, where these are such and nothing has changed."""
        if named or modes.active:
            return None
        ready = kept.ready(given)
        return None if ready is None or self._programs.are_outdated() else ready

    def _checked(
        self, given: Sequence[Any], named: Mapping[str, Any], least: int = 0
    ) -> tuple[Programs, Form, list[Batch]]:
        """The programs for arguments, which are those of the first one where that is an instance; form and arrays."""
        if modes.active:
            modes.refuse_while_recording(f"a gradient by {self!r}", "autograd.gradient(cost, wrt, create_graph=True)")
        if self._is_method and given and self._is_instance(given[0]):
            return self._bound(given[0])._checked(given[1:], named, least)
        form, batch = self._arguments.checked(given, named, self)
        self._programs.look()
        least = least or self._programs.least_rows
        if len(batch[0]) < least and form.has_batch:
            raise ArgumentError(
                f"{self!r}: expected a batch of at least {least} rows, one for each device, got {len(batch[0])}; give "
                "more rows, or a smaller devices="
            )
        return self._programs, form, batch

    # In a class

    def __set_name__(self, owner: type, name: str) -> None:
        self._owner, self._is_method = owner, True

    def __get__(self, instance: Any, owner: type | None = None) -> Compiled:
        bound = self._binding(instance, owner)
        self._is_method = True
        if instance is None and self._owner is None:
            self._owner = owner
        return self if bound is None else self._bound(bound)

    def _is_instance(self, thing: Any) -> bool:
        return (self._owner is not None and isinstance(thing, self._owner)) or may_be_instance(thing)

    def _bound(self, instance: Any) -> BoundMethod:
        return BoundMethod(self, self._instances.of(instance, self._of), instance)

    def _of(self, instance: Any) -> Compiled:
        made = Compiled(WeakMethod(self._function, instance), self._settings, self._binding)
        made._is_method = False
        return made

    # Copies

    def __copy__(self) -> Compiled:
        return Compiled(self._function, self._settings, self._binding)

    def __deepcopy__(self, memo: dict[int, Any]) -> Compiled:
        function, settings = deep_copied(self._function, memo), self._settings
        if function is not self._function:
            settings = replace(settings, parameters=copy.deepcopy(settings.parameters, memo))
        return Compiled(function, settings, self._binding)

    def __reduce__(self) -> Any:
        found = found_by_name(self)
        if found is self:
            return self.__qualname__
        if not isinstance(found, Compiled) or found._function is not self._function:
            require_name(self._function)
            found = self._function
        return _again, (found, self._settings)


class BoundMethod(Compiled):
    """A compiled method of an instance: the instance, which lives as long as this does, and what is kept for it.

    Parameters
    ----------
    method : Compiled
        What stands in the class.
    kept : Compiled
        The method of this instance, which does not keep it alive.
    instance : object
    """

    __slots__ = ("__self__", "_method")

    def __init__(self, method: Compiled, kept: Compiled, instance: Any) -> None:
        # However often the method is looked up, what was recorded is there.
        self.__dict__ = kept.__dict__
        self._method, self.__self__ = method, instance

    def __get__(self, instance: Any, owner: type | None = None) -> Compiled:
        return self

    def __copy__(self) -> Compiled:
        return self._method._bound(self.__self__)

    def __deepcopy__(self, memo: dict[int, Any]) -> Compiled:
        return self._method._bound(copy.deepcopy(self.__self__, memo))

    def __reduce__(self) -> Any:
        if isinstance(self.__self__, type):
            return getattr, (self.__self__, self.__name__)
        return _bound, (self._method, self.__self__)


def _again(function: Any, settings: Settings) -> Compiled:
    """What a pickle of a compiled function becomes."""
    known = function if isinstance(function, Compiled) else compile(function)
    return Compiled(known._function, settings, known._binding)


def _bound(method: Compiled, instance: Any) -> Compiled:
    """What a pickle of a compiled method of an instance becomes."""
    return method._bound(instance)
