"""Stand-ins: a function called with Values in the place of its arguments' numbers, for its derivatives."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import numpy as np

from . import modes
from .adjoints import gradient
from .containers import Part, matched, read, together
from .errors import OperandError, ShapeError
from .functions import total
from .graph import topological_order
from .primitives import LEAF, POSITIVE_OF
from .reals import REAL, as_float
from .sentences import named
from .structure import Tree, holds_values
from .text import shown
from .value import Value, apply, as_value, number_of


class Point:
    """A call of a function with Values that stand in for the numbers of its arguments.

    Attributes
    ----------
    result : object
        What it returned.
    live : bool
        Whether derivatives are Values.
    given : dict
        By the Values that stand in, in order, what they stand for.
    trees : list of Tree
        The containers of the arguments.
    """

    def __init__(self, name: str, function: Callable[..., Any], live: bool) -> None:
        self.name, self.live = f"{name}({told(function)})", live
        self.result: Any = None
        self._records = modes.recording_gradients()
        self.given: dict[Value, Any] = {}
        self.trees: list[Tree] = []
        self._places: list[str] = []

    def replaced(self, argument: Any, place: str) -> Any:
        """An argument with Values for its numbers."""
        tree, found = read(argument, place, self.name)
        stand_ins = [stand_in(part.thing, part) for part in found]
        self.given |= zip(stand_ins, (part.thing for part in found), strict=True)
        self.trees.append(tree)
        self._places.append(place)
        return together(tree, iter(stand_ins), live=True, as_arguments=True)

    def output(self) -> Any:
        """The result, which must be one number."""
        result = self.result
        if isinstance(result, np.ndarray) and not result.shape:
            result = result[()]
        if isinstance(result, Value):
            self._look([result])
            return result
        if isinstance(result, REAL) and not isinstance(result, bool | np.bool_):
            return as_float(result)
        came = "None; is a return missing?" if result is None else f"{type(result).__name__} {result!r:.40}"
        if isinstance(result, list | tuple | np.ndarray):
            came += "; add them up with total, or take jvp or vjp for all of them"
        raise OperandError(f"{self.name}: expected the function to return a Value or a number, got {came}")

    def outputs(self) -> tuple[list[Any], Tree]:
        """The numbers of the result, and the containers that they came in."""
        tree, found = read(self.result, "the result", self.name)
        outputs = [part.thing for part in found]
        self._look([output for output in outputs if isinstance(output, Value)])
        return outputs, tree

    def read(self, value: Value) -> None:
        """Refuse to let a number be lost to the derivative: what `math` makes of a Value is a float."""
        if any(leaf.primitive is LEAF for leaf in topological_order((value,))):
            raise OperandError(
                f"{self.name}: expected the function to compute with Values, got float({named(value)}), as math.sin(v) "
                "asks for it, which has no derivative; take the functions of autograd or NumPy, or v.data for a "
                "number that counts as a constant"
            )

    def _look(self, outputs: list[Value]) -> None:
        """Results that depend on leaves besides the arguments may be differentiated by those."""
        if self._records and not self.live:
            self.live = any(v.primitive is LEAF and v not in self.given for v in topological_order(outputs))

    def pulled(self, outputs: Sequence[Any], covector: Sequence[Any], create_graph: bool) -> list[Any]:
        """The derivatives of the sum of outputs times a covector by every number of the arguments."""
        return differentiated(dot(outputs, covector), [*self.given], create_graph)

    def matched(self, things: Sequence[Any], name: str) -> list[Any]:
        """The numbers of something that must be shaped as the arguments are."""
        if len(things) != len(self.trees):
            raise ShapeError(f"{name}: expected {len(self.trees)}, one for each of the primals, got {len(things)}")
        return matched(things, self.trees, [f"{name} for {place}" for place in self._places], "as the primal")

    def handed_out(self, numbers: Sequence[Any]) -> list[Any]:
        """Floats, or Values that are computed from what the arguments hold, as if nothing had stood in."""
        if not self.live:
            return [*map(as_number, numbers)]
        values = [as_value(number, "a derivative") for number in numbers]
        if not self._records:
            return [value.detach() for value in values]
        return values if modes.recorder() is not None else self._without_stand_ins(values)

    def _without_stand_ins(self, values: list[Value]) -> list[Value]:
        meant = {value: as_value(thing, "an argument") for value, thing in self.given.items()}
        for value in topological_order(values, leaves=False):
            if not meant.keys().isdisjoint(value.operands):
                # The numbers are the same, and all that was computed from a stand-in was computed in this call.
                value.operands = tuple([meant.get(operand, operand) for operand in value.operands])
        return [meant.get(value, value) for value in values]

    def shaped(self, numbers: Iterator[Any], live: bool) -> tuple[Any, ...]:
        """Numbers for those of the arguments, in containers of theirs."""
        return tuple([together(tree, numbers, live) for tree in self.trees])


@contextmanager
def called(
    name: str,
    function: Callable[..., Any],
    given: Sequence[Any],
    named: Mapping[str, Any],
    places: Iterable[int],
    also: Any = (),
) -> Iterator[Point]:
    """Call a function with Values for the arguments at some places; derivatives are taken inside."""
    require_function(function, name)
    point = Point(name, function, is_live((given, named, also)))
    arguments, names = [*given], _argument_names(function, len(given))
    with with_gradients():
        for place in places:
            arguments[place] = point.replaced(arguments[place], names[place])
        with modes.differentiating(point.read):
            point.result = function(*arguments, **named)
        yield point


def is_live(things: Any) -> bool:
    """Whether something may be differentiated besides: see the head of this module."""
    return modes.reader() is not None or modes.recorder() is not None or holds_values(things)


def with_gradients() -> AbstractContextManager[None]:
    """Graphs are recorded inside, also where the caller records none."""
    return nullcontext() if modes.recording_gradients() else modes.with_grad()


def stand_in(thing: Any, part: Part | None = None) -> Value:
    """A Value of the same number that nothing else has been computed from."""
    if modes.recorder() is not None:
        return apply(POSITIVE_OF, (as_value(thing, "an argument"),))  # a Value of its own would be a constant there
    value = apply(POSITIVE_OF, (thing,)) if isinstance(thing, Value) else Value(thing)
    value.label = thing.label if isinstance(thing, Value) else part and part.label
    return value


def differentiated(output: Any, wrt: list[Value], create_graph: bool) -> list[Any]:
    """`gradient` of a Value or a number."""
    if not isinstance(output, Value):
        return [0.0] * len(wrt)
    return gradient(output, wrt, create_graph)  # type: ignore[call-overload,no-any-return]  # a bool, not a literal


def dot(left: Sequence[Any], right: Sequence[Any]) -> Any:
    """The sum of products, without the factors 1 and the terms 0 that nobody would write."""
    pairs = [(a, b) for a, b in zip(left, right, strict=True) if not _is_float(b, 0.0)]
    terms = [a if _is_float(b, 1.0) else a * b for a, b in pairs]
    if len(terms) > 1:
        return total(terms)
    return terms[0] if terms else 0.0


def _is_float(thing: Any, number: float) -> bool:
    return thing.__class__ is float and thing == number


def as_number(thing: Any) -> float:
    """The number of a Value, or itself."""
    return number_of(thing) if isinstance(thing, Value) else thing


def require_function(function: Any, name: str) -> None:
    """Refuse what cannot be called."""
    if isinstance(function, Value) or not callable(function):
        is_value = isinstance(function, Value)
        came = "Value; of a Value write gradient(output, wrt)" if is_value else type(function).__name__
        raise OperandError(f"{name}(function): expected a function, got {came}")


def told(function: Callable[..., Any]) -> str:
    """What a function is called."""
    return shown(getattr(function, "__name__", type(function).__name__))


def _argument_names(function: Callable[..., Any], count: int) -> list[str]:
    """What to call the arguments that are given by position."""
    try:
        parameters = [*inspect.signature(function).parameters.values()]
    except (TypeError, ValueError):  # some built-in functions have none
        parameters = []
    names = [one.name for one in parameters if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)]
    return [*names, *(f"argument {place}" for place in range(len(names), count))][:count]
