"""Tracer: what a function does while it is recorded, and what may not freeze one sample's number for all samples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

from .. import modes
from ..errors import DomainError, RecordingError
from ..functions import VALUES
from ..graph import topological_order
from ..namespaces import FLOATS
from ..primitives import CONSTANT, DETACH, EXP, LEAF, MAXIMUM, MINIMUM, TABLE, WHERE, Primitive
from ..primitives.own import Own
from ..sentences import GUARD, named, out_of_domain
from ..sources import Place, told, user_place
from ..value import Value, as_value, constant, made, number_of
from .recorded import Recorded
from .whole import Condition

INPUT = Primitive("input", lambda ns: None, (), "", domain=())


@dataclass(frozen=True, eq=False)
class Decision:
    """A comparison whose truth decided a branch, or whether an operation that the function catches had a result."""

    condition: Value
    truth: bool
    comparison: str
    line: str


@dataclass(frozen=True, eq=False)
class _Mask:
    """A branch of `where` that is being computed: only where `condition` turns out as `when` is it of any use."""

    condition: Value
    when: bool

    @property
    def chosen(self) -> bool:
        """Whether it is of use in the sample that is recorded."""
        return (number_of(self.condition) != 0.0) == self.when


class _Undecided(BaseException):  # a signal, never shown to a user
    """Ends a branch of `where` that the recorded sample does not take, but that asks which way to go.

    It is no Exception: a function that catches those lets it pass.
    """

    def __init__(self, mask: _Mask) -> None:
        self.mask = mask


class Tracer:
    """A `modes.Recorder`: operations, comparisons and reads of ``.data`` are reported to it.

    Parameters
    ----------
    caught : set of Place
        The user's lines at which the function is known to catch domain errors: whether an operation
        has a result there is a decision.
    located : bool
        Whether values are to know their line.

    Attributes
    ----------
    made : list of Value
        What was computed, in order.
    raised : list of Place
        Where operations left their domain.
    refusal : RecordingError or None
        The first, which the function may have caught.
    places : dict, or None
        If `located`, the line that made each value, by its id.
    """

    def __init__(self, caught: frozenset[Place] = frozenset(), located: bool = False) -> None:
        self._caught = caught
        self.places: dict[int, Place] | None = {} if located else None
        self._decided: dict[int, Decision] = {}
        self._masks: list[_Mask] = []
        self.made: list[Value] = []
        self.raised: list[Place] = []
        self.refusal: RecordingError | None = None

    @property
    def decisions(self) -> list[Decision]:
        """What was decided, in order."""
        return [*self._decided.values()]

    # Operations

    def apply(self, primitive: Primitive, operands: tuple[Value, ...]) -> Value:
        """See `autograd.value.apply`: the same, live for every sample."""
        if self._masks and isinstance(primitive, Own):
            operands = tuple(map(self._masked, operands, primitive.safe))
        elif self._masks and primitive in _RISKY:
            operands = tuple(map(self._masked, operands))
        value = self._new(primitive, operands)
        # What is computed under no_grad changes with the inputs, but no gradient flows through it.
        return value if modes.recording_gradients() else self._new(DETACH, (value,))

    def input(self, number: float, label: Any) -> Value:
        """One of the sample's numbers."""
        value = made(Recorded, number, (), INPUT)
        value.label = label
        return value

    def _new(self, primitive: Primitive, operands: tuple[Value, ...], kind: type[Recorded] = Recorded) -> Value:
        try:
            data = primitive.rule(FLOATS, *map(number_of, operands))
        except (ValueError, ZeroDivisionError):
            self._has_result(False, primitive, operands)
            place = f", at {told(user_place())}"
            raise DomainError(out_of_domain(primitive, operands) + place + GUARD) from None
        if self._caught and (primitive.defined is not None or isinstance(primitive, Own)):
            self._has_result(True, primitive, operands)
        value = made(kind, data, operands, primitive)
        self.made.append(value)
        if self.places is not None:
            self.places[id(value)] = user_place()
        return value

    def _has_result(self, truth: bool, primitive: Primitive, operands: tuple[Value, ...]) -> None:
        def defined() -> Any:
            if primitive.defined is None and isinstance(primitive, Own):
                self.refuse(
                    f"{primitive.name} at {told(user_place())}: expected domain= where it was declared, since the "
                    "function catches its error: rows are told apart by whether it has a result"
                )
            told_to_rules = [number_of(operand) if operand.primitive is CONSTANT else operand for operand in operands]
            return primitive.defined(VALUES, *told_to_rules) if primitive.defined is not None else 1.0

        self.has_result(truth, defined, f"{primitive.name} has a result")

    def has_result(self, truth: bool, defined: Callable[[], Any], told_as: str) -> None:
        """Note whether what is done now has a result: a decision, where the function is known to catch the error.

        Parameters
        ----------
        truth : bool
        defined : callable
            Gives the condition for it.
        told_as : str
            What to call it.
        """
        place = user_place()
        if not truth:
            self.raised.append(place)
        if place in self._caught:
            condition = defined()
            if isinstance(condition, Value):
                self._settle()
                self._note(condition, truth, told_as)

    # Decisions

    def condition(self, primitive: Primitive, left: Value, right: Value) -> Any:
        """A live condition, or a bool where both sides are constants."""
        if left.primitive is CONSTANT and right.primitive is CONSTANT:
            return primitive.rule(FLOATS, number_of(left), number_of(right)) != 0.0
        return self._new(primitive, (left, right), Condition)

    def decide(self, condition: Value) -> bool:
        """The truth of a condition for the recorded sample, noted: rows for which it is another take another path."""
        truth = number_of(condition) != 0.0
        if id(condition) not in self._decided:
            self._settle()
            self._note(condition, truth, _comparison(condition))
        return truth

    def _note(self, condition: Value, truth: bool, comparison: str) -> None:
        self._decided[id(condition)] = Decision(condition, truth, comparison, told(user_place()))

    def _settle(self) -> None:
        """Decide which branches of `where` are taken before anything is decided inside one of them."""
        for mask in self._masks:
            if id(mask.condition) not in self._decided:
                self._note(mask.condition, mask.chosen == mask.when, _comparison(mask.condition))
            if not mask.chosen:
                raise _Undecided(mask)

    # Branches of `where` that are functions

    def choose(self, condition: Any, a: Any, b: Any) -> Value:
        """`where` with functions of nothing: each is computed such that it does no harm where it is not chosen.

        What may leave a domain is computed of 1 there. Where that is not enough since a branch itself decides
        something, rows are sorted by the condition.
        """
        if not isinstance(condition, Condition):
            return _branch(a if condition else b)
        results: dict[bool, Value | None] = {}
        for when, branch in ((True, a), (False, b)):
            if id(condition) not in self._decided:
                results[when] = self._harmless(branch, _Mask(condition, when))
        if id(condition) not in self._decided:
            return self.apply(WHERE, (condition, *map(_branch, results.values())))
        truth = self._decided[id(condition)].truth
        taken = results.get(truth)
        return _branch(a if truth else b) if taken is None else taken

    def _harmless(self, branch: Any, mask: _Mask) -> Value | None:
        """What a branch comes to; None where it is not chosen and cannot be computed."""
        if not callable(branch):
            return _branch(branch)
        self._masks.append(mask)
        try:
            try:
                return _branch(branch)
            except Exception:
                if not mask.chosen:
                    self._settle()
                raise
        except _Undecided as undecided:
            if undecided.mask is not mask:
                raise
            return None
        finally:
            self._masks.pop()

    def _masked(self, operand: Value, otherwise: float = 1.0) -> Value:
        """An operand, or a number that does no harm where a branch that is being computed is not chosen."""
        if operand.primitive is CONSTANT:
            return operand
        for mask in reversed(self._masks):
            if id(mask.condition) not in self._decided:
                harmless = constant(otherwise)
                chosen = (operand, harmless) if mask.when else (harmless, operand)
                operand = self._new(WHERE, (mask.condition, *chosen))
        return operand

    # What would freeze a number

    def read(self, value: Value) -> None:
        """Refuse to let one sample's number be frozen into the program."""
        if any(leaf.primitive in (INPUT, LEAF) for leaf in topological_order((value,))):
            self.refuse(
                f"reading .data at {told(user_place())}: {named(value)} depends on an input or a parameter, and its "
                "number would be frozen into the compiled function; compute with the Value itself, or use detach(v), "
                "maximum(a, b) or where(condition, a, b)"
            )

    def refuse(self, sentence: str) -> NoReturn:
        """Raise a `RecordingError` that ends the recording even if the function catches it."""
        refusal = RecordingError(sentence)
        self.refusal = self.refusal or refusal
        raise refusal


_RISKY = {primitive for primitive in TABLE.values() if primitive.defined is not None} | {EXP}


def _branch(branch: Callable[[], Any] | Any) -> Value:
    return as_value(branch() if callable(branch) else branch, "where(a branch)")


_SIGNS = {MINIMUM: "&", MAXIMUM: "|"}


def _comparison(value: Value) -> str:
    """A condition as the user wrote it."""
    if not isinstance(value, Condition):
        return f"{number_of(value):g}" if value.primitive is CONSTANT else str(value.label or value.primitive.name)
    left, right = map(_comparison, value.operands)
    sign = _SIGNS.get(value.primitive, value.primitive.symbol)
    of_conditions = isinstance(value.operands[0], Condition)
    return f"({left}) {sign} ({right})" if of_conditions else f"{left} {sign} {right}"
