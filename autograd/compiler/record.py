"""Record: run a function once with Values and keep the scalar graph that it builds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from .. import modes
from ..errors import RecordingError
from ..graph import topological_order
from ..labels import Label
from ..primitives import CONSTANT, LEAF, Primitive
from ..sentences import named
from ..sources import told, user_place
from ..value import Value, apply, number_of
from .indexing import indexable
from .results import SCALAR, outputs_of
from .structure import Leaf, Tree, in_values
from .whole import as_whole

INPUT = Primitive("input", lambda ns: None, (), "", domain=())


class Condition(Value):
    """A comparison met while recording: `where` uses it live, its truth leaves a guard."""

    __slots__ = ()
    is_condition = True

    def __bool__(self) -> bool:
        recorder = modes.recorder()
        if not isinstance(recorder, Tracer):
            raise RecordingError("the truth of a comparison: asked for after the recording that made it has ended")
        return recorder.guard(self)


@dataclass(frozen=True, eq=False)
class Decision:
    """A comparison whose truth decided a branch."""

    condition: Value
    truth: bool
    comparison: str
    line: str


class Tracer:
    """What comparisons and reads of ``.data`` report to during a recording."""

    def __init__(self) -> None:
        self.decisions: dict[Value, Decision] = {}

    def condition(self, primitive: Primitive, left: Value, right: Value) -> Any:
        """A live condition, or a bool where both sides are constants."""
        node = apply(primitive, (left, right))
        if left.primitive is CONSTANT and right.primitive is CONSTANT:
            return bool(number_of(node))
        node.__class__ = Condition
        return node

    def guard(self, condition: Value) -> bool:
        """The truth of a condition for the recorded sample, noted so that every other row is checked."""
        truth = bool(number_of(condition))
        if condition not in self.decisions:
            left, right = condition.operands
            comparison = f"{_side(left)} {condition.primitive.symbol} {_side(right)}"
            self.decisions[condition] = Decision(condition, truth, comparison, told(user_place()))
        return truth

    def read(self, value: Value) -> None:
        """Refuse to let one sample's number be frozen into the program."""
        if any(leaf.primitive in (INPUT, LEAF) for leaf in topological_order((value,))):
            raise RecordingError(
                f"reading .data at {told(user_place())}: {named(value)} depends on an input or a parameter, and its "
                "number would be frozen into the compiled function; compute with the Value itself, or use detach(v), "
                "maximum(a, b) or where(condition, a, b)"
            )


def _side(value: Value) -> str:
    return f"{number_of(value):g}" if value.primitive is CONSTANT else str(value.label or value.primitive.name)


@dataclass(frozen=True, eq=False)
class Recording:
    """A scalar graph: its inputs by argument, parameters, outputs, what decided branches, and all values in order.

    `result` is the structure that the outputs came in; `known` is how many of the parameters have their place from
    an earlier recording.
    """

    inputs: list[list[Value]]
    parameters: list[Value]
    outputs: list[Value]
    result: Tree
    decisions: list[Decision]
    order: list[Value]
    known: int = 0

    @property
    def is_list(self) -> bool:
        """Whether anything but one Value was returned."""
        return self.result != SCALAR

    @property
    def truths(self) -> tuple[bool, ...]:
        """How the decisions turned out, in order: the path."""
        return tuple(made.truth for made in self.decisions)


def record(
    function: Callable[..., Any],
    sample: Sequence[Any],
    leaves: Sequence[Leaf],
    known: Sequence[Value] = (),
    unused: Sequence[Value] = (),
) -> Recording:
    """The graph that `function` builds for one sample.

    Parameters
    ----------
    function : callable
        Takes Values and nested lists of Values, returns a Value or a structure of Values: see `outputs_of`.
    sample : sequence of float or nested list of float
        One sample's arguments; the branches it takes are the recorded ones.
    leaves : sequence of Leaf
        What to call the arguments, and which were integers.
    known : sequence of Value
        The parameters of earlier recordings, which come first, used or not.
    unused : sequence of Value
        Leaves that are parameters even where the function does not use them; those come last.

    Raises
    ------
    RecordingError
        If the function returns anything else, or Values of another recording.
    """
    inputs: list[list[Value]] = [[] for _ in leaves]
    arguments = [
        in_values(given, leaf, _whole_input if leaf.integer else _input, made)
        for given, leaf, made in zip(sample, leaves, inputs, strict=True)
    ]
    tracer = Tracer()
    with indexable(function, leaves) as ready, modes.recording(tracer):
        result = ready(*arguments)
        outputs, structure = outputs_of(result, bool(tracer.decisions))
    decisions = list(tracer.decisions.values())
    order = topological_order([*outputs, *(made.condition for made in decisions)])
    own = {value for members in inputs for value in members}
    if any(value.primitive is INPUT and value not in own for value in order):
        raise RecordingError(
            "the compiled function: its result depends on inputs of another recording; "
            "build every value from this call's arguments and keep none between calls"
        )
    # Where nothing is used, there is nothing to learn.
    used = [*known, *(value for value in order if value.primitive is LEAF)]
    parameters = list(dict.fromkeys([*used, *unused])) if used else []
    return Recording(inputs, parameters, outputs, structure, decisions, order, len(known))


def same_graph(one: Recording, other: Recording) -> bool:
    """Whether two recordings are of the same operations on the same parameters, constants and inputs."""
    if one.truths != other.truths:
        return False
    return one.result == other.result and all(a == b for a, b in zip_longest(_told(one), _told(other), fillvalue=None))


def _told(recording: Recording) -> Iterator[tuple[Any, ...]]:
    """A graph value by value, in a way that two of them can be compared."""
    places = {value: place for place, value in enumerate(recording.order)}
    inputs = {value: (argument, k) for argument, made in enumerate(recording.inputs) for k, value in enumerate(made)}
    for value in recording.order:
        if value.operands:
            yield (value.primitive, *(places[operand] for operand in value.operands))
        elif value.primitive is LEAF:
            yield LEAF, id(value)
        else:
            # Of numbers the representation, in which 0.0 is not -0.0, and NaN is NaN.
            yield value.primitive, inputs.get(value) or repr(number_of(value))
    for end in (*recording.outputs, *(made.condition for made in recording.decisions)):
        yield (places[end],)


def _input(number: float, label: Label) -> Value:
    value = Value(number, label)
    value.primitive = INPUT
    return value


def _whole_input(number: float, label: Label) -> Value:
    return as_whole(_input(number, label))
