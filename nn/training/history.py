"""What a training measured."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from autograd.errors import ArgumentError, RenderError
from autograd.words import attributes_told

from .curves import curves

INTERRUPTED, EARLY, CALLBACK = "interrupted", "early stopping", "callback"
"""Why a training ended before its last epoch."""


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
    learning_rate : list of float
        The optimiser's in the epoch.
    stopped : str
        Why the training ended before its last epoch: ``"interrupted"`` by Ctrl-C, what was learned is kept;
        ``"early stopping"``; ``"callback"``. Empty if it did not.
    """

    cost: list[float] = field(default_factory=list)
    validation_cost: list[float] = field(default_factory=list)
    validation_accuracy: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    learning_rate: list[float] = field(default_factory=list)
    stopped: str = ""

    @property
    def interrupted(self) -> bool:
        """Whether Ctrl-C ended the training early."""
        return self.stopped == INTERRUPTED

    @property
    def best_epoch(self) -> int | None:
        """The number, from 1, of the epoch of the lowest validation cost; None without validation data."""
        costs = self.validation_cost
        best = min(range(len(costs)), key=lambda epoch: (costs[epoch] != costs[epoch], costs[epoch]), default=None)
        return None if best is None else best + 1

    def to_dict(self) -> dict[str, list[float]]:
        """The measures as columns of equal length: ``pandas.DataFrame(history.to_dict())``.

        Returns
        -------
        dict of str to list
            ``epoch``, from 1; ``cost``, ``validation_cost``, ``validation_accuracy``, ``learning_rate`` and
            ``seconds``, but for those that were not measured.
        """
        names = ("cost", "validation_cost", "validation_accuracy", "learning_rate", "seconds")
        columns: dict[str, list[float]] = {"epoch": list(range(1, len(self.cost) + 1))}
        return columns | {name: list(getattr(self, name)) for name in names if getattr(self, name)}

    def plot(self, axes: Any = None) -> Any:
        """The costs by epoch, and where it was measured the accuracy on an axis of its own, drawn by matplotlib.

        Parameters
        ----------
        axes : matplotlib.axes.Axes, optional
            Where to draw; those of a new figure if not given.

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        ArgumentError
            If there is no epoch.
        RenderError
            If there is no matplotlib.
        """
        if not self.cost:
            raise ArgumentError("History.plot: expected at least one epoch, got none")
        if axes is None:
            axes = _new_axes()
        marker = "o" if len(self.cost) < 3 else None  # one point is no line
        lines = _line(axes, self.cost, "cost", "#0072B2", marker=marker)
        lines += _line(axes, self.validation_cost, "validation cost", "#D55E00", marker=marker)
        if self.validation_accuracy:
            right = axes.twinx()
            right.set(ylim=(0.0, 1.02), ylabel="validation accuracy")
            lines += _line(right, self.validation_accuracy, "validation accuracy", "#009E73", marker=marker, ls="--")
        axes.set(xlabel="epoch", ylabel="cost")
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.legend(handles=lines, frameon=False)
        return axes

    def _add(self, measures: dict[str, float], seconds: float, learning_rate: float) -> None:
        """Note an epoch, after all of it is measured, so that Ctrl-C leaves no list longer than another."""
        self.cost.append(measures["cost"])
        if "validation cost" in measures:
            self.validation_cost.append(measures["validation cost"])
        if "accuracy" in measures:
            self.validation_accuracy.append(measures["accuracy"])
        self.seconds.append(seconds)
        self.learning_rate.append(learning_rate)

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
        return f"History({', '.join([*parts, *([self.stopped] if self.stopped else [])])})"

    def _repr_svg_(self) -> str | None:
        measured = {"cost": self.cost, "validation cost": self.validation_cost}
        return curves({name: curve for name, curve in measured.items() if curve}, repr(self))


def _line(axes: Any, measures: list[float], name: str, colour: str, **style: Any) -> list[Any]:
    epochs = range(1, len(measures) + 1)
    return list(axes.plot(epochs, measures, color=colour, label=name, **style)) if measures else []


def _new_axes() -> Any:
    try:
        from matplotlib import pyplot
    except ImportError:
        raise RenderError(
            'History.plot: expected matplotlib, got none; pip install "scalar-autograd[demos]", or plot to_dict()'
        ) from None
    return pyplot.subplots(layout="constrained")[1]
