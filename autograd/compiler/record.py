"""Record: run a function with Values and keep the scalar graph that it builds.

It is run twice, and both graphs must be the same: what depends on anything besides the arguments would
be frozen into the program.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, pairwise, zip_longest
from typing import Any

from .. import modes
from ..errors import RecordingError
from ..graph import topological_order
from ..labels import Label
from ..primitives import CONSTANT, GREATER, GREATER_EQUAL, LEAF, LESS, LESS_EQUAL
from ..sources import Place, told
from ..structure import Leaf, Tree, in_values
from ..value import Value, number_of
from .indexing import indexable
from .results import SCALAR, outputs_of
from .tracer import INPUT, Decision, Tracer
from .whole import as_whole


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


_Run = tuple[Recording, dict[int, Place]]


def record(
    function: Callable[..., Any],
    sample: Sequence[Any],
    leaves: Sequence[Leaf],
    known: Sequence[Value] = (),
    unused: Sequence[Value] = (),
    caught: set[Place] | None = None,
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
    caught : set of Place, optional
        Lines at which the function is known to catch domain errors, where decisions are noted; those at which
        it turns out to do so are added.

    Raises
    ------
    RecordingError
        If the function returns anything else, or Values of another recording, or does not do the same twice.
    """
    with indexable(function, leaves) as ready:
        recording = _twice(ready, sample, leaves, set() if caught is None else caught)
    # Where nothing is used, there is nothing to learn, unless rows that take another branch use it.
    used = [*known, *recording.parameters]
    parameters = list(dict.fromkeys([*used, *unused])) if used or recording.decisions else []
    return replace(recording, parameters=parameters, known=len(known))


def _twice(
    function: Callable[..., Any], sample: Sequence[Any], leaves: Sequence[Leaf], caught: set[Place]
) -> Recording:
    """What a function does, if it does the same again."""
    seen = _fingerprint(_run(function, sample, leaves, caught)[0])
    try:
        recording, _ = _run(function, sample, leaves, caught)
    except Exception as error:
        raise RecordingError(
            f"{_UNLIKE}, got {type(error).__name__} in the second call alone: {error}; {_REMEDY}"
        ) from error
    if _fingerprint(recording) != seen:
        raise RecordingError(_what_differs(function, sample, leaves, caught))
    return recording


def _run(
    function: Callable[..., Any],
    sample: Sequence[Any],
    leaves: Sequence[Leaf],
    caught: set[Place],
    located: bool = False,
) -> _Run:
    """What a function does once, and if `located` the lines of its values."""
    while True:
        tracer = Tracer(frozenset(caught), located)
        inputs: list[list[Value]] = [[] for _ in leaves]
        arguments = [
            in_values(given, leaf, _whole(tracer) if leaf.integer else tracer.input, made)
            for given, leaf, made in zip(sample, leaves, inputs, strict=True)
        ]
        with modes.recording(tracer):
            outputs, structure = outputs_of(function(*arguments), bool(tracer.decisions))
        if tracer.refusal is not None:
            raise tracer.refusal
        if caught.issuperset(tracer.raised):
            break
        # It catches domain errors: where these come from decides what it does.
        caught.update(tracer.raised)
    order = _in_order(tracer.made, [*outputs, *(made.condition for made in tracer.decisions)])
    own = {value for members in inputs for value in members}
    if any(value.primitive is INPUT and value not in own for value in order):
        raise RecordingError(
            "the compiled function: its result depends on inputs of another recording; "
            "build every value from this call's arguments and keep none between calls"
        )
    parameters = [value for value in order if value.primitive is LEAF]
    return Recording(inputs, parameters, outputs, structure, tracer.decisions, order), tracer.places or {}


def _in_order(made: list[Value], ends: list[Value]) -> list[Value]:
    """What the ends depend on: first what was there, as it was first used; then what was made, in that order.

    Rows of a matrix, one after another in the function, so come one after another.
    """
    needed, own = set(ends), set(made)
    computed = []
    for value in reversed(made):
        if value in needed:
            computed.append(value)
            needed.update(value.operands)
    computed.reverse()
    if len(needed & own) > len(computed):
        # One depends on what was made later, which the walk refuses if it is a cycle.
        return topological_order(ends)
    used = chain.from_iterable(value.operands for value in computed)
    return topological_order(dict.fromkeys(v for v in chain(used, ends) if v not in own)) + computed


def _whole(tracer: Tracer) -> Callable[[float, Label], Value]:
    return lambda number, label: as_whole(tracer.input(number, label))


# The same twice

_UNLIKE = "the compiled function: expected it to do the same whenever its arguments are the same"
_REMEDY = (
    "what depends on a random number, a counter, the clock or anything kept between calls would be frozen into the "
    "program; pass it as an argument"
)


def _fingerprint(recording: Recording) -> int:
    """Equal for equal graphs; it is all that is kept of the first, which may be large."""
    print_ = hash(recording.truths)
    for told_ in _told(recording):
        print_ = hash((print_, told_))
    return print_


def _what_differs(
    function: Callable[..., Any], sample: Sequence[Any], leaves: Sequence[Leaf], caught: set[Place]
) -> str:
    """The sentence for a function that does not do the same in every call, with the line where it differs."""
    runs = [_run(function, sample, leaves, caught, located=True) for _ in range(_TRIES)]
    for one, other in pairwise(runs):
        for made, again in zip(one[0].decisions, other[0].decisions, strict=False):
            if made.truth != again.truth:
                return f"{_UNLIKE}, got {made.comparison} once true and once false, at {made.line}; {_REMEDY}"
        for at, (a, b) in enumerate(zip_longest(_told(one[0]), _told(other[0]))):
            if a != b:
                return f"{_UNLIKE}, got {_difference(one, other, at)}; {_REMEDY}"
    return f"{_UNLIKE}, got another graph in the second call than in the first; {_REMEDY}"


_TRIES = 6
"""How often a function is run to find the line where it differs from call to call."""


def _difference(one: _Run, other: _Run, at: int) -> str:
    """What differs at a place in the order of two graphs, and the line that made it or first used it."""
    (first, _), (second, _) = one, other
    if at < min(len(first.order), len(second.order)):
        a, b = first.order[at], second.order[at]
        both = a.primitive is CONSTANT and b.primitive is CONSTANT
        differing = f"{number_of(a):g} and then {number_of(b):g}" if both else "one operation and then another"
    else:
        differing = "fewer operations in one call than in another"
    recording, places = max(one, other, key=lambda run: len(run[0].order))
    if at >= len(recording.order):
        return differing
    made = recording.order[at]
    users = [made, *(value for value in recording.order if any(operand is made for operand in value.operands))]
    lines = [places[id(user)] for user in users if id(user) in places]
    return differing + (f" at {told(lines[0])}" if lines else "")


def same_graph(one: Recording, other: Recording) -> bool:
    """Whether two recordings are of the same operations on the same parameters, constants and inputs."""
    if one.truths != other.truths:
        return False
    return one.result == other.result and all(a == b for a, b in zip_longest(_told(one), _told(other), fillvalue=None))


_TURNED = {GREATER: LESS, GREATER_EQUAL: LESS_EQUAL}


def _told(recording: Recording) -> Iterator[tuple[Any, ...]]:
    """A graph value by value, in a way that two of them can be compared."""
    places = {value: place for place, value in enumerate(recording.order)}
    inputs = {value: (argument, k) for argument, made in enumerate(recording.inputs) for k, value in enumerate(made)}
    for value in recording.order:
        if value.operands:
            operands = [places[operand] for operand in value.operands]
            # Python asks the right side first where its class is derived from the left one's.
            turned = _TURNED.get(value.primitive)
            yield (turned, *operands[::-1]) if turned else (value.primitive, *operands)
        elif value.primitive is LEAF:
            yield LEAF, id(value)
        else:
            # Of numbers the representation, in which 0.0 is not -0.0, and NaN is NaN.
            yield value.primitive, inputs.get(value) or repr(number_of(value))
    for end in (*recording.outputs, *(made.condition for made in recording.decisions)):
        yield (places[end],)
