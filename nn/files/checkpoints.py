"""Checkpoints: a training in a file, from which it goes on as if nothing had happened, to the bit."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from autograd import Value
from autograd.errors import ArgumentError, NonFiniteError
from autograd.files import as_path, remove_leftovers, write_whole

from ..module import Module
from ..optimisers.optimiser import Optimiser
from ..training.history import History
from ..training.learned import ALL
from ..training.stopping import Watch
from .archives import Archive, opened, packed
from .saving import numbers_for, told, told_in
from .state import arrays_of, put
from .writing import CHECKPOINTS, arrays_to_keep

_STATE = "state_"
_OTHERS = ("format", "random", "steps", "vectors", "cost_history", "seconds", "validation_cost", "validation_accuracy")
_LAST = "last"
_LATER = ("epoch", "learning_rate", _LAST)
_WORD = 2**64 - 1
_LONGEST_TEXT = 250
NOTHING = "none"
"""How an agreement says that there is no such data."""
_BEFORE = {"early_stopping": NOTHING, "class_weight": NOTHING, "shuffle": "True", "parameters": ALL}
"""What holds where a file says nothing of it, as those of version 0.1 do."""


class Checkpoint:
    """The file that a training keeps.

    Parameters
    ----------
    path : str or path
        Where; its folder must be there and be writable.
    net : Module
    optimiser : Optimiser
    random : numpy.random.Generator
        What shuffles.
    agreement : mapping of str to str
        What another training must have in common with this one to go on from the file, by argument.
    watch : Watch, optional
        Whose best parameters the file keeps as those of the network, beside those to go on from.
    learned : sequence of Value, optional
        The parameters of the optimiser's state and of `watch`; all of the network's if not given.

    Raises
    ------
    OperandError, ArgumentError
        If there can be no such file, or it cannot keep the network or the random numbers.
    """

    def __init__(
        self,
        path: Any,
        net: Module,
        optimiser: Optimiser,
        random: np.random.Generator,
        agreement: Mapping[str, str],
        watch: Watch | None = None,
        learned: Sequence[Value] | None = None,
    ) -> None:
        if not isinstance(random.bit_generator, np.random.PCG64):
            raise ArgumentError(
                "seed: expected a whole number or None where a checkpoint is kept, got a generator of the kind "
                f"{type(random.bit_generator).__name__}"
            )
        self.path = _usable(path)
        self._told = told(net)
        self._net, self._optimiser, self._random = net, optimiser, random
        self._learned, self._watch = net.parameters() if learned is None else learned, watch
        self._agreement = {name: " ".join(text.split())[:_LONGEST_TEXT] for name, text in agreement.items()}
        remove_leftovers(self.path)

    def write(self, history: History) -> None:
        """Put the training as it is now into the file, atomically.

        Raises
        ------
        NonFiniteError
            If a parameter is no longer finite; the file stays as it was.
        ArgumentError
            If the file cannot be written; it stays as it was.
        """
        network, last = self._network()
        if not all(np.isfinite(array).all() for array in (network | last).values() if array.dtype.kind == "f"):
            raise NonFiniteError(
                f"{self.path}: expected finite parameters after epoch {len(history.cost)}, got NaN or infinity; "
                "the checkpoint before is kept; lower the learning rate"
            )
        state = self._optimiser.state_of(self._learned)
        arrays = {
            **network,
            **last,
            **{name: np.array(text) for name, text in self._agreement.items()},
            "cost_history": np.array(history.cost),
            "seconds": np.array(history.seconds),
            "learning_rate": np.array(history.learning_rate),
            "validation_cost": np.array(history.validation_cost, dtype=float),
            "validation_accuracy": np.array(history.validation_accuracy, dtype=float),
            "random": _words(self._random),
            "steps": np.array(self._optimiser.steps, dtype=np.int64),
            "epoch": np.array(self._optimiser.epoch, dtype=np.int64),
            # An archive whose directory is damaged can seem to have fewer members than it has.
            "vectors": np.array(len(state), dtype=np.int64),
            **{_STATE + name: vector for name, vector in state.items()},
        }
        write_whole(self.path, packed(arrays))

    def _network(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The network of the best epoch, and the parameters to go on from, where the best are to be restored."""
        watch = self._watch
        if watch is None or watch.best is None:
            return arrays_to_keep(self._net, CHECKPOINTS), {}
        last = watch.parameters
        watch.parameters = watch.best
        try:
            return arrays_to_keep(self._net, CHECKPOINTS), {_LAST: last}
        finally:
            watch.parameters = last

    def restore(self, epochs: int) -> History:
        """Bring network, optimiser and random numbers to where the file's training was.

        Parameters
        ----------
        epochs : int
            The most that the file may have behind it.

        Returns
        -------
        History
            Of no epoch where there is no file yet.

        Raises
        ------
        FileFormatError
            If the file is no checkpoint, or a damaged one; nothing is changed.
        ArgumentError
            If it is that of another training; nothing is changed.
        """
        if not self.path.exists():
            return History()
        with opened(self.path, "a checkpoint written by nn.fit", "start anew with resume=False") as archive:
            if archive.text("format") not in CHECKPOINTS:
                raise archive.refusal(f"expected the format {CHECKPOINTS[0]!r}", "another")
            self._agree("net", self._told, told_in(archive))
            for name, mine in self._agreement.items():
                is_said = name in archive.names or name not in _BEFORE
                self._agree(name, mine, archive.text(name) if is_said else _BEFORE[name])
            states = [name for name in archive.names if name.startswith(_STATE)]
            always = [*_OTHERS, *(name for name in self._agreement if name not in _BEFORE)]
            later = [name for name in (*_LATER, *_BEFORE) if name in archive.names]
            remedy = "make the module as it was, or start anew with resume=False"
            numbers, kept = numbers_for(archive, self._net, remedy, exactly=True)
            archive.only([*always, *later, *kept, *states])
            count = len(self._learned)
            state = {name.removeprefix(_STATE): archive.array(name, (count,), finite=False) for name in states}
            steps = int(archive.array("steps", (), np.int64))
            if archive.array("vectors", (), np.int64) != len(states):
                raise archive.refusal("expected all of the optimiser's state", f"{len(states)} vectors")
            history = self._history(archive)
            epoch = int(archive.array("epoch", (), np.int64)) if "epoch" in later else len(history.cost)
            last = archive.array(_LAST, (count,)) if _LAST in later else None
            for name, number in (("steps", steps), ("epoch", epoch)):
                if number < 0:
                    raise archive.refusal(f"{name}: expected at least 0", f"{number}")
            random = _random_state(archive)
        if len(history.cost) > epochs:
            raise ArgumentError(
                f"epochs: expected at least the {len(history.cost)} that {self.path} has behind it, got {epochs}"
            )
        put(arrays_of(self._net), numbers, f"{self.path}")
        if self._watch is not None:
            self._watch.resume(history.validation_cost, last)
        self._optimiser.restore(self._learned, state, steps, epoch)
        self._random.bit_generator.state = random
        return history

    def _agree(self, name: str, mine: str, theirs: str) -> None:
        if mine != theirs:
            raise ArgumentError(
                f"{name}: expected {theirs:.200} as in the checkpoint {self.path}, got {mine:.200}; give what its "
                "training was given, or start anew with resume=False"
            )

    def _history(self, archive: Archive) -> History:
        cost = archive.array("cost_history", (None,), finite=False)
        accuracy = archive.array("validation_accuracy", (None,))
        measured = (0 if self._agreement["validation"] == NOTHING else len(cost),)
        if len(accuracy) not in (0, *measured):
            raise archive.refusal(f"validation_accuracy: expected {measured[0]} or none", f"{len(accuracy)}")
        return History(
            cost.tolist(),
            archive.array("validation_cost", measured, finite=False).tolist(),
            accuracy.tolist(),
            archive.array("seconds", cost.shape).tolist(),
            self._rates(archive, len(cost)),
        )

    def _rates(self, archive: Archive, epochs: int) -> list[float]:
        if "learning_rate" not in archive.names:
            return [self._optimiser.learning_rate] * epochs
        rates: list[float] = archive.array("learning_rate", (epochs,)).tolist()
        return rates


def _usable(given: Any) -> Path:
    """`given` as the path of a file that can be written, found out before the training and not after an epoch of it."""
    path = as_path(given, "checkpoint")
    if not path.name or "\0" in str(path) or path.is_dir():
        raise ArgumentError(f"checkpoint: expected the path of a file, got {str(path)!r}")
    try:
        with tempfile.TemporaryFile(dir=path.parent):
            return path
    except OSError as error:
        raise ArgumentError(
            f"checkpoint: expected a file in a folder that can be written, got {str(path)!r} ({error.strerror})"
        ) from None


def _words(random: np.random.Generator) -> npt.NDArray[np.uint64]:
    """The state of PCG64 as six numbers: two of 128 bits, halved, and the half word that is left over."""
    state: Any = random.bit_generator.state
    number, increment = state["state"]["state"], state["state"]["inc"]
    halves = (number >> 64, number & _WORD, increment >> 64, increment & _WORD)
    return np.array([*halves, state["has_uint32"], state["uinteger"]], dtype=np.uint64)


def _random_state(archive: Archive) -> dict[str, Any]:
    """What `_words` was made of; refused if it can be no generator's."""
    a, b, c, d, has_half, half = (int(word) for word in archive.array("random", (6,), np.uint64))
    if has_half > 1 or half >= 2**32 or not d & 1:
        raise archive.refusal("random: expected the state of a PCG64 generator", "other numbers")
    state = {"state": a << 64 | b, "inc": c << 64 | d}
    return {"bit_generator": "PCG64", "state": state, "has_uint32": has_half, "uinteger": half}
