"""What a training measured."""

from __future__ import annotations

from dataclasses import dataclass, field

from autograd.words import attributes_told


def short(measure: float) -> str:
    """A cost or an accuracy in at most ten characters."""
    return f"{measure:.4f}" if 0.1 <= abs(measure) < 1e4 else f"{measure:.4g}"


@attributes_told("history")
@dataclass
class History:
    """What a training measured, an entry for each epoch.

    Attributes
    ----------
    cost : list of float
        The mean cost over the epoch's batches, as they were met.
    validation_cost : list of float
        After the epoch; empty without validation data.
    validation_accuracy : list of float
        After the epoch, 0..1; empty without validation data, and where the targets are no classes: numbers to come
        near to, or labels that go together. They are classes where they were given as whole numbers for several
        outputs, are rows of zeros with a single one, or are all 0 or 1 for one output.
    seconds : list of float
        How long the epoch took.
    interrupted : bool
        Whether Ctrl-C ended the training early; what was learned is kept.
    """

    cost: list[float] = field(default_factory=list)
    validation_cost: list[float] = field(default_factory=list)
    validation_accuracy: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    interrupted: bool = False

    def _add(self, measures: dict[str, float], seconds: float) -> None:
        """Note an epoch, after all of it is measured, so that Ctrl-C leaves no list longer than another."""
        self.cost.append(measures["cost"])
        if "validation cost" in measures:
            self.validation_cost.append(measures["validation cost"])
        if "accuracy" in measures:
            self.validation_accuracy.append(measures["accuracy"])
        self.seconds.append(seconds)

    def __repr__(self) -> str:
        if not self.cost:
            return "History(no epoch)"
        parts = [
            f"{len(self.cost)} epoch{'s' if len(self.cost) > 1 else ''}",
            f"cost {short(self.cost[0])} -> {short(self.cost[-1])}",
        ]
        if self.validation_cost and not self.validation_accuracy:
            parts.append(f"validation cost {short(self.validation_cost[-1])}")
        if self.validation_accuracy:
            parts.append(f"validation accuracy {self.validation_accuracy[-1]:.2%}")
        return f"History({', '.join(parts)}{', interrupted' if self.interrupted else ''})"
