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
from .plan.plan import Plan
from .plan.validate import validate
from .record import Recording
from .scalars import canonical
from .spelled import spelled_graph, spelled_scalars


@dataclass(frozen=True)
class Pass:
    """A step from plan to plan, and what it is for."""

    name: str
    run: Callable[[Plan], Plan]
    purpose: str


LAYOUT = Pass("layout", laid_out, "parameters in the order in which they are read")
DIFFERENTIATE = Pass("differentiate", differentiated, "the reverse pass, over arrays")
FINISH = Pass("finish", finished, "what no result needs is left out")

FORWARD = (LAYOUT, FINISH)
"""What leads to the plan of a function's outputs."""
REVERSE = (LAYOUT, DIFFERENTIATE, FINISH)
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
        return "\n\n".join(f"{stage.name}: {stage.purpose}\n{_in_part(str(stage.plan))}" for stage in self._stages)


_LINES = 24


def _in_part(text: str) -> str:
    """The first and last lines of a long text."""
    lines = text.splitlines()
    hidden = len(lines) - _LINES
    if hidden <= 1:
        return text
    return "\n".join([*lines[: _LINES // 2], f"... {hidden:,} more lines ...", *lines[-_LINES // 2 :]])


def stages(recording: Recording, passes: Sequence[Pass]) -> Stages:
    """Every step from the recorded graph to the plan that runs."""
    scalars = canonical(recording)
    plan = lift(scalars, recording.known)
    seen = [
        Stage("record", "the function's graph, one scalar operation a line", spelled_graph(recording)),
        Stage("canonical", "sums of products, whatever the order of additions", spelled_scalars(scalars)),
        Stage("lift", "scalars that are made alike become arrays, sums of products matrix products", plan),
    ]
    for step in passes:
        plan = step.run(plan)
        seen.append(Stage(step.name, step.purpose, plan))
    for stage in seen:
        validate(stage.plan)
    return Stages(seen)
