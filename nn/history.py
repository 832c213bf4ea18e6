"""What a training measured."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class History:
    """What a training measured, an entry for each epoch.

    Attributes
    ----------
    cost : list of float
        The mean cost over the epoch's batches, as they were met.
    validation_cost, validation_accuracy : list of float
        After the epoch; empty without validation data. The accuracy is 0..1.
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
        if "accuracy" in measures:
            self.validation_cost.append(measures["validation cost"])
            self.validation_accuracy.append(measures["accuracy"])
        self.seconds.append(seconds)

    def __repr__(self) -> str:
        if not self.cost:
            return "History(no epoch)"
        parts = [
            f"{len(self.cost)} epoch{'s' if len(self.cost) > 1 else ''}",
            f"cost {self.cost[0]:.4f} -> {self.cost[-1]:.4f}",
        ]
        if self.validation_accuracy:
            parts.append(f"validation accuracy {self.validation_accuracy[-1]:.2%}")
        return f"History({', '.join(parts)}{', interrupted' if self.interrupted else ''})"
