"""`Module`: anything that holds parameters, found by itself in its attributes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from reprlib import recursive_repr
from typing import Any

import numpy as np
import numpy.typing as npt

from autograd import Compiled, Value, no_grad
from autograd.errors import ArgumentError, AutogradError, OperandError
from autograd.primitives import LEAF
from autograd.words import attributes_told, keywords_told

from .data import numbers_of, rows_of
from .files import state
from .files.state import Keys, shape_of
from .files.structure import Structure
from .files.writing import save
from .networks.outline import outlined
from .networks.outputs import predicted
from .networks.programs import Cost, Programs
from .networks.samples import Samples, each, listed, samples_of
from .summary import Summary, summary_of

_PROGRAMS = "_programs_kept"
"""Under which name a module keeps its programs."""


@attributes_told("net")
class Module:
    """Something with parameters: a neuron, a layer, a network, or your own.

    A subclass computes in ``__call__`` with what its attributes hold: Values, modules, and lists, tuples, dicts and
    object arrays of them, nested as you like. The leaves among those Values are its parameters, in the order of the
    attributes. What computes with others, or calls them otherwise, says so in `members` or `named_parameters`.

    Examples
    --------
    >>> import nn
    >>> class Line(nn.Module):
    ...     def __init__(self):
    ...         self.slope, self.shifts = Value(2.0), [Value(1.0), Value(0.0)]
    >>> [name for name, _ in Line().named_parameters()]
    ['slope', 'shifts.0', 'shifts.1']
    """

    def members(self) -> Iterator[tuple[str, Any]]:
        """What it is made of, by name: Values, modules, and containers of them."""
        yield from ((name, member) for name, member in vars(self).items() if name != _PROGRAMS)

    def named_parameters(self) -> Iterator[tuple[str, Value]]:
        """Each parameter with its name, such as ``("hidden.w^1_00", Value(...))``, in a stable order, once."""
        return once(_parameters("", self, ()))

    def named_modules(self, remove_duplicate: bool = True) -> Iterator[tuple[str, Module]]:
        """Itself, under the name ``""``, and every module inside: ``("hidden", Layer(...))``.

        One that stands in several places comes once, or under each of its names.
        """
        if not remove_duplicate:
            yield from _modules("", self)
            return
        met: set[int] = set()
        for name, module in _modules("", self):
            if id(module) not in met:
                met.add(id(module))
                yield name, module

    def named_functions(self) -> Iterator[tuple[str, Any]]:
        """What a `Sequential` computes with between its modules: functions, or the names of activations."""
        return iter(())

    def named_arrays(self) -> Iterator[tuple[str, Any]]:
        """The parameters as arrays: the name, and a Value or equally long lists of them, as deep as the array has axes.

        One that stands in several places comes under each of its names.
        """
        return arrays_in("", self)

    def state_dict(self) -> dict[str, npt.NDArray[np.float64]]:
        """The numbers of all parameters by name, as PyTorch names, shapes and orders them: copies.

        An `MLP` and a `Sequential` have the names of the `torch.nn.Sequential` that computes the same, in which each
        activation but ``"linear"`` takes a place: ``0.weight`` of shape (neurons, inputs), ``0.bias``, ``2.weight``...
        Modules of your own have those of `named_arrays`.

        Returns
        -------
        dict of str to ndarray

        Raises
        ------
        ArgumentError
            If two arrays have the same name.

        Examples
        --------
        >>> import nn
        >>> {name: array.shape for name, array in nn.MLP([2, 3, 1]).state_dict().items()}
        {'0.weight': (3, 2), '0.bias': (3,), '2.weight': (1, 3), '2.bias': (1,)}
        """
        return state.numbers_in(state.arrays_of(self))

    def load_state_dict(self, state_dict: Mapping[str, Any], strict: bool = True) -> Keys:
        """Set the numbers of parameters by name, all of them or none.

        Parameters
        ----------
        state_dict : mapping of str to array-like
            Arrays, nested lists, or tensors of another library, of finite numbers, named and shaped as in `state_dict`.
        strict : bool
            Whether there must be an array for each name, and no others. If not, those that are there are set.

        Returns
        -------
        Keys
            ``(missing_keys, unexpected_keys)``; both are empty where `strict`.

        Raises
        ------
        ArgumentError, OperandError, ShapeError
            If names or shapes are others, all of which it lists, or an array does not hold finite numbers; nothing is
            changed.
        """
        return state.load(state.arrays_of(self), state_dict, strict)

    # What runs it

    @keywords_told("net.predict")
    def predict(self, X: Any, compiled: bool = True, *, backend: str = "numpy") -> Any:
        """What it returns for every row, without noise.

        Parameters
        ----------
        X : array-like, shape (samples, inputs) or (inputs,), or (samples, ...)
            For a network of known width, such as an `MLP` or what begins with a `Layer`, rows of numbers, or one row.
            A module of your own gets a number, a list or nested lists for each sample; whole numbers stay whole, as
            indices have to. Of a dict or tuple of arrays it gets one with the numbers of each sample.
        compiled : bool
            Whether to run as matrix products; else one Value at a time.
        backend : {"numpy", "numba", "jax", "reference"}
            What runs them, as in `compile`.

        Returns
        -------
        ndarray, shape (samples, outputs) or (outputs,)
            Of a module of your own shape (samples, ...), or a dict of those, as it returns.

        Raises
        ------
        ShapeError, OperandError, ArgumentError
            If they are no finite numbers, or not as many as it takes; or if it cannot be called.
        """
        kept = vars(self).get(_PROGRAMS)
        if kept is not None and compiled is True and (found := kept.predicted(self, X, backend)) is not None:
            return found
        callable_module(self)
        if not compiled and backend != "numpy":
            raise ArgumentError(f"backend: expected 'numpy' with compiled=False, got {backend!r:.60}")
        is_one, width = False, self._width()
        if width is None:
            rows = samples_of("X", X)
        else:
            array = numbers_of("X", X)
            is_one, rows = array.ndim == 1, rows_of("X", np.atleast_2d(array), width)
        if compiled:
            program = self.program(backend=backend, sample=[rows])
            result: Any = program(rows)
            if width is not None:
                self._programs.predicts(program, backend)
        else:
            with no_grad():
                result = predicted(self, listed(rows))
        return each(itemgetter(0), result) if is_one else result

    def _width(self) -> int | None:
        """How many inputs it takes for one sample, where that is known."""
        return None

    def _last_activation(self) -> Any:
        """The activation that its outputs come of, where that is known."""
        return None

    def _samples(self, X: Any, name: str = "X") -> Samples:
        """Samples as an array with the samples first, checked; a module of unknown width may take several."""
        width = self._width()
        return samples_of(name, X) if width is None else rows_of(name, X, width)

    def program(
        self,
        cost: Cost | None = None,
        backend: str = "numpy",
        devices: int | None = None,
        sample: Sequence[Samples] = (),
        noisy: bool = False,
    ) -> Compiled:
        """The module as a compiled function of one sample, or of a sample and its target the cost.

        It is kept, and made anew where a part or parameter was exchanged since. Of costs the last few are kept, as
        they are objects.

        Parameters
        ----------
        cost : callable, optional
            ``cost(outputs, targets)``.
        backend, devices
            As in `compile`.
        sample : sequence of ndarray, shape (rows, ...), or dicts and tuples of them
            One for each argument. Where the cost or the module has code of somebody's own, the numbers that
            it closes over may be others than when it was recorded: it is recorded again for the first row, and
            compiled anew if it is another function now.
        noisy : bool
            Whether a last argument are the random numbers that it draws in training.
        """
        return self._programs.of(self, cost, backend, devices, sample, noisy)

    def _exchangeable(self) -> list[Any]:
        """Everything that may be exchanged for something else, in a stable order."""
        return [*self.parameters()]

    def _stays_the_same(self) -> bool:
        """Whether nothing but what is `_exchangeable` can change what is computed: no code is a user's."""
        return False

    def _is_watched(self) -> bool:
        """Whether a mark is left whenever something that is `_exchangeable` is exchanged: see `parts`."""
        return False

    @property
    def _programs(self) -> Programs:
        programs = vars(self).get(_PROGRAMS)
        if not isinstance(programs, Programs) or not programs.is_of(self):
            programs = vars(self)[_PROGRAMS] = Programs(self)
        return programs

    def structure_to_keep(self) -> Structure | None:
        """What a file keeps of a network besides its numbers, to make it anew from; None for what is made by code."""
        return None

    def recipe_to_keep(self) -> str | None:
        """What a file keeps of a `Sequential` to make it anew from; None for what is made by code."""
        return None

    @keywords_told("net.save")
    def save(self, path: str | os.PathLike[str]) -> None:
        """Write it to an ``.npz`` file, atomically; `nn.load` reads it.

        An `MLP` is kept whole, and so is a `Sequential` of this package's steps: ``nn.load(path)`` makes them. Of a
        module of your own, whose code no file holds, the arrays of `state_dict` are kept: ``nn.load(path,
        into=module)`` sets those of one that was made as this was.

        Raises
        ------
        ArgumentError
            If the file cannot be written, or two arrays have the same name; nothing is left behind.
        """
        save(self, path)

    def summary(self) -> Summary:
        """What it holds: name, shape and activation of each array, how many parameters, and how many there are in all.

        Raises
        ------
        ArgumentError
            If two arrays have the same name.
        """
        return summary_of(self)

    @recursive_repr("...")
    def __repr__(self) -> str:
        held = (told for name, member in self.members() for told in _held(name, member, (self,)))
        return outlined(type(self).__name__, held)

    def _repr_html_(self) -> str | None:
        try:
            return self.summary()._repr_html_()
        except AutogradError:  # what is wrong with it is told by what computes with it
            return None

    def parameters(self) -> list[Value]:
        """The parameters, in the order of `named_parameters`, each once."""
        return list(dict.fromkeys(self._values()))

    def _values(self) -> Iterable[Value]:
        """What `named_parameters` names, perhaps several times, without the names, which take most of its time."""
        if type(self).named_parameters is not Module.named_parameters:
            return (value for _, value in self.named_parameters())
        return _values(self, ())

    def zero_grad(self) -> None:
        """Set every parameter's ``grad`` to 0, before the next backward pass adds to it."""
        for value in self.parameters():
            value.grad = 0.0


def callable_module(net: Any) -> Module:
    """`net` itself.

    Raises
    ------
    OperandError
        If it is no module, or one that cannot be called.
    """
    if not isinstance(net, Module):
        raise OperandError(f"net: expected an nn.MLP, got {type(net).__name__}; any other nn.Module will do, too")
    if not callable(net):
        raise OperandError(f"net: expected a module that can be called, got {type(net).__name__}; write its __call__")
    return net


def once(named: Iterable[tuple[str, Value]]) -> Iterator[tuple[str, Value]]:
    """Those parameters, each where it comes first, by identity: one that is shared is one parameter."""
    met: set[Value] = set()
    for name, value in named:
        if value not in met:
            met.add(value)
            yield name, value


def inside(thing: Any) -> Iterator[tuple[str, Any]]:
    """What stands in a module or container, by name or place; nothing in anything else."""
    if isinstance(thing, Module):
        yield from thing.members()
    elif isinstance(thing, Mapping):
        yield from ((str(key), member) for key, member in thing.items())
    elif isinstance(thing, list | tuple) or (isinstance(thing, np.ndarray) and thing.dtype == object and thing.ndim):
        yield from ((str(place), member) for place, member in enumerate(thing))


def joined(path: str, name: str) -> str:
    """The name of a member of what has the name `path`."""
    return f"{path}.{name}" if path else name


def _parameters(path: str, thing: Any, above: tuple[Any, ...]) -> Iterator[tuple[str, Value]]:
    if isinstance(thing, Value):
        if thing.primitive is LEAF:
            yield path, thing
    elif isinstance(thing, Module) and type(thing).named_parameters is not Module.named_parameters:
        yield from ((joined(path, name), value) for name, value in thing.named_parameters())
    elif not any(thing is one for one in above):  # what holds itself is not entered again
        for name, member in inside(thing):
            yield from _parameters(joined(path, name), member, (*above, thing))


def _values(thing: Any, above: tuple[Any, ...]) -> Iterator[Value]:
    """The Values that `_parameters` names."""
    if isinstance(thing, Value):
        if thing.primitive is LEAF:
            yield thing
    elif above and isinstance(thing, Module) and type(thing).named_parameters is not Module.named_parameters:
        yield from thing._values()
    elif not any(thing is one for one in above):
        for _, member in inside(thing):
            yield from _values(member, (*above, thing))


def _modules(path: str, thing: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[str, Module]]:
    if any(thing is one for one in above):
        return
    if isinstance(thing, Module):
        yield path, thing
    for name, member in inside(thing):
        if not isinstance(member, Value):
            yield from _modules(joined(path, name), member, (*above, thing))


def arrays_in(path: str, thing: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[str, Any]]:
    """The arrays in what has the name `path`, as `Module.named_arrays` gives them."""
    if shape_of(thing) is not None:
        yield path, thing
    elif isinstance(thing, Module) and type(thing).named_arrays is not Module.named_arrays:
        yield from ((joined(path, name), array) for name, array in thing.named_arrays())
    elif not any(thing is one for one in above):
        for name, member in inside(thing):
            yield from arrays_in(joined(path, name), member, (*above, thing))


def _held(path: str, thing: Any, above: tuple[Any, ...]) -> Iterator[str]:
    """What a module's repr tells of something in it: arrays with their shapes, modules as they tell themselves."""
    shape = shape_of(thing)
    if shape is not None:
        yield f"{path}{list(shape) or ''}"
    elif isinstance(thing, Module):
        yield f"{path}: {thing!r}"
    elif not any(thing is one for one in above):
        for name, member in inside(thing):
            yield from _held(joined(path, name), member, (*above, thing))
