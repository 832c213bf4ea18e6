"""What an instruction computes, as an expression: the way from a plan to mathematics."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import singledispatch
from math import isclose
from typing import Any

import numpy as np

from ...formulas.calls import Call, Relation
from ...formulas.expressions import Expression, Power
from ...pairs import pairs_of
from .attention import is_of_samples, spreads
from .choose import AddRows, Choose
from .instructions import (
    Array,
    BatchSum,
    Guard,
    Instruction,
    LogSumExp,
    Map,
    Operand,
    Product,
    Ref,
    Scale,
    Scatter,
    Sum,
)
from .loop import Loop
from .naming import Names, Told, positions, what_made
from .notation import (
    Coefficient,
    Equation,
    Function,
    MatrixProduct,
    Placed,
    Rows,
    minus,
    named,
    over,
    plus,
    times,
    to_the_power,
    transposed,
)
from .ragged import Ragged, of_equal_runs
from .shares import LogSoftmax, SoftmaxAdjoint
from .walk import Walk, WalkBack

_DEEPEST = 8
_LARGEST = 24
_ENDS = 4
_SHORT = ("add", "subtract", "power")

Tell = Callable[[Operand], Expression]


class Expressions:
    """The expressions of a plan's instructions; what is read once is written where it is read.

    Parameters
    ----------
    plan : Told
    names : Names
    in_full : bool
        Whether every operand of very many is told.
    """

    def __init__(self, plan: Told, names: Names, in_full: bool) -> None:
        self._names, self._in_full = names, in_full
        self._made_by = {made.out.number: made for made in plan.instructions if not isinstance(made, Guard)}
        self._inlined = _written_where_read(plan, names)

    def has_a_line(self, array: Array) -> bool:
        """Whether an array is computed on a line of its own."""
        return array.number not in self._inlined and array.number not in self._names.attentions.masked

    def of(self, made: Instruction) -> Expression:
        """What an instruction computes."""
        expression = _derivative(made.out, self.operand) or self._mean(made) or self._masked(made)
        expression = expression or told(made, self.operand, self._few)
        softmax = self._names.attentions.softmaxes.get(made.out.number)
        if softmax is None or not self.has_a_line(made.out):
            return expression
        return Equation(expression, Function("softmax", (self.operand(softmax),)))

    def _mean(self, made: Instruction) -> Expression | None:
        """Sums of runs divided by their length; None for anything else."""
        if not isinstance(made, Map) or made.name != "multiply" or len(made.reads) != 1:
            return None
        number = next(one for one in made.arguments if not isinstance(one, Ref))
        read = made.reads[0]
        summed = self._made_by.get(read.array.number) if read.array.size == 1 or spreads(read) else self.made(read)
        if not isinstance(summed, Sum) or self.has_a_line(summed.out) or not isinstance(number, float):
            return None
        if not isclose(abs(number) * summed.length, 1.0):
            return None
        mean = Function("mean", (self.operand(summed.read),))
        return mean if number > 0 else minus(mean)

    def _masked(self, made: Instruction) -> Expression | None:
        """What stands at the positions that attention sees, among zeros; None for anything else."""
        if not isinstance(made, Scatter) or len(made.pieces) != 1 or made.covers:
            return None
        (piece,) = made.pieces
        places = self._names.attentions.masks.get(piece.index.tobytes())
        return Placed(self.operand(piece.operand), places) if places else None

    def operand(self, operand: Operand) -> Expression:
        """What an instruction reads: a name, a number, or an expression that is told nowhere else."""
        if isinstance(operand, Scale):
            return Coefficient(operand.factor, operand.power)
        if not isinstance(operand, Ref):
            return Coefficient(operand)
        array = operand.array
        if array.kind == "constant":
            numbers = array.source if operand.index is None else array.source[operand.index]
            alike = len(set(numbers.tolist())) == 1
            return Coefficient(float(numbers[0])) if alike else named("constants")
        seen = self._names.attentions
        if operand.key in seen.parts:
            name, turned = seen.parts[operand.key]
            return transposed(named(name)) if turned else named(name)
        if operand.index is None and array.number in seen.masked:
            function, shares = seen.masked[array.number]
            return Function(function, (self.operand(shares),))
        if array.number in self._inlined and (operand.index is None or array.size == 1 or spreads(operand)):
            return self.of(self._made_by[array.number])
        return named(self._names.read(operand))

    def made(self, operand: Operand) -> Instruction | None:
        """The instruction whose whole result an operand is."""
        return what_made(operand, self._made_by)

    def _few(self, parts: Sequence[Expression]) -> Sequence[Expression]:
        """Parts, those in the middle left out where they are very many."""
        left_out = len(parts) - 2 * _ENDS
        if self._in_full or len(parts) <= _LARGEST:
            return parts
        return [*parts[:_ENDS], named(f"... {left_out:,} more ..."), *parts[-_ENDS:]]


Few = Callable[[Sequence[Expression]], Sequence[Expression]]


def _derivative(array: Array, tell: Tell) -> Expression | None:
    """``sigma'(z)`` and its like, by the name of the activation function; None for anything else."""
    meaning = array.meaning
    if meaning is None or meaning.primitive is None:
        return None
    return Call(meaning.primitive, (tell(meaning.of),), primed=True)


def _written_where_read(plan: Told, names: Names) -> set[int]:
    """The arrays that are written where they are read: those read once, and short ones, while they are readable."""
    reads = [read for made in plan.instructions for read in made.reads]
    # Those that are told twice need a name as much as those that are read twice.
    shares = (LogSoftmax, SoftmaxAdjoint)
    reads += [m.reads[0] for m in plan.instructions if (m.kind if isinstance(m, Ragged) else type(m)) in shares]
    uses: dict[int, int] = {}
    for read in reads:
        uses[read.array.number] = uses.get(read.array.number, 0) + 1
    # Those of which some positions are read need a name.
    indexed = {
        read.array.number for read in reads if read.index is not None and read.array.size > 1 and not spreads(read)
    }
    # A step's own numbers are told by a name.
    indexed |= {own.array.number for made in plan.instructions if isinstance(made, Loop) for own in made.each}
    results = {result.array.number for result in (plan.output, plan.cost, plan.gradient) if result is not None}
    # How deep the expressions are that are written where they are read, and how many names they have.
    depth: dict[int, int] = {}
    size: dict[int, int] = {}
    for made in plan.instructions:
        array = made.out
        parts = [read.array.number for read in made.reads]
        own_depth = 1 + max((depth.get(part, 0) for part in parts), default=0)
        own_size = sum(size.get(part, 1) for part in parts)
        needs_name = array.number in names.arrays or array.number in indexed or array.number in results
        if needs_name or isinstance(made, Scatter | Guard | Loop) or own_depth > _DEEPEST or own_size > _LARGEST:
            continue
        short = isinstance(made, Map) and made.name in _SHORT and not any(part in depth for part in parts)
        primed = array.meaning is not None and array.meaning.primitive is not None
        if short or primed or uses.get(array.number, 0) == 1:
            depth[array.number], size[array.number] = own_depth, own_size
    return set(depth)


# One rule for each kind of instruction


@singledispatch
def told(made: Instruction, tell: Tell, few: Few) -> Expression:
    """What an instruction computes, of what `tell` says of its operands; `few` shortens long lists."""
    raise TypeError(f"no equation for {type(made).__name__}")


def _power(base: Expression, exponent: Expression) -> Expression:
    if isinstance(exponent, Coefficient) and not exponent.power and exponent.factor not in (0.0, 1.0):
        return to_the_power(base, exponent.factor)
    return Power(base, exponent)


_OPERATORS: dict[str, Callable[..., Expression]] = {
    "add": plus,
    "subtract": lambda a, b: plus(a, minus(b)),
    "multiply": times,
    "divide": lambda a, b: times(a, over(b)),
    "negative": minus,
    "positive_of": lambda a: a,
    "power": _power,
}


@told.register
def _map(made: Map, tell: Tell, few: Few) -> Expression:
    operands = list(map(tell, made.arguments))
    if made.name == "multiply" and len(made.reads) == 2 and made.reads[0].key == made.reads[1].key:
        return to_the_power(operands[0], 2.0)
    if made.name == "add" and operands[0].is_numeral and not operands[1].is_numeral:
        operands.reverse()
    if made.name in _OPERATORS:
        return _OPERATORS[made.name](*operands)
    if made.name == "weighted_sum":
        weights, activations, bias = pairs_of(operands)
        products = [times(w, a) for w, a in zip(weights, activations, strict=True)]
        return plus(*few(products if bias is None else [*products, bias]))
    if made.name == "total":
        return plus(*few(operands))
    if made.primitive.infix:
        return Relation(made.primitive, *operands)
    return Call(made.primitive, tuple(few(operands)))


@told.register
def _product(made: Product, tell: Tell, few: Few) -> Expression:
    left, right, out = tell(made.left), tell(made.right), made.contraction.out
    if is_of_samples(made):
        return _of_samples(made, left, right)
    if "k" not in out:
        return MatrixProduct(left, right)
    return MatrixProduct(left, transposed(right)) if "r" in out else MatrixProduct(transposed(right), left)


def _of_samples(made: Product, left: Expression, right: Expression) -> Expression:
    """A product of matrices that each sample has, as they lie: rows by columns."""
    letters = made.contraction
    sides = [(letters.left[-2:], left), (letters.right[-2:], right)]
    row = letters.out[-2]
    (first, above), (second, below) = sides if row in sides[0][0] else sides[::-1]
    column = letters.out[-1]
    return MatrixProduct(
        above if first[0] == row else transposed(above), below if second[1] == column else transposed(below)
    )


@told.register
def _sum(made: Sum | BatchSum, tell: Tell, few: Few) -> Expression:
    return Function("sum", (tell(made.read),))


@told.register
def _logsumexp(made: LogSumExp, tell: Tell, few: Few) -> Expression:
    return Function("logsumexp", (tell(made.read),))


@told.register
def _log_softmax(made: LogSoftmax, tell: Tell, few: Few) -> Expression:
    return plus(tell(made.read), minus(Function("logsumexp", (tell(made.read),))))


@told.register
def _softmax_adjoint(made: SoftmaxAdjoint, tell: Tell, few: Few) -> Expression:
    sums = Function("sum", (tell(made.given),))
    return plus(tell(made.given), minus(times(sums, Function("exp", (tell(made.logs),)))))


@told.register
def _ragged(made: Ragged, tell: Tell, few: Few) -> Expression:
    return told(of_equal_runs(made.kind, made.out, made.arguments, max(made.lengths)), tell, few)


@told.register
def _scatter(made: Scatter, tell: Tell, few: Few) -> Expression:
    operands = list(map(tell, made.operands))
    if made.covers and not any(piece.adds for piece in made.pieces):
        return Function("join", tuple(few(operands)))
    whole = positions(Ref(made.out))
    places = [positions(Ref(made.out, piece.index)) for piece in made.pieces]
    placed = [part if place == whole else Placed(part, place) for part, place in zip(operands, places, strict=True)]
    return plus(*few(placed))


@told.register
def _choose(made: Choose, tell: Tell, few: Few) -> Expression:
    return Rows(tell(made.table), tell(made.index))


@told.register
def _add_rows(made: AddRows, tell: Tell, few: Few) -> Expression:
    return plus(*few([Function("add_at", (tell(index), tell(added))) for index, added in made.parts]))


@told.register
def _walk(made: Walk, tell: Tell, few: Few) -> Expression:
    steps = made.steps

    def place(number: int) -> Ref:
        return made.read.at(np.array([number])) if number < steps.given else Ref(made.out, np.array([number]))

    def step(k: int) -> Expression:
        operation = steps.operations[steps.codes[k]]
        operands = [place(number) for number in steps.operands[k, : operation.arity].tolist()]
        same = Map(made.out, operation.primitive, (*operands, *operation.numbers))
        return Equation(tell(place(steps.given + k)), told(same, tell, few))

    # Of very many steps, the numbers of some, and a remark between them.
    chosen: Sequence[Any] = few(range(steps.count))  # type: ignore[arg-type]  # shortened before they are told
    return Function("walk", tuple(k if isinstance(k, Expression) else step(k) for k in chosen))


@told.register
def _walk_back(made: WalkBack, tell: Tell, few: Few) -> Expression:
    return Function("walk_back", (tell(made.tape), Placed(tell(made.adjoint), positions(Ref(made.out, made.seeded)))))
