"""Walks in JavaScript: a loop that takes a step each time around, forth and back over a tape."""

from __future__ import annotations

from functools import partial

from ....javascript import SCRIPT, atom, computation, read
from ...plan.walk import Operation, Steps, Walk, WalkBack
from .instructions import written
from .scope import Scope, loop

_AT, _PLACE = "at", "place"


@written.register
def _walk(made: Walk, scope: Scope) -> list[str]:
    steps = made.steps
    tape, places = scope.compute(made.out), scope.places(made.steps.operands)

    def forth(operation: Operation) -> list[str]:
        operands = [atom(f"{tape}[{_operand(places, index)}]") for index in range(operation.arity)]
        lines, result = computation(read(operation.primitive, partial(operation.rule, SCRIPT, operands)))
        return [*lines, f"{tape}[{_PLACE}] = {result};"]

    return [
        *loop("t", steps.given, lambda t: [f"{tape}[{t}] = {scope.element(made.read, t)};"]),
        f"for (let k = 0; k < {steps.count}; k += 1) {{",
        *_step(steps, scope, [forth(operation) for operation in steps.operations]),
        "}",
    ]


def _operand(places: str, index: int) -> str:
    """Where an operand of a step stands on the tape."""
    return f"{places}[{_AT} + {index}]"


def _step(steps: Steps, scope: Scope, ways: list[list[str]]) -> list[str]:
    """Lines of a step, in the way of its operation."""
    lines = [f"const {_AT} = k * {steps.operands.shape[1]};", f"const {_PLACE} = k + {steps.given};"]
    if len(ways) == 1:
        return [*lines, *ways[0]]
    cases = [line for code, way in enumerate(ways) for line in (f"case {code}: {{", *way, "break;", "}")]
    return [*lines, f"switch ({scope.places(steps.codes)}[k]) {{", *cases, "}"]


@written.register
def _walk_back(made: WalkBack, scope: Scope) -> list[str]:
    steps = made.steps
    active, places = scope.places(made.active), scope.places(steps.operands)
    adjoints, out = scope.buffer(steps.size), scope.compute(made.out)

    def seeded(t: str) -> list[str]:
        return [f"{adjoints}[{scope.place(made.seeded, t)}] = {scope.element(made.adjoint, t)};"]

    def back(operation: Operation) -> list[str]:
        operands = [atom(scope.element(made.tape, _operand(places, index))) for index in range(operation.arity)]
        result = atom(scope.element(made.tape, _PLACE))
        lines = []
        for index in range(operation.arity):
            if not operation.is_flat(index):
                slope = read(operation.primitive, partial(operation.partial, SCRIPT, index, result, operands))
                own, factor = computation(slope)
                target = _operand(places, index)
                handed = f"{adjoints}[{target}] += {adjoints}[{_PLACE}] * ({factor});"
                lines += [f"if ({active}[{target}]) {{", *own, handed, "}"]
        return [f"if ({active}[{_PLACE}]) {{", *lines, "}"]

    return [
        f"{adjoints}.fill(0);",
        *loop("t", len(made.seeded), seeded),
        f"for (let k = {steps.count - 1}; k >= 0; k -= 1) {{",
        *_step(steps, scope, [back(operation) for operation in steps.operations]),
        "}",
        *loop("t", steps.given, lambda t: [f"{out}[{t}] = {active}[{t}] ? {adjoints}[{t}] : 0;"]),
    ]
