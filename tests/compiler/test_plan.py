"""The validator refuses plans that are malformed: each of its checks has a plan that is broken on purpose."""

from dataclasses import replace

import numpy as np
import pytest

from autograd import Value, compile, logsumexp
from autograd.compiler.plan.choose import AddRows, Choose
from autograd.compiler.plan.instructions import (
    Array,
    BatchSum,
    Contraction,
    Guard,
    Instruction,
    LogSumExp,
    Map,
    Piece,
    Product,
    Ref,
    Scatter,
    Sum,
    mapped,
)
from autograd.compiler.plan.validate import validate
from autograd.functions import choose


def plan():
    """A plan in which every kind of instruction stands."""
    w = [[Value(0.1 * (i + k)) for k in range(3)] for i in range(4)]
    table = [Value(0.1 * i) for i in range(4)]

    def cost(x):
        z = [sum(p * q for p, q in zip(row, x, strict=True)) for row in w]
        chosen = logsumexp(z) if x[0] < 2 else z[0]
        return chosen + sum(a**2 for a in z) + w[0][0] ** 2 + choose(x[1], table) ** 2

    return compile(cost).record(np.ones((2, 3))).plan


WHOLE = plan()


def replaced(kind, change):
    """The plan with the first instruction of a kind changed."""
    at = next(at for at, made in enumerate(WHOLE.instructions) if isinstance(made, kind))
    instructions = list(WHOLE.instructions)
    instructions[at] = change(instructions[at])
    return replace(WHOLE, instructions=instructions)


def of_wrong_size(array):
    return replace(array, size=array.size + 1)


def swapped(made):
    """A product whose letters stand for other sizes."""
    letters = made.contraction
    sizes = {letter: size + 1 for letter, size in letters.sizes.items()}
    return replace(made, contraction=Contraction(letters.left, letters.right, letters.out, sizes))


def without_batch(made):
    letters = made.contraction
    left, right, out = (own.removeprefix("b") for own in (letters.left, letters.right, letters.out))
    return replace(made, contraction=Contraction(left, right, out, letters.sizes))


def longest(made, change):
    """A scatter with its longest piece changed."""
    *others, last = sorted(made.pieces, key=lambda piece: len(piece.index))
    return replace(made, pieces=(*others, change(last)))


INPUT = next(array for array in WHOLE.arrays if array.kind == "input")
INDEX = Ref(INPUT, np.array([1]))
PARAMETER = Ref(WHOLE.parameters, np.array([0]))
PAST = Ref(INPUT, np.array([3]))
BROKEN = {
    "before it is assigned": lambda: replace(WHOLE, instructions=WHOLE.instructions[::-1]),
    "is assigned twice": lambda: replace(WHOLE, instructions=[*WHOLE.instructions, WHOLE.instructions[0]]),
    "a result reads array": lambda: replace(WHOLE, instructions=[]),
    "reads past the end": lambda: replaced(Guard, lambda made: replace(made, read=PAST)),
    "stands at place": lambda: replace(WHOLE, arrays=WHOLE.arrays[::-1]),
    "is not among the plan's": lambda: replaced(Map, lambda made: replace(made, out=replace(made.out))),
    "loses the batch": lambda: replaced(Sum, lambda made: replace(made, out=replace(made.out, batched=False))),
    "of 3 operands": lambda: replaced(Map, lambda made: replace(made, arguments=(*made.arguments, 1.0, 1.0)[:3])),
    "less: 3 numbers for 1": lambda: replaced(Map, lambda made: replace(made, arguments=(Ref(INPUT), 2.0))),
    "Sum of runs of": lambda: replaced(Sum, lambda made: replace(made, length=made.length + 1)),
    "LogSumExp of runs of": lambda: replaced(LogSumExp, lambda made: replace(made, length=made.length + 1)),
    "numbers do not fit": lambda: replaced(Product, swapped),
    "the batch of array": lambda: replaced(Product, without_batch),
    "not from all samples to one": lambda: replaced(BatchSum, lambda made: replace(made, read=WHOLE.cost)),
    "BatchSum: 1 numbers for 2": lambda: replaced(BatchSum, lambda made: replace(made, out=of_wrong_size(made.out))),
    "Guard of 3 numbers": lambda: replaced(Guard, lambda made: replace(made, read=Ref(INPUT))),
    "writes past its end": lambda: replaced(
        Scatter, lambda made: longest(made, lambda p: replace(p, index=p.index + 99))
    ),
    "numbers for 1 positions": lambda: replaced(
        Scatter, lambda made: longest(made, lambda p: replace(p, index=p.index[:1]))
    ),
    "sets a position twice": lambda: replaced(
        Scatter, lambda made: longest(made, lambda p: replace(p, index=p.index * 0, adds=False))
    ),
    "not as it says": lambda: replaced(Scatter, lambda made: replace(made, covers=not made.covers)),
    "one without the other": lambda: replace(WHOLE, cost=None),
    "not one number for the batch": lambda: replace(WHOLE, cost=Ref(INPUT)),
    "not one number for each parameter": lambda: replace(WHOLE, gradient=WHOLE.cost),
    "differ from sample to sample": lambda: replace(WHOLE, parameters=INPUT),
    "Choose of 3 rows": lambda: replaced(Choose, lambda made: replace(made, rows=3)),
    "AddRows to 4 rows of 1": lambda: replaced(AddRows, lambda made: replace(made, parts=((INDEX, Ref(INPUT)),))),
    "or what is added, alone": lambda: replaced(AddRows, lambda made: replace(made, parts=((PARAMETER, INDEX),))),
    "no kind of instruction": lambda: replaced(Guard, lambda made: Unknown(made.out)),
}


class Unknown(Instruction):
    """A kind that nobody has declared."""

    operands = ()


def test_the_whole_plan_is_well_formed():
    kinds = {type(made) for made in WHOLE.instructions}
    assert kinds == {Map, Product, Sum, LogSumExp, BatchSum, Scatter, Guard, Choose, AddRows}
    assert validate(WHOLE) is WHOLE


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_plan_is_refused(fault):
    with pytest.raises(AssertionError, match=fault):
        validate(BROKEN[fault]())


def test_instructions_on_equal_operands_have_equal_keys():
    out, read = Array(9, 1, True), Ref(INPUT, np.array([1]))
    twice = [mapped(out, "add", Ref(INPUT, np.array([1])), 2.0) for _ in range(2)]
    assert twice[0].key == twice[1].key != mapped(out, "add", read, 3.0).key
    assert mapped(out, "add", read, 2.0).key != mapped(out, "multiply", read, 2.0).key
    assert Sum(out, read, 1).key != LogSumExp(out, read, 1).key
    placed = Scatter(out, (Piece(1.0, np.array([0]), False),), True)
    assert placed.key != Scatter(out, (Piece(1.0, np.array([0]), True),), True).key
