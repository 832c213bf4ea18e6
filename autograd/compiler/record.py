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
from ..value import Value, apply, as_value, number_of

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

    `known` is how many of the parameters have their place from an earlier recording.
    """

    inputs: list[list[Value]]
    parameters: list[Value]
    outputs: list[Value]
    is_list: bool
    decisions: list[Decision]
    order: list[Value]
    known: int = 0

    @property
    def truths(self) -> tuple[bool, ...]:
        """How the decisions turned out, in order: the path."""
        return tuple(made.truth for made in self.decisions)

    @property
    def returned(self) -> str:
        """What the function returned, for an error."""
        return f"a list of {len(self.outputs)}" if self.is_list else "a Value"

    def returns_as(self, other: Recording) -> bool:
        """Whether the results of two paths can be one array's rows."""
        return self.returned == other.returned


def record(
    function: Callable[..., Any],
    sample: Sequence[float | Sequence[float]],
    names: Sequence[str],
    known: Sequence[Value] = (),
    unused: Sequence[Value] = (),
) -> Recording:
    """The graph that `function` builds for one sample.

    Parameters
    ----------
    function : callable
        Takes Values and lists of Values, returns a Value or a list of Values.
    sample : sequence of float or sequence of float
        One sample's arguments; the branches it takes are the recorded ones.
    names : sequence of str
        What to call the arguments.
    known : sequence of Value
        The parameters of earlier recordings, which come first, used or not.
    unused : sequence of Value
        Leaves that are parameters even where the function does not use them; those come last.

    Raises
    ------
    RecordingError
        If the function returns anything else, or Values of another recording.
    """
    arguments: list[Any] = []
    inputs: list[list[Value]] = []
    for name, given in zip(names, sample, strict=True):
        if isinstance(given, float):
            members = [_input(given, Label(name))]
            arguments.append(members[0])
        else:
            members = [_input(x, Label(name, "", str(k))) for k, x in enumerate(given)]
            arguments.append(members)
        inputs.append(members)
    tracer = Tracer()
    with modes.recording(tracer):
        result = function(*arguments)
        outputs, is_list = outputs_of(result)
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
    return Recording(inputs, parameters, outputs, is_list, decisions, order, len(known))


def same_graph(one: Recording, other: Recording) -> bool:
    """Whether two recordings are of the same operations on the same parameters, constants and inputs."""
    if one.truths != other.truths:
        return False
    return one.is_list == other.is_list and all(
        a == b for a, b in zip_longest(_told(one), _told(other), fillvalue=None)
    )


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


def outputs_of(result: Any) -> tuple[list[Value], bool]:
    """What a compiled function returned as Values, numbers among them as constants, and whether it was a list."""
    if isinstance(result, Value):
        return [result], False
    if isinstance(result, list | tuple) and result and any(isinstance(member, Value) for member in result):
        return [as_value(member, f"the compiled function's result[{k}]") for k, member in enumerate(result)], True
    came = f"{type(result).__name__} {result!r:.40}" if result is not None else "None; is a return missing?"
    raise RecordingError(f"the compiled function: expected it to return a Value or a list of Values, got {came}")
