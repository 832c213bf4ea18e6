"""`check_gradient`: the engine's derivatives held against differences, and the wrong rule named."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from .adjoints import gradient
from .differences import EPSILON, Curve, slope
from .errors import ArgumentError, DomainError, NonFiniteError, OperandError, ShapeError
from .graph import topological_order
from .labels import Label
from .namespaces import FLOATS, left_to_right
from .primitives import CONSTANT
from .reals import as_float
from .reports import GradientReport, Row
from .reverse import local_partial
from .value import Value, number_of
from .words import keywords_told
from .zeros import is_confirmed, is_exact_zero, reached

# An exact 0 is right where differences are no more than this, and so if it was not lost.
_FLAT = 1e-9


@keywords_told("check_gradient")
def check_gradient(
    function: Callable[..., Any], at: Iterable[Any], *, nodes: bool = False, tolerance: float = 1e-7
) -> GradientReport:
    """Hold the gradient of a function against differences of its values.

    Two series of ever smaller steps are extrapolated independently of one another
    (see `autograd.differences`), so that round-off (they disagree) and a wrong rule (they agree on another number)
    are told apart. Where an input's derivative is wrong every operation's rule is
    held to differences of the operation alone, and the wrong one is named.

    Parameters
    ----------
    function : callable
        Takes as many arguments as `at` has members, Values or lists of Values, and
        returns one Value. It is called some tens of times for each number.
    at : iterable of real numbers, Values, or sequences of them
        Where. A Value gives its number and its label.
    nodes : bool
        Whether to check and list every operand of every operation too.
    tolerance : float
        The relative error beyond which a derivative is wrong.

    Returns
    -------
    GradientReport
        True if nothing is wrong, nor 0 where the function hardly moves and differences
        cannot tell 0 from a small number; ``print`` shows a table.

    Raises
    ------
    OperandError
        If `function` is not callable or does not return a Value, or `at` is no
        sequence of numbers.
    ShapeError
        If `at` is empty, or has not as many members as the function takes.
    ArgumentError
        If a number is not finite, the tolerance is not between 0 and 1, or the
        function gives different results for the same numbers.
    NonFiniteError
        If the function is not finite there.
    DomainError
        If the function, or the derivative of an operation, does not exist there.

    Examples
    --------
    >>> from autograd import sigmoid
    >>> report = check_gradient(lambda w, a: (sigmoid(w * a) - 1) ** 2, at=[0.8, 0.6])
    >>> report.ok, [row.verdict for row in report.inputs]
    (True, ['right', 'right'])
    """
    tolerance = as_float(tolerance, "check_gradient(tolerance)")
    if not 0.0 < tolerance < 1.0:
        raise ArgumentError(f"check_gradient(tolerance): expected a number between 0 and 1, got {tolerance!r}")
    point = _Point(function, at)
    leaves, output = point.called(point.numbers)
    point.require_one_finite_result(number_of(output))
    rows = _inputs(point, leaves, output, tolerance)
    edges = _edges(output, tolerance) if nodes or any(row.verdict == "wrong" for row in rows) else []
    return GradientReport(rows, tuple(edge for edge in edges if nodes or edge.verdict == "wrong"))


class _Point:
    """Where a function is checked: its arguments as one row of numbers, and how they are put together."""

    def __init__(self, function: Callable[..., Any], at: Any) -> None:
        if not callable(function):
            raise OperandError(f"check_gradient(function): expected a function, got {type(function).__name__}")
        if isinstance(at, str | bytes | Value) or not isinstance(at, Iterable):
            raise OperandError(
                "check_gradient(at): expected a list of numbers, one for each argument of the function, "
                f"got {type(at).__name__} {at!r:.40}; write [...]"
            )
        members = list(at)
        self.function = function
        self.labels: list[Label] = []
        self.numbers: list[float] = []
        # For each argument how many numbers it holds, or None for a number that stands alone.
        self.lengths: list[int | None] = []
        for index, (member, name) in enumerate(zip(members, _argument_names(function, len(members)), strict=True)):
            where = f"check_gradient(at)[{index}]"
            if isinstance(member, Iterable) and not isinstance(member, str | bytes) and getattr(member, "ndim", True):
                parts = list(member)
                self.lengths.append(len(parts))
                for k, part in enumerate(parts):
                    self._add(part, Label(name, "", str(k)), f"{where}[{k}]")
            else:
                self.lengths.append(None)
                self._add(member, Label(name), where)
        if not self.numbers:
            raise ShapeError("check_gradient(at): expected at least one number, got none")

    def _add(self, given: Any, label: Label, where: str) -> None:
        number = number_of(given) if isinstance(given, Value) else as_float(given, where)
        if not math.isfinite(number):
            raise ArgumentError(f"{where}: expected a finite number, got {number!r}")
        self.numbers.append(number)
        self.labels.append(given.label or label if isinstance(given, Value) else label)

    def __str__(self) -> str:
        shown = [f"{label} = {number!r}" for label, number in zip(self.labels, self.numbers, strict=True)]
        return ", ".join(shown[:4]) + (", ..." if len(shown) > 4 else "")

    def called(self, numbers: Sequence[float]) -> tuple[list[Value], Value]:
        """New leaves of these numbers, and the function's result for them."""
        leaves = [Value(number, label) for number, label in zip(numbers, self.labels, strict=True)]
        rest = iter(leaves)
        arguments = [next(rest) if n is None else list(islice(rest, n)) for n in self.lengths]
        output = self.function(*arguments)
        if not isinstance(output, Value):
            came = f"{type(output).__name__}" if output is not None else "None; is a return missing?"
            if isinstance(output, list | tuple):
                came += "; check one output at a time, or their total"
            raise OperandError(f"check_gradient(function): expected it to return a Value, got {came}")
        return leaves, output

    def require_one_finite_result(self, result: float) -> None:
        """Refuse what has no differences: infinity, NaN, chance."""
        if not math.isfinite(result):
            raise NonFiniteError(f"check_gradient(function): expected a finite result at {self}, got {result!r}")
        again = number_of(self.called(self.numbers)[1])
        if again != result:
            raise ArgumentError(
                f"check_gradient(function): expected one result for the same numbers, got {result!r} and {again!r}; "
                "fix the seed or take the randomness out"
            )

    def along(self, index: int) -> Curve:
        """The function of one of its numbers, the others held fixed."""

        def curve(x: float) -> float | None:
            try:
                _, output = self.called([*self.numbers[:index], x, *self.numbers[index + 1 :]])
            except (DomainError, NonFiniteError):
                return None
            return number_of(output) if math.isfinite(number_of(output)) else None

        return curve


def _argument_names(function: Callable[..., Any], count: int) -> list[str]:
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # some built-in functions have none
        return [f"x{index}" for index in range(count)]
    try:
        bound = signature.bind(*range(count))
    except TypeError as error:
        raise ShapeError(
            f"check_gradient(at): expected as many members as the function takes, got {count}: {error}"
        ) from None
    names = []
    for name, given in bound.arguments.items():
        names += [name] if isinstance(given, int) else [f"{name}{k}" for k in range(len(given))]
    return names


def _inputs(point: _Point, leaves: list[Value], output: Value, tolerance: float) -> tuple[Row, ...]:
    """The derivative by every number of the point."""
    derivatives = gradient(output, leaves)
    round_off, of_derivatives = _round_off(output, leaves)
    moving = reached(output) if 0.0 in derivatives else set(leaves)
    return tuple(
        _judged(
            Row(str(leaf.label), "", number_of(leaf), derivative),
            point.along(index),
            tolerance,
            leaf not in moving,
            (round_off, of_derivatives[leaf]),
        )
        for index, (leaf, derivative) in enumerate(zip(leaves, derivatives, strict=True))
    )


def _round_off(output: Value, leaves: Sequence[Value]) -> tuple[float, dict[Value, float]]:
    """By how much rounding may have changed the output, and its derivative by each value that depends on `leaves`."""
    order = topological_order((output,), leaves=False)
    errors = dict.fromkeys(leaves, 0.0)
    for value in order:
        if not errors.keys().isdisjoint(value.operands):
            errors[value] = 0.0
    adjoints = dict(zip(errors, gradient(output, list(errors)), strict=True))
    for value in reversed(order):
        for index, operand in enumerate(value.operands):
            if operand in errors and adjoints.get(value):
                partial = abs(local_partial(value, index))
                errors[operand] += partial * (errors[value] + 4.0 * EPSILON * abs(adjoints[value]))
    computed = left_to_right(abs(adjoint * number_of(value)) for value, adjoint in adjoints.items() if value.operands)
    return EPSILON * computed, errors


def _edges(output: Value, tolerance: float) -> list[Row]:
    """The rule of every operation that `output` depends on, by every operand that is not a constant."""
    return [
        _judged(_edge(value, index), _rule_along(value, index), tolerance, is_exact_zero(value, index))
        for value in topological_order((output,), leaves=False)
        for index, operand in enumerate(value.operands)
        if operand.primitive is not CONSTANT
    ]


def _edge(value: Value, index: int) -> Row:
    operand = value.operands[index]
    name = f"{value.primitive.name}, by {operand.label or f'operand {index}'}"
    try:
        partial = local_partial(value, index)
    except DomainError:  # not asked for where a branch is not chosen; else `gradient` has refused
        partial = math.nan
    return Row(f"{value.label} = {name}" if value.label else name, value.primitive.name, number_of(operand), partial)


def _rule_along(value: Value, index: int) -> Curve:
    """The operation of one of its operands, the others held fixed."""
    numbers = [*map(number_of, value.operands)]

    def curve(x: float) -> float | None:
        numbers[index] = x
        try:
            result: float = value.primitive.rule(FLOATS, *numbers)
        except (ValueError, ZeroDivisionError):
            return None
        return result if math.isfinite(result) else None

    return curve


def _judged(row: Row, curve: Curve, tolerance: float, exact: bool, round_off: tuple[float, float] = (0.0, 0.0)) -> Row:
    """A row with what differences of a curve say, and the verdict.

    `exact` says that a 0 is made by a choice or a factor of 0; `round_off` is that of the curve and of the gradient.
    """
    by_differences = slope(curve, row.at, round_off[0])
    found, uncertainty = by_differences.value, by_differences.uncertainty + round_off[1]
    apart = abs(row.gradient - found)
    allowed = tolerance * max(abs(row.gradient), abs(found))
    flat = row.gradient == 0.0 and apart <= 4.0 * uncertainty and uncertainty <= _FLAT
    flat = flat and (exact or is_confirmed(curve, row.at, uncertainty, tolerance))
    verdict = "undecided"
    if by_differences.kink:
        verdict = "kink"
    elif apart > allowed + 4.0 * uncertainty:
        verdict = "wrong"
    elif flat or max(apart, uncertainty) <= allowed:
        verdict = "right"
    return replace(row, differences=found, uncertainty=uncertainty, verdict=verdict, one_sided=by_differences.one_sided)
