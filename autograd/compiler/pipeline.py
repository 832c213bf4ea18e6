"""The pipeline: the passes from a recorded graph to a plan that back ends run, in order.

Two steps lead from scalars to a plan: `canonical` and `lift`. Each pass after
them takes a plan and returns one. A plan is validated after each, and means
what it meant before: the tests interpret it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from .differentiate import differentiated
from .finish import finished
from .layout import laid_out
from .lift import lift
from .plan.equations import equations, filled
from .plan.plan import Plan
from .plan.validate import validate
from .record import Recording
from .scalars import canonical
from .simplify import simplified
from .spelled import spelled_graph, spelled_scalars


@dataclass(frozen=True)
class Pass:
    """A step from plan to plan, and what it is for."""

    name: str
    run: Callable[[Plan], Plan]
    purpose: str


LAYOUT = Pass("layout", laid_out, "the parameters in the order in which they are read")
DIFFERENTIATE = Pass("differentiate", differentiated, "the reverse pass: the chain rule, array by array")
SIMPLIFY = Pass("simplify", simplified, "fewer steps, and factors where there are fewer numbers to multiply")
FINISH = Pass("finish", finished, "what no result needs is left out")

FORWARD = (LAYOUT, SIMPLIFY, FINISH)
"""What leads to the plan of a function's outputs."""
REVERSE = (LAYOUT, DIFFERENTIATE, SIMPLIFY, FINISH)
"""What leads to the plan of a cost and its gradient."""


def lifted(recording: Recording) -> Plan:
    """The plan that the passes begin with."""
    return validate(lift(canonical(recording), recording.known))


def planned(plan: Plan, passes: Iterable[Pass]) -> Plan:
    """What passes make of a lifted plan."""
    for step in passes:
        plan = validate(step.run(plan))
    return plan


@dataclass(frozen=True)
class Stage:
    """The plan after a step of the pipeline."""

    name: str
    purpose: str
    plan: Plan


class Stages(Sequence[Stage]):
    """The plan after each step; ``print`` tells them one after another, the long ones in part."""

    def __init__(self, stages: Iterable[Stage]) -> None:
        self._stages = tuple(stages)

    def __getitem__(self, index: int) -> Stage:  # type: ignore[override]  # no slices of so few
        return self._stages[index]

    def __len__(self) -> int:
        return len(self._stages)

    def __str__(self) -> str:
        told, before = [], ""
        for place, stage in enumerate(self._stages):
            see_all = f"print(f.passes()[{place}].plan.equations(all=True))"
            text = equations(stage.plan, _EQUATIONS, see_all)
            words = [*f"{stage.name}: {stage.purpose}".split(), f"({self._change(place, text == before)})"]
            told.append("\n".join([*filled("", words), *([] if text == before else [text])]))
            before = text
        return "\n\n".join(told)

    __repr__ = __str__

    def _change(self, place: int, told_alike: bool) -> str:
        """What a step did to the number of instructions."""
        count, before = (len(self._stages[at].plan.instructions) for at in (place, max(place - 1, 0)))
        if place and count != before:
            return f"{before:,} instructions became {count:,}" + (", told alike" if told_alike else "")
        return "nothing to do here" if told_alike else f"{count:,} instructions"


_EQUATIONS = 16
"""Of more than these a stage is told in part."""


def stages(recording: Recording, passes: Sequence[Pass]) -> Stages:
    """Every step from the recorded graph to the plan that runs."""
    scalars = canonical(recording)
    plan = lift(scalars, recording.known)
    seen = [
        Stage("record", "what the function did, one scalar operation a line", spelled_graph(recording)),
        Stage("canonical", "sums of products, in whatever order they were added", spelled_scalars(scalars)),
        Stage("lift", "scalars made alike become arrays, their sums of products matrix products", plan),
    ]
    for step in passes:
        plan = step.run(plan)
        seen.append(Stage(step.name, step.purpose, plan))
    for stage in seen:
        validate(stage.plan)
    return Stages(seen)
