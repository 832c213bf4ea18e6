"""Plans made of random instructions, and random numbers for them, for tests of what runs plans.

The numbers given are multiples of 1/8, and what jumps (comparisons, `sign`) is
asked of them alone, so that no rounding decides a branch. Instructions that
leave a domain, or give numbers far from 1, are not added.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from autograd.compiler.plan.builder import Builder
from autograd.compiler.plan.instructions import Array, Contraction, Guard, Operand, Ref, Scale, ref
from autograd.compiler.plan.interpret import interpret
from autograd.compiler.plan.plan import Plan
from autograd.compiler.plan.validate import validate
from autograd.primitives import TABLE

SIZES = (1, 2, 3, 4, 6)
_FACTORS = (("rk", "ck", "cr"), ("rk", "k", "r"))
_STACKS = (("rk", "ck", "rc"), ("srk", "sck", "scr"), ("srk", "sck", "src"), ("srk", "sk", "sr"))
_JUMPS = ("sign", "step", "less", "less_equal", "greater", "greater_equal", "equal", "not_equal", "where")
_LARGEST = 50.0


def contractions(stacks: bool = False) -> list[tuple[str, str, str]]:
    """Every product that lifting makes, and those that differentiating it makes, batched or not; or stacks of them."""
    made = set()
    for left, right, out in _STACKS if stacks else _FACTORS:
        for b_left, b_right in (("", ""), ("", "b"), ("b", ""), ("b", "b")):
            sides = b_left + left, b_right + right, (b_left or b_right) + out
            made |= {sides, (sides[2], sides[1], sides[0]), (sides[2], sides[0], sides[1])}
    return sorted(made)


@dataclass
class RandomPlan:
    """A plan, and numbers for its inputs and parameters."""

    plan: Plan
    inputs: list[Any]
    parameters: Any

    @property
    def rows(self) -> int:
        return len(self.inputs[0])


@st.composite
def random_plans(draw: Any, learns: bool = True, guards: bool = False) -> RandomPlan:
    """Random plans of some instructions; with a cost and a gradient if it `learns`."""
    made = _Making(draw)
    for _ in range(draw(st.integers(1, 10))):
        made.add(
            draw(
                st.sampled_from(
                    [
                        made.map,
                        made.map,
                        made.product,
                        made.sum,
                        made.batch_sum,
                        made.scatter,
                        made.choose,
                        made.add_rows,
                        made.softmax_adjoint,
                    ]
                )
            )
        )
    if guards:
        made.guard()
    output = made.read(made.size(), made.results)
    cost, gradient = (made.cost(), made.gradient()) if learns else (None, None)
    builder = made.builder
    plan = Plan(builder.instructions, builder.arrays, made.parameters, output, cost, gradient)
    return RandomPlan(validate(plan), made.inputs, made.numbers)


class _Making:
    """A plan in the making, with `draw` for its choices."""

    def __init__(self, draw: Any) -> None:
        self.draw = draw
        self.builder = Builder()
        rows = draw(st.integers(1, 3))
        sizes = draw(st.lists(st.sampled_from(SIZES), min_size=2, max_size=2))
        self.inputs = [self._numbers(rows, size) for size in sizes]
        self.numbers = self._numbers(draw(st.sampled_from(SIZES)))
        constants = self._numbers(3)
        self.given = [self.builder.array(size, True, kind="input", source=k) for k, size in enumerate(sizes)]
        self.parameters = self.builder.array(len(self.numbers), False, kind="parameters")
        self.given += [self.parameters, self.builder.array(3, False, kind="constant", source=constants)]
        self.results = list(self.given)

    def _numbers(self, *shape: int) -> Any:
        count = int(np.prod(shape))
        eighths = self.draw(st.lists(st.integers(-16, 16), min_size=count, max_size=count))
        return np.array(eighths).reshape(shape) / 8

    def pick(self, among: list[Any]) -> Any:
        return self.draw(st.sampled_from(among))

    # What is read

    def read(self, size: int, among: list[Array], batched: bool | None = None) -> Ref:
        """Some positions, `size` of them, of one of these arrays; often all of a late one, as in programs."""
        among = [array for array in among if batched is None or array.batched == batched]
        fitting = [array for array in among if array.size == size]
        if fitting and self.draw(st.integers(0, 2)):
            return Ref(self.pick(fitting[-2:]))
        array = self.pick(among)
        return ref(array, self.index(size, array.size))

    def size(self) -> int:
        """How many positions a result shall have: often as many as a late one."""
        return self.pick([*SIZES, *(array.size for array in self.results[-3:] * 2)])

    def index(self, size: int, limit: int) -> Any:
        """Positions below a limit: all, or evenly spaced, nested, repeated or irregular ones."""
        base, inner = self.draw(st.integers(0, limit - 1)), self.pick([s for s in SIZES if size % s == 0])
        steps = self.draw(st.integers(0, 4)), self.draw(st.integers(-2, 3))
        outer, within = np.arange(size) // inner, np.arange(size) % inner
        kind = self.pick(["all", "nested", "nested", "irregular"])
        if kind == "irregular":
            return np.array(self.draw(st.lists(st.integers(0, limit - 1), min_size=size, max_size=size)))
        positions = np.arange(size) if kind == "all" else base + steps[0] * outer + steps[1] * within
        return positions % limit

    def operand(self, size: int, among: list[Array]) -> Operand:
        """A ref to so many positions or to one, or a number."""
        number = st.sampled_from([0.5, -2.0, 3.0, Scale(2.0, 1), Scale(0.25, -1), Scale(1.5, 2)])
        kind = self.pick(["ref", "ref", "ref", "one", "number"])
        return self.draw(number) if kind == "number" else self.read(1 if kind == "one" else size, among)

    # Instructions

    def add(self, step: Any) -> None:
        """Take a step, unless what comes of it is not finite or far from 1."""
        arrays, instructions = list(self.builder.arrays), list(self.builder.instructions)
        result = step()
        plan = Plan(self.builder.instructions, self.builder.arrays, self.parameters, result)
        try:
            # Of the first sample alone, too: rows that no other chose are 0 then.
            with np.errstate(all="raise", under="ignore"):
                interpret(plan, [array[:1] for array in self.inputs], self.numbers)
                numbers = interpret(plan, self.inputs, self.numbers).outputs
        except FloatingPointError:
            numbers = np.array(np.inf)
        if (np.abs(numbers) < _LARGEST).all():
            self.results.append(result.array)
        else:
            self.builder = Builder(arrays, instructions)

    def map(self) -> Ref:
        name = self.pick([*sorted(set(TABLE) - {"choose"}), "power", "exp", "add", "multiply"])
        size, arity = self.size(), TABLE[name].arity
        among = self.given if name in _JUMPS else self.results
        operands = [self.operand(size, among) for _ in range(self.draw(st.integers(1, 5)) if arity is None else arity)]
        if not any(isinstance(operand, Ref) for operand in operands):
            operands[0] = self.read(size, among)
        if name == "power":
            operands[1] = self.pick([2.0, 2.0, 3.0, -1.0, operands[1]])
        return self.builder.map(name, *operands)

    def product(self) -> Ref:
        left, right, out = self.pick(contractions(stacks=self.pick([True, False, False])))
        lengths = {letter: self.pick([1, 2, 3]) for letter in "srck"}
        contraction = Contraction(left, right, out, lengths)
        factors = [
            self.read(int(np.prod(contraction.shape(side), dtype=int)), self.results, side[0] == "b")
            for side in (left, right)
        ]
        return self.builder.product(*factors, contraction)

    def sum(self) -> Ref:
        length, size = self.pick([1, 2, 3, 4]), self.pick([1, 2, 3])
        make = self.pick([self.builder.sum, self.builder.sum, self.builder.logsumexp, self.builder.log_softmax])
        lengths = self.lengths(length, size)
        return make(self.read(sum(lengths), self.results), lengths)

    def lengths(self, length: int, count: int) -> list[int]:
        """Those of runs: all the same, or any."""
        if self.draw(st.booleans()):
            return [length] * count
        return self.draw(st.lists(st.integers(1, 9), min_size=count, max_size=count))

    def choose(self) -> Ref:
        """Rows of a table of at least three, so that the numbers given, rounded down, are indices of it."""
        rows, width, tables = self.pick([3, 4]), self.pick([1, 2, 3]), self.pick([1, 1, 2])
        index = self.read(self.pick([1, 2, 3]) * tables, self.given)
        return self.builder.choose(index, self.read(rows * width * tables, self.results), rows, tables)

    def add_rows(self) -> Ref:
        rows, width, tables = self.pick([3, 4]), self.pick([1, 2, 3]), self.pick([1, 1, 2])
        batched, parts = self.draw(st.booleans()), []
        for _ in range(self.pick([1, 1, 2])):
            index = self.read(self.pick([1, 2, 3]) * tables, self.given)
            alike = [array for array in self.results if batched or array.batched == index.array.batched]
            parts.append((index, self.read(index.size * width, alike)))
        return self.builder.add_rows(parts, rows, width, batched, tables)

    def softmax_adjoint(self) -> Ref:
        length, count = self.pick([1, 2, 3, 4]), self.pick([1, 2, 3])
        lengths = self.lengths(length, count)
        logs = self.builder.log_softmax(self.read(sum(lengths), self.results), lengths)
        among = [array for array in self.results if logs.array.batched or not array.batched]
        return self.builder.softmax_adjoint(self.read(sum(lengths), among), logs, lengths)

    def batch_sum(self) -> Ref:
        return self.builder.batch_sum(self.read(self.size(), self.results, batched=True))

    def scatter(self, size: int = 0, batched: bool | None = None) -> Ref:
        """Pieces that lie next to each other, or anywhere."""
        size = size or self.size()
        batched = self.draw(st.booleans()) if batched is None else batched
        among = [array for array in self.results if batched or not array.batched]
        if self.draw(st.booleans()):
            order = self.pick([np.arange(size), np.arange(size), np.array(self.draw(st.permutations(range(size))))])
            cuts = sorted(self.draw(st.sets(st.integers(1, size), max_size=3)))
            places = [part for part in np.split(order, cuts) if len(part)]
        else:
            places = [self.index(self.pick(list(SIZES)), size) for _ in range(self.draw(st.integers(1, 3)))]
        whole = [Ref(array) for array in among]
        pieces = []
        for place in places:
            fitting = [read for read in whole if read.size == len(place)]
            operand = self.pick(fitting) if fitting and self.draw(st.booleans()) else self.operand(len(place), among)
            pieces.append((operand, place))
        return self.builder.scatter(pieces, size, batched)

    def guard(self) -> None:
        """A comparison that must turn out as it does in the first row, or not so."""
        condition = self.builder.map("less", self.read(1, self.given), self.read(1, self.given))
        nothing = self.builder.array(0, condition.array.batched)
        self.builder.instructions.append(Guard(nothing, condition, self.pick([0.0, 1.0]), "a < b", "here"))

    # Results

    def cost(self) -> Ref:
        """One number for the batch: mostly the mean of a sum, or of a sum of squares."""
        terms = self.read(self.size(), self.results)
        if self.draw(st.booleans()):
            terms = self.builder.map("power", terms, 2.0)
        if terms.size > 1 or self.draw(st.booleans()):
            terms = self.builder.sum(terms, terms.size)
        if terms.array.batched:
            terms = self.builder.batch_sum(terms)
        factor: Operand = self.pick([None, 0.5, Scale(1.0, 1)])
        return terms if factor is None else self.builder.map("multiply", factor, terms)

    def gradient(self) -> Ref:
        """A number for each parameter, of what there is or scattered."""
        size = self.parameters.size
        if self.draw(st.booleans()):
            return self.scatter(size, batched=False)
        return self.read(size, self.results, batched=False)
